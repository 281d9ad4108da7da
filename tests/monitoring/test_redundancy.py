"""A pair of lines through all its five states, in the metric that the rest relies on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitoring.alerts.redundancy import TABLE, UNEXERCISED_SECONDS, Pair, State, state, text
from monitoring.alerts.subjects import pair_id, pairs
from tests.monitoring.alerting import SITE
from tests.monitoring.running import samples

DAY = 86_400.0
STORY = [
    ("both carry, the idle one bore the load yesterday", Pair((True, True), exercised_seconds=DAY), State.up),
    ("nobody has seen the idle one bear it for 32 days", Pair((True, True), exercised_seconds=32 * DAY),
     State.standby_unexercised),
    ("a digger: the carrier leads both through one duct",
     Pair((True, True), frozenset({"duct-north"}), 32 * DAY), State.shared_risk),
    ("one is cut", Pair((True, False), frozenset({"duct-north"}), DAY), State.degraded),
    ("so is the other", Pair((False, False)), State.down),
    ("the other one is back", Pair((False, True), exercised_seconds=0.0), State.degraded),
    ("both are, and the idle one has just borne all", Pair((True, True), exercised_seconds=60.0), State.up),
]  # fmt: skip
ANY = st.builds(
    Pair,
    st.tuples(st.sampled_from([True, False, None]), st.sampled_from([True, False, None])),
    st.frozensets(st.sampled_from(["duct-north", "telco-a"])),
    st.none() | st.floats(min_value=0, max_value=1e8),
)


def test_a_pair_goes_through_all_five_states():
    assert {now for _, _, now in STORY} == set(State)
    name = pair_id(next(pair for pair in pairs(SITE) if pair[0].id == "line-a"))
    for what, pair, now in STORY:
        shown = {dict(labels)["state"]: value for (_, labels), value in samples(text({name: state(pair)})).items()}
        assert shown == {one.value: float(one is now) for one in State}, what


def test_the_table_has_one_rule_for_each_state():
    assert sorted(rule.state for rule in TABLE) == sorted(State)
    assert all(rule.means for rule in TABLE)


@given(ANY)
def test_a_pair_is_in_one_state_and_never_better_than_what_is_known(pair):
    now = state(pair)
    assert (now is None) == (None in pair.carries)
    if now is State.up:
        assert pair.carries == (True, True)
        assert not pair.common
        assert pair.exercised_seconds is not None
        assert pair.exercised_seconds <= UNEXERCISED_SECONDS
    if now is State.down:
        assert pair.carries == (False, False)


def test_what_nobody_could_ask_has_no_metric():
    assert samples(text({"a+b": state(Pair((True, None)))})) == {}


def test_the_pairs_of_the_inventory_are_each_there_once():
    assert [pair_id(pair) for pair in pairs(SITE)] == [
        "line-a+line-b", "campus-1+campus-2", "witness-c+witness-s", "outside-a+outside-b"]  # fmt: skip
