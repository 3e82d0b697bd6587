"""Long messages that come in, whichever way the place of a part is written (interop failures 20 and 33)."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    ROK,
    SUBMIT_SM,
    UCS2,
    fresh_number,
    message_body,
    pdu,
    peer_of,
    port_of,
    running,
    tlv,
    write_config,
)
from tests.wire.interop.centre_fixture import parts_of

SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER, MESSAGE_PAYLOAD = 0x020C, 0x020E, 0x020F, 0x0424
QUESTION = "ПОДКЛЮЧИТЬ 31                                       "  # the spaces make it long, and mean nothing
ANSWER = "«Вам звонили» подключена, бесплатно."


def udh8(source: str, octets: bytes, number: int, total: int) -> bytes:
    header = bytes((5, 0, 3, 0x42, total, number))
    return message_body(source, "111", header + octets, data_coding=UCS2, esm_class=0x40)


def udh16(source: str, octets: bytes, number: int, total: int) -> bytes:
    header = bytes((6, 8, 4, 0x42, 0x17, total, number))
    return message_body(source, "111", header + octets, data_coding=UCS2, esm_class=0x40)


def sar(source: str, octets: bytes, number: int, total: int) -> bytes:
    place = struct.pack(">HHH", SAR_REFERENCE, 2, 0x4217) + tlv(SAR_TOTAL, bytes((total,)))
    return message_body(source, "111", octets, data_coding=UCS2, tlvs=place + tlv(SAR_NUMBER, bytes((number,))))


def sar_payload(source: str, octets: bytes, number: int, total: int) -> bytes:
    place = struct.pack(">HHH", SAR_REFERENCE, 2, 0x4217) + tlv(SAR_TOTAL, bytes((total,)))
    place += tlv(SAR_NUMBER, bytes((number,))) + tlv(MESSAGE_PAYLOAD, octets)
    return message_body(source, "111", b"", data_coding=UCS2, tlvs=place)


def udh_payload(source: str, octets: bytes, number: int, total: int) -> bytes:
    header = bytes((5, 0, 3, 0x42, total, number))
    payload = tlv(MESSAGE_PAYLOAD, header + octets)
    return message_body(source, "111", b"", data_coding=UCS2, esm_class=0x40, tlvs=payload)


FORMS = [udh8, udh16, sar, sar_payload, udh_payload]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
async def test_every_way_to_write_a_part(own_gateway: Gateway, form: type) -> None:
    """Given three parts, the last first and cut within a character, then each is taken and one answer comes."""
    number = fresh_number()
    parts = parts_of(QUESTION, 35)
    bodies = [form(number, octets, index, len(parts)) for index, octets in enumerate(parts, 1)]
    async with peer_of(port_of(own_gateway)) as peer:
        statuses = [(await peer.ask(SUBMIT_SM, body)).status for body in reversed(bodies)]
        answer = await peer.message(number)
        await peer.settle()

    assert len(parts) == 3
    assert statuses == [ROK] * 3
    assert answer.text.startswith(ANSWER)
    assert peer.kept == []


async def test_whole_text_in_message_payload(own_gateway: Gateway) -> None:
    """Given a text that no short_message could hold, in message_payload, then it is read as one."""
    number = fresh_number()
    payload = tlv(MESSAGE_PAYLOAD, (QUESTION * 4).rstrip().encode("utf-16-be")[:600])
    async with peer_of(port_of(own_gateway)) as peer:
        answer = await peer.say(message_body(number, "111", b"", data_coding=UCS2, tlvs=payload))

    assert answer.text


async def test_20_same_sequence_number_for_all_parts(own_gateway: Gateway) -> None:
    """Given a client that numbers all parts of a long SMS alike, then each is answered and the message is joined."""
    number = fresh_number()
    parts = parts_of(QUESTION, 35)
    async with peer_of(port_of(own_gateway)) as peer:
        peer.write(*(pdu(SUBMIT_SM, 77, udh8(number, octets, each, 3)) for each, octets in enumerate(parts, 1)))
        statuses = [(await peer.response(77)).status for _ in parts]
        answer = await peer.message(number)

    assert statuses == [ROK] * 3
    assert answer.text.startswith(ANSWER)


@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\xff\xfe"], ids=["big-endian", "little-endian"])
async def test_33_byte_order_mark(own_gateway: Gateway, mark: bytes) -> None:
    """Given parts of a text behind a byte order mark, which only the first part has, then all are read by it."""
    number = fresh_number()
    octets = mark + QUESTION.encode("utf-16-le" if mark == b"\xff\xfe" else "utf-16-be")
    async with peer_of(port_of(own_gateway)) as peer:
        for each in (1, 2):
            await peer.ask(SUBMIT_SM, udh8(number, octets[(each - 1) * 51 : each * 51 if each == 1 else None], each, 2))
        answer = await peer.message(number)

    assert answer.text.startswith(ANSWER)


async def test_between_two_runs(tmp_path: Path) -> None:
    """Given a part that was acknowledged, when the gateway restarts before the next, then the message is joined."""
    number = fresh_number()
    parts = parts_of(QUESTION, 55)
    path = write_config(tmp_path)
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        taken = await peer.ask(SUBMIT_SM, udh8(number, parts[0], 1, 2))
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        answer = await peer.say(udh8(number, parts[1], 2, 2))

    assert taken.status == ROK
    assert answer.text.startswith(ANSWER)


async def test_incomplete_is_told_by_itself(tmp_path: Path) -> None:
    """Given one of two parts, when the time is over, then the sender is told without having to ask."""
    number = fresh_number()
    path = write_config(tmp_path, more="[engine]\nlong_message_wait_s = 0.05")
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        answer = await peer.say(udh8(number, parts_of(QUESTION, 55)[0], 1, 2))

    assert answer.text.startswith("SMS пришла не вся: 1 из 2 частей.")
