"""Damaged traps, informs and questions: each is taken, answered or refused, at once, and none is a fault of ours."""

from __future__ import annotations

import random
import time
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.trap_messages import ADDRESS, ON_BATTERY, USER, VALUES, Engine, number, plain, tlv
from monitoring.snmp.credential import Community
from monitoring.traps.gate import Gate
from monitoring.traps.informs import engine_id
from monitoring.traps.usm import Users

ROWS_KEPT = False
"""Too many for bench/results: only how many there were, and the bad ones."""
LONGEST_SECONDS = 0.5
"""Of a message; a good one takes less than a thousandth. The rest is for a machine that does other things."""
OWN = engine_id("campaign")
NOTHING = tlv(4, b"")
WHO = tlv(
    0x30,
    number(3)
    + tlv(0x30, number(1) + number(65507) + tlv(4, b"\4") + number(3))
    + tlv(4, tlv(0x30, NOTHING + number(0) * 2 + NOTHING * 3))
    + tlv(0x30, NOTHING * 2 + tlv(0xA0, number(1) + number(0) * 2 + tlv(0x30, b""))),
)
"""The question for our engine (RFC 3414, 4)."""
SIGNED_INSIDE = (b"\x30\x84\xff\xff\xff\xff", b"\x06\x00", b"\x02\x00", b"\x46\x09" + b"\xff" * 9, b"\x30\x00" * 200)
"""Rubbish that a device which knows the passphrase could sign: it stands in the value of a varbind, or as one."""


@cache
def gate() -> Gate:
    # the second is always another, so that no question is one too many
    seconds = cycle((0.0, 1.0)).__next__
    return Gate(Users([USER]), [Community("public")], OWN, 1, {ADDRESS}, lambda *_: None, seconds)


def seeds(at: int, chance: random.Random) -> bytes:
    """A message of each kind."""
    values = VALUES | {"1.3.6.1.4.1.8072.9999.1": chance.choice(SIGNED_INSIDE)}
    return (
        lambda: Engine().message(at),
        lambda: plain(ON_BATTERY, VALUES),
        lambda: plain(ON_BATTERY, VALUES, tag=0xA6),
        lambda: Engine(id=OWN).message(at, flags=7, tag=0xA6, time=0),
        lambda: WHO,
        lambda: Engine().message(at, values=values),
    )[at % 6]()


def damaged(chance: random.Random, data: bytes) -> bytes:
    """A few bytes flipped, cut out, doubled or put in; at times rubbish altogether."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(0, 300))
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randrange(0, 9))
        put = chance.choice([b"", data[at:end] * 2, chance.randbytes(end - at or 1), data[:at]])
        data = (data[:at] + put + data[end:])[:65_000]
    return data


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:
    """The runs start … start+count-1; `state` holds the messages that were not well met."""
    return [_row(seed, one, state) for one in range(start, start + count)]


def _row(seed: int, at: int, state: Path) -> dict[str, Any]:
    chance = random.Random(f"{seed}-{at}")
    message = seeds(at, chance)
    if at % 6 != 5:
        message = damaged(chance, message)
    began = time.process_time()
    try:
        gate().taken(message, (ADDRESS, 50000))
        wrong = "" if gate().users.engines <= 2 else f"{gate().users.engines} engines"
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    wrong = wrong or (f"took {seconds:.2f} s" if seconds > LONGEST_SECONDS else "")
    if not wrong:
        return {"ok": True}
    (state / f"{seed}-{at}").write_bytes(message)
    return {"ok": False, "what": wrong[:200]}
