"""What the engine asks of a store: one snapshot read and one transaction a batch, and what a start needs to know.

Documents travel as values of `gateway.model`; how they lie on the disk is the adapter's business. A store never
imports the engine, a handler or the wire.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import msgspec

from gateway.messages import Awaited, MessagePart, MissesTallied, MissRow, OutboxState, UsageRow
from gateway.model import (
    Account,
    AccountId,
    Charge,
    Dialog,
    DialogKey,
    Entry,
    Instant,
    Money,
    Msisdn,
    Person,
    PersonId,
    Subscriber,
    Usage,
    UsageTotal,
)


class StoreError(Exception):
    """The store cannot do it; `message` says what happened and what to do. `temporary`: it may work later."""

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.temporary = temporary


RecordKey = tuple[str, str]
"""The kind of a record and its key."""


class Range(msgspec.Struct, frozen=True, gc=False):
    """From `since` to before `until`, at most `limit` of them. `expenses`: the newest that cost something."""

    key: str
    since: Instant
    until: Instant
    limit: int = 0
    expenses: bool = False


RELOADED = "reloaded"
"""The kind of a journal entry that says which catalogue applies from there on."""


@dataclass(slots=True)
class Wanted:
    """Keys to load. A subscriber brings his account and his person with him.

    `usage` and `totals` are by number, `charges` by account.
    """

    subscribers: set[Msisdn] = field(default_factory=set)
    accounts: set[AccountId] = field(default_factory=set)
    persons: set[PersonId] = field(default_factory=set)
    records: set[RecordKey] = field(default_factory=set)
    usage: set[Range] = field(default_factory=set)
    totals: set[Range] = field(default_factory=set)
    charges: set[Range] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.subscribers or self.accounts or self.persons or self.more)

    @property
    def more(self) -> bool:
        """Whether anything is wanted that few commands need."""
        return bool(self.records or self.usage or self.totals or self.charges)


@dataclass(slots=True)
class Loaded:
    """What was found; a key that is missing here does not exist."""

    subscribers: dict[Msisdn, Subscriber] = field(default_factory=dict)
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    persons: dict[PersonId, Person] = field(default_factory=dict)
    records: dict[RecordKey, bytes] = field(default_factory=dict)
    usage: dict[Range, tuple[Usage, ...]] = field(default_factory=dict)
    totals: dict[Range, tuple[UsageTotal, ...]] = field(default_factory=dict)
    charges: dict[Range, tuple[Charge, ...]] = field(default_factory=dict)


class JournalRow(msgspec.Struct, frozen=True, gc=False):
    """`hash` chains the journal: blake2b(previous hash + body), 16 octets."""

    number: int
    at: Instant
    kind: str
    msisdn: str
    body: bytes
    hash: bytes


class ContentRow(msgspec.Struct, frozen=True, gc=False):
    """What a journal entry names by its digest, packed. One that is there already stays as it is."""

    digest: str
    content: bytes


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


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What a receipt said became of an outbox row: from now on its state, whatever the row itself says."""

    id: int
    state: OutboxState
    at: Instant


class PartRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A part of a long SMS. `octets_gone`: its message is done with, and only its `digest` is left."""

    id: int
    at: Instant
    link: str
    sender: Msisdn
    recipient: str
    part: MessagePart
    digest: bytes
    octets_gone: bool = False


class OrphanRow(msgspec.Struct, frozen=True, gc=False):
    """A receipt for which no reply was found: perhaps the response that names it is still to come."""

    id: int
    at: Instant
    link: str
    document: bytes


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


class RecordRow(msgspec.Struct, frozen=True, gc=False):
    """A record as msgpack; an empty document removes it."""

    kind: str
    key: str
    document: bytes


class EffectRow(msgspec.Struct, frozen=True, gc=False):
    """Something to be done outside. `id` is journal number * 16 + index; `document` is JSON.

    `key` is the idempotency key: the same for every try, and never the same for another effect or another database.
    `since`: when it was decided.
    """

    id: int
    key: str
    since: Instant
    due_at: Instant
    channel: str
    document: bytes
    command: str
    msisdn: Msisdn
    arguments: tuple[tuple[str, str | int], ...] = ()
    tries: int = 0


@dataclass(slots=True)
class WriteBatch:
    """One transaction. Either all of it is on the disk when `write` returns, or none of it."""

    journal: list[JournalRow] = field(default_factory=list)
    contents: list[ContentRow] = field(default_factory=list)  # named by an entry of the same transaction
    inbox: list[InboxRow] = field(default_factory=list)
    late: list[int] = field(default_factory=list)  # inbox numbers acknowledged too late
    confirmed: dict[int, int] = field(default_factory=dict)  # connection -> journal number
    subscribers: list[Subscriber] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    outbox_changes: list[OutboxChange] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    awaited: list[Awaited] = field(default_factory=list)  # one with an id that is there replaces it
    awaited_gone: list[int] = field(default_factory=list)
    orphans: list[OrphanRow] = field(default_factory=list)
    orphans_gone: list[int] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)  # one with an id that is there replaces it
    parts_gone: list[int] = field(default_factory=list)
    timers: list[TimerRow] = field(default_factory=list)
    timers_cancelled: list[str] = field(default_factory=list)  # goes first: a key in both lists is set anew
    timers_hurried: dict[str, Instant] = field(default_factory=dict)  # goes last: those that are there are due by then
    records: list[RecordRow] = field(default_factory=list)
    usage: list[UsageRow] = field(default_factory=list)
    effects: list[EffectRow] = field(default_factory=list)
    effects_put_off: list[tuple[int, Instant]] = field(default_factory=list)  # tried once more at that time
    effects_done: list[int] = field(default_factory=list)
    misses: list[MissesTallied] = field(default_factory=list)
    dialogs: list[Dialog] = field(default_factory=list)
    dialogs_ended: list[DialogKey] = field(default_factory=list)  # goes first, as above

    def __bool__(self) -> bool:
        return any(
            (self.journal, self.inbox, self.late, self.confirmed, self.subscribers, self.accounts, self.persons,
             self.ledger, self.outbox, self.outbox_changes, self.outcomes, self.awaited, self.awaited_gone,
             self.orphans, self.orphans_gone, self.parts, self.parts_gone, self.timers, self.timers_cancelled,
             self.timers_hurried, self.records, self.usage, self.effects, self.effects_put_off, self.effects_done,
             self.misses, self.dialogs, self.dialogs_ended)
        )  # fmt: skip


class Kept(StrEnum):
    """What is kept for a time only, and goes in steps. The ledger, subscribers, accounts and persons never go."""

    AWAITED = "awaited"  # parts whose receipts have not come, by when they were sent
    INBOX = "inbox"
    CONNECTIONS = "connections"  # of which the inbox knows no message any more, but for the highest
    OUTBOX = "outbox"  # replies that are neither to be sent nor on their way, by their last change
    USAGE = "usage"
    JOURNAL = "journal"  # from its beginning, with a checkpoint; never the last entry


class Forgotten(msgspec.Struct, frozen=True, gc=False):
    """What a step has removed, how long it held the writer up, and where the next one begins; 0: nothing is left."""

    rows: int
    next: int
    took_s: float = 0.0


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

    async def awaited_newest(self, limit: int) -> list[Awaited]:
        """Parts that wait for their receipts, the newest ones, oldest first."""
        ...

    async def awaited(self, keys: Collection[str]) -> list[Awaited]:
        """The parts with these keys, and the other parts of their replies."""
        ...

    async def forget(self, kept: Kept, before: Instant, after: int, limit: int) -> Forgotten:
        """Drops what is older, in one small transaction: it looks at `limit` rows (of usage: numbers) above `after`."""
        ...

    async def orphans(self) -> list[OrphanRow]:
        """The receipts for which no reply was found, oldest first."""
        ...

    async def parts(self) -> list[PartRow]:
        """The parts of long SMS, in the order in which they came."""
        ...

    async def dialogs(self) -> list[Dialog]:
        """Every dialog that is open, or was interrupted, the one that was shown first first."""
        ...

    async def timers_due(self, until: Instant, limit: int) -> list[TimerRow]:
        """The earliest timers, oldest first, due at or before `until`."""
        ...

    async def next_timer(self) -> Instant | None: ...

    async def effects_due(self, until: Instant, limit: int) -> list[EffectRow]:
        """What is not done yet and due at or before `until`, in the order in which it was decided."""
        ...

    async def effect(self, effect: int) -> EffectRow | None:
        """One that is not done yet."""
        ...

    async def journal(self, after: int, limit: int) -> list[JournalRow]:
        """Rows with a number above `after`, in order."""
        ...

    async def misses(self) -> list[MissRow]:
        """The tally of what could not be read, in no order."""
        ...

    async def catalogue_entry(self) -> JournalRow | None:
        """The last journal entry that says which catalogue applies; None where no entry does."""
        ...

    async def records(self, kind: str) -> list[RecordRow]:
        """All records of one kind, by their keys."""
        ...

    async def content(self, digest: str) -> bytes | None:
        """What a journal entry names; None where it is not kept."""
        ...

    async def timer(self, key: str) -> TimerRow | None: ...

    async def ledger(self, after: int, limit: int) -> list[LedgerRow]:
        """Rows of messages with a number above `after`, in order. A limit may cut the entries of a message."""
        ...

    async def ledger_sum(self) -> dict[AccountId, Money]:
        """The sum of all entries for each account, the operator's own included."""
        ...
