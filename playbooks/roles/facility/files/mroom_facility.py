#!/usr/bin/python3
"""Gateway to the SNMP agents of the facility: what a device shows, over HTTP, from either building.

    mroom-facility CONFIG.json

    GET  /healthz                       200 while an agent answers, the own building's first
    GET  /devices                       the devices that there are
    GET  /devices/ID                    all that a device's agent answers, as OID and value
    GET  /devices/ID/note[?through=peer]  the note kept in the agent (upsIdentAttachedDevices, RFC 1628); through the
                                        other building's gateway while that one answers
    PUT  /note                          write the body, at most 63 letters, into the first UPS that takes it, the own
                                        building's first; the answer names the UPS

It asks with net-snmp's own programs, SNMPv3 with authentication and privacy. Nothing is kept between two questions: an
answer is what the agent says now.
"""

from __future__ import annotations

import http.client
import http.server
import json
import os
import re
import socketserver
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NOTE = "1.3.6.1.2.1.33.1.1.6.0"
UPTIME = "1.3.6.1.2.1.1.3.0"
LETTERS = re.compile(r"[A-Za-z0-9_.:-]{1,63}")
ENVIRONMENT = {**os.environ, "SNMPCONFPATH": "/etc/mroom/snmp", "MIBS": ""}
LONGEST_NOTE = 1000
"""Of a longer body no more is read; it is refused anyway."""
TRIED = 3
"""How many agents may be silent before the gateway says that it does not serve."""
AGAIN = "1"
"""Lost datagrams are asked for once more."""


class Silent(Exception):
    """An agent that did not answer, or refused."""


@dataclass(frozen=True)
class Config:
    """The file that the role writes."""

    host: str
    building: str
    port: int
    timeout_seconds: float
    peers: dict[str, str]
    devices: dict[str, dict[str, str]]

    def order(self) -> list[str]:
        """The UPSs, those of the own building first: what `healthz` asks."""
        ups = [name for name, one in self.devices.items() if one["kind"] == "ups"]
        return sorted(ups, key=lambda name: (self.devices[name]["building"] != self.building, name))


def snmp(config: Config, program: str, device: str, *words: str) -> str:
    """What net-snmp's program prints. Raises Silent."""
    address = config.devices[device]["address"]
    argv = [program, "-On", "-OQ", "-t", str(config.timeout_seconds), "-r", AGAIN, address, *words]
    limit = 20 * config.timeout_seconds
    try:
        done = subprocess.run(argv, env=ENVIRONMENT, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        raise Silent(f"{device}: {program} took longer than {limit:.0f} s") from None
    if done.returncode != 0:
        raise Silent(f"{device}: {(done.stderr.strip() or 'no answer').splitlines()[-1]}")
    return done.stdout


def note(config: Config, device: str) -> str:
    return snmp(config, "snmpget", device, NOTE).partition(" = ")[2].strip().strip('"')


def through_peer(config: Config, device: str) -> dict[str, object] | None:
    """The other building's answer; None while no gateway there answers."""
    for name, address in config.peers.items():
        connection = http.client.HTTPConnection(address, config.port, timeout=2 * config.timeout_seconds)
        try:
            connection.request("GET", f"/devices/{device}/note")
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == http.client.OK:
                return {**json.loads(text), "through": name}
        except (OSError, http.client.HTTPException, ValueError):
            continue
        finally:
            connection.close()
    return None


class Handler(http.server.BaseHTTPRequestHandler):
    """One request. `config` is set on the class."""

    config: Config
    server_version = "mroom-facility"
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        words = path.strip("/").split("/")
        try:
            self._get(words, query)
        except Silent as silent:
            self._answer(http.client.BAD_GATEWAY, {"error": str(silent)})

    def do_PUT(self) -> None:
        length = self.headers.get("Content-Length", "")
        text = self.rfile.read(min(int(length), LONGEST_NOTE)) if length.isdecimal() else b""
        if self.path != "/note":
            self._answer(http.client.NOT_FOUND, {"error": f"no such thing: {self.path}"})
        elif not LETTERS.fullmatch(text.decode("ascii", errors="replace")):
            self._answer(http.client.BAD_REQUEST, {"error": "a note is 1 to 63 of A-Z a-z 0-9 _ . : -"})
        else:
            try:
                device = self._first(lambda one: snmp(self.config, "snmpset", one, NOTE, "s", text.decode("ascii")))
                self._answer(http.client.OK, {"host": self.config.host, "device": device})
            except Silent as silent:
                self._answer(http.client.BAD_GATEWAY, {"error": str(silent)})

    def _get(self, words: list[str], query: str) -> None:
        config = self.config
        match words:
            case ["healthz"]:
                found: dict[str, object] = {"answered": self._first(lambda one: snmp(config, "snmpget", one, UPTIME))}
            case ["devices"]:
                found = {"devices": config.devices}
            case ["devices", device] if device in config.devices:
                lines = snmp(config, "snmpbulkwalk", device, ".1.3.6.1").splitlines()
                rows = dict(line.split(" = ", 1) for line in lines if " = " in line)
                found = {"host": config.host, "device": device, "values": rows}
            case ["devices", device, "note"] if device in config.order():
                other = through_peer(config, device) if query == "through=peer" else None
                found = other or {"host": config.host, "note": note(config, device), "through": None}
            case _:
                self._answer(http.client.NOT_FOUND, {"error": f"no such thing: {self.path}"})
                return
        self._answer(http.client.OK, found)

    def _first(self, ask: Callable[[str], str]) -> str:
        """The first UPS that answers; raises Silent when none of the first ones does."""
        silent: list[str] = []
        for device in self.config.order()[:TRIED]:
            try:
                ask(device)
            except Silent as one:
                silent.append(str(one))
            else:
                return device
        raise Silent("; ".join(silent) or "there is no UPS")

    def _answer(self, status: int, document: dict[str, object]) -> None:
        body = json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text: str, *values: object) -> None:
        """Requests are not news."""


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main(arguments: list[str]) -> None:
    config = Config(**json.loads(Path(arguments[1]).read_text(encoding="utf-8")))
    Handler.config = config
    Server(("", config.port), Handler).serve_forever()


if __name__ == "__main__":
    main(sys.argv)
