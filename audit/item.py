"""One item of a catalogue: what is asked for, how far public text supports it, and which evidence would show it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from inventory.model import Model, Text
from inventory.model.base import Id, Words


class Category(StrEnum):
    """The six categories of the JDCC facility standard: the one part of its structure that is public (S2)."""

    building = "建物"
    security = "セキュリティ"
    electricity = "電気設備"
    cooling = "空調設備"
    communication = "通信設備"
    operation = "設備運用"


ENGLISH = {
    Category.building: "Building",
    Category.security: "Security",
    Category.electricity: "Electrical equipment",
    Category.cooling: "Air conditioning",
    Category.communication: "Communication equipment",
    Category.operation: "Operation of the facility",
}


class Class(StrEnum):
    criterion = "基準"
    recommended = "推奨"


class Origin(StrEnum):
    """Whose words an item is in."""

    working = "working"
    sheet = "sheet"


ORIGINS = {
    Origin.working: {"ja": "作業用項目（JDCCの項目文ではない）", "en": "working item, not JDCC text"},
    Origin.sheet: {"ja": "取り込んだ評価表の項目", "en": "item of the imported sheet"},
}


class Mark(StrEnum):
    """How far the sources that are named support an item."""

    read = "V"
    """Read in the source named."""
    secondary = "V2"
    """Read, but the source is weaker: a vendor's column, an engineer's note."""
    derived = "D"
    """Derived from what was read."""
    unverified = "?"
    """Nothing that was read says it."""


class Scope(StrEnum):
    """The rooms that an item is judged for; each gets a verdict of its own."""

    machine_rooms = "machine-rooms"
    with_power_rooms = "with-power-rooms"
    """The machine rooms, and the rooms in which the UPS stand that feed them."""


Prose = Annotated[str, Field(min_length=1, max_length=4000)]


class Said(Model):
    """A text of any sheet in the two languages; longer than a name may be."""

    ja: Prose
    en: Prose


class Source(Model):
    """A public text; `read` says how much of it could be."""

    id: Words
    title: Words
    address: Words | None = None
    read: Words


class Proof(Model):
    """A question to the model of the site, answered by a function of audit/proofs."""

    check: Id
    settings: dict[Id, float] = Field(default_factory=dict)


class Each(StrEnum):
    """Which elements of a room a metric is expected for. All of them: a series that is not there is a gap."""

    temperature = "temperature"
    humidity = "humidity"
    ups = "ups"
    door_controller = "door-controller"
    recorder = "recorder"
    line_pair = "line-pair"


class Telemetry(Model):
    """A metric over a period. `$id`, `$room`, `$building` and a sensor's `$monitor` stand for the element."""

    selector: Words
    each: Each
    days: float = Field(default=30, gt=0, le=400)
    step_seconds: int = Field(default=300, ge=15, le=86400)
    """A step without a sample is a gap."""
    coverage: float = Field(default=0.95, gt=0, le=1)
    """The share of steps that must have a sample; below it nothing is shown either way."""
    at_least: float | None = None
    at_most: float | None = None
    own_limits: float | None = None
    """Use the element's own low and high, times this (a percentage against a ratio: 0.01)."""
    share: float = Field(default=1.0, gt=0, le=1)
    """The share of the steps with a sample that must be within the limits."""


class Where(StrEnum):
    anywhere = "anywhere"
    building = "building"
    """Only a run whose element stands in the room's own building shows something for that room."""


class Drill(Model):
    """A record of a drill in the journal; the newest run of each drill counts, and it ages."""

    all_of: tuple[Id, ...] = Field(min_length=1)
    within_days: float = Field(default=365, gt=0, le=4000)
    where: Where = Where.anywhere


class Configuration(Model):
    """A result of a testinfra suite, recorded in the journal (audit/recording.py)."""

    suite: Id
    within_days: float = Field(default=31, gt=0, le=4000)


class Value(Model):
    """A figure that the document must state."""

    unit: Words
    below: float | None = None
    at_least: float | None = None


class Attestation(Model):
    """A document that somebody answers for until a day; `document` says what it must show."""

    document: Text
    value: Value | None = None


class Query(Model):
    """Exactly one of these."""

    proof: Proof | None = None
    telemetry: Telemetry | None = None
    drill: Drill | None = None
    configuration: Configuration | None = None
    attestation: Attestation | None = None

    @property
    def parts(self) -> dict[str, Proof | Telemetry | Drill | Configuration | Attestation]:
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: part for name, part in given.items() if part is not None}

    @property
    def kind(self) -> str:
        return next(iter(self.parts))


class Item(Model):
    """All of `evidence` must be met for the item to be met; an item without a query stays unknown."""

    id: Id
    number: Words | None = None
    """What the item is called in the sheet that it came from."""
    category: Category
    class_: Class = Field(alias="class")
    title: Said
    tier3: Said
    """What is asked for here. In a working catalogue these are our words and, where there are figures, ours."""
    origin: Origin
    mark: Mark
    sources: tuple[Words, ...] = ()
    scope: Scope = Scope.machine_rooms
    owner: Id | None = None
    evidence: tuple[Query, ...] = ()
    declared: Words | None = None
    """What the imported sheet says of it (met, unmet …): a claim, never a verdict."""


class Head(Model):
    """The `catalogue:` block."""

    id: Id
    title: Text
    standard: Words
    version: Words
    official: bool = False
    declared: int = Field(ge=1, le=1000)
    """How many items there are said to be; a catalogue with another number of items is refused."""
    goal: int = Field(ge=0, le=1000)
    notice: Text
    """What the first page of a report says about it."""
