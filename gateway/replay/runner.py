"""Runs a transcript through the real engine, on a store in memory and a clock that stands still, and compares.

Grammar, dispatcher, handlers, texts and engine are those of a gateway; only the wire is left out. `play` compares
what any stage shows, so the same transcript can also be played over SMPP. Nothing here touches the network.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol

from gateway.catalogue.faults import CatalogueError
from gateway.clock import VirtualClock
from gateway.config import ApplicationSection
from gateway.dispatcher import Dispatcher
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.replies import ROWS_PER_MESSAGE
from gateway.engine.tools import Tools
from gateway.messages import (
    DialogGone,
    DialogOrigin,
    DialogShown,
    EffectResult,
    Inbound,
    OutboxState,
    Push,
    SubmitResult,
)
from gateway.model import Channel, Instant, Money, Msisdn
from gateway.replay.going import Watch, unwatched
from gateway.replay.lines import CENTRE
from gateway.replay.neighbours import Centre, Heard, Notes, OutsideSystems
from gateway.replay.pattern import escaped
from gateway.replay.population import population
from gateway.replay.steps import (
    After,
    Answered,
    Balance,
    Expected,
    Message,
    Outside,
    PushStep,
    Shown,
    Transcript,
    Way,
)
from gateway.replay.transcript import sum_text, written
from gateway.rooms import Rooms
from gateway.rules.confirmations import secret_from
from gateway.rules.pushes import PushRecord, PushState
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store, Wanted

START = Instant(1_773_133_200_000)
"""10 March 2026, 12:00 in Moscow: the day of every transcript."""
SECRET = secret_from("the secret of transcripts")
CONNECTION, LINK, ACCOUNT = 1, "transcript", ""
ASKING = "spec"
"""The dialect of a centre where a screen can wait for an answer."""


class Stage(Protocol):
    """Where a transcript is played: an engine alone, or a gateway behind a wire."""

    async def say(self, message: Message, text: str) -> list[Heard]:
        """What the phones get for a message, in order."""
        ...

    async def push(self, step: PushStep, text: str) -> list[Heard]:
        """What the phones get because the operator has a number shown something."""
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
                case Message() | PushStep():
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

    async def _said(self, step: Message | PushStep) -> list[Heard] | None:
        """What is answered; None if it could not be said, for want of what one of its places holds."""
        try:
            text = step.text.fill(self.held)
        except KeyError as place:
            note = f"nothing before this line showed what {{{place.args[0]}}} is"
            self.differences.append(Difference(step.line, step.text.source, None, note))
            return None
        return await (self.stage.say(step, text) if isinstance(step, Message) else self.stage.push(step, text))

    async def _balance(self, step: Balance) -> None:
        amount = await self.stage.balance(step.msisdn)
        if amount != step.amount:
            self.differences.append(Difference(step.line, sum_text(step.amount), sum_text(amount), "balance"))
            self.blocks[step.line] = [f"balance {step.msisdn} {sum_text(amount)}"]

    def _compare(self, step: Answered, heard: list[Heard]) -> None:
        self.replies += len(heard)
        before, later = len(self.differences), isinstance(step, After)
        sources: list[tuple[Shown, Msisdn, str]] = []
        for expected, actual in self._paired(step.expected.replies, heard):
            source = self._same(expected, actual) if expected and actual else ""
            if actual is not None:
                source = source or self._source(actual, expected)
                sources.append((actual.shown, actual.to, source))
            if expected is None or actual is None or source != expected.text.source:
                line = expected.line if expected else step.expected.last if step.expected.stated else step.line
                wanted = None if expected is None else _block(expected.shown, expected.to, expected.text.source, later)
                told = None if actual is None else _block(actual.shown, actual.to, source, later)
                self.differences.append(Difference(line, wanted, told))
        unstated = not later and not step.expected.stated
        if unstated and not heard:
            self.differences.append(Difference(step.line, None, "  nothing"))
        if len(self.differences) > before:
            self.blocks[step.line] = written(sources, later=later) if sources or not later else []

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


def _block(shown: Shown, to: Msisdn, source: str, later: bool) -> str:
    return "\n".join(written([(shown, to, source)], later=later))


async def play(transcript: Transcript, stage: Stage) -> Result:
    """Plays a transcript on a stage and says what is not as written. Refusals and faults are the stage's to tell."""
    player = _Player(transcript, stage)
    await player.play()
    return Result(transcript, player.messages, player.replies, tuple(player.differences), blocks=player.blocks)


# -- the engine as a stage ----------------------------------------------------------------------------------------


class EngineStage:
    """An engine of its own for one transcript."""

    _store: Store

    def __init__(self, rooms: Rooms, transcript: Transcript, store: Store | None = None) -> None:
        self._rooms = rooms
        self._transcript = transcript
        self._clock = VirtualClock(START)
        self._phones = Centre(rooms)
        self.notes = Notes()
        self._store = store or MemoryStore()
        self._outside = OutsideSystems(transcript.applications)
        self._engine = self._new_engine()
        self._sequence_number = 0

    def _new_engine(self) -> Engine:
        rooms = self._rooms
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
        return Engine(FactQueue(256), tools, self.notes, self.notes, EngineSettings())

    async def start(self) -> None:
        await self._store.open()
        await self._store.write(
            population(self._transcript, self._rooms.catalogue.products, self._rooms.operator, START)
        )
        await self._engine.start()

    async def say(self, message: Message, text: str) -> list[Heard]:
        self._sequence_number += 1
        dialled = message.channel is Channel.USSD
        address = text.strip("*#").split("*")[0][:20] if dialled else message.to
        if message.way is Way.HANGS_UP:
            self._engine.queue.post(DialogGone(message.sender, b"", self._clock.now()))
            await self._engine.step()
            return self._phones.take()
        dialect = "one-shot" if message.way is Way.DIALS else ASKING
        origin = DialogOrigin(dialect, b"\0\2", address, message.way is Way.ANSWERS)
        self._engine.queue.post(
            Inbound(
                message.channel,
                message.sender,
                address,
                text,
                self._clock.now(),
                CONNECTION,
                LINK,
                0,
                self._sequence_number,
                self._sequence_number.to_bytes(16, "big"),
                origin if dialled else None,
            )
        )
        await self._settle()
        return self._phones.take()

    async def push(self, step: PushStep, text: str) -> list[Heard]:
        place = step.code.rstrip("#")
        if place and self._rooms.menus.place(place, ()) is None:
            self.notes.faults.append(f"line {step.line}: no menu is dialled {step.code}")
            return []
        fact = Push(f"line {step.line}", step.msisdn, self._clock.now(), text, place, LINK, ACCOUNT, ASKING)
        record = asyncio.ensure_future(self._engine.submit(fact))
        await asyncio.sleep(0)  # until it is queued
        await self._settle()
        pushed = await record
        if isinstance(pushed, PushRecord) and pushed.state is PushState.OPENING and not self._phones.is_in_trouble:
            row = pushed.number * ROWS_PER_MESSAGE
            self._engine.queue.post(SubmitResult(row, OutboxState.SENT))
            if text:
                origin = DialogOrigin(ASKING, b"", self._rooms.operator.short_number)
                shown = DialogShown(step.msisdn, self._clock.now(), origin, CONNECTION, LINK, ACCOUNT)
                self._engine.queue.post(shown)
            await self._settle()
        return self._phones.take()

    async def _settle(self) -> None:
        """Until nothing is queued, nothing is due now, and the centre has said all that it has to say."""
        await self._engine.settle()
        while True:
            for result in (results := await self._results()):
                self._engine.queue.post(result)
            await self._engine.settle()
            if not results and not await self._engine.fire_timers():
                break

    async def _results(self) -> list[SubmitResult | EffectResult]:
        return [*self._phones.results(), *await self._outside.results(self._clock)]

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
        if step.channel == CENTRE:
            self._phones.manner = step
        else:
            self._outside.steps[step.channel] = step

    async def balance(self, msisdn: Msisdn) -> Money:
        return await balance_in(self._store, msisdn)


async def balance_in(store: Store, msisdn: Msisdn) -> Money:
    """What is on the account that pays for a number. Raises KeyError for a number that the store has not."""
    loaded = await store.load(Wanted({msisdn}))
    return loaded.accounts[loaded.subscribers[msisdn].account].balance


async def run(rooms: Rooms, transcript: Transcript) -> Result:
    """Runs a transcript through an engine of its own. An application's code that is taken is a fault of the result."""
    if transcript.applications:
        try:
            rooms = _with_applications(rooms, tuple((each.name, each.code) for each in transcript.applications))
        except (CatalogueError, ValueError) as error:
            return Result(transcript, 0, 0, faults=(f"application: {error}",))
    stage = EngineStage(rooms, transcript)
    await stage.start()
    result = await play(transcript, stage)
    return replace(result, refusals=frozenset(stage.notes.refusals), faults=tuple(stage.notes.faults))


@lru_cache(maxsize=4)
def _with_applications(rooms: Rooms, applications: tuple[tuple[str, str], ...]) -> Rooms:
    """The same data with codes that belong to applications: by name, what is dialled. Nobody is at the address.

    Raises:
        CatalogueError: a code is taken.
        ValueError: a code is none.
    """
    sections = {name: ApplicationSection(codes=(code,), url="http://localhost/") for name, code in applications}
    return Rooms(rooms.settings.model_copy(update={"applications": sections}), SECRET)


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
