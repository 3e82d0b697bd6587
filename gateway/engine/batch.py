"""One batch: load what its facts need, decide them in order, gather one transaction. Nothing leaves it by itself.

The engine drains facts into it, writes what it gathered and acknowledges. Here nothing is acknowledged, written or
sent; a key that was not loaded is fetched and the pure handler runs again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import msgspec

from gateway.clock import Clock
from gateway.commands import NotLoaded, Reply
from gateway.dispatcher import Decision, Dispatcher
from gateway.engine.doubts import Doubts, Taken
from gateway.engine.journal import Body, Journal, MessageEntry, ResultsEntry, TimerEntry, secretless
from gateway.engine.replies import ROWS_PER_MESSAGE, Answered, ReplyWriter, country_language
from gateway.engine.unit_of_work import BatchState, MessageUnit, Surroundings, person_of_unknown
from gateway.messages import (
    Claimed,
    Confirmed,
    Fact,
    Inbound,
    Late,
    Lost,
    OutboxState,
    Outgoing,
    SubmitResult,
    TimerDue,
)
from gateway.model import Account, AccountId, Instant, Language, Msisdn, Person, PersonId, Subscriber
from gateway.store.protocol import (
    InboxRow,
    LedgerRow,
    OutboxChange,
    OutboxRow,
    Store,
    TimerRow,
    Wanted,
    WriteBatch,
)
from gateway.ussd_grammar import Reading


class Delivery(Protocol):
    """Where replies go once they are on the disk."""

    def place(self, row: OutboxRow, outgoing: Outgoing) -> bool:
        """Reserves a place in a window: True if the row may leave right after the commit."""
        ...

    def release(self, rows: Iterable[int]) -> None:
        """The batch was not written: the places are free again."""
        ...

    def dispatch(self, rows: Iterable[int]) -> None:
        """The rows are on the disk as SENDING: they may leave."""
        ...

    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None:
        """The row is on the disk as READY: it is claimed when a window has room."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What every batch works with."""

    store: Store
    dispatcher: Dispatcher
    surroundings: Surroundings
    writer: ReplyWriter
    delivery: Delivery
    clock: Clock
    create_unknown: bool = False


class Decided(msgspec.Struct, frozen=True, gc=False):
    """A message and what became of it; `original` is the number of the first one where this was a repeat."""

    inbound: Inbound
    decision: Decision
    number: int
    original: int = 0


REPEATED = Decision(command="", refusal="", replies=())


@dataclass(slots=True)
class Batch:
    facts: list[Fact]
    tools: Tools
    journal: Journal
    doubts: Doubts
    state: BatchState = field(default_factory=BatchState)
    write: WriteBatch = field(default_factory=WriteBatch)
    matched: dict[int, Taken] = field(default_factory=dict)  # index of a fact -> the message that it repeats
    readings: dict[int, tuple[bool, Reading]] = field(default_factory=dict)
    first_replies: dict[int, list[OutboxRow]] = field(default_factory=dict)
    taken: list[tuple[int, Taken]] = field(default_factory=list)
    placed: list[int] = field(default_factory=list)
    claimed: list[int] = field(default_factory=list)  # placed before this batch, and still so if it fails
    waiting: list[tuple[OutboxRow, Outgoing]] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    next_timer: Instant | None = None

    # -- load ----------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """One snapshot for the batch: senders with their accounts and owners, then whom the commands name."""
        wanted = Wanted()
        for index, fact in enumerate(self.facts):
            if isinstance(fact, Inbound):
                wanted.subscribers.add(fact.sender)
                matched = self.doubts.match(fact.connection, fact.sequence_number, fact.fingerprint, fact.at)
                if matched is not None:
                    self.matched[index] = matched
            elif isinstance(fact, Confirmed):  # in its place: what follows may be a loss, or a genuine repeat
                self.doubts.confirm(fact.connection, fact.number)
            elif isinstance(fact, Late):
                self.doubts.late(fact.number)
            elif isinstance(fact, Lost):
                self.doubts.lost(fact.connection)
            elif isinstance(fact, TimerDue):
                wanted.subscribers.add(fact.msisdn)
        await self._fetch(wanted)
        for matched in self.matched.values():
            self.first_replies[matched.original] = await self.tools.store.replies_to(matched.original)
        await self._fetch(self._named())

    def _named(self) -> Wanted:
        """The numbers that the commands name: reading comes first, because it depends on what is pending."""
        named = Wanted()
        dispatcher = self.tools.dispatcher
        for index, fact in enumerate(self.facts):
            if not isinstance(fact, Inbound):
                continue
            actor = self.state.subscribers.get(fact.sender)
            pending = dispatcher.has_pending(actor, fact.at)
            reading = dispatcher.read(fact, pending)
            self.readings[index] = (pending, reading)
            named.subscribers.update(dispatcher.numbers_named(reading))
            if actor is not None and actor.acting is not None:
                named.subscribers.add(actor.acting.msisdn)
        return named

    async def _fetch(self, wanted: Wanted) -> None:
        missing = self.state.missing(wanted)
        if missing:
            self.state.take(missing, await self.tools.store.load(missing))

    async def _fetch_absent(self, absent: NotLoaded) -> None:
        wanted = Wanted()
        match absent.kind:
            case "subscriber":
                wanted.subscribers.update(Msisdn(key) for key in absent.keys)
            case "account":
                wanted.accounts.update(AccountId(key) for key in absent.keys)
            case _:
                wanted.persons.update(PersonId(key) for key in absent.keys)
        await self._fetch(wanted)

    # -- decide --------------------------------------------------------------------------------------------------

    async def decide(self) -> None:
        results: list[SubmitResult] = []
        for index, fact in enumerate(self.facts):
            match fact:
                case Inbound():
                    await self._message(index, fact)
                case SubmitResult():
                    results.append(fact)
                case TimerDue():
                    await self._timer(fact)
                case Claimed():
                    now = self.tools.clock.now()
                    self.write.outbox_changes.extend(OutboxChange(row, OutboxState.SENDING, now) for row in fact.rows)
                    self.claimed.extend(fact.rows)
                case Confirmed():
                    self.write.confirmed[fact.connection] = fact.number
                case Late():
                    self.write.late.append(fact.number)
                case Lost():
                    pass  # told to the doubts, as the two above, when the batch was loaded
        if results:
            self._results(results)
        state, write = self.state, self.write
        write.subscribers.extend(_values(state.subscribers, state.changed_subscribers))
        write.accounts.extend(_values(state.accounts, state.changed_accounts))
        write.persons.extend(_values(state.persons, state.changed_persons))

    async def _message(self, index: int, inbound: Inbound) -> None:
        actor = self.state.subscribers[inbound.sender]
        dispatcher = self.tools.dispatcher
        pending, reading = self.readings[index]
        if dispatcher.has_pending(actor, inbound.at) is not pending:  # an earlier message of this batch asked
            reading = dispatcher.read(inbound, not pending)
        language = _stored(actor) or reading.language or country_language(inbound.sender)
        if actor is None:
            if not self.tools.create_unknown:
                self._refuse_unknown(inbound, reading, language)
                return
            actor = self._create(inbound)
        matched = self.matched.get(index)
        if matched is not None and reading.row is not None and reading.row.effect != "none":
            self._repeat(inbound, matched, language)
            return
        number = self.journal.next_number()
        while True:
            unit = MessageUnit(self.state, self.tools.surroundings, language)
            try:
                decision = dispatcher.decide(inbound, number, reading, actor, unit)
                break
            except NotLoaded as absent:
                await self._fetch_absent(absent)
        unit.commit()
        self._effects(unit, number, inbound.at)
        await self._load_readers(decision.replies)
        self._finish(inbound, decision, number, language, reading)

    async def _timer(self, timer: TimerDue) -> None:
        number = self.journal.next_number()
        while True:
            unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
            try:
                decision = self.tools.dispatcher.due(timer, number, unit)
                break
            except NotLoaded as absent:
                await self._fetch_absent(absent)
        unit.commit()
        self._effects(unit, number, timer.at)
        self.write.timers_cancelled.append(timer.key)
        await self._load_readers(decision.replies)
        entry = TimerEntry(timer.key, timer.command, timer.msisdn, decision.refusal, decision.fault)
        self._journal(number, timer.at, timer.msisdn, entry)
        self._reply(Answered(number, self.tools.clock.now(), decision.replies), None)

    async def _load_readers(self, replies: tuple[Reply, ...]) -> None:
        """The stored languages of other people are needed for what they are told."""
        unknown = {reply.to for reply in replies if reply.to not in self.state.subscribers}
        if unknown:
            await self._fetch(Wanted(unknown))

    def _refuse_unknown(self, inbound: Inbound, reading: Reading, language: Language) -> None:
        """A number that the store does not know is told so."""
        decision = Decision(
            command=reading.command,
            refusal="unknown_subscriber",
            replies=(Reply(inbound.sender, "general-unknown_subscriber"),),
            latin=reading.latin,
            masked=reading.masked,
        )
        self._finish(inbound, decision, self.journal.next_number(), language, reading)

    def _create(self, inbound: Inbound) -> Subscriber:
        """A number that the store does not know gets the default tariff and the opening balance."""
        opening = self.tools.surroundings.products.opening
        msisdn = inbound.sender
        account = Account(AccountId(msisdn))
        person = Person(person_of_unknown(msisdn))
        subscriber = Subscriber(msisdn, person.id, opening.region, opening.tariff, account.id)
        unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
        unit.open_account(account, person, subscriber, opening.balance_minor)
        unit.commit()
        self._effects(unit, self.journal.number + 1, inbound.at)
        return subscriber

    def _repeat(self, inbound: Inbound, matched: Taken, language: Language) -> None:
        """What was in doubt came again: no second effect, the first answer again, on the screen that is open now."""
        number = self.journal.next_number()
        told: list[tuple[str, str]] = []
        for index, row in enumerate(self.first_replies[matched.original]):
            if row.msisdn != inbound.sender:
                continue
            first = msgspec.msgpack.decode(row.document, type=Outgoing)
            lasts_ms = first.expires_at - matched.at
            again = msgspec.structs.replace(
                first,
                expires_at=Instant(inbound.at + max(lasts_ms, 0)),
                connection=inbound.connection,
                link=inbound.link,
                account=inbound.account,
                dialog=inbound.dialog if first.dialog is not None else None,
            )
            document = msgspec.msgpack.encode(again)
            row_id = number * ROWS_PER_MESSAGE + index
            self._queue(OutboxRow(row_id, OutboxState.READY, inbound.at, row.msisdn, document), again)
            told.append((row.msisdn, ""))
        entry = MessageEntry(
            inbound.channel, inbound.sender, inbound.recipient, "", inbound.link, inbound.connection,
            inbound.sequence_number, inbound.fingerprint, "", {}, "", tuple(told), language, matched.original,
        )  # fmt: skip
        self._journal(number, inbound.at, inbound.sender, entry)
        self._take(inbound, number, matched.original)
        self.decided.append(Decided(inbound, REPEATED, number, matched.original))

    def _effects(self, unit: MessageUnit, number: int, at: Instant) -> None:
        write = self.write
        for entry in unit.entries:
            write.ledger.append(LedgerRow(number, len(write.ledger), at, entry))
        for timer in unit.timers:
            write.timers.append(TimerRow(timer.key, timer.due_at, timer.command, timer.msisdn, timer.arguments))
            if self.next_timer is None or timer.due_at < self.next_timer:
                self.next_timer = timer.due_at
        write.timers_cancelled.extend(unit.timers_cancelled)

    def _finish(self, inbound: Inbound, decision: Decision, number: int, language: Language, reading: Reading) -> None:
        """The journal entry, the inbox row and the outbox rows of a decided message."""
        arguments = secretless(decision.arguments or {}, reading.secret)
        entry = MessageEntry(
            inbound.channel, inbound.sender, inbound.recipient, decision.masked, inbound.link, inbound.connection,
            inbound.sequence_number, inbound.fingerprint, decision.command, arguments, decision.refusal,
            tuple([(reply.to, reply.text) for reply in decision.replies]), language, 0, decision.fault,
        )  # fmt: skip
        self._journal(number, inbound.at, inbound.sender, entry)
        self._take(inbound, number, number)
        answered = Answered(
            number, self.tools.clock.now(), decision.replies, inbound.sender, language, decision.latin,
            decision.money_moved or decision.sms_too,
        )  # fmt: skip
        self._reply(answered, inbound)
        self.decided.append(Decided(inbound, decision, number))

    def _journal(self, number: int, at: Instant, msisdn: str, body: Body) -> None:
        self.write.journal.append(self.journal.row(number, at, msisdn, body))

    def _take(self, inbound: Inbound, number: int, original: int) -> None:
        fingerprint = inbound.fingerprint
        taken = Taken(number, original, fingerprint, inbound.sequence_number, inbound.at)
        self.taken.append((inbound.connection, taken))
        self.write.inbox.append(InboxRow(number, inbound.connection, fingerprint, inbound.at, original))

    def _reply(self, answered: Answered, inbound: Inbound | None) -> None:
        languages: dict[Msisdn, Language] = {}
        for reply in answered.replies:
            if reply.to != answered.sender:
                stored = _stored(self.state.subscribers.get(reply.to))
                if stored is not None:
                    languages[reply.to] = stored
        for row, outgoing in self.tools.writer.rows(answered, inbound, languages):
            self._queue(row, outgoing)

    def _queue(self, row: OutboxRow, outgoing: Outgoing) -> None:
        """Rows that fit a window are written as SENDING at once: no second commit before they leave."""
        if self.tools.delivery.place(row, outgoing):
            self.placed.append(row.id)
            row = msgspec.structs.replace(row, state=OutboxState.SENDING)
        else:
            self.waiting.append((row, outgoing))
        self.write.outbox.append(row)

    def _results(self, results: list[SubmitResult]) -> None:
        """What became of rows that left; one journal entry for all of the batch."""
        now = self.tools.clock.now()
        self.write.outbox_changes.extend(
            OutboxChange(each.row, each.state, each.at or now, each.message_id) for each in results
        )
        entry = ResultsEntry(tuple((each.row, each.state, each.message_id, each.status) for each in results))
        self._journal(self.journal.next_number(), now, "", entry)


K = TypeVar("K")
V = TypeVar("V")


def _values(values: dict[K, V | None], keys: set[K]) -> list[V]:
    return [value for key in keys if (value := values[key]) is not None]


def _stored(subscriber: Subscriber | None) -> Language | None:
    return None if subscriber is None else subscriber.language
