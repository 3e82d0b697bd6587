"""What other implementations do in a session, in octets of a hand-written peer: windows, signs of life, throttling."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.delivery import pace, retry
from gateway.messages import OutboxState
from smpp.retry_timer import RetryTimer
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    ENQUIRE_LINK,
    RESPONSE,
    ROK,
    RTHROTTLED,
    SUBMIT_SM,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    running,
    sms_body,
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


@pytest.mark.parametrize("body", [b"\0", b"id-of-the-phone\0"])
async def test_34_deliver_sm_resp_with_any_message_id(tmp_path: Path, body: bytes) -> None:
    """Case 34. Given a deliver_sm_resp with a message_id or an empty one, then it is a success."""
    number = fresh_number()
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.ask(SUBMIT_SM, sms_body(number, "БАЛАНС"))
        frame = await peer.request(DELIVER_SM)
        peer.write(pdu(DELIVER_SM | RESPONSE, frame.sequence, body))
        await peer.settle()
        await settled(gateway)

    assert states(tmp_path) == [OutboxState.SENT]
