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
from gateway.delivery.compose import Message, compose
from gateway.delivery.retry import after_refusal
from gateway.delivery.routing import Connections, Routing
from gateway.engine.replies import fill_code
from gateway.messages import Claimed, Fact, OutboxState, Outgoing, SubmitResult
from gateway.model import Channel, CodeRef, Instant
from gateway.store.protocol import OutboxRow, Store
from smpp.connection import Connection
from smpp.pdu import DataSmResp, DeliverSmResp, EncodeError, Pdu, SubmitSmResp
from smpp.ussd import OutKind

WAITING_ROWS_MAX = 10_000
LOAD_ROWS = 1_000
STUCK_ROWS_MAX = 64  # looked past in one go for one that can leave


@dataclass(slots=True)
class _Sending:
    """A row on its way: its parts, and what the peer said of them so far."""

    row: int
    outgoing: Outgoing
    connection: Connection
    parts: Sequence[Message]
    places: int  # of the window that were promised
    sent: int = 0
    answered: int = 0
    message_ids: list[str] = field(default_factory=list)
    status: int = 0
    unknown: bool = False


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
        self._paused_until: dict[int, Instant] = {}
        self._screens: set[int] = set()  # rows of screens that wait for an answer, not accepted by the peer yet
        self._overflowed = False  # READY rows beyond what memory holds are on the disk only
        self._last_waiting = 0

    # -- what the engine calls -----------------------------------------------------------------------------------

    def place(self, row: OutboxRow, outgoing: Outgoing) -> bool:
        """Reserves places in a window for a new row; an SMS does not overtake those that wait already."""
        if self._waiting and outgoing.channel is Channel.SMS:
            return False
        return self._reserve(row.id, outgoing)

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
            for part in sending.parts[first : first + room]:
                connection.send(part, sending)
                sending.sent += 1
        except EncodeError as error:  # one reply that SMPP cannot carry must stop neither the others nor a restart
            self._screens.discard(sending.row)
            self._noted("reply_cannot_be_encoded", row=sending.row, field=error.field, error=str(error))
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
        """The peer answered one part; None: it did not within its time."""
        assert isinstance(context, _Sending)
        context.answered += 1
        if pdu is None:
            context.unknown = True
        elif pdu.command_status:
            context.status = pdu.command_status
        elif isinstance(pdu, (SubmitSmResp, DeliverSmResp, DataSmResp)) and pdu.message_id:
            context.message_ids.append(pdu.message_id)
        if context.answered == len(context.parts):
            self._finished(context)
        elif context.sent < len(context.parts):
            self._advance(context)

    def lost(self, outstanding: Iterable[object]) -> None:
        """The connection ended: whether these arrived nobody knows; they are sent again, under the same reference."""
        seen: set[int] = set()
        for context in outstanding:
            if isinstance(context, _Sending) and context.row not in seen:
                seen.add(context.row)
                self._again(context.row, context.outgoing)

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
            self._post(Claimed(tuple(claimed)))
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
        places = min(len(parts), connection.window)
        if places > free:
            return False
        self._reserved[connection.id] = reserved + places
        self._placed[row] = _Sending(row, outgoing, connection, parts, places)
        return True

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
        now = self._clock.now()
        row = sending.row
        self._screens.discard(row)
        if sending.status and not sending.message_ids:
            tries = self._tries.get(row, 0)
            verdict = after_refusal(sending.status, tries)
            if verdict.pause_link_ms:
                self._paused_until[sending.connection.id] = Instant(now + verdict.pause_link_ms)
            if verdict.state is OutboxState.READY:
                self._tries[row] = tries + 1
                self._again(row, sending.outgoing, verdict.delay_ms)
                return
            dialog_is_dead = sending.outgoing.channel is Channel.USSD and not asks(sending.outgoing)
            if dialog_is_dead:  # the result goes as SMS
                self._tries.pop(row, None)
                self._again(row, as_sms(sending.outgoing, self._routing.validity_ms))
                return
            state = OutboxState.FAILED
        else:
            state = OutboxState.UNKNOWN if sending.unknown else OutboxState.SENT
        if self._tries:
            self._tries.pop(row, None)
        message_id = sending.message_ids[0] if sending.message_ids else ""
        self._post(SubmitResult(row, state, message_id, sending.status, now))


def asks(outgoing: Outgoing) -> bool:
    """Whether it is a screen that waits for an answer."""
    return outgoing.dialog is not None and outgoing.dialog.act is OutKind.CONTINUE


def as_sms(outgoing: Outgoing, validity_ms: int) -> Outgoing:
    """The same reply by SMS, because its screen is gone."""
    expires_at = Instant(outgoing.expires_at + validity_ms)
    return msgspec.structs.replace(outgoing, channel=Channel.SMS, dialog=None, expires_at=expires_at)
