"""A Cisco IOS-XE device at its command line: read it, compare it, see what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from network.access import Session, Unreachable
from network.bundle import Bundle, File
from network.difference import Difference, Part
from network.verify.collect import Seen

RUNNING, SNMP_USER = "/running-config", "/snmp-user"
"""Names of the two files of the bundle: what `show running-config` shows, and the one line that it never shows."""
_NOISE = re.compile(
    r"^(Building configuration|Current configuration|Last configuration change|! |version \d|end$|\s*$)"
)


def ask(session: Session, command: str, seconds: float = 30.0) -> str:
    """A command's answer. Raises `Unreachable` when the session breaks or no prompt comes back."""
    import netmiko
    import paramiko  # type: ignore[import-untyped]  # it ships no type information

    try:
        return str(session.connection.send_command(command, read_timeout=seconds))
    except (netmiko.NetmikoBaseException, paramiko.SSHException, OSError, EOFError) as error:
        raise Unreachable(f"{session.device}: no answer to `{command}`: {type(error).__name__}") from error


def running(session: Session) -> str:
    """The running configuration without what is not configuration."""
    return normal(ask(session, "show running-config", 60.0))


def normal(text: str) -> str:
    """A configuration without what is none, and with the `no shutdown` that IOS has and never shows.

    hier-config would take an interface away whose `no shutdown` stands in one text only.
    """
    lines: list[str] = []
    for line in [*(line for line in text.splitlines() if not _NOISE.match(line)), ""]:
        if not line.startswith(" ") and _open_interface(lines):
            lines.append(" no shutdown")
        lines.append(line)
    return "\n".join(lines[:-1]) + "\n"


def _open_interface(lines: list[str]) -> bool:
    """Whether the last block is an interface's and says nothing about its being shut."""
    block: list[str] = []
    for line in reversed(lines):
        block.append(line)
        if not line.startswith(" "):
            break
    head = block[-1] if block else ""
    return head.startswith("interface ") and not {" shutdown", " no shutdown"} & set(block)


def remediation(have: str, want: str) -> list[str]:
    """The lines, with their indentation, that turn one configuration into the other. Computed, not asked.

    Each block ends with `exit`: what follows a block in a block would else be taken for its part.
    """
    from hier_config import Platform, WorkflowRemediation, get_hconfig

    flow = WorkflowRemediation(get_hconfig(Platform.CISCO_IOS, have), get_hconfig(Platform.CISCO_IOS, want))
    return list(_walk(flow.remediation_config, 0))


def _walk(parent: Any, depth: int) -> Iterator[str]:
    for child in sorted(parent.children):
        yield from (f"{' ' * depth}{line}" for line in child.text.splitlines())
        if list(child.children):
            yield from _walk(child, depth + 1)
            yield f"{' ' * (depth + 1)}exit"


def difference(session: Session, wanted: Bundle) -> Difference:
    """What hier-config would send. The SNMP user is never read back, so alone it is no difference."""
    have = running(session)
    lines = remediation(have, normal(wanted[RUNNING].content))
    shown = [line for line in lines if line.strip() != "exit"]
    signs = [f"{'-' if line.strip().startswith('no ') else '+'}{line}" for line in shown]
    name = f"{session.device}: running-config"
    parts = (Part("running-config", "\n".join([f"--- {name}", f"+++ {name} (inventory)", *signs]), RUNNING),)
    return Difference(parts if lines else (), {RUNNING: File(have)}, wanted)


def collect(session: Session) -> Seen:
    """Neighbours, BFD and BGP as IOS tells them."""
    return Seen(
        device=session.device,
        ospf=dict(_ospf(ask(session, "show ip ospf neighbor"))),
        bfd=dict(_bfd(ask(session, "show bfd neighbors"))),
        bgp=dict(_bgp(ask(session, "show ip bgp summary"))),
    )


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        words = line.split()
        if words and re.fullmatch(r"\d+(\.\d+){3}", words[0]):
            yield words


def _ospf(text: str) -> Iterator[tuple[str, str]]:
    # Neighbor ID  Pri  State  Dead Time  Address  Interface; the state is `FULL/  -` on a point-to-point link
    for words in _rows(text):
        yield words[-1], "Full" if any(word.startswith("FULL") for word in words) else words[2]


def _bfd(text: str) -> Iterator[tuple[str, str]]:
    # NeighAddr  LD/RD  RH/RS  State  Int
    for words in _rows(text):
        yield words[0], words[3].lower()


def _bgp(text: str) -> Iterator[tuple[str, str]]:
    # Neighbor V AS MsgRcvd MsgSent TblVer InQ OutQ Up/Down State/PfxRcd: a number means established
    for words in _rows(text):
        yield words[0], "Established" if words[-1].isdigit() else words[-1]
