"""The half of a Session that keeps the bind itself: bind, unbind, outbind, enquire_link, refusals, the end.

Messages are the other half (``session.py``), and every rule about them stands there. The same laws hold here: no
socket, no clock, no randomness; what is to be written is queued, what has happened is an event.
"""

from __future__ import annotations

import struct
from typing import Final

from smpp.answers import answer_octets, header_octets
from smpp.bind_states import BEFORE_BIND, BIND_STATES, BOUND, permitted
from smpp.pdu import RESPONSES, EnquireLink, GenericNack, Outbind, Pdu, Unbind, Unknown, encode
from smpp.session_events import (
    BindFailed,
    BindRequest,
    Bound,
    CloseNow,
    Deviation,
    Event,
    NotAllowed,
    Outbound,
    Role,
    State,
    Timers,
    Unbound,
)
from smpp.session_timers import Due, SessionTimers
from smpp.vocabulary import INTERFACE_VERSION_3_4, INTERFACE_VERSION_5_0, RESPONSE_BIT, Status, Tag
from smpp.window import Outstanding, Window

__all__ = ["REFUSALS_MAX", "SessionControl"]

REFUSALS_MAX: Final = 3  # requests outside a bind before we hang up

_NACK: Final = int(GenericNack.command_id)
_ENQUIRE_LINK: Final = int(EnquireLink.command_id)
_UNBIND: Final = int(Unbind.command_id)
_OUTBIND: Final = int(Outbind.command_id)
_U32: Final = struct.Struct(">I")
_SC_INTERFACE_VERSION: Final = int(Tag.SC_INTERFACE_VERSION)
# Versions that know no TLVs (SMPP 3.4 5.2.4). Clients also send 0x00, 0x22 or 0x2C and mean 3.4, so this is no "<".
_VERSIONS_WITHOUT_TLVS: Final = frozenset({0x30, 0x31, 0x32, 0x33})


class SessionControl:
    """State, sequence numbers, bind and unbind of one connection; see ``Session``."""

    __slots__ = (
        "_answers_confirmed",
        "_deciding",
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
        "interface_version",
        "peer_interface_version",
        "role",
        "state",
    )
    state: State
    _may_receive: frozenset[int]
    _may_send: frozenset[int]

    def __init__(self, role: Role, timers: Timers, now: float) -> None:
        self.role = role
        self.answers_queued = 0
        self.interface_version = self.peer_interface_version = INTERFACE_VERSION_3_4
        self._timers = SessionTimers(timers, now)
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

    @property
    def bound(self) -> bool:
        """Whether messages may flow."""
        return self.state in BOUND

    @property
    def deciding(self) -> bool:
        """Whether the peer's bind waits for ``accept_bind`` or ``refuse_bind``."""
        return self._deciding is not None

    @property
    def takes_tlvs(self) -> bool:
        """Whether the peer's version knows optional parameters (SMPP 3.4 3.4.1)."""
        return self.peer_interface_version not in _VERSIONS_WITHOUT_TLVS

    @property
    def tells_congestion(self) -> bool:
        """Whether congestion_state means something here: both sides bound with 5.0 (SMPP 5.0 4.8.4.18)."""
        return self.interface_version == self.peer_interface_version == INTERFACE_VERSION_5_0

    # What the peer asks for

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

    # What we ask for, and what comes of it

    def bind(self, pdu: Pdu, now: float) -> None:
        """Ask to bind; Bound or BindFailed follows, or CloseNow where the peer keeps silent.

        Raises:
            NotAllowed: not an ESME, not a bind PDU, or bound or binding already.
        """
        pending = any(entry.command_id in BIND_STATES for entry in self._sent.control.values())
        ready = self.role is Role.ESME and self.state in BEFORE_BIND and not pending
        if not ready or pdu.command_id not in BIND_STATES:
            raise NotAllowed(f"{type(pdu).__name__} cannot be sent by {self.role.name} in state {self.state.name}")
        self.interface_version = int(getattr(pdu, "interface_version", INTERFACE_VERSION_3_4))
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

    # Numbers, and the end

    def _queue_request(self, octets: bytes) -> int:
        self._sequence = sequence = self._sent.free_number(self._sequence)
        output = self._output
        at = len(output) + 12
        output += octets
        _U32.pack_into(output, at, sequence)  # 25 times cheaper than a copy of the frozen PDU
        return sequence

    def _close(self, reason: str, events: list[Event]) -> None:
        if self.state is not State.CLOSED:
            self._enter(State.CLOSED)
            events.append(CloseNow(reason))

    def _enter(self, state: State) -> None:
        self.state = state
        peer = Role.MC if self.role is Role.ESME else Role.ESME
        self._may_send = permitted(self.role, state)
        self._may_receive = permitted(peer, state)
