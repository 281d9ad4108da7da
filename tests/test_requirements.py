"""requirements.txt is the hashed list of exactly what pyproject.toml asks for."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ASKED = [Requirement(text) for text in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]]
PINS = [Requirement(line.rstrip("\\ ")) for line in TEXT.splitlines() if re.match(r"\w", line)]


def here(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({**default_environment(), "extra": extra})


PINNED = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in PINS if here(pin)}


def test_every_line_is_one_version_with_its_hashes():
    blocks = re.split(r"\n(?=\w)", TEXT.strip())
    assert len(blocks) == len(PINS)
    wrong = [
        b for b in blocks if not re.fullmatch(r"[\w.-]+==[\w.]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", b)
    ]
    assert wrong == []


def test_what_the_project_asks_for_is_pinned_within_its_bounds():
    wrong = [
        f"{asked}: pinned {PINNED.get(canonicalize_name(asked.name))}"
        for asked in ASKED
        if not asked.specifier.contains(PINNED.get(canonicalize_name(asked.name), "0"), prereleases=True)
    ]
    assert wrong == [], "run script/lock"


def test_what_is_pinned_is_installed_and_needed_and_nothing_is_missing():
    needed: set[str] = set()
    waiting = [(asked, "") for asked in ASKED]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if not here(requirement, extra):
            continue
        first = name not in needed
        needed.add(name)
        for inner in importlib.metadata.requires(name) or []:
            if first:
                waiting.append((Requirement(inner), ""))
            waiting += [
                (Requirement(inner), wanted)
                for wanted in requirement.extras
                if f"'{wanted}'" in inner.replace('"', "'")
            ]
    assert needed == set(PINNED), "run script/lock"
    # a wheel may call its version v1.0, which is the same as 1.0 (PEP 440)
    found = {name: str(Version(importlib.metadata.version(name))) for name in PINNED}
    assert found == {name: str(Version(version)) for name, version in PINNED.items()}, "run script/setup"
