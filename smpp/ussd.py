"""USSD over SMPP: the octets of a PDU to and from what can happen to a dialog.

Every vendor does this in a way of its own; a ``Dialect`` is that way as data (`dialects.toml`, read by `dialects.py`),
and ``spec`` is the one that follows SMPP 3.4 5.3.2.43 and 5.3.2.44. This room is pure: it reads and writes fields. It
must never decode text (octets and data_coding go through untouched), never remember a dialog, and never decide what
is answered.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from smpp.gsm7 import encode_gsm7, pack_septets
from smpp.pdu import DataSm, DeliverSm, SubmitSm
from smpp.text import Alphabet
from smpp.vocabulary import Tag, UssdOp

SERVICE_TYPE: Final = "USSD"  # SMPP 3.4 5.2.11
SCREEN_SEPTETS: Final = 182  # 160 octets on air (TS 24.080 4.2.2)
SCREEN_UNITS: Final = 80  # the same in UCS-2
_OP_TAG: Final = int(Tag.USSD_SERVICE_OP)
_PAYLOAD_TAG: Final = int(Tag.MESSAGE_PAYLOAD)
_END_BIT: Final = 0x01  # of the octet of its_session_info that counts least (SMPP 3.4 5.3.2.43)
_OP_NAMES: Final = MappingProxyType({int(op): op.name.replace("_", " ").lower() for op in UssdOp})

Operation = int | str
"""ussd_service_op, or a service_type where that says what happens."""


class UssdKind(enum.Enum):
    """What happened to a dialog."""

    OPEN = "open"
    """The subscriber dialled: a new dialog, also where an old one was open."""
    ANSWER = "answer"
    """The subscriber answered our question."""
    LAST_ANSWER = "last_answer"
    """The subscriber answered, and the dialog is over: what comes of it cannot be shown."""
    ACK = "ack"
    """The handset showed our notification."""
    ABORT = "abort"
    """The subscriber, the network or a timer ended the dialog; nobody reads an answer."""
    END = "end"
    """The peer closed the dialog in good order."""


class OutKind(enum.Enum):
    """What we do to a dialog."""

    CONTINUE = "continue"
    """A screen that waits for an answer."""
    END_MOBILE = "end_mobile"
    """The last screen of a dialog that the subscriber opened."""
    END_NETWORK = "end_network"
    """The last screen of a dialog that we opened."""
    ASK = "ask"
    """A question that opens a dialog."""
    NOTIFY = "notify"
    """A text that opens a dialog and asks nothing."""
    RELEASE = "release"
    """No text: the dialog that we opened is over. Only where the dialect has it."""


class OpSource(enum.Enum):
    """Where a PDU says what happens."""

    TLV = "tlv"
    SERVICE_TYPE = "service_type"
    NONE = "none"


class CodeIn(enum.Enum):
    """Where the PDU that opens a dialog has the dialled string."""

    TEXT = "text"
    DESTINATION = "destination"


class Carrier(enum.Enum):
    """The PDUs that we speak with; what comes in is understood in all of them."""

    MESSAGE = "message"  # submit_sm to a centre, deliver_sm to a client
    DATA_SM = "data_sm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one kind of USSD centre speaks. `docs/dialects.md` has a line for each key of the file.

    Attributes:
        op_in: the operation to what it means. A `?` in a service_type stands for any one character.
        op_unknown: what every other operation means.
        op_missing: what a PDU without one means; None: a dialled string opens, all else aborts.
        op_out: what we do to the operation that says it.
        session_tag: the TLV that carries the session; None where the subscriber's number is all there is.
        session_mask: the bits of the session that name the dialog; 0: all of them.
        session_new: the session of a dialog that we open.
        code_in: where the code is; a text that looks dialled comes first.
        text_prefixes: of a dialled string, taken off.
        data_coding_in: data_coding to alphabet, where the table of TS 23.038 5 would read it otherwise.
        septets_max, units_max: of a screen, besides the language before its text.
        parallel: dialogs of one number with different sessions stand side by side; else a new one replaces.
        questions: a screen can wait for an answer; else every dialog is one dial and one answer.
        application_s: how long the centre waits for us; subscriber_s: for the subscriber; total_s: a whole dialog.
    """

    name: str
    about: str = ""
    carrier: Carrier = Carrier.MESSAGE
    service_types_in: tuple[str, ...] = (SERVICE_TYPE,)
    service_type_out: str = SERVICE_TYPE
    op_source: OpSource = OpSource.TLV
    op_in: Mapping[Operation, UssdKind] = field(default_factory=dict)
    op_unknown: UssdKind = UssdKind.ABORT
    op_missing: UssdKind | None = None
    op_out: Mapping[OutKind, Operation] = field(default_factory=dict)
    session_tag: int | None = None
    session_mask: int = 0
    session_little_endian: bool = False
    session_echo_first: bool = False
    session_from_response: bool = False
    session_new: bytes = b""
    end_bit_in: bool = False
    end_bit_out: bool = False
    code_in: CodeIn = CodeIn.TEXT
    text_prefixes: tuple[str, ...] = ()
    text_until_hash: bool = False
    text_in_payload: bool = False
    data_coding_in: Mapping[int, Alphabet] = field(default_factory=dict)
    data_coding_gsm7: int = 0x00
    data_coding_ucs2: int = 0x08
    text_language: str = ""
    septets_max: int = SCREEN_SEPTETS
    units_max: int = SCREEN_UNITS
    source_ton: int | None = None
    source_npi: int | None = None
    source_prefix: str = ""
    tlvs_out: tuple[tuple[int, bytes], ...] = ()
    parallel: bool = False
    questions: bool = True
    release_after_ack: bool = False
    application_s: float = 10.0
    subscriber_s: float = 120.0
    total_s: float = 600.0


class UssdTextTooLong(ValueError):
    """The text does not fit one screen; paging is the caller's matter."""


class UssdEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a dialog, read from a PDU.

    Args:
        op: ussd_service_op, or the service_type where that is the operation; None where the PDU had none.
        session_info: octets as they came; empty where there are none.
        text_octets, data_coding: the text, undecoded; of an OPEN what was dialled, wherever it stood.
        subscriber: the source address.
        service_address: the destination address: a code or a short number, or empty.
    """

    kind: UssdKind
    op: Operation | None
    session_info: bytes
    text_octets: bytes
    data_coding: int
    subscriber: str
    service_address: str


class UssdFields(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of our PDU that make it USSD; addresses are the caller's.

    Args:
        data_sm: it goes as data_sm, its text in a TLV.
    """

    service_type: str
    data_coding: int
    short_message: bytes
    tlvs: tuple[tuple[int, bytes], ...]
    data_sm: bool = False


# -- in --------------------------------------------------------------------------------------------------------------


def inbound(dialect: Dialect, pdu: SubmitSm | DeliverSm | DataSm) -> UssdEvent | None:
    """What a PDU means; None where it is no USSD of this dialect: neither an operation nor its service type."""
    op = _operation(dialect, pdu)
    if op is _NOT_USSD:
        return None
    assert op is None or isinstance(op, (int, str))
    session = pdu.tlv(dialect.session_tag) if dialect.session_tag is not None else None
    session_info = session or b""
    text = b"" if isinstance(pdu, DataSm) else pdu.short_message
    if not text:
        text = pdu.tlv(_PAYLOAD_TAG) or b""
    kind = _kind(dialect, op, session_info, text)
    data_coding = pdu.data_coding
    if kind is UssdKind.OPEN:
        dialled = _dialled_text(dialect, pdu, text)
        if dialled is not text and not looks_dialled(text):
            data_coding = _ASCII_CODING
        text = dialled
    return UssdEvent(
        kind=kind,
        op=op,
        session_info=session_info,
        text_octets=text,
        data_coding=data_coding,
        subscriber=pdu.source_addr,
        service_address=pdu.destination_addr,
    )


_NOT_USSD: Final = object()
_ASCII_CODING: Final = 0x0F  # of addresses; digits, * and # are the same septets


def _operation(dialect: Dialect, pdu: SubmitSm | DeliverSm | DataSm) -> object:
    if dialect.op_source is OpSource.SERVICE_TYPE:
        service_type = pdu.service_type
        return service_type if _meaning(dialect, service_type) is not None else _NOT_USSD
    octets = pdu.tlv(_OP_TAG) if dialect.op_source is OpSource.TLV else None
    if octets is None:
        return None if pdu.service_type in dialect.service_types_in else _NOT_USSD
    if len(octets) == 1:
        return octets[0]
    if len(octets) == 2:  # some centres send two, with the operation in the last one, or in the first
        return octets[1] if octets[0] == 0 else octets[0]
    return None


def _meaning(dialect: Dialect, op: Operation) -> UssdKind | None:
    kind = dialect.op_in.get(op)
    if kind is None and isinstance(op, str):
        kind = next((each for form, each in dialect.op_in.items() if _matches(form, op)), None)
    return kind


def _matches(form: Operation, service_type: str) -> bool:
    if not isinstance(form, str) or len(form) != len(service_type):
        return False
    return all(wanted in ("?", found) for wanted, found in zip(form, service_type, strict=True))


def _kind(dialect: Dialect, op: Operation | None, session_info: bytes, text: bytes) -> UssdKind:
    if op is None:
        if dialect.op_source is OpSource.NONE and not looks_dialled(text):
            return UssdKind.ANSWER if text else UssdKind.ABORT
        # Without an operation, a dialled string opens a dialog; all else is how some centres report a failed one.
        kind = dialect.op_missing or (UssdKind.OPEN if looks_dialled(text) else UssdKind.ABORT)
    else:
        kind = _meaning(dialect, op) or dialect.op_unknown
    if dialect.end_bit_in and kind is not UssdKind.END and _has_end_bit(dialect, session_info):
        return UssdKind.ABORT
    return kind


def _has_end_bit(dialect: Dialect, session_info: bytes) -> bool:
    octet = session_info[:1] if dialect.session_little_endian else session_info[1:2]
    return bool(octet) and bool(octet[0] & _END_BIT)


def looks_dialled(text: bytes) -> bool:
    """Whether a text begins as a USSD string does (TS 22.030 6.5.2), in any alphabet that puts ASCII in its place."""
    return text[:1] in (b"*", b"#") or text[:2] in (b"\0*", b"\0#")


def _dialled_text(dialect: Dialect, pdu: SubmitSm | DeliverSm | DataSm, text: bytes) -> bytes:
    """The dialled string of a PDU that opens: its text without what the centre put around it, or its address."""
    for prefix in dialect.text_prefixes:
        text = _without(prefix, text)
    if dialect.text_until_hash:
        end = text.find(b"#", 1)
        text = text[: end + 1] if end > 0 else text
    if looks_dialled(text) or (dialect.code_in is CodeIn.TEXT and text):
        return text
    address = pdu.destination_addr
    if not address:
        return text
    code = address if address[0] in "*#" else f"*{address}"
    return (code if code.endswith("#") else f"{code}#").encode("latin-1", "replace")


def _without(prefix: str, text: bytes) -> bytes:
    """The text without that prefix, in ASCII or in septets, where a dialled string follows it."""
    for octets in (prefix.encode("latin-1"), encode_gsm7(prefix)):
        rest = text[len(octets or b"") :]
        # @ is 0x00 in GSM 7-bit, and the first octet of * in UCS-2 too.
        if octets and text.startswith(octets) and rest[:1] in (b"*", b"#") and rest[1:2] != b"\0":
            return rest
    return text


def session_key(dialect: Dialect, session_info: bytes) -> bytes:
    """What names a dialog among those of one number; empty where there is one dialog at most."""
    if not dialect.parallel or not session_info:
        return b""
    if not dialect.session_mask:
        return session_info
    order = _byte_order(dialect)
    value = int.from_bytes(session_info, order) & dialect.session_mask
    return value.to_bytes(len(session_info), order)


def _byte_order(dialect: Dialect) -> Literal["little", "big"]:
    return "little" if dialect.session_little_endian else "big"


# -- out -------------------------------------------------------------------------------------------------------------


def can_open(dialect: Dialect, kind: OutKind) -> bool:
    """Whether a dialog can be opened so: by a question (ASK) or a notification (NOTIFY)."""
    return kind in dialect.op_out and (kind is OutKind.NOTIFY or dialect.questions)


def acknowledges(dialect: Dialect) -> bool:
    """Whether the centre tells that a notification was shown."""
    return UssdKind.ACK in dialect.op_in.values()


def outbound(
    dialect: Dialect, kind: OutKind, *, session_info: bytes = b"", text_octets: bytes = b"", data_coding: int = 0
) -> UssdFields:
    """The fields of the PDU that does this to a dialog.

    Args:
        session_info: the newest value of the session TLV, octets as they came; not looked at where the kind opens one.
        text_octets: GSM 7-bit one septet an octet, or UCS-2 big-endian.
        data_coding: of the text, as the centre shall see it.

    Raises:
        UssdTextTooLong: the text does not fit the dialect's screen.
    """
    ucs2 = data_coding == dialect.data_coding_ucs2
    limit = 2 * dialect.units_max if ucs2 else dialect.septets_max
    if len(text_octets) > limit:
        raise UssdTextTooLong(f"{len(text_octets)} octets of text, dialect {dialect.name} shows {limit}")
    if dialect.text_language and text_octets:
        text_octets = _language_mark(dialect, ucs2) + text_octets
    op = dialect.op_out.get(kind)
    service_type = op if isinstance(op, str) else dialect.service_type_out
    tlvs: tuple[tuple[int, bytes], ...] = ((_OP_TAG, bytes((op,))),) if isinstance(op, int) else ()
    if kind in _OPENING:
        session_info = dialect.session_new
    if session_info and dialect.session_tag is not None:
        tlvs += ((dialect.session_tag, _session_out(dialect, session_info, kind in _ENDING)),)
    tlvs += dialect.tlvs_out
    data_sm = dialect.carrier is Carrier.DATA_SM
    in_payload = data_sm or dialect.text_in_payload
    return UssdFields(
        service_type=service_type,
        data_coding=data_coding,
        short_message=b"" if in_payload else text_octets,
        tlvs=(*tlvs, (_PAYLOAD_TAG, text_octets)) if in_payload else tlvs,
        data_sm=data_sm,
    )


_OPENING: Final = frozenset({OutKind.ASK, OutKind.NOTIFY})
_ENDING: Final = frozenset({OutKind.END_MOBILE, OutKind.END_NETWORK, OutKind.RELEASE})


def _language_mark(dialect: Dialect, ucs2: bool) -> bytes:
    """Two letters before the text, where data_coding 0x10 or 0x11 is meant as TS 23.038 5 has it."""
    letters = dialect.text_language.encode("ascii")
    return pack_septets(letters) if ucs2 else letters + b"\r"


def _session_out(dialect: Dialect, session_info: bytes, end: bool) -> bytes:
    """The session as it came; at the end with the end bit, where it has the octet that holds it."""
    if not (end and dialect.end_bit_out and len(session_info) == 2):
        return session_info
    if dialect.session_little_endian:
        return bytes((session_info[0] | _END_BIT, session_info[1]))
    return bytes((session_info[0], session_info[1] | _END_BIT))


# -- for people ------------------------------------------------------------------------------------------------------


def op_text(op: Operation | None) -> str:
    """An operation in both notations, because mistaking one for the other is this field's commonest fault."""
    if op is None:
        return "none"
    if isinstance(op, str):
        return op
    return f"0x{op:02X} ({op} {_op_name(op)})"


def _op_name(op: int) -> str:
    name = _OP_NAMES.get(op)
    if name is not None:
        head, _, tail = name.partition(" ")
        return f"{head.upper()} {tail}"
    return "vendor" if op >= 32 else "reserved"
