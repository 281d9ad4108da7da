"""The words of the page in both languages, and times as people read them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
FILE = Path(__file__).parent / "words.yaml"


@cache
def _all() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


@cache
def words(language: Language) -> dict[str, str]:
    """Word → text."""
    return {name: text[language] for name, text in _all().items()}


def language(asked: str | None) -> Language:
    """Japanese unless English is asked for."""
    return "en" if asked == "en" else "ja"


def pick(text: Any, language: Language) -> str:
    """A text that is there in both languages, in one."""
    return str(text[language])


def clock(time: str, zone: ZoneInfo, today: dt.date) -> str:
    """An RFC 3339 time as the time of day of the site; with its day where that is another one."""
    at = dt.datetime.fromisoformat(time).astimezone(zone)
    return f"{at:%H:%M:%S}" if at.date() == today else f"{at:%m-%d %H:%M}"


def duration(seconds: float | None) -> str:
    """`0:07`, `12:05`, `3:02:11`."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
