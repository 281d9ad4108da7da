"""From a maker's words to our events: which controller, which door, what happened, under which pseudonym."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from inventory.model import Cards, Site
from inventory.model.entry_records import EntryRecords
from monitoring.entry.event import Bad, Event
from monitoring.entry.formats.definition import Format
from monitoring.entry.records import fields
from monitoring.entry.syslog import pairs, parse
from monitoring.entry.times import Times

PSEUDONYM_LETTERS = 24
"""96 bits of the keyed hash: two of a million cards meet with a chance of 10^-17."""
REMEMBERED = 100_000
LONGEST_TEXT = 200
"""Characters of a card number or a name; more is no such thing."""
LARGEST_SEQUENCE = 2**62


class Hasher:
    """Card number → pseudonym."""

    def __init__(self, settings: EntryRecords, key: str) -> None:
        self._plain = settings.cards is Cards.plain
        self._key = key.encode()
        self._known: dict[str, str] = {}

    def __call__(self, number: str) -> str:
        if self._plain or not number:
            return number
        found = self._known.get(number)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            digest = hmac.new(self._key, number.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
            found = self._known[number] = digest[:PSEUDONYM_LETTERS]
        return found


class Doors:
    """The controllers and doors of the inventory, by what records call them."""

    def __init__(self, site: Site) -> None:
        self.controllers: dict[str, str] = {}
        for controller in site.door_controllers.values():
            self.controllers[controller.id] = self.controllers[str(controller.address)] = controller.id
        self.doors: dict[str, dict[str, str]] = {id_: {} for id_ in site.door_controllers}
        for door in site.doors.values():
            names = self.doors.setdefault(door.controller, {})
            names.setdefault(door.id, door.id)
            if door.called:
                names.setdefault(door.called, door.id)
        self.rooms = {door.id: door.room for door in site.doors.values()}

    def controller(self, name: str) -> str:
        """Raises Bad."""
        found = self.controllers.get(name) or self.controllers.get(name.partition(".")[0])
        if found is None:
            raise Bad("unknown controller")
        return found


class Translator:
    """The formats of a site, ready to read lines."""

    def __init__(self, site: Site, formats: Iterable[Format], key: str) -> None:
        self.doors = Doors(site)
        self.times = Times(ZoneInfo(site.site.timezone))
        self.hashed = Hasher(site.site.entry_records, key)
        every = tuple(formats)
        self._structured = {name: one for one in every if one.shape == "structured" for name in one.match}
        self._pairs = {name: one for one in every if one.shape == "pairs" for name in one.match}
        self._columns = [one for one in every if one.shape == "csv"]

    def syslog(self, line: str, now: int) -> Event:
        """One line of a spool file. Raises Bad."""
        message = parse(line, self.times, now)
        said = now if message.said is None else message.said
        for id_, values in message.data.items():
            one = self._structured.get(id_)
            if one is not None:
                return self._event(one, values, message.host, said)
        one = self._pairs.get(message.app)
        if one is None:
            raise Bad("no format")
        return self._event(one, pairs(message.text), message.host, said)

    def header(self, line: bytes) -> tuple[Format, list[str]] | None:
        """The format of a CSV whose first record this is, and its columns."""
        for one in self._columns:
            try:
                names = [
                    name.strip() for name in fields(line.decode(one.encoding).removeprefix("\ufeff"), one.delimiter)
                ]
            except (UnicodeDecodeError, Bad):
                continue
            if set(one.match) <= set(names) and len(set(names)) == len(names):
                return one, names
        return None

    def row(self, one: Format, names: list[str], text: str) -> Event:
        """One record of a CSV. Raises Bad."""
        found = fields(text, one.delimiter)
        if len(found) != len(names):
            raise Bad("columns")
        values = {name: value.strip() for name, value in zip(names, found, strict=True)}
        written = " ".join(values[name] for name in one.fields.time)
        pattern = one.time or ""
        said = self.times.rfc3339(written) if pattern == "rfc3339" else self.times.written(written, pattern)
        return self._event(one, values, values[one.fields.controller or ""], said)

    def _event(self, one: Format, values: Mapping[str, str], host: str, said: int) -> Event:
        names = one.fields
        controller = self.doors.controllers.get(host) or self.doors.controller(host)
        means = one.events.get(values.get(names.event, ""))
        if means is None:
            raise Bad("unknown event")
        door = self.doors.doors[controller].get(values.get(names.door, ""))
        if door is None:
            if means.result != "alive":
                raise Bad("unknown door")
            door = ""
        direction = means.direction
        if direction is None:
            word = values.get(names.direction, "") if names.direction else ""
            direction = one.directions.get(word) if word else "none"
            if direction is None:
                raise Bad("unknown direction")
        number = values.get(names.card, "") if names.card else ""
        name = values.get(names.name, "") if names.name else ""
        if len(number) > LONGEST_TEXT or len(name) > LONGEST_TEXT:
            raise Bad("too long")
        sequence = _sequence(values.get(names.sequence, "")) if names.sequence else None
        return Event(controller, door, said, direction, means.result, self.hashed(number), number, name, sequence)


def _sequence(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < LARGEST_SEQUENCE):  # noqa: PLR2004
        raise Bad("sequence")
    return int(text)
