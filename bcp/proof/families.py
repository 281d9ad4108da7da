"""Families of minimal failure sets, cut off at an order: the arithmetic of MOCUS.

A set is an int with one bit per element; a family holds, per size from 0 to the order, the sets of that size, none of
which contains another. `either` is the family of "one of these fails", `both` that of "all of these fail". Leaving out
everything above the order is exact for what stays, since neither of the two ever makes a set smaller.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

Family: TypeAlias = tuple[frozenset[int], ...]


def never(order: int) -> Family:
    """The family of what cannot fail."""
    return (frozenset(),) * (order + 1)


def always(order: int) -> Family:
    """The family of what is down although nothing is out."""
    return (frozenset({0}), *never(order)[1:])


def of(mask: int, order: int) -> Family:
    """The family of one set of one element."""
    sizes = list(never(order))
    if order:
        sizes[1] = frozenset({mask})
    return tuple(sizes)


def bits(mask: int) -> Iterator[int]:
    """The elements of a set, each as a set of its own."""
    while mask:
        low = mask & -mask
        yield low
        mask ^= low


def _minimal(sizes: Sequence[Iterable[int]]) -> Family:
    """The sets that contain no other."""
    if 0 in sizes[0]:
        return always(len(sizes) - 1)
    kept: list[frozenset[int]] = [frozenset()]
    single = 0
    smaller: set[int] = set()
    for size, sets in enumerate(sizes[1:], 1):
        left = [mask for mask in sets if not mask & single] if single else sets
        fresh = frozenset(mask for mask in left if not _holds(mask, size, smaller)) if smaller else frozenset(left)
        kept.append(fresh)
        if size == 1:
            single = sum(fresh)
        else:
            smaller |= fresh
    return tuple(kept)


def _holds(mask: int, size: int, smaller: set[int]) -> bool:
    """Whether a set holds one of the smaller sets, which have two elements or more."""
    if size == 3:  # noqa: PLR2004 the common case, without a list of its parts
        low = mask & -mask
        rest = mask ^ low
        middle = rest & -rest
        return rest in smaller or mask ^ middle in smaller or low | middle in smaller
    part = (mask - 1) & mask
    while part:
        if part in smaller:
            return True
        part = (part - 1) & mask
    return False


def either(families: Sequence[Family], order: int) -> Family:
    """The family of "at least one of these fails"."""
    distinct = list({id(family): family for family in families}.values())
    if len(distinct) == 1:
        return distinct[0]
    if not distinct:
        return never(order)
    return _minimal([frozenset().union(*same_size) for same_size in zip(*distinct, strict=True)])


def both(a: Family, b: Family) -> Family:
    """The family of "a and b both fail"."""
    if a is b or 0 in b[0]:
        return a
    if 0 in a[0]:
        return b
    # A set of both families is in the answer by itself, and absorbs every union that it takes part in.
    sizes: list[set[int]] = [set(x & y) for x, y in zip(a, b, strict=True)]
    left = [x - common for x, common in zip(a, sizes, strict=True)]
    right = [y - common for y, common in zip(b, sizes, strict=True)]
    for i, some in enumerate(left):
        for j, others in enumerate(right):
            if some and others:
                _join((i, some), (j, others), sizes)
    return _minimal(sizes)


Sized: TypeAlias = tuple[int, frozenset[int]]
"""Sets that all have so many elements."""


def _join(a: Sized, b: Sized, sizes: list[set[int]]) -> None:
    """Add the unions that do not exceed the order: of pairs that share enough elements. No set is in both."""
    (small, some), (large, others) = sorted((a, b), key=lambda sized: sized[0])
    overlap = max(0, small + large - (len(sizes) - 1))
    if overlap == small:
        if small < large:
            sizes[large].update(_holding(others, small, some))
        return
    by_part: dict[int, list[int]] = defaultdict(list)
    for mask in others:
        for part in _parts(mask, overlap):
            by_part[part].append(mask)
    for mask in some:
        for part in _parts(mask, overlap):
            for other in by_part.get(part, ()):
                union = mask | other
                sizes[union.bit_count()].add(union)


def _holding(sets: Iterable[int], size: int, parts: Collection[int]) -> list[int]:
    """The sets that hold one of the parts, which have `size` elements."""
    if size == 1:
        single = sum(parts)
        return [mask for mask in sets if mask & single]
    return [mask for mask in sets if any(part in parts for part in _parts(mask, size))]


def _parts(mask: int, size: int) -> Iterable[int]:
    """The parts of a set that have `size` elements."""
    if size == 0:
        return (0,)
    if size == 1:
        return bits(mask)
    return [sum(part) for part in combinations(bits(mask), size)]


def at_least(families: Sequence[Family], count: int, order: int) -> Family:
    """The family of "at least `count` of these fail"; 0 or less always do."""
    if count <= 0:
        return always(order)
    if count > len(families):
        return never(order)
    if count == 1:
        return either(families, order)
    failed = [always(order)] + [never(order)] * count
    for family in families:
        for j in range(count, 0, -1):
            failed[j] = either([failed[j], both(failed[j - 1], family)], order)
    return failed[count]
