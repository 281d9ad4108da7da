"""What a host or client has before any role is applied: SSH, SNMP, its user, names."""

from __future__ import annotations

from inventory.cabling import management_address
from inventory.model import Site
from network.bundle import Bundle, File, Secrets
from network.derive.management import management
from network.linux import management_files
from network.templating import fill


def bundle(site: Site, node: str, secrets: Secrets) -> Bundle:
    """The base configuration of a host or client, by absolute path. Raises KeyError when the site has neither."""
    own = management(site, node)
    nodes = [*site.devices, *site.hosts, *site.clients] if own.resolvers else [node]
    names = [(management_address(site, name), name) for name in nodes if name != node]
    return {
        **management_files(node, own, secrets, agentx=False, listen=_listen(site, node)),
        "/etc/resolv.conf": File(fill("resolv.conf.j2", management=own)),
        "/etc/hosts": File(fill("hosts.j2", node=node, address=management_address(site, node), names=names)),
    }


def _listen(site: Site, node: str) -> str:
    """Where its SNMP agent listens: everywhere, unless it stands for devices that each have an agent of their own."""
    host = site.hosts.get(node)
    return f"{host.address}:" if host and host.kind == "agent" else ""
