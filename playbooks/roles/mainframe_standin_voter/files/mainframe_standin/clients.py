"""What clients say, a line each, and what they are answered, a line each.

    SUBMIT TEXT               ACCEPTED JOB HOST: on disk here · UNKNOWN JOB WHY: on disk here, perhaps not for long
    FIND JOB [COPY]           FOUND HOST TEXT · UNREPLICATED HOST TEXT · MISSING HOST; COPY: as the other member has it
    UNREPLICATED              LISTED {"jobs": […], "silent": [members that did not answer]}
    STATUS                    STATUS {…}

A job is EPOCH.NUMBER. Whatever cannot be done is answered with REFUSED and a sentence.
"""

from __future__ import annotations

import json
from typing import Any

from mainframe_standin.intake import NotPrimary, Uncertain
from mainframe_standin.member import Service
from mainframe_standin.peer import Silent
from mainframe_standin.position import parse
from mainframe_standin.record import LONGEST, is_text

ANSWER_SECONDS = 1.0
"""For the other member."""


class Refused(Exception):
    """One sentence."""


async def answer(service: Service, line: str) -> str:
    """The answer to one line."""
    word, _, rest = line.partition(" ")
    try:
        match word:
            case "SUBMIT":
                return await _submit(service, rest)
            case "FIND":
                return await _find(service, rest.split(" "))
            case "UNREPLICATED" if not rest:
                return f"LISTED {json.dumps(await _unreplicated(service))}"
            case "STATUS" if not rest:
                return f"STATUS {json.dumps(status(service))}"
            case _:
                return "REFUSED say SUBMIT TEXT, FIND JOB [COPY], UNREPLICATED or STATUS"
    except Refused as refused:
        return f"REFUSED {refused}"


async def _submit(service: Service, text: str) -> str:
    if not is_text(text):
        raise Refused(f"a job is one line of printable text without space at its ends, at most {LONGEST} bytes")
    try:
        position = await service.intake.submit(text)
    except NotPrimary:
        raise Refused(_not_primary(service)) from None
    except Uncertain as job:
        return f"UNKNOWN {job} {service.config.host} ceased to be the primary while it wrote: see UNREPLICATED later"
    return f"ACCEPTED {position} {service.config.host}"


async def _find(service: Service, words: list[str]) -> str:
    position = parse(words[0])
    if position is None or words[1:] not in ([], ["COPY"]):
        raise Refused("say FIND EPOCH.NUMBER or FIND EPOCH.NUMBER COPY")
    if service.election.lease is None:
        raise Refused(_not_primary(service))
    if words[1:]:
        try:
            said = await service.other.ask({"ask": "find", "job": str(position)}, ANSWER_SECONDS)
        except Silent as silent:
            raise Refused(f"the other building does not answer: {silent}") from None
        return f"{said['found']} {service.config.other} {said['text']}".strip()
    found, record = service.find(position)
    return f"{found} {service.config.host} {record.text if record else ''}".strip()


async def _unreplicated(service: Service) -> dict[str, Any]:
    """Of both members: whoever was primary and came back keeps its own."""
    own = [{**one.document(), "host": service.config.host} for one in service.unreplicated.all()]
    try:
        said = await service.other.ask({"ask": "unreplicated"}, ANSWER_SECONDS)
    except Silent:
        return {"jobs": own, "silent": [service.config.other]}
    theirs = [{**one, "host": service.config.other} for one in said["jobs"]]
    return {"jobs": sorted(own + theirs, key=lambda one: float(one["time"])), "silent": []}


def status(service: Service) -> dict[str, Any]:
    """`behind`: how many jobs the other member does not have yet; `oldest_not_copied`: when the first of them came."""
    lease, last = service.election.lease, service.journal.last
    first = service.journal.get(service.copied.number + 1) if lease else None
    return {
        "host": service.config.host,
        "standin": True,
        "primary": service.primary,
        "epoch": lease.epoch if lease else service.election.seen,
        "last": str(last),
        "copied": str(service.copied) if lease else None,
        "behind": last.number - service.copied.number if lease else None,
        "oldest_not_copied": first.time if first else None,
        "unreplicated": len(service.unreplicated.all()),
    }


def _not_primary(service: Service) -> str:
    return f"{service.config.host} is not the primary: it takes and shows jobs only where its lease holds"
