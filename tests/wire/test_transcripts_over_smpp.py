"""The main transcripts once more, over real SMPP: the same expectations, met by a whole gateway on a socket.

Its clock stands still at the time of all transcripts, so that dates are the same; time does not pass here.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway import config, phone
from gateway.app import Gateway
from gateway.clock import VirtualClock
from gateway.model import Channel, Money, Msisdn
from gateway.phone import Phone
from gateway.replay.neighbours import Heard
from gateway.replay.population import population
from gateway.replay.runner import START, balance_in, play
from gateway.replay.steps import Message, Outside, PushStep, Shown, Way
from gateway.replay.transcript import read_transcript
from gateway.store.sqlite import SqliteStore
from tests.wire.gateway_fixture import ACCOUNT, HOST, PASSWORD, WAIT_S, port_of, write_config

ROOT = Path(__file__).parents[2] / "fixtures" / "transcripts"
QUIET_S = 0.03
"""After what is expected has come, how long a phone listens for what should not come."""


class WireStage:
    """A phone bound to a gateway as the stage of a transcript."""

    def __init__(self, gateway: Gateway, bound: Phone) -> None:
        self._gateway = gateway
        self._phone = bound

    async def say(self, message: Message, text: str) -> list[Heard]:
        if message.channel is Channel.USSD:
            says = self._phone.answer if message.way is Way.ANSWERS else self._phone.dial
            shown = await says(text, message.sender)
        else:
            shown = await self._phone.text(text, message.sender, message.to)
        async with asyncio.timeout(WAIT_S):
            while len(shown) < len(message.expected.replies):
                shown.append(await self._phone.shown.get())
        return [Heard(Shown(each.kind), Msisdn(each.recipient), each.text) for each in shown]

    async def push(self, step: PushStep, text: str) -> list[Heard]:
        raise NotImplementedError("nobody orders a push here")

    async def wait(self, lasts_ms: int) -> list[Heard]:
        raise NotImplementedError("time does not pass over the wire")

    def outside(self, step: Outside) -> None:
        raise NotImplementedError("nothing outside is reached over this wire")

    async def balance(self, msisdn: Msisdn) -> Money:
        return await balance_in(self._gateway.store, msisdn)


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("numbers/main", "one-shot"),
        ("numbers/main-en", "one-shot"),
        ("services/main-bg", "one-shot"),
        ("services/main-latin", "one-shot"),
        ("menu/questions", "spec"),
        ("menu/paths", "spec"),
    ],
)
async def test_transcript_over_smpp(name: str, dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine answers in a replay is what a phone gets through listener, store, sender and wire."""
    monkeypatch.setattr(phone, "SMS_WAIT_S", QUIET_S)
    transcript = read_transcript(ROOT / f"{name}.dialog")
    gateway = Gateway(config.load(write_config(tmp_path, dialect=dialect)), clock=VirtualClock(START))
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.write(population(transcript, gateway.rooms.catalogue.products, gateway.rooms.operator, START))
    await store.close()
    await gateway.start()
    try:
        async with Phone(HOST, port_of(gateway), ACCOUNT, PASSWORD) as bound:
            result = await play(transcript, WireStage(gateway, bound))
    finally:
        async with asyncio.timeout(WAIT_S):
            await gateway.stop()

    assert () == result.differences
    assert result.messages >= 5
    assert 0 == gateway.telemetry.counters["faults"]
