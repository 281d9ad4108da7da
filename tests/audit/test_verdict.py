"""The worst decides, and tells why."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audit.verdict import WORST_FIRST, Outcome, Reason, Verdict, worst

OUTCOMES = st.builds(
    Outcome, st.sampled_from(list(Verdict)), st.builds(Reason, st.sampled_from("あい"), st.sampled_from("ab"))
)


@given(st.lists(OUTCOMES, min_size=1))
def test_the_worst_of_several_decides_whatever_their_order(outcomes):
    whole = worst(outcomes)
    assert whole.verdict == min((one.verdict for one in outcomes), key=WORST_FIRST.index)
    assert worst(reversed(outcomes)).verdict == whole.verdict
    told = {one.why.en for one in outcomes if one.verdict == whole.verdict}
    assert set(whole.why.en.split("; ")) == told


def test_without_any_evidence_nothing_is_known():
    assert worst([]).verdict is Verdict.unknown


def test_one_room_that_is_not_met_spoils_those_that_are():
    why = Reason("", "")
    rooms = [Outcome(Verdict.met, why), Outcome(Verdict.unknown, why), Outcome(Verdict.not_applicable, why)]
    assert worst(rooms).verdict is Verdict.unknown
    assert worst([*rooms, Outcome(Verdict.unmet, why)]).verdict is Verdict.unmet
    assert worst([rooms[0], rooms[2]]).verdict is Verdict.met
