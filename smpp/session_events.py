"""What goes in and out of a Session: roles, states, timers, events, and the two ways in which it says no.

Values only. An event is a fact in the past that the Session reports once; nothing here may decide anything.
"""

from __future__ import annotations

import enum

import msgspec

from smpp.pdu import Pdu


class Role(enum.Enum):
    """Which side of the bind we are."""

    ESME = "esme"
    MC = "mc"


class State(enum.Enum):
    """SMPP 3.4 2.2, and UNBOUND and OUTBOUND of SMPP 5.0 2.3."""

    CLOSED = "closed"
    OPEN = "open"
    OUTBOUND = "outbound"
    BOUND_TX = "bound_tx"
    BOUND_RX = "bound_rx"
    BOUND_TRX = "bound_trx"
    UNBOUND = "unbound"


class Timers(msgspec.Struct, frozen=True, kw_only=True):
    """All timers of a session (SMPP 3.4 7.2), in seconds; 0 switches one off."""

    session_init_s: float = 10.0
    bind_response_s: float = 10.0
    enquire_link_s: float = 30.0
    enquire_link_response_s: float = 30.0
    inactivity_s: float = 0.0
    response_s: float = 60.0
    pdu_read_s: float = 10.0
    unbind_response_s: float = 2.0
    linger_s: float = 0.5
    confirm_s: float = 1.0

    @property
    def shortest_s(self) -> float:
        """The least time after which any steady-state timer can fall due: a checking interval that is never late."""
        steady = (
            self.enquire_link_s,
            self.enquire_link_response_s,
            self.inactivity_s,
            self.response_s,
            self.pdu_read_s,
            self.confirm_s,
        )
        return min((limit for limit in steady if limit > 0), default=1.0)


class BindRequest(msgspec.Struct, frozen=True):
    """A peer asks to bind; answer with ``accept_bind`` or ``refuse_bind``, now or later."""

    pdu: Pdu


class Bound(msgspec.Struct, frozen=True):
    """Our bind was accepted; ``pdu`` is the bind response."""

    pdu: Pdu


class BindFailed(msgspec.Struct, frozen=True):
    """Our bind was refused with ``status``."""

    status: int
    pdu: Pdu


class Outbound(msgspec.Struct, frozen=True):
    """A message centre called us and asks us to bind (outbind, SMPP 3.4 4.1.7)."""

    pdu: Pdu


class Request(msgspec.Struct, frozen=True, gc=False):
    """A message request that the bind state permits; answer it with ``answer``."""

    pdu: Pdu


class Response(msgspec.Struct, frozen=True, gc=False):
    """The answer to our request, ``took_s`` seconds after it was queued."""

    context: object
    request_command_id: int
    pdu: Pdu
    took_s: float


class Expired(msgspec.Struct, frozen=True):
    """No answer to our request within ``response_s``: nobody knows whether it was taken."""

    context: object
    request_command_id: int


class Failed(msgspec.Struct, frozen=True):
    """The connection ended before our request was answered: nobody knows whether it was taken."""

    context: object
    request_command_id: int


class Confirmed(msgspec.Struct, frozen=True):
    """The peer has read our first ``answers`` answers, counted as ``answers_queued`` counts them."""

    answers: int


class Unbound(msgspec.Struct, frozen=True):
    """The bind is over in good order; a CloseNow follows."""


class LateResponse(msgspec.Struct, frozen=True):
    """The answer to a request that was Expired: now it is known after all."""

    context: object
    pdu: Pdu


class UnexpectedResponse(msgspec.Struct, frozen=True):
    """An unknown or mismatched response, a second one, or a generic_nack of nothing we sent."""

    pdu: Pdu


class Deviation(msgspec.Struct, frozen=True):
    """The peer strayed from the specification and was understood all the same."""

    text: str
    pdu: Pdu | None


class Fault(msgspec.Struct, frozen=True):
    """A PDU that could not be read; ``octets_hex`` is its beginning."""

    error: str
    octets_hex: str


class CloseNow(msgspec.Struct, frozen=True):
    """Write what is queued, then close the connection."""

    reason: str


Event = (
    BindRequest
    | Bound
    | BindFailed
    | Outbound
    | Request
    | Response
    | Expired
    | Failed
    | Confirmed
    | Unbound
    | LateResponse
    | UnexpectedResponse
    | Deviation
    | Fault
    | CloseNow
)


class WindowFull(Exception):
    """As many requests are outstanding as the window allows; try again after a Response or an Expired."""


class NotAllowed(Exception):
    """The bind state, or our role, does not permit this request."""
