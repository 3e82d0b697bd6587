"""The codec against independent vectors, against itself, and against any octets at all."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmpplib import state  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from smpp import pdu as pdu_module
from smpp import vocabulary as names
from smpp.pdu import (
    COMMANDS,
    LAYOUTS,
    LENGTH_MAX,
    RESPONSES,
    AlertNotification,
    BindReceiverResp,
    BindTransceiver,
    BindTransceiverResp,
    CancelSmResp,
    CString,
    DataSm,
    DataSmResp,
    DecodeError,
    DeliverSm,
    DeliverSmResp,
    DistributionList,
    EncodeError,
    EnquireLink,
    EnquireLinkResp,
    Field,
    FramingError,
    GenericNack,
    Group,
    Integer,
    Octets,
    Outbind,
    Pdu,
    ProtocolError,
    QuerySm,
    QuerySmResp,
    SmeAddress,
    Status,
    SubmitMulti,
    SubmitMultiResp,
    SubmitSm,
    SubmitSmResp,
    Tag,
    Unbind,
    Unknown,
    UnsuccessSme,
    UssdOp,
    command_name,
    decode,
    encode,
    response_class,
    response_to,
    split,
)

FIXTURE = Path(__file__).parents[3] / "fixtures" / "pdu" / "vectors.json"
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in json.loads(FIXTURE.read_bytes())["vectors"]}


def of_kind(*kinds: str) -> list[Any]:
    """Vectors of these kinds as named cases."""
    return [pytest.param(vector, id=vector["id"]) for vector in VECTORS.values() if vector["kind"] in kinds]


def octets_of(vector: dict[str, Any]) -> bytes:
    """All octets of a vector, which may be more or less than one PDU."""
    return bytes.fromhex(vector["hex"])


def frame_of(vector: dict[str, Any]) -> bytes:
    """The first PDU of a vector."""
    return octets_of(vector)[: vector["expected"]["command_length"]]


def framed(command_id: int, body: bytes, command_status: int = 0, sequence_number: int = 1) -> bytes:
    """A whole PDU round a body that may be anything."""
    return struct.pack(">IIII", 16 + len(body), command_id, command_status, sequence_number) + body


def made(cls: type[Pdu], **fields: Any) -> Pdu:
    """A PDU of a class that only the case knows."""
    return cls(**fields)


def described(pdu: Pdu) -> dict[str, Any]:
    """A decoded PDU in the words of the vectors."""
    if getattr(pdu, "header_only", False):
        return {"body": "absent"}
    said: dict[str, Any] = {}
    for field in LAYOUTS[type(pdu)]:
        value = getattr(pdu, field.name)
        if isinstance(field, Octets):
            said |= {field.counter: len(value), field.name + "_hex": value.hex()}
        elif isinstance(field, Group):
            flags = {cls: {"dest_flag": flag} if field.flagged else {} for flag, (cls, _) in field.variants.items()}
            records = [flags[type(record)] | msgspec.structs.asdict(record) for record in value]
            said |= {field.counter: len(value), field.name: records}
        else:
            said[field.name] = value
    return said


# --- vectors ----------------------------------------------------------------------------------------------------------


def test_all_vectors_are_here() -> None:
    """No vector is lost, and each keeps its source and licence."""
    kinds = [vector["kind"] for vector in VECTORS.values()]

    assert {kind: kinds.count(kind) for kind in kinds} == {
        "pdu": 177,
        "stream": 7,
        "bad_length": 7,
        "incomplete": 5,
        "malformed": 5,
        "unknown_command": 3,
        "over_limit": 2,
        "trailing_garbage": 1,
    }
    assert all({"repo", "path", "licence"} <= vector["source"].keys() for vector in VECTORS.values())


@pytest.mark.parametrize("vector", of_kind("pdu", "over_limit"))
def test_vector_is_read_as_expected(vector: dict[str, Any]) -> None:
    """A well-formed PDU gives the header, the fields and the TLVs that independent codecs read from it."""
    expected = vector["expected"]
    pdu = decode(octets_of(vector))

    assert (expected["command_id"], expected["command_status"], expected["sequence_number"]) == (
        pdu.command_id,
        pdu.command_status,
        pdu.sequence_number,
    )
    assert expected["command_name"] == command_name(pdu.command_id)
    assert expected["fields"] == described(pdu)
    assert [(int(tlv["tag"], 16), tlv["value_hex"]) for tlv in expected.get("tlvs", [])] == [
        (tag, value.hex()) for tag, value in pdu.tlvs
    ]


@pytest.mark.parametrize("vector", of_kind("pdu"))
def test_vector_is_written_as_it_was(vector: dict[str, Any]) -> None:
    """A well-formed PDU, decoded and encoded, gives the same octets."""
    assert vector["hex"] == encode(decode(octets_of(vector))).hex()


@pytest.mark.parametrize("vector", of_kind("over_limit"))
def test_over_limit_vector(vector: dict[str, Any]) -> None:
    """An over-long string is read and named; it is sent again only where the caller is lenient on purpose."""
    pdu = decode(octets_of(vector))

    assert pdu.deviations == ("password: 10 octets with NUL, limit 9",)
    with pytest.raises(EncodeError, match="password: 10 octets with NUL, limit 9"):
        encode(pdu)
    assert vector["hex"] == encode(pdu, lenient=True).hex()


@pytest.mark.parametrize("vector", of_kind("incomplete"))
def test_incomplete_vector_waits(vector: dict[str, Any]) -> None:
    """The beginning of a PDU takes nothing from the buffer."""
    assert split(octets_of(vector)) == ([], 0)


@pytest.mark.parametrize("vector", of_kind("bad_length"))
def test_bad_length_vector_is_refused_at_once(vector: dict[str, Any]) -> None:
    """An impossible command_length is refused from its four octets on, and the answer has the bad PDU's number."""
    octets = octets_of(vector)

    with pytest.raises(FramingError) as early:
        split(octets[:4])
    with pytest.raises(FramingError) as whole:
        split(octets)

    assert early.value.sequence_number == 0
    assert int.from_bytes(octets[12:16], "big") == whole.value.sequence_number
    assert int.from_bytes(octets[4:8], "big") == whole.value.command_id
    assert (whole.value.frames, whole.value.status) == ([], Status.ESME_RINVCMDLEN)


@pytest.mark.parametrize("vector", of_kind("unknown_command"))
def test_unknown_command_vector_survives(vector: dict[str, Any]) -> None:
    """A command without a layout is a value with its number, so that the session can answer or ignore it."""
    expected = vector["expected"]
    pdu = decode(octets_of(vector))

    assert (
        Unknown(
            command_id=expected["command_id"],
            command_status=expected["command_status"],
            sequence_number=expected["sequence_number"],
        )
        == pdu
    )
    assert (None if pdu.command_id & 0x80000000 else GenericNack) is response_to(pdu)


# `expected` says decode_error; we read on. Every other decode_error of the vectors is one of ours too.
LENIENT_READINGS: dict[str, tuple[Pdu, tuple[str, ...], str]] = {
    "gosmpp_m2m-resp-80000003-short": (
        QuerySmResp(sequence_number=13),
        ("error_code: absent, taken as 0",),
        "a real library ends query_sm_resp before error_code; the state it reports is whole",
    ),
    "smpp_pdu-test_decode_command_length_too_long": (
        Unbind(),
        ("sequence_number: 0, not 1..2147483647", "trailing_octets: ff"),
        "octets behind the mandatory part change no field; refusing them would make an unbind impossible",
    ),
    "smpp_pdu-test_decode_bad_message_ends_in_middle_of_option": (
        BindTransceiverResp(sequence_number=1, system_id="TSI7588"),
        ("trailing_octets: 021000",),
        "a cut option does not undo a bind that was granted",
    ),
    "smpp_pdu-test_decode_bad_message_length_msg_too_long": (
        BindTransceiverResp(sequence_number=1, system_id="TSI7588"),
        ("sc_interface_version: cut, 1 octets announced, 0 follow",),
        "as above; the version is then taken as 3.4",
    ),
    "smppex-parse_negative_resp_with_nonempty_malformed_body": (
        SubmitSmResp(command_status=11, sequence_number=2, header_only=True),
        ("body: dropped, message_id: no NUL in 16 octets",),
        "the status is all that matters in a response that reports an error",
    ),
    "cloudhopper-decodeBadPduButSkipAllDataInBuffer": (
        Unknown(command_id=0x110, sequence_number=171192039, body=b"\x0f"),
        (),
        "an unknown command is the session's business, not a fault of the octets",
    ),
    "smppex-parse_bad_command_id": (
        Unknown(command_id=0x80003302, sequence_number=1),
        (),
        "as above; an unknown response is never answered",
    ),
}


@pytest.mark.parametrize("name", LENIENT_READINGS)
def test_lenient_reading(name: str) -> None:
    """Where the vector's codec gives up, we read this, say what was wrong with it, and have a reason."""
    pdu, deviations, reason = LENIENT_READINGS[name]
    actual = decode(frame_of(VECTORS[name]))

    assert "decode_error" in VECTORS[name]["expected"], reason
    assert pdu == actual, reason
    assert deviations == actual.deviations, reason


UNREADABLE = {
    "cloudhopper-decodeSubmitSmRespWithNoNullByteForMessageId": Status.ESME_RINVPARLEN,
    "cloudhopper-decodeDeliverSMWithCorrectTotalByteLengthButInvalidShortMessageLength": Status.ESME_RINVMSGLEN,
    "node-malformed-length": Status.ESME_RINVMSGLEN,
}


def test_every_decode_error_of_the_vectors_is_judged() -> None:
    """Each vector that another codec refuses is either refused here too or is a lenient reading with a reason."""
    refused = {name for name, vector in VECTORS.items() if "decode_error" in vector["expected"]}

    assert refused == LENIENT_READINGS.keys() | UNREADABLE.keys()


@pytest.mark.parametrize(("name", "status"), UNREADABLE.items())
def test_unreadable_vector(name: str, status: Status) -> None:
    """A broken mandatory part is a DecodeError with the header, the answer and what was read before the fault."""
    expected = VECTORS[name]["expected"]

    with pytest.raises(DecodeError) as fault:
        decode(frame_of(VECTORS[name]))

    assert expected["fields_before_error"] == fault.value.partial
    assert (status, expected["command_id"], expected["command_status"], expected["sequence_number"]) == (
        fault.value.status,
        fault.value.command_id,
        fault.value.command_status,
        fault.value.sequence_number,
    )


@pytest.mark.parametrize("vector", of_kind("stream"))
def test_stream_vector_is_cut_where_the_pdu_ends(vector: dict[str, Any]) -> None:
    """The first PDU of a stream is found whole, even where the octets behind it are no PDU."""
    octets, expected = octets_of(vector), vector["expected"]
    try:
        frames, taken = split(octets)
    except FramingError as error:
        frames, taken = error.frames, sum(map(len, error.frames))

    assert frame_of(vector) == frames[0]
    assert expected["rest_hex"] == octets[len(frames[0]) :].hex()
    assert octets[:taken] == b"".join(frames)
    if "fields" in expected:
        assert expected["fields"] == described(decode(frames[0]))


def test_stream_vectors_go_on_behind_a_fault() -> None:
    """A PDU behind an unknown one, and one whose last octet comes later, are both read."""
    skipped = octets_of(VECTORS["cloudhopper-decodeBadPduButSkipAllDataInBuffer"])
    cut = octets_of(VECTORS["cloudhopper-decodeTwoEnquireLinkRespButWithReadRequiredInBetween"])

    assert EnquireLink(sequence_number=171192039) == decode(split(skipped)[0][1])
    assert EnquireLinkResp(sequence_number=171192049) == decode(split(cut[16:] + b"\xf1")[0][0])


# --- framing ----------------------------------------------------------------------------------------------------------

GOOD = encode(EnquireLink(sequence_number=9))


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 200 OK\r\n", b"\r\n\r\n", b"\x00\x00\x00\x0f", b"\x80\x00\x00\x09"])
def test_split_keeps_the_frames_before_a_bad_length(garbage: bytes) -> None:
    """What was whole before the stream broke is not lost."""
    with pytest.raises(FramingError) as fault:
        split(GOOD + GOOD + garbage)

    assert fault.value.frames == [GOOD, GOOD]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_split_takes_any_buffer_and_leaves_it_usable(kind: type) -> None:
    """Frames are bytes of their own: a bytearray may be cut behind them."""
    buffer = kind(GOOD + GOOD[:7])
    frames, taken = split(buffer)

    assert ([GOOD], 16, bytes) == (frames, taken, type(frames[0]))
    if isinstance(buffer, bytearray):
        del buffer[:taken]
        assert GOOD[:7] == buffer


def test_split_has_a_limit() -> None:
    """A PDU of exactly the limit passes; one octet more is refused from its length alone."""
    largest = framed(0x1234, bytes(LENGTH_MAX - 16))

    assert [largest] == split(largest)[0]
    with pytest.raises(FramingError):
        split((LENGTH_MAX + 1).to_bytes(4, "big"))
    with pytest.raises(FramingError):
        split(GOOD, length_max=15)


@pytest.mark.parametrize("frame", [b"", GOOD[:15], GOOD + b"\0", GOOD[:3] + b"\x11" + GOOD[4:]])
def test_decode_wants_exactly_one_pdu(frame: bytes) -> None:
    """A frame that is not command_length long is a fault of the caller's framing and says so."""
    with pytest.raises(DecodeError) as fault:
        decode(frame)

    assert fault.value.status == Status.ESME_RINVCMDLEN


# --- leniency in values, strictness in structure ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "cls", [BindReceiverResp, SubmitSmResp, DeliverSmResp, DataSmResp, SubmitMultiResp, QuerySmResp]
)
@pytest.mark.parametrize("body", [b"", b"\0", b"no end", b"\0\0\0", b"\xff" * 9])
def test_error_response_may_have_any_body(cls: type[Pdu], body: bytes) -> None:
    """A response that reports an error is accepted header-only, with a body, a lone NUL or rubbish."""
    pdu = decode(framed(cls.command_id, body, command_status=0x58))

    assert (cls, 0x58, 1) == (type(pdu), pdu.command_status, pdu.sequence_number)


def test_header_only_success_is_told() -> None:
    """A response without a body and without an error is accepted, and said to be odd."""
    pdu = decode(framed(SubmitSmResp.command_id, b""))

    assert SubmitSmResp(sequence_number=1, header_only=True) == pdu
    assert pdu.deviations == ("body: absent, though command_status is 0",)


TAIL = encode(DeliverSm(sequence_number=1, short_message=b"*111#"))[16:]


@pytest.mark.parametrize(
    ("tail", "tlvs", "deviations"),
    [
        (b"", (), ()),
        (b"\0", (), ("trailing_octets: 00",)),
        (b"\xff", (), ("trailing_octets: ff",)),
        (b"\x05\x01\x00\x01\x01", ((0x0501, b"\1"),), ()),
        (b"\0\x05\x01\x00\x01\x01", ((0x0501, b"\1"),), ("trailing_octets: 00 before the TLVs",)),
        (b"\x05\x01\x00\x01\x01\xaa", ((0x0501, b"\1"),), ("trailing_octets: aa",)),
        (b"\x05\x01\x00\x02\x01\x02", ((0x0501, b"\1\2"),), ("ussd_service_op: 2 octets, not 1",)),
        (b"\x13\x83\x00\x01\x11", ((0x1383, b"\x11"),), ("its_session_info: 1 octets, not 2",)),
        (b"\x13\x83\x00\x09\x11", (), ("its_session_info: cut, 9 octets announced, 1 follow",)),
        (b"\x02\x02\x00\x01\x11", ((0x0202, b"\x11"),), ("source_subaddress: 1 octets, not 2..23",)),
        (b"\x40\x01\x00\x03\x31\x32\x33", ((0x4001, b"123"),), ()),
        (b"\x03\x81\x00\x04abcd\x03\x81\x00\x04efgh", ((0x0381, b"abcd"), (0x0381, b"efgh")), ()),
        (b"\0\x07\0\0\0\6\0\1\1", ((7, b""), (6, b"\1")), ("dest_bearer_type: 0 octets, not 1",)),
    ],
)
def test_tlvs_never_cost_the_pdu(tail: bytes, tlvs: tuple[Any, ...], deviations: tuple[str, ...]) -> None:
    """Unknown, repeated, odd, cut TLVs and octets that are none: the message survives and says what was wrong."""
    pdu = decode(framed(DeliverSm.command_id, TAIL + tail))

    assert DeliverSm(sequence_number=1, short_message=b"*111#", tlvs=tlvs) == pdu
    assert deviations == pdu.deviations


def test_values_out_of_every_table_survive() -> None:
    """Unknown TON, NPI, data_coding, esm_class and status are numbers like any other."""
    odd = DeliverSm(
        sequence_number=1, source_addr_ton=19, dest_addr_npi=77, data_coding=0xAB, esm_class=0xFF, priority_flag=250
    )
    refused = SubmitSmResp(command_status=0x4FF, sequence_number=1, header_only=True)

    assert (odd, ()) == (decode(encode(odd)), decode(encode(odd)).deviations)
    assert refused == decode(encode(refused))


@pytest.mark.parametrize(
    ("pdu", "deviations"),
    [
        (EnquireLink(sequence_number=0), ("sequence_number: 0, not 1..2147483647",)),
        (EnquireLink(sequence_number=0x80000000), ("sequence_number: 2147483648, not 1..2147483647",)),
        (EnquireLink(sequence_number=0x7FFFFFFF), ()),
        (GenericNack(command_status=3), ()),
        (EnquireLink(sequence_number=1, command_status=8), ("command_status: 8 in a request",)),
    ],
)
def test_odd_headers_are_taken_and_told(pdu: Pdu, deviations: tuple[str, ...]) -> None:
    """A sequence number outside the range is kept in full, to be echoed; a nack for an unreadable header has 0."""
    assert pdu == decode(encode(pdu))
    assert deviations == decode(encode(pdu)).deviations


@pytest.mark.parametrize(
    ("command_id", "body", "status", "partial"),
    [
        (QuerySm.command_id, b"", Status.ESME_RINVCMDLEN, {}),
        (QuerySm.command_id, b"17", Status.ESME_RINVPARLEN, {}),
        (QuerySm.command_id, b"17\0", Status.ESME_RINVCMDLEN, {"message_id": "17"}),
        (QuerySm.command_id, b"17\0\1", Status.ESME_RINVCMDLEN, {"message_id": "17", "source_addr_ton": 1}),
        (SubmitSm.command_id, TAIL[:-1], Status.ESME_RINVMSGLEN, None),
        (SubmitSm.command_id, TAIL[:-6], Status.ESME_RINVCMDLEN, None),
        (SubmitMulti.command_id, b"\0\0\0\0\1\3x\0", Status.ESME_RINVDESTFLAG, None),
        (SubmitMulti.command_id, b"\0\0\0\0\2\2x\0", Status.ESME_RINVCMDLEN, None),
        (SubmitMulti.command_id, b"\0\0\0\0", Status.ESME_RINVCMDLEN, None),
        (SubmitMultiResp.command_id, b"\0\1\0\0\0\0\0\0", Status.ESME_RINVCMDLEN, {"message_id": ""}),
    ],
)
def test_broken_mandatory_part(command_id: int, body: bytes, status: Status, partial: dict[str, Any] | None) -> None:
    """A body that ends too soon, lacks a NUL or counts wrong is a DecodeError that says what to answer."""
    with pytest.raises(DecodeError) as fault:
        decode(framed(command_id, body))

    assert status == fault.value.status
    if partial is not None:
        assert partial == fault.value.partial


def test_too_many_destinations_are_told() -> None:
    """255 destinations are one more than submit_multi allows, yet readable."""
    many = SubmitMulti(sequence_number=1, dest_address=(DistributionList(dl_name="a"),) * 255)

    assert decode(encode(many, lenient=True)).deviations == ("dest_address: 255 records, limit 254",)
    with pytest.raises(EncodeError, match="dest_address"):
        encode(many)


# --- the layout table -------------------------------------------------------------------------------------------------

CSTRINGS = [(cls, field) for cls, layout in LAYOUTS.items() for field in layout if isinstance(field, CString)]
INTEGERS = [(cls, field) for cls, layout in LAYOUTS.items() for field in layout if isinstance(field, Integer)]


def case_ids(cases: list[tuple[type[Pdu], Any]]) -> list[str]:
    """Names for cases of (class, field)."""
    return [f"{cls.__name__}.{field.name}" for cls, field in cases]


def test_table_covers_the_protocol() -> None:
    """Every command of SMPP 3.4 has a layout, and every class names its own command."""
    assert {int(command) for command in state.SmppCommand} == set(COMMANDS)
    assert len(LAYOUTS) == len({cls.command_id for cls in LAYOUTS})


@pytest.mark.parametrize("cls", LAYOUTS, ids=lambda cls: cls.__name__)
def test_class_has_the_fields_of_its_layout(cls: type[Pdu]) -> None:
    """Fields stand in wire order behind the four common ones; only header_only is not on the wire."""
    own = [name for name in cls.__struct_fields__[4:] if name != "header_only"]

    assert [field.name for field in LAYOUTS[cls]] == own


@pytest.mark.parametrize(("cls", "field"), CSTRINGS, ids=case_ids(CSTRINGS))
def test_cstring_limit(cls: type[Pdu], field: CString) -> None:
    """A C-string may fill its limit including the NUL; one octet more is refused, or read with a deviation."""
    longest, over = "x" * (field.limit - 1), "x" * field.limit
    message = f"{field.name}: {field.limit + 1} octets with NUL, limit {field.limit}"

    whole = made(cls, sequence_number=1, **{field.name: longest})
    assert (whole, ()) == (decode(encode(whole)), decode(encode(whole)).deviations)
    with pytest.raises(EncodeError) as fault:
        encode(made(cls, sequence_number=1, **{field.name: over}))
    assert (field.name, field.limit, field.limit + 1) == (fault.value.field, fault.value.limit, fault.value.length)

    read = decode(encode(made(cls, sequence_number=1, **{field.name: over}), lenient=True))
    assert over == getattr(read, field.name)
    expected = f"{field.name}: {field.limit + 1} octets with NUL, not 1 or {field.limit}" if field.fixed else message
    assert (expected,) == read.deviations


@pytest.mark.parametrize(("cls", "field"), CSTRINGS, ids=case_ids(CSTRINGS))
def test_cstring_content(cls: type[Pdu], field: CString) -> None:
    """A NUL inside a C-string and characters outside latin-1 cannot be sent, leniently or not."""
    for text in ("a\0b", "баланс"):
        with pytest.raises(EncodeError) as fault:
            encode(made(cls, **{field.name: text}), lenient=True)
        assert field.name == fault.value.field


def test_time_has_one_length_or_none() -> None:
    """A time is 16 characters or empty (SMPP 3.4 7.1.1)."""
    short = SubmitSm(sequence_number=1, validity_period="0102")

    with pytest.raises(EncodeError, match="validity_period: 5 octets with NUL, not 1 or 17"):
        encode(short)
    assert decode(encode(short, lenient=True)).deviations == ("validity_period: 5 octets with NUL, not 1 or 17",)


@pytest.mark.parametrize(("cls", "field"), INTEGERS, ids=case_ids(INTEGERS))
@pytest.mark.parametrize("beyond", [-1, 256])
def test_integer_limit(cls: type[Pdu], field: Integer, beyond: int) -> None:
    """A number that does not fit its octet is refused by name; the largest that fits is sent."""
    largest = made(cls, sequence_number=1, **{field.name: 255})

    assert largest == decode(encode(largest))
    with pytest.raises(EncodeError) as fault:
        encode(made(cls, **{field.name: beyond}))
    assert (field.name, 255) == (fault.value.field, fault.value.limit)


@pytest.mark.parametrize(
    ("pdu", "field"),
    [
        (SubmitSm(short_message=bytes(256)), "short_message"),
        (DeliverSm(tlvs=((Tag.MESSAGE_PAYLOAD, bytes(65536)),)), "tlvs"),
        (DeliverSm(tlvs=((0x10000, b""),)), "tlvs"),
        (EnquireLink(sequence_number=-1), "sequence_number"),
        (EnquireLink(sequence_number=2**32), "sequence_number"),
        (GenericNack(command_status=2**32), "command_status"),
        (Unknown(command_id=2**32), "command_id"),
        (SubmitMultiResp(unsuccess_sme=(UnsuccessSme(error_status_code=2**32),)), "error_status_code"),
        (SubmitMulti(dest_address=(SmeAddress(destination_addr="1" * 21),)), "destination_addr"),
        (SubmitMulti(dest_address=(UnsuccessSme(),)), "dest_address"),  # type: ignore[arg-type]
        (SubmitSmResp(message_id="1", header_only=True), "message_id"),
        (DataSmResp(tlvs=((Tag.DPF_RESULT, b"\1"),), header_only=True), "tlvs"),
        (Pdu(), "command_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_encode_refuses(pdu: Pdu, field: str) -> None:
    """What the wire cannot carry is refused, lenient or not, and the error names the field."""
    for lenient in (False, True):
        with pytest.raises(EncodeError) as fault:
            encode(pdu, lenient=lenient and field != "destination_addr")
        assert field == fault.value.field


def test_largest_octet_strings_pass() -> None:
    """255 octets of short_message and 65,535 of a TLV are sent and read, within the cap of `split`."""
    message = SubmitSm(sequence_number=1, short_message=bytes(range(255)))
    payload = DataSm(sequence_number=1, tlvs=((Tag.MESSAGE_PAYLOAD, bytes(65535)),))

    assert message == decode(encode(message))
    assert [encode(payload)] == split(encode(payload))[0]
    assert payload == decode(encode(payload))


# --- values -----------------------------------------------------------------------------------------------------------


def test_deviations_take_no_part_in_equality() -> None:
    """Two PDUs with the same content are equal and hash alike, whatever had to be forgiven."""
    plain, odd = Unbind(sequence_number=1), Unbind(sequence_number=1, deviations=("trailing_octets: ff",))

    assert (plain, hash(plain)) == (odd, hash(odd))
    assert plain != Unbind(sequence_number=2)
    assert plain != EnquireLink(sequence_number=1)
    assert encode(plain) == encode(odd)


def test_last_tlv_wins() -> None:
    """Of several TLVs with one tag the last counts; an absent one is None."""
    pdu = DeliverSm(tlvs=((Tag.USSD_SERVICE_OP, b"\1"), (Tag.SOURCE_PORT, b"\0\1"), (Tag.USSD_SERVICE_OP, b"\x12")))

    assert (pdu.tlv(Tag.USSD_SERVICE_OP), pdu.tlv(Tag.ITS_SESSION_INFO)) == (b"\x12", None)


@pytest.mark.parametrize(
    ("pdu", "shown"),
    [
        (BindTransceiver(system_id="gw", password="s3cret"), "(system_id='gw', password='***', interface_version=52)"),
        (Outbind(sequence_number=2, password="s3cret"), "(sequence_number=2, password='***')"),
    ],
    ids=["bind", "outbind"],
)
def test_password_is_not_shown(pdu: Pdu, shown: str) -> None:
    """A PDU may be logged: its repr has everything but the password."""
    assert type(pdu).__name__ + shown == repr(pdu)


@pytest.mark.parametrize(
    ("command_id", "expected"),
    [
        (SubmitSm.command_id, SubmitSmResp),
        (BindTransceiver.command_id, BindTransceiverResp),
        (Outbind.command_id, None),
        (AlertNotification.command_id, None),
        (CancelSmResp.command_id, None),
        (GenericNack.command_id, None),
        (0x00000111, GenericNack),
        (0x80000111, None),
    ],
)
def test_response_class(command_id: int, expected: type[Pdu] | None) -> None:
    """Each request has its response; unknown ones get generic_nack; responses, outbind and alerts get nothing."""
    assert expected is response_class(command_id)


def test_response_ids_are_request_ids_with_bit_31() -> None:
    """RESPONSES agrees with the rule and with aiosmpplib's own map."""
    assert {int(a): int(b) for a, b in state.COMMAND_RESPONSE_MAP.items()} == {
        request: response.command_id for request, response in RESPONSES.items()
    }
    assert all(response.command_id == request | 0x80000000 for request, response in RESPONSES.items())


# --- any value, any octets --------------------------------------------------------------------------------------------

BYTE = st.integers(0, 255)
WORD = st.integers(0, 2**32 - 1)
TLVS = st.lists(st.tuples(st.integers(0, 65535), st.binary(max_size=20)), max_size=3).map(tuple)


def strategy_of(field: Field) -> st.SearchStrategy[Any]:
    """Values that `encode` must take for a field."""
    if isinstance(field, CString):
        low = field.limit - 1 if field.fixed else 0
        text = st.text(st.characters(min_codepoint=1, max_codepoint=255), min_size=low, max_size=field.limit - 1)
        return st.just("") | text
    if isinstance(field, Integer):
        return st.integers(0, 256**field.octets - 1)
    if isinstance(field, Octets):
        return st.binary(max_size=field.limit)
    records = [
        st.builds(cls, **{item.name: strategy_of(item) for item in layout}) for cls, layout in field.variants.values()
    ]
    return st.lists(st.one_of(records), max_size=4).map(tuple)


def pdus_of(cls: type[Pdu]) -> st.SearchStrategy[Pdu]:
    """PDUs of a class with any content that SMPP can carry."""
    fields = {field.name: strategy_of(field) for field in LAYOUTS[cls]}
    whole = st.builds(cls, command_status=WORD, sequence_number=WORD, tlvs=TLVS, **fields)
    if "header_only" not in cls.__struct_fields__:
        return whole
    return whole | st.builds(cls, command_status=WORD, sequence_number=WORD, header_only=st.just(True))


UNKNOWN = st.builds(
    Unknown,
    command_id=WORD.filter(lambda number: number not in COMMANDS),
    command_status=WORD,
    sequence_number=WORD,
    body=st.binary(max_size=40),
)
ANY_PDU = st.one_of([*map(pdus_of, LAYOUTS), UNKNOWN])


@pytest.mark.parametrize("cls", LAYOUTS, ids=lambda cls: cls.__name__)
def test_round_trip_of_every_class(cls: type[Pdu]) -> None:
    """Every PDU that can be encoded is decoded to itself."""

    @settings(max_examples=30, deadline=None)
    @given(pdus_of(cls))
    def check(pdu: Pdu) -> None:
        assert pdu == decode(encode(pdu))

    check()


@settings(max_examples=50, deadline=None)
@given(UNKNOWN)
def test_round_trip_of_unknown_commands(pdu: Unknown) -> None:
    """A command without a layout keeps its number and its body."""
    assert pdu == decode(encode(pdu))


def pieces(octets: bytes, cuts: list[int]) -> Iterator[bytes]:
    """The octets cut at the given places."""
    places = [0, *sorted(cut % (len(octets) + 1) for cut in cuts), len(octets)]
    for begin, end in pairwise(places):
        yield octets[begin:end]


def received(chunks: Iterator[bytes]) -> list[Pdu]:
    """What a receiver makes of octets that come in pieces."""
    buffer, pdus = bytearray(), []
    for chunk in chunks:
        buffer += chunk
        frames, taken = split(buffer)
        del buffer[:taken]
        pdus += [decode(frame) for frame in frames]
    assert buffer == b""
    return pdus


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY_PDU, max_size=4), st.lists(st.integers(0, 10_000), max_size=6))
def test_stream_may_be_cut_anywhere(pdus: list[Pdu], cuts: list[int]) -> None:
    """Whole, in pieces or octet by octet: the same PDUs in the same order."""
    stream = b"".join(map(encode, pdus))

    assert pdus == received(pieces(stream, cuts))
    assert pdus == received(bytes((octet,)) for octet in stream)


def judged(octets: bytes) -> list[Pdu | DecodeError | FramingError]:
    """PDUs and protocol errors; any other exception gets out and fails the test."""
    found: list[Pdu | DecodeError | FramingError] = []
    try:
        frames, _ = split(octets)
    except FramingError as error:
        frames = error.frames
        found.append(error)
    for frame in frames:
        try:
            found.append(decode(frame))
        except DecodeError as error:
            found.append(error)
    return found


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=100))
def test_any_octets(octets: bytes) -> None:
    """Whatever comes, alone or octet by octet, gives PDUs or a ProtocolError and nothing else."""
    assert all(isinstance(item, Pdu | ProtocolError) for item in judged(octets))
    for end in range(len(octets)):
        judged(octets[:end])


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(COMMANDS)), st.sampled_from([0, 0x58]), st.binary(max_size=120))
def test_any_body(command_id: int, command_status: int, body: bytes) -> None:
    """Any body under any command is a PDU or a DecodeError; what was read can be written again leniently."""
    (item,) = judged(framed(command_id, body, command_status))

    assert (command_id, command_status, 1) == (item.command_id, item.command_status, item.sequence_number)  # type: ignore[union-attr]
    if isinstance(item, Pdu):
        assert item == decode(encode(item, lenient=True))


@settings(max_examples=300, deadline=None)
@given(ANY_PDU, st.integers(0, 10_000), BYTE)
def test_one_wrong_octet(pdu: Pdu, place: int, octet: int) -> None:
    """A PDU damaged in one octet behind its length is still a PDU or a DecodeError."""
    octets = bytearray(encode(pdu))
    octets[4 + place % (len(octets) - 4)] = octet

    assert len(judged(bytes(octets))) == 1


SHORT_WAYS = (SubmitSm, DeliverSm, SubmitSmResp, DeliverSmResp)
"""What nearly all traffic is made of has a way of its own through `decode` and `encode`."""


def all_of(frame: bytes) -> tuple[object, ...]:
    """Everything that `decode` says."""
    try:
        pdu = decode(frame)
    except DecodeError as error:
        return (str(error), error.status, error.offset, error.partial)
    return (type(pdu), *(getattr(pdu, name) for name in pdu.__struct_fields__))


@settings(max_examples=500, deadline=None)
@given(st.one_of([*map(pdus_of, SHORT_WAYS)]), st.none() | st.tuples(st.integers(0, 10_000), BYTE))
def test_the_short_way_reads_what_the_table_reads(pdu: Pdu, damage: tuple[int, int] | None) -> None:
    """Whole or damaged in one octet, a common PDU reads the same as field by field, deviations and faults included."""
    octets = bytearray(encode(pdu))
    if damage is not None:
        octets[4 + damage[0] % (len(octets) - 4)] = damage[1]
    frame = bytes(octets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdu_module, "_read_message", lambda *_: None)
        patch.setattr(pdu_module, "_read_message_id", lambda *_: None)
        expected = all_of(frame)

    assert all_of(frame) == expected


@settings(max_examples=200, deadline=None)
@given(st.one_of(pdus_of(SubmitSm), pdus_of(DeliverSm)))
def test_the_short_way_writes_what_the_table_writes(pdu: Pdu) -> None:
    """A message is the same octets the first time, when its parts are known, and field by field."""
    assert encode(pdu) == encode(pdu) == encode(pdu, lenient=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("destination_addr", "7" * 21), ("destination_addr", "7\0"), ("destination_addr", "\u0416"),
     ("short_message", bytes(256))],
)  # fmt: skip
def test_the_short_way_refuses_what_the_table_refuses(field: str, value: str | bytes) -> None:
    """Parts that are known already let nothing through that does not fit."""
    encode(SubmitSm(source_addr="111"))
    with pytest.raises(EncodeError) as refused:
        encode(SubmitSm(source_addr="111", **{field: value}))

    assert refused.value.field == field


def test_what_is_remembered_of_messages_is_bounded() -> None:
    """Addresses that never come again do not fill the memory."""
    for number in range(2000):
        encode(SubmitSm(source_addr=str(number), validity_period=f"{number:015}R"))

    assert max(len(pdu_module._heads), len(pdu_module._tails)) <= 512


FULL = SubmitSm(
    sequence_number=1,
    service_type="USSD",
    source_addr="79161234567",
    destination_addr="111",
    validity_period="010203040506000R",
    short_message=b"*111#",
)


@pytest.mark.parametrize("octets", range(16, len(encode(FULL))))
def test_request_cut_at_every_octet(octets: int) -> None:
    """A request that ends inside its mandatory part is refused, with just the fields that were whole."""
    body = encode(FULL)[16:octets]

    with pytest.raises(DecodeError) as fault:
        decode(framed(SubmitSm.command_id, body))

    read = {name: value for name, value in fault.value.partial.items() if name != "sm_length"}
    assert {name: getattr(FULL, name) for name in read} == read
    assert list(SubmitSm.__struct_fields__[4 : 4 + len(read)]) == list(read)


# --- vocabulary -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (names.CommandId, state.SmppCommand),
        (names.Status, state.SmppCommandStatus),
        (names.Ton, state.TON),
        (names.Npi, state.NPI),
    ],
)
def test_vocabulary_contains_aiosmpplib(ours: Any, theirs: Any) -> None:
    """Every name of the library is one of ours, with its number."""
    assert {member.name: member.value for member in theirs}.items() <= {
        name: member.value for name, member in ours.__members__.items()
    }.items()


def test_every_tag_has_a_length() -> None:
    """A tag that we name, we also check."""
    assert set(names.Tag) == names.TLV_LENGTHS.keys()


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (names.command_name(4), "submit_sm"),
        (names.command_name(0x80000113), "cancel_broadcast_sm_resp"),
        (names.command_name(0x110), "0x00000110"),
        (names.status_name(0x58), "ESME_RTHROTTLED"),
        (names.status_name(0x104), "ESME_RINVDCS"),
        (names.status_name(0x417), "0x00000417"),
        (names.tag_name(0x0501), "ussd_service_op"),
        (names.tag_name(0x1501), "0x1501"),
    ],
)
def test_names_for_logs(actual: str, expected: str) -> None:
    """Known numbers have their name, others are shown in hexadecimal."""
    assert expected == actual


@pytest.mark.parametrize(
    ("esm_class", "mode", "kind", "udhi", "reply_path", "receipt"),
    [
        (0x00, names.EsmMode.CENTRE_DEFAULT, names.EsmType.NORMAL, False, False, False),
        (0x01, names.EsmMode.DATAGRAM, names.EsmType.NORMAL, False, False, False),
        (0x02, names.EsmMode.FORWARD, names.EsmType.NORMAL, False, False, False),
        (0x03, names.EsmMode.STORE_AND_FORWARD, names.EsmType.NORMAL, False, False, False),
        (0x04, names.EsmMode.CENTRE_DEFAULT, names.EsmType.DELIVERY_RECEIPT, False, False, True),
        (0x44, names.EsmMode.CENTRE_DEFAULT, names.EsmType.DELIVERY_RECEIPT, True, False, True),
        (0x08, names.EsmMode.CENTRE_DEFAULT, names.EsmType.DELIVERY_ACK, False, False, False),
        (0x10, names.EsmMode.CENTRE_DEFAULT, names.EsmType.USER_ACK, False, False, False),
        (0x18, names.EsmMode.CENTRE_DEFAULT, names.EsmType.CONVERSATION_ABORT, False, False, False),
        (0x20, names.EsmMode.CENTRE_DEFAULT, names.EsmType.INTERMEDIATE_NOTIFICATION, False, False, False),
        (0x24, names.EsmMode.CENTRE_DEFAULT, 0x24, False, False, False),
        (0xC3, names.EsmMode.STORE_AND_FORWARD, names.EsmType.NORMAL, True, True, False),
    ],
)
def test_esm_class(esm_class: int, mode: int, kind: int, udhi: bool, reply_path: bool, receipt: bool) -> None:
    """esm_class has mode, type, UDHI and reply path (SMPP 3.4 5.2.12); a receipt may carry UDHI."""
    assert (mode, kind, udhi, reply_path, receipt) == (
        names.esm_mode(esm_class),
        names.esm_type(esm_class),
        names.has_udhi(esm_class),
        names.has_reply_path(esm_class),
        names.is_delivery_receipt(esm_class),
    )
    masks = names.EsmClass
    assert esm_class == names.esm_mode(esm_class) | names.esm_type(esm_class) | (masks.UDHI if udhi else 0) | (
        masks.REPLY_PATH if reply_path else 0
    )


@pytest.mark.parametrize(
    ("value", "receipt", "delivery_ack", "user_ack", "intermediate"),
    [
        (0x00, names.ReceiptRequest.NONE, False, False, False),
        (0x01, names.ReceiptRequest.ALWAYS, False, False, False),
        (0x02, names.ReceiptRequest.ON_FAILURE, False, False, False),
        (0x03, names.ReceiptRequest.ON_SUCCESS, False, False, False),
        (0x04, names.ReceiptRequest.NONE, True, False, False),
        (0x08, names.ReceiptRequest.NONE, False, True, False),
        (0x10, names.ReceiptRequest.NONE, False, False, True),
        (0x1D, names.ReceiptRequest.ALWAYS, True, True, True),
        (0xE0, names.ReceiptRequest.NONE, False, False, False),
    ],
)
def test_registered_delivery(value: int, receipt: int, delivery_ack: bool, user_ack: bool, intermediate: bool) -> None:
    """registered_delivery asks for receipts, acknowledgements and intermediate states (SMPP 3.4 5.2.17)."""
    assert (receipt, delivery_ack, user_ack, intermediate) == (
        names.receipt_request(value),
        names.wants_delivery_ack(value),
        names.wants_user_ack(value),
        names.wants_intermediate_notification(value),
    )


@pytest.mark.parametrize(
    ("data_coding", "group", "message_class"),
    [
        (names.DataCoding.CENTRE_DEFAULT, names.DataCodingGroup.SMPP_TABLE, None),
        (names.DataCoding.UCS2, names.DataCodingGroup.SMPP_TABLE, None),
        (0x0F, names.DataCodingGroup.SMPP_TABLE, None),
        (0x10, names.DataCodingGroup.GSM_GENERAL, 0),
        (0x13, names.DataCodingGroup.GSM_GENERAL, 3),
        (0x18, names.DataCodingGroup.GSM_GENERAL, 0),
        (0x48, names.DataCodingGroup.GSM_GENERAL, None),
        (0x80, names.DataCodingGroup.RESERVED, None),
        (0xBF, names.DataCodingGroup.RESERVED, None),
        (0xC0, names.DataCodingGroup.MESSAGE_WAITING_DISCARD, None),
        (0xDF, names.DataCodingGroup.MESSAGE_WAITING_STORE, None),
        (0xE3, names.DataCodingGroup.MESSAGE_WAITING_STORE_UCS2, None),
        (0xF0, names.DataCodingGroup.GSM_DEFAULT_CLASS, 0),
        (0xF3, names.DataCodingGroup.GSM_DEFAULT_CLASS, 3),
        (0xF4, names.DataCodingGroup.GSM_OCTETS_CLASS, 0),
        (0xF7, names.DataCodingGroup.GSM_OCTETS_CLASS, 3),
        (0xFF, names.DataCodingGroup.RESERVED_CLASS, 3),
    ],
)
def test_data_coding_groups(data_coding: int, group: names.DataCodingGroup, message_class: int | None) -> None:
    """Each data_coding belongs to one group and may carry a GSM message class (SMPP 3.4 5.2.19, TS 23.038 4)."""
    assert (group, message_class) == (names.data_coding_group(data_coding), names.message_class(data_coding))


def test_every_data_coding_has_a_group() -> None:
    """No octet is without a group, and the group's number is not above it."""
    assert all(names.data_coding_group(octet) <= octet for octet in range(256))


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        ("0000", names.ItsSessionInfo(0, 0, False)),
        ("1081", names.ItsSessionInfo(16, 64, True)),
        ("ff01", names.ItsSessionInfo(255, 0, True)),
        ("05fe", names.ItsSessionInfo(5, 127, False)),
    ],
)
def test_its_session_info(octets: str, expected: names.ItsSessionInfo) -> None:
    """its_session_info is a number, a sequence of seven bits and the end bit (SMPP 3.4 5.3.2.43)."""
    assert expected == names.unpack_its_session_info(bytes.fromhex(octets))
    assert octets == names.pack_its_session_info(expected).hex()


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        ("030001", names.NetworkErrorCode(names.ErrorNetwork.GSM, 1)),
        ("01ffff", names.NetworkErrorCode(names.ErrorNetwork.ANSI_136, 65535)),
        ("ff0102", names.NetworkErrorCode(255, 258)),
    ],
)
def test_network_error_code(octets: str, expected: names.NetworkErrorCode) -> None:
    """network_error_code is a network and that network's code (SMPP 3.4 5.3.2.31)."""
    assert expected == names.unpack_network_error_code(bytes.fromhex(octets))
    assert octets == names.pack_network_error_code(expected).hex()


@pytest.mark.parametrize("octets", [b"", b"\1", b"\1\2\3\4"])
def test_structured_values_of_odd_length_are_none(octets: bytes) -> None:
    """A value of the wrong length is not guessed at."""
    assert (names.unpack_its_session_info(octets), names.unpack_network_error_code(octets)) == (None, None)


@pytest.mark.parametrize("number", [-1, 256])
@pytest.mark.parametrize("sequence", [-1, 128])
def test_structured_values_out_of_range(number: int, sequence: int) -> None:
    """What does not fit its bits is refused, never cut."""
    for info in (names.ItsSessionInfo(number, 0, False), names.ItsSessionInfo(0, sequence, True)):
        with pytest.raises(ValueError, match="its_session_info"):
            names.pack_its_session_info(info)
    for error in (names.NetworkErrorCode(number, 0), names.NetworkErrorCode(3, sequence * 512)):
        with pytest.raises(ValueError, match="network_error_code"):
            names.pack_network_error_code(error)


@pytest.mark.parametrize(
    ("value", "presentation", "screening"),
    [
        (0x00, names.Presentation.ALLOWED, names.Screening.NOT_SCREENED),
        (0x05, names.Presentation.RESTRICTED, names.Screening.VERIFIED_PASSED),
        (0x0A, names.Presentation.UNAVAILABLE, names.Screening.VERIFIED_FAILED),
        (0xF3, names.Presentation.ALLOWED, names.Screening.NETWORK_PROVIDED),
    ],
)
def test_callback_num_pres_ind(value: int, presentation: int, screening: int) -> None:
    """callback_num_pres_ind has presentation and screening in its low four bits (SMPP 3.4 5.3.2.37)."""
    assert (presentation, screening) == (names.callback_presentation(value), names.callback_screening(value))


@pytest.mark.parametrize(
    ("value", "on", "kind"),
    [
        (0x80, True, names.WaitingKind.VOICE_MAIL),
        (0x01, False, names.WaitingKind.FAX),
        (0x82, True, names.WaitingKind.ELECTRONIC_MAIL),
        (0x03, False, names.WaitingKind.OTHER),
    ],
)
def test_ms_msg_wait_facilities(value: int, on: bool, kind: int) -> None:
    """ms_msg_wait_facilities has an indicator bit and a kind (SMPP 3.4 5.3.2.13)."""
    assert (on, kind) == names.waiting_indicator(value)


@pytest.mark.parametrize(
    ("enum", "expected"),
    [
        (
            UssdOp,
            "PSSD_INDICATION=0 PSSR_INDICATION=1 USSR_REQUEST=2 USSN_REQUEST=3 "
            "PSSD_RESPONSE=16 PSSR_RESPONSE=17 USSR_CONFIRM=18 USSN_CONFIRM=19",
        ),
        (
            names.MessageState,
            "SCHEDULED=0 ENROUTE=1 DELIVERED=2 EXPIRED=3 DELETED=4 UNDELIVERABLE=5 ACCEPTED=6 UNKNOWN=7 "
            "REJECTED=8 SKIPPED=9",
        ),
        (names.DestFlag, "SME_ADDRESS=1 DISTRIBUTION_LIST=2"),
        (names.MsAvailability, "AVAILABLE=0 DENIED=1 UNAVAILABLE=2"),
        (
            names.DeliveryFailureReason,
            "DESTINATION_UNAVAILABLE=0 DESTINATION_INVALID=1 PERMANENT_NETWORK_ERROR=2 TEMPORARY_NETWORK_ERROR=3",
        ),
        (
            names.BearerType,
            "UNKNOWN=0 SMS=1 CSD=2 PACKET_DATA=3 USSD=4 CDPD=5 DATATAC=6 FLEX=7 CELL_BROADCAST=8",
        ),
        (names.Language, "UNSPECIFIED=0 ENGLISH=1 FRENCH=2 SPANISH=3 GERMAN=4 PORTUGUESE=5"),
        (names.Privacy, "NOT_RESTRICTED=0 RESTRICTED=1 CONFIDENTIAL=2 SECRET=3"),
        (names.AddrSubunit, "UNKNOWN=0 MS_DISPLAY=1 MOBILE_EQUIPMENT=2 SMART_CARD=3 EXTERNAL_UNIT=4"),
        (names.NetworkType, "UNKNOWN=0 GSM=1 TDMA=2 IS_95=3 PDC=4 PHS=5 IDEN=6 AMPS=7 PAGING=8"),
        (
            names.ItsReplyType,
            "DIGIT=0 NUMBER=1 TELEPHONE_NUMBER=2 PASSWORD=3 CHARACTER_LINE=4 MENU=5 DATE=6 TIME=7 CONTINUE=8",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_enumerated_values(enum: Any, expected: str) -> None:
    """Each enumeration has the numbers of the specification, decimal."""
    assert expected.split() == [f"{member.name}={member.value}" for member in enum]


@pytest.mark.parametrize(
    ("op", "vendor"), [(0, False), (19, False), (31, False), (32, True), (255, True), (256, False)]
)
def test_vendor_ussd_op(op: int, vendor: bool) -> None:
    """ussd_service_op 32 to 255 are the vendor's (SMPP 3.4 5.3.2.44)."""
    assert vendor is names.is_vendor_ussd_op(op)
