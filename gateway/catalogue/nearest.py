"""The nearest codes to what was typed, from an index of deletions and not by a scan.

Two strings within `n` edits of each other share a string that comes of each by at most `n` deletions. So each code
is filed under its own deletions, and a lookup costs the same with a hundred codes or with ten thousand. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

QUERY_LENGTH_MAX = 20

T = TypeVar("T")


class NearestIndex(Generic[T]):
    """Strings with what they stand for, in the order of the plan."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._entries = list(entries)
        self._filed: dict[str, list[int]] = {}
        for order, (text, _) in enumerate(self._entries):
            for variant in set(_deletions(text, _edits_max(text))):
                self._filed.setdefault(variant, []).append(order)

    def find(self, typed: str) -> list[T]:
        """What stands for the strings nearest to the typed one, nearest first, then in the order of the plan."""
        query = typed[:QUERY_LENGTH_MAX]
        edits_max = _edits_max(query)
        found = {order for variant in set(_deletions(query, edits_max)) for order in self._filed.get(variant, ())}
        ranked = sorted((_edits(query, self._entries[order][0], edits_max), order) for order in found)
        return [self._entries[order][1] for edits, order in ranked if edits <= edits_max]


def _edits_max(text: str) -> int:
    """One slip in a short string, two in a longer one: otherwise every short code is near every other."""
    return 1 if len(text) <= 4 else 2


def _deletions(text: str, count: int) -> Iterator[str]:
    yield text
    if count:
        for index in range(len(text)):
            yield from _deletions(text[:index] + text[index + 1 :], count - 1)


def _edits(one: str, other: str, most: int) -> int:
    """Insertions, deletions, replacements and exchanges of neighbours (optimal string alignment); `most + 1`: more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        earlier, before, row = before, row, [i] + [0] * len(other)
        for j, right in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1]
