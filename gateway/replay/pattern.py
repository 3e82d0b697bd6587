"""Texts of a transcript with places in them for what varies: codes, references, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PLACES = {
    "otp": r"\d{4}",
    "ref": r"\d+",
    "date": r"\d{2}\.\d{2}(?:\.\d{4})?",
    "time": r"\d{2}:\d{2}",
    "any": r".*",
}
HELD = frozenset({"otp", "ref"})
"""The kinds of places that hold what they met also without a digit in their name."""


@dataclass(frozen=True, slots=True)
class Place:
    """What varies in a text: its kind, and the name under which it is held (empty: it is not)."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text with places in it."""

    parts: tuple[str | Place, ...] = ()

    def match(self, actual: str, held: Mapping[str, str]) -> dict[str, str] | None:
        """What the places met in a text, by name; None if it is another text."""
        seen: set[str] = set()
        found = re.fullmatch("".join(self._expression(held, seen)), actual)
        return None if found is None else found.groupdict()

    def _expression(self, held: Mapping[str, str], seen: set[str]) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield re.escape(part)
            elif part.name in held:
                yield re.escape(held[part.name])
            elif part.name in seen:
                yield f"(?P={part.name})"
            elif part.name:
                seen.add(part.name)
                yield f"(?P<{part.name}>{PLACES[part.kind]})"
            else:
                yield f"(?:{PLACES[part.kind]})"

    def fill(self, held: Mapping[str, str]) -> str:
        """The text with what its places hold. Raises KeyError with the name of one that holds nothing yet."""
        return "".join(part if isinstance(part, str) else held[part.name or part.kind] for part in self.parts)

    def names(self, kind: str) -> list[str]:
        """The names of its places of a kind, in order."""
        return [part.name for part in self.parts if isinstance(part, Place) and part.kind == kind]

    @property
    def source(self) -> str:
        """As it is written in a transcript, but for the line breaks."""
        return "".join(
            escaped(part) if isinstance(part, str) else f"{{{part.name or part.kind}}}" for part in self.parts
        )

    def and_line(self, below: Pattern) -> Pattern:
        return Pattern((*self.parts, "\n", *below.parts))


def escaped(text: str) -> str:
    """A plain text as a transcript writes it."""
    return text.replace("{", "{{").replace("}", "}}")
