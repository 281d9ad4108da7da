"""`mroom audit report`: the files that were written, and the newest hash of the ledger."""

from __future__ import annotations

from mroom.schemas.audit_bundle import Document

__all__ = ["Document"]
