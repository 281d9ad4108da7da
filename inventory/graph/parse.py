"""The notation of a graph without a site: `{"elements": {id: {"needs": […]}}, "links": [[a, b], …]}`.

A need is a name, `{"any": k, "of": [needs]}`, `{"all": [needs]}` or `{"path": [x, y]}`; each may stand inside `of`
and `all`. An element may have a `kind`. A name that is no element is an error: it is a slip of the pen more often
than something that is always out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .need import NEVER, AtLeast, Need, Path


class GraphError(ValueError):
    """A graph that means nothing; `problems` says everything that is wrong with it, each with the element's name."""

    exit_code = 3
    code = "graph"
    hint = "mend what the sentence names; `mroom validate` lists what else is wrong"

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        more = f"; and {len(problems) - 1} more" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)


Raw = dict[str, tuple[str, tuple[Need, ...]]]
"""Element → its kind and needs."""


def parse(data: Any) -> tuple[Raw, list[tuple[str, str]]]:
    """Elements and links of the notation; raises `GraphError` with every problem of its shape."""
    problems: list[str] = []
    if not isinstance(data, Mapping) or not isinstance(data.get("elements"), Mapping):
        raise GraphError([f"expected a mapping with `elements`: {{id: {{needs: […]}}}}, found {data!r:.80}"])
    _only(data, {"elements", "links"}, "the graph", problems)
    elements = {id_: _element(id_, body, problems) for id_, body in data["elements"].items()}
    links = _links(data.get("links", []), problems)
    if problems:
        raise GraphError(problems)
    return elements, links


def _only(found: Mapping[Any, Any], known: set[str], where: str, problems: list[str]) -> None:
    for key in found:
        if key not in known:
            problems.append(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")


def _element(id_: Any, body: Any, problems: list[str]) -> tuple[str, tuple[Need, ...]]:
    if not isinstance(id_, str) or not id_:
        problems.append(f"{id_!r}: an element's name is text")
    if not isinstance(body, Mapping):
        problems.append(f"{id_}: expected a mapping such as {{needs: […]}}, found {body!r:.80}")
        return "element", ()
    _only(body, {"kind", "needs"}, str(id_), problems)
    kind = body.get("kind", "element")
    if not isinstance(kind, str):
        problems.append(f"{id_}: expected text as kind, found {kind!r:.80}")
        kind = "element"
    return kind, _needs(body.get("needs", []), f"{id_}: needs", problems)


def _needs(raw: Any, where: str, problems: list[str]) -> tuple[Need, ...]:
    if not isinstance(raw, list | tuple):
        problems.append(f"{where}: expected a list, found {raw!r:.80}")
        return ()
    return tuple(_need(part, f"{where}[{i}]", problems) for i, part in enumerate(raw))


def _need(raw: Any, where: str, problems: list[str]) -> Need:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, Mapping):
        shape = frozenset(raw)
        if shape == {"path"}:
            return _path(raw["path"], where, problems)
        if shape == {"all"}:
            needs = _needs(raw["all"], f"{where}.all", problems)
            return AtLeast(len(needs), needs)
        if shape == {"any", "of"}:
            return _any(raw, where, problems)
    expected = "a name, {any: k, of: […]}, {all: […]} or {path: [x, y]}"
    problems.append(f"{where}: expected {expected}, found {raw!r:.80}")
    return NEVER


def _any(raw: Mapping[str, Any], where: str, problems: list[str]) -> Need:
    count = raw["any"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        problems.append(f"{where}.any: expected a whole number from 0, found {count!r:.80}")
        count = 1
    return AtLeast(count, _needs(raw["of"], f"{where}.of", problems))


def _path(raw: Any, where: str, problems: list[str]) -> Need:
    if not _is_pair(raw):
        problems.append(f"{where}.path: expected two names [x, y], found {raw!r:.80}")
        return NEVER
    return Path(raw[0], raw[1])


def _links(raw: Any, problems: list[str]) -> list[tuple[str, str]]:
    if not isinstance(raw, list | tuple):
        problems.append(f"links: expected a list of pairs, found {raw!r:.80}")
        return []
    wrong = [
        f"links[{i}]: expected two names [a, b], found {pair!r:.80}" for i, pair in enumerate(raw) if not _is_pair(pair)
    ]
    problems += wrong
    return [] if wrong else [(pair[0], pair[1]) for pair in raw]


def _is_pair(raw: Any) -> bool:
    return isinstance(raw, list | tuple) and len(raw) == 2 and all(isinstance(name, str) for name in raw)  # noqa: PLR2004 a pair has two
