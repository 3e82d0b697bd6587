"""One SMPP session, either role, without input or output of its own (SMPP 3.4, chapters 2 and 7).

Octets go in with ``receive``, events come out; what is to be written is collected for ``take_output``. The caller
brings the time: ``now`` is an argument, in seconds of any monotonic clock. This room joins the framer, the tables of
bind states, the window of our requests and the timers to one state machine, and says which of our answers the peer has
provably read. It must never open a socket, read a clock, draw a random number, or drop a caller's context silently:
every context given to ``request`` comes back in exactly one Response, Expired or Failed, and after Expired perhaps once
more, in a LateResponse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smpp.answers import answer_octets, bare_response, header_octets
from smpp.bind_states import BIND_STATES
from smpp.framer import Framer, FramingLost
from smpp.limits import RequestLimits
from smpp.pdu import LENGTH_MAX, RESPONSES, AlertNotification, DecodeError, GenericNack, Pdu, decode, encode
from smpp.session_control import REFUSALS_MAX, SessionControl
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
from smpp.session_timers import Due
from smpp.vocabulary import RESPONSE_BIT, Status
from smpp.window import Outstanding

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

FAULT_OCTETS_MAX: Final = 256  # of a bad PDU, kept for the log

_NACK: Final = int(GenericNack.command_id)
_ALERT_NOTIFICATION: Final = int(AlertNotification.command_id)


class Session(SessionControl):
    """The rules of one SMPP connection.

    Args:
        role: which side we are.
        timers: in seconds.
        window: our message requests that may be outstanding at once. Responses, enquire_link, bind and unbind are
            outside it, otherwise two full windows would wait for each other for ever.
        length_max: octets; a longer PDU is a fault of framing and ends the session.
        now: the moment the connection came up.
    """

    __slots__ = ("_framer", "limits", "requests_queued", "window")

    def __init__(
        self,
        role: Role,
        *,
        timers: Timers | None = None,
        window: int = 10,
        length_max: int = LENGTH_MAX,
        now: float,
    ) -> None:
        super().__init__(role, timers or Timers(), now)
        self.window = window
        self.limits: RequestLimits | None = None
        self.requests_queued = 0
        self._framer = Framer(length_max)

    # What the caller sees

    @property
    def may_send(self) -> bool:
        """Whether the bind permits message requests of ours: deliver_sm never goes to a transmitter."""
        return bool(self._may_send)

    @property
    def window_free(self) -> int:
        """How many requests may be sent now; 0 where the state permits none, 1 now and then to a peer that is mute."""
        if not self._may_send:
            return 0
        sent = self._sent
        free = self.window - len(sent.messages)
        return free if free > 0 and not sent.stalled else sent.free(self.window, self._now)

    @property
    def window_used(self) -> int:
        """How many requests of ours wait for a response."""
        return len(self._sent.messages)

    @property
    def stalled(self) -> bool:
        """Whether the peer has answered no message for so long that it is only probed now."""
        return self._sent.stalled

    @property
    def outstanding(self) -> list[object]:
        """The contexts of our requests that wait for a response, oldest first."""
        return [entry.context for entry in self._sent.messages.values()]

    @property
    def partial(self) -> bytes:
        """What has come of a PDU that is not complete yet."""
        return self._framer.partial

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
        timers, limits = self._timers, self.limits
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
                if limits is not None and (status := limits.judge(self._unanswered, now)):
                    self._refuse(command_id, pdu.sequence_number, status, events)
                    continue
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

    # Responses to what we sent

    def _take_response(self, pdu: Pdu, now: float, events: list[Event]) -> None:
        taken = self._sent.take(pdu, now)
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
        if len(outstanding) >= self.window and not self._sent.free(self.window, now):
            raise WindowFull(f"{len(outstanding)} requests are outstanding")
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

    # Time

    def next_deadline(self) -> float | None:
        """When ``tick`` has something to do, on the caller's clock; None: never."""
        return min((when for when, _ in self._deadlines()), default=None)

    def tick(self, now: float) -> list[Event]:
        """Do what has fallen due by ``now``."""
        events: list[Event] = []
        self._now = max(self._now, now)
        self._sent.watch(now)
        for when, due in tuple(self._deadlines()):
            if when <= now and self.state is not State.CLOSED:
                self._fall_due(due, now, events)
        return events

    def _deadlines(self) -> Iterator[tuple[float, Due]]:
        incomplete_since, deciding = self._framer.incomplete_since, self.deciding
        return self._timers.deadlines(self.state, self._sent, incomplete_since, deciding=deciding)

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

    # The end

    def lost(self, now: float) -> list[Event]:
        """The connection is gone: everything outstanding comes back as Failed, oldest first."""
        events: list[Event] = [Failed(entry.context, entry.command_id) for entry in self._sent.clear()]
        self._now = now
        self._enter(State.CLOSED)
        return events
