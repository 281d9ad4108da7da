"""What is sent to hosts that have no package index: an archive of what is installed here."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

PLUGIN = Path(__file__).parents[2] / "playbooks/lookup_plugins/packed.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("packed", PLUGIN)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


packed = _load()


def test_the_archive_is_whole_named_after_its_version_and_always_the_same(tmp_path: Path):
    one = packed.pack(["patroni", "ydiff"], tmp_path / "one")
    assert one.name.startswith(f"patroni-{importlib.metadata.version('patroni')}-ydiff-")
    with tarfile.open(one) as archive:
        names = archive.getnames()
    assert {"patroni/__main__.py", "patroni/dcs/etcd3.py", "ydiff.py"} <= set(names)
    assert names[-1] == "COMPLETE", "what is unpacked half has no COMPLETE yet"
    assert not [name for name in names if name.startswith(("/", "..")) or ".dist-info" in name]
    assert packed.pack(["patroni", "ydiff"], tmp_path / "two").read_bytes() == one.read_bytes()


def test_what_was_unpacked_runs(tmp_path: Path):
    archive, there = packed.pack(["patroni", "ydiff"], tmp_path), tmp_path / "there"
    there.mkdir()
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", there], check=True)
    program = "import sys; sys.path.insert(0, sys.argv[1]); import patroni.dynamic_loader as m; print(m.__file__)"
    words = [sys.executable, "-I", "-c", program, str(there)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(str(there)), done.stderr


def test_what_is_not_of_python_alone_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r"psutil is not of Python alone: .*\.so"):
        packed.pack(["psutil"], tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_not_installed_is_named(tmp_path: Path):
    with pytest.raises(importlib.metadata.PackageNotFoundError, match="no-such-thing"):
        packed.pack(["no-such-thing"], tmp_path)
