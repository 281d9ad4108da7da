"""Bundles that a rollback goes back to."""

from __future__ import annotations

import pytest

import journal
from journal.changes import record
from network import render
from network.change import kept
from network.change.rollback import NoSuchChange, rollback


def test_a_bundle_comes_back_as_it_was_but_for_its_secrets(site, secrets, tmp_path):
    bundle = render.bundle(site, "core-m1", secrets)
    name = kept.keep(tmp_path, bundle)
    assert kept.read(tmp_path, name, bundle) == bundle
    written = (tmp_path / "network" / "bundles" / f"{name}.json").read_text()
    assert secrets.snmp_auth not in written
    assert secrets.snmp_priv not in written


def test_a_bundle_that_is_gone_or_damaged_is_said_to_be(tmp_path):
    with pytest.raises(kept.NotKept):
        kept.read(tmp_path, "0" * 64, {})
    folder = tmp_path / "network" / "bundles"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{")
    with pytest.raises(kept.NotKept):
        kept.read(tmp_path, "x", {})


def test_the_last_confirmed_bundle_of_a_device_is_known_from_the_journal(tmp_path):
    with journal.open(tmp_path) as opened:
        record(opened, "one", "confirmed", author="a", objects=["r1", "r2"], confirmed={"r1": "aa", "r2": "bb"})
        record(opened, "two", "restored", author="a", objects=["r1"], confirmed={})
        record(opened, "three", "confirmed", author="a", objects=["r2"], confirmed={"r2": "cc"})
    assert kept.confirmed(tmp_path) == {"r1": "aa", "r2": "cc"}


def test_there_is_nothing_to_take_back_when_nothing_was_confirmed(site, tmp_path):
    with journal.open(tmp_path) as opened:
        record(opened, "one", "restored", author="a", objects=["core-m1"], confirmed={})
    with pytest.raises(NoSuchChange):
        rollback(site, tmp_path)
    with pytest.raises(NoSuchChange, match="'nine'"):
        rollback(site, tmp_path, "nine")
