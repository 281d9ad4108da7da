"""From Ansible's events to one row per host."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.events import Collector, diff_text


def event(kind: str, host: str, result: dict[str, Any], task: str = "Write it", **more: Any) -> dict[str, Any]:
    return {"event": kind, "event_data": {"host": host, "role": "base", "task": task, "res": result, **more}}


def stats(**hosts: str) -> dict[str, Any]:
    """web="ok changed" and so on, as the last event tells."""
    kinds: dict[str, dict[str, int]] = {"ok": {}, "changed": {}, "failures": {}, "dark": {}}
    for host, words in hosts.items():
        for word in words.split():
            kinds[word][host] = 1
    return {"event": "playbook_on_stats", "event_data": kinds}


OK = event("runner_on_ok", "web", {"changed": False})
CHANGED = event("runner_on_ok", "web", {"changed": True, "diff": [{"before": "a\n", "after": "b\n"}]})
ITEM = event("runner_item_on_ok", "web", {"changed": True, "_ansible_item_label": "/etc/a", "diff": {"prepared": "+a"}})
ALL_ITEMS = event("runner_on_ok", "web", {"changed": True, "results": [{"changed": True}, {"changed": False}]})
FAILED = event("runner_on_failed", "web", {"msg": "no space\n left"})
IGNORED = event("runner_on_failed", "web", {"msg": "never mind"}, ignore_errors=True)
DARK = event("runner_on_unreachable", "web", {"msg": "ssh: connect to host 198.18.0.9 port 22: timed out"})
ITEMS = event(
    "runner_on_failed", "web", {"msg": "One or more items failed", "results": [{}, {"failed": True, "msg": "b"}]}
)


NO_WAY = "unreachable: ssh: connect to host 198.18.0.9 port 22: timed out"


@pytest.mark.parametrize(
    ("events", "state", "message"),
    [
        pytest.param([OK, stats(web="ok")], "same", "nothing to change", id="nothing changed"),
        pytest.param([OK, CHANGED, CHANGED, stats(web="ok changed")], "confirmed", "changed: base (2)", id="changed"),
        pytest.param(
            [CHANGED, FAILED, stats(web="ok failures")], "failed", "base: Write it: no space left", id="failed half way"
        ),
        pytest.param([ITEMS, stats(web="failures")], "failed", "base: Write it: b", id="the item that failed is named"),
        pytest.param([IGNORED, OK, stats(web="ok")], "same", "nothing to change", id="an ignored failure is none"),
        pytest.param([DARK, stats(web="dark")], "failed", NO_WAY, id="unreachable"),
        pytest.param([OK, DARK, stats(web="ok dark")], "failed", NO_WAY, id="lost on the way"),
        pytest.param([stats(other="ok")], "skipped", "the run did not come to this host", id="not in the run"),
    ],
)
def test_each_host_has_one_row(events: list[dict[str, Any]], state: str, message: str):
    collector = Collector()
    for one in events:
        collector.take(one)
    (row,) = collector.results(["web"], check=False)
    assert (row.state, row.message, row.unreachable) == (state, message, message == NO_WAY)


def test_each_item_of_a_loop_is_a_change_of_its_own():
    collector = Collector()
    for one in (ITEM, ALL_ITEMS, stats(web="ok changed")):
        collector.take(one)
    (row,) = collector.results(["web"], check=False)
    assert [(change.task, change.diff) for change in row.changes] == [("base: Write it (/etc/a)", "+a")]


def test_check_mode_says_that_it_only_would():
    collector = Collector()
    for one in (CHANGED, stats(web="ok changed")):
        collector.take(one)
    assert collector.results(["web"], check=True)[0].message == "would change: base (1)"


def test_only_events_that_tell_something_are_kept():
    collector = Collector()
    kept = [collector.take(one) for one in (OK, CHANGED, FAILED, {"event": "playbook_on_task_start", "event_data": {}})]
    assert kept == [False, True, True, False]


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        (None, ""),
        ([], ""),
        ([{"prepared": "> a b\n"}], "> a b"),
        ({"before": "a\n", "after": "b\n", "before_header": "/x"}, "--- /x\n+++ after\n@@ -1 +1 @@\n-a\n+b"),
        ({"before": {"state": "absent"}, "after": {"state": "file"}},
         '--- before\n+++ after\n@@ -1,3 +1,3 @@\n {\n- "state": "absent"\n+ "state": "file"\n }'),
        ([{"before": "", "after": "new"}], "--- before\n+++ after\n@@ -0,0 +1 @@\n+new"),
    ],
)  # fmt: skip
def test_a_diff_is_shown_as_a_unified_diff(diff: Any, expected: str):
    assert diff_text(diff) == expected
