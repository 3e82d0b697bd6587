"""Where two texts differ, word by word. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from gateway.replay.compare import Told

NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
"""A number as texts write it: `50`, `2.90`; a day of the calendar is one too."""


class Side(Enum):
    """Which of two texts has a piece."""

    BOTH = "both"
    WAS = "was"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or that only one has.

    `own`: it is another one in every run, as a one-time code is, and so no difference.
    """

    side: Side
    text: str
    own: bool = False

    @property
    def differs(self) -> bool:
        return self.side is not Side.BOTH and not self.own


@dataclass(frozen=True, slots=True)
class Own:
    """The numbers in two texts that are of their own runs: the codes, and the reference, of either side."""

    was: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    references: tuple[str, str] = ("", "")

    def __call__(self, one: str, other: str) -> bool:
        return (one in self.was and other in self.now) or (one, other) == self.references


def pieces_of(recorded: Told, replayed: Told) -> list[Piece]:
    """`pieces` of two replies."""
    own = Own(recorded.codes, replayed.codes, (recorded.reference, replayed.reference))
    return pieces(recorded.text, replayed.text, own)


def pieces(was: str, now: str, own: Own = Own()) -> list[Piece]:
    """Both texts as one row: what they share, and at each place where they differ what was and what is now.

    Two texts that differ only in numbers are compared number by number: a price that happens to be the balance of the
    other text must not shift everything after it.
    """
    if NUMBER.sub("0", was) == NUMBER.sub("0", now):
        first, second = _SPLIT.split(was), _SPLIT.split(now)
        return joined(each for one, other in zip(first, second, strict=True) for each in _pair(one, other, own))
    first, second = (re.findall(r"\S+|\s", text) for text in (was, now))
    return joined(_by_word(first, second, own))


_SPLIT = re.compile(f"({NUMBER.pattern})")


SHARED_MIN = 0.4
"""Of the longer text's characters: below it two texts are two texts, whatever words they happen to share."""


def _by_word(first: list[str], second: list[str], own: Own) -> Iterator[Piece]:
    plain = [_codeless(each, own.was) for each in first], [_codeless(each, own.now) for each in second]
    steps = difflib.SequenceMatcher(None, *plain, autojunk=False).get_opcodes()
    shared = sum(len(word.strip()) for kind, i, j, _, _ in steps if kind == "equal" for word in first[i:j])
    if shared < SHARED_MIN * max(sum(len(word.strip()) for word in words) for words in (first, second)):
        steps = [("replace", 0, len(first), 0, len(second))]
    was = now = ""
    for place, (kind, i, j, k, m) in enumerate(steps):
        inner = 0 < place < len(steps) - 1
        if kind != "equal" or (inner and not "".join(first[i:j]).strip(" ")):  # spaces between two changes
            was, now = was + "".join(first[i:j]), now + "".join(second[k:m])
            continue
        yield from (Piece(Side.WAS, was), Piece(Side.NOW, now))
        was = now = ""
        for one, other in zip(first[i:j], second[k:m], strict=True):
            if one == other:
                yield Piece(Side.BOTH, one)
            else:
                yield from (Piece(Side.WAS, one, own=True), Piece(Side.NOW, other, own=True))
    yield from (Piece(Side.WAS, was), Piece(Side.NOW, now))


def _codeless(word: str, codes: tuple[str, ...]) -> str:
    return NUMBER.sub(lambda found: "\0" if found.group() in codes else found.group(), word)


def _pair(one: str, other: str, own: Own) -> Iterator[Piece]:
    if one == other:
        yield Piece(Side.BOTH, one)
    else:
        yield Piece(Side.WAS, one, own(one, other))
        yield Piece(Side.NOW, other, own(one, other))


def joined(found: Iterable[Piece]) -> list[Piece]:
    """Without empty pieces, and what both have in one piece as far as it goes."""
    row: list[Piece] = []
    for each in found:
        if row and each.side is row[-1].side is Side.BOTH:
            row[-1] = Piece(Side.BOTH, row[-1].text + each.text)
        elif each.text:
            row.append(each)
    return row


def of_side(found: Iterable[Piece], side: Side) -> list[Piece]:
    """One of the two texts: what both have, and what only it has."""
    return [each for each in found if each.side in (Side.BOTH, side)]
