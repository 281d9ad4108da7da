"""A pydantic error, in the words of this inventory: what was expected there, and the next step."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

from inventory.words import did_you_mean, either

Loc = tuple[str | int, ...]
_FORMATS = {
    "date": "a date as YYYY-MM-DD",
    "ipv4": "an IPv4 address",
    "ipv4network": "an IPv4 network such as 198.18.1.0/24",
    "uri": "a URL",
}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _resolved(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _choices(root: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The alternatives of a schema, without the null of an optional field."""
    options = [_resolved(root, option) for option in schema.get("anyOf", [schema])]
    return [option for option in options if option.get("type") != "null"] or options


def schema_at(model: type[BaseModel], loc: Loc) -> dict[str, Any] | None:
    """The JSON Schema of the field at `loc`; None where the model knows no such field."""
    root = _schema(model)
    here: dict[str, Any] | None = root
    for part in loc:
        if here is None:
            return None
        here = _child(root, here, part)
    return here


def _child(root: dict[str, Any], schema: dict[str, Any], part: str | int) -> dict[str, Any] | None:
    for option in _choices(root, _resolved(root, schema)):
        if isinstance(part, int):
            prefix = option.get("prefixItems", [])
            child = prefix[part] if part < len(prefix) else option.get("items")
        else:
            extra = option.get("additionalProperties")
            child = option.get("properties", {}).get(part) or (extra if isinstance(extra, dict) else None)
        if isinstance(child, dict):
            return _resolved(root, child)
    return None


def expected(model: type[BaseModel], loc: Loc) -> str:
    """What the model wants at `loc`, as a phrase."""
    schema = schema_at(model, loc)
    return _phrase(_schema(model), schema) if schema else "a value that the model knows"


def _phrase(root: dict[str, Any], schema: dict[str, Any]) -> str:
    phrases = dict.fromkeys(_one(root, option) for option in _choices(root, _resolved(root, schema)))
    return either(list(phrases))


def _one(root: dict[str, Any], schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return either(schema["enum"])
    if "pattern" in schema:
        return "an id (lower-case letters, digits, single hyphens)"
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    kind = schema.get("type")
    if kind == "object":
        needed = schema.get("required", [])
        return f"a mapping with {', '.join(name for name in needed if name != 'id')}" if needed else "a mapping"
    if kind == "array":
        items = schema.get("prefixItems", [schema.get("items", {})])[0]
        least = f"at least {schema['minItems']} " if "minItems" in schema else ""
        return f"a list of {least}entries, each {_phrase(root, items)}"
    return _TYPES.get(str(kind), "a value") + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "maxLength": "at most"}
    parts = [
        f"{word} {_number(schema[name])}{' characters' if name == 'maxLength' else ''}"
        for name, word in words.items()
        if name in schema
    ]
    return (", " + " and ".join(parts)) if parts else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def next_step(model: type[BaseModel], loc: Loc, kind: str, found: Any) -> str:
    """What to do about an error of pydantic's type `kind` at `loc`, where `found` stands."""
    name = str(loc[-1]) if loc else "it"
    if kind == "missing":
        return f"add `{name}:`"
    if kind == "extra_forbidden":
        return did_you_mean(name, known_fields(model, loc[:-1]), f"delete `{name}`, or move it to where it belongs")
    schema, wanted = schema_at(model, loc) or {}, expected(model, loc)
    options = _choices(_schema(model), schema)
    values = [str(value) for option in options for value in option.get("enum", [])]
    if values:
        return did_you_mean(str(found), values, f"write one of {either(values)}")
    return _rewrite({str(option.get("type")) for option in options}, wanted, found)


def _rewrite(kinds: set[str], wanted: str, found: Any) -> str:
    if isinstance(found, str) and kinds & {"integer", "number", "boolean"} and _unquoted(found):
        return f"write {found} without quotes"
    if not isinstance(found, (str, dict, list, type(None))) and kinds & {"string"}:
        return f'write "{found}" in quotes'
    if kinds == {"array"} and not isinstance(found, list):
        return f"write [{found}]" if isinstance(found, str) else "write a list in brackets"
    return f"write {wanted}"


def _unquoted(text: str) -> bool:
    return text in {"true", "false"} or text.replace(".", "", 1).removeprefix("-").isdecimal()


def known_fields(model: type[BaseModel], loc: Loc) -> list[str]:
    """The fields that the model has at `loc`, without the id (which is the key)."""
    root = _schema(model)
    schema = schema_at(model, loc) or {}
    names = [name for option in _choices(root, schema) for name in option.get("properties", {})]
    return [name for name in dict.fromkeys(names) if name != "id"]
