"""What other implementations do in a session: framing, sequence numbers, windows, signs of life, throttling."""

from __future__ import annotations

import asyncio
import struct
import time
from pathlib import Path

import pytest

from gateway.delivery import pace, retry
from gateway.messages import OutboxState
from smpp.retry_timer import RetryTimer
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    RESPONSE,
    RINVCMDID,
    RINVCMDLEN,
    ROK,
    RTHROTTLED,
    SUBMIT_SM,
    WAIT_S,
    RawPeer,
    cut,
    fresh_number,
    message_body,
    pdu,
    peer_of,
    port_of,
    running,
    sms_body,
    ussd_body,
    write_config,
)
from tests.wire.raw_centre import accept, balances, deliver, linked, refuse, settled, states, submitted, take

RSYSERR, RINVDSTADR, RMSGQFUL = 0x08, 0x0B, 0x14


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are as long as they need be to be seen."""
    monkeypatch.setattr("smpp.link.RetryTimer", lambda: RetryTimer(first_s=0.02, ceiling_s=0.02))
    monkeypatch.setattr(pace, "FIRST_PAUSE_MS", 200)
    short = {status: retry.Patience(200, 400, each.scope, each.slower) for status, each in retry.PATIENCE.items()}
    monkeypatch.setattr(retry, "PATIENCE", short)


REFUSALS = [
    ("without a body", b"", RINVDSTADR),
    ("with a message_id", b"abc\0", RINVDSTADR),
    ("with an empty message_id", b"\0", RINVDSTADR),
    ("with a message_id that does not end", b"abc", RINVDSTADR),
]


@pytest.mark.parametrize(("body", "status"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
async def test_10_refused_submit_with_any_body(tmp_path: Path, body: bytes, status: int) -> None:
    """Case 10. Given an error response to a submit, with a body, without, or malformed, then the row has failed with
    that status, and the session lives."""
    numbers, bodies = balances(2)
    async with linked(tmp_path) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, bodies[0])
        frame, _ = await submitted(peer)
        peer.write(pdu(SUBMIT_SM | RESPONSE, frame.sequence, body, status))
        await deliver(peer, bodies[1])
        (reply,) = await take(peer, 1)
        await peer.settle()
        await settled(gateway)

    assert reply.destination == numbers[1]
    assert states(tmp_path) == [OutboxState.SENT, OutboxState.FAILED]


async def test_14_one_octet_at_a_time(gateway_port: int) -> None:
    """Case 14. Given a PDU in as many reads as it has octets, then the result is the same."""
    number = fresh_number()
    async with peer_of(gateway_port) as peer:
        for octet in pdu(SUBMIT_SM, 77, ussd_body(number, "*100#")):
            peer.write(bytes((octet,)))
            await peer.writer.drain()
            await asyncio.sleep(0)
        taken = await peer.response(77)
        reply = await peer.message(number)

    assert taken.status == ROK
    assert reply.destination == number


async def test_15_many_in_one_read(gateway_port: int) -> None:
    """Case 15. Given several PDUs in one write and the beginning of another, then all are handled, in their order."""
    numbers, bodies = balances(5)
    octets = b"".join(pdu(SUBMIT_SM, 100 + index, body) for index, body in enumerate(bodies))
    async with peer_of(gateway_port) as peer:
        peer.write(octets[:-20])
        taken = [(await peer.response(100 + index)).status for index in range(4)]
        peer.write(octets[-20:])
        taken.append((await peer.response(104)).status)
        replies = [(await peer.message()).destination for _ in numbers]

    assert taken == [ROK] * 5
    assert replies == numbers


@pytest.mark.parametrize("start", [0, 15, 0x3800000F, 0xF0000011, "HTTP", "\r\n\r\n"])
async def test_16_impossible_length(gateway_port: int, start: int | str) -> None:
    """Case 16. Given a length that cannot be, then a generic_nack and the end of that connection, and no other."""
    octets = start.encode() if isinstance(start, str) else struct.pack(">I", start)
    async with peer_of(gateway_port) as peer, peer_of(gateway_port) as other:
        peer.write(octets + bytes(12))
        (nack,) = [frame for frame in cut(await peer.ended()) if frame.command_id == GENERIC_NACK]
        assert await other.dial(fresh_number(), "*100#")

    assert nack.status == RINVCMDLEN


async def test_17_unknown_command_between_good_ones(gateway_port: int) -> None:
    """Case 17. Given an unknown request, and an unknown response, between good PDUs, then the request is nacked."""
    number = fresh_number()
    async with peer_of(gateway_port) as peer:
        unknown = pdu(0x00001234, 8, b"??"), pdu(0x80001234, 9, b"??")
        peer.write(*unknown, pdu(SUBMIT_SM, 10, ussd_body(number, "*100#")))
        nack = await peer.until(lambda frame: frame.command_id == GENERIC_NACK)
        taken = await peer.response(10)
        await peer.settle()

    assert (nack.status, nack.sequence) == (RINVCMDID, 8)
    assert taken.status == ROK
    assert [frame for frame in peer.kept if frame.command_id == GENERIC_NACK] == []


async def test_18_generic_nack_ends_a_request(tmp_path: Path) -> None:
    """Case 18. Given a generic_nack as the answer to a submit, then the row has failed at once, without a time-out."""
    numbers, bodies = balances(2)
    async with linked(tmp_path) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, bodies[0])
        frame, _ = await submitted(peer)
        peer.write(pdu(GENERIC_NACK, 0, b"", RINVCMDID), pdu(GENERIC_NACK, frame.sequence, b"", RINVCMDID))
        await peer.settle()
        await settled(gateway)
        at_once = states(tmp_path)
        await deliver(peer, bodies[1])
        (reply,) = await take(peer, 1)

    assert at_once == [OutboxState.FAILED]
    assert reply.destination == numbers[1], "a nack of sequence 0 ends nothing"


@pytest.mark.parametrize("sequence", [0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
async def test_19_any_sequence_number(gateway_port: int, sequence: int) -> None:
    """Case 19. Given a sequence number outside what SMPP allows, then it is echoed as it is."""
    async with peer_of(gateway_port) as peer:
        peer.write(pdu(SUBMIT_SM, sequence, ussd_body(fresh_number(), "*100#")))
        answer = await peer.until(lambda frame: frame.command_id == SUBMIT_SM | RESPONSE)

    assert (answer.sequence, answer.status) == (sequence, ROK)


async def test_20_one_sequence_number_for_all_parts(gateway_port: int) -> None:
    """Case 20. Given a client that numbers all parts of a long SMS alike, then each part is answered."""
    number = fresh_number()
    parts = [b"\x05\x00\x03\x2a\x03" + bytes((index,)) + b"BALANCE" for index in (1, 2, 3)]
    async with peer_of(gateway_port) as peer:
        peer.write(*(pdu(SUBMIT_SM, 55, message_body(number, "111", part, esm_class=0x40)) for part in parts))
        answers = [await peer.response(55) for _ in parts]

    assert [answer.status for answer in answers] == [ROK] * 3


async def test_21_enquire_link_under_a_full_window(tmp_path: Path) -> None:
    """Case 21. Given a window full of unanswered submits, then enquire_link is answered within a second, and ours goes
    out beside the window."""
    _, bodies = balances(6)
    async with linked(tmp_path, window=2, enquire_link_s=0.1) as (_, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        held = [await submitted(peer) for _ in range(2)]
        began = time.monotonic()
        alive = await peer.ask(ENQUIRE_LINK)
        took_s = time.monotonic() - began
        ours = await peer.request(ENQUIRE_LINK)
        peer.answer(ours)
        for frame, _ in held:
            accept(peer, frame)
        rest = await take(peer, 4)

    assert alive.status == ROK
    assert took_s < 1.0
    assert len(rest) == 4


async def test_26_half_open_connection(tmp_path: Path) -> None:
    """Case 26. Given a connection whose other end has vanished without FIN, then enquire_link finds out, the bind is
    made anew, and what was on its way is sent again under the same reference."""
    (number,), bodies = balances(1)
    async with linked(tmp_path, enquire_link_s=0.1, enquire_link_response_s=0.2) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        _, before = await submitted(peer)
        again = await centre.bound()
        (after,) = await take(again, 1)
        await again.settle()
        await settled(gateway)

    assert before == after
    assert after.destination == number
    assert states(tmp_path) == [OutboxState.SENT]


async def test_27_late_response(tmp_path: Path) -> None:
    """Case 27. Given a submit response after its time, then nothing was sent again meanwhile, and it is recorded."""
    number = fresh_number()
    async with linked(tmp_path, response_s=0.1) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, sms_body(number, "БАЛАНС"))
        frame, _ = await submitted(peer)
        async with asyncio.timeout(WAIT_S):
            while gateway.sender.under_way:
                await asyncio.sleep(0.01)
        await settled(gateway)
        before = states(tmp_path)
        accept(peer, frame, "late")
        await peer.settle()
        await settled(gateway)

    assert before == [OutboxState.UNKNOWN]
    assert states(tmp_path) == [OutboxState.SENT]
    assert not [each for each in peer.kept if each.command_id == SUBMIT_SM], "never sent a second time"
    assert gateway.telemetry.counters["response_late"] == 1


async def unanswered_command(peer: RawPeer, body: bytes) -> str:
    """A command whose acknowledgement is not confirmed: its answer is left unanswered. What the answer says."""
    await deliver(peer, body)
    _, message = await submitted(peer)
    return message.text


async def test_28_delivery_repeated_after_a_cut(tmp_path: Path) -> None:
    """Case 28. Given a centre that did not see our response and delivers again over a new bind, then the second one is
    answered too, has no second effect, and gets the first answer."""
    number = fresh_number()
    connect = sms_body(number, "ПОДКЛЮЧИТЬ 31")
    async with linked(tmp_path) as (gateway, centre):
        peer = await centre.bound()
        first = await unanswered_command(peer, connect)
        peer.cut()
        again = await centre.bound()
        await deliver(again, connect)
        texts = {message.text for message in await take(again, 2)}

    assert texts == {first}
    assert gateway.telemetry.counters["redeliveries"] == 1


@pytest.mark.parametrize("status", [RTHROTTLED, RMSGQFUL, RSYSERR])
async def test_29_throttling_storm(tmp_path: Path, status: int) -> None:
    """Case 29. Given a centre that refuses everything for a while, then the sender slows down, nothing is dropped or
    sent twice, and each number gets its messages in their order."""
    numbers, bodies = balances(8)
    async with linked(tmp_path) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        for _ in range(8):
            frame, _ = await submitted(peer)
            refuse(peer, frame, status)
        await peer.settle()
        slower, _ = gateway.sender.speeds["smsc"]
        sent = [message.destination for message in await take(peer, 8)]
        await peer.settle()
        await settled(gateway)

    assert 0 < slower <= 500
    assert sent == numbers
    assert states(tmp_path) == [OutboxState.SENT] * 8


@pytest.mark.parametrize("body", [b"\0", b"", b"id-of-the-phone\0"])
async def test_34_deliver_sm_resp_with_any_message_id(tmp_path: Path, body: bytes) -> None:
    """Case 34. Given a deliver_sm_resp with a message_id, an empty one, or without a body, then it is a success."""
    number = fresh_number()
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.ask(SUBMIT_SM, sms_body(number, "БАЛАНС"))
        frame = await peer.request(DELIVER_SM)
        peer.write(pdu(DELIVER_SM | RESPONSE, frame.sequence, body))
        await peer.settle()
        await settled(gateway)

    assert states(tmp_path) == [OutboxState.SENT]
