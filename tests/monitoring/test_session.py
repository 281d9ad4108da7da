"""A session with a device that loses packets, falls silent, lies, or is a real snmpd with SNMPv3."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from monitoring.devices import load_all
from monitoring.sensors.decode import decode
from monitoring.snmp.credential import BadUser, Community, User, user_of
from monitoring.snmp.poll import poll
from monitoring.snmp.session import TRIES, Lying, Session, Silent
from monitoring.snmp.target import target_of
from tests.monitoring.responder import Device, Responder

SYSTEM = {
    "1.3.6.1.2.1.1.1.0": ("4", b"test"),
    "1.3.6.1.2.1.1.2.0": ("6", "1.3.6.1.4.1.99999.1"),
    "1.3.6.1.2.1.1.3.0": ("67", 4711),
}
UPS = {f"1.3.6.1.2.1.33.1.2.{column}.0": ("2", value) for column, value in ((1, 2), (3, 41), (4, 97), (5, 540))}
PORTS = {f"1.3.6.1.2.1.31.1.1.1.{column}.{row}": ("70", row) for column in (6, 10) for row in range(1, 301)}
FAST = 0.05


@pytest.fixture
def responder():
    with Responder() as running:
        yield running


def session(responder, device, seconds=FAST) -> Session:
    return Session("127.0.0.1", responder.serve(device), Community("public"), timeout_seconds=seconds)


def test_an_unknown_device_gives_what_the_standard_mibs_give(responder):
    polled = asyncio.run(poll(session(responder, Device({**SYSTEM, **UPS}), 1.0), load_all()))
    rows = {(row.class_, row.descr): row.value for row in decode(polled.definitions, polled.values)}
    assert rows == {
        ("state", "Battery Status"): 2,
        ("runtime", "Estimated battery time remaining"): 41,
        ("charge", "Battery charge remaining"): 97,
        ("voltage", "Battery"): 54.0,
    }
    assert polled.complete


def test_a_walk_goes_on_after_lost_packets(responder):
    device = Device({**SYSTEM, **PORTS})
    device.drop = lambda number: number % 3 == 0
    values: dict[str, object] = {}
    assert asyncio.run(session(responder, device).walk("1.3.6.1.2.1.31.1.1.1.6", values)) == 300
    assert values == {oid: value for oid, (_, value) in PORTS.items() if ".1.6." in oid}


@pytest.mark.parametrize("lost", [lambda size: size > 600, lambda size: size > 1300])
def test_a_device_whose_large_answers_are_lost_is_walked_with_small_ones(responder, lost):
    device = Device({**SYSTEM, **PORTS})
    device.lose = lost

    async def twice():
        asking, first, second = session(responder, device), {}, {}
        await asking.walk("1.3.6.1.2.1.31.1.1.1.6", first, 64)
        before = device.asked
        await asking.walk("1.3.6.1.2.1.31.1.1.1.6", second, 64)
        return first, second, device.asked - before

    first, second, asked = asyncio.run(twice())
    assert first == second == {oid: value for oid, (_, value) in PORTS.items() if ".1.6." in oid}
    assert asked == 31, "what helped is remembered"


def test_a_silent_device_is_asked_a_few_times_and_no_more(responder):
    device = Device(SYSTEM)
    device.drop = lambda _: True
    with pytest.raises(Silent, match="3 times"):
        asyncio.run(poll(session(responder, device), load_all()))
    assert device.asked == TRIES


def test_what_was_walked_before_a_device_fell_silent_is_kept(responder):
    device = Device({**SYSTEM, **UPS})

    async def both():
        asking = session(responder, device)
        await poll(asking, load_all())
        half = device.asked // 2
        device.drop = lambda number: number > device_start + half
        device_start = device.asked
        return await poll(asking, load_all())

    polled = asyncio.run(both())
    failed = [part for part in polled.parts if not part.success]
    assert failed
    assert "does not answer" in failed[0].message
    assert all(part.message.startswith("not asked") for part in failed[1:])
    assert any(part.success for part in polled.parts)


def test_a_walk_that_turns_in_a_circle_ends(responder):
    device = Device({**SYSTEM, **PORTS})
    honest = device._after
    device._after = lambda *_: honest("1.3.6.1.2.1.31.1.1.1.6.0", 5)
    with pytest.raises((Lying, Silent)):
        asyncio.run(session(responder, device, 0.2).walk("1.3.6.1.2.1.31.1.1.1.6", {}))


def test_a_late_answer_is_not_taken_for_the_next_one(responder):
    device = Device({**SYSTEM, **UPS})
    late: list[bytes] = []
    answer = device.answer

    def slow(data: bytes) -> bytes | None:
        # the first answer comes in place of the second, as after a detour
        late.append(answer(data) or b"")
        return None if len(late) == 1 else late[0] if len(late) == 2 else late[-1]

    device.answer = slow
    values: dict[str, object] = {}
    asyncio.run(session(responder, device).walk("1.3.6.1.2.1.33.1.2", values))
    assert values == {oid: value for oid, (_, value) in UPS.items()}


class Agent:
    """A real snmpd with a v3 user on a loopback port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = folder / "snmpd.conf"
        config.write_text('createUser watcher SHA-256 "authpassphrase" AES "privpassphrase"\nrouser watcher priv\n')
        program = shutil.which("snmpd", path="/usr/sbin:/usr/bin") or "snmpd"
        where = f"udp:127.0.0.1:{self.port}"
        self.command = [program, "-f", "-C", "-c", str(config), "-Lf", str(folder / "log"), where]
        # its state (the boots of its engine) stays in the test's folder
        self.environment = {"SNMP_PERSISTENT_DIR": str(folder / "state"), "MIBS": ""}
        self.start()

    def start(self) -> None:
        self.running = subprocess.Popen(self.command, env=self.environment)

    def stop(self) -> None:
        self.running.terminate()
        self.running.wait(10)


@pytest.fixture
def snmpd(tmp_path: Path):
    agent = Agent(tmp_path)
    try:
        yield agent
    finally:
        agent.stop()


WATCHER = User("watcher", "SHA256", "authpassphrase", "AES", "privpassphrase")


async def until_heard(port: int, user: User) -> Session:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        asking = Session("127.0.0.1", port, user, timeout_seconds=0.5)
        try:
            await asking.get(["1.3.6.1.2.1.1.1.0"])
        except Silent:
            continue
        return asking
    raise AssertionError("snmpd never answered")


def test_a_real_agent_is_polled_with_authentication_and_privacy(snmpd):
    async def go():
        asking = await until_heard(snmpd.port, WATCHER)
        return await poll(asking, load_all())

    polled = asyncio.run(go())
    rows = decode(polled.definitions, polled.values)
    assert {"lo"} <= {row.descr for row in rows if row.class_ == "port_oper"}
    assert any(row.class_ == "port_in" for row in rows)


def test_an_agent_that_was_restarted_is_synchronised_with_anew(snmpd):
    async def go():
        asking = await until_heard(snmpd.port, WATCHER)
        first = await poll(asking, load_all())
        snmpd.stop()
        with pytest.raises(Silent):
            await poll(asking, load_all())
        snmpd.start()
        await until_heard(snmpd.port, WATCHER)
        return first, await poll(asking, load_all())

    before, after = asyncio.run(go())
    assert before.complete
    assert after.complete
    assert {part.subtree for part in after.parts} == {part.subtree for part in before.parts}


def test_an_agent_that_was_restarted_unseen_is_synchronised_with_anew(snmpd):
    async def go():
        asking = await until_heard(snmpd.port, WATCHER)
        await poll(asking, load_all())
        snmpd.stop()
        snmpd.start()
        await until_heard(snmpd.port, WATCHER)
        # the session still has the boots and the time of the engine that is gone
        return await poll(asking, load_all())

    assert asyncio.run(go()).complete


def test_a_wrong_passphrase_gets_no_answer_and_is_not_told(snmpd):
    async def go():
        right = await until_heard(snmpd.port, WATCHER)
        wrong = Session("127.0.0.1", right.port, User("watcher", "SHA256", "wrongphrase", "AES", "privpassphrase"), 0.3)
        await wrong.get(["1.3.6.1.2.1.1.1.0"])

    with pytest.raises(Silent) as error:
        asyncio.run(go())
    assert "wrongphrase" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("198.18.0.1", ("198.18.0.1", 161)),
        ("198.18.0.1:1161", ("198.18.0.1", 1161)),
        ("ups-a.example", ("ups-a.example", 161)),
        ("2001:db8::1", ("2001:db8::1", 161)),
        ("[2001:db8::1]:1161", ("2001:db8::1", 1161)),
        ("[2001:db8::1]", ("2001:db8::1", 161)),
        ("", None),
        ("a:b", None),
        ("a:0", None),
        ("a:65536", None),
        ("a:٣", None),
        ("a b", None),
        ("a..b", None),
        ("[::1", None),
        ("http://a/", None),
        ("-rf", None),
    ],
)
def test_a_target_is_host_and_port(text, target):
    assert target_of(text) == target


@pytest.mark.parametrize("text", ["a", "a:SHA:short:AES:longenough", "a:ROT13:longenough:AES:longenough", "::::", ""])
def test_what_is_no_user_is_refused_without_telling_it(text):
    with pytest.raises(BadUser) as error:
        user_of(text)
    assert "longenough" not in str(error.value)


def test_a_user_does_not_show_its_secrets():
    user = user_of("watcher:SHA-256:authpassphrase:AES:privpassphrase")
    assert user == User("watcher", "SHA256", "authpassphrase", "AES", "privpassphrase")
    assert "passphrase" not in repr(user)
    assert "secret" not in repr(Community("secret"))
