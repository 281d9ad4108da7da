"""The Prometheus text format (version 0.0.4): escaping, numbers, families."""

from __future__ import annotations

import math
from collections.abc import Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


def labels(pairs: Mapping[str, str]) -> str:
    """`{a="b",…}`; labels without a value are left out, as Prometheus means them."""
    shown = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in pairs.items() if value)
    return f"{{{shown}}}" if shown else ""


def number(value: float) -> str:
    """A sample's value."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return repr(value) if math.isfinite(value) else "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def head(name: str, kind: str, help_text: str) -> str:
    """The two lines above a family."""
    return f"# HELP {name} {help_text}\n# TYPE {name} {kind}\n"
