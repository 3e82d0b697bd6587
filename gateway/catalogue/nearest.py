"""The nearest codes to what was typed, from an index of deletions and not by a scan.

Two strings within `n` edits of each other share a string that comes of each by at most `n` deletions. So each code
is filed under its own deletions, and a lookup costs the same with a hundred codes or with ten thousand. Pure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

SHORT = 4
"""Up to this length one slip is allowed, beyond it two: otherwise every short code is near every other."""


class NearestIndex(Generic[T]):
    """Strings with what they stand for, in the order of the plan."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._entries = list(entries)
        self._length_max = max((len(text) for text, _ in self._entries), default=0) + 2
        # The index itself, for one slip and for two: the looser one is asked only where the other knows nothing.
        self._filed: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
        for order, (text, _) in enumerate(self._entries):
            near = {text, *_without(text, 1)}
            far = near.union(_without(text, 2)) if len(text) > SHORT else near
            for filed, variants in zip(self._filed, (near, far), strict=True):
                for variant in variants:
                    filed.setdefault(variant, []).append(order)

    def find(self, typed: str) -> list[T]:
        """What stands for the strings that are nearest to the typed one, all equally near, in the order of the plan."""
        if not 0 < len(typed) <= self._length_max:
            return []
        variants = [typed, *_without(typed, 1)]
        found = self._within(typed, variants, 1)
        if not found and len(typed) > SHORT:
            found = self._within(typed, variants + _without(typed, 2), 2)
        return found

    def _within(self, typed: str, variants: list[str], most: int) -> list[T]:
        filed = self._filed[most - 1]
        met = filed.keys() & variants
        if not met:
            return []
        orders = set().union(*map(filed.__getitem__, met))
        found = [(_edits(typed, self._entries[order][0], most), order) for order in sorted(orders)]
        least = min(found)[0]
        return [self._entries[order][1] for edits, order in found if edits == least <= most]


def _without(text: str, count: int) -> list[str]:
    """What is left of a text when so many of its characters are left out."""
    return list(map("".join, itertools.combinations(text, len(text) - count)))


def _edits(one: str, other: str, most: int) -> int:
    """Insertions, deletions, replacements and exchanges of neighbours (optimal string alignment).

    More than `most`, which is at most 2, comes out as `most + 1`.
    """
    longer, shorter = len(one), len(other)
    if shorter > longer:
        one, other, longer, shorter = other, one, shorter, longer
    if longer - shorter > most:
        return most + 1
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    if start + end == shorter:
        return longer - shorter
    if most == 0:
        return 1
    one, other = one[start : longer - end], other[start : shorter - end]
    if len(one) == 1:
        return 1
    exchanged = one[0] == other[1:2] and one[1] == other[0]
    if most == 1:
        return 1 if exchanged and len(one) == len(other) == 2 else 2
    # The first characters differ: one of the two is too many, or one stands for the other, or they are exchanged.
    least = min(_edits(one[1:], other, 1), _edits(one[1:], other[1:], 1))
    if least:
        least = min(least, _edits(one, other[1:], 1))
    if least and exchanged:
        least = min(least, _edits(one[2:], other[2:], 1))
    return 1 + least
