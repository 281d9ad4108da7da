"""Seeded damage to the example's YAML, and what must hold whatever the damage was.

A run depends on (seed, number) alone. Half of the runs damage bytes, half damage the structure.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import random
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from pydantic import BaseModel

import inventory
from inventory import cabling, graph, loader
from inventory.loader import Report, check_documents
from inventory.reading.compose import Document, compose
from inventory.reading.declare import Declared, declare
from inventory.reading.files import decode
from inventory.reading.typed import Typed, validate

EXAMPLE = Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya"
TODAY = dt.date(2026, 6, 1)
LIMIT_SECONDS = 20
"""A run takes some 50 ms; what takes this long hangs."""

TOKENS = [
    b"&a ", b"*a", b"!!python/name:os ", b"{{ x }}", b"\n---\n", b"\n...\n", b"\t", b"%YAML 1.1\n", b"0777", b" yes",
    b"22:22:22", b".inf", b"-.nan", b"1e999", b"\x00", b"\xff\xfe", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"[" * 40,
    b"{" * 40, b"\n  ", b": ", b"- ", b"? ", b"| ", b"> ", b"'", b'"', b"#", b"<<: ", b"=", b"\r", b"\\x", b"@", b"`",
    b"2026-02-30", b"9" * 5000, b"x" * 5000, "　".encode(), "：".encode(), "ｎａｍｅ".encode(), b"\xf0\x9f\x94\xa5",
    b'"\\ud800"', b'"\\0"', b'"\\x1b[31m"', b"~", b"null", b"0x", b"0b", b"1_0", b"+", b".", b"..", b"0o8",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 10**30, 1.5, float("inf"), float("nan"), "", " ", "no", "0777", "x" * 500, "é", "a-b",
    [], {}, [[]], {"a": {}}, [None], "198.18.0.0/15", "198.18.1.0/31", "0.0.0.0", "255.255.255.255", "::1", "1.2.3",
    "198.18.16.1/0", "2026-02-30", "1970-01-01", "9999-12-31", dt.date(2026, 1, 1), "env:", "file:$HOME/x", "-",
    "cable-noc-s-fac", "cooling-s-room", "__class__", "model_fields", "id", "\u200b", "\ud7ff", b"bytes",
]  # fmt: skip


@dataclass(frozen=True)
class Damage:
    file: str
    what: str
    data: bytes


@functools.cache
def originals() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(EXAMPLE.glob("*.yaml"))}


@functools.cache
def _trees() -> dict[str, Any]:
    return {name: yaml.load(data, Loader=yaml.CSafeLoader) for name, data in originals().items()}


@functools.cache
def _documents() -> dict[str, Document]:
    return {name: compose(decode(name, data)) for name, data in originals().items()}


@functools.cache
def _ids() -> list[str]:
    return sorted({key for tree in _trees().values() for name in tree if name != "site" for key in tree[name]})


def damage(seed: int, number: int) -> Damage:
    """The damage of one run."""
    chance = random.Random(f"{seed}/{number}")
    name = chance.choice(sorted(originals()))
    if chance.random() < 0.5:
        data, what = originals()[name], []
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            change = chance.choice(BYTES)
            what.append(change.__name__)
            data = change(chance, data)
        return Damage(name, "+".join(what), data)
    tree, what = copy.deepcopy(_trees()[name]), []
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        edit = chance.choice(TREES)
        what.append(edit.__name__)
        edit(chance, tree)
    text = yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
    return Damage(name, "+".join(what), text.encode("utf-8", errors="surrogatepass"))


def flip(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(max(1, len(data)))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def insert(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def replace_word(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    end = min([data.find(stop, at) for stop in (b" ", b",", b"\n", b"}") if data.find(stop, at) >= 0], default=at)
    return data[:at] + chance.choice(TOKENS) + data[end:]


def delete(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice([1, 1, 2, 10, 100]) :]


def truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _lines(chance: random.Random, data: bytes, change: Callable[[list[bytes], int, int], None]) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    change(lines, chance.randrange(len(lines)), chance.randrange(len(lines)))
    return b"".join(lines)


def swap_lines(chance: random.Random, data: bytes) -> bytes:
    def change(lines: list[bytes], one: int, other: int) -> None:
        lines[one], lines[other] = lines[other], lines[one]

    return _lines(chance, data, change)


def repeat_lines(chance: random.Random, data: bytes) -> bytes:
    def change(lines: list[bytes], one: int, other: int) -> None:
        lines[one:one] = lines[other : other + chance.choice([1, 2, 8])]

    return _lines(chance, data, change)


def indent_line(chance: random.Random, data: bytes) -> bytes:
    def change(lines: list[bytes], one: int, _other: int) -> None:
        lines[one] = chance.choice([b" ", b"  ", b"\t", b""]) + lines[one].lstrip()

    return _lines(chance, data, change)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    if isinstance(node, (dict, list)):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])


def _pick(chance: random.Random, tree: Any) -> tuple[Any, Any]:
    return chance.choice(list(_places(tree)) or [({"x": 1}, "x")])


def put_value(chance: random.Random, tree: Any) -> None:
    container, key = _pick(chance, tree)
    container[key] = copy.deepcopy(chance.choice(VALUES))


def put_id(chance: random.Random, tree: Any) -> None:
    container, key = _pick(chance, tree)
    container[key] = chance.choice(_ids())


def remove(chance: random.Random, tree: Any) -> None:
    container, key = _pick(chance, tree)
    del container[key]


def rename(chance: random.Random, tree: Any) -> None:
    container, key = _pick(chance, tree)
    if isinstance(container, dict):
        new = chance.choice([chance.choice(_ids()), *map(str, VALUES), f"{key}x", 7, None, True, 1.5])
        container[new] = container.pop(key)


def exchange(chance: random.Random, tree: Any) -> None:
    one, other = _pick(chance, tree), _pick(chance, tree)
    here, there = copy.deepcopy(one[0][one[1]]), copy.deepcopy(other[0][other[1]])
    one[0][one[1]] = there
    try:
        other[0][other[1]] = here
    except (KeyError, IndexError):  # it stood inside the first, which is gone
        return


def double(chance: random.Random, tree: Any) -> None:
    container, key = _pick(chance, tree)
    if isinstance(container, dict):
        container[f"{key}-2"] = copy.deepcopy(container[key])
    else:
        container.append(copy.deepcopy(container[key]))


BYTES = [flip, insert, insert, replace_word, delete, truncate, swap_lines, repeat_lines, indent_line]
TREES = [put_value, put_value, put_id, put_id, remove, rename, exchange, double]


@functools.cache
def _whole_nodes() -> frozenset[int]:
    """The declarations of the undamaged files, which live as long as this process: `id` names them."""
    declared = declare(list(_documents().values())).elements
    return frozenset(id(one.node) for elements in declared.values() for one in elements.values())


_typed: dict[tuple[type[BaseModel], int], Typed] = {}


def _typed_once(model: type[BaseModel], where: str, declared: Declared, id_: str | None = None) -> Typed:
    """What is not damaged is typed once: half the time of a run."""
    if id(declared.node) not in _whole_nodes():
        return validate(model, where, declared, id_)
    key = model, id(declared.node)
    if key not in _typed:
        _typed[key] = validate(model, where, declared, id_)
    return _typed[key]


def judge(found: Damage) -> str | None:
    """What is wrong with how the damage was met; None when all is well."""
    source = decode(found.file, found.data)
    documents = {**_documents(), found.file: compose(source)}
    try:
        with _deadline(), mock.patch.object(loader, "validate", _typed_once):
            report = check_documents(list(documents.values()), TODAY)
            return _said(report, found) or _usable(report)
    except Exception:
        return f"{found.what} in {found.file}: " + traceback.format_exc(limit=-3)


def _said(report: Report, found: Damage) -> str | None:
    if (report.site is None) != bool(report.problems):
        return "a site and problems, or neither"
    last = {name: data.count(b"\n") + data.count(b"\r") + 2 for name, data in originals().items()}
    last[found.file] = found.data.count(b"\n") + found.data.count(b"\r") + 2
    for problem in report.problems:
        if not all((problem.code, problem.message, problem.expected, problem.found, problem.hint)):
            return f"a problem that does not say enough: {problem}"
        if not (1 <= problem.line <= last[problem.file] and problem.column >= 1):
            return f"a problem at no place of its file: {problem}"
        if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in problem.message + problem.found):
            return f"a control character in {problem!r}"
    if list(report.problems) != sorted(report.problems):
        return "problems out of order"
    return None


def _usable(report: Report) -> str | None:
    """What is accepted can be used: the graph, the cabling and the digest can be made of it."""
    if report.site is None:
        return None
    graph.build(report.site, TODAY)
    for node in (*report.site.devices, *report.site.hosts, *report.site.clients):
        cabling.interfaces(report.site, node)
        cabling.management_address(report.site, node)
    return None if len(inventory.digest(report.site)) == 64 else "no digest"


@contextmanager
def _deadline() -> Iterator[None]:
    def over(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"no answer in {LIMIT_SECONDS} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(LIMIT_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
