"""A disk that fails or stalls at any operation: nothing is acknowledged that is not on it, and service comes back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.store.protocol import Kept
from gateway.store.schema import STEP_ENDS
from tests.wire.faulty_store import FULL, SICK, Disk, disk, error, fails, stalls
from tests.wire.gateway_fixture import (
    ENQUIRE_LINK,
    ROK,
    RTHROTTLED,
    SUBMIT_SM,
    WAIT_S,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    running,
    sms_body,
    write_config,
)

__all__ = ["disk"]

STATEMENTS_MAX = 24  # of a batch with its confirmations and the results of its replies
BACK_MAX_S = 5.0
STALL_S = float(os.environ.get("USSDGW_STALL_S", "1"))  # `make crash` has 5
STALLED_STATEMENTS_MAX = 8
SERVICE = "ПОДКЛЮЧИТЬ 30"  # costs money


async def order(peer: RawPeer, numbers: list[str]) -> list[int]:
    """A paid question for each number, in one write; the statuses."""
    sequences = [peer.next_sequence() for _ in numbers]
    bodies = [sms_body(number, SERVICE) for number in numbers]
    peer.write(*(pdu(SUBMIT_SM, at, body) for at, body in zip(sequences, bodies, strict=True)))
    return [(await peer.response(at)).status for at in sequences]


def kept(folder: Path) -> Counter[str]:
    """How often each number stands in the journal as the sender of a message."""
    with closing(sqlite3.connect(f"file:{folder}/gateway.db?mode=ro", uri=True)) as database:
        return Counter(sender for (sender,) in database.execute("SELECT msisdn FROM journal WHERE kind = 'message'"))


async def served_again_s(peer: RawPeer, numbers: list[str]) -> float:
    """Sends what was put off until it is taken, as a centre does; how long that took."""
    began = time.monotonic()
    async with asyncio.timeout(WAIT_S):
        while numbers:
            statuses = await order(peer, numbers)
            assert set(statuses) <= {ROK, RTHROTTLED}
            numbers = [number for number, status in zip(numbers, statuses, strict=True) if status != ROK]
            await asyncio.sleep(0.01 if numbers else 0)
    return time.monotonic() - began


async def test_failure_at_the_nth_operation(tmp_path: Path, disk: Disk) -> None:
    """A disk full once, or sick for four statements, at n = 1, 2, ...: OK only for what is on it, "later" for the rest;
    each command is done once."""
    reached = 0
    everybody: list[str] = []
    slowest_s = 0.0
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        gateway.engine.settings = replace(gateway.engine.settings, store_retry_s=0.02)
        for n, (code, count) in product(range(1, STATEMENTS_MAX + 1), [(FULL, 1), (SICK, 4)]):
            numbers = [fresh_number() for _ in range(3)]
            everybody += numbers
            disk.arm(fails(code, n, count))
            statuses = await order(peer, numbers)
            reached += bool(disk.failed)
            on_disk = kept(tmp_path)
            assert set(statuses) <= {ROK, RTHROTTLED}, f"n = {n}"
            for number, status in zip(numbers, statuses, strict=True):
                assert on_disk[number] == (status == ROK), f"n = {n}: status 0x{status:X}"
            disk.arm(None)
            put_off = [number for number, status in zip(numbers, statuses, strict=True) if status != ROK]
            slowest_s = max(slowest_s, await served_again_s(peer, put_off))
            for frame in [frame for frame in peer.kept if frame.command_id == 5]:
                peer.kept.remove(frame)
                peer.answer(frame)
        await peer.settle()
        sums = await gateway.store.ledger_sum()

    assert reached >= STATEMENTS_MAX, "hardly an operation was made to fail"
    assert slowest_s < BACK_MAX_S
    assert kept(tmp_path) == Counter(everybody)
    assert sum(sums.values()) == 0


async def test_stall_of_a_commit(tmp_path: Path, disk: Disk) -> None:
    """While a commit hangs links stay alive and nothing is acknowledged; then all that waited is, at once."""
    numbers = [fresh_number() for _ in range(20)]
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        disk.arm(stalls("COMMIT", STALL_S))
        began = time.monotonic()
        ordering = asyncio.create_task(order(peer, numbers))
        async with peer_of(port_of(gateway)) as other:
            pings = []
            while time.monotonic() - began < STALL_S * 0.7:
                pinged = time.monotonic()
                assert (await other.ask(ENQUIRE_LINK)).status == ROK
                pings.append(time.monotonic() - pinged)
                await asyncio.sleep(0.1)
            early = ordering.done()
            statuses = await ordering
        took_s = time.monotonic() - began

    assert not early, "acknowledged before it was on the disk"
    assert max(pings) < 1.0
    assert set(statuses) == {ROK}
    assert took_s < STALL_S + BACK_MAX_S
    assert kept(tmp_path) == Counter(numbers)


async def test_stall_at_the_nth_operation(tmp_path: Path, disk: Disk) -> None:
    """For n = 1, 2, ...: whatever hangs, the command is acknowledged when it is on the disk, and once."""
    everybody: list[str] = []
    took: list[float] = []
    stall_s = STALL_S if STALL_S > 1 else 0.1
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        for n in range(1, STALLED_STATEMENTS_MAX + 1):
            everybody.append(fresh_number())

            def hangs(number: int, _: str, n: int = n) -> None:
                if number == n:
                    time.sleep(stall_s)

            disk.arm(hangs)
            began = time.monotonic()
            assert await order(peer, everybody[-1:]) == [ROK]
            took.append(time.monotonic() - began)
            assert kept(tmp_path)[everybody[-1]] == 1, f"n = {n}"

    assert max(took) >= stall_s, "nothing hung"
    assert max(took) < stall_s + BACK_MAX_S
    assert kept(tmp_path) == Counter(everybody)


async def test_stall_with_more_than_the_queue_holds(tmp_path: Path, disk: Disk) -> None:
    """What does not fit the queue while the disk hangs is told to come later at once, and memory stays bounded."""
    path = write_config(tmp_path, more="[engine]\nqueue_facts_max = 50\n")
    numbers = [fresh_number() for _ in range(200)]
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        disk.arm(stalls("COMMIT", 0.5))
        statuses = await order(peer, numbers)
        put_off = [number for number, status in zip(numbers, statuses, strict=True) if status != ROK]
        back_s = await served_again_s(peer, put_off)

    assert set(statuses) == {ROK, RTHROTTLED}
    assert back_s < BACK_MAX_S
    assert kept(tmp_path) == Counter(numbers)


async def until_failed(gateway: Gateway, event: str) -> None:
    async with asyncio.timeout(WAIT_S):
        while not gateway.telemetry.counters[event]:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("statement", "event"),
    [(STEP_ENDS[Kept.USAGE], "retention_failed"), ("SELECT id, state, due_at", "housekeeping_failed")],
    ids=["retention", "refill"],
)
async def test_housekeeping_outlives_a_failing_disk(tmp_path: Path, disk: Disk, statement: str, event: str) -> None:
    """Regression: a disk that failed while nobody waited ended the gateway; now the work is done later."""

    def fault(_: int, text: str) -> None:
        if text.startswith(statement):
            raise error(FULL)

    disk.arm(fault)
    path = write_config(tmp_path, more="[retention]\nround_s = 0.1\n")
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        await until_failed(gateway, event)
        answer = await peer.dial(fresh_number(), "*100#")
        disk.arm(None)
        async with asyncio.timeout(WAIT_S):
            while not any(text.startswith(statement) for text in disk.seen):
                await asyncio.sleep(0.05)
        alive = gateway.working

    assert answer.startswith("Баланс")
    assert alive


def _timers(folder: Path) -> set[str]:
    """The keys of the timers in the database."""
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        return {key for (key,) in database.execute("SELECT key FROM timers")}


async def test_timers_outlive_a_failing_disk(tmp_path: Path, disk: Disk) -> None:
    """Regression: timers that could not be read ended the engine; now they stay due and are run once they can be."""
    number = fresh_number()
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.dial(number, "*100#")
        with closing(sqlite3.connect(tmp_path / "gateway.db")) as database:
            database.execute("INSERT INTO timers VALUES ('promised/0', 1, 'promised.repay', ?, x'90')", (number,))
            database.commit()

        def fault(_: int, text: str) -> None:
            if "FROM timers" in text:
                raise error(SICK)

        disk.arm(fault)
        gateway.engine.next_timer = gateway.clock.now()
        gateway.queue.interrupt()
        await until_failed(gateway, "batches_failed")
        answer = await peer.dial(number, "*100#")
        disk.arm(None)
        async with asyncio.timeout(WAIT_S):
            while "promised/0" in _timers(tmp_path):
                await asyncio.sleep(0.05)

    assert answer.startswith("Баланс")
