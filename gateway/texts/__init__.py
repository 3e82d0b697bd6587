"""All that subscribers read: Fluent files, checked at start-up, rendered in the reader's language.

A language is a folder (`ru/`, `bg/`, `en/`), a file in it a handler family (`general.ftl`, `numbers.ftl`, ...);
a name is `<family>-<text>` and has the same variables in every language. The functions that a text may call are in
`formats.py`. LAT is Russian in Latin letters and has no files. Nothing here knows where a text goes, how long it
may be, or what was stored.
"""

from __future__ import annotations

import importlib.resources
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from fluent.syntax import FluentParser, ast

from gateway.catalogue.faults import CatalogueError, Fault
from gateway.catalogue.products import Operator
from gateway.model import Language
from gateway.texts.formats import FUNCTIONS, PLAIN, currency, formatters
from gateway.texts.rendering import Compiler, Reader, Rendering, Slot, Wording, counts_to_try, selects, uses

LANGUAGES = (Language.RU, Language.BG, Language.EN)
"""The languages that have files."""

LONGEST: Mapping[str, object] = {
    "MONEY": 9_999_999,
    "DATE": 0,
    "DAY": 0,
    "TIME": 0,
    "DATETIME": 0,
    "PHONE": "79161234567",
}
"""What `longest` fills in for each function, unless told otherwise."""
LONGEST_PLAIN: Mapping[str, object] = {
    "code": "999999",
    "example": "*112*9161234567*300#",
    "right": "*112*number*sum#",
    "input": "*111*8282*9161234567#",
    "before": "…*112*9161234567*",
    "reference": "9999999",
    "length": "500",
    "came": "254",
    "total": "255",
}
"""What `longest` fills in for well-known variables without a function; the others get twelve letters."""
_LONGEST_WORD = "W" * 12


class TextsError(CatalogueError):
    """The texts cannot be used; `faults` has every fault of every file."""


class RenderingError(Exception):
    """A text was asked for that does not exist, or its arguments do not fit it: a handler's fault."""


@dataclass(frozen=True, slots=True)
class _Text:
    name: str
    file: str
    line: int
    wording: Wording

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(variable for variable, _ in uses(self.wording))


_Folder = Path | Traversable
_Catalogue = dict[Language, dict[str, _Text]]


class _Renderings(dict[str, Rendering]):
    """Texts compiled when they are first told: a start need not wait for those that nobody reads."""

    def __init__(self, compiler: Compiler, texts: Mapping[str, _Text]) -> None:
        super().__init__()
        self._compiler = compiler
        self._texts = texts

    def __missing__(self, name: str) -> Rendering:
        rendering = self[name] = self._compiler.compile(self._texts[name].wording)
        return rendering


class Texts:
    """Every text of the gateway in every language. Immutable once made; reloading makes another."""

    def __init__(self, catalogue: _Catalogue, faults: list[Fault], operator: Operator) -> None:
        self._catalogue = catalogue
        self._faults = sorted(faults, key=lambda fault: (fault.file, fault.line, fault.message))
        self._names = frozenset(itertools.chain.from_iterable(catalogue.values()))
        self._renderings: dict[tuple[Language, bool], _Renderings] = {}
        for language, latin in itertools.product(LANGUAGES, (False, True)):
            dotted = currency(language, operator).endswith(".")
            functions = formatters(language, operator, latin=latin)
            compiler = Compiler(language, functions, latin=latin, money_dotted=dotted)
            self._renderings[language, latin] = _Renderings(compiler, catalogue[language])
        latin_russian = self._renderings[Language.RU, True]
        self._renderings[Language.LAT, False] = self._renderings[Language.LAT, True] = latin_russian

    @classmethod
    def load(cls, folder: _Folder | None = None, *, operator: Operator) -> Texts:
        """The texts of a folder, or the gateway's own. Raises TextsError with all faults if there is any."""
        texts = cls.read(folder, operator=operator)
        if texts.faults():
            raise TextsError(texts.faults())
        return texts

    @classmethod
    def read(
        cls, folder: _Folder | None = None, *, operator: Operator, completed: bool = False, checked: bool = False
    ) -> Texts:
        """As `load`, but never raises: texts at fault are missing or incomplete, and `faults` says why.

        `completed`: a file that the folder does not have is the gateway's own one. `checked`: an earlier version found
        them without fault; a text that it did not know yet is the gateway's own.
        """
        faults: list[Fault] = []
        files = {language: text_files(folder, language, completed=completed) for language in LANGUAGES}
        if folder is not None and completed:
            if not folder.is_dir():
                faults.append(Fault(str(folder), 0, "", "there is no such folder"))
        elif folder is not None:
            absent = [language for language in LANGUAGES if not (folder / language.value).is_dir()]
            faults += [Fault(f"{each.value}/", 0, "", "there is no folder for this language") for each in absent]
        catalogue = {language: _read_language(files[language], language, faults) for language in LANGUAGES}
        if folder is not None and checked:
            for language, texts in catalogue.items():
                own = _read_language(text_files(None, language), language, faults)
                texts.update((name, own[name]) for name in own.keys() - texts.keys())
        faults += _differences(catalogue)
        if folder is not None and completed and not checked:
            faults += _unlike_own(folder, catalogue[LANGUAGES[0]])
        return cls(catalogue, faults, operator)

    def render(self, name: str, arguments: Mapping[str, object], language: Language, *, latin: bool = False) -> str:
        """The text for a reader; `latin`: in Latin letters, whatever the language, so that it fits GSM 7 bit.

        The value of `code` is never changed. Raises RenderingError for an unknown text or an unfit argument.
        """
        try:
            return self._renderings[language, latin][name].render(arguments)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise RenderingError(f"text {name!r} in {language.value}: {error!r}") from error

    def names(self) -> frozenset[str]:
        """The names of all texts, whichever language they are in."""
        return self._names

    def variables(self, name: str) -> frozenset[str]:
        """The arguments that a text needs. Raises KeyError if there is no such text."""
        return next(self._texts(name)).variables

    def wordings(self) -> dict[str, object]:
        """What every text says, by language and name: `ru/numbers-connected`. For comparing two states."""
        return {
            f"{language.value}/{name}": text.wording
            for language, texts in self._catalogue.items()
            for name, text in texts.items()
        }

    def place(self, name: str, language: Language) -> tuple[str, int]:
        """The file and the line of a text. Raises KeyError if that language lacks it."""
        text = self._catalogue[_own(language)][name]
        return text.file, text.line

    def faults(self) -> list[Fault]:
        """What is wrong in the files, in their order; empty after `load`."""
        return list(self._faults)

    def longest(
        self,
        name: str,
        *,
        names: Mapping[str, str] | None = None,
        samples: Mapping[str, object] | None = None,
    ) -> dict[Language, str]:
        """A text at its longest in each language, Latin included, for counting its segments.

        `names` is the longest product name in each language (`{"ru": ..., "bg": ..., "en": ...}`); `samples` gives
        or replaces the longest values of single variables. Raises KeyError if there is no such text.
        """
        next(self._texts(name))
        found: dict[Language, str] = {}
        for language in Language:
            text = self._catalogue[_own(language)].get(name)
            if text is not None:
                choices = _choices(text.wording, _own(language), names, samples or {})
                arguments = {variable: values[0] for variable, values in choices.items()}
                # What one part of a text needs does not change another part's length, so each is made longest alone.
                for variables in _read_together(text.wording):
                    tries = (
                        {**arguments, **dict(zip(variables, values, strict=True))}
                        for values in itertools.product(*(choices[variable] for variable in variables))
                    )
                    arguments = max(tries, key=lambda each: len(self.render(name, each, language)))
                found[language] = self.render(name, arguments, language)
        return found

    def _texts(self, name: str) -> Iterator[_Text]:
        """The text in each language that has it."""
        if name not in self.names():
            raise KeyError(name)
        return (texts[name] for texts in self._catalogue.values() if name in texts)


def _own(language: Language) -> Language:
    return Language.RU if language is Language.LAT else language


def _choices(
    wording: Wording, language: Language, names: Mapping[str, str] | None, samples: Mapping[str, object]
) -> dict[str, list[object]]:
    """For each variable, values that reach every variant of a text, and the longest one."""
    functions: dict[str, str] = {}
    for variable, function in uses(wording):
        functions[variable] = functions.get(variable) or function
    choices: dict[str, list[object]] = {}
    for select in selects(wording):
        if select.variable not in samples:
            tried = counts_to_try(select.keys, language) if select.counts else select.keys
            choices.setdefault(select.variable, []).extend(tried)
    for variable, function in functions.items():
        if variable not in choices or function != PLAIN:
            choices.setdefault(variable, []).append(_longest_value(variable, function, names, samples))
    return choices


def _read_together(wording: Wording) -> list[list[str]]:
    """The variables of a text in groups: those of one part of it, and of the parts that share one with it."""
    groups: list[set[str]] = []
    for piece in wording:
        group = {variable for variable, _ in uses((piece,))}
        for other in [each for each in groups if each & group]:
            groups.remove(other)
            group |= other
        if group:
            groups.append(group)
    return [sorted(group) for group in groups]


def _longest_value(
    variable: str, function: str, names: Mapping[str, str] | None, samples: Mapping[str, object]
) -> object:
    if variable in samples:
        return samples[variable]
    if function == "NAME":
        return names or _LONGEST_WORD
    if function == PLAIN:
        return LONGEST_PLAIN.get(variable, _LONGEST_WORD)
    return LONGEST[function]


# --- files --------------------------------------------------------------------------------------------------------


def text_files(folder: _Folder | None, language: Language, *, completed: bool = False) -> list[_Folder]:
    """The Fluent files of a language, by name: those of a folder (None: the gateway's own).

    `completed`: those that the folder does not have are the gateway's own.
    """
    own = importlib.resources.files(__name__)
    roots = (own,) if folder is None else (own, folder) if completed else (folder,)
    found: dict[str, _Folder] = {}
    for root in roots:
        place = root / language.value
        if place.is_dir():
            found.update((each.name, each) for each in place.iterdir() if each.name.endswith(".ftl"))
    return [found[name] for name in sorted(found)]


def _read_language(paths: list[_Folder], language: Language, faults: list[Fault]) -> dict[str, _Text]:
    """The texts of one language from all its files; what is wrong with them is added to the faults."""
    parsed: list[tuple[str, str, ast.Resource]] = []
    one_liners: list[_Text] = []
    for path in paths:
        file = f"{language.value}/{path.name}"
        try:
            source = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            faults.append(Fault(file, 0, "", f"this is not UTF-8: {error.reason} at octet {error.start}"))
            continue
        plain, rest = _plain_messages(source)
        resource = FluentParser().parse(rest)
        if plain and any(isinstance(entry, ast.Junk) for entry in resource.body):
            plain, rest, resource = [], source, FluentParser().parse(source)  # faults are told of the file as it is
        one_liners.extend(_Text(name, file, line, wording) for name, line, wording in plain)
        parsed.append((file, rest, resource))
    terms = {
        name: words for file, source, resource in parsed for name, words in _read_terms(file, source, resource, faults)
    }
    read = [*one_liners]
    for file, source, resource in parsed:
        read += _read_messages(file, source, resource, language, terms, faults)
    texts: dict[str, _Text] = {}
    for text in sorted(read, key=lambda each: (each.file, each.line)):
        earlier = texts.setdefault(text.name, text)
        if earlier is not text:
            message = f"this text is in {earlier.file}:{earlier.line} already"
            faults.append(Fault(text.file, text.line, text.name, message))
    return texts


_SLOT = r"\{ ?(?:(?P<function>[A-Z]+)\(\$(?P<argument>[a-zA-Z][\w-]*)\)|\$(?P<variable>[a-zA-Z][\w-]*)) ?\}"
_PLAIN_SLOT = re.compile(_SLOT)
_PLAIN_MESSAGE = re.compile(
    rf"^(?P<name>[a-zA-Z][\w-]*) *= *(?P<pattern>(?:[^{{}}\s]|{re.sub(r'[?]P<[a-z]+>', '?:', _SLOT)}|[ \t])+?) *$"
    r"(?!\n+[ \t])(?!\n\}})",
    re.MULTILINE | re.ASCII,
)


def _plain_messages(source: str) -> tuple[list[tuple[str, int, Wording]], str]:
    """Messages of one line with only words and simple places: (name, line, wording); and the source without them.

    That is nine of ten, and reading them so takes a twentieth of what the full parser takes: a start waits for it.
    """
    found: list[tuple[str, int, Wording]] = []
    lines = source.split("\n")
    for message in _PLAIN_MESSAGE.finditer(source):
        pieces: list[str | Slot] = []
        at, pattern = 0, message["pattern"]
        for slot in _PLAIN_SLOT.finditer(pattern):
            if slot.start() > at:
                pieces.append(pattern[at : slot.start()])
            pieces.append(Slot(slot["variable"] or slot["argument"], slot["function"] or PLAIN))
            at = slot.end()
        if at < len(pattern):
            pieces.append(pattern[at:])
        if any(isinstance(piece, Slot) and piece.function not in FUNCTIONS | {PLAIN} for piece in pieces):
            continue  # the full parser says what is wrong with it, and where
        line = source.count("\n", 0, message.start()) + 1
        found.append((message["name"], line, tuple(pieces)))
        lines[line - 1] = ""
    return found, "\n".join(lines)


def _line(source: str, node: ast.SyntaxNode) -> int:
    """The line of a node; a message's own, not that of the comment above it."""
    start = node.id if isinstance(node, ast.Message | ast.Term) else node
    return source.count("\n", 0, start.span.start) + 1 if start.span else 0


def _read_terms(file: str, source: str, resource: ast.Resource, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    """Terms are words that several texts share: a name and a literal. Syntax errors are found here as well."""
    for entry in resource.body:
        if isinstance(entry, ast.Junk):
            for annotation in entry.annotations:
                faults.append(Fault(file, _line(source, annotation), "", f"syntax: {annotation.message}"))
        elif isinstance(entry, ast.Term):
            elements = entry.value.elements
            if entry.attributes or any(not isinstance(each, ast.TextElement) for each in elements):
                message = "a term is plain words and nothing else"
                faults.append(Fault(file, _line(source, entry), f"-{entry.id.name}", message))
            words = "".join(each.value for each in elements if isinstance(each, ast.TextElement))
            yield entry.id.name, words


def _read_messages(
    file: str,
    source: str,
    resource: ast.Resource,
    language: Language,
    terms: Mapping[str, str],
    faults: list[Fault],
) -> Iterator[_Text]:
    for entry in resource.body:
        if not isinstance(entry, ast.Message):
            continue
        name = entry.id.name

        def complain(node: ast.SyntaxNode, message: str, key: str = name) -> None:
            faults.append(Fault(file, _line(source, node), key, message))

        if entry.attributes or entry.value is None:
            complain(entry, "a text is one value, without attributes")
        if entry.value is not None:
            wording = Reader(language, terms, complain).read(entry.value)
            yield _Text(name, file, _line(source, entry), wording)


def _differences(catalogue: _Catalogue) -> Iterator[Fault]:
    """Texts that a language lacks, and texts whose variables differ from the first language that has them."""
    for name in sorted(set(itertools.chain.from_iterable(catalogue.values()))):
        model = next(texts[name] for texts in catalogue.values() if name in texts)
        for language, texts in catalogue.items():
            text = texts.get(name)
            if text is None:
                yield Fault(model.file, model.line, name, f"this text is missing in {language.value}")
            elif text.variables != model.variables:
                yield Fault(text.file, text.line, name, _difference(text, model))


def _unlike_own(folder: _Folder, texts: Mapping[str, _Text]) -> Iterator[Fault]:
    """What replaces texts of the gateway's own has all of them, with no argument that theirs lack.

    `texts`: of one language; that the others are like it is found elsewhere.
    """
    language = LANGUAGES[0]
    own_files = {each.name: each for each in text_files(None, language)}
    replaced = [own_files[each.name] for each in text_files(folder, language) if each.name in own_files]
    for own in _read_language(replaced, language, []).values():
        text = texts.get(own.name)
        if text is None:
            yield Fault(
                own.file, 0, own.name, "this text is missing: a file here replaces the gateway's own of its name"
            )
        elif text.variables - own.variables:
            besides = ", ".join(f"${each}" for each in sorted(text.variables - own.variables))
            yield Fault(text.file, text.line, own.name, f"it has {besides}, which nobody gives it")


def _difference(text: _Text, model: _Text) -> str:
    parts = []
    for word, variables in (
        ("lacks", model.variables - text.variables),
        ("has besides", text.variables - model.variables),
    ):
        if variables:
            parts.append(f"{word} {', '.join(f'${each}' for each in sorted(variables))}")
    return f"its variables differ from those in {model.file}:{model.line}: it {' and '.join(parts)}"
