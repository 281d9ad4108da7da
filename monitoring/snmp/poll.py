"""Poll one device: who it is, the subtrees that its files need, and what they say."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitoring.devices.definition import Definition
from monitoring.sensors.match import SYS_DESCR, SYS_OBJECT_ID, matching, probes
from monitoring.sensors.text import Value, text_of
from monitoring.snmp.plan import combined
from monitoring.snmp.session import MOST_REPETITIONS, REPETITIONS, Lying, Session, Silent

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"


@dataclass(frozen=True)
class Part:
    """One walked subtree."""

    subtree: str
    source: str
    """The device file that needs it."""
    success: bool
    seconds: float
    varbinds: int
    message: str = ""


@dataclass
class Polled:
    """What a device answered, whole or in part."""

    values: dict[str, Value] = field(default_factory=dict)
    definitions: tuple[Definition, ...] = ()
    parts: list[Part] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return all(part.success for part in self.parts)


async def identify(session: Session, shelf: Iterable[Definition]) -> tuple[dict[str, Value], list[Definition]]:
    """Who the device is, and the files that are for it. Raises Silent when it does not answer."""
    shelf = list(shelf)
    known = await session.get([SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME])
    if not known:
        # an agent may hide the system group and serve the rest
        known = await session.exists("1.3.6.1")
    found = dict(known)
    identity = text_of(known.get(SYS_OBJECT_ID))
    if not any(not one.always for one in matching(shelf, found)) or "1.3.6.1.4.1" not in identity:
        for oid in probes(shelf):
            found |= {seen: value for seen, value in (await session.exists(oid)).items() if seen.startswith(f"{oid}.")}
    return found, matching(shelf, found)


async def poll(session: Session, shelf: Iterable[Definition]) -> Polled:
    """Everything that the files know of the device. Raises Silent when it does not answer at all."""
    found, definitions = await identify(session, shelf)
    polled = Polled(dict(found), tuple(definitions))
    await walk_all(session, combined(definitions), polled)
    return polled


async def walk_all(
    session: Session, subtrees: Sequence[tuple[str, str]], polled: Polled, sizes: Mapping[str, int] | None = None
) -> None:
    """Walk subtrees one after the other; one that fails does not stop the rest, silence does. Raises nothing.

    `sizes`: how many varbinds each had the last time, so that one request is enough for what fits into a packet.
    """
    known = sizes or {}
    for number, (subtree, source) in enumerate(subtrees):
        start, values, message, silent = time.monotonic(), dict[str, Value](), "", False
        try:
            await session.walk(subtree, values, _repetitions(known.get(subtree)))
        except (Silent, Lying) as error:
            message, silent = str(error), isinstance(error, Silent)
        polled.values.update(values)
        polled.parts.append(Part(subtree, source, not message, time.monotonic() - start, len(values), message))
        if silent:
            polled.parts += [unasked(*rest, "the device fell silent") for rest in subtrees[number + 1 :]]
            return


def _repetitions(size: int | None) -> int:
    """One more than there were, to see the end."""
    return REPETITIONS if size is None else min(max(size + 1, 2), MOST_REPETITIONS)


def unasked(subtree: str, source: str, why: str) -> Part:
    """A subtree that nobody got to."""
    return Part(subtree, source, success=False, seconds=0.0, varbinds=0, message=f"not asked: {why}")
