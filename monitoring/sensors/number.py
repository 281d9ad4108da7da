"""From what a device answers to a number."""

from __future__ import annotations

import math
import re

from monitoring.devices.definition import Reading
from monitoring.sensors.look import Row
from monitoring.sensors.text import Value, text_of

_LEADING = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_FREEZING_FAHRENHEIT = 32


def raw_number(reading: Reading, value: Value) -> float | None:
    """The number in a value: itself, or where a text has it (at its beginning, unless `find` says where)."""
    if isinstance(value, bytes) and (reading.words or reading.find):
        text = text_of(value)
        if reading.words:
            return next((number for word, number in reading.words.items() if word.lower() == text.lower()), None)
        found = re.search(reading.find or "", text)
        return number(found[1].encode()) if found else None
    return number(value)


def number(value: Value) -> float | None:
    """A number, or the one at the beginning of a text."""
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    found = _LEADING.match(text_of(value))
    told = float(found[1]) if found else math.inf
    return told if math.isfinite(told) else None


def as_int(value: Value) -> int:
    """A whole number; -1 where there is none (no enumeration of a MIB has it for something that counts)."""
    found = number(value)
    return -1 if found is None else int(found)


def factor(reading: Reading, row: Row, raw: float) -> float | None:
    """What raw is multiplied with; None when the row does not say."""
    result = reading.multiplier / _divisor(reading, raw)
    for scale in reading.scales:
        given = number(row.get(scale.look))
        if given is None:
            return None
        if scale.factor:
            result *= given if given > 0 else 1 / -given if given else 1
            continue
        exponent = given if scale.exponents is None else scale.exponents.get(int(given))
        if exponent is None:
            return None
        # 10 ** -3 is not 1 / 1000 in floating point, and the quotient is what devices and people round to
        power = exponent * scale.sign
        result = result * 10**power if power >= 0 else result / 10**-power
    return result


def _divisor(reading: Reading, raw: float) -> float:
    if reading.plausible:
        low, high = reading.plausible
        for divisor in reading.candidates:
            if low <= raw * reading.multiplier / divisor <= high:
                return divisor
    return reading.divisor


def scaled(reading: Reading, raw: float, by: float) -> float:
    """The reading's value; by way of a quotient where that is what the data say, since 0.1 is no exact number."""
    value = raw * by if by >= 1 else raw / (1 / by)
    if reading.fahrenheit:
        return round((value - _FREEZING_FAHRENHEIT) * 5 / 9, 2)
    return round(value, 9)
