"""`mroom apply`."""

from __future__ import annotations

from mroom.schemas.rows import Changed


class Document(Changed):
    pass
