"""What a link or a listener is doing at this moment, as plain values for whoever shows it."""

from __future__ import annotations

import msgspec

__all__ = ["ConnectionStatus", "LinkStatus", "RateMeter"]


class ConnectionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One connection.

    Args:
        state: a value of ``State``: ``open``, ``bound_trx``, ...
        bound_at: seconds since 1970 UTC; 0 while not bound.
        window, window_used: our requests that may be, and are, unanswered.
        mute: the peer answers none of our messages; it is probed only.
        sent_per_s, received_per_s: PDUs, over the last second or so.
        refused: requests of the peer beyond its limits.
    """

    name: str
    system_id: str
    peer: str
    state: str
    bound_at: float
    window: int
    window_used: int
    mute: bool
    sent_per_s: float
    received_per_s: float
    refused: int


class LinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A link or a listener.

    Args:
        kind: ``link`` or ``listener``.
        state: of a link ``bound``, ``connecting``, ``waiting`` (for its next attempt) or ``stopped``; of a listener
            and of a link that waits for outbind ``listening`` or ``stopped``.
        last_error: why the last bind failed or ended; empty: never.
        last_error_at: seconds since 1970 UTC.
        connections: the bound ones, oldest first.
        unbound: connections without a bind.
    """

    name: str
    kind: str
    host: str
    port: int
    tls: bool
    state: str
    last_error: str = ""
    last_error_at: float = 0.0
    connections: tuple[ConnectionStatus, ...] = ()
    unbound: int = 0


class RateMeter:
    """What two counters gained per second between two looks at them."""

    __slots__ = ("_at", "_received", "_sent", "received_per_s", "sent_per_s")

    def __init__(self, now: float) -> None:
        self._at = now
        self._sent = self._received = 0
        self.sent_per_s = self.received_per_s = 0.0

    def look(self, sent: int, received: int, now: float) -> None:
        """Reads the counters; looks within a second of the last one are not counted."""
        passed_s = now - self._at
        if passed_s < 1.0:
            return
        self.sent_per_s = max(0, sent - self._sent) / passed_s
        self.received_per_s = (received - self._received) / passed_s
        self._at, self._sent, self._received = now, sent, received
