"""The dynamic inventory of Ansible: hosts, groups and variables, all from the model.

Devices belong to network/ and clients are only places to measure from, so neither is in it. No secret is in it either:
the SSH key is named by its path, and what a role needs beyond that it looks up by reference.
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections import defaultdict
from pathlib import Path
from typing import Any

from inventory import place
from inventory.addresses import POLLED
from inventory.cabling import building_of, management_address
from inventory.model import Element, Host, Site, System, Text
from inventory.ssh import login

SMTP_PORT = 25
"""RFC 5321, 4.5.4.2."""


def group(kind: str, name: str) -> str:
    """The Ansible group of all hosts of one kind of thing; hyphens are not allowed in group names."""
    return f"{kind}_{name}".replace("-", "_")


def role_of(system: System) -> str:
    """The Ansible role that makes a host a member of the system."""
    return (system.role or system.id).replace("-", "_")


def voting_role_of(system: System) -> str:
    """The Ansible role that makes a host a voter of the system's quorum."""
    return f"{role_of(system)}_voter"


def managed_hosts(site: Site, today: dt.date | None = None) -> list[Host]:
    """The hosts in service, in the order of the inventory."""
    return [host for host in site.hosts.values() if _in_service(host, today)]


def document(site: Site, state: Path, today: dt.date | None = None) -> dict[str, Any]:
    """What `--list` prints: groups, the variables of all, and `_meta.hostvars`."""
    hosts = managed_hosts(site, today)
    groups: dict[str, list[str]] = defaultdict(list)
    for host in hosts:
        for name in _groups(site, host, today):
            groups[name].append(host.id)
    children: dict[str, Any] = {name: {"hosts": members} for name, members in sorted(groups.items())}
    return {
        "_meta": {"hostvars": {host.id: variables(site, host, today) for host in hosts}},
        "all": {"children": sorted(groups), "vars": common_variables(site, state, today)},
        **children,
    }


def variables(site: Site, host: Host, today: dt.date | None = None) -> dict[str, Any]:
    """What one host is told: who and where it is, which routers it talks to, which systems it serves."""
    lan = site.lans[host.lan]
    building = building_of(site, host.id) or ""
    routers = lan.gateway.routers if lan.gateway else {}
    return {
        "ansible_host": str(host.address),
        "mroom_name": _text(host.name),
        "mroom_kind": host.kind,
        "mroom_building": {"id": building, **_text(site.buildings[building].name)},
        "mroom_zone": lan.zone,
        "mroom_address": str(host.address),
        "mroom_prefix": str(lan.prefix),
        "mroom_gateway": str(lan.gateway.address) if lan.gateway else None,
        "mroom_routers": [{"name": name, "address": str(address)} for name, address in routers.items()],
        "mroom_systems": {system.id: _membership(site, system, host) for system in _systems(site, host, today)},
        "mroom_quorums": {system.id: _voters(site, system) for system in _votes(site, host, today)},
        "mroom_roles": _roles(site, host, today),
    }


def common_variables(site: Site, state: Path, today: dt.date | None = None) -> dict[str, Any]:
    """What all hosts share: how to log in, and the services of the room."""
    access = login(site, state)
    settings = site.site
    alive = {host.id: host for host in managed_hosts(site, today)}
    return {
        "ansible_user": access.user,
        "ansible_ssh_private_key_file": str(access.key),
        "ansible_ssh_common_args": shlex.join(["-F", "none", *access.options]),
        "ansible_become": True,
        "ansible_python_interpreter": "/usr/bin/python3",
        "mroom_site": settings.name,
        "mroom_asn": settings.asn,
        "mroom_host_asn": settings.host_asn,
        "mroom_timezone": settings.timezone,
        "mroom_banner": settings.banner,
        "mroom_ntp": [str(alive[name].address) for name in settings.ntp if name in alive],
        "mroom_syslog": [str(alive[name].address) for name in settings.syslog if name in alive],
        "mroom_resolvers": [str(address) for address in settings.resolvers],
        "mroom_snmp": {"user": settings.access.snmp_user, **_snmp_phrases(site)},
        "mroom_names": names(site, today),
        "mroom_mail_exchangers": mail_exchangers(site, today),
        "mroom_client_lans": client_lans(site),
        "mroom_secrets": dict(settings.access.secrets),
        "mroom_facility": facility_agents(site),
        "mroom_inside": [str(network) for network in settings.ranges.inside],
    }


def _in_service(element: Element, today: dt.date | None) -> bool:
    return element.retired is None or element.retired > (today or dt.date.today())  # noqa: DTZ011 a day of the site


def _systems(site: Site, host: Host, today: dt.date | None) -> list[System]:
    return [s for s in site.systems.values() if host.id in s.members and _in_service(s, today)]


def _votes(site: Site, host: Host, today: dt.date | None) -> list[System]:
    return [s for s in site.systems.values() if s.quorum and host.id in s.quorum.voters and _in_service(s, today)]


def _voters(site: Site, system: System) -> dict[str, str]:
    """Voter -> address."""
    assert system.quorum is not None
    return {name: str(site.hosts[name].address) for name in system.quorum.voters}


def _roles(site: Site, host: Host, today: dt.date | None) -> list[str]:
    own = [role.replace("-", "_") for role in host.roles]
    serving = [role_of(system) for system in _systems(site, host, today)]
    return sorted({*own, *serving, *(voting_role_of(system) for system in _votes(site, host, today))})


def _groups(site: Site, host: Host, today: dt.date | None) -> list[str]:
    return [
        group("building", building_of(site, host.id) or "none"),
        group("zone", site.lans[host.lan].zone),
        group("kind", host.kind),
        *(group("system", system.id) for system in _systems(site, host, today)),
        *(group("role", role) for role in _roles(site, host, today)),
    ]


def names(site: Site, today: dt.date | None = None) -> dict[str, str]:
    """Every name of the site's domain and its address: devices, hosts, and the entries that people use."""
    found = {name: management_address(site, name) for name in [*site.devices, *site.hosts]}
    for system in site.systems.values():
        if system.entry and _in_service(system, today):
            found[system.entry.name.partition(".")[0]] = str(system.entry.address)
    return dict(sorted(found.items()))


def mail_exchangers(site: Site, today: dt.date | None = None) -> list[str]:
    """The hosts that take mail for the site's domain, the preferred one first: an entry at port 25 is SMTP's."""
    systems = [s for s in site.systems.values() if s.entry and s.entry.port == SMTP_PORT and _in_service(s, today)]
    alive = {host.id for host in managed_hosts(site, today)}
    return [name for system in systems for name in system.members if name in alive]


def client_lans(site: Site) -> list[dict[str, str]]:
    """The LANs of our buildings where people work."""
    lans = {client.lan: site.lans[client.lan] for client in site.clients.values()}
    return [
        {
            "id": lan.id,
            "prefix": str(lan.prefix),
            "netmask": str(lan.prefix.netmask),
            "gateway": str(lan.gateway.address) if lan.gateway else "",
        }
        for lan in lans.values()
        if lan.building
    ]


def facility_agents(site: Site) -> dict[str, dict[str, str]]:
    """Everything of power, cooling and environment that answers SNMP: kind, building and address."""
    return {
        name: {
            "kind": kind,
            "building": place.building(site, kind, one) or "",
            "address": str(one.address),
        }
        for kind in POLLED
        for name, one in getattr(site, kind).items()
        if one.address
    }


def _snmp_phrases(site: Site) -> dict[str, str]:
    """References: a role looks the secrets up itself."""
    return {"auth": site.site.access.snmp_auth, "priv": site.site.access.snmp_priv}


def _membership(site: Site, system: System, host: Host) -> dict[str, Any]:
    entry = system.entry
    return {
        "name": _text(system.name),
        "role": role_of(system),
        "preference": system.members.index(host.id) + 1,
        "members": list(system.members),
        "addresses": {name: str(site.hosts[name].address) for name in system.members if name in site.hosts},
        "entry": str(entry.address) if entry else None,
        "entry_name": entry.name if entry else None,
        "domain": entry.name.partition(".")[2] if entry else None,
        "port": entry.port if entry else None,
    }


def _text(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}
