"""Runs a recording through the real engine on a virtual clock, and says what it told people.

Messages go in as PDUs through the gateway's own intake, in the recorded order and at their recorded times; timers fire
between them at theirs. Only the wire is left out. What the gateway refused or never answered had no effect, and is not
said again. Nothing here touches the network.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import msgspec

from gateway.app import Rooms
from gateway.clock import VirtualClock
from gateway.delivery.compose import Route
from gateway.delivery.routing import Connections, Routing
from gateway.engine.batch import Decided, Tools
from gateway.engine.dialogs import Dialogs
from gateway.engine.doubts import Terms
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.intake import Intake
from gateway.engine.queue import FactQueue
from gateway.engine.replies import ROWS_PER_MESSAGE
from gateway.messages import Inbound, OutboxState, Outgoing
from gateway.model import Channel, Entry, Instant, Msisdn
from gateway.recording.format import CLOSED, Line
from gateway.recording.hiding import Message
from gateway.recording.messages import Messages, Said, SessionEnded
from gateway.recording.reading import Recording
from gateway.recording.scribe import readable
from gateway.replay.compare import Told
from gateway.replay.going import Watch, unwatched
from gateway.replay.runner import Notes, OutsideSystems, Phones
from gateway.replay.typed_back import TypedBack
from gateway.rules.cards import SALT as CARD_SALT
from gateway.rules.credentials import Credentials
from gateway.store.memory import MemoryStore
from gateway.store.protocol import OutboxRow, Wanted, WriteBatch
from smpp import text as sms_text
from smpp.connection import Connection
from smpp.pdu import DataSm, DeliverSm, Pdu, SubmitSm
from smpp.receipt import is_receipt
from smpp.vocabulary import RESPONSE_BIT

QUEUE_FACTS_MAX = 4096
WATCHED_LINES = 64
"""So often somebody is told how far it is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The command that a message was understood as, and the refusal's name; empty where there was none."""

    command: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay told people, and how it went.

    `outcomes`: what each message became, by its place; `ledger`: the money that this run moved; `stopped_at`: where it
    was ended before its end.
    """

    told: Sequence[Told]
    state: Mapping[str, Mapping[str, object]]
    outcomes: Mapping[int, Outcome]
    ledger: Sequence[Entry]
    left_out: Mapping[str, int]
    faults: Sequence[str]
    took_s: float
    lasted_s: float
    stopped_at: Instant | None = None


class _Session:
    """A connection of the recording: the intake answers to it, and nobody listens."""

    def __init__(self, number: int, name: str, account: str) -> None:
        self.id = number
        self.name = name
        self.system_id = account
        self.peer = ""
        self.answers = 0
        self.refused = 0

    def answer(self, request: Pdu | tuple[int, int], status: int = 0, *, message_id: str = "") -> int:
        self.answers += 1
        self.refused += bool(status)
        return self.answers

    def flush(self) -> None:
        """There is no socket."""


class _Posted(Phones):
    """Gets what the engine sends, with the journal number that each reply belongs to."""

    def __init__(self, rooms: Rooms, clock: VirtualClock) -> None:
        super().__init__(rooms)
        self._clock = clock
        self._waiting: dict[int, Outgoing] = {}
        self.posted: list[tuple[int, Instant, Outgoing]] = []

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState:
        self._waiting[row.id] = outgoing
        return OutboxState.SENDING

    def release(self, rows: Iterable[int]) -> None:
        for row in rows:
            self._waiting.pop(row, None)

    def dispatch(self, rows: Iterable[int]) -> None:
        for row in rows:
            self.posted.append((row // ROWS_PER_MESSAGE, self._clock.now(), self._waiting.pop(row)))


class _Decisions(Notes):
    """Notes which journal number each message became."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[tuple[int, int], int] = {}  # session and sequence_number, of the messages just said
        self.outcomes: dict[int, Outcome] = {}  # by journal number

    def decided(self, each: Decided, took_ms: float) -> None:
        super().decided(each, took_ms)
        inbound: Inbound = each.inbound
        self.numbers[inbound.connection, inbound.sequence_number] = each.number
        self.outcomes[each.number] = Outcome(each.decision.command, each.decision.refusal)

    def noted(self, event: str, **fields: object) -> None:
        """What the intake says to the log."""


class _NoSender:
    """The intake's way to the sender: there is no peer whose window could open."""

    def response(self, context: object, pdu: Pdu | None) -> None: ...
    def lost(self, connection: Connection) -> None: ...
    def pump(self) -> None: ...


@dataclass(slots=True)
class _Proof:
    """What a session's peer has read of our answers: a request that left after one, answered, proves it."""

    answers: int = 0
    covers: dict[int, int] = field(default_factory=dict)  # sequence_number of our request -> answers before it


class RecordedReplay:
    """One run of one recording.

    Args:
        rooms: grammar, handlers, texts: those of the recording's time, or those that are to be tried.
        recording, messages: as read, and its messages.
        state: what the store holds before the first message.
        create_unknown: whether numbers that it does not hold get the default tariff.
        after_number: messages that became journal entries up to here are in the state already.
    """

    def __init__(
        self,
        rooms: Rooms,
        recording: Recording,
        messages: Messages,
        state: WriteBatch,
        *,
        create_unknown: bool = False,
        after_number: int = 0,
    ) -> None:
        self._rooms = rooms
        self._lines = recording.lines
        self._messages = messages
        self._state = state
        self._after_number = after_number
        self._clock = VirtualClock(_begin(recording.lines))
        self._store = MemoryStore()
        self._outside = OutsideSystems()
        self._posted = _Posted(rooms, self._clock)
        self._decisions = _Decisions()
        self._connections = Connections()
        self._sessions: dict[int, _Session] = {}
        self._proofs: dict[int, _Proof] = {}
        self._typed_back = TypedBack(messages)
        self._told_in: dict[tuple[Msisdn, str], list[tuple[Instant, int]]] = {}
        self._run_numbers: dict[int, int] = {}  # recorded journal number -> that of this run
        self._causes: dict[int, int] = {}  # journal number of this run -> place of the message
        self._codes: dict[tuple[int, Msisdn], str] = {}
        self._matched: set[str] = set()
        self._left_out: dict[str, int] = {}
        self.skipped: set[int] = set()  # places of messages that were not said again
        self._told: list[Told] = []
        routes = [
            Route(
                link.name,
                link.listener,
                dialect=rooms.dialects[link.dialect] if link.dialect in rooms.dialects else rooms.dialects["spec"],
                default_alphabet=sms_text.Alphabet(link.default_alphabet),
                terms=Terms(int(link.redelivery_horizon_s * 1000), int(link.peer_response_timeout_s * 1000)),
            )
            for link in recording.header.links
        ]
        self._routing = Routing(self._connections, routes, (), 24)
        self._queue = FactQueue(QUEUE_FACTS_MAX)
        self._intake = Intake(
            queue=self._queue, sender=_NoSender(), connections=self._connections, routing=self._routing,
            clock=self._clock, log=self._decisions, country=rooms.operator.country,
        )  # fmt: skip
        tools = Tools(
            self._store,
            rooms.dispatcher,
            rooms.surroundings,
            rooms.writer,
            self._posted,
            self._clock,
            create_unknown,
            slow_hash=self._hash,
            performer=self._outside,
            talk=rooms.talk,
            dialects=rooms.dialects,
            dialogs=Dialogs(),
        )
        terms = {route.name: route.terms for route in routes}
        self._engine = Engine(
            self._queue, tools, self._intake, self._decisions, EngineSettings(terms=terms)
        )  # fmt: skip

    async def run(self, watch: Watch = unwatched) -> Replayed:
        """Says everything again, and tells what came of it; `watch` may end it before."""
        began = time.perf_counter()
        await self._store.open()
        await self._store.write(self._state)
        head = await self._engine.start()
        self._find_told()
        places = iter([index for index, each in enumerate(self._messages.happened) if isinstance(each, Said)])
        stopped_at = None
        for number, line in enumerate(self._lines):
            if not number % WATCHED_LINES and not watch(number):
                stopped_at = self._clock.now()
                self.skipped.update(places)
                break
            await self._line(line, places)
        ended = self._clock.now()
        outcomes = self._decisions.outcomes
        return Replayed(
            told=self._told,
            state=self._store.snapshot(),
            outcomes={self._causes[number]: each for number, each in outcomes.items() if number in self._causes},
            ledger=[row.entry for row in await self._store.ledger(head.number, sys.maxsize)],
            left_out=self._left_out,
            faults=self._decisions.faults,
            took_s=time.perf_counter() - began,
            lasted_s=(ended - _begin(self._lines)) / 1000,
            stopped_at=stopped_at,
        )

    # -- what happened, line by line

    async def _line(self, line: Line, places: Iterator[int]) -> None:
        if line.event:
            if line.event == CLOSED and line.session in self._sessions:
                await self._until(_instant(line))
                self._intake.lost(self._connection(line.session), "recorded", [])
                del self._sessions[line.session]
                await self._settle()
            return
        command_id, sequence_number = (int(line.pdu[at : at + 8], 16) for at in (8, 24))
        proof = self._proofs.setdefault(line.session, _Proof())
        if line.direction == "in" and command_id in _MESSAGES:
            pdu = readable(line.octets)
            if isinstance(pdu, Message) and (isinstance(pdu, SubmitSm) or not is_receipt(pdu)):
                await self._say(next(places))
        elif line.direction == "out" and command_id & ~RESPONSE_BIT in _MESSAGES and command_id & RESPONSE_BIT:
            proof.answers += int(line.pdu[16:24], 16) == 0  # what was refused is not said again
        elif line.direction == "out" and not command_id & RESPONSE_BIT:
            proof.covers[sequence_number] = proof.answers
        elif line.direction == "in" and command_id & RESPONSE_BIT:
            covered = proof.covers.pop(sequence_number, 0)
            if covered and line.session in self._sessions:
                await self._until(_instant(line))  # whether it was in time is for the intake to see
                self._intake.confirmed(self._connection(line.session), covered)

    async def _say(self, place: int) -> None:
        """One message, at its time, if it had an effect then."""
        said = self._messages.happened[place]
        assert isinstance(said, Said)
        if not self._messages.had_effect(said):
            self._leave_out("messages that were refused or not answered")
            self.skipped.add(place)
            return
        if said.number and said.number <= self._after_number:
            self._leave_out("messages that the state has already")
            self.skipped.add(place)
            return
        if said.hidden:
            self._leave_out("messages said in other words, because nobody had read them")
        await self._until(said.at)
        session = self._session(said)
        pdu = msgspec.structs.replace(await self._with_codes(place, said), sequence_number=said.pdu.sequence_number)
        self._decisions.numbers.clear()
        self._intake.request(self._connection(session.id), pdu)
        await self._settle()
        number = self._decisions.numbers.get((session.id, pdu.sequence_number))
        if number is not None:
            self._causes[number] = place
            if said.number:
                self._run_numbers[said.number] = number
        self._take(place)

    async def _until(self, at: Instant) -> None:
        """Timers fire each at its own time on the way there."""
        while (due := self._next_due()) is not None and due <= at:
            self._clock.advance(max(0, due - self._clock.now()))
            await self._engine.fire_timers()
            await self._settle()
            self._take(None)
        self._clock.advance(max(0, at - self._clock.now()))

    def _next_due(self) -> Instant | None:
        due = (self._engine.next_timer, self._outside.next_due(), self._engine.parts.next_due)
        return min((each for each in due if each is not None), default=None)

    async def _settle(self) -> None:
        await self._engine.settle()
        while results := await self._outside.results(self._clock):
            for result in results:
                self._queue.post(result)
            await self._engine.settle()

    def _session(self, said: Said) -> _Session:
        session = self._sessions.get(said.session)
        if session is None:
            session = self._sessions[said.session] = _Session(said.session, said.link, said.account)
            self._intake.bound(self._connection(said.session))
        return session

    def _connection(self, session: int) -> Connection:
        # The intake asks no more of a connection than its names and `answer`: a socket would only stand in the way.
        return cast(Connection, self._sessions[session])

    def _leave_out(self, kind: str) -> None:
        self._left_out[kind] = self._left_out.get(kind, 0) + 1

    # -- what was told

    def _take(self, place: int | None) -> None:
        """The replies since the last time, with the message that caused them."""
        for number, at, outgoing in self._posted.posted:
            if outgoing.receipt_of:
                continue
            heard = self._posted.shown(outgoing)
            if heard.code:
                self._codes[number, outgoing.destination] = heard.code
            codes = (heard.code,) if heard.code else ()
            cause = self._causes.get(number, place)
            told = Told(
                at, outgoing.destination, outgoing.channel, on_the_air(heard.text), cause, codes, heard.reference
            )
            self._told.append(told)
        self._posted.posted.clear()

    # -- secrets

    def _find_told(self) -> None:
        """Which recorded reply showed a stand-in to whom, and of what journal number it was."""
        for reply in self._messages.replies:
            for secret in reply.secrets:
                self._told_in.setdefault((reply.subscriber, secret.stand_in), []).append((reply.at, reply.cause))

    async def _with_codes(self, place: int, said: Said) -> Message:
        """The message with the codes that this run issued in place of those that were typed back."""
        codes: dict[str, str] = {}
        for secret in said.secrets:
            if secret.matched is False:
                continue
            code = await self._code_for(said, secret.stand_in, matched=bool(secret.matched))
            if code and len(code) == len(secret.stand_in):
                codes[secret.stand_in] = code
            elif secret.matched:
                self._matched.add(secret.stand_in)
        return self._typed_back.with_codes(place, said, codes)

    async def _code_for(self, said: Said, stand_in: str, *, matched: bool) -> str:
        """The code of this run for one of the recording; empty where there is none."""
        shown = [cause for at, cause in self._told_in.get((said.subscriber, stand_in), ()) if at <= said.at]
        for cause in reversed(shown):
            code = self._codes.get((self._run_numbers.get(cause, 0), said.subscriber))
            if code:
                return code
        if shown or matched:  # a recording without numbers, or a question older than it: the one that waits
            loaded = await self._store.load(Wanted({said.subscriber}))
            actor = loaded.subscribers.get(said.subscriber)
            if actor is not None and actor.pendings:
                return self._rooms.derive_code(actor.pendings[-1].code)
        return ""

    async def _hash(self, secret: str, salt: bytes) -> str:
        """The hash of a password: where it was right, the stored one, for its stand-in would never be."""
        if secret in self._matched and salt != CARD_SALT:
            for (kind, _), document in self._store.records().items():
                if kind == Credentials.kind:
                    known = msgspec.msgpack.decode(document, type=Credentials)
                    if known.salt == salt and known.hash:
                        return known.hash
        return f"replayed/{salt.hex()}/{secret}"


def told_of(messages: Messages) -> list[Told]:
    """The recorded replies, each with the message that caused it as far as the recording shows.

    A reply that was sent again, because a cut had left it without an answer, is told once: as it was sent first.
    """
    by_number = {each.number: place for place, each in enumerate(messages.happened) if isinstance(each, Said)}
    last: dict[str, int] = {}
    ended: set[int] = set()
    unanswered: set[tuple[int, Msisdn, str]] = set()
    found = []
    for place, each in enumerate(messages.happened):
        if isinstance(each, Said):
            last[each.dialog] = last[each.subscriber] = place
            continue
        if isinstance(each, SessionEnded):
            ended.add(each.session)
            continue
        same = (each.cause, each.subscriber, each.text)
        if each.cause and same in unanswered:
            continue
        if each.status is None:
            unanswered.add(same)
        cause = by_number.get(each.cause) if each.cause else last.get(each.dialog or each.subscriber)
        codes = tuple(secret.stand_in for secret in each.secrets)
        reference = str(each.cause) if each.cause else ""
        said = messages.happened[cause] if cause is not None else None
        no_screen = isinstance(said, Said) and bool(said.dialog) and said.session in ended
        moved = no_screen and each.channel is Channel.SMS
        found.append(Told(each.at, each.subscriber, each.channel, each.text, cause, codes, reference, moved))
    return found


def on_the_air(text: str) -> str:
    """A text with the characters that alphabets of the network have no place for put as they are sent."""
    data_coding, octets = sms_text.encode(text)
    return sms_text.decode(octets, data_coding).text


def run_recorded(replay: RecordedReplay, watch: Watch = unwatched) -> Replayed:
    """Runs it in a loop of its own."""
    return asyncio.run(replay.run(watch))


def _begin(lines: Sequence[Line]) -> Instant:
    return _instant(lines[0]) if lines else Instant(0)


def _instant(line: Line) -> Instant:
    return Instant(int(line.time * 1000))


_MESSAGES = frozenset(int(kind.command_id) for kind in (SubmitSm, DeliverSm, DataSm))
