"""Conditions of device files on the looks of a row."""

from __future__ import annotations

import re
from functools import cache

from monitoring.devices.definition import Condition, Conditions, Test
from monitoring.sensors.look import Row
from monitoring.sensors.text import Value, text_of


def all_hold(conditions: Conditions, row: Row, value: Value) -> bool:
    return all(_holds(test, value if name == "value" else row.get(name)) for name, test in conditions.items())


def any_holds(conditions: Conditions, row: Row, value: Value) -> bool:
    return any(_holds(test, value if name == "value" else row.get(name)) for name, test in conditions.items())


def _holds(test: Condition, value: Value) -> bool:
    if isinstance(test, Test):
        return all(
            check
            for check in (
                test.present is None or (text_of(value) != "") == test.present,
                test.equals is None or _among(test.equals, value),
                test.not_equals is None or not _among(test.not_equals, value),
                test.matches is None or bool(_pattern(test.matches).search(text_of(value))),
                test.not_matches is None or not _pattern(test.not_matches).search(text_of(value)),
                test.above is None or (isinstance(value, (int, float)) and value > test.above),
                test.below is None or (isinstance(value, (int, float)) and value < test.below),
            )
        )
    return _among(test if isinstance(test, tuple) else (test,), value)


def _among(wanted: tuple[int | str, ...], value: Value) -> bool:
    if isinstance(value, (int, float)):
        return value in wanted
    text = text_of(value)
    return any(text == str(one) for one in wanted)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
