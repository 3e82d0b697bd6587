"""Reads the operator's files: from his folder, and what is not there from the gateway's own data.

`products.toml` is checked whole here (types, names, references between services and tariffs); of `codes.toml` the
shape only, since its commands are the handlers'. Every fault of a file is found in one run. It decides nothing else.
"""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from collections.abc import Container, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.catalogue.codes import WRITTEN_LANGUAGES, Codes, line_of_key, scan_codes
from gateway.catalogue.faults import CatalogueError, Fault, nearest
from gateway.catalogue.menus import Menus, read_menus
from gateway.catalogue.products import (
    Names,
    Operator,
    Products,
    Service,
)
from gateway.model import ServiceId, TariffId

CODES_FILE = "codes.toml"
PRODUCTS_FILE = "products.toml"
MENUS_FILE = "menus.toml"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The operator's data. `operator` is what products.toml says of him; the configuration may say otherwise."""

    codes: Codes
    products: Products
    operator: Operator
    menus: Menus = Menus()


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue of a folder, or the gateway's own. Raises CatalogueError with the faults of all files."""
    catalogue, faults = scan_catalogue(folder)
    if faults:
        raise CatalogueError(faults)
    return catalogue


def scan_catalogue(folder: Path | None = None) -> tuple[Catalogue, list[Fault]]:
    """As `load_catalogue`, but what cannot be read is left out, and the faults are returned."""
    faults: list[Fault] = []
    codes, products, operator = Codes(()), Products(), Operator()
    try:
        codes, faults = scan_codes(*_source(folder, CODES_FILE))
    except CatalogueError as error:
        faults += error.faults
    try:
        products, operator = read_products(*_source(folder, PRODUCTS_FILE))
    except CatalogueError as error:
        faults += error.faults
    menus = Menus()
    try:
        if _has_menus(folder):
            menus = read_menus(*_source(folder, MENUS_FILE))
    except CatalogueError as error:
        faults += error.faults
    return Catalogue(codes, products, operator, menus), faults


def catalogue_files(folder: Path | None = None) -> list[tuple[str, bytes]]:
    """The files that `load_catalogue` reads, as they are: name and content. Raises CatalogueError."""
    names = (CODES_FILE, PRODUCTS_FILE, *([MENUS_FILE] if _has_menus(folder) else []))
    return [(name, _source(folder, name)[0].encode()) for name in names]


def _has_menus(folder: Path | None) -> bool:
    """Menus lead to codes: an operator's own codes go with his own menus, or with none."""
    return folder is None or (folder / MENUS_FILE).exists() or not (folder / CODES_FILE).exists()


def _source(folder: Path | None, name: str) -> tuple[str, str]:
    """A file's text, and its name as faults show it."""
    own = importlib.resources.files("gateway.catalogue") / name
    if folder is None:
        return own.read_text(encoding="utf-8"), name
    path = folder / name
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except FileNotFoundError:
        if not folder.is_dir():
            raise CatalogueError([Fault(str(folder), 0, "", "there is no such folder")]) from None
        return own.read_text(encoding="utf-8"), name
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError([Fault(str(path), 0, "", f"cannot be read: {error}")]) from None


def read_products(source: str, file: str = PRODUCTS_FILE) -> tuple[Products, Operator]:
    """Products and the operator from a file's text. Raises CatalogueError with every fault."""
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise CatalogueError([Fault(file, int(found[1]) if found else 0, "", str(error))]) from None
    reader = _ProductsReader(document, source.splitlines(), file)
    found_products = reader.read()
    if reader.faults:
        raise CatalogueError(reader.faults)
    return found_products


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file: its name, the line of its header, its own lines, its values."""

    name: str
    line: int
    lines: list[str]
    values: Mapping[str, object]

    def line_of(self, key: str) -> int:
        found = line_of_key(self.lines, 0, key)
        return self.line - 1 + found if found and self.line else self.line


class _ProductsReader:
    """Takes the tables to values, collecting faults."""

    def __init__(self, document: Mapping[str, object], lines: list[str], file: str) -> None:
        self.document = document
        self.lines = lines
        self.file = file
        self.faults: list[Fault] = []

    def read(self) -> tuple[Products, Operator]:
        sections, rows = _tables_of(Products)
        known = ["operator", *sections, *rows]
        for key in self.document:
            if key not in known:
                self._fault(line_of_key(self.lines, 0, key), key, f"unknown table{nearest(key, known)}")
        operator = self._section("operator", Operator)
        found: dict[str, Any] = {name: self._section(name, kind) for name, kind in sections.items()}
        tables: dict[str, dict[int, _Table]] = {}
        for name, (field_name, kind) in rows.items():
            found[field_name], tables[name] = self._read_rows(name, kind)
        products = Products(**found)
        tariffs, opening, transfer = products.tariffs, products.opening, products.transfer
        self._references(products.services, tables["service"], tariffs)
        if tariffs and opening.tariff not in tariffs:
            self._fault(line_of_key(self.lines, 0, "opening"), "opening.tariff", f"no tariff has id {opening.tariff}")
        if transfer.sum_min_minor > transfer.sum_max_minor:
            line = line_of_key(self.lines, 0, "sum_min_minor")
            self._fault(line, "transfer.sum_min_minor", "is greater than sum_max_minor")
        try:
            ZoneInfo(operator.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            line = line_of_key(self.lines, 0, "time_zone")
            self._fault(line, "operator.time_zone", f"no time zone is called {operator.time_zone!r}")
        return products, operator

    def _read_rows(self, name: str, kind: type[T]) -> tuple[dict[int, T], dict[int, _Table]]:
        """The rows under `[[name]]` by their ids, and their tables."""
        found: dict[int, T] = {}
        tables: dict[int, _Table] = {}
        for table in self._rows(name):
            row = self._build(kind, table)
            if row is not None:
                identity = row.id  # type: ignore[attr-defined]
                self._unique(table, identity, found)
                found[identity] = row
                tables[identity] = table
        return found, tables

    def _fault(self, line: int, key: str, message: str, other_line: int = 0) -> None:
        self.faults.append(Fault(self.file, line, key, message, other_line))

    def _blocks(self, name: str) -> Iterator[tuple[int, list[str]]]:
        heads = [index for index, line in enumerate(self.lines) if re.match(r"\s*\[", line)]
        for index, following in zip(heads, [*heads[1:], len(self.lines)], strict=True):
            if re.match(rf"\s*\[+\s*{name}\s*\]", self.lines[index]):
                yield index + 1, self.lines[index:following]

    def _section(self, name: str, kind: type[T]) -> T:
        values = self.document.get(name, {})
        line, lines = next(self._blocks(name), (0, []))
        if not isinstance(values, dict):
            self._fault(line, name, "must be a table")
            return kind()
        return self._build(kind, _Table(name, line, lines, values)) or kind()

    def _rows(self, name: str) -> Iterator[_Table]:
        rows = self.document.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._fault(0, name, f"must be rows, each under [[{name}]]")
            return
        blocks = list(self._blocks(name))
        for order, values in enumerate(rows):
            line, lines = blocks[order] if order < len(blocks) else (0, [])
            yield _Table(name, line, lines, values)

    def _build(self, kind: type[T], table: _Table) -> T | None:
        """The dataclass of a table; None if a value is at fault."""
        hints = get_type_hints(kind)
        known = [each.name for each in fields(kind)]  # type: ignore[arg-type]
        before = len(self.faults)
        taken: dict[str, object] = {}
        for key, value in table.values.items():
            if key not in known:
                self._fault(table.line_of(key), f"{table.name}.{key}", f"unknown key{nearest(key, known)}")
                continue
            wrong, taken[key] = _converted(hints[key], value)
            if wrong:
                self._fault(table.line_of(key), f"{table.name}.{key}", wrong)
        for key in sorted(set(_needed(kind)) - set(table.values)):
            self._fault(table.line, f"{table.name}.{key}", "missing")
        return kind(**taken) if len(self.faults) == before else None

    def _unique(self, table: _Table, identity: int, known: Container[int]) -> None:
        if identity in known:
            other = next(each for each in self._rows(table.name) if each.values.get("id") == identity)
            self._fault(table.line_of("id"), f"{table.name}.id", f"{identity} is taken", other.line_of("id"))

    def _references(
        self, services: Mapping[ServiceId, Service], tables: Mapping[int, _Table], tariffs: Container[TariffId]
    ) -> None:
        for identity, service in services.items():
            table = tables[identity]
            for key, named, known in (
                ("excludes", service.excludes, services),
                ("needs_tariffs", service.needs_tariffs, tariffs),
                ("forbids_tariffs", service.forbids_tariffs, tariffs),
            ):
                ids: Container[int] = known
                for other in sorted(named):
                    if other not in ids:
                        what = "service" if key == "excludes" else "tariff"
                        self._fault(table.line_of(key), f"service.{key}", f"no {what} has id {other}")
            if identity in service.excludes:
                self._fault(table.line_of("excludes"), "service.excludes", "a service cannot exclude itself")
            if both := service.needs_tariffs & service.forbids_tariffs:
                message = f"tariff {min(both)} is needed and forbidden"
                other_line = table.line_of("forbids_tariffs")
                self._fault(table.line_of("needs_tariffs"), "service.needs_tariffs", message, other_line)


def _converted(hint: object, value: object) -> tuple[str, object]:
    """(what is wrong or "", the value as the field's type has it)."""
    if hint is bool:
        return ("" if isinstance(value, bool) else "must be true or false"), value
    if hint is str:
        return ("" if isinstance(value, str) and value else "must be a text"), value
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        words = [each.value for each in hint]
        if isinstance(value, str) and value in words:
            return "", hint(value)
        return f"must be one of {', '.join(words)}{nearest(str(value), words)}", None
    if hint == Names:
        return _names(value), value
    if isinstance(hint, type) and is_dataclass(hint):
        return _inline(hint, value)
    if get_args(hint):
        return _list(get_args(hint)[0], get_origin(hint), value)
    if not isinstance(value, int) or isinstance(value, bool):
        return "must be a whole number", 0
    return ("must not be negative" if value < 0 else ""), value


def _list(kind: object, made: object, value: object) -> tuple[str, object]:
    what = "texts" if kind is str else "tables" if is_dataclass(kind) else "numbers"
    if not isinstance(value, list):
        return f"must be a list of {what}", ()
    converted = [_converted(kind, each) for each in value]
    wrong = next(
        (f"must be a list of {what}: item {i} {each[0]}" for i, each in enumerate(converted, 1) if each[0]), ""
    )
    return wrong, (frozenset if made is frozenset else tuple)([each for _, each in converted])


def _inline(kind: type, value: object) -> tuple[str, object]:
    """A table written in one line, as the steps of a scale are."""
    hints = get_type_hints(kind)
    if not isinstance(value, dict):
        return f"must be a table of {', '.join(hints)}", None
    for key in value:
        if key not in hints:
            return f"has an unknown key {key!r}{nearest(key, hints)}", None
    converted = {key: _converted(hints[key], each) for key, each in value.items()}
    wrong = next((f"{key} {each[0]}" for key, each in converted.items() if each[0]), "")
    missing = [name for name in _needed(kind) if name not in value]
    if missing:
        wrong = wrong or f"needs {', '.join(missing)}"
    return wrong, None if wrong else kind(**{key: each for key, (_, each) in converted.items()})


def _needed(kind: type) -> list[str]:
    """The fields that have no default."""
    return [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]


def _tables_of(kind: type) -> tuple[dict[str, type], dict[str, tuple[str, type]]]:
    """The sections of the file, and its tables of rows: (field, class of a row) by the table's name."""
    sections: dict[str, type] = {}
    rows: dict[str, tuple[str, type]] = {}
    hints = get_type_hints(kind)
    for each in fields(kind):
        hint = hints[each.name]
        if get_origin(hint) is dict:
            rows[each.metadata["table"]] = (each.name, get_args(hint)[1])
        else:
            sections[each.name] = hint
    return sections, rows


def _names(value: object) -> str:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        return "must be a name in each language: { ru = ..., bg = ..., en = ... }"
    if missing := [language.value for language in WRITTEN_LANGUAGES if not value.get(language)]:
        return f"no name in {', '.join(missing)}"
    unknown = [language for language in value if language not in WRITTEN_LANGUAGES]
    return f"unknown language {unknown[0]!r}" if unknown else ""
