"""Stock smpplib, a blocking client that many hubs are built on, speaks to the listener. It knows SMS only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm

from tests.wire.gateway_fixture import ACCOUNT, HOST, PASSWORD, fresh_number

TIMEOUT_S = 10


class Delivered(Protocol):
    """What smpplib makes of a deliver_sm."""

    source_addr: bytes
    destination_addr: bytes
    esm_class: int
    data_coding: int
    short_message: bytes


@contextlib.contextmanager
def client(port: int, bind: str = "transceiver", password: str = PASSWORD) -> Iterator[Any]:
    """A bound client; unbinds and disconnects at the end."""
    connected = smpplib.client.Client(HOST, port, timeout=TIMEOUT_S, allow_unknown_opt_params=True)
    connected.connect()
    try:
        getattr(connected, f"bind_{bind}")(system_id=ACCOUNT, password=password)
        yield connected
        assert connected.unbind().command == "unbind_resp"
    finally:
        connected.state = smpplib.consts.SMPP_CLIENT_STATE_OPEN  # a refused bind leaves it unsaid
        connected.disconnect()


def send(connected: Any, number: str, text: str) -> list[str]:
    """Sends an SMS; returns the message_id of each part, once all are acknowledged."""
    parts, coding, esm_class = smpplib.gsm.make_parts(text)
    taken: list[str] = []
    connected.set_message_sent_handler(lambda pdu, **_: taken.append(pdu.message_id.decode()))
    for part in parts:
        connected.send_message(
            source_addr_ton=1,
            source_addr_npi=1,
            source_addr=number,
            dest_addr_ton=0,
            dest_addr_npi=1,
            destination_addr="111",
            short_message=part,
            data_coding=coding,
            esm_class=esm_class,
        )
    while len(taken) < len(parts):
        connected.read_once(auto_send_enquire_link=False)
    return taken


def receive(connected: Any, count: int) -> list[Delivered]:
    """The next messages; smpplib answers each."""
    delivered: list[Delivered] = []

    def keep(pdu: Delivered) -> int:
        delivered.append(pdu)
        return 0

    connected.set_message_received_handler(keep)
    while len(delivered) < count:
        connected.read_once(auto_send_enquire_link=False)
    return delivered


def test_sms_both_ways(gateway_port: int) -> None:
    """A Cyrillic SMS goes in and is acknowledged with a message_id; its answer comes back to its sender."""
    number = fresh_number()
    with client(gateway_port) as connected:
        (message_id,) = send(connected, number, "БАЛАНС")
        (answer,) = receive(connected, 1)

    assert message_id.isdigit()
    assert (answer.source_addr, answer.destination_addr) == (b"111", number.encode())
    assert answer.data_coding == smpplib.consts.SMPP_ENCODING_ISO10646
    assert answer.short_message.decode("utf-16-be").startswith("Баланс: 1000 руб.")


def test_long_answer_comes_in_parts(gateway_port: int) -> None:
    """An answer that one SMS cannot hold comes in parts of one reference, in order, which join to a whole text."""
    number = fresh_number()
    with client(gateway_port) as connected:
        send(connected, number, "ПОМОЩЬ")
        parts = receive(connected, 3)

    headers = [part.short_message[:6] for part in parts]
    joined = "".join(part.short_message[6:].decode("utf-16-be") for part in parts)
    assert {part.esm_class for part in parts} == {smpplib.consts.SMPP_GSMFEAT_UDHI}
    assert [header[:3] for header in headers] == [b"\x05\x00\x03"] * 3
    assert len({header[3] for header in headers}) == 1
    assert [(header[4], header[5]) for header in headers] == [(3, 1), (3, 2), (3, 3)]
    assert joined.startswith("*100# БАЛАНС\n")
    assert joined.endswith("Подробнее: SMS ПОМОЩЬ и слово")


def test_long_message_from_a_subscriber_gets_one_answer(gateway_port: int) -> None:
    """Each part of a long SMS is acknowledged; the message gets one answer, and the next one its own."""
    number = fresh_number()
    with client(gateway_port) as connected:
        taken = send(connected, number, "ПОМОЩЬ " + "слово " * 30)
        first = receive(connected, 1)
        send(connected, number, "БАЛАНС")
        answers = first + receive(connected, 1)
        while b"\x04\x11\x040\x04;\x040\x04=\x04A\x00:" not in answers[-1].short_message:  # "Баланс:"
            answers += receive(connected, 1)

    assert len(taken) == 3
    firsts = [each for each in answers if not each.esm_class or each.short_message[5] == 1]
    assert len(firsts) == 2


def test_transmitter_and_receiver(gateway_port: int) -> None:
    """A client with a bind for each direction: what it transmits is answered through its receiver."""
    number = fresh_number()
    with client(gateway_port, "receiver") as listening, client(gateway_port, "transmitter") as sending:
        send(sending, number, "БАЛАНС")
        answer = receive(listening, 1)[0]
        while answer.destination_addr != number.encode():  # an answer that an earlier test did not wait for
            answer = receive(listening, 1)[0]

    assert answer.short_message.decode("utf-16-be").startswith("Баланс:")


def test_wrong_password_is_told(gateway_port: int) -> None:
    """A refused bind says ESME_RINVPASWD."""
    with (
        pytest.raises(smpplib.exceptions.PDUError) as refused,
        client(gateway_port, password="guess"),
    ):
        pass

    assert refused.value.args[1] == smpplib.consts.SMPP_ESME_RINVPASWD
