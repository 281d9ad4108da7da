"""What all documents have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0)]
"""A duration."""
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
When = AwareDatetime
"""RFC 3339 with an offset."""


class Part(BaseModel):
    """An object of a document: the keys named are always there, others may be."""

    model_config = ConfigDict(extra="allow")


class Fault(Part):
    code: str
    message: str
    hint: str


class Error(Part):
    """Printed instead of the verb's own document when there is nothing else to say."""

    error: Fault
