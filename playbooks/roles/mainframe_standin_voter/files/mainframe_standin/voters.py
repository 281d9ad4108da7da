"""What the other voters ask, and what they are answered."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mainframe_standin.ballot import Ballot
from mainframe_standin.member import Service
from mainframe_standin.position import parse
from mainframe_standin.voter import Ask


async def answer(ballot: Ballot, service: Service | None, question: dict[str, Any]) -> dict[str, Any]:
    """`service` is None at the witness, which votes and holds no jobs."""
    match question:
        case {"ask": "lease", "candidate": str(candidate), "epoch": int(epoch), "dry": bool(dry)}:
            return asdict(ballot.hear(Ask(candidate, epoch, dry)))
        case {"ask": "state"} if service:
            state = service.state
            return {"position": str(state.position), "preference": state.preference, "holds": state.holds}
        case {"ask": "copy", "after": str(text)} if service and (after := parse(text)):
            return await service.copy(after)
        case {"ask": "find", "job": str(text)} if service and (job := parse(text)):
            found, record = service.find(job)
            return {"found": found, "text": record.text if record else ""}
        case {"ask": "unreplicated"} if service:
            return {"jobs": [one.document() for one in service.unreplicated.all()]}
    return {"error": "no such question"}
