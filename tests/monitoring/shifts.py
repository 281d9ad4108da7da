"""Another device of the same maker, made from a recording: other indexes in its tables, other values everywhere."""

from __future__ import annotations

from typing import Any

from monitoring.sensors.text import Value

E, M = "1.3.6.1.4.1", "1.3.6.1.2.1"
PHASES = [(f"{M}.33.1.{table}.1", 0, 4) for table in ("3.3", "4.4", "5.3")]
PORTS = [(f"{M}.2.2.1", 0, 100), (f"{M}.31.1.1.1", 0, 100)]
SENSORS = [(f"{M}.47.1.1.1.1", 0, 7000), (f"{M}.99.1.1.1", 0, 7000)]
NETBOTZ = [(f"{E}.52674.500.4.{table}.1", 0, 40) for table in ("1.1", "1.2", "1.12", "2.12")]
RARITAN_TABLES = ["3.3.3", "3.3.4", "3.4.3", "3.4.4", "3.5.3", "3.5.4", "3.6.3", "5.2.3", "5.3.3", "5.4.3", "5.5.3"]
RARITAN = [(f"{E}.13742.6.{table}.1", 1, 3) for table in RARITAN_TABLES]
EATON = [(f"{E}.534.6.6.7.{table}.1", 1, 2) for table in
         ("3.1", "3.2", "3.3", "3.4", "3.5", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6")]  # fmt: skip
STULZ = [(f"{E}.29462.10.{table}", 1, 20) for table in (
    "1.1.6.1.1", "2.1.1.1.1.1.1.1", "2.1.1.1.1.1.1.1.1", "2.1.1.1.1.2.1.1", "2.1.1.1.2.1.1", "2.1.1.1.3.1.1",
    "2.1.1.2.1.1.1.1", "2.1.1.2.1.2.2.1.1", "2.1.1.2.1.2.5.1", "2.1.1.2.3.1.1", "2.1.1.2.4.1.1", "2.1.4.1.1.1",
    "2.1.4.2.1.1")]  # fmt: skip

RULES: dict[str, list[tuple[str, int, int]]] = {
    "akcp_serverprobe8": [(f"{E}.3854.1.2.2.1.{table}.1", 0, 3) for table in (16, 17, 18)],
    "alaxala_ax3640s": [*PORTS, *((f"{E}.21839.2.2.11.2.1.{table}.1", 1, 5) for table in (3, 4, 5))],
    "apc-netbotz_netbotz750": NETBOTZ,
    "apc_ap8959eu3": [
        *((f"{E}.318.1.1.26.{table}.3.1", 0, 2) for table in (4, 6)),
        (f"{E}.318.1.1.4.4.2.1", 0, 8),
    ],
    "apc_ats": [(f"{E}.318.1.1.17.4.{table}.1", 0, 3) for table in ("1.7", "2.7", "3.12")],
    "apc_smt750x-nmc2": [(f"{E}.318.1.1.25.1.2.1", 0, 1)],
    "arista_eos_vrf": [*PORTS, *SENSORS, (f"{E}.30065.3.12.1.1.1", 0, 7000)],
    "awplus": [*PORTS, *((f"{E}.207.8.4.4.3.12.{table}.1", 1, 6) for table in ("1", "2", "3", "4.2"))],
    "cyberpower_pr2200rt2uc": [(f"{E}.3808.1.1.8.{table}.1", 0, 2) for table in ("2.3", "3.2", "4.2")],
    "deltaups": PHASES,
    "eaton-mgeups_93ps": PHASES,
    "eatonpdu_2": EATON,
    "eltek-webpower": [(f"{E}.12148.9.5.5.2.1", 0, 9)],
    "fortigate_60f": [
        *PORTS,
        *((f"{E}.12356.101.{table}.1", 0, 6) for table in ("4.3.2", "4.9.2", "9.2.1", "10.1.2.1", "12.2.3", "12.4.2")),
    ],
    "generex-ups_cs141": PHASES,
    "gude-epc_8031": [(f"{E}.28507.81.1.{table}.1", 0, 4) for table in ("3.1.2", "5.1.2")]
    + [(f"{E}.28507.81.1.5.2.1", 0, 4)],
    "huaweiups_ups2000": PHASES,
    "hwg-poseidon": [(f"{E}.21796.3.3.{table}.1", 0, 11) for table in (1, 3)],
    "hwg-wld_wld2": [(f"{E}.21796.4.5.4.1", 0, 5)],
    "ios_2960x": [
        *PORTS, *SENSORS,
        *((f"{E}.9.9.13.1.{table}.1", 0, 7000) for table in (3, 4, 5)),
        (f"{E}.9.9.91.1.1.1.1", 0, 7000), (f"{E}.9.9.91.1.2.1.1", 0, 7000), (f"{E}.9.9.500.1.2.1.1", 0, 7000),
        (f"{E}.9.9.500.1.2.2.1", 0, 100), (f"{M}.105.1.3.1.1", 0, 1),
    ],
    "liebert_apm": [*PHASES, (f"{E}.476.1.42.3.4.1.3.3.1", 0, 4), (f"{E}.476.1.42.3.9.20.1", 3, 500)],
    "netmanplus_208": PHASES,
    "raritan-pdu_px3": RARITAN,
    "rittal-cmc-iii-pu_cmciii-pu": [(f"{E}.2606.7.4.2.2.1", 0, 2), (f"{E}.2606.7.4.2.2.1", 1, 30)],
    "rittal-lcp_cmciii-pu-lcp": [(f"{E}.2606.7.4.2.2.1", 0, 2), (f"{E}.2606.7.4.2.2.1", 1, 30)],
    "sentry3_switched": [(f"{E}.1718.3.2.2.1", 1, 3), (f"{E}.1718.3.2.3.1", 2, 10), (f"{E}.1718.3.2.5.1", 1, 2)],
    "stulz_wib8000": STULZ,
    "vertiv-pdu_mg02e4w1": [(f"{E}.21239.5.2.3.{table}.1", 0, 6) for table in (1, 2, 3, 4)],
}  # fmt: skip
"""Recording → (table entry, arc of the index counted from 0, how much is added). The others have scalars alone."""


def moved(oid: str, rules: list[tuple[str, int, int]]) -> str:
    """Where an OID stands in the other device."""
    # the innermost table that an OID stands in is the one that it belongs to
    depth = max((len(entry) for entry, _, _ in rules if oid.startswith(f"{entry}.")), default=0)
    for entry, arc, delta in rules:
        if len(entry) == depth and oid.startswith(f"{entry}."):
            arcs = oid[len(entry) + 1 :].split(".")
            if len(arcs) > arc + 1:
                arcs[arc + 1] = str(int(arcs[arc + 1]) + delta)
                oid = f"{entry}.{'.'.join(arcs)}"
    return oid


def _other(row: dict[str, Any], value: Value) -> tuple[Value, float] | None:
    """Another raw value for a reading, and the number in it; None where there is only one."""
    if row["class"] in {"state", "port_admin", "port_oper"}:
        states = sorted(int(state) for state in row.get("states") or {1: 0, 2: 0})
        later = [state for state in states if state > int(row["raw"])] or states
        return (later[0], later[0]) if isinstance(value, int) else None
    if isinstance(value, int):
        other = value + 3 if value < 2**31 - 4 else value - 3
        return other, other
    number = round(float(row["raw"]) + 3, 6)
    return str(number).encode(), number


def _told(row: dict[str, Any], raw: float) -> float:
    value = raw * row.get("multiplier", 1) / row.get("divisor", 1)
    return round((value - 32) * 5 / 9, 2) if row.get("transform") else round(value, 4)


def shifted(
    name: str, recording: dict[str, tuple[str, Value]], wanted: list[dict[str, Any]]
) -> tuple[dict[str, tuple[str, Value]], list[dict[str, Any]]]:
    """The other device and what is expected of it."""
    rules = RULES.get(name, [])
    changed = dict(recording)
    rows = []
    for row in wanted:
        other = _other(row, recording[row["oid"]][1])
        want = dict(row, oid=moved(row["oid"], rules), new=other[1] if other else row["raw"])
        if other:
            changed[row["oid"]] = (recording[row["oid"]][0], other[0])
            want["value"] = _told(row, other[1])
        if row.get("states"):
            text = row["states"].get(str(int(want["value"])))
            want["state"], want["severity"] = text or (None, None)
        elif row["class"].startswith("port_") and row.get("state"):
            want["state"] = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent",
                             7: "lowerLayerDown"}[int(want["value"])]  # fmt: skip
        rows.append(want)
    # the same OID may be expected under two classes: what was decided last is its value
    raw = {row["oid"]: row["new"] for row in rows}
    kept = [row for row in rows if row["new"] == raw[row["oid"]]]
    return {moved(oid, rules): value for oid, value in changed.items()}, kept
