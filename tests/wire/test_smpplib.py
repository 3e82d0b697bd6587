"""Stock smpplib, a blocking client that many hubs are built on, speaks to the listener. It knows SMS only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
import smpplib.client  # type: ignore[import-untyped]
import smpplib.consts  # type: ignore[import-untyped]
import smpplib.exceptions  # type: ignore[import-untyped]
import smpplib.gsm  # type: ignore[import-untyped]

from tests.wire.gateway_fixture import ACCOUNT, HOST, PASSWORD, fresh_number

TIMEOUT_S = 10


class Delivered(Protocol):
    """What smpplib makes of a deliver_sm."""

    source_addr: bytes
    destination_addr: bytes
    esm_class: int
    data_coding: int
    short_message: bytes


class Hub:
    """A client and what it has been told; it answers every message."""

    def __init__(self, port: int) -> None:
        self.client: Any = smpplib.client.Client(HOST, port, timeout=TIMEOUT_S, allow_unknown_opt_params=True)
        self.client.set_message_sent_handler(self._sent)
        self.client.set_message_received_handler(self._received)
        self.taken: list[str] = []
        self.delivered: list[Delivered] = []

    def _sent(self, pdu: Any) -> None:
        self.taken.append(pdu.message_id.decode())

    def _received(self, pdu: Delivered) -> int:
        self.delivered.append(pdu)
        return 0

    def send(self, number: str, text: str) -> list[str]:
        """Sends an SMS; returns the message_id of each part, once all are acknowledged."""
        parts, coding, esm_class = smpplib.gsm.make_parts(text)
        self.taken.clear()
        for part in parts:
            self.client.send_message(
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
        while len(self.taken) < len(parts):
            self.client.read_once(auto_send_enquire_link=False)
        return list(self.taken)

    def receive(self, number: str, count: int = 1) -> list[Delivered]:
        """The next messages to that number; others' may be left from an earlier test."""
        while len(mine := [each for each in self.delivered if each.destination_addr == number.encode()]) < count:
            self.client.read_once(auto_send_enquire_link=False)
        self.delivered.clear()
        return mine


@contextlib.contextmanager
def bound(port: int, bind: str = "transceiver", password: str = PASSWORD) -> Iterator[Hub]:
    """A bound client; unbinds and disconnects at the end."""
    hub = Hub(port)
    hub.client.connect()
    try:
        getattr(hub.client, f"bind_{bind}")(system_id=ACCOUNT, password=password)
        yield hub
        assert hub.client.unbind().command == "unbind_resp"
    finally:
        hub.client.state = smpplib.consts.SMPP_CLIENT_STATE_OPEN  # a refused bind leaves it unsaid
        hub.client.disconnect()


def test_sms_both_ways(gateway_port: int) -> None:
    """A Cyrillic SMS goes in and is acknowledged with a message_id; its answer comes back to its sender."""
    number = fresh_number()
    with bound(gateway_port) as hub:
        (message_id,) = hub.send(number, "БАЛАНС")
        (answer,) = hub.receive(number)

    assert message_id.isdigit()
    assert (answer.source_addr, answer.destination_addr) == (b"111", number.encode())
    assert answer.data_coding == smpplib.consts.SMPP_ENCODING_ISO10646
    assert answer.short_message.decode("utf-16-be").startswith("Баланс: 1000 руб.")


def test_long_answer_comes_in_parts(gateway_port: int) -> None:
    """An answer that one SMS cannot hold comes in parts of one reference, in order, which join to a whole text."""
    number = fresh_number()
    with bound(gateway_port) as hub:
        hub.send(number, "ПОМОЩЬ")
        parts = hub.receive(number, 3)

    headers = [part.short_message[:6] for part in parts]
    joined = "".join(part.short_message[6:].decode("utf-16-be") for part in parts)
    assert {part.esm_class for part in parts} == {smpplib.consts.SMPP_GSMFEAT_UDHI}
    assert [header[:3] for header in headers] == [b"\x05\x00\x03"] * 3
    assert len({header[3] for header in headers}) == 1
    assert [(header[4], header[5]) for header in headers] == [(3, 1), (3, 2), (3, 3)]
    assert joined.startswith("*100# БАЛАНС\n")
    assert joined.endswith("SMS ПОМОЩЬ и слово")


def test_long_message_from_a_subscriber(gateway_port: int) -> None:
    """Each part of a long SMS is acknowledged with a message_id of its own, and the bind serves on."""
    number = fresh_number()
    with bound(gateway_port) as hub:
        taken = hub.send(number, "БАЛАНС " + "пожалуйста " * 15)
        hub.receive(number)
        hub.send(number, "БАЛАНС")
        answers = hub.receive(number)
        while not answers[-1].short_message.decode("utf-16-be", "replace").startswith("Баланс:"):
            answers += hub.receive(number)

    assert len(taken) == 3


def test_transmitter_and_receiver(gateway_port: int) -> None:
    """A client with a bind for each direction: what it transmits is answered through its receiver."""
    number = fresh_number()
    with bound(gateway_port, "receiver") as listening, bound(gateway_port, "transmitter") as sending:
        sending.send(number, "БАЛАНС")
        (answer,) = listening.receive(number)

    assert answer.short_message.decode("utf-16-be").startswith("Баланс:")


def test_wrong_password_is_told(gateway_port: int) -> None:
    """A refused bind says ESME_RINVPASWD."""
    with pytest.raises(smpplib.exceptions.PDUError) as refused, bound(gateway_port, password="guess"):
        pass

    assert refused.value.args[1] == smpplib.consts.SMPP_ESME_RINVPASWD
