"""Writes the documents that are taken from the program, so that they cannot differ from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from inventory import codes
from monitoring.alerts import metrics, runbook
from mroom import cli
from script.lib.picture import picture

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 100
HEAD = "<!-- Written by script/docs from the help of the verb: change it there. -->"


def _sections(command: Any, name: str, parent: Any = None) -> list[str]:
    """The help of a verb and of every verb in it, as it is shown on a terminal of WIDTH columns."""
    with command.make_context(
        name, [], parent, resilient_parsing=True, max_content_width=WIDTH, terminal_width=WIDTH
    ) as context:
        path, text = context.command_path, context.get_help().strip()
        own = [f"## {path}", "", "```text", f"$ {path} --help", text, "```", ""]
        inner = getattr(command, "commands", {})
        return own + [line for word in sorted(inner) for line in _sections(inner[word], word, context)]


def _first_line(command: Any) -> str:
    return (command.help or "").strip().splitlines()[0]


def pages() -> dict[str, str]:
    """Every generated document, by its path from the root."""
    root: Any = typer.main.get_command(cli.app)
    above = root.make_context("mroom", [], resilient_parsing=True)
    verbs = root.commands
    found = {}
    rows = []
    for name in sorted(verbs):
        body = "\n".join(_sections(verbs[name], name, above))
        found[f"docs/verbs/{name}.md"] = (
            f"# mroom {name}\n\n{HEAD}\n\n{body}\nExit codes: [exit-codes.md](../exit-codes.md).\n"
        )
        rows.append(f"| [`mroom {name}`]({name}.md) | {_first_line(verbs[name])} |")
    index = "\n".join(["# Verbs", "", HEAD, "", "| verb | what it does |", "|---|---|", *rows, ""])
    return {
        **found,
        "docs/verbs/README.md": index,
        "docs/room.svg": picture(),
        "docs/inventory-errors.md": codes.page(),
        "docs/metrics.md": metrics.page(),
        **runbook.pages(),
    }


def stale() -> list[str]:
    """What is not on the disk as it should be: missing, different, or no longer made."""
    made = pages()
    wrong = [
        name for name, text in made.items() if not (ROOT / name).is_file() or (ROOT / name).read_text("utf-8") != text
    ]
    folders = (ROOT / "docs" / "verbs", ROOT / "docs" / "runbooks")
    there = {str(path.relative_to(ROOT)) for folder in folders for path in folder.glob("*.md")}
    return sorted({*wrong, *(there - set(made))})


def main() -> int:
    cli.register_all()
    names = stale()
    if "--check" in sys.argv:
        for name in names:
            print(f"{name}: not up to date; run script/docs")
        return 1 if names else 0
    made = pages()
    for name in names:
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in made:
            path.write_text(made[name], encoding="utf-8")
        else:
            path.unlink()
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
