"""SIGKILL to the runner's process group at each step of a change in turn, over routers and switches.

The steps are those of the code: before or after a call on the runner's side (_runner.MOMENTS, the process ends itself
there), and what a device writes down on its side (DEVICE, looked at every millisecond). A run is good when the device
is byte for byte as before or has all that was wished, and says which; when the next `mroom apply`, with other wishes,
ends confirmed without a hand; and when the journal has no change left that only began. In every second run that apply
comes at once, in the others after the device's own timer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bcp.until import until
from bench.campaigns._room import ended, has, is_open, kill, known, mroom, newest, reached, room, runner
from bench.campaigns._runner import MOMENTS
from twin.room import Twin

DEVICES = ("core-s1", "sw-m-fac", "edge-c", "sw-s-dmz", "core-c2", "sw-c-myn", "core-m2", "sw-t-wit")
"""Routers and switches by turns; a router is drained, a switch is not."""
CONFIRM_SECONDS = 25
ENOUGH_SECONDS = 120
"""For what shall be confirmed, however busy the machine is."""
BACK_SECONDS = 120.0
MOMENT_SECONDS = 120.0
BANNER, SNMP, NFT, FRR = "/etc/issue.net", "/etc/snmp/snmpd.conf", "/etc/nftables.conf", "/etc/frr/frr.conf"

Look = Callable[[Path], bool]


def _has(*names: str) -> Look:
    return lambda folder: all((folder / name).exists() or (folder / name).is_symlink() for name in names)


def _logged(text: str) -> Look:
    return lambda folder: text in _read(folder / "log")


def _state(*words: str) -> Look:
    return lambda folder: _read(folder / "state").split(" ")[0].strip() in words


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


DEVICE: dict[str, Look] = {
    "unpacked": _has("agent.sh"),
    "locked, checking": _state("checking", "armed", "applied"),
    "saved": _has("old", "absent"),
    "timer armed": _state("armed", "applied"),
    "drained": _has("drained"),
    "packet filter pushed": _logged("reload nft"),
    "routing pushed": _logged("reload frr"),
    "SNMP agent restarted": _logged("reload snmpd"),
    "all pushed": _state("applied"),
    "decided": _has("decision"),
}
"""Every step of the device's side, in its order, and how it shows in the change's folder there."""
ROUTERS_ONLY = ("drained", "routing pushed")


def wishes(twin: Twin, device: str, mark: str) -> dict[str, Any]:
    """Edits of several files of a device; `mark` makes them new. Digits only, so that it fits everywhere."""
    edits: dict[str, Any] = {
        BANNER: [[r"\Z", f"Notice {mark}\n"]],
        SNMP: [[r"\A", f"# {mark}\n"]],
        NFT: [[r"limit rate 500/second", f"limit rate {500 + int(mark)}/second"]],
    }
    if twin.site.devices[device].loopback:
        edits[FRR] = [[r"^( description .*)$", rf"\1 {mark}"]]
    return {device: edits}


def steps(device: str) -> list[str]:
    """The names of all steps at which a runner that changes this device may be killed."""
    mine = [name for name in DEVICE if device.startswith(("core", "edge")) or name not in ROUTERS_ONLY]
    return [*MOMENTS, *mine]


def planned(number: int) -> tuple[str, str, bool]:
    """Device, step, and whether the next apply comes at once: all steps of one device, then all of the next."""
    for device in DEVICES * (number // len(DEVICES) + 1):
        names = steps(device)
        if number < len(names):
            return device, names[number], number % 2 == 0
        number -= len(names)
    raise AssertionError("more devices than runs")


def one(twin: Twin, device: str, step: str, number: int, *, at_once: bool) -> dict[str, Any]:
    """One killed runner and the apply after it: the row."""
    first, second = str(2 * number + 1), str(2 * number + 2)
    before, seen = has(twin, device), known(twin, device)
    words = ("apply", "--only", "network", "--confirm-seconds", str(CONFIRM_SECONDS))
    problems: list[str] = []
    row: dict[str, Any] = {}
    with runner(twin, wishes(twin, device, first), *words, end=step if step in MOMENTS else None) as process:
        if step in DEVICE:
            hit = reached(lambda: _shows(twin, device, seen, step), process, MOMENT_SECONDS)
            kill(process)
            problems += [] if hit else [f"the device never came to: {step}"]
        code, _ = ended(process)
        problems += [] if code < 0 else [f"the runner was not killed but ended with {code}"]
    killed = time.monotonic()
    folder = newest(twin, device, seen)
    if not at_once:
        took = until(lambda: not is_open(twin, device), BACK_SECONDS)
        row["open_seconds"] = None if took is None else round(took, 3)
        if took is None:
            problems.append(f"still open after {BACK_SECONDS:.0f} s")
        row["left"], wrong = _left(twin, device, before, first, folder)
        problems += wrong
    problems += _next(twin, device, second)
    row["said"] = _read(folder / "state").strip() if folder else "nothing had been ordered"
    if folder and (row["said"].split(" ")[0] not in ("restored", "confirmed") or "trouble" in row["said"]):
        problems.append(f"the device says: {row['said']}")
    row["next_confirmed_seconds"] = round(time.monotonic() - killed, 3)
    problems += _journal(twin)
    return {"ok": not problems, "what": "; ".join(problems), **row}


def _shows(twin: Twin, device: str, seen: frozenset[str], step: str) -> bool:
    folder = newest(twin, device, seen)
    return folder is not None and DEVICE[step](folder)


def _left(twin: Twin, device: str, before: str, mark: str, folder: Path | None) -> tuple[str, list[str]]:
    """Which of the two states the device has, and what is wrong with that."""
    said = _read(folder / "state").split(" ")[0].strip() if folder else "restored"
    found: list[str] = []

    def settled() -> bool:
        found[:] = [has(twin, device)]
        return found[0] == before or f"Notice {mark}\n" in found[0]

    until(settled, 10.0, every_seconds=0.2)
    state = "old" if found[0] == before else "new" if _is_new(twin, device, found[0], mark) else "neither"
    expected = {"confirmed": "new", "restored": "old"}.get(said, "?")
    return state, [] if state == expected else [f"the device has the {state} state and says {said!r}"]


def _is_new(twin: Twin, device: str, text: str, mark: str) -> bool:
    """Whether everything that was wished is there: files and what the daemons run."""
    filters = text.count(f"limit rate {500 + int(mark)}/second")
    routing = not twin.site.devices[device].loopback or len(_lines(text, f" {mark}", " description ")) > 1
    daemon = twin.exec(device, ["bash", "-c", "pgrep -x snmpd"]).returncode == 0
    return f"Notice {mark}\n" in text and f"# {mark}\n" in text and filters > 1 and routing and daemon


def _lines(text: str, end: str, begin: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(begin) and line.endswith(end)]


def _next(twin: Twin, device: str, mark: str) -> list[str]:
    """What is wrong with the next apply, which nobody helps."""
    words = ("apply", "--only", "network", "--confirm-seconds", str(ENOUGH_SECONDS))
    with runner(twin, wishes(twin, device, mark), *words) as process:
        code, document = ended(process)
    states = {row["object"]: row["state"] for row in document.get("results", [])}
    problems = []
    if (code, document.get("state"), states.get(device)) != (0, "confirmed", "confirmed"):
        problems.append(f"the next apply ended with {code}: {document}")
    if not _is_new(twin, device, has(twin, device), mark):
        problems.append("after the next apply the device has not what was wished")
    return problems


def _journal(twin: Twin) -> list[str]:
    _, document = mroom(twin, "changes")
    return [f"the journal has {c['id']} as begun only" for c in document["changes"] if c["state"] == "begun"]


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:  # noqa: ARG001 nothing is drawn
    """The rows of the runs start … start+count-1."""
    twin = room(state.resolve())
    rows = []
    for number in range(start, start + count):
        device, step, at_once = planned(number)
        if step == steps(device)[0]:
            mroom(twin, "apply", "--only", "network")  # the device before this one goes back to the inventory
        row = one(twin, device, step, number, at_once=at_once)
        rows.append({"device": device, "step": step, "next_at_once": at_once, **row})
    return rows
