"""Subscribers from a table: reads it whole, names every bad row by its line, and makes the documents to store.

Columns: msisdn, person, kind (private|company), region, language (ru|bg|en|lat or empty), tariff, balance (units and
hundredths), numbers (on|off). Others are ignored. Pure but for the text that is handed in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from gateway.catalogue.faults import CatalogueError, Fault
from gateway.engine.journal import ImportedEntry, Journal
from gateway.model import (
    OPENING,
    Account,
    AccountId,
    Entry,
    Instant,
    Language,
    Money,
    Msisdn,
    Person,
    PersonId,
    PersonKind,
    Subscriber,
    TariffId,
)
from gateway.store.protocol import LedgerRow, WriteBatch

E = TypeVar("E", bound=StrEnum)
REQUIRED = ("msisdn", "person", "region", "tariff", "balance")


def read_subscribers(text: str, file: str, journal: Journal, at: Instant) -> WriteBatch:
    """One transaction that stores the table, opening balances as ledger entries under one journal number.

    Raises:
        CatalogueError: with a fault for each bad row.
    """
    batch = WriteBatch()
    faults: list[Fault] = []
    persons: dict[PersonId, Person] = {}
    seen: dict[Msisdn, int] = {}
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
    if missing:
        raise CatalogueError([Fault(file, 1, missing[0], f"missing column; expected {', '.join(REQUIRED)}")])
    number = journal.next_number()
    for line, row in enumerate(reader, 2):
        try:
            subscriber, person, balance = _row(row)
        except ValueError as error:
            faults.append(Fault(file, line, "", str(error)))
            continue
        if subscriber.msisdn in seen:
            faults.append(Fault(file, line, "msisdn", f"{subscriber.msisdn} stands twice", seen[subscriber.msisdn]))
        seen[subscriber.msisdn] = line
        persons[person.id] = person
        batch.subscribers.append(subscriber)
        batch.accounts.append(Account(subscriber.account, balance))
        for entry in (
            Entry(OPENING, Money(-balance), "opening", subscriber.msisdn),
            Entry(subscriber.account, balance, "opening", subscriber.msisdn),
        ):
            batch.ledger.append(LedgerRow(number, len(batch.ledger), at, entry))
    if faults:
        raise CatalogueError(faults)
    batch.persons.extend(persons.values())
    batch.journal.append(journal.row(number, at, "", ImportedEntry(file, len(batch.subscribers))))
    return batch


def _row(row: Mapping[str, str]) -> tuple[Subscriber, Person, Money]:
    msisdn = row["msisdn"].strip()
    if not (msisdn.isascii() and msisdn.isdigit() and 7 <= len(msisdn) <= 15):
        raise ValueError(f"msisdn {msisdn!r} is no number: 7 to 15 digits without +")
    try:
        balance = Decimal(row["balance"].strip())
    except InvalidOperation:
        raise ValueError(f"balance {row['balance']!r} is no sum, expected 12.50") from None
    minor = balance * 100
    if minor != minor.to_integral_value() or minor < 0:
        raise ValueError(f"balance {row['balance']!r}: expected units and hundredths, not negative")
    kind = _choice(row.get("kind") or "private", PersonKind, "kind")
    language = row.get("language") or ""
    person = Person(PersonId(row["person"].strip()), kind)
    subscriber = Subscriber(
        Msisdn(msisdn),
        person.id,
        row["region"].strip(),
        TariffId(int(row["tariff"])),
        AccountId(msisdn),
        _choice(language, Language, "language") if language else None,
        numbers_on=row.get("numbers", "off") == "on",
    )
    return subscriber, person, Money(int(minor))


def _choice(word: str, kind: type[E], name: str) -> E:
    try:
        return kind(word.strip())
    except ValueError:
        raise ValueError(f"{name} {word!r}: expected one of {', '.join(kind)}") from None
