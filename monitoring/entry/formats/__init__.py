"""How the records of an access controller look: one YAML file a format (docs/entry.md)."""

from __future__ import annotations
