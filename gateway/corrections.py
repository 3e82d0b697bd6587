"""What is put right in a text that is no command as it stands, and what of it is asked before anything happens.

Slips that concern the order of parts are patterns of their own, made once of the plan's: a swapped order costs one
more walk through a trie, and can never win over what was typed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gateway.arguments import ArgumentType
from gateway.catalogue.codes import CodeRow
from gateway.catalogue.trie import Leaf, Node, Tries
from gateway.characters import Line, plain
from gateway.model import Channel
from gateway.spellings import LOOKALIKE_LETTERS, Vocabulary, with_digits, with_letters

FINAL_HASH = "final_hash"
FIRST_STAR = "first_star"
DOUBLE_STAR = "double_star"
EXTRA_HASH = "extra_hash"
TAIL = "tail"
CHARACTERS = "characters"
SPACES = "spaces"
POLITE = "polite_words"
LOOKALIKE_DIGITS = "lookalike_digits"
KEYBOARD = "keyboard_layout"
SWAPPED = "swapped_arguments"
SIGN = "sign"
PUNCTUATION = "punctuation"

ASKED = frozenset({DOUBLE_STAR, KEYBOARD, SWAPPED, SIGN})
"""Corrections after which the command is shown and asked, whatever it does."""

ASKED_IF_GUARDED = frozenset({LOOKALIKE_DIGITS, LOOKALIKE_LETTERS, PUNCTUATION})
"""The same, but only where the command moves money or blocks a number."""


def asks(fixes: tuple[str, ...], row: CodeRow) -> bool:
    """Whether what was understood has to be asked first."""
    guarded = row.effect == "money" or row.guarded
    return any(fix in ASKED or (guarded and fix in ASKED_IF_GUARDED) for fix in fixes)


# -- another line -------------------------------------------------------------------------------------------------

LineCorrection = Callable[[Line, Channel, Vocabulary], Iterator[Line]]


def _digits(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[Line]:
    corrected = with_digits(line, dialled=channel is Channel.USSD or line.text[:1] in "*#")
    if corrected is not None:
        yield corrected


def _keyboards(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[Line]:
    if channel is Channel.SMS:
        yield from vocabulary.keyboards(line)


def _letters(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[Line]:
    yield from with_letters(line)


_MARKS_AROUND = re.compile(r"([^\w+]*)[^\W\d_]+([^\w+]*)")
_MARKS_BEHIND = re.compile(r"[^\w+]*\Z")
_MINUS = re.compile(r"\s[^\w\s](?=\d)")
_SEPARATING = " \t\r\n,;:=\"'«»“”„‘’`"
_CLOSING = ".!?"


def _punctuation(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[Line]:
    """Spaces for the marks before and behind the first word and at the end: `КОД-1234`, `(БАЛАНС)`, `*БАЛАНС#`.

    A dash that is written onto digits and not onto the keyword is a minus (`ПОПОЛНИТЬ -50`), and stays.
    """
    typed = line.typed
    around = _MARKS_AROUND.match(typed) if channel is Channel.SMS else None
    if around is None:
        return
    behind = _MARKS_BEHIND.search(typed, around.end())
    assert behind is not None  # it may be empty
    spans = [around.span(1), around.span(2), behind.span()]
    if not (around[1].strip(_SEPARATING) or (around[2] + behind[0]).strip(_SEPARATING + _CLOSING)):
        return
    if _MINUS.match(typed, spans[1][1] - 2):
        spans[1] = (spans[1][0], spans[1][1] - 1)
    for first, last in spans:
        typed = typed[:first] + " " * (last - first) + typed[last:]
    yield plain(typed)


def _after(first: LineCorrection, second: LineCorrection) -> LineCorrection:
    """Two mistakes in one line."""

    def both(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[Line]:
        for corrected in first(line, channel, vocabulary):
            yield from second(corrected, channel, vocabulary)

    return both


LINE_CORRECTIONS: tuple[tuple[tuple[str, ...], LineCorrection], ...] = (
    ((LOOKALIKE_DIGITS,), _digits),
    ((LOOKALIKE_LETTERS,), _letters),
    ((LOOKALIKE_DIGITS, LOOKALIKE_LETTERS), _after(_digits, _letters)),
    ((KEYBOARD,), _keyboards),
    ((KEYBOARD, LOOKALIKE_DIGITS), _after(_keyboards, _digits)),
    ((PUNCTUATION,), _punctuation),
    ((PUNCTUATION, LOOKALIKE_DIGITS), _after(_punctuation, _digits)),
    ((PUNCTUATION, LOOKALIKE_LETTERS), _after(_punctuation, _letters)),
)
"""In the order in which they are tried: each gives lines that are then read from the beginning."""


# -- other patterns -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """A pattern as people get it wrong: the name of the correction, and the pattern that they mean."""

    name: str
    meant: Leaf


class Slips:
    """The patterns that people type in place of those of the plan, in tries beside the plan's own."""

    def __init__(self, tries: Tries) -> None:
        self.by_leaf: dict[Leaf, Slip] = {}
        self._roots: dict[Node, Node] = {}
        for leaf in tries.leaves:
            root = tries.root_of(leaf)
            for name, items, names in self._of(leaf):
                slip = replace(leaf, items=items, names=names)
                self._roots.setdefault(root, Node()).insert(slip)
                self.by_leaf[slip] = Slip(name, leaf)

    def beside(self, root: Node) -> Node | None:
        """The slips of the patterns that begin at this root."""
        return self._roots.get(root)

    def _of(self, leaf: Leaf) -> Iterator[tuple[str, tuple[str | ArgumentType, ...], tuple[str, ...]]]:
        items = leaf.items
        swapped = _swapped(items)
        if swapped is not None:
            one, other = swapped
            names = list(leaf.names)
            order = [place for place, item in enumerate(items) if not isinstance(item, str)]
            first, second = order.index(one), order.index(other)
            names[first], names[second] = names[second], names[first]
            changed = list(items)
            changed[one], changed[other] = changed[other], changed[one]
            yield SWAPPED, tuple(changed), tuple(names)
        if leaf.channel is Channel.SMS and "+" in items:
            place = items.index("+")
            yield SIGN, items[:place] + items[place + 1 :], leaf.names


def _swapped(items: tuple[str | ArgumentType, ...]) -> tuple[int, int] | None:
    """The places of the one number and the one sum (or points) of a pattern; with a secret in it nothing is swapped."""
    kinds = [(place, item) for place, item in enumerate(items) if not isinstance(item, str)]
    numbers = [place for place, kind in kinds if kind.part == "number"]
    sums = [place for place, kind in kinds if kind.part in {"sum", "points"}]
    if len(numbers) != 1 or len(sums) != 1 or any(kind.secret for _, kind in kinds):
        return None
    return numbers[0], sums[0]
