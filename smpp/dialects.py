"""Reads dialects of USSD from TOML: our own `dialects.toml` and, over it, an operator's file or folder.

Every fault of a file is found in one run, with its line, its key and the nearest known name. Nothing here speaks.
"""

from __future__ import annotations

import difflib
import importlib.resources
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from smpp.text import Alphabet
from smpp.ussd import SCREEN_SEPTETS, SCREEN_UNITS, Carrier, CodeIn, Dialect, OpSource, OutKind, UssdKind

OWN_FILE: Final = "dialects.toml"
DEFAULT: Final = "spec"
ADDRESS_TYPE_MAX = 255
SERVICE_TYPE_LENGTH_MAX = 5  # without the NUL, SMPP 3.4 5.2.11
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class DialectFault:
    """What is wrong with a file. `line` counts from 1; 0: the whole file."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class DialectError(ValueError):
    """Dialects cannot be used. `faults` has every fault that was found."""

    def __init__(self, faults: Iterable[DialectFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class UnknownDialect(ValueError):
    """No dialect has this name."""


class Dialects(Mapping[str, Dialect]):
    """The dialects by name, in the order of their files."""

    def __init__(self, dialects: Iterable[Dialect]) -> None:
        self._by_name = {each.name: each for each in dialects}

    def __getitem__(self, name: str) -> Dialect:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def named(self, name: str) -> Dialect:
        """The dialect of that name.

        Raises:
            UnknownDialect: and names the nearest, or all.
        """
        found = self._by_name.get(name)
        if found is None:
            known = _nearest(name, self) or f"; known: {', '.join(self)}"
            raise UnknownDialect(f"unknown USSD dialect {name!r}{known}")
        return found


@lru_cache(maxsize=1)
def own_dialects() -> Dialects:
    """Those that come with the gateway."""
    source = importlib.resources.files("smpp").joinpath(OWN_FILE).read_text(encoding="utf-8")
    return Dialects(read_dialects(source, OWN_FILE, {}))


def load_dialects(path: Path | None = None) -> Dialects:
    """Our own dialects and those of a file, or of every `*.toml` of a folder; a name that is ours changes ours.

    Raises:
        DialectError: with every fault of every file.
    """
    found = dict(own_dialects())
    faults: list[DialectFault] = []
    for file in _files(path):
        try:
            found.update((each.name, each) for each in read_dialects(_text(file), str(file), found))
        except DialectError as error:
            faults += error.faults
    if faults:
        raise DialectError(faults)
    return Dialects(found.values())


def read_dialects(source: str, file: str, known: Mapping[str, Dialect]) -> list[Dialect]:
    """The dialects of one file's text; `known` are those that it can build on.

    Raises:
        DialectError: with every fault.
    """
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise DialectError([DialectFault(file, int(found[1]) if found else 0, "", str(error))]) from None
    strange = [key for key in document if key != "dialect"]
    faults = [DialectFault(file, 0, key, f"unknown table{_nearest(key, ('dialect',))}") for key in strange]
    tables = document.get("dialect", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise DialectError([*faults, DialectFault(file, 0, "dialect", "must be rows, each under [[dialect]]")])
    lines = _lines(source)
    read: dict[str, Dialect] = {}
    for row, table in enumerate(tables):
        reader = _Reader(file, lines.get(row, {}), table)
        dialect = reader.dialect({**known, **read})
        if dialect.name in read:
            reader.fault("name", f"{dialect.name!r} is taken in this file")
        read[dialect.name] = dialect
        faults += reader.faults
    if faults:
        raise DialectError(faults)
    return list(read.values())


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise DialectError([DialectFault(str(path), 0, "", f"cannot be read: {reason}")]) from None


# -- reading ---------------------------------------------------------------------------------------------------------


def _lines(source: str) -> dict[int, dict[str, int]]:
    """For each `[[dialect]]` of a file: the lines of its keys, and under an empty key that of its header."""
    found: dict[int, dict[str, int]] = {}
    row = -1
    for number, text in enumerate(source.splitlines(), 1):
        if re.match(r"\s*\[\[\s*dialect\s*\]\]", text):
            row += 1
            found[row] = {"": number}
        elif (key := re.match(r"""\s*["']?([\w-]+)["']?\s*=""", text)) and row >= 0:
            found[row].setdefault(key[1], number)
    return found


class Wrong(ValueError):
    """A value that its key cannot have; the message says what it must be."""


class _Reader:
    """Takes one table to a dialect, collecting faults with their lines."""

    def __init__(self, file: str, lines: Mapping[str, int], table: Mapping[str, object]) -> None:
        self.file = file
        self.lines = lines
        self.table = table
        self.faults: list[DialectFault] = []

    def fault(self, key: str, message: str) -> None:
        line = self.lines.get(key, self.lines.get("", 0))
        self.faults.append(DialectFault(self.file, line, key, message))

    def dialect(self, known: Mapping[str, Dialect]) -> Dialect:
        """The dialect, or as much of it as could be read."""
        name = self.table.get("name", "")
        if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
            self.fault("name", "must be small letters, digits and hyphens")
            name = str(name)
        base_name = self.table.get("base", "")
        base = known.get(str(base_name)) if base_name else None
        if base_name and base is None:
            self.fault("base", f"no dialect is called {base_name!r}{_nearest(str(base_name), known)}")
        taken: dict[str, object] = {}
        for key, value in self.table.items():
            if key in ("name", "base"):
                continue
            read = _KEYS.get(key)
            if read is None:
                self.fault(key, f"unknown key{_nearest(key, ('name', 'base', *_KEYS))}")
                continue
            try:
                taken[key] = read(value)
            except Wrong as wrong:
                self.fault(key, f"{wrong}, not {value!r}")
        dialect = replace(base or Dialect(name=name), **{"about": "", **_without_none(taken), "name": name})
        self._check(dialect)
        return _beside_its_language(dialect)

    def _check(self, dialect: Dialect) -> None:
        """What no key can say alone."""
        by_service_type = dialect.op_source is OpSource.SERVICE_TYPE
        for key, operations in (("op_in", dialect.op_in), ("op_out", dialect.op_out.values())):
            if any(isinstance(each, str) is not by_service_type for each in operations):
                kind = "service types" if by_service_type else "numbers from 0 to 255"
                self.fault(key, f"its operations must be {kind}, because op_source is {dialect.op_source.value!r}")
        if dialect.op_source is not OpSource.NONE:
            if UssdKind.OPEN not in dialect.op_in.values():
                self.fault("op_in", "nothing opens a dialog")
            needed = [OutKind.END_MOBILE, *([OutKind.CONTINUE] if dialect.questions else [])]
            if absent := [each.value for each in needed if each not in dialect.op_out]:
                self.fault("op_out", f"must say how we {' and '.join(absent)}")
        if dialect.release_after_ack and OutKind.RELEASE not in dialect.op_out:
            self.fault("release_after_ack", "op_out must have release")
        if dialect.session_tag is None and (dialect.end_bit_in or dialect.end_bit_out or dialect.parallel):
            key = next(each for each in ("end_bit_in", "end_bit_out", "parallel") if getattr(dialect, each))
            self.fault(key, "needs a session_tag")
        if dialect.subscriber_s > dialect.total_s:
            self.fault("subscriber_s", "is longer than total_s")
        if dialect.text_language and not re.fullmatch(r"[a-zA-Z]{2}", dialect.text_language):
            self.fault("text_language", f"must be two letters (ISO 639), not {dialect.text_language!r}")


def _beside_its_language(dialect: Dialect) -> Dialect:
    """A language before each text takes room of the screen: two letters and CR, or two octets (TS 23.038 5)."""
    if not dialect.text_language:
        return dialect
    septets, units = SCREEN_SEPTETS - 3, SCREEN_UNITS - 1
    return replace(
        dialect, septets_max=min(dialect.septets_max, septets), units_max=min(dialect.units_max, units)
    )  # fmt: skip


def _without_none(taken: Mapping[str, object]) -> Mapping[str, Any]:
    """The keys as `Dialect` has them: "none" in the file stands for no value."""
    return {key: None if value is _NONE else value for key, value in taken.items()}


_NONE: Final = object()


def _text_of(length_max: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value.isascii() and len(value) <= length_max:
            return value
        raise Wrong(f"must be a text of at most {length_max} ASCII characters")

    return read


def _about(value: object) -> str:
    if isinstance(value, str):
        return value
    raise Wrong("must be a text")


def _texts_of(length_max: int) -> Callable[[object], tuple[str, ...]]:
    def read(value: object) -> tuple[str, ...]:
        if isinstance(value, list):
            return tuple(map(_text_of(length_max), value))
        raise Wrong("must be a list of texts")

    return read


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong("must be true or false")


def _number(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise Wrong(f"must be a whole number from {low} to {high} (0x{high:X})")

    return read


def _number_or_none(low: int, high: int) -> Callable[[object], object]:
    read = _number(low, high)
    return lambda value: _NONE if value == "none" else read(value)


def _seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 86_400:
        return float(value)
    raise Wrong("must be seconds, more than 0 and at most 86400")


def _octets(value: object) -> bytes:
    if isinstance(value, str) and re.fullmatch(r"([0-9A-Fa-f]{2})*", value):
        return bytes.fromhex(value)
    raise Wrong('must be octets in hexadecimal ("0204")')


def _enum(kind: type[E]) -> Callable[[object], E]:
    names = [str(each.value) for each in kind]

    def read(value: object) -> E:
        if isinstance(value, str) and value in names:
            return kind(value)
        raise Wrong(f"must be one of {', '.join(names)}{_nearest(str(value), names)}")

    return read


def _enum_or_none(kind: type[E]) -> Callable[[object], object]:
    read = _enum(kind)
    return lambda value: _NONE if value == "none" else read(value)


def _code(text: str, high: int) -> int:
    """A number that is a key, which TOML has as a text: 0x12 or 18."""
    try:
        value = int(text, 0)
    except ValueError:
        raise Wrong(f"must have numbers as keys, as 0x12 or 18: {text!r} is none") from None
    if not 0 <= value <= high:
        raise Wrong(f"must have numbers from 0 to 0x{high:X} as keys: {text} is none")
    return value


def _table(value: object) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    raise Wrong("must be a table: { ... }")


def _operations_in(value: object) -> Mapping[int | str, UssdKind]:
    read = _enum(UssdKind)
    return MappingProxyType({_operation_key(key): read(each) for key, each in _table(value).items()})


def _operation_key(text: str) -> int | str:
    """A ussd_service_op, or a service_type: which of them is right is for `op_source`."""
    return _code(text, 0xFF) if text[:1].isdigit() else _text_of(SERVICE_TYPE_LENGTH_MAX)(text)


def _operations_out(value: object) -> Mapping[OutKind, int | str]:
    read = _enum(OutKind)
    number, word = _number(0, 0xFF), _text_of(SERVICE_TYPE_LENGTH_MAX)
    return MappingProxyType(
        {read(key): word(each) if isinstance(each, str) else number(each) for key, each in _table(value).items()}
    )


def _alphabets(value: object) -> Mapping[int, Alphabet]:
    read = _enum(Alphabet)
    return MappingProxyType({_code(key, 0xFF): read(each) for key, each in _table(value).items()})


def _tlvs(value: object) -> tuple[tuple[int, bytes], ...]:
    return tuple((_code(key, 0xFFFF), _octets(each)) for key, each in _table(value).items())


_KEYS: Final[Mapping[str, Callable[[object], object]]] = {
    "about": _about,
    "carrier": _enum(Carrier),
    "service_types_in": _texts_of(SERVICE_TYPE_LENGTH_MAX),
    "service_type_out": _text_of(SERVICE_TYPE_LENGTH_MAX),
    "op_source": _enum(OpSource),
    "op_in": _operations_in,
    "op_unknown": _enum(UssdKind),
    "op_missing": _enum_or_none(UssdKind),
    "op_out": _operations_out,
    "session_tag": _number_or_none(1, 0xFFFF),
    "session_mask": _number(0, 0xFFFF_FFFF),
    "session_little_endian": _flag,
    "session_echo_first": _flag,
    "session_from_response": _flag,
    "session_new": _octets,
    "end_bit_in": _flag,
    "end_bit_out": _flag,
    "code_in": _enum(CodeIn),
    "text_prefixes": _texts_of(5),
    "text_until_hash": _flag,
    "text_in_payload": _flag,
    "data_coding_in": _alphabets,
    "data_coding_gsm7": _number(0, 0xFF),
    "data_coding_ucs2": _number(0, 0xFF),
    "text_language": _text_of(2),
    "septets_max": _number(20, SCREEN_SEPTETS),
    "units_max": _number(20, SCREEN_UNITS),
    "source_ton": _number_or_none(0, ADDRESS_TYPE_MAX),
    "source_npi": _number_or_none(0, ADDRESS_TYPE_MAX),
    "source_prefix": _text_of(2),
    "tlvs_out": _tlvs,
    "parallel": _flag,
    "questions": _flag,
    "release_after_ack": _flag,
    "application_s": _seconds,
    "subscriber_s": _seconds,
    "total_s": _seconds,
}
KEYS: Final = ("name", "base", *_KEYS)
assert {"name", *_KEYS} == {each.name for each in fields(Dialect)}


def _nearest(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f", did you mean {found[0]!r}?" if found else ""


# -- showing ---------------------------------------------------------------------------------------------------------


def as_toml(dialect: Dialect) -> str:
    """The whole dialect as a file has it, nothing left to a base; it reads back as itself."""
    width = max(map(len, _KEYS))
    lines = ["[[dialect]]", f"{'name':{width}} = {_quoted(dialect.name)}"]
    lines += [f"{key:{width}} = {_written(key, getattr(dialect, key))}" for key in _KEYS]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written(key: str, value: object) -> str:
    match value:
        case None:
            return '"none"'
        case bool():
            return "true" if value else "false"
        case Enum():
            return _quoted(str(value.value))
        case str():
            return _quoted(value)
        case bytes():
            return _quoted(value.hex())
        case int():
            return str(value) if key.endswith(("_max", "_ton", "_npi")) else f"0x{value:02X}"
        case float():
            return f"{value:g}" if value % 1 else f"{value:.1f}"
        case tuple() if key == "tlvs_out":
            return _inline((f"0x{tag:04X}", octets) for tag, octets in value)
        case tuple():
            return f"[{', '.join(_written(key, each) for each in value)}]"
        case Mapping():
            return _inline((_key_of(each), meaning) for each, meaning in value.items())
        case _:
            raise TypeError(f"{key}: {value!r}")


def _key_of(key: object) -> str:
    if isinstance(key, Enum):
        return str(key.value)
    return f"0x{key:02X}" if isinstance(key, int) else _quoted(str(key))


def _inline(pairs: Iterable[tuple[str, object]]) -> str:
    inside = ", ".join(f"{key} = {_written('', value)}" for key, value in pairs)
    return f"{{ {inside} }}" if inside else "{}"
