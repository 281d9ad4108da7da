"""`mroom rollback`: a change like any other."""

from __future__ import annotations

from mroom.schemas.rows import Changed


class Document(Changed):
    pass
