"""A change is listed once, as it stands now."""

from __future__ import annotations

import journal
from journal.changes import listing, record


def test_a_change_keeps_when_it_began_and_shows_how_it_ended(tmp_path):
    with journal.open(tmp_path) as opened:
        assert listing(opened) == []
        record(opened, "c1", "begun", author="hanako", objects=["web-s"])
        record(opened, "c2", "begun", author="taro", approver="hanako", objects=["web-c"])
        record(opened, "c1", "confirmed", author="hanako", objects=["web-s", "web-c"], seconds=1.5)
        began = opened.entries()[0].time
        one, two = listing(opened)
        assert one.document() == {
            "id": "c1",
            "when": began,
            "author": "hanako",
            "approver": None,
            "objects": ["web-s", "web-c"],
            "state": "confirmed",
        }
        assert (two.id, two.approver, two.state) == ("c2", "hanako", "begun")
