"""One batch in memory: what was loaded, what has changed, and the overlay of the message being decided.

The overlay is the message's savepoint: folded in when the message is done, dropped when its handler fails, so that
a neighbour never notices. Money is checked here, in one place, whatever a handler returns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from gateway.catalogue.products import Operator, Products
from gateway.commands import CodeLine, NotLoaded, Outcome, Timer
from gateway.model import (
    OPERATOR_ACCOUNTS,
    Account,
    AccountId,
    CodeRef,
    Entry,
    Language,
    Money,
    Msisdn,
    Person,
    PersonId,
    Subscriber,
)
from gateway.store.protocol import Loaded, Wanted


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

    def missing(self, wanted: Wanted) -> Wanted:
        """What of it is not here yet."""
        return Wanted(
            {key for key in wanted.subscribers if key not in self.subscribers},
            {key for key in wanted.accounts if key not in self.accounts},
            {key for key in wanted.persons if key not in self.persons},
        )

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


class MessageUnit:
    """The unit of work of one message: reads from the batch, keeps its own changes until `commit`."""

    __slots__ = (
        "_accounts", "_batch", "_language", "_persons", "_subscribers", "_surroundings", "entries", "timers",
        "timers_cancelled",
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
        self.timers: list[Timer] = []
        self.timers_cancelled: list[str] = []

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
            else:
                raise LedgerFault(f"account {document.id} was changed without an entry")
        if outcome.entries:
            self._post(outcome.entries)
        if outcome.timers:
            self.timers.extend(outcome.timers)
        if outcome.timers_cancelled:
            self.timers_cancelled.extend(outcome.timers_cancelled)

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
        if sum(entry.amount for entry in entries) != 0:
            raise LedgerFault(f"entries do not add up to zero: {entries}")
        for entry in entries:
            if entry.account in OPERATOR_ACCOUNTS:
                continue
            account = self.account(entry.account)
            balance = Money(account.balance + entry.amount)
            if entry.amount < 0 and balance < account.floor:
                raise LedgerFault(f"account {account.id} would fall to {balance}, its floor is {account.floor}")
            self._accounts[account.id] = msgspec.structs.replace(account, balance=balance)
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


def person_of_unknown(msisdn: Msisdn) -> PersonId:
    """A person for a number that nobody imported: nobody knows who owns it, so each such number has its own."""
    return PersonId("U" + hashlib.blake2b(msisdn.encode(), digest_size=6).hexdigest())
