"""One building as a picture: its power and cooling, its rooms, and its racks with what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory import place
from monitoring.page.draw import box, chip, look, svg, text
from monitoring.page.room import Room
from monitoring.page.words import Language

WIDE, MARGIN, GAP = 460, 8, 4
CHIP, ROW, ACROSS = 20, 17, 4
"""Height of a chip and of a row in a rack; how many stand side by side."""
FACILITY = ("utilities", "generators", "ats", "ups", "coolers", "rooms")
IN_RACKS = ("devices", "hosts", "pdus")


def plan(room: Room, building: str, state: Mapping[str, Any], said: Mapping[str, str], language: Language) -> str:
    """The SVG of a building, with the marks of the state document."""

    def drawn(id_: str, at: tuple[float, float], size: tuple[float, float]) -> str:
        return chip(id_, at, size, look(state["marks"].get(id_), said), room.name(id_)[language])

    column = (WIDE - 2 * MARGIN + GAP) / ACROSS
    wide = column - GAP
    parts, y = [], float(MARGIN)
    for number, id_ in enumerate(_facility(room, building)):
        row, place_ = divmod(number, ACROSS)
        parts.append(drawn(id_, (MARGIN + place_ * column, MARGIN + row * (CHIP + GAP)), (wide, CHIP)))
        y = MARGIN + (row + 1) * (CHIP + GAP)
    racks = _racks(room, building)
    for start in range(0, len(racks), ACROSS):
        some = racks[start : start + ACROSS]
        high = 2 + CHIP + ROW * max(len(inside) for _, inside in some)
        for place_, (rack, inside) in enumerate(some):
            x = MARGIN + place_ * column
            parts += [box(x, y, wide, high, "rack"), drawn(rack, (x, y), (wide, CHIP))]
            parts += [
                drawn(one, (x + 2, y + CHIP + 1 + ROW * at), (wide - 4, ROW - 1)) for at, one in enumerate(inside)
            ]
        y += high + GAP
    if not racks and y == MARGIN:
        parts.append(text(MARGIN, y + CHIP, "-"))
        y += CHIP
    name = room.name(building)[language]
    return svg((WIDE, y + MARGIN - GAP), name, "plan", parts)


def _here(room: Room, building: str, collection: str) -> list[Any]:
    return [
        one for one in room.ground.room.elements(collection) if place.building(room.site, collection, one) == building
    ]


def _facility(room: Room, building: str) -> list[str]:
    return [one.id for collection in FACILITY for one in _here(room, building, collection)]


def _racks(room: Room, building: str) -> list[tuple[str, list[str]]]:
    inside: dict[str, list[str]] = {rack.id: [] for rack in _here(room, building, "racks")}
    for collection in IN_RACKS:
        for one in room.ground.room.elements(collection):
            if one.rack in inside:
                inside[one.rack].append(one.id)
    return list(inside.items())
