"""A plain line taken apart: the segments of a dialled string, the words, digits and signs of an SMS.

Nothing is understood here and nothing dropped but separators; each part knows where it stands, so that an argument
keeps its own spelling and a refusal can point at it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.arguments import ArgumentType, Token
from gateway.characters import Line, folded

_TOKEN = re.compile(r"\(?\d(?:[\d.\-()]*[\d)])?|(?P<word>[^\W\d_]+(?:[-'][^\W\d_]+)*)\.?|[^\s,;\"'«»“”„‘’`]")
_FREE_TEXT_BEGINS = re.compile(r"[>›\]]?\s*[,;]?\s*")
"""Between a free text and the part before it: a leaflet's bracket, one separator."""

CALL_WORDS = frozenset(
    ("вызов", "звонок", "обаждане", "повикване", "call", "send", "vyzov", "zvonok", "obazhdane", "povikvane")
)
POLITE_WORDS = frozenset(
    (
        *("пожалуйста", "спасибо", "моля", "благодаря", "please", "thanks", "spasibo", "molya", "molia"),
        *("pozhaluysta", "pozhaluista", "pozhalujsta", "pojaluista", "blagodarya", "blagodaria"),
    )
)
TAIL_WORDS = CALL_WORDS | POLITE_WORDS | frozenset("(){}.!?")


@dataclass(slots=True)
class Parts:
    """A line taken apart: for each part its folded form and where it stands in the plain line."""

    line: Line
    keys: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    tokens: Sequence[Token] | None = None  # None: a dialled string, whose arguments are one segment each

    def after(self, kind: ArgumentType, index: int) -> int:
        """The index after the parts that belong to one argument of this kind."""
        if self.tokens is None:
            return len(self.keys) if kind.several else index + 1
        return kind.span(self.line.text, self.tokens, index)

    def text(self, first: int, after: int) -> str:
        """The parts from `first` to before `after`, as they stand in the plain line."""
        return self.line.text[self.starts[first] : self.ends[after - 1]]

    def free_text(self, index: int) -> str:
        """Everything behind the part before `index`, as it was typed and not as plain characters."""
        return self.line.typed[self.free_place(index) :].strip()

    def free_place(self, index: int) -> int:
        """Where in the typed text that begins."""
        begin = self.line.place(self.ends[index - 1] - 1) + 1 if index else 0
        found = _FREE_TEXT_BEGINS.match(self.line.typed, begin)
        return found.end() if found else begin

    def place(self, index: int, offset: int = 0) -> int:
        """Where in the typed text a part begins; one past the last part: where the text ends."""
        if index < len(self.keys):
            return self.line.place(self.starts[index] + offset)
        return self.line.place(self.ends[-1]) if self.keys else self.line.lead


def segments_of(line: Line, first: int, last: int) -> Parts:
    """The segments between two places of a dialled string; spaces around and inside a segment do not count."""
    keys, starts, ends = [], [], []
    at = first
    for segment in line.text[first:last].split("*"):
        bare = segment.strip()
        begin = at + segment.find(bare) if bare else at
        keys.append(bare.replace(" ", "") if " " in bare else bare)
        starts.append(begin)
        ends.append(begin + len(bare))
        at += len(segment) + 1
    return Parts(line, keys, starts, ends)


def tokens_of(text: str, first: int, last: int) -> list[Token]:
    """The words, groups of digits and signs between two places of a line."""
    return [
        Token(folded(word) if (word := found["word"]) else found[0], found.start(), found.end())
        for found in _TOKEN.finditer(text, first, last)
    ]


def parts_of(line: Line, tokens: Sequence[Token]) -> Parts:
    """An SMS line of these tokens."""
    return Parts(line, [t.key for t in tokens], [t.start for t in tokens], [t.end for t in tokens], tokens)


def without_polite_words(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens without polite words at either end."""
    first, last = 0, len(tokens)
    while first < last and tokens[first].key in POLITE_WORDS:
        first += 1
    while last > first and tokens[last - 1].key in POLITE_WORDS:
        last -= 1
    return tokens[first:last] if last - first < len(tokens) else tokens
