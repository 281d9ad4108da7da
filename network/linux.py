"""The files that every Linux node of ours has: SSH, SNMP, time, log, users."""

from __future__ import annotations

from network.bundle import Bundle, File, Secrets
from network.intent import Management
from network.templating import fill

SNMP_USERS = "/etc/snmp/mroom-users.conf"
"""Read by snmpd.conf. Not in /var/lib/snmp: snmpd rewrites what lies there, and a file of ours must stay as it is."""


def management_files(node: str, management: Management, secrets: Secrets, *, agentx: bool, listen: str = "") -> Bundle:
    """The management plane of a node; `agentx` where routing daemons answer through its SNMP agent.

    `listen`: an address and a colon, where the SNMP agent shall not listen everywhere.
    """
    values: dict[str, object] = {
        "node": node,
        "management": management,
        "secrets": secrets,
        "agentx": agentx,
        "listen": listen,
    }
    return {
        "/etc/snmp/snmpd.conf": File(fill("snmpd.conf.j2", **values)),
        SNMP_USERS: File(fill("snmp-users.conf.j2", **values), mode=0o600),
        "/etc/ssh/sshd_config": File(fill("sshd_config.j2", **values)),
        f"/etc/ssh/authorized_keys/{management.user}": File(secrets.authorized_key.strip() + "\n"),
        f"/etc/sudoers.d/{management.user}": File(fill("sudoers.j2", **values), mode=0o440),
        "/etc/issue.net": File(management.banner + "\n"),
    }


def reporting_files(node: str, management: Management) -> Bundle:
    """Time and log of a node."""
    return {
        "/etc/chrony/chrony.conf": File(fill("chrony.conf.j2", node=node, management=management)),
        "/etc/rsyslog.conf": File(fill("rsyslog.conf.j2", node=node, management=management)),
    }
