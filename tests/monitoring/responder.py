"""SNMP v2c agents on loopback ports that answer from a dict: a recording as a live device. Reads BER as it comes."""

from __future__ import annotations

import asyncio
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from monitoring.sensors.text import Value

Tagged = Mapping[str, tuple[str, Value]]
END_OF_MIB, NO_SUCH = b"\x82\x00", b"\x80\x00"
LARGEST = 1400
"""Bytes of varbinds in one answer."""


def _length(size: int) -> bytes:
    if size < 128:
        return bytes([size])
    data = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(data)]) + data


def _tlv(tag: int, data: bytes) -> bytes:
    return bytes([tag]) + _length(len(data)) + data


def _integer(value: int, tag: int = 2) -> bytes:
    size = max(1, (value.bit_length() + 8) // 8)
    return _tlv(tag, value.to_bytes(size, "big", signed=True))


def _oid(text: str) -> bytes:
    arcs = [int(arc) for arc in text.split(".")]
    data = bytearray([arcs[0] * 40 + (arcs[1] if len(arcs) > 1 else 0)])
    for arc in arcs[2:]:
        part = bytearray([arc & 0x7F])
        while arc := arc >> 7:
            part.insert(0, 0x80 | (arc & 0x7F))
        data += part
    return _tlv(6, bytes(data))


def _read(data: bytes, at: int) -> tuple[int, bytes, int]:
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        size, at = int.from_bytes(data[at : at + (size & 0x7F)], "big"), at + (size & 0x7F)
    return tag, data[at : at + size], at + size


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        tag, value, at = _read(data, at)
        found.append((tag, value))
    return found


def _oid_text(data: bytes) -> str:
    arcs, arc = [min(data[0] // 40, 2), data[0] - 40 * min(data[0] // 40, 2)], 0
    for byte in data[1:]:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
    return ".".join(map(str, arcs))


def _value(tag: str, value: Value) -> bytes:
    if isinstance(value, int):
        return _integer(value, int(tag))
    if tag == "6":
        return _oid(str(value))
    if tag == "64":
        return _tlv(0x40, bytes(int(part) for part in str(value).split(".")))
    return _tlv(int(tag), value if isinstance(value, bytes) else b"")


class Device:
    """One agent's answers."""

    def __init__(self, values: Tagged) -> None:
        self.asked = 0
        self.drop: Callable[[int], bool] = lambda _: False
        """Which requests (counted from 1) get no answer."""
        self.lose: Callable[[int], bool] = lambda _: False
        """Answers of how many bytes get lost on their way."""
        self.load(values)

    def load(self, values: Tagged) -> None:
        """Answer from these values from now on."""
        order = sorted((tuple(map(int, oid.split("."))), oid) for oid in values)
        self._keys = [key for key, _ in order]
        self._binds = [_tlv(0x30, _oid(oid) + _value(*values[oid])) for _, oid in order]
        self._at = {oid: number for number, (_, oid) in enumerate(order)}

    def answer(self, data: bytes) -> bytes | None:
        self.asked += 1
        if self.drop(self.asked):
            return None
        version, community, (kind, pdu) = _parts(_read(data, 0)[1])
        request, _, second, (_, binds) = _parts(pdu)
        oids = [_oid_text(_parts(bind)[0][1]) for _, bind in _parts(binds)]
        if kind == 0xA0:
            found = [self._binds[self._at[oid]] if oid in self._at else _tlv(0x30, _oid(oid) + NO_SUCH) for oid in oids]
        else:
            count = int.from_bytes(second[1], "big") if kind == 0xA5 else 1
            found = [bind for oid in oids for bind in self._after(oid, count)]
        body = b"".join([_integer(int.from_bytes(request[1], "big", signed=True)), _integer(0), _integer(0),
                         _tlv(0x30, b"".join(found))])  # fmt: skip
        answer = _tlv(0x30, _tlv(2, version[1]) + _tlv(4, community[1]) + _tlv(0xA2, body))
        return None if self.lose(len(answer)) else answer

    def _after(self, oid: str, count: int) -> list[bytes]:
        start = bisect_right(self._keys, tuple(map(int, oid.split("."))))
        found, size = [], 0
        for bind in self._binds[start : start + count]:
            size += len(bind)
            if size > LARGEST and found:
                break
            found.append(bind)
        return found or [_tlv(0x30, _oid(oid) + END_OF_MIB)]


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, device: Device) -> None:
        self.device = device

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        answer = self.device.answer(data)
        if answer is not None:
            self.transport.sendto(answer, address)  # type: ignore[attr-defined]


class Responder:
    """Agents in a thread of their own, so that the program under test may block. Use as a context manager."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="responder")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in list(getattr(self, "_transports", [])):
            self._loop.call_soon_threadsafe(transport.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def serve(self, device: Device, address: str = "127.0.0.1") -> int:
        """Start an agent; its port."""
        made = self._loop.create_datagram_endpoint(lambda: _Protocol(device), local_addr=(address, 0))
        transport, _ = asyncio.run_coroutine_threadsafe(made, self._loop).result(10)
        self._transports = [*getattr(self, "_transports", []), transport]
        return int(transport.get_extra_info("sockname")[1])
