"""Whatever the YAML is: a catalogue, papers or a mapping, or problems with their lines. Never anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import papers
from audit.reading import read
from audit.sheet.mapping import MappingInvalid, load
from audit.shelf import SHAPE, WORKING, check
from inventory.reading.files import decode
from tests.audit.test_sheet import MAP

ORIGINALS = [path.read_bytes() for path in sorted(WORKING.glob("*.yaml"))]
PAPERS = b"""attestations:
  a: {item: building-pml, document: a.pdf, sha256: "00", by: x, dated: 2026-01-01, until: 2026-12-31, value: 14}
waivers:
  w: {item: building-pml, rooms: [s-room], reason: r, approver: a, approved: 2026-01-01, until: 2026-12-31}
"""
TOKENS = [
    b"&a ", b"*a", b"!!python/name:os ", b"\n---\n", b"\t", b"0777", b" yes", b".inf", b"\x00", b"[" * 40, b"\n  ",
    b": ", b"- ", b"'", b'"', b"<<: ", b"\r", b"2026-02-30", b"9" * 5000, "　：".encode(), b"null", b"{}", b"[]",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 60)))
        data = data[:at] + draw(st.sampled_from(TOKENS) | st.binary(max_size=4)) + data[end:]
    return data


@given(damaged(ORIGINALS))
def test_a_damaged_catalogue_gives_problems_with_their_places(data):
    catalogue, problems = check([decode("x.yaml", data)])
    assert catalogue is None  # one file of the six is never a whole catalogue
    assert problems
    assert all(problem.line >= 1 and problem.column >= 1 and problem.hint for problem in problems)


@given(damaged([PAPERS]))
def test_damaged_papers_are_read_or_told(data):
    found = read([decode("x.yaml", data)], papers.SHAPE)
    assert all(problem.line >= 1 and problem.hint for problem in found.problems)
    assert set(found.values) == set(papers.SHAPE.names)


@given(damaged([MAP.read_bytes()]))
def test_a_damaged_mapping_is_read_or_told(data):
    try:
        mapping = load(MAP, data, {})
    except MappingInvalid as error:
        problems = error.problems
    else:
        problems = ()
        assert mapping.head.declared >= 1
    assert all(problem.line >= 1 and problem.hint for problem in problems)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"items: 1", b"- 1", b"items:\n  a:\n", b"{items: {a: {}}}"])
def test_small_files_are_told(data):
    assert read([decode("x.yaml", data)], SHAPE).problems or check([decode("x.yaml", data)])[1]
