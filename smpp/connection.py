"""One TCP connection that drives one Session: the asyncio half that link and listener share.

It passes octets and the loop's time in, events out, and arms one timer. ``send`` and ``answer`` only queue; the
caller calls ``flush`` once a batch, so that a batch is one write. This room must never decide anything about SMPP
(the Session does) nor about messages (the owner of the Facts does), and never wait.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Final, Protocol, cast

from smpp.limits import RequestLimits
from smpp.pdu import LENGTH_MAX, Pdu
from smpp.session import (
    BindFailed,
    BindRequest,
    Bound,
    CloseNow,
    Confirmed,
    Deviation,
    Event,
    Expired,
    Failed,
    Fault,
    LateResponse,
    Outbound,
    Request,
    Response,
    Role,
    Session,
    State,
    Timers,
    Unbound,
    UnexpectedResponse,
)
from smpp.status import ConnectionStatus

# Ids are for logs and tickets: unique in this process, never reused, so that a late answer cannot reach a newer bind.
_IDS: Final = itertools.count(1)
ABORT_AFTER_S: Final = 1.0  # a peer that does not read cannot keep a closing socket open


class Tap(Protocol):
    """Who sees the octets of every connection go by; called synchronously, and changes nothing."""

    def opened(self, connection: Connection) -> None:
        """TCP (and TLS) is up."""

    def received(self, connection: Connection, octets: bytes) -> None:
        """From the peer; any cut, before anything comes of them."""

    def sent(self, connection: Connection, octets: bytes) -> None:
        """To the peer: whole PDUs."""

    def closed(self, connection: Connection, reason: str) -> None:
        """The connection is gone."""


class Facts(Protocol):
    """What comes out of a link or a listener; all called synchronously from the event loop.

    `tap` may be set and taken away at any time.
    """

    tap: Tap | None

    def bound(self, connection: Connection) -> None:
        """Messages may flow."""

    def request(self, connection: Connection, pdu: Pdu) -> None:
        """A message to be answered, now or later, with ``connection.answer(pdu, status)``."""

    def response(self, connection: Connection, context: object, pdu: Pdu | None) -> None:
        """The response to a ``send``; None: it expired, and nobody knows whether the message was taken.

        What has expired may be answered after all: then it is told once more, with the response.
        """

    def confirmed(self, connection: Connection, answers: int) -> None:
        """The peer has read our first ``answers`` answers on this connection."""

    def lost(self, connection: Connection, reason: str, outstanding: list[object]) -> None:
        """The bind is over; ``outstanding`` are the contexts whose responses will never come."""

    def received(self, connection: Connection) -> None:
        """All that one read (or one timer) brought has been reported; or writing has become possible again."""

    def noted(self, connection: Connection | None, event: str, **fields: object) -> None:
        """Something for the log."""


class Owner(Protocol):
    """What the link or the listener itself wants to know of its connection."""

    def opened(self, connection: Connection) -> None:
        """TCP is up."""

    def bind_requested(self, connection: Connection, pdu: Pdu) -> None:
        """A peer asks to bind."""

    def bind_answered(self, connection: Connection, status: int) -> None:
        """Our bind was answered: 0 means bound."""

    def outbind_received(self, connection: Connection, pdu: Pdu) -> None:
        """A centre that has called asks us to bind."""

    def closed(self, connection: Connection, reason: str) -> None:
        """The connection is gone."""


class Connection(asyncio.Protocol):
    """One connection, one Session.

    Args:
        role: which side we are.
        name: of the link or the listener, for logs and routes.
        timers: of the Session, in seconds.
        window: our requests that may be outstanding at once.
        length_max: of a PDU, octets.
    """

    def __init__(
        self,
        role: Role,
        *,
        name: str,
        facts: Facts,
        owner: Owner,
        timers: Timers,
        window: int = 10,
        length_max: int = LENGTH_MAX,
    ) -> None:
        self.id: int = next(_IDS)
        self.name = name
        self.system_id = ""
        self.peer = ""
        self.peer_host = ""
        self.bound_at = 0.0  # seconds since 1970 UTC
        self._facts = facts
        self._owner = owner
        self._timers = timers
        self._loop = asyncio.get_running_loop()
        self._session = Session(role, timers=timers, window=window, length_max=length_max, now=self._loop.time())
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._abort_timer: asyncio.TimerHandle | None = None
        self._announced = False  # Facts.bound was called, so Facts.lost must be
        self._closing = False
        self._reason = ""
        self._writing_paused = False
        self._reading_paused = False
        self._flood_timer: asyncio.TimerHandle | None = None  # reading is paused because the peer asks too much
        self._gone = asyncio.Event()

    # What the gateway uses

    @property
    def bound(self) -> bool:
        """Whether messages may flow."""
        return self._announced and self._session.bound

    @property
    def may_send(self) -> bool:
        """Whether ``send`` is permitted; never where the peer bound as a transmitter only, or we as a receiver."""
        return self._announced and self._session.may_send

    @property
    def state(self) -> State:
        """The Session's state."""
        return self._session.state

    @property
    def window_free(self) -> int:
        """How many requests ``send`` takes now; 0 also while the peer does not read."""
        return 0 if self._writing_paused or self._closing else self._session.window_free

    @property
    def window(self) -> int:
        """Our requests that may be outstanding at once."""
        return self._session.window

    @window.setter
    def window(self, window: int) -> None:
        self._session.window = window

    @property
    def limits(self) -> RequestLimits | None:
        """What the peer may ask of us; None: anything."""
        return self._session.limits

    @limits.setter
    def limits(self, limits: RequestLimits) -> None:
        self._session.limits = limits

    @property
    def deciding(self) -> bool:
        """Whether the peer's bind waits for our decision."""
        return self._session.deciding

    @property
    def tells_congestion(self) -> bool:
        """Whether congestion_state in the peer's responses means something: both sides speak SMPP 5.0."""
        return self._session.tells_congestion

    @property
    def status(self) -> ConnectionStatus:
        """What it is doing, as plain values."""
        session = self._session
        return ConnectionStatus(
            name=self.name,
            system_id=self.system_id,
            peer=self.peer,
            state=session.state.value,
            bound_at=self.bound_at,
            window=session.window,
            window_used=session.window_used,
            mute=session.stalled,
            refused=session.limits.refused if session.limits is not None else 0,
        )

    @property
    def answers_queued(self) -> int:
        """How many answers this connection has been given."""
        return self._session.answers_queued

    @property
    def requests_queued(self) -> int:
        """How many message requests this connection has been given."""
        return self._session.requests_queued

    @property
    def takes_tlvs(self) -> bool:
        """Whether the peer's version knows optional parameters."""
        return self._session.takes_tlvs

    @property
    def partial(self) -> bytes:
        """What has come of a PDU that is not complete yet."""
        return self._session.partial

    def send(self, pdu: Pdu, context: object = None) -> int:
        """Queue a request; ``Facts.response`` or ``Facts.lost`` brings the context back. Raises as Session.request."""
        return self._session.request(pdu, self._loop.time(), context)

    def answer(self, request: Pdu | tuple[int, int], status: int = 0, *, message_id: str = "") -> int:
        """Queue the response to a request; its number as ``Facts.confirmed`` counts, 0 where the peer is gone."""
        return self._session.answer(request, status, message_id=message_id)

    def answer_with(self, response: Pdu) -> int:
        """Queue a response with more in it than a status; else as ``answer``."""
        return self._session.answer_with(response)

    def flush(self) -> None:
        """Write all that is queued, at once."""
        octets = self._session.take_output()
        if octets and self._transport is not None:
            self._transport.write(octets)
            if self._facts.tap is not None:
                self._facts.tap.sent(self, octets)

    def pause_reading(self) -> None:
        """Let TCP hold the peer back, until ``resume_reading``."""
        self._reading_paused = True
        self._apply_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._reading_paused = False
        self._apply_reading()

    def close(self, *, unbind: bool = True) -> None:
        """End the connection: with an unbind, where bound, and a wait for its response, else at once."""
        if self._closing or (unbind and self._session.state is State.UNBOUND):
            return  # on its way already, and the Session's timers see to its end
        if unbind and self._session.bound:
            self._session.unbind(self._loop.time())
            self.flush()
            self._arm()
        else:
            self._shut("closed by us")

    async def wait_closed(self) -> None:
        """Return when the connection is gone."""
        await self._gone.wait()

    # What the owner uses

    def bind(self, pdu: Pdu) -> None:
        """Ask to bind; ``Owner.bind_answered`` or ``Owner.closed`` follows."""
        self._session.bind(pdu, self._loop.time())
        self.flush()
        self._arm()

    def accept_bind(self, pdu: Pdu, system_id: str) -> None:
        """Let the peer in; ``system_id`` is ours."""
        self._session.accept_bind(pdu, system_id, self._loop.time())
        self.flush()
        self._announce()

    def refuse_bind(self, pdu: Pdu, status: int) -> None:
        """Keep the peer out; the connection closes a moment later."""
        self._session.refuse_bind(pdu, status, self._loop.time())
        self._reason = f"bind refused with status 0x{status:X}"
        self.flush()
        self._arm()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP (and TLS) is up."""
        self._transport = cast(asyncio.Transport, transport)
        self.peer_host, self.peer = _address(transport.get_extra_info("peername"))
        self._arm()
        if self._facts.tap is not None:
            self._facts.tap.opened(self)
        self._owner.opened(self)

    def data_received(self, data: bytes) -> None:
        """Octets: their events are reported, and what the Session answers itself leaves at once."""
        if self._facts.tap is not None:
            self._facts.tap.received(self, data)
        events = self._session.receive(data, self._loop.time())
        if events:
            self._report(events)
        self.flush()
        if self._announced:
            limits = self._session.limits
            if limits is not None and (pause_s := limits.pause_s()) and self._flood_timer is None:
                self._flood_timer = self._loop.call_later(pause_s, self._after_flood)
                self._facts.noted(self, "flood_held_back", system_id=self.system_id, refused=limits.refused)
                self._apply_reading()
            self._facts.received(self)

    def _after_flood(self) -> None:
        self._flood_timer = None
        self._apply_reading()

    def eof_received(self) -> bool:
        """A FIN, with or without unbind_resp before it, is an end like any other; asyncio closes the transport."""
        return False

    def pause_writing(self) -> None:
        """The peer does not read: take no more from it, or its answers would pile up here."""
        self._writing_paused = True
        self._apply_reading()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._writing_paused = False
        self._apply_reading()
        if self._announced:
            self._facts.received(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end: everything outstanding is handed back."""
        for timer in (self._timer, self._abort_timer, self._flood_timer):
            if timer is not None:
                timer.cancel()
        self._transport = None
        self._closing = True
        lost = self._session.lost(self._loop.time())
        reason = self._reason or (f"connection lost: {exc}" if exc else "the peer closed the connection")
        if self._facts.tap is not None:
            self._facts.tap.closed(self, reason)
        if self._announced:
            self._announced = False
            self._facts.lost(self, reason, [event.context for event in lost if isinstance(event, Failed)])
        self._gone.set()
        self._owner.closed(self, reason)

    # Events

    def _report(self, events: list[Event]) -> None:
        facts = self._facts
        for event in events:
            if isinstance(event, Request):
                facts.request(self, event.pdu)
            elif isinstance(event, Response):
                facts.response(self, event.context, event.pdu)
            elif isinstance(event, Confirmed):
                facts.confirmed(self, event.answers)
            else:
                self._report_rare(event)

    def _report_rare(self, event: Event) -> None:
        match event:
            case Expired():
                self._facts.response(self, event.context, None)
            case BindRequest():
                self._owner.bind_requested(self, event.pdu)
            case Bound():
                self._announce()
                self._owner.bind_answered(self, 0)
            case BindFailed():
                self._owner.bind_answered(self, event.status)
            case LateResponse():
                late = event.pdu
                self._facts.noted(
                    self, "response_late", pdu=_kind(late), sequence=late.sequence_number, status=late.command_status
                )
                self._facts.response(self, event.context, event.pdu)
            case Outbound():
                self._owner.outbind_received(self, event.pdu)
            case Unbound():
                if (
                    self._session.state is State.UNBOUND
                ):  # after ours it is CLOSED, and the CloseNow that follows says why
                    self._reason = self._reason or "the peer unbound"
                self._arm()
            case CloseNow():
                self._shut(event.reason)
            case Deviation():
                self._facts.noted(self, "pdu_deviates", text=event.text, pdu=_kind(event.pdu))
            case Fault():
                # The header at most: what follows may hold a password or a one-time code. Where framing is lost, even
                # that is no header.
                shown = 8 if self._session.state is State.CLOSED else 32
                self._facts.noted(self, "pdu_unreadable", error=event.error, octets=event.octets_hex[:shown])
            case UnexpectedResponse():
                pdu = event.pdu
                self._facts.noted(
                    self, "response_unexpected", pdu=_kind(pdu), sequence=pdu.sequence_number, status=pdu.command_status
                )
            case _:
                raise AssertionError(f"{event!r} is reported elsewhere")

    def _announce(self) -> None:
        self._announced = True
        self.bound_at = time.time()
        self._arm()
        self._facts.bound(self)

    # The timer and the socket

    def _arm(self) -> None:
        """Look again at the next deadline, or after the shortest limit that can make a new one; never once a PDU."""
        if self._timer is not None:
            self._timer.cancel()
        when = self._loop.time() + self._timers.shortest_s
        deadline = self._session.next_deadline()
        self._timer = self._loop.call_at(when if deadline is None else min(when, deadline), self._tick)

    def _tick(self) -> None:
        events = self._session.tick(self._loop.time())
        if events:
            self._report(events)
        self.flush()
        if not self._closing:
            self._arm()
        if events and self._announced:
            self._facts.received(self)

    def _shut(self, reason: str) -> None:
        self._reason = self._reason or reason
        if self._closing:
            return
        self._closing = True
        if self._transport is not None:
            self.flush()
            self._transport.close()
            self._abort_timer = self._loop.call_later(ABORT_AFTER_S, self._transport.abort)

    def _apply_reading(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        wanted = not (self._reading_paused or self._writing_paused or self._flood_timer is not None)
        if wanted and not transport.is_reading():
            transport.resume_reading()
        elif not wanted and transport.is_reading():
            transport.pause_reading()


def _kind(pdu: Pdu | None) -> str:
    return "" if pdu is None else type(pdu).__name__


def _address(peername: object) -> tuple[str, str]:
    """Host, and ``host:port``, of a socket address; there IPv6 is in brackets."""
    if isinstance(peername, tuple) and len(peername) >= 2:
        host, port = str(peername[0]), peername[1]
        return host, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return str(peername or ""), str(peername or "")
