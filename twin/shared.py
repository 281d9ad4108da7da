"""What the nodes' common layer hides and adds: the distribution of this machine without anything that is its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inventory.cabling import management_address
from inventory.model import Site
from twin.order import Hide, Put
from twin.topology import Topology

KEPT = frozenset({"bin", "etc", "lib", "lib32", "lib64", "libx32", "sbin", "usr", "var"})
"""Top-level entries that nodes see; all others are the machine's own business."""
_EMPTY = ("boot", "dev", "home", "media", "mnt", "opt", "proc", "root", "run", "srv", "sys", "tmp")

_EMPTIED = (
    # configuration that a node gets from its bundle or from Ansible, or not at all
    *("/etc/ssh", "/etc/frr", "/etc/keepalived", "/etc/snmp", "/etc/bird", "/etc/rsyslog.d", "/etc/nftables.d"),
    *(
        "/etc/sudoers.d",
        "/etc/profile.d",
        "/etc/apt",
        "/etc/network",
        "/etc/sysctl.d",
        "/etc/mroom",
        "/etc/ssl/private",
    ),
    # what would start by itself
    *("/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly", "/etc/cron.weekly", "/etc/cron.monthly"),
    *(f"/etc/rc{level}.d" for level in "0123456S"),
    # state and logs of the host's own services
    *("/var/tmp", "/var/backups", "/var/mail", "/var/lib/snmp", "/var/lib/chrony", "/var/lib/private"),  # noqa: S108
    "/var/agentx",
)
_GONE = (
    *("/etc/nftables.conf", "/etc/rsyslog.conf", "/etc/chrony/chrony.conf", "/etc/chrony/chrony.keys"),
    *("/etc/gitconfig", "/etc/npmrc", "/etc/pip.conf", "/etc/wgetrc", "/etc/environment", "/etc/crontab", "/etc/fstab"),
    *("/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/default/snmpd", "/etc/default/keepalived"),
    "/usr/sbin/policy-rc.d",
)
_EMPTIED_WITH_FOLDERS = ("/var/log", "/var/spool")
"""Emptied, but the folders in them stay (empty, with their owners): daemons do not make them."""

USER = "mroom"
_UID = 1990
_FIRST_PERSON = 1000
_NOBODY = 65534


def hides(private: tuple[Path, ...]) -> tuple[Hide, ...]:
    """Everything of this machine that nodes must not see; `private` are the checkout and the state folder."""
    gone = [Hide(text, folder=False) for text in _GONE if Path(text).exists()]
    own = [Hide(str(path), folder=True, mode=0o700) for path in private if path.parts[1] in KEPT and path.is_dir()]
    return (*_top_level(), *_emptied_folders(), *gone, *own)


def _top_level() -> Iterator[Hide]:
    for path in sorted(Path("/").iterdir()):
        if path.name not in KEPT | set(_EMPTY):
            yield Hide(str(path), folder=False)
    for name in _EMPTY:
        yield Hide(f"/{name}", folder=True, mode={"root": 0o700, "tmp": 0o1777}.get(name, 0o755))


def _emptied_folders() -> Iterator[Hide]:
    for path in map(Path, _EMPTIED):
        if path.is_dir():
            yield _emptied(path)
    for path in map(Path, _EMPTIED_WITH_FOLDERS):
        yield _emptied(path)
        for folder in sorted(p for p in path.iterdir() if p.is_dir() and not p.is_symlink()):
            yield _emptied(folder)


def _emptied(path: Path) -> Hide:
    like = path.stat()
    return Hide(str(path), folder=True, mode=like.st_mode & 0o7777, uid=like.st_uid, gid=like.st_gid)


def files(site: Site, topology: Topology) -> tuple[Put, ...]:
    """Accounts, names and the boot script: the same on every node."""
    boot = Path(__file__).with_name("boot.sh").read_bytes()
    return (
        *_accounts(),
        Put("/etc/hosts", _hosts(site, topology).encode()),
        Put("/etc/resolv.conf", "".join(f"nameserver {a}\n" for a in site.site.resolvers).encode()),
        Put("/etc/sudoers.d/mroom", f"{USER} ALL=(ALL:ALL) NOPASSWD: ALL\n".encode(), 0o440),
        # All nodes share this machine's clock: however chronyd is started on a node, it must not set it.
        Put("/etc/default/chrony", b'DAEMON_OPTS="-x -F 1"\n'),
        Put("/usr/lib/mroom/boot", boot, 0o755),
    )


def _hosts(site: Site, topology: Topology) -> str:
    lines = ["127.0.0.1 localhost"]
    lines += [f"{management_address(site, node.name)} {node.name}" for node in topology.nodes]
    lines += [f"{system.entry.address} {system.entry.name}" for system in site.systems.values() if system.entry]
    return "\n".join(lines) + "\n"


def _lines(path: str) -> list[list[str]]:
    return [line.split(":") for line in Path(path).read_text(encoding="utf-8").splitlines() if ":" in line]


def _of_the_system(number: str) -> bool:
    return number.isdigit() and (int(number) < _FIRST_PERSON or int(number) == _NOBODY)


def _accounts() -> Iterator[Put]:
    """The accounts that packages made, without people and passwords, and the suite's own user."""
    users = [u for u in _lines("/etc/passwd") if _of_the_system(u[2]) and u[0] != USER]
    groups = [g for g in _lines("/etc/group") if _of_the_system(g[2]) and g[0] != USER]
    for group in groups:
        known = {user[0] for user in users}
        members = [member for member in group[3].split(",") if member in known]
        group[3] = ",".join([*members, USER] if group[0] == "frrvty" else members)
    users.append([USER, "x", str(_UID), str(_UID), USER, f"/home/{USER}", "/bin/bash"])
    groups.append([USER, "x", str(_UID), ""])
    yield Put("/etc/passwd", _join(users))
    yield Put("/etc/group", _join(groups))
    yield Put("/etc/shadow", _join([[u[0], "*", "19000", "0", "99999", "7", "", "", ""] for u in users]), 0o640)
    yield Put("/etc/gshadow", _join([[g[0], "*", "", g[3]] for g in groups]), 0o640)


def _join(rows: list[list[str]]) -> bytes:
    return "".join(":".join(row) + "\n" for row in rows).encode()
