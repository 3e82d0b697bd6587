"""Runs a transcript through the real engine, on a store in memory and a clock that stands still, and compares.

Grammar, dispatcher, handlers, texts and engine are those of a gateway; only the wire is left out. `play` compares
what any stage shows, so the same transcript can also be played over SMPP. Nothing here touches the network.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

from gateway.app import Rooms
from gateway.clock import Clock, VirtualClock
from gateway.commands import Command, Handler, Outcome, UnitOfWork
from gateway.delivery.effects import ChannelSetup, EffectFailed, EffectRefused, perform_once
from gateway.dispatcher import LATER, Dispatcher
from gateway.engine.batch import Decided, Tools
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.replies import fill_code
from gateway.messages import DialogGone, DialogOrigin, EffectResult, Fact, Inbound, OutboxState, Outgoing, Receipt
from gateway.model import Channel, CodeRef, Instant, Money, Msisdn
from gateway.replay.going import Watch, unwatched
from gateway.replay.pattern import escaped
from gateway.replay.population import population
from gateway.replay.transcript import (
    After,
    Balance,
    Expected,
    Message,
    Outside,
    Shown,
    Transcript,
    Way,
    sum_text,
    written,
)
from gateway.rules.confirmations import secret_from
from gateway.standins.answers import ANSWERERS
from gateway.store.memory import MemoryStore
from gateway.store.protocol import EffectRow, OutboxRow, Store, StoreError, Wanted

START = Instant(1_773_133_200_000)
"""10 March 2026, 12:00 in Moscow: the day of every transcript."""
SECRET = secret_from("the secret of transcripts")
CONNECTION = 1
BEFORE_HANDLERS = frozenset({"blocked", "unknown_subscriber", LATER})
"""Refusals of an understood command that its handler never saw."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a phone got. `code` and `reference` are parts of the text that vary, empty where unknown."""

    shown: Shown
    to: Msisdn
    text: str
    code: str = ""
    reference: str = ""


class Stage(Protocol):
    """Where a transcript is played: an engine alone, or a gateway behind a wire."""

    async def say(self, message: Message, text: str) -> list[Heard]:
        """What the phones get for a message, in order."""
        ...

    async def wait(self, lasts_ms: int) -> list[Heard]:
        """What the phones get while time passes."""
        ...

    async def balance(self, msisdn: Msisdn) -> Money:
        """What is on the account that pays for a number."""
        ...

    def outside(self, step: Outside) -> None:
        """How a system outside goes on."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One reply (or balance) that is not as written; None: there should be, or was, none."""

    line: int
    expected: str | None
    actual: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a transcript. `refusals`: (command, refusal), the command empty where none was understood.

    `blocks`: for each message that was answered otherwise, by its line, the lines that would be right.
    `faults`: handlers that failed; no expectation can accept those.
    """

    transcript: Transcript
    messages: int
    replies: int
    differences: tuple[Difference, ...] = ()
    refusals: frozenset[tuple[str, str]] = frozenset()
    blocks: Mapping[int, Sequence[str]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return not self.differences and not self.faults


# -- comparison ---------------------------------------------------------------------------------------------------


class _Player:
    """Plays one transcript: holds what its places met, and gathers the differences."""

    def __init__(self, transcript: Transcript, stage: Stage) -> None:
        self.transcript = transcript
        self.stage = stage
        self.held: dict[str, str] = {}
        self.differences: list[Difference] = []
        self.blocks: dict[int, list[str]] = {}
        self.messages = 0
        self.replies = 0

    async def play(self) -> None:
        for step in self.transcript.steps:
            match step:
                case Message():
                    self.messages += 1
                    heard = await self._said(step)
                    if heard is not None:
                        self._compare(step, heard)
                case After():
                    self._compare(step, await self.stage.wait(step.lasts_ms))
                case Outside():
                    self.stage.outside(step)
                case Balance():
                    await self._balance(step)

    async def _said(self, message: Message) -> list[Heard] | None:
        """What is answered; None if it could not be said, for want of what one of its places holds."""
        try:
            text = message.text.fill(self.held)
        except KeyError as place:
            note = f"nothing before this line showed what {{{place.args[0]}}} is"
            self.differences.append(Difference(message.line, message.text.source, None, note))
            return None
        return await self.stage.say(message, text)

    async def _balance(self, step: Balance) -> None:
        amount = await self.stage.balance(step.msisdn)
        if amount != step.amount:
            self.differences.append(Difference(step.line, sum_text(step.amount), sum_text(amount), "balance"))
            self.blocks[step.line] = [f"balance {step.msisdn} {sum_text(amount)}"]

    def _compare(self, step: Message | After, heard: list[Heard]) -> None:
        self.replies += len(heard)
        before = len(self.differences)
        sources: list[tuple[Shown, Msisdn, str]] = []
        for expected, actual in self._paired(step.expected.replies, heard):
            source = self._same(expected, actual) if expected and actual else ""
            if actual is not None:
                source = source or self._source(actual, expected)
                sources.append((actual.shown, actual.to, source))
            if expected is None or actual is None or source != expected.text.source:
                line = expected.line if expected else step.expected.last if step.expected.stated else step.line
                wanted = None if expected is None else _block(expected.shown, expected.to, expected.text.source)
                told = None if actual is None else _block(actual.shown, actual.to, source)
                self.differences.append(Difference(line, wanted, told))
        unstated = isinstance(step, Message) and not step.expected.stated
        if unstated and not heard:
            self.differences.append(Difference(step.line, None, "  nothing"))
        if len(self.differences) > before:
            self.blocks[step.line] = written(sources) if sources or isinstance(step, Message) else []

    def _same(self, expected: Expected, actual: Heard) -> str:
        """The source of the expected text if it is what was shown, and what its places met; else an empty one."""
        if (expected.shown, expected.to) != (actual.shown, actual.to):
            return ""
        met = expected.text.match(_trimmed(actual.text), self.held)
        if met is None:
            return ""
        self.held.update(met)
        return expected.text.source

    def _paired(
        self, expected: Sequence[Expected], heard: Sequence[Heard]
    ) -> Iterable[tuple[Expected | None, Heard | None]]:
        """Each expected reply with the one that it is, in order; what is in one list alone stands alone."""
        left, waiting = list(heard), list(expected)
        while left and waiting:
            if not self._fits(waiting[0], left[0]):
                ahead = next((i for i, each in enumerate(left) if self._fits(waiting[0], each)), 0)
                behind = next((i for i, each in enumerate(waiting) if self._fits(each, left[0])), 0)
                if ahead and not behind:
                    yield None, left.pop(0)
                    continue
                if behind:
                    yield waiting.pop(0), None
                    continue
            yield waiting.pop(0), left.pop(0)
        for reply in waiting:
            yield reply, None
        for actual in left:
            yield None, actual

    def _fits(self, expected: Expected, actual: Heard) -> bool:
        return (expected.shown, expected.to) == (actual.shown, actual.to) and (
            expected.text.match(_trimmed(actual.text), self.held) is not None
        )

    def _source(self, actual: Heard, expected: Expected | None) -> str:
        """A text as a transcript would have it: codes and references as places."""
        source = escaped(_trimmed(actual.text))
        for kind, value in (("otp", actual.code), ("ref", actual.reference)):
            if value and value in source:
                source = source.replace(value, f"{{{self._name(kind, value, expected)}}}")
        return source

    def _name(self, kind: str, value: str, expected: Expected | None) -> str:
        """The name that holds this value; a new one where none does."""
        for name, held in self.held.items():
            if held == value and name.startswith(kind):
                return name
        wished = expected.text.names(kind) if expected is not None else []
        names = [*wished, kind, *(f"{kind}{count}" for count in range(2, 100))]
        name = next(each for each in names if each not in self.held)
        self.held[name] = value
        return name


def _trimmed(text: str) -> str:
    """Without spaces at the ends of lines, which no transcript shows."""
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _block(shown: Shown, to: Msisdn, source: str) -> str:
    return "\n".join(written([(shown, to, source)]))


async def play(transcript: Transcript, stage: Stage) -> Result:
    """Plays a transcript on a stage and says what is not as written. Refusals and faults are the stage's to tell."""
    player = _Player(transcript, stage)
    await player.play()
    return Result(transcript, player.messages, player.replies, tuple(player.differences), blocks=player.blocks)


# -- the engine as a stage ----------------------------------------------------------------------------------------


class Phones:
    """Gets what the engine sends: the engine's `Delivery`. A row is shown as soon as its batch is on the disk."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._placed: dict[int, Outgoing] = {}
        self.heard: list[Heard] = []

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState:
        self._placed[row.id] = outgoing
        return OutboxState.SENDING

    def release(self, rows: Iterable[int]) -> None:
        for row in rows:
            self._placed.pop(row, None)

    def dispatch(self, rows: Iterable[int]) -> None:
        self.heard.extend(self.shown(self._placed.pop(row)) for row in rows)

    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None:
        """Every row has its place at once."""

    def on_its_way(self, row: int) -> bool:
        return False

    def shown(self, outgoing: Outgoing) -> Heard:
        """A reply as its phone shows it."""
        shown = Shown.SCREEN if outgoing.channel is Channel.USSD else Shown.SMS
        code = self._digits(outgoing.code)
        text = fill_code(outgoing.text, outgoing.code, code)
        return Heard(shown, outgoing.destination, text, code, str(outgoing.reference))

    def _digits(self, ref: CodeRef | None) -> str:
        return "" if ref is None else self._rooms.derive_code(ref)

    def take(self) -> list[Heard]:
        taken, self.heard = self.heard, []
        return taken


class Notes:
    """Notes what was refused and what failed: the engine's `Observer`, and its `Acknowledger`, which has no peer."""

    def __init__(self) -> None:
        self.refusals: set[tuple[str, str]] = set()
        self.faults: list[str] = []

    def decided(self, each: Decided, took_ms: float) -> None:
        decision = each.decision
        if decision.fault:
            self.faults.append(decision.fault)
        elif decision.refusal and (not decision.command or decision.refusal in BEFORE_HANDLERS):
            self.refusals.add((decision.command, decision.refusal))

    def wrote(self, facts: list[Fact], decided: list[Decided], took_s: float) -> None:
        """What each message became is all there is to note."""

    def batch_failed(self, facts: int, error: StoreError) -> None:
        self.faults.append(error.message)

    def acknowledge(self, inbound: Inbound, number: int) -> None:
        """Nobody waits for it."""

    def acknowledge_receipt(self, receipt: Receipt) -> None:
        """No message centre sends one."""

    def receipts(self, came: list[Receipt], orphaned: list[Receipt]) -> None:
        """As above."""

    def parts_dropped(self, count: int) -> None:
        """As above."""

    def busy(self, fact: Inbound | Receipt) -> None:
        """Nobody sends it again: `batch_failed` has noted why."""

    def flush(self) -> None:
        """There is no socket."""

    def noting(self, handler: Handler) -> Handler:
        """The handler, its refusals noted under its own name, also where it runs as the answer to a question."""

        def function(command: Command, uow: UnitOfWork) -> Outcome:
            outcome = handler.function(command, uow)
            if outcome.refusal:
                self.refusals.add((handler.name, outcome.refusal))
            return outcome

        return replace(handler, function=function)


class OutsideSystems:
    """The systems outside: the engine's `Performer`. What is due is done between two batches, without a wire."""

    GIVE_UP_MS: Mapping[str, int] = {"location": 120_000}
    GIVE_UP_ELSE_MS = 3_600_000

    def __init__(self) -> None:
        self.steps: dict[str, Outside] = {}
        self._waiting: list[EffectRow] = []
        self._done = 0

    def begin(self, effects: Iterable[EffectRow]) -> None:
        self._waiting.extend(effects)

    def next_due(self) -> Instant | None:
        return min((each.due_at for each in self._waiting), default=None)

    async def results(self, clock: Clock) -> list[EffectResult]:
        """What comes of everything that is due now."""
        due = [each for each in self._waiting if each.due_at <= clock.now()]
        self._waiting = [each for each in self._waiting if each.due_at > clock.now()]
        setups = {each.channel: self._setup(each.channel) for each in due}
        return [await perform_once(each, setups[each.channel], clock) for each in due]

    def _setup(self, channel: str) -> ChannelSetup:
        return ChannelSetup(self, self.GIVE_UP_MS.get(channel, self.GIVE_UP_ELSE_MS))

    async def perform(self, effect: EffectRow) -> str:
        step = self.steps.get(effect.channel)
        if step is not None and step.silent:
            raise EffectFailed("no answer")
        if step is not None and step.refuses:
            raise EffectRefused(step.refuses)
        answerer = ANSWERERS.get(effect.channel)
        answer = answerer(msgspec.json.decode(effect.document), self._done) if answerer is not None else {}
        if isinstance(answer, str):
            raise EffectRefused(answer)
        self._done += 1
        return msgspec.json.encode(answer).decode()

    async def close(self) -> None:
        """There is no wire."""


class EngineStage:
    """An engine of its own for one transcript."""

    def __init__(self, rooms: Rooms, transcript: Transcript) -> None:
        self._rooms = rooms
        self._transcript = transcript
        self._clock = VirtualClock(START)
        self._phones = Phones(rooms)
        self.notes = Notes()
        self._store = MemoryStore()
        self._outside = OutsideSystems()
        handlers = {name: self.notes.noting(handler) for name, handler in rooms.handlers.items()}
        tools = Tools(
            self._store,
            Dispatcher(rooms.grammar, handlers),
            rooms.surroundings,
            rooms.writer,
            self._phones,
            self._clock,
            performer=self._outside,
            talk=rooms.talk,
            dialects=rooms.dialects,
        )
        self._engine = Engine(FactQueue(256), tools, self.notes, self.notes, EngineSettings())
        self._sequence_number = 0

    async def start(self) -> None:
        await self._store.open()
        await self._store.write(population(self._transcript, self._rooms.operator, START))
        await self._engine.start()

    async def say(self, message: Message, text: str) -> list[Heard]:
        self._sequence_number += 1
        dialled = message.channel is Channel.USSD
        address = text.strip("*#").split("*")[0][:20] if dialled else message.to
        if message.way is Way.HANGS_UP:
            self._engine.queue.post(DialogGone(message.sender, b"", self._clock.now()))
            await self._engine.step()
            return self._phones.take()
        dialect = "one-shot" if message.way is Way.DIALS else "spec"
        origin = DialogOrigin(dialect, b"\0\2", address, message.way is Way.ANSWERS)
        self._engine.queue.post(
            Inbound(
                message.channel,
                message.sender,
                address,
                text,
                self._clock.now(),
                CONNECTION,
                "transcript",
                0,
                self._sequence_number,
                self._sequence_number.to_bytes(16, "big"),
                origin if dialled else None,
            )
        )
        await self._settle()
        return self._phones.take()

    async def _settle(self) -> None:
        """Until nothing is queued and nothing outside is due."""
        await self._engine.settle()
        while results := await self._outside.results(self._clock):
            for result in results:
                self._engine.queue.post(result)
            await self._engine.settle()

    async def wait(self, lasts_ms: int) -> list[Heard]:
        """Timers fire each at its own time, not all at the end."""
        until = self._clock.now() + lasts_ms
        while (due := self._next_due()) is not None and due <= until:
            self._clock.advance(max(0, due - self._clock.now()))
            await self._engine.fire_timers()
            await self._settle()
        self._clock.advance(until - self._clock.now())
        return self._phones.take()

    def _next_due(self) -> Instant | None:
        """When the next timer fires or the next try outside is due."""
        due = [each for each in (self._engine.next_timer, self._outside.next_due()) if each is not None]
        return min(due, default=None)

    def outside(self, step: Outside) -> None:
        self._outside.steps[step.channel] = step

    async def balance(self, msisdn: Msisdn) -> Money:
        return await balance_in(self._store, msisdn)


async def balance_in(store: Store, msisdn: Msisdn) -> Money:
    """What is on the account that pays for a number. Raises KeyError for a number that the store has not."""
    loaded = await store.load(Wanted({msisdn}))
    return loaded.accounts[loaded.subscribers[msisdn].account].balance


async def run(rooms: Rooms, transcript: Transcript) -> Result:
    """Runs a transcript through an engine of its own."""
    stage = EngineStage(rooms, transcript)
    await stage.start()
    result = await play(transcript, stage)
    return replace(result, refusals=frozenset(stage.notes.refusals), faults=tuple(stage.notes.faults))


def run_all(rooms: Rooms, transcripts: Iterable[Transcript], watch: Watch = unwatched) -> list[Result]:
    """Runs transcripts one after the other, each with subscribers of its own; `watch` may end it before the last."""

    async def each() -> list[Result]:
        results: list[Result] = []
        for transcript in transcripts:
            if not watch(len(results)):
                break
            results.append(await run(rooms, transcript))
        return results

    return asyncio.run(each())
