"""One line of a syslog file: RFC 5424 with structured data, RFC 3164, and both as rsyslog writes them into files.

rsyslog's own templates leave parts out: RSYSLOG_SyslogProtocol23Format is RFC 5424 whole, RSYSLOG_TraditionalFileFormat
is RFC 3164 without its priority, RSYSLOG_FileFormat the same with an RFC 3339 time.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from monitoring.entry.event import Bad
from monitoring.entry.times import Times

LONGEST = 8192
"""Characters. RFC 5424 asks receivers for 2,048 octets; rsyslog takes 8 KiB by default."""
HIGHEST_PRIORITY = 191
"""Facility 23, severity 7."""

_HEAD_5424 = re.compile(
    r"<(\d{1,3})>1 (\S{1,32}) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (?=[-\[])", re.ASCII
)
# No part can match what the next one begins with, so nothing is tried in many ways. No possessive quantifiers: those of
# Python 3.11.2 match what they should not (CPython issue 106052).
_NAME = r"[!#-<>-\\^-~]{1,32}"
_VALUE = r'[^"\\\]]*(?:\\.[^"\\\]]*)*'
_ELEMENT = re.compile(rf'\[({_NAME})((?: {_NAME}="{_VALUE}")*)\]', re.DOTALL)
_PARAMETERS = re.compile(rf' ({_NAME})="({_VALUE})"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\\]])')
_HEAD_3164 = re.compile(
    r"(?:<(\d{1,3})>)?(?:([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)|(\d{4}-\d\d-\d\dT[0-9:.]{8,15}(?:Z|[+-]\d\d:\d\d))) "
    r"([!-~]{1,255}) ([!-9;-Z\\^-~]{1,48})(?:\[([!-Z\\^-~]{0,128})\])?:? ?",
    re.ASCII,
)
_PAIR = re.compile(r'(?:^|[\s,;])([A-Za-z_][A-Za-z0-9_.-]{0,31})=(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s,;"]*))', re.DOTALL)
_QUOTED = re.compile(r'\\(["\\])')

Data = dict[str, dict[str, str]]


class Message(NamedTuple):
    said: int | None
    """Milliseconds since 1970; None where the sender had no clock (RFC 5424's nil)."""
    host: str
    app: str
    data: Data
    """SD-ID → name → value, as the sender meant them."""
    text: str


def parse(line: str, times: Times, now: int) -> Message:
    """Raises Bad. `now`, in milliseconds, is for RFC 3164, whose times have no year."""
    if len(line) > LONGEST:
        raise Bad("too long")
    found = _HEAD_5424.match(line)
    if found is not None:
        return _structured(line, found, times)
    found = _HEAD_3164.match(line)
    if found is None:
        raise Bad("no syslog")
    priority, bsd, iso, host, tag, _ = found.groups()
    _check(priority)
    said = times.bsd(bsd, now) if bsd else times.rfc3339(iso)
    return Message(said, host, tag, {}, line[found.end() :])


def _check(priority: str | None) -> None:
    if priority is not None and (int(priority) > HIGHEST_PRIORITY or (priority[0] == "0" and len(priority) > 1)):
        raise Bad("priority")


def _structured(line: str, found: re.Match[str], times: Times) -> Message:
    priority, time, host, app, _, _ = found.groups()
    _check(priority)
    at = found.end()
    data: Data = {}
    if line[at] == "-":
        at += 1
    else:
        while at < len(line) and line[at] == "[":
            element = _ELEMENT.match(line, at)
            if element is None:
                raise Bad("structured data")
            id_, parameters = element.groups()
            if id_ in data:  # section 6.3.2: once in a message
                raise Bad("structured data")
            data[id_] = _values(parameters)
            at = element.end()
    if at < len(line) and line[at] != " ":
        raise Bad("structured data")
    said = None if time == "-" else times.rfc3339(time)
    return Message(said, host, app, data, line[at + 1 :].removeprefix("\ufeff"))


def _values(parameters: str) -> dict[str, str]:
    if not parameters:
        return {}
    if "\\" in parameters:
        return {name: _ESCAPED.sub(r"\1", value) for name, value in _PARAMETERS.findall(parameters)}
    # without a backslash every quote begins or ends a value: twice as quick
    parts = parameters.split('"')
    return {name[1:-1]: value for name, value in zip(parts[:-1:2], parts[1::2], strict=True)}


def pairs(text: str) -> dict[str, str]:
    """`name=value name="a value"` in a message; the first of a name counts."""
    found: dict[str, str] = {}
    for name, quoted, plain in _PAIR.findall(text):
        found.setdefault(name, _QUOTED.sub(r"\1", quoted) if quoted else plain)
    return found
