"""More than the gateway takes at once: a status that means "later", and full service right after."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.wire.gateway_fixture import (
    ENQUIRE_LINK,
    RESPONSE,
    ROK,
    RTHROTTLED,
    SUBMIT_SM,
    WAIT_S,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    running,
    sms_body,
    write_config,
)

RMSGQFUL = 0x14
QUEUE = 8
BURST = 100


@pytest.mark.parametrize(("busy_status", "status"), [("throttled", RTHROTTLED), ("queue_full", RMSGQFUL)])
async def test_full_queue(tmp_path: Path, busy_status: str, status: int) -> None:
    """A burst beyond `queue_facts_max`: what fits is carried out, the rest is told to come later, nobody is cut off."""
    path = write_config(
        tmp_path, listener=f'busy_status = "{busy_status}"', more=f"[engine]\nqueue_facts_max = {QUEUE}\n"
    )
    numbers = [fresh_number() for _ in range(BURST)]
    burst = [pdu(SUBMIT_SM, 1000 + turn, sms_body(each, "БАЛАНС")) for turn, each in enumerate(numbers)]
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        peer.write(*burst, pdu(ENQUIRE_LINK, 5000))
        alive = await peer.response(5000)
        statuses = [(await peer.response(1000 + turn)).status for turn in range(BURST)]
        taken = [each for each, answer in zip(numbers, statuses, strict=True) if answer == ROK]
        answered = {(await peer.message()).destination for _ in taken}

        assert alive.status == ROK
        assert set(statuses) == {ROK, status}
        assert len(taken) >= QUEUE
        assert answered == set(taken)

        async with asyncio.timeout(WAIT_S):
            await peer.settle()
            while gateway.queue:  # what became of the answers are facts too
                await peer.settle()
        for each in (each for each in numbers if each not in answered):  # the peer sends them again, one by one
            assert (await peer.say(sms_body(each, "БАЛАНС"))).destination == each
        assert len(gateway.queue) <= 1
        assert gateway.telemetry.counters["messages"] == BURST, "a message that was put off left nothing behind"


async def test_answers_wait_for_a_window(tmp_path: Path) -> None:
    """With a window of 1 each answer leaves when the one before was answered; none is lost, none sent twice."""
    numbers = [fresh_number() for _ in range(20)]
    async with running(write_config(tmp_path, listener="window = 1")) as gateway, peer_of(port_of(gateway)) as peer:
        peer.write(*(pdu(SUBMIT_SM, 100 + turn, sms_body(each, "БАЛАНС")) for turn, each in enumerate(numbers)))
        statuses = {(await peer.response(100 + turn)).status for turn in range(len(numbers))}
        first = await peer.request()
        await peer.settle()
        waiting = [frame for frame in peer.kept if frame.command_id < RESPONSE and frame.command_id != ENQUIRE_LINK]
        peer.answer(first)
        rest = [await peer.message() for _ in numbers[1:]]
        await peer.settle()

    assert statuses == {ROK}
    assert waiting == []
    assert [each.destination for each in rest] == numbers[1:]


@pytest.mark.parametrize(("status", "resent"), [(RTHROTTLED, True), (0x0B, False)])
async def test_peer_that_refuses_an_answer(tmp_path: Path, status: int, resent: bool) -> None:
    """A throttling peer gets the answer again after a pause; one that says "never" does not."""
    number = fresh_number()
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.ask(SUBMIT_SM, sms_body(number, "БАЛАНС"))
        refused = await peer.request()
        peer.answer(refused, status)
        if resent:
            again = await peer.request()
            peer.answer(again)
            assert again.body == refused.body
        else:
            other = fresh_number()
            assert (await peer.say(sms_body(other, "БАЛАНС"))).destination == other
