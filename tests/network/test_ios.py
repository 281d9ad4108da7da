"""The second platform, through the same code: plan, apply, roll back on an IOS that rejects what it does not know."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

import journal
from inventory.model import Site
from inventory.ssh import login
from journal.changes import listing, record
from network import change, render
from network.change import kept
from network.change.rollback import NoSuchChange
from network.ios_device import RUNNING, SNMP_USER, normal, remediation
from network.order import Order
from network.platforms import ios, platform
from network.secrets import secrets as resolved
from network.verify.device import Device
from twin.wait import until

sys.path.insert(0, str(Path(__file__).parent))  # test helpers are modules beside their tests
from fake_ios import Ios, Terminal, serving

NAME, GOLDEN = "core-s1", Path(__file__).parent / "golden-ios"
PORTS = {"line-a": "GigabitEthernet1/0/1", "s-dmz": "GigabitEthernet1/0/2"}


def as_ios(site: Site, **more: object) -> Site:
    device = site.devices[NAME].model_copy(update={"platform": "ios", "ports": PORTS, **more})
    return site.model_copy(update={"devices": {**site.devices, NAME: device}})


@dataclass
class Room:
    """A site with one IOS device that answers on loopback, and what reaches it."""

    site: Site
    state: Path
    device: Ios

    def wanted(self, *edits: tuple[str, str]) -> dict:
        bundle = dict(render.bundle(self.site, NAME, resolved(self.site, self.state)))
        text = bundle[RUNNING].content
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        return {NAME: {**bundle, RUNNING: replace(bundle[RUNNING], content=text)}}

    def plan(self, *edits: tuple[str, str]) -> change.Plan:
        return change.make(self.site, self.state, wanted=self.wanted(*edits))

    def apply(self, *edits: tuple[str, str], seconds: int = 60) -> change.Outcome:
        plan, name = self.plan(*edits), change.new_id()
        return change.apply(self.site, self.state, plan, change=name, author="test", confirm_seconds=seconds)


@pytest.fixture
def room(site, tmp_path, monkeypatch) -> Iterator[Room]:
    here = as_ios(site, loopback=IPv4Address("127.0.0.1"))
    state = tmp_path / "state"
    keys = state / "keys"
    keys.mkdir(parents=True)
    for name in ("snmp-auth", "snmp-priv"):
        (keys / name).write_text(f"phrase of {name}".replace(" ", "-"))
    device = Ios(NAME, neighbours={"GigabitEthernet1/0/1": "198.18.1.0", "cross-s": "198.18.1.13"})
    with serving(device, keys) as port:
        (keys / "user").rename(keys / "mroom")
        (state / "known_hosts").write_text(f"[127.0.0.1]:{port} {(keys / 'host.pub').read_text()}")
        monkeypatch.setattr(ios, "PLATFORM", ios.Ios(port=port))
        monkeypatch.setattr(importlib.import_module("network.change.apply"), "check_entries", lambda _: [])
        monkeypatch.setattr("network.change.plan.faults", lambda *_: ())  # the other routers are not there
        found = Room(here, state, device)
        console = Terminal(device)
        console.configuring = True
        for line in found.wanted()[NAME][RUNNING].content.replace("^C", "#").splitlines():
            assert "%" not in console.say(line), line
        yield found


def cost(device: Ios) -> list[str]:
    return [line for line in device.config["interface cross-s"] if "cost" in line]


DEARER = ((" ip ospf cost 5", " ip ospf cost 6"),)


@pytest.mark.parametrize("name", ["core-m1", "edge-s"])
def test_the_rendered_text_is_as_agreed(site, secrets, name):
    """`MROOM_GOLDEN=write` writes it anew."""
    device = site.devices[name].model_copy(update={"platform": "ios", "ports": PORTS})
    here = site.model_copy(update={"devices": {**site.devices, name: device}})
    text, golden = render.bundle(here, name, secrets)[RUNNING].content, GOLDEN / f"{name}.conf"
    if os.environ.get("MROOM_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_the_snmp_user_stands_in_a_file_of_its_own_that_is_secret(site, secrets):
    bundle = render.bundle(as_ios(site), NAME, secrets)
    assert secrets.snmp_auth in bundle[SNMP_USER].content
    assert bundle[SNMP_USER].secret
    assert secrets.snmp_auth not in bundle[RUNNING].content


def test_a_device_that_is_as_it_should_be_is_not_opened_for_writing(room):
    plan = room.plan()
    assert (plan.changes, plan.same, room.device.writes) == ((), 1, 0)


def test_a_difference_is_shown_and_labelled_as_simulated(room):
    (found,) = room.plan(*DEARER).changes
    assert (found.action, found.diff_kind) == ("update", "simulated")
    assert "+interface cross-s" in found.diff
    assert "+ ip ospf cost 6" in found.diff
    assert room.device.writes == 0


def test_a_change_is_applied_confirmed_and_saved(room):
    outcome = room.apply(*DEARER)
    assert (outcome.state, outcome.exit_code) == ("confirmed", 0), outcome
    assert cost(room.device) == ["ip ospf cost 6"]
    assert room.device.before is None
    assert room.device.startup == room.device.config
    assert "max-metric router-lsa include-stub summary-lsa" not in room.device.config["router ospf 1"]
    assert room.plan(*DEARER).changes == ()


def test_a_bad_line_in_the_middle_is_named_and_changes_nothing(room):
    before = deepcopy(room.device.config)
    outcome = room.apply((" ip ospf cost 5", " ip ospf prize 7\n ip ospf cost 6"))
    assert (outcome.state, outcome.exit_code) == ("restored", 6)
    assert "`ip ospf prize 7`: % Invalid input" in outcome.results[0].message
    assert room.device.config == before


def test_what_is_not_confirmed_is_taken_back_by_the_device(room):
    room.device.minute = 1.0
    before = deepcopy(room.device.config)
    kind = platform("ios")
    with kind.connect(login(room.site, room.state), NAME, "127.0.0.1") as session:
        difference = kind.difference(session, room.wanted(*DEARER)[NAME])
        order = Order("c1", difference, confirm_seconds=60)
        assert kind.begin(session, order) == "armed"
        assert cost(room.device) == ["ip ospf cost 6"]
    # the runner is gone: nobody confirms
    assert until(lambda: [] if room.device.config == before else ["not yet"], 10.0) == []


def test_traffic_leaves_a_router_before_it_is_touched_and_comes_back_afterwards(room):
    gateways = [line for lines in room.device.config.values() for line in lines if line.startswith("vrrp ")]
    assert gateways
    room.device.said.clear()
    assert room.apply(*DEARER).state == "confirmed"
    words = ("max-metric", "vrrp ", "shutdown", "no shutdown", "ip ospf cost 6")
    told = [line for line in room.device.said if any(word in line for word in words)]
    drain = "max-metric router-lsa external-lsa include-stub summary-lsa"
    leave, back = ([part for group in gateways for part in (group, word)] for word in ("shutdown", "no shutdown"))
    assert told == [*leave, drain, "ip ospf cost 6", f"no {drain}", *back]


def ordered(room: Room, *edits: tuple[str, str]) -> Order:
    """A change that nobody will confirm, as a runner leaves it that dies here."""
    kind = platform("ios")
    with kind.connect(login(room.site, room.state), NAME, "127.0.0.1") as session:
        difference = kind.difference(session, room.wanted(*edits)[NAME])
        order = Order("c1", difference, confirm_seconds=60)
        before, after = kept.keep(room.state, difference.before), kept.keep(room.state, difference.wanted)
        with journal.open(room.state) as opened:
            record(opened, "c1", "begun", author="a", objects=[NAME], before={NAME: before}, after={NAME: after})
        assert kind.begin(session, order) == "armed"
    return order


def state_of(room: Room, change_id: str) -> str:
    with journal.open(room.state) as opened:
        return next(found.state for found in listing(opened) if found.id == change_id)


def test_what_a_dead_runner_left_open_is_taken_back_by_the_next_one_and_written_down(room):
    before = deepcopy(room.device.config)
    ordered(room, *DEARER)
    assert state_of(room, "c1") == "begun"
    (settled,) = change.settle(room.site, room.state, "test")
    assert [(r.object, r.state, r.message) for r in settled.results] == [(NAME, "restored", "")]
    assert (room.device.config, state_of(room, "c1")) == (before, "restored")
    assert change.settle(room.site, room.state, "test") == []
    assert room.apply(*DEARER).state == "confirmed"


def test_what_a_dead_runner_had_confirmed_can_be_rolled_back(room):
    order = ordered(room, *DEARER)
    kind = platform("ios")
    with kind.connect(login(room.site, room.state), NAME, "127.0.0.1") as session:
        assert kind.confirm(session, order)
    (settled,) = change.settle(room.site, room.state, "test")
    assert settled.state == state_of(room, "c1") == "confirmed"
    taken, plan = change.rollback(room.site, room.state)
    assert taken == "c1"
    assert change.apply(room.site, room.state, plan, change="back", author="test").state == "confirmed"
    assert cost(room.device) == ["ip ospf cost 5"]


def test_a_change_stays_begun_while_its_device_cannot_be_asked(room, monkeypatch):
    ordered(room, *DEARER)
    monkeypatch.setattr(ios, "PLATFORM", ios.Ios(port=1))
    assert change.settle(room.site, room.state, "test") == []
    assert state_of(room, "c1") == "begun"


def test_a_session_that_breaks_in_the_middle_of_a_change_is_not_taken_for_nothing_changed(room):
    room.device.breaks_at = "ip ospf cost 6"
    before = deepcopy(room.device.config)
    outcome = room.apply(("description Edge", "description The edge"), *DEARER)
    assert (outcome.state, outcome.exit_code) == ("restored", 6)
    assert "cut off while it was ordered" in outcome.results[0].message
    assert (room.device.config, room.device.before) == (before, None)


def test_a_change_that_loses_a_neighbour_is_not_confirmed(room):
    before = deepcopy(room.device.config)
    assert Device(room.site, room.state, NAME).ospf_neighbors == {"GigabitEthernet1/0/1": "Full", "cross-s": "Full"}
    outcome = room.apply((" ip ospf 1 area 0\n ip ospf cost 10", " ip ospf 1 area 7\n ip ospf cost 10"), seconds=10)
    assert (outcome.state, outcome.exit_code) == ("restored", 6)
    assert "line-a: OSPF neighbour is no neighbour" in outcome.results[0].message
    assert (room.device.config, room.device.startup) == (before, {})


@pytest.mark.parametrize("line", ["show ip ospf neighbour", "show clock", "reload", "configure confirm", "ip routing"])
def test_the_stand_in_rejects_what_it_does_not_know_and_what_is_not_the_time_for(room, line):
    assert "%" in Terminal(room.device).say(line)


def test_the_stand_in_arms_no_second_timer_and_none_without_an_archive(room):
    device = unarmed(room.device)
    device.before = {}
    assert device.arm(1).startswith("%")
    device.before = None
    del device.config["archive"]
    assert device.arm(1).startswith("%")


def unarmed(device: Ios) -> Ios:
    return Ios(device.name, config=deepcopy(device.config))


def test_a_second_runner_is_turned_away_while_a_change_is_open(room):
    kind = platform("ios")
    with kind.connect(login(room.site, room.state), NAME, "127.0.0.1") as session:
        order = Order("c1", kind.difference(session, room.wanted(*DEARER)[NAME]), confirm_seconds=60)
        assert kind.begin(session, order) == "armed"
        assert room.apply((" ip ospf cost 5", " ip ospf cost 9")).state == "restored"
        assert cost(room.device) == ["ip ospf cost 6"]
        assert kind.undo(session, order, "enough")
        assert kind.ended(session, order, 5) == "restored"
    assert cost(room.device) == ["ip ospf cost 5"]


def test_a_rollback_brings_the_old_line_back(room):
    assert room.apply(*DEARER).state == "confirmed"
    taken, plan = change.rollback(room.site, room.state)
    outcome = change.apply(room.site, room.state, plan, change="back", author="test", takes_back=taken)
    assert outcome.state == "confirmed"
    assert cost(room.device) == ["ip ospf cost 5"]


def test_what_went_with_an_earlier_change_is_not_taken_back_again(room):
    first = room.apply(*DEARER).change
    assert room.apply((" ip ospf cost 5", " ip ospf cost 9")).state == "confirmed"
    taken, plan = change.rollback(room.site, room.state, first)
    change.apply(room.site, room.state, plan, change="back", author="test", takes_back=taken)
    assert cost(room.device) == ["ip ospf cost 5"]
    with pytest.raises(NoSuchChange):
        change.rollback(room.site, room.state)


def test_an_interface_whose_no_shutdown_is_not_shown_is_not_shut():
    have = "interface Gi1\n description a\n!\nend\n"
    want = "interface Gi1\n description b\n no shutdown\n!\nend\n"
    assert remediation(normal(have), normal(want)) == ["interface Gi1", " description b", " exit"]
    assert remediation(normal(want), normal(have.replace("description a", "description b"))) == []
