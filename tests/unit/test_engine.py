"""The engine: order, acknowledgements, and what a failed write undoes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest

from gateway import config
from gateway.app import Rooms
from gateway.clock import SystemClock
from gateway.engine.batch import Decided, Tools
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.messages import Confirmed, Inbound, Lost, OutboxState, Outgoing
from gateway.model import Channel, Instant, Msisdn
from gateway.store.memory import MemoryStore
from gateway.store.protocol import OutboxRow, StoreError, WriteBatch

AT = Instant(1_750_000_000_000)
ROOMS = Rooms(config.load(), secret=b"k" * 32)


class Gate(MemoryStore):
    """A store whose writes wait until they are let through, or fail."""

    def __init__(self) -> None:
        super().__init__()
        self.writing = asyncio.Semaphore(0)
        self.through = asyncio.Semaphore(0)
        self.fail: list[StoreError | None] = []

    async def write(self, batch: WriteBatch) -> None:
        self.writing.release()
        await self.through.acquire()
        error = self.fail.pop(0) if self.fail else None
        if error is not None:
            raise error
        await super().write(batch)


class World:
    """Delivery, acknowledgements and log of an engine, on paper."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.refused: list[int] = []
        self.released: list[int] = []
        self.decided_: list[Decided] = []

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState | None:
        return OutboxState.SENDING

    def release(self, rows: Iterable[int]) -> None:
        self.released.extend(rows)

    def dispatch(self, rows: Iterable[int]) -> None: ...
    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None: ...
    def flush(self) -> None: ...
    def batch_failed(self, facts: int, error: StoreError) -> None: ...
    def acknowledge_receipt(self, receipt: object) -> None: ...
    def receipts(self, came: object, orphaned: object) -> None: ...
    def parts_dropped(self, count: int) -> None: ...

    def acknowledge(self, inbound: Inbound, number: int) -> None:
        self.acknowledged.append(inbound.sequence_number)

    def busy(self, inbound: Inbound) -> None:
        self.refused.append(inbound.sequence_number)

    def decided(self, each: Decided, took_ms: float) -> None:
        self.decided_.append(each)


def message(sequence_number: int, text: str = "*111*828*1#", connection: int = 1, number: int = 0) -> Inbound:
    sender = Msisdn(f"7916123{number:04}")
    mark = f"{sender}{text}".encode().ljust(16)[-16:]
    return Inbound(Channel.USSD, sender, "111", text, AT, connection, "link", 5, sequence_number, mark)


@asynccontextmanager
async def running(store: MemoryStore, world: World) -> AsyncIterator[tuple[FactQueue, Engine]]:
    queue = FactQueue(1000)
    tools = Tools(store, ROOMS.dispatcher, ROOMS.surroundings, ROOMS.writer, world, SystemClock(), True)
    engine = Engine(queue, tools, world, world, EngineSettings(store_retry_s=0.0))
    await engine.start()
    task = asyncio.create_task(engine.run())
    try:
        async with asyncio.timeout(5.0):
            yield queue, engine
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled(), task.exception()


def post(queue: FactQueue, *facts: Inbound | Lost | Confirmed) -> None:
    for fact in facts:
        queue.post(fact)
    queue.wake()


async def settle() -> None:
    """Lets everything run that can, without waiting for the clock."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture
def store() -> Gate:
    return Gate()


async def test_a_batch_is_acknowledged_only_after_its_write(store: Gate) -> None:
    """What is not on the disk is not acknowledged; what came meanwhile is decided on top of it, in order."""
    world = World()
    async with running(store, world) as (queue, _):
        post(queue, message(1))
        await store.writing.acquire()
        post(queue, message(2, "*111*828*2#"))
        await settle()
        assert world.acknowledged == []
        store.through.release()
        await store.writing.acquire()
        await settle()
        assert world.acknowledged == [1]
        store.through.release()
        await settle()

    assert world.acknowledged == [1, 2]
    assert [each.decision.replies[0].text for each in world.decided_] == ["numbers-connected", "numbers-disconnected"]


async def test_a_failed_write_leaves_nothing_behind(store: Gate) -> None:
    """Its message is refused for a while, its places in windows are free again, its journal numbers are given anew."""
    world = World()
    store.fail = [StoreError("full", temporary=True)]
    async with running(store, world) as (queue, engine):
        post(queue, message(1))
        await store.writing.acquire()
        post(queue, message(2, "*111*828*2#"))
        for _ in range(5):
            store.through.release()
        await settle()
        journal = await store.journal(0, 100)

        assert (world.refused, world.acknowledged) == ([1], [2])
        assert [each.decision.replies[0].text for each in world.decided_] == ["numbers-already_off"]
        assert [row.number for row in journal] == [1]
        assert engine.number == 1
        assert world.released


async def test_one_fact_that_cannot_be_written_does_not_stop_the_others(store: Gate) -> None:
    """A batch that fails for one message's fault is tried one by one."""
    world = World()
    store.fail = [StoreError("no such value"), None, StoreError("no such value")]
    async with running(store, world) as (queue, _):
        post(queue, message(1, number=1), message(2, number=2), message(3, number=3))
        for _ in range(8):
            store.through.release()
        await settle()

    assert (world.acknowledged, world.refused) == ([1, 3], [2])


async def test_a_loss_waits_for_what_is_being_written(store: Gate) -> None:
    """A redelivery after a cut is recognised although its first copy was on its way to the disk when the link ended."""
    world = World()
    async with running(store, world) as (queue, _):
        post(queue, message(1))
        await store.writing.acquire()
        post(queue, Lost(1), message(77, connection=2))
        await settle()
        for _ in range(3):
            store.through.release()
        await settle()

    assert [(each.number, each.original) for each in world.decided_] == [(1, 0), (2, 1)]
    assert world.acknowledged == [1, 77]


async def test_a_retransmission_waits_for_its_first_copy(store: Gate) -> None:
    """The same ticket again while the first is on its way to the disk: one effect."""
    world = World()
    async with running(store, world) as (queue, _):
        post(queue, message(1))
        await store.writing.acquire()
        post(queue, message(1))
        await settle()
        for _ in range(3):
            store.through.release()
        await settle()

    assert [each.original for each in world.decided_] == [0, 1]


async def test_rows_that_wait_keep_their_state() -> None:
    """What was written as SENDING is that in the store."""
    store, world = MemoryStore(), World()
    async with running(store, world) as (queue, _):
        post(queue, message(1))
        await settle()

    assert set(await store.outbox_counts()) == {OutboxState.SENDING}
