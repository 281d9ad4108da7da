"""The documents tell what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from mroom import cli
from script.lib import docs

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
cli.register_all()


def page(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_what_is_written_by_the_program_is_up_to_date():
    assert docs.stale() == [], "run script/docs"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", page(path)) if "://" not in link]
    assert [link for link in links if link and not (path.parent / link).exists()] == []


def known(words: list[str]) -> bool:
    command = typer.main.get_command(cli.app)
    for word in words:
        inner = getattr(command, "commands", None)
        if inner is None:
            return True
        if word not in inner:
            return False
        command = inner[word]
    return True


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_verb_that_is_told_of_exists(path):
    calls = re.findall(r"(?:^|[`/])mroom ((?:[a-z]+ ?)+)", page(path), re.MULTILINE)
    assert [call for call in calls if not known(call.split())] == []


def test_every_script_that_the_readme_tells_of_exists():
    named = set(re.findall(r"script/([a-z]+)", page(ROOT / "README.md")))
    assert {"up", "test", "bench", "campaign", "lock"} <= named
    assert [name for name in named if not (ROOT / "script" / name).exists() and name != "packages"] == []
