"""Texts of Prometheus' configuration: alternatives in a matcher, YAML that reads the same each time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

NONE = "-"
"""Matches no element: an id begins with a letter."""


def one_of(ids: Iterable[str]) -> str:
    """A regular expression that matches exactly these ids."""
    return "|".join(re.escape(id_).replace(r"\-", "-") for id_ in sorted(ids)) or NONE


def document(data: Any) -> str:
    """YAML in the order given, Japanese as it is."""
    text: str = yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=10_000)
    return text
