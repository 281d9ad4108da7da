"""A planned restart of the routing of each router in turn, by `mroom apply` alone: no 1 ms probe is lost.

On the router a line of /etc/frr/daemons is changed by hand, which `mroom apply --only network` puts right: it drains
the router, restarts all of FRR and gives the traffic back. Meanwhile a stream each way goes between two places whose
packets crossed that router before, by the counters of a line of it. The website's entry is announced as its role does
it. core-t1 has no turn: it is alone at the witness place, so nothing can be moved off it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bcp.flow import Flow
from bcp.until import until
from bcp.watch import Clean, Watch
from bench.campaigns._room import mroom, newest, room, unclean
from monitoring.probes.counters import CROSSING_SHARE
from monitoring.probes.udp import Point, Stream
from twin.room import Twin

STEADY_SECONDS, AFTER_SECONDS, DEADLINE_SECONDS = 2.0, 3.0, 60.0
ATTEMPTS = 10
WATCH_SECONDS = 400
BY_HAND = r"sed -i 's/-s 90000000/-s 90000001/' /etc/frr/daemons"
HOST, ENTRY = "web-s", "203.0.113.80"
STAFF, OUTSIDE, SERVED = Point("staff", "198.18.48.20"), Point("outside", "198.51.100.140"), Point(HOST, ENTRY)
OTHER = Point("web-c", "198.18.18.10")


@dataclass(frozen=True)
class Turn:
    """A router, the flow over it, and which of the flow's directions cross the line there."""

    router: str
    flow: Flow
    crossing: tuple[int, ...]


def _flow(a: Point, b: Point, line: str, *, forward: bool) -> Flow:
    return Flow((a, b), line, forward, certain=True)


TURNS = (
    Turn("core-s1", _flow(STAFF, SERVED, "line-a", forward=True), (0, 1)),
    Turn("core-m1", _flow(STAFF, SERVED, "line-a", forward=True), (0, 1)),
    Turn("core-c1", _flow(STAFF, OTHER, "campus-1", forward=True), (0,)),
    Turn("core-m2", _flow(STAFF, OTHER, "campus-2", forward=True), (1,)),
    Turn("core-c2", _flow(OUTSIDE, SERVED, "line-b", forward=True), (0,)),
    Turn("core-s2", _flow(OUTSIDE, SERVED, "line-b", forward=True), (0,)),
    Turn("edge-c", _flow(OUTSIDE, SERVED, "outside-a", forward=False), (0,)),
    Turn("edge-s", _flow(OUTSIDE, SERVED, "outside-b", forward=False), (1,)),
)

BIRD = """
router id {own};
protocol device {{ scan time 1; }}
protocol static {{ ipv4; route {entry}/32 via "lo"; }}
protocol bfd {{ interface "eth0" {{ min rx interval 300 ms; min tx interval 300 ms; multiplier 3; }}; }}
template bgp router_of_lan {{
    local {own} as 64513; hold time 3; keepalive time 1; connect retry time 1; error wait time 1, 2; bfd on;
    ipv4 {{ import none; export all; }};
}}
{sessions}
"""


def serving(twin: Twin) -> None:
    """Have the host announce the entry to its routers, as the role `announce` does with bird; once is enough."""
    if ENTRY in twin.exec(HOST, ["ip", "-4", "address", "show", "dev", "lo"]).stdout:
        return
    host = twin.site.hosts[HOST]
    gateway = twin.site.lans[host.lan].gateway
    assert gateway is not None
    sessions = "".join(
        f"protocol bgp g{number} from router_of_lan {{ neighbor {address} as 64512; }}\n"
        for number, address in enumerate(gateway.routers.values())
    )
    text = BIRD.format(own=host.address, entry=ENTRY, sessions=sessions)
    twin.exec(HOST, ["mkdir", "-p", "/run/announcing"])
    twin.exec(HOST, ["tee", "/run/announcing/bird.conf"], stdin=text)
    twin.exec(HOST, ["ip", "address", "add", f"{ENTRY}/32", "dev", "lo"])
    words = ["bird", "-c", "/run/announcing/bird.conf", "-s", "/run/announcing/ctl", "-P", "/run/announcing/pid"]
    started = twin.exec(HOST, words)
    if started.returncode:
        raise SystemExit(f"upgrade: bird does not start on {HOST}: {started.stderr}")
    until(lambda: _known(twin), DEADLINE_SECONDS, every_seconds=0.2)


def _known(twin: Twin) -> bool:
    """Whether both carriers have a route to the entry."""
    return all(twin.exec(c, ["ip", "route", "show", f"{ENTRY}/32"]).stdout for c in ("carrier-a", "carrier-b"))


def silence(twin: Twin) -> None:
    """Take the announcement back."""
    command = f"kill $(cat /run/announcing/pid); ip address del {ENTRY}/32 dev lo; rm -rf /run/announcing"
    twin.exec(HOST, ["sh", "-c", command])


def _faults(clean: Clean, crossing: tuple[int, ...]) -> list[str]:
    """Why a stretch before the change does not count."""
    found = [f"direction {at} did not cross" for at in crossing if clean.shares[at] < CROSSING_SHARE]
    return found + [f"direction {at} lost {out.lost} probes before" for at, out in enumerate(clean.outages) if out.lost]


def _daemons(twin: Twin, router: str) -> dict[str, str]:
    """Each daemon's process id, as the node counts."""
    names = ("zebra", "ospfd", "bgpd", "bfdd")
    pids = {name: twin.exec(router, ["pgrep", "-x", name]).stdout.strip() for name in names}
    return {name: pid for name, pid in pids.items() if pid}


def _lost_at(stream: Stream, last: int) -> list[list[float]]:
    """The runs of lost probes before number `last`, ten at most: seconds after the first probe, and how many."""
    runs: list[list[float]] = []
    before = None
    for n in range(min(last - stream.first, len(stream.sent))):
        if n + stream.first in stream.received:
            continue
        if before == n - 1:
            runs[-1][1] += 1
        else:
            runs.append([round((stream.sent[n] - stream.sent[0]) / 1e9, 3), 1])
        before = n
    return runs[:10]


def _phases(twin: Twin, router: str, began: float) -> dict[str, float]:
    """When the device came to each phase of the change, in seconds after `began` (all nodes share one clock)."""
    folder = newest(twin, router, frozenset())
    lines = (folder / "times").read_text(encoding="utf-8").splitlines() if folder else []
    return {name: round(float(at) - began, 3) for at, _, name in (line.partition(" ") for line in lines)}


def one(twin: Twin, turn: Turn) -> dict[str, Any]:
    """One planned restart: the row."""
    before = _daemons(twin, turn.router)
    row = _measured(twin, turn)
    problems = row.pop("problems")
    after = _daemons(twin, turn.router)
    same = [name for name, pid in after.items() if pid == before.get(name)]
    problems += [f"not restarted: {', '.join(same)}"] if same else []
    problems += [f"gone: {', '.join(gone)}"] if (gone := before.keys() - after.keys()) else []
    problems += unclean(twin)
    return {"ok": not problems, "what": "; ".join(problems), **row}


def _measured(twin: Twin, turn: Turn) -> dict[str, Any]:
    ends = (twin.site.lines[turn.flow.line].ends[0].device, twin.site.lines[turn.flow.line].ends[1].device)

    def near(node: str, command: str) -> list[str]:
        # Not over SSH: the way to the outside is under an edge's own address, and changes with the edge.
        return twin.command(node, ["sh", "-c", command])

    with Watch(near, turn.flow, ends, None, WATCH_SECONDS) as watch:
        clean, wrong = _clean(watch, turn)
        if wrong:
            return {"void": True, "problems": wrong}
        twin.exec(turn.router, ["sh", "-c", BY_HAND])
        start = watch.mark()
        code, document = mroom(twin, "apply", "--only", "network")
        since = watch.mark()
        flows = until(lambda: watch.flowing(since, AFTER_SECONDS, 0), DEADLINE_SECONDS) is not None
        end = watch.mark()
        outages, streams = watch.outages(start, end), watch.streams(start)
    states = {row["object"]: row["state"] for row in document.get("results", [])}
    problems = [] if flows else ["a direction no longer flows"]
    if (code, states) != (0, {turn.router: "confirmed"}):
        problems.append(f"apply ended with {code}: {document}")
    problems += [f"direction {at} lost {out.lost} probes" for at, out in enumerate(outages) if out.lost]
    return {
        "shares": [round(share, 3) for share in clean.shares],
        "lost": [out.lost for out in outages],
        "longest_seconds": [round(out.seconds, 6) for out in outages],
        "probes": [last - first for first, last in zip(start.probes, end.probes, strict=True)],
        "apply_seconds": document.get("seconds"),
        "lost_at": [_lost_at(stream, last) for stream, last in zip(streams, end.probes, strict=True)],
        "phases": _phases(twin, turn.router, streams[0].sent[0] / 1e9),
        "problems": problems,
    }


def _clean(watch: Watch, turn: Turn) -> tuple[Clean, list[str]]:
    """The first stretch that counts, else the last one and what was wrong with it."""
    for _ in range(ATTEMPTS):
        clean = watch.clean(STEADY_SECONDS)
        if not (wrong := _faults(clean, turn.crossing)):
            break
    return clean, wrong


def run(seed: int, start: int, count: int, state: Path) -> list[dict[str, Any]]:  # noqa: ARG001 nothing is drawn
    """The rows of the runs start … start+count-1, the routers by turns."""
    twin = room(state.resolve())
    serving(twin)
    rows = []
    for number in range(start, start + count):
        turn = TURNS[number % len(TURNS)]
        rows.append({"router": turn.router, "flow": turn.flow.name, "line": turn.flow.line, **one(twin, turn)})
    return rows
