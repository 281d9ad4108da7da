"""Events → nodes, with every fault of the YAML itself reported and as much as possible kept.

PyYAML's C parser feeds this: measured on the example site (58 kB) 4 ms against 170 ms for ruamel.yaml's round trip.
Only its events are used; what a scalar means is decided in `scalars` by YAML 1.2, so that none of PyYAML's YAML 1.1
types are met.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from inventory.problem import Problem
from inventory.reading.files import Source
from inventory.reading.nodes import Hole, Mapping, Node, Scalar, Sequence
from inventory.reading.scalars import trap
from inventory.reading.syntax import syntax_problem

DEPTH_LIMIT = 24
"""Containers inside containers; the model needs 6."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """One file's nodes. `complete` is False when something in it could not be read, so absence proves nothing."""

    source: Source
    root: Node | None = None
    complete: bool = True
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    node: Mapping | Sequence | None
    """None while a complex key or something too deep is skipped."""
    key: Scalar | None = None
    keyed: bool = False
    """A key was read (good or bad) and its value comes next."""


def compose(source: Source) -> Document:
    """Read one file. Raises nothing."""
    document = Document(source, complete=source.complete, problems=list(source.problems))
    if not source.complete:
        return document
    composer = _Composer(document)
    try:
        for event in yaml.parse(source.text, Loader=_LOADER):
            composer.take(event)
    except yaml.YAMLError as error:
        document.complete = False
        document.problems.append(syntax_problem(source, error))
    return document


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


class _Composer:
    def __init__(self, document: Document) -> None:
        self.document, self.stack, self.documents = document, list[_Frame](), 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._start(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._report(
                event,
                "yaml-alias",
                f"the alias *{event.anchor}",
                "the value itself",
                f"*{event.anchor}",
                "write the value out where it is used: every object then has one line that defines it",
            )
            self._place(Hole(*_place(event)))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)

    def _report(self, event: Any, code: str, message: str, expected: str, found: str, hint: str) -> None:
        line, column = _place(event)
        self.document.problems.append(
            Problem(self.document.source.file, line, column, code, message, expected, found, hint)
        )

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if event.version and tuple(event.version) != (1, 2):
            version = ".".join(map(str, event.version))
            self._report(
                event,
                "yaml-trap",
                f"the file says that it is YAML {version}",
                "YAML 1.2",
                f"%YAML {version}",
                "delete the %YAML line: this reader follows YAML 1.2",
            )
        if self.documents == 2:  # noqa: PLR2004 the second is the first too many
            self._report(
                event,
                "several-documents",
                "a second document begins here",
                "one document in a file",
                "---",
                "delete the line, or move what follows into a file of its own",
            )

    def _properties(self, event: Any) -> None:
        if event.anchor:
            self._report(
                event,
                "yaml-alias",
                f"the anchor &{event.anchor}",
                "the value alone",
                f"&{event.anchor}",
                "delete the anchor and write the value out where it is used",
            )
        if event.tag not in {None, "!"}:
            self._report(
                event,
                "yaml-tag",
                f"the tag {event.tag}",
                "a value without a tag",
                str(event.tag),
                "delete the tag; quote the value if it is text",
            )

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._properties(event)
        scalar = Scalar(*_place(event), event.value, event.style is None or event.style == "")
        meant = trap(scalar.text) if scalar.plain else None
        if meant:
            what = "key" if self._wants_key() else "value"
            self._report(
                event,
                "yaml-trap",
                f"the unquoted {what} {scalar.text} is read in two ways",
                "a word that every YAML reader takes alike",
                f"{scalar.text}: YAML 1.1 readers make it {meant}",
                _trap_hint(scalar.text, meant),
            )
        self._place(scalar)

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node, Mapping) and not self.stack[-1].keyed

    def _start(self, event: Any) -> None:
        self._properties(event)
        line, column = _place(event)
        skipping = bool(self.stack) and self.stack[-1].node is None
        if skipping:
            self.stack.append(_Frame(None))
            return
        if self._wants_key():
            self._report(
                event,
                "bad-key",
                "a list or mapping as a key",
                "text as a key",
                "a list or mapping",
                "put braces and brackets that belong to a text in quotes",
            )
            self.stack[-1].keyed = True
            self.stack.append(_Frame(None))
            return
        if len(self.stack) >= DEPTH_LIMIT:
            self._report(
                event,
                "depth",
                "nested too deeply",
                f"at most {DEPTH_LIMIT} levels",
                "one more",
                "look for brackets or indentation too many",
            )
            self._place(Hole(line, column))
            self.stack.append(_Frame(None))
            return
        node: Mapping | Sequence
        node = Mapping(line, column) if isinstance(event, yaml.MappingStartEvent) else Sequence(line, column)
        self._place(node)
        self.stack.append(_Frame(node))

    def _end(self) -> None:
        node = self.stack.pop().node
        if node is not None:
            node.open = False

    def _place(self, node: Node) -> None:
        if not self.stack:
            if self.documents == 1:
                self.document.root = node
            return
        frame = self.stack[-1]
        if isinstance(frame.node, Sequence):
            frame.node.items.append(node)
        elif isinstance(frame.node, Mapping):
            if frame.keyed:
                self._value(frame, node)
            else:
                self._key(frame, node)

    def _key(self, frame: _Frame, node: Node) -> None:
        frame.keyed = True
        merge = isinstance(node, Scalar) and node.plain and node.text == "<<"
        frame.key = node if isinstance(node, Scalar) and not merge else None

    def _value(self, frame: _Frame, node: Node) -> None:
        key, frame.key, frame.keyed = frame.key, None, False
        if not isinstance(frame.node, Mapping):
            return
        if key is None:
            frame.node.broken = True
            return
        first = frame.node.entries.get(key.text)
        if first:
            self.document.problems.append(
                Problem(
                    self.document.source.file,
                    key.line,
                    key.column,
                    "duplicate-key",
                    f"the key {key.text} stands twice in one mapping",
                    "each key once",
                    f"the same key in line {first[0].line}",
                    "rename or delete one of the two",
                )
            )
            return
        frame.node.entries[key.text] = (key, node)


def _trap_hint(text: str, meant: str) -> str:
    if text == "<<":
        return "write the values out: merge keys are not used here"
    if text == "=":
        return 'write "=" in quotes for the text'
    if "truth" in meant:
        return f'write "{text}" in quotes for the text, or {meant.rpartition(" ")[2]} for the truth value'
    return f'write "{text}" in quotes for the text, or a plain decimal number'
