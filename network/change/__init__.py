"""Changing devices as a transaction: plan, apply, roll back (docs/changes.md)."""

from __future__ import annotations

from network.change.apply import apply, new_id
from network.change.plan import Plan, make
from network.change.result import Outcome, Result
from network.change.rollback import rollback
from network.change.settle import settle

__all__ = ["Outcome", "Plan", "Result", "apply", "make", "new_id", "rollback", "settle"]
