"""A sample of the damaged entry records."""

from __future__ import annotations

import random

from bench.campaigns import mutate_entry
from monitoring.entry.event import Bad


def test_every_damaged_record_is_an_event_or_has_a_reason(tmp_path):
    rows = mutate_entry.run(1, 0, 3000, tmp_path)
    assert [row for row in rows if not row["ok"]] == []


def test_most_of_them_are_damaged_and_some_are_not(tmp_path):
    translator, good, bad = mutate_entry.translator(), 0, 0
    for number in range(0, 600, 3):
        data, _ = mutate_entry._records(random.Random(f"1-{number}"), 1, number)
        try:
            translator.syslog(data.decode().rstrip("\n"), mutate_entry.NOW * 1000)
            good += 1
        except (Bad, UnicodeDecodeError):
            bad += 1
    assert good > 5
    assert bad > 100
