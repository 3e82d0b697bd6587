"""The system's clock is set by an hour or ten years, forwards or back: durations go on, dates follow, nothing twice."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from tests.wire.gateway_fixture import (
    ITS_SESSION_INFO,
    ROK,
    SUBMIT_SM,
    USSD_SERVICE_OP,
    WAIT_S,
    RawPeer,
    fresh_number,
    message_body,
    peer_of,
    port_of,
    running,
    sms_body,
    tlv,
    ussd_body,
    write_config,
)

HOUR_S = 3_600
TEN_YEARS_S = 10 * 365 * 24 * HOUR_S
SOON_S = 2.0
ANSWERS = 18


class SetClock(SystemClock):
    """A system's clock with an operator's hand on it."""

    def __init__(self) -> None:
        self.ahead_s = 0
        super().__init__(lambda: time.time_ns() + self.ahead_s * 1_000_000_000)


def answered(number: str, text: str) -> bytes:
    tlvs = tlv(USSD_SERVICE_OP, bytes((ANSWERS,))) + tlv(ITS_SESSION_INFO, b"\x12\x34")
    return message_body(number, "111", text.encode(), data_coding=0x0F, service_type="USSD", tlvs=tlvs)


async def said(peer: RawPeer, body: bytes) -> str:
    async with asyncio.timeout(SOON_S):
        return (await peer.say(body)).text


def set_timer(folder: Path, number: str, due_at: int) -> None:
    """A promised payment of nothing is to be taken back then."""
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        database.execute("INSERT INTO timers VALUES (?, ?, 'promised.repay', ?, x'90')", (number, due_at, number))
        database.commit()


@pytest.mark.parametrize("jump_s", [HOUR_S, TEN_YEARS_S, -HOUR_S, -TEN_YEARS_S])
async def test_clock_is_set(tmp_path: Path, jump_s: int) -> None:
    """Service goes on at once; what was in doubt is recognised still; timers that have become due fire, once."""
    paying, talking, other = fresh_number(), fresh_number(), fresh_number()
    clock = SetClock()
    async with running(write_config(tmp_path, dialect="spec"), clock=clock) as gateway:
        async with peer_of(port_of(gateway)) as peer:
            menu = await said(peer, ussd_body(talking, "*111*1#"))
            await peer.settle()
            due_at = clock.now() + HOUR_S * 1000 // 2
            set_timer(tmp_path, talking, due_at)
            gateway.engine.next_timer = due_at
            first = (await peer.ask(SUBMIT_SM, sms_body(paying, "ПОДКЛЮЧИТЬ 31"))).status
            peer.cut()

        clock.ahead_s = jump_s
        async with peer_of(port_of(gateway)) as peer:
            balance = await said(peer, sms_body(other, "БАЛАНС"))
            again = (await peer.ask(SUBMIT_SM, sms_body(paying, "ПОДКЛЮЧИТЬ 31"))).status
            goes_on = await said(peer, answered(talking, "1"))
            async with asyncio.timeout(WAIT_S):
                while jump_s > 0 and await gateway.store.next_timer() is not None:
                    await asyncio.sleep(0.02)
            left = await gateway.store.next_timer()
            clock.ahead_s = 0  # and set right
            late = await said(peer, sms_body(other, "БАЛАНС"))
            await peer.settle()
            counters = gateway.telemetry.counters
        journal = [entry.kind for entry in await gateway.store.journal(0, 1000)]

    assert menu.startswith("Деньги")
    assert (first, again) == (ROK, ROK)
    assert balance.startswith("Баланс")
    assert late.startswith("Баланс")
    assert goes_on.startswith("Баланс"), "the dialog has gone on"
    assert counters["clock_jumped"] == 2
    assert counters["redeliveries"] == 1
    assert (left is None, journal.count("timer")) == ((True, 1) if jump_s > 0 else (False, 0))
