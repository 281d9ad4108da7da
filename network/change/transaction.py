"""The change of one device from the runner's side, in three moves: start it, verify it, decide.

Whatever happens to the runner, or to its way to the device, the device decides by itself when its time is up; so every
move may fail with `Unreachable` and the answer then is what can still be learnt.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from inventory.cabling import management_address
from inventory.model import Site
from inventory.ssh import login
from network.access import Rejected, Session, Unreachable
from network.derive import intent
from network.order import Order
from network.platforms import platform
from network.verify import Check, judge

RESERVE_SECONDS = 5
"""Kept free at the end of the device's time, so that a confirmation and its end do not cross."""
CUT = "cut"
"""First word of the state of a change whose order broke off in the middle: the device may have begun it."""
AFTER_SECONDS = 30
"""How long is asked for the end after the device's time is up: it restores in 3 to 5 s, four times that when busy."""
PAUSE_SECONDS = 0.2


class Transaction:
    """One device's open change."""

    def __init__(self, site: Site, state: Path, device: str, order: Order) -> None:
        self.device, self.order = device, order
        self._intent = intent(site, device)
        self._platform = platform(site.devices[device].platform)
        self._login, self._address = login(site, state), management_address(site, device)
        self._failed_before: frozenset[str] = frozenset()
        self._ends = 0.0

    def _session(self) -> AbstractContextManager[Session]:
        return self._platform.connect(self._login, self.device, self._address)

    def start(self) -> str:
        """Look, order, wait until it is applied; its state in the device's words. Raises `Unreachable`, `Rejected`."""
        with self._session() as session:
            self._failed_before = frozenset(check.id for check in self._judge(session) if check.ok is False)
            self._ends = time.monotonic() + self.order.confirm_seconds
            state = self._begin(session)
            if state.split(" ")[0] != "armed":
                return state
        return self._ask(lambda s: self._platform.applied(s, self.order, self._left()), self._ends)

    def _begin(self, session: Session) -> str:
        try:
            return self._platform.begin(session, self.order)
        except Unreachable as error:
            return f"{CUT} off while it was ordered: {error}"

    def verify(self, entries: Callable[[], list[Check]]) -> list[Check]:
        """Poll over new sessions until nothing fails that did not fail before; what still does when the time is up."""
        failing = [self._unreached("it was not looked at in time")]
        while time.monotonic() < self._ends - RESERVE_SECONDS:
            try:
                with self._session() as session:
                    failing = [c for c in self._judge(session) if c.ok is False and c.id not in self._failed_before]
            except Unreachable as error:
                failing = [self._unreached(str(error))]
            failing += [check for check in entries() if check.ok is False]
            if not failing:
                break
            time.sleep(PAUSE_SECONDS)
        return failing

    def confirm(self) -> str:
        """Keep the change; its last state. Raises `Unreachable`."""

        def decide(session: Session) -> str:
            self._platform.confirm(session, self.order)
            return self._platform.ended(session, self.order, AFTER_SECONDS)

        return self._ask(decide, self._ends + AFTER_SECONDS)

    def undo(self, why: str) -> str:
        """Take the change back now, or hear that the device did; its last state. Raises `Unreachable`."""

        def decide(session: Session) -> str:
            self._platform.undo(session, self.order, why)
            return self._platform.ended(session, self.order, AFTER_SECONDS)

        return self._ask(decide, self._ends + AFTER_SECONDS)

    def _judge(self, session: Session) -> list[Check]:
        return judge(self._intent, self._platform.collect(session))

    def _unreached(self, why: str) -> Check:
        return Check(f"{self.device}.reach", self.device, ok=False, message=f"{self.device}: {why}")

    def _left(self) -> int:
        return max(1, round(self._ends - time.monotonic()))

    def _ask(self, question: Callable[[Session], str], until: float) -> str:
        """Ask, over as many sessions as it takes; the change may have cut the one before. Raises `Unreachable`."""
        while True:
            try:
                with self._session() as session:
                    return question(session)
            except Unreachable:
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE_SECONDS)


def refused(error: Rejected | Unreachable) -> str:
    """The state of a change that was never ordered."""
    return f"refused {error}"
