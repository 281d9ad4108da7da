"""What `inventory.check` promises whatever the folder holds."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import pytest

import inventory
from inventory.kinds import collections
from inventory.reading.files import SIZE_LIMIT
from inventory.rules.references import EVERYWHERE, REFERENCES
from tests.inventory.edits import BASE, HERE, apply, build, load_case

ROOT = HERE.parent.parent
EXAMPLE = ROOT / "inventory" / "sites" / "nishinomiya"
TODAY = dt.date(2026, 6, 1)


def test_the_example_site_is_valid():
    assert [str(problem) for problem in inventory.check(EXAMPLE).problems] == []


def test_the_example_site_is_as_large_as_promised():
    counts = inventory.check(EXAMPLE).counts
    assert counts["buildings"] == 4
    assert counts["devices"] + counts["hosts"] >= 30
    assert counts["elements"] >= 250


def test_a_folder_that_does_not_exist_is_one_clear_problem(tmp_path: Path):
    (problem,) = inventory.check(tmp_path / "nowhere").problems
    assert (problem.code, problem.line) == ("no-folder", 1)
    assert "no such file" in problem.found


def test_a_file_too_big_to_be_an_inventory_is_not_read(tmp_path: Path):
    folder = build({"edits": []}, tmp_path / "site")
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    (problem,) = inventory.check(folder, TODAY).problems
    assert problem.code == "too-big"


def test_a_pipe_named_like_a_file_does_not_hang(tmp_path: Path):
    folder = build({"edits": []}, tmp_path / "site")
    os.mkfifo(folder / "pipe.yaml")
    (problem,) = inventory.check(folder, TODAY).problems
    assert problem.code == "unreadable"


def test_load_raises_every_problem_at_once(tmp_path: Path):
    folder = build(load_case(HERE / "errors" / "many-faults-at-once.yaml"), tmp_path / "site")
    with pytest.raises(inventory.InventoryInvalid) as caught:
        inventory.load(folder)
    assert len(caught.value.problems) == len(inventory.check(folder).problems) > 5
    assert (caught.value.exit_code, caught.value.code) == (3, "invalid")
    assert f"and {len(caught.value.problems) - 1} more" in str(caught.value)


def test_the_order_of_problems_does_not_depend_on_anything_but_their_place(tmp_path: Path):
    case = load_case(HERE / "errors" / "wrong-types.yaml")
    folders = [build(case, tmp_path / name) for name in ("one", "two")]
    told = [[p.text().replace(str(f), "") for p in inventory.check(f, TODAY).problems] for f in folders]
    assert told[0] == told[1]
    places = [(p.file, p.line, p.column) for p in inventory.check(folders[0], TODAY).problems]
    assert places == sorted(places)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_one_fault_in_each_file_gives_one_problem_for_each_file(tmp_path: Path, count: int):
    faults = [
        {"in": "power.yaml", "change": "outlets: 12", "to": "outlets: 0"},
        {"in": "watch.yaml", "change": "kind: temperature", "to": "kind: heat"},
        {"in": "network.yaml", "change": "ducts: [south]", "to": "ducts: [north]"},
    ]
    folder = build({"edits": faults[:count]}, tmp_path / "site")
    assert {Path(p.file).name for p in inventory.check(folder, TODAY).problems} == {f["in"] for f in faults[:count]}


def test_a_collection_may_be_spread_over_files(tmp_path: Path):
    folder = build({"edits": []}, tmp_path / "site")
    text = (folder / "watch.yaml").read_text(encoding="utf-8")
    doors = text[text.index("\ndoors:") : text.index("\nrecorders:")]
    (folder / "watch.yaml").write_text(text.replace(doors, ""), encoding="utf-8")
    apply({"add": doors}, folder / "doors.yaml")
    extra = "doors:\n  w-back: {name: {ja: 西裏, en: West back}, room: w-room, controller: w-doors}\n"
    apply({"add": extra}, folder / "doors-2.yaml")
    assert list(inventory.load(folder).doors) == ["w-back", "w-front"]  # by file name


def test_hidden_files_of_an_editor_are_left_alone(tmp_path: Path):
    folder = build({"edits": []}, tmp_path / "site")
    (folder / ".#site.yaml").symlink_to("user@host.1234")
    assert inventory.check(folder, TODAY).problems == ()


def test_the_digest_ignores_layout_and_sees_content(tmp_path: Path):
    before = inventory.digest(BASE)
    folder = build({"edits": [{"in": "watch.yaml", "add": "# a remark\n"}]}, tmp_path / "one")
    (folder / "watch.yaml").rename(folder / "a-watch.yaml")
    assert inventory.digest(folder) == before == inventory.digest(inventory.load(folder))
    edit = {"in": "watch.yaml", "change": "high: 30", "to": "high: 31"}
    assert inventory.digest(build({"edits": [edit]}, tmp_path / "two")) != before


def test_the_digest_sees_which_router_is_the_master(tmp_path: Path):
    edit = {
        "in": "network.yaml",
        "change": "routers: {w-core: 198.18.17.2, w-edge: 198.18.17.3}",
        "to": "routers: {w-edge: 198.18.17.3, w-core: 198.18.17.2}",
    }
    assert inventory.digest(build({"edits": [edit]}, tmp_path / "site")) != inventory.digest(BASE)


def test_every_id_of_the_model_is_either_checked_or_known_to_be_no_reference():
    no_reference = {"id", "kind", "platform", "role", "roles"}
    for name, cls in collections().items():
        known = {pattern.split(".")[0] for pattern in REFERENCES.get(name, {})} | set(EVERYWHERE)
        schema = cls.model_json_schema()
        for field, part in schema["properties"].items():
            text = repr(_expanded(part, schema.get("$defs", {})))
            if "pattern" in text and field not in no_reference and field not in {"probe", "entry"}:
                assert field in known, f"{name}.{field} holds an id that no reference rule follows"


def _expanded(part: object, definitions: dict[str, object]) -> object:
    if isinstance(part, dict):
        if "$ref" in part:
            return _expanded(definitions[part["$ref"].rpartition("/")[2]], definitions)
        return {key: _expanded(value, definitions) for key, value in part.items()}
    return [_expanded(item, definitions) for item in part] if isinstance(part, list) else part


def test_a_valid_site_loads_at_once():
    inventory.load(EXAMPLE)
    best = min(_seconds() for _ in range(3))
    assert best < 0.5, "the command line waits for this every time"


def _seconds() -> float:
    start = time.process_time()
    inventory.load(EXAMPLE)
    return time.process_time() - start
