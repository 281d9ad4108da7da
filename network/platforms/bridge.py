"""A Linux access switch: one bridge, and a management plane."""

from __future__ import annotations

from dataclasses import dataclass

from network.bundle import Bundle, File, Secrets
from network.intent import Intent
from network.linux import management_files, reporting_files
from network.linux_platform import LinuxPlatform
from network.templating import fill


@dataclass(frozen=True)
class Bridge(LinuxPlatform):
    name: str = "bridge"

    def render(self, intent: Intent, secrets: Secrets) -> Bundle:
        """The switch's bundle. Its ports and its address belong to the bridge itself, as cables do to a switch."""
        return {
            "/etc/nftables.conf": File(fill("nftables.conf.j2", intent=intent)),
            **management_files(intent.device, intent.management, secrets, agentx=False),
            **reporting_files(intent.device, intent.management),
        }


PLATFORM = Bridge()
