"""Write `site.schema.json` anew: python -m inventory.schema."""

from __future__ import annotations

from inventory.schema import FILE, text

if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
