"""Rules for every file of the checkout."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LISTED = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
FILES = sorted(
    ROOT / name
    for name in subprocess.run(LISTED, capture_output=True, text=True, check=True).stdout.split("\0")
    if name and (ROOT / name).is_file()
)
LONGEST = 400
NOT_WRITTEN_BY_HAND = (
    *("requirements.txt", "LICENSE", "bench/results/", "inventory/schema/"),
    *("tests/golden/", "tests/network/golden/"),
)
TEXT = {p: p.read_bytes().decode(errors="replace") for p in FILES if p.suffix not in {".png", ".ico"}}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def matching(pattern: str, paths: list[Path] | None = None) -> list[str]:
    """`file:line: text` for every line of the checkout that matches."""
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in (FILES if paths is None else paths)
        if path in TEXT and wanted.search(TEXT[path])
        for number, line in enumerate(TEXT[path].splitlines(), 1)
        if wanted.search(line)
    ]


def test_the_checkout_is_seen():
    assert Path(__file__) in FILES
    assert len(FILES) > 50


def test_no_file_is_too_long_to_be_read_at_once():
    long = [
        path
        for path, text in TEXT.items()
        if text.count("\n") > LONGEST
        and path.suffix != ".json"
        and not str(path.relative_to(ROOT)).startswith(NOT_WRITTEN_BY_HAND)
    ]
    assert names(long) == []


def test_no_address_of_a_package_registry_is_written_down():
    hosts = [
        "pypi" + ".org",
        "files.python" + "hosted",
        "deb" + ".debian.org",
        "registry.npm" + "js",
        "proxy.go" + "lang",
    ]
    assert matching("|".join(map(re.escape, hosts))) == []
    assert "://" not in (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_no_path_of_a_machine_that_it_was_written_on():
    here = {str(ROOT), *([str(Path.home())] if Path.home().parent == Path("/home") else [])}
    assert matching("|".join([*map(re.escape, sorted(here)), r"\.py" + "env", r"/Users/\w"])) == []


def test_nothing_built_and_nothing_of_others_is_kept():
    suffixes = {".snmprec", ".whl", ".deb", ".so", ".pyc", ".gz", ".zip", ".exe", ".sqlite", ".pem", ".key", ".mib"}
    assert (
        names([path for path in FILES if path.suffix in suffixes or path.name.endswith((".min.js", ".min.css"))]) == []
    )
    assert names([path for path, text in TEXT.items() if "\0" in text]) == []
    assert names([path for path in FILES if path.stat().st_size > 1_000_000]) == []


def test_a_file_is_executable_when_it_says_how_to_run_it():
    scripts = [path for path in FILES if path.parent.name in {"script", ".ci"} and TEXT[path].startswith("#!")]
    assert {"setup", "up", "test", "bench", "campaign", "run"} <= {path.name for path in scripts}
    assert names([path for path in scripts if not path.stat().st_mode & 0o100]) == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\b(time|asyncio|trio|anyio)\.sleep\(", "a test waits for a condition with a deadline"),
        (r"pytest\.(mark\.)?(skip|xfail|importorskip)", "a part that was left out must not look like one that passed"),
    ],
)
def test_tests_neither_sleep_nor_leave_themselves_out(pattern, why):
    tests = [path for path in FILES if ROOT / "tests" in path.parents and path != Path(__file__)]
    assert matching(pattern, tests) == [], why


def test_nothing_is_left_unfinished():
    words = "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error"])
    assert matching(rf"\b({words})\b", [path for path in FILES if path.suffix in {".py", ".sh", ".yml", ".j2"}]) == []
