"""A window of metrics, asked of a real Prometheus: limits, gaps, excursions between steps, and one that is down."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.item import Each, Telemetry
from audit.kinds.telemetry import Series, Wanted, judge
from tests.audit.prom import prometheus
from tests.audit.scene import ITEMS, ground, of, rooms
from tests.audit.test_audit_verbs import mroom
from tests.daemon import free_port

STEP = 300
AT = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
END = int(AT.timestamp())
COUNT = 2 * 86400 // STEP


def window(item: str, **fields: object):
    """An item of the shipped catalogue with a window of two days."""
    [*rest, query] = ITEMS[item].evidence
    telemetry = query.telemetry.model_copy(update={"days": 2, **fields})
    evidence = [one for one in rest if not one.proof] + [query.model_copy(update={"telemetry": telemetry})]
    return ITEMS[item].model_copy(update={"evidence": tuple(evidence)})


def series(value: float, gap: range = range(0), **odd: float) -> list[tuple[int, float]]:
    """A sample within every step but those of the gap; `odd`: one more, at a step's number, of a value."""
    rows = [(END - (COUNT - n) * STEP + STEP // 2 + 7, value) for n in range(COUNT) if n not in gap]
    return sorted(rows + [(END - (COUNT - int(n[1:])) * STEP + 10, v) for n, v in odd.items()])


SAMPLES = {
    'mroom_sensor_temperature_celsius{element="env-s",sensor="temp-s-cold"}': series(22),
    'mroom_sensor_temperature_celsius{element="env-s",sensor="temp-s-hot"}': series(35),
    'mroom_sensor_temperature_celsius{element="env-s",sensor="temp-s-floor"}': series(30),
    'mroom_sensor_temperature_celsius{element="env-c",sensor="temp-c-cold"}': series(22, s100=31),
    'mroom_sensor_temperature_celsius{element="env-c",sensor="temp-c-hot"}': series(35, range(200, 300)),
    'mroom_sensor_temperature_celsius{element="env-c",sensor="temp-c-floor"}': series(22),
    'mroom_sensor_humidity_ratio{element="env-s",sensor="humi-s-cold",instance="noc"}': series(0.5, range(100)),
    'mroom_sensor_humidity_ratio{element="env-s",sensor="humi-s-cold",instance="noc-b"}': series(
        0.5, range(100, COUNT)
    ),
    'mroom_sensor_humidity_ratio{element="env-s",sensor="humi-s-hot"}': series(0.45, s5=0.1, s9=0.75),
    'mroom_sensor_humidity_ratio{element="env-s",sensor="humi-s-floor"}': series(0.5),
    'mroom_sensor_humidity_ratio{element="env-c",sensor="humi-c-cold"}': series(0.5),
    'mroom_sensor_humidity_ratio{element="env-c",sensor="humi-c-hot"}': series(0.5),
    'mroom_sensor_load_ratio{element="ups-s-a"}': series(0.4),
    'mroom_sensor_load_ratio{element="ups-s-b"}': series(0.4, range(0, COUNT, 2)),
    'mroom_sensor_load_ratio{element="ups-c-a"}': series(0.4, range(0, COUNT, 2), s3=0.6),
    'mroom_sensor_load_ratio{element="ups-c-b"}': series(0.4),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with prometheus(tmp_path_factory.mktemp("prometheus"), SAMPLES) as found:
        yield found


def test_held_limits_are_met_and_a_moment_outside_them_between_two_steps_is_not(url, tmp_path):
    judged = of(ground(tmp_path, at=AT, prometheus=url), window("cooling-temperature"))
    assert rooms(judged) == {"s-room": "met", "c-room": "unmet"}
    assert "temp-c-cold in 1 of 576 steps" in judged.outcome.why.en
    [evidence] = judged.evidence
    seen = evidence.document["rooms"]["c-room"]
    assert seen["temp-c-cold"]["steps_outside"] == 1
    assert max(high for _, _, high in seen["temp-c-cold"]["daily"]) == 31
    assert (seen["temp-c-hot"]["steps_shown"], seen["temp-c-hot"]["gap_count"]) == (476, 1)
    [[begin, end]] = seen["temp-c-hot"]["gaps"]
    assert end - begin == 100 * STEP
    assert evidence.document["until"] == AT.isoformat()


def test_gaps_count_as_not_shown_and_a_missing_series_is_all_gap(url, tmp_path):
    seen = ground(tmp_path, at=AT, prometheus=url)
    judged = of(seen, window("cooling-humidity"))
    assert rooms(judged) == {"s-room": "met", "c-room": "unknown"}  # humi-c-floor has no series at all
    assert "humi-c-floor (0.0% at least shown" in judged.outcome.why.en
    strict = of(seen, window("cooling-humidity", share=1.0))
    assert rooms(strict)["s-room"] == "unmet"
    assert "humi-s-hot in 2 of" in strict.outcome.why.en


def test_half_a_period_shows_nothing_but_a_breach_in_it_is_one(url, tmp_path):
    judged = of(ground(tmp_path, at=AT, prometheus=url), window("power-ups-load"))
    assert rooms(judged) == {"s-room": "unknown", "c-room": "unmet"}
    loose = of(ground(tmp_path, at=AT, prometheus=url), window("power-ups-load", coverage=0.5))
    assert rooms(loose)["s-room"] == "met"


def test_the_same_moment_gives_the_same_evidence(url, tmp_path):
    seen = ground(tmp_path, at=AT, prometheus=url)
    first, again = (of(seen, window("cooling-temperature")).evidence[0] for _ in range(2))
    assert first.sha256 == again.sha256


def test_before_the_data_begin_nothing_is_shown(url, tmp_path):
    judged = of(ground(tmp_path, at=AT - dt.timedelta(days=2), prometheus=url), window("cooling-temperature"))
    assert rooms(judged) == {"s-room": "unknown", "c-room": "unknown"}


def test_a_long_window_is_asked_for_in_parts(url, tmp_path):
    item = window("cooling-temperature", step_seconds=15, coverage=0.01)
    judged = of(ground(tmp_path, at=AT, prometheus=url), item)
    assert judged.evidence[0].document["rooms"]["s-room"]["temp-s-cold"]["steps_expected"] == 11520
    assert judged.evidence[0].document["rooms"]["s-room"]["temp-s-cold"]["steps_shown"] == COUNT


def test_a_prometheus_that_is_down_or_refuses_leaves_the_verdict_unknown_with_the_reason(url, tmp_path):
    down = of(ground(tmp_path, at=AT, prometheus=f"http://127.0.0.1:{free_port()}"), window("cooling-temperature"))
    assert rooms(down) == {"s-room": "unknown", "c-room": "unknown"}
    assert "does not answer" in down.outcome.why.en
    assert down.evidence == ()
    wrong = of(ground(tmp_path, at=AT, prometheus=url), window("cooling-temperature", selector="mroom{"))
    assert "refused the query (400)" in wrong.outcome.why.en
    other = of(ground(tmp_path, at=AT, prometheus=f"{url}/nothing"), window("cooling-temperature"))
    assert other.outcome.verdict == "unknown"
    unnamed = of(ground(tmp_path, at=AT), window("cooling-temperature"))
    assert "--prometheus" in unnamed.outcome.why.en


def test_the_verb_asks_the_prometheus_that_it_is_given(url):
    code, out, _ = mroom("score", "--prometheus", url, "--at", AT.isoformat(), "--json")
    assert code == 1
    items = {row["id"]: row for row in json.loads(out)["items"]}
    found = {row["room"]: row["verdict"] for row in items["cooling-temperature"]["rooms"]}
    assert found == {"c-room": "unmet", "s-room": "unknown"}  # two days of thirty are there, and one moment was too hot
    assert [row["kind"] for row in items["cooling-temperature"]["evidence"]] == ["telemetry"]


QUERIES = st.builds(
    Telemetry,
    selector=st.just("x"),
    each=st.just(Each.ups),
    coverage=st.floats(0.01, 1),
    share=st.floats(0.01, 1),
)


@st.composite
def found(draw):
    expected = draw(st.integers(1, 200))
    shown = draw(st.integers(0, expected))
    return Series(Wanted("x", 0, 1), expected, shown, draw(st.integers(0, shown)), (), ())


@given(QUERIES, st.lists(found(), min_size=1, max_size=4))
def test_met_means_enough_shown_and_enough_of_it_good_and_more_gaps_never_help(query, seen):
    verdict = judge(query, seen).verdict
    if verdict == "met":
        assert all(one.shown >= query.coverage * one.expected for one in seen)
        assert all(one.shown - one.outside >= query.share * one.shown - 1e-9 for one in seen)
    worse = [Series(one.wanted, one.expected, 0, 0, (), ()) for one in seen]
    assert judge(query, worse).verdict == "unknown"
    if all(one.outside == 0 for one in seen):
        assert verdict != "unmet"
