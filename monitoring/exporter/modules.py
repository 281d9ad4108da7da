"""What a probe asks for: the parameter `module`."""

from __future__ import annotations

from collections.abc import Iterable

from monitoring.devices.definition import Definition
from monitoring.exporter.scrape import Choose

PORTS = "if-mib"
AUTO, SENSORS = "auto", "sensors"


def modules(shelf: Iterable[Definition]) -> dict[str, Choose]:
    """`auto`: all that is known of the device; `sensors`: that without its ports; or a device file by name, alone."""
    files = list(shelf)

    def alone(id_: str) -> Choose:
        return lambda matching: [one for one in [*matching, *files] if one.id == id_][:1]

    return {
        AUTO: list,
        SENSORS: lambda matching: [one for one in matching if one.id != PORTS],
        **{one.id: alone(one.id) for one in files},
    }
