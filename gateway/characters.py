"""The characters of what a subscriber typed, made plain before any grammar sees them.

Digits of every script and full-width forms become ASCII, every space a space, every dash a `-`; invisible
characters, stray accents and emoji go; escapes that links leave behind are decoded once. Where each character
came from is kept, so that a refusal can point into the text as typed. Pure; it knows no codes and no arguments.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from msgspec.structs import replace

_PLAIN = re.compile(r"[ !\"#$'()*+,\-./0-9:;=?@A-Z\\^_a-z{|}~«»А-Яа-яЁё]*")
"""Texts that need no work; `%` and `&` may begin an escape, brackets may be a leaflet's."""

_KEPT = frozenset(chr(code) for code in range(0x20, 0x460) if _PLAIN.fullmatch(chr(code)))
UNFOLDED_MAX = 4
GROWN_MAX = 32
"""Characters that a line may gain by forms that unfold; behind so many it stays as it is, and is no command."""

_ESCAPE = re.compile(r"%2[3A]|&#(?:35|42);|&amp;", re.IGNORECASE)
_ESCAPED = {"%23": "#", "%2a": "*", "&#35;": "#", "&#42;": "*", "&amp;": "&"}
_LEAFLET_BRACKETS = frozenset("<>‹›[]")
_SIGNS = {"×": "*", "№": "#"}
"""A multiplication sign for the star; on a Russian keyboard the number sign stands on the key of `#`."""
_SPACES = frozenset("\t\n\r\x0b\x0c\x85\u2028\u2029")
_FIRST_EMOJI = 0x1F000
_COMPOSED = {"и\u0306": "й", "И\u0306": "Й", "е\u0308": "ё", "Е\u0308": "Ё"}
"""Letters that some keyboards send as a letter and an accent (NFD); other accents are dropped."""
_COMPOSING = frozenset("\u0306\u0308")


class Line(msgspec.Struct, frozen=True):
    """A plain text, and for each of its characters the place in the text as typed (None: the same place + lead).

    `superscript`: the place in the typed text of the first character that no command may have, or -1.
    """

    text: str
    typed: str = ""
    lead: int = 0
    origin: Sequence[int] | None = None
    superscript: int = -1

    def place(self, index: int) -> int:
        """Where in the typed text the plain character at `index` stands."""
        if self.origin is None:
            return index + self.lead
        if index < len(self.origin):
            return self.origin[index]
        return self.origin[-1] + 1 if self.origin else self.lead

    def part(self, first: int, length: int) -> Line:
        """The characters from `first` on, so many, with their places."""
        origin = [self.place(index) for index in range(first, first + length)]
        return replace(self, text=self.text[first : first + length], origin=origin)


def plain(typed: str) -> Line:
    """The typed text in plain characters, trimmed."""
    trimmed = typed.strip()
    lead = typed.find(trimmed[0]) if trimmed else 0
    if _PLAIN.fullmatch(trimmed):
        return Line(trimmed, typed, lead)
    kept: list[str] = []
    origin: list[int] = []
    superscript = -1
    grown = 0
    after_escape = lead
    for place, character in enumerate(trimmed, lead):
        if character in _KEPT:
            if place >= after_escape:
                kept.append(character)
                origin.append(place)
            continue
        made, compatible = _plain_character(character)
        if character in "%&" and (escape := _ESCAPE.match(trimmed, place - lead)):
            after_escape = place + len(escape[0])
            made = _ESCAPED[escape[0].lower()]
        elif compatible and superscript < 0:
            superscript = place
        elif character in _COMPOSING and kept:
            kept[-1] = _COMPOSED.get(kept[-1] + character, kept[-1])
        if len(made) == 1:
            kept.append(made)
            origin.append(place)
        elif made:
            kept += made
            origin += (place,) * len(made)
            grown += len(made) - 1
            if grown > GROWN_MAX:
                kept += trimmed[place - lead + 1 :]
                origin += range(place + 1, len(trimmed) + lead)
                break
    text = "".join(kept)
    start = len(text) - len(text.lstrip(" "))
    end = len(text.rstrip(" "))
    return Line(text[start:end], typed, lead, origin[start:end], superscript)


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> tuple[str, bool]:
    """What one typed character becomes (empty: it is dropped), and whether it only looks like a digit."""
    if character in _SIGNS:
        return _SIGNS[character], False
    category = unicodedata.category(character)
    if category == "No":
        return character, True
    if character in _SPACES or category == "Zs":
        return " ", False
    if category == "Nd":
        return str(unicodedata.decimal(character)), False
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-", False
    dropped = character in _LEAFLET_BRACKETS or category in {"Cf", "Cc", "Cs", "Cn", "Co", "Mn", "Me", "So"}
    if dropped or (category == "Sk" and ord(character) >= _FIRST_EMOJI):
        return "", False
    # A compatibility form may unfold into several characters, each of which must be plain in its turn; the longest
    # (a ligature of eighteen letters) is no form of anything that a code has.
    made = unicodedata.normalize("NFKC", character)
    if made == character or len(made) > UNFOLDED_MAX:
        return character, False
    return "".join(_plain_character(each)[0] for each in made), False


def folded(word: str) -> str:
    """A keyword without case and without the difference of ё and е."""
    return word.casefold().replace("ё", "е")
