"""The nearest codes to what was typed, from an index of deletions and not by a scan.

Two strings within `n` edits of each other share a string that comes of each by at most `n` deletions. So each code
is filed under its own deletions, and a lookup costs the same with a hundred codes or with ten thousand. Pure.
"""

from __future__ import annotations

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
            near = {text, *_without_one(text)}
            far = near | set(_without_two(text)) if len(text) > SHORT else near
            for filed, variants in zip(self._filed, (near, far), strict=True):
                for variant in variants:
                    filed.setdefault(variant, []).append(order)

    def find(self, typed: str) -> list[T]:
        """What stands for the strings that are nearest to the typed one, all equally near, in the order of the plan."""
        if len(typed) > self._length_max:
            return []
        variants = [typed, *_without_one(typed)]
        found = self._within(typed, variants, 1)
        if not found and len(typed) > SHORT:
            found = self._within(typed, variants + _without_two(typed), 2)
        return found

    def _within(self, typed: str, variants: list[str], most: int) -> list[T]:
        filed = self._filed[most - 1]
        orders: set[int] = set()
        for variant in variants:
            if variant in filed:
                orders.update(filed[variant])
        if not orders:
            return []
        edits = {order: _edits(typed, self._entries[order][0], most) for order in sorted(orders)}
        least = min(edits.values())
        return [self._entries[order][1] for order in edits if edits[order] == least <= most]


def _without_one(text: str) -> list[str]:
    return [text[:index] + text[index + 1 :] for index in range(len(text))]


def _without_two(text: str) -> list[str]:
    return [
        text[:first] + text[first + 1 : second] + text[second + 1 :]
        for second in range(len(text))
        for first in range(second)
    ]


def _edits(one: str, other: str, most: int) -> int:
    """Insertions, deletions, replacements and exchanges of neighbours (optimal string alignment); `most + 1`: more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    shorter = min(len(one), len(other))
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    if not one or not other:
        return len(one) + len(other)
    if len(one) == len(other) == 1:
        return 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        earlier, before, row = before, row, [i] + [0] * len(other)
        for j, right in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1]
