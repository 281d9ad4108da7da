"""The alerts that people wrote, read once; every fault of every file is told with its line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from inventory.problem import Problem
from inventory.reading.files import Source, read_folder
from inventory.reading.single import read_single
from monitoring.alerts.definition import Alert

FOLDER = Path(__file__).parent / "texts"


class AlertsInvalid(Exception):
    """An alert cannot be used; `problems` holds every fault of every file."""

    exit_code, code = 3, "alerts-invalid"
    hint = "mend the lines that the sentence names; docs/alerts.md describes them"

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@cache
def load(folder: Path = FOLDER) -> tuple[Alert, ...]:
    """Every alert, by name. Raises AlertsInvalid."""
    found: list[Alert] = []
    problems: list[Problem] = []
    for source in read_folder(folder):
        alert = None if source.problems else _quickly(source)
        if alert is None:
            single = read_single(source, Alert, "alert", "each, severity, expr, summary, means, touched, look, then")
            problems += [*source.problems, *single.problems]
            alert = single.typed.value
        if alert is not None:
            found.append(alert.model_copy(update={"id": Path(source.file).stem}))
    wrong = [*(problem.text() for problem in sorted(problems)), *_unfit(found)]
    if wrong:
        raise AlertsInvalid(wrong)
    return tuple(found)


def _quickly(source: Source) -> Alert | None:
    """A file that is sound, without the positions that a fault is told with: these take a hundred times as long."""
    try:
        return Alert.model_validate(yaml.load(source.text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError):
        return None


def _unfit(alerts: list[Alert]) -> Iterator[str]:
    names = {alert.id for alert in alerts}
    for alert in alerts:
        for steps, what in ((alert.look, "look"), (alert.then, "then")):
            if len(steps.ja) != len(steps.en):
                yield f"{alert.id}: {what} has {len(steps.ja)} lines in Japanese and {len(steps.en)} in English"
        for other in alert.covers:
            if other not in names or other == alert.id:
                yield f"{alert.id}: covers {other!r}, which is no other alert"
        if alert.out and alert.telemetry:
            yield f"{alert.id}: what is not seen need not be out; `out` and `telemetry` exclude each other"
