"""The times that records carry, as milliseconds since 1970. Minutes are remembered: a million records have few."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from monitoring.entry.event import Bad

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: at for at, name in enumerate(_NAMES, 1)}
_BSD = re.compile(r"([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)", re.ASCII)
_REMEMBERED = 10_000
_SECONDS = 60
_AHEAD = dt.timedelta(days=1)
"""RFC 3164 has no year: it is the latest one that does not put the record more than this into the future."""


class Times:
    """Reads times; `zone` is that of texts without one."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._minutes: dict[tuple[str, str], int] = {}

    def rfc3339(self, text: str) -> int:
        """RFC 5424, section 6.2.3: at most six digits of a second, no leap second. Raises Bad."""
        found = _RFC3339.fullmatch(text)
        if found is None:
            raise Bad("time")
        minute, second, fraction, zone = found.groups()
        whole = int(second)
        if whole >= _SECONDS:
            raise Bad("time")
        base = self._minutes.get((minute, zone))
        if base is None:
            base = self._keep((minute, zone), minute + (zone if zone != "Z" else "+00:00"))
        # the sixth digit does not matter, the third does
        return base + whole * 1000 + (int(fraction[:3].ljust(3, "0")) if fraction else 0)

    def _keep(self, key: tuple[str, str], text: str) -> int:
        try:
            base = int(dt.datetime.fromisoformat(text).timestamp() * 1000)
        except (ValueError, OverflowError):
            raise Bad("time") from None
        return self._put(key, base)

    def _put(self, key: tuple[str, str], base: int) -> int:
        if len(self._minutes) >= _REMEMBERED:
            self._minutes.clear()
        self._minutes[key] = base
        return base

    def bsd(self, text: str, now: int) -> int:
        """RFC 3164, section 4.1.2: `Nov  5 09:15:02`, in local time. `now`: milliseconds. Raises Bad."""
        found = _BSD.fullmatch(text)
        if found is None:
            raise Bad("time")
        month, day, hour, minute, second = found.groups()
        whole = int(second)
        if month not in _MONTHS or whole >= _SECONDS:
            raise Bad("time")
        today = dt.datetime.fromtimestamp(now / 1000, self.zone)
        key = (f"{month}{day}{hour}{minute}", f"{today:%Y%m%d}")
        base = self._minutes.get(key)
        if base is None:
            try:
                base = self._put(key, self._year(_MONTHS[month], int(day), int(hour), int(minute), today))
            except ValueError:
                raise Bad("time") from None
        return base + whole * 1000

    def _year(self, month: int, day: int, hour: int, minute: int, today: dt.datetime) -> int:
        for year in range(today.year + 1, today.year - 9, -1):
            try:
                moment = dt.datetime(year, month, day, hour, minute, tzinfo=self.zone)
            except ValueError:  # the 29th of February, in most years
                continue
            if moment <= today + _AHEAD:
                return int(moment.timestamp() * 1000)
        raise ValueError(f"no year has {month}-{day}")

    def written(self, text: str, pattern: str) -> int:
        """By a pattern of strptime, to the second; in local time unless the pattern has %z. Raises Bad."""
        key = (text, pattern)
        found = self._minutes.get(key)
        if found is not None:
            return found
        try:
            moment = dt.datetime.strptime(text, pattern)  # noqa: DTZ007 the zone follows
            moment = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
            return self._put(key, int(moment.timestamp() * 1000))
        except (ValueError, OverflowError):
            raise Bad("time") from None
