"""When the timers of a session fall due (SMPP 3.4 7.2).

Reckoning only: the Session notes its moments here and asks what comes next; what is then done is its own affair. All
moments are seconds of the clock that the caller of the Session reads; nothing here may read one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final

from smpp.bind_states import BEFORE_BIND, BOUND
from smpp.pdu import EnquireLink, Unbind
from smpp.session_events import State, Timers
from smpp.window import Window

__all__ = ["Due", "SessionTimers"]

_ENQUIRE_LINK: Final = int(EnquireLink.command_id)
_UNBIND: Final = int(Unbind.command_id)


class Due(enum.Enum):
    """What has fallen due."""

    PDU = "a PDU that is not complete"
    LINGER = "the end of the silence before we close"
    RESPONSE = "the response to a message of ours"
    BIND_RESP = "the response to our bind"
    UNBIND_RESP = "the response to our unbind"
    ENQUIRE_LINK_RESP = "the response to our enquire_link"
    INACTIVITY = "the unbind of a session without messages"
    ENQUIRE_LINK = "an enquire_link of ours"
    SESSION_INIT = "the peer's bind or outbind"


class SessionTimers:
    """The moments from which a session's timers run, and the deadlines that follow from them.

    Args:
        limits: seconds; 0 switches a timer off.
        now: the moment the connection came up.
    """

    __slots__ = ("answered_at", "close_at", "limits", "opened_at", "received_at", "transaction_at")

    def __init__(self, limits: Timers, now: float) -> None:
        self.limits = limits
        self.opened_at = self.received_at = self.transaction_at = now
        self.answered_at: float | None = None  # the oldest answer that no request of ours has followed
        self.close_at: float | None = None

    def deadlines(
        self, state: State, sent: Window, incomplete_since: float | None, *, deciding: bool
    ) -> Iterator[tuple[float, Due]]:
        """Every deadline that now runs, in the order in which they are dealt with when several have passed.

        Args:
            sent: our requests without a response.
            incomplete_since: when the PDU began that is not complete yet.
            deciding: whether the peer's bind waits for our decision.
        """
        if state is State.CLOSED:
            return
        limits = self.limits
        if incomplete_since is not None and limits.pdu_read_s:
            yield incomplete_since + limits.pdu_read_s, Due.PDU
        if self.close_at is not None:
            yield self.close_at, Due.LINGER
        if sent.messages and limits.response_s:
            yield next(iter(sent.messages.values())).sent_at + limits.response_s, Due.RESPONSE
        pinging = False
        for entry in sent.control.values():
            pinging = pinging or entry.command_id == _ENQUIRE_LINK
            limit_s, due = self._control_limit(entry.command_id)
            if limit_s:
                yield entry.sent_at + limit_s, due
        if state in BOUND:
            if limits.inactivity_s:
                yield self.transaction_at + limits.inactivity_s, Due.INACTIVITY
            if not pinging:
                if limits.enquire_link_s:
                    yield self.received_at + limits.enquire_link_s, Due.ENQUIRE_LINK
                if self.answered_at is not None and limits.confirm_s:
                    yield self.answered_at + limits.confirm_s, Due.ENQUIRE_LINK
        elif state in BEFORE_BIND and not deciding and not sent.control and limits.session_init_s:
            # As a server for the peer's bind, as a client that waits for an outbind for that.
            yield self.opened_at + limits.session_init_s, Due.SESSION_INIT

    def _control_limit(self, command_id: int) -> tuple[float, Due]:
        limits = self.limits
        if command_id == _ENQUIRE_LINK:
            return limits.enquire_link_response_s, Due.ENQUIRE_LINK_RESP
        if command_id == _UNBIND:
            return limits.unbind_response_s, Due.UNBIND_RESP
        return limits.bind_response_s, Due.BIND_RESP

    def overrun(self, due: Due) -> str:
        """Why the session ends where ``due`` has passed in vain."""
        limits = self.limits
        if due is Due.PDU:
            return f"a PDU was not complete within {limits.pdu_read_s:g} s"
        if due is Due.SESSION_INIT:
            return f"no bind within {limits.session_init_s:g} s"
        if due is Due.BIND_RESP:
            return f"no bind response within {limits.bind_response_s:g} s"
        if due is Due.UNBIND_RESP:
            return f"no unbind_resp within {limits.unbind_response_s:g} s"
        return f"no sign of life within {limits.enquire_link_response_s:g} s"
