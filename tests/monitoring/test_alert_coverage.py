"""Both ways: every object has an alert, every alert a runbook in both languages, every runbook an alert."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from monitoring.alerts import metrics
from monitoring.alerts.catalogue import load
from monitoring.alerts.coverage import coverage
from monitoring.alerts.delivery import load as delivery
from monitoring.alerts.rules import Ground
from monitoring.alerts.runbook import missing, page
from tests.monitoring.alerting import DAY, SITE, ground

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
NOT_YET = {
    "BackupOld", "BfdDown", "CameraSilent", "CertificateExpiring", "ClientBlind", "ConsoleDown", "DrillOverdue",
    "ExchangeFailing", "LineLossy", "NtpOffset",
    "PairDegraded", "PairDown", "PairSharedRisk", "PairStandbyUnexercised", "RecorderSilent", "RecordingGap",
    "SystemDown", "SystemOverTarget",
}  # fmt: skip
"""Alerts that cannot fire: nobody emits their metrics so far. Whoever emits one takes it out here."""


def test_every_object_of_the_inventory_is_watched():
    assert [one for one in coverage(ground()) if not one.ok] == []


def test_what_is_not_watched_by_an_alert_of_its_own_says_why():
    told = {one.id: one.reason for one in coverage(ground()) if one.reason and not one.alerts}
    assert {reason for reason in told.values() if "witness" in reason}
    assert all(id_ in SITE.owners or id_ in SITE.zones or "-t" in id_ or id_ in {"t-cage", "t-r1"} for id_ in told), (
        told
    )


def with_one(collection: str, id_: str, like: str, **fields: object):
    """The site with one more element of a collection."""
    every = getattr(SITE, collection)
    more = every[like].model_copy(update={"id": id_, **fields})
    return SITE.model_copy(update={collection: {**every, id_: more}})


@pytest.mark.parametrize(
    ("collection", "like", "fields"),
    [
        ("ups", "ups-s-a", {"address": None}),
        ("coolers", "cooler-s1", {"address": None}),
        ("sensors", "temp-s-cold", {"monitor": "nowhere"}),
        ("racks", "s-r1", {}),
        ("rooms", "s-noc", {"cooling": None}),
        ("areas", "s-cold", {}),
    ],
)
def test_an_element_more_that_no_alert_watches_is_found(collection, like, fields):
    found = coverage(Ground(with_one(collection, "one-more", like, **fields), DAY))
    assert [one.id for one in found if not one.ok] == ["one-more"]


def test_an_element_more_that_can_be_asked_is_watched_by_itself():
    (found,) = [one for one in coverage(Ground(with_one("ups", "one-more", "ups-s-a"), DAY)) if one.id == "one-more"]
    assert {"UpsDead", "UpsRuntimeShort", "DeviceSilent"} <= set(found.alerts)


def test_without_an_alert_its_elements_are_not_watched():
    fewer = tuple(alert for alert in load() if alert.each != "building")
    assert [one.id for one in coverage(Ground(SITE, DAY, fewer)) if not one.ok] == list(SITE.buildings)


def test_what_is_retired_is_not_watched():
    later = Ground(SITE, dt.date(2031, 4, 1))
    assert "mainframe" not in {one.id for one in coverage(later)}
    assert "mainframe" not in {subject.id for _, subject in later.made}


@pytest.mark.parametrize("alert", load(), ids=lambda alert: alert.id)
def test_every_alert_has_a_runbook_in_both_languages(alert):
    text = (RUNBOOKS / f"{alert.id}.md").read_text(encoding="utf-8")
    assert text == page(alert), "run script/docs"
    japanese, _, english = text.partition("\n## English\n")
    for heading in ("意味", "影響を受ける人", "確かめること", "すること"):
        assert f"### {heading}\n\n" in japanese
    for heading in ("What it means", "Who is touched", "What to look at", "What to do next"):
        assert f"### {heading}\n\n" in english
    assert len(re.findall("[\u3041-\u30f6\u4e00-\u9fff]", japanese)) > 60
    assert not re.search("[\u3041-\u30f6\u4e00-\u9fff]", english)


def test_every_runbook_has_an_alert():
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == {alert.id for alert in load()}


def test_what_cannot_fire_yet_is_told_and_nothing_else():
    assert {alert.id for alert in load() if missing(alert)} == NOT_YET
    for alert in load():
        assert ("Cannot fire yet" in page(alert)) == (alert.id in NOT_YET)
        assert not (missing(alert) and "absent(" in alert.expr), "would fire for ever"


def test_expressions_name_only_metrics_of_the_table():
    assert metrics.unknown(alert.expr for alert in load()) == []
    assert metrics.unknown(['mroom_nothing{a="mroom_probe_success"} == 1']) == ["mroom_nothing"]


def test_every_owner_is_told_somewhere():
    assert set(delivery().owners) == set(SITE.owners)
