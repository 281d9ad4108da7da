"""What must hold between objects. A rule is a function in a file of this folder; adding one touches no other file."""

from __future__ import annotations

import importlib
import pkgutil

from inventory.rules.rule import RULES, Rule


def all_rules() -> dict[str, Rule]:
    """Every rule by its code, in the order of the files and of the functions in them."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        importlib.import_module(f"{__name__}.{module.name}")
    # not by who imported what first
    order = sorted(RULES.values(), key=lambda rule: (rule.check.__module__, rule.line))
    return {rule.code: rule for rule in order}
