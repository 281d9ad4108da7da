"""The state document as HTML, in Japanese or English."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from monitoring.alerts.definition import Alert
from monitoring.entry.inside import Person
from monitoring.page.draw import GLYPH
from monitoring.page.plan import plan
from monitoring.page.room import Room
from monitoring.page.sitemap import site_map
from monitoring.page.words import Language, clock, duration, pick, words

TEMPLATES = Path(__file__).parent / "templates"
_SHAPES = {
    **GLYPH, "up": GLYPH["ok"], "down": GLYPH["critical"], "silent": GLYPH["critical"], "degraded": GLYPH["warning"],
    "shared_risk": GLYPH["warning"], "standby_unexercised": GLYPH["warning"], "safe": GLYPH["ok"],
    "info": "i", "none": "",     "met": GLYPH["ok"], "missed": GLYPH["critical"], "active": GLYPH["critical"],
}  # fmt: skip
"""Word of a state → its shape: no state is told by its colour alone."""


class Renderer:
    def __init__(self) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip

    def _text(self, template: str, language: Language, of: Room, **more: Any) -> str:
        zone = ZoneInfo(of.site.site.timezone)
        today = dt.datetime.now(zone).date()
        return self._jinja.get_template(template).render(
            t=words(language), lang=language, other="ja" if language == "en" else "en",
            n=lambda text: pick(text, language), clock=lambda time: clock(time, zone, today), duration=duration,
            shape=lambda state: _SHAPES.get(state, ""), **more,
        )  # fmt: skip

    def page(self, room: Room, state: dict[str, Any], language: Language, *, role: bool) -> str:
        """The whole page."""
        live = Markup(self.live(room, state, language, role=role))  # noqa: S704 texts are escaped there
        return self._text("page.html", language, room, live=live, s=state)

    def live(self, room: Room, state: dict[str, Any], language: Language, *, role: bool) -> str:
        """The part that is sent anew at each change."""
        said = words(language)
        known = room.ground.room.elements("buildings")
        plans = [
            (one.id, room.name(one.id), Markup(plan(room, one.id, state, said, language)))  # noqa: S704 texts are escaped there
            for one in known
        ]
        names = {one["id"]: one["name"] for one in state["systems"]}
        drawn = Markup(site_map(room, state, said, language))  # noqa: S704 texts are escaped there
        return self._text("live.html", language, room, s=state, map=drawn, plans=plans, role=role, names=names)

    def runbook(self, room: Room, alert: Alert, language: Language) -> str:
        """What docs/runbooks has of an alert, from the same text."""
        return self._text("runbook.html", language, room, alert=alert)

    def inside(self, room: Room, people: list[Person], who: str, language: Language) -> str:
        rows = [(one, dt.datetime.fromtimestamp(one.since / 1000, dt.UTC).isoformat()) for one in people]
        return self._text("inside.html", language, room, rows=rows, who=who, room=room)
