"""How messages name things: near spellings, lists of values, shortened texts."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

LIST_LIMIT = 12
"""So many values are named in one message; a longer list helps nobody."""
TEXT_LIMIT = 60
"""Characters of a wrong value that a message repeats."""


@lru_cache(maxsize=65536)
def _pairs(word: str) -> frozenset[str]:
    return frozenset(word[i : i + 2] for i in range(len(word) - 1)) or frozenset({word})


def close(word: str, known: Iterable[str]) -> list[str]:
    """At most three known words that were probably meant, best first.

    Full-width characters count as their ASCII twins, since a Japanese input method leaves them behind. Words that
    share no pair of letters are left out before the costly comparison: thousands of dangling references stay quick.
    """
    wanted = unicodedata.normalize("NFKC", word).strip().casefold()[:TEXT_LIMIT]
    pairs = _pairs(wanted)
    near = [k for k in known if abs(len(k) - len(wanted)) <= max(2, len(wanted) // 3) and pairs & _pairs(k.casefold())]
    best = sorted(near, key=lambda k: (-len(pairs & _pairs(k.casefold())), k))[:20]
    return difflib.get_close_matches(wanted, best, n=3, cutoff=0.6)


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """The next step for a word that nobody knows."""
    near = close(word, known)
    return f"did you mean {either(near)}?" if near else otherwise


def either(words: Collection[str]) -> str:
    """`a`, `a or b`, `a, b or c`; long lists are cut."""
    named = list(words)[:LIST_LIMIT]
    if len(words) > LIST_LIMIT:
        return ", ".join(named) + f" … ({len(words)} in all)"
    return " or ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def shown(text: str) -> str:
    """A value as a message repeats it: quoted, on one line, cut when long, control characters escaped."""
    cut = text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"
    return repr(cut)
