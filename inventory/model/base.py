"""What every object of the inventory has, whatever it is."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

ID_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_ID = re.compile(ID_PATTERN)
_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, surrogates, and separators of lines and paragraphs."""


def _is_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("an id is lower-case letters, digits and single hyphens, beginning with a letter")
    return value


def _only_text(value: Any) -> Any:
    # YAML 1.1 readers turn no, 0777 and 22:22:22 into other types; a name must be quoted text for every reader.
    if not isinstance(value, str):
        # pydantic turns only ValueError into a located error
        raise ValueError(f"expected text, found {type(value).__name__} {value!r}; put it in quotes")  # noqa: TRY004
    return value


def _is_one_line(value: str) -> str:
    # What a person writes here ends up in the configuration of devices: a line break would begin a line of its own.
    if not value.strip():
        raise ValueError("expected text, found blanks only")
    hidden = next((letter for letter in value if unicodedata.category(letter) in _HIDDEN), None)
    if hidden is not None:
        raise ValueError(f"expected one line of visible text, found the character U+{ord(hidden):04X} in it")
    return value


def name_like(pattern: str, what: str) -> AfterValidator:
    """A check that all of a text is a name of some kind; `what` says which letters it may have."""
    known = re.compile(pattern)

    def check(value: str) -> str:
        if not known.fullmatch(value):
            raise ValueError(f"expected {what}, found {value!r}")
        return value

    return AfterValidator(check)


Id = Annotated[
    str,
    Field(max_length=40, json_schema_extra={"pattern": ID_PATTERN}),
    BeforeValidator(_only_text),
    AfterValidator(_is_id),
]
Words = Annotated[str, Field(min_length=1, max_length=400), BeforeValidator(_only_text), AfterValidator(_is_one_line)]
LoginName = Annotated[Words, name_like(r"[a-z_][a-z0-9_-]{0,31}", "a login name: a-z 0-9 _ -, at most 32")]
"""What useradd takes by default on Debian (NAME_REGEX of adduser.conf)."""
SnmpName = Annotated[Words, name_like(r"[A-Za-z0-9_.-]{1,32}", "an SNMP user: A-Z a-z 0-9 _ . -, at most 32")]
"""RFC 3414: SnmpAdminString of 1 to 32; of its letters those that every agent's configuration takes unquoted."""
PortName = Annotated[
    Words, name_like(r"[A-Za-z][A-Za-z0-9/._:-]{0,63}", "an interface's name: a letter, then A-Z a-z 0-9 / . _ : -")
]
DnsName = Annotated[
    Words, name_like(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}\.?", "a DNS name (RFC 1123)")
]


class Model(BaseModel):
    """Frozen, and a key that nobody knows is an error rather than a silent nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=False)


class Text(Model):
    """One text in the two languages that people here read."""

    ja: Words
    en: Words


class Accepted(Model):
    """An exception to one rule for one object, with the person who answers for it and the day on which it ends."""

    code: Words
    reason: Words
    by: Words
    until: dt.date


class Element(Model):
    """One object of the inventory. `id` is its key in the YAML mapping."""

    id: Id
    name: Text
    owner: Id | None = None
    """Who answers for it (a key of `owners`); without one, whoever owns the place that it stands in."""
    accepted: tuple[Accepted, ...] = ()
    moves_to: Id | None = None
    """The building that it is planned to move to."""
    retired: dt.date | None = None
    """The day from which it is no longer in service; from then on it is neither configured, watched nor drilled."""
    note: Words | None = None
    asset: Words | None = None
    """Its number in the city's existing asset system (ISO/IEC 19770-1 ledger)."""
