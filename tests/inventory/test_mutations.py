"""A seeded sample of the campaign `mutate` (bench/campaigns/mutate.py): damage gives no crash, no hang, no silence."""

from __future__ import annotations

import pytest

from bench.campaigns import mutate
from tests.inventory.mutate import damage, judge

SAMPLE = 300
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_every_damaged_inventory_gets_a_clear_answer(part: int):
    size = SAMPLE // PARTS
    wrong = {number: judge(damage(7, number)) for number in range(part * size, (part + 1) * size)}
    assert {number: what for number, what in wrong.items() if what} == {}


def test_a_run_can_be_repeated_by_its_number():
    assert damage(3, 11) == damage(3, 11)
    assert damage(3, 11) != damage(3, 12)


def test_the_campaign_gives_a_row_a_run_and_keeps_nothing_of_good_ones(tmp_path):
    answers = [row["ok"] for row in mutate.run(5, 0, 5, tmp_path)]
    assert answers == [True] * 5
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_well_met_is_kept_for_a_golden_case(tmp_path, monkeypatch):
    monkeypatch.setattr(mutate, "judge", lambda _: "boom")
    (row,) = mutate.run(5, 3, 1, tmp_path)
    assert (row["ok"], row["what"]) == (False, "boom")
    assert (tmp_path / row["file"]).read_bytes() == damage(5, 3).data
