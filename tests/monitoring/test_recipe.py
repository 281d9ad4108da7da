"""The text of the exporter: the same as prometheus-client's, the same with and without what was learned before."""

from __future__ import annotations

import math
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from monitoring.devices import load_all
from monitoring.exporter.families import SEVERITIES, SEVERITY, STATE_INFO
from monitoring.exporter.recipe import Stale, base_value, label_pairs, learn
from monitoring.exporter.text import labels, number
from monitoring.sensors.classes import CLASSES, STATE_CLASSES
from monitoring.sensors.decode import decode
from monitoring.sensors.match import matching
from tests.monitoring import recordings
from tests.monitoring.running import samples

SHELF = load_all()


def families_of(definitions, values):
    """The same readings by way of prometheus-client: the slow, well-known way."""
    found = {}

    def add(name, kind, pairs, value):
        pairs = {label: text for label, text in pairs.items() if text}
        # a family of prometheus-client has one set of label names: one family for each set
        key = name, tuple(sorted(pairs))
        if key not in found:
            found[key] = kind(name, "help", labels=sorted(pairs))
        found[key].add_metric([pairs[label] for label in sorted(pairs)], value)

    for row in decode(definitions, values):
        known, pairs = CLASSES[row.class_], label_pairs(row)
        if math.isfinite(row.value):
            kind = CounterMetricFamily if known.counter else GaugeMetricFamily
            add(known.metric.removesuffix("_total") if known.counter else known.metric, kind, pairs,
                base_value(row.class_, row.value))  # fmt: skip
        for limit, value in row.limits.items():
            if math.isfinite(value):
                add(known.limit_metric, GaugeMetricFamily, {**pairs, "limit": limit}, base_value(row.class_, value))
        if row.severity and not known.port:
            add(SEVERITY, GaugeMetricFamily, pairs, SEVERITIES[row.severity])
        if row.state and row.class_ in STATE_CLASSES and not known.port:
            add(STATE_INFO, GaugeMetricFamily, {**pairs, "state": row.state}, 1)
    return found


def by_client(definitions, values):
    found = {}
    for family in families_of(definitions, values).values():
        registry = CollectorRegistry()
        registry.register(type("One", (), {"collect": lambda _, family=family: [family]})())
        for parsed in text_string_to_metric_families(generate_latest(registry).decode()):
            for sample in parsed.samples:
                found[sample.name, frozenset(sample.labels.items())] = sample.value
    return found


def device(name):
    values = recordings.values(recordings.load(name))
    return matching(SHELF, values), values


@pytest.mark.parametrize("name", recordings.NAMES)
def test_the_text_is_what_prometheus_client_makes_of_the_same_readings(name):
    definitions, values = device(name)
    ours, theirs = samples(learn(definitions, values).render(values)), by_client(definitions, values)
    assert ours.keys() == theirs.keys()
    assert [key for key in ours if not math.isclose(ours[key], theirs[key], rel_tol=1e-9, abs_tol=1e-9)] == []


@pytest.mark.parametrize("name", recordings.NAMES)
def test_promtool_has_nothing_to_say_against_it(name):
    definitions, values = device(name)
    text = learn(definitions, values).render(values)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", recordings.NAMES)
def test_what_was_learned_gives_the_same_text_as_decoding_anew(name):
    definitions, values = device(name)
    recipe = learn(definitions, values)
    chance, kept, stale = random.Random(name), 0, 0
    readings = [row.oid for row in decode(definitions, values)]
    everywhere = sorted(values)
    for round_ in range(15):
        changed = dict(values)
        # readings alone, then anything at all, then rows that vanish
        for oid in chance.sample(readings, min(len(readings), 1 + round_ % 3 * 2)):
            changed[oid] = other(chance, changed[oid])
        if round_ % 3 == 1:
            oid = chance.choice(everywhere)
            changed[oid] = other(chance, changed[oid])
        if round_ % 3 == 2:
            del changed[chance.choice(everywhere)]
        fresh = learn(definitions, changed).render(changed)
        try:
            again = recipe.render(changed)
        except Stale:
            stale += 1
            continue
        kept += 1
        assert again == fresh
    # of the water detector, each reading decides about another one
    assert kept or name == "hwg-wld_wld2"
    assert stale


def other(chance, value):
    if isinstance(value, int):
        return chance.choice([value + 1, value + 7, max(0, value - 1), 0, 1, 2, -1, 2147483647])
    if isinstance(value, bytes):
        return chance.choice([b"", b"12.5", b"7", b"other", value + b"1"])
    return value


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), st.text(max_size=20)))
def test_labels_are_read_back_as_they_were(pairs):
    text = f"# TYPE x gauge\nx{labels(pairs)} 1\n"
    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels == {name: value for name, value in pairs.items() if value}


@given(st.floats() | st.integers(min_value=-(2**64), max_value=2**64))
def test_numbers_are_read_back_as_they_were(value):
    (family,) = text_string_to_metric_families(f"# TYPE x gauge\nx {number(value)}\n")
    back = family.samples[0].value
    assert back == value or (math.isnan(back) and math.isnan(value)) or back == float(value)


def test_every_class_has_a_name_that_prometheus_likes():
    kinds = {one.metric: "counter" if one.counter else "gauge" for one in CLASSES.values()}
    text = "".join(f"# HELP {name} x\n# TYPE {name} {kind}\n{name} 1\n" for name, kind in kinds.items())
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert CLASSES["temperature"].metric == "mroom_sensor_temperature_celsius"
    assert CLASSES["humidity"].metric == "mroom_sensor_humidity_ratio"
    assert CLASSES["power_consumed"].metric == "mroom_sensor_energy_joules_total"
