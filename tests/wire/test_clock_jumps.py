"""The system's clock is set by an hour or ten years, forwards or back: durations go on, dates follow, nothing twice."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from gateway.app import Gateway
from gateway.clock import SystemClock
from gateway.engine.journal import TimerEntry, body_of
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
HALF_AN_HOUR_MS = 1_800_000
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


def forget_timers(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        database.execute("DELETE FROM timers")
        database.commit()


async def test_clock_is_set(tmp_path: Path) -> None:
    """By an hour and by ten years, forwards and back: service goes on at once, a dialog too; what was in doubt is
    recognised still; a timer that has become due fires, once."""
    clock = SetClock()
    async with running(write_config(tmp_path, dialect="spec"), clock=clock) as gateway:
        for jump_s in (HOUR_S, TEN_YEARS_S, -HOUR_S, -TEN_YEARS_S):
            await jumped(gateway, clock, tmp_path, jump_s)
        assert gateway.telemetry.counters["clock_jumped"] == 8


async def jumped(gateway: Gateway, clock: SetClock, folder: Path, jump_s: int) -> None:
    paying, talking, other = fresh_number(), fresh_number(), fresh_number()
    recognised = gateway.telemetry.counters["redeliveries"]
    async with peer_of(port_of(gateway)) as peer:
        menu = await said(peer, ussd_body(talking, "*111*1#"))
        due_at = clock.now() + HALF_AN_HOUR_MS
        set_timer(folder, talking, due_at)
        gateway.engine.next_timer = due_at
        first = (await peer.ask(SUBMIT_SM, sms_body(paying, "ПОДКЛЮЧИТЬ 31"))).status
        peer.cut()

    clock.ahead_s = jump_s
    async with peer_of(port_of(gateway)) as peer:
        balance = await said(peer, sms_body(other, "БАЛАНС"))
        again = (await peer.ask(SUBMIT_SM, sms_body(paying, "ПОДКЛЮЧИТЬ 31"))).status
        goes_on = await said(peer, answered(talking, "1"))
        async with asyncio.timeout(WAIT_S):
            while jump_s > 0 and (await gateway.store.next_timer() or 0) <= clock.now():
                await asyncio.sleep(0.02)
        clock.ahead_s = 0  # and set right
        late = await said(peer, sms_body(other, "БАЛАНС"))
        await peer.settle()
    fired = [body_of(row) for row in await gateway.store.journal(0, 10_000) if row.kind == "timer"]
    timers = [each.msisdn for each in fired if isinstance(each, TimerEntry) and each.command == "promised.repay"]
    forget_timers(folder)

    assert menu.startswith("Деньги")
    assert (first, again) == (ROK, ROK)
    assert balance.startswith("Баланс")
    assert late.startswith("Баланс")
    assert goes_on.startswith("Баланс"), "the dialog has gone on"
    assert gateway.telemetry.counters["redeliveries"] == recognised + 1
    assert timers.count(talking) == (jump_s > 0)
