"""Stock aiosmpplib.ESME as a client of our listener: our link is built on the class, this is the class as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiosmpplib import (  # type: ignore[import-untyped]
    ESME,
    NPI,
    TON,
    AbstractHook,
    DeliverSm,
    PhoneNumber,
    SmppMessage,
    SmppSessionState,
    SubmitSm,
    SubmitSmResp,
)
from aiosmpplib.broker import SimpleBroker  # type: ignore[import-untyped]

from tests.wire.gateway_fixture import ACCOUNT, HOST, PASSWORD, fresh_number

LIMIT_S = 10.0


class Seen(AbstractHook):  # type: ignore[misc]
    """Everything that came, in its order."""

    def __init__(self) -> None:
        self.messages: list[SmppMessage] = []
        self.errors: list[Exception] = []
        self._came = asyncio.Event()

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Nothing to do."""

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        if smpp_message is not None:
            self.messages.append(smpp_message)
            self._came.set()

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        self.errors.append(error)

    async def some(self, kind: type, count: int = 1, to: str = "") -> list[SmppMessage]:
        """The first so many of that kind, to that number; others' may be left from an earlier test."""
        async with asyncio.timeout(LIMIT_S):
            while len(found := [each for each in self.messages if isinstance(each, kind) and _is_to(each, to)]) < count:
                self._came.clear()
                await self._came.wait()
        return found


def _is_to(message: SmppMessage, number: str) -> bool:
    return not number or message.destination.number == number


@asynccontextmanager
async def stock(port: int) -> AsyncIterator[tuple[SimpleBroker, Seen]]:
    """A bound stock client; it has unbound when this ends."""
    broker, seen = SimpleBroker(), Seen()
    client = ESME(HOST, port, ACCOUNT, PASSWORD, broker=broker, hook=seen, log_level="ERROR")
    runs = asyncio.create_task(client.start())
    try:
        async with asyncio.timeout(LIMIT_S):
            while client.session_state is not SmppSessionState.BOUND_TRX:
                assert not runs.done()
                await asyncio.sleep(0.01)
        yield broker, seen
    finally:
        await client.stop()
        async with asyncio.timeout(LIMIT_S):
            await runs
        assert client.session_state is SmppSessionState.CLOSED


def sms(number: str, text: str) -> SubmitSm:
    return SubmitSm(
        short_message=text,
        source=PhoneNumber(number, TON.INTERNATIONAL, NPI.ISDN),
        destination=PhoneNumber("111"),
        encoding="ucs2",
        log_id=text[:8],
        registered_delivery=0,
    )


@pytest.mark.parametrize("text", ["БАЛАНС", "BALANCE"])
async def test_command_and_answer(gateway_port: int, text: str) -> None:
    """An SMS is acknowledged with a message_id, its answer is read, and the client ends in good order."""
    number = fresh_number()
    async with stock(gateway_port) as (broker, seen):
        await broker.enqueue(sms(number, text))
        (taken,) = await seen.some(SubmitSmResp)
        (answer,) = await seen.some(DeliverSm, to=number)

    assert taken.message_id.isdigit()
    assert (answer.source.number, answer.destination.number) == ("111", number)
    assert "1000" in answer.short_message
    assert seen.errors == []


async def test_long_messages_both_ways(gateway_port: int) -> None:
    """Our long answer comes joined from its parts; a long text of theirs, in message_payload, is answered."""
    number = fresh_number()
    async with stock(gateway_port) as (broker, seen):
        await broker.enqueue(sms(number, "ПОМОЩЬ"))
        answers = await seen.some(DeliverSm, to=number)
        await broker.enqueue(sms(number, "БАЛАНС " + "пожалуйста " * 15))
        taken = await seen.some(SubmitSmResp, 2)
        answers = await seen.some(DeliverSm, len(answers) + 1, to=number)

    assert all(each.message_id.isdigit() for each in taken)
    assert answers[0].short_message.startswith("*100# БАЛАНС")
    assert seen.errors == []
