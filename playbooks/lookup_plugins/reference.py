"""Ansible's lookup of a secret by reference: `lookup('reference', 'file:$MROOM_STATE/keys/…')`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError  # type: ignore[import-untyped]  # ansible-core ships no types
from ansible.plugins.lookup import LookupBase  # type: ignore[import-untyped]  # as above

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTATION = """
name: reference
short_description: A secret by its reference
description: Reads env:NAME, file:PATH or vault:KEY as the suite does; $MROOM_STATE is the state folder.
options:
  _terms:
    description: The references.
    required: true
"""


class LookupModule(LookupBase):  # type: ignore[misc]  # as above
    def run(self, terms: list[str], **_: Any) -> list[str]:
        """Raises AnsibleError with the reference's name, never with what it holds."""
        if str(ROOT) not in sys.path:
            sys.path.append(str(ROOT))
        from inventory.secrets import SecretUnavailable, resolve

        state = Path(os.environ.get("MROOM_STATE", ROOT / ".mroom"))
        try:
            return [resolve(term, state) for term in terms]
        except SecretUnavailable as error:
            raise AnsibleError(f"{error}: {error.hint}") from None
