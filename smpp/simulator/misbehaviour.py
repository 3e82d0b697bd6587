"""The broken and the odd, as octets: PDUs that no peer should send, messages altered, receipts in every style.

Three tables by name; a fault's `kind` picks from the first two, `[receipts] form` from the third. Pure. A PDU here has
sequence number 0 until `numbered` gives it one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

import msgspec

from smpp.pdu import CommandId, DataSm, DeliverSm, SubmitSm, Tag, encode
from smpp.udh import build_udh

__all__ = ["ALTERATIONS", "BROKEN", "RECEIPT_FORMS", "Message", "Report", "broken", "frame", "numbered", "torn_at"]

Message = SubmitSm | DeliverSm

_HEADER: Final = struct.Struct(">IIII")
_TLV: Final = struct.Struct(">HH")
_RESPONSE: Final = 0x8000_0000
_UDHI: Final = 0x40
_RECEIPT: Final = 0x04  # esm_class, SMPP 3.4 5.2.12


def frame(command_id: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), command_id, status, sequence) + body


def numbered(octets: bytes, sequence: int) -> bytes:
    """The same PDU under that sequence number."""
    return octets[:12] + struct.pack(">I", sequence) + octets[16:]


def torn_at(octets: bytes) -> int:
    """Where to tear a PDU in two: inside its command_id, the worst place there is."""
    return min(6, len(octets))


def _resized(octets: bytes) -> bytes:
    return struct.pack(">I", len(octets)) + octets[4:]


# -- PDUs that are broken: of a message command, under a sequence number -----------------------------------------------

_QUERIED: Final = b"4711\0" + b"261122120000000+\0" + b"\2"  # up to message_state; error_code would follow
_BODY: Final = b"\0\1\x0179160000000\0\0\x01111\0" + bytes(9) + b"\5*100#"


def _whole(body: bytes) -> Callable[[int, int], bytes]:
    return lambda command_id, sequence: frame(command_id, sequence, body)


def _other(command_id: int, body: bytes = b"", status: int = 0) -> Callable[[int, int], bytes]:
    return lambda _, sequence: frame(command_id, sequence, body, status)


def _raw(octets: bytes) -> Callable[[int, int], bytes]:
    return lambda _, __: octets


BROKEN: Final[dict[str, Callable[[int, int], bytes]]] = {
    "unknown_command": _other(0x0999),
    "unknown_command_with_body": _other(0x0999, bytes(300)),
    "broadcast_sm": _other(0x0111, bytes(8)),
    "unknown_response": _other(0x8000_0999),
    "stray_response": _other(int(CommandId.SUBMIT_SM) | _RESPONSE, b"4242\0"),
    "nack": _other(_RESPONSE, status=0x03),
    "nack_of_nothing": lambda _, __: frame(_RESPONSE, 0, status=0x03),
    "enquire_link": _other(int(CommandId.ENQUIRE_LINK)),
    "enquire_link_with_body": _other(int(CommandId.ENQUIRE_LINK), b"\0\0"),
    "unbind": _other(int(CommandId.UNBIND)),
    "second_bind": _other(int(CommandId.BIND_TRANSCEIVER), b"simulator\0secret\0\0\x34\0\0\0"),
    "query_sm": _other(int(CommandId.QUERY_SM), b"1\0\0\0\0"),
    "query_sm_resp": _other(int(CommandId.QUERY_SM) | _RESPONSE, _QUERIED + b"\7" + _TLV.pack(0x0427, 1) + b"\3"),
    "query_sm_resp_short": _other(int(CommandId.QUERY_SM) | _RESPONSE, _QUERIED),
    "alert_notification": _other(int(CommandId.ALERT_NOTIFICATION), b"\1\x0179160000000\0\0\x01111\0"),
    "outbind": _other(int(CommandId.OUTBIND), b"simulator\0secret\0"),
    "wrong_direction": lambda command_id, sequence: frame(
        int(CommandId.SUBMIT_SM) if command_id == CommandId.DELIVER_SM else int(CommandId.DELIVER_SM), sequence, _BODY
    ),
    "no_body": _whole(b""),
    "cut_in_an_address": _whole(_BODY[:9]),
    "cut_before_sm_length": _whole(_BODY[:-6]),
    "strings_without_end": _whole(b"\xff" * 80),
    "sm_length_beyond": _whole(_BODY[:-6] + b"\xc8*100#"),
    "sender_of_letters": _whole(b"\0\5\0Bank\0\0\x01111\0" + bytes(9) + b"\5*100#"),
    "no_sender": _whole(b"\0\0\0\0\0\x01111\0" + bytes(9) + b"\5*100#"),
    "length_0": _raw(bytes(16)),
    "length_15": _raw(struct.pack(">I", 15) + bytes(12)),
    "length_huge": _raw(struct.pack(">I", 0x3800_000F) + bytes(12)),
    "length_negative": _raw(struct.pack(">I", 0xF000_0011) + bytes(12)),
    "http": _raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "crlf": _raw(b"\r\n\r\n\r\n\r\n\r\n"),
}
"""By name: of the command id of our messages and a sequence number, the octets."""


def broken(kind: str, command_id: int, sequence: int) -> bytes:
    return BROKEN[kind](command_id, sequence)


# -- messages that are altered, and must be understood or at least answered --------------------------------------------


def _with(pdu: Message, **changes: object) -> bytes:
    return encode(msgspec.structs.replace(pdu, **changes), lenient=True)


def _tailed(tail: bytes) -> Callable[[Message], bytes]:
    return lambda pdu: _resized(encode(pdu) + tail)


def _nul_inside(pdu: Message) -> bytes:
    return _with(pdu, short_message=pdu.short_message + b"\0")


def _in_payload(pdu: Message) -> bytes:
    return _with(pdu, short_message=b"", tlvs=(*pdu.tlvs, (int(Tag.MESSAGE_PAYLOAD), pdu.short_message)))


def _in_both(pdu: Message) -> bytes:
    return _with(pdu, tlvs=(*pdu.tlvs, (int(Tag.MESSAGE_PAYLOAD), pdu.short_message)))


def _as_data_sm(pdu: Message) -> bytes:
    shared = {name: getattr(pdu, name) for name in DataSm.__struct_fields__ if hasattr(pdu, name)}
    return encode(DataSm(**{**shared, "tlvs": (*pdu.tlvs, (int(Tag.MESSAGE_PAYLOAD), pdu.short_message))}))


def _op_of_two_octets(pdu: Message) -> bytes:
    op = int(Tag.USSD_SERVICE_OP)
    return _with(pdu, tlvs=tuple((tag, b"\0" + value if tag == op else value) for tag, value in pdu.tlvs))


def _without_session(pdu: Message) -> bytes:
    return _with(pdu, tlvs=tuple(each for each in pdu.tlvs if each[0] != Tag.ITS_SESSION_INFO))


def _in_another_session(pdu: Message) -> bytes:
    session = int(Tag.ITS_SESSION_INFO)
    return _with(pdu, tlvs=tuple((tag, b"\x7e\x7e" if tag == session else value) for tag, value in pdu.tlvs))


def _aborted(pdu: Message) -> bytes:
    """A centre that speaks by the specification gives a dialog up with PSSD indication, which opens none."""
    op = int(Tag.USSD_SERVICE_OP)
    return _with(pdu, short_message=b"", tlvs=tuple((tag, b"\0" if tag == op else value) for tag, value in pdu.tlvs))


def _from(form: Callable[[str], str]) -> Callable[[Message], bytes]:
    return lambda pdu: _with(pdu, source_addr=form(pdu.source_addr))


def _ucs2(change: Callable[[bytes], bytes]) -> Callable[[Message], bytes]:
    """Where the text is UCS-2; another one is left as it is."""
    return lambda pdu: _with(
        pdu, short_message=change(pdu.short_message) if pdu.data_coding == 8 else pdu.short_message
    )


def _swapped(octets: bytes) -> bytes:
    return b"\xff\xfe" + octets.decode("utf-16-be").encode("utf-16-le")


ALTERATIONS: Final[dict[str, Callable[[Message], bytes]]] = {
    "nul_after": _tailed(b"\0"),
    "nul_inside": _nul_inside,
    "vendor_tlv": _tailed(_TLV.pack(0x1501, 4) + b"\1\2\3\4"),
    "reserved_tlv": _tailed(_TLV.pack(0x4001, 15) + b"250011234567890"),
    "tlv_of_another_pdu": _tailed(_TLV.pack(int(Tag.SC_INTERFACE_VERSION), 1) + b"\x34"),
    "tlv_of_wrong_length": _tailed(_TLV.pack(int(Tag.USER_MESSAGE_REFERENCE), 3) + b"\1\2\3"),
    "tlv_cut": _tailed(_TLV.pack(int(Tag.USER_MESSAGE_REFERENCE), 2) + b"\1"),
    "tlv_beyond": _tailed(_TLV.pack(int(Tag.USER_MESSAGE_REFERENCE), 9) + b"\1\2"),
    "payload": _in_payload,
    "payload_and_text": _in_both,
    "data_sm": _as_data_sm,
    "op_of_two_octets": _op_of_two_octets,
    "no_session": _without_session,
    "other_session": _in_another_session,
    "abort": _aborted,
    "asks_receipt": lambda pdu: _with(pdu, registered_delivery=1),
    "asks_failure": lambda pdu: _with(pdu, registered_delivery=2),
    "status_in_request": lambda pdu: _with(pdu, command_status=0x55),
    "unknown_coding": lambda pdu: _with(pdu, data_coding=0xE7),
    "octets_above_7f": lambda pdu: _with(pdu, data_coding=0, short_message=b"\xc1\xc0\xcb\xc0\xcd\xd1"),
    "udh_beyond": lambda pdu: _with(pdu, esm_class=pdu.esm_class | _UDHI, short_message=b"\xff"),
    "empty": lambda pdu: _with(pdu, short_message=b""),
    "ucs2_odd": _ucs2(lambda octets: octets[:-1]),
    "ucs2_half_pair": _ucs2(lambda octets: octets + b"\xd8\x3d"),
    "ucs2_little_endian": _ucs2(_swapped),
    "ucs2_marked": _ucs2(lambda octets: b"\xfe\xff" + octets),
    "junk_behind": lambda pdu: _with(pdu, short_message=pdu.short_message + b"\r"),
    "number_plus": _from(lambda number: "+" + number),
    "number_00": _from(lambda number: "00" + number),
    "number_8": _from(lambda number: "8" + number[1:]),
    "number_national": _from(lambda number: number[1:]),
    "header_of_nothing": lambda pdu: _with(
        pdu, esm_class=pdu.esm_class | _UDHI, short_message=build_udh(()) + pdu.short_message
    ),
}
"""By name: of a message, its octets."""


# -- receipts ----------------------------------------------------------------------------------------------------------


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt has to say. `done` are ten digits YYMMDDhhmm; `state` a number of SMPP 3.4 5.2.28."""

    message_id: str
    source: str
    destination: str
    state: int
    done: str


_WORDS: Final = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 8: "REJECTD"}


def _receipt(report: Report, text: str, **changes: object) -> DeliverSm:
    receipt = DeliverSm(
        source_addr_ton=1,
        source_addr_npi=1,
        source_addr=report.destination,
        destination_addr=report.source,
        esm_class=_RECEIPT,
        short_message=text.encode("latin-1"),
    )
    return msgspec.structs.replace(receipt, **changes)


def _text(report: Report, date: str = "", err: str = "", tail: str = " text:") -> str:
    word = _WORDS.get(report.state, "UNKNOWN")
    error = err or ("000" if report.state == 2 else "001")
    delivered = "001" if report.state == 2 else "000"
    when = date or report.done
    return (
        f"id:{report.message_id} sub:001 dlvrd:{delivered} submit date:{when} done date:{when} "
        f"stat:{word} err:{error}{tail}"
    )


def _tlvs(report: Report) -> tuple[tuple[int, bytes], ...]:
    return (
        (int(Tag.RECEIPTED_MESSAGE_ID), report.message_id.encode("ascii") + b"\0"),
        (int(Tag.MESSAGE_STATE), bytes((report.state,))),
        (int(Tag.NETWORK_ERROR_CODE), b"\3\0\0" if report.state == 2 else b"\3\0\1"),
    )


def _receipt_in_payload(report: Report) -> DeliverSm:
    return _receipt(report, "", tlvs=((int(Tag.MESSAGE_PAYLOAD), _text(report).encode("latin-1")),))


def _receipt_as_data_sm(report: Report) -> DataSm:
    return DataSm(
        source_addr=report.destination, destination_addr=report.source, esm_class=_RECEIPT, tlvs=_tlvs(report)
    )


RECEIPT_FORMS: Final[dict[str, Callable[[Report], DeliverSm | DataSm]]] = {
    "usual": lambda report: _receipt(report, _text(report)),
    "both": lambda report: _receipt(report, _text(report), tlvs=_tlvs(report)),
    "tlvs": lambda report: _receipt(report, "", tlvs=_tlvs(report)),
    "payload": _receipt_in_payload,
    "data_sm": _receipt_as_data_sm,
    "udhi": lambda report: _receipt(
        report, "", esm_class=_RECEIPT | _UDHI, short_message=b"\0" + _text(report).encode("latin-1")
    ),
    "bare": lambda report: _receipt(report, f"id:{report.message_id} stat:{_WORDS.get(report.state, 'UNKNOWN')}"),
    "space": lambda report: _receipt(report, _text(report).replace("id:", "id: ", 1)),
    "capital": lambda report: _receipt(report, _text(report).replace("text:", "Text:")),
    "nul": lambda report: _receipt(report, _text(report) + "\0"),
    "letters": lambda report: _receipt(report, _text(report, err="E0A1B")),
    "seconds": lambda report: _receipt(report, _text(report, date=report.done + "59")),
    "long_year": lambda report: _receipt(report, _text(report, date="20" + report.done)),
    "smpp_time": lambda report: _receipt(report, _text(report, date=report.done + "00012+")),
    "accented": lambda report: _receipt(report, _text(report, tail=" text:\xe9\xe8\xfc")),
    "empty_dates": lambda report: _receipt(report, _text(report, date="0000000000")),
    "plain_message": lambda report: _receipt(report, _text(report), esm_class=0),
}
"""By name: how vendors write a receipt."""
