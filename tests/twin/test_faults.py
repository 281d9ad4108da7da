"""Each kind of fault breaks exactly what it should, and mending undoes exactly that, in any order."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.twin.look import ADDRESS_OF_SWITCH, hears, links_down, ssh, states
from twin import linux, state
from twin.failure import TwinFailure
from twin.room import Twin
from twin.wait import until

CABLE, HOST, SWITCH = "cable-fire-s1-s-lgw1", "fire-s1", ADDRESS_OF_SWITCH["s-lgw1"]
NEIGHBOUR = "dis-s1"
TRANSFER_BYTES = 250_000


@pytest.fixture(autouse=True)
def whole_again(twin: Twin) -> Iterator[None]:
    """However a test ends, the shared twin is left whole."""
    assert twin.known().faults == ()
    yield
    twin.mend()
    assert links_down(twin) == set()
    assert set(states(twin).values()) == {"up"}


def has_full_adjacencies(twin: Twin) -> bool:
    def missing() -> list[str]:
        near = twin.status()["adjacencies"]
        return [] if near["full"] == near["expected"] == 26 else [str(near)]

    return not until(missing, 60)


def test_a_cut_takes_the_carrier_from_both_ends_and_from_no_other_link(twin: Twin):
    twin.break_("line-a")
    assert links_down(twin) == {"line-a"}
    twin.mend("line-a")
    assert twin.carries("line-a")
    assert has_full_adjacencies(twin)


def test_silence_drops_everything_both_ways_while_the_carrier_stays(twin: Twin):
    assert hears(twin, HOST, SWITCH)
    twin.break_(CABLE, "silent")
    before = twin.counters(CABLE)
    assert not hears(twin, HOST, SWITCH, 0.5)
    assert not hears(twin, NEIGHBOUR, "198.18.33.13", 0.5)
    assert twin.carries(CABLE)
    assert twin.counters(CABLE)[HOST].tx_packets == before[HOST].tx_packets
    assert hears(twin, NEIGHBOUR, SWITCH)
    twin.mend(CABLE)
    assert hears(twin, HOST, SWITCH)
    assert twin.counters(CABLE)[HOST].tx_packets > before[HOST].tx_packets


def test_loss_takes_its_share_in_each_direction(twin: Twin):
    twin.break_(CABLE, "loss", ratio=0.4)
    said = twin.exec(HOST, ["ping", "-q", "-c", "400", "-i", "0.003", "-W", "1", SWITCH]).stdout
    lost = float(re.findall(r"([\d.]+)% packet loss", said)[0])
    assert 54 < lost < 74  # 1 - 0.6² = 64 %; ±10 is four standard deviations of 400 draws
    twin.mend(CABLE)
    assert ", 0% packet loss" in twin.exec(HOST, ["ping", "-q", "-c", "50", "-i", "0.005", SWITCH]).stdout


def seconds_to_transfer(twin: Twin) -> float:
    with linux.inside(twin.netns_path(NEIGHBOUR)):
        server = socket.create_server(("198.18.33.12", 7777))
    with linux.inside(twin.netns_path(HOST)):
        client = socket.create_connection(("198.18.33.12", 7777), timeout=30)
    with server, client, server.accept()[0] as taker:
        start = time.monotonic()
        sender = threading.Thread(target=client.sendall, args=[bytes(TRANSFER_BYTES)])
        sender.start()
        taker.settimeout(30)
        left = TRANSFER_BYTES
        while left:
            left -= len(taker.recv(65536))
        sender.join()
        return time.monotonic() - start


def test_a_rate_slows_the_link_to_what_was_asked_for(twin: Twin):
    twin.break_(CABLE, "rate", bits_per_second=1e6)
    assert 1.5 < seconds_to_transfer(twin) < 10  # 2 s at a megabit per second
    twin.mend(CABLE)
    assert seconds_to_transfer(twin) < 1.5


def test_a_power_cut_ends_a_node_and_its_links_and_power_brings_it_back_with_its_disk(twin: Twin):
    twin.exec("web-c", ["sh", "-c", "echo kept >/var/lib/mroom/mark"])
    first = twin.pid("web-c")
    twin.break_("web-c")
    assert states(twin)["web-c"] == "off"
    assert links_down(twin) == {"cable-web-c-c-dmz"}
    assert not hears(twin, "web-s", "198.18.18.10", 0.5)
    with pytest.raises(TwinFailure, match="web-c has no power"):
        twin.pid("web-c")
    twin.mend("web-c")
    assert twin.pid("web-c") != first
    assert ssh(twin, "web-c", "sudo", "cat", "/var/lib/mroom/mark").stdout == "kept\n"


def test_a_router_that_gets_power_back_finds_its_neighbours_again(twin: Twin):
    twin.break_("core-t1")
    assert {"witness-c", "witness-s"} < links_down(twin)
    twin.mend("core-t1")
    assert has_full_adjacencies(twin)


def test_a_frozen_node_answers_nothing_keeps_its_carrier_and_goes_on_where_it_was(twin: Twin):
    first = twin.pid(HOST)
    twin.break_(HOST, "freeze")
    assert states(twin)[HOST] == "frozen"
    assert not hears(twin, NEIGHBOUR, "198.18.33.13", 0.5)
    assert twin.carries(CABLE)
    twin.mend(HOST)
    assert twin.pid(HOST) == first
    assert ssh(twin, HOST, "hostname").stdout == f"{HOST}\n"


def test_a_killed_daemon_is_gone_and_mending_starts_it_again(twin: Twin):
    twin.break_(HOST, "kill", daemon="snmpd")
    assert twin.exec(HOST, ["pidof", "snmpd"]).returncode == 1
    assert twin.exec(HOST, ["pidof", "sshd"]).returncode == 0
    twin.mend(HOST)
    assert twin.exec(HOST, ["pidof", "snmpd"]).returncode == 0


def test_a_killed_routing_daemon_is_back_after_mending(twin: Twin):
    fault = twin.break_("edge-s", "kill")
    assert fault.params == {"daemon": "ospfd"}
    twin.mend("edge-s")
    assert twin.exec("edge-s", ["pidof", "ospfd"]).returncode == 0
    assert has_full_adjacencies(twin)


def test_a_cut_duct_cuts_the_lines_in_it(twin: Twin):
    twin.break_("duct-north")
    assert links_down(twin) == {"line-a"}


def test_a_machine_goes_off_with_the_last_of_its_feeds_and_comes_back_with_the_first(twin: Twin):
    twin.break_("pdu-s-r1-a")
    assert set(states(twin).values()) == {"up"}
    twin.break_("pdu-s-r1-b")
    assert {name for name, its in states(twin).items() if its == "off"} == {"core-s1", "edge-s"}
    twin.mend("pdu-s-r1-a")
    assert set(states(twin).values()) == {"up"}
    assert [fault.element for fault in twin.known().faults] == ["pdu-s-r1-b"]


@pytest.mark.parametrize("first", ["campus-2", "core-m2"])
def test_of_a_cut_line_and_a_dead_router_at_its_end_mending_one_leaves_the_other(twin: Twin, first: str):
    both = ["campus-2", "core-m2"]
    for element in both if first == "campus-2" else both[::-1]:
        twin.break_(element)
    twin.mend("core-m2")
    assert states(twin)["core-m2"] == "up"
    assert links_down(twin) == {"campus-2"}
    twin.break_("core-m2")
    twin.mend("campus-2")
    assert states(twin)["core-m2"] == "off"
    assert "campus-2" in links_down(twin)


def test_a_silent_link_stays_silent_through_a_power_cycle_of_its_node(twin: Twin):
    twin.break_(CABLE, "silent")
    twin.break_(HOST)
    twin.mend(HOST)
    assert twin.carries(CABLE)
    assert not hears(twin, HOST, SWITCH, 0.5)
    twin.mend(CABLE)
    assert hears(twin, HOST, SWITCH)


def test_the_same_fault_twice_is_one_fault(twin: Twin):
    one, two = twin.break_("line-b"), twin.break_("line-b")
    assert one.id == two.id
    assert [fault.id for fault in twin.known().faults] == [one.id]
    assert twin.break_(CABLE, "loss", ratio=0.1).id == twin.break_(CABLE, "loss", ratio=0.2).id
    assert [fault.params for fault in twin.known().faults] == [{}, {"ratio": 0.2}]


def test_an_interface_that_somebody_had_set_down_stays_down_after_mending(twin: Twin):
    twin.exec("core-t1", ["ip", "link", "set", "witness-s", "down"])
    twin.break_("witness-s")
    twin.mend("witness-s")
    assert links_down(twin) == {"witness-s"}
    twin.exec("core-t1", ["ip", "link", "set", "witness-s", "up"])
    assert links_down(twin) == set()


def test_mending_what_is_whole_changes_nothing(twin: Twin):
    assert twin.mend("line-a") == []
    assert twin.mend() == []


def test_mending_brings_back_a_node_that_died_by_itself(twin: Twin):
    os.kill(twin.pid("wit-t"), signal.SIGKILL)
    assert not until(lambda: [] if states(twin)["wit-t"] == "off" else ["still there"], 10)
    assert twin.mend("wit-t") == []
    assert states(twin)["wit-t"] == "up"


def test_a_fault_that_was_written_down_and_never_made_can_be_mended(twin: Twin):
    known = twin.known()
    planned = state.Fault("f900", "core-t1", "power", "2026-01-01T00:00:00+00:00", {}, {})
    state.save(twin.where, replace(known, faults=(planned,)))
    assert [fault.id for fault in twin.mend()] == ["f900"]
    assert states(twin)["core-t1"] == "up"


@pytest.mark.parametrize(
    ("element", "kind", "message", "hint"),
    [
        ("line-x", None, "no element 'line-x'", "line-"),
        ("line-a", "power", "cannot be broken by 'power'", "cut, silent, loss, rate"),
        ("core-m1", "cut", "cannot be broken by 'cut'", "power, freeze, kill"),
        ("second", "freeze", "cannot be broken by 'freeze'", "power"),
        ("website", None, "no thing that can be broken", "break what it stands on"),
        (HOST, "kill", None, None),
    ],
)
def test_what_cannot_be_broken_is_told_with_what_can(
    twin: Twin, element: str, kind: str | None, message: str | None, hint: str | None
):
    params = {} if message else {"daemon": "no-such-daemon"}
    with pytest.raises(TwinFailure, match=message or "no no-such-daemon runs on fire-s1") as failed:
        twin.break_(element, kind, **params)
    assert failed.value.exit_code == 2
    assert hint is None or hint in failed.value.hint
    assert twin.known().faults == ()
