"""Changing devices as a transaction: plan, apply, roll back (docs/changes.md)."""

from __future__ import annotations

from network.change.apply import Outcome, Result, apply, new_id
from network.change.plan import Plan, make
from network.change.rollback import rollback

__all__ = ["Outcome", "Plan", "Result", "apply", "make", "new_id", "rollback"]
