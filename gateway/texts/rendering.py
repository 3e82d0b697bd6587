"""One text: from Fluent's syntax to a form of our own, and from that to a join of literals and formatters.

A text is read once at start-up. Without a selector it becomes one flat row of literals and formatters. With
selectors it becomes one row for each variant, and fluent.runtime decides which variant a value means (plural rules
of the CLDR); its decisions are remembered, since they cost some 40 us and counts are small numbers. Arguments are
data: nothing in them is ever read as syntax.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fluent.runtime import FluentBundle
from fluent.syntax import ast

from gateway.model import Language
from gateway.texts.formats import FUNCTIONS, PLAIN, VERBATIM, Formatter, plain
from gateway.texts.latin import transliterate

PLURALS: Mapping[Language, tuple[str, ...]] = {
    Language.RU: ("one", "few", "many"),
    Language.BG: ("one", "other"),
    Language.EN: ("one", "other"),
}
"""The plural categories that whole numbers have in each language (CLDR)."""
_PLURAL_WORDS = frozenset({"zero", "one", "two", "few", "many"})  # `other` may just as well be the rest of the words
_CHOICES_MAX = 1024


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that an argument fills, through a function or plainly."""

    variable: str
    function: str = PLAIN


@dataclass(frozen=True, slots=True)
class Select:
    """A place whose wording depends on an argument."""

    variable: str
    keys: tuple[str, ...]
    default: int
    variants: tuple[Wording, ...]

    @property
    def counts(self) -> bool:
        """Whether it is about a number: by plural categories or exact values."""
        return any(key in _PLURAL_WORDS or _is_number(key) for key in self.keys)


Wording = tuple[str | Slot | Select, ...]
"""A text as read: literals, slots and selects, in order."""


def _is_number(key: str) -> bool:
    return key.lstrip("-")[:1].isdigit()


def uses(wording: Wording) -> Iterator[tuple[str, str]]:
    """Every (variable, function) of a text, those of all variants included; a selector's function is `PLAIN`."""
    for piece in wording:
        if isinstance(piece, Slot):
            yield piece.variable, piece.function
        elif isinstance(piece, Select):
            yield piece.variable, PLAIN
            for variant in piece.variants:
                yield from uses(variant)


def selects(wording: Wording) -> Iterator[Select]:
    """Every select of a text, nested ones included."""
    for piece in wording:
        if isinstance(piece, Select):
            yield piece
            for variant in piece.variants:
                yield from selects(variant)


# --- reading ------------------------------------------------------------------------------------------------------

Complaint = Callable[[ast.SyntaxNode, str], None]
"""Takes a node at fault and what is wrong with it."""


class Reader:
    """Reads the patterns of one language; complains of what these files may not contain, and reads on."""

    def __init__(self, language: Language, terms: Mapping[str, str], complain: Complaint) -> None:
        self._language = language
        self._terms = terms
        self._complain = complain

    def read(self, pattern: ast.Pattern) -> Wording:
        pieces: list[str | Slot | Select] = []
        for element in pattern.elements:
            if isinstance(element, ast.TextElement):
                piece: str | Slot | Select = element.value
            else:
                piece = self._placeable(element.expression)
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            else:
                pieces.append(piece)
        return tuple(pieces)

    def _placeable(self, expression: ast.SyntaxNode) -> str | Slot | Select:
        match expression:
            case ast.Placeable():
                return self._placeable(expression.expression)
            case ast.StringLiteral():
                return str(expression.parse()["value"])
            case ast.NumberLiteral():
                return str(expression.value)
            case ast.VariableReference():
                return Slot(expression.id.name)
            case ast.FunctionReference():
                return self._function(expression)
            case ast.TermReference():
                return self._term(expression)
            case ast.SelectExpression():
                return self._select(expression)
            case _:
                self._complain(expression, "a text cannot contain another text; use a term (-name) for shared words")
                return ""

    def _function(self, call: ast.FunctionReference) -> str | Slot:
        name, positional = call.id.name, call.arguments.positional
        if name not in FUNCTIONS:
            self._complain(call, f"unknown function {name}; there are {', '.join(sorted(FUNCTIONS))}")
        if call.arguments.named or len(positional) != 1 or not isinstance(positional[0], ast.VariableReference):
            self._complain(call, f"{name} takes exactly one variable: {name}($x)")
            return ""
        return Slot(positional[0].id.name, name if name in FUNCTIONS else PLAIN)

    def _term(self, reference: ast.TermReference) -> str:
        name = reference.id.name
        if reference.attribute or reference.arguments:
            self._complain(reference, f"the term -{name} takes no arguments and has no attributes")
        elif name not in self._terms:
            self._complain(reference, f"there is no term -{name} in this language")
        return self._terms.get(name, "")

    def _select(self, select: ast.SelectExpression) -> str | Select:
        if not isinstance(select.selector, ast.VariableReference):
            self._complain(select, "only a variable can be a selector: { $x -> ... }")
            return ""
        keys = tuple(
            variant.key.name if isinstance(variant.key, ast.Identifier) else str(variant.key.value)
            for variant in select.variants
        )
        missing = [category for category in PLURALS[self._language] if category not in keys]
        if len(missing) > 1 and not _PLURAL_WORDS.isdisjoint(keys):  # the default variant stands for one category
            self._complain(select, f"plural forms are missing: {', '.join(missing)} (the default is one of them)")
        default = next(index for index, variant in enumerate(select.variants) if variant.default)
        variants = tuple(self.read(variant.value) for variant in select.variants)
        return Select(select.selector.id.name, keys, default, variants)


# --- rendering ----------------------------------------------------------------------------------------------------

Arguments = Mapping[str, object]


class Rendering(Protocol):
    """A text that is ready to be filled in."""

    def render(self, arguments: Arguments) -> str:
        """The text; KeyError for a missing argument, TypeError or ValueError for an unfit one."""
        ...


@dataclass(frozen=True, slots=True)
class Flat:
    """Literals and formatters by turns, then the last literal."""

    parts: tuple[tuple[str, str, Formatter], ...]
    tail: str

    def render(self, arguments: Arguments) -> str:
        pieces: list[str] = []
        for literal, variable, formatter in self.parts:
            pieces += literal, formatter(arguments[variable])
        pieces.append(self.tail)
        return "".join(pieces)


@dataclass(frozen=True, slots=True)
class Branching:
    """One of several renderings, by what an argument means."""

    variable: str
    choose: Callable[[object], int]
    variants: tuple[Rendering, ...]

    def render(self, arguments: Arguments) -> str:
        return self.variants[self.choose(arguments[self.variable])].render(arguments)


@dataclass(frozen=True, slots=True)
class Row:
    """Flat and branching renderings one after the other."""

    pieces: tuple[Rendering, ...]

    def render(self, arguments: Arguments) -> str:
        return "".join([piece.render(arguments) for piece in self.pieces])


class Compiler:
    """Makes renderings for the readers of one language, in its own script or in Latin letters."""

    def __init__(
        self, language: Language, formatters: Mapping[str, Formatter], *, latin: bool, money_dotted: bool
    ) -> None:
        self._language = language
        self._formatters = formatters
        self._latin = latin
        self._money_dotted = money_dotted
        self._bundle = FluentBundle([language.value], use_isolating=False)
        self._selects = 0

    def compile(self, wording: Wording) -> Rendering:
        pieces: list[Rendering] = []
        flat: list[str | Slot] = []
        for piece in self._without_double_dots(wording):
            if isinstance(piece, Select):
                pieces += [self._flat(flat)] if flat else []
                flat = []
                pieces.append(self._branching(piece))
            else:
                flat.append(piece)
        if flat or not pieces:
            pieces.append(self._flat(flat))
        return pieces[0] if len(pieces) == 1 else Row(tuple(pieces))

    def _without_double_dots(self, wording: Wording) -> Iterator[str | Slot | Select]:
        """A currency that ends with a dot (`руб.`) ends its sentence too: `300 руб.`, never `300 руб..`."""
        dotted = False
        for piece in wording:
            if isinstance(piece, str):
                yield piece[1:] if dotted and piece.startswith(".") and not piece.startswith("..") else piece
            else:
                yield piece
            dotted = self._money_dotted and isinstance(piece, Slot) and piece.function == "MONEY"

    def _flat(self, pieces: Sequence[str | Slot]) -> Flat:
        parts: list[tuple[str, str, Formatter]] = []
        literal = ""
        for piece in pieces:
            if isinstance(piece, str):
                literal += transliterate(piece, self._language) if self._latin else piece
            else:
                formatter = plain if piece.variable == VERBATIM else self._formatters[piece.function]
                parts.append((literal, piece.variable, formatter))
                literal = ""
        return Flat(tuple(parts), literal)

    def _branching(self, select: Select) -> Branching:
        variants = tuple(map(self.compile, select.variants))
        return Branching(select.variable, self._chooser(select), variants)

    def _chooser(self, select: Select) -> Callable[[object], int]:
        """A function from an argument to the index of its variant, decided by fluent.runtime, remembered after.

        The same select goes to the bundle with the variants' indices for wording.
        """
        self._selects += 1
        name, variable = f"select-{self._selects}", select.variable
        self._bundle.add_resource(ast.Resource([_indexed(name, select)]))
        pattern = self._bundle.get_message(name).value
        bundle = self._bundle
        assert pattern is not None

        @functools.lru_cache(_CHOICES_MAX)
        def choose(value: object) -> int:
            if not isinstance(value, int | str):
                raise TypeError(f"${variable} selects a variant: expected int or str, got {type(value).__name__}")
            index, errors = bundle.format_pattern(pattern, {variable: value})
            if errors:
                raise TypeError(f"${variable}: {errors[0]}")
            return int(str(index))

        return choose


def _indexed(name: str, select: Select) -> ast.Message:
    variants = [
        ast.Variant(
            ast.NumberLiteral(key) if _is_number(key) else ast.Identifier(key),
            ast.Pattern([ast.TextElement(str(index))]),
            default=index == select.default,
        )
        for index, key in enumerate(select.keys)
    ]
    expression = ast.SelectExpression(ast.VariableReference(ast.Identifier(select.variable)), variants)
    return ast.Message(ast.Identifier(name), ast.Pattern([ast.Placeable(expression)]))


def counts_to_try(keys: Iterable[str], language: Language) -> tuple[int, ...]:
    """Numbers of up to three digits of every plural category of a language, and the exact values among the keys."""
    exact = tuple(int(key) for key in keys if key.lstrip("-").isdigit())
    return exact + ((21, 22, 25, 121, 122, 125) if language is Language.RU else (1, 25, 125))
