"""What verbs print with `--json`, one file per verb, as the JSON Schemas that `mroom schema VERB` publishes.

A file is named after its verb (`twin status` is `twin_status.py`) and holds a class `Document`. A document may carry
more keys than its schema names, never fewer.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any


def verbs() -> list[str]:
    """The verbs whose output has a schema."""
    found = [module.name for module in pkgutil.iter_modules(__path__)]
    return sorted(name.replace("_", " ") for name in found if name not in {"base", "rows"})


def schema(verb: str) -> dict[str, Any]:
    """The JSON Schema of a verb's document; an error document is always allowed instead. Raises KeyError."""
    from mroom.schemas.base import Error

    if verb not in verbs():
        raise KeyError(verb)
    module = importlib.import_module(f"{__name__}.{verb.replace(' ', '_')}")
    own = module.Document.model_json_schema(ref_template="#/$defs/{model}")
    error = Error.model_json_schema(ref_template="#/$defs/{model}")
    definitions = {**own.pop("$defs", {}), **error.pop("$defs", {})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"mroom {verb} --json",
        "anyOf": [own, error],
        "$defs": definitions,
    }
