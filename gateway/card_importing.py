"""Prepaid cards from a table: reads it whole, names every bad row by its line, and never shows a code.

Columns: code (12 to 16 digits), amount (units and hundredths), expires (the last good day, 2027-12-31), active (on|off,
else on). Others are ignored. Pure but for the text that is handed in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import msgspec

from gateway.catalogue.faults import CatalogueError, Fault
from gateway.catalogue.products import Operator
from gateway.kinds import CARD_DIGITS
from gateway.model import Instant, Money
from gateway.rules.cards import SALT, Card
from gateway.store.protocol import RecordRow

CARD_REQUIRED = ("code", "amount", "expires")


def read_cards(text: str, file: str, operator: Operator, hashed: Callable[[str, bytes], str]) -> dict[str, Card]:
    """The cards of a table by their keys. `hashed` makes the slow hash of a code: no code is kept.

    Raises:
        CatalogueError: with a fault for each bad row, which does not show the code.
    """
    faults: list[Fault] = []
    read: dict[str, tuple[int, Money, Instant, bool]] = {}
    for line, row in _rows(text, file, CARD_REQUIRED):
        try:
            code = _card_code(row["code"] or "")
            card = (line, _card_amount(row["amount"] or ""), _expiry(row["expires"] or "", operator), _active(row))
        except ValueError as error:
            faults.append(Fault(file, line, "", str(error)))
            continue
        if code in read:
            faults.append(Fault(file, line, "code", "stands twice", read[code][0]))
        read[code] = card
    if faults:
        raise CatalogueError(faults)
    cards = (
        Card(hashed(code, SALT), amount, expires_at, active) for code, (_, amount, expires_at, active) in read.items()
    )
    return {card.key: card for card in cards}


def card_row(card: Card) -> RecordRow:
    return RecordRow(Card.kind, card.key, msgspec.msgpack.encode(card))


def _rows(text: str, file: str, required: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows with their lines. Raises CatalogueError where a column is missing."""
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in required if column not in (reader.fieldnames or ())]
    if missing:
        raise CatalogueError([Fault(file, 1, missing[0], f"missing column; expected {', '.join(required)}")])
    return enumerate(reader, 2)


def _card_code(written: str) -> str:
    """The code without the spaces and hyphens between its printed groups."""
    code = written.replace(" ", "").replace("-", "")
    if not (code.isascii() and code.isdigit() and len(code) in CARD_DIGITS):
        raise ValueError(f"code: expected {CARD_DIGITS[0]} to {CARD_DIGITS[-1]} digits, this has {len(code)}")
    return code


def _card_amount(written: str) -> Money:
    amount = _minor(written, "amount")
    if not amount:
        raise ValueError("amount: a card without a sum is no card")
    return amount


def _expiry(written: str, operator: Operator) -> Instant:
    """The end of the last good day, in the operator's time zone."""
    try:
        day = date.fromisoformat(written.strip()) + timedelta(days=1)
    except ValueError:
        raise ValueError(f"expires {written!r}: expected a day such as 2027-12-31") from None
    return Instant(int(datetime(day.year, day.month, day.day, tzinfo=operator.zone).timestamp()) * 1000)


def _active(row: Mapping[str, str]) -> bool:
    word = (row.get("active") or "on").strip()
    if word not in ("on", "off"):
        raise ValueError(f"active {word!r}: expected on or off")
    return word == "on"


def _minor(written: str, name: str) -> Money:
    try:
        minor = Decimal(written.strip()) * 100
    except InvalidOperation:
        raise ValueError(f"{name} {written!r} is no sum, expected 12.50") from None
    if not minor.is_finite() or minor != minor.to_integral_value() or minor < 0:
        raise ValueError(f"{name} {written!r}: expected units and hundredths, not negative")
    return Money(int(minor))
