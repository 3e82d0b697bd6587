"""Runs a recording through the real engine on a virtual clock, and says what it told people.

Messages go in as PDUs through the gateway's own intake, in the recorded order and at their recorded times; timers fire
between them at theirs. Only the wire is left out. What the gateway refused or never answered had no effect, and is not
said again. Nothing here touches the network.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import msgspec

from gateway.clock import VirtualClock
from gateway.delivery.compose import Route
from gateway.delivery.routing import Connections, Routing
from gateway.engine.doubts import Terms
from gateway.engine.intake import UDHI, Intake
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Decided
from gateway.messages import Inbound
from gateway.model import Entry, Instant, Msisdn
from gateway.recording.format import CLOSED, Line, Secret
from gateway.recording.hiding import Message
from gateway.recording.messages import Messages, Said
from gateway.recording.reading import Recording
from gateway.replay.compare import Digests, Told
from gateway.replay.digests import digest_of_lines, outcome_lines, state_digest
from gateway.replay.going import Watch, unwatched
from gateway.replay.journalled import stored_hash
from gateway.replay.ordered import BATCH_FACTS_MAX, QUEUE_FACTS_MAX, Decisions, OrderedEngine
from gateway.replay.recorded_applications import RecordedApplications
from gateway.replay.silence import SilentSender, SilentSession
from gateway.replay.typed_back import TypedBack
from gateway.rooms import Rooms
from gateway.rules.cards import SALT as CARD_SALT
from gateway.rules.credentials import Credentials
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store, Wanted, WriteBatch
from gateway.store.snapshot import contents_of
from smpp import text as sms_text
from smpp.connection import Connection
from smpp.pdu import DataSm, DeliverSm, SubmitSm
from smpp.udh import sar_concatenation
from smpp.vocabulary import RESPONSE_BIT

WATCHED_LINES = 64
"""So often somebody is told how far it is."""
QUEUED_MS_MAX = 500
"""Of recorded time: far less than any centre waits, so that no answer to a queued message can be in doubt already."""


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
    state: WriteBatch
    outcomes: Mapping[int, Outcome]
    ledger: Sequence[Entry]
    left_out: Mapping[str, int]
    faults: Sequence[str]
    digests: Digests
    took_s: float
    cpu_s: float
    lasted_s: float
    stopped_at: Instant | None = None


class _Decisions(Decisions):
    """Notes which journal number each message became."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[tuple[tuple[int, int], int]] = []  # session and sequence_number -> number
        self.outcomes: dict[int, Outcome] = {}  # by journal number

    def decided(self, each: Decided, took_ms: float) -> None:
        super().decided(each, took_ms)
        inbound: Inbound = each.inbound
        self.numbers.append(((inbound.connection, inbound.sequence_number), each.number))
        self.outcomes[each.number] = Outcome(each.decision.command, each.decision.refusal)


@dataclass(slots=True)
class _WireClock:
    """What the intake takes for the time: that of the line in hand."""

    at: Instant

    def now(self) -> Instant:
        return self.at


@dataclass(slots=True)
class _Proof:
    """What a session's peer has read of our answers: a request that left after one, answered, proves it."""

    answers: int = 0
    covers: dict[str, int] = field(default_factory=dict)  # sequence_number of our request -> answers before it


class RecordedReplay:
    """One run of one recording.

    Args:
        rooms: grammar, handlers, texts: those of the recording's time, or those that are to be tried.
        recording, messages: as read, and its messages.
        state: what the store holds before the first message.
        create_unknown: whether numbers that it does not hold get the default tariff.
        after_number: messages that became journal entries up to here are in the state already.
        store: an empty one; in memory where none is given.
        batch_facts_max: how many messages are decided at once at most. It changes nothing but the speed.
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
        store: Store | None = None,
        batch_facts_max: int = BATCH_FACTS_MAX,
    ) -> None:
        self._rooms = rooms
        self._lines = recording.lines
        self._messages = messages
        self._state = state
        self._after_number = after_number
        self._clock = VirtualClock(_begin(recording.lines))
        self._wire_clock = _WireClock(self._clock.now())  # of what comes in, while what came before is still queued
        self._store = store or MemoryStore()
        self._decisions = _Decisions()
        self._connections = Connections()
        self._sessions: dict[int, SilentSession] = {}
        self._proofs: dict[int, _Proof] = {}
        self._typed_back = TypedBack(messages)
        self._told_in: dict[tuple[Msisdn, str], list[tuple[Instant, int]]] = {}
        self._places: dict[tuple[int, int], int] = {}  # session and sequence_number of those queued -> place
        self._next = -1  # place of the message that is to be said next
        self._queued_since = Instant(0)
        self._proved_since: dict[int, tuple[int, Instant]] = {}  # session -> answers, of queued messages too, and when
        self._run_numbers: dict[int, int] = {}  # recorded journal number -> that of this run
        self._causes: dict[int, int] = {}  # journal number of this run -> place of the message
        self._codes: dict[tuple[int, Msisdn], str] = {}
        self._matched: set[str] = set()
        self._left_out: dict[str, int] = {}
        self.skipped: set[int] = set()  # places of messages that were not said again
        self._told: list[Told] = []
        self._told_by: dict[int, list[Told]] = {}  # by journal number of this run
        self._begins_after = 0
        routes = routes_of(recording, rooms)
        self._routing = Routing(self._connections, routes, (), 24)
        queue = FactQueue(QUEUE_FACTS_MAX)
        self._intake = Intake(
            queue=queue, sender=SilentSender(), connections=self._connections, routing=self._routing,
            clock=self._wire_clock, log=self._decisions, country=rooms.operator.country,
        )  # fmt: skip
        self._batch_facts_max = batch_facts_max
        self._ordered = OrderedEngine(
            rooms, self._store, self._clock, self._intake, self._decisions, slow_hash=self._hash, queue=queue,
            create_unknown=create_unknown, terms={route.name: route.terms for route in routes},
            batch_facts_max=batch_facts_max, applications=RecordedApplications(messages).asked,
        )  # fmt: skip

    async def run(self, watch: Watch = unwatched) -> Replayed:
        """Says everything again, and tells what came of it; `watch` may end it before."""
        began, cpu_began = time.perf_counter(), time.process_time()
        await self._store.open()
        await self._store.write(self._state)
        await self._store.close()  # the engine opens it again, with what it holds now
        head = await self._ordered.engine.start()
        self._begins_after = head.number
        self._find_told()
        places: Iterator[int] = iter(
            [index for index, each in enumerate(self._messages.happened) if isinstance(each, Said)]
        )
        self._next = next(places, -1)
        stopped_at = None
        for number, line in enumerate(self._lines):
            if not number % WATCHED_LINES and not watch(number):
                stopped_at = self._wire_clock.now()
                self.skipped.update(place for place in (self._next, *places) if place >= 0)
                break
            await self._line(line, places)
        await self._settle()
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
        outcomes = self._decisions.outcomes
        ledger = await self._store.ledger(head.number, sys.maxsize)
        journal = await self._store.journal(head.number, sys.maxsize)
        contents = contents_of(self._store)
        since = Instant(self._clock.now() - self._rooms.talk.resume_ms)
        return Replayed(
            told=self._told,
            state=contents,
            outcomes={self._causes[number]: each for number, each in outcomes.items() if number in self._causes},
            ledger=[row.entry for row in ledger],
            left_out=self._left_out,
            faults=self._decisions.faults,
            digests=Digests(
                digest_of_lines(outcome_lines(journal, self._told_by, ledger)), state_digest(contents, since)
            ),
            took_s=took_s,
            cpu_s=cpu_s,
            lasted_s=(self._wire_clock.now() - _begin(self._lines)) / 1000,
            stopped_at=stopped_at,
        )

    # -- what happened, line by line

    async def _line(self, line: Line, places: Iterator[int]) -> None:
        if line.event:
            if line.event == CLOSED and line.session in self._sessions:
                await self._until(_instant(line))
                await self._settle()
                self._intake.lost(self._connection(line.session), "recorded", [])
                del self._sessions[line.session]
                await self._settle()
            return
        command_id, sequence_number = line.pdu[8:16], line.pdu[24:32]
        proof = self._proofs.get(line.session)
        if proof is None:
            proof = self._proofs[line.session] = _Proof()
        response = command_id[0] == "8"
        if line.direction == "in":
            if command_id in _MESSAGES:
                if self._is_next(line):
                    await self._say(self._next)
                    self._next = next(places, -1)
            elif response:
                await self._until(_instant(line))  # whether it was in time is for the intake to see
                self._proved(line.session, proof.covers.pop(sequence_number, 0))
        elif response:
            proof.answers += command_id in _ANSWERS and int(line.pdu[16:24], 16) == 0  # what was refused is not said
        else:
            proof.covers[sequence_number] = proof.answers

    def _is_next(self, line: Line) -> bool:
        """Whether a line is the next message that a subscriber said; not a receipt, or what nobody can read."""
        said = self._messages.happened[self._next] if self._next >= 0 else None
        return isinstance(said, Said) and (
            (said.session, said.at) == (line.session, _instant(line))
            and said.pdu.sequence_number == int(line.pdu[24:32], 16)
        )

    def _proved(self, number: int, covered: int) -> None:
        """A session's peer has read so many of our answers. Those to messages that are still queued come later."""
        session = self._sessions.get(number)
        if session is None or not covered:
            return
        if session.answers:
            self._intake.confirmed(self._connection(number), min(covered, session.answers))
        if covered > session.answers:
            self._proved_since[number] = covered, self._wire_clock.now()

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
        ticket = (said.session, said.pdu.sequence_number)
        alone = said.pdu.esm_class & UDHI or sar_concatenation(said.pdu) is not None
        if (
            any(map(partial(self._is_to_come, said), said.secrets))
            or alone  # a part waits for the others by itself
            or ticket in self._places
            or len(self._places) >= self._batch_facts_max
            or said.at - self._queued_since >= QUEUED_MS_MAX
        ):
            await self._settle()
        if not self._places:
            self._queued_since = said.at
        session = self._session(said)
        pdu = await self._with_codes(place, said)
        self._places[ticket] = place
        self._intake.request(self._connection(session.id), pdu)
        if alone:
            await self._settle()

    async def _until(self, at: Instant) -> None:
        """What falls due up to then is done, as far as it is known; the rest has its turn when the queue has."""
        self._wire_clock.at = max(at, self._wire_clock.at)
        due = self._ordered.next_due()
        if due is not None and due <= at:
            await self._settle(at)

    async def _settle(self, until: Instant | None = None) -> None:
        """All that is queued is decided, and what it told people noted."""
        await self._ordered.settle(until)
        for ticket, number in self._decisions.numbers:
            place = self._places.pop(ticket, None)
            if place is not None:
                self._causes[number] = place
                said = self._messages.happened[place]
                if isinstance(said, Said) and said.number:
                    self._run_numbers[said.number] = number
        self._decisions.numbers.clear()
        self._places.clear()
        now = self._wire_clock.at
        for session, (covered, at) in self._proved_since.items():
            self._wire_clock.at = at
            self._intake.confirmed(self._connection(session), covered)
        self._wire_clock.at = now
        self._proved_since.clear()
        self._take()

    def _session(self, said: Said) -> SilentSession:
        session = self._sessions.get(said.session)
        if session is None:
            session = self._sessions[said.session] = SilentSession(said.session, said.link, said.account)
            self._intake.bound(self._connection(said.session))
        return session

    def _connection(self, session: int) -> Connection:
        # The intake asks no more of a connection than its names and `answer`: a socket would only stand in the way.
        return cast(Connection, self._sessions[session])

    def _leave_out(self, kind: str) -> None:
        self._left_out[kind] = self._left_out.get(kind, 0) + 1

    # -- what was told

    def _take(self) -> None:
        """The replies since the last time, each with the message that caused it."""
        posted = self._ordered.posted
        for number, at, outgoing in posted.posted:
            if outgoing.receipt_of:
                continue
            heard = posted.shown(outgoing)
            if heard.code:
                self._codes[number, outgoing.destination] = heard.code
            codes = (heard.code,) if heard.code else ()
            told = Told(
                at, outgoing.destination, outgoing.channel, on_the_air(heard.text), self._cause(number), codes,
                heard.reference,
            )  # fmt: skip
            self._told.append(told)
            self._told_by.setdefault(number, []).append(told)
        posted.posted.clear()

    def _cause(self, number: int) -> int | None:
        """The message that an entry of the journal comes from; what something outside answered belongs to its own."""
        while number not in self._causes:
            if number in self._ordered.timer_numbers or number <= self._begins_after:
                return None
            number -= 1
        return self._causes[number]

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
        pdu = self._typed_back.with_codes(place, said, codes)
        return msgspec.structs.replace(pdu, sequence_number=said.pdu.sequence_number)

    def _is_to_come(self, said: Said, secret: Secret) -> bool:
        """Whether the code in place of a stand-in may be one that a queued message is still to issue."""
        shown = self._shown(said, secret.stand_in)
        known = bool(shown) and (self._run_numbers.get(shown[-1], 0), said.subscriber) in self._codes
        return secret.matched is not False and not known

    def _shown(self, said: Said, stand_in: str) -> list[int]:
        """The recorded causes of what showed it to a subscriber before he said that."""
        return [cause for at, cause in self._told_in.get((said.subscriber, stand_in), ()) if at <= said.at]

    async def _code_for(self, said: Said, stand_in: str, *, matched: bool) -> str:
        """The code of this run for one of the recording; empty where there is none."""
        shown = self._shown(said, stand_in)
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
            known = stored_hash(await self._store.records(Credentials.kind), salt)
            if known:
                return known
        return f"replayed/{salt.hex()}/{secret}"


def routes_of(recording: Recording, rooms: Rooms) -> list[Route]:
    """The doors of a recording, as a gateway has them."""
    return [
        Route(
            link.name,
            link.listener,
            dialect=rooms.dialects[link.dialect] if link.dialect in rooms.dialects else rooms.dialects["spec"],
            default_alphabet=sms_text.Alphabet(link.default_alphabet),
            terms=Terms(int(link.redelivery_horizon_s * 1000), int(link.peer_response_timeout_s * 1000)),
        )
        for link in recording.header.links
    ]


def on_the_air(text: str) -> str:
    """A text with the characters that alphabets of the network have no place for put as they are sent."""
    data_coding, octets = sms_text.encode(text)
    return sms_text.decode(octets, data_coding).text


def run_recorded(replay: RecordedReplay, watch: Watch = unwatched) -> Replayed:
    """Runs it in a loop of its own."""
    found: list[Replayed] = []

    async def run() -> None:
        found.append(await replay.run(watch))

    gc.freeze()  # the recording stays until the end: no collection need walk through it
    try:
        asyncio.run(run())  # a task's result is shown as text when its loop ends, and this one is long
    finally:
        gc.unfreeze()
    return found[0]


def _begin(lines: Sequence[Line]) -> Instant:
    return _instant(lines[0]) if lines else Instant(0)


def _instant(line: Line) -> Instant:
    return Instant(int(line.time * 1000))


_KINDS = (SubmitSm, DeliverSm, DataSm)
_MESSAGES = frozenset(f"{int(kind.command_id):08x}" for kind in _KINDS)
_ANSWERS = frozenset(f"{int(kind.command_id) | RESPONSE_BIT:08x}" for kind in _KINDS)
