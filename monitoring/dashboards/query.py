"""Which metrics an expression names: all its words that PromQL does not know."""

from __future__ import annotations

import re

MADE_BY_RULES = "ALERTS"
"""What Prometheus makes of the alerting rules: the alerts that fire."""
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_MATCHERS = re.compile(r"\{[^}]*\}")
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_WORD = re.compile(r"(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:])(?!\s*\()")
_RANGE = re.compile(r"\[[^\]]*\]")
_OPERATORS = frozenset({"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring"})


def metrics_of(expr: str) -> list[str]:
    """In the order of the expression, each once."""
    bare = _RANGE.sub("", _GROUPED.sub("", _MATCHERS.sub("", _QUOTED.sub('""', expr))))
    return [name for name in dict.fromkeys(_WORD.findall(bare)) if name not in _OPERATORS]
