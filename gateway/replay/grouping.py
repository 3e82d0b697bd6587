"""Differences of a replay by what they have in common: one changed price is one line, not four hundred. Pure.

Replies are of one group where the words that differ, and the lines that these stand in, are the same. Numbers that come
again and again are a part of what a group has in common (a price, the code of a service); numbers that nearly every
reply has its own of (a balance, a telephone number) are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gateway.catalogue.faults import counted
from gateway.replay.compare import Compared, Verdict
from gateway.replay.words import NUMBER, Piece, Side, joined, of_side, pieces_of

VARIES = "…"
"""In place of a number that is another one in each reply of a group."""
COMMON = {
    Verdict.TEXT: "differ only in",
    Verdict.MISSING: "are missing",
    Verdict.EXTRA: "were not there before",
    Verdict.RECIPIENT: "went to another number",
    Verdict.ORDER: "came in another order",
    Verdict.LATER: "came later",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Differences with one cause: what they share, `VARIES` where each has its own number, and all of them."""

    verdict: Verdict
    pieces: tuple[Piece, ...]
    differences: tuple[Compared, ...]

    @property
    def text(self) -> str:
        """What they share without colours: `Charged [50→60]`."""
        told = ""
        for differs, row in groupby(self.pieces, lambda piece: piece.side is not Side.BOTH):
            here = list(row)
            one, other = ("".join(each.text for each in of_side(here, side)) for side in (Side.WAS, Side.NOW))
            told += f"[{one}→{other}]" if differs else one
        return told

    @property
    def subscribers(self) -> int:
        """How many numbers these replies went to, or should have."""
        return len({each.either.subscriber for each in self.differences})


def grouped(differences: Iterable[Compared]) -> list[Group]:
    """The groups, the largest first; of equal ones, that which began first."""
    alike: dict[object, list[tuple[Compared, tuple[Piece, ...]]]] = {}
    for each in differences:
        row = tuple(_row(each))
        form = tuple((piece.side, NUMBER.sub("0", piece.text)) for piece in row)
        alike.setdefault((each.verdict, each.either.channel, form), []).append((each, row))
    found = [group for members in alike.values() for group in _by_numbers(members)]
    return sorted(found, key=lambda group: -len(group.differences))


def heading(group: Group) -> str:
    """`412 replies to 400 numbers differ only in`."""
    count = len(group.differences)
    replies, numbers = counted(count, "reply", "replies"), counted(group.subscribers, "number")
    common = COMMON[group.verdict]
    if count == 1:
        common = {"differ only in": "differs only in", "are missing": "is missing",
                  "were not there before": "was not there before"}.get(common, common)  # fmt: skip
    return f"{replies} to {numbers} {common}"


def _row(each: Compared) -> Iterator[Piece]:
    """What is said of a difference: of two texts the lines that differ, of a reply on one side alone all of it."""
    one, other = each.recorded, each.replayed
    if one is not None and other is not None and each.verdict is Verdict.TEXT:
        if one.subscriber == other.subscriber and one.channel is not other.channel:
            yield Piece(Side.WAS, f"{one.channel.value}: ")
            yield Piece(Side.NOW, f"{other.channel.value}: ")
        yield from _lines_that_differ(joined(_without_own(pieces_of(one, other))))
    elif one is not None and other is not None:
        yield Piece(Side.BOTH, one.text)
    else:
        yield Piece(Side.NOW if one is None else Side.WAS, each.either.text)


def _without_own(row: Iterable[Piece]) -> Iterator[Piece]:
    """With no code of any run: it is not what they have in common."""
    for piece in row:
        if not piece.own:
            yield piece
        elif piece.side is Side.WAS:
            yield Piece(Side.BOTH, NUMBER.sub(VARIES, piece.text))


def _lines_that_differ(row: Sequence[Piece]) -> Iterator[Piece]:
    """Without the lines that are the same on both sides."""
    for place, piece in enumerate(row):
        if piece.side is not Side.BOTH or "\n" not in piece.text:
            yield piece
            continue
        head, *_, tail = piece.text.split("\n")
        ends = ([head] if place else []) + ([tail] if place < len(row) - 1 else [])
        if text := "\n".join(ends):
            yield Piece(Side.BOTH, text)


def _by_numbers(members: Sequence[tuple[Compared, tuple[Piece, ...]]]) -> Iterator[Group]:
    """Replies of one form, told apart by those of their numbers that come again and again."""
    numbers = [tuple(_numbers(row)) for _, row in members]
    kept = [
        place
        for place, values in enumerate(zip(*numbers, strict=True))
        if len(set(values)) == 1 or len(set(values)) * 2 <= len(values)
    ]
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, own in enumerate(numbers):
        groups.setdefault(tuple(own[place] for place in kept), []).append(index)
    for indexes in groups.values():
        rows = [numbers[index] for index in indexes]
        shown = [values[0] if len(set(values)) == 1 else VARIES for values in zip(*rows, strict=True)]
        first, row = members[indexes[0]]
        yield Group(first.verdict, _filled(row, shown), tuple(members[index][0] for index in indexes))


def _numbers(row: Iterable[Piece]) -> Iterator[str]:
    for piece in row:
        yield from NUMBER.findall(piece.text)


def _filled(row: Iterable[Piece], shown: Iterable[str]) -> tuple[Piece, ...]:
    """The row with other numbers in it."""
    left = iter(shown)
    return tuple(Piece(piece.side, NUMBER.sub(lambda _: next(left), piece.text)) for piece in row)
