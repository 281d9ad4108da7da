"""The bundle: one form of everything, every edit found and named, and the same answer without the suite."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journal
from audit.bundle import CONTAINER, HEAD, LEDGER, MANIFEST, SIGNATURE, SIGNERS, chain, container, manifest, signature
from audit.bundle.make import contents
from audit.bundle.page import commands
from audit.bundle.verify import verify
from audit.ledger import Kept
from journal.chain import canonical, link
from mroom import schemas
from tests.audit.forge import EDITS, forge, judge
from tests.audit.forgery import base
from tests.audit.scene import AT, run
from tests.audit.test_audit_verbs import error, mroom, smaller

NAMES = st.from_regex(container.NAME, fullmatch=True).filter(lambda name: len(name) <= container.LONGEST_NAME)
FILES = st.dictionaries(NAMES, st.binary(max_size=1100), min_size=1, max_size=4)
SAMPLE = 250
"""Forgeries of the campaign that this test makes: ten of each kind."""


# --- the container


@given(FILES)
def test_a_container_gives_back_its_files_and_has_no_flaw(files):
    assert container.read(container.write(files)) == (dict(sorted(files.items())), [])


@given(FILES, st.data())
def test_any_changed_byte_of_a_container_is_a_flaw_or_a_change_of_a_content(files, data):
    whole = bytearray(container.write(files))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    found, flaws = container.read(bytes(whole))
    assert flaws or found != files


@given(FILES, st.binary(min_size=1, max_size=1100))
def test_nothing_may_stand_behind_a_container(files, more):
    flaws = container.read(container.write(files) + more)[1]
    assert [flaw.entry for flaw in flaws] == [CONTAINER]


@given(FILES, st.data())
def test_a_container_that_is_cut_off_is_flawed(files, data):
    whole = container.write(files)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert container.read(whole[:cut])[1]


@given(st.binary(max_size=3000))
def test_what_is_no_container_is_told_and_breaks_nothing(data):
    found = verify(data)
    assert not found.ok
    assert found.document()["problems"]


@settings(max_examples=10)
@given(files=FILES)
def test_gnu_tar_writes_the_same_bytes(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tar")
    kept: dict[str, bytes] = {}
    for name, data in files.items():
        # on a disk a name cannot be a file and a folder at once
        if not any(a != name and (a.startswith(f"{name}/") or name.startswith(f"{a}/")) for a in files):
            path = folder / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            kept[name] = data
    (folder / "names").write_text("".join(f"{name}\n" for name in sorted(kept)))
    words = (
        "--format=ustar --blocking-factor=1 --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0644 --no-recursion"
    )
    command = ["tar", *words.split(), "-cf", "-", "-T", str(folder / "names")]
    (folder / "files").mkdir(exist_ok=True)
    done = subprocess.run(command, cwd=folder / "files", capture_output=True, check=True)
    if kept:
        assert done.stdout == container.write(kept)


@pytest.mark.parametrize("name", ["", "/a", "../a", "a/../b", "a//b", "a b", "あ", "x" * 101, ".a", "a/"])
def test_a_name_that_could_be_written_in_two_ways_is_refused(name):
    with pytest.raises(ValueError, match="cannot hold"):
        container.write({name: b""})


# --- manifest, ledger, signature


@given(FILES)
def test_the_manifest_is_what_sha256sum_writes_and_any_other_file_is_named(files):
    whole = {**files, MANIFEST: manifest.write(files)}
    assert manifest.check(whole) == []
    name = min(files)
    assert [flaw.entry for flaw in manifest.check({**whole, name: files[name] + b"x"})] == [name]
    assert [flaw.entry for flaw in manifest.check({**whole, "put-in": b""})] == ["put-in"]
    del whole[name]
    assert [flaw.entry for flaw in manifest.check(whole)] == [name]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
BODIES = st.lists(st.dictionaries(st.text(), JSON, max_size=3), min_size=1, max_size=5)


def entries_of(bodies):
    entries = []
    for number, body in enumerate(bodies):
        last = entries[-1] if entries else None
        entries.append(link(last, f"2026-01-01T00:00:{number:02}.000000+00:00", "note", canonical(body)))
    return entries


@given(BODIES)
def test_a_ledger_reads_back_as_it_was_and_has_no_flaw(bodies):
    entries = entries_of(bodies)
    found, flaws = chain.read(chain.write(entries))
    assert (found, flaws) == (entries, [])
    assert chain.check(found, chain.head(entries[-1]), entries[0].hash) == []


@given(BODIES, st.data())
def test_any_changed_byte_of_a_ledger_names_its_entry_or_the_one_behind_it(bodies, data):
    entries = entries_of(bodies)
    whole = bytearray(chain.write(entries))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    found, flaws = chain.read(bytes(whole))
    flaws += chain.check(found, chain.head(entries[-1]), None)
    assert flaws


@given(BODIES, st.integers(1, 5))
def test_a_cut_off_tail_shows_against_the_head_and_against_a_hash_that_was_kept(bodies, count):
    entries = entries_of(bodies)
    left = entries[:-count] or []
    assert any(flaw.entry in {HEAD, LEDGER} for flaw in chain.check(left, chain.head(entries[-1]), None))
    if left:
        assert [flaw.entry for flaw in chain.check(left, chain.head(left[-1]), entries[-1].hash)] == [LEDGER]


def test_the_signature_is_in_its_one_form_and_by_the_key_that_is_named():
    files = base(1).bundle.files
    key, flaws = signature.check(files[MANIFEST], files[SIGNATURE], files[SIGNERS])
    assert flaws == []
    assert key == base(1).bundle.key
    assert signature.check(files[MANIFEST] + b"x", files[SIGNATURE], files[SIGNERS])[0] is None
    assert signature.check(files[MANIFEST], files[SIGNATURE], base(2).signers)[0] is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"# nothing\n",
        b'a namespaces="mroom-audit" ssh-ed25519 AAAA\n',
        b'* namespaces="mroom-audit" ssh-rsa AAAA\n',
    ],
)
def test_other_allowed_signers_than_one_key_are_refused(line):
    assert signature.public_key(line) is None
    own = base(1).signers
    assert signature.public_key(own + own) is None
    assert signature.public_key(own.replace(b'"mroom-audit"', b'"*"')) is None
    tail = base64.b64encode(base64.b64decode(own.split()[-1]) + b"\0")
    assert signature.public_key(own.replace(own.split()[-1], tail)) is None


# --- forgeries


def test_an_untouched_bundle_is_good_and_the_same_at_every_making():
    own = base(3)
    found = verify(own.bundle.data, own.head, own.signers)
    assert found.flaws == ()
    assert (found.entries, found.head) == (len(own.entries), own.head)
    base.cache_clear()
    assert base(3).bundle.data == own.bundle.data


@pytest.mark.parametrize("kind", range(len(EDITS)), ids=[edit.__name__ for edit in EDITS])
def test_every_kind_of_forgery_is_found_and_named(kind):
    missed = [judge(*forge(4, number)) for number in range(kind, SAMPLE, len(EDITS))]
    assert [what for what in missed if what] == []


def by_hand(data: bytes, folder: Path) -> tuple[bool, str]:
    """What the page's commands say."""
    folder.mkdir()
    (folder / "bundle.tar").write_bytes(data)
    done = subprocess.run(
        ["bash", "-c", commands()], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode == 0, done.stdout


@pytest.mark.timeout(900)  # some 50 runs of the page's commands, each of a dozen processes
def test_the_page_in_the_bundle_gives_the_same_answer_with_openssh_and_coreutils_alone(tmp_path):
    own = base(5)
    good, said = by_hand(own.bundle.data, tmp_path / "good")
    assert (good, said) == (True, "good\n")
    assert commands() in own.bundle.files["README.txt"].decode()
    for number in range(2 * len(EDITS)):
        _, forged = forge(5, number)
        good, said = by_hand(forged.data, tmp_path / str(number))
        assert good == verify(forged.data).ok == forged.needs_kept, (forged.what, said)
        assert said.strip(), forged.what


# --- the verbs


def bundle(folder: Path, *words: str) -> tuple[int, str, str]:
    """A bundle about three items, whose report is short."""
    catalogue = folder / "catalogue"
    if not catalogue.exists():
        smaller(catalogue, 1, ["building-pml", "cooling-redundancy", "operation-muster"])
    return mroom("bundle", "--catalogue", str(catalogue), *words)


def test_a_bundle_of_the_example_is_made_verified_and_made_again_with_the_same_bytes(tmp_path):
    first, again = tmp_path / "a.tar", tmp_path / "b.tar"
    code, out, err = bundle(tmp_path, "--out", str(first), "--json")
    assert code == 0, err
    document = json.loads(out)
    jsonschema.validate(document, schemas.schema("audit bundle"))
    code, out, _ = mroom("verify", str(first), "--head", document["head"], "--json")
    assert code == 0
    verified = json.loads(out)
    jsonschema.validate(verified, schemas.schema("audit verify"))
    assert (verified["ok"], verified["head"], verified["entries"]) == (True, document["head"], 1)
    assert verified["signed_by"] == document["signed_by"]
    assert bundle(tmp_path, "--out", str(again))[0] == 0
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.timeout(900)
def test_what_is_found_anew_goes_into_the_ledger_and_the_old_head_stays_in_it(tmp_path):
    assert bundle(tmp_path, "--out", str(tmp_path / "a.tar"))[0] == 0
    with journal.open(tmp_path / "state") as opened:
        old = opened.head()
        opened.append("note", {})
    papers = tmp_path / "state" / "audit"
    papers.mkdir()
    (papers / "w.yaml").write_text(
        "waivers: {w: {item: building-pml, reason: r, approver: a, approved: 2020-01-01, until: 2099-01-01}}\n"
    )
    assert bundle(tmp_path, "--out", str(tmp_path / "b.tar"))[0] == 0
    with journal.open(tmp_path / "state") as opened:
        assert [entry.kind for entry in opened.entries()] == ["audit", "note", "audit"]
        assert opened.entries()[-1].body["waivers"]["w"]["approver"] == "a"
    assert mroom("verify", str(tmp_path / "b.tar"), "--head", old.hash)[0] == 0
    assert (
        mroom(
            "verify",
            str(tmp_path / "a.tar"),
            "--head",
            json.loads(mroom("verify", str(tmp_path / "b.tar"), "--json")[1])["head"],
        )[0]
        == 1
    )


def test_the_raw_records_of_a_drill_come_along_where_they_are_what_the_run_named(tmp_path):
    state = tmp_path / "state"
    data = b"raw records"
    body = {**run("line-cut", "line-a", AT), "evidence": {"records.json.gz": hashlib.sha256(data).hexdigest()}}
    with journal.open(state) as opened:
        opened.append("drill", body)
        entries = opened.entries()
    folder = state / "drills" / body["run"]
    folder.mkdir(parents=True)
    own = base(1)
    kept = Kept(own.assessment, own.entries[-1], own.entries[-1])
    name = f"drills/{body['run']}/records.json.gz"
    for content, there in ((data, True), (b"others", False)):
        (folder / "records.json.gz").write_bytes(content)
        assert (name in contents(kept, entries, state)) is there


def test_a_forged_bundle_ends_with_1_and_names_what_is_wrong(tmp_path):
    own = base(1)
    data = own.bundle.data.replace('"author":"職員"'.encode(), '"author":"他人"'.encode(), 1)
    (tmp_path / "x.tar").write_bytes(data)
    code, out, _ = mroom("verify", str(tmp_path / "x.tar"), "--json")
    assert code == 1
    named = {problem["entry"] for problem in json.loads(out)["problems"]}
    assert named == {LEDGER, "ledger entry 1"}
    (tmp_path / "signers").write_bytes(base(2).signers)
    (tmp_path / "good.tar").write_bytes(own.bundle.data)
    code, out, _ = mroom("verify", str(tmp_path / "good.tar"), "--signers", str(tmp_path / "signers"), "--json")
    assert (code, json.loads(out)["signed_by"]) == (1, None)


@pytest.mark.parametrize("kind", ["rsa", "passphrase", "nothing", "literal", "missing", "env"])
def test_a_key_that_cannot_sign_is_told_and_nothing_is_written(tmp_path, kind, monkeypatch):
    key = tmp_path / "key"
    words = {"rsa": ["-t", "rsa", "-b", "2048", "-N", ""], "passphrase": ["-t", "ed25519", "-N", "secret"]}.get(kind)
    if words:
        subprocess.run(["ssh-keygen", "-q", *words, "-f", str(key)], check=True, capture_output=True)
    if kind == "nothing":
        key.write_text("no key\n")
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    reference = {"literal": "hunter2", "env": "env:NO_SUCH_KEY"}.get(kind, f"file:{key}")
    code, out, err = bundle(tmp_path, "--out", str(tmp_path / "x.tar"), "--key", reference, "--json")
    assert code == 2
    assert set(error(out)) == {"code", "message", "hint"}
    assert "hunter2" not in out + err
    assert not (tmp_path / "x.tar").exists()
    with journal.open(tmp_path / "state") as opened:
        assert opened.entries() == []


def test_a_key_from_the_environment_signs_and_leaves_no_file(tmp_path, monkeypatch):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "k")], check=True)
    secret = (tmp_path / "k").read_text()
    monkeypatch.setenv("AUDIT_KEY", secret)
    (tmp_path / "k").unlink()
    assert bundle(tmp_path, "--out", str(tmp_path / "x.tar"), "--key", "env:AUDIT_KEY")[0] == 0
    assert mroom("verify", str(tmp_path / "x.tar"))[0] == 0
    body = secret.splitlines()[2]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and body.encode() in path.read_bytes()] == []


def test_an_existing_file_stays_and_a_missing_one_is_told(tmp_path):
    (tmp_path / "x.tar").write_text("mine")
    code, out, _ = bundle(tmp_path, "--out", str(tmp_path / "x.tar"), "--json")
    assert (code, error(out)["code"]) == (2, "exists")
    assert (tmp_path / "x.tar").read_text() == "mine"
    code, out, _ = bundle(tmp_path, "--out", str(tmp_path / "no" / "x.tar"), "--json")
    assert (code, error(out)["code"]) == (2, "no-folder")
    code, out, _ = mroom("verify", str(tmp_path / "no.tar"), "--json")
    assert (code, error(out)["code"]) == (2, "unreadable")
    code, out, _ = mroom("verify", str(tmp_path / "x.tar"), "--json")
    assert code == 1
    assert json.loads(out)["problems"]
