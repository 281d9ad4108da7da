"""A change on Cisco IOS-XE: `configure terminal revert timer`, each line checked, then `configure confirm` or not.

IOS counts its timer in whole minutes and keeps it itself, so a lost runner or path ends like a refused change.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from network.access import Session, Unreachable
from network.ios_device import RUNNING, SNMP_USER, ask, normal, remediation, running
from network.order import Order

_CONFIG_PROMPT, _ANY_PROMPT = r"\(config[^)\n]*\)#\s*$", r"#\s*$"
_DEAR = "max-metric router-lsa external-lsa include-stub summary-lsa"
"""Others go on using what they have no second way to (RFC 6987), LANs and entries (external) included."""
_PAUSE_SECONDS = 0.2


def _pending(session: Session) -> bool:
    """Whether some change waits for its confirmation."""
    return "No Rollback Confirmed Change pending" not in ask(session, "show archive config rollback timer")


def begin(session: Session, order: Order) -> str:
    """Arm the timer, then send line by line; a line that IOS refuses is named, and all is taken back at once."""
    if _pending(session):
        return "busy another change is open on this device"
    lines = _lines(order, session)
    minutes = math.ceil(order.confirm_seconds / 60)
    answer = _say(session, f"configure terminal revert timer {minutes}", _ANY_PROMPT)
    if "(config" not in answer:
        return f"refused the device cannot take a change back: {_words(answer)}"
    refused = _drained(session, order, lines)
    _say(session, "end", _ANY_PROMPT)
    _settle(session)
    if refused:
        _say(session, "configure revert now", _ANY_PROMPT)
        _settle(session)
        return f"refused {refused}"
    return "armed"


def _drained(session: Session, order: Order, lines: list[str]) -> str:
    """Send the lines, from a router after its traffic has left; what was refused."""
    if order.drain_ports is None:
        return _send(session, lines)
    before, wanted = (bundle[RUNNING].content for bundle in (order.difference.before, order.difference.wanted))
    kept = [group for group in _gateways(before) if group in _gateways(wanted)]
    leave = [*_each(_gateways(before), "shutdown"), "router ospf 1", f" {_DEAR}", "exit"]
    if refused := _send(session, leave):
        return refused
    time.sleep(order.drain_seconds)
    back = ["router ospf 1", f" no {_DEAR}", "exit", *_each(kept, "no shutdown")]
    return _send(session, lines) or _send(session, back)


def _gateways(text: str) -> list[tuple[str, str]]:
    """Interface and VRRP group of each gateway address: a group that is shut hands over at once (RFC 5798, 6.4.3)."""
    found, interface = [], ""
    for line in text.splitlines():
        if not line.startswith(" "):
            interface = line
        elif line.startswith(" vrrp "):
            found.append((interface, line.strip()))
    return found


def _each(groups: list[tuple[str, str]], command: str) -> list[str]:
    return [line for interface, group in groups for line in (interface, group, command, "exit", "exit")]


def _settle(session: Session) -> None:
    """Find the prompt anew: the change, or its end, may have been one of the device's name."""
    session.connection.clear_buffer()
    session.connection.set_base_prompt()


def _lines(order: Order, session: Session) -> list[str]:
    wanted = order.difference.wanted
    lines = remediation(running(session), normal(wanted[RUNNING].content))
    secret = wanted[SNMP_USER].content.splitlines() if SNMP_USER in wanted else []
    return [*lines, *secret]


def _send(session: Session, lines: list[str]) -> str:
    """Send lines; the first that is refused with the device's words, or an empty text."""
    for block in _blocks(lines):
        answer = _say(session, "\n".join(block), _CONFIG_PROMPT)
        if words := _words(answer):
            shown = "the SNMP user" if block[0].startswith("snmp-server user") else f"`{block[0].strip()}`"
            return f"{shown}: {words}"
    return ""


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Line by line, but a banner as a whole: IOS gives no prompt before its end.

    The delimiter is shown as ^C, which is one character there; any that the text does not hold will do.
    """
    banner: list[str] = []
    for line in lines:
        if banner or line.startswith("banner "):
            banner.append(line.replace("^C", "#"))
            if len(banner) > 1 and line.strip() == "^C":
                yield banner
                banner = []
        else:
            yield [line]


def _say(session: Session, text: str, prompt: str) -> str:
    """Say something in configuration mode and read until the prompt. Raises `Unreachable`."""
    import netmiko
    import paramiko  # type: ignore[import-untyped]  # it ships no type information

    connection = session.connection
    try:
        connection.write_channel(f"{text}\n")
        return str(connection.read_until_pattern(prompt, read_timeout=15.0))
    except (netmiko.NetmikoBaseException, paramiko.SSHException, OSError, EOFError) as error:
        raise Unreachable(f"{session.device}: the session broke in the middle of the change") from error


def _words(answer: str) -> str:
    return " ".join(line.strip() for line in answer.splitlines() if line.startswith("%"))


def applied(session: Session, order: Order, seconds: int) -> str:  # noqa: ARG001 begin() has waited for the last line
    """`applied` as long as the change waits for its confirmation."""
    return "applied" if _pending(session) else "restored the device took the change back"


def confirm(session: Session, order: Order) -> bool:  # noqa: ARG001 IOS has one open change
    """Keep the change, in the running and in the startup configuration."""
    if not _pending(session):
        return False
    ask(session, "configure confirm")
    ask(session, "write memory", 60.0)
    return True


def undo(session: Session, order: Order, why: str) -> bool:  # noqa: ARG001 as above
    """Have the change taken back now."""
    if not _pending(session):
        return not _holds(session, order)
    _say(session, "configure revert now", _ANY_PROMPT)
    _settle(session)
    return True


def ended(session: Session, order: Order, seconds: int) -> str:
    """What the device has when nothing waits any more: the change, or what was before."""
    end = time.monotonic() + seconds
    while _pending(session) and time.monotonic() < end:
        time.sleep(_PAUSE_SECONDS)
    if _pending(session):
        return "applied"
    return "confirmed" if _holds(session, order) else "restored"


def _holds(session: Session, order: Order) -> bool:
    return not remediation(running(session), normal(order.difference.wanted[RUNNING].content))
