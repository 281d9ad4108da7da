"""Recordings of real devices, served live on loopback, are read as their upstream reads them."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

import pytest

from monitoring.devices import load_all
from monitoring.sensors.decode import decode
from monitoring.snmp.credential import Community
from monitoring.snmp.poll import Polled, poll
from monitoring.snmp.session import Session
from tests.monitoring import recordings, shifts
from tests.monitoring.responder import Device, Responder

SHELF = load_all()
DIFFERENT = {"apc_ats": 1, "ios_2960x": 6, "rittal-lcp_cmciii-pu-lcp": 3}
"""Readings in which we differ from upstream on purpose.

apc_ats: upstream reads the generator's state from the mode switch. ios_2960x: a stack port is up or down
(CISCO-STACKWISE-MIB), not normal or warning. rittal-lcp: delays and retry times of the controller are no states.
"""
DIFFERENT_WHEN_SHIFTED = {
    "apc_ats": 1,
    "ios_2960x": 6,
    "rittal-cmc-iii-pu_cmciii-pu": 7,
    "rittal-lcp_cmciii-pu-lcp": 4,
}
"""The same, with other values: an alarm of a Rittal door control is critical to us, and fine upstream."""
ALL = 1420, 1215
"""Sensor and port readings of the 34 recordings. They stand beside the checkout; without them nothing is collected."""


@pytest.fixture(scope="module")
def responder():
    with Responder() as running:
        yield running


def asked(responder: Responder, device: Device) -> Polled:
    session = Session("127.0.0.1", responder.serve(device), Community("public"))
    return asyncio.run(poll(session, SHELF))


def score(responder: Responder, device: Device, wanted: list[dict[str, object]]) -> recordings.Score:
    polled = asked(responder, device)
    assert [part for part in polled.parts if not part.success] == []
    return recordings.compare(recordings.documents(decode(polled.definitions, polled.values)), wanted)


@pytest.mark.parametrize("name", recordings.NAMES)
def test_a_recorded_device_is_read_as_expected(name, responder):
    found = score(responder, Device(recordings.load(name)), recordings.expected(name))
    assert len(found.wrong) == DIFFERENT.get(name, 0), "\n".join(found.wrong)


@pytest.mark.parametrize("name", recordings.NAMES)
def test_another_device_of_the_same_maker_is_read_as_well(name, responder):
    recording, wanted = shifts.shifted(name, recordings.load(name), recordings.expected(name))
    found = score(responder, Device(recording), wanted)
    assert len(found.wrong) == DIFFERENT_WHEN_SHIFTED.get(name, 0), "\n".join(found.wrong)


@pytest.mark.parametrize("names", [recordings.NAMES] if recordings.NAMES else [])
def test_the_score_over_all_recordings(names, responder, capsys):
    sensors, ports, lines = Counter(), Counter(), []
    for name in names:
        found = score(responder, Device(recordings.load(name)), recordings.expected(name))
        sensors.update(found.sensors)
        ports.update(found.ports)
        lines.append(f"{name:30}{found.sensors[True]:5} of {found.sensors.total():4} sensors"
                     f"{found.ports[True]:5} of {found.ports.total():4} ports")  # fmt: skip
    table = [*lines, f"{sensors[True]} of {sensors.total()} sensors, {ports[True]} of {ports.total()} ports"]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(table) + "\n")
    assert (sensors.total(), ports.total()) == ALL
    assert sensors[True] >= 1410
    assert ports[True] == 1215


@pytest.mark.parametrize("name", recordings.NAMES)
def test_a_shifted_recording_is_another_one(name):
    recording = recordings.load(name)
    changed, wanted = shifts.shifted(name, recording, recordings.expected(name))
    assert len(changed) == len(recording)
    assert changed != recording
    assert all(row["oid"] in changed for row in wanted)
