"""The schema for editors says what the model says."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from inventory import schema
from inventory.kinds import collections
from tests.inventory.edits import BASE, HERE

SITES = HERE.parents[1] / "inventory" / "sites"
VALIDATOR = jsonschema.Draft202012Validator(schema.site_schema())
EXAMPLE = sorted((SITES / "nishinomiya").glob("*.yaml"))


class Text(yaml.SafeLoader):
    """Dates as text, as YAML 1.2 and JSON have them."""


Text.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)


def test_the_file_is_up_to_date():
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run python -m inventory.schema"


@pytest.mark.parametrize("path", [*EXAMPLE, *sorted(BASE.glob("*.yaml"))], ids=lambda path: path.name)
def test_valid_files_are_valid_by_the_schema(path):
    errors = VALIDATOR.iter_errors(yaml.load(path.read_text(encoding="utf-8"), Loader=Text))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("path", EXAMPLE, ids=lambda path: path.name)
def test_the_files_of_the_example_name_the_schema(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (path.parent / first.removeprefix(prefix)).resolve() == schema.FILE.resolve()


WRONG = [
    {"hots": {}},
    {"racks": {"r": {"name": {"ja": "a", "en": "b"}}}},
    {"racks": {"r": {"id": "r", "name": {"ja": "a", "en": "b"}, "room": "x"}}},
    {"racks": {"r": {"name": {"ja": "a", "en": "b"}, "room": "x", "units": 0}}},
    {"zones": {"z": {"name": "z"}}},
]


@pytest.mark.parametrize("document", WRONG, ids=str)
def test_an_editor_sees_what_is_wrong(document):
    assert not VALIDATOR.is_valid(document)


def test_every_collection_is_in_the_schema():
    assert set(collections()) | {"site"} == set(schema.site_schema()["properties"])
