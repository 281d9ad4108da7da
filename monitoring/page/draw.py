"""Small pieces of SVG: boxes and texts with a state. A state is a shape and a word, the colour only repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

GLYPH = {
    "critical": "■", "warning": "▲", "follows": "◇", "work": "○", "ok": "●", "unknown": "？",
}  # fmt: skip
"""A shape for each state. The words stand in words.yaml."""


@dataclass(frozen=True)
class Look:
    """How an element is drawn: the CSS class, its glyph and its word; the last two empty where all is well."""

    style: str = "ok"
    glyph: str = ""
    word: str = ""


def look(mark: Mapping[str, Any] | None, said: Mapping[str, str]) -> Look:
    """From a mark of the state document."""
    if mark is None:
        return Look()
    style = mark["severity"] if mark["kind"] == "cause" else mark["kind"]
    return Look(style, GLYPH[style], said[f"mark_{mark['kind']}"])


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" class={quoteattr(style)} text-anchor="{anchor}">{escape(words)}</text>'


def box(x: float, y: float, wide: float, high: float, style: str, corner: float = 3) -> str:
    where = f'x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{high:.0f}" rx="{corner:.0f}"'
    return f"<rect {where} class={quoteattr(style)}/>"


def group(id_: str, style: str, title: str, parts: list[str]) -> str:
    """One element: `data-element` is its id, the title what a pointer or a reader of screens is told."""
    told = f"<title>{escape(title)}</title>"
    return f"<g data-element={quoteattr(id_)} class={quoteattr(style)}>{told}{''.join(parts)}</g>"


def chip(id_: str, at: tuple[float, float], size: tuple[float, float], how: Look, name: str) -> str:
    """A box with an id in it, and behind that the glyph and the word of its state."""
    (x, y), (wide, high) = at, size
    words = f"{how.glyph} {id_} {how.word}".strip()
    title = f"{name} ({id_})" + (f": {how.word}" if how.word else "")
    drawn = [box(x, y, wide, high, "b"), text(x + 5, y + high - 5, words, "i")]
    return group(id_, f"e {how.style}", title, drawn)


def svg(size: tuple[float, float], label: str, style: str, parts: list[str]) -> str:
    wide, high = size
    opening = (
        f'<svg viewBox="0 0 {wide:.0f} {high:.0f}" class={quoteattr(style)} role="img" aria-label={quoteattr(label)}>'
    )
    return "".join([opening, *parts, "</svg>"])
