"""A plain line taken apart: the segments of a dialled string, the words, digits and signs of an SMS.

Nothing is understood here and nothing dropped but separators; each part knows where it stands, so that an argument
keeps its own spelling and a refusal can point at it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.arguments import ArgumentType, Token
from gateway.characters import Line, folded

_TOKEN = re.compile(r"([^\W\d_]+(?:[-'][^\W\d_]+)*)\.?|\(?\d(?:[\d.\-()]*[\d)])?|[^\s,;:=*#\"'«»“”„‘’`]")
"""What is none of these separates, as a space does: `КОД: 1234`, `КОД №1234`, `ПЕРЕВОД*89161234567*50`."""
_TAIL_WORD = re.compile(r"[^\W\d_]+|[^\s,;.\"'«»“”„‘’`]")
_FREE_TEXT_BEGINS = re.compile(r"[>›\]]?(?::(?=\s)|\s*[,;]?)\s*")
"""Between a free text and the part before it: a leaflet's bracket, one separator."""

GLUED_MAX = 12
"""Parts without a space between them that may be one word with slips in it."""
PARTS_MAX = 48
"""Of a line; what follows is one part. The longest commands have some forty: two numbers by digits, with dashes."""
REST = "…"
"""The key of that part: no word, no digits, no sign of the plan."""

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
    _after: dict[tuple[ArgumentType, int], int] = field(default_factory=dict)  # one line is walked several times

    def after(self, kind: ArgumentType, index: int) -> int:
        """The index after the parts that belong to one argument of this kind."""
        if self.tokens is None:
            return len(self.keys) if kind.several else index + 1
        after = self._after.get((kind, index))
        if after is None:
            after = self._after[kind, index] = kind.span(self.line.text, self.tokens, index)
        return after

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

    def glued(self) -> str:
        """The letters and digits that a line begins with, as one word: what looked like several parts may be a slip."""
        after = 1
        last = min(len(self.keys), GLUED_MAX)
        while after < last and self.starts[after] == self.ends[after - 1] and self.keys[after].isalnum():
            after += 1
        return "".join(self.keys[:after])

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
    whole = folded(text)
    even = len(whole) == len(text)  # some small letters are longer than their capitals (İ): places would not fit
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text, first, last):
        start, end = found.span()
        if len(tokens) == PARTS_MAX:
            tokens.append(Token(REST, start, last))
            break
        bare = slice(start, found.end(1) if found.lastindex else end)
        tokens.append(Token(whole[bare] if even else folded(text[bare]), start, end))
    return tokens


def is_call(tail: str) -> bool:
    """Whether what stands behind the `#` of a dialled string is nothing but call words and polite words."""
    return all(folded(word) in TAIL_WORDS for word in _TAIL_WORD.findall(tail))


def parts_of(line: Line, tokens: Sequence[Token]) -> Parts:
    """An SMS line of these tokens."""
    keys, starts, ends = zip(*tokens, strict=True) if tokens else ((), (), ())
    return Parts(line, keys, starts, ends, tokens)


def without_polite_words(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens without polite words at either end, and without the marks of a sentence before those at the end."""
    first, last = 0, len(tokens)
    while first < last and tokens[first].key in POLITE_WORDS:
        first += 1
    while last > first and (
        tokens[last - 1].key in POLITE_WORDS or (last < len(tokens) and tokens[last - 1].key in ".!?")
    ):
        last -= 1
    return tokens[first:last] if last - first < len(tokens) else tokens
