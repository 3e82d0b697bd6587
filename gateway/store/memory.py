"""The store in memory, for replay and for tests: the same answers as the SQLite store, and nothing that lasts.

It keeps the frozen values themselves, so nothing is encoded or copied. It never lets half a batch in: what the
file's unique keys refuse is looked for before the first change.
"""

from __future__ import annotations

from collections.abc import Collection, KeysView, Mapping
from heapq import heappop, heappush, nsmallest
from itertools import islice
from typing import Any, TypeVar

from msgspec.structs import replace

from gateway.messages import PARTS_MAX, Awaited, MissRow, OutboxState, UsageRow
from gateway.model import (
    Account,
    AccountId,
    Charge,
    Dialog,
    DialogKey,
    Instant,
    Money,
    Msisdn,
    Person,
    PersonId,
    Subscriber,
    Usage,
    UsageTotal,
)
from gateway.store.protocol import (
    RELOADED,
    EffectRow,
    Forgotten,
    Head,
    InboxRow,
    JournalRow,
    Kept,
    LedgerRow,
    Loaded,
    OrphanRow,
    OutboxRow,
    PartRow,
    Range,
    RecordKey,
    RecordRow,
    StoreError,
    TimerRow,
    Wanted,
    WriteBatch,
)

Key = TypeVar("Key")


class MemoryStore:
    """Closing keeps the contents: the same object can be opened again, like a file."""

    def __init__(self) -> None:
        self._open = False
        self._subscribers: dict[Msisdn, Subscriber] = {}
        self._accounts: dict[AccountId, Account] = {}
        self._persons: dict[PersonId, Person] = {}
        self._journal: dict[int, JournalRow] = {}
        self._contents: dict[str, bytes] = {}
        self._inbox: dict[int, InboxRow] = {}
        self._confirmed: dict[int, int] = {}
        self._connection_max = 0
        self._outbox: dict[int, OutboxRow] = {}
        self._ready: set[int] = set()
        self._awaited: dict[int, Awaited] = {}
        self._orphans: dict[int, OrphanRow] = {}
        self._parts: dict[int, PartRow] = {}
        self._ledger: dict[tuple[int, int], LedgerRow] = {}
        self._sums: dict[AccountId, int] = {}
        self._charged: dict[AccountId, list[LedgerRow]] = {}  # what left an account, in the order of the journal
        self._timers: dict[str, TimerRow] = {}
        self._due: list[tuple[Instant, str]] = []  # a heap; of timers that were changed or cancelled, too
        self._records: dict[RecordKey, bytes] = {}
        self._usage: dict[Msisdn, dict[tuple[int, str, str], Usage]] = {}
        self._effects: dict[int, EffectRow] = {}
        self._misses: dict[tuple[str, str], MissRow] = {}
        self._dialogs: dict[DialogKey, Dialog] = {}

    async def open(self) -> Head:
        self._open = True
        if not self._journal:
            return Head(connection=self._connection_max)
        last = self._journal[max(self._journal)]
        return Head(last.number, last.hash, self._connection_max)

    async def close(self) -> None:
        self._open = False

    def snapshot(self) -> dict[str, Mapping[str, object]]:
        """All state that a replay compares: subscribers, accounts, persons, dialogs, the ledger's sums."""
        return {
            "subscribers": {str(key): value for key, value in self._subscribers.items()},
            "accounts": {str(key): value for key, value in self._accounts.items()},
            "persons": {str(key): value for key, value in self._persons.items()},
            "ledger": {str(key): value for key, value in self._sums.items()},
            "records": {"/".join(key): value for key, value in self._records.items()},
            "dialogs": {f"{msisdn}/{key.hex()}": value for (msisdn, key), value in self._dialogs.items()},
        }

    def contents(self) -> WriteBatch:
        """The state as one transaction for an empty store, as a snapshot of a file is."""
        batch = WriteBatch()
        batch.subscribers = list(self._subscribers.values())
        batch.accounts = list(self._accounts.values())
        batch.persons = list(self._persons.values())
        batch.dialogs = list(self._dialogs.values())
        batch.records = [RecordRow(kind, key, document) for (kind, key), document in self._records.items()]
        batch.usage = [UsageRow(msisdn, use) for msisdn, used in self._usage.items() for use in used.values()]
        batch.ledger = list(self._ledger.values())
        batch.timers = list(self._timers.values())
        batch.effects = list(self._effects.values())
        if self._journal:
            batch.journal = [self._journal[max(self._journal)]]
        return batch

    # -- batches

    async def load(self, wanted: Wanted) -> Loaded:
        self._require_open()
        loaded = Loaded()
        for msisdn in wanted.subscribers:
            subscriber = self._subscribers.get(msisdn)
            if subscriber is None:
                continue
            loaded.subscribers[msisdn] = subscriber
            if (account := self._accounts.get(subscriber.account)) is not None:
                loaded.accounts[account.id] = account
            if (person := self._persons.get(subscriber.person)) is not None:
                loaded.persons[person.id] = person
        for account_id in wanted.accounts:
            if (account := self._accounts.get(account_id)) is not None:
                loaded.accounts[account_id] = account
        for person_id in wanted.persons:
            if (person := self._persons.get(person_id)) is not None:
                loaded.persons[person_id] = person
        if wanted.more:
            self._load_more(wanted, loaded)
        return loaded

    def _load_more(self, wanted: Wanted, loaded: Loaded) -> None:
        loaded.records = {key: self._records[key] for key in wanted.records if key in self._records}
        loaded.usage = {each: tuple(self._used(each))[: each.limit] for each in wanted.usage}
        loaded.totals = {each: totals(self._used(each)) for each in wanted.totals}
        loaded.charges = {each: self._charges(each) for each in wanted.charges}

    def _used(self, wanted: Range) -> list[Usage]:
        mine = self._usage.get(Msisdn(wanted.key), {})
        found = [mine[key] for key in sorted(mine) if wanted.since <= key[0] < wanted.until]
        return [each for each in reversed(found) if each.cost > 0] if wanted.expenses else found

    def _charges(self, wanted: Range) -> tuple[Charge, ...]:
        charges = (
            Charge(row.number, row.at, Money(-row.entry.amount), row.entry.kind, row.entry.msisdn)
            for row in reversed(self._charged.get(AccountId(wanted.key), ()))
            if wanted.since <= row.at < wanted.until
        )
        return tuple(islice(charges, wanted.limit))

    async def write(self, batch: WriteBatch) -> None:
        self._require_open()
        journal = {row.number: row for row in batch.journal}
        inbox = {row.number: row for row in batch.inbox}
        outbox = {row.id: row for row in batch.outbox}
        ledger = {(row.number, row.index): row for row in batch.ledger}
        _refuse_twice("journal", len(batch.journal), journal.keys(), self._journal.keys())
        _refuse_twice("inbox", len(batch.inbox), inbox.keys(), self._inbox.keys())
        _refuse_twice("outbox", len(batch.outbox), outbox.keys(), self._outbox.keys())
        _refuse_twice("ledger", len(batch.ledger), ledger.keys(), self._ledger.keys())

        self._journal.update(journal)
        for content in batch.contents:
            self._contents.setdefault(content.digest, content.content)
        self._inbox.update(inbox)
        self._outbox.update(outbox)
        self._ledger.update(ledger)
        for each in batch.subscribers:
            self._subscribers[each.msisdn] = each
        for account in batch.accounts:
            self._accounts[account.id] = account
        for person in batch.persons:
            self._persons[person.id] = person
        for row in batch.ledger:
            self._sums[row.entry.account] = self._sums.get(row.entry.account, 0) + row.entry.amount
            if row.entry.amount < 0:
                self._charged.setdefault(row.entry.account, []).append(row)
        self._write_inbox(batch)
        self._write_outbox(batch)
        for key in batch.timers_cancelled:
            self._timers.pop(key, None)
        for timer in batch.timers:
            self._timers[timer.key] = timer
            heappush(self._due, (timer.due_at, timer.key))
        for key, at in batch.timers_hurried.items():
            waiting = self._timers.get(key)
            if waiting is not None and waiting.due_at > at:
                self._timers[key] = replace(waiting, due_at=at)
                heappush(self._due, (at, key))
        self._write_more(batch)

    def _write_more(self, batch: WriteBatch) -> None:
        for record in batch.records:
            if record.document:
                self._records[record.kind, record.key] = record.document
            else:
                self._records.pop((record.kind, record.key), None)
        for row in batch.usage:
            use = row.usage
            self._usage.setdefault(row.msisdn, {})[use.at, use.kind, use.other] = use
        for effect in batch.effects:
            self._effects[effect.id] = effect
        for number, due_at in batch.effects_put_off:
            if (found := self._effects.get(number)) is not None:
                self._effects[number] = replace(found, due_at=due_at, tries=found.tries + 1)
        for number in batch.effects_done:
            self._effects.pop(number, None)
        for tallied in batch.misses:
            self._misses.update(((miss.text, miss.refusal), miss) for miss in tallied.rows)
            for dropped in tallied.dropped:
                self._misses.pop(dropped, None)
        for ended in batch.dialogs_ended:
            self._dialogs.pop(ended, None)
        for dialog in batch.dialogs:
            self._dialogs[dialog.msisdn, dialog.key] = dialog

    def _write_inbox(self, batch: WriteBatch) -> None:
        for row in batch.inbox:
            self._connection_max = max(self._connection_max, row.connection)
        for number in batch.late:
            if (found := self._inbox.get(number)) is not None:
                self._inbox[number] = replace(found, late=True)
        for connection, number in batch.confirmed.items():
            self._confirmed[connection] = max(number, self._confirmed.get(connection, 0))
            self._connection_max = max(self._connection_max, connection)

    def _write_outbox(self, batch: WriteBatch) -> None:
        for row in batch.outbox:
            if row.state is OutboxState.READY:
                self._ready.add(row.id)
        for change in batch.outbox_changes:
            found = self._outbox.get(change.id)
            if found is None:
                continue
            message_id = change.message_id or found.message_id
            self._outbox[change.id] = replace(found, state=change.state, due_at=change.due_at, message_id=message_id)
            if change.state is OutboxState.READY:
                self._ready.add(change.id)
            else:
                self._ready.discard(change.id)

        for outcome in batch.outcomes:
            if (found := self._outbox.get(outcome.id)) is not None:
                self._outbox[outcome.id] = replace(found, state=outcome.state, due_at=outcome.at)
        for part in batch.awaited_gone:
            self._awaited.pop(part, None)
        self._awaited.update((each.id, each) for each in batch.awaited)
        for orphan in batch.orphans_gone:
            self._orphans.pop(orphan, None)
        self._orphans.update((each.id, each) for each in batch.orphans)
        for part in batch.parts_gone:
            self._parts.pop(part, None)
        self._parts.update((each.id, each) for each in batch.parts)

    # -- what a start needs

    async def in_doubt(self, since: Instant) -> list[InboxRow]:
        self._require_open()
        newest: dict[int, InboxRow] = {}
        for number in sorted(self._inbox):
            newest[self._inbox[number].original] = self._inbox[number]
        doubtful = [
            row
            for row in newest.values()
            if row.at >= since and (row.late or row.number > self._confirmed.get(row.connection, 0))
        ]
        return sorted(doubtful, key=lambda row: row.number)

    async def replies_to(self, number: int) -> list[OutboxRow]:
        self._require_open()
        ids = range(number * 16, number * 16 + 16)
        return [self._outbox[row] for row in ids if row in self._outbox]

    async def outbox_ready(self, after: int, limit: int) -> list[OutboxRow]:
        self._require_open()
        return [self._outbox[row] for row in nsmallest(limit, (row for row in self._ready if row > after))]

    async def recover_outbox(self, at: Instant) -> int:
        self._require_open()
        sending = [row for row in self._outbox.values() if row.state is OutboxState.SENDING]
        for row in sending:
            self._outbox[row.id] = replace(row, state=OutboxState.READY, due_at=at, tries=row.tries + 1)
            self._ready.add(row.id)
        return len(sending)

    async def outbox_counts(self) -> dict[OutboxState, int]:
        self._require_open()
        counts: dict[OutboxState, int] = {}
        for row in self._outbox.values():
            counts[row.state] = counts.get(row.state, 0) + 1
        return counts

    async def awaited_newest(self, limit: int) -> list[Awaited]:
        self._require_open()
        return [self._awaited[part] for part in sorted(self._awaited)[-limit:]]

    async def awaited(self, keys: Collection[str]) -> list[Awaited]:
        self._require_open()
        rows = {each.row for each in self._awaited.values() if each.key in keys}
        return [self._awaited[part] for part in sorted(self._awaited) if part // PARTS_MAX in rows]

    async def forget(self, kept: Kept, before: Instant, after: int, limit: int) -> Forgotten:
        self._require_open()
        if kept is Kept.USAGE:
            numbers = nsmallest(limit, (int(each) for each in self._usage if int(each) > after))
            usage = [self._usage[Msisdn(str(each))] for each in numbers]
            old = [(rows, use) for rows in usage for use, each in rows.items() if each.at < before]
            for rows, use in old:
                del rows[use]
            return Forgotten(len(old), numbers[-1] if numbers else 0)
        table = self._tables[kept]
        looked_at = nsmallest(limit, (key for key in table if key > after))
        gone = [key for key in looked_at if self._is_old(kept, key, before)]
        if kept is Kept.JOURNAL and gone:
            gone = [key for key in looked_at if key <= gone[-1]]
        for key in gone:
            del table[key]
        goes_on = looked_at and (gone or kept is Kept.CONNECTIONS)
        return Forgotten(len(gone), looked_at[-1] if goes_on else 0)

    @property
    def _tables(self) -> dict[Kept, dict[int, Any]]:
        return {
            Kept.AWAITED: self._awaited,
            Kept.INBOX: self._inbox,
            Kept.CONNECTIONS: self._confirmed,
            Kept.OUTBOX: self._outbox,
            Kept.JOURNAL: self._journal,
        }

    def _is_old(self, kept: Kept, key: int, before: Instant) -> bool:
        match kept:
            case Kept.AWAITED:
                return self._awaited[key].at < before
            case Kept.INBOX:
                return self._inbox[key].at < before
            case Kept.OUTBOX:
                row = self._outbox[key]
                return row.state not in (OutboxState.READY, OutboxState.SENDING) and row.due_at < before
            case Kept.JOURNAL:
                return self._journal[key].at < before and key < max(self._journal)
            case _:
                used = any(row.connection == key for row in self._inbox.values())
                return not used and key < self._connection_max

    async def orphans(self) -> list[OrphanRow]:
        self._require_open()
        return [self._orphans[orphan] for orphan in sorted(self._orphans)]

    async def parts(self) -> list[PartRow]:
        self._require_open()
        return [self._parts[part] for part in sorted(self._parts)]

    async def timers_due(self, until: Instant, limit: int) -> list[TimerRow]:
        self._require_open()
        rows: list[TimerRow] = []
        while len(rows) < limit and (first := self._first_due()) is not None and first.due_at <= until:
            heappop(self._due)
            if not rows or rows[-1] is not first:  # one that was set again is there twice
                rows.append(first)
        for row in rows:
            heappush(self._due, (row.due_at, row.key))
        return rows

    def _first_due(self) -> TimerRow | None:
        while self._due:
            due_at, key = self._due[0]
            row = self._timers.get(key)
            if row is not None and row.due_at == due_at:
                return row
            heappop(self._due)
        return None

    async def dialogs(self) -> list[Dialog]:
        self._require_open()
        return sorted(self._dialogs.values(), key=lambda each: (each.shown_at, each.msisdn, each.key))

    async def next_timer(self) -> Instant | None:
        self._require_open()
        first = self._first_due()
        return None if first is None else first.due_at

    async def effects_due(self, until: Instant, limit: int) -> list[EffectRow]:
        self._require_open()
        due = (self._effects[number] for number in sorted(self._effects) if self._effects[number].due_at <= until)
        return list(islice(due, limit))

    async def effect(self, effect: int) -> EffectRow | None:
        self._require_open()
        return self._effects.get(effect)

    async def journal(self, after: int, limit: int) -> list[JournalRow]:
        self._require_open()
        numbers = sorted(number for number in self._journal if number > after)
        return [self._journal[number] for number in islice(numbers, limit)]

    async def misses(self) -> list[MissRow]:
        self._require_open()
        return list(self._misses.values())

    async def catalogue_entry(self) -> JournalRow | None:
        self._require_open()
        numbers = [number for number, row in self._journal.items() if row.kind == RELOADED]
        return self._journal[max(numbers)] if numbers else None

    async def records(self, kind: str) -> list[RecordRow]:
        self._require_open()
        return [RecordRow(*key, self._records[key]) for key in sorted(self._records) if key[0] == kind]

    async def content(self, digest: str) -> bytes | None:
        self._require_open()
        return self._contents.get(digest)

    async def timer(self, key: str) -> TimerRow | None:
        self._require_open()
        return self._timers.get(key)

    async def ledger(self, after: int, limit: int) -> list[LedgerRow]:
        self._require_open()
        keys = sorted(key for key in self._ledger if key[0] > after)
        return [self._ledger[key] for key in islice(keys, limit)]

    async def ledger_sum(self) -> dict[AccountId, Money]:
        self._require_open()
        return {account: Money(amount) for account, amount in self._sums.items()}

    def _require_open(self) -> None:
        if not self._open:
            raise StoreError("the store in memory is not open")


def _refuse_twice(table: str, count: int, new: KeysView[Key], old: KeysView[Key]) -> None:
    """A key that the table has, or that the batch brings twice: nothing of the batch is written."""
    if len(new) != count or not old.isdisjoint(new):
        raise StoreError(f"the {table} in memory has a key of this batch already; nothing of this batch was written")


def totals(used: list[Usage]) -> tuple[UsageTotal, ...]:
    """Records of use added up by kind and direction."""
    found: dict[tuple[str, bool], UsageTotal] = {}
    for use in used:
        key = (use.kind, use.incoming)
        so_far = found.get(key) or UsageTotal(use.kind, use.incoming, 0, 0, Money(0))
        found[key] = UsageTotal(
            use.kind, use.incoming, so_far.count + 1, so_far.quantity + use.quantity, Money(so_far.cost + use.cost)
        )
    return tuple(found[key] for key in sorted(found))
