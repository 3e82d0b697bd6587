"""Tables of PDUs and what they mean in the dialect ``spec``."""

from __future__ import annotations

import pytest

from smpp.dialects import own_dialects
from smpp.pdu import DataSm, DeliverSm, SubmitSm, decode, encode
from smpp.ussd import (
    OutKind,
    UssdEvent,
    UssdKind,
    UssdTextTooLong,
    inbound,
    op_text,
    outbound,
)

SPEC = own_dialects()["spec"]
OP = 0x0501
ITS = 0x1383
PAYLOAD = 0x0424


def deliver(*tlvs: tuple[int, bytes], text: bytes = b"1", service_type: str = "USSD") -> DeliverSm:
    return DeliverSm(
        service_type=service_type,
        source_addr="79161234567",
        destination_addr="111",
        short_message=text,
        data_coding=15,
        tlvs=tlvs,
    )


@pytest.mark.parametrize(
    ("op", "kind"),
    [
        (1, UssdKind.OPEN),
        (18, UssdKind.ANSWER),
        (19, UssdKind.ACK),
        (0, UssdKind.ABORT),
        (17, UssdKind.ABORT),
        (33, UssdKind.ABORT),
        (129, UssdKind.ABORT),
        (255, UssdKind.ABORT),
    ],
)
def test_operation_says_what_happened(op: int, kind: UssdKind) -> None:
    """1 opens, 18 answers, 19 acknowledges; any other operation leaves no dialog to answer in."""
    event = inbound(SPEC, deliver((OP, bytes((op,)))))

    assert event is not None
    assert (event.kind, event.op) == (kind, op)


@pytest.mark.parametrize(
    ("octets", "op", "kind"),
    [
        (b"\x00\x01", 1, UssdKind.OPEN),
        (b"\x01\x00", 1, UssdKind.OPEN),
        (b"\x00\x12", 18, UssdKind.ANSWER),
        (b"\x00\x00", 0, UssdKind.ABORT),
        (b"", None, UssdKind.ABORT),
        (b"\x00\x00\x01", None, UssdKind.ABORT),
    ],
)
def test_operation_of_another_length(octets: bytes, op: int | None, kind: UssdKind) -> None:
    """Some centres send the operation in two octets; any other length says nothing."""
    event = inbound(SPEC, deliver((OP, octets)))

    assert event is not None
    assert (event.kind, event.op) == (kind, op)


def test_event_carries_the_fields_untouched() -> None:
    """Session, text, data_coding and addresses come out as they came in."""
    event = inbound(SPEC, deliver((OP, b"\x12"), (ITS, b"\x10\x81"), text=b"\x00\xff"))

    assert event == UssdEvent(
        kind=UssdKind.ANSWER,
        op=18,
        session_info=b"\x10\x81",
        text_octets=b"\x00\xff",
        data_coding=15,
        subscriber="79161234567",
        service_address="111",
    )


@pytest.mark.parametrize("session", [b"\x11", b"\x00\x00", b"\x12\x34\x56\x78"])
def test_session_of_any_length(session: bytes) -> None:
    """its_session_info is opaque in this dialect: any length and any bit 0, echoed in a dialog that goes on."""
    event = inbound(SPEC, deliver((OP, b"\x01"), (ITS, session)))
    assert event is not None

    fields = outbound(SPEC, OutKind.CONTINUE, session_info=event.session_info, text_octets=b"menu")

    assert fields.tlvs == ((OP, b"\x02"), (ITS, session))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"*111#", UssdKind.OPEN),
        (b"#111#", UssdKind.OPEN),
        (b"\x00*\x001", UssdKind.OPEN),
        (b"1", UssdKind.ABORT),
        (b"", UssdKind.ABORT),
    ],
)
def test_service_type_without_operation(text: bytes, kind: UssdKind) -> None:
    """Without an operation a dialled string opens; anything else reports a dialog that failed."""
    event = inbound(SPEC, deliver(text=text))

    assert event is not None
    assert (event.kind, event.op) == (kind, None)


@pytest.mark.parametrize("service_type", ["", "CMT", "ussd"])
def test_sms_is_no_ussd(service_type: str) -> None:
    """Neither a ussd_service_op nor the service type USSD: a short message, whatever its text looks like."""
    assert inbound(SPEC, deliver(text=b"*111#", service_type=service_type)) is None


def test_operation_alone_makes_it_ussd() -> None:
    """Centres that set no service type are understood by the operation."""
    event = inbound(SPEC, deliver((OP, b"\x01"), service_type=""))

    assert event is not None
    assert event.kind is UssdKind.OPEN


@pytest.mark.parametrize(
    "pdu",
    [
        SubmitSm(service_type="USSD", short_message=b"*111#", tlvs=((OP, b"\x01"),)),
        DeliverSm(service_type="USSD", tlvs=((OP, b"\x01"), (PAYLOAD, b"*111#"))),
        DataSm(service_type="USSD", tlvs=((PAYLOAD, b"*111#"), (OP, b"\x01"))),
    ],
)
def test_every_carrier(pdu: SubmitSm | DeliverSm | DataSm) -> None:
    """submit_sm, deliver_sm and data_sm carry USSD; the text may be in message_payload."""
    event = inbound(SPEC, pdu)

    assert event is not None
    assert (event.kind, event.text_octets) == (UssdKind.OPEN, b"*111#")


@pytest.mark.parametrize(
    ("kind", "session", "tlvs"),
    [
        (OutKind.CONTINUE, b"\x12\x34", ((OP, b"\x02"), (ITS, b"\x12\x34"))),
        (OutKind.END_MOBILE, b"\x12\x34", ((OP, b"\x11"), (ITS, b"\x12\x35"))),
        (OutKind.END_MOBILE, b"\x12\x35", ((OP, b"\x11"), (ITS, b"\x12\x35"))),
        (OutKind.END_MOBILE, b"\x12", ((OP, b"\x11"), (ITS, b"\x12"))),
        (OutKind.END_NETWORK, b"\x12\x34", ((OP, b"\x03"), (ITS, b"\x12\x35"))),
        (OutKind.CONTINUE, b"", ((OP, b"\x02"),)),
        (OutKind.END_MOBILE, b"", ((OP, b"\x11"),)),
        (OutKind.ASK, b"", ((OP, b"\x02"),)),
        (OutKind.NOTIFY, b"", ((OP, b"\x03"),)),
    ],
)
def test_outbound(kind: OutKind, session: bytes, tlvs: tuple[tuple[int, bytes], ...]) -> None:
    """2 goes on, 17 ends what the subscriber opened, 3 what we opened; the session is echoed, at last with its bit."""
    fields = outbound(SPEC, kind, session_info=session, text_octets=b"text", data_coding=8)

    assert (fields.service_type, fields.data_coding, fields.short_message, fields.tlvs) == ("USSD", 8, b"text", tlvs)


def test_outbound_survives_the_wire() -> None:
    """The fields fit submit_sm and deliver_sm as they are, the empty text too."""
    fields = outbound(SPEC, OutKind.END_MOBILE, session_info=b"\x10\x80")
    pdu = SubmitSm(
        sequence_number=1,
        service_type=fields.service_type,
        data_coding=fields.data_coding,
        short_message=fields.short_message,
        tlvs=fields.tlvs,
    )

    assert decode(encode(pdu)) == pdu


@pytest.mark.parametrize(("data_coding", "limit"), [(0, 182), (15, 182), (8, 160)])
def test_text_has_a_limit(data_coding: int, limit: int) -> None:
    """160 octets on air are 182 septets or 80 UCS-2 units (TS 24.080); a longer text is the caller's fault."""
    outbound(SPEC, OutKind.END_MOBILE, text_octets=b"x" * limit, data_coding=data_coding)

    with pytest.raises(UssdTextTooLong, match=f"shows {limit}"):
        outbound(SPEC, OutKind.END_MOBILE, text_octets=b"x" * (limit + 1), data_coding=data_coding)


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (18, "0x12 (18 USSR confirm)"),
        (17, "0x11 (17 PSSR response)"),
        (1, "0x01 (1 PSSR indication)"),
        (23, "0x17 (23 reserved)"),
        (129, "0x81 (129 vendor)"),
        ("PSSRR", "PSSRR"),
        (None, "none"),
    ],
)
def test_operations_are_printed_in_both_notations(op: int | str | None, text: str) -> None:
    """Decimal and hexadecimal stand side by side, because peers mistake one for the other."""
    assert op_text(op) == text
