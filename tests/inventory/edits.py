"""A test case is a list of edits to the small valid site in `base/`; this applies them to a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
BASE = HERE / "base"


def load_case(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return case


def build(case: dict[str, Any], folder: Path) -> Path:
    """The base site with the case's edits, as a folder."""
    folder.mkdir()
    if not case.get("without_base"):
        for source in BASE.glob("*.yaml"):
            (folder / source.name).write_bytes(source.read_bytes())
    for edit in case["edits"]:
        apply(edit, folder / edit["in"])
    return folder


def apply(edit: dict[str, Any], path: Path) -> None:
    if "change" in edit:
        text = path.read_text(encoding="utf-8")
        assert edit["change"] in text, f"{path.name} has no {edit['change']!r}: the case is out of date"
        path.write_text(text.replace(edit["change"], edit["to"], 1), encoding="utf-8")
    elif "add" in edit:
        path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + edit["add"], encoding="utf-8")
    elif "encode" in edit:
        path.write_bytes(path.read_text(encoding="utf-8").encode(edit["encode"]))
    elif "bytes" in edit:
        path.write_bytes(bytes.fromhex(edit["bytes"]))
    elif "link" in edit:
        path.symlink_to(edit["link"])
    elif edit.get("folder"):
        path.mkdir()
    elif edit.get("delete"):
        path.unlink()
    else:
        raise AssertionError(f"an edit that does nothing: {edit}")
