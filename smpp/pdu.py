"""The PDUs of SMPP 3.4 as frozen values, and the one table by which octets become PDUs and PDUs become octets.

`decode` is lenient in values (an unknown status, TON, data_coding, tag or command survives as a number, an over-long
string is kept) and strict in structure; what deviated from the specification is said in `Pdu.deviations`. `encode` is
strict. `split` cuts a stream into frames and refuses an impossible length before anything is buffered. Whatever octets
come in, PDUs or a ProtocolError come out. This module knows no clock, no socket and no session state, and never guesses
at text: short messages and TLV values are bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from smpp.errors import DecodeError, EncodeError, FramingError, ProtocolError
from smpp.layout import (
    COMMANDS,
    LAYOUTS,
    RESPONSES,
    CString,
    Field,
    Group,
    Integer,
    Octets,
    response_class,
    response_to,
)
from smpp.pdu_types import (
    AlertNotification,
    Bind,
    BindReceiver,
    BindReceiverResp,
    BindResp,
    BindTransceiver,
    BindTransceiverResp,
    BindTransmitter,
    BindTransmitterResp,
    CancelSm,
    CancelSmResp,
    DataSm,
    DataSmResp,
    DeliverSm,
    DeliverSmResp,
    DistributionList,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Outbind,
    Pdu,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
    SmeAddress,
    SubmitMulti,
    SubmitMultiResp,
    SubmitSm,
    SubmitSmResp,
    Unbind,
    UnbindResp,
    Unknown,
    UnsuccessSme,
)
from smpp.steps import COUNTED, FIXED, GROUP, OCTETS, PLANS, PLANS_BY_COMMAND, RUN, WIDE, GroupPlan, Plan, Step
from smpp.vocabulary import (
    HEADER_OCTETS,
    RESPONSE_BIT,
    SEQUENCE_NUMBER_MAX,
    TLV_LENGTHS,
    CommandId,
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
    "CString",
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
    "Field",
    "FramingError",
    "GenericNack",
    "Group",
    "Integer",
    "Npi",
    "Octets",
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

# SMPP sets no maximum. message_payload alone may have 65,535 octets (SMPP 3.4 5.3.2.32); 1 KiB is left for the rest.
# The cap keeps a peer that speaks HTTP ("HTTP" is a length of 1.2 GB) from filling our memory.
LENGTH_MAX: Final = 65536 + 1024

_ANY_LENGTH: Final = range(65536)
_MESSAGE_ID_OCTETS: Final = 65  # with the NUL, SMPP 3.4 5.2.23
# A method of an imported name is called the slow way (CPython 3.11); bound once, it is not.
_plan_of_class: Final = PLANS.get
_plan_of_command: Final = PLANS_BY_COMMAND.get
_LENGTHS_BY_TAG: Final = {int(tag): lengths for tag, lengths in TLV_LENGTHS.items()}

_HEADER: Final = struct.Struct(">IIII")
_LENGTH: Final = struct.Struct(">I")
_TLV: Final = struct.Struct(">HH")
_unpack_header: Final = _HEADER.unpack_from
_unpack_tlv: Final = _TLV.unpack_from
_pack_header: Final = _HEADER.pack
_pack_tlv: Final = _TLV.pack


class _Fault(Exception):
    """A structural fault inside a body, on its way to `decode`, which knows the header."""

    def __init__(self, status: int, reason: str, offset: int, counter: dict[str, object] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.offset = offset
        self.counter = counter or {}


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
    plan = _plan_of_command(command_id)
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
    if not deviations:
        common = _read_message_id(frame, plan) if plan.message_id else _read_message(frame, plan)
        if common is not None:
            return common
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


def _read_message_id(frame: bytes, plan: Plan) -> Pdu | None:
    """A response that holds a message_id and nothing else; None where it has to be read field by field."""
    last = len(frame) - 1
    if frame.find(0, HEADER_OCTETS) != last or last - HEADER_OCTETS >= _MESSAGE_ID_OCTETS:
        return None
    _, _, status, sequence_number = _unpack_header(frame)
    message_id = frame[HEADER_OCTETS:last].decode("latin-1")
    return plan.cls(status, sequence_number, (), (), message_id)  # type: ignore[return-value]


def _read_message(frame: bytes, plan: Plan) -> Pdu | None:
    """A submit_sm or deliver_sm as nearly all are: no times, nothing over its limit, TLVs without a fault.

    None where anything is different: the general way then says the same, or says what is wrong.
    """
    if not plan.message:
        return None
    find = frame.find
    service = find(0, HEADER_OCTETS)
    source = find(0, service + 3)
    end = find(0, source + 3)
    text = end + 11
    if not HEADER_OCTETS <= service < source < end or text > len(frame) or frame[end + 4] or frame[end + 5]:
        return None
    after = text + frame[end + 10]
    if service > 21 or source - service > 23 or end - source > 23 or after > len(frame):
        return None
    tlvs: tuple[tuple[int, bytes], ...] = ()
    if after < len(frame):
        found, noted, fault = _scan_tlvs(frame, after)
        if noted or fault:
            return None
        tlvs = tuple(found)
    _, _, status, sequence_number = _unpack_header(frame)
    return plan.cls(  # type: ignore[return-value]
        status, sequence_number, tlvs, (),
        frame[HEADER_OCTETS:service].decode("latin-1"),
        frame[service + 1], frame[service + 2], frame[service + 3 : source].decode("latin-1"),
        frame[source + 1], frame[source + 2], frame[source + 3 : end].decode("latin-1"),
        frame[end + 1], frame[end + 2], frame[end + 3], "", "",
        frame[end + 6], frame[end + 7], frame[end + 8], frame[end + 9],
        frame[text:after],
    )  # fmt: skip


def _lone_header(plan: Plan, command_status: int, sequence_number: int, deviations: list[str]) -> Pdu:
    return plan.cls(  # type: ignore[return-value]
        command_status=command_status,
        sequence_number=sequence_number,
        header_only=True,
        deviations=tuple(deviations),
    )


def _read(frame: bytes, position: int, steps: tuple[Step, ...], values: list[Any], deviations: list[str]) -> int:
    """Appends to `values` field by field; returns where the next octet is. Raises _Fault."""
    find = frame.find
    length = len(frame)
    count = 0
    for kind, start, stop, limit, name, group in steps:
        if kind <= FIXED:
            end = find(0, position)
            if end == position:
                values.append("")
            else:
                if end < 0:
                    raise _no_nul(frame, name, position)
                values.append(frame[position:end].decode("latin-1"))
                if end - position >= limit or kind == FIXED:
                    _note_length(name, end - position + 1, limit, kind, deviations)
            position = end + 1
        elif kind == RUN:
            end = position + stop - start
            values += frame[position:end]
            if end > length:
                raise _cut(name, length)
            position = end
        elif kind == COUNTED:
            end = position + stop - start
            values += frame[position:end]
            if end >= length:
                raise _cut(name, length)
            count = frame[end]
            position = end + 1
        elif kind == OCTETS:
            end = position + count
            if end > length:
                reason = f"sm_length {count}, but {length - position} octets follow"
                raise _Fault(Status.ESME_RINVMSGLEN, reason, position, {"sm_length": count})
            values.append(frame[position:end])
            position = end
        elif kind == GROUP and group is not None:
            if count > limit:
                deviations.append(f"{name}: {count} records, limit {limit}")
            position = _read_group(frame, position, name, count, group, values, deviations)
        elif kind == WIDE:
            end = position + 4
            if end > length:
                raise _cut(name, position)
            values.append(int.from_bytes(frame[position:end], "big"))
            position = end
        elif position == length:  # OPTIONAL
            values.append(0)
            deviations.append(f"{name}: absent, taken as 0")
        else:
            values.append(frame[position])
            position += 1
    return position


def _read_group(
    frame: bytes, position: int, name: str, count: int, group: GroupPlan, values: list[Any], deviations: list[str]
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
    if kind == FIXED and octets != limit:
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
    plan = _plan_of_class(type(pdu))
    if plan is None:
        if not isinstance(pdu, Unknown):
            raise EncodeError("command_id", f"{type(pdu).__name__} has no layout")
        parts.append(pdu.body)
    elif plan.may_lack_body and _header_only(pdu):
        _refuse_body(pdu)
    elif plan.message and not lenient:
        _write_message(astuple(pdu), plan, parts)
    elif plan.steps:
        _write(astuple(pdu), plan, parts, lenient)
    if pdu.tlvs:
        _write_tlvs(pdu.tlvs, parts)
    body = b"".join(parts)
    try:
        return _pack_header(HEADER_OCTETS + len(body), pdu.command_id, pdu.command_status, pdu.sequence_number) + body
    except struct.error:
        raise _header_error(pdu) from None


# What the messages of a link have in common is written once: all before the destination, all between it and the text.
_HEAD: Final = slice(4, 10)
_DESTINATION: Final = 10
_TAIL: Final = slice(11, 20)
_TEXT: Final = 20
_REPEATS_MAX: Final = 512
_ADDRESS_MAX: Final = 20  # without the NUL, SMPP 3.4 5.2.9
_heads: Final[dict[tuple[Any, ...], bytes]] = {}
_tails: Final[dict[tuple[Any, ...], bytes]] = {}


def _write_message(values: tuple[Any, ...], plan: Plan, parts: list[bytes]) -> None:
    """The mandatory part of a submit_sm or deliver_sm; the octets and the errors are those of `_write`."""
    head = _heads.get(values[_HEAD])
    tail = _tails.get(values[_TAIL])
    destination: str = values[_DESTINATION]
    text: bytes = values[_TEXT]
    if head is None or tail is None:
        _write(values, plan, parts, False)
        _remember_message(values, plan)
    elif len(destination) > _ADDRESS_MAX or not destination.isascii() or "\0" in destination or len(text) > 255:
        _write(values, plan, parts, False)
    else:
        parts += (head, destination.encode(), b"\0", tail, _ONE_OCTET[len(text)], text)


def _remember_message(values: tuple[Any, ...], plan: Plan) -> None:
    for found, part, steps, octets_after in (
        (_heads, _HEAD, plan.steps[:4], None),
        (_tails, _TAIL, plan.steps[5:9], -1),  # the last octet counts the text's: it does not repeat
    ):
        written: list[bytes] = []
        _write(values, plan._replace(steps=steps), written, False)
        if len(found) >= _REPEATS_MAX:
            found.clear()
        found[values[part]] = b"".join(written)[:octets_after]


def _write_tlvs(tlvs: tuple[tuple[int, bytes], ...], parts: list[bytes]) -> None:
    for tag, value in tlvs:
        try:
            parts.append(_pack_tlv(tag, len(value)))
        except struct.error:
            raise _tlv_error(tag, value) from None
        parts.append(value)


def _write(values: tuple[Any, ...], plan: Plan, parts: list[bytes], lenient: bool) -> None:
    """Appends the mandatory part, or one record of a group, to `parts`."""
    for kind, start, stop, limit, name, group in plan.steps:
        if kind <= FIXED:
            text: str = values[start]
            if text:
                try:
                    octets = text.encode("latin-1")
                except UnicodeEncodeError:
                    raise EncodeError(name, "not all of it is latin-1") from None
                if len(octets) >= limit or kind == FIXED or 0 in octets:
                    _check_cstring(name, octets, limit, kind, lenient)
                parts.append(octets)
            parts.append(b"\0")
        elif kind == OCTETS:
            parts.append(values[start])
        elif kind == GROUP and group is not None:
            for record in values[start]:
                _write_record(record, name, group, parts, lenient)
        elif kind == WIDE:
            number: int = values[start]
            if not 0 <= number <= limit:
                raise EncodeError(name, f"{number} is not in 0..{limit}", limit=limit)
            parts.append(number.to_bytes(4, "big"))
        else:
            try:
                parts.append(bytes(values[start:stop]))
            except ValueError:
                raise _octet_error(values, plan, start, stop) from None
            if kind == COUNTED:
                count = len(values[stop])
                if count > limit and (count > 255 or not lenient):
                    counted = plan.cls.__struct_fields__[stop]
                    raise EncodeError(counted, f"length {count}, limit {limit}", limit=limit, length=count)
                parts.append(_ONE_OCTET[count])


def _write_record(record: msgspec.Struct, name: str, group: GroupPlan, parts: list[bytes], lenient: bool) -> None:
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
    if kind == FIXED and length != limit:
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


def _octet_error(values: tuple[Any, ...], plan: Plan, start: int, stop: int) -> EncodeError:
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
