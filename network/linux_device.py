"""A Linux device over SSH: read its bundle, say what differs, and order a change that it carries out by itself."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from inventory.ssh import Login
from network import access
from network.access import Rejected, Session
from network.bundle import Bundle, File
from network.difference import Difference, Part, files
from network.order import Order

SCRIPTS = Path(__file__).parent / "platforms" / "scripts"
CHANGES = "/var/lib/mroom/changes"

ACTIONS = {
    "/etc/sysctl.d/90-mroom.conf": "sysctl",
    "/etc/nftables.conf": "nft",
    "/etc/frr/daemons": "frr-restart",
    "/etc/frr/frr.conf": "frr",
    "/etc/keepalived/keepalived.conf": "keepalived",
    "/etc/snmp/snmpd.conf": "snmpd",
    "/etc/snmp/mroom-users.conf": "snmpd",
    "/etc/chrony/chrony.conf": "chrony",
    "/etc/rsyslog.conf": "rsyslog",
    "/etc/ssh/sshd_config": "sshd",
}
"""File -> what makes its daemon read it again; a file that is not here is read at each use. In the order of use."""
FORWARDING = frozenset({"sysctl", "nft", "frr-restart", "frr", "keepalived"})
"""Actions that traffic may notice: a router is drained before them."""
RUNNING_FRR, RUNNING_NFT = "running FRR configuration", "running packet filter"
_RUNNING = {RUNNING_FRR: "frr", RUNNING_NFT: "nft"}
_LOG = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ ")


def script(name: str) -> str:
    """A program of network/platforms/scripts."""
    return (SCRIPTS / name).read_text(encoding="utf-8")


def connect(login: Login, device: str, address: str) -> AbstractContextManager[Session]:
    return access.session(login, device, address)


def difference(session: Session, wanted: Bundle) -> Difference:
    """What differs on the device, in one round trip; a second one only where frr.conf has to change.

    Raises `Unreachable`, and `Rejected` when the device cannot be read.
    """
    answer = session.run("bash", "-c", script("read.sh"), "read", *(path.lstrip("/") for path in wanted))
    have = dict(_untar(session.device, answer.out))
    said = _sections(answer.err)
    parts = list(files(session.device, have, wanted))
    changed = {part.path for part in parts}
    frr = wanted.get("/etc/frr/frr.conf")
    if frr and "/etc/frr/frr.conf" in changed:
        parts = [_by_frr(session, part, frr) if part.path == "/etc/frr/frr.conf" else part for part in parts]
    elif frr and (lines := _frr_lines(said.get("frr", ""))):
        parts.append(Part(RUNNING_FRR, _titled(session.device, RUNNING_FRR, lines)))
    if "/etc/nftables.conf" not in changed and said.get("nft", "").strip():
        parts.append(Part(RUNNING_NFT, said["nft"].strip()))
    return Difference(tuple(parts), have, wanted)


def actions(parts: Iterable[Part]) -> tuple[str, ...]:
    """What has to be reloaded for these parts, in order, each once."""
    wanted = {ACTIONS.get(part.path or "", "") or _RUNNING.get(part.subject, "") for part in parts}
    return tuple(action for action in dict.fromkeys(ACTIONS.values()) if action in wanted)


def _by_frr(session: Session, part: Part, frr: File) -> Part:
    """The change of frr.conf as FRR itself sees it; where it sees none (comments, order), the text's own difference."""
    answer = session.run("bash", "-c", script("frr-test.sh"), stdin=frr.content.encode())
    lines = _frr_lines(answer.text())
    return Part(part.subject, _titled(session.device, "/etc/frr/frr.conf", lines), part.path) if lines else part


def _titled(device: str, subject: str, lines: list[str]) -> str:
    return "\n".join([f"--- {device}: {subject}", f"+++ {device}: {subject} (inventory)", *lines])


def _frr_lines(output: str) -> list[str]:
    """frr-reload's answer as - and + lines; its exit code is 0 either way."""
    sign, found = "", []
    for line in output.splitlines():
        if line.startswith("Lines To "):
            sign = "-" if line.startswith("Lines To Delete") else "+"
        elif sign and line.strip() and not line.startswith("====") and not _LOG.match(line):
            found.append(f"{sign}{line}")
    return found


def _sections(text: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line in ("@frr", "@nft"):
            current = found.setdefault(line[1:], [])
        else:
            current.append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def _untar(device: str, data: bytes) -> Iterator[tuple[str, File]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content:
                    text = content.read().decode("utf-8", errors="replace")
                    yield f"/{member.name}", File(text, member.mode & 0o7777, member.uname or str(member.uid))
    except tarfile.TarError as error:
        raise Rejected(f"{device}: its files could not be read: {error}") from error


def folder(order: Order) -> str:
    """Where a change lies on the device."""
    return f"{CHANGES}/{order.change}"


def package(order: Order) -> bytes:
    """The tar that is unpacked in the change's folder on the device."""
    drains = order.drain_ports is not None
    settings = {
        "CHANGE": order.change,
        "CONFIRM_SECONDS": str(order.confirm_seconds),
        "DRAIN": "yes" if drains else "",
        "DRAIN_PORTS": " ".join(order.drain_ports or ()),
        "DRAIN_AS": str(order.drain_asn or ""),
        "DRAIN_RAMP": " ".join(map(str, order.drain_ramp)),
        "DRAIN_SECONDS": f"{order.drain_seconds:g}",
    }
    texts = {
        "agent.sh": script("agent.sh"),
        "boot.sh": script("boot.sh"),
        "order": "".join(f"{name}='{value}'\n" for name, value in settings.items()),
        "paths": "".join(f"{path}\n" for path in order.difference.paths),
        "actions": "".join(f"{action}\n" for action in actions(order.difference.parts)),
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in texts.items():
            _add(tar, name, File(text, mode=0o600))
        for path in order.difference.paths:
            _add(tar, f"new{path}", order.difference.wanted[path])
        _add(tar, "complete", File(""))
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, file: File) -> None:
    data = file.content.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.uname, member.gname = len(data), file.mode, file.owner, file.owner
    tar.addfile(member, io.BytesIO(data))
