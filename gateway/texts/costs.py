"""What each text costs at its longest: characters, alphabet and SMS segments, for `ussdgw codes check`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.model import Language
from gateway.texts import Texts
from smpp.text import split


@dataclass(frozen=True, slots=True)
class TextCost:
    """One text in one language. `offending`: the characters that forced UCS-2, in the Latin forms a fault."""

    name: str
    language: Language
    characters: int
    alphabet: str
    segments: int


def text_costs(texts: Texts, product_names: Iterable[dict[str, str]]) -> Iterator[TextCost]:
    """The costs of all texts, by name and language; product names count at their longest in each language."""
    longest: dict[str, str] = {}
    for names in product_names:
        for language, name in names.items():
            longest[language] = max(longest.get(language, ""), name, key=len)
    for name in sorted(texts.names()):
        for language, text in texts.longest(name, names=longest).items():
            parts = split(text)
            yield TextCost(name, language, len(text), parts.alphabet, len(parts.parts))
