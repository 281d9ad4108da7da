"""How rules are registered, and what they may rely on."""

from __future__ import annotations

import pytest

from inventory.rules import all_rules
from inventory.rules.rule import RULES, rule


def test_every_rule_says_in_one_sentence_what_holds():
    assert [code for code, found in all_rules().items() if not found.title.rstrip().endswith(".")] == []


def test_the_order_of_rules_is_that_of_their_files():
    modules = [found.check.__module__ for found in all_rules().values()]
    assert modules == sorted(modules)
    assert len(modules) > 50


def test_a_rule_without_a_description_is_refused():
    with pytest.raises(ValueError, match="no docstring"):

        @rule("made-up")
        def nameless(view):
            return []

    assert "made-up" not in RULES


def test_a_code_belongs_to_one_rule():
    with pytest.raises(ValueError, match="two rules"):

        @rule("single-cord")
        def again(view):
            """Once more."""
            return []

    assert RULES["single-cord"].check.__module__ == "inventory.rules.power"
