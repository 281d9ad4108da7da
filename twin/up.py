"""`twin up` and `twin down`: all or nothing."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from inventory.model import Site
from twin import bundles, keys, links, preflight, record, shared, state, world
from twin.failure import TwinFailure
from twin.interrupt import interruptible
from twin.order import NodeOrder, Order
from twin.ready import Readiness
from twin.topology import Topology, derive

Log = Callable[[str], None]

_READY_SECONDS = 120.0
"""Four seconds on an idle machine with two cores; the rest is for a busy one."""


def up(site: Site, where: Path, *, bare: bool = False, log: Log) -> dict[str, Any]:
    """Boot the whole site; `where` is MROOM_STATE. Gives nodes, links and seconds; whatever fails leaves nothing.

    Raises TwinFailure for what the machine lacks, for a twin that is up already, and when the twin does not get ready.
    """
    started = time.monotonic()
    topology = derive(site)
    preflight.must_be_root()
    with state.lock(where), interruptible() as deaf:
        _refuse_second(where)
        if world.end(where):
            log("cleared what an earlier twin had left")
        try:
            log("what this machine has")
            preflight.check(state.folder(where), len(topology.nodes))
            _make(site, topology, where, bare=bare, log=log)
        except BaseException as error:
            deaf()
            record.keep(where, error)
            world.end(where)
            raise
        record.drop(where)
    return {
        "nodes": len(topology.nodes),
        "links": len(topology.wires),
        "seconds": round(time.monotonic() - started, 3),
    }


def down(where: Path) -> dict[str, Any]:
    """End the twin, whatever state it is in; keys and known_hosts stay. Ending what is not there is fine."""
    started = time.monotonic()
    nodes = links = 0
    if where.exists():
        with state.lock(where):
            known = state.load(where)
            nodes, links = (len(known.nodes), known.links) if known else (0, 0)
            world.end(where)
    return {"nodes": nodes, "links": links, "seconds": round(time.monotonic() - started, 3)}


def _refuse_second(where: Path) -> None:
    known = state.load(where)
    if known and known.up and known.world.alive():
        raise TwinFailure(
            f"the twin of {where} is up already, since {known.since}",
            hint="use it, or end it with `mroom twin down` first",
            code="up-already",
        )


def _make(site: Site, topology: Topology, where: Path, *, bare: bool, log: Log) -> None:
    log("keys")
    own = keys.ensure(site, where, topology)
    place = world.create(where)
    try:
        order = _order(site, topology, where, own, place.process.pid, bare=bare)
        known = state.State(site.site.name, place.process, {}, bare=bare, links=len(topology.wires))
        nodes = world.build(order, log)
        netns = Path(f"/proc/{place.process.pid}/root/run/netns")
        Readiness(site, topology, lambda node: netns / node, nodes).wait(_READY_SECONDS, bare=bare, log=log)
        known = replace(known, nodes=nodes, up=True, since=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
        state.save(where, known)
        place.commit()
    finally:
        place.let_go()


def _order(site: Site, topology: Topology, where: Path, own: keys.Keys, pid: int, *, bare: bool) -> Order:
    nodes = tuple(
        NodeOrder(
            node.name,
            str(state.folder(where) / "nodes" / node.name),
            bundles.files(site, topology, node, own, bare=bare),
        )
        for node in topology.nodes
    )
    checkout = Path(__file__).resolve().parent.parent
    return Order(
        world=pid,
        nodes=nodes,
        found=True,
        hide=shared.hides((where, checkout)),
        shared=shared.files(site, topology),
        links=links.veths(topology),
    )
