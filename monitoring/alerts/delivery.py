"""To whom Alertmanager tells what: `delivery.yaml`, whose secrets are references to files that Alertmanager reads."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from inventory.model import Model
from inventory.reading.files import Source
from inventory.reading.single import read_single
from monitoring.alerts.catalogue import AlertsInvalid

FILE = Path(__file__).parent / "delivery.yaml"


class Hook(Model):
    """A webhook; `credentials` is a bearer token by reference."""

    url: str = Field(pattern=r"^https?://")
    credentials: str | None = None


class Mail(Model):
    smarthost: str = Field(pattern=r"^[^:\s]+:\d+$")
    sender: str
    user: str | None = None
    password: str | None = None
    """By reference."""
    require_tls: bool = True


class Delivery(Model):
    id: str = ""
    page: Hook
    """The NOC page: gets everything."""
    dead_man: Hook
    """Something outside this room that speaks up when it hears nothing."""
    mail: Mail
    owners: dict[str, str]
    """Owner → address."""


def load(file: Path = FILE) -> Delivery:
    """Raises AlertsInvalid with every fault and its line."""
    source = Source(file.name, file.read_text(encoding="utf-8"))
    single = read_single(source, Delivery, "delivery file", "page, dead_man, mail, owners")
    if single.problems or single.typed.value is None:
        raise AlertsInvalid([problem.text() for problem in single.problems])
    found: Delivery = single.typed.value
    return found
