"""Peers that mean no good, or do not know better: memory stays bounded, and the others are served."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    BIND_TRANSCEIVER,
    HOST,
    ROK,
    RawPeer,
    bind_body,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    running,
    write_config,
)

IDLE = 1000
IDLE_BINDS = 300
UNBOUND_MAX = 100
GROWTH_MIB_MAX = 40  # of this process, which is both sides of the connections
GARBAGE_MIB = 32


def memory_mib() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20


async def served_within_s(port: int) -> float:
    """How long a good client takes from its connection to its answer."""
    began = time.monotonic()
    async with peer_of(port) as peer:
        await peer.dial(fresh_number(), "*100#")
    return time.monotonic() - began


async def connect(gateway: Gateway, open_ones: AsyncExitStack) -> RawPeer:
    reader, writer = await asyncio.open_connection(HOST, port_of(gateway))
    peer = RawPeer(reader, writer)
    open_ones.callback(peer.cut)
    return peer


async def test_a_thousand_idle_connections(tmp_path: Path) -> None:
    """A thousand connections that say nothing: a hundred are kept, and whoever binds is served at once."""
    async with running(write_config(tmp_path)) as gateway, AsyncExitStack() as idle:
        await served_within_s(port_of(gateway))
        before = memory_mib()
        for _ in range(IDLE):
            await connect(gateway, idle)
        took_s = await served_within_s(port_of(gateway))
        grown = memory_mib() - before
        unbound = gateway.doors.status[0].unbound

    assert unbound <= UNBOUND_MAX
    assert took_s < 1.0
    assert grown < GROWTH_MIB_MAX


async def test_slow_loris_binds(tmp_path: Path) -> None:
    """Two hundred connections that send their bind octet by octet: all are closed in time, and others are served."""
    bind = pdu(BIND_TRANSCEIVER, 1, bind_body())
    keys = "session_init_s = 1\npdu_read_s = 1"
    async with running(write_config(tmp_path, listener=keys)) as gateway, AsyncExitStack() as slow:
        peers = [await connect(gateway, slow) for _ in range(200)]
        took = []
        for octet in bind[:10]:
            for peer in peers:
                peer.write(bytes((octet,)))
            took.append(await served_within_s(port_of(gateway)))
            await asyncio.sleep(0.05)
        left = await asyncio.gather(*(peer.ended() for peer in peers), return_exceptions=True)

    assert max(took) < 1.0
    assert {each for each in left if isinstance(each, bytes)} <= {b""}
    assert gateway.doors.status[0].unbound == 0


async def test_many_idle_binds(tmp_path: Path) -> None:
    """Three hundred binds of an account that may have them: no more memory than they need, and messages flow."""
    path = write_config(tmp_path)
    text = path.read_text(encoding="utf-8").replace("accounts = [{", "accounts = [{ sessions_max = 2000,")
    path.write_text(text, encoding="utf-8")
    async with running(path) as gateway, AsyncExitStack() as idle:
        before = memory_mib()
        for _ in range(10):
            peers = [await connect(gateway, idle) for _ in range(IDLE_BINDS // 10)]
            assert {answer.status for answer in await asyncio.gather(*(peer.bind() for peer in peers))} == {ROK}
        bound = len(gateway.doors.status[0].connections)
        took_s = await served_within_s(port_of(gateway))
        grown = memory_mib() - before

    assert bound == IDLE_BINDS
    assert took_s < 1.0
    assert grown < GROWTH_MIB_MAX


async def test_garbage_at_line_rate(tmp_path: Path) -> None:
    """Connections that pour out octets that are no SMPP are closed one after the other; a good client is served."""
    rubbish = bytes(range(256)) * 256  # 64 KiB; the first length it names is 66051: beyond the cap
    lengths = pdu(0x7FFFFFFF, 1, bytes(1000)) * 60  # well framed, and no command that exists

    async with running(write_config(tmp_path)) as gateway:
        before = memory_mib()
        poured = 0

        async def pour(octets: bytes) -> None:
            nonlocal poured
            while poured < GARBAGE_MIB * 2**20:
                reader, writer = await asyncio.open_connection(HOST, port_of(gateway))
                try:
                    for _ in range(16):
                        writer.write(octets)
                        poured += len(octets)
                        await writer.drain()
                    await reader.read()
                except ConnectionError:
                    pass
                finally:
                    writer.transport.abort()

        pouring = [asyncio.create_task(pour(octets)) for octets in (rubbish, lengths, rubbish, lengths)]
        took = [await served_within_s(port_of(gateway)) for _ in range(3)]
        await asyncio.gather(*pouring)
        grown = memory_mib() - before

    assert max(took) < 2.0
    assert grown < GROWTH_MIB_MAX
