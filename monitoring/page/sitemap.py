"""The buildings and the lines between them as a picture, with the state of each line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory import place
from monitoring.page.draw import GLYPH, Look, box, group, look, svg, text
from monitoring.page.room import OUTSIDE, Room
from monitoring.page.words import Language

WIDE, EDGE = 760, 42
BOX, HIGH = (176, 58), 22
"""Sizes of a building and height of a line's label; a letter is 8 wide, a Japanese one 14."""
LETTER, WIDER = 8.0, 14.0
STEP, APART = 118, 124
"""Between two boxes one above the other, and between two lines side by side."""
SHARE = 0.44
"""Where on its way a line has its label: before the middle, where the lines of others end."""
STYLE = {"up": "ok", "down": "critical", "silent": "critical", "unknown": "unknown"}


def site_map(room: Room, state: Mapping[str, Any], said: Mapping[str, str], language: Language) -> str:
    """The SVG of the site."""
    spots, high = _spots(room)
    wires: list[str] = []
    labels: list[str] = []
    for ends, lines in _between(room).items():
        for id_, (a, b) in _bundle(spots, ends, lines).items():
            wire, label = _line(id_, a, b, state, said)
            wires.append(wire)
            labels.append(label)
    boxes = []
    for id_, (x, y) in spots.items():
        name = said["outside"] if id_ == OUTSIDE else room.name(id_)[language]
        how = look(_worst(room, id_, state), said)
        boxes.append(_building(id_, (x, y), name, how, said))
    return svg((WIDE, high), said["map"], "map", [*wires, *boxes, *labels])


def _spots(room: Room) -> tuple[dict[str, tuple[float, float]], float]:
    """The middles of the boxes: half of the buildings left, half right; below, witness places and the outside."""
    known = [one for one in room.site.buildings.values() if not (one.retired and one.retired <= room.today)]
    usual = [one.id for one in known if not one.witness]
    half = (len(usual) + 1) // 2
    left, right = usual[:half], usual[half:]
    rows = max(len(left), 1)
    spots = {id_: (EDGE + BOX[0] / 2, EDGE + BOX[1] / 2 + STEP * row) for row, id_ in enumerate(left)}
    middle = (rows - 1) / 2 * STEP - (len(right) - 1) / 2 * STEP
    for row, id_ in enumerate(right):
        spots[id_] = (WIDE - EDGE - BOX[0] / 2, EDGE + BOX[1] / 2 + middle + STEP * row)
    below = [one.id for one in known if one.witness] + [OUTSIDE]
    for row, id_ in enumerate(below):
        spots[id_] = (WIDE / 2, EDGE + BOX[1] / 2 + STEP * (rows + row) - STEP * 0.3)
    return spots, EDGE * 2 + BOX[1] + STEP * (rows + len(below) - 1) - STEP * 0.3


def _between(room: Room) -> dict[tuple[str, str], list[str]]:
    """Two places → the lines between them."""
    found: dict[tuple[str, str], list[str]] = {}
    for id_, places in room.crossing.items():
        found.setdefault(places, []).append(id_)
    return found


Spot = tuple[float, float]


def _bundle(spots: Mapping[str, Spot], ends: tuple[str, str], lines: list[str]) -> dict[str, tuple[Spot, Spot]]:
    """Line → its ends, side by side where there are several."""
    (ax, ay), (bx, by) = sorted((spots[ends[0]], spots[ends[1]]), key=lambda spot: spot[1])
    upright = abs(bx - ax) < BOX[0]
    found = {}
    for number, id_ in enumerate(lines):
        shift = (number - (len(lines) - 1) / 2) * (APART if upright else HIGH + 6)
        dx, dy = (shift, 0.0) if upright else (0.0, shift)
        found[id_] = ((ax + dx, ay + dy), (bx + dx, by + dy))
    return found


def _line(id_: str, a: Spot, b: Spot, state: Mapping[str, Any], said: Mapping[str, str]) -> tuple[str, str]:
    """The line, and its label: a word stands there only where something is wrong."""
    line, mark = state["lines"][id_], state["marks"].get(id_)
    style = STYLE[line["state"]]
    word, glyph = said[f"line_{line['state']}"], GLYPH[style]
    if mark and style == "ok":
        how = look(mark, said)
        style, word, glyph = how.style, how.word, how.glyph
    upright = abs(b[0] - a[0]) < BOX[0]
    share = 0.5 if upright else SHARE
    x, y = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
    words = f"{glyph} {id_}" if style == "ok" else f"{glyph} {id_} {word}"
    wide = _wide(words) + 8
    x = min(max(x, wide / 2 + 2), WIDE - wide / 2 - 2)
    title = f"{id_}: {word}"
    wire = f'<line x1="{a[0]:.0f}" y1="{a[1]:.0f}" x2="{b[0]:.0f}" y2="{b[1]:.0f}" class="w"/>'
    label = [box(x - wide / 2, y - HIGH / 2, wide, HIGH, "b", 4), text(x, y + 5, words, "i", "middle")]
    return group(id_, f"l {style}", title, [wire]), group(id_, f"e l {style}", title, label)


def _worst(room: Room, building: str, state: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The strongest mark of anything in a building."""
    order = [("cause", "critical"), ("cause", "warning"), ("work", ""), ("follows", "")]
    found = [mark for id_, mark in state["marks"].items() if _stands_in(room, id_) == building]

    def rank(mark: Mapping[str, Any]) -> int:
        exact = (mark["kind"], mark["severity"])
        return order.index(exact) if exact in order else order.index((mark["kind"], ""))

    return min(found, key=rank, default=None)


def _stands_in(room: Room, id_: str) -> str | None:
    if id_ == OUTSIDE:
        return OUTSIDE
    found = place.find(room.site, id_)
    return place.building(room.site, *found) if found else None


def _building(id_: str, at: tuple[float, float], name: str, how: Look, said: Mapping[str, str]) -> str:
    x, y = at[0] - BOX[0] / 2, at[1] - BOX[1] / 2
    word = f"{how.glyph} {how.word}" if how.word else f"{GLYPH['ok']} {said['mark_ok']}"
    drawn = [
        box(x, y, *BOX, "b", 6),
        text(at[0], at[1] - 4, _short(name), "n", "middle"),
        text(at[0], at[1] + 18, word, "i", "middle"),
    ]
    return group(id_, f"e p {how.style}", name, drawn)


def _short(name: str) -> str:
    """What of a name fits a box; all of it is in the title."""
    if _wide(name) <= BOX[0] - 12:
        return name
    while _wide(name) > BOX[0] - 20:
        name = name[:-1]
    return f"{name}…"


def _wide(words: str) -> float:
    return sum(WIDER if ord(letter) > ord("~") else LETTER for letter in words)
