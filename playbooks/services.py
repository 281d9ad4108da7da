"""Which services must run on a host: those that its roles name in `services.yml`, beside their tasks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import yaml

from inventory.ansible import variables
from inventory.model import Host, Site

ROLES = Path(__file__).resolve().parent / "roles"
EVERYWHERE = ("base",)
"""Roles that site.yml gives to all hosts."""


@dataclass(frozen=True)
class Service:
    name: str
    begins: str
    """A regular expression for the beginning of its command line."""


def expected(site: Site, host: Host, today: dt.date | None = None) -> tuple[Service, ...]:
    """The services of a host; a role that does not exist yet has none."""
    roles = [*EVERYWHERE, *variables(site, host, today)["mroom_roles"]]
    return tuple(Service(name, begins) for role in roles for name, begins in _services(role).items())


def _services(role: str) -> dict[str, str]:
    path = ROLES / role / "services.yml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else {}
