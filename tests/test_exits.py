"""The exit codes are a promise to scripts."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from mroom.exits import PRECEDENCE, Exit, strongest

PAGE = Path(__file__).parent.parent / "docs" / "exit-codes.md"


def test_the_codes_are_those_that_were_promised():
    assert {code.name: int(code) for code in Exit} == {
        "ok": 0,
        "failed": 1,
        "usage": 2,
        "invalid": 3,
        "changes": 4,
        "unchecked": 5,
        "restored": 6,
        "unreachable": 7,
    }


def test_where_several_apply_the_order_decides():
    assert [int(code) for code in PRECEDENCE] == [2, 3, 7, 6, 1, 5, 4]
    assert strongest([]) == Exit.ok
    for codes in itertools.product(Exit, repeat=3):
        assert strongest(list(codes)) == next((c for c in PRECEDENCE if c in codes), Exit.ok)
    assert strongest([Exit.ok, Exit.changes]) == Exit.changes


def test_the_page_lists_every_code_and_the_order():
    text = PAGE.read_text(encoding="utf-8")
    assert [int(number) for number in re.findall(r"^\| (\d) \|", text, re.MULTILINE)] == [int(code) for code in Exit]
    assert "2, 3, 7, 6, 1, 5, 4" in text
