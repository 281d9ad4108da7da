"""Drills, documents and configuration checks: what each shows, how it ages, and that without it nothing is known."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import inventory
import journal
from audit.papers import PapersInvalid
from audit.recording import KIND, body
from journal.drills import ENDED as DRILL
from tests.audit.scene import AT, ITEMS, SITE, example, ground, of, rooms, run, whole

DAY = dt.timedelta(days=1)


def recorded(state, *runs: dict[str, object]):
    with journal.open(state) as opened:
        for one in runs:
            opened.append(DRILL, one)
    return ground(state)


def test_with_an_empty_state_only_what_the_model_proves_is_met(tmp_path):
    result = whole(ground(tmp_path))
    for judged in result.items:
        kinds = {query.kind for query in judged.item.evidence}
        assert (judged.outcome.verdict == "met") == (kinds == {"proof"}), judged.item.id
        assert judged.outcome.verdict in {"met", "unknown"}
    assert result.counts["met"] == sum({query.kind for query in item.evidence} == {"proof"} for item in ITEMS.values())


def test_the_whole_is_the_sum_of_its_parts_and_says_what_it_was_judged_from(tmp_path):
    document = whole(ground(tmp_path)).document()
    counts = [document[name] for name in ("met", "unmet", "unknown", "not_applicable")]
    assert sum(counts) == len(document["items"]) == document["declared"] == 47
    assert document["official"] is False
    assert document["inventory_sha256"] == inventory.digest(example())
    assert all(row["origin"]["en"] == "working item, not JDCC text" for row in document["items"])


# --- drills


def test_a_met_drill_shows_it_and_none_shows_nothing(tmp_path):
    assert of(ground(tmp_path), "network-line-drill").outcome.verdict == "unknown"
    seen = recorded(tmp_path, run("line-cut", "line-a", AT - 2 * DAY))
    judged = of(seen, "network-line-drill")
    assert judged.outcome.verdict == "unknown"
    assert "line-silent" in judged.outcome.why.en
    seen = recorded(tmp_path, run("line-silent", "line-a", AT - DAY))
    judged = of(seen, "network-line-drill")
    assert judged.outcome.verdict == "met"
    assert "2 days ago" in judged.outcome.why.en
    assert {evidence.kind for evidence in judged.evidence} == {"drill"}
    assert len(judged.evidence) == 2


@pytest.mark.parametrize(
    ("age", "verdict", "restored", "expected"),
    [
        (183, "met", True, "met"),
        (184, "met", True, "unknown"),
        (1, "missed", True, "unmet"),
        (1, "unknown", True, "unknown"),
        (1, "met", False, "unmet"),
        (400, "missed", True, "unknown"),
    ],
)
def test_a_drill_counts_by_its_verdict_and_its_age(tmp_path, age, verdict, restored, expected):
    seen = recorded(tmp_path, run("restore", "db-s", AT - age * DAY, verdict, restored))
    assert of(seen, "operation-restore").outcome.verdict == expected


def test_the_newest_run_decides_not_the_best_one(tmp_path):
    seen = recorded(tmp_path, run("muster", "s-noc", AT - 9 * DAY), run("muster", "s-noc", AT - DAY, "missed"))
    assert of(seen, "operation-muster").outcome.verdict == "unmet"


def test_a_drill_in_another_building_shows_nothing_for_this_one(tmp_path):
    seen = recorded(tmp_path, run("feed-loss", "utility-s", AT - DAY))
    assert rooms(of(seen, "power-transfer-drill")) == {"s-room": "met", "c-room": "unknown"}
    seen = recorded(tmp_path, run("feed-loss", "ups-c-a", AT - DAY))
    assert of(seen, "power-transfer-drill").outcome.verdict == "met"


def test_what_was_written_after_the_moment_of_judging_does_not_count(tmp_path):
    recorded(tmp_path, run("muster", "s-noc", AT - DAY))
    past = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    assert of(ground(tmp_path, at=past), "operation-muster").outcome.verdict == "unknown"


def test_an_edited_journal_shows_nothing_any_more(tmp_path):
    recorded(tmp_path, run("muster", "s-noc", AT - DAY, "missed"))
    suite_ran(tmp_path, everywhere("failed"))
    db = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    db.execute("DROP TRIGGER entry_no_update")
    db.execute("UPDATE entry SET text = replace(text, 'missed', 'met')")
    db.close()
    for item in ("operation-muster", "security-remote-access"):
        judged = of(ground(tmp_path), item)
        assert judged.outcome.verdict == "unknown"
        assert "journal was edited" in judged.outcome.why.en
        assert judged.evidence == ()


# --- documents


def papers(folder, *, data=b"PML 14 %", sha256=None, more="", value="value: 14", until="2126-12-31", on="2126-01-01"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pml.pdf").write_bytes(data)
    named = sha256 or hashlib.sha256(data).hexdigest()
    (folder / "papers.yaml").write_text(
        f"attestations:\n  pml: {{item: building-pml, document: pml.pdf, sha256: {named}, by: 評価者, dated: {on}, "
        f"until: {until}, {value}}}\n{more}",
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("given", "expected", "why"),
    [
        ({}, "met", "14 percent"),
        ({"value": "value: 9.5"}, "met", "9.5 percent"),
        ({"value": "value: 20"}, "unmet", "< 20"),
        ({"value": "rooms: [c-room]"}, "unknown", "states no figure"),
        ({"value": "value: 14, says: unmet"}, "unmet", "says that it is not met"),
        ({"until": "2126-02-28"}, "unknown", "ran out on 2126-02-28"),
        ({"until": "2126-03-01"}, "met", ""),
        ({"on": "2126-03-02"}, "unknown", "not in force yet"),
        ({"sha256": "0" * 64}, "unknown", "not the file that was attested"),
    ],
)
@pytest.mark.parametrize("where", ["site", "state"])
def test_a_document_counts_while_it_is_what_was_attested_and_in_force(tmp_path, given, expected, why, where):
    folder = tmp_path / "site" / "audit" if where == "site" else tmp_path / "state" / "audit"
    papers(folder, **given)
    judged = of(ground(tmp_path / "state", folder=tmp_path / "site" / "audit"), "building-pml")
    assert judged.outcome.verdict == expected
    assert why in judged.outcome.why.en


def test_a_document_for_one_room_leaves_the_other_unknown(tmp_path):
    papers(tmp_path / "audit", value="value: 14, rooms: [s-room]")
    assert rooms(of(ground(tmp_path), "building-pml")) == {"c-room": "unknown", "s-room": "met"}


def test_deleting_an_evidence_makes_its_item_unknown(tmp_path):
    papers(tmp_path / "audit")
    judged = of(ground(tmp_path), "building-pml")
    assert (judged.outcome.verdict, len(judged.evidence)) == ("met", 1)
    (tmp_path / "audit" / "pml.pdf").unlink()
    judged = of(ground(tmp_path), "building-pml")
    assert (judged.outcome.verdict, len(judged.evidence)) == ("unknown", 0)
    assert "cannot be read" in judged.outcome.why.en
    (tmp_path / "audit" / "papers.yaml").unlink()
    assert "no document was attested" in of(ground(tmp_path), "building-pml").outcome.why.en


WAIVER = (
    "waivers:\n  w: {{item: {item}, rooms: [c-room], kind: {kind}, reason: 移設予定, approver: 課長, "
    "approved: 2126-01-01, until: {until}}}\n"
)


@pytest.mark.parametrize(
    ("kind", "until", "verdict", "shown"),
    [
        ("exception", "2126-03-31", "unknown", True),
        ("exception", "2126-02-28", "unknown", False),
        ("not-applicable", "2126-03-31", "not_applicable", True),
        ("not-applicable", "2126-02-28", "unknown", False),
    ],
)
def test_a_waiver_never_makes_an_item_met_and_ends_on_its_day(tmp_path, kind, until, verdict, shown):
    (tmp_path / "audit").mkdir()
    text = WAIVER.format(item="building-earthquake", kind=kind, until=until)
    (tmp_path / "audit" / "waivers.yaml").write_text(text, encoding="utf-8")
    judged = of(ground(tmp_path), "building-earthquake")
    assert rooms(judged) == {"c-room": verdict, "s-room": "unknown"}
    told = next(row["waiver"] for row in judged.document()["rooms"] if row["room"] == "c-room")
    assert (told is not None) is shown
    if told:
        assert (told["reason"], told["approver"], told["until"]) == ("移設予定", "課長", until)


def test_wrong_papers_are_told_with_their_lines(tmp_path):
    papers(tmp_path / "audit", more=WAIVER.format(item="building-pmi", kind="holiday", until="2126-01-01"))
    papers(tmp_path / "site", value="value: 14, rooms: [x-room]")
    with pytest.raises(PapersInvalid) as error:
        ground(tmp_path, folder=tmp_path / "site")
    assert error.value.exit_code == 3
    told = {(problem.code, problem.line) for problem in error.value.problems}
    assert told == {("wrong-value", 4), ("duplicate-key", 2), ("no-such", 2)}


# --- configuration


def suite_ran(state, results, digest=None, suite="compliance"):
    with journal.open(state) as opened:
        opened.append(KIND, body(suite, digest or inventory.digest(example()), results))


def everywhere(outcome="passed", but=()):
    machines = [*example().devices, *example().hosts]
    return [{"element": id_, "test": "t", "outcome": outcome} for id_ in machines if id_ not in but]


def judged_now(state):
    """At the clock's time: an entry of the suite is as old as the journal says."""
    return of(ground(state, at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)), "security-remote-access")


def test_a_suite_that_passed_on_every_machine_shows_it(tmp_path):
    assert judged_now(tmp_path).outcome.verdict == "unknown"
    suite_ran(tmp_path, everywhere())
    judged = judged_now(tmp_path)
    assert judged.outcome.verdict == "met"
    assert [evidence.kind for evidence in judged.evidence] == ["configuration"]
    assert of(ground(tmp_path), "security-remote-access").outcome.verdict == "unknown"  # 100 years later


@pytest.mark.parametrize(
    ("results", "digest", "suite", "expected"),
    [
        (everywhere(but={"noc"}), None, "compliance", {"s-room": "unknown", "c-room": "met"}),
        (everywhere("skipped"), None, "compliance", {"s-room": "unknown", "c-room": "unknown"}),
        ([*everywhere(), {"element": "web-c", "test": "u", "outcome": "failed"}], None, "compliance",
         {"s-room": "met", "c-room": "unmet"}),
        ([*everywhere(), {"element": "web-c", "test": "u", "outcome": "skipped"}], None, "compliance",
         {"s-room": "met", "c-room": "unknown"}),
        (everywhere(), "0" * 64, "compliance", {"s-room": "unknown", "c-room": "unknown"}),
        (everywhere(), None, "other", {"s-room": "unknown", "c-room": "unknown"}),
    ],
)  # fmt: skip
def test_a_suite_shows_only_what_it_tested_of_this_inventory(tmp_path, results, digest, suite, expected):
    suite_ran(tmp_path, results, digest, suite)
    assert rooms(judged_now(tmp_path)) == expected


def test_a_real_run_of_testinfra_leaves_its_result_in_the_journal(tmp_path):
    (tmp_path / "test_suite.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('element', ['noc', 'noc-b'])\n"
        "def test_root(host, element):\n    assert host.file('/').is_directory\n"
        "def test_wrong(host):\n    assert host.file('/no-such').exists\n"
        "def test_broken(nothing):\n    pass\n",
        encoding="utf-8",
    )
    state = tmp_path / "state"
    words = ["-p", "audit.recording", "--record-suite", "own", "--record-state", str(state), "--record-site", str(SITE)]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--hosts=local://",
        *words,
        "--rootdir",
        str(tmp_path),
        "-c",
        "/dev/null",
    ]
    done = subprocess.run([*command, str(tmp_path)], cwd=SITE.parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    with journal.open(state) as opened:
        [entry] = opened.entries(KIND)
    outcomes = {result["test"].rpartition("::")[2]: result for result in entry.body["results"]}
    assert {name: result["outcome"] for name, result in outcomes.items()} == {
        "test_root[local-noc]": "passed",
        "test_root[local-noc-b]": "passed",
        "test_wrong[local]": "failed",
        "test_broken": "failed",
    }
    assert outcomes["test_root[local-noc]"]["element"] == "noc"
    assert (entry.body["suite"], entry.body["inventory_sha256"]) == ("own", inventory.digest(SITE))


# --- the evidence itself


@given(st.dictionaries(st.text(max_size=5), st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5), max_size=4))
def test_the_hash_of_an_evidence_depends_on_its_content_alone(document):
    from audit.evidence import Evidence

    first = Evidence("i", "proof", "t", document)
    again = Evidence("i", "proof", "t", dict(reversed(document.items())))
    assert first.sha256 == again.sha256 == hashlib.sha256(first.canonical).hexdigest()
    assert Evidence("i", "proof", "u", document).sha256 != first.sha256
