"""The PDUs of SMPP 3.4 as frozen values, and the one table by which octets become PDUs and PDUs become octets.

`decode` is lenient in values (an unknown status, TON, data_coding, tag or command survives as a number, an over-long
string is kept) and strict in structure; what deviated from the specification is said in `Pdu.deviations`. `encode` is
strict. `split` cuts a stream into frames and refuses an impossible length before anything is buffered. Whatever octets
come in, PDUs or a ProtocolError come out. This module knows no clock, no socket and no session state, and never guesses
at text: short messages and TLV values are bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import astuple

from smpp.vocabulary import (
    INTERFACE_VERSION_3_4,
    RESPONSE_BIT,
    SEQUENCE_NUMBER_MAX,
    TLV_LENGTHS,
    CommandId,
    DestFlag,
    EsmClass,
    EsmMode,
    EsmType,
    Npi,
    Status,
    Tag,
    Ton,
    UssdOp,
    command_name,
    status_name,
    tag_name,
)

__all__ = [
    "COMMANDS",
    "HEADER_OCTETS",
    "LAYOUTS",
    "LENGTH_MAX",
    "RESPONSES",
    "AlertNotification",
    "Bind",
    "BindReceiver",
    "BindReceiverResp",
    "BindResp",
    "BindTransceiver",
    "BindTransceiverResp",
    "BindTransmitter",
    "BindTransmitterResp",
    "CancelSm",
    "CancelSmResp",
    "CommandId",
    "DataSm",
    "DataSmResp",
    "DecodeError",
    "DeliverSm",
    "DeliverSmResp",
    "DistributionList",
    "EncodeError",
    "EnquireLink",
    "EnquireLinkResp",
    "EsmClass",
    "EsmMode",
    "EsmType",
    "FramingError",
    "GenericNack",
    "Npi",
    "Outbind",
    "Pdu",
    "ProtocolError",
    "QuerySm",
    "QuerySmResp",
    "ReplaceSm",
    "ReplaceSmResp",
    "SmeAddress",
    "Status",
    "SubmitMulti",
    "SubmitMultiResp",
    "SubmitSm",
    "SubmitSmResp",
    "Tag",
    "Ton",
    "Unbind",
    "UnbindResp",
    "Unknown",
    "UnsuccessSme",
    "UssdOp",
    "command_name",
    "decode",
    "encode",
    "response_class",
    "response_to",
    "split",
    "status_name",
    "tag_name",
]

HEADER_OCTETS: Final = 16
# SMPP sets no maximum. message_payload alone may have 65,535 octets (SMPP 3.4 5.3.2.32); 1 KiB is left for the rest.
# The cap keeps a peer that speaks HTTP ("HTTP" is a length of 1.2 GB) from filling our memory.
LENGTH_MAX: Final = 65536 + 1024


# --- errors ---------------------------------------------------------------------------------------------------------


class ProtocolError(Exception):
    """The peer broke the protocol. `status` is what to answer, if anything is answered."""

    status: int = Status.ESME_RSYSERR


class DecodeError(ProtocolError):
    """One PDU could not be read; the stream is still in step, so the session may live on.

    `command_id`, `command_status` and `sequence_number` are the header's (0 where the frame is shorter than a header),
    `partial` the body fields read before the fault by name (sm_length and the like among them), `offset` the octet of
    the frame where reading stopped. `partial` may hold a password; the text of the exception holds no values.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int,
        offset: int,
        command_id: int = 0,
        command_status: int = 0,
        sequence_number: int = 0,
        partial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{command_name(command_id)} {sequence_number}: {reason} (octet {offset})")
        self.status = status
        self.offset = offset
        self.command_id = command_id
        self.command_status = command_status
        self.sequence_number = sequence_number
        self.partial: dict[str, object] = dict(partial or {})


class FramingError(ProtocolError):
    """A command_length that cannot be. Where the next PDU begins is unknown: answer generic_nack, then close.

    `frames` are the whole PDUs before it, `sequence_number` and `command_id` those of the bad one (0 if unreadable).
    """

    def __init__(
        self, length: int, length_max: int, *, frames: list[bytes], command_id: int, sequence_number: int
    ) -> None:
        super().__init__(f"command_length {length} is not in {HEADER_OCTETS}..{length_max}")
        self.status = Status.ESME_RINVCMDLEN
        self.length = length
        self.frames = frames
        self.command_id = command_id
        self.sequence_number = sequence_number


class EncodeError(ValueError):
    """Our own fault: a PDU that SMPP cannot carry.

    Names the `field`; `limit` and `length` where it is about size. The value may be a secret and is never shown.
    """

    def __init__(self, field: str, reason: str, *, limit: int | None = None, length: int | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.limit = limit
        self.length = length


class _Fault(Exception):
    """A structural fault inside a body, on its way to `decode`, which knows the header."""

    def __init__(self, status: int, reason: str, offset: int, counter: dict[str, object] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.offset = offset
        self.counter = counter or {}


# --- PDUs -----------------------------------------------------------------------------------------------------------


class Pdu(msgspec.Struct, frozen=True, gc=False):
    """What every PDU has. Fields are named as in SMPP 3.4; strings are latin-1 without the NUL. Construct by keyword.

    `deviations` says what `decode` had to forgive, each as `field: what`. It is never encoded and takes no part in
    equality.
    """

    command_id: ClassVar[int]
    command_status: int = 0
    sequence_number: int = 0
    tlvs: tuple[tuple[int, bytes], ...] = ()
    deviations: tuple[str, ...] = ()

    def tlv(self, tag: int) -> bytes | None:
        """The value of an optional parameter, None if absent. Of several with one tag the last wins."""
        found = None
        for key, value in self.tlvs:
            if key == tag:
                found = value
        return found

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _content(self) == _content(other)

    def __hash__(self) -> int:
        return hash((self.command_id, *_content(self)))

    def __repr__(self) -> str:
        # Without what is at its default, and never with a password: a PDU ends up in logs and tracebacks.
        shown = ((name, getattr(self, name)) for name in self.__struct_fields__)
        text = (
            f"{name}={'***' if name == 'password' else value!r}"
            for name, value in shown
            if value not in (0, "", b"", ())
        )
        return f"{type(self).__name__}({', '.join(text)})"


def _content(pdu: Pdu) -> tuple[object, ...]:
    values: tuple[object, ...] = astuple(pdu)
    return values[:3] + values[4:]  # without deviations


class Unknown(Pdu, frozen=True, kw_only=True, gc=False):
    """A command that has no layout here: the vendor's, the broadcast family. `body` is all that follows the header."""

    command_id: int  # type: ignore[misc]  # the one PDU whose command is a fact of the value, not of the class
    body: bytes = b""


class Bind(Pdu, frozen=True, gc=False):
    """What the three bind requests have in common (SMPP 3.4 4.1)."""

    system_id: str = ""
    password: str = ""
    system_type: str = ""
    interface_version: int = INTERFACE_VERSION_3_4
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""


class BindReceiver(Bind, frozen=True, gc=False):
    command_id = int(CommandId.BIND_RECEIVER)


class BindTransmitter(Bind, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSMITTER)


class BindTransceiver(Bind, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSCEIVER)


class BindResp(Pdu, frozen=True, gc=False):
    """What the three bind responses have in common. `header_only`: the PDU had, or shall have, no body at all."""

    system_id: str = ""
    header_only: bool = False


class BindReceiverResp(BindResp, frozen=True, gc=False):
    command_id = int(CommandId.BIND_RECEIVER_RESP)


class BindTransmitterResp(BindResp, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSMITTER_RESP)


class BindTransceiverResp(BindResp, frozen=True, gc=False):
    command_id = int(CommandId.BIND_TRANSCEIVER_RESP)


class Outbind(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.OUTBIND)
    system_id: str = ""
    password: str = ""


class Unbind(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.UNBIND)


class UnbindResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.UNBIND_RESP)


class EnquireLink(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.ENQUIRE_LINK)


class EnquireLinkResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.ENQUIRE_LINK_RESP)


class GenericNack(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.GENERIC_NACK)


class _Message(Pdu, frozen=True, gc=False):
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""
    esm_class: int = 0
    protocol_id: int = 0
    priority_flag: int = 0
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    replace_if_present_flag: int = 0
    data_coding: int = 0
    sm_default_msg_id: int = 0
    short_message: bytes = b""


class SubmitSm(_Message, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_SM)


class DeliverSm(_Message, frozen=True, gc=False):
    command_id = int(CommandId.DELIVER_SM)


class _MessageIdResp(Pdu, frozen=True, gc=False):
    message_id: str = ""
    header_only: bool = False


class SubmitSmResp(_MessageIdResp, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_SM_RESP)


class DeliverSmResp(_MessageIdResp, frozen=True, gc=False):
    """message_id has no meaning here and is sent empty (SMPP 3.4 4.6.2)."""

    command_id = int(CommandId.DELIVER_SM_RESP)


class DataSm(Pdu, frozen=True, gc=False):
    """The text, if any, is in the TLV message_payload (SMPP 3.4 4.7.1)."""

    command_id = int(CommandId.DATA_SM)
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0


class DataSmResp(_MessageIdResp, frozen=True, gc=False):
    command_id = int(CommandId.DATA_SM_RESP)


class SmeAddress(msgspec.Struct, frozen=True, gc=False):
    """One destination of submit_multi, dest_flag 1."""

    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""


class DistributionList(msgspec.Struct, frozen=True, gc=False):
    """One destination of submit_multi, dest_flag 2."""

    dl_name: str = ""


class UnsuccessSme(msgspec.Struct, frozen=True, gc=False):
    """One destination that submit_multi did not reach, and why."""

    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""
    error_status_code: int = 0


class SubmitMulti(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_MULTI)
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_address: tuple[SmeAddress | DistributionList, ...] = ()
    esm_class: int = 0
    protocol_id: int = 0
    priority_flag: int = 0
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    replace_if_present_flag: int = 0
    data_coding: int = 0
    sm_default_msg_id: int = 0
    short_message: bytes = b""


class SubmitMultiResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.SUBMIT_MULTI_RESP)
    message_id: str = ""
    unsuccess_sme: tuple[UnsuccessSme, ...] = ()
    header_only: bool = False


class QuerySm(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.QUERY_SM)
    message_id: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""


class QuerySmResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.QUERY_SM_RESP)
    message_id: str = ""
    final_date: str = ""
    message_state: int = 0
    error_code: int = 0
    header_only: bool = False


class CancelSm(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.CANCEL_SM)
    service_type: str = ""
    message_id: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    destination_addr: str = ""


class CancelSmResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.CANCEL_SM_RESP)


class ReplaceSm(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.REPLACE_SM)
    message_id: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    sm_default_msg_id: int = 0
    short_message: bytes = b""


class ReplaceSmResp(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.REPLACE_SM_RESP)


class AlertNotification(Pdu, frozen=True, gc=False):
    command_id = int(CommandId.ALERT_NOTIFICATION)
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    source_addr: str = ""
    esme_addr_ton: int = 0
    esme_addr_npi: int = 0
    esme_addr: str = ""


# --- the table: fields in wire order (SMPP 3.4 chapter 4) -----------------------------------------------------------


class CString(NamedTuple):
    """Octets up to a NUL. `limit` counts the NUL; a `fixed` one has `limit` octets or is empty."""

    name: str
    limit: int
    fixed: bool = False


class Integer(NamedTuple):
    """Big-endian unsigned. `optional`: some peers end the PDU before it, it is then 0."""

    name: str
    octets: int = 1
    optional: bool = False


class Octets(NamedTuple):
    """Octets whose number is in the one octet `counter` before them."""

    name: str
    counter: str
    limit: int


class Group(NamedTuple):
    """Several records whose number is in the one octet `counter` before them.

    With `flagged`, each record begins with an octet that says which of `variants` it is.
    """

    name: str
    counter: str
    limit: int
    flagged: bool
    variants: Mapping[int, tuple[type[msgspec.Struct], tuple[Field, ...]]]


Field: TypeAlias = CString | Integer | Octets | Group


def _address(prefix: str, name: str, limit: int = 21) -> tuple[Field, ...]:
    return Integer(f"{prefix}_addr_ton"), Integer(f"{prefix}_addr_npi"), CString(name, limit)


_BIND: Final[tuple[Field, ...]] = (
    CString("system_id", 16),
    CString("password", 9),
    CString("system_type", 13),
    Integer("interface_version"),
    Integer("addr_ton"),
    Integer("addr_npi"),
    CString("address_range", 41),
)
# 254 octets in 3.4, 255 in 5.0: what the counter can say is what is accepted.
_SHORT_MESSAGE: Final = Octets("short_message", "sm_length", 255)
_TIMES: Final[tuple[Field, ...]] = (
    CString("schedule_delivery_time", 17, fixed=True),
    CString("validity_period", 17, fixed=True),
)
_MESSAGE_TAIL: Final[tuple[Field, ...]] = (
    Integer("esm_class"),
    Integer("protocol_id"),
    Integer("priority_flag"),
    *_TIMES,
    Integer("registered_delivery"),
    Integer("replace_if_present_flag"),
    Integer("data_coding"),
    Integer("sm_default_msg_id"),
    _SHORT_MESSAGE,
)
_SOURCE: Final = _address("source", "source_addr")
_DESTINATION: Final = _address("dest", "destination_addr")
_MESSAGE: Final[tuple[Field, ...]] = (CString("service_type", 6), *_SOURCE, *_DESTINATION, *_MESSAGE_TAIL)
_MESSAGE_ID: Final = CString("message_id", 65)

LAYOUTS: Final[Mapping[type[Pdu], tuple[Field, ...]]] = {
    BindReceiver: _BIND,
    BindTransmitter: _BIND,
    BindTransceiver: _BIND,
    BindReceiverResp: (CString("system_id", 16),),
    BindTransmitterResp: (CString("system_id", 16),),
    BindTransceiverResp: (CString("system_id", 16),),
    Outbind: (CString("system_id", 16), CString("password", 9)),
    Unbind: (),
    UnbindResp: (),
    EnquireLink: (),
    EnquireLinkResp: (),
    GenericNack: (),
    SubmitSm: _MESSAGE,
    DeliverSm: _MESSAGE,
    SubmitSmResp: (_MESSAGE_ID,),
    DeliverSmResp: (_MESSAGE_ID,),
    DataSm: (
        CString("service_type", 6),
        *_address("source", "source_addr", 65),
        *_address("dest", "destination_addr", 65),
        Integer("esm_class"),
        Integer("registered_delivery"),
        Integer("data_coding"),
    ),
    DataSmResp: (_MESSAGE_ID,),
    SubmitMulti: (
        CString("service_type", 6),
        *_SOURCE,
        Group(
            "dest_address",
            "number_of_dests",
            254,
            flagged=True,
            variants={
                DestFlag.SME_ADDRESS: (SmeAddress, _DESTINATION),
                DestFlag.DISTRIBUTION_LIST: (DistributionList, (CString("dl_name", 21),)),
            },
        ),
        *_MESSAGE_TAIL,
    ),
    SubmitMultiResp: (
        _MESSAGE_ID,
        Group(
            "unsuccess_sme",
            "no_unsuccess",
            255,
            flagged=False,
            variants={0: (UnsuccessSme, (*_DESTINATION, Integer("error_status_code", 4)))},
        ),
    ),
    QuerySm: (_MESSAGE_ID, *_SOURCE),
    QuerySmResp: (
        _MESSAGE_ID,
        CString("final_date", 17, fixed=True),
        Integer("message_state"),
        Integer("error_code", optional=True),
    ),
    CancelSm: (CString("service_type", 6), _MESSAGE_ID, *_SOURCE, *_DESTINATION),
    CancelSmResp: (),
    ReplaceSm: (
        _MESSAGE_ID,
        *_SOURCE,
        *_TIMES,
        Integer("registered_delivery"),
        Integer("sm_default_msg_id"),
        _SHORT_MESSAGE,
    ),
    ReplaceSmResp: (),
    AlertNotification: (*_address("source", "source_addr", 65), *_address("esme", "esme_addr", 65)),
}

# The class of every command that has a layout, and the response class of every request that has a response.
COMMANDS: Final[Mapping[int, type[Pdu]]] = {cls.command_id: cls for cls in LAYOUTS}
RESPONSES: Final[Mapping[int, type[Pdu]]] = {
    command_id: COMMANDS[command_id | RESPONSE_BIT]
    for command_id in COMMANDS
    if not command_id & RESPONSE_BIT and command_id | RESPONSE_BIT in COMMANDS
}


def response_class(command_id: int) -> type[Pdu] | None:
    """The class that answers a command; None where nothing may be answered (a response, outbind, alert_notification).

    An unknown request is answered by GenericNack; an unknown response never is (SMPP 3.4 4.3).
    """
    if command_id & RESPONSE_BIT:
        return None
    if command_id in COMMANDS:
        return RESPONSES.get(command_id)
    return GenericNack


def response_to(pdu: Pdu) -> type[Pdu] | None:
    """`response_class` of a PDU's command."""
    return response_class(pdu.command_id)


# --- the table, compiled ----------------------------------------------------------------------------------------------
#
# A PDU's fields stand in wire order behind the four of Pdu, so a layout compiles to steps over positions of one flat
# sequence of values, and the same steps serve both directions. Neighbouring integers of one octet become one step: a
# slice of the frame is a sequence of integers, and the other way round. (msgspec makes a struct from 21 values by
# position in 0.1 us, by keyword in 0.7 us; that is why the classes above are not kw_only.)

_CSTRING: Final = 0
_FIXED: Final = 1
_RUN: Final = 2
_COUNTED: Final = 3  # a run that ends with the counter of the step behind it
_OCTETS: Final = 4
_GROUP: Final = 5
_WIDE: Final = 6
_OPTIONAL: Final = 7


class _Step(NamedTuple):
    """Values `start` to `stop` (exclusive). `name` is the first one's, of a _COUNTED run that of the counter."""

    kind: int
    start: int
    stop: int
    limit: int
    name: str
    group: _Group | None


class _Plan(NamedTuple):
    """A layout, compiled."""

    cls: type[msgspec.Struct]
    steps: tuple[_Step, ...]
    may_lack_body: bool


class _Group(NamedTuple):
    """The variants of a Group by flag and by class."""

    flagged: bool
    by_flag: dict[int, _Plan]
    by_class: dict[type, tuple[int, _Plan]]


def _compile(cls: type[msgspec.Struct], layout: tuple[Field, ...]) -> _Plan:
    """The layout of one PDU, or of one record of a group, as steps."""
    names = cls.__struct_fields__
    start = names.index(layout[0].name) if layout else len(names)
    steps: list[_Step] = []
    for index, field in enumerate(layout, start):
        if names[index] != field.name:
            raise TypeError(f"{cls.__name__}: field {names[index]} stands where the layout has {field.name}")
        last = steps[-1] if steps else None
        if isinstance(field, Integer):
            if field.octets == 1 and not field.optional and last is not None and last.kind == _RUN:
                steps[-1] = last._replace(stop=index + 1)
            else:
                kind = _OPTIONAL if field.optional else _RUN if field.octets == 1 else _WIDE
                steps.append(_Step(kind, index, index + 1, 256**field.octets - 1, field.name, None))
        elif isinstance(field, CString):
            kind = _FIXED if field.fixed else _CSTRING
            steps.append(_Step(kind, index, index + 1, field.limit, field.name, None))
        else:
            begin = index
            if last is not None and last.kind == _RUN:
                begin = last.start
                steps.pop()
            steps.append(_Step(_COUNTED, begin, index, field.limit, field.counter, None))
            kind, group = (_GROUP, _compile_group(field)) if isinstance(field, Group) else (_OCTETS, None)
            steps.append(_Step(kind, index, index + 1, field.limit, field.name, group))
    return _Plan(cls, tuple(steps), "header_only" in names)


def _compile_group(field: Group) -> _Group:
    by_flag = {flag: _compile(cls, layout) for flag, (cls, layout) in field.variants.items()}
    return _Group(field.flagged, by_flag, {plan.cls: (flag, plan) for flag, plan in by_flag.items()})


_PLANS: Final = {cls: _compile(cls, layout) for cls, layout in LAYOUTS.items()}
_PLANS_BY_COMMAND: Final = {command_id: _PLANS[cls] for command_id, cls in COMMANDS.items()}
_ANY_LENGTH: Final = range(65536)
_LENGTHS_BY_TAG: Final = {int(tag): lengths for tag, lengths in TLV_LENGTHS.items()}

_HEADER: Final = struct.Struct(">IIII")
_LENGTH: Final = struct.Struct(">I")
_TLV: Final = struct.Struct(">HH")
_unpack_header: Final = _HEADER.unpack_from
_unpack_tlv: Final = _TLV.unpack_from
_pack_header: Final = _HEADER.pack
_pack_tlv: Final = _TLV.pack


# --- octets to PDUs ---------------------------------------------------------------------------------------------------


def split(buffer: bytes | bytearray | memoryview, length_max: int = LENGTH_MAX) -> tuple[list[bytes], int]:
    """Cuts what has arrived into whole frames.

    Returns the frames and the number of octets they take; what is behind them is the beginning of the next one. Raises
    FramingError as soon as four octets state a command_length outside 16..length_max: nobody waits for such a PDU.
    """
    frames: list[bytes] = []
    position = 0
    end = len(buffer)
    unpack = _LENGTH.unpack_from
    with memoryview(buffer) as view:
        while end - position >= 4:
            length = unpack(view, position)[0]
            if not HEADER_OCTETS <= length <= length_max:
                raise _framing_error(view, position, length_max, frames)
            if end - position < length:
                break
            frames.append(bytes(view[position : position + length]))
            position += length
    return frames, position


def _framing_error(view: memoryview, position: int, length_max: int, frames: list[bytes]) -> FramingError:
    length = _LENGTH.unpack_from(view, position)[0]
    command_id = sequence_number = 0
    if len(view) - position >= HEADER_OCTETS:
        _, command_id, _, sequence_number = _HEADER.unpack_from(view, position)
    return FramingError(length, length_max, frames=frames, command_id=command_id, sequence_number=sequence_number)


def decode(frame: bytes) -> Pdu:
    """Reads exactly one PDU, as `split` cuts it.

    A response with an error status may have any body or none. TLVs are kept in order, repeated or unknown ones too; a
    cut one and octets that are no TLV are dropped and named in `deviations`. Raises DecodeError where a mandatory field
    cannot be read.
    """
    if len(frame) < HEADER_OCTETS:
        raise DecodeError(f"{len(frame)} octets are no header", status=Status.ESME_RINVCMDLEN, offset=len(frame))
    length, command_id, command_status, sequence_number = _unpack_header(frame)
    if length != len(frame):
        fault = _Fault(Status.ESME_RINVCMDLEN, f"command_length {length}, frame of {len(frame)} octets", 0)
        raise _decode_error(frame, fault, {})
    deviations: list[str] = []
    if not 0 < sequence_number <= SEQUENCE_NUMBER_MAX or (command_status and command_id < RESPONSE_BIT):
        _note_header(command_id, command_status, sequence_number, deviations)
    plan = _PLANS_BY_COMMAND.get(command_id)
    if plan is None:
        return Unknown(
            command_id=command_id,
            command_status=command_status,
            sequence_number=sequence_number,
            body=frame[HEADER_OCTETS:],
            deviations=tuple(deviations),
        )
    if length == HEADER_OCTETS and plan.may_lack_body:
        if command_status == 0:
            deviations.append("body: absent, though command_status is 0")
        return _lone_header(plan, command_status, sequence_number, deviations)
    values: list[Any] = [command_status, sequence_number, (), ()]
    try:
        position = _read(frame, HEADER_OCTETS, plan.steps, values, deviations)
    except _Fault as fault:
        # A body that cannot be read is of no importance in a response that reports an error.
        if command_status and plan.may_lack_body:
            deviations.append(f"body: dropped, {fault.reason}")
            return _lone_header(plan, command_status, sequence_number, deviations)
        partial = dict(zip(plan.cls.__struct_fields__[4:], values[4:], strict=False)) | fault.counter
        raise _decode_error(frame, fault, partial) from None
    if position < length:
        values[2] = _read_tlvs(frame, position, deviations)
    if deviations:
        values[3] = tuple(deviations)
    return plan.cls(*values)  # type: ignore[return-value]


def _lone_header(plan: _Plan, command_status: int, sequence_number: int, deviations: list[str]) -> Pdu:
    return plan.cls(  # type: ignore[return-value]
        command_status=command_status,
        sequence_number=sequence_number,
        header_only=True,
        deviations=tuple(deviations),
    )


def _read(frame: bytes, position: int, steps: tuple[_Step, ...], values: list[Any], deviations: list[str]) -> int:
    """Appends to `values` field by field; returns where the next octet is. Raises _Fault."""
    find = frame.find
    length = len(frame)
    count = 0
    for kind, start, stop, limit, name, group in steps:
        if kind <= _FIXED:
            end = find(0, position)
            if end == position:
                values.append("")
            else:
                if end < 0:
                    raise _no_nul(frame, name, position)
                values.append(frame[position:end].decode("latin-1"))
                if end - position >= limit or kind == _FIXED:
                    _note_length(name, end - position + 1, limit, kind, deviations)
            position = end + 1
        elif kind == _RUN:
            end = position + stop - start
            values += frame[position:end]
            if end > length:
                raise _cut(name, length)
            position = end
        elif kind == _COUNTED:
            end = position + stop - start
            values += frame[position:end]
            if end >= length:
                raise _cut(name, length)
            count = frame[end]
            position = end + 1
        elif kind == _OCTETS:
            end = position + count
            if end > length:
                reason = f"sm_length {count}, but {length - position} octets follow"
                raise _Fault(Status.ESME_RINVMSGLEN, reason, position, {"sm_length": count})
            values.append(frame[position:end])
            position = end
        elif kind == _GROUP and group is not None:
            if count > limit:
                deviations.append(f"{name}: {count} records, limit {limit}")
            position = _read_group(frame, position, name, count, group, values, deviations)
        elif kind == _WIDE:
            end = position + 4
            if end > length:
                raise _cut(name, position)
            values.append(int.from_bytes(frame[position:end], "big"))
            position = end
        elif position == length:  # _OPTIONAL
            values.append(0)
            deviations.append(f"{name}: absent, taken as 0")
        else:
            values.append(frame[position])
            position += 1
    return position


def _read_group(
    frame: bytes, position: int, name: str, count: int, group: _Group, values: list[Any], deviations: list[str]
) -> int:
    """Appends one value, the tuple of `count` records."""
    records: list[msgspec.Struct] = []
    for _ in range(count):
        flag = 0
        if group.flagged:
            if position >= len(frame):
                raise _cut(name, position)
            flag = frame[position]
            position += 1
        plan = group.by_flag.get(flag)
        if plan is None:
            raise _Fault(Status.ESME_RINVDESTFLAG, f"{name}: dest_flag {flag}", position - 1)
        record: list[Any] = []
        position = _read(frame, position, plan.steps, record, deviations)
        records.append(plan.cls(*record))
    values.append(tuple(records))
    return position


def _read_tlvs(frame: bytes, position: int, deviations: list[str]) -> tuple[tuple[int, bytes], ...]:
    """Everything behind the mandatory part. Never fails: the PDU is worth more than a broken option."""
    found, noted, fault = _scan_tlvs(frame, position)
    if fault and frame[position] == 0:
        # Peers put a NUL behind short_message that sm_length does not count; the rest may well be clean without it.
        behind_nul, noted_behind_nul, fault_behind_nul = _scan_tlvs(frame, position + 1)
        if behind_nul and not fault_behind_nul:
            found, noted, fault = behind_nul, noted_behind_nul, "trailing_octets: 00 before the TLVs"
    deviations += noted
    if fault:
        deviations.append(fault)
    return tuple(found)


def _scan_tlvs(frame: bytes, position: int) -> tuple[list[tuple[int, bytes]], list[str], str]:
    """Returns the TLVs, what is odd about them, and why the scan stopped before the end of the frame, if it did."""
    end = len(frame)
    found: list[tuple[int, bytes]] = []
    noted: list[str] = []
    while end - position >= 4:
        tag, octets = _unpack_tlv(frame, position)
        start = position + 4
        position = start + octets
        if position > end:
            return found, noted, f"{tag_name(tag)}: cut, {octets} octets announced, {end - start} follow"
        lengths = _LENGTHS_BY_TAG.get(tag, _ANY_LENGTH)
        if octets not in lengths:
            wanted = f"{lengths[0]}..{lengths[-1]}" if len(lengths) > 1 else lengths[0]
            noted.append(f"{tag_name(tag)}: {octets} octets, not {wanted}")
        found.append((tag, frame[start:position]))
    return found, noted, f"trailing_octets: {frame[position:].hex()}" if position < end else ""


def _decode_error(frame: bytes, fault: _Fault, partial: dict[str, Any]) -> DecodeError:
    _, command_id, command_status, sequence_number = _unpack_header(frame)
    return DecodeError(
        fault.reason,
        status=fault.status,
        offset=fault.offset,
        command_id=command_id,
        command_status=command_status,
        sequence_number=sequence_number,
        partial=partial,
    )


def _cut(name: str, position: int) -> _Fault:
    return _Fault(Status.ESME_RINVCMDLEN, f"from {name} on: the PDU ends too soon", position)


def _no_nul(frame: bytes, name: str, position: int) -> _Fault:
    if position >= len(frame):
        return _cut(name, position)
    return _Fault(Status.ESME_RINVPARLEN, f"{name}: no NUL in {len(frame) - position} octets", position)


def _note_length(name: str, octets: int, limit: int, kind: int, deviations: list[str]) -> None:
    if kind == _FIXED and octets != limit:
        deviations.append(f"{name}: {octets} octets with NUL, not 1 or {limit}")
    elif octets > limit:
        deviations.append(f"{name}: {octets} octets with NUL, limit {limit}")


def _note_header(command_id: int, command_status: int, sequence_number: int, deviations: list[str]) -> None:
    # A generic_nack for a header that could not be read has sequence number 0 by rule (SMPP 3.4 4.3.1).
    if not 0 < sequence_number <= SEQUENCE_NUMBER_MAX and (sequence_number or command_id != CommandId.GENERIC_NACK):
        deviations.append(f"sequence_number: {sequence_number}, not 1..{SEQUENCE_NUMBER_MAX}")
    if command_status and not command_id & RESPONSE_BIT:
        deviations.append(f"command_status: {command_status} in a request")


# --- PDUs to octets ---------------------------------------------------------------------------------------------------


def encode(pdu: Pdu, *, lenient: bool = False) -> bytes:
    """One whole PDU. Raises EncodeError where a field does not fit.

    `lenient` lifts the limits of C-strings, for operators who give out passwords longer than SMPP allows and for
    sending again what a peer sent; what the wire cannot express is refused nevertheless. TLV values go as they are,
    whatever the length of a known tag should be: dialects of USSD depend on it.
    """
    parts: list[bytes] = []
    plan = _PLANS.get(type(pdu))
    if plan is None:
        if not isinstance(pdu, Unknown):
            raise EncodeError("command_id", f"{type(pdu).__name__} has no layout")
        parts.append(pdu.body)
    elif plan.may_lack_body and _header_only(pdu):
        _refuse_body(pdu)
    elif plan.steps:
        _write(astuple(pdu), plan, parts, lenient)
    for tag, value in pdu.tlvs:
        try:
            parts.append(_pack_tlv(tag, len(value)))
        except struct.error:
            raise _tlv_error(tag, value) from None
        parts.append(value)
    body = b"".join(parts)
    try:
        return _pack_header(HEADER_OCTETS + len(body), pdu.command_id, pdu.command_status, pdu.sequence_number) + body
    except struct.error:
        raise _header_error(pdu) from None


def _write(values: tuple[Any, ...], plan: _Plan, parts: list[bytes], lenient: bool) -> None:
    """Appends the mandatory part, or one record of a group, to `parts`."""
    for kind, start, stop, limit, name, group in plan.steps:
        if kind <= _FIXED:
            text: str = values[start]
            if text:
                try:
                    octets = text.encode("latin-1")
                except UnicodeEncodeError:
                    raise EncodeError(name, "not all of it is latin-1") from None
                if len(octets) >= limit or kind == _FIXED or 0 in octets:
                    _check_cstring(name, octets, limit, kind, lenient)
                parts.append(octets)
            parts.append(b"\0")
        elif kind == _OCTETS:
            parts.append(values[start])
        elif kind == _GROUP and group is not None:
            for record in values[start]:
                _write_record(record, name, group, parts, lenient)
        elif kind == _WIDE:
            number: int = values[start]
            if not 0 <= number <= limit:
                raise EncodeError(name, f"{number} is not in 0..{limit}", limit=limit)
            parts.append(number.to_bytes(4, "big"))
        else:
            try:
                parts.append(bytes(values[start:stop]))
            except ValueError:
                raise _octet_error(values, plan, start, stop) from None
            if kind == _COUNTED:
                count = len(values[stop])
                if count > limit and (count > 255 or not lenient):
                    counted = plan.cls.__struct_fields__[stop]
                    raise EncodeError(counted, f"length {count}, limit {limit}", limit=limit, length=count)
                parts.append(_ONE_OCTET[count])


def _write_record(record: msgspec.Struct, name: str, group: _Group, parts: list[bytes], lenient: bool) -> None:
    if type(record) not in group.by_class:
        raise EncodeError(name, f"{type(record).__name__} is no record of it")
    flag, plan = group.by_class[type(record)]
    if group.flagged:
        parts.append(_ONE_OCTET[flag])
    _write(astuple(record), plan, parts, lenient)


def _check_cstring(name: str, octets: bytes, limit: int, kind: int, lenient: bool) -> None:
    length = len(octets) + 1
    if 0 in octets:
        raise EncodeError(name, "a C-string cannot contain NUL", limit=limit, length=length)
    if lenient:
        return
    if length > limit:
        raise EncodeError(name, f"{length} octets with NUL, limit {limit}", limit=limit, length=length)
    if kind == _FIXED and length != limit:
        raise EncodeError(name, f"{length} octets with NUL, not 1 or {limit}", limit=limit, length=length)


def _refuse_body(pdu: Pdu) -> None:
    """A lone header must not claim a field or a TLV: they would be lost without a word."""
    for name, default in zip(pdu.__struct_fields__[4:], pdu.__struct_defaults__[4:], strict=True):
        if name != "header_only" and getattr(pdu, name) != default:
            raise EncodeError(name, "given, though header_only")
    if pdu.tlvs:
        raise EncodeError("tlvs", "given, though header_only")


_header_only: Final[Callable[[Pdu], bool]] = attrgetter("header_only")
_ONE_OCTET: Final = tuple(bytes((number,)) for number in range(256))


def _octet_error(values: tuple[Any, ...], plan: _Plan, start: int, stop: int) -> EncodeError:
    index = next(index for index in range(start, stop) if not 0 <= values[index] <= 0xFF)
    return EncodeError(plan.cls.__struct_fields__[index], f"{values[index]} is not in 0..255", limit=0xFF)


def _tlv_error(tag: int, value: bytes) -> EncodeError:
    if not 0 <= tag <= 0xFFFF:
        return EncodeError("tlvs", f"tag {tag} is not in 0..65535", limit=0xFFFF)
    reason = f"{tag_name(tag)} has {len(value)} octets, limit 65535"
    return EncodeError("tlvs", reason, limit=0xFFFF, length=len(value))


def _header_error(pdu: Pdu) -> EncodeError:
    for name in ("command_id", "command_status", "sequence_number"):
        value = getattr(pdu, name)
        if not 0 <= value <= 0xFFFFFFFF:
            return EncodeError(name, f"{value} is not in 0..4294967295", limit=0xFFFFFFFF)
    return EncodeError("command_length", "more than 4294967295", limit=0xFFFFFFFF)
