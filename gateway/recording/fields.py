"""The fields of a PDU under the names that Wireshark's `smpp.*` filters have, and where each stands in its octets.

One walk over the layout table of `smpp.layout` serves both: what is shown, and what has to be hidden in place. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from gateway.recording.format import FieldValue
from smpp import text as sms_text
from smpp.layout import LAYOUTS, CString, Field, Group, Octets
from smpp.pdu import DataSm, DeliverSm, Pdu, SubmitSm
from smpp.vocabulary import HEADER_OCTETS, RESPONSE_BIT, Tag

UDHI = 0x40
_UCS2 = 8
MESSAGE_PAYLOAD = int(Tag.MESSAGE_PAYLOAD)
_OCTETS_SHOWN = frozenset(
    {Tag.MESSAGE_PAYLOAD, Tag.SOURCE_SUBADDRESS, Tag.DEST_SUBADDRESS, Tag.CALLBACK_NUM, Tag.CALLBACK_NUM_ATAG}
)
_STRINGS = frozenset({Tag.RECEIPTED_MESSAGE_ID, Tag.ADDITIONAL_STATUS_INFO_TEXT})
_OTHERWISE_NAMED = {Tag.SC_INTERFACE_VERSION: "smpp.SC_interface_version"}
_TAGS = frozenset(map(int, Tag))
_VENDOR = range(0x1400, 0x4000)


class Place(NamedTuple):
    """Where a field's value stands in a frame; a string's without its NUL. `tag` is 0 for a mandatory field."""

    name: str
    start: int
    end: int
    tag: int = 0


def places(frame: bytes, kind: type[Pdu]) -> list[Place]:
    """The strings, texts and TLVs of a frame that `smpp.pdu.decode` could read as `kind`, in order.

    Nothing behind a list of records (submit_multi): their length is not known without reading each.
    """
    return _walk(frame, kind)[0]


def _walk(frame: bytes, kind: type[Pdu]) -> tuple[list[Place], int]:
    """The places, and where the last of them ends that is whole."""
    found: list[Place] = []
    at, end = HEADER_OCTETS, len(frame)
    for form, name, octets in _steps(kind):
        if form is Group or at >= end:
            return found, end
        if form is CString:
            after = frame.find(0, at)
            after = end if after < 0 else after
            found.append(Place(name, at, after))
            at = after + 1
        elif form is Octets:
            after = min(at + 1 + frame[at], end)
            found.append(Place(name, at + 1, after))
            at = after
        else:
            at += octets
    if (frame[at : at + 1] == b"\0" and (end - at) < 4) or frame[at : at + 2] == b"\0\0":
        at += 1  # peers put a NUL behind short_message that sm_length does not count
    while end - at >= 4:
        tag, length = int.from_bytes(frame[at : at + 2], "big"), int.from_bytes(frame[at + 2 : at + 4], "big")
        if at + 4 + length > end:
            break
        found.append(Place("", at + 4, at + 4 + length, tag))
        at += 4 + length
    return found, at


@lru_cache(maxsize=64)
def _steps(kind: type[Pdu]) -> tuple[tuple[type[Field], str, int], ...]:
    """The layout of a kind as a walk takes it: form, name, and how many octets; numbers in a row are one step."""
    steps: list[tuple[type[Field], str, int]] = []
    for field in LAYOUTS.get(kind, ()):
        octets = 0 if isinstance(field, Group | CString | Octets) else field.octets
        if octets and steps and steps[-1][2]:
            steps[-1] = (*steps[-1][:2], steps[-1][2] + octets)
        else:
            steps.append((type(field), field.name, octets))
    return tuple(steps)


def fields_of(pdu: Pdu, octets: int, default_alphabet: sms_text.Alphabet) -> dict[str, FieldValue]:
    """What Wireshark would show of a PDU of so many octets, numbers as numbers, octets in hex.

    A password is left out. `smpp.message_text` is the text as the gateway reads it.
    """
    fields: dict[str, FieldValue] = {
        "smpp.command_length": octets,
        "smpp.command_id": pdu.command_id,
        "smpp.sequence_number": pdu.sequence_number,
    }
    if pdu.command_status or pdu.command_id & RESPONSE_BIT:  # a request has none (SMPP 3.4 3.2)
        fields["smpp.command_status"] = pdu.command_status
    for name, shown, parts in _shown(type(pdu)):
        value = getattr(pdu, name)
        if parts:
            fields.update(_bits(value, parts))
        elif value.__class__ is bytes:
            fields["smpp.sm_length"] = len(value)
            if value:
                fields["smpp.message"] = value.hex()
        elif value.__class__ is str:
            if value:
                fields[shown + "_r" if name in _TIMES and value.endswith("R") else shown] = value
        else:
            fields[shown] = value
    for tag, value in pdu.tlvs:
        fields.update(_tlv(tag, value))
    if isinstance(pdu, (SubmitSm, DeliverSm, DataSm)) and (text := text_of(pdu, default_alphabet)):
        fields["smpp.message_text"] = text
    return fields


_TIMES = frozenset({"schedule_delivery_time", "validity_period", "final_date"})
# Each a name, and the bits of the octet that Wireshark shows under it (SMPP 3.4 5.2.12 and 5.2.17).
_ESM_CLASS = (
    ("smpp.esm.submit.msg_mode", 0x03),
    ("smpp.esm.submit.msg_type", 0x3C),
    ("smpp.esm.submit.features", 0xC0),
)
_REGISTERED_DELIVERY = (("smpp.regdel.receipt", 0x03), ("smpp.regdel.acks", 0x0C), ("smpp.regdel.notif", 0x10))


_BITS = {"esm_class": _ESM_CLASS, "registered_delivery": _REGISTERED_DELIVERY}


@lru_cache(maxsize=512)
def _bits(octet: int, parts: tuple[tuple[str, int], ...]) -> Mapping[str, FieldValue]:
    return {name: (octet & mask) // (mask & -mask) for name, mask in parts}


@lru_cache(maxsize=64)
def _shown(kind: type[Pdu]) -> tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...]:
    """The mandatory fields of a kind that have one value each and may be shown: name, Wireshark's, and its bits'."""
    single = (field.name for field in LAYOUTS.get(kind, ()) if not isinstance(field, Group))
    return tuple((name, f"smpp.{name}", _BITS.get(name, ())) for name in single if name != "password")


@lru_cache(maxsize=1024)
def _tlv(tag: int, value: bytes) -> Mapping[str, FieldValue]:
    if tag == Tag.NETWORK_ERROR_CODE and len(value) == 3:
        return {"smpp.network_error.type": value[0], "smpp.network_error.code": int.from_bytes(value[1:], "big")}
    if tag == Tag.ITS_SESSION_INFO and len(value) == 2:
        number, step = value
        return {
            "smpp.its_session.number": number,
            "smpp.its_session.sequence": step >> 1,
            "smpp.its_session.ind": step & 1,
        }
    try:
        known = Tag(tag)
    except ValueError:
        return {"smpp.vendor_op" if tag in _VENDOR else "smpp.reserved_op": value.hex()}
    name = _OTHERWISE_NAMED.get(known, f"smpp.{known.name.lower()}")
    if known in _STRINGS:
        return {name: value.rstrip(b"\0").decode("latin-1")}
    if known in _OCTETS_SHOWN or not 1 <= len(value) <= 4:
        return {name: value.hex()}
    return {name: int.from_bytes(value, "big")}


def text_octets(pdu: SubmitSm | DeliverSm | DataSm) -> bytes:
    """The text of a message as it was sent, with its user data header if it has one."""
    octets = b"" if isinstance(pdu, DataSm) else pdu.short_message
    return octets or pdu.tlv(MESSAGE_PAYLOAD) or b""


def text_of(pdu: SubmitSm | DeliverSm | DataSm, default_alphabet: sms_text.Alphabet) -> str:
    octets = text_octets(pdu)
    if pdu.esm_class & UDHI:
        octets = sms_text.parse_udh(octets)[1]
    # 8 means UCS-2 in every reading that centres have of it; the other values differ in USSD (TS 23.038 5).
    ussd = pdu.data_coding != _UCS2 and (
        pdu.service_type.startswith("USS") or pdu.tlv(int(Tag.USSD_SERVICE_OP)) is not None
    )
    return sms_text.decode(octets, pdu.data_coding, default_alphabet=default_alphabet, ussd=ussd).text


def text_places(frame: bytes, kind: type[Pdu]) -> Iterator[Place]:
    """Where text may stand in a frame: its short message, message_payload, and what only a vendor can read."""
    for place in places(frame, kind):
        if place.name == "short_message" or place.tag == MESSAGE_PAYLOAD or (place.tag and place.tag not in _TAGS):
            yield place


def clean_end(frame: bytes, kind: type[Pdu]) -> int:
    """Where the last parameter ends that is whole: what is behind it belongs to none."""
    return min(_walk(frame, kind)[1], len(frame))
