"""The subscribers of a transcript as one transaction for any store, as they are before the first message.

What a transcript leaves out is filled in here, and nowhere else: each number its own owner and account.
"""

from __future__ import annotations

from gateway.card_importing import card_row
from gateway.catalogue.products import Operator, Products
from gateway.engine.journal import ImportedEntry, Journal
from gateway.engine.passwords import hashed
from gateway.messages import UsageRow
from gateway.model import (
    DAY_MS,
    OPENING,
    POINTS,
    Account,
    AccountId,
    Cabinet,
    ConnectedService,
    DayTotal,
    Entry,
    Instant,
    Money,
    Msisdn,
    Person,
    PersonId,
    Subscriber,
    Usage,
    points_account,
)
from gateway.model import Allowance as Package
from gateway.replay.steps import Given, PrepaidCard, Transcript
from gateway.rules.calendar import day_number
from gateway.rules.cards import SALT, Card
from gateway.rules.renewing import begun
from gateway.store.protocol import Head, LedgerRow, TimerRow, WriteBatch

CARD_GOOD_DAYS = 365
NUMBER_BEFORE = 1_000_000
"""Journal numbers start above it, so that a reference in a text cannot be taken for anything else."""


def population(transcript: Transcript, products: Products, operator: Operator, at: Instant) -> WriteBatch:
    """Subscribers with the dates of their fees, owners, accounts, usage and cards, with the opening balances in the
    ledger."""
    batch = WriteBatch()
    journal = Journal(Head(NUMBER_BEFORE))
    number = journal.next_number()
    today = day_number(at, operator)
    persons: dict[PersonId, Person] = {}
    for given in transcript.givens:
        person = _person(given)
        known = persons.get(person.id)
        if known is None or len(person.cabinets) > len(known.cabinets):
            persons[person.id] = person
        subscriber, timers = begun(_subscriber(given, person.id, at, today), at, products, operator)
        batch.subscribers.append(subscriber)
        batch.timers.extend(
            [TimerRow(each.key, each.due_at, each.command, each.msisdn, each.arguments) for each in timers]
        )
        if given.payer is None:
            _open(batch, number, at, AccountId(given.msisdn), OPENING, given.balance, given.msisdn)
        if given.points:
            _open(batch, number, at, points_account(given.msisdn), POINTS, Money(given.points), given.msisdn)
    batch.persons.extend(persons.values())
    for each in transcript.used:
        use = Usage(Instant(at - each.ago_ms), each.kind, each.other, False, each.quantity, each.cost)
        batch.usage.append(UsageRow(each.msisdn, use))
    batch.records.extend(card_row(_card(card, at)) for card in transcript.cards)
    batch.journal.append(journal.row(number, at, "", ImportedEntry(transcript.file, len(batch.subscribers))))
    return batch


def _card(given: PrepaidCard, at: Instant) -> Card:
    expires_at = at if given.state == "expired" else Instant(at + CARD_GOOD_DAYS * DAY_MS)
    return Card(hashed(given.code, SALT), given.amount, expires_at, given.state != "inactive")


def _open(
    batch: WriteBatch, number: int, at: Instant, account: AccountId, source: AccountId, balance: Money, msisdn: Msisdn
) -> None:
    """An account with its opening balance out of one of the operator's."""
    batch.accounts.append(Account(account, balance))
    if balance:
        for side, amount in ((source, Money(-balance)), (account, balance)):
            entry = Entry(side, amount, "opening", msisdn)
            batch.ledger.append(LedgerRow(number, len(batch.ledger), at, entry))


def _person(given: Given) -> Person:
    """The owner; where nobody is named, one for this number alone."""
    cabinets = (Cabinet(given.region, (given.msisdn, *given.linked)),) if given.linked else ()
    return Person(PersonId(given.owner or f"P{given.msisdn}"), given.kind, cabinets)


def _subscriber(given: Given, person: PersonId, at: Instant, today: int) -> Subscriber:
    return Subscriber(
        given.msisdn,
        person,
        given.region,
        given.tariff,
        AccountId(given.payer or given.msisdn),
        given.language,
        given.status,
        given.numbers_on,
        tuple(ConnectedService(service, at, status=status) for service, status in given.services),
        sent=DayTotal(today, given.sent) if given.sent else DayTotal(),
        received=DayTotal(today, given.received) if given.received else DayTotal(),
        allowances=tuple(Package(unit, left) for unit, left in given.packages),
        since=Instant(at - given.since_ms) if given.since_ms else Instant(0),
    )
