"""An imported catalogue on the disk: written as a whole, the one before it set aside, and told in the journal."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit import shelf
from audit.sheet.convert import SOURCE, Converted
from audit.sheet.mapping import Mapping
from journal import Journal
from journal.process import person

KIND = "audit-import"


def keep(journal: Journal, state: Path, sheet: Path, data: bytes, mapping: Mapping, converted: Converted) -> Path:
    """Write the catalogue and make it the one in force. Raises CatalogueInvalid when it would not load (then the one
    before it stays)."""
    folder = shelf.imported(state)
    new = folder.with_name("catalogue.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    sha256 = hashlib.sha256(data).hexdigest()
    source = {"title": sheet.name, "read": f"imported, sha256 {sha256}"}
    head = mapping.head.model_dump(mode="json", exclude_none=True)
    _write(new / "catalogue.yaml", {"catalogue": head}, {"sources": {SOURCE: source}})
    _write(new / "items.yaml", {}, {"items": converted.items})
    catalogue = shelf.load(new)
    if folder.is_dir():
        folder.rename(folder.with_name(f"catalogue-until-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"))
    new.rename(folder)
    body = {
        "by": person(),
        "sheet": sheet.name,
        "sheet_sha256": sha256,
        "catalogue": catalogue.head.id,
        "catalogue_sha256": catalogue.sha256,
        "items": len(catalogue.items),
        "achieved_by_the_sheet": converted.achieved,
    }
    journal.append(KIND, body)
    return folder


def _write(path: Path, blocks: dict[str, Any], collections: dict[str, dict[str, Any]]) -> None:
    """YAML whose every value is JSON: one object a line, read by any YAML reader alike."""
    lines = [f"{name}: {_json(value)}" for name, value in blocks.items()]
    for name, objects in collections.items():
        lines += [f"{name}:", *(f"  {id_}: {_json(value)}" for id_, value in objects.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
