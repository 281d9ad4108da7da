"""Imports go one way: a folder that could reach back would no longer be understood, or tested, by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parent.parent
# The table of docs/architecture.md: a folder and the folders of ours that it may import.
MAY_IMPORT = {
    "inventory": set(),
    "journal": set(),
    "network": {"inventory", "journal"},
    "playbooks": {"inventory"},
    "infra": {"inventory", "journal", "network", "playbooks"},
    "monitoring": {"inventory", "journal", "network"},
    "bcp": {"inventory", "journal", "network", "playbooks", "monitoring"},
    "audit": {"inventory", "journal", "network", "monitoring", "bcp"},
    "twin": {"inventory", "network"},
    "mroom": {"inventory", "journal", "network", "playbooks", "infra", "monitoring", "bcp", "audit", "twin"},
}
NOT_IMPORTED = ("playbooks/roles/",)  # copied to the nodes and run there


def modules(root: Path) -> dict[str, Path]:
    """Every module of ours by its name."""
    found = {}
    for folder in MAY_IMPORT:
        for path in sorted((root / folder).rglob("*.py")):
            relative = path.relative_to(root)
            if not str(relative).startswith(NOT_IMPORTED):
                parts = relative.with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, name: str, known: dict[str, Path]) -> Iterator[tuple[int, str]]:
    """(line, module of ours) for every import of a file, wherever in it, but not those for the type checker alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        wanted: list[str] = []
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            wanted = [f"{base}.{alias.name}" for alias in node.names]
        for target in wanted:
            while target and target not in known:
                target = target.rpartition(".")[0]  # noqa: PLW2901 shorten to the module that holds the name
            if target:
                yield node.lineno, target


KNOWN = modules(ROOT)
EDGES = {name: list(imports(path, name, KNOWN)) for name, path in KNOWN.items()}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_the_table_allows(folder):
    wrong = [
        f"{KNOWN[name].relative_to(ROOT)}:{line}: imports {target}"
        for name, edges in EDGES.items()
        for line, target in edges
        if name.split(".")[0] == folder and target.split(".")[0] not in {folder, *MAY_IMPORT[folder]}
    ]
    assert wrong == []


def test_no_module_needs_itself():
    graph = networkx.DiGraph((name, target) for name, edges in EDGES.items() for _, target in edges if name != target)
    assert [sorted(ring) for ring in networkx.strongly_connected_components(graph) if len(ring) > 1] == []


def test_the_table_is_that_of_the_architecture_page():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| `")]
    told = {cells[0].strip(" `/"): cells[2] for cells in rows}
    for folder, allowed in MAY_IMPORT.items():
        if not any(name.startswith(f"{folder}.") for name in KNOWN):
            continue  # nothing in it: nothing to tell
        if folder == "mroom":
            assert told[folder].strip() == "all"
        else:
            assert {word.strip(" `/") for word in told[folder].split(",")} - {"nothing of ours"} == allowed, folder


def test_a_wrong_arrow_and_a_ring_are_seen(tmp_path):
    for folder in MAY_IMPORT:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text("")
    (tmp_path / "twin" / "world.py").write_text("def f():\n    from bcp import drill\n    from . import fault\n")
    (tmp_path / "twin" / "fault.py").write_text("import os\nimport twin.world as w\n")
    (tmp_path / "bcp" / "drill.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import twin\n")
    known = modules(tmp_path)
    seen = {name: list(imports(path, name, known)) for name, path in known.items()}
    assert seen["twin.world"] == [(2, "bcp.drill"), (3, "twin.fault")]
    assert seen["twin.fault"] == [(2, "twin.world")]
    assert seen["bcp.drill"] == []
