"""A disk that takes no more: the peer is told to come later, nothing is lost, and nothing happens twice.

Two ways to a full disk: SQLite's own limit of pages in this process, and a limit of file sizes on a gateway in a
process of its own, which fails its writes as the kernel does.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.store.sqlite import SqliteStore
from tests.wire.gateway_fixture import (
    ENQUIRE_LINK,
    ROK,
    RTHROTTLED,
    SUBMIT_SM,
    WAIT_S,
    RawPeer,
    fresh_number,
    peer_of,
    port_of,
    served,
    sms_body,
    write_config,
)

NUMBER = "79163000500"
CONNECT = sms_body(NUMBER, "ПОДКЛЮЧИТЬ 31")
CONNECTED = "«Вам звонили» подключена, бесплатно."


async def limit_pages(gateway: Gateway, pages: int) -> None:
    """SQLite reports a full disk beyond that many pages; 0: the pages that there are."""
    assert isinstance(gateway.store, SqliteStore)
    connection = gateway.store._connection
    assert connection is not None
    if not pages:
        pages = (await connection.run(lambda each: each.execute("PRAGMA page_count").fetchone()))[0]
    await connection.run(lambda each: each.execute(f"PRAGMA max_page_count = {pages}").fetchone())


async def fill(peer: RawPeer) -> None:
    """Commands of others until one is put off."""
    for _ in range(500):
        status = (await peer.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))).status
        for frame in [frame for frame in peer.kept if frame.command_id == 5]:
            peer.kept.remove(frame)
            peer.answer(frame)
        if status != ROK:
            assert status == RTHROTTLED
            return
    pytest.fail("the disk never became full")


async def taken_at_last(peer: RawPeer, body: bytes) -> int:
    """Sends it as a message centre does, again and again; returns how often it was put off."""
    async with asyncio.timeout(WAIT_S):
        for refused in range(1000):
            status = (await peer.ask(SUBMIT_SM, body)).status
            if status == ROK:
                return refused
            assert status == RTHROTTLED
            await asyncio.sleep(0.02)
    raise AssertionError


async def until_told(peer: RawPeer, beginning: str) -> str:
    """The answer to our subscriber that begins so; the others' are read, and answered, on the way."""
    while not (text := await peer.whole_text(NUMBER)).startswith(beginning):
        pass
    return text


async def test_full_disk(own_gateway: Gateway) -> None:
    """While nothing can be written commands get ESME_RTHROTTLED and enquire_link its answer; then each is done once."""
    async with peer_of(port_of(own_gateway)) as peer:
        await limit_pages(own_gateway, 0)
        await fill(peer)
        refused = [(await peer.ask(SUBMIT_SM, CONNECT)).status for _ in range(3)]
        alive = (await peer.ask(ENQUIRE_LINK)).status
        done = own_gateway.telemetry.counters["messages"]

        await limit_pages(own_gateway, 1_000_000)
        await taken_at_last(peer, CONNECT)
        answer = await until_told(peer, "«Вам")
        await peer.settle()
        second = (await peer.say(CONNECT)).text

    assert (refused, alive) == ([RTHROTTLED] * 3, ROK)
    assert answer.startswith(CONNECTED), "the commands that were put off had no effect"
    assert second.startswith("«Вам звонили» уже есть")
    assert own_gateway.telemetry.counters["messages"] == done + 2
    assert own_gateway.telemetry.counters["batches_failed"] >= 4
    assert sum((await own_gateway.store.ledger_sum()).values()) == 0


async def test_answer_results_survive_a_full_disk(own_gateway: Gateway) -> None:
    """What peers said of our messages while nothing could be written is written later: nothing is sent twice."""
    async with peer_of(port_of(own_gateway)) as peer:
        await peer.ask(SUBMIT_SM, CONNECT)
        answer = await peer.request()
        await limit_pages(own_gateway, 0)
        await fill(peer)
        peer.answer(answer)
        await peer.settle()
        await limit_pages(own_gateway, 1_000_000)
        await taken_at_last(peer, sms_body(NUMBER, "БАЛАНС"))
        told = await until_told(peer, "")
        await peer.settle()
    async with asyncio.timeout(WAIT_S):
        while own_gateway.queue:
            await asyncio.sleep(0)
        states = await own_gateway.store.outbox_counts()

    assert told.startswith("Баланс:"), "the first answer did not come again"
    assert set(states) == {2}, "all that left is SENT"


async def test_disk_full_for_a_process(tmp_path: Path) -> None:
    """The same with writes that the kernel refuses; afterwards the database is whole."""
    log = f'[log]\nfile = "{tmp_path}/log/gateway.json"\n'
    async with served(write_config(tmp_path, more=log)) as gateway:
        async with peer_of(gateway.port) as peer:
            await peer.say(sms_body(NUMBER, "БАЛАНС"))
            size = (tmp_path / "gateway.db-wal").stat().st_size
            unlimited = resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (size + 4096, unlimited[1]))
            await fill(peer)
            refused = [(await peer.ask(SUBMIT_SM, CONNECT)).status for _ in range(3)]
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, unlimited)
            await taken_at_last(peer, CONNECT)
            answer = await until_told(peer, "«Вам")
            await peer.settle()
        assert await gateway.end() == 0
    connection = sqlite3.connect(tmp_path / "gateway.db")
    try:
        whole = connection.execute("PRAGMA integrity_check").fetchall()
        numbers = [row[0] for row in connection.execute("SELECT number FROM journal ORDER BY number")]
    finally:
        connection.close()

    assert refused == [RTHROTTLED] * 3
    assert answer.startswith(CONNECTED)
    assert whole == [("ok",)]
    assert numbers == list(range(1, len(numbers) + 1)), "no journal number was used up by what failed"
