"""Subscribers from a table: reads it row by row and names every bad row by its line and what was expected there.

Columns: msisdn, person, kind (private|company), region, language (ru|bg|en|lat or empty), tariff, balance (units and
hundredths), numbers (on|off). Others are ignored. Pure but for the lines that are handed in; storing is the engine's.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

import msgspec

from gateway.catalogue.faults import CatalogueError, Fault, nearest
from gateway.messages import ImportRow
from gateway.model import Language, Money, Msisdn, PersonId, PersonKind, TariffId

E = TypeVar("E", bound=StrEnum)
R = TypeVar("R", bound=msgspec.Struct)
REQUIRED = ("msisdn", "person", "region", "tariff", "balance")
OPTIONAL = {"kind": "private", "language": "", "numbers": "off"}
MINOR_MAX = 10**15
MSISDN_EXPECTED = "7 to 15 digits without +"
SUM_EXPECTED = "units and hundredths, 12.50, not negative"
IMPORT_ROWS_MAX = 250
"""Rows of a table in one fact: as much work as a full batch of messages, some ten milliseconds."""


def read_subscribers(
    lines: Iterable[str], file: str, tariffs: Container[TariffId], *, once: bool = True
) -> Iterator[ImportRow | Fault]:
    """Each row of the table, or what is wrong with it, in order.

    `tariffs`: those that there are. `once`: a number that stands twice is a fault; it costs memory for each number.

    Raises:
        CatalogueError: the header lacks a column.
    """
    seen: dict[int, int] = {}
    for line, cells in table_rows(lines, file, REQUIRED, OPTIONAL):
        if isinstance(cells, Fault):
            yield cells
            continue
        row = _row(cells, tariffs)
        if isinstance(row, tuple):
            yield Fault(file, line, *row)
            continue
        if once and (first := seen.setdefault(int(row.msisdn), line)) != line:
            yield Fault(file, line, "msisdn", f"{row.msisdn} stands twice", first)
            continue
        yield row


def table_rows(
    lines: Iterable[str], file: str, required: Collection[str], optional: Collection[str]
) -> Iterator[tuple[int, list[str] | Fault]]:
    """The cells of each row with its line, in the order of the columns named; one that is not there is empty.

    Raises:
        CatalogueError: the header lacks a required column.
    """
    table = csv.reader(lines)
    header = [name.strip() for name in next(table, [])]
    missing = [name for name in required if name not in header]
    if missing:
        known = nearest(missing[0], header)
        raise CatalogueError(
            [Fault(file, 1, missing[0], f"missing column{known}; expected {','.join((*required, *optional))}")]
        )
    places = [header.index(name) if name in header else -1 for name in (*required, *optional)]
    width = max(places) + 1
    for cells in table:
        if not cells:
            continue
        line = table.line_num
        if len(cells) < width:
            yield line, Fault(file, line, "", f"{len(cells)} cells, expected {len(header)}: {','.join(header)}")
        else:
            yield line, [cells[place].strip() if place >= 0 else "" for place in places]


def _row(cells: list[str], tariffs: Container[TariffId]) -> ImportRow | tuple[str, str]:
    """A row from its cells in the order of the columns; else the column at fault and what was expected."""
    msisdn, person, region, tariff, balance, kind, language, numbers = cells
    if not is_msisdn(msisdn):
        return "msisdn", f"{msisdn!r}: expected {MSISDN_EXPECTED}"
    for name, word in (("person", person), ("region", region)):
        if not word:
            return name, "empty: expected a name"
    if not (tariff.isascii() and tariff.isdigit() and TariffId(int(tariff)) in tariffs):
        return "tariff", f"{tariff!r}: expected the id of a tariff in products.toml"
    opening = minor_units(balance)
    if opening is None:
        return "balance", f"{balance!r}: expected {SUM_EXPECTED}"
    try:
        return ImportRow(
            Msisdn(msisdn),
            PersonId(person),
            _choice(kind or OPTIONAL["kind"], PersonKind, "kind"),
            region,
            TariffId(int(tariff)),
            opening,
            _choice(language, Language, "language") if language else None,
            _switch(numbers or OPTIONAL["numbers"]),
        )
    except _BadCell as error:
        return error.args


def is_msisdn(word: str) -> bool:
    return word.isascii() and word.isdigit() and 7 <= len(word) <= 15


def minor_units(written: str) -> Money | None:
    """A sum in units and hundredths; None: it is none, or negative."""
    try:
        minor = Decimal(written) * 100
        whole = minor == minor.to_integral_value() and 0 <= minor <= MINOR_MAX
    except InvalidOperation:
        return None
    return Money(int(minor)) if whole else None


class _BadCell(Exception):
    """The column and what was expected."""

    args: tuple[str, str]


def _choice(word: str, kind: type[E], name: str) -> E:
    try:
        return kind(word)
    except ValueError:
        raise _BadCell(name, f"{word!r}: expected one of {', '.join(kind)}") from None


def _switch(word: str) -> bool:
    if word not in ("on", "off"):
        raise _BadCell("numbers", f"{word!r}: expected on or off")
    return word == "on"


def chunks(rows: Iterable[R | Fault], rows_max: int, bad: Callable[[Fault], None]) -> Iterator[tuple[R, ...]]:
    """The good rows, so many at a time; the bad ones are handed over."""
    chunk: list[R] = []
    for row in rows:
        if isinstance(row, Fault):
            bad(row)
            continue
        chunk.append(row)
        if len(chunk) == rows_max:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)
