"""A valid site of any size, for measurements: cells of two routers, eight switches with a LAN each, eight hosts."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import yaml

CELL = 10
"""Devices in a cell: two routers and eight switches."""
LANS = 8
LINES_BASE = int(IPv4Address("198.18.0.0"))
LOOPBACK_BASE = int(IPv4Address("198.18.64.0"))
LAN_BASE = int(IPv4Address("198.18.128.0"))
LAN_SIZE = 32


def _name(text: str) -> dict[str, str]:
    return {"ja": f"{text} 番", "en": text}


def _address(number: int) -> str:
    return str(IPv4Address(number))


def _shell(cells: int) -> dict[str, dict[str, object]]:
    site = {
        "name": "big",
        "title": _name("big"),
        "ranges": {"inside": ["198.18.0.0/15"]},
        "asn": 64512,
        "host_asn": 64513,
    }
    halls = {b: {"name": _name(b), "owner": "net", "address": b, "floors": "1F"} for b in ("west", "east")}
    rooms = {
        f"{b}-room": {
            "name": _name(f"{b} room"),
            "building": b,
            "floor": "1F",
            "cooling": {"any": 1, "of": [f"{b}-cool-1", f"{b}-cool-2"]},
        }
        for b in halls
    }
    power: dict[str, dict[str, object]] = {key: {} for key in ("utilities", "generators", "ats", "ups", "coolers")}
    for b in halls:
        power["utilities"][f"{b}-grid"] = {"name": _name(f"{b} grid"), "building": b}
        power["generators"][f"{b}-gen"] = {
            "name": _name(f"{b} gen"),
            "building": b,
            "start_seconds": 40,
            "tank_litres": 8000,
            "burn_litres_per_hour": 100,
            "required_hours": 72,
        }
        for n in (1, 2):
            ats, ups, cool = f"{b}-ats-{n}", f"{b}-ups-{n}", f"{b}-cool-{n}"
            power["ats"][ats] = {"name": _name(ats), "building": b, "sources": [f"{b}-grid", f"{b}-gen"]}
            power["ups"][ups] = {
                "name": _name(ups),
                "room": f"{b}-room",
                "source": ats,
                "capacity_watts": 40000,
                "runtime_seconds": 600,
            }
            power["coolers"][cool] = {
                "name": _name(cool),
                "room": f"{b}-room",
                "sources": [ats],
                "capacity_kilowatts": 30,
            }
    racks = {f"rack-{n}": {"name": _name(f"rack {n}"), "room": f"{_side(n)}-room"} for n in range(cells)}
    pdus = {
        f"pdu-{n}-{ab}": {
            "name": _name(f"pdu {n} {ab}"),
            "rack": f"rack-{n}",
            "source": f"{_side(n)}-ups-{ab}",
            "outlets": 24,
        }
        for n in range(cells)
        for ab in (1, 2)
    }
    return {
        "site": {"site": site},
        "places": {"owners": {"net": {"name": _name("net"), "contact": "1"}}, "buildings": halls, "rooms": rooms},
        "power": {**power, "racks": racks, "pdus": pdus},
    }


def _side(number: int) -> str:
    return "west" if number % 2 == 0 else "east"


def _cords(cell: int, outlet: int) -> list[dict[str, object]]:
    return [{"pdu": f"pdu-{cell}-{ab}", "outlet": outlet} for ab in (1, 2)]


def _cell(cell: int, cells: int, out: dict[str, dict[str, object]]) -> None:
    common = {"owner": "net", "rack": f"rack-{cell}"}
    routers = [f"r-{cell}-{n}" for n in (1, 2)]
    for n, router in enumerate(routers):
        out["devices"][router] = {
            "name": _name(router),
            "role": "core",
            "platform": "frr",
            "cords": _cords(cell, n + 1),
            "loopback": _address(LOOPBACK_BASE + 2 * cell + n),
            **common,
        }
    for n, far in enumerate((routers[1], f"r-{(cell + 1) % cells}-1", f"r-{(cell + 2) % cells}-1")):
        low = LINES_BASE + 6 * cell + 2 * n
        ends = [{"device": d, "address": f"{_address(low + i)}/31"} for i, d in enumerate((routers[0], far))]
        line: dict[str, object] = {"name": _name(f"line {cell} {n}"), "owner": "net", "kind": "internal", "ends": ends}
        if n == 1:
            line |= {"kind": "inter-building", "ducts": [f"duct-{cell % 2 + 1}"], "pair": f"l-{cell ^ 1}-1"}
        out["lines"][f"l-{cell}-{n}"] = line
    for n in range(LANS):
        _lan(cell, n, routers, common, out)


def _lan(cell: int, n: int, routers: list[str], common: dict[str, str], out: dict[str, dict[str, object]]) -> None:
    base, lan, switch, host = LAN_BASE + LAN_SIZE * (LANS * cell + n), f"n-{cell}-{n}", f"s-{cell}-{n}", f"h-{cell}-{n}"
    out["lans"][lan] = {
        "name": _name(lan),
        "owner": "net",
        "building": _side(cell),
        "zone": "management",
        "prefix": f"{_address(base)}/27",
        "switch": switch,
        "gateway": {
            "address": _address(base + 1),
            "routers": {router: _address(base + 2 + i) for i, router in enumerate(routers)},
        },
    }
    out["devices"][switch] = {
        "name": _name(switch),
        "role": "access",
        "platform": "bridge",
        "cords": _cords(cell, 3 + n),
        "address": _address(base + 30),
        **common,
    }
    out["hosts"][host] = {
        "name": _name(host),
        "cords": _cords(cell, 11 + n),
        "lan": lan,
        "address": _address(base + 10),
        "kind": "noc" if cell == 0 else "host",
        **common,
    }


def write(folder: Path, devices: int) -> None:
    """Write a site with so many devices (rounded up to whole cells, an even number of them) as a folder of YAML."""
    cells = -(-devices // CELL)
    cells += cells % 2
    out: dict[str, dict[str, object]] = {key: {} for key in ("devices", "lines", "lans", "hosts")}
    for cell in range(cells):
        _cell(cell, cells, out)
    files = _shell(cells)
    ducts = {f"duct-{n}": {"name": _name(f"duct {n}"), "owner": "net", "buildings": ["west", "east"]} for n in (1, 2)}
    zones = {"management": {"name": _name("management"), "owner": "net"}}
    files["network"] = {"zones": zones, "ducts": ducts, **out}
    folder.mkdir(parents=True)
    for name, content in files.items():
        text = yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
