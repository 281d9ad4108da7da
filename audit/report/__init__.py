"""The report: Japanese and English, for people (HTML, PDF/A) and for programs (OSCAL, CSV)."""

from __future__ import annotations

from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
