"""Octets that are no SMPP, or the wrong SMPP: the right status, and the link serves on, or closes where it must."""

from __future__ import annotations

import asyncio
import random
import struct

import pytest

from tests.wire.gateway_fixture import (
    BIND_RECEIVER,
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    QUERY_SM,
    RALYBND,
    RESPONSE,
    RINVBNDSTS,
    RINVCMDID,
    RINVCMDLEN,
    RINVMSGLEN,
    RINVPARLEN,
    RINVPASWD,
    RINVSRCADR,
    RINVSYSID,
    ROK,
    SUBMIT_SM,
    UNBIND,
    RawPeer,
    bind_body,
    cut,
    fresh_number,
    message_body,
    pdu,
    peer_of,
    sms_body,
    tlv,
    ussd_body,
)

SOMEBODY = "79163999998"
GOOD = sms_body(SOMEBODY, "БАЛАНС")


async def serves(peer: RawPeer) -> None:
    """A valid command on this connection is carried out."""
    assert (await peer.dial(fresh_number(), "*100#")).startswith("Баланс:")


# -- a bound peer: the request is refused, the link lives on -----------------------------------------------------------

REFUSED = [
    pytest.param(pdu(0x0999, 40), GENERIC_NACK, RINVCMDID, id="unknown command"),
    pytest.param(pdu(0x0999, 40, bytes(300)), GENERIC_NACK, RINVCMDID, id="unknown command with a body"),
    pytest.param(pdu(0x0111, 40, bytes(8)), GENERIC_NACK, RINVCMDID, id="broadcast_sm of SMPP 5.0"),
    pytest.param(pdu(SUBMIT_SM, 40), SUBMIT_SM | RESPONSE, RINVCMDLEN, id="submit_sm without a body"),
    pytest.param(pdu(SUBMIT_SM, 40, GOOD[:9]), SUBMIT_SM | RESPONSE, RINVPARLEN, id="cut inside an address"),
    pytest.param(pdu(SUBMIT_SM, 40, GOOD[:30]), SUBMIT_SM | RESPONSE, RINVCMDLEN, id="cut before sm_length"),
    pytest.param(pdu(SUBMIT_SM, 40, b"\xff" * 80), SUBMIT_SM | RESPONSE, RINVPARLEN, id="strings without an end"),
    pytest.param(
        pdu(SUBMIT_SM, 40, message_body(SOMEBODY, "111", b"*100#", sm_length=200)),
        SUBMIT_SM | RESPONSE,
        RINVMSGLEN,
        id="sm_length beyond the PDU",
    ),
    pytest.param(
        pdu(SUBMIT_SM, 40, message_body("Bank", "111", b"hi")), SUBMIT_SM | RESPONSE, RINVSRCADR, id="letters"
    ),
    pytest.param(pdu(SUBMIT_SM, 40, message_body("", "111", b"hi")), SUBMIT_SM | RESPONSE, RINVSRCADR, id="no sender"),
    pytest.param(pdu(DELIVER_SM, 40, GOOD), DELIVER_SM | RESPONSE, RINVBNDSTS, id="deliver_sm from a client"),
    pytest.param(pdu(QUERY_SM, 40, b"1\0\0\0\0"), QUERY_SM | RESPONSE, RINVCMDID, id="query_sm is not offered"),
    pytest.param(pdu(BIND_TRANSCEIVER, 40, bind_body()), BIND_TRANSCEIVER | RESPONSE, RALYBND, id="second bind"),
    pytest.param(pdu(BIND_RECEIVER, 40, bind_body()), BIND_RECEIVER | RESPONSE, RALYBND, id="second bind, other kind"),
    pytest.param(pdu(BIND_TRANSCEIVER, 40, b"hub"), BIND_TRANSCEIVER | RESPONSE, RINVPARLEN, id="cut bind"),
]


@pytest.mark.parametrize(("octets", "command_id", "status"), REFUSED)
async def test_refused_request(peer: RawPeer, octets: bytes, command_id: int, status: int) -> None:
    """What cannot be carried out is refused under its own number, and the next command is carried out."""
    peer.write(octets)
    answer = await peer.response(40)

    assert (answer.command_id, answer.status) == (command_id, status)
    await serves(peer)


ACCEPTED = [
    pytest.param(pdu(SUBMIT_SM, 41, GOOD + b"\0"), id="a NUL after the text"),
    pytest.param(pdu(SUBMIT_SM, 41, GOOD + tlv(0x1501, b"\1\2\3\4")), id="a vendor's TLV"),
    pytest.param(pdu(SUBMIT_SM, 41, GOOD + struct.pack(">HH", 0x0204, 2) + b"\1"), id="a cut TLV"),
    pytest.param(pdu(SUBMIT_SM, 41, GOOD + struct.pack(">HH", 0x0204, 9) + b"\1\2"), id="a TLV beyond the PDU"),
    pytest.param(pdu(SUBMIT_SM, 41, sms_body(SOMEBODY, "БАЛАНС")[:-1] + b"\xdb"), id="half a surrogate"),
    pytest.param(pdu(SUBMIT_SM, 41, message_body(SOMEBODY, "111", b"\x04", data_coding=8)), id="half a UCS-2 unit"),
    pytest.param(pdu(SUBMIT_SM, 41, message_body(SOMEBODY, "111", b"\xff\x80\x81")), id="no GSM 7-bit"),
    pytest.param(pdu(SUBMIT_SM, 41, message_body(SOMEBODY, "111", b"x", data_coding=0xE7)), id="unknown data_coding"),
    pytest.param(pdu(SUBMIT_SM, 41, message_body(SOMEBODY, "111", b"")), id="an empty text"),
    pytest.param(
        pdu(SUBMIT_SM, 41, message_body(SOMEBODY, "111", b"\xff", esm_class=0x40)), id="a UDH beyond its text"
    ),
    pytest.param(pdu(SUBMIT_SM, 41, GOOD, status=0x55), id="a status in a request"),
]


@pytest.mark.parametrize("octets", ACCEPTED)
async def test_forgiven_deviation(peer: RawPeer, octets: bytes) -> None:
    """What can be understood, or at least answered, is acknowledged; the subscriber gets an answer."""
    peer.write(octets)
    answer = await peer.response(41)
    await peer.message(SOMEBODY)

    assert (answer.command_id, answer.status) == (SUBMIT_SM | RESPONSE, ROK)
    await serves(peer)


@pytest.mark.parametrize("sequence", [0, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF])
async def test_sequence_number_is_echoed(peer: RawPeer, number: str, sequence: int) -> None:
    """Numbers outside 1..0x7FFFFFFF are against SMPP 3.4 5.1.4, and come back as they are."""
    taken = await peer.ask(SUBMIT_SM, sms_body(number, "БАЛАНС"), sequence)

    assert (taken.status, taken.sequence) == (ROK, sequence)
    await serves(peer)


@pytest.mark.parametrize(
    "octets",
    [
        pdu(0x8000_0999, 42),
        pdu(GENERIC_NACK, 0, status=RINVCMDID),
        pdu(GENERIC_NACK, 4242, status=RINVCMDID),
        pdu(DELIVER_SM | RESPONSE, 4242, b"\0"),
        pdu(DELIVER_SM | RESPONSE, 4242, b"x" * 90),
        pdu(BIND_TRANSCEIVER | RESPONSE, 1, b"\xff"),
        pdu(UNBIND | RESPONSE, 4242),
    ],
)
async def test_stray_response_is_not_answered(peer: RawPeer, octets: bytes) -> None:
    """Nobody nacks a response: two such peers would do it for ever."""
    peer.write(octets)
    await peer.settle()

    assert peer.kept == []
    await serves(peer)


async def test_soup_within_good_lengths(peer: RawPeer) -> None:
    """Random bodies under every command: each request gets one answer under its number, and the link lives."""
    soup = random.Random(34)
    requests = [0x03, 0x04, 0x05, 0x07, 0x08, 0x15, 0x21, 0x102, 0x103, 0x777]
    sent = [(requests[turn % len(requests)], 1000 + turn, soup.randbytes(soup.randrange(120))) for turn in range(300)]
    for command_id, sequence, body in sent:
        peer.write(pdu(command_id, sequence, body))
        if command_id != 0x102 or body.count(b"\0") < 2:
            answer = await peer.response(sequence) if command_id != 0x102 else None
            assert answer is None or answer.command_id in (command_id | RESPONSE, GENERIC_NACK)
    await serves(peer)


# -- where framing is lost --------------------------------------------------------------------------------------------

NO_PDU = [
    pytest.param(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n", id="HTTP"),
    pytest.param(b"\r\n\r\n", id="a terminal"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), id="TLS"),
    pytest.param(bytes(16), id="length 0"),
    pytest.param(struct.pack(">IIII", 15, SUBMIT_SM, 0, 7), id="length 15"),
    pytest.param(struct.pack(">IIII", 0x3800_000F, SUBMIT_SM, 0, 7), id="length 0x3800000f"),
    pytest.param(struct.pack(">IIII", 0xF000_0011, SUBMIT_SM, 0, 7), id="length 0xf0000011"),
]


@pytest.mark.parametrize("bound", [False, True], ids=["unbound", "bound"])
@pytest.mark.parametrize("octets", NO_PDU)
async def test_lost_framing_is_nacked_and_closed(gateway_port: int, octets: bytes, bound: bool) -> None:
    """An impossible command_length gets generic_nack ESME_RINVCMDLEN and the end; other peers notice nothing."""
    async with peer_of(gateway_port) as neighbour, peer_of(gateway_port, bound=bound) as peer:
        peer.write(octets)
        (nack,) = cut(await peer.ended())
        await serves(neighbour)

    assert (nack.command_id, nack.status) == (GENERIC_NACK, RINVCMDLEN)


async def test_good_command_before_lost_framing_is_carried_out(gateway_port: int, number: str) -> None:
    """What came whole before the garbage is carried out; its answer finds another way, as SMS."""
    async with peer_of(gateway_port) as peer:
        peer.write(pdu(ENQUIRE_LINK, 50), pdu(SUBMIT_SM, 51, ussd_body(number, "*111*6*4#")), b"GET / HTTP/1.1\r\n\r\n")
        answers = cut(await peer.ended())
    async with peer_of(gateway_port) as peer:
        late = await peer.message(number)
        balance = await peer.dial(number, "*100#")

    assert [(each.command_id, each.status) for each in answers][:1] == [(ENQUIRE_LINK | RESPONSE, ROK)]
    assert answers[-1].command_id in (GENERIC_NACK, SUBMIT_SM | RESPONSE)
    assert (late.service_type, late.tlvs) == ("", {})
    assert balance.startswith("Balance:")


# -- who may come in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command_id", "body", "status"),
    [
        pytest.param(BIND_RECEIVER, bind_body(password="wrong"), RINVPASWD, id="wrong password, receiver"),
        pytest.param(BIND_TRANSMITTER, bind_body(password="wrong"), RINVPASWD, id="wrong password, transmitter"),
        pytest.param(BIND_TRANSCEIVER, bind_body(password="wrong"), RINVPASWD, id="wrong password"),
        pytest.param(BIND_TRANSCEIVER, bind_body(password=""), RINVPASWD, id="no password"),
        pytest.param(BIND_TRANSCEIVER, bind_body(password="x" * 300), RINVPASWD, id="a password of 300"),
        pytest.param(BIND_TRANSCEIVER, bind_body(system_id="nobody"), RINVSYSID, id="unknown system_id"),
        pytest.param(BIND_TRANSCEIVER, bind_body(system_id=""), RINVSYSID, id="no system_id"),
        pytest.param(BIND_TRANSCEIVER, b"h\xffb\0\xfe\0\0\x34\0\0\0", RINVSYSID, id="no ASCII"),
    ],
)
async def test_refused_bind(gateway_port: int, command_id: int, body: bytes, status: int) -> None:
    """A bind that is refused says why, then the connection closes."""
    async with peer_of(gateway_port, bound=False) as peer:
        answer = await peer.ask(command_id, body)
        rest = await peer.ended()

    assert (answer.command_id, answer.status, rest) == (command_id | RESPONSE, status, b"")


@pytest.mark.parametrize("version", [0x00, 0x22, 0x33, 0x50, 0xFF])
async def test_any_interface_version_may_bind(gateway_port: int, number: str, version: int) -> None:
    """Versions are negotiated down, never refused."""
    body = bind_body().replace(b"\x34", bytes((version,)))
    async with peer_of(gateway_port, bound=False) as peer:
        answer = await peer.bind(body=body)
        balance = await peer.say(sms_body(number, "БАЛАНС"))

    assert answer.status == ROK
    assert balance.text.startswith("Баланс:")


async def test_commands_before_the_bind(gateway_port: int) -> None:
    """Messages before a bind get ESME_RINVBNDSTS; enquire_link is answered; then a bind is still welcome."""
    async with peer_of(gateway_port, bound=False) as peer:
        early = await peer.ask(SUBMIT_SM, GOOD)
        alive = await peer.ask(ENQUIRE_LINK)
        bound = await peer.bind()
        await serves(peer)

    assert [(early.command_id, early.status)] == [(SUBMIT_SM | RESPONSE, RINVBNDSTS)]
    assert (alive.status, bound.status) == (ROK, ROK)


async def test_who_goes_on_without_a_bind_is_closed(gateway_port: int) -> None:
    """After three requests without a bind the connection ends."""
    async with peer_of(gateway_port, bound=False) as peer:
        peer.write(*(pdu(SUBMIT_SM, sequence, GOOD) for sequence in range(1, 6)))
        answers = cut(await peer.ended())

    assert [(each.status, each.sequence) for each in answers] == [(RINVBNDSTS, sequence) for sequence in (1, 2, 3)]


# -- any cut of the stream --------------------------------------------------------------------------------------------


async def test_one_octet_at_a_time(gateway_port: int, number: str) -> None:
    """A stream in reads of one octet means the same as in one read."""
    async with peer_of(gateway_port, bound=False) as peer:
        octets = pdu(BIND_TRANSCEIVER, 1, bind_body()) + pdu(ENQUIRE_LINK, 2) + pdu(0x0999, 3)
        for octet in octets:
            peer.write(bytes((octet,)))
            await asyncio.sleep(0)
        statuses = [(await peer.response(sequence)).status for sequence in (1, 2, 3)]
        for octet in pdu(SUBMIT_SM, 4, sms_body(number, "БАЛАНС")):
            peer.write(bytes((octet,)))
            await asyncio.sleep(0)
        taken = await peer.response(4)
        balance = await peer.message(number)

    assert (statuses, taken.status) == ([ROK, ROK, RINVCMDID], ROK)
    assert balance.text.startswith("Баланс:")


async def test_many_pdus_in_one_read(peer: RawPeer) -> None:
    """Good and bad PDUs and a part of the next in one write: each is answered, in the order of the decisions."""
    numbers = [fresh_number() for _ in range(5)]
    last = pdu(SUBMIT_SM, 69, sms_body(numbers[4], "БАЛАНС"))
    peer.write(
        *(pdu(SUBMIT_SM, 60 + turn, sms_body(one, "БАЛАНС")) for turn, one in enumerate(numbers[:4])),
        pdu(0x0999, 66),
        pdu(SUBMIT_SM, 67, GOOD[:20]),
        pdu(ENQUIRE_LINK, 68),
        last[:33],
    )
    first = [(await peer.response(sequence)).status for sequence in (60, 61, 62, 63, 66, 67, 68)]
    peer.write(last[33:])
    answers = [await peer.message(one) for one in numbers]

    assert first == [ROK, ROK, ROK, ROK, RINVCMDID, RINVPARLEN, ROK]
    assert (await peer.response(69)).status == ROK
    assert all(each.text.startswith("Баланс:") for each in answers)


async def test_unbind_is_answered_after_what_is_due(gateway_port: int, number: str) -> None:
    """A command and an unbind in one write: both are acknowledged, then the connection closes."""
    async with peer_of(gateway_port) as peer:
        peer.write(pdu(SUBMIT_SM, 80, sms_body(number, "БАЛАНС")), pdu(UNBIND, 81))
        answers = [(each.command_id, each.status) for each in cut(await peer.ended())]

    assert answers == [(SUBMIT_SM | RESPONSE, ROK), (UNBIND | RESPONSE, ROK)]
