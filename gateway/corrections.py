"""What is put right in a text that is no command as it stands, and what of it is asked before anything happens.

Slips that concern the order of parts are patterns of their own, made once of the plan's: a swapped order costs one
more walk through a trie, and can never win over what was typed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from gateway.arguments import ArgumentType
from gateway.catalogue.codes import CodeRow
from gateway.catalogue.trie import Leaf, Node, Tries
from gateway.characters import Line, folded, plain
from gateway.model import Channel
from gateway.parts import POLITE_WORDS, is_call
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

LineCorrection = Callable[[Line, Channel, Vocabulary], Iterable[Line]]


def _digits(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterable[Line]:
    corrected = with_digits(line, dialled=channel is Channel.USSD or line.text[:1] in "*#")
    return () if corrected is None else (corrected,)


def _keyboards(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterable[Line]:
    return vocabulary.keyboards(line) if channel is Channel.SMS else ()


def _letters(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterable[Line]:
    return with_letters(line)


_MARKS = r"\-–—−(){}\[\]<>/\\|*#№_~^•·.…!?"
_SEPARATORS = r"\s,;:=\"'«»“”„‘’`"
_MARK = re.compile(f"[{_MARKS}]")
_MARKED_WORD = r"[^\W\d_]+(?:\d{1,2}[^\W\d_]+)*"  # digits that stand for letters are a part of it: ПЕРЕВ0Д
_MARKS_AROUND = re.compile(rf"([{_MARKS}{_SEPARATORS}]*)({_MARKED_WORD})([{_MARKS}{_SEPARATORS}]*)")
_MARKS_RUN = re.compile(rf"[{_MARKS}{_SEPARATORS}]*")
_WORD = re.compile(_MARKED_WORD)
_DASH = re.compile(r"[-–—−]")
_MINUS = re.compile(r"\s[-–—−](?=\d)")


def _punctuation(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[Line]:
    """Spaces for the marks before and behind the first word and at the end: `КОД-1234`, `(БАЛАНС)`, `*БАЛАНС#`.

    A dash that is written onto digits and not onto the keyword is a minus (`ПОПОЛНИТЬ -50`), and stays. Behind a
    keyword that has forms with a sign a dash is never a mere mark: `НОМЕРА -` lacks its number.
    """
    typed = line.typed
    if channel is Channel.USSD or _MARK.search(typed) is None or (around := _MARKS_AROUND.match(typed)) is None:
        return
    opening = around.span(1)
    if folded(around[2]) in POLITE_WORDS:
        around = _MARKS_AROUND.match(typed, around.start(3)) or around
    closing = _MARKS_RUN.match(typed[::-1])  # from the end: a search for it would begin anew at every mark
    assert closing is not None  # it may be empty
    spans = [opening, around.span(1), around.span(3), (max(around.end(), len(typed) - closing.end()), len(typed))]
    if _MINUS.match(typed, spans[2][1] - 2):
        spans[2] = (spans[2][0], spans[2][1] - 1)
    words = (folded(word[0]) for word in islice(_WORD.finditer(typed), 2))  # the first may be a polite one
    dashed = any(_DASH.search(typed, *span) for span in spans[2:])
    if dashed and any(map(vocabulary.takes_sign, words)):
        return
    for first, last in spans:
        typed = typed[:first] + " " * (last - first) + typed[last:]
    if any(map(_MARK.search, (line.typed[first:last] for first, last in spans))):
        yield plain(typed)


def _call_words(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[Line]:
    """A dialled string without the call words behind it, where the `#` between them is lost: `*100 call`."""
    text = line.text
    if text[:1] != "*" or "#" in text:
        return
    last = next((at for at in range(len(text) - 1, -1, -1) if text[at].isdigit() or text[at] == "*"), 0) + 1
    if last < len(text) and is_call(text[last:]):
        yield line.part(0, last)


Correction = tuple[str, LineCorrection]
_DIGITS, _LETTERS, _KEYBOARD = (LOOKALIKE_DIGITS, _digits), (LOOKALIKE_LETTERS, _letters), (KEYBOARD, _keyboards)
_CALL = (TAIL, _call_words)
LINE_CORRECTIONS: tuple[tuple[Correction, tuple[Correction, ...]], ...] = (
    (_DIGITS, (_LETTERS, _CALL)),
    (_LETTERS, ()),
    (_KEYBOARD, (_DIGITS,)),
    ((PUNCTUATION, _punctuation), (_DIGITS, _LETTERS, _KEYBOARD)),
    (_CALL, ()),
)
"""In the order in which they are tried, each with those that may come on top of it: two mistakes in one line."""


def proposals(line: Line, channel: Channel, vocabulary: Vocabulary) -> Iterator[tuple[tuple[str, ...], Line]]:
    """Lines that may have been meant, with the names of the corrections; each is then read from the beginning."""
    for (name, correct), further in LINE_CORRECTIONS:
        for corrected in correct(line, channel, vocabulary):
            yield (name,), corrected
            for second, correct_too in further:
                for again in correct_too(corrected, channel, vocabulary):
                    yield (name, second), again


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
