"""USSD dialogs in octets: through the listener, and through a link to a message centre that is written by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    BIND_RECEIVER,
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    DELIVER_SM,
    HOST,
    ITS_SESSION_INFO,
    PSSR_RESPONSE,
    RESPONSE,
    RINVBNDSTS,
    RINVPASWD,
    ROK,
    SUBMIT_SM,
    UCS2,
    USSD_SERVICE_OP,
    WAIT_S,
    RawPeer,
    fresh_number,
    message_body,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    sms_body,
    tlv,
    ussd_body,
    write_config,
)

# its_session_info of a dialled string, and what closes it: the same octets with the end bit (SMPP 3.4 5.3.2.43)
SESSIONS = [
    (b"\x00\x02", b"\x00\x03"),
    (b"\x12\x34", b"\x12\x35"),
    (b"\xff\xfe", b"\xff\xff"),
    (b"\x7f\x01", b"\x7f\x01"),
]
CODINGS = [0x00, 0x01, 0x0F, UCS2, 0x48]


@pytest.mark.parametrize(("session", "closed"), SESSIONS)
async def test_screen_closes_the_session_that_was_opened(
    peer: RawPeer, number: str, session: bytes, closed: bytes
) -> None:
    """The answer to op 1 is op 17 on the same session, with the end bit, back to who dialled."""
    screen = await peer.say(ussd_body(number, "*100#", session))

    assert screen.tlvs == {USSD_SERVICE_OP: bytes((PSSR_RESPONSE,)), ITS_SESSION_INFO: closed}
    assert (screen.service_type, screen.source, screen.destination) == ("USSD", "111", number)
    assert (screen.data_coding, screen.esm_class) == (UCS2, 0)
    assert screen.text.startswith("Баланс: 1000 руб.")


@pytest.mark.parametrize("data_coding", CODINGS)
async def test_dialled_string_in_any_alphabet(peer: RawPeer, number: str, data_coding: int) -> None:
    """SMPP's data_coding and the cell broadcast scheme of TS 23.038 chapter 5 are both understood."""
    screen = await peer.say(ussd_body(number, "*111*6*4#", data_coding=data_coding))

    assert screen.tlvs[USSD_SERVICE_OP] == bytes((PSSR_RESPONSE,))
    assert (await peer.dial(number, "*100#")).startswith("Balance: "), "language 4 is English"


LETTERED = """
[[dialect]]
name = "lettered"
base = "spec"
data_coding_gsm7 = 0x10
data_coding_ucs2 = 0x11
text_language = "ru"
"""
RU_PACKED, RU_CR = b"\xf2\x3a", b"ru\r"  # TS 23.038 5, coding group 0001


async def test_data_coding_0x11_in_a_dialect_of_the_operator(tmp_path: Path) -> None:
    """His file has it in both directions: two letters of language before UCS-2 and before septets, and pages that
    leave room for them."""
    (tmp_path / "own.toml").write_text(LETTERED)
    number = fresh_number()
    path = write_config(tmp_path, dialect="lettered", top=f'[catalogue]\ndialects_path = "{tmp_path}/own.toml"')
    dial = tlv(USSD_SERVICE_OP, b"\x01") + tlv(ITS_SESSION_INFO, b"\x12\x34")
    screens = []
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        for code in ("*100#", "*111*1#", "*111*1*4#", "*111*6*4#", "*100#"):
            octets = RU_PACKED + code.encode("utf-16-be")
            body = message_body(number, "111", octets, data_coding=0x11, service_type="USSD", tlvs=dial)
            screens.append(await peer.say(body))
    *russian, _, english = [(each.data_coding, each.short_message) for each in screens]

    assert [coding for coding, _ in russian] == [0x11] * 3
    assert all(octets.startswith(RU_PACKED) and len(octets) <= 160 for _, octets in russian)
    assert russian[0][1][2:].decode("utf-16-be").startswith("Баланс: 1000 руб.")
    assert russian[1][1][2:].decode("utf-16-be").startswith("Деньги\n1 ")
    assert (english[0], english[1][:12]) == (0x10, RU_CR + b"Balance: ")


async def test_an_address_longer_than_we_may_answer_from(peer: RawPeer, number: str) -> None:
    """Regression: a reply that could not be encoded must not stop the gateway. The address is cut to its limit."""
    body = message_body(
        number, "1" * 40, b"*100#", service_type="USSD", tlvs=tlv(USSD_SERVICE_OP, b"\x01")
    )  # fmt: skip
    screen = await peer.say(body)

    assert screen.source == "1" * 20
    assert (await peer.dial(number, "*100#")).startswith("Баланс: "), "the gateway serves on"


async def test_dialog_without_a_session(peer: RawPeer, number: str) -> None:
    """A centre that knows its dialogs by number only gets no its_session_info back."""
    opened = tlv(USSD_SERVICE_OP, b"\x01")
    screen = await peer.say(message_body(number, "111", b"*100#", service_type="USSD", tlvs=opened))

    assert screen.tlvs == {USSD_SERVICE_OP: bytes((PSSR_RESPONSE,))}


async def test_operation_of_two_octets(peer: RawPeer, number: str) -> None:
    """Some centres write ussd_service_op in two octets."""
    opened = tlv(USSD_SERVICE_OP, b"\x00\x01") + tlv(ITS_SESSION_INFO, b"\x00\x10")
    screen = await peer.say(message_body(number, "111", b"*100#", service_type="USSD", tlvs=opened))

    assert screen.tlvs[ITS_SESSION_INFO] == b"\x00\x11"


async def test_screens_of_two_dialogs_are_not_mixed(peer: RawPeer) -> None:
    """Two subscribers who dial in one write each get their own screen, acknowledged first."""
    one, other = fresh_number(), fresh_number()
    peer.write(
        pdu(SUBMIT_SM, 71, ussd_body(one, "*100#", b"\x00\x10")),
        pdu(SUBMIT_SM, 72, ussd_body(other, "*111*26#", b"\x00\x20")),
    )
    first, second = (await peer.response(71), await peer.response(72))
    screens = [await peer.message(), await peer.message()]

    assert (first.status, second.status) == (ROK, ROK)
    assert [(each.destination, each.tlvs[ITS_SESSION_INFO]) for each in screens] == [
        (one, b"\x00\x11"),
        (other, b"\x00\x21"),
    ]


@pytest.mark.parametrize("operation", [0x02, 0x03, 0x13, 0x21, 0x81])
async def test_end_of_a_dialog_is_only_acknowledged(peer: RawPeer, number: str, operation: int) -> None:
    """Acknowledgements, aborts and releases get ESME_ROK and no text: nobody would read it."""
    ended = tlv(USSD_SERVICE_OP, bytes((operation,))) + tlv(ITS_SESSION_INFO, b"\x00\x10")
    taken = await peer.ask(SUBMIT_SM, message_body(number, "111", b"", service_type="USSD", tlvs=ended))
    screen = await peer.say(ussd_body(number, "*100#", b"\x00\x20"))

    assert taken.status == ROK
    assert screen.tlvs[ITS_SESSION_INFO] == b"\x00\x21", "the first message after the abort answers what came after it"


async def test_transmitter_and_receiver(gateway_port: int, number: str) -> None:
    """A peer with a bind for each direction gets the screen of what it transmits through its receiver."""
    async with peer_of(gateway_port, bound=False) as receiver, peer_of(gateway_port, bound=False) as transmitter:
        statuses = [(await receiver.bind(BIND_RECEIVER)).status, (await transmitter.bind(BIND_TRANSMITTER)).status]
        taken = await transmitter.ask(SUBMIT_SM, ussd_body(number, "*100#", b"\x00\x30"))
        screen = await receiver.message(number)
        wrong = await receiver.ask(SUBMIT_SM, ussd_body(number, "*100#"))
        await transmitter.settle()

    assert (statuses, taken.status) == ([ROK, ROK], ROK)
    assert screen.tlvs == {USSD_SERVICE_OP: bytes((PSSR_RESPONSE,)), ITS_SESSION_INFO: b"\x00\x31"}
    assert wrong.status == RINVBNDSTS, "a receiver only receives"
    assert transmitter.kept == [], "a transmitter gets no deliver_sm"


# -- we are the client -----------------------------------------------------------------------------------------------


class Centre:
    """A message centre of one connection, which the gateway's link binds to."""

    def __init__(self) -> None:
        self.peers: asyncio.Queue[RawPeer] = asyncio.Queue()
        self.port = 0

    async def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.peers.put(RawPeer(reader, writer))

    async def bound(self, status: int = ROK) -> RawPeer:
        """The next connection, its bind answered."""
        async with asyncio.timeout(WAIT_S):
            centre = await self.peers.get()
        bind = await centre.request(BIND_TRANSCEIVER)
        assert bind.body == b"gw\0secret77\0" + b"\0" + b"\x34\0\0" + b"\0"
        body = b"" if status else b"centre\0" + tlv(0x0210, b"\x34")
        centre.write(pdu(BIND_TRANSCEIVER | RESPONSE, bind.sequence, body, status))
        return centre


def link_to(port: int) -> str:
    return f'[[links]]\nname = "smsc1"\nport = {port}\nsystem_id = "gw"\npassword = "secret77"\n'


@asynccontextmanager
async def linked(folder: Path, status: int = ROK) -> AsyncIterator[tuple[Gateway, RawPeer]]:
    """A gateway with a link to a centre that answers its bind so, and the centre's end of it."""
    centre = Centre()
    server = await asyncio.start_server(centre.accepted, HOST, 0)
    try:
        async with running(write_config(folder, more=link_to(server.sockets[0].getsockname()[1]))) as gateway:
            peer = await centre.bound(status)
            try:
                yield gateway, peer
            finally:
                peer.cut()
    finally:
        server.close()


async def test_dialled_string_through_a_link(tmp_path: Path) -> None:
    """deliver_sm with op 1 is answered with deliver_sm_resp, then with submit_sm, op 17, on the same session."""
    number = fresh_number()
    async with linked(tmp_path) as (_, centre):
        for turn, data_coding in enumerate(CODINGS, 1):
            session = bytes((turn, 0x40))
            centre.write(pdu(DELIVER_SM, 500 + turn, ussd_body(number, "*100#", session, data_coding)))
            taken = await centre.response(500 + turn)
            reply = await centre.request(SUBMIT_SM)
            centre.write(pdu(SUBMIT_SM | RESPONSE, reply.sequence, f"m{turn}\0".encode()))
            screen = read_message(reply.body)

            assert taken.octets == pdu(DELIVER_SM | RESPONSE, 500 + turn, b"\0")
            assert screen.tlvs == {USSD_SERVICE_OP: b"\x11", ITS_SESSION_INFO: bytes((turn, 0x41))}
            assert (screen.service_type, screen.source, screen.destination) == ("USSD", "111", number)
            assert screen.text.startswith("Баланс: 1000 руб.")


async def test_sms_through_a_link(tmp_path: Path) -> None:
    """An SMS that a centre delivers is answered by a submit_sm from the short number that it was sent to."""
    number = fresh_number()
    async with linked(tmp_path) as (_, centre):
        centre.write(pdu(DELIVER_SM, 7, sms_body(number, "БАЛАНС", "4555")))
        taken = await centre.response(7)
        reply = read_message((await centre.request(SUBMIT_SM)).body)

    assert taken.status == ROK
    assert (reply.service_type, reply.source, reply.destination) == ("", "4555", number)
    assert reply.text.startswith("Баланс: 1000 руб.")
    assert reply.tlvs == {}


async def test_receipt_is_only_acknowledged(tmp_path: Path) -> None:
    """A delivery receipt (esm_class 0x04) is no command, whatever its text."""
    async with linked(tmp_path) as (_, centre):
        receipt = b"id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:"
        centre.write(pdu(DELIVER_SM, 8, message_body(fresh_number(), "111", receipt, esm_class=0x04)))
        centre.write(pdu(DELIVER_SM, 9, sms_body("79163999999", "БАЛАНС")))
        taken = [(await centre.response(number)).status for number in (8, 9)]
        reply = read_message((await centre.request(SUBMIT_SM)).body)

    assert taken == [ROK, ROK]
    assert reply.destination == "79163999999"


async def test_centre_that_is_not_there(tmp_path: Path) -> None:
    """A link that cannot connect tries again and is logged under its name; the listener serves meanwhile."""
    async with running(write_config(tmp_path, more=link_to(1))) as gateway:
        async with asyncio.timeout(WAIT_S):
            while not gateway.telemetry.counters["link_failed"]:
                await asyncio.sleep(0.01)
        async with peer_of(port_of(gateway)) as peer:
            assert (await peer.dial(fresh_number(), "*100#")).startswith("Баланс: ")


async def test_centre_that_refuses_the_bind(tmp_path: Path) -> None:
    """A refused bind is logged with its link and status; the listener serves meanwhile."""
    async with linked(tmp_path, RINVPASWD) as (gateway, centre):
        await centre.ended()
        async with peer_of(port_of(gateway)) as peer:
            assert (await peer.dial(fresh_number(), "*100#")).startswith("Баланс: ")
        assert gateway.telemetry.counters["bind_refused"] == 1
