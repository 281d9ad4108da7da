"""What a plan refuses, what somebody has answered for, and a device that answers late or never."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import inventory
from inventory.model import Accepted
from network import access, change, render
from network.change.apply import PlanRefused
from network.change.compare import Found, compare
from network.change.faults import lines_down
from network.change.plan import make
from network.difference import Difference, Part
from network.secrets import secrets as resolved
from network.verify import Seen

EXAMPLE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"
EXCEPTION = "accepted: [{code: maintenance, reason: yearly inspection, by: ict-network, until: 2099-12-31}]"


def found(device, trouble=""):
    if trouble:
        return Found(device, None, trouble)
    return Found(device, Difference((Part("/etc/issue.net", "+x", "/etc/issue.net"),), {"/x": None}, {}))


@pytest.fixture
def planned(site, tmp_path, monkeypatch):
    """A plan over what was found on devices."""

    def plan(*answers: Found, site=site, broken=()):
        monkeypatch.setattr("network.change.plan.compare", lambda *_: list(answers))
        monkeypatch.setattr("network.change.plan.faults", lambda *_: broken)
        return make(site, tmp_path, wanted={answer.device: {} for answer in answers})

    return plan


def excused(site, *systems: str):
    accepted = Accepted(code="maintenance", reason="yearly inspection", by="ict-network", until=date(2099, 12, 31))
    changed = {id_: site.systems[id_].model_copy(update={"accepted": (accepted,)}) for id_ in systems}
    return site.model_copy(update={"systems": {**site.systems, **changed}})


HALF = (found("core-s1"), found("core-s2", "core-s2: no connection within 8 s"))


def test_the_other_half_of_a_device_that_does_not_answer_is_not_touched(planned, site, tmp_path):
    plan = planned(*HALF)
    assert {one.object for one in plan.refused} == {"core-s1"}
    reason = "disaster-info would not be served while core-s1 is changed, with core-s2 out already"
    assert reason in [one.reason for one in plan.refused]
    with pytest.raises(PlanRefused, match="disaster-info would not be served") as caught:
        change.apply(site, tmp_path, plan, change="c1", author="test")
    assert caught.value.exit_code == 1
    assert "accepted: [{code: maintenance" in caught.value.hint
    assert not (tmp_path / "network").exists()


def test_an_edge_is_not_touched_while_the_line_of_the_other_one_is_down(planned):
    assert planned(found("edge-s")).refused == ()
    plan = planned(found("edge-s"), broken=("outside-a",))
    assert "while edge-s is changed with outside-a out already, " in plan.steps[0].words
    assert [(one.object, one.reason) for one in plan.refused] == [
        ("edge-s", "website would not be served while edge-s is changed, with outside-a out already")
    ]


BROKEN = [
    ("a line without a neighbour", Seen("core-s2", ospf={"cross-s": "Full", "uplink-s2": "Full"}), ["line-b"]),
    ("a session with a carrier", Seen("edge-s", ospf=dict.fromkeys(["uplink-s1", "uplink-s2"], "Full")), ["outside-b"]),
]


@pytest.mark.parametrize(("what", "seen", "lines"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_line_over_which_an_end_has_no_neighbour_is_down(site, what, seen, lines):
    assert list(lines_down(site, seen)) == lines


def test_what_somebody_answers_for_by_name_is_not_refused_and_stands_in_the_plan(planned, site):
    names = {one.reason.split()[0] for one in planned(*HALF).refused}
    plan = planned(*HALF, site=excused(site, *names))
    assert plan.refused == ()
    assert {(one.element, one.reason, one.step) for one in plan.accepted} == {
        (name, "yearly inspection", 1) for name in names
    }
    left = planned(*HALF, site=excused(site, *(names - {"disaster-info"}))).refused
    assert [one.reason.split()[0] for one in left] == ["disaster-info"]


def test_the_exception_can_be_written_into_the_inventory(tmp_path):
    for path in EXAMPLE.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(
            text.replace("  disaster-info:\n", f"  disaster-info:\n    {EXCEPTION}\n", 1), encoding="utf-8"
        )
    loaded = inventory.load(tmp_path)
    assert [one.code for one in loaded.systems["disaster-info"].accepted] == ["maintenance"]


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word; gives its number."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def take() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        for connection in held:
            connection.close()


@pytest.fixture
def state(tmp_path):
    """A state folder with keys of its own."""
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("snmp-auth", "snmp-priv"):
        (keys / name).write_text("a-phrase-of-no-secret")
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    (keys / "mroom").write_bytes(Ed25519PrivateKey.generate().private_bytes(*form))
    (tmp_path / "known_hosts").write_text("")
    return tmp_path


@pytest.mark.parametrize("platform", ["bridge", "ios"])
def test_a_device_that_is_too_slow_is_one_row(site, state, monkeypatch, silent, platform):
    monkeypatch.setattr(access, "CONNECT_SECONDS", 0.5)
    connect = access._connect
    monkeypatch.setattr(access, "_connect", lambda *words: connect(*words[:4], silent))
    changed = {"platform": platform, "address": IPv4Address("127.0.0.1")}
    device = site.devices["sw-m-fac"].model_copy(update=changed)
    here = site.model_copy(update={"devices": {**site.devices, "sw-m-fac": device}})
    wanted = {"sw-m-fac": render.bundle(here, "sw-m-fac", resolved(here, state))}
    (row,) = compare(here, state, wanted)
    assert row.difference is None
    assert "sw-m-fac (127.0.0.1): " in row.trouble
