"""One batch: load what its facts need, decide them in order, gather one transaction. Nothing leaves it by itself.

The engine drains facts into it, writes what it gathered and acknowledges. Here nothing is acknowledged, written or
sent; a key that was not loaded is fetched and the pure handler runs again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from gateway.catalogue.applications import is_application
from gateway.commands import NotLoaded, Outcome, Reply
from gateway.conversation import ANSWERED, MENU_COMMAND, Situation, Turn, typed_at, typed_on
from gateway.dispatcher import FAULT, Decision, Dispatcher, Fault, failed
from gateway.engine.dialog_steps import DialogSteps, remembering
from gateway.engine.doubts import Taken
from gateway.engine.journal import (
    Body,
    EffectEntry,
    ImportedEntry,
    Journal,
    MessageEntry,
    PartEntry,
    ReceiptsEntry,
    ReloadedEntry,
    ResultsEntry,
    TimerEntry,
    secretless,
    shortened,
)
from gateway.engine.loading import Loading
from gateway.engine.parts import text_of
from gateway.engine.pushes import PushSteps
from gateway.engine.replies import ROWS_PER_MESSAGE, Answered, Reader, Screen, country_language
from gateway.engine.tools import Decided, Tools
from gateway.engine.unit_of_work import BatchState, MessageUnit, person_of_unknown
from gateway.messages import (
    Claimed,
    Confirmed,
    DialogGone,
    DialogOrigin,
    DialogShown,
    EffectResult,
    Fact,
    ImportCount,
    Imported,
    Inbound,
    Late,
    Lost,
    MissesTallied,
    OutboxState,
    Outgoing,
    PartsDue,
    Push,
    Receipt,
    Reloaded,
    SubmitResult,
    TimerDue,
    UsageCount,
    UsageImported,
)
from gateway.misreadings import MASK
from gateway.model import Account, AccountId, Channel, CodeRef, Instant, Language, Money, Msisdn, Person, Subscriber
from gateway.reading import Reading
from gateway.rules.pushes import PushRecord
from gateway.rules.renewing import begun
from gateway.store.contents import packed_rows
from gateway.store.protocol import (
    ContentRow,
    EffectRow,
    InboxRow,
    LedgerRow,
    OutboxChange,
    OutboxRow,
    TimerRow,
    Wanted,
    WriteBatch,
)
from gateway.store.protocol import Outcome as RowOutcome
from smpp.receipt import receipt_text
from smpp.vocabulary import MessageState

_SENDING = OutboxState.SENDING
_encode = msgspec.msgpack.Encoder().encode

PART = Decision(command="", refusal="", replies=())
REPEATED = Decision(command="", refusal="", replies=())


@dataclass(slots=True)
class Batch:
    """Decides what was loaded, and gathers what is to be written, sent and acknowledged."""

    loaded: Loading
    tools: Tools
    journal: Journal
    state: BatchState = field(init=False)
    write: WriteBatch = field(default_factory=WriteBatch)
    taken: list[tuple[int, Taken]] = field(default_factory=list)
    placed: list[int] = field(default_factory=list)
    claimed: list[int] = field(default_factory=list)  # placed before this batch, and still so if it fails
    waiting: list[tuple[OutboxRow, Outgoing]] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    steps: DialogSteps = field(init=False)
    next_timer: Instant | None = None
    begun: list[EffectRow] = field(default_factory=list)  # to be done once they are on the disk
    set_aside: list[tuple[Inbound, tuple[str, bytes] | None]] = field(default_factory=list)  # for a slow hash
    _aside_senders: set[Msisdn] = field(default_factory=set)
    settled: list[tuple[Fact, object]] = field(default_factory=list)  # the operator's facts, with what came of each
    own_faults: list[tuple[int, str, str]] = field(default_factory=list)  # number, command, traceback
    changes: dict[int, OutboxChange] = field(default_factory=dict)  # by row: the last one counts
    in_order: bool = False  # what falls due between two facts ends the batch there
    put_off: list[Fact] = field(default_factory=list)  # those after that end, as they came

    def __post_init__(self) -> None:
        self.state = self.loaded.state
        tools = self.tools
        self.steps = DialogSteps(tools.talk, tools.dialects, tools.dialogs, tools.writer, tools.clock)

    def _pushing(self) -> PushSteps:
        """Made when it is needed: kept, the two would hold each other, and only a collection would free the batch."""
        return PushSteps(self.steps, self.journal, self.write, self._queue, self._carry)

    # -- decide --------------------------------------------------------------------------------------------------

    async def decide(self) -> None:
        results: list[SubmitResult] = []
        told: list[tuple[int, int | None, str, str, str]] = []
        for index, fact in enumerate(self.loaded.facts):
            if self.in_order:
                if index and self._is_overtaken(fact):
                    self._put_off(index)
                    break
                self.steps.at = getattr(fact, "at", self.steps.at)
            match fact:
                case Inbound(part=None):
                    await self._message(index, fact)
                case Inbound():
                    self._part(index, fact)
                case SubmitResult():
                    results.append(fact)
                    self._result(fact)
                    if fact.row in self.tools.dialogs.pushed:
                        self._pushing().submitted(fact)
                case Receipt():
                    row, changes = self.loaded.matching.came(fact)
                    told.append((row, fact.state, fact.ids[0] if fact.ids else "", fact.error, fact.done))
                    self._settle(changes, fact.at)
                case TimerDue():
                    await self._timer(fact)
                case DialogGone():
                    pushed = self.steps.gone(fact.sender, fact.key)
                    if pushed is not None:
                        self._pushing().lost(pushed, fact.op or "ended")
                case DialogShown():
                    self._pushing().shown(fact)
                case Push():
                    self.settled.append((fact, self._push(fact)))
                case EffectResult():
                    await self._effect_result(fact)
                case PartsDue():
                    self._give_up()
                case Claimed():
                    for row in fact.rows:
                        leaves_as = OutboxState.UNKNOWN if row in fact.once else OutboxState.SENDING
                        self.changes[row] = OutboxChange(row, leaves_as, self.now)
                    self.claimed.extend(fact.rows)
                case Confirmed():
                    self.write.confirmed[fact.connection] = fact.number
                case Late():
                    self.write.late.append(fact.number)
                case Reloaded():
                    number = self.journal.next_number()
                    self._journal(number, fact.at, "", ReloadedEntry(fact.digest, fact.changes))
                    if fact.content:
                        self.write.contents.append(ContentRow(fact.digest, fact.content))
                    self.settled.append((fact, number))
                case Imported():
                    self._imported(fact)
                case UsageImported():
                    self._usage_imported(fact)
                case MissesTallied():
                    self.write.misses.append(fact)
                case Lost():
                    pass  # told to the doubts, as the two above, when the batch was loaded
        if results:
            entry = ResultsEntry(tuple([(each.row, each.state, each.message_id, each.status) for each in results]))
            self._journal(self.journal.next_number(), self.now, "", entry)
        if told:
            self._journal(self.journal.next_number(), self.now, "", ReceiptsEntry(tuple(told)))
        self.steps.write(self.write)
        state, write, matching = self.state, self.write, self.loaded.matching
        write.outbox_changes.extend(self.changes.values())
        write.awaited.extend([each for part, each in matching.added.items() if part not in matching.gone])
        write.awaited_gone.extend(matching.gone - matching.added.keys())
        write.orphans.extend(matching.orphan_rows())
        write.orphans_gone.extend(matching.orphans_gone)
        if self.loaded.joining.changed:
            write.parts, write.parts_gone = self.loaded.joining.rows()
        write.subscribers.extend(_values(state.subscribers, state.changed_subscribers))
        write.accounts.extend(_values(state.accounts, state.changed_accounts))
        write.persons.extend(_values(state.persons, state.changed_persons))
        if state.changed_records:
            write.records.extend(state.record_rows())

    @property
    def now(self) -> Instant:
        """When the fact in hand is decided."""
        return self.steps.now

    def _is_overtaken(self, fact: Fact) -> bool:
        """Whether a timer, the result of something outside or a slow hash has its turn before this fact."""
        at = getattr(fact, "at", None)
        if at is None or isinstance(fact, TimerDue | EffectResult):
            return False
        return bool(self.begun or self.set_aside) or (self.next_timer is not None and self.next_timer <= at)

    def _put_off(self, first: int) -> None:
        """The facts from there on are for a later batch."""
        self.loaded.doubts.give_back(
            [self.loaded.matched.pop(index) for index in sorted(self.loaded.matched) if index >= first]
        )
        self.put_off = self.loaded.facts[first:]
        self.loaded.facts = self.loaded.facts[:first]

    def _push(self, push: Push) -> PushRecord | None:
        """What has come of the request so far; None: the store does not know that number."""
        unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
        known = unit.record(PushRecord, push.id)
        if known.number:
            return known
        subscriber = unit.subscriber(push.msisdn)
        products = self.tools.surroundings.products
        return None if subscriber is None else self._pushing().begin(push, subscriber, products)

    def _carry(self, outcome: Outcome, number: int, at: Instant) -> None:
        """Something that no handler has decided."""
        unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
        unit.fold(outcome)
        unit.commit()
        self._effects(unit, number, at)

    def _imported(self, fact: Imported) -> None:
        """Numbers that the store does not know, with their opening balances; the others stay as they are."""
        unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
        added = 0
        for row in fact.rows:
            if unit.subscriber(row.msisdn) is not None:
                continue
            added += 1
            account = Account(AccountId(row.msisdn))
            subscriber = Subscriber(
                row.msisdn, row.person, row.region, row.tariff, account.id, row.language, numbers_on=row.numbers_on
            )
            self._open(unit, account, Person(row.person, row.kind), subscriber, row.balance, fact.at)
        unit.commit()
        if added:
            number = self.journal.next_number()
            self._effects(unit, number, fact.at)
            kept = packed_rows(fact.rows)
            self.write.contents.append(kept)
            self._journal(number, fact.at, "", ImportedEntry(fact.file, added, kept.digest))
        self.settled.append((fact, ImportCount(added, len(fact.rows) - added)))

    def _usage_imported(self, fact: UsageImported) -> None:
        """The records of known numbers that are young enough to be kept. They move no money: the network has."""
        known = [each for each in fact.rows if self.state.subscribers[each.msisdn] is not None]
        kept = [each for each in known if each.usage.at >= fact.kept_from]
        self.write.usage.extend(kept)
        if kept:
            number = self.journal.next_number()
            self._journal(number, fact.at, "", ImportedEntry(fact.file, len(kept)))
        count = UsageCount(len(kept), len(fact.rows) - len(known), len(known) - len(kept))
        self.settled.append((fact, count))

    async def _message(self, index: int, inbound: Inbound) -> None:
        if inbound.sender in self._aside_senders:
            if (matched := self.loaded.matched.pop(index, None)) is not None:
                self.loaded.doubts.give_back([matched])
            self.set_aside.append((inbound, None))
            return
        actor = self.state.subscribers[inbound.sender]
        dispatcher = self.tools.dispatcher
        pending, reading = self.loaded.readings[index]
        if dispatcher.has_pending(actor, inbound.at) is not pending:  # an earlier message of this batch asked
            reading = dispatcher.read(inbound, not pending)
        language = _stored(actor) or reading.language or country_language(inbound.sender)
        created: int | None = None  # where the ledger entries of a number that is new begin
        if actor is None:
            if not self.tools.create_unknown:
                self._refuse_unknown(inbound, reading, language)
                return
            created, actor = len(self.write.ledger), self._create(inbound)
        matched = self.loaded.matched.get(index)
        answers = inbound.dialog is not None and inbound.dialog.answer
        if matched is not None and (answers or (reading.row is not None and reading.row.effect != "none")):
            self._repeat(inbound, matched, language)
            return
        said = inbound
        of_text = reading
        situation = self.steps.situation(inbound, actor, language, self.tools.surroundings.products)
        turn: Turn | Fault | None = None
        if situation is not None:
            if answers and self.steps.is_early(situation, self.tools.delivery.on_its_way):
                self._earlier_step(inbound, language)
                return
            if answers and situation.dialog is not None and situation.dialog.push:
                self._pushing().answered(situation.dialog, inbound.text)
                situation = replace(situation, dialog=msgspec.structs.replace(situation.dialog, push=""))
            inbound = remembering(inbound, situation)
            turn = self.steps.turn(situation, reading)
            if isinstance(turn, Fault):
                self._failed_turn(situation, turn)
                return
            if turn.reading is None:
                self._move(situation, turn, reading)
                return
            of_text, reading = reading, turn.reading
        before = self.journal.mark()
        number = self.journal.next_number()
        missed = self.loaded.rehearsed.get(reading.command, 0)
        while True:
            unit = MessageUnit(self.state, self.tools.surroundings, language)
            try:
                decision = dispatcher.decide(inbound, number, reading, actor, unit)
                break
            except NotLoaded as absent:
                if absent.kind == "hash":
                    self.journal.reset(before)
                    if created is not None:
                        self._uncreate(actor, created)
                    self.set_aside.append((said, absent.keys[0]))
                    self._aside_senders.add(inbound.sender)
                    return
                missed += 1
                self.tools.absences[reading.command] = max(missed, self.tools.absences.get(reading.command, 0))
                await self.loaded.fetch_absent(absent)
        await self._load_readers(decision.replies)
        decision, documents = self._answerable(decision, Reader(inbound.sender, language, decision.latin), unit, number)
        unit.commit()
        shown = self._effects(unit, number, inbound.at, documents)
        screen = None
        if shown:
            self.steps.waits(inbound, language, decision.latin, shown)
        elif situation is not None and isinstance(turn, Turn):
            screen = self.steps.answered(situation, turn, decision, self.state.subscribers[inbound.sender], number)
        typed = None
        if isinstance(turn, Turn) and reading is not of_text:
            typed = typed_at(inbound.text, reading)
        codes = self._codes_in(said.text, unit.compared) if unit.compared else ()
        self._finish(inbound, decision, number, language, reading, screen, typed, codes)

    def _codes_in(self, text: str, compared: list[CodeRef]) -> tuple[tuple[int, CodeRef], ...]:
        """Where in a text one-time codes stand that were right."""
        places = ((text.find(self.tools.surroundings.derive_code(ref)), ref) for ref in compared)
        return tuple([each for each in places if each[0] >= 0])

    def _part(self, index: int, inbound: Inbound) -> None:
        """A part of a long SMS that does not make it whole: kept and acknowledged, nothing more."""
        matched = self.loaded.matched.get(index)
        if matched is not None:
            self._repeat(inbound, matched, country_language(inbound.sender))
            return
        part = inbound.part
        assert part is not None
        number = self.journal.next_number()
        entry = PartEntry(
            inbound.sender, inbound.recipient, inbound.link, inbound.connection, inbound.sequence_number,
            inbound.fingerprint, part.reference, part.total, part.number, self.loaded.joined[index].name.lower(),
        )  # fmt: skip
        self._journal(number, inbound.at, inbound.sender, entry)
        self._owe_receipt(inbound, number)
        self._take(inbound, number, number)
        self.decided.append(Decided(inbound, PART, number))

    def _give_up(self) -> None:
        """Long SMS whose other parts did not come: their senders are told, nothing is carried out."""
        for key, rows in self.loaded.incomplete:
            at = self.now
            inbound = Inbound(
                Channel.SMS, key.sender, key.recipient, text_of(rows), at, 0, key.link, 0, 0, rows[0].digest
            )
            actor = self.state.subscribers[key.sender]
            reading = self.tools.dispatcher.read(inbound, False)
            language = _stored(actor) or reading.language or country_language(key.sender)
            reply = Reply(key.sender, "general-incomplete", {"came": len(rows), "total": key.total})
            decision = Decision(
                command="", refusal="incomplete", replies=(reply,), latin=reading.latin, masked=reading.masked
            )
            number = self.journal.next_number()
            decision, _ = self._answerable(decision, Reader(key.sender, language, reading.latin), None, number)
            self._answer(inbound, decision, number, language, reading)

    async def _timer(self, timer: TimerDue) -> None:
        number = self.journal.next_number()
        self.write.timers_cancelled.append(timer.key)
        decision = await self._own(timer, number)
        entry = TimerEntry(timer.key, timer.command, timer.msisdn, decision.refusal, decision.fault)
        self._journal(number, timer.at, timer.msisdn, entry)
        self._reply(Answered(number, self.now, decision.replies, decision.texts), None)

    async def _effect_result(self, result: EffectResult) -> None:
        """What came of something outside. A second result of the same effect finds it gone and changes nothing."""
        effect = self.loaded.effects.get(result.effect)
        if effect is None:
            return
        number = self.journal.next_number()
        decision, waiting = Decision("", "", ()), None
        if result.retry_at:
            self.write.effects_put_off.append((effect.id, result.retry_at))
            self.begun.append(msgspec.structs.replace(effect, due_at=result.retry_at, tries=effect.tries + 1))
        else:
            self.loaded.effects[effect.id] = None
            self.write.effects_done.append(effect.id)
            if effect.command:
                arguments = (*effect.arguments, ("succeeded", result.succeeded), ("answer", result.answer))
                own = TimerDue("", result.at, effect.command, effect.msisdn, arguments)
                waiting = self.steps.waiting(effect.id)
                asker = None if waiting is None else Reader(waiting.sender, *self.steps.spoken_in(waiting))
                decision = await self._own(own, number, asker)
        outside = is_application(effect.channel)
        entry = EffectEntry(
            effect.id, effect.channel, effect.command, effect.msisdn, result.succeeded, result.retry_at,
            decision.refusal, decision.fault, "" if outside else shortened(effect.document),
            "" if outside else result.answer,
        )  # fmt: skip
        self._journal(number, result.at, effect.msisdn, entry)
        if waiting is not None:
            await self._show(waiting, decision, number)
            return
        said = zip(decision.replies, decision.texts, strict=True)
        kept = [(reply, text) for reply, text in said if reply.prompt is None]  # nobody could answer it there
        replies, texts = tuple([reply for reply, _ in kept]), tuple([text for _, text in kept])
        self._reply(Answered(number, self.now, replies, texts), None)

    async def _show(self, waiting: Inbound, decision: Decision, number: int) -> None:
        """The result of something outside, in the dialog that waits for it."""
        if waiting.sender not in self.state.subscribers:
            await self.loaded.fetch(Wanted({waiting.sender}))
        actor = self.state.subscribers[waiting.sender]
        language, latin = self.steps.spoken_in(waiting)
        screen = None
        if actor is not None:
            decision = msgspec.structs.replace(decision, latin=latin)
            products = self.tools.surroundings.products
            situation = self.steps.situation(waiting, actor, language, products)
            if situation is None:  # one dial and one answer
                self.steps.end(waiting)
            else:
                over = Turn(changed=True)
                screen = self.steps.answered(situation, over, decision, actor, number)
        answered = Answered(
            number, self.now, decision.replies, decision.texts, waiting.sender, decision.money_moved,
            screen,
        )  # fmt: skip
        self._reply(answered, waiting)

    async def _own(self, command: TimerDue, number: int, asker: Reader | None = None) -> Decision:
        """Runs a command that the gateway gives itself; `asker` is who waits before his screen for what it says."""
        while True:
            unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
            try:
                decision = self.tools.dispatcher.due(command, number, unit)
                break
            except NotLoaded as absent:
                await self.loaded.fetch_absent(absent)
        documents = self._documents(unit)
        if isinstance(documents, Fault):
            unit.forget()
            decision, documents = Decision(command.command, FAULT, (), fault=str(documents)), []
        if decision.fault and asker is not None:  # he must not wait for ever
            decision = failed(command.command, Fault(decision.fault), asker.msisdn, number)
        unit.commit()
        self._effects(unit, number, command.at, documents)
        await self._load_readers(decision.replies)
        decision = self._told_at_least(decision, asker, number)
        if decision.fault:
            self.own_faults.append((number, command.command, decision.fault))
        return decision

    def _answerable(
        self, decision: Decision, asker: Reader, unit: MessageUnit | None, number: int
    ) -> tuple[Decision, list[bytes]]:
        """A decision with its replies in words, and the documents of its effects.

        Where a text does not fit its arguments the command is refused whole, with an apology: what nobody could be
        told must not happen to anybody.
        """
        documents = [] if unit is None else self._documents(unit)
        texts = documents if isinstance(documents, Fault) else self._in_words(decision.replies, asker)
        if not isinstance(texts, Fault) and not isinstance(documents, Fault):
            return msgspec.structs.replace(decision, texts=texts), documents
        if unit is not None:
            unit.forget()
        apology = failed(
            decision.command, Fault(texts), asker.msisdn, number, latin=decision.latin, masked=decision.masked
        )  # fmt: skip
        said = self._in_words(apology.replies, asker)
        if isinstance(said, Fault):  # not even that: silence, and the engine goes on
            return msgspec.structs.replace(apology, replies=()), []
        return msgspec.structs.replace(apology, texts=said), []

    def _told_at_least(self, decision: Decision, asker: Reader | None, number: int) -> Decision:
        """The replies of what the gateway did itself, in words.

        That stands, since it happened outside or its time came: in place of a text that does not fit its arguments
        its reader is told where to look.
        """
        said, faults = [], [decision.fault] if decision.fault else []
        for reply in decision.replies:
            texts = self._in_words((reply,), asker)
            if isinstance(texts, Fault):
                faults.append(str(texts))
                reply = Reply(reply.to, "general-untold", {"reference": number}, reply.notice)
                texts = self._in_words((reply,), asker)
            if not isinstance(texts, Fault):
                said.append((reply, texts[0]))
        replies, words = tuple([reply for reply, _ in said]), tuple([text for _, text in said])
        return msgspec.structs.replace(decision, replies=replies, texts=words, fault="\n".join(faults))

    def _in_words(self, replies: tuple[Reply, ...], asker: Reader | None) -> tuple[str, ...] | Fault:
        languages: dict[Msisdn, Language] = {}
        for reply in replies:
            stored = _stored(self.state.subscribers.get(reply.to))
            if stored is not None:
                languages[reply.to] = stored
        return Dispatcher.guarded(lambda: self.tools.writer.texts(replies, asker, languages))

    def _documents(self, unit: MessageUnit) -> list[bytes] | Fault:
        """What is asked of systems outside, in the order of the effects."""
        told = self.tools.writer.told
        return Dispatcher.guarded(lambda: [msgspec.json.encode(told(each.document)) for each in unit.effects])

    async def _load_readers(self, replies: tuple[Reply, ...]) -> None:
        """The stored languages of other people are needed for what they are told."""
        unknown = {reply.to for reply in replies if reply.to not in self.state.subscribers}
        if unknown:
            await self.loaded.fetch(Wanted(unknown))

    def _refuse_unknown(self, inbound: Inbound, reading: Reading, language: Language) -> None:
        """A number that the store does not know is told so."""
        decision = Decision(
            command=reading.command,
            refusal="unknown_subscriber",
            replies=(Reply(inbound.sender, "general-unknown_subscriber"),),
            latin=reading.latin,
            masked=reading.masked,
        )
        number = self.journal.next_number()
        decision, _ = self._answerable(decision, Reader(inbound.sender, language, reading.latin), None, number)
        self._finish(inbound, decision, number, language, reading)

    def _create(self, inbound: Inbound) -> Subscriber:
        """A number that the store does not know gets the default tariff and the opening balance."""
        opening = self.tools.surroundings.products.opening
        msisdn = inbound.sender
        account = Account(AccountId(msisdn))
        person = Person(person_of_unknown(msisdn))
        subscriber = Subscriber(msisdn, person.id, opening.region, opening.tariff, account.id, since=inbound.at)
        unit = MessageUnit(self.state, self.tools.surroundings, Language.RU)
        subscriber = self._open(unit, account, person, subscriber, opening.balance_minor, inbound.at)
        unit.commit()
        self._effects(unit, self.journal.number + 1, inbound.at)
        return subscriber

    def _open(
        self, unit: MessageUnit, account: Account, person: Person, subscriber: Subscriber, balance: Money, at: Instant
    ) -> Subscriber:
        """A number that is new to the store, with its account and the dates of its fees."""
        known, timers = begun(subscriber, at, self.tools.surroundings.products, self.tools.surroundings.operator)
        unit.open_account(account, person, known, balance)
        unit.timers.extend(timers)
        return known

    def _uncreate(self, subscriber: Subscriber, created: int) -> None:
        """Its message waits aside and has no number yet, under which its opening balance could be entered."""
        del self.write.ledger[created:]
        self.write.timers = [each for each in self.write.timers if each.msisdn != subscriber.msisdn]
        state = self.state
        state.subscribers[subscriber.msisdn] = None
        state.accounts[subscriber.account] = None
        state.persons[subscriber.person] = None
        state.changed_subscribers.discard(subscriber.msisdn)
        state.changed_accounts.discard(subscriber.account)
        state.changed_persons.discard(subscriber.person)

    def _repeat(self, inbound: Inbound, matched: Taken, language: Language) -> None:
        """What was in doubt came again: no second effect, the first answer again, on the screen that is open now."""
        number = self.journal.next_number()
        told: list[tuple[str, str]] = []
        for index, row in enumerate(self.loaded.first_replies[matched.original]):
            first = msgspec.msgpack.decode(row.document, type=Outgoing)
            if row.msisdn != inbound.sender or first.receipt_of:
                continue
            lasts_ms = first.expires_at - matched.at
            again = msgspec.structs.replace(
                first,
                expires_at=Instant(inbound.at + max(lasts_ms, 0)),
                connection=inbound.connection,
                link=inbound.link,
                account=inbound.account,
                dialog=_on_screen_again(inbound.dialog, first.dialog),
            )
            self._queue(number * ROWS_PER_MESSAGE + index, inbound.at, again)
            told.append((row.msisdn, ""))
        entry = MessageEntry(
            inbound.channel, inbound.sender, inbound.recipient, "", inbound.link, inbound.connection,
            inbound.sequence_number, inbound.fingerprint, "", {}, "", tuple(told), language, matched.original,
        )  # fmt: skip
        self._journal(number, inbound.at, inbound.sender, entry)
        self._owe_receipt(inbound, number)
        self._take(inbound, number, matched.original)
        self.decided.append(Decided(inbound, REPEATED, number, matched.original))

    def _effects(self, unit: MessageUnit, number: int, at: Instant, documents: Sequence[bytes] = ()) -> int:
        """What a decision does besides changing documents; the effect whose result its dialog shows, 0: none."""
        write, shown = self.write, 0
        for entry in unit.entries:
            write.ledger.append(LedgerRow(number, len(write.ledger), at, entry))
        timers = [TimerRow(each.key, each.due_at, each.command, each.msisdn, each.arguments) for each in unit.timers]
        for account, watch in unit.crossed:
            timers.append(TimerRow(f"watch/{account}", at, watch.command, watch.msisdn, ()))
        for timer in timers:
            write.timers.append(timer)
            if self.next_timer is None or timer.due_at < self.next_timer:
                self.next_timer = timer.due_at
        write.timers_cancelled.extend(unit.timers_cancelled)
        if unit.hurried:
            write.timers_hurried.update(dict.fromkeys(unit.hurried, at))
            self.next_timer = at if self.next_timer is None else min(self.next_timer, at)
        for index, (effect, document) in enumerate(zip(unit.effects, documents, strict=True)):
            row_id = number * ROWS_PER_MESSAGE + index
            key = self.journal.key(row_id)
            row = EffectRow(
                row_id, key, at, at, effect.channel, document, effect.command, effect.msisdn, effect.arguments
            )
            write.effects.append(row)
            self.begun.append(row)
            shown = row_id if effect.shown else shown
        return shown

    def _finish(
        self,
        inbound: Inbound,
        decision: Decision,
        number: int,
        language: Language,
        reading: Reading,
        screen: Screen | None = None,
        typed: str | None = None,
        codes: tuple[tuple[int, CodeRef], ...] = (),
    ) -> None:
        """The journal entry, the inbox row and the outbox rows of a decided message.

        `typed` is its text with the secrets in it masked, where the reading is not one of the text itself.
        """
        self._answer(inbound, decision, number, language, reading, screen, typed, codes)
        self._owe_receipt(inbound, number)
        self._take(inbound, number, number)

    def _answer(
        self,
        inbound: Inbound,
        decision: Decision,
        number: int,
        language: Language,
        reading: Reading,
        screen: Screen | None = None,
        typed: str | None = None,
        codes: tuple[tuple[int, CodeRef], ...] = (),
    ) -> None:
        if typed is None:
            typed = reading.masked if len(reading.masked) == len(inbound.text) else MASK * len(inbound.text)
        arguments = secretless(decision.arguments or {}, reading.secret)
        entry = MessageEntry(
            inbound.channel, inbound.sender, inbound.recipient, decision.masked, inbound.link, inbound.connection,
            inbound.sequence_number, inbound.fingerprint, decision.command, arguments, decision.refusal,
            tuple([(reply.to, reply.text) for reply in decision.replies]), language, 0, decision.fault,
            "" if typed == decision.masked else typed, inbound.dialog, codes,
        )  # fmt: skip
        self._journal(number, inbound.at, inbound.sender, entry)
        answered = Answered(
            number, self.now, decision.replies, decision.texts, inbound.sender,
            decision.money_moved or decision.sms_too, screen,
        )  # fmt: skip
        self._reply(answered, inbound)
        self.decided.append(Decided(inbound, decision, number, typed=typed))

    def _owe_receipt(self, inbound: Inbound, number: int) -> None:
        """A client who asked is told that his message has reached its receiver: us (SMPP 3.4 5.2.17)."""
        if not inbound.receipt_to:
            return
        at = datetime.fromtimestamp(inbound.at / 1000, UTC)
        text = receipt_text(str(number), MessageState.DELIVERED, at, at)
        receipt = self.tools.writer.receipt(inbound, number, text)
        self._queue(number * ROWS_PER_MESSAGE + ROWS_PER_MESSAGE - 1, inbound.at, receipt)

    # -- dialogs -------------------------------------------------------------------------------------------------

    def _earlier_step(self, inbound: Inbound, language: Language) -> None:
        """It has had its answer: the screen that is on its way. Nothing happens twice."""
        decision = Decision(command=MENU_COMMAND, refusal="early", replies=())
        self._finish(inbound, decision, self.journal.next_number(), language, ANSWERED)

    def _move(self, situation: Situation, turn: Turn, reading: Reading) -> None:
        """A screen without a command. A code of the plan that was dialled for it is masked by the plan."""
        number = self.journal.next_number()
        screen = self.steps.moved(situation, turn, number)
        decision = Decision(command=MENU_COMMAND, refusal="", replies=())
        text = situation.inbound.text
        dialled = reading.row is not None and len(reading.masked) == len(text)
        typed = reading.masked if dialled else typed_on(text, turn)
        self._finish(situation.inbound, decision, number, situation.language, ANSWERED, screen, typed)

    def _failed_turn(self, situation: Situation, fault: Fault) -> None:
        """A bug of ours in a menu: the dialog ends with an apology, and the neighbours never notice."""
        number = self.journal.next_number()
        self.steps.end(situation.inbound)
        sender, language = situation.inbound.sender, situation.language
        apology = failed(MENU_COMMAND, fault, sender, number)
        decision, _ = self._answerable(apology, Reader(sender, language), None, number)
        self._finish(situation.inbound, decision, number, situation.language, ANSWERED)

    def _journal(self, number: int, at: Instant, msisdn: str, body: Body) -> None:
        self.write.journal.append(self.journal.row(number, at, msisdn, body))

    def _take(self, inbound: Inbound, number: int, original: int) -> None:
        fingerprint = inbound.fingerprint
        taken = Taken(number, original, fingerprint, inbound.sequence_number, inbound.at)
        self.taken.append((inbound.connection, taken))
        self.write.inbox.append(InboxRow(number, inbound.connection, fingerprint, inbound.at, original))

    def _reply(self, answered: Answered, inbound: Inbound | None) -> None:
        first = answered.number * ROWS_PER_MESSAGE
        for index, outgoing in enumerate(self.tools.writer.outgoing(answered, inbound)):
            self._queue(first + index, answered.at, outgoing)

    def _queue(self, row_id: int, at: Instant, outgoing: Outgoing) -> None:
        """Rows that fit a window are written as SENDING at once: no second commit before they leave."""
        row = OutboxRow(row_id, _SENDING, at, outgoing.destination, _encode(outgoing))
        state = self.tools.delivery.place(row, outgoing)
        if state is not None:
            self.placed.append(row_id)
        if state is not _SENDING:
            row = msgspec.structs.replace(row, state=state or OutboxState.READY)
        if state is None:
            self.waiting.append((row, outgoing))
        self.write.outbox.append(row)

    def _result(self, result: SubmitResult) -> None:
        """What became of a row that left; a receipt may have come before its response."""
        at = result.at or self.now
        known = self.loaded.matching.outcome(result.row)
        self.changes[result.row] = OutboxChange(result.row, known or result.state, at, result.message_id)
        if result.awaited and known is None:
            self._settle(self.loaded.matching.sent(result.awaited), at)

    def _settle(self, changes: Iterable[tuple[int, OutboxState]], at: Instant) -> None:
        for row, state in changes:
            earlier = self.changes.get(row)
            if earlier is None:
                self.write.outcomes.append(RowOutcome(row, state, at))
            else:
                self.changes[row] = OutboxChange(row, state, at, earlier.message_id)


K = TypeVar("K")
V = TypeVar("V")


def _values(values: dict[K, V | None], keys: set[K]) -> list[V]:
    return [value for key in keys if (value := values[key]) is not None]


def _on_screen_again(now: DialogOrigin | None, first: DialogOrigin | None) -> DialogOrigin | None:
    """Where a first answer is shown again: on the screen that is open now, doing to it what the first did."""
    if now is None or first is None:
        return None
    return msgspec.structs.replace(now, act=first.act)


def _stored(subscriber: Subscriber | None) -> Language | None:
    return None if subscriber is None else subscriber.language
