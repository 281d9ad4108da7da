"""The parts of the campus network's probe: they send what the standards say, and bear any answer."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from monitoring.probes.campus_network import (
    COOKIE,
    DISCOVER,
    Failed,
    ber,
    dhcp,
    options_of,
    packed,
    probe,
    signed,
    text_in,
)

CONFIG = {
    "address": "127.0.0.1",
    "members": {"a": "127.0.0.1"},
    "domain": "example.invalid",
    "timeout_seconds": 0.2,
    "login": "uid=probe",
    "secrets": {"dns-update": "x", "probe-login": "y"},
}


def test_a_name_is_packed_as_labels() -> None:
    assert packed("ns.Example.invalid") == b"\x02ns\x07example\x07invalid\x00"


def test_a_signature_is_one_more_record_and_changes_with_the_key() -> None:
    message = struct.pack("!6H", 7, 5 << 11, 1, 0, 1, 0) + packed("z") + struct.pack("!2H", 6, 1)
    one, other = signed(message, "one"), signed(message, "other")
    assert struct.unpack_from("!6H", one) == (7, 5 << 11, 1, 0, 1, 1)
    assert one[12:].startswith(message[12:] + packed("dns-update"))
    assert one != other


def test_a_relays_question_has_its_address_its_hop_and_the_cookie() -> None:
    message = dhcp(DISCOVER, 5, b"\x02\0\0\0\0\1", "198.18.48.20", b"", bytes(4))
    assert (message[3], message[24:28], message[236:240]) == (1, bytes([198, 18, 48, 20]), COOKIE)
    assert options_of(message) == {53: bytes([DISCOVER])}


def test_the_text_of_an_answer_is_found_behind_a_compressed_name() -> None:
    question = packed("a.b") + struct.pack("!2H", 16, 1)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 0, 4) + b"\x03net"
    answer = struct.pack("!6H", 1, 0x8180, 1, 1, 0, 0) + question + record
    assert text_in(answer, 12 + len(question)) == "net"


@given(st.binary(max_size=70_000).filter(lambda data: len(data) < 1 << 16))
def test_a_value_says_its_own_length(data: bytes) -> None:
    told = ber(4, data)
    size = told[1] if told[1] < 0x80 else int.from_bytes(told[2:4], "big")
    assert size == len(data)


@given(st.binary(max_size=400))
def test_no_dhcp_answer_makes_it_fall_over(data: bytes) -> None:
    options_of(data)


@given(st.binary(min_size=12, max_size=400))
def test_no_dns_answer_does_more_than_be_refused(data: bytes) -> None:
    try:
        text_in(data, 12)
    except (IndexError, struct.error, Failed):
        return


def test_where_nothing_listens_the_probe_says_so() -> None:
    found = probe(CONFIG)
    assert (found["ok"], found["served_by"]) == (False, None)
    assert "names" in found["message"]
