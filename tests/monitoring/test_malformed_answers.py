"""Devices that answer with rubbish: no crash, no hang, a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from monitoring.devices import load_all
from monitoring.sensors.decode import decode
from monitoring.snmp.credential import Community
from monitoring.snmp.poll import poll
from monitoring.snmp.session import Lying, Session, Silent
from tests.monitoring.responder import Device, Responder
from tests.monitoring.test_session import SYSTEM, UPS

SHELF = load_all()
SEEDS = range(150)


def mutated(chance: random.Random, data: bytes) -> bytes:
    """A few bytes flipped, cut out, doubled or put in; at times rubbish altogether."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(0, 200))
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(changed)) if changed else 0
        match chance.randrange(5):
            case 0 if changed:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(1, 9)]
            case 2:
                changed[at:at] = chance.randbytes(chance.randrange(1, 9))
            case 3:
                changed[at:at] = changed[at : at + 20]
            case _ if changed:
                changed[at] ^= 1 << chance.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mutated_answer_ends_in_readings_or_a_sentence(seed, responder):
    chance = random.Random(seed)
    device = Device({**SYSTEM, **UPS})
    answer = device.answer
    device.answer = lambda data: mutated(chance, answer(data) or b"") if chance.random() < 0.5 else answer(data)
    session = Session("127.0.0.1", responder.serve(device), Community("public"), timeout_seconds=0.01)

    async def bounded():
        async with asyncio.timeout(20):
            return await poll(session, SHELF)

    with contextlib.suppress(Silent, Lying):
        polled = asyncio.run(bounded())
        for reading in decode(polled.definitions, polled.values):
            reading.document()


@pytest.fixture(scope="module")
def responder():
    with Responder() as running:
        yield running


@pytest.mark.parametrize("seed", range(60))
def test_values_of_any_type_in_any_place_end_in_readings(seed):
    chance = random.Random(seed)
    oids = [f"{at}.{reading.column}.{index}" for one in SHELF for table in one.tables for at in table.at
            for reading in table.readings for index in ("0", "1", "1.2", "1.1.3")
            if "*" not in at and chance.random() < 0.2]  # fmt: skip
    rubbish = [0, -1, 2**63, -(2**31), b"", b"\xff\xfe", b"nan", b"1e400", b"-", "1.3.6", None, 1.5, float("inf")]
    values = {oid: chance.choice(rubbish) for oid in oids}
    for reading in decode(SHELF, values):
        reading.document()
