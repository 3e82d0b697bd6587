"""Facts: what came from outside and stands in the engine's queue. Frozen, without asyncio or stores."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

import msgspec

from gateway.model import Channel, CodeRef, Instant, Language, Money, Msisdn, PersonId, PersonKind, TariffId, Usage
from smpp.ussd import OutKind


class DialogOrigin(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How to answer on the subscriber's screen: the dialect and what its protocol data unit must echo.

    `answer`: it answers a screen of ours; else it opens a dialog. `last`: nothing can be shown any more. `key` names
    the dialog among those of one number; empty where the dialect knows one at most. `act`: of a reply, what it does
    to the dialog.
    """

    dialect: str
    session_info: bytes = b""
    service_address: str = ""
    answer: bool = False
    last: bool = False
    key: bytes = b""
    act: OutKind = OutKind.END_MOBILE


class MessagePart(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One part of a long SMS; its octets wait for those of the others before they are read as text.

    `number` is 1 to `total`; `default_alphabet` is what data_coding 0 means on its link.
    """

    reference: int
    reference_bits: int
    total: int
    number: int
    octets: bytes
    data_coding: int
    default_alphabet: str


class Inbound(msgspec.Struct, frozen=True, gc=False):
    """A subscriber's message, as intake understood it from the wire.

    Of a long SMS each `part` comes by itself, without text.

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
    part: MessagePart | None = None
    receipt_to: str = ""  # the account that asked for a receipt, where we are its message centre
    op: str = ""  # of USSD: the operation, as people read it
    account: str = ""


CODE_PLACE = "\ue000"
"""Stands in a stored text for each digit of a one-time code; a private-use character that no text contains."""


class Outgoing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A reply as the outbox keeps it. `code` fills the places of `CODE_PLACE` when it is sent.

    `connection`, `link` and `account` are where its cause came by: it leaves there while that is bound, else by a
    route. A receipt that we owe a client of our listener has `receipt_of`, the id that we gave his message, and goes to
    his account only.
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
    receipt_of: str = ""
    account: str = ""


class OutboxState(IntEnum):
    READY = 0
    SENDING = 1
    SENT = 2
    DELIVERED = 3
    FAILED = 4
    EXPIRED = 5
    UNKNOWN = 6


class DialogGone(msgspec.Struct, frozen=True, gc=False):
    """A dialog is over before its last screen: the subscriber, the network or the centre's timer ended it."""

    sender: Msisdn
    key: bytes
    at: Instant
    op: str = ""


class DialogShown(msgspec.Struct, frozen=True, gc=False):
    """The handset has shown a notification of ours (TS 22.090 5.2.2). `origin` is what a release must echo."""

    sender: Msisdn
    at: Instant
    origin: DialogOrigin
    connection: int
    link: str
    account: str


class Push(msgspec.Struct, frozen=True, gc=False):
    """The operator wants a number shown something that it did not ask for. `id` names the request: once is enough.

    `text` is a notification; else `place` is what one would dial for the menu to be asked (`*111*2`). It goes to
    `account` at `link`, in `dialect`; as an SMS where `link` is empty, since then nobody bound can open a dialog.
    """

    id: str
    msisdn: Msisdn
    at: Instant
    text: str = ""
    place: str = ""
    link: str = ""
    account: str = ""
    dialect: str = ""


PARTS_MAX = 256  # of one reply, TS 23.040 9.2.3.24.1: 255


class Awaited(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One part of a reply that a message centre has, and whose receipt has not come.

    `id` is outbox row * PARTS_MAX + part, from 0; `parts` is how many the reply has. `key` is what it is looked up by:
    the centre's id for it without regard to case and leading zeros, or, where the centre told none, `?` and the number.
    """

    id: int
    key: str
    link: str
    message_id: str
    parts: int
    msisdn: Msisdn
    at: Instant

    @property
    def row(self) -> int:
        return self.id // PARTS_MAX


class SubmitResult(msgspec.Struct, frozen=True, gc=False):
    """What became of an outbox row: accepted by the message centre, refused, unanswered.

    `awaited`: its parts, where receipts were asked for. `session_info`: of a dialog that the row opens, as the centre's
    response names it.
    """

    row: int
    state: OutboxState
    message_id: str = ""
    status: int = 0
    at: Instant = Instant(0)
    awaited: tuple[Awaited, ...] = ()
    session_info: bytes = b""


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """A message centre says what became of a message that it took from us.

    `state`: DELIVERED, FAILED or EXPIRED; None where it says nothing final. `ids`: the message's, best first.
    `numbers`: the receipt's addresses, one of which is the phone's. `connection` and `sequence_number` are the ticket
    for the acknowledgement.
    """

    ids: tuple[str, ...]
    state: OutboxState | None
    error: str
    done: str
    numbers: tuple[str, str]
    at: Instant
    connection: int
    link: str
    command_id: int
    sequence_number: int


class Claimed(msgspec.Struct, frozen=True, gc=False):
    """Rows that were READY and now fit the window: to be committed as SENDING before they leave.

    Those in `once` leave by a peer that may get nothing twice: they are committed as UNKNOWN, and stay so in a crash.
    """

    rows: tuple[int, ...]
    once: tuple[int, ...] = ()


class Confirmed(msgspec.Struct, frozen=True, gc=False):
    """The peer has our acknowledgements up to this journal number of that connection."""

    connection: int
    number: int


class Late(msgspec.Struct, frozen=True, gc=False):
    """An acknowledgement was confirmed after the peer's own timer only: it stays in doubt although it was read."""

    number: int


class Lost(msgspec.Struct, frozen=True, gc=False):
    """A connection ended; what it did not confirm is in doubt."""

    connection: int


class Reloaded(msgspec.Struct, frozen=True, gc=False):
    """The operator's data changed: what follows is read and decided by the catalogue of that digest.

    `changes`: what changed, a line each, as the operator is told. `content`: its files, packed, to be kept.
    """

    digest: str
    at: Instant
    changes: tuple[str, ...] = ()
    content: bytes = b""


class ImportRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One subscriber of a table, with the balance that a new account opens with."""

    msisdn: Annotated[Msisdn, msgspec.Meta(pattern="^[0-9]{7,15}$")]
    person: Annotated[PersonId, msgspec.Meta(min_length=1)]
    kind: PersonKind
    region: Annotated[str, msgspec.Meta(min_length=1)]
    tariff: TariffId
    balance: Annotated[Money, msgspec.Meta(ge=0)]
    language: Language | None = None
    numbers_on: bool = False


class Imported(msgspec.Struct, frozen=True, gc=False):
    """Subscribers from a table. Those that are there already stay as they are."""

    file: str
    at: Instant
    rows: tuple[ImportRow, ...]


class ImportCount(msgspec.Struct, frozen=True, gc=False):
    """What came of an import: numbers that were new, and numbers that were there already."""

    added: int
    present: int


class UsageRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A number's record of use. The same number, instant, kind and other side again is the same record."""

    msisdn: Annotated[Msisdn, msgspec.Meta(pattern="^[0-9]{7,15}$")]
    usage: Usage


class UsageImported(msgspec.Struct, frozen=True, gc=False):
    """Records of use from a table. One that is there already takes the table's values.

    `kept_from`: older records are no longer kept.
    """

    file: str
    at: Instant
    kept_from: Instant
    rows: tuple[UsageRow, ...]


class UsageCount(msgspec.Struct, frozen=True, gc=False):
    """What came of records of use: stored, of numbers that the store does not know, older than what is kept."""

    stored: int
    unknown: int
    old: int


class FollowUp(msgspec.Struct, frozen=True, gc=False):
    """What a number typed after a refusal, and the command or the refusal that it became."""

    text: str
    became: str
    count: int


class MissRow(msgspec.Struct, frozen=True, gc=False):
    """What could not be read: the shape of the text, why, how often and when last, what came next, most often first."""

    text: str
    refusal: str
    count: int
    last_at: Instant
    follow_ups: tuple[FollowUp, ...] = ()


class MissesTallied(msgspec.Struct, frozen=True, gc=False):
    """The tally of misses since it was last written: rows as they are now, and (text, refusal) of those dropped."""

    rows: tuple[MissRow, ...]
    dropped: tuple[tuple[str, str], ...] = ()


class PartsDue(msgspec.Struct, frozen=True, gc=False):
    """The other parts of some long SMS have been waited for long enough."""

    at: Instant


class TimerDue(msgspec.Struct, frozen=True, gc=False):
    key: str
    at: Instant
    command: str
    msisdn: Msisdn
    arguments: tuple[tuple[str, str | int], ...] = ()


class EffectResult(msgspec.Struct, frozen=True, gc=False):
    """What became of something outside: done, given up, or to be tried again at `retry_at`.

    `answer`: the channel's answer as a JSON text, or why it failed.
    """

    effect: int
    at: Instant
    succeeded: bool
    answer: str = ""
    retry_at: Instant = Instant(0)


Fact = (
    EffectResult
    | Inbound
    | SubmitResult
    | Receipt
    | Claimed
    | Confirmed
    | DialogGone
    | DialogShown
    | Imported
    | Late
    | Lost
    | MissesTallied
    | PartsDue
    | Push
    | Reloaded
    | TimerDue
    | UsageImported
)
