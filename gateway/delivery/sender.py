"""Sends what is on the disk: picks the connection, keeps to its window and pace, reports what became of each row.

It decides nothing about a subscriber. Every result goes back into the engine's queue as a fact; rows that were
READY are claimed there, so that the disk knows of a row before it leaves.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from gateway.clock import Clock
from gateway.delivery.compose import Message, Resend, Route, compose
from gateway.delivery.pace import Pace
from gateway.delivery.retry import DELAY_MS_MAX, Scope, Verdict, after_refusal
from gateway.delivery.routing import Connections, Routing
from gateway.delivery.waiting import Waiting
from gateway.engine.receipts import unnamed_key
from gateway.engine.replies import ROWS_PER_MESSAGE, fill_code
from gateway.messages import PARTS_MAX, Awaited, Claimed, Fact, OutboxState, Outgoing, SubmitResult
from gateway.model import Channel, CodeRef, Instant
from gateway.store.protocol import OutboxRow, Store
from smpp.connection import Connection
from smpp.pdu import DataSmResp, EncodeError, GenericNack, Pdu, Status, SubmitSmResp, Tag
from smpp.receipt import fold_id
from smpp.ussd import OutKind
from smpp.vocabulary import RegisteredDelivery

WAITING_ROWS_MAX = 10_000
LOAD_ROWS = 1_000
ALARM_MS_MIN = 5  # rows that wait for their pace are claimed in bunches
CONGESTION_STATE = int(Tag.CONGESTION_STATE)
RUNKNOWNERR = int(Status.ESME_RUNKNOWNERR)
RECEIPT_MASK = int(RegisteredDelivery.RECEIPT_MASK)


@dataclass(slots=True)
class _Sending:
    """A row on its way: its parts, and what the peer said of them so far.

    `queued` are the numbers of the parts to send, from 0: of a reply that was taken in part only, the others.
    """

    row: int
    outgoing: Outgoing
    connection: Connection
    route: Route
    parts: Sequence[Message]
    queued: list[int]
    places: int  # of the window that were promised
    pace: Pace | None
    accepted: dict[int, str]  # part -> message_id
    sent: int = 0
    answered: int = 0
    refused: dict[int, int] = field(default_factory=dict)  # part -> status
    session_info: bytes = b""  # of the dialog that it opens, as the response has it
    overdue: set[int] = field(default_factory=set)

    @property
    def first_id(self) -> str:
        return next((message_id for message_id in self.accepted.values() if message_id), "")

    def taken(self) -> _Taken:
        return _Taken(self.route.name, len(self.parts), self.accepted)


class _Taken(msgspec.Struct, frozen=True):
    """The parts of a reply that a peer has taken, while the others are tried again: by the same link these alone."""

    route: str
    parts: int
    accepted: dict[int, str]


class ReplyTap(Protocol):
    """Who is told what each message of ours belongs to, before its octets leave."""

    def replied(self, connection: Connection, sequence_number: int, number: int, code: str) -> None: ...


class Sender:
    def __init__(
        self,
        *,
        connections: Connections,
        routing: Routing,
        store: Store,
        clock: Clock,
        derive_code: Callable[[CodeRef], str],
        post: Callable[[Fact], None],
        wake: Callable[[], None],
        noted: Callable[..., None],
        alarm: Callable[[float], None] = lambda seconds: None,
        ticks: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._connections = connections
        self._routing = routing
        self._store = store
        self._clock = clock
        self._derive_code = derive_code
        self._post = post
        self._wake = wake
        self._noted = noted
        self._alarm = alarm
        self._ticks = ticks
        self._chance = chance
        self._placed: dict[int, _Sending] = {}
        self._flying: dict[int, _Sending] = {}
        self._reserved: dict[int, int] = {}  # connection -> places of its window that are promised
        self._waiting = Waiting()
        self._tries: dict[int, int] = {}
        self._taken: dict[int, _Taken] = {}
        self._screens: set[int] = set()  # rows of screens that wait for an answer, not accepted by the peer yet
        self._paces: dict[str | int, Pace] = {}  # of links by name, of a listener's connections by number
        self._alarm_ms = 0  # in so long a pace lets something through
        self._overflowed = True  # there may be READY rows on the disk only: at the start, and beyond what memory holds
        self._closed = False
        self.tap: ReplyTap | None = None

    # -- what the engine calls -----------------------------------------------------------------------------------

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState | None:
        """Reserves places in a window for a new row; an SMS does not overtake those that wait already."""
        if not self._closed and not self._waiting.blocks(outgoing) and self._reserve(row.id, outgoing, self._now_ms()):
            return OutboxState.UNKNOWN if self._once(row.id) else OutboxState.SENDING
        self._waiting.expect(outgoing)
        return None

    def release(self, rows: Iterable[int]) -> None:
        """Their batch was not written: the places are free again, and what was to wait does not come."""
        self._waiting.expect_nothing()
        for row in rows:
            sending = self._take_placed(row)
            if sending is not None and sending.pace is not None:
                sending.pace.give_back(len(sending.queued))

    def dispatch(self, rows: Iterable[int]) -> None:
        """They are on the disk as SENDING: they leave with the next flush."""
        for row in rows:
            sending = self._take_placed(row)
            if sending is None:
                continue
            if asks(sending.outgoing):
                self._screens.add(row)
            self._advance(sending)

    def on_its_way(self, row: int) -> bool:
        """Whether a screen that asks is committed, and the peer has not accepted it yet."""
        return row in self._screens

    def _take_placed(self, row: int) -> _Sending | None:
        sending = self._placed.pop(row, None)
        if sending is not None and sending.connection.id in self._reserved:  # it is not where the connection was lost
            self._reserved[sending.connection.id] -= sending.places
        return sending

    def _advance(self, sending: _Sending) -> None:
        """Sends the parts for which there is room: all, but where one message is longer than the whole window."""
        connection = sending.connection
        first = sending.sent
        room = connection.window_free if connection.bound else 0
        try:
            for number in sending.queued[first : first + room]:
                sequence_number = connection.send(sending.parts[number], (sending, number))
                sending.sent += 1
                if self.tap is not None:
                    self._tell(self.tap, sending, sequence_number)
        except EncodeError as error:  # one reply that SMPP cannot carry must stop neither the others nor a restart
            self._noted("reply_cannot_be_encoded", row=sending.row, field=error.field, error=str(error))
            self._forget(sending.row)
            self._flying.pop(sending.row, None)
            self._post(SubmitResult(sending.row, OutboxState.FAILED, at=self._clock.now()))
            return
        if sending.sent > first:
            self._flying[sending.row] = sending
            self._connections.touch(connection)
        elif not sending.sent:  # the peer unbound, or stopped reading, since the place was promised
            self._again(sending.row, sending.outgoing)

    def _tell(self, tap: ReplyTap, sending: _Sending, sequence_number: int) -> None:
        code = sending.outgoing.code
        digits = "" if code is None else self._derive_code(code)
        tap.replied(sending.connection, sequence_number, sending.row // ROWS_PER_MESSAGE, digits)

    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None:
        """It is on the disk as READY."""
        self._waiting.expect_nothing()
        if asks(outgoing):
            self._screens.add(row.id)
        if self._waiting.now >= WAITING_ROWS_MAX:
            self._overflowed = True
            return
        self._waiting.add(row.id, outgoing)
        self._set_alarm()

    # -- what the wire calls -------------------------------------------------------------------------------------

    def response(self, context: object, pdu: Pdu | None) -> None:
        """The peer answered one part; None: it did not within its time, though it may yet."""
        assert isinstance(context, tuple)
        sending, number = context
        assert isinstance(sending, _Sending)
        late = number in sending.overdue
        if late:
            sending.overdue.discard(number)
        else:
            sending.answered += 1
        if pdu is None:
            sending.overdue.add(number)
        else:
            self._count_answer(sending, number, pdu)
        if sending.answered < len(sending.queued):
            if sending.sent < len(sending.queued):
                self._advance(sending)
        elif not late:
            self._flying.pop(sending.row, None)
            self._finished(sending)
        elif sending.route.resend_unknown is not Resend.ALWAYS and not sending.overdue:
            self._finished(sending)  # it was UNKNOWN; where it was sent again instead, the copy counts

    def _count_answer(self, sending: _Sending, number: int, pdu: Pdu) -> None:
        status = pdu.command_status
        if not status and isinstance(pdu, GenericNack):
            status = RUNKNOWNERR
        if status:
            sending.refused[number] = status
        else:
            sending.accepted[number] = pdu.message_id if isinstance(pdu, (SubmitSmResp, DataSmResp)) else ""
            if sending.pace is not None:
                sending.pace.succeeded()
            dialect = sending.route.dialect
            if dialect.session_from_response and dialect.session_tag is not None and opens(sending.outgoing):
                sending.session_info = pdu.tlv(dialect.session_tag) or b""
        if pdu.tlvs and sending.connection.tells_congestion:
            congestion = pdu.tlv(CONGESTION_STATE)
            if congestion:
                pace = self._pace_of(sending.connection, force=True)
                assert pace is not None
                pace.congestion(congestion[-1], self._now_ms())

    def lost(self, connection: Connection) -> None:
        """It ended: whether what was on its way arrived nobody knows. It is sent again, under the same reference, but
        for a peer that may get nothing twice."""
        self._reserved.pop(connection.id, None)
        self._paces.pop(connection.id, None)
        for sending in [each for each in self._flying.values() if each.connection is connection]:
            del self._flying[sending.row]
            if sending.route.resend_unknown is Resend.NEVER:
                self._unknown(sending, {number for number in sending.queued if number not in sending.accepted})
            else:
                self._try_again(sending)

    def pump(self) -> None:
        """Claims waiting rows for which a window and a pace have room now."""
        if self._closed or not len(self._waiting):
            return
        now, now_ms = self._clock.now(), self._now_ms()  # one moment for all: nothing overtakes as time goes on
        self._waiting.ripen(now)
        claimed: list[int] = []

        def leaves(row: int, outgoing: Outgoing) -> Outgoing | None:
            current = self._still_worth(row, outgoing, now)
            if current is None:
                return None
            if self._waiting.held_until(current.destination) or not self._reserve(row, current, now_ms):
                return current
            claimed.append(row)
            return None

        self._alarm_ms = 0
        self._waiting.take(leaves)
        self._set_alarm()
        if claimed:
            self._post(Claimed(tuple(claimed), tuple(row for row in claimed if self._once(row))))
            self._wake()

    # -- what the gateway's loop calls ---------------------------------------------------------------------------

    async def refill(self) -> None:
        """Reads READY rows that memory did not hold: at the start, and after an overflow."""
        if len(self._waiting):
            return
        rows = await self._store.outbox_ready(0, LOAD_ROWS)
        latest = Instant(self._clock.now() + DELAY_MS_MAX)  # what is due later was put off by a clock that was ahead
        # New rows may have come while the disk was read: they must not be sent twice.
        known = self._placed.keys() | self._flying.keys() | set(self._waiting.rows())
        for row in rows:
            if row.id not in known:
                outgoing = msgspec.msgpack.decode(row.document, type=Outgoing)
                self._waiting.add_later(min(row.due_at, latest), row.id, outgoing)
        self._overflowed = len(rows) == LOAD_ROWS
        self.pump()

    def close(self) -> None:
        """Nothing leaves any more but what is on its way; the rest stays on the disk for the next run."""
        self._closed = True

    def clock_jumped(self, milliseconds: int) -> None:
        """The clock was set: what waits has to wait, and may be sent, for as long as before."""
        self._waiting.clock_jumped(milliseconds)

    @property
    def overflowed(self) -> bool:
        return self._overflowed

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def under_way(self) -> int:
        """Rows that have a place, or wait for their response."""
        return len(self._placed) + len(self._flying)

    @property
    def speeds(self) -> dict[str | int, tuple[float, int]]:
        """By link, or number of a listener's connection: PDUs a second that may leave now (0: any number), and the
        milliseconds for which nothing may. Only what is shaped or throttled is here."""
        now = self._now_ms()
        return {key: (pace.rate_per_s, max(0, pace.paused_until - now)) for key, pace in self._paces.items()}

    # -- inside --------------------------------------------------------------------------------------------------

    def _now_ms(self) -> int:
        return int(self._ticks() * 1000)

    def _set_alarm(self) -> None:
        """Pump again when a pace lets something through, if one was what stood in the way."""
        if self._alarm_ms:
            self._alarm(max(self._alarm_ms, ALARM_MS_MIN) / 1000)

    def _pace_of(self, connection: Connection, *, force: bool = False) -> Pace | None:
        """How fast it may go; None: as fast as it can. ``force``: from now on it has a pace."""
        route = self._routing.route(connection)
        key: str | int = connection.id if route.server else route.name
        pace = self._paces.get(key)
        if pace is None and (force or route.rate_per_s):
            pace = self._paces[key] = Pace(route.rate_per_s, route.rate_burst, self._now_ms())
        return pace

    def _reserve(self, row: int, outgoing: Outgoing, now_ms: int) -> bool:
        connection = self._routing.choose(outgoing)
        if connection is None:
            return False
        reserved = self._reserved.get(connection.id, 0)
        free = connection.window_free - reserved
        if free < 1:
            return False
        route = self._routing.route(connection)
        pace = self._pace_of(connection) if self._paces or route.rate_per_s else None
        if pace is not None and (wait_ms := pace.wait_ms(now_ms)):
            self._alarm_ms = min(wait_ms, self._alarm_ms or wait_ms)
            return False
        text = outgoing.text
        if outgoing.code is not None:
            text = fill_code(text, outgoing.code, self._derive_code(outgoing.code))
        parts = compose(outgoing, text, route, outgoing.reference + row, takes_tlvs=connection.takes_tlvs)
        taken = self._taken.get(row) if self._taken else None
        accepted: dict[int, str] = {}
        if taken is not None and (taken.route, taken.parts) == (route.name, len(parts)):
            accepted = dict(taken.accepted)
        queued = [number for number in range(len(parts)) if number not in accepted]
        places = min(len(queued), connection.window)
        if places > free:
            return False
        if pace is not None and not pace.take(len(queued), now_ms):
            self._alarm_ms = pace.wait_ms(now_ms) or ALARM_MS_MIN
            return False
        self._reserved[connection.id] = reserved + places
        self._placed[row] = _Sending(row, outgoing, connection, route, parts, queued, places, pace, accepted)
        return True

    def _once(self, row: int) -> bool:
        """Whether a placed row leaves by a peer that may get nothing twice."""
        return self._placed[row].route.resend_unknown is Resend.NEVER

    def _still_worth(self, row: int, outgoing: Outgoing, now: Instant) -> Outgoing | None:
        """A screen whose dialog is over goes as SMS instead; what is past its validity expires."""
        if outgoing.channel is Channel.USSD and (outgoing.expires_at <= now or self._dialog_lost(outgoing)):
            if on_screen_only(outgoing):  # without its dialog nobody can answer it; the next dial offers it again
                self._expired(row, now)
                return None
            outgoing = as_sms(outgoing, self._routing.validity_ms)
        if outgoing.expires_at <= now:
            self._expired(row, now)
            return None
        return outgoing

    def _dialog_lost(self, outgoing: Outgoing) -> bool:
        """Its connection has ended. What names none waits for a bind of its account."""
        return bool(outgoing.connection) and self._connections.get(outgoing.connection) is None

    def _expired(self, row: int, now: Instant) -> None:
        self._forget(row)
        self._post(SubmitResult(row, OutboxState.EXPIRED, at=now))

    def _again(self, row: int, outgoing: Outgoing, delay_ms: int = 0) -> None:
        now = self._clock.now()
        due = Instant(now + delay_ms)
        self._post(SubmitResult(row, OutboxState.READY, at=due))
        self._waiting.add_later(due, row, outgoing)

    def _finished(self, sending: _Sending) -> None:
        """Every part has been answered, or given up."""
        row, outgoing = sending.row, sending.outgoing
        self._screens.discard(row)
        status, verdict = self._refused(sending) if sending.refused else (0, Verdict(OutboxState.SENT))
        if verdict.state is OutboxState.FAILED:
            self._forget(row)
            if outgoing.channel is Channel.USSD and not on_screen_only(outgoing):  # it is dead: the result goes as SMS
                self._again(row, as_sms(outgoing, self._routing.validity_ms))
                return
            self._post(SubmitResult(row, OutboxState.FAILED, sending.first_id, status, self._clock.now()))
        elif sending.overdue and sending.route.resend_unknown is not Resend.ALWAYS:
            self._unknown(sending, sending.overdue)  # once late responses come, what was refused for now goes again
        elif sending.overdue or verdict.state is OutboxState.READY:
            self._try_again(sending, verdict.delay_ms)
        else:
            self._forget(row)
            awaited = self._awaited(sending)
            session = sending.session_info
            self._post(SubmitResult(row, OutboxState.SENT, sending.first_id, 0, self._clock.now(), awaited, session))

    def _refused(self, sending: _Sending) -> tuple[int, Verdict]:
        """What follows from the statuses of a row's parts; the most lasting one decides. Slows the link down."""
        row = sending.row
        tries = self._tries.get(row, 0)
        verdicts = [(status, after_refusal(status, tries)) for status in sending.refused.values()]
        status, verdict = max(verdicts, key=lambda each: (each[1].state is not OutboxState.READY, each[1].delay_ms))
        if verdict.state is not OutboxState.READY:
            return status, verdict
        self._tries[row] = tries + 1
        delay_ms = verdict.delay_ms
        if any(each.slower for _, each in verdicts):
            pace, now_ms = self._pace_of(sending.connection, force=True), self._now_ms()
            assert pace is not None
            if any(each.scope is Scope.LINK for _, each in verdicts):
                pace.throttled(now_ms, self._chance())  # it holds this row too, at its place in its lane
            else:
                pace.overloaded(now_ms)
        if verdict.scope is Scope.DESTINATION:
            self._waiting.hold(sending.outgoing.destination, Instant(self._clock.now() + delay_ms))
        return status, Verdict(verdict.state, delay_ms)

    def _try_again(self, sending: _Sending, delay_ms: int = 0) -> None:
        """What was not taken goes again; what was taken does not."""
        if sending.accepted:
            self._taken[sending.row] = sending.taken()
        self._again(sending.row, sending.outgoing, delay_ms)

    def _unknown(self, sending: _Sending, unanswered: set[int]) -> None:
        """Nobody knows whether all of it arrived: a late response or a receipt may tell."""
        self._forget(sending.row)
        awaited = self._awaited(sending, unanswered)
        status = next(iter(sending.refused.values()), 0)
        now = self._clock.now()
        self._post(SubmitResult(sending.row, OutboxState.UNKNOWN, sending.first_id, status, now, awaited))

    def _forget(self, row: int) -> None:
        self._screens.discard(row)
        if self._tries:
            self._tries.pop(row, None)
        if self._taken:
            self._taken.pop(row, None)

    def _awaited(self, sending: _Sending, unanswered: Iterable[int] = ()) -> tuple[Awaited, ...]:
        """The parts whose receipts will come, where receipts were asked for (SMPP 3.4 5.2.17)."""
        if not sending.parts[0].registered_delivery & RECEIPT_MASK:
            return ()
        number, link, total = sending.outgoing.destination, sending.connection.name, len(sending.parts)
        now = self._clock.now()
        told = [*sending.accepted.items(), *((part, "") for part in unanswered)]
        first, unnamed = sending.row * PARTS_MAX, unnamed_key(number)
        return tuple(
            [
                Awaited(first + part, fold_id(identity) if identity else unnamed, link, identity, total, number, now)
                for part, identity in told
            ]
        )


def as_sms(outgoing: Outgoing, validity_ms: int) -> Outgoing:
    """The same reply by SMS, because its screen is gone."""
    expires_at = Instant(outgoing.expires_at + validity_ms)
    return msgspec.structs.replace(outgoing, channel=Channel.SMS, dialog=None, expires_at=expires_at)


def asks(outgoing: Outgoing) -> bool:
    """Whether it is a screen of a dialog that waits for an answer."""
    return outgoing.dialog is not None and outgoing.dialog.act is OutKind.CONTINUE


def opens(outgoing: Outgoing) -> bool:
    """Whether it opens a dialog."""
    return outgoing.dialog is not None and outgoing.dialog.act in (OutKind.ASK, OutKind.NOTIFY)


def on_screen_only(outgoing: Outgoing) -> bool:
    """Whether it is nothing by SMS: a question, or a release. In place of what opens a dialog the engine sends one."""
    return outgoing.dialog is not None and outgoing.dialog.act not in (OutKind.END_MOBILE, OutKind.END_NETWORK)
