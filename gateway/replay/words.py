"""Where two texts differ, word by word. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import Enum

NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
"""A number as texts write it: `50`, `2.90`; a day of the calendar is one too."""


class Side(Enum):
    """Which of two texts has a piece."""

    BOTH = "both"
    WAS = "was"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or that only one has."""

    side: Side
    text: str


def pieces(was: str, now: str) -> list[Piece]:
    """Both texts as one row: what they share, and at each place where they differ what was and what is now.

    Two texts that differ only in numbers are compared number by number: a price that happens to be the balance of the
    other text must not shift everything after it.
    """
    if NUMBER.sub("0", was) == NUMBER.sub("0", now):
        return _by_number(was, now)
    first, second = (re.findall(r"\S+|\s", text) for text in (was, now))
    found: list[Piece] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece(Side.BOTH, "".join(first[i:j])))
            continue
        if i < j:
            found.append(Piece(Side.WAS, "".join(first[i:j])))
        if k < m:
            found.append(Piece(Side.NOW, "".join(second[k:m])))
    return found


def _by_number(was: str, now: str) -> list[Piece]:
    found: list[Piece] = []
    shared, at = "", 0
    for one, other in zip(NUMBER.finditer(was), NUMBER.finditer(now), strict=True):
        shared += was[at : one.start()]
        at = one.end()
        if one.group() == other.group():
            shared += one.group()
            continue
        if shared:
            found.append(Piece(Side.BOTH, shared))
        shared = ""
        found += [Piece(Side.WAS, one.group()), Piece(Side.NOW, other.group())]
    shared += was[at:]
    return [*found, Piece(Side.BOTH, shared)] if shared else found


def of_side(found: list[Piece], side: Side) -> list[Piece]:
    """One of the two texts: what both have, and what only it has."""
    return [each for each in found if each.side in (Side.BOTH, side)]
