"""What a link or a listener is doing at this moment, as plain values for whoever shows it."""

from __future__ import annotations

import msgspec

__all__ = ["ConnectionStatus", "LinkStatus"]


class ConnectionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One connection.

    Args:
        state: a value of ``State``: ``open``, ``bound_trx``, ...
        bound_at: seconds since 1970 UTC; 0 while not bound.
        window, window_used: our requests that may be, and are, unanswered.
        mute: the peer answers none of our messages; it is probed only.
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
