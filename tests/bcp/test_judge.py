"""From records to figures: what counts, what is void, and whose outage is whose."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

import inventory
from bcp import evidence, judge
from bcp.plan import make
from bcp.shelf import load
from bcp.verdict import Verdict
from bcp.watch import Clean, Mark, Seen
from monitoring.probes.outage import Outage
from monitoring.probes.recovery import Attempt
from monitoring.probes.udp import Stream

MS = 1_000_000
QUIET = Outage(lost=0, seconds=0.0, longest_gap_seconds=0.0011, resolution_seconds=0.001)
CLEAN = Clean(Mark((100, 100), 10), (1.0, 1.0), (QUIET, QUIET), (), 200)
COURSE = judge.Course(CLEAN, accepted=True, broken=Mark((1000, 1010), 100), mended=Mark((2000, 2010), 200))


@pytest.fixture(scope="module")
def plan():
    site = inventory.load(Path(__file__).parent.parent.parent / "inventory" / "sites" / "nishinomiya")
    return make(site, load("line-cut", site))


def stream(source: str, target: str, lost: set[int], late: float = 0.0) -> Stream:
    sent = [n * MS for n in range(3000)]
    return Stream(source, target, 0, sent, {n: sent[n] + 1 for n in range(3000) if n not in lost}, late, fifo=True)


def requests(failed: set[int], duration: int = 2 * MS) -> list[Attempt]:
    return [
        Attempt(
            n * 10 * MS, duration, n not in failed, "" if n in failed else "web-s", "timeout" if n in failed else ""
        )
        for n in range(300)
    ]


def seen(there: set[int] = frozenset(), back: set[int] = frozenset(), failed: set[int] = frozenset()) -> Seen:
    return Seen((stream("staff", "web-s", there), stream("web-s", "staff", back)), requests(failed))


def stalled() -> Seen:
    """Nothing is lost, but four probes come late, shortly before the fault."""
    records = seen(there={1001})
    late = {n: records.streams[1].received[n] + (504 - n) * MS for n in range(500, 504)}
    back = records.streams[1]
    return replace(records, streams=(records.streams[0], replace(back, received={**back.received, **late})))


def test_a_flow_that_left_the_line_without_a_loss_was_measured(plan):
    assert judge.void(plan, seen(), replace(COURSE, left_the_line=True)) == []


def test_each_direction_has_its_outage_and_what_mending_cost_is_told_apart(plan):
    records = seen(there=set(range(1005, 1018)), back=set(range(1012, 1020)) | {2500, 2501})
    there, back = judge.lines(plan, records, COURSE)
    assert (there.direction, there.lost, there.seconds) == ("staff to web-s", 13, pytest.approx(0.013))
    assert (there.mend_lost, there.mend_seconds) == (0, 0.0)
    assert (back.direction, back.lost, back.seconds) == ("web-s to staff", 8, pytest.approx(0.008))
    assert (back.mend_lost, back.mend_seconds) == (2, pytest.approx(0.002))
    assert there.crossed_the_fault
    assert back.crossed_the_fault


def test_a_good_run_is_not_void_and_is_met(plan):
    records = seen(there={1005}, failed={101, 102})
    assert judge.void(plan, records, COURSE) == []
    measure = judge.measure(plan, records, COURSE, is_void=False)
    assert measure.verdict is Verdict.met
    assert measure.rto_seconds == pytest.approx(0.022)
    assert (measure.requests, measure.lost_requests, measure.servers) == (200, 2, ("web-s",))
    assert measure.rto_target_seconds == 10.0


# what is otherwise in the records or the course → word of the reason
VOID = [
    (seen(there={999}), COURSE, "just before the fault"),
    (seen(back={500}), COURSE, "web-s to staff lost 1 probes just before the fault"),
    (seen(failed={50}), COURSE, "1 requests failed just before the fault"),
    (seen(), COURSE, "nobody felt the fault"),
    (seen(there={2500}), COURSE, "nobody felt the fault"),
    (stalled(), COURSE, "web-s to staff had a gap of 5.0 ms just before the fault"),
    (seen(), judge.Course(), "nothing was watched"),
    (seen(), judge.Course(replace(CLEAN, shares=(1.0, 0.0))), "did not cross"),
    (seen(), judge.Course(replace(CLEAN, outages=(replace(QUIET, lost=3), QUIET))), "lost 3 probes"),
]


@pytest.mark.parametrize(("records", "course", "reason"), VOID)
def test_a_run_is_void_for_what_was_wrong_before_the_fault(plan, records, course, reason):
    found = judge.void(plan, records, course)
    assert found
    assert {finding.code for finding in found} == {"void"}
    assert any(reason in finding.text for finding in found)


def test_losses_before_the_clean_stretch_do_not_matter(plan):
    assert judge.void(plan, seen(there={3, 99, 1001}, failed={5}), COURSE) == []


def test_a_run_without_records_has_rows_without_figures(plan):
    lines = judge.lines(plan, None, judge.Course(CLEAN, accepted=True))
    assert [(line.seconds, line.lost, line.crossed_the_fault) for line in lines] == [(None, None, True)] * 2
    measure = judge.measure(plan, None, judge.Course(), is_void=False)
    assert (measure.verdict, measure.rto_seconds, measure.requests) == (Verdict.unknown, None, 0)


def test_a_system_that_does_not_come_back_has_missed_its_target(plan):
    measure = judge.measure(plan, seen(failed=set(range(101, 300))), COURSE, is_void=False)
    assert (measure.verdict, measure.rto_seconds) == (Verdict.missed, None)


def test_a_starved_sender_and_a_move_to_the_other_building_are_findings(plan):
    punctual = stream("staff", "web-s", set())
    late = replace(punctual, sent=[at + (20 * MS if n > 1500 else 0) for n, at in enumerate(punctual.sent)])
    slow = replace(stream("web-s", "staff", set()), fifo=False)
    moved = [replace(attempt, server="web-c") if n > 150 else attempt for n, attempt in enumerate(requests(set()))]
    found = {finding.code: finding.text for finding in judge.findings(plan, Seen((late, slow), moved), COURSE)}
    assert set(found) == {"late-sender", "no-real-time", "moved"}
    assert "20.0 ms late" in found["late-sender"]
    assert "web-s, then web-c" in found["moved"]


def test_a_sender_that_was_late_before_the_fault_says_nothing_about_the_outage(plan):
    early = stream("staff", "web-s", {1005})
    early = replace(early, sent=[at + (20 * MS if n > 50 else 0) for n, at in enumerate(early.sent)], late_seconds=0.02)
    records = Seen((early, stream("web-s", "staff", set())), requests(set()))
    assert [finding.code for finding in judge.findings(plan, records, COURSE)] == []
    assert judge.lines(plan, records, COURSE)[0].sender_late_seconds == 0.0


def test_what_a_run_showed_before_the_fault_is_kept(plan, tmp_path):
    records = seen(there={1005})
    steady = judge.steady(COURSE)
    assert (steady.accepted, steady.lost, steady.longest_gap_seconds) == (True, (0, 0), (0.0011, 0.0011))
    assert [line.crossed_share for line in judge.lines(plan, records, COURSE)] == [1.0, 1.0]
    assert judge.steady(judge.Course()) is None
    kept = evidence.keep(records, COURSE, tmp_path)
    document = json.loads(gzip.decompress((tmp_path / "records.json.gz").read_bytes()))
    assert list(kept) == ["records.json.gz"]
    assert document["bounds"] == {
        "steady": {"probes": [100, 100], "requests": 10},
        "broken": {"probes": [1000, 1010], "requests": 100},
        "mended": {"probes": [2000, 2010], "requests": 200},
    }


def test_a_run_whose_traffic_did_not_come_back_in_time_is_missed_whatever_the_requests_said():
    late = judge.Finding(f"{judge.NOT}flowing", "traffic was not flowing within 60 s")
    other = judge.Finding("not-restored", "line-a is still cut")
    assert judge.unfinished([other, late]) == [judge.Verdict.missed]
    assert judge.unfinished([other]) == []
