"""The freeze flag is the last entry about it."""

from __future__ import annotations

import pytest

import journal
from journal import freeze


def test_a_flag_never_set_is_off(tmp_path):
    with journal.open(tmp_path) as opened:
        assert freeze.current(opened).document() == {"frozen": False, "since": None, "by": None, "reason": None}
        freeze.check(opened)


def test_it_is_set_and_lifted_with_reason_and_person(tmp_path):
    with journal.open(tmp_path) as opened:
        on = freeze.put(opened, frozen=True, reason="  台風 ", by="hanako")
        assert (on.frozen, on.by, on.reason) == (True, "hanako", "台風")
        with pytest.raises(journal.Frozen, match="by hanako: 台風") as raised:
            freeze.check(opened)
        assert (raised.value.exit_code, raised.value.code) == (1, "frozen")
        assert not freeze.put(opened, frozen=False, reason="over", by="taro").frozen
        freeze.check(opened)
        assert [entry.body["by"] for entry in opened.entries(kind="freeze")] == ["hanako", "taro"]


def test_without_a_reason_nothing_is_recorded(tmp_path):
    with journal.open(tmp_path) as opened:
        with pytest.raises(journal.JournalError, match="reason") as raised:
            freeze.put(opened, frozen=True, reason=" ")
        assert raised.value.exit_code == 2
        assert opened.entries() == []
