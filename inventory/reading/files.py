"""The files of a site folder: which are read, and why one cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from inventory.problem import Problem

SIZE_LIMIT = 16 * 1024 * 1024
"""Bytes. A site of 2,000 devices is below 1 MiB; more than this is not an inventory."""
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What may not stand in a file: control characters, and the line separators that YAML 1.1 and 1.2 read differently."""


@dataclass(frozen=True)
class Source:
    """One file as text. `complete` is False when it could not be read to its end."""

    file: str
    text: str
    complete: bool = True
    problems: list[Problem] = field(default_factory=list)


def _fault(file: str, code: str, message: str, expected: str, found: str, hint: str) -> Problem:
    return Problem(file, 1, 1, code, message, expected, found, hint)


def _unread(fault: Problem, text: str = "") -> Source:
    return Source(fault.file, text, complete=False, problems=[fault])


def read_folder(folder: Path) -> list[Source]:
    """Every `*.yaml` of the folder, by name. Hidden files (an editor's backups) are left alone; raises nothing."""
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "give --site NAME or --site PATH; a folder with *.yaml files"
        fault = _fault(
            str(folder), "no-folder", f"the site folder cannot be read: {reason}", "a folder", reason.lower(), hint
        )
        return [_unread(fault)]
    visible = [path for path in entries if not path.name.startswith(".")]
    sources = [_read(path) for path in visible if path.suffix == ".yaml"]
    if not sources:
        found = ", ".join(path.name for path in visible[:5]) or "an empty folder"
        hint = "begin with a copy of inventory/sites/nishinomiya"
        fault = _fault(str(folder), "no-yaml", "the site folder holds no YAML file", "*.yaml files", found, hint)
        return [_unread(fault)]
    return sources + [_misnamed(path) for path in visible if path.suffix in {".yml", ".YAML", ".YML"}]


def _misnamed(path: Path) -> Source:
    hint = f"rename it to {path.stem}.yaml, or move it away"
    fault = _fault(
        str(path), "ignored-file", f"{path.name} would be ignored", "files named *.yaml", f"*{path.suffix}", hint
    )
    return _unread(fault)


def _read(path: Path) -> Source:
    file = str(path)
    try:
        if not path.is_file():
            # a FIFO or a device would block for ever, a dangling or circular link has nothing to read
            found = (
                "a folder" if path.is_dir() else "a link that leads nowhere" if path.is_symlink() else "a special file"
            )
            fault = _fault(
                file, "unreadable", f"{path.name} is not a file", "a regular file", found, "remove or rename it"
            )
            return _unread(fault)
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            message, expected = f"{path.name} is too big", f"at most {SIZE_LIMIT} bytes"
            fault = _fault(file, "too-big", message, expected, f"{size} bytes", "split it, or move it away")
            return _unread(fault)
        return decode(file, path.read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
        fault = _fault(
            file,
            "unreadable",
            f"{path.name} cannot be read: {reason}",
            "a readable file",
            reason.lower(),
            "mend the file or its permissions",
        )
        return _unread(fault)


def decode(file: str, data: bytes) -> Source:
    """Bytes as text. Characters that may not be there are reported one by one and read as spaces."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        hint = "restore it from git, or delete it"
        fault = _fault(file, "empty-file", "the file is empty", "YAML, or at least a comment", "nothing", hint)
        return _unread(fault)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        fault = _fault(file, "encoding", "the file is not UTF-8", "UTF-8", "UTF-16", f"iconv -f UTF-16 -t UTF-8 {file}")
        return _unread(fault, data.decode("utf-16", errors="replace"))
    if b"\0" in data:
        fault = _fault(
            file, "binary", "the file is not text", "UTF-8 text", "NUL bytes", "restore it from git, or move it away"
        )
        return _unread(fault)
    try:
        return _cleaned(file, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _undecoded(file, data, error)


def _undecoded(file: str, data: bytes, error: UnicodeDecodeError) -> Source:
    before = data[: error.start]
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", errors="replace")) + 1
    try:
        data.decode("cp932")
        found, hint = f"byte {data[error.start]:#04x}; it reads as Shift_JIS", f"iconv -f CP932 -t UTF-8 {file}"
    except UnicodeDecodeError:
        found, hint = f"byte {data[error.start]:#04x}", "save the file as UTF-8"
    fault = Problem(file, line, column, "encoding", "the file is not UTF-8", "UTF-8", found, hint)
    return _unread(fault, data.decode("utf-8", errors="replace"))


def _cleaned(file: str, text: str) -> Source:
    problems = []
    for match in FORBIDDEN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        name = f"U+{ord(match[0]):04X}"
        problems.append(
            Problem(
                file,
                line,
                column,
                "control-character",
                f"a character that nobody sees: {name}",
                "printable text",
                name,
                "delete the character",
            )
        )
        if len(problems) == 20:  # noqa: PLR2004 a file full of them is told once, not a thousand times
            break
    return Source(file, FORBIDDEN.sub(" ", text) if problems else text, problems=problems)
