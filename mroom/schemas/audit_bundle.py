"""`mroom audit bundle`: the file that was written, and the newest hash of the ledger in it."""

from __future__ import annotations

from mroom.schemas.base import Part, Sha256
from mroom.schemas.rows import File


class Document(Part):
    files: list[File]
    head: Sha256
