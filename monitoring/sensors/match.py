"""Which device files are for a device."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from monitoring.devices.definition import Definition, Match
from monitoring.sensors.text import Value, text_of

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"


def below(oid: str, prefix: str) -> bool:
    """True when the OID is the prefix, or stands below it."""
    return oid == prefix or oid.startswith(f"{prefix}.")


def matching(definitions: Iterable[Definition], values: Mapping[str, Value]) -> list[Definition]:
    """The files that are for a device, those of its maker first; `values` holds sysDescr, sysObjectID and what it is
    known to serve."""
    own, standard = [], []
    for definition in definitions:
        if definition.always:
            standard.append(definition)
        elif any(_matches(match, values) for match in definition.match):
            own.append(starred(definition, text_of(values.get(SYS_OBJECT_ID))))
    return own + standard


@cache
def _replaced(definition: str, arc: str) -> Definition:
    return Definition.model_validate_json(definition.replace(".*.", f".{arc}."))


def starred(definition: Definition, identity: str) -> Definition:
    """The file with each `*` of its OIDs replaced by the arc of sysObjectID that it stands for."""
    if definition.star is None or not identity.startswith(f"{definition.star}."):
        return definition
    return _replaced(definition.model_dump_json(by_alias=True), identity[len(definition.star) + 1 :].partition(".")[0])


def probes(definitions: Iterable[Definition]) -> list[str]:
    """The OIDs that have to be tried before `matching` can tell."""
    return sorted({match.serves for one in definitions for match in one.match if match.serves})


def _matches(match: Match, values: Mapping[str, Value]) -> bool:
    identity = text_of(values.get(SYS_OBJECT_ID)).lstrip(".")
    if match.sysobjectid and not below(identity, match.sysobjectid):
        return False
    if match.sysdescr and not re.search(match.sysdescr, text_of(values.get(SYS_DESCR))):
        return False
    return match.serves is None or any(below(oid, match.serves) for oid in values)
