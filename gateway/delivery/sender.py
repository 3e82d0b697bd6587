"""Sends what is on the disk: picks the connection, keeps to its window, reports what became of each row.

It decides nothing about a subscriber. Every result goes back into the engine's queue as a fact; rows that were
READY are claimed there, so that the disk knows of a row before it leaves.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from gateway.clock import Clock
from gateway.delivery.compose import Message, Resend, Route, compose
from gateway.delivery.retry import after_refusal
from gateway.delivery.routing import Connections, Routing
from gateway.engine.receipts import unnamed_key
from gateway.engine.replies import fill_code
from gateway.messages import PARTS_MAX, Awaited, Claimed, Fact, OutboxState, Outgoing, SubmitResult
from gateway.model import Channel, CodeRef, Instant
from gateway.store.protocol import OutboxRow, Store
from smpp.connection import Connection
from smpp.pdu import DataSmResp, EncodeError, Pdu, SubmitSmResp
from smpp.receipt import fold_id
from smpp.ussd import OutKind
from smpp.vocabulary import RegisteredDelivery

WAITING_ROWS_MAX = 10_000
LOAD_ROWS = 1_000
RECEIPT_MASK = int(RegisteredDelivery.RECEIPT_MASK)
STUCK_ROWS_MAX = 64  # looked past in one go for one that can leave


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
    sent: int = 0
    answered: int = 0
    accepted: dict[int, str] = field(default_factory=dict)  # part -> message_id
    overdue: set[int] = field(default_factory=set)
    status: int = 0  # of the first refusal

    @property
    def first_id(self) -> str:
        return next((message_id for message_id in self.accepted.values() if message_id), "")

    def taken(self) -> _Taken:
        return _Taken(self.route.name, len(self.parts), self.accepted)


class _Taken(msgspec.Struct, frozen=True):
    """The parts of a reply that a peer has taken, while the others are tried again."""

    route: str
    parts: int
    accepted: dict[int, str]


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
    ) -> None:
        self._connections = connections
        self._routing = routing
        self._store = store
        self._clock = clock
        self._derive_code = derive_code
        self._post = post
        self._wake = wake
        self._noted = noted
        self._placed: dict[int, _Sending] = {}
        self._reserved: dict[int, int] = {}  # connection -> places of its window that are promised
        self._waiting: deque[tuple[int, Outgoing]] = deque()
        self._later: list[tuple[int, int, Outgoing]] = []  # heap of (due, row, outgoing)
        self._tries: dict[int, int] = {}
        self._taken: dict[int, _Taken] = {}
        self._screens: set[int] = set()  # rows of screens that wait for an answer, not accepted by the peer yet
        self._paused_until: dict[int, Instant] = {}
        self._overflowed = False  # READY rows beyond what memory holds are on the disk only
        self._last_waiting = 0

    # -- what the engine calls -----------------------------------------------------------------------------------

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState | None:
        """Reserves places in a window for a new row; an SMS does not overtake those that wait already."""
        if self._waiting and outgoing.channel is Channel.SMS:
            return None
        if not self._reserve(row.id, outgoing):
            return None
        return OutboxState.UNKNOWN if self._once(row.id) else OutboxState.SENDING

    def release(self, rows: Iterable[int]) -> None:
        """Their batch was not written: the places are free again."""
        for row in rows:
            sending = self._placed.pop(row, None)
            if sending is not None:
                self._reserved[sending.connection.id] -= sending.places

    def dispatch(self, rows: Iterable[int]) -> None:
        """They are on the disk as SENDING: they leave with the next flush."""
        for row in rows:
            sending = self._placed.pop(row, None)
            if sending is None:
                continue
            self._reserved[sending.connection.id] -= sending.places
            if asks(sending.outgoing):
                self._screens.add(row)
            self._advance(sending)

    def on_its_way(self, row: int) -> bool:
        """Whether a screen that asks is committed, and the peer has not accepted it yet."""
        return row in self._screens

    def _advance(self, sending: _Sending) -> None:
        """Sends the parts for which there is room: all, but where one message is longer than the whole window."""
        connection = sending.connection
        first = sending.sent
        room = connection.window_free if connection.bound else 0
        try:
            for number in sending.queued[first : first + room]:
                connection.send(sending.parts[number], (sending, number))
                sending.sent += 1
        except EncodeError as error:  # one reply that SMPP cannot carry must stop neither the others nor a restart
            self._noted("reply_cannot_be_encoded", row=sending.row, field=error.field, error=str(error))
            self._forget(sending.row)
            self._post(SubmitResult(sending.row, OutboxState.FAILED, at=self._clock.now()))
            return
        if sending.sent > first:
            self._connections.touch(connection)
        elif not sending.sent:  # the peer unbound, or stopped reading, since the place was promised
            self._again(sending.row, sending.outgoing)

    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None:
        """It is on the disk as READY."""
        if asks(outgoing):
            self._screens.add(row.id)
        if len(self._waiting) >= WAITING_ROWS_MAX:
            self._overflowed = True
            return
        self._waiting.append((row.id, outgoing))
        self._last_waiting = max(self._last_waiting, row.id)

    # -- what the wire calls -------------------------------------------------------------------------------------

    def response(self, context: object, pdu: Pdu | None) -> None:
        """The peer answered one part; None: it did not within its time, though it may yet."""
        sending, number = _part(context)
        late = number in sending.overdue
        if late:
            sending.overdue.discard(number)
        else:
            sending.answered += 1
        if pdu is None:
            sending.overdue.add(number)
        elif pdu.command_status:
            sending.status = sending.status or pdu.command_status
        else:
            sending.accepted[number] = pdu.message_id if isinstance(pdu, (SubmitSmResp, DataSmResp)) else ""
        if sending.answered < len(sending.queued):
            if sending.sent < len(sending.queued):
                self._advance(sending)
        elif not late:
            self._finished(sending)
        elif sending.route.resend_unknown is not Resend.ALWAYS and not sending.overdue:
            self._finished(sending)  # it was UNKNOWN; where it was sent again instead, the copy counts

    def lost(self, outstanding: Iterable[object]) -> None:
        """The connection ended: whether these arrived nobody knows. They are sent again, under the same reference,
        but for a peer that may get nothing twice."""
        seen: set[int] = set()
        for context in outstanding:
            sending, _ = _part(context)
            if sending.row in seen:
                continue
            seen.add(sending.row)
            if sending.route.resend_unknown is Resend.NEVER:
                unanswered = {number for number in sending.queued if number not in sending.accepted}
                self._unknown(sending, sending.overdue | unanswered)
            else:
                self._try_again(sending)

    def pump(self) -> None:
        """Claims waiting rows for which a window has room now."""
        now = self._clock.now()
        while self._later and self._later[0][0] <= now:
            _, row, outgoing = heapq.heappop(self._later)
            self._waiting.append((row, outgoing))
        claimed: list[int] = []
        stuck: list[tuple[int, Outgoing]] = []  # what no bound connection may carry must not hold up the others
        for _ in range(len(self._waiting)):
            row, outgoing = self._waiting.popleft()
            current = self._still_worth(row, outgoing, now)
            if current is None:
                continue
            if self._reserve(row, current):
                claimed.append(row)
            else:
                stuck.append((row, current))
                if len(stuck) == STUCK_ROWS_MAX:
                    break
        self._waiting.extendleft(reversed(stuck))
        if claimed:
            self._post(Claimed(tuple(claimed), tuple(row for row in claimed if self._once(row))))
            self._wake()

    # -- what the gateway's loop calls ---------------------------------------------------------------------------

    async def refill(self) -> None:
        """Reads READY rows that memory did not hold: at the start, and after an overflow."""
        if self._waiting or self._later:
            return
        rows = await self._store.outbox_ready(0, LOAD_ROWS)
        # New rows may have come while the disk was read: they must not be sent twice.
        known = self._placed.keys() | {row for _, row, _ in self._later} | {row for row, _ in self._waiting}
        for row in rows:
            if row.id not in known:
                outgoing = msgspec.msgpack.decode(row.document, type=Outgoing)
                heapq.heappush(self._later, (row.due_at, row.id, outgoing))
        self._overflowed = len(rows) == LOAD_ROWS
        self.pump()

    @property
    def overflowed(self) -> bool:
        return self._overflowed

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._later)

    # -- inside --------------------------------------------------------------------------------------------------

    def _reserve(self, row: int, outgoing: Outgoing) -> bool:
        connection = self._routing.choose(outgoing)
        if connection is None:
            return False
        if self._paused_until and self._paused_until.get(connection.id, 0) > self._clock.now():
            return False
        reserved = self._reserved.get(connection.id, 0)
        free = connection.window_free - reserved
        if free < 1:
            return False
        route = self._routing.route(connection)
        text = outgoing.text
        if outgoing.code is not None:
            text = fill_code(text, outgoing.code, self._derive_code(outgoing.code))
        parts = compose(outgoing, text, route, outgoing.reference + row)
        taken = self._taken.get(row) if self._taken else None
        accepted: dict[int, str] = {}
        if taken is not None and (taken.route, taken.parts) == (route.name, len(parts)):
            accepted = dict(taken.accepted)
        queued = [number for number in range(len(parts)) if number not in accepted]
        places = min(len(queued), connection.window)
        if places > free:
            return False
        self._reserved[connection.id] = reserved + places
        self._placed[row] = _Sending(row, outgoing, connection, route, parts, queued, places, accepted=accepted)
        return True

    def _once(self, row: int) -> bool:
        """Whether a placed row leaves by a peer that may get nothing twice."""
        return self._placed[row].route.resend_unknown is Resend.NEVER

    def _still_worth(self, row: int, outgoing: Outgoing, now: Instant) -> Outgoing | None:
        """A screen whose dialog is over goes as SMS instead; what is past its validity expires."""
        if outgoing.channel is Channel.USSD and (
            outgoing.expires_at <= now or self._connections.get(outgoing.connection) is None
        ):
            if asks(outgoing):  # without its dialog nobody can answer it; the next dial offers it again
                self._screens.discard(row)
                self._post(SubmitResult(row, OutboxState.EXPIRED, at=now))
                return None
            outgoing = as_sms(outgoing, self._routing.validity_ms)
        if outgoing.expires_at <= now:
            self._post(SubmitResult(row, OutboxState.EXPIRED, at=now))
            return None
        return outgoing

    def _again(self, row: int, outgoing: Outgoing, delay_ms: int = 0) -> None:
        now = self._clock.now()
        due = Instant(now + delay_ms)
        self._post(SubmitResult(row, OutboxState.READY, at=due))
        heapq.heappush(self._later, (due, row, outgoing))

    def _finished(self, sending: _Sending) -> None:
        row = sending.row
        self._screens.discard(row)
        if sending.status:
            self._refused(sending)
            return
        if sending.overdue:
            if sending.route.resend_unknown is Resend.ALWAYS:
                self._try_again(sending)
            else:
                self._unknown(sending, sending.overdue)
            return
        self._forget(row)
        self._post(SubmitResult(row, OutboxState.SENT, sending.first_id, 0, self._clock.now(), self._awaited(sending)))

    def _refused(self, sending: _Sending) -> None:
        """Some parts were not taken: these go again, or none does."""
        row, tries = sending.row, self._tries.get(sending.row, 0)
        verdict = after_refusal(sending.status, tries)
        now = self._clock.now()
        if verdict.pause_link_ms:
            self._paused_until[sending.connection.id] = Instant(now + verdict.pause_link_ms)
        if verdict.state is OutboxState.READY:
            self._tries[row] = tries + 1
            self._try_again(sending, verdict.delay_ms)
        elif sending.outgoing.channel is Channel.USSD and not asks(sending.outgoing):  # the dialog is dead
            self._forget(row)
            self._again(row, as_sms(sending.outgoing, self._routing.validity_ms))
        else:
            self._forget(row)
            self._post(SubmitResult(row, OutboxState.FAILED, sending.first_id, sending.status, now))

    def _try_again(self, sending: _Sending, delay_ms: int = 0) -> None:
        """What was not taken goes again; what was taken does not."""
        if sending.accepted:
            self._taken[sending.row] = sending.taken()
        self._again(sending.row, sending.outgoing, delay_ms)

    def _unknown(self, sending: _Sending, unanswered: set[int]) -> None:
        """Nobody knows whether all of it arrived: a late response or a receipt may tell."""
        self._forget(sending.row)
        awaited = self._awaited(sending, unanswered)
        now = self._clock.now()
        self._post(SubmitResult(sending.row, OutboxState.UNKNOWN, sending.first_id, sending.status, now, awaited))

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


def _part(context: object) -> tuple[_Sending, int]:
    """What `Connection.send` was given: a row on its way, and which part of it."""
    assert isinstance(context, tuple)
    sending, number = context
    assert isinstance(sending, _Sending)
    return sending, number


def as_sms(outgoing: Outgoing, validity_ms: int) -> Outgoing:
    """The same reply by SMS, because its screen is gone."""
    expires_at = Instant(outgoing.expires_at + validity_ms)
    return msgspec.structs.replace(outgoing, channel=Channel.SMS, dialog=None, expires_at=expires_at)


def asks(outgoing: Outgoing) -> bool:
    """Whether it is a screen that waits for an answer."""
    return outgoing.dialog is not None and outgoing.dialog.act is OutKind.CONTINUE
