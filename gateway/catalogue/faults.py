"""What is wrong with the operator's data: each fault names the file, the line, the key, and both culprits.

Faults are collected, so that one run of the check shows them all; nothing here decides what is a fault.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `line` counts from 1 (0: the whole file); `other_line` is the second culprit's, 0 if there is none."""

    file: str
    line: int
    key: str
    message: str
    other_line: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        other = f" (see line {self.other_line})" if self.other_line else ""
        return f"{where}: {self.key}: {self.message}{other}" if self.key else f"{where}: {self.message}{other}"


class CatalogueError(ValueError):
    """The operator's data cannot be used. `faults` has every fault that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def counted(count: int, one: str, many: str = "") -> str:
    """`1 fault`, `1,200 faults`."""
    return f"1 {one}" if count == 1 else f"{count:,} {many or one + 's'}"


def nearest(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'effect'?` for the nearest known name; empty where none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f", did you mean {found[0]!r}?" if found else ""
