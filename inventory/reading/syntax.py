"""What a YAML syntax error means, in words that help the person who made it."""

from __future__ import annotations

from typing import Any

import yaml

from inventory.problem import Problem
from inventory.reading.files import Source

# libyaml's words → (what was expected, what to do)
_ADVICE = {
    "cannot start any token": ("a value", "indent with spaces, never tabs; quote a text that begins with @ ` % or |"),
    "mapping values are not allowed": (
        "one `key: value` on this line",
        "quote a text that holds ': ', or indent the line like its neighbours",
    ),
    "could not find expected ':'": (
        "`key: value`",
        "write the colon and a space after the key, or close the quotes above",
    ),
    "did not find expected key": (
        "another key at this depth",
        "indent the line like its neighbours, or close the quotes or brackets above",
    ),
    "did not find expected ',' or ']'": ("`,` or `]`", "close the list with ], or put a comma between its values"),
    "did not find expected ',' or '}'": ("`,` or `}`", "close the mapping with }, or put a comma between its keys"),
    "did not find expected '-' indicator": (
        "another `- ` at this depth",
        "indent the line like the other entries of the list",
    ),
    "did not find expected node content": ("a value", "write a value, or delete the brackets"),
    "block sequence entries are not allowed": (
        "a value on the line of its key",
        "begin the list on the next line, indented",
    ),
    "did not find expected <document start>": (
        "the end of the file",
        "delete what stands behind the end of the document",
    ),
    "unexpected end of stream": ("a closing quote", "close the quotes that were opened on the line named"),
    "unexpected document indicator": ("a closing quote", "close the quotes above; --- and ... begin and end documents"),
    "unknown escape character": ("an escape that YAML knows", "write \\\\ for a backslash, or use single quotes"),
    "exceeded maximum nesting depth": ("less nesting", "look for brackets too many"),
    "undefined tag handle": ("a value without a tag", "delete the tag; quote a text that begins with !"),
    "found undefined alias": ("the value itself", "write the value out; quote a text that begins with *"),
}


def syntax_problem(source: Source, error: yaml.YAMLError) -> Problem:
    """A libyaml error as a problem, at the place where the reader gave up."""
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable YAML")
    context = getattr(error, "context", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    expected, hint = "valid YAML", "compare the line with its neighbours"
    for words, (wanted, advice) in _ADVICE.items():
        if words in what:
            expected, hint = wanted, advice
            break
    wide = full_width(source.text.split("\n")[max(0, line - 2) : line])
    expected, hint = wide or (expected, hint)
    message = f"this is not YAML: {what}" + (f" ({context})" if context else "")
    return Problem(source.file, line, column, "syntax", message, expected, _found(source.text, line, column), hint)


def full_width(lines: list[str]) -> tuple[str, str] | None:
    """What to expect and to do where a Japanese input method left a full-width colon or space instead of YAML's own."""
    for text in lines:
        colon = "：" in text and ":" not in text
        sign, its = ("colon", "colon ：") if colon else ("space", "space")
        if colon or text.lstrip(" ").startswith("　"):
            return "ASCII signs between key and value", f"write an ASCII {sign} in place of the full-width {its}"
    return None


def _found(text: str, line: int, column: int) -> str:
    lines = text.splitlines()
    if line > len(lines):
        return "the end of the file"
    rest = lines[line - 1][column - 1 :].rstrip() or lines[line - 1].strip()
    if not rest:
        return "an empty line"
    return "a tab" if rest[0] == "\t" else repr(rest[:40])
