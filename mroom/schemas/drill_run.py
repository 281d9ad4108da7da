"""`mroom drill run`."""

from __future__ import annotations

from mroom.schemas.rows import Run


class Document(Run):
    pass
