"""`python -m monitoring.dashboards OUT --site …`: Grafana's dashboards and provisioning, as files."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

import inventory
from monitoring.alerts.rules import Ground
from monitoring.dashboards.write import PLACE, write
from monitoring.ending import ended


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m monitoring.dashboards", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write into")
    parser.add_argument("--site", required=True, type=Path, help="the site's folder")
    parser.add_argument("--place", default=PLACE, help=f"where Grafana finds the dashboards ({PLACE})")
    given = parser.parse_args(argv)
    try:
        site = inventory.load(given.site)
        for path in write(Ground(site, dt.datetime.now().astimezone().date()), given.out, place=given.place):
            sys.stdout.write(f"{path}\n")
    except Exception as error:
        return ended("dashboards", error, "mend it and run it again")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
