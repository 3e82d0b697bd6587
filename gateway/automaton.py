"""What strings a kind of argument takes, as a position automaton (Glushkov), so that two kinds can be compared whole.

Each position is one character of the written expression; a string is taken if its characters lead from a first
position to a last one along `follow`. Built from small parts (`word`, `then`, `either`, ...), never from samples.
Digits are always named one by one; of letters and of signs a set may have all there are. Pure.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

LETTERS, SIGNS = "letters", "signs"
"""Whole classes of characters: what `str.isalpha` says, and what is neither a letter, an ASCII digit nor a space."""

DIGITS = "1234567890"
NAMED_SIGNS = "+-.,()/@_%&!'₽"
"""The signs that some kind of argument names."""

_SAMPLES = {LETTERS: "a", SIGNS: "_"}
_RANK = {character: rank for rank, character in enumerate("9123456780abcdefghijklmnopqrstuvwxyz")}
"""Which character stands for a set in examples: 9 begins a mobile number, a one-time code or a sum."""


class Characters(NamedTuple):
    """A set of characters: some by name, and all of some classes."""

    some: frozenset[str]
    classes: frozenset[str] = frozenset()

    def without_class(self, name: str) -> Characters:
        """The set less a class, and less those of the named ones that belong to it."""
        kept = frozenset(character for character in self.some if class_of(character) != name)
        return Characters(kept, self.classes - {name})

    def without(self, characters: str) -> Characters:
        """The set less some signs; of a class that has them, the other signs that are named somewhere stay."""
        named = frozenset(NAMED_SIGNS) if SIGNS in self.classes else frozenset[str]()
        return Characters((self.some | named) - frozenset(characters), self.classes - {SIGNS})


def some(characters: str, *classes: str) -> Characters:
    return Characters(frozenset(characters), frozenset(classes))


def class_of(character: str) -> str:
    """LETTERS, SIGNS, or what is no class: a digit is "digits", a space is itself."""
    if character in DIGITS:
        return "digits"
    if character == " ":
        return character
    return LETTERS if character.isalpha() else SIGNS


@functools.cache
def common(one: Characters, other: Characters) -> str:
    """A character of both sets; empty if there is none."""
    found = one.some & other.some
    found |= {character for character in one.some if class_of(character) in other.classes}
    found |= {character for character in other.some if class_of(character) in one.classes}
    found |= {_SAMPLES[name] for name in one.classes & other.classes}
    return min(found, key=lambda character: (_RANK.get(character, len(_RANK)), character), default="")


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """Positions, and how they follow each other. `empty`: the empty string is taken too."""

    characters: tuple[Characters, ...]
    first: frozenset[int]
    last: frozenset[int]
    follow: tuple[frozenset[int], ...]
    empty: bool = False

    def takes(self, text: str) -> bool:
        """Whether it takes that string."""
        if not text:
            return self.empty
        at = frozenset(self.first)
        for index, character in enumerate(text):
            single = some(character)
            reached = frozenset(position for position in at if common(self.characters[position], single))
            if index + 1 == len(text):
                return bool(reached & self.last)
            at = frozenset().union(*(self.follow[position] for position in reached))
        return False

    def not_beginning(self, characters: str) -> Automaton:
        """Without the strings that begin with one of these."""
        made = then(self)
        fresh = len(made.characters)
        # A first position may be met again later, where it keeps its characters: so the first ones are made anew.
        first = {position: fresh + order for order, position in enumerate(sorted(made.first))}
        return Automaton(
            made.characters + tuple(made.characters[position].without(characters) for position in first),
            frozenset(first.values()),
            made.last | {first[position] for position in made.last & made.first},
            made.follow + tuple(made.follow[position] for position in first),
            made.empty,
        )


NOTHING = Automaton((), frozenset(), frozenset(), (), True)


def one(characters: Characters | str) -> Automaton:
    """One character."""
    made = some(characters) if isinstance(characters, str) else characters
    return Automaton((made,), frozenset({0}), frozenset({0}), (frozenset(),))


def word(text: str) -> Automaton:
    """Just that string."""
    last = len(text) - 1
    follow = tuple(frozenset({index + 1}) if index < last else frozenset[int]() for index in range(len(text)))
    return Automaton(tuple(map(some, text)), frozenset({0}), frozenset({last}), follow)


def words(texts: Iterable[str]) -> Automaton:
    """One of these strings."""
    return either(*map(word, texts))


def then(*parts: Automaton) -> Automaton:
    """One after the other."""
    made = NOTHING
    for part in parts:
        made = _then(made, part)
    return made


def _shifted(positions: Iterable[int], by: int) -> frozenset[int]:
    return frozenset(position + by for position in positions)


def _then(one: Automaton, other: Automaton) -> Automaton:
    by = len(one.characters)
    entered = _shifted(other.first, by)
    return Automaton(
        one.characters + other.characters,
        one.first | entered if one.empty else one.first,
        one.last | _shifted(other.last, by) if other.empty else _shifted(other.last, by),
        tuple(each | entered if position in one.last else each for position, each in enumerate(one.follow))
        + tuple(_shifted(each, by) for each in other.follow),
        one.empty and other.empty,
    )


def either(*parts: Automaton) -> Automaton:
    """Any of them."""
    characters: tuple[Characters, ...] = ()
    follow: tuple[frozenset[int], ...] = ()
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    for part in parts:
        by = len(characters)
        first |= _shifted(part.first, by)
        last |= _shifted(part.last, by)
        characters += part.characters
        follow += tuple(_shifted(each, by) for each in part.follow)
    return Automaton(characters, first, last, follow, any(part.empty for part in parts))


def maybe(part: Automaton) -> Automaton:
    """It, or nothing."""
    return Automaton(part.characters, part.first, part.last, part.follow, True)


def many(part: Automaton, low: int, high: int | None = None) -> Automaton:
    """From `low` to `high` of them; None: any number from `low`, which is at least 1."""
    if high is None:
        return then(*[part] * (low - 1), _loop(part))
    made = NOTHING
    for _ in range(high - low):
        made = maybe(_then(part, made))
    return then(*[part] * low, made)


def _loop(part: Automaton) -> Automaton:
    follow = tuple(each | part.first if position in part.last else each for position, each in enumerate(part.follow))
    return Automaton(part.characters, part.first, part.last, follow, part.empty)


def apart(parts: Iterable[Automaton], gap: Characters) -> Automaton:
    """One after the other, with one character of `gap` or none between any two."""
    first, *rest = parts
    return then(first, *(then(maybe(one(gap)), part) for part in rest))


def of_digits(low: int, high: int, gap: str = "") -> Automaton:
    """From `low` to `high` digits; with `gap`, one of its characters or none between any two."""
    if not gap:
        return many(one(DIGITS), low, high)
    return then(one(DIGITS), many(then(maybe(one(gap)), one(DIGITS)), low - 1, high - 1))
