"""All files that Prometheus and Alertmanager need for one site."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from inventory.model import Site
from monitoring.alerts import delivery as deliveries
from monitoring.alerts import routes, rules
from monitoring.alerts.delivery import Delivery


def write(
    site: Site, folder: Path, *, state: Path, delivery: Delivery | None = None, today: dt.date | None = None
) -> list[Path]:
    """Write rules/*.yaml, alertmanager.yaml and alertmanager-<node>.args below `folder`; returns what is there now.

    A rule file of an earlier run that is no longer made goes. `state` is the folder that `$MROOM_STATE` of the
    references stands for where Alertmanager runs. Raises AlertsInvalid, SecretUnavailable.
    """
    day = today or dt.datetime.now().astimezone().date()
    ground = rules.Ground(site, day)
    made = {**rules.files(ground), **routes.files(ground, delivery or deliveries.load(), state)}
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    for old in (folder / "rules").glob("*.yaml"):
        if f"rules/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        path = folder / name
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    return [folder / name for name in sorted(made)]
