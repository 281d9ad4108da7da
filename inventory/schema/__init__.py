"""The JSON Schema of a site's YAML files, for editors: `# yaml-language-server: $schema=` in their first line.

`site.schema.json` beside this file is written by `python -m inventory.schema`; a test holds it to the model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inventory.kinds import collections
from inventory.model import Site

FILE = Path(__file__).parent / "site.schema.json"


def site_schema() -> dict[str, Any]:
    """The schema of one file: any of the collections, and elements without `id`, which is their key."""
    schema = Site.model_json_schema()
    schema.pop("required", None)
    for cls in collections().values():
        definition = schema["$defs"][cls.__name__]
        definition["properties"].pop("id")
        definition["required"].remove("id")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "One YAML file of a site",
        "description": "Collections by name, objects by id. A site may be spread over files as its owner likes.",
    }


def text() -> str:
    """The file's content."""
    return json.dumps(site_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
