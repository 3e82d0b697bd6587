"""The engine: order, acknowledgements, and what a failed write undoes."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest

from gateway import config
from gateway.clock import SystemClock
from gateway.commands import Effect, Outcome
from gateway.dispatcher import Decision, Dispatcher, Stage
from gateway.engine.batch import Batch
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.journal import catalogue_digest
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Core, Decided, Tools
from gateway.messages import (
    Confirmed,
    EffectResult,
    Fact,
    ImportCount,
    Imported,
    ImportRow,
    Inbound,
    Lost,
    OutboxState,
    Outgoing,
    Reloaded,
    TimerDue,
)
from gateway.model import (
    DAY_MS,
    Account,
    AccountId,
    Cabinet,
    Channel,
    Instant,
    Language,
    Money,
    Month,
    Msisdn,
    Person,
    PersonId,
    PersonKind,
    Subscriber,
    TariffId,
)
from gateway.reading import Reading
from gateway.rooms import Rooms
from gateway.store.memory import MemoryStore
from gateway.store.protocol import OutboxRow, StoreError, Wanted, WriteBatch

AT = Instant(4_000_000_000_000)
"""In 2096: what is due a month later is not due yet."""
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
    def wrote(self, facts: list[Fact], decided: list[Decided], took_s: float) -> None: ...
    def acknowledge_receipt(self, receipt: object) -> None: ...
    def receipts(self, came: object, orphaned: object) -> None: ...
    def own_fault(self, number: int, command: str, fault: str) -> None: ...
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
async def running(
    store: MemoryStore, world: World, batch_interval_ms: int = 0
) -> AsyncIterator[tuple[FactQueue, Engine]]:
    queue = FactQueue(1000)
    tools = Tools(store, ROOMS.dispatcher, ROOMS.surroundings, ROOMS.writer, world, SystemClock(), True)
    engine = Engine(queue, tools, world, world, EngineSettings(store_retry_s=0.0, batch_interval_ms=batch_interval_ms))
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


async def test_a_batch_is_freed_without_a_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a batch held goes with it: a collection that had to find it stopped everything for tens of milliseconds."""
    batches: list[weakref.ref[Watched]] = []

    class Watched(Batch):
        __slots__ = ("__weakref__",)

        async def decide(self) -> None:
            batches.append(weakref.ref(self))
            await super().decide()

    monkeypatch.setattr("gateway.engine.engine.Batch", Watched)
    gc.disable()
    try:
        async with running(MemoryStore(), World()) as (queue, _):
            post(queue, message(1), message(2, "*111#", number=1), message(3, "ЧТО-ТО", number=2))
            await settle()
    finally:
        gc.enable()

    assert batches
    assert [each() for each in batches] == [None] * len(batches)


async def test_batches_begin_apart(store: Gate) -> None:
    """The first message after a pause does not wait; those that follow it within the interval share one commit."""
    world = World()
    async with running(store, world, batch_interval_ms=200) as (queue, _):
        began_s = asyncio.get_running_loop().time()
        post(queue, message(1))
        await store.writing.acquire()
        first_s = asyncio.get_running_loop().time() - began_s
        store.through.release()
        await settle()
        post(queue, message(2, number=2))
        await settle()
        post(queue, message(3, number=3))
        await store.writing.acquire()
        second_s = asyncio.get_running_loop().time() - began_s
        store.through.release()
        await settle()

    assert world.acknowledged == [1, 2, 3]
    assert first_s < 0.15 < second_s


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


class Slow(Dispatcher):
    """A dispatcher one of whose commands needs two slow hashes, one after the other."""

    def decide(self, inbound: Inbound, number: int, reading: Reading, actor: Subscriber, uow: Stage) -> Decision:
        if inbound.text == "*100#":
            uow.slow_hash("one", SALT)
            uow.slow_hash("two", SALT)
        return super().decide(inbound, number, reading, actor, uow)


SALT = bytes(16)


async def test_a_slow_hash_keeps_nobody_else_waiting() -> None:
    """Its message waits aside with what its sender said after it, in order; others are answered meanwhile."""
    world, store, queue = World(), MemoryStore(), FactQueue(1000)
    hashed: list[str] = []
    go = asyncio.Event()

    async def slow_hash(secret: str, salt: bytes) -> str:
        await go.wait()
        hashed.append(secret)
        return secret

    dispatcher = Slow(ROOMS.grammar, ROOMS.handlers)
    tools = Tools(store, dispatcher, ROOMS.surroundings, ROOMS.writer, world, SystemClock(), True, slow_hash)
    engine = Engine(queue, tools, world, world, EngineSettings())
    await engine.start()
    post(queue, message(1, "*100#"), message(2), message(3, number=1))
    await engine.step()
    post(queue, message(4, "*111*828*2#"), message(5, number=2))
    await engine.step()
    assert (world.acknowledged, hashed) == ([3, 5], [])

    go.set()
    await engine.settle()

    assert (world.acknowledged, hashed) == ([3, 5, 1, 2, 4], ["one", "two"])
    numbers = [row.number for row in await store.journal(0, 100)]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_new_number_that_waits_for_a_slow_hash_is_opened_when_it_is_decided() -> None:
    """Its opening balance is entered under its own message, once; another new number meanwhile has its own."""
    world, store, queue = World(), MemoryStore(), FactQueue(1000)
    go = asyncio.Event()

    async def slow_hash(secret: str, salt: bytes) -> str:
        await go.wait()
        return secret

    dispatcher = Slow(ROOMS.grammar, ROOMS.handlers)
    tools = Tools(store, dispatcher, ROOMS.surroundings, ROOMS.writer, world, SystemClock(), True, slow_hash)
    engine = Engine(queue, tools, world, world, EngineSettings())
    await engine.start()
    post(queue, message(1, "*100#"))
    await engine.step()
    post(queue, message(2, number=1))
    await engine.step()
    go.set()
    await engine.settle()
    opened = {(row.number, row.entry.msisdn) for row in await store.ledger(0, 99) if row.entry.kind == "opening"}

    assert (world.acknowledged, world.refused) == ([2, 1], [])
    timers = await store.timers_due(Instant(2**60), 99)

    assert opened == {(1, message(2, number=1).sender), (2, message(1).sender)}
    assert {each.key for each in timers} == {f"fee/{sender}" for _, sender in opened}


class Asking(Dispatcher):
    """A dispatcher whose balance asks somebody outside, and tells what came of it."""

    def decide(self, inbound: Inbound, number: int, reading: Reading, actor: Subscriber, uow: Stage) -> Decision:
        effect = Effect("payments", {"sum": 100}, "topup.paid", actor.msisdn, (("sum", 100),))
        uow.fold(Outcome(effects=(effect,)))
        return Decision(reading.command, "", ())

    def due(self, timer: TimerDue, number: int, uow: Stage) -> Decision:
        self.results = [*getattr(self, "results", []), (timer.command, timer.msisdn, dict(timer.arguments))]
        return Decision(timer.command, "", ())


async def test_an_effect_comes_back_once() -> None:
    """What was decided waits in the store; put off it stays there; its result runs its command once, whatever comes."""
    world, store, queue = World(), MemoryStore(), FactQueue(1000)
    dispatcher = Asking(ROOMS.grammar, ROOMS.handlers)
    tools = Tools(store, dispatcher, ROOMS.surroundings, ROOMS.writer, world, SystemClock(), True)
    engine = Engine(queue, tools, world, world, EngineSettings())
    await engine.start()
    post(queue, message(1, "*100#"))
    await engine.settle()
    (row,) = await store.effects_due(AT, 10)
    later = Instant(AT + 5)

    queue.post(EffectResult(row.id, AT, succeeded=False, answer="no answer", retry_at=later))
    await engine.settle()
    (put_off,) = await store.effects_due(later, 10)
    for _ in range(2):
        queue.post(EffectResult(row.id, later, succeeded=True, answer='{"paid":100}'))
    await engine.settle()

    assert (row.document, put_off.tries) == (b'{"sum":100}', 1)
    assert await store.effects_due(later, 10) == []
    expected = {"sum": 100, "succeeded": True, "answer": '{"paid":100}'}
    assert dispatcher.results == [("topup.paid", message(1).sender, expected)]
    kinds = [each.kind for each in await store.journal(0, 100)]
    assert kinds == ["message", "effect", "effect"]


def reworded(digest: str) -> Core:
    """The same catalogue by another name, whose dispatcher can be told apart."""
    return Core(digest, Dispatcher(ROOMS.grammar, ROOMS.handlers), ROOMS.surroundings, ROOMS.writer)


async def test_a_reload_takes_effect_between_batches(store: Gate) -> None:
    """What came before it is decided by the old core, though still to be written; what comes after by the new."""
    world, new = World(), reworded("d2")
    async with running(store, world) as (queue, engine):
        old = engine.tools.dispatcher
        post(queue, message(1))
        waiting = asyncio.create_task(engine.reload(new, Reloaded("d2", AT, ("code *1# added",))))
        await settle()
        assert engine.tools.dispatcher is old
        store.through.release()
        await settle()
        assert (waiting.done(), engine.tools.dispatcher) == (False, old)
        store.through.release()
        number = await waiting
        assert engine.tools.dispatcher is new.dispatcher
        store.through.release()
        post(queue, message(2, number=1))
        await settle()

    assert [1, 2] == world.acknowledged
    entry = await store.catalogue_entry()
    assert entry is not None
    assert (number, "d2") == (entry.number, catalogue_digest(entry))


async def test_a_reload_that_cannot_be_written_changes_nothing(store: Gate) -> None:
    """Who asked for it learns why; it is not tried again behind his back; messages go on by the old core."""
    world = World()
    store.fail = [StoreError("the disk is full", temporary=True)]
    async with running(store, world) as (queue, engine):
        old = engine.tools.dispatcher
        store.through.release()
        with pytest.raises(StoreError, match="the disk is full"):
            await engine.reload(reworded("d2"), Reloaded("d2", AT))
        assert (0, old) == (len(queue), engine.tools.dispatcher)
        store.through.release()
        post(queue, message(1))
        await settle()

    assert [1] == world.acknowledged
    assert await store.catalogue_entry() is None


def imported(*numbers: int, owner: str = "P1", balance: int = 10_00) -> Imported:
    rows = tuple(
        ImportRow(
            Msisdn(f"7916123{number:04}"), PersonId(owner), PersonKind.PRIVATE, "moscow", TariffId(1), Money(balance)
        )
        for number in numbers
    )
    return Imported("people.csv", AT, rows)


async def test_an_import_keeps_what_is_there(store: Gate) -> None:
    """A number, an owner with his cabinet and an account that exist stay; the new number is added with its money."""
    there, new = Msisdn("79161230001"), Msisdn("79161230002")
    owner = Person(PersonId("P1"), cabinets=(Cabinet("moscow", (there, Msisdn("79161239999"))),))
    account = Account(AccountId(there), Money(3_00))
    number = Subscriber(there, owner.id, "kazan", TariffId(2), account.id, Language.EN)
    store.through.release()
    async with running(store, World()) as (_, engine):
        await store.write(WriteBatch(subscribers=[number], accounts=[account], persons=[owner]))
        for _ in range(2):
            store.through.release()
        counts = [await engine.submit(imported(1, 2)), await engine.submit(imported(1, 2))]
        loaded = await store.load(Wanted({there, new}))
        sums = await store.ledger_sum()
        timers = await store.timers_due(Instant(2**60), 99)

    assert [ImportCount(1, 1), ImportCount(0, 2)] == counts
    assert (number, account, owner) == (
        loaded.subscribers[there],
        loaded.accounts[account.id],
        loaded.persons[owner.id],
    )
    assert ("moscow", None) == (loaded.subscribers[new].region, loaded.subscribers[new].language)
    assert {AccountId("opening"): -10_00, AccountId(new): 10_00} == sums
    assert Money(10_00) == loaded.accounts[AccountId(new)].balance
    assert [(f"fee/{new}", new)] == [(each.key, each.msisdn) for each in timers]
    assert loaded.subscribers[new].month == Month(Instant(timers[0].due_at - 31 * DAY_MS), timers[0].due_at)


async def test_a_message_behind_an_import_finds_its_number(store: Gate) -> None:
    """Within one batch: the number is known to what comes after its row."""
    world = World()
    store.through.release()
    async with running(store, world) as (queue, engine):
        waiting = asyncio.create_task(engine.submit(imported(0)))
        await asyncio.sleep(0)  # it is queued, and no batch has been drained yet
        post(queue, message(1, "*100#"))
        assert ImportCount(1, 0) == await waiting
        await settle()

    assert {"balance": 10_00}.items() <= dict(world.decided_[0].decision.replies[0].arguments).items()
