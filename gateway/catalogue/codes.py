"""The code table: rows of `codes.toml` as values, and their loader.

The loader looks at the shape of the file (keys, types, languages) and remembers the line of everything, since
tomllib does not. It knows neither commands nor the syntax of patterns: `checking.py` and the grammar do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.catalogue.faults import CatalogueError, Fault, nearest
from gateway.commands import CodeLine
from gateway.model import Language

WRITTEN_LANGUAGES = (Language.RU, Language.BG, Language.EN)
"""The languages that keywords and descriptions are written in; Latin Russian is made from the Russian ones."""

EFFECTS = ("none", "state", "money")


@dataclass(frozen=True, slots=True, eq=False)
class CodeRow:
    """One row of the plan: what a command is dialled and texted as.

    `arguments`: fixed values for fields without a placeholder. `to`: only on that short number. `any_text_to`: any
    other text to these short numbers means this command. `pending_sms`: this bare number does while a question
    waits. `blank_sms`: an empty SMS does. `sms_reply`: the answer also goes as an SMS. `guarded`: asked first where
    letters were taken for digits, as all that moves money is. `elsewhere`: what other operators dial for it. `asks`:
    a field that a screen asks for where what was dialled does not have it.
    """

    command: str
    ussd: tuple[str, ...] = ()
    sms: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    effect: str = "none"
    arguments: Mapping[str, str | int] = field(default_factory=dict)
    to: str = ""
    any_text_to: tuple[str, ...] = ()
    pending_sms: str = ""
    blank_sms: bool = False
    sms_reply: bool = False
    guarded: bool = False
    elsewhere: tuple[str, ...] = ()
    asks: str = ""
    about: Mapping[Language, str] = field(default_factory=dict)
    available: bool = True
    order: int = 0
    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, key: str) -> int:
        """The line of a key or of a pattern; the row's own where it was not found."""
        return self.lines.get(key, self.line)

    def described(self, language: Language) -> str:
        """What it does, in a few words of that language."""
        return self.about.get(Language.RU if language is Language.LAT else language, "")


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """The code table in the order of the plan."""

    rows: tuple[CodeRow, ...]
    file: str = "codes.toml"

    def __iter__(self) -> Iterator[CodeRow]:
        return iter(self.rows)

    def lines(self, absent: Container[str] = ()) -> tuple[CodeLine, ...]:
        """The codes that work now, as help shows them: the first form of each. `absent`: commands without a handler."""
        return tuple(
            CodeLine(
                row.command,
                row.ussd[0] if row.ussd else "",
                {language: forms[0] for language, forms in row.sms.items() if forms},
                row.about,
            )
            for row in self.rows
            if row.available and row.command not in absent
        )


def read_codes(source: str, file: str = "codes.toml") -> Codes:
    """The table in a file's text. Raises CatalogueError with every fault of shape."""
    codes, faults = scan_codes(source, file)
    if faults:
        raise CatalogueError(faults)
    return codes


def scan_codes(source: str, file: str = "codes.toml") -> tuple[Codes, list[Fault]]:
    """The rows of a file's text as far as they can be read, and every fault of shape."""
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return Codes((), file), [Fault(file, int(found[1]) if found else 0, "", str(error))]
    faults = [
        Fault(file, line_of_key(source.splitlines(), 0, key), key, f"unknown key{nearest(key, ['code'])}")
        for key in document
        if key != "code"
    ]
    tables = document.get("code", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return Codes((), file), [*faults, Fault(file, 0, "code", "must be rows, each under [[code]]")]
    blocks = list(_blocks(source))
    rows = []
    for order, table in enumerate(tables):
        line, lines = blocks[order] if order < len(blocks) else (0, [])
        reader = _RowReader(table, file, line, lines)
        row = reader.row(order)
        rows += [row] if row.command else []
        faults += reader.faults
    return Codes(tuple(rows), file), faults


def line_of_key(lines: list[str], first: int, key: str) -> int:
    """The line (from 1) on which `key =` or a table `[key]` begins, looking from line index `first`; 0 if none."""
    pattern = re.compile(rf"""\s*(?:["']?{re.escape(key)}["']?(?:\.\w+)*\s*=|\[+\s*{re.escape(key)}\s*\]+)""")
    return next((number for number, line in enumerate(lines[first:], first + 1) if pattern.match(line)), 0)


def _blocks(source: str) -> Iterator[tuple[int, list[str]]]:
    """For each `[[code]]`: the line of its header, and the lines from there to the next header."""
    lines = source.splitlines()
    heads = [index for index, line in enumerate(lines) if re.match(r"\s*\[", line)]
    for index, following in zip(heads, [*heads[1:], len(lines)], strict=True):
        if re.match(r"\s*\[\[\s*code\s*\]\]", lines[index]):
            yield index + 1, lines[index:following]


class _RowReader:
    """Takes one table to a row, collecting faults with their lines."""

    def __init__(self, table: Mapping[str, object], file: str, line: int, source: list[str]) -> None:
        self.table = table
        self.file = file
        self.line = line
        self.source = source
        self.faults: list[Fault] = []
        self.lines = {key: line - 1 + found for key in table if (found := line_of_key(source, 0, key))}

    def fault(self, key: str, message: str) -> None:
        self.faults.append(Fault(self.file, self.lines.get(key.partition(".")[0], self.line), key, message))

    def row(self, order: int) -> CodeRow:
        known = {*CodeRow.__dataclass_fields__} - {"order", "file", "line", "lines"}
        for key in self.table:
            if key not in known:
                self.fault(key, f"unknown key{nearest(key, known)}")
        ussd = self._texts("ussd")
        sms = {language: self._texts(f"sms.{language}", value) for language, value in self._languages("sms").items()}
        about = {
            language: self._text(f"about.{language}", value) for language, value in self._languages("about").items()
        }
        for pattern in (*ussd, *(form for forms in sms.values() for form in forms)):
            self.lines.setdefault(pattern, self._line_of_text(pattern))
        command = self._text("command", self.table.get("command", ""))
        if not command:
            self.fault("command", "missing: every row names its command")
        effect = self._text("effect", self.table.get("effect", "none"))
        if effect not in EFFECTS:
            self.fault("effect", f"must be one of {', '.join(EFFECTS)}, not {effect!r}{nearest(effect, EFFECTS)}")
        any_text_to = self._texts("any_text_to")
        pending_sms = self._text("pending_sms", self.table.get("pending_sms", ""))
        if not (ussd or sms or any_text_to):
            self.fault("ussd", "a row needs a USSD code or an SMS form")
        return CodeRow(
            command=command,
            ussd=ussd,
            sms=sms,
            effect=effect,
            arguments=self._arguments(),
            to=self._text("to", self.table.get("to", "")),
            any_text_to=any_text_to,
            pending_sms=pending_sms,
            blank_sms=self._flag("blank_sms", False),
            sms_reply=self._flag("sms_reply", False),
            guarded=self._flag("guarded", False),
            elsewhere=self._texts("elsewhere"),
            asks=self._text("asks", self.table.get("asks", "")),
            about=about,
            available=self._flag("available", True),
            order=order,
            file=self.file,
            line=self.line,
            lines=self.lines,
        )

    def _line_of_text(self, text: str) -> int:
        quoted = (f'"{text}"', f"'{text}'")
        return next(
            (number for number, line in enumerate(self.source, self.line) if any(form in line for form in quoted)),
            self.line,
        )

    def _text(self, key: str, value: object) -> str:
        if isinstance(value, str):
            return value
        self.fault(key, f"must be a text, not {_kind(value)}")
        return ""

    def _texts(self, key: str, value: object = None) -> tuple[str, ...]:
        found = self.table.get(key, []) if value is None else value
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return tuple(found)
        self.fault(key, f"must be a list of texts, not {_kind(found)}")
        return ()

    def _flag(self, key: str, default: bool) -> bool:
        value = self.table.get(key, default)
        if isinstance(value, bool):
            return value
        self.fault(key, f"must be true or false, not {_kind(value)}")
        return default

    def _languages(self, key: str) -> dict[Language, object]:
        """A table by language; every written language has its entry."""
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"must be a table of languages, not {_kind(value)}")
            return {}
        for language in value:
            if language not in WRITTEN_LANGUAGES:
                self.fault(f"{key}.{language}", f"unknown language{nearest(language, WRITTEN_LANGUAGES)}")
        if value:
            for language in WRITTEN_LANGUAGES:
                if not value.get(language):
                    self.fault(f"{key}.{language}", "missing: it is written in other languages")
        return {language: value[language] for language in WRITTEN_LANGUAGES if language in value}

    def _arguments(self) -> dict[str, str | int]:
        value = self.table.get("arguments", {})
        if not isinstance(value, dict):
            self.fault("arguments", f"must be a table, not {_kind(value)}")
            return {}
        fixed: dict[str, str | int] = {}
        for name, each in value.items():
            if isinstance(each, (str, int)) and not isinstance(each, bool):
                fixed[name] = each
            else:
                self.fault(f"arguments.{name}", f"must be a text or a whole number, not {_kind(each)}")
        return fixed


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a decimal number", str: "a text", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else "this")
