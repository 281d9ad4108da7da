#!/usr/bin/env python3
"""Ansible's dynamic inventory: `ansible-playbook -i playbooks/inventory.py playbooks/site.yml`.

The site and the state are those of `mroom`: $MROOM_SITE and $MROOM_STATE, else mroom.toml, else the defaults.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run() -> None:
    """Print the inventory with this interpreter, or with the checkout's own when this one lacks the packages."""
    sys.path[0] = str(ROOT)  # this file's folder would hide the package `inventory`
    try:
        main = importlib.import_module("mroom.ansible_inventory").main
        importlib.import_module("inventory.loader")
    except ImportError:
        python = ROOT / ".venv" / "bin" / "python"
        if Path(sys.prefix) == python.parent.parent or not python.exists():
            raise
        os.execv(python, [str(python), __file__, *sys.argv[1:]])  # noqa: S606 the same program, another interpreter
    main(sys.argv[1:])


if __name__ == "__main__":
    run()
