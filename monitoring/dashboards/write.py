"""All files that Grafana needs for one site."""

from __future__ import annotations

from pathlib import Path

from monitoring.alerts.rules import Ground
from monitoring.dashboards import provisioning
from monitoring.dashboards.boards import boards
from monitoring.dashboards.render import LANGUAGES, render

PLACE = "/var/lib/grafana/mroom/dashboards"
"""Where the dashboards are on the node, unless it is told."""


def write(ground: Ground, folder: Path, *, place: str = PLACE) -> list[Path]:
    """Write dashboards/<language>/*.json and provisioning/ below `folder`; returns what is there now.

    A dashboard of an earlier run that is no longer made goes.
    """
    made = {f"dashboards/{lang}/{board.id}.json": render(board, lang) for board in boards(ground) for lang in LANGUAGES}
    made |= provisioning.files(place)
    for old in folder.glob("dashboards/*/*.json"):
        if str(old.relative_to(folder)) not in made:
            old.unlink()
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(content, encoding="utf-8")
        fresh.replace(path)
    return [folder / name for name in sorted(made)]
