"""The guard of a drill as a process: `python -m mroom.guard --run RUN --epoch N`, its beats on its input.

Everything that mending needs is loaded before it says that it stands, so that acting needs nothing new.
"""

from __future__ import annotations

import argparse
import contextlib
import sys

import journal
from bcp.guard import stand
from bcp.record import Finding
from bcp.recover import recover
from journal import JournalError, lease
from mroom.drilling import faults, site_of
from mroom.output import log
from mroom.settings import settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site")
    parser.add_argument("--run", required=True)
    parser.add_argument("--epoch", type=int, required=True)
    chosen = parser.parse_args()
    site, state = site_of(chosen.site), settings(chosen.site).state
    breaking = faults(site, state)
    with journal.open(state) as opened:

        def act() -> None:
            why = Finding("runner-died", "the runner fell silent; the guard put the room back")
            done = recover(opened, breaking, chosen.run, site.site.timezone, why)
            log(f"{chosen.run}: undone {', '.join(done.undone) or 'nothing'}; {'; '.join(done.problems) or 'whole'}")

        def act_with_lease() -> None:
            with contextlib.ExitStack() as stack:
                with contextlib.suppress(JournalError):  # mending is right with and without it
                    stack.enter_context(lease.join(state, site.site.name, chosen.epoch))
                act()

        stand(act_with_lease)


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[func-returns-value]
