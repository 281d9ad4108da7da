"""Texts with {names} in them, and what devices write as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

_NAME = re.compile(r"\{([a-z_][a-z0-9_-]*(?:\|[a-z_][a-z0-9_-]*)*)\}")
_TWICE = re.compile(r"\b(\S.*) \1$")
_BLANKS = re.compile(r"\s+")

Value = int | float | str | bytes | None
"""What gufo-snmp gives: numbers, OIDs and addresses as text, octet strings as bytes."""


@cache
def names_in(template: str) -> tuple[str, ...]:
    """The names that stand in braces; `{a|b}` is b where a is empty."""
    return tuple(name for found in _NAME.findall(template) for name in found.split("|"))


def fill(template: str, value_of: Callable[[str], str], without: str | None = None) -> str:
    """The template with its names replaced and the pattern `without` taken out; runs of blanks become one.

    With `without`, what is said twice at the end is said once.
    """
    if "{" in template:
        template = _NAME.sub(lambda found: next(filter(None, map(value_of, found[1].split("|"))), ""), template)
    if without:
        template = _TWICE.sub(r"\1", _BLANKS.sub(" ", re.sub(without, " ", template)).strip())
    return _BLANKS.sub(" ", template).strip(" :-,")


@cache
def _decoded(value: bytes) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return "".join(letter for letter in text if letter.isprintable() or letter == " ").strip()


def text_of(value: Value) -> str:
    """What a device says as text; "" where it says nothing."""
    if value is None:
        return ""
    return _decoded(value) if isinstance(value, bytes) else str(value)
