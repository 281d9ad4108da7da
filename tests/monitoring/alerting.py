"""A room for the tests of alerts: what the exporter says of the twin's agents, as series for promtool."""

from __future__ import annotations

import datetime as dt
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import inventory
from monitoring.alerts.rules import Ground
from monitoring.devices import load_all
from monitoring.exporter.discovery import targets
from monitoring.exporter.recipe import learn
from monitoring.sensors.match import SYS_OBJECT_ID, matching
from tests.monitoring.running import samples
from twin.facility import tables
from twin.facility.physics import Plant
from twin.facility.plan import plan

SITE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")
DAY = dt.date(2026, 4, 1)
STEPS = 9
"""Times five minutes for which everything stands still."""
Series = dict[str, str]
"""Series → values, as promtool notes them."""


@cache
def ground() -> Ground:
    return Ground(SITE, DAY)


def plants() -> dict[str, Plant]:
    """The facility of every building that has agents."""
    return {agent: Plant(plan(SITE, agent)) for agent in ("agent-m", "agent-c", "agent-s")}


def series(rooms: dict[str, Plant], silent: frozenset[str] = frozenset(), down: frozenset[str] = frozenset()) -> Series:
    """What Prometheus has of this room while `silent` do not answer and the lines `down` are."""
    labels = {one["labels"]["element"]: _labels(one["labels"]) for one in targets(SITE, DAY)}
    found = {f"mroom_probe_success{{{pairs}}}": _still(int(id_ not in silent)) for id_, pairs in labels.items()}
    for plant in rooms.values():
        for element in plant.plan["agents"]:
            if element not in silent:
                for (name, pairs), value in samples(said(plant, element)).items():
                    own = _labels(dict(sorted(pairs)))
                    found[f"{name}{{{labels[element]},{own}}}"] = _still(value)
    for line in SITE.lines.values():
        for end in line.ends:
            if end.device in labels and end.device not in silent:
                name = f'mroom_port_oper_state{{{labels[end.device]},port="{line.id}",index="1"}}'
                found[name] = _still(2 if line.id in down else 1)
    return found


def said(plant: Plant, element: str) -> str:
    """The exporter's text of one agent."""
    kind = plant.plan["agents"][element]["kind"]
    values: dict[str, Any] = {SYS_OBJECT_ID: tables.IDENTITY.get(kind, ".1.3.6.1.4.1.8072.3.2.10").lstrip(".")}
    for oid, type_, value in tables.rows(plant, element):
        values[oid.lstrip(".")] = int(value) if type_ in {"integer", "gauge", "counter"} else value.encode()
    return learn(matching(load_all(), values), values).render(values)


def _labels(pairs: dict[str, str]) -> str:
    return ",".join(f'{name}="{value}"' for name, value in pairs.items() if not name.startswith("__"))


def _still(value: float) -> str:
    return f"{value:g}x{STEPS}"


def scene(name: str, given: Series, firing: list[tuple[str, str]], at: str = "35m") -> dict[str, Any]:
    """A test of promtool: exactly these (alert, element) fire, the dead-man's sign left out."""
    expr = 'count by (alertname, element) (ALERTS{alertstate="firing",alertname!="Watchdog"})'
    found = [{"labels": f'{{alertname="{alert}",element="{element}"}}', "value": 1} for alert, element in firing]
    return {
        "name": name,
        "interval": "5m",
        "input_series": [{"series": one, "values": values} for one, values in given.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": at, "exp_samples": found}],
    }


def promtool(folder: Path, rules: Path, scenes: list[dict[str, Any]], only: str = "*") -> str:
    """What promtool says against these scenes; empty when nothing."""
    document = {"rule_files": [str(path) for path in sorted(rules.glob(f"{only}.yaml"))], "evaluation_interval": "5m",
                "tests": scenes}  # fmt: skip
    path = folder / "scenes.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    done = subprocess.run(
        ["promtool", "test", "rules", str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
