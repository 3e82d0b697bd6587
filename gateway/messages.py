"""Facts: what came from outside and stands in the engine's queue. Frozen, without asyncio or stores."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from gateway.model import Channel, CodeRef, Instant, Msisdn


class DialogOrigin(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How to answer on the subscriber's screen: the dialect and what its protocol data unit must echo."""

    dialect: str
    session_info: bytes = b""
    service_address: str = ""


class Inbound(msgspec.Struct, frozen=True, gc=False):
    """A subscriber's message, as intake understood it from the wire.

    `connection` and `sequence_number` are the ticket for the acknowledgement; `link` and `account` name who brought it:
    our link or listener, and the system_id of the bind. `fingerprint` recognises the same
    message resent: SMPP gives a mobile-originated message no id.
    """

    channel: Channel
    sender: Msisdn
    recipient: str
    text: str
    at: Instant
    connection: int
    link: str
    command_id: int
    sequence_number: int
    fingerprint: bytes
    dialog: DialogOrigin | None = None
    account: str = ""


CODE_PLACE = "\ue000"
"""Stands in a stored text for each digit of a one-time code; a private-use character that no text contains."""


class Outgoing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A reply as the outbox keeps it. `code` fills the places of `CODE_PLACE` when it is sent.

    `connection`, `link` and `account` are where its cause came by: it leaves there while that is bound, else by a
    route.
    """

    channel: Channel
    destination: Msisdn
    source: str
    text: str
    expires_at: Instant
    reference: int
    connection: int = 0
    link: str = ""
    code: CodeRef | None = None
    dialog: DialogOrigin | None = None
    account: str = ""


class OutboxState(IntEnum):
    READY = 0
    SENDING = 1
    SENT = 2
    DELIVERED = 3
    FAILED = 4
    EXPIRED = 5
    UNKNOWN = 6


class SubmitResult(msgspec.Struct, frozen=True, gc=False):
    """What became of an outbox row: accepted by the message centre, refused, unanswered."""

    row: int
    state: OutboxState
    message_id: str = ""
    status: int = 0
    at: Instant = Instant(0)


class Claimed(msgspec.Struct, frozen=True, gc=False):
    """Rows that were READY and now fit the window: to be committed as SENDING before they leave."""

    rows: tuple[int, ...]


class Confirmed(msgspec.Struct, frozen=True, gc=False):
    """The peer has our acknowledgements up to this journal number of that connection."""

    connection: int
    number: int


class Late(msgspec.Struct, frozen=True, gc=False):
    """An acknowledgement left after the peer's own timer: it stays in doubt although the connection lives."""

    number: int


class Lost(msgspec.Struct, frozen=True, gc=False):
    """A connection ended; what it did not confirm is in doubt."""

    connection: int


class TimerDue(msgspec.Struct, frozen=True, gc=False):
    key: str
    at: Instant
    command: str
    msisdn: Msisdn
    arguments: tuple[tuple[str, str | int], ...] = ()


Fact = Inbound | SubmitResult | Claimed | Confirmed | Late | Lost | TimerDue
