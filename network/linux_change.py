"""The runner's side of a change on a Linux device: order it, hear how it went, decide. The device does the rest."""

from __future__ import annotations

from network.access import Rejected, Session
from network.linux_device import folder, package, script
from network.order import Order

APPLYING = ("checking", "armed")
DECIDED = ("checking", "armed", "applied", "restoring")


def begin(session: Session, order: Order) -> str:
    """Order the change; gives its state: `armed`, `refused …`, `busy …`. Raises `Unreachable`, `Rejected`."""
    answer = session.run("bash", "-c", script("begin.sh"), "begin", order.change, stdin=package(order), seconds=30)
    if answer.code:
        raise Rejected(f"{session.device}: the change could not be ordered: {answer.err.strip()[-300:]}")
    return answer.text().strip()


def applied(session: Session, order: Order, seconds: int) -> str:
    """Wait until the device has applied the change or taken it back; its state, also when the time is up."""
    return _wait(session, order, seconds, APPLYING)


def ended(session: Session, order: Order, seconds: int) -> str:
    """Wait until the change is confirmed or taken back; its state, also when the time is up."""
    return _wait(session, order, seconds, DECIDED)


def confirm(session: Session, order: Order) -> bool:
    """Confirm; False when the device had already decided to take the change back."""
    return _decide(session, order, "confirmed") == "confirmed"


def undo(session: Session, order: Order, why: str) -> bool:
    """Have the change taken back now; False when it was confirmed before."""
    return _decide(session, order, "restored", why) == "restored"


def _decide(session: Session, order: Order, verdict: str, why: str = "") -> str:
    answer = session.run("bash", "-c", script("decide.sh"), "decide", folder(order), verdict, why, seconds=10)
    return answer.text().strip()


def _wait(session: Session, order: Order, seconds: int, pending: tuple[str, ...]) -> str:
    words = ("bash", "-c", script("wait.sh"), "wait", folder(order), str(seconds), *pending)
    return session.run(*words, seconds=seconds + 10).text().strip()
