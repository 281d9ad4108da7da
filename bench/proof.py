"""How long the proof takes: all minimal cut sets of all top services at once, by both methods, beside two simpler ways.

Models: layers of AND, 1-of-2 and 2-of-3 over 300 and 1,000 elements, every one of which may fail, and the example site.
Goals: 300 elements, order 2 in 20 ms and order 3 in 1 s; 1,000 elements, order 2 in 1 s. The naive way evaluates one
scenario after another in plain Python; networkx is asked an easier question (is the service connected to a source when
two elements are gone: no k-of-n). Both are timed on a seeded sample of the pairs and scaled up; the rows say so. In the
same run, the methods' sets are compared with each other, and with the naive verdicts on the sample.
Usage: script/bench proof
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx

import inventory
from bcp.proof.mocus import Mocus
from bcp.proof.scenarios import all_cut_sets
from bench.machine import commit, machine
from inventory.graph import AtLeast, Graph, build

Cuts = dict[str, list[frozenset[str]]]
SAMPLE = 2000
SHAPES = ((1, 1), (1, 2), (2, 3))
"""AND, 1-of-2 (OR), 2-of-3: as often as each other."""


@dataclass(frozen=True)
class Model:
    name: str
    elements: int
    edges: int
    services: int
    sources: int
    window: int
    """An element needs only elements among so many before it: this makes layers."""
    seed: int = 1

    def make(self) -> tuple[Graph, list[str]]:
        """The graph, and its services: the last elements."""
        chance = random.Random(self.seed)
        names = [f"n{i:04}" for i in range(self.elements)]
        elements: dict[str, Any] = {}
        edges = 0
        for i, name in enumerate(names):
            needs: list[Any] = []
            want = round(self.edges * (i - self.sources + 1) / (self.elements - self.sources)) - edges
            while i >= self.sources and want > 0:
                count, width = chance.choice([shape for shape in SHAPES if shape[1] <= max(1, want)])
                of = chance.sample(names[max(0, i - self.window) : i], width)
                needs.append(of[0] if width == 1 else {"any": count, "of": of})
                edges, want = edges + width, want - width
            elements[name] = {"needs": needs}
        return Graph.from_dict({"elements": elements}), names[-self.services :]


MODELS = (
    Model("300-elements", 300, 596, 30, sources=60, window=80),
    Model("1000-elements", 1000, 2505, 100, sources=200, window=270),
)
# model, order → seconds for all services, by the quicker method
GOALS_SECONDS = {("300-elements", 2): 0.020, ("300-elements", 3): 1.0, ("1000-elements", 2): 1.0}


def by_mocus(graph: Graph, services: Iterable[str], order: int) -> Cuts:
    mocus = Mocus(graph, order)
    return {service: mocus.cut_sets(service) for service in services}


METHODS: dict[str, Callable[[Graph, Iterable[str], int], Cuts]] = {"mocus": by_mocus, "scenarios": all_cut_sets}


def measure(make: Callable[[], tuple[Graph, list[str]]], order: int, repeats: int) -> Iterator[dict[str, Any]]:
    """One row per method; each repeat has a graph that nobody has asked anything yet."""
    answers = []
    for method, run in METHODS.items():
        wall, cpu = [], []
        for _ in range(repeats):
            graph, services = make()
            began, spent = time.perf_counter(), time.process_time()
            cuts = run(graph, services, order)
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - spent)
        answers.append(cuts)
        sizes = Counter(len(cut) for sets in cuts.values() for cut in sets)
        yield {
            "method": method,
            "order": order,
            "repeats": repeats,
            "seconds": {"min": min(wall), "median": statistics.median(wall), "max": max(wall)},
            "cpu_seconds_median": statistics.median(cpu),
            "cut_sets": {str(size): sizes[size] for size in sorted(sizes)},
        }
    assert answers[0] == answers[1], "the methods disagree"


def scaled(method: str, pairs: int, sample: int, seconds: float, note: str) -> dict[str, Any]:
    return {
        "method": method,
        "order": 2,
        "seconds": {"median": seconds * pairs / sample},
        "extrapolated": f"{sample} of {pairs} pairs took {seconds:.3f} s; {note}",
    }


def naive(graph: Graph, services: list[str], cuts: Cuts, sample: list[tuple[str, ...]], pairs: int) -> dict[str, Any]:
    """Element after element in topological order, one scenario after another."""
    needs = {id_: node.needs for id_, node in graph.elements.items()}  # made in topological order
    verdicts = []
    began = time.perf_counter()
    for out in sample:
        up: dict[str, bool] = {}
        for id_, wanted in needs.items():
            up[id_] = id_ not in out and all(
                up[need] if isinstance(need, str) else sum(up[str(part)] for part in need.of) >= need.count
                for need in wanted
                if isinstance(need, str | AtLeast)
            )
        verdicts.append([up[service] for service in services])
    seconds = time.perf_counter() - began
    for out, verdict in zip(sample, verdicts, strict=True):
        for service, is_up in zip(services, verdict, strict=True):
            assert service in out or is_up != any(cut <= set(out) for cut in cuts[service]), (out, service)
    return scaled("naive", pairs, len(sample), seconds, "pairs alone, without singles and without keeping minimal ones")


def peer(graph: Graph, services: list[str], sample: list[tuple[str, ...]], pairs: int) -> dict[str, Any]:
    """networkx: which services are still connected to a source."""
    web = nx.DiGraph()
    web.add_nodes_from(graph.elements)
    web.add_edges_from((read, id_) for id_ in graph.elements for read in graph.reads(id_))
    sources = [id_ for id_ in graph.elements if not graph.reads(id_)]
    began = time.perf_counter()
    for out in sample:
        left = web.copy()
        left.remove_nodes_from(out)
        fed = {node for layer in nx.bfs_layers(left, [id_ for id_ in sources if id_ not in out]) for node in layer}
        _ = [service in fed for service in services]
    return scaled("networkx", pairs, len(sample), time.perf_counter() - began, "plain reachability, no k-of-n")


def rows_of(model: Model) -> Iterator[dict[str, Any]]:
    for order in (1, 2, 3):
        if order < 3 or model.elements <= 300:
            yield from measure(model.make, order, 3 if order == 3 else 11)
    graph, services = model.make()
    pairs = math.comb(model.elements, 2)
    chance = random.Random(model.seed)
    sample = [tuple(chance.sample(list(graph.elements), 2)) for _ in range(SAMPLE)]
    yield naive(graph, services, all_cut_sets(graph, services, 2), sample, pairs)
    yield peer(graph, services, sample[: SAMPLE // 10], pairs)


def example() -> Iterator[dict[str, Any]]:
    site = inventory.load(Path(__file__).resolve().parent.parent / "inventory" / "sites" / "nishinomiya")
    for order in (1, 2, 3):
        yield from measure(lambda: (build(site), list(site.systems)), order, 3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    results: dict[str, list[dict[str, Any]]] = {}
    for name, rows in (*((model.name, rows_of(model)) for model in MODELS), ("example-site", example())):
        for row in rows:
            results.setdefault(name, []).append(row)
            note = f"extrapolated: {row['extrapolated']}" if "extrapolated" in row else str(row["cut_sets"])
            median = row["seconds"]["median"]
            print(f"{name:<14} order {row['order']}  {row['method']:<10} {median:9.4f} s  {note}", flush=True)
    best = {
        (name, order): min(
            row["seconds"]["median"] for row in results[name] if row["order"] == order and row["method"] in METHODS
        )
        for name, order in GOALS_SECONDS
    }
    goals = [
        {"model": name, "order": order, "goal_seconds": goal, "seconds": best[name, order]}
        for (name, order), goal in GOALS_SECONDS.items()
    ]
    document = {"results": results, "goals": goals, "commit": commit(), "machine": machine()}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "proof.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    missed = [goal for goal in goals if goal["seconds"] > goal["goal_seconds"]]
    for goal in missed:
        print(f"goal missed: {goal}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
