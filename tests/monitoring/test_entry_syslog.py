"""Lines of syslog files: RFC 5424, RFC 3164, and rubbish."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitoring.entry.event import DIRECTIONS, RESULTS, Bad, Event
from monitoring.entry.syslog import LONGEST, pairs, parse
from monitoring.entry.times import Times
from tests.monitoring.entries import DOOR, NOW, line, translator

TOKYO = ZoneInfo("Asia/Tokyo")
TIMES = Times(TOKYO)


def ms(text):
    return int(dt.datetime.fromisoformat(text).timestamp() * 1000)


def read(text, now="2026-11-25T12:00:00+09:00"):
    return parse(text, TIMES, ms(now))


def test_a_structured_message_is_read_with_its_escapes():
    text = r'<86>1 2026-11-25T09:15:02.123456+09:00 ctl acs 7 ID1 [a@1 x="1" y="q\" b\\ c\] d\n"][b@2] ' + "\ufeffた"
    found = read(text)
    assert found.said == ms("2026-11-25T09:15:02.123+09:00")
    assert (found.host, found.app, found.text) == ("ctl", "acs", "た")
    assert found.data == {"a@1": {"x": "1", "y": 'q" b\\ c] d\\n'}, "b@2": {}}


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2026-11-25T00:15:02Z", "2026-11-25T00:15:02+00:00"),
        ("2026-11-25T00:15:02.5Z", "2026-11-25T00:15:02.500+00:00"),
        ("2026-11-24T16:15:02.000003-08:00", "2026-11-25T00:15:02+00:00"),
    ],
)
def test_times_of_rfc_3339(time, said):
    assert read(f"<86>1 {time} ctl acs - - -").said == ms(said)


def test_a_sender_without_a_clock_says_nil():
    assert read("<86>1 - ctl acs - - - text").said is None


@pytest.mark.parametrize(
    ("text", "said", "content"),
    [
        ("<86>Nov 25 09:15:02 ctl acs[12]: ev=GRANT", "2026-11-25T09:15:02+09:00", "ev=GRANT"),
        ("<86>Nov  5 09:15:02 ctl acs: ev=GRANT", "2026-11-05T09:15:02+09:00", "ev=GRANT"),
        ("Nov 25 09:15:02 ctl acs: ev=GRANT", "2026-11-25T09:15:02+09:00", "ev=GRANT"),
        ("2026-11-25T09:15:02.5+09:00 ctl acs: ev=GRANT", "2026-11-25T09:15:02.500+09:00", "ev=GRANT"),
        ("<86>Nov 25 09:15:02 ctl acs ev=GRANT", "2026-11-25T09:15:02+09:00", "ev=GRANT"),
    ],
)
def test_rfc_3164_as_it_is_sent_and_as_rsyslog_writes_it(text, said, content):
    found = read(text)
    assert (found.said, found.host, found.app, found.text) == (ms(said), "ctl", "acs", content)


@pytest.mark.parametrize(
    ("month", "now", "year"),
    [
        ("Dec 31 23:59:59", "2027-01-01T00:00:05+09:00", 2026),
        ("Jan  1 00:00:01", "2026-12-31T23:59:58+09:00", 2027),  # its clock is ahead
        ("Nov 27 00:00:00", "2026-11-25T12:00:00+09:00", 2025),
        ("Feb 29 08:00:00", "2027-03-01T12:00:00+09:00", 2024),
    ],
)
def test_a_year_that_is_not_told_is_the_latest_that_fits(month, now, year):
    said = read(f"<86>{month} ctl acs: x", now).said
    assert dt.datetime.fromtimestamp(said / 1000, TOKYO).year == year


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no syslog"),
        ("hello", "no syslog"),
        ("<86>2 2026-11-25T09:15:02Z ctl acs - - -", "no syslog"),
        ("<192>1 2026-11-25T09:15:02Z ctl acs - - -", "priority"),
        ("<086>1 2026-11-25T09:15:02Z ctl acs - - -", "priority"),
        ("<86>1 2026-13-25T09:15:02Z ctl acs - - -", "time"),
        ("<86>1 2026-11-25T09:15:60Z ctl acs - - -", "time"),
        ("<86>1 2026-11-25T09:15:02 ctl acs - - -", "time"),
        ("<86>1 2026-11-25T09:15:02.1234567Z ctl acs - - -", "time"),
        ('<86>1 2026-11-25T09:15:02Z ctl acs - - [a x="1]', "structured data"),
        ('<86>1 2026-11-25T09:15:02Z ctl acs - - [a x="1"][a y="2"]', "structured data"),
        ('<86>1 2026-11-25T09:15:02Z ctl acs - - [a x="1"]text', "structured data"),
        ("<86>Feb 30 09:15:02 ctl acs: x", "time"),
        ("<86>Nov 25 09:15:99 ctl acs: x", "time"),
        ("<86>Now 25 09:15:02 ctl acs: x", "time"),
        ("<86>Nov 25 09:15:02 ctl acs: " + "x" * LONGEST, "too long"),
    ],
)
def test_what_is_no_syslog_has_a_reason(text, reason):
    with pytest.raises(Bad, match=f"^{reason}$"):
        read(text)


NAME = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='= ]"'), min_size=1, max_size=32)
VALUES = st.dictionaries(NAME, st.text(max_size=40).filter(lambda text: "\n" not in text), max_size=6)


@given(st.dictionaries(NAME, VALUES, min_size=1, max_size=3))
def test_structured_data_is_read_back_as_it_was(data):
    def escaped(value):
        return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")

    text = "".join(
        f"[{id_}{''.join(f' {name}={chr(34)}{escaped(value)}{chr(34)}' for name, value in values.items())}]"
        for id_, values in data.items()
    )
    whole = f"<86>1 2026-11-25T09:15:02Z ctl acs - - {text} x"
    if len(whole) <= LONGEST:
        assert read(whole).data == data


@given(st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]{0,9}", fullmatch=True), st.text(max_size=20), max_size=5))
def test_pairs_are_read_back_as_they_were(data):
    text = " ".join(
        f'{name}="{value.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
        for name, value in data.items()
    )
    assert pairs(f"door 7: {text}") == data


TRANSLATOR = translator()
GOOD = (
    line(1).rstrip("\n"),
    f"<86>Nov 25 09:15:02 doorctl-s acs[7]: ev=GRANT door={DOOR} dir=IN card=12 seq=8",
    f"2026-11-25T09:15:02+09:00 doorctl-s acs: ev=DOOR_OPEN door={DOOR}",
)


@st.composite
def mutated(draw):
    """A good line with a few characters taken out, put in, doubled or changed."""
    text = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 12)))
        put = ["", text[at:end] * 2, '"', "\\", "]", "[", "=", " ", "\0", "٣", "\ud7ff"]
        text = text[:at] + draw(st.sampled_from(put) | st.text(max_size=5)) + text[end:]
    return text


@given(mutated() | st.text(max_size=300))
@example(GOOD[0][:60] + '[entry@32473 x="' + "\\" * 5000)
@example("<86>1 2026-11-25T09:15:02Z c a - - " + '[a x="' * 1300)
@example("<86>Nov 25 09:15:02 doorctl-s acs: " + 'a="' * 2600)
@example("<86>Nov 25 09:15:02 doorctl-s acs: " + "a=" * 4000)
def test_a_mutated_line_is_an_event_or_has_a_reason(text):
    with suppress(Bad):
        event = TRANSLATOR.syslog(text, NOW * 1000)
        assert isinstance(event, Event)
        assert event.direction in DIRECTIONS
        assert event.result in RESULTS
        assert event.door in TRANSLATOR.doors.rooms or event.result == "alive"
