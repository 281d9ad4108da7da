"""Everything that this machine must have, checked before anything is made; all that is missing is told at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from twin.failure import FAILED, TwinFailure
from twin.shared import KEPT
from twin.world import python

PROGRAMS = {
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "nsenter": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "sshd": "openssh-server",
    "snmpd": "snmpd",
    "tini": "tini",
    "keepalived": "keepalived",
    "chronyd": "chrony",
    "rsyslogd": "rsyslog",
    "bird": "bird2",
    "sudo": "sudo",
    "vtysh": "frr",
    "sysctl": "procps",
    "pidof": "sysvinit-utils",
    "unshare": "util-linux",
    "chrt": "util-linux",
    "nginx": "nginx-light",
    "named": "bind9",
    "unbound": "unbound",
    "dnsmasq": "dnsmasq-base",
    "slapd": "slapd",
    "etcd": "etcd-server",
    "etcdctl": "etcd-client",
    "pg_lsclusters": "postgresql",
    "postfix": "postfix",
    "dovecot": "dovecot-imapd",
}
"""Program on PATH -> its Debian package. The last line: what the roles run, since a node installs nothing itself."""
_FILES = {
    **dict.fromkeys(
        (f"/usr/lib/frr/{name}" for name in ("watchfrr", "zebra", "ospfd", "bgpd", "bfdd", "staticd")), "frr"
    ),
    "/usr/lib/frr/frr-reload.py": "frr-pythontools",
    "/usr/bin/python3": "python3-minimal",
}
_MODULES = ("click", "dateutil", "etcd", "prettytable", "psutil", "psycopg2", "urllib3", "yaml")
"""Modules of the distribution's own Python that the roles' programs want; each is in the package python3-NAME."""
_SNMP_MODULE = ("/usr/lib", "*/frr/modules/zebra_snmp.so", "frr-snmp")
_NODE_BYTES = 2 * 2**20
"""Disk that a node takes at boot: 0.3 MB measured for a host, 1 MB for a router with its log."""
_NODE_MEMORY_BYTES = 16 * 2**20
"""Memory of a node: 11 MB measured for a host (sshd, snmpd), 90 MB for a router; 54 nodes with 11 routers: 25 MB each
at most, of which half is shared."""


def must_be_root() -> None:
    if os.geteuid() != 0:
        raise TwinFailure("a twin needs root: it makes namespaces and mounts", hint="run it as root", code="no-root")


def check(folder: Path, nodes: int) -> None:
    """Raises one TwinFailure that names everything that is missing for a twin of so many nodes in this folder."""
    if sys.platform != "linux":
        raise TwinFailure(f"a twin needs Linux, not {sys.platform}", hint="run it on Debian 12", code="kernel")
    packages = _missing_packages()
    problems = [f"program {name} (package {package})" for name, package in packages]
    problems += _mounted_apart()
    problems += _room(folder, nodes)
    if not any(name in ("ip", "tc", "nft") for name, _ in packages):
        problems += _missing_features(folder)
    if problems:
        wanted = sorted({package for _, package in packages})
        hint = f"run script/setup, or: apt-get install {' '.join(wanted)}" if wanted else "see docs/twin.md"
        raise TwinFailure(f"this machine lacks: {'; '.join(problems)}", hint=hint, code="preflight", exit_code=FAILED)


def _missing_packages() -> list[tuple[str, str]]:
    missing = [(name, package) for name, package in PROGRAMS.items() if shutil.which(name) is None]
    missing += [(path, package) for path, package in _FILES.items() if not os.access(path, os.X_OK)]
    modules = [(Path("/usr/lib/python3/dist-packages", name), f"python3-{name}") for name in _MODULES]
    missing += [(str(path), package) for path, package in modules if not path.exists()]
    folder, pattern, package = _SNMP_MODULE
    if not any(Path(folder).glob(pattern)):
        missing.append((f"{folder}/{pattern}", package))
    return missing


def _mounted_apart() -> list[str]:
    """An overlay does not cross mounts: what is on a disk of its own would be empty in the nodes."""
    apart = [f"/{name}" for name in sorted(KEPT) if Path("/", name).is_mount()]
    return [f"{', '.join(apart)} on the same file system as / (nodes would see them empty)"] if apart else []


def _room(folder: Path, nodes: int) -> list[str]:
    problems = []
    there = next(path for path in (folder, *folder.parents) if path.exists())
    disk = os.statvfs(there)
    free, wanted = disk.f_bavail * disk.f_frsize, nodes * _NODE_BYTES
    if free < wanted:
        problems.append(f"disk space in {there}: {free // 2**20} MiB free, {wanted // 2**20} MiB needed")
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    memory = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    wanted = nodes * _NODE_MEMORY_BYTES
    if memory < wanted:
        problems.append(f"memory: {memory // 2**20} MiB available, {wanted // 2**20} MiB needed")
    return problems


def _missing_features(folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="probe-", dir=folder) as scratch:
        for name in ("upper", "work"):
            Path(scratch, name).mkdir()
        done = subprocess.run(python("probe", scratch), capture_output=True, text=True, check=False)
    try:
        missing = json.loads(done.stdout)
    except ValueError:
        return [f"kernel features could not be tried: {done.stderr.strip().rpartition(chr(10))[2]}"]
    return [f"kernel: {item['feature']} ({item['needs']}; {item['error']})" for item in missing]
