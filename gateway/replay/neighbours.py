"""What an engine has around it in a replay, in place of the world: phones, a USSD centre, systems outside, a notebook.

All of it answers at once and from what it was told; there is no wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec

from gateway.catalogue.applications import channel_of, is_application
from gateway.clock import Clock
from gateway.commands import Command, Handler, Outcome, UnitOfWork
from gateway.delivery.application_answers import Said, Trouble
from gateway.delivery.effects import ChannelSetup, EffectFailed, EffectRefused, perform_once
from gateway.delivery.sender import as_sms, on_screen_only
from gateway.dispatcher import LATER
from gateway.engine.replies import fill_code
from gateway.engine.tools import Decided
from gateway.messages import EffectResult, Fact, Inbound, OutboxState, Outgoing, Receipt, SubmitResult
from gateway.model import Channel, CodeRef, Instant, Msisdn
from gateway.replay.lines import CENTRE
from gateway.replay.steps import Asked, Outside, ScriptedApplication, Shown
from gateway.rooms import Rooms
from gateway.standins.answers import ANSWERERS
from gateway.store.protocol import EffectRow, OutboxRow, StoreError

BEFORE_HANDLERS = frozenset({"blocked", "unknown_subscriber", LATER})
"""Refusals of an understood command that its handler never saw."""
APPLICATION_TIMEOUT_MS = 8_000
"""How long a scripted application is waited for, as by default."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a phone got. `code` and `reference` are parts of the text that vary, empty where unknown."""

    shown: Shown
    to: Msisdn
    text: str
    code: str = ""
    reference: str = ""


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

    def own_fault(self, number: int, command: str, fault: str) -> None:
        self.faults.append(fault)

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


class Centre(Phones):
    """The same behind a USSD centre that may refuse screens, or say nothing of them."""

    def __init__(self, rooms: Rooms) -> None:
        super().__init__(rooms)
        self.manner = Outside(0, CENTRE)
        self._told: list[SubmitResult] = []

    def dispatch(self, rows: Iterable[int]) -> None:
        for row in rows:
            outgoing = self._placed.pop(row)
            if outgoing.channel is not Channel.USSD or not self.is_in_trouble:
                self.heard.append(self.shown(outgoing))
            elif self.manner.silent:
                self._told.append(SubmitResult(row, OutboxState.UNKNOWN))
            elif on_screen_only(outgoing):
                self._told.append(SubmitResult(row, OutboxState.FAILED, status=int(self.manner.refuses, 0)))
            else:
                self.heard.append(self.shown(as_sms(outgoing, 0)))

    @property
    def is_in_trouble(self) -> bool:
        """Whether it shows nothing."""
        return bool(self.manner.refuses) or self.manner.silent

    def results(self) -> list[SubmitResult]:
        """What it has said since; it is taken out."""
        told, self._told = self._told, []
        return told


class OutsideSystems:
    """The systems outside: the engine's `Performer`. What is due is done between two batches, without a wire.

    Applications say what their scripts have, and nothing else: what a script has not cannot be reached. `recorded` has
    what they said to a call, where they have no scripts.
    """

    GIVE_UP_MS: Mapping[str, int] = {"location": 120_000}
    GIVE_UP_ELSE_MS = 3_600_000

    def __init__(
        self,
        applications: Iterable[ScriptedApplication] = (),
        recorded: Callable[[EffectRow], Asked | None] | None = None,
    ) -> None:
        self.steps: dict[str, Outside] = {}
        self._recorded = recorded
        self._scripts = {
            channel_of(each.name): {asked.inputs: asked for asked in each.script} for each in applications
        }  # fmt: skip
        self._waiting: list[EffectRow] = []
        self._done = 0

    def begin(self, effects: Iterable[EffectRow]) -> None:
        for effect in effects:
            asked = self._asked(effect)
            thinks_ms = min(asked.after_ms, APPLICATION_TIMEOUT_MS) if asked is not None else 0
            self._waiting.append(msgspec.structs.replace(effect, due_at=Instant(effect.due_at + thinks_ms)))

    def _asked(self, effect: EffectRow) -> Asked | None:
        """What an application's script, or a recording, has for it."""
        if self._recorded is not None and is_application(effect.channel):
            return self._recorded(effect)
        script = self._scripts.get(effect.channel)
        return None if script is None else script.get(msgspec.json.decode(effect.document)["text"])

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
        if is_application(effect.channel):
            return self._said(self._asked(effect))
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

    @staticmethod
    def _said(asked: Asked | None) -> str:
        if asked is None or asked.dead:
            raise EffectRefused(Trouble.DEAD.value)
        if asked.after_ms > APPLICATION_TIMEOUT_MS:
            raise EffectRefused(Trouble.TIMEOUT.value)
        return msgspec.json.encode(Said(asked.goes_on, asked.text.fill({}))).decode()

    async def close(self) -> None:
        """There is no wire."""
