"""Entry records (入退室): read once from spool files and CSV drops, and judged (docs/entry.md)."""

from __future__ import annotations
