"""The engine: the only writer. Drain, load, decide, write, acknowledge.

Messages are decided in the order of their arrival, in memory; one transaction writes a batch; only then are they
acknowledged and their replies sent. No timer gathers a batch: while one commit is on the disk, the next collects.
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
from gateway.messages import Claimed, Fact, Inbound, TimerDue
from gateway.model import Instant
from gateway.store.protocol import Head, StoreError


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
        self._stopping = False
        self.busy = False  # a batch is being decided or written
        self.journal = Journal(Head())

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

    async def run(self) -> None:
        """Works until `stop`. A store that fails is tried again; nothing is acknowledged meanwhile."""
        while not (self._stopping and not self.queue):
            await self.queue.wait(0.0 if self._stopping else self._until_next_timer_s())
            await self.fire_timers()
            if self.queue and not await self.step() and not self._stopping:
                await asyncio.sleep(self.settings.store_retry_s)

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
            rows = await self.tools.store.timers_due(now, self.settings.batch_facts_max)
            self.queue.put_back(TimerDue(row.key, row.due_at, row.command, row.msisdn, row.arguments) for row in rows)
            if rows and not await self.step():
                break
            fired += len(rows)
            self.next_timer = await self.tools.store.next_timer()
        return fired

    async def step(self) -> bool:
        """One batch from the queue. False if the store could not take it."""
        self.busy = True
        try:
            return await self._process(self.queue.drain(self.settings.batch_facts_max))
        finally:
            self.busy = False

    async def _process(self, facts: list[Fact]) -> bool:
        started = time.perf_counter()
        mark = self.journal.mark()
        batch = Batch(facts, self.tools, self.journal, self.doubts)
        try:
            await batch.load()
            await batch.decide()
            if batch.write:
                await self.tools.store.write(batch.write)
        except StoreError as error:
            self.journal.reset(mark)
            self.doubts.give_back(batch.matched.values())
            self.tools.delivery.release(batch.placed)
            return await self._failed(facts, error)
        if batch.next_timer is not None and (self.next_timer is None or batch.next_timer < self.next_timer):
            self.next_timer = batch.next_timer
        self._acknowledge(batch, started)
        return True

    async def _failed(self, facts: list[Fact], error: StoreError) -> bool:
        """Nothing of the batch happened. One fact's fault must not stop the others: they are tried one by one.

        Where the store itself is at fault, peers are told to send again later; other facts wait for the next try.
        """
        if len(facts) > 1 and not error.temporary:
            return all([await self._process([fact]) for fact in facts])
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
