"""Subscribers from a table: reads it row by row and names every bad row by its line and what was expected there.

Columns: msisdn, person, kind (private|company), region, language (ru|bg|en|lat or empty), tariff, balance (units and
hundredths), numbers (on|off). Others are ignored. Pure but for the lines that are handed in; storing is the engine's.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from gateway.catalogue.faults import CatalogueError, Fault, nearest
from gateway.messages import ImportRow
from gateway.model import Language, Money, Msisdn, PersonId, PersonKind, TariffId

E = TypeVar("E", bound=StrEnum)
REQUIRED = ("msisdn", "person", "region", "tariff", "balance")
OPTIONAL = {"kind": "private", "language": "", "numbers": "off"}
MINOR_MAX = 10**15
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
    table = csv.reader(lines)
    header = [name.strip() for name in next(table, [])]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        known = nearest(missing[0], header)
        raise CatalogueError(
            [Fault(file, 1, missing[0], f"missing column{known}; expected {','.join((*REQUIRED, *OPTIONAL))}")]
        )
    places = [header.index(name) if name in header else -1 for name in (*REQUIRED, *OPTIONAL)]
    width = max(places) + 1
    seen: dict[int, int] = {}
    for cells in table:
        if not cells:
            continue
        line = table.line_num
        if len(cells) < width:
            yield Fault(file, line, "", f"{len(cells)} cells, expected {len(header)}: {','.join(header)}")
            continue
        row = _row([cells[place].strip() if place >= 0 else "" for place in places], tariffs)
        if isinstance(row, tuple):
            yield Fault(file, line, *row)
            continue
        if once and (first := seen.setdefault(int(row.msisdn), line)) != line:
            yield Fault(file, line, "msisdn", f"{row.msisdn} stands twice", first)
            continue
        yield row


def _row(cells: list[str], tariffs: Container[TariffId]) -> ImportRow | tuple[str, str]:
    """A row from its cells in the order of the columns; else the column at fault and what was expected."""
    msisdn, person, region, tariff, balance, kind, language, numbers = cells
    if not (msisdn.isascii() and msisdn.isdigit() and 7 <= len(msisdn) <= 15):
        return "msisdn", f"{msisdn!r}: expected 7 to 15 digits without +"
    for name, word in (("person", person), ("region", region)):
        if not word:
            return name, "empty: expected a name"
    if not (tariff.isascii() and tariff.isdigit() and TariffId(int(tariff)) in tariffs):
        return "tariff", f"{tariff!r}: expected the id of a tariff in products.toml"
    try:
        minor = Decimal(balance) * 100
        whole = minor == minor.to_integral_value() and 0 <= minor <= MINOR_MAX
    except InvalidOperation:
        whole = False
    if not whole:
        return "balance", f"{balance!r}: expected units and hundredths, 12.50, not negative"
    try:
        return ImportRow(
            Msisdn(msisdn),
            PersonId(person),
            _choice(kind or OPTIONAL["kind"], PersonKind, "kind"),
            region,
            TariffId(int(tariff)),
            Money(int(minor)),
            _choice(language, Language, "language") if language else None,
            _switch(numbers or OPTIONAL["numbers"]),
        )
    except _BadCell as error:
        return error.args


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


def chunks(
    rows: Iterable[ImportRow | Fault], rows_max: int, bad: Callable[[Fault], None]
) -> Iterator[tuple[ImportRow, ...]]:
    """The good rows, so many at a time; the bad ones are handed over."""
    chunk: list[ImportRow] = []
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
