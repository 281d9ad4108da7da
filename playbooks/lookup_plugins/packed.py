"""Ansible's lookup of an archive: `lookup('packed', 'patroni')` is the path of what is installed here under that name.

Hosts are in a closed network and have no package index, so what does not come from Debian comes from this environment,
whose every package was checked against its hash. Pure Python only: anything else may not fit the host's interpreter.
"""

from __future__ import annotations

import importlib.metadata
import io
import os
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError  # type: ignore[import-untyped]  # ansible-core ships no types
from ansible.plugins.lookup import LookupBase  # type: ignore[import-untyped]  # as above

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTATION = """
name: packed
short_description: A packed Python distribution
description: >-
  The path of a tar archive with the modules of distributions that are installed beside Ansible. It is named after the
  first and its version, and made when it is not there. Its last file is COMPLETE.
options:
  _terms:
    description: Names of distributions.
    required: true
"""
COMPLETE = "COMPLETE"


class LookupModule(LookupBase):  # type: ignore[misc]  # as above
    def run(self, terms: list[str], **_: Any) -> list[str]:
        """Raises AnsibleError when a distribution is not installed, or not of Python alone."""
        folder = Path(os.environ.get("MROOM_STATE", ROOT / ".mroom")) / "packed"
        try:
            return [str(pack(terms, folder))]
        except importlib.metadata.PackageNotFoundError as error:
            raise AnsibleError(f"{error.name} is not installed beside Ansible: run script/setup") from None
        except ValueError as error:
            raise AnsibleError(str(error)) from None


def pack(names: list[str], folder: Path) -> Path:
    """The archive of these distributions in the folder, made when it is not there; the same bytes each time.

    Raises PackageNotFoundError, and ValueError for one that is not of Python alone.
    """
    found = [importlib.metadata.distribution(name) for name in names]
    label = "-".join(f"{name}-{one.version}" for name, one in zip(names, found, strict=True))
    path = folder / f"{label}.tar"
    if path.exists():
        return path
    files = sorted(file for one in found for file in _modules(one))
    folder.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}")
    with tarfile.open(half, "w") as archive:
        for name, source in files:
            _add(archive, name, source.read_bytes())
        _add(archive, COMPLETE, label.encode())
    half.rename(path)
    return path


def _modules(one: importlib.metadata.Distribution) -> Iterable[tuple[str, Path]]:
    for file in one.files or ():
        if file.suffix in (".so", ".pyd"):
            raise ValueError(f"{one.name} is not of Python alone: {file}")
        inside = ".." not in file.parts and not file.is_absolute()
        if inside and file.suffix != ".pyc" and not file.parts[0].endswith(".dist-info"):
            yield str(file), Path(str(file.locate()))


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    archive.addfile(entry, io.BytesIO(data))
