"""The engine: the only writer. Drain, load, decide, write, acknowledge.

Messages are decided in the order of their arrival, in memory; one transaction writes a batch; only then are they
acknowledged and their replies sent. No timer gathers a batch: while one is on its way to the disk the next is decided,
on top of its values, and written after it. So two batches are under way at most; if the first cannot be written, the
second is forgotten and its facts are decided anew.
It never imports a handler, the wire or a store's driver: they are handed in.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from gateway.engine.batch import Batch, Decided, Tools
from gateway.engine.doubts import Doubts, Taken
from gateway.engine.journal import Journal
from gateway.engine.queue import FactQueue
from gateway.messages import Claimed, Fact, Inbound, Lost, TimerDue
from gateway.model import Instant
from gateway.store.protocol import Head, StoreError


CROWD_MESSAGES = 32


class Acknowledger(Protocol):
    """Who answers the peers."""

    def acknowledge(self, inbound: Inbound, number: int) -> None:
        """It is on the disk under that journal number."""
        ...

    def busy(self, inbound: Inbound) -> None:
        """It could not be taken now; the peer shall send it again later."""
        ...

    def flush(self) -> None:
        """Everything of a batch has been answered: write it out."""
        ...


class Observer(Protocol):
    """What the log and the counters learn, after a batch is written."""

    def decided(self, each: Decided, took_ms: float) -> None: ...
    def batch_failed(self, facts: int, error: StoreError) -> None: ...


@dataclass(frozen=True, slots=True)
class EngineSettings:
    batch_facts_max: int = 256
    redelivery_horizon_ms: int = 24 * 3_600_000
    store_retry_s: float = 0.2


@dataclass(slots=True)
class _Write:
    """A batch on its way to the disk."""

    batch: Batch
    mark: tuple[int, bytes]  # the journal's end before it
    started: float
    task: asyncio.Task[None] | None = None
    error: StoreError | None = None


class Engine:
    def __init__(
        self,
        queue: FactQueue,
        tools: Tools,
        acknowledger: Acknowledger,
        observer: Observer,
        settings: EngineSettings,
    ) -> None:
        self.queue = queue
        self.tools = tools
        self.acknowledger = acknowledger
        self.observer = observer
        self.settings = settings
        self.doubts = Doubts(settings.redelivery_horizon_ms)
        self.next_timer: Instant | None = None
        self.journal = Journal(Head())
        self._stopping = False
        self._write: _Write | None = None

    async def start(self) -> Head:
        """Opens the store and takes up what the last run left: doubts, replies not sent, timers."""
        store = self.tools.store
        head = await store.open()
        self.journal = Journal(head)
        now = self.tools.clock.now()
        rows = await store.in_doubt(Instant(now - self.settings.redelivery_horizon_ms))
        self.doubts.restore(Taken(row.number, row.original, row.fingerprint, 0, row.at) for row in rows)
        await store.recover_outbox(now)
        self.next_timer = await store.next_timer()
        return head

    @property
    def number(self) -> int:
        """The journal number of the last decided fact."""
        return self.journal.number

    @property
    def writing(self) -> bool:
        """A batch is on its way to the disk."""
        return self._write is not None

    async def run(self) -> None:
        """Works until `stop`. A store that fails is tried again; nothing is acknowledged meanwhile."""
        while not (self._stopping and not self.queue and self._write is None):
            await self.queue.wait(0.0 if self._stopping else self._until_next_timer_s())
            if not (await self._fire_due() and await self._advance(self._drain())) and not self._stopping:
                await asyncio.sleep(self.settings.store_retry_s)
            if self._stopping:
                await self._settle()

    def stop(self) -> None:
        """Ends `run` once the queue is empty."""
        self._stopping = True
        self.queue.interrupt()

    def _until_next_timer_s(self) -> float | None:
        if self.next_timer is None:
            return None
        return min(max(0.0, (self.next_timer - self.tools.clock.now()) / 1000), 3600.0)

    async def fire_timers(self) -> int:
        """Runs the timers that have fallen due; returns how many."""
        now = self.tools.clock.now()
        fired = 0
        while self.next_timer is not None and self.next_timer <= now:
            if not await self._settle():  # what is on its way to the disk may set or cancel timers
                break
            rows = await self.tools.store.timers_due(now, self.settings.batch_facts_max)
            self.queue.put_back(TimerDue(row.key, row.due_at, row.command, row.msisdn, row.arguments) for row in rows)
            if rows and not await self.step():
                break
            fired += len(rows)
            self.next_timer = await self.tools.store.next_timer()
        return fired

    async def _fire_due(self) -> bool:
        """As `fire_timers`, where the store may fail: False, to be tried again."""
        if self.next_timer is None or self.next_timer > self.tools.clock.now():
            return True
        try:
            await self.fire_timers()
        except StoreError as error:
            self.observer.batch_failed(0, error)
            return False
        return True

    async def step(self) -> bool:
        """One batch from the queue, to its end. False if the store could not take it."""
        return await self._advance(self._drain()) and await self._settle()

    def _drain(self) -> list[Fact]:
        """A batch. Where nothing is on its way to the disk, half of a crowd, so that the rest is decided meanwhile."""
        messages = self.queue.messages
        half = (messages + 1) // 2 if self._write is None and messages > CROWD_MESSAGES else None
        return self.queue.drain(self.settings.batch_facts_max, half)

    async def _advance(self, facts: list[Fact]) -> bool:
        """Decides a batch while the one before it is written, then begins to write it.

        False if the store failed: what is not acknowledged waits in the queue.
        """
        before = self._write
        if before is not None and (before.error is not None or _must_follow(facts, before.batch)):
            if not await self._settle():
                self.queue.put_back(facts)
                return False
            before = None
        if not facts:
            return True
        mark = self.journal.mark()
        started = time.perf_counter()
        batch = Batch(facts, self.tools, self.journal, self.doubts)
        if before is not None:
            batch.state.follow(before.batch.state)
        failure: StoreError | None = None
        try:
            await batch.load()
            await batch.decide()
        except StoreError as error:
            failure = error
        if not await self._settle():
            self._forget(batch)
            self.queue.put_back(facts)
            return False
        if failure is not None:
            self.journal.reset(mark)
            self._forget(batch)
            return await self._failed(facts, failure)
        if batch.next_timer is not None and (self.next_timer is None or batch.next_timer < self.next_timer):
            self.next_timer = batch.next_timer
        self._write = _Write(batch, mark, started)
        self._write.task = asyncio.create_task(self._write_out(self._write))
        return True

    async def _write_out(self, write: _Write) -> None:
        """Puts a batch on the disk and acknowledges it. A failure is left to `_settle`, which the loop comes to."""
        try:
            if write.batch.write:
                await self.tools.store.write(write.batch.write)
        except StoreError as error:
            write.error = error
            self.queue.interrupt()
            return
        self._write = None
        self._acknowledge(write.batch, write.started)

    async def _settle(self) -> bool:
        """Waits until nothing is on its way to the disk. False if it could not be written, and is undone."""
        write = self._write
        if write is None:
            return True
        assert write.task is not None
        await write.task
        if write.error is None:
            return True
        self._write = None
        self.journal.reset(write.mark)
        self._forget(write.batch)
        return await self._failed(write.batch.facts, write.error)

    def _forget(self, batch: Batch) -> None:
        """Nothing of a decided batch happened."""
        self.doubts.give_back(batch.matched.values())
        self.tools.delivery.release(batch.placed)

    async def _failed(self, facts: list[Fact], error: StoreError) -> bool:
        """Nothing of the batch happened. One fact's fault must not stop the others: they are tried one by one.

        Where the store itself is at fault, peers are told to send again later; other facts wait for the next try.
        """
        if len(facts) > 1 and not error.temporary:
            return all([await self._advance([fact]) and await self._settle() for fact in facts])
        self.observer.batch_failed(len(facts), error)
        kept = [fact for fact in facts if not isinstance(fact, Inbound)]
        if error.temporary:
            self.queue.put_back(kept)
        else:
            self.tools.delivery.release(row for fact in kept if isinstance(fact, Claimed) for row in fact.rows)
        for fact in facts:
            if isinstance(fact, Inbound):
                self.acknowledger.busy(fact)
        self.acknowledger.flush()
        return False

    def _acknowledge(self, batch: Batch, started: float) -> None:
        for connection, taken in batch.taken:
            self.doubts.take(connection, taken)
        acknowledge = self.acknowledger.acknowledge
        for each in batch.decided:
            acknowledge(each.inbound, each.number)
        self.tools.delivery.dispatch([*batch.claimed, *batch.placed])
        self.acknowledger.flush()
        for row, outgoing in batch.waiting:
            self.tools.delivery.wait(row, outgoing)
        took_ms = (time.perf_counter() - started) * 1000
        for each in batch.decided:
            self.observer.decided(each, took_ms)


def _must_follow(facts: list[Fact], before: Batch) -> bool:
    """Whether a batch may be read only when the one before it is on the disk.

    What a lost connection had not confirmed must be known before a redelivery is looked for, and so must the first
    copy of a retransmission.
    """
    tickets = {(fact.connection, fact.sequence_number) for fact in before.facts if isinstance(fact, Inbound)}
    return any(
        isinstance(fact, Lost)
        or (isinstance(fact, Inbound) and (fact.connection, fact.sequence_number) in tickets)
        for fact in facts
    )
