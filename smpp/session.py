"""One SMPP session, either role, without input or output of its own (SMPP 3.4, chapters 2 and 7).

Octets go in with ``receive``, events come out; what is to be written is collected for ``take_output``. The caller
brings the time: ``now`` is an argument, in seconds of any monotonic clock. This room joins the framer, the tables of
bind states, the window of our requests and the timers to one state machine, and says which of our answers the peer has
provably read. It must never open a socket, read a clock, draw a random number, or drop a caller's context silently:
every context given to ``request`` comes back in exactly one Response, Expired or Failed, and after Expired perhaps once
more, in a LateResponse.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from smpp.answers import answer_octets, bare_response, header_octets
from smpp.bind_states import BEFORE_BIND, BIND_STATES, BOUND, permitted
from smpp.framer import Framer, FramingLost
from smpp.pdu import (
    LENGTH_MAX,
    RESPONSES,
    AlertNotification,
    DecodeError,
    EnquireLink,
    GenericNack,
    Outbind,
    Pdu,
    Unbind,
    Unknown,
    decode,
    encode,
)
from smpp.session_events import (
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
    NotAllowed,
    Outbound,
    Request,
    Response,
    Role,
    State,
    Timers,
    Unbound,
    UnexpectedResponse,
    WindowFull,
)
from smpp.session_timers import Due, SessionTimers
from smpp.vocabulary import INTERFACE_VERSION_3_4, RESPONSE_BIT, Status, Tag
from smpp.window import Outstanding, Window

__all__ = [
    "BindFailed",
    "BindRequest",
    "Bound",
    "CloseNow",
    "Confirmed",
    "Deviation",
    "Event",
    "Expired",
    "Failed",
    "Fault",
    "LateResponse",
    "NotAllowed",
    "Outbound",
    "Request",
    "Response",
    "Role",
    "State",
    "Timers",
    "Unbound",
    "UnexpectedResponse",
    "WindowFull",
    "LENGTH_MAX",
    "Session",
    "BIND_STATES",
    "REFUSALS_MAX",
]

REFUSALS_MAX: Final = 3  # requests outside a bind before we hang up
FAULT_OCTETS_MAX: Final = 256  # of a bad PDU, kept for the log

_NACK: Final = int(GenericNack.command_id)
_ENQUIRE_LINK: Final = int(EnquireLink.command_id)
_UNBIND: Final = int(Unbind.command_id)
_OUTBIND: Final = int(Outbind.command_id)
_ALERT_NOTIFICATION: Final = int(AlertNotification.command_id)
_U32: Final = struct.Struct(">I")
_SC_INTERFACE_VERSION: Final = int(Tag.SC_INTERFACE_VERSION)
# Versions that know no TLVs (SMPP 3.4 5.2.4). Clients also send 0x00, 0x22 or 0x2C and mean 3.4, so this is no "<".
_VERSIONS_WITHOUT_TLVS: Final = frozenset({0x30, 0x31, 0x32, 0x33})


class Session:
    """The rules of one SMPP connection.

    Args:
        role: which side we are.
        timers: in seconds.
        window: our message requests that may be outstanding at once. Responses, enquire_link, bind and unbind are
            outside it, otherwise two full windows would wait for each other for ever.
        length_max: octets; a longer PDU is a fault of framing and ends the session.
        now: the moment the connection came up.
    """

    __slots__ = (
        "_answers_confirmed",
        "_deciding",
        "_framer",
        "_may_receive",
        "_may_send",
        "_now",
        "_output",
        "_refusals",
        "_sent",
        "_sequence",
        "_timers",
        "_unanswered",
        "_unbind_to_answer",
        "answers_queued",
        "peer_interface_version",
        "requests_queued",
        "role",
        "state",
        "window",
    )
    state: State
    _may_receive: frozenset[int]
    _may_send: frozenset[int]

    def __init__(
        self,
        role: Role,
        *,
        timers: Timers | None = None,
        window: int = 10,
        length_max: int = LENGTH_MAX,
        now: float,
    ) -> None:
        self.role = role
        self.window = window
        self.answers_queued = 0
        self.requests_queued = 0
        self.peer_interface_version = INTERFACE_VERSION_3_4
        self._timers = SessionTimers(timers or Timers(), now)
        self._framer = Framer(length_max)
        self._sent = Window()
        self._sequence = 0
        self._output = bytearray()
        self._now = now
        self._answers_confirmed = 0
        self._unanswered = 0
        self._refusals = 0
        self._deciding: Pdu | None = None  # a bind that waits for accept_bind or refuse_bind
        self._unbind_to_answer: int | None = None
        self._enter(State.OPEN)

    # What the caller sees

    @property
    def bound(self) -> bool:
        """Whether messages may flow."""
        return self.state in BOUND

    @property
    def may_send(self) -> bool:
        """Whether the bind permits message requests of ours: deliver_sm never goes to a transmitter."""
        return bool(self._may_send)

    @property
    def window_free(self) -> int:
        """How many requests may be sent now; 0 where the state permits none."""
        free = self.window - len(self._sent.messages)
        return free if free > 0 and self._may_send else 0

    @property
    def outstanding(self) -> list[object]:
        """The contexts of our requests that wait for a response, oldest first."""
        return [entry.context for entry in self._sent.messages.values()]

    @property
    def takes_tlvs(self) -> bool:
        """Whether the peer's version knows optional parameters (SMPP 3.4 3.4.1)."""
        return self.peer_interface_version not in _VERSIONS_WITHOUT_TLVS

    def take_output(self) -> bytes:
        """Everything queued since the last call, in order, for one write."""
        if not self._output:
            return b""
        octets = bytes(self._output)
        self._output.clear()
        return octets

    # Octets in

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Octets from the peer; any cut, any number of PDUs. Never raises for what the peer sends."""
        events: list[Event] = []
        if self.state is State.CLOSED:
            return events
        self._now = self._timers.received_at = now
        frames, lost = self._framer.feed(data, now)
        self._take_frames(frames, now, events)
        if lost is not None:
            self._framing_lost(lost, events)
        return events

    def _take_frames(self, frames: list[bytes], now: float, events: list[Event]) -> None:
        timers = self._timers
        for frame in frames:
            if self.state is State.CLOSED:
                return
            try:
                pdu = decode(frame)
            except DecodeError as error:
                self._undecodable(error, frame, now, events)
                continue
            command_id = pdu.command_id
            if command_id & RESPONSE_BIT:
                self._take_response(pdu, now, events)
            elif command_id in self._may_receive:
                timers.transaction_at = now
                if command_id != _ALERT_NOTIFICATION:  # the one message request without a response
                    self._unanswered += 1
                events.append(Request(pdu))
            else:
                self._take_other_request(pdu, now, events)
            if pdu.deviations:
                events.extend([Deviation(text, pdu) for text in pdu.deviations])

    def _framing_lost(self, lost: FramingLost, events: list[Event]) -> None:
        if self.state is State.CLOSED:
            return
        error, octets = lost
        events.append(Fault(str(error), octets[:FAULT_OCTETS_MAX].hex()))
        self._output += header_octets(_NACK, int(error.status), error.sequence_number)
        self._close(f"framing lost: {error}", events)

    def _undecodable(self, error: DecodeError, frame: bytes, now: float, events: list[Event]) -> None:
        """A body that cannot be read: its request is refused and the session lives, or the peer would send it ever."""
        events.append(Fault(str(error), frame[:FAULT_OCTETS_MAX].hex()))
        command_id = error.command_id
        if command_id & RESPONSE_BIT:
            response = bare_response(error)
            if response is not None:
                self._take_response(response, now, events)
        elif command_id in RESPONSES:
            self._refuse(command_id, error.sequence_number, int(error.status), events)
        else:
            self._refuse(None, error.sequence_number, int(error.status), events)

    def _take_other_request(self, pdu: Pdu, now: float, events: list[Event]) -> None:
        """Every request but a permitted message."""
        command_id, sequence = pdu.command_id, pdu.sequence_number
        if command_id == _ENQUIRE_LINK:  # before a bind too: SMPP 5.0 allows it and monitors do it
            self._output += header_octets(_ENQUIRE_LINK | RESPONSE_BIT, 0, sequence)
        elif command_id == _UNBIND:
            self._take_unbind(sequence, now, events)
        elif command_id in BIND_STATES:
            self._take_bind(pdu, events)
        elif command_id == _OUTBIND and self.role is Role.ESME and self.state is State.OPEN:
            self._enter(State.OUTBOUND)
            events.append(Outbound(pdu))
        elif isinstance(pdu, Unknown):
            self._refuse(None, sequence, Status.ESME_RINVCMDID, events)
        elif command_id in RESPONSES:
            self._refuse(command_id, sequence, Status.ESME_RINVBNDSTS, events)
        else:
            self._refuse(None, sequence, Status.ESME_RINVBNDSTS, events)

    def _take_bind(self, pdu: Pdu, events: list[Event]) -> None:
        command_id, sequence = pdu.command_id, pdu.sequence_number
        if self._timers.close_at is not None:
            self._refuse(command_id, sequence, Status.ESME_RBINDFAIL, events)
        elif self.state in BOUND or self._deciding is not None:
            self._refuse(command_id, sequence, Status.ESME_RALYBND, events)
        elif self.role is Role.MC and self.state in BEFORE_BIND:
            self._deciding = pdu
            events.append(BindRequest(pdu))
        else:
            self._refuse(command_id, sequence, Status.ESME_RINVBNDSTS, events)

    def _take_unbind(self, sequence: int, now: float, events: list[Event]) -> None:
        """The peer leaves: our answers still due go first, then the unbind_resp (SMPP 3.4 4.2)."""
        if self._unbind_to_answer is not None or self._timers.close_at is not None:
            self._output += header_octets(_UNBIND | RESPONSE_BIT, 0, sequence)
            return
        self._enter(State.UNBOUND)
        self._unbind_to_answer = sequence
        # A moment of silence before we close: a peer that is closed on at once may lose the unbind_resp.
        self._timers.close_at = now + self._timers.limits.linger_s
        events.append(Unbound())
        self._answer_unbind_when_idle()

    def _answer_unbind_when_idle(self) -> None:
        if self._unbind_to_answer is not None and self._unanswered == 0:
            self._output += header_octets(_UNBIND | RESPONSE_BIT, 0, self._unbind_to_answer)
            self._unbind_to_answer = None

    def _refuse(self, command_id: int | None, sequence: int, status: int, events: list[Event]) -> None:
        """Answer a request with an error, by its own response or (None) by generic_nack."""
        if command_id is None:
            self._output += header_octets(_NACK, int(status), sequence)
        else:
            self._output += answer_octets(command_id, int(status), sequence, "")
        if self.state in BEFORE_BIND:
            self._refusals += 1
            if self._refusals >= REFUSALS_MAX:
                self._close(f"{self._refusals} requests outside a bind", events)

    # Responses to what we sent

    def _take_response(self, pdu: Pdu, now: float, events: list[Event]) -> None:
        taken = self._sent.take(pdu)
        if taken is None:
            late = self._sent.take_late(pdu)
            events.append(UnexpectedResponse(pdu) if late is None else LateResponse(late.context, pdu))
            return
        entry, is_control = taken
        if entry.answers > self._answers_confirmed:
            self._answers_confirmed = entry.answers
            events.append(Confirmed(entry.answers))
        if is_control:
            self._take_control_response(entry.command_id, pdu, now, events)
            return
        self._timers.transaction_at = now
        events.append(Response(entry.context, entry.command_id, pdu, now - entry.sent_at))
        if pdu.command_status == Status.ESME_RINVBNDSTS and self.bound:
            # The peer has forgotten our bind; only a new one helps.
            self._close("the peer says that we are not bound", events)

    def _take_control_response(self, command_id: int, pdu: Pdu, now: float, events: list[Event]) -> None:
        if command_id == _UNBIND:
            events.append(Unbound())
            self._close("unbound", events)
        elif command_id in BIND_STATES:
            status = int(pdu.command_status)
            if status or pdu.command_id == _NACK:
                events.append(BindFailed(status or int(Status.ESME_RBINDFAIL), pdu))
                return
            version = pdu.tlv(_SC_INTERFACE_VERSION)
            if version:
                self.peer_interface_version = version[-1]
            self._timers.transaction_at = now
            self._enter(BIND_STATES[command_id])
            events.append(Bound(pdu))

    # What we send

    def request(self, pdu: Pdu, now: float, context: object = None) -> int:
        """Queue a message request; its number is the answer.

        Args:
            pdu: any message request; its own sequence number is ignored.
            context: comes back in the Response, Expired or Failed that ends this request.

        Raises:
            NotAllowed: the role or the state does not permit it.
            WindowFull: ``window`` requests are outstanding.
            EncodeError: a field does not fit.
        """
        command_id = pdu.command_id
        if command_id not in self._may_send:
            raise NotAllowed(f"{type(pdu).__name__} cannot be sent by {self.role.name} in state {self.state.name}")
        outstanding = self._sent.messages
        if len(outstanding) >= self.window:
            raise WindowFull(f"{self.window} requests are outstanding")
        sequence = self._queue_request(encode(pdu))
        self.requests_queued += 1
        self._now = self._timers.transaction_at = now
        if command_id != _ALERT_NOTIFICATION:
            outstanding[sequence] = Outstanding(context, command_id, now, self._cover_answers())
        return sequence

    def answer(self, request: Pdu | tuple[int, int], status: int = 0, *, message_id: str = "") -> int:
        """Queue the response to a request of the peer.

        Args:
            request: the PDU, or its command id and sequence number.
            status: command_status.
            message_id: for submit_sm and data_sm; ASCII, at most 64 characters.

        Returns:
            The number of this answer, as ``Confirmed`` counts; 0 where the connection is closed already.

        Raises:
            ValueError: a message_id that does not fit, or a command without a response.
        """
        if self.state is State.CLOSED:
            return 0
        if isinstance(request, tuple):
            command_id, sequence = request
        else:
            command_id, sequence = request.command_id, request.sequence_number
        self._output += answer_octets(command_id, status, sequence, message_id)
        return self._count_answer()

    def answer_with(self, response: Pdu) -> int:
        """Queue a response that carries more than a status (query_sm_resp, submit_multi_resp); else as ``answer``."""
        if self.state is State.CLOSED:
            return 0
        self._output += encode(response)
        return self._count_answer()

    def _count_answer(self) -> int:
        self.answers_queued += 1
        timers = self._timers
        if timers.answered_at is None:
            timers.answered_at = self._now
        if self._unanswered:
            self._unanswered -= 1
            if self._unbind_to_answer is not None:
                self._answer_unbind_when_idle()
        return self.answers_queued

    def bind(self, pdu: Pdu, now: float) -> None:
        """Ask to bind; Bound or BindFailed follows, or CloseNow where the peer keeps silent.

        Raises:
            NotAllowed: not an ESME, not a bind PDU, or bound or binding already.
        """
        pending = any(entry.command_id in BIND_STATES for entry in self._sent.control.values())
        ready = self.role is Role.ESME and self.state in BEFORE_BIND and not pending
        if not ready or pdu.command_id not in BIND_STATES:
            raise NotAllowed(f"{type(pdu).__name__} cannot be sent by {self.role.name} in state {self.state.name}")
        # Lenient: real centres give out passwords longer than SMPP 3.4 4.1.1 allows.
        self._send_control(pdu, now, encode(pdu, lenient=True))

    def outbind(self, pdu: Pdu) -> None:
        """As a message centre that has called an ESME, ask it to bind."""
        if self.role is not Role.MC or self.state is not State.OPEN or pdu.command_id != _OUTBIND:
            raise NotAllowed(f"outbind cannot be sent by {self.role.name} in state {self.state.name}")
        self._queue_request(encode(pdu))
        self._enter(State.OUTBOUND)

    def accept_bind(self, bind: Pdu, system_id: str, now: float) -> None:
        """The peer may enter; ``system_id`` is the name we give ourselves.

        Raises:
            NotAllowed: this bind is not waiting for a decision.
        """
        self._decided(bind)
        self.peer_interface_version = int(getattr(bind, "interface_version", INTERFACE_VERSION_3_4))
        tlvs = ((_SC_INTERFACE_VERSION, bytes((INTERFACE_VERSION_3_4,))),) if self.takes_tlvs else ()
        response = RESPONSES[bind.command_id]
        answer = response(sequence_number=bind.sequence_number, system_id=system_id, tlvs=tlvs)  # type: ignore[call-arg]
        self._output += encode(answer)
        self._now = self._timers.transaction_at = self._timers.received_at = now
        self._enter(BIND_STATES[bind.command_id])

    def refuse_bind(self, bind: Pdu, status: int, now: float) -> None:
        """The peer may not enter; we hang up ``linger_s`` later, when it has had time to read why."""
        self._decided(bind)
        self._output += answer_octets(bind.command_id, status, bind.sequence_number, "")
        self._now = now
        self._timers.close_at = now + self._timers.limits.linger_s

    def _decided(self, bind: Pdu) -> None:
        if self._deciding is not bind or self.state not in BEFORE_BIND:
            raise NotAllowed("no such bind waits for a decision")
        self._deciding = None

    def unbind(self, now: float) -> None:
        """Leave in good order; Unbound and CloseNow follow. Does nothing where nothing is bound."""
        if self.state in BOUND:
            receives = self._may_receive
            self._send_control(Unbind(), now, encode(Unbind()))
            self._enter(State.UNBOUND)
            self._may_receive = receives  # what the peer sent before it read our unbind is still a message

    def enquire_link(self, now: float) -> None:
        """Ask the peer for a sign of life, unless it is being asked already."""
        if self.state in BOUND and not self._sent.pings():
            self._send_control(EnquireLink(), now, encode(EnquireLink()))

    def _send_control(self, pdu: Pdu, now: float, octets: bytes) -> None:
        self._now = now
        sequence = self._queue_request(octets)
        self._sent.control[sequence] = Outstanding(None, pdu.command_id, now, self._cover_answers())

    def _cover_answers(self) -> int:
        self._timers.answered_at = None
        return self.answers_queued

    def _queue_request(self, octets: bytes) -> int:
        self._sequence = sequence = self._sent.free_number(self._sequence)
        output = self._output
        at = len(output) + 12
        output += octets
        _U32.pack_into(output, at, sequence)  # 25 times cheaper than a copy of the frozen PDU
        return sequence

    # Time

    def next_deadline(self) -> float | None:
        """When ``tick`` has something to do, on the caller's clock; None: never."""
        return min((when for when, _ in self._deadlines()), default=None)

    def tick(self, now: float) -> list[Event]:
        """Do what has fallen due by ``now``."""
        events: list[Event] = []
        self._now = max(self._now, now)
        for when, due in tuple(self._deadlines()):
            if when <= now and self.state is not State.CLOSED:
                self._fall_due(due, now, events)
        return events

    def _deadlines(self) -> Iterator[tuple[float, Due]]:
        incomplete_since, deciding = self._framer.incomplete_since, self._deciding is not None
        return self._timers.deadlines(self.role, self.state, self._sent, incomplete_since, deciding=deciding)

    def _fall_due(self, due: Due, now: float, events: list[Event]) -> None:
        if due is Due.ENQUIRE_LINK:
            self.enquire_link(now)
        elif due is Due.INACTIVITY:
            self.unbind(now)
        elif due is Due.RESPONSE:
            self._expire(now, events)
        elif due is Due.ENQUIRE_LINK_RESP:
            self._doubt_peer(now, events)
        elif due is Due.LINGER:
            self._unanswered = 0
            self._answer_unbind_when_idle()
            self._close("the peer unbound" if self.state is State.UNBOUND else "bind refused", events)
        else:
            self._close(self._timers.overrun(due), events)

    def _expire(self, now: float, events: list[Event]) -> None:
        overdue = self._sent.take_overdue(now, self._timers.limits.response_s)
        events.extend([Expired(entry.context, entry.command_id) for entry in overdue])
        if overdue:
            self._reopen_proof(now)

    def _doubt_peer(self, now: float, events: list[Event]) -> None:
        """No enquire_link_resp: the peer is dead, unless something else has come from it."""
        for number in self._sent.pings():
            entry = self._sent.control.pop(number)
            if self._timers.received_at > entry.sent_at:  # alive all the same; ask again when due
                events.append(Deviation("enquire_link was not answered, other PDUs came", None))
                self._reopen_proof(now)
            else:
                self._close(self._timers.overrun(Due.ENQUIRE_LINK_RESP), events)

    def _reopen_proof(self, now: float) -> None:
        """The request that should have proved our answers read went unanswered: let another one do it."""
        if self.answers_queued > self._answers_confirmed and self._timers.answered_at is None:
            self._timers.answered_at = now

    # The end

    def lost(self, now: float) -> list[Event]:
        """The connection is gone: everything outstanding comes back as Failed, oldest first."""
        events: list[Event] = [Failed(entry.context, entry.command_id) for entry in self._sent.clear()]
        self._now = now
        self._enter(State.CLOSED)
        return events

    def _close(self, reason: str, events: list[Event]) -> None:
        if self.state is not State.CLOSED:
            self._enter(State.CLOSED)
            events.append(CloseNow(reason))

    def _enter(self, state: State) -> None:
        self.state = state
        peer = Role.MC if self.role is Role.ESME else Role.ESME
        self._may_send = permitted(self.role, state)
        self._may_receive = permitted(peer, state)
