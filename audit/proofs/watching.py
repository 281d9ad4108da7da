"""What watches a room: sensors in every area, doors under control, cameras that are recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from audit.proofs import Answer, check
from audit.verdict import met, unmet

if TYPE_CHECKING:
    from audit.ground import Ground
    from inventory.model import Room

Settings = Mapping[str, float]


def _in_every_area(ground: Ground, room: Room, kinds: Collection[str]) -> Answer:
    """Every area of the room has a sensor of each kind whose monitor is up in the model."""
    site, up = ground.site, ground.up()
    areas = [area.id for area in site.areas.values() if area.room == room.id]
    there = {(sensor.area, sensor.kind.value): sensor.id for sensor in site.sensors.values() if sensor.id in up}
    missing = [f"{area}: {kind}" for area in areas for kind in kinds if (area, kind) not in there]
    found = sorted(id_ for (area, kind), id_ in there.items() if area in areas and kind in kinds)
    facts = {"areas": areas, "sensors": found, "missing": missing}
    if not areas:
        return Answer(unmet("室に区画がなく、センサーもない", "the room has no area, hence no sensor"), facts)
    if missing:
        told = ", ".join(missing)
        return Answer(unmet(f"センサーがない: {told}", f"no sensor for {told}"), facts)
    ja, en = f"{len(areas)}区画すべてに{len(found)}個のセンサー", f"{len(found)} sensors in all {len(areas)} areas"
    return Answer(met(ja, en), facts)


@check("smoke-sensors")
def smoke_sensors(ground: Ground, room: Room, _: Settings) -> Answer:
    """A smoke sensor in every area."""
    return _in_every_area(ground, room, ["smoke"])


@check("leak-sensors")
def leak_sensors(ground: Ground, room: Room, _: Settings) -> Answer:
    """A leak sensor in every area."""
    return _in_every_area(ground, room, ["leak"])


@check("environment-watched")
def environment_watched(ground: Ground, room: Room, _: Settings) -> Answer:
    """Temperature and humidity in every area."""
    return _in_every_area(ground, room, ["temperature", "humidity"])


@check("doors-controlled")
def doors_controlled(ground: Ground, room: Room, _: Settings) -> Answer:
    """Every door of the room has a controller that is up in the model; a room without a door is a hole in it."""
    doors = {door.id: door.controller for door in ground.site.doors.values() if door.room == room.id}
    dead = sorted(id_ for id_ in doors if id_ not in ground.up())
    if not doors or dead:
        told = ", ".join(dead) or "-"
        ja, en = f"管理されていない扉: {told}", f"no door under control: {told}"
        return Answer(unmet(ja, en), {"doors": doors})
    told = ", ".join(doors)
    return Answer(met(f"管理下の扉: {told}", f"under control: {told}"), {"doors": doors})


@check("cameras-recorded")
def cameras_recorded(ground: Ground, room: Room, _: Settings) -> Answer:
    """The room has a camera, and each of its cameras a recorder that is up in the model."""
    cameras = {camera.id: camera.recorder for camera in ground.site.cameras.values() if camera.room == room.id}
    dead = sorted(id_ for id_ in cameras if id_ not in ground.up())
    if not cameras or dead:
        told = ", ".join(dead) or "-"
        return Answer(unmet(f"録画されるカメラがない: {told}", f"no recorded camera: {told}"), {"cameras": cameras})
    told = ", ".join(cameras)
    return Answer(met(f"録画されるカメラ: {told}", f"recorded cameras: {told}"), {"cameras": cameras})


@check("recordings-kept")
def recordings_kept(ground: Ground, room: Room, settings: Settings) -> Answer:
    """The recorders of the room's cameras keep at least `days` days, by their setting in the inventory."""
    site, days = ground.site, settings.get("days", 1)
    used = {camera.recorder for camera in site.cameras.values() if camera.room == room.id}
    kept = {id_: site.recorders[id_].retention_days for id_ in sorted(used)}
    short = [id_ for id_, found in kept.items() if found < days]
    facts = {"retention_days": kept, "wanted": days}
    if short or not kept:
        told = ", ".join(short) or "-"
        return Answer(unmet(f"保存が{days:g}日に満たない: {told}", f"kept for less than {days:g} days: {told}"), facts)
    told = ", ".join(f"{id_} {found} d" for id_, found in kept.items())
    return Answer(met(f"{days:g}日以上保存の設定: {told}", f"set to keep {days:g} days or more: {told}"), facts)
