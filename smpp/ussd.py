"""USSD over SMPP: the octets of a PDU to and from the five things that can happen to a dialog.

Every vendor does this in a way of its own; a ``Dialect`` is that way as data, and ``spec`` is the one that follows SMPP
3.4 5.3.2.43 and 5.3.2.44. This room is pure: it reads and writes fields. It must never decode text (octets and
data_coding go through untouched), never remember a dialog, and never decide what is answered.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import msgspec

from smpp.pdu import DataSm, DeliverSm, SubmitSm
from smpp.vocabulary import Tag, UssdOp

SERVICE_TYPE: Final = "USSD"  # SMPP 3.4 5.2.11
_OP_TAG: Final = int(Tag.USSD_SERVICE_OP)
_PAYLOAD_TAG: Final = int(Tag.MESSAGE_PAYLOAD)
_END_BIT: Final = 0x01  # of the second octet of its_session_info (SMPP 3.4 5.3.2.43)
_OP_NAMES: Final = MappingProxyType({int(op): op.name.replace("_", " ").lower() for op in UssdOp})


class UssdKind(enum.Enum):
    """What happened to a dialog."""

    OPEN = "open"
    """The subscriber dialled: a new dialog, also where an old one was open."""
    ANSWER = "answer"
    """The subscriber answered our question."""
    ACK = "ack"
    """The handset showed our notification."""
    ABORT = "abort"
    """The subscriber, the network or a timer ended the dialog; nobody reads an answer."""
    END = "end"
    """The peer closed the dialog in good order."""


class OutKind(enum.Enum):
    """What we do to a dialog. The last two open one, or go on in one that the network opened."""

    CONTINUE = "continue"
    END_MOBILE = "end_mobile"
    END_NETWORK = "end_network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one kind of USSD centre speaks.

    Attributes:
        op_in: ussd_service_op to what it means.
        op_unknown: what every other operation means.
        op_out: what we do to the ussd_service_op that says it.
        session_tag: the TLV that carries the session; None where the subscriber's number is all there is.
        end_bit_in: bit 0 of the second octet of the session, set by the peer, ends the dialog.
        end_bit_out: we set it when we end the dialog.
        service_type_out: of our PDUs.
        data_coding_gsm7, data_coding_ucs2: what our texts are marked with.
        gsm7_octets_max, ucs2_octets_max: of a text, one septet an octet. 160 octets on air are 182 septets or 80 UCS-2
            units (TS 24.080 4.2.2).
    """

    name: str
    op_in: Mapping[int, UssdKind]
    op_unknown: UssdKind
    op_out: Mapping[OutKind, int]
    session_tag: int | None
    end_bit_in: bool
    end_bit_out: bool
    service_type_out: str
    data_coding_gsm7: int
    data_coding_ucs2: int
    gsm7_octets_max: int
    ucs2_octets_max: int


SPEC: Final = Dialect(
    name="spec",
    op_in=MappingProxyType(
        {
            int(UssdOp.PSSR_INDICATION): UssdKind.OPEN,
            int(UssdOp.USSR_CONFIRM): UssdKind.ANSWER,
            int(UssdOp.USSN_CONFIRM): UssdKind.ACK,
        }
    ),
    op_unknown=UssdKind.ABORT,
    op_out=MappingProxyType(
        {
            OutKind.CONTINUE: int(UssdOp.USSR_REQUEST),
            OutKind.END_MOBILE: int(UssdOp.PSSR_RESPONSE),
            # PSSR response answers a PSSR; a dialog that we opened has none, so a notification ends it.
            OutKind.END_NETWORK: int(UssdOp.USSN_REQUEST),
        }
    ),
    session_tag=int(Tag.ITS_SESSION_INFO),
    # Centres use all 16 bits as one opaque number, so an inbound bit 0 proves nothing.
    end_bit_in=False,
    end_bit_out=True,
    service_type_out=SERVICE_TYPE,
    data_coding_gsm7=0x00,
    data_coding_ucs2=0x08,
    gsm7_octets_max=182,
    ucs2_octets_max=160,
)

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({SPEC.name: SPEC})


class UnknownDialect(ValueError):
    """No dialect has this name."""


class UssdTextTooLong(ValueError):
    """The text does not fit one screen; paging is the caller's matter."""


def dialect(name: str) -> Dialect:
    """The dialect of that name.

    Raises:
        UnknownDialect: and names those that are known.
    """
    try:
        return DIALECTS[name]
    except KeyError:
        raise UnknownDialect(f"unknown USSD dialect {name!r}; known: {', '.join(sorted(DIALECTS))}") from None


class UssdOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer must carry to reach its dialog.

    Args:
        session_info: the newest value of the session TLV, octets as they came; empty where there is none.
        network_opened: we opened this dialog (or open it now), not the subscriber.
    """

    session_info: bytes = b""
    network_opened: bool = False


class UssdEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a dialog, read from a PDU.

    Args:
        op: ussd_service_op; None where the PDU had none.
        session_info: octets as they came; empty where there are none.
        text_octets, data_coding: the text, undecoded.
        subscriber: the source address.
        service_address: the destination address: a code or a short number, or empty.
    """

    kind: UssdKind
    op: int | None
    session_info: bytes
    text_octets: bytes
    data_coding: int
    subscriber: str
    service_address: str

    @property
    def origin(self) -> UssdOrigin:
        """For the answer, in a dialog that the subscriber opened."""
        return UssdOrigin(session_info=self.session_info)


class UssdFields(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of our PDU that make it USSD; addresses are the caller's."""

    service_type: str
    data_coding: int
    short_message: bytes
    tlvs: tuple[tuple[int, bytes], ...]


def inbound(dialect: Dialect, pdu: SubmitSm | DeliverSm | DataSm) -> UssdEvent | None:
    """What a PDU means; None where it is no USSD: neither a ussd_service_op nor the service type."""
    op_octets = pdu.tlv(_OP_TAG)
    if op_octets is None and pdu.service_type != SERVICE_TYPE:
        return None
    op = None if op_octets is None else _op(op_octets)
    session = pdu.tlv(dialect.session_tag) if dialect.session_tag is not None else None
    session_info = session or b""
    text = b"" if isinstance(pdu, DataSm) else pdu.short_message
    if not text:
        text = pdu.tlv(_PAYLOAD_TAG) or b""
    return UssdEvent(
        kind=_kind(dialect, op, session_info, text),
        op=op,
        session_info=session_info,
        text_octets=text,
        data_coding=pdu.data_coding,
        subscriber=pdu.source_addr,
        service_address=pdu.destination_addr,
    )


def _op(octets: bytes) -> int | None:
    """One octet by the specification; some centres send two, with the operation in the last one, or in the first."""
    if len(octets) == 1:
        return octets[0]
    if len(octets) == 2:
        return octets[1] if octets[0] == 0 else octets[0]
    return None


def _kind(dialect: Dialect, op: int | None, session_info: bytes, text: bytes) -> UssdKind:
    if op is None:
        # Without an operation, a dialled string opens a dialog; all else is how some centres report a failed one.
        return UssdKind.OPEN if _dialled(text) else UssdKind.ABORT
    kind = dialect.op_in.get(op, dialect.op_unknown)
    ends = dialect.end_bit_in and len(session_info) >= 2 and session_info[1] & _END_BIT
    return UssdKind.ABORT if ends and kind is not UssdKind.END else kind


def _dialled(text: bytes) -> bool:
    """Whether a text begins as a USSD string does (TS 22.030 6.5.2), in any alphabet that puts ASCII in its place."""
    return text[:1] in (b"*", b"#") or text[:2] in (b"\0*", b"\0#")


def outbound(dialect: Dialect, *, reply_to: UssdOrigin, text_octets: bytes, data_coding: int, end: bool) -> UssdFields:
    """The fields of the PDU that shows a text on the screen.

    Args:
        reply_to: the dialog. ``UssdOrigin(network_opened=True)`` opens one: with ``end`` a notification, else a
            question.
        text_octets: GSM 7-bit one septet an octet, or UCS-2 big-endian.
        data_coding: of the text, as the centre shall see it.
        end: whether this is the last text of the dialog.

    Raises:
        UssdTextTooLong: the text does not fit the dialect's screen.
    """
    limit = dialect.ucs2_octets_max if data_coding == dialect.data_coding_ucs2 else dialect.gsm7_octets_max
    if len(text_octets) > limit:
        raise UssdTextTooLong(f"{len(text_octets)} octets of text, dialect {dialect.name} shows {limit}")
    if not end:
        kind = OutKind.CONTINUE
    else:
        kind = OutKind.END_NETWORK if reply_to.network_opened else OutKind.END_MOBILE
    tlvs: tuple[tuple[int, bytes], ...] = ((_OP_TAG, bytes((dialect.op_out[kind],))),)
    if reply_to.session_info and dialect.session_tag is not None:
        tlvs += ((dialect.session_tag, _session_out(dialect, reply_to.session_info, end)),)
    return UssdFields(
        service_type=dialect.service_type_out, data_coding=data_coding, short_message=text_octets, tlvs=tlvs
    )


def _session_out(dialect: Dialect, session_info: bytes, end: bool) -> bytes:
    """The session as it came; at the end with the end bit, where it has the octet that holds it."""
    if not (end and dialect.end_bit_out and len(session_info) == 2):
        return session_info
    return bytes((session_info[0], session_info[1] | _END_BIT))


def op_text(op: int | None) -> str:
    """An operation in both notations, because mistaking one for the other is this field's commonest fault."""
    if op is None:
        return "none"
    return f"0x{op:02X} ({op} {_op_name(op)})"


def _op_name(op: int) -> str:
    name = _OP_NAMES.get(op)
    if name is not None:
        head, _, tail = name.partition(" ")
        return f"{head.upper()} {tail}"
    return "vendor" if op >= 32 else "reserved"
