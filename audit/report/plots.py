"""Thumbnails of evidence as SVG, written by hand so that the same evidence gives the same bytes everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

GOOD, BAD, GREY, LINE = "#1b7f4b", "#b3261e", "#8a8f98", "#2b5ea7"
WIDTH, HEIGHT = 320, 92
FONT = "Noto Sans CJK JP"
SQUARE, GAP, A_ROW = 9, 3, 26
MARKS = ("fault", "detected", "acknowledged", "decided", "mended")


def svg(width: float, height: float, parts: Sequence[str], title: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" role="img"'
    head += f' font-family="{FONT}"'
    return f'{head} viewBox="0 0 {width:g} {height:g}"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def _text(x: float, y: float, text: str, size: float = 8, anchor: str = "start", colour: str = "#333") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{escape(text)}</text>"


def removal(facts: Mapping[str, Any]) -> str:
    """A square for each element that was taken out alone: green when nothing was lost, red when something was."""
    examined, loses = list(facts["examined"]), facts["loses"]
    parts = []
    for number, id_ in enumerate(examined):
        x, y = number % A_ROW * (SQUARE + GAP), number // A_ROW * (SQUARE + GAP)
        said = f"{id_}: {', '.join(loses[id_])}" if id_ in loses else id_
        colour = BAD if id_ in loses else GOOD
        box = f'<rect x="{x}" y="{y}" width="{SQUARE}" height="{SQUARE}" fill="{colour}">'
        parts.append(f"{box}<title>{escape(said)}</title></rect>")
    rows = (len(examined) + A_ROW - 1) // A_ROW
    return svg(A_ROW * (SQUARE + GAP), max(1, rows) * (SQUARE + GAP), parts, f"{len(examined)} elements, one at a time")


def cut_sets(facts: Mapping[str, Any]) -> str:
    """A bar for each system: how many minimal cut sets it has of each size (one would be a single point of failure)."""
    systems: Mapping[str, Mapping[str, int]] = facts["cut_sets"]
    most = max([sum(sizes.values()) for sizes in systems.values()] + [1])
    parts = []
    for number, (system, sizes) in enumerate(systems.items()):
        y, x = number * 14, 90.0
        parts.append(_text(86, y + 9, system, anchor="end"))
        for size, count in sizes.items():
            width = (WIDTH - 170) * count / most
            colour = BAD if size == "1" else GREY
            parts.append(f'<rect x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="9" fill="{colour}"/>')
            x += width
        told = " ".join(f"{size}: {count}" for size, count in sizes.items())
        parts.append(_text(x + 4, y + 9, told))
    return svg(WIDTH, max(14, 14 * len(systems)), parts, "minimal cut sets by size")


def window(element: str, seen: Mapping[str, Any]) -> str:
    """Smallest and largest value of each day, with the limits; days without a sample are empty."""
    daily: list[tuple[str, float, float]] = [tuple(row) for row in seen["daily"]]
    limits: list[float] = [seen[name] for name in ("low", "high") if name in seen]
    values = [value for _, *pair in daily for value in pair] + limits
    parts = [_text(0, 8, f"{element}  {seen['steps_shown']}/{seen['steps_expected']}")]
    if daily:
        low, high = min(values), max(values)
        scale = (HEIGHT - 30) / ((high - low) or 1.0)
        first, last = (dt.date.fromisoformat(daily[at][0]) for at in (0, -1))
        width = WIDTH / ((last - first).days + 1)
        for limit in limits:
            y = HEIGHT - 14 - (limit - low) * scale
            line = f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{BAD}" stroke-dasharray="3 2"/>'
            parts += [line, _text(WIDTH, y - 1, f"{limit:g}", 7, "end", BAD)]
        for day, smallest, largest in daily:
            x = (dt.date.fromisoformat(day) - first).days * width
            box = (x, HEIGHT - 14 - (largest - low) * scale, max(1.0, width - 0.5), (largest - smallest) * scale)
            parts.append(_box(*box))
        parts += [_text(0, HEIGHT - 3, daily[0][0], 7), _text(WIDTH, HEIGHT - 3, daily[-1][0], 7, "end")]
    return svg(WIDTH, HEIGHT, parts, f"{element} over the window")


def _box(x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(1.5, height):.1f}" fill="{LINE}"/>'


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:g} s"


def timeline(record: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """The run from its start to its end, with the marks that were seen."""
    start, end = (dt.datetime.fromisoformat(record[name]) for name in ("started", "ended"))
    whole = max((end - start).total_seconds(), 1e-3)
    parts = [f'<line x1="10" x2="{WIDTH - 10}" y1="40" y2="40" stroke="{GREY}" stroke-width="2"/>']
    parts += [_text(10, 54, start.strftime("%H:%M:%S"), 7), _text(WIDTH - 10, 54, end.strftime("%H:%M:%S"), 7, "end")]
    up = True
    for name in MARKS:
        at = (record.get("marks") or {}).get(name)
        if at:
            x = 10 + (WIDTH - 20) * min(1.0, max(0.0, (dt.datetime.fromisoformat(at) - start).total_seconds() / whole))
            parts.append(f'<circle cx="{x:.1f}" cy="40" r="3.5" fill="{BAD if name == "fault" else LINE}"/>')
            parts.append(_text(x, 30 if up else 18, words.get(name, name), 7, "middle"))
            up = not up
    rows = record.get("measures") or []
    for number, measure in enumerate(rows):
        pair = _seconds(measure.get("rto_seconds")), _seconds(measure.get("rto_target_seconds"))
        told = f"{measure['system']}: {pair[0]} / {pair[1]}"
        parts.append(_text(10, 68 + 10 * number, told))
    return svg(WIDTH, 62 + 10 * len(rows), parts, f"run {record['run']}")
