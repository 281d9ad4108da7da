"""Seeded forgeries of a bundle: whatever is edited, verification finds it and names it.

A run depends on (seed, number) alone: key, ledger and edits all come from them.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from audit.bundle.verify import verify
from tests.audit import forge_bytes, forge_ledger, forge_signature
from tests.audit.forgery import Base, Forgery, base

EDITS: tuple[Callable[[Base, random.Random], Forgery], ...] = (
    forge_bytes.flip,
    forge_bytes.flip_content,
    forge_bytes.insert,
    forge_bytes.delete,
    forge_bytes.truncate,
    forge_bytes.append,
    forge_bytes.header_form,
    forge_bytes.reorder_files,
    forge_bytes.repeat_file,
    forge_bytes.remove_file,
    forge_bytes.add_file,
    forge_bytes.swap_files,
    forge_ledger.edit_entry,
    forge_ledger.rehash_entry,
    forge_ledger.rebuild_chain,
    forge_ledger.take_entry,
    forge_ledger.swap_entries,
    forge_ledger.repeat_entry,
    forge_ledger.cut_tail,
    forge_ledger.cut_tail_and_head,
    forge_ledger.line_form,
    forge_signature.manifest_form,
    forge_signature.signature_form,
    forge_signature.other_key,
    forge_signature.insider,
)


def forge(seed: int, number: int) -> tuple[Base, Forgery]:
    """The forgery of one run."""
    chance = random.Random(f"{seed}/{number}")
    own = base(seed)
    return own, EDITS[number % len(EDITS)](own, chance)


def judge(own: Base, forged: Forgery) -> str | None:
    """None when the verification found and named the edit, else what it failed to do."""
    if forged.data == own.bundle.data:
        return "the edit changed nothing"
    kept = verify(forged.data, own.head, own.signers)
    if kept.ok:
        return f"not found: {forged.what}"
    named = {flaw.entry for flaw in kept.flaws}
    if forged.named and forged.named not in named:
        return f"{forged.what}: {forged.named} is not named, but {sorted(named)}"
    if not forged.needs_kept and verify(forged.data).ok:
        return f"not found without what was kept: {forged.what}"
    return None
