"""One batch in memory: what was loaded, what has changed, and the overlay of the message being decided.

The overlay is the message's savepoint: folded in when the message is done, dropped when its handler fails, so that
a neighbour never notices. Money is checked here, in one place, whatever a handler returns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import msgspec

from gateway.catalogue.products import Operator, Products
from gateway.commands import CodeLine, Effect, NotLoaded, Outcome, Timer
from gateway.model import (
    OPERATOR_ACCOUNTS,
    POINTS_UNIT,
    Account,
    AccountId,
    Charge,
    CodeRef,
    Entry,
    Instant,
    Language,
    Money,
    Msisdn,
    Person,
    PersonId,
    Record,
    Subscriber,
    Usage,
    UsageTotal,
    Watch,
)
from gateway.store.protocol import Loaded, Range, RecordKey, RecordRow, Wanted

R = TypeVar("R", bound=Record)


class LedgerFault(Exception):
    """Entries that do not balance, or that take an account below its floor: a handler's bug."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for every message until the next reload."""

    operator: Operator
    products: Products
    code_list: tuple[CodeLine, ...]
    derive_code: Callable[[CodeRef], str]


@dataclass(slots=True)
class BatchState:
    """The values of a batch: loaded ones, and which of them changed. None: known not to exist."""

    subscribers: dict[Msisdn, Subscriber | None] = field(default_factory=dict)
    accounts: dict[AccountId, Account | None] = field(default_factory=dict)
    persons: dict[PersonId, Person | None] = field(default_factory=dict)
    changed_subscribers: set[Msisdn] = field(default_factory=set)
    changed_accounts: set[AccountId] = field(default_factory=set)
    changed_persons: set[PersonId] = field(default_factory=set)
    records: dict[RecordKey, bytes | Record] = field(default_factory=dict)  # b"": known not to exist
    changed_records: set[RecordKey] = field(default_factory=set)
    usage: dict[Range, tuple[Usage, ...]] = field(default_factory=dict)
    totals: dict[Range, tuple[UsageTotal, ...]] = field(default_factory=dict)
    charges: dict[Range, tuple[Charge, ...]] = field(default_factory=dict)
    hashes: dict[tuple[str, bytes], str] = field(default_factory=dict)

    def missing(self, wanted: Wanted) -> Wanted:
        """What of it is not here yet."""
        missing = Wanted(
            {key for key in wanted.subscribers if key not in self.subscribers},
            {key for key in wanted.accounts if key not in self.accounts},
            {key for key in wanted.persons if key not in self.persons},
        )
        if wanted.more:
            missing.records = {key for key in wanted.records if key not in self.records}
            missing.usage = {each for each in wanted.usage if each not in self.usage}
            missing.totals = {each for each in wanted.totals if each not in self.totals}
            missing.charges = {each for each in wanted.charges if each not in self.charges}
        return missing

    def take(self, wanted: Wanted, loaded: Loaded) -> None:
        """Adds what was loaded; a key already here keeps its newer value."""
        for msisdn in wanted.subscribers:
            self.subscribers.setdefault(msisdn, loaded.subscribers.get(msisdn))
        for account in wanted.accounts:
            self.accounts.setdefault(account, loaded.accounts.get(account))
        for person in wanted.persons:
            self.persons.setdefault(person, loaded.persons.get(person))
        for account, value in loaded.accounts.items():
            self.accounts.setdefault(account, value)
        for person, owner in loaded.persons.items():
            self.persons.setdefault(person, owner)
        if wanted.more:
            for key in wanted.records:
                self.records.setdefault(key, loaded.records.get(key, b""))
            self.usage.update(loaded.usage)
            self.totals.update(loaded.totals)
            self.charges.update(loaded.charges)

    def record_rows(self) -> list[RecordRow]:
        """What this batch has to write of the records; one that holds nothing is removed."""
        rows = []
        for kind, key in sorted(self.changed_records):
            record = self.records[kind, key]
            empty = isinstance(record, bytes) or record == type(record)(key)
            rows.append(RecordRow(kind, key, b"" if empty else msgspec.msgpack.encode(record)))
        return rows


@cache
def _decoder(kind: type[R]) -> msgspec.msgpack.Decoder[R]:
    return msgspec.msgpack.Decoder(kind)


class MessageUnit:
    """The unit of work of one message: reads from the batch, keeps its own changes until `commit`."""

    __slots__ = (
        "_accounts", "_batch", "_language", "_persons", "_records", "_subscribers", "_surroundings", "compared",
        "crossed", "effects", "entries", "hurried", "timers", "timers_cancelled",
    )  # fmt: skip

    def __init__(self, batch: BatchState, surroundings: Surroundings, language: Language) -> None:
        self._batch = batch
        self._surroundings = surroundings
        self._language = language
        self.forget()

    def forget(self) -> None:
        """Drops everything that this message has changed so far."""
        self._subscribers: dict[Msisdn, Subscriber] = {}
        self._accounts: dict[AccountId, Account] = {}
        self._persons: dict[PersonId, Person] = {}
        self.entries: list[Entry] = []
        self.crossed: list[tuple[AccountId, Watch]] = []  # accounts that fell below the sum that is watched
        self.timers: list[Timer] = []
        self.timers_cancelled: list[str] = []
        self.hurried: list[str] = []  # timers that need not wait any more: money has come in
        self.effects: list[Effect] = []
        self._records: dict[RecordKey, Record] = {}
        self.compared: list[CodeRef] = []  # whose digits were asked for

    @property
    def operator(self) -> Operator:
        return self._surroundings.operator

    @property
    def products(self) -> Products:
        return self._surroundings.products

    @property
    def language(self) -> Language:
        return self._language

    @property
    def code_list(self) -> tuple[CodeLine, ...]:
        return self._surroundings.code_list

    def code(self, ref: CodeRef) -> str:
        self.compared.append(ref)
        return self._surroundings.derive_code(ref)

    def subscriber(self, msisdn: Msisdn) -> Subscriber | None:
        own = self._subscribers.get(msisdn)
        if own is not None:
            return own
        try:
            return self._batch.subscribers[msisdn]
        except KeyError:
            raise NotLoaded("subscriber", (msisdn,)) from None

    def subscribers(self, msisdns: Iterable[Msisdn]) -> Mapping[Msisdn, Subscriber]:
        wanted = list(msisdns)
        unknown = tuple(m for m in wanted if m not in self._subscribers and m not in self._batch.subscribers)
        if unknown:
            raise NotLoaded("subscriber", unknown)
        found = ((msisdn, self.subscriber(msisdn)) for msisdn in wanted)
        return {msisdn: value for msisdn, value in found if value is not None}

    def account(self, account: AccountId) -> Account:
        own = self._accounts.get(account)
        if own is not None:
            return own
        try:
            found = self._batch.accounts[account]
        except KeyError:
            raise NotLoaded("account", (account,)) from None
        if found is None:
            raise LedgerFault(f"there is no account {account}")
        return found

    def person(self, person: PersonId) -> Person:
        own = self._persons.get(person)
        if own is not None:
            return own
        try:
            found = self._batch.persons[person]
        except KeyError:
            raise NotLoaded("person", (person,)) from None
        if found is None:
            raise LedgerFault(f"there is no person {person}")
        return found

    def has_account(self, account: AccountId) -> bool:
        if account in self._accounts:
            return True
        try:
            return self._batch.accounts[account] is not None
        except KeyError:
            raise NotLoaded("account", (account,)) from None

    def record(self, kind: type[R], key: str) -> R:
        return self.records(kind, (key,))[key]

    def records(self, kind: type[R], keys: Iterable[str]) -> Mapping[str, R]:
        name, known, own = kind.kind, self._batch.records, self._records
        wanted = [(name, key) for key in keys]
        unknown = tuple(key for key in wanted if key not in own and key not in known)
        if unknown:
            raise NotLoaded("record", unknown)
        found: dict[str, R] = {}
        for each in wanted:
            value = own.get(each) or known[each]
            if isinstance(value, bytes):
                value = _decoder(kind).decode(value) if value else kind(each[1])
            assert isinstance(value, kind)
            found[each[1]] = value
        return found

    def usage(self, msisdn: Msisdn, since: Instant, until: Instant, limit: int) -> tuple[Usage, ...]:
        return self._usage(Range(msisdn, since, until, limit))

    def expenses(self, msisdn: Msisdn, since: Instant, until: Instant, limit: int) -> tuple[Usage, ...]:
        return self._usage(Range(msisdn, since, until, limit, expenses=True))

    def _usage(self, wanted: Range) -> tuple[Usage, ...]:
        try:
            return self._batch.usage[wanted]
        except KeyError:
            raise NotLoaded("usage", (wanted,)) from None

    def usage_totals(self, msisdn: Msisdn, since: Instant, until: Instant) -> tuple[UsageTotal, ...]:
        wanted = Range(msisdn, since, until)
        try:
            return self._batch.totals[wanted]
        except KeyError:
            raise NotLoaded("totals", (wanted,)) from None

    def charges(self, account: AccountId, since: Instant, until: Instant, limit: int) -> tuple[Charge, ...]:
        """From the store: what this very batch has charged is not among them yet."""
        wanted = Range(account, since, until, limit)
        try:
            return self._batch.charges[wanted]
        except KeyError:
            raise NotLoaded("charges", (wanted,)) from None

    def slow_hash(self, secret: str, salt: bytes) -> str:
        try:
            return self._batch.hashes[secret, salt]
        except KeyError:
            raise NotLoaded("hash", ((secret, salt),)) from None

    def fold(self, outcome: Outcome) -> None:
        """Takes an outcome into this message's overlay.

        Raises:
            LedgerFault: the entries do not add up to zero, or an account would fall below its floor.
        """
        for document in outcome.changed:
            if isinstance(document, Subscriber):
                self._subscribers[document.msisdn] = document
            elif isinstance(document, Person):
                self._persons[document.id] = document
            elif isinstance(document, Record):
                self._records[document.kind, document.key] = document
            else:
                self._change_account(document)
        if outcome.entries:
            self._post(outcome.entries)
        if outcome.timers:
            self.timers.extend(outcome.timers)
        if outcome.timers_cancelled:
            self.timers_cancelled.extend(outcome.timers_cancelled)
        if outcome.effects:
            self.effects.extend(outcome.effects)

    def _change_account(self, account: Account) -> None:
        """A floor that moved, or an account that is new: only entries change a balance."""
        balance = self.account(account.id).balance if self.has_account(account.id) else Money(0)
        if account.balance != balance:
            raise LedgerFault(f"account {account.id} was changed without an entry")
        self._accounts[account.id] = account

    def open_account(self, account: Account, person: Person, subscriber: Subscriber, balance: Money) -> None:
        """A number that is new to the store, with its opening balance out of the operator's account.

        What is there already stays: a person with his cabinets, an account with what is on it.
        """
        self._subscribers[subscriber.msisdn] = subscriber
        if (self._persons.get(person.id) or self._batch.persons.get(person.id)) is None:
            self._persons[person.id] = person
        if (self._accounts.get(account.id) or self._batch.accounts.get(account.id)) is not None:
            return
        self._accounts[account.id] = account
        if balance:
            self._post(
                (
                    Entry(AccountId("opening"), Money(-balance), "opening", subscriber.msisdn),
                    Entry(account.id, balance, "opening", subscriber.msisdn),
                )
            )

    def _post(self, entries: tuple[Entry, ...]) -> None:
        points = sum(entry.amount for entry in entries if entry.account.startswith(POINTS_UNIT))
        if points != 0 or sum(entry.amount for entry in entries) != 0:
            raise LedgerFault(f"entries do not add up to zero: {entries}")
        for entry in entries:
            if entry.account in OPERATOR_ACCOUNTS:
                continue
            account = self.account(entry.account)
            balance = Money(account.balance + entry.amount)
            if entry.amount < 0 and balance < account.floor:
                raise LedgerFault(f"account {account.id} would fall to {balance}, its floor is {account.floor}")
            if entry.amount > 0 and account.unpaid:
                self.hurried.extend(account.unpaid)
                account = msgspec.structs.replace(account, unpaid=())
            self._accounts[account.id] = msgspec.structs.replace(account, balance=balance)
            watch = account.watch
            if watch is not None and balance < watch.below <= account.balance:
                self.crossed.append((account.id, watch))
        self.entries.extend(entries)

    def commit(self) -> None:
        """Folds the message into the batch, so that the next message sees it."""
        batch = self._batch
        if self._subscribers:
            batch.subscribers.update(self._subscribers)
            batch.changed_subscribers.update(self._subscribers)
        if self._accounts:
            batch.accounts.update(self._accounts)
            batch.changed_accounts.update(self._accounts)
        if self._persons:
            batch.persons.update(self._persons)
            batch.changed_persons.update(self._persons)
        if self._records:
            batch.records.update(self._records)
            batch.changed_records.update(self._records)


def person_of_unknown(msisdn: Msisdn) -> PersonId:
    """A person for a number that nobody imported: nobody knows who owns it, so each such number has its own."""
    return PersonId("U" + hashlib.blake2b(msisdn.encode(), digest_size=6).hexdigest())
