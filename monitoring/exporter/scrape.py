"""One probe of one device within the scrape's own deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from monitoring.devices.definition import Definition
from monitoring.exporter.recipe import Recipe, Stale, learn
from monitoring.exporter.slots import Slots
from monitoring.exporter.target import LEARN_ANEW, Target
from monitoring.sensors.match import SYS_DESCR, SYS_OBJECT_ID
from monitoring.sensors.text import Value
from monitoring.snmp.plan import combined
from monitoring.snmp.poll import SYS_UP_TIME, Part, Polled, identify, unasked, walk_all
from monitoring.snmp.session import Lying, Silent

Choose = Callable[[Iterable[Definition]], list[Definition]]
_ASKED = [SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME]


@dataclass
class Scraped:
    """What a probe found: the text of the device's own metrics, and how asking went."""

    text: str = ""
    success: bool = False
    """The device answered; single parts may still have failed."""
    reason: str = ""
    parts: list[Part] = field(default_factory=list)
    seconds: float = 0.0


async def scrape(target: Target, shelf: Sequence[Definition], choose: Choose, slots: Slots, seconds: float) -> Scraped:
    """Ask a device; whatever it answered in time is in the result. Raises nothing that a device can cause."""
    start = time.monotonic()
    found = Scraped()
    if start < target.again:
        found.reason = f"left alone for {target.again - start:.0f} s more: {target.reason}"
        return found
    polled = Polled()
    try:
        async with asyncio.timeout(seconds):
            async with target.session.lock:
                found.text = await _ask(target, shelf, choose, slots, polled)
    except (Silent, Lying) as error:
        found.reason = str(error)
        target.failed(found.reason)
    except TimeoutError:
        found.reason = f"not finished in the {seconds:.1f} s that the scrape gives"
        _cut_short(target, polled, found.reason)
        if target.asking:
            target.failed(found.reason)
        if polled.values:
            found.text = learn(polled.definitions, polled.values).render(polled.values)
    found.success = any(part.success for part in polled.parts) or bool(polled.values and not polled.parts)
    if not found.success and not found.reason:
        found.reason = polled.parts[0].message if polled.parts else "it answers, but has nothing that is known here"
    found.parts, found.seconds = polled.parts, time.monotonic() - start
    return found


async def _ask(target: Target, shelf: Sequence[Definition], choose: Choose, slots: Slots, polled: Polled) -> str:
    """Ask who it is, then all that is known of it; the text of what it says. `polled` is filled as answers come."""
    # a device that is dead is found out here, where it holds no slot
    target.asking = True
    known = await target.session.get(_ASKED)
    target.asking = False
    async with slots:
        identity = (known.get(SYS_DESCR), known.get(SYS_OBJECT_ID))
        if identity != target.identity or time.monotonic() - target.learned > LEARN_ANEW:
            await _meet(target, shelf, choose, identity)
        await _walk(target, known, polled)
        text = _known_text(target, polled)
        if text is None and target.recipe is not None and polled.complete:
            # something but a reading has changed: what was left out so far may be needed now
            await _meet(target, shelf, choose, identity)
            await _walk(target, known, polled)
    if polled.parts and not any(part.success for part in polled.parts):
        target.failed(polled.parts[0].message)
    else:
        target.answered()
    return text if text is not None else _learned_text(target, polled)


async def _walk(target: Target, known: dict[str, Value], polled: Polled) -> None:
    polled.definitions = target.definitions
    polled.values, polled.parts = _steady(known), []
    await walk_all(target.session, target.subtrees, polled, target.sizes)


def _steady(known: dict[str, Value]) -> dict[str, Value]:
    """Without what changes at each look: the recipe compares the rest."""
    return {oid: value for oid, value in known.items() if oid != SYS_UP_TIME}


async def _meet(target: Target, shelf: Sequence[Definition], choose: Choose, identity: tuple[object, ...]) -> None:
    _, definitions = await identify(target.session, shelf)
    target.definitions = tuple(choose(definitions))
    target.subtrees = combined(target.definitions)
    target.recipe, target.sizes = None, {}
    target.identity, target.learned = identity, time.monotonic()


def _cut_short(target: Target, polled: Polled, reason: str) -> None:
    """Name the subtrees that the deadline left out."""
    done = {part.subtree for part in polled.parts}
    polled.parts += [unasked(oid, source, reason) for oid, source in target.subtrees if oid not in done]


def _known_text(target: Target, polled: Polled) -> str | None:
    """The text by what was learned before; None when that does not fit."""
    if target.recipe is None or not polled.complete:
        return None
    try:
        return target.recipe.render(polled.values)
    except Stale:
        return None


def _learned_text(target: Target, polled: Polled) -> str:
    recipe = learn(polled.definitions, polled.values)
    text = recipe.render(polled.values)
    if polled.complete:
        _settle(target, polled, recipe)
    return text


def _settle(target: Target, polled: Polled, recipe: Recipe) -> None:
    """From now on walk only the subtrees that say something, each with as many rows as it has."""
    inside: dict[str, list[str]] = {subtree: [] for subtree, _ in target.subtrees}
    outside = 0
    for oid in polled.values:
        subtree = next((one for one in _above(oid) if one in inside), None)
        if subtree is None:
            outside += 1
        else:
            inside[subtree].append(oid)
    kept = {subtree for subtree, oids in inside.items() if not recipe.used.isdisjoint(oids)}
    target.subtrees = [(subtree, source) for subtree, source in target.subtrees if subtree in kept]
    target.sizes = {subtree: len(inside[subtree]) for subtree in kept}
    recipe.count = outside + sum(target.sizes.values())
    target.recipe = recipe


def _above(oid: str) -> Iterator[str]:
    """The OIDs above one, itself first."""
    while oid:
        yield oid
        oid = oid.rpartition(".")[0]
