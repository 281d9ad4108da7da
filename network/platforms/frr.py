"""A Linux router: FRR, keepalived, nftables."""

from __future__ import annotations

from dataclasses import dataclass

from network.bundle import Bundle, File, Secrets
from network.intent import Intent
from network.linux import management_files, reporting_files
from network.linux_platform import LinuxPlatform
from network.templating import fill


@dataclass(frozen=True)
class Frr(LinuxPlatform):
    name: str = "frr"

    def render(self, intent: Intent, secrets: Secrets) -> Bundle:
        """The router's bundle. frr.conf leaves out what FRR would not show (a default such as 300 ms BFD)."""
        return {
            "/etc/frr/frr.conf": File(fill("frr.conf.j2", intent=intent), mode=0o640, owner="frr"),
            "/etc/frr/daemons": File(fill("frr-daemons.j2", intent=intent), mode=0o640, owner="frr"),
            "/etc/frr/vtysh.conf": File(fill("vtysh.conf.j2", intent=intent), mode=0o640, owner="frr"),
            "/etc/keepalived/keepalived.conf": File(fill("keepalived.conf.j2", intent=intent)),
            "/etc/nftables.conf": File(fill("nftables.conf.j2", intent=intent)),
            "/etc/sysctl.d/90-mroom.conf": File(fill("sysctl-router.conf.j2")),
            **management_files(intent.device, intent.management, secrets, agentx=True),
            **reporting_files(intent.device, intent.management),
        }


PLATFORM = Frr()
