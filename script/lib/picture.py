"""The picture of the example site in the README, drawn from the model: buildings, routers, lines, systems."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import inventory
from inventory.cabling import building_of
from inventory.model import Site

SITE = Path(__file__).resolve().parents[2] / "inventory" / "sites" / "nishinomiya"
BOX, GAP, MARGIN = (400, 170), (150, 70), 20  # pixels: a building, the space between buildings, the edge
NODE = (92, 28)
COLOURS = {"inter-building": "#c0392b", "outside": "#1f618d", "witness": "#7d6608"}
STYLE = (
    "text{font:12px sans-serif;fill:#222;paint-order:stroke;stroke:#f4f6f7;stroke-width:4px}"
    ".t{font-weight:bold;font-size:14px}"
    ".l{font-size:11px;stroke:none}.s{fill:#555;font-size:11px}.b{fill:#f4f6f7;stroke:#85929e}"
)


@dataclass(frozen=True)
class Spot:
    x: float
    y: float


def _columns(site: Site) -> list[list[str]]:
    """Two columns of buildings; a witness place stands on top of the right one, clear of other lines."""
    usual = [building.id for building in site.buildings.values() if not building.witness]
    half = (len(usual) + 1) // 2
    return [usual[:half], [b.id for b in site.buildings.values() if b.witness] + usual[half:]]


def _corners(site: Site) -> dict[str, Spot]:
    step = (BOX[0] + GAP[0], BOX[1] + GAP[1])
    return {
        building: Spot(MARGIN + column * step[0], MARGIN + row * step[1])
        for column, buildings in enumerate(_columns(site))
        for row, building in enumerate(buildings)
    }


def _nodes(site: Site, corners: dict[str, Spot]) -> dict[str, Spot]:
    """The middle of every end of a line: routers in their building, high and low in turn so that no line runs
    behind a third one; the carriers below everything.
    """
    ends = sorted({end.device for line in site.lines.values() for end in line.ends}, key=list(site.devices).index)
    bottom = max(spot.y for spot in corners.values()) + BOX[1] + GAP[1]
    outside = [node for node in ends if building_of(site, node) is None]
    found = {
        node: Spot(MARGIN + (2 * BOX[0] + GAP[0]) * (place + 0.5) / len(outside), bottom)
        for place, node in enumerate(outside)
    }
    for building, corner in corners.items():
        inside = [node for node in ends if building_of(site, node) == building]
        for place, node in enumerate(inside):
            found[node] = Spot(corner.x + BOX[0] * (place + 0.5) / len(inside), corner.y + 58 + 34 * (place % 2))
    return found


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _words(site: Site, building: str, corner: Spot) -> list[str]:
    name = site.buildings[building].name
    serving = [
        s.id for s in site.systems.values() if any(building_of(site, member) == building for member in s.members)
    ]
    lines = [", ".join(serving[start : start + 5]) for start in range(0, len(serving), 5)]
    return [
        _text(corner.x + 12, corner.y + 22, f"{name.ja}  {building}", "t"),
        *(_text(corner.x + 12, corner.y + 130 + 17 * place, line, "s") for place, line in enumerate(lines)),
    ]


def _line(kind: str, name: str, a: Spot, b: Spot) -> list[str]:
    colour = COLOURS.get(kind, "#85929e")
    wide = 3 if kind in COLOURS else 1.5
    drawn = (
        f'<line x1="{a.x:.0f}" y1="{a.y:.0f}" x2="{b.x:.0f}" y2="{b.y:.0f}" stroke="{colour}" stroke-width="{wide}"/>'
    )
    if kind not in COLOURS:
        return [drawn]
    x, y = a.x + (b.x - a.x) * 0.6, a.y + (b.y - a.y) * 0.6
    back = f'<rect x="{x - 34:.0f}" y="{y - 9:.0f}" width="68" height="17" rx="3" fill="#fff" stroke="{colour}"/>'
    return [drawn, back, _text(x, y + 4, name, "l", "middle")]


def _node(name: str, at: Spot) -> list[str]:
    x, y = at.x - NODE[0] / 2, at.y - NODE[1] / 2
    box = f'<rect x="{x:.0f}" y="{y:.0f}" width="{NODE[0]}" height="{NODE[1]}" rx="4" fill="#fff" stroke="#2c3e50"/>'
    return [box, _text(at.x, at.y + 4, name, "", "middle")]


def picture() -> str:
    """The SVG of the example site; the same model gives the same bytes."""
    site = inventory.load(SITE)
    corners = _corners(site)
    nodes = _nodes(site, corners)
    width = 2 * (BOX[0] + MARGIN) + GAP[0]
    height = max(spot.y for spot in nodes.values()) + 40
    parts = [
        f'<rect x="{at.x:.0f}" y="{at.y:.0f}" width="{BOX[0]}" height="{BOX[1]}" rx="6" class="b"/>'
        for at in corners.values()
    ]
    for line in site.lines.values():
        parts += _line(str(line.kind.value), line.id, *(nodes[end.device] for end in line.ends))
    parts += [part for building, corner in corners.items() for part in _words(site, building, corner)]
    parts += [part for name, spot in nodes.items() for part in _node(name, spot)]
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">'
    title = f"<title>{escape(site.site.title.en)}</title>"
    back = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
    return "\n".join([opening, title, f"<style>{STYLE}</style>", back, *parts, "</svg>", ""])
