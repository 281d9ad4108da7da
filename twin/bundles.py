"""The files that a node has when it is first switched on: what network/ renders, and what only a twin needs."""

from __future__ import annotations

from inventory.model import Site
from network import base, render
from network.bundle import Bundle, Secrets
from twin import first, links
from twin.facility import files as facility
from twin.keys import Keys
from twin.order import Put
from twin.topology import Node, Topology

_HOST_SYSCTLS = """\
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.default.rp_filter = 0
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv4.conf.all.arp_ignore = 1
net.ipv4.conf.default.arp_ignore = 1
net.ipv4.conf.all.arp_announce = 2
net.ipv4.conf.default.arp_announce = 2
"""
"""A system's entry is a /32 on a host's lo: the host must neither answer ARP for it nor drop what comes for it."""


def files(site: Site, topology: Topology, node: Node, keys: Keys, *, bare: bool) -> tuple[Put, ...]:
    """Everything that is put on the node's disk before its first boot. `bare`: keys and addresses, no configuration."""
    secrets = Secrets(keys.authorized_key, keys.snmp_auth, keys.snmp_priv)
    device = node.name in site.devices and not bare
    bundle: Bundle = (render if device else base).bundle(site, node.name, secrets)
    puts = [Put(path, file.content.encode(), file.mode, file.owner) for path, file in bundle.items()]
    own = {
        "/etc/hostname": Put("/etc/hostname", f"{node.name}\n".encode()),
        "/etc/ssh/ssh_host_ed25519_key": Put(
            "/etc/ssh/ssh_host_ed25519_key", keys.host_keys[node.name].encode(), 0o600
        ),
        "/etc/mroom/interfaces.ip": Put(
            "/etc/mroom/interfaces.ip", links.interfaces(site, topology, node, bare=bare).encode()
        ),
        "/etc/sysctl.d/90-mroom.conf": Put(
            "/etc/sysctl.d/90-mroom.conf", (first.SYSCTLS if node.routes else _HOST_SYSCTLS).encode()
        ),
        "/home/mroom/.profile": Put("/home/mroom/.profile", b'PATH="/usr/sbin:/sbin:$PATH"\n', owner="mroom"),
    }
    puts += [put for path, put in own.items() if path not in bundle]
    return tuple(puts if bare or node.kind != "agent" else [*puts, *facility.files(site, node.name, keys)])
