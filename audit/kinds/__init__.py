"""How each kind of evidence is looked up: one file a kind, each with `look(ground, item, query, rooms)`."""

from __future__ import annotations
