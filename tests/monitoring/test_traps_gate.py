"""Whom the receiver believes, and what it makes of everything else."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver
from pysnmp.proto.api import v2c
from pysnmp.proto.rfc1902 import OctetString

from bench.trap_messages import ADDRESS, ENGINE, ON_BATTERY, USER, VALUES, Engine, number, pdu, plain, tlv
from monitoring.snmp.credential import AUTH, PRIV, Community, User
from monitoring.traps import ber
from monitoring.traps.ber import Malformed
from monitoring.traps.gate import QUESTIONS, Gate
from monitoring.traps.informs import engine_id, next_boots, value_of
from monitoring.traps.message import open_message
from monitoring.traps.notification import Notification, Refusal, notification
from monitoring.traps.recent import Recent
from monitoring.traps.usm import AUTH_IDS, PRIV_IDS, Users
from tests.monitoring.test_malformed_answers import mutated

FROM = (ADDRESS, 50000)
OWN = engine_id("noc")


class Clock:
    def __init__(self) -> None:
        self.now = 10_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A gate with what it sent."""

    def __init__(self, *users: User, clock: Clock | None = None) -> None:
        self.sent: list[bytes] = []
        self.clock = clock or Clock()
        self.gate = Gate(
            Users(users or (USER,), self.clock), [Community("public")], OWN, 1, {ADDRESS},
            lambda message, _: self.sent.append(message), self.clock,
        )  # fmt: skip

    def take(self, message: bytes, source=FROM):
        return self.gate.taken(message, source)


def test_a_trap_of_either_version_says_the_same():
    desk = Desk()
    for version, message in (("v3", Engine().message(1)), ("v2c", plain(ON_BATTERY, VALUES))):
        assert desk.take(message) == Notification(ADDRESS, version, inform=False, trap=ON_BATTERY, values=VALUES)
    assert desk.sent == []


@pytest.mark.parametrize("priv", PRIV)
@pytest.mark.parametrize("auth", AUTH)
def test_what_pysnmp_sends_is_understood_with_every_algorithm(auth, priv):
    user = User("someone", auth, "a long passphrase", priv, "another passphrase")
    desk = Desk(user)
    found = desk.take(by_pysnmp(user))
    assert isinstance(found, Notification), found
    assert (found.trap, found.values) == (ON_BATTERY, VALUES)


def by_pysnmp(user: User) -> bytes:
    """A trap as pysnmp makes it, by all of its own layers."""
    engine = SnmpEngine()
    (id_,) = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
    id_.syntax = engine.snmpEngineID = id_.syntax.clone(ENGINE)
    config.add_v3_user(engine, user.name, AUTH_IDS[user.auth], user.auth_passphrase, PRIV_IDS[user.priv],
                       user.priv_passphrase)  # fmt: skip
    request = v2c.SNMPv2TrapPDU()
    v2c.apiTrapPDU.set_defaults(request)
    binds = [("1.3.6.1.2.1.1.3.0", v2c.TimeTicks(1)), ("1.3.6.1.6.3.1.1.4.1.0", v2c.ObjectIdentifier(ON_BATTERY))]
    v2c.apiTrapPDU.set_varbinds(request, [*binds, *((oid, v2c.Integer(value)) for oid, value in VALUES.items())])
    model = engine.message_processing_subsystems[3]
    message = model.prepare_outgoing_message(
        engine, (1, 3, 6, 1, 6, 1, 1), ("127.0.0.1", 162), 3, 3, OctetString(user.name), 3, OctetString(ENGINE), b"",
        1, request, *[None] * 2,
    )[2]  # fmt: skip
    return bytes(message)


def pysnmp_alone(user: User = USER):
    """pysnmp's own receiver for one engine, and what it took."""
    engine, taken = SnmpEngine(), []
    config.add_v3_user(engine, user.name, AUTH_IDS[user.auth], user.auth_passphrase, PRIV_IDS[user.priv],
                       user.priv_passphrase, securityEngineId=OctetString(ENGINE))  # fmt: skip
    NotificationReceiver(engine, lambda *heard: taken.append({str(oid): value_of(value) for oid, value in heard[4]}))
    return lambda message: engine.message_dispatcher.receive_message(engine, (), FROM, message), taken


def test_pysnmp_understands_the_same_of_the_same_message():
    receive, taken = pysnmp_alone()
    receive(Engine().message(7))
    assert taken[0]["1.3.6.1.6.3.1.1.4.1.0"] == ON_BATTERY
    assert VALUES.items() <= taken[0].items()


def test_pysnmp_alone_takes_an_old_message_and_one_that_nobody_signed():
    """Why messages are judged before pysnmp sees them; the day this fails, it has learnt to."""
    receive, taken = pysnmp_alone()
    receive(Engine(boots=5).message(1, time=100_000))
    receive(Engine(boots=4).message(2, time=5))
    receive(Engine(boots=5).message(3, time=100_000, flags=0))
    assert len(taken) == 3


ARCS = st.tuples(st.integers(0, 2), st.integers(0, 39), *[st.integers(0, 2**32 - 1)] * 3).map(
    lambda arcs: ".".join(map(str, arcs)))  # fmt: skip
VALUE = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(v2c.Integer32), st.binary(max_size=300).map(v2c.OctetString),
    ARCS.map(v2c.ObjectIdentifier), st.integers(0, 2**32 - 1).map(v2c.Counter32),
    st.integers(0, 2**64 - 1).map(v2c.Counter64), st.integers(0, 2**32 - 1).map(v2c.Gauge32),
    st.binary(min_size=4, max_size=4).map(lambda data: v2c.IpAddress(".".join(map(str, data)))),
)  # fmt: skip


@given(st.dictionaries(ARCS, VALUE, max_size=6))
def test_what_pysnmp_encodes_is_decoded(values):
    made = v2c.SNMPv2TrapPDU()
    v2c.apiTrapPDU.set_defaults(made)
    binds = [("1.3.6.1.2.1.1.3.0", v2c.TimeTicks(1)), ("1.3.6.1.6.3.1.1.4.1.0", v2c.ObjectIdentifier(ON_BATTERY))]
    v2c.apiTrapPDU.set_varbinds(made, [*binds, *values.items()])
    data = encoder.encode(made)
    assert notification(data, 0, len(data), ADDRESS, "v2c").values == {
        oid: value_of(value) for oid, value in values.items()}  # fmt: skip


RUBBISH = Desk()


@given(st.binary(max_size=200))
def test_rubbish_is_malformed_or_nothing(data):
    assert isinstance(RUBBISH.take(data), Refusal)


STRANGER = replace(USER, name="stranger")
WRONG = replace(USER, auth_passphrase="some other passphrase")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Engine(user=STRANGER).message(1), Refusal.user),
        (Engine(user=WRONG).message(1), Refusal.engine),
        (Engine().message(1, flags=0), Refusal.level),
        (Engine().message(1, flags=1), Refusal.level),
        (Engine().message(1, tag=0xA6), Refusal.kind),
        (Engine().message(1, tag=0xA0), Refusal.kind),
        (plain(ON_BATTERY, VALUES, b"private"), Refusal.community),
        (plain(ON_BATTERY, VALUES).replace(b"\x02\x01\x01", b"\x02\x01\x00", 1), Refusal.version),
        (b"", Refusal.malformed),
        (b"\x30\x80", Refusal.malformed),
        (Engine().message(1)[:-1], Refusal.malformed),
        (Engine(id=b"\x80").message(1), Refusal.malformed),
    ],
)
def test_what_is_not_taken_has_its_reason(message, reason):
    assert Desk().take(message) is reason


def test_who_is_not_in_the_inventory_is_not_heard():
    assert Desk().take(Engine().message(1), ("203.0.113.9", 1)) is Refusal.source


def test_a_changed_byte_of_a_known_engine_is_a_wrong_digest():
    desk = Desk()
    assert isinstance(desk.take(Engine().message(1)), Notification)
    message = bytearray(Engine().message(2))
    message[-1] ^= 1
    assert desk.take(bytes(message)) is Refusal.digest


def test_the_same_message_again_is_a_replay_and_an_old_one_too():
    desk, engine = Desk(), Engine(boots=7)
    first = engine.message(1, time=1000)
    assert isinstance(desk.take(first), Notification)
    assert desk.take(first) is Refusal.replay
    # 150 s of difference are allowed (RFC 3414, 3.2.7), by its clock and by ours
    assert isinstance(desk.take(engine.message(2, time=851)), Notification)
    assert desk.take(engine.message(3, time=849)) is Refusal.window
    desk.clock.now += 1000
    assert desk.take(engine.message(4, time=1000)) is Refusal.window
    assert isinstance(desk.take(engine.message(5, time=1900)), Notification)


def test_a_message_from_before_a_restart_is_a_replay_for_ever():
    desk = Desk()
    assert isinstance(desk.take(Engine(boots=7).message(1, time=90_000)), Notification)
    assert isinstance(desk.take(Engine(boots=8).message(2, time=3)), Notification)
    assert desk.take(Engine(boots=7).message(3, time=90_001)) is Refusal.window
    assert desk.take(Engine(boots=2**31 - 1).message(4, time=3)) is Refusal.window


def test_a_replay_is_known_until_it_is_out_of_the_window_and_memory_has_an_end():
    clock = Clock()
    recent = Recent(clock, most=10)
    recent.add(b"a", b"answer")
    clock.now += 151
    recent.add(b"b")
    assert (recent.answer(b"a"), recent.answer(b"b"), recent.answer(b"c")) == (b"answer", b"", None)
    for one in range(100):
        recent.add(b"%d" % one)
    assert recent.answer(b"99") == b""
    assert sum(recent.answer(b"%d" % one) is not None for one in range(100)) <= 20


def test_who_asks_is_told_our_engine_and_its_time():
    desk = Desk()
    assert desk.take(WHO) is None
    (report,) = desk.sent
    asked = open_message(report)
    assert (asked.engine, asked.boots) == (OWN, 1)


def test_nobody_keeps_us_busy_by_asking():
    desk = Desk()
    assert [desk.take(WHO) for _ in range(QUESTIONS + 5)] == [None] * QUESTIONS + [Refusal.asking] * 5
    desk.clock.now += 1
    assert desk.take(WHO) is None


def test_an_inform_of_v3_is_answered_and_answered_again_when_the_answer_got_lost():
    desk, engine = Desk(), Engine(id=OWN)
    assert desk.take(engine.message(1, time=0, flags=7, tag=0xA6)) == Notification(
        ADDRESS, "v3", inform=True, trap=ON_BATTERY, values=VALUES)  # fmt: skip
    assert desk.take(engine.message(1, time=0, flags=7, tag=0xA6)) is Refusal.replay
    assert len(desk.sent) == 2
    assert desk.sent[0] == desk.sent[1]


def test_an_inform_of_v3_with_an_old_time_is_told_ours_and_is_not_taken():
    desk = Desk()
    assert desk.take(Engine(id=OWN, boots=0).message(1, time=0, flags=7, tag=0xA6)) is None
    assert desk.take(Engine(id=OWN).message(2, time=5000, flags=7, tag=0xA6)) is Refusal.window
    assert desk.take(Engine(id=OWN, user=WRONG).message(3, time=0, flags=7, tag=0xA6)) is Refusal.digest
    assert len(desk.sent) == 2


def test_an_inform_of_v2c_is_answered_with_what_it_said():
    desk = Desk()
    message = plain(ON_BATTERY, VALUES, tag=0xA6)
    assert desk.take(message) == Notification(ADDRESS, "v2c", inform=True, trap=ON_BATTERY, values=VALUES)
    assert desk.sent == [message.replace(pdu(ON_BATTERY, VALUES, 1, 0xA6), pdu(ON_BATTERY, VALUES, 1, 0xA2))]


def test_engines_of_wrong_passphrases_are_not_remembered():
    desk = Desk()
    for one in range(50):
        message = Engine(id=b"\x80\0\0\0\4" + b"%d" % one, user=WRONG).message(one)
        assert desk.take(message) is Refusal.engine
    assert desk.gate.users.engines == 0


def test_an_engine_counts_its_starts(tmp_path):
    file = tmp_path / "traps" / "boots"
    assert [next_boots(file) for _ in range(3)] == [1, 2, 3]
    file.write_text("rubbish")
    assert next_boots(file) == 1


WHO = tlv(0x30, number(3) + tlv(0x30, number(1) + number(65507) + tlv(4, b"\4") + number(3))
                        + tlv(4, tlv(0x30, tlv(4, b"") + number(0) + number(0) + tlv(4, b"") * 3))
                        + tlv(0x30, tlv(4, b"") * 2 + tlv(0xA0, number(1) + number(0) * 2 + tlv(0x30, b""))),
          )  # fmt: skip
"""The question for our engine (RFC 3414, 4)."""
SEEDS = (Engine().message(1), plain(ON_BATTERY, VALUES), plain(ON_BATTERY, VALUES, tag=0xA6),
         Engine(id=OWN).message(9, flags=7, tag=0xA6), WHO)  # fmt: skip
"""A trap of each version, an inform of each, and the question for our engine."""


@pytest.mark.parametrize("seed", range(8))
def test_mutations_are_taken_or_refused_and_nothing_else(seed):
    chance, desk = random.Random(seed), Desk()
    for one in range(400):
        message = mutated(chance, SEEDS[one % len(SEEDS)])
        found = desk.take(message)
        assert found is None or isinstance(found, Notification | Refusal)
    assert desk.gate.users.engines <= 2


def test_lengths_that_lie_are_told():
    for data in (b"\x30\x85\1\1\1\1\1", b"\x30\x82\xff\xff\0", b"\x02\x00", b"\x02\x09" + bytes(9)):
        with pytest.raises(Malformed):
            ber.integer(data, 0, len(data))
    for content in (b"", b"\x81", b"\x2b\xff\xff\xff\xff\xff\x7f"):
        with pytest.raises(Malformed):
            ber.oid_text(content)
