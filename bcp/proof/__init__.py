"""The resilience proof: minimal cut sets by two independent methods, and the oracle that both are held to."""

from __future__ import annotations

from .brute import brute_force
from .mocus import cut_sets

__all__ = ["brute_force", "cut_sets"]
