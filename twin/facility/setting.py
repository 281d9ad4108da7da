"""What can be set in a plant by hand: which element takes which key, and what a value may be.

Standard library only: it runs on a node, and the command line checks with it before it asks a node.
"""

from __future__ import annotations

import math
from typing import Any

from twin.facility.physics import Plant

AUTO = "auto"
"""A sensor shows what the physics say again."""
MOST_TIMES = 3600.0
"""The fastest that time may pass: an hour in a second."""


class SettingError(Exception):
    """One sentence for whoever wanted to set it."""


def keys(plan: dict[str, Any], element: str) -> tuple[str, ...]:
    """What can be set of an element; empty when it is none of this plan."""
    if element in plan["sensors"]:
        return (plan["sensors"][element]["kind"],)
    if element == plan["building"]:
        return ("factor",)
    own = {"ups": ("battery",), "generators": ("fuel",)}
    for kind in ("utilities", "generators", "ats", "ups", "pdus", "coolers"):
        if element in plan[kind]:
            return (*own.get(kind, ()), "out")
    return ()


def check(plan: dict[str, Any], element: str, key: str, text: str) -> float | None:
    """The value; None for `auto`. Raises SettingError with what was expected."""
    allowed = keys(plan, element)
    if key not in allowed:
        raise SettingError(f"{element} has no {key!r}; it takes {' and '.join(allowed) or 'nothing'}")
    if text == AUTO and element in plan["sensors"]:
        return None
    low, high = _range(plan, element, key)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:  # also when it is not a number
        raise SettingError(f"{key} of {element}: expected {_expected(plan, element, key)}, found {text!r}")
    return value


def apply(plant: Plant, element: str, key: str, value: float | None) -> None:
    """Do it; `factor` is the agent's own."""
    if element in plant.plan["sensors"]:
        if value is None:
            plant.pinned.pop(element, None)
        else:
            plant.pinned[element] = value
    elif key == "out":
        (plant.out.add if value else plant.out.discard)(element)
    elif key == "battery" and value is not None:
        plant.batteries[element].joules = value * plant.batteries[element].full
    elif key == "fuel" and value is not None:
        plant.generators[element].litres = value
    plant.step(0)


def _range(plan: dict[str, Any], element: str, key: str) -> tuple[float, float]:
    return {
        "temperature": (-40.0, 125.0),
        "humidity": (0.0, 100.0),
        "leak": (0.0, 1.0),
        "smoke": (0.0, 1.0),
        "out": (0.0, 1.0),
        "battery": (0.0, 1.0),
        "fuel": (0.0, plan["generators"].get(element, {}).get("tank_litres", 0.0)),
        "factor": (0.0, MOST_TIMES),
    }[key]


def _expected(plan: dict[str, Any], element: str, key: str) -> str:
    low, high = _range(plan, element, key)
    unit = {
        "temperature": "degrees Celsius",
        "humidity": "percent",
        "fuel": "litres",
        "battery": "as a share of full",
        "factor": "times as fast as the clock",
    }.get(key, "(1: yes)")
    auto = f", or {AUTO}" if element in plan["sensors"] else ""
    return f"a number from {low:g} to {high:g} {unit}{auto}"
