"""The seven priority systems, their neighbours, and the data that they exchange."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address

from pydantic import Field, HttpUrl

from .base import DnsName, Element, Id, Model


class Failover(StrEnum):
    automatic = "automatic"
    manual = "manual"


class Scope(StrEnum):
    inside = "inside"
    outside = "outside"


class Entry(Model):
    """The address that people use. It is announced as a /32 by whichever building serves the system."""

    address: IPv4Address
    name: DnsName
    port: int = Field(ge=1, le=65535)
    scopes: tuple[Scope, ...] = (Scope.inside,)
    """From where it must be reachable."""


class Probe(Model):
    """How we know that the system serves: an implementation in monitoring/probes and its settings."""

    kind: Id
    url: HttpUrl | None = None
    settings: dict[str, str | int | float | bool] = {}
    secrets: tuple[Id, ...] = ()
    """Names of `site.access.secrets` that it needs; they travel over SSH and are never written down."""
    interval_seconds: float = Field(default=1.0, gt=0)
    timeout_seconds: float = Field(default=2.0, gt=0)


class Quorum(Model):
    """State that needs a majority: voters in at least three places."""

    voters: tuple[Id, ...] = Field(min_length=3)


class System(Element):
    priority: int | None = Field(default=None, ge=1, le=7)
    """1 is restored first; None for a neighbour."""
    neighbour: bool = False
    members: tuple[Id, ...] = ()
    """Hosts that can serve it; one is enough."""
    needs: tuple[Id, ...] = ()
    """Systems (or other objects) without which it does not serve."""
    quorum: Quorum | None = None
    entry: Entry | None = None
    probe: Probe | None = None
    failover: Failover | None = None
    rto_seconds: float | None = Field(default=None, ge=0)
    rpo_seconds: float | None = Field(default=None, ge=0)
    example_targets: bool = False
    """True while the targets are ours, for the example, and not the city's."""
    role: Id | None = None
    """The Ansible role that makes a host a member; the id of the system when left out."""


class Exchange(Element):
    """Data that one system hands to another (情報連携)."""

    source: Id
    target: Id
    probe: Probe
