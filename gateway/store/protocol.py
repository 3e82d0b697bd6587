"""What the engine asks of a store: one snapshot read and one transaction a batch, and what a start needs to know.

Documents travel as values of `gateway.model`; how they lie on the disk is the adapter's business. A store never
imports the engine, a handler or the wire.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from gateway.messages import OutboxState
from gateway.model import (
    Account,
    AccountId,
    Dialog,
    DialogKey,
    Entry,
    Instant,
    Money,
    Msisdn,
    Person,
    PersonId,
    Subscriber,
)


class StoreError(Exception):
    """The store cannot do it; `message` says what happened and what to do. `temporary`: it may work later."""

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.temporary = temporary


@dataclass(slots=True)
class Wanted:
    """Keys to load. A subscriber brings his account and his person with him."""

    subscribers: set[Msisdn] = field(default_factory=set)
    accounts: set[AccountId] = field(default_factory=set)
    persons: set[PersonId] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.subscribers or self.accounts or self.persons)


@dataclass(slots=True)
class Loaded:
    """What was found; a key that is missing here does not exist."""

    subscribers: dict[Msisdn, Subscriber] = field(default_factory=dict)
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    persons: dict[PersonId, Person] = field(default_factory=dict)


class JournalRow(msgspec.Struct, frozen=True, gc=False):
    """`hash` chains the journal: blake2b(previous hash + body), 16 octets."""

    number: int
    at: Instant
    kind: str
    msisdn: str
    body: bytes
    hash: bytes


class InboxRow(msgspec.Struct, frozen=True, gc=False):
    """A message taken: how to recognise it when it is resent. `original` is the number whose effect it had."""

    number: int
    connection: int
    fingerprint: bytes
    at: Instant
    original: int
    late: bool = False


class OutboxRow(msgspec.Struct, frozen=True, gc=False):
    """A reply on its way. `id` is journal number * 16 + index; `document` is the delivery's own (msgpack)."""

    id: int
    state: OutboxState
    due_at: Instant
    msisdn: Msisdn
    document: bytes
    message_id: str = ""
    tries: int = 0  # sendings that a crash cut short: each may have reached the phone


class OutboxChange(msgspec.Struct, frozen=True, gc=False):
    """What became of a row. An empty `message_id` keeps the one that is there; an unknown id changes nothing."""

    id: int
    state: OutboxState
    due_at: Instant
    message_id: str = ""


class LedgerRow(msgspec.Struct, frozen=True, gc=False):
    """An entry with the number of the message that caused it and its place in the outcome."""

    number: int
    index: int
    at: Instant
    entry: Entry


class TimerRow(msgspec.Struct, frozen=True, gc=False):
    key: str
    due_at: Instant
    command: str
    msisdn: Msisdn
    arguments: tuple[tuple[str, str | int], ...] = ()


@dataclass(slots=True)
class WriteBatch:
    """One transaction. Either all of it is on the disk when `write` returns, or none of it."""

    journal: list[JournalRow] = field(default_factory=list)
    inbox: list[InboxRow] = field(default_factory=list)
    late: list[int] = field(default_factory=list)  # inbox numbers acknowledged too late
    confirmed: dict[int, int] = field(default_factory=dict)  # connection -> journal number
    subscribers: list[Subscriber] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    outbox_changes: list[OutboxChange] = field(default_factory=list)
    timers: list[TimerRow] = field(default_factory=list)
    timers_cancelled: list[str] = field(default_factory=list)  # goes first: a key in both lists is set anew
    dialogs: list[Dialog] = field(default_factory=list)
    dialogs_ended: list[DialogKey] = field(default_factory=list)  # goes first, as above

    def __bool__(self) -> bool:
        return any(
            (self.journal, self.inbox, self.late, self.confirmed, self.subscribers, self.accounts, self.persons,
             self.ledger, self.outbox, self.outbox_changes, self.timers, self.timers_cancelled, self.dialogs,
             self.dialogs_ended)
        )  # fmt: skip


class Head(msgspec.Struct, frozen=True, gc=False):
    """Where the last run stopped."""

    number: int = 0
    hash: bytes = bytes(16)
    connection: int = 0  # the highest connection number ever used; numbers are never used twice


class Store(Protocol):
    async def open(self) -> Head:
        """Opens or creates, brings the schema up to date. StoreError says what is wrong with a damaged one."""
        ...

    async def close(self) -> None: ...

    async def load(self, wanted: Wanted) -> Loaded: ...

    async def write(self, batch: WriteBatch) -> None: ...

    async def in_doubt(self, since: Instant) -> list[InboxRow]:
        """The inbox rows since then whose acknowledgement no peer has confirmed, oldest first."""
        ...

    async def replies_to(self, number: int) -> list[OutboxRow]:
        """The outbox rows that a message caused."""
        ...

    async def outbox_ready(self, after: int, limit: int) -> list[OutboxRow]:
        """READY rows with an id above `after`, in order."""
        ...

    async def recover_outbox(self, at: Instant) -> int:
        """After a crash: SENDING rows become UNKNOWN and READY again for another try; returns how many."""
        ...

    async def outbox_counts(self) -> dict[OutboxState, int]: ...

    async def dialogs(self) -> list[Dialog]:
        """Every dialog that is open, or was interrupted, the one that was shown first first."""
        ...

    async def timers_due(self, until: Instant, limit: int) -> list[TimerRow]:
        """The earliest timers, oldest first, due at or before `until`."""
        ...

    async def next_timer(self) -> Instant | None: ...

    async def journal(self, after: int, limit: int) -> list[JournalRow]:
        """Rows with a number above `after`, in order."""
        ...

    async def ledger(self, after: int, limit: int) -> list[LedgerRow]:
        """Rows of messages with a number above `after`, in order. A limit may cut the entries of a message."""
        ...

    async def ledger_sum(self) -> dict[AccountId, Money]:
        """The sum of all entries for each account, the operator's own included."""
        ...
