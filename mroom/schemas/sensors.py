"""`mroom sensors`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel

from mroom.schemas.base import Part


class Exact(Part):
    """What the device means, where the reading's own fields follow the upstream of the recordings."""

    class_: Annotated[str, Field(alias="class")]
    value: float | None
    """None: the device says that it does not know."""
    unit: str


class Reading(Part):
    class_: Annotated[str, Field(alias="class")]
    descr: str
    oid: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)+$")]
    value: float | None
    unit: str
    state: str | None
    """The text of a state; beside a measured value, the device's own alarm."""
    severity: Literal["ok", "warning", "critical", "unknown"] | None
    group: str
    exact: Exact
    limits: dict[str, float]
    source: str


class Document(RootModel[list[Reading]]):
    pass
