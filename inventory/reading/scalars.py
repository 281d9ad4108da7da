"""What an unquoted scalar means: the core schema of YAML 1.2, and the words that a YAML 1.1 reader takes otherwise.

Other readers of the same file (Ansible, older tools, a person who knows them) follow YAML 1.1, where `no` is false,
`0777` is 511 and `22:22:22` is 80542. Such a word is refused wherever it stands, because two readers would disagree.
"""

from __future__ import annotations

import datetime as dt
import re

DIGIT_LIMIT = 25
"""Longer numbers are taken as text: no machine room needs them, and Python refuses to convert 4,300 digits."""

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?\Z")

_TRAP_WORDS = {
    word: ("false" if word.lower() in {"n", "no", "off"} else "true")
    for word in (
        "y",
        "Y",
        "yes",
        "Yes",
        "YES",
        "n",
        "N",
        "no",
        "No",
        "NO",
        "on",
        "On",
        "ON",
        "off",
        "Off",
        "OFF",
    )
}
_TRAP_SIXTY = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\Z")
_TRAP_OCTAL = re.compile(r"[-+]?0[0-7_]+\Z")
_TRAP_UNDERSCORE = re.compile(r"[-+]?(0[bx])?[0-9a-fA-F]*[0-9][0-9a-fA-F_]*\Z")
_TRAP_BINARY = re.compile(r"[-+]?0b[01_]+\Z")

Value = str | int | float | bool | None


def value_of(text: str, *, plain: bool) -> Value:
    """The value by the core schema of YAML 1.2: null, true/false, integers, floats, else text (as all in quotes is)."""
    if not plain:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] in "0123456789+-.":
        return _number(text)
    return text


def _number(text: str) -> Value:
    if len(text) > DIGIT_LIMIT:
        return text
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text) or _SPECIAL.match(text):
        return float(
            text.replace(".inf", "inf")
            .replace(".Inf", "inf")
            .replace(".INF", "inf")
            .replace(".n", "n")
            .replace(".N", "n")
        )
    if _OCTAL.match(text):
        return int(text[2:], 8)
    return int(text[2:], 16) if _HEX.match(text) else text


def trap(text: str) -> str | None:
    """What a YAML 1.1 reader makes of an unquoted scalar, when it is not what this reader makes of it."""
    if not text or len(text) > DIGIT_LIMIT:
        return None
    if text in _TRAP_WORDS:
        return f"the truth value {_TRAP_WORDS[text]}"
    if text in {"=", "<<"}:
        return "a special key"
    if text[0] not in "0123456789+-":
        return None
    return _numeric_trap(text)


def _numeric_trap(text: str) -> str | None:
    digits = text.replace("_", "")
    if _TRAP_SIXTY.match(text):
        return f"the number {sixty(digits)}, counted in sixties"
    if _TRAP_BINARY.match(text) and digits.lstrip("+-")[2:]:
        return f"the number {int(digits, 2)}, written in binary"
    if len(text.lstrip("+-")) > 1 and _TRAP_OCTAL.match(text) and digits.strip("+-0"):
        return f"the number {int(digits, 8)}, written in octal"
    if "_" in text and _TRAP_UNDERSCORE.match(text) and (_INT.match(digits) or _HEX.match(digits)):
        return f"the number {digits}"
    return None


def sixty(text: str) -> str:
    """A number in sixties as YAML 1.1 reads it: `22:22:22` is 80542."""
    sign = -1 if text.startswith("-") else 1
    total: float = 0
    for part in text.lstrip("+-").split(":"):
        total = total * 60 + (float(part) if "." in part else int(part))
    return str(sign * total)


def is_date(text: str) -> bool:
    """An unquoted date: YAML 1.1 reads a date, YAML 1.2 text. Right where a date is wanted, a trap where text is."""
    if not _DATE.match(text):
        return False
    try:
        dt.date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True
