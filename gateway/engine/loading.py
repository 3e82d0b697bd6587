"""What a batch needs before it decides: one snapshot of the store for all of its facts, and how each was read.

Whom a command names is known once it is read, and what it looks up besides once it was tried; both are loaded for all
messages at once, so that a batch costs a few hops to the store's thread however many commands it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from gateway.commands import NotLoaded
from gateway.engine.doubts import Doubts, Taken
from gateway.engine.parts import Came, Joining, Parts, PartsKey
from gateway.engine.pushes import PushSteps
from gateway.engine.receipts import Matching, Receipts
from gateway.engine.replies import ROWS_PER_MESSAGE
from gateway.engine.tools import Tools
from gateway.engine.unit_of_work import BatchState, MessageUnit
from gateway.messages import (
    Confirmed,
    EffectResult,
    Fact,
    Imported,
    Inbound,
    Late,
    Lost,
    MessagePart,
    PartsDue,
    Push,
    Receipt,
    TimerDue,
    UsageImported,
)
from gateway.model import AccountId, Language, Msisdn, PersonId
from gateway.reading import REFUSED, Reading
from gateway.store.protocol import EffectRow, OutboxRow, PartRow, Wanted

REHEARSALS_MAX = 4


@dataclass(slots=True)
class Loading:
    """The facts of a batch with all that is known before they are decided.

    `matched`: index of a fact -> the message that it repeats; `readings`: index -> whether a question waited, and how
    it was read; `joined`: index -> what this part of an SMS did; `effects`: those whose results are in this batch.
    """

    facts: list[Fact]
    tools: Tools
    doubts: Doubts
    receipts: Receipts
    parts: Parts
    state: BatchState = field(default_factory=BatchState)
    matched: dict[int, Taken] = field(default_factory=dict)
    readings: dict[int, tuple[bool, Reading]] = field(default_factory=dict)
    rehearsed: dict[str, int] = field(default_factory=dict)  # what was known of absences when this batch was loaded
    first_replies: dict[int, list[OutboxRow]] = field(default_factory=dict)
    effects: dict[int, EffectRow | None] = field(default_factory=dict)
    matching: Matching = field(init=False)
    joining: Joining = field(init=False)
    joined: dict[int, Came] = field(default_factory=dict)
    incomplete: list[tuple[PartsKey, tuple[PartRow, ...]]] = field(default_factory=list)
    came: list[Receipt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.matching = Matching(self.receipts)
        self.joining = Joining(self.parts)

    async def run(self) -> None:
        """One snapshot for the batch: senders with their accounts and owners, then whom the commands name."""
        wanted = Wanted()
        for index, fact in enumerate(self.facts):
            if isinstance(fact, Inbound):
                wanted.subscribers.add(fact.sender)
                matched = self.doubts.match(fact.connection, fact.sequence_number, fact.fingerprint, fact.at, fact.link)
                if matched is not None:
                    self.matched[index] = matched
                elif fact.part is not None:
                    self._join(index, fact, fact.part)
            elif isinstance(fact, Confirmed):  # in its place: what follows may be a loss, or a genuine repeat
                self.doubts.confirm(fact.connection, fact.number)
            elif isinstance(fact, Late):
                self.doubts.late(fact.number)
            elif isinstance(fact, Lost):
                self.doubts.lost(fact.connection)
            elif isinstance(fact, TimerDue):
                wanted.subscribers.add(fact.msisdn)
            elif isinstance(fact, EffectResult):
                self.effects[fact.effect] = await self.tools.store.effect(fact.effect)
            elif isinstance(fact, Receipt):
                self.came.append(fact)
            elif isinstance(fact, Push):
                wanted.subscribers.add(fact.msisdn)
                wanted.records.add(PushSteps.record_key(fact.id))
            elif isinstance(fact, PartsDue):
                self.incomplete = self.joining.expire(fact.at)
                wanted.subscribers.update(key.sender for key, _ in self.incomplete)
            elif isinstance(fact, Imported):
                for row in fact.rows:
                    wanted.subscribers.add(row.msisdn)
                    wanted.accounts.add(AccountId(row.msisdn))
                    wanted.persons.add(row.person)
            elif isinstance(fact, UsageImported):
                wanted.subscribers.update(each.msisdn for each in fact.rows)
        if self.came and (keys := self.matching.keys_to_load(self.came)):
            self.matching.take_loaded(await self.tools.store.awaited(keys))
        await self.fetch(wanted)
        for index, matched in self.matched.items():
            self.first_replies[matched.original] = await self._replies_to(self.facts[index], matched.original)
        await self.fetch(self._named())
        await self._rehearse()

    async def _rehearse(self) -> None:
        """Loads together what the commands of this batch will miss, one hop to the store for all and not one for each.

        Handlers are pure, so what they decide here is thrown away. Only a command that has missed keys before is
        rehearsed, and only as often: it is expected to come to the next ones, not to its end.
        """
        self.rehearsed = dict(self.tools.absences)
        waiting = [index for index, (_, reading) in self.readings.items() if reading.command in self.rehearsed]
        for turn in range(REHEARSALS_MAX):
            wanted = Wanted()
            waiting = [index for index in waiting if self._rehearsal(index, turn, wanted)]
            if not waiting:
                break
            await self.fetch(wanted)

    def _rehearsal(self, index: int, turn: int, wanted: Wanted) -> bool:
        """Whether the command of a message came to keys that are not loaded; they are wanted now."""
        inbound, (_, reading) = self.facts[index], self.readings[index]
        assert isinstance(inbound, Inbound)
        actor = self.state.subscribers[inbound.sender]
        if self.rehearsed[reading.command] <= turn or reading.outcome == REFUSED or actor is None:
            return False
        try:
            unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
            self.tools.dispatcher.decide(inbound, 0, reading, actor, unit)
        except NotLoaded as absent:
            if absent.kind != "hash":
                _want(wanted, absent)
                return True
        return False

    async def _replies_to(self, fact: Fact, original: int) -> list[OutboxRow]:
        """What a message had as its answer; where something outside was asked first, the screen that it led to."""
        rows = await self.tools.store.replies_to(original)
        if not rows and isinstance(fact, Inbound) and fact.dialog is not None:
            dialog = self.tools.dialogs.get((fact.sender, fact.dialog.key))
            if dialog is not None and dialog.open and dialog.row:
                rows = await self.tools.store.replies_to(dialog.row // ROWS_PER_MESSAGE)
        return rows

    def _join(self, index: int, inbound: Inbound, part: MessagePart) -> None:
        """A part of a long SMS; the one that makes it whole stands for all of it from here on."""
        came, text = self.joining.add(inbound, part)
        if came is Came.COMPLETE:
            # In a list of our own: a batch that fails is tried again with the parts as they came.
            self.facts = self.facts.copy()
            self.facts[index] = msgspec.structs.replace(inbound, text=text, part=None)
        else:
            self.joined[index] = came

    def _named(self) -> Wanted:
        """The numbers that the commands name: reading comes first, because it depends on what is pending."""
        named = Wanted()
        dispatcher = self.tools.dispatcher
        for index, fact in enumerate(self.facts):
            if not isinstance(fact, Inbound) or fact.part is not None:
                continue
            actor = self.state.subscribers.get(fact.sender)
            pending = dispatcher.has_pending(actor, fact.at)
            reading = dispatcher.read(fact, pending)
            self.readings[index] = (pending, reading)
            named.subscribers.update(dispatcher.numbers_named(reading))
            if actor is not None and actor.acting is not None:
                named.subscribers.add(actor.acting.msisdn)
        return named

    async def fetch(self, wanted: Wanted) -> None:
        missing = self.state.missing(wanted)
        if missing:
            self.state.take(missing, await self.tools.store.load(missing))

    async def fetch_absent(self, absent: NotLoaded) -> None:
        wanted = Wanted()
        _want(wanted, absent)
        await self.fetch(wanted)


def _want(wanted: Wanted, absent: NotLoaded) -> None:
    match absent.kind:
        case "subscriber":
            wanted.subscribers.update(Msisdn(key) for key in absent.keys)
        case "account":
            wanted.accounts.update(AccountId(key) for key in absent.keys)
        case "person":
            wanted.persons.update(PersonId(key) for key in absent.keys)
        case "record":
            wanted.records.update(absent.keys)
        case "usage":
            wanted.usage.update(absent.keys)
        case "totals":
            wanted.totals.update(absent.keys)
        case "charges":
            wanted.charges.update(absent.keys)
        case kind:
            raise AssertionError(f"nothing is loaded by the name {kind}")
