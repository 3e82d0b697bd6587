"""One SMPP session, either role, without input or output of its own (SMPP 3.4, chapters 2 and 7).

Octets go in with ``receive``, events come out; what is to be written is collected for ``take_output``. The caller
brings the time: ``now`` is an argument, in seconds of any monotonic clock. This room decides what a bind state
permits, numbers requests, keeps the send window, matches responses, runs the timers, and says which of our answers
the peer has provably read. It must never open a socket, read a clock, draw a random number, or drop a caller's
context silently: every context given to ``request`` comes back in exactly one Response, Expired or Failed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from smpp.pdu import (
    LENGTH_MAX,
    RESPONSES,
    AlertNotification,
    BindReceiver,
    BindTransceiver,
    BindTransmitter,
    CancelSm,
    DataSm,
    DecodeError,
    DeliverSm,
    EnquireLink,
    FramingError,
    GenericNack,
    Outbind,
    Pdu,
    QuerySm,
    ReplaceSm,
    SubmitMulti,
    SubmitSm,
    Unbind,
    Unknown,
    decode,
    encode,
    split,
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
from smpp.vocabulary import RESPONSE_BIT as _RESPONSE_BIT
from smpp.vocabulary import SEQUENCE_NUMBER_MAX, Status

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
MESSAGE_ID_LENGTH_MAX: Final = 64  # SMPP 3.4 5.2.23: 65 with the NUL

_NACK: Final = int(GenericNack.command_id)
_ENQUIRE_LINK: Final = int(EnquireLink.command_id)
_UNBIND: Final = int(Unbind.command_id)
_OUTBIND: Final = int(Outbind.command_id)
_DELIVER_SM: Final = int(DeliverSm.command_id)
_ALERT_NOTIFICATION: Final = int(AlertNotification.command_id)
_WITH_MESSAGE_ID: Final = frozenset({int(SubmitSm.command_id), int(DataSm.command_id)})
_HEADER: Final = struct.Struct(">IIII")
_HEADER_AND_NUL: Final = struct.Struct(">IIIIB")
_U32: Final = struct.Struct(">I")
_HEADER_LENGTH: Final = 16
_LENGTH_OCTETS: Final = 4
_SC_INTERFACE_VERSION: Final = 0x0210
_VERSION_3_4: Final = 0x34
# Versions that know no TLVs (SMPP 3.4 5.2.4). Clients also send 0x00, 0x22 or 0x2C and mean 3.4, so this is no "<".
_VERSIONS_WITHOUT_TLVS: Final = frozenset({0x30, 0x31, 0x32, 0x33})


_BOUND: Final = frozenset({State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX})
_BEFORE_BIND: Final = frozenset({State.OPEN, State.OUTBOUND})
BIND_STATES: Final[dict[int, State]] = {
    int(BindTransmitter.command_id): State.BOUND_TX,
    int(BindReceiver.command_id): State.BOUND_RX,
    int(BindTransceiver.command_id): State.BOUND_TRX,
}
# SMPP 3.4 table 2-1, by sender. Its replace_sm is for TX alone; everybody allows it for TRX too, and so do we.
_ESME_SENDS: Final = frozenset(
    int(kind.command_id) for kind in (SubmitSm, SubmitMulti, DataSm, QuerySm, CancelSm, ReplaceSm)
)
_MC_SENDS: Final = frozenset({_DELIVER_SM, _ALERT_NOTIFICATION, int(DataSm.command_id)})
_NOTHING: Final[frozenset[int]] = frozenset()


def _permitted(sender: Role, state: State) -> frozenset[int]:
    """Message requests that ``sender`` may send in ``state``."""
    if sender is Role.ESME:
        return _ESME_SENDS if state in (State.BOUND_TX, State.BOUND_TRX) else _NOTHING
    return _MC_SENDS if state in (State.BOUND_RX, State.BOUND_TRX) else _NOTHING


class _Outstanding(msgspec.Struct, frozen=True):
    context: object
    command_id: int
    sent_at: float
    answers: int  # how many answers were queued before this request: its response proves them read


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
        "_answered_at",
        "_answers_confirmed",
        "_close_at",
        "_control",
        "_deciding",
        "_length_max",
        "_may_receive",
        "_may_send",
        "_needed",
        "_now",
        "_opened_at",
        "_output",
        "_outstanding",
        "_partial",
        "_partial_at",
        "_received_at",
        "_refusals",
        "_sequence",
        "_timers",
        "_transaction_at",
        "_unanswered",
        "_unbind_to_answer",
        "answers_queued",
        "peer_interface_version",
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
        self.peer_interface_version = _VERSION_3_4
        self._timers = timers or Timers()
        self._length_max = length_max
        self._sequence = 0
        self._outstanding: dict[int, _Outstanding] = {}  # in order of sending, so the first one expires first
        self._control: dict[int, _Outstanding] = {}  # bind, enquire_link, unbind of ours
        self._output = bytearray()
        self._partial = bytearray()
        self._partial_at: float | None = None
        self._needed = _LENGTH_OCTETS
        self._now = self._opened_at = self._received_at = self._transaction_at = now
        self._answers_confirmed = 0
        self._answered_at: float | None = None  # the oldest answer that no request of ours has followed
        self._unanswered = 0
        self._refusals = 0
        self._deciding: Pdu | None = None  # a bind that waits for accept_bind or refuse_bind
        self._unbind_to_answer: int | None = None
        self._close_at: float | None = None
        self._enter(State.OPEN)

    # What the caller sees

    @property
    def bound(self) -> bool:
        """Whether messages may flow."""
        return self.state in _BOUND

    @property
    def may_send(self) -> bool:
        """Whether the bind permits message requests of ours: deliver_sm never goes to a transmitter."""
        return bool(self._may_send)

    @property
    def window_free(self) -> int:
        """How many requests may be sent now; 0 where the state permits none."""
        return max(0, self.window - len(self._outstanding)) if self._may_send else 0

    @property
    def outstanding(self) -> list[object]:
        """The contexts of our requests that wait for a response, oldest first."""
        return [entry.context for entry in self._outstanding.values()]

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
        self._now = self._received_at = now
        partial = self._partial
        continues = bool(partial)
        if continues or len(data) < _LENGTH_OCTETS:
            partial += data
            if len(partial) < self._needed:
                if not continues and partial:
                    self._partial_at = now
                return events
            data = bytes(partial)
            partial.clear()
        fault: FramingError | None = None
        try:
            frames, consumed = split(data, self._length_max)
        except FramingError as error:
            fault, frames, consumed = error, error.frames, len(data)
        self._take_frames(frames, now, events)
        if fault is not None:
            self._framing_lost(fault, data, events)
        elif consumed < len(data):
            self._keep_partial(data, consumed, now, fresh=bool(frames) or not continues)
        else:
            self._partial_at = None
            self._needed = _LENGTH_OCTETS
        return events

    def _keep_partial(self, data: bytes, consumed: int, now: float, *, fresh: bool) -> None:
        self._partial += data[consumed:]
        have = len(data) - consumed
        # Where four octets are there, `split` has judged them already, so what is waited for is within the cap.
        self._needed = _U32.unpack_from(data, consumed)[0] if have >= _LENGTH_OCTETS else _LENGTH_OCTETS
        if fresh:
            self._partial_at = now

    def _take_frames(self, frames: list[bytes], now: float, events: list[Event]) -> None:
        for frame in frames:
            if self.state is State.CLOSED:
                return
            try:
                pdu = decode(frame)
            except DecodeError as error:
                self._undecodable(error, frame, now, events)
                continue
            command_id = pdu.command_id
            if command_id & _RESPONSE_BIT:
                self._take_response(pdu, now, events)
            elif command_id in self._may_receive:
                self._transaction_at = now
                if command_id != _ALERT_NOTIFICATION:  # the one message request without a response
                    self._unanswered += 1
                events.append(Request(pdu))
            else:
                self._take_other_request(pdu, now, events)
            if pdu.deviations:
                events.extend([Deviation(text, pdu) for text in pdu.deviations])

    def _framing_lost(self, fault: FramingError, data: bytes, events: list[Event]) -> None:
        """After a bad command_length nobody knows where the next PDU begins."""
        if self.state is State.CLOSED:
            return
        good = sum(len(frame) for frame in fault.frames)
        events.append(Fault(str(fault), data[good : good + FAULT_OCTETS_MAX].hex()))
        self._queue_header(_NACK, int(fault.status), fault.sequence_number)
        self._close(f"framing lost: {fault}", events)

    def _undecodable(self, error: DecodeError, frame: bytes, now: float, events: list[Event]) -> None:
        """A body that cannot be read: its request is refused and the session lives, or the peer would send it ever."""
        events.append(Fault(str(error), frame[:FAULT_OCTETS_MAX].hex()))
        command_id = error.command_id
        if command_id & _RESPONSE_BIT:
            response = _bare_response(error)
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
            self._queue_header(_ENQUIRE_LINK | _RESPONSE_BIT, 0, sequence)
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
        if self._close_at is not None:
            self._refuse(command_id, sequence, Status.ESME_RBINDFAIL, events)
        elif self.state in _BOUND or self._deciding is not None:
            self._refuse(command_id, sequence, Status.ESME_RALYBND, events)
        elif self.role is Role.MC and self.state in _BEFORE_BIND:
            self._deciding = pdu
            events.append(BindRequest(pdu))
        else:
            self._refuse(command_id, sequence, Status.ESME_RINVBNDSTS, events)

    def _take_unbind(self, sequence: int, now: float, events: list[Event]) -> None:
        """The peer leaves: our answers still due go first, then the unbind_resp (SMPP 3.4 4.2)."""
        if self._unbind_to_answer is not None or self._close_at is not None:
            self._queue_header(_UNBIND | _RESPONSE_BIT, 0, sequence)
            return
        self._enter(State.UNBOUND)
        self._unbind_to_answer = sequence
        # A moment of silence before we close: a peer that is closed on at once may lose the unbind_resp.
        self._close_at = now + self._timers.linger_s
        events.append(Unbound())
        self._answer_unbind_when_idle()

    def _answer_unbind_when_idle(self) -> None:
        if self._unbind_to_answer is not None and self._unanswered == 0:
            self._queue_header(_UNBIND | _RESPONSE_BIT, 0, self._unbind_to_answer)
            self._unbind_to_answer = None

    def _refuse(self, command_id: int | None, sequence: int, status: int, events: list[Event]) -> None:
        """Answer a request with an error, by its own response or (None) by generic_nack."""
        if command_id is None:
            self._queue_header(_NACK, int(status), sequence)
        else:
            self._queue_answer(command_id, int(status), sequence, "")
        if self.state in _BEFORE_BIND:
            self._refusals += 1
            if self._refusals >= REFUSALS_MAX:
                self._close(f"{self._refusals} requests outside a bind", events)

    # Responses to what we sent

    def _take_response(self, pdu: Pdu, now: float, events: list[Event]) -> None:
        sequence, command_id = pdu.sequence_number, pdu.command_id
        entry = self._outstanding.get(sequence)
        ours = self._outstanding
        if entry is None:
            entry, ours = self._control.get(sequence), self._control
        if entry is None or (command_id != entry.command_id | _RESPONSE_BIT and command_id != _NACK):
            events.append(UnexpectedResponse(pdu))
            return
        del ours[sequence]
        if entry.answers > self._answers_confirmed:
            self._answers_confirmed = entry.answers
            events.append(Confirmed(entry.answers))
        if ours is self._control:
            self._take_control_response(entry.command_id, pdu, now, events)
            return
        self._transaction_at = now
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
            self._transaction_at = now
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
        outstanding = self._outstanding
        if len(outstanding) >= self.window:
            raise WindowFull(f"{self.window} requests are outstanding")
        sequence = self._queue_request(encode(pdu))
        self._now = self._transaction_at = now
        if command_id != _ALERT_NOTIFICATION:
            outstanding[sequence] = _Outstanding(context, command_id, now, self._cover_answers())
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
        self._queue_answer(command_id, status, sequence, message_id)
        return self._count_answer()

    def answer_with(self, response: Pdu) -> int:
        """Queue a response that carries more than a status (query_sm_resp, submit_multi_resp); else as ``answer``."""
        if self.state is State.CLOSED:
            return 0
        self._output += encode(response)
        return self._count_answer()

    def _count_answer(self) -> int:
        self.answers_queued += 1
        if self._answered_at is None:
            self._answered_at = self._now
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
        pending = any(entry.command_id in BIND_STATES for entry in self._control.values())
        ready = self.role is Role.ESME and self.state in _BEFORE_BIND and not pending
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
        self.peer_interface_version = int(getattr(bind, "interface_version", _VERSION_3_4))
        tlvs = ((_SC_INTERFACE_VERSION, bytes((_VERSION_3_4,))),) if self.takes_tlvs else ()
        response = RESPONSES[bind.command_id]
        answer = response(sequence_number=bind.sequence_number, system_id=system_id, tlvs=tlvs)  # type: ignore[call-arg]
        self._output += encode(answer)
        self._now = self._transaction_at = self._received_at = now
        self._enter(BIND_STATES[bind.command_id])

    def refuse_bind(self, bind: Pdu, status: int, now: float) -> None:
        """The peer may not enter; we hang up ``linger_s`` later, when it has had time to read why."""
        self._decided(bind)
        self._queue_answer(bind.command_id, status, bind.sequence_number, "")
        self._now = now
        self._close_at = now + self._timers.linger_s

    def _decided(self, bind: Pdu) -> None:
        if self._deciding is not bind or self.state not in _BEFORE_BIND:
            raise NotAllowed("no such bind waits for a decision")
        self._deciding = None

    def unbind(self, now: float) -> None:
        """Leave in good order; Unbound and CloseNow follow. Does nothing where nothing is bound."""
        if self.state in _BOUND:
            receives = self._may_receive
            self._send_control(Unbind(), now, encode(Unbind()))
            self._enter(State.UNBOUND)
            self._may_receive = receives  # what the peer sent before it read our unbind is still a message

    def enquire_link(self, now: float) -> None:
        """Ask the peer for a sign of life, unless it is being asked already."""
        if self.state in _BOUND and not self._ping():
            self._send_control(EnquireLink(), now, encode(EnquireLink()))

    def _ping(self) -> _Outstanding | None:
        for entry in self._control.values():
            if entry.command_id == _ENQUIRE_LINK:
                return entry
        return None

    def _send_control(self, pdu: Pdu, now: float, octets: bytes) -> None:
        self._now = now
        sequence = self._queue_request(octets)
        self._control[sequence] = _Outstanding(None, pdu.command_id, now, self._cover_answers())

    def _cover_answers(self) -> int:
        self._answered_at = None
        return self.answers_queued

    def _queue_request(self, octets: bytes) -> int:
        sequence = self._next_sequence()
        output = self._output
        at = len(output) + 12
        output += octets
        _U32.pack_into(output, at, sequence)  # 25 times cheaper than a copy of the frozen PDU
        return sequence

    def _next_sequence(self) -> int:
        sequence = self._sequence
        while True:
            sequence = sequence + 1 if sequence < SEQUENCE_NUMBER_MAX else 1
            if sequence not in self._outstanding and sequence not in self._control:
                self._sequence = sequence
                return sequence

    def _queue_header(self, command_id: int, status: int, sequence: int) -> None:
        self._output += _HEADER.pack(_HEADER_LENGTH, command_id, status, sequence)

    def _queue_answer(self, command_id: int, status: int, sequence: int, message_id: str) -> None:
        if command_id == _DELIVER_SM:  # always one NUL, the unused message_id (SMPP 3.4 4.6.2)
            self._output += _HEADER_AND_NUL.pack(17, _DELIVER_SM | _RESPONSE_BIT, status, sequence, 0)
        elif status:  # no body in error responses (SMPP 3.4 4.4.2)
            if command_id not in RESPONSES:
                raise ValueError(f"command 0x{command_id:08X} has no response")
            self._queue_header(command_id | _RESPONSE_BIT, status, sequence)
        elif command_id in _WITH_MESSAGE_ID:
            octets = message_id.encode("ascii")
            if len(octets) > MESSAGE_ID_LENGTH_MAX or b"\0" in octets:
                raise ValueError(f"message_id {message_id!r} is longer than {MESSAGE_ID_LENGTH_MAX} or holds a NUL")
            self._queue_header_and(command_id, sequence, octets)
        elif command_id in RESPONSES:
            self._output += encode(RESPONSES[command_id](sequence_number=sequence))
        else:
            raise ValueError(f"command 0x{command_id:08X} has no response")

    def _queue_header_and(self, command_id: int, sequence: int, message_id: bytes) -> None:
        length = _HEADER_LENGTH + len(message_id) + 1
        self._output += _HEADER.pack(length, command_id | _RESPONSE_BIT, 0, sequence) + message_id + b"\0"

    # Time

    def next_deadline(self) -> float | None:
        """When ``tick`` has something to do, on the caller's clock; None: never."""
        return min((when for when, _ in self._deadlines()), default=None)

    def tick(self, now: float) -> list[Event]:
        """Do what has fallen due by ``now``."""
        events: list[Event] = []
        self._now = max(self._now, now)
        for when, fall_due in tuple(self._deadlines()):
            if when <= now and self.state is not State.CLOSED:
                fall_due(now, events)
        return events

    def _deadlines(self) -> Iterator[tuple[float, Callable[[float, list[Event]], None]]]:
        if self.state is State.CLOSED:
            return
        timers = self._timers
        if self._partial_at is not None and timers.pdu_read_s:
            yield self._partial_at + timers.pdu_read_s, self._pdu_overdue
        if self._close_at is not None:
            yield self._close_at, self._linger_over
        if self._outstanding and timers.response_s:
            yield next(iter(self._outstanding.values())).sent_at + timers.response_s, self._responses_overdue
        for entry in self._control.values():
            limit, fall_due = self._control_limit(entry.command_id)
            if limit:
                yield entry.sent_at + limit, fall_due
        if self.state in _BOUND:
            if timers.inactivity_s:
                yield self._transaction_at + timers.inactivity_s, self._inactive
            if not self._ping():
                if timers.enquire_link_s:
                    yield self._received_at + timers.enquire_link_s, self._idle
                if self._answered_at is not None and timers.confirm_s:
                    yield self._answered_at + timers.confirm_s, self._idle
        elif self.role is Role.MC and self.state in _BEFORE_BIND and self._deciding is None and timers.session_init_s:
            yield self._opened_at + timers.session_init_s, self._init_overdue

    def _control_limit(self, command_id: int) -> tuple[float, Callable[[float, list[Event]], None]]:
        timers = self._timers
        if command_id == _ENQUIRE_LINK:
            return timers.enquire_link_response_s, self._ping_overdue
        if command_id == _UNBIND:
            return timers.unbind_response_s, self._unbind_overdue
        return timers.bind_response_s, self._bind_overdue

    def _responses_overdue(self, now: float, events: list[Event]) -> None:
        limit = self._timers.response_s
        overdue = [number for number, entry in self._outstanding.items() if entry.sent_at + limit <= now]
        for number in overdue:
            entry = self._outstanding.pop(number)
            events.append(Expired(entry.context, entry.command_id))
        if overdue:
            self._reopen_proof(now)

    def _pdu_overdue(self, now: float, events: list[Event]) -> None:
        self._close(f"a PDU was not complete within {self._timers.pdu_read_s:g} s", events)

    def _linger_over(self, now: float, events: list[Event]) -> None:
        self._unanswered = 0
        self._answer_unbind_when_idle()
        self._close("the peer unbound" if self.state is State.UNBOUND else "bind refused", events)

    def _init_overdue(self, now: float, events: list[Event]) -> None:
        self._close(f"no bind within {self._timers.session_init_s:g} s", events)

    def _bind_overdue(self, now: float, events: list[Event]) -> None:
        self._close(f"no bind response within {self._timers.bind_response_s:g} s", events)

    def _unbind_overdue(self, now: float, events: list[Event]) -> None:
        self._close(f"no unbind_resp within {self._timers.unbind_response_s:g} s", events)

    def _ping_overdue(self, now: float, events: list[Event]) -> None:
        for number, entry in tuple(self._control.items()):
            if entry.command_id == _ENQUIRE_LINK:
                del self._control[number]
                if self._received_at > entry.sent_at:  # alive all the same; ask again when due
                    events.append(Deviation("enquire_link was not answered, other PDUs came", None))
                    self._reopen_proof(now)
                else:
                    self._close(f"no sign of life within {self._timers.enquire_link_response_s:g} s", events)

    def _reopen_proof(self, now: float) -> None:
        """The request that should have proved our answers read went unanswered: let another one do it."""
        if self.answers_queued > self._answers_confirmed and self._answered_at is None:
            self._answered_at = now

    def _idle(self, now: float, events: list[Event]) -> None:
        self.enquire_link(now)

    def _inactive(self, now: float, events: list[Event]) -> None:
        self.unbind(now)

    # The end

    def lost(self, now: float) -> list[Event]:
        """The connection is gone: everything outstanding comes back as Failed, oldest first."""
        events: list[Event] = [Failed(entry.context, entry.command_id) for entry in self._outstanding.values()]
        self._outstanding.clear()
        self._control.clear()
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
        self._may_send = _permitted(self.role, state)
        self._may_receive = _permitted(peer, state)


def _bare_response(error: DecodeError) -> Pdu | None:
    """What an unreadable response still says: its status and, where that much was read, the message_id."""
    kind = RESPONSES.get(error.command_id & ~_RESPONSE_BIT)
    if kind is None:
        return None
    fields: dict[str, object] = {
        "command_status": error.command_status,
        "sequence_number": error.sequence_number,
    }
    message_id = error.partial.get("message_id")
    if isinstance(message_id, str) and "message_id" in kind.__struct_fields__:
        fields["message_id"] = message_id
    return kind(**fields)  # type: ignore[arg-type]
