"""References lead to secrets, and nothing that fails repeats one."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.secrets import SecretUnavailable, is_reference, path_of, resolve


def test_a_variable_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("ROOM_KEY", "s3cret")
    assert resolve("env:ROOM_KEY", tmp_path) == "s3cret"


@pytest.mark.parametrize("reference", ["file:$MROOM_STATE/keys/a", "file:${MROOM_STATE}/keys/a", "file:keys/a"])
def test_a_file_below_the_state_folder_without_its_line_break(reference, tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "a").write_text("two words\n", encoding="utf-8")
    assert resolve(reference, tmp_path) == "two words"
    assert path_of(reference, tmp_path) == tmp_path / "keys" / "a"


def test_a_full_path(tmp_path):
    (tmp_path / "k").write_text("x")
    assert resolve(f"file:{tmp_path}/k", Path("/elsewhere")) == "x"


BAD = [
    ("env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE", "export"),
    ("file:$MROOM_STATE/keys/none", "does not exist", "twin up"),
    ("file:$HOME/key", "not expanded", "$MROOM_STATE"),
    ("file:$MROOM_STATE", "cannot be read", "permissions"),
    ("file:empty", "is empty", "write the secret"),
    ("file:binary", "not text", "mend"),
    ("vault:mail", "server roles", "env: or file:"),
    ("swordfish", "literal", "env:NAME"),
    ("env:", "literal", "env:NAME"),
]


@pytest.mark.parametrize(("reference", "said", "next_step"), BAD, ids=[row[0] for row in BAD])
def test_a_reference_that_leads_nowhere_says_what_to_do(reference, said, next_step, tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(SecretUnavailable) as caught:
        resolve(reference, tmp_path)
    assert said in str(caught.value)
    assert next_step in caught.value.hint
    twins = "MROOM_STATE" in reference and said == "does not exist"
    assert (caught.value.exit_code, caught.value.code) == (7 if twins else 2, "secret")


def test_a_secret_given_as_a_literal_is_not_repeated(tmp_path):
    with pytest.raises(SecretUnavailable) as caught:
        resolve("swordfish", tmp_path)
    assert "swordfish" not in str(caught.value) + caught.value.hint


def test_only_the_three_schemes_are_references():
    texts = ["env:A", "file:/x", "vault:k", "http://x", "ENV:A", "file:", "", ":", "plain"]
    assert [text for text in texts if is_reference(text)] == ["env:A", "file:/x", "vault:k"]
