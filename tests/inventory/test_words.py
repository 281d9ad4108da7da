"""How messages name things."""

from __future__ import annotations

import pytest

from inventory.reading.scalars import trap, value_of
from inventory.words import close, either, shown


def test_lists_read_like_a_sentence_and_are_cut():
    assert [either(["a"]), either(["a", "b"]), either(["a", "b", "c"])] == ["a", "a or b", "a, b or c"]
    assert either([str(n) for n in range(40)]).endswith("… (40 in all)")


@pytest.mark.parametrize(
    ("word", "meant"), [("core-s11", "core-s1"), ("onwer", "owner"), ("ｏｗｎｅｒ", "owner"), ("　owner", "owner")]
)
def test_the_word_that_was_probably_meant_comes_first(word, meant):
    assert close(word, ["core-s1", "core-m2", "owner", "rack"])[0] == meant


def test_nothing_is_suggested_for_what_resembles_nothing():
    assert close("zzzz", ["core-s1", "owner"]) == []
    assert close("", ["owner"]) == []


def test_a_long_or_strange_text_is_shown_short_and_escaped():
    assert shown("x" * 500) == "'" + "x" * 60 + "…'"
    assert shown("a\x1b[31m") == r"'a\x1b[31m'"


VALUES = [
    ("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("12", 12), ("-0", 0), ("0o17", 15),
    ("0x1F", 31), ("1.5", 1.5), ("1e3", 1000.0), ("+.5", 0.5), (".inf", float("inf")), ("-.INF", float("-inf")),
    ("no", "no"), ("yes", "yes"), ("2026-01-01", "2026-01-01"), ("22:22:22", "22:22:22"), ("1_000", "1_000"),
    ("0b11", "0b11"), ("1.2.3", "1.2.3"), (".", "."), ("+", "+"), ("-", "-"), ("..", ".."), ("0x", "0x"), ("e3", "e3"),
    ("198.18.0.1", "198.18.0.1"), ("9" * 5000, "9" * 5000),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text[:20] for text, _ in VALUES])
def test_an_unquoted_word_is_what_yaml_1_2_says(text, value):
    found = value_of(text, plain=True)
    assert (type(found), found) == (type(value), value)
    assert value_of(text, plain=False) == text


TRAPS = [
    ("no", "the truth value false"), ("On", "the truth value true"), ("0777", "the number 511, written in octal"),
    ("22:22:22", "the number 80542, counted in sixties"), ("-1:30", "the number -90, counted in sixties"),
    ("1_000", "the number 1000"), ("0b101", "the number 5, written in binary"), ("=", "a special key"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), TRAPS, ids=[text for text, _ in TRAPS])
def test_a_word_that_yaml_1_1_reads_otherwise_is_a_trap_with_its_meaning(text, meant):
    assert trap(text) == meant


@pytest.mark.parametrize(
    "text", ["0", "00", "-0", "12", "1.5", "nope", "only", "0o17", "198.18.0.1", "b1", "1-2", "_1"]
)
def test_a_word_that_all_readers_take_alike_is_none(text):
    assert trap(text) is None
