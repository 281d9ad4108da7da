"""How these tests look at a twin and at the machine under it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from inventory.ssh import login
from twin import reach
from twin.room import Twin

MROOM = str(Path(sys.executable).with_name("mroom"))
APPLY_SECONDS = 900.0
"""For the first apply on a busy machine."""
ADDRESS_OF_SWITCH = {"s-lgw1": "198.18.33.250", "m-staff": "198.18.48.250", "c-dmz": "198.18.18.250"}


def mroom(state: Path, *arguments: str, timeout: float = 180) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person would, on another state folder."""
    return subprocess.run(
        [MROOM, *arguments],
        env={**os.environ, "MROOM_STATE": str(state)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def apply_servers(twin: Twin) -> None:
    """Have the hosts serve what the inventory says."""
    done = mroom(twin.where, "apply", "--only", "servers", "--json", timeout=APPLY_SECONDS)
    assert done.returncode == 0, done.stdout


def checks(twin: Twin) -> list[dict[str, Any]]:
    """The rows of `mroom check systems`."""
    return list(json.loads(mroom(twin.where, "check", "systems", "--json").stdout)["checks"])


def verdicts(twin: Twin) -> dict[str, set[bool | None]]:
    """System -> what the checks from all places say of it."""
    found: dict[str, set[bool | None]] = {}
    for row in checks(twin):
        found.setdefault(row["element"], set()).add(row["ok"])
    return found


def ssh(twin: Twin, node: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Log in to a node from the NOC node, with pinned host keys and the suite's own key."""
    found = twin.topology.node(node)
    assert found
    argv = login(twin.site, twin.where).command(found.address, *command)
    return subprocess.run(
        ["nsenter", f"--net={twin.netns_path('noc')}", "--", *argv],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def snmp(
    twin: Twin, folder: Path, program: str, address: str, oid: str, *, version: tuple[str, ...] = ("-v3",)
) -> subprocess.CompletedProcess[str]:
    """Ask an SNMP agent from the NOC node with net-snmp's own client; `folder` keeps its settings."""
    phrases = {kind: (twin.where / "keys" / f"snmp-{kind}").read_text().strip() for kind in ("auth", "priv")}
    settings = [
        f"defSecurityName {twin.site.site.access.snmp_user}",
        "defSecurityLevel authPriv",
        f"defAuthType SHA-256\ndefAuthPassphrase {phrases['auth']}",
        f"defPrivType AES\ndefPrivPassphrase {phrases['priv']}",
    ]
    (folder / "snmp.conf").write_text("\n".join(settings) + "\n")
    argv = [program, "-Oqv", "-t", "2", "-r", "2", *version, address, oid]
    return subprocess.run(
        ["nsenter", f"--net={twin.netns_path('noc')}", "--", *argv],
        env={**os.environ, "SNMPCONFPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def hears(twin: Twin, node: str, address: str, seconds: float = 2.0) -> bool:
    """Whether an address answers an echo request of a node."""
    return not reach.without_echo(twin.netns_path(node), {"it": address}, seconds)


def states(twin: Twin) -> dict[str, str]:
    return {node["name"]: node["state"] for node in twin.status()["nodes"]}


def links_down(twin: Twin) -> set[str]:
    return {link["name"] for link in twin.status()["links"] if link["state"] != "up"}
