"""The nearest codes to what was typed, from an index of deletions and not by a scan.

Two strings within `n` edits of each other share a string that comes of each by at most `n` deletions. So each code
is filed under its own deletions, and a lookup costs the same with a hundred codes or with ten thousand. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class NearestIndex(Generic[T]):
    """Strings with what they stand for, in the order of the plan."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._entries = list(entries)
        self._length_max = max((len(text) + _edits_max(text) for text, _ in self._entries), default=0)
        self._filed: dict[str, list[int]] = {}
        for order, (text, _) in enumerate(self._entries):
            for variant in set(_deletions(text, _edits_max(text))):
                self._filed.setdefault(variant, []).append(order)

    def find(self, typed: str) -> list[T]:
        """What stands for the strings that are nearest to the typed one, all equally near, in the order of the plan."""
        if len(typed) > self._length_max:
            return []
        edits_max = _edits_max(typed)
        found = {order for variant in set(_deletions(typed, edits_max)) for order in self._filed.get(variant, ())}
        edits = {order: _edits(typed, self._entries[order][0], edits_max) for order in sorted(found)}
        least = min(edits.values(), default=edits_max + 1)
        return [self._entries[order][1] for order in edits if edits[order] == least <= edits_max]


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
