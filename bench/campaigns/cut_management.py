"""A change that cuts the device's management path: the device itself comes back, by its own timer, to what it had.

Device and kind of cut are drawn by the seed. Of three runs in turn, in the first the runner lives and has to tell it
(exit 6); in the second it is killed (SIGKILL to its process group) when the device has begun; in the third its route to
the device is removed as well. A run is good when files, running configuration, packet filter and daemons are byte for
byte as before, and `mroom check network` finds nothing.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bcp.until import until
from bench.campaigns._room import ended, has, is_open, kill, known, newest, reached, room, runner, unclean
from inventory.cabling import management_address
from network.change.compare import managed
from twin.room import Twin

CONFIRM_SECONDS = 25
BACK_SECONDS = 120.0
"""Deadline for the device: its 25 s, and up to 15 s to restore, on a busy machine."""
BEGUN_SECONDS = 90.0
MODES = ("alive", "killed", "killed and no route")

NFT, FRR, SSHD, KEY = (
    "/etc/nftables.conf",
    "/etc/frr/frr.conf",
    "/etc/ssh/sshd_config",
    "/etc/ssh/authorized_keys/mroom",
)
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEexampleexampleexampleexampleexampleexamp other"
NOWHERE = "ip route 198.18.36.0/27 blackhole\nip route 198.18.19.0/27 blackhole\n!\nrouter ospf"
Cut = dict[str, list[list[str]]]
CUTS: dict[str, Cut] = {
    "SSH from elsewhere only": {NFT: [[r"ip saddr @management tcp dport 22", "ip saddr 198.18.255.255 tcp dport 22"]]},
    "SSH on another port": {SSHD: [[r"^Port 22$", "Port 2222"]]},
    "SSH on loopback": {SSHD: [[r"^Port 22$", "Port 22\nListenAddress 127.0.0.1"]]},
    "SSH for another user": {SSHD: [[r"^AllowUsers mroom$", "AllowUsers nobody"]]},
    "another key": {KEY: [[r"^ssh-.*$", OTHER_KEY]]},
}
ROUTER_CUTS: dict[str, Cut] = {
    "every interface down": {FRR: [[r"^( ip address 198\.)", r" shutdown\n\1"]]},
    "OSPF off": {FRR: [[r"^ ip ospf area \d+$\n", ""]]},
    "loopback not announced": {FRR: [[r"^(interface lo\n(?:.+\n)*?) ip ospf area \d+\n", r"\1"]]},
    "no loopback address": {FRR: [[r"^(interface lo\n(?:.+\n)*?) ip address .+\n", r"\1"]]},
    "the NOC's networks into nowhere": {
        FRR: [
            [r"^router ospf$", "ip route 198.18.36.0/27 blackhole\nip route 198.18.19.0/27 blackhole\n!\nrouter ospf"]
        ]
    },
    "no packet passes": {NFT: [[r'^        iifname "lo" accept$', '        iifname "lo" accept\n        drop']]},
}


def drawn(site: Any, seed: int, number: int) -> tuple[str, str, Cut]:
    """Device, name of the cut, and its edits. Device and cut go by turns, each shuffled by the seed."""
    devices = managed(site)
    routers = [device for device in devices if site.devices[device].loopback]
    # by turns a router and a switch, since the same switch answers the same way
    choice = routers if number % 2 == 0 else [device for device in devices if device not in routers]
    cuts = {**CUTS, **ROUTER_CUTS} if choice is routers else CUTS
    names = sorted(cuts)
    random.Random(f"cuts-{seed}-{number % 2}").shuffle(names)
    random.Random(f"devices-{seed}-{number % 2}").shuffle(choice)
    turn = number // 2
    name = names[turn % len(names)]
    return choice[(turn + turn // len(choice)) % len(choice)], name, cuts[name]


@contextmanager
def _no_route(twin: Twin, device: str, wanted: bool) -> Iterator[None]:
    """Without the NOC's route to the device."""
    words = ["blackhole", f"{management_address(twin.site, device)}/32"]
    if wanted:
        twin.exec("noc", ["ip", "route", "add", *words])
    try:
        yield
    finally:
        if wanted:
            twin.exec("noc", ["ip", "route", "del", *words])


def one(twin: Twin, device: str, cut: Cut, mode: str, moment: str) -> dict[str, Any]:
    """One cut: the row. `moment` is when a runner that is to be killed is: the device's state by then."""
    before, seen = has(twin, device), known(twin, device)
    words = ("apply", "--only", "network", "--confirm-seconds", str(CONFIRM_SECONDS))
    row: dict[str, Any] = {}
    problems: list[str] = []
    with runner(twin, {device: cut}, *words) as process:
        begun = reached(lambda: _state(twin, device, seen) in (moment, "applied"), process, BEGUN_SECONDS)
        started = time.monotonic()
        problems += [] if begun else ["the change never began on the device"]
        with _no_route(twin, device, mode == MODES[2]):
            if mode == MODES[0]:
                problems += _told(process, device)
            else:
                kill(process)
            took = until(lambda: not is_open(twin, device), BACK_SECONDS)
    row["open_seconds"] = None if took is None else round(time.monotonic() - started, 3)
    row["said"] = _words(twin, device, seen)
    if took is None:
        problems.append(f"the device did not come back within {BACK_SECONDS:.0f} s")
    elif not row["said"].startswith("restored") or "trouble" in row["said"]:
        problems.append(f"the device says: {row['said']}")
    after: list[str] = []
    until(lambda: after.__setitem__(slice(None), [has(twin, device)]) or after[0] == before, 10.0, every_seconds=0.2)
    problems += [] if after[0] == before else [f"not as before: {_first_difference(before, after[0])}"]
    problems += unclean(twin)
    return {"ok": not problems, "what": "; ".join(problems), **row}


def _state(twin: Twin, device: str, seen: frozenset[str]) -> str:
    return _words(twin, device, seen).split(" ")[0]


def _words(twin: Twin, device: str, seen: frozenset[str]) -> str:
    folder = newest(twin, device, seen)
    try:
        return (folder / "state").read_text(encoding="utf-8").strip() if folder else ""
    except OSError:
        return ""


def _told(process: subprocess.Popen[str], device: str) -> list[str]:
    """What is wrong with what a runner that lived says."""
    code, document = ended(process)
    states = {row["object"]: row["state"] for row in document.get("results", [])}
    return [] if (code, states.get(device)) == (6, "restored") else [f"the runner ended with {code}: {document}"]


def _first_difference(one_text: str, other: str) -> str:
    old, new = one_text.splitlines(), other.splitlines()
    gone, come = [line for line in old if line not in new], [line for line in new if line not in old]
    return f"without {gone[:3]}, with {come[:3]}"


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:
    """The rows of the runs start … start+count-1."""
    twin = room(state.resolve())
    rows = []
    for number in range(start, start + count):
        device, name, cut = drawn(twin.site, seed, number)
        mode = MODES[number % len(MODES)]
        # A router that has lost its neighbours waits for them, and is never done with applying.
        moments = ["armed"] if name in ROUTER_CUTS else ["armed", "applied"]
        moment = random.Random(f"moment-{seed}-{number}").choice(moments)
        row = one(twin, device, cut, mode, moment)
        rows.append({"device": device, "cut": name, "mode": mode, "killed_at": moment, **row})
    return rows
