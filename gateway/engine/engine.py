"""The engine: the only writer. Drain, load, decide, write, acknowledge.

Messages are decided in the order of their arrival, in memory; one transaction writes a batch; only then are they
acknowledged and their replies sent. While one commit is on the disk, the next batch collects; where that takes no
time, batches begin a few milliseconds apart, because each costs a commit and a dozen wake-ups whatever is in it.
It never imports a handler, the wire or a store's driver: they are handed in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.engine.batch import Batch
from gateway.engine.doubts import Doubts, Taken, Terms
from gateway.engine.journal import Journal
from gateway.engine.loading import Loading
from gateway.engine.parts import Parts, PartsSettings
from gateway.engine.queue import FactQueue
from gateway.engine.receipts import AWAITED_MAX, Receipts
from gateway.engine.tools import Core, Decided, Tools
from gateway.messages import Claimed, Fact, Inbound, PartsDue, Receipt, Reloaded, TimerDue
from gateway.model import Instant, Msisdn
from gateway.store.protocol import Head, StoreError

END_OF_TIME = Instant(2**62)
EFFECTS_MAX = 100_000
"""Effects taken up at a start: far more than can wait while the systems outside are down for a day."""


class Acknowledger(Protocol):
    """Who answers the peers."""

    def acknowledge(self, inbound: Inbound, number: int) -> None:
        """It is on the disk under that journal number."""
        ...

    def acknowledge_receipt(self, receipt: Receipt) -> None:
        """What it says is on the disk."""
        ...

    def busy(self, fact: Inbound | Receipt) -> None:
        """It could not be taken now; the peer shall send it again later."""
        ...

    def flush(self) -> None:
        """Everything of a batch has been answered: write it out."""
        ...


class Observer(Protocol):
    """What the log and the counters learn, after a batch is written."""

    def decided(self, each: Decided, took_ms: float) -> None: ...
    def receipts(self, came: list[Receipt], orphaned: list[Receipt]) -> None: ...
    def parts_dropped(self, count: int) -> None: ...
    def own_fault(self, number: int, command: str, fault: str) -> None:
        """A bug met a command that the gateway gave itself: a timer, or the result of something outside."""
        ...

    def batch_failed(self, facts: int, error: StoreError) -> None: ...
    def wrote(self, facts: list[Fact], decided: list[Decided], took_s: float) -> None:
        """Once a batch, after `decided` for each of its messages."""
        ...


class DecidedTap(Protocol):
    """Who is told what each message became, before its answer leaves."""

    def decided(self, decided: list[Decided]) -> None: ...


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """`in_order`: timers, effects and slow hashes come between the messages of a batch where their times lie, so that
    no outcome depends on where batches end. That is a replay's; a gateway has only the time that it is.
    """

    batch_facts_max: int = 256
    batch_interval_ms: int = 2
    redelivery_horizon_ms: int = 24 * 3_600_000
    terms: Mapping[str, Terms] = field(default_factory=dict)  # by link or listener
    store_retry_s: float = 0.2
    receipts_orphaned_max: int = 10_000
    parts: PartsSettings = PartsSettings()
    in_order: bool = False


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
        self.doubts = Doubts(settings.redelivery_horizon_ms, settings.terms)
        self.receipts = Receipts(settings.receipts_orphaned_max)
        self.parts = Parts(settings.parts)
        self.next_timer: Instant | None = None
        self._stopping = False
        self._stepping = False
        self._aside: dict[Msisdn, list[Inbound]] = {}  # senders who wait for a slow hash, with what they sent since
        self._hashes: dict[tuple[str, bytes], str] = {}
        self._hashed: dict[Msisdn, list[tuple[str, bytes]]] = {}
        self._hashing: set[asyncio.Task[None]] = set()
        self._submitted: dict[int, asyncio.Future[object]] = {}  # id of a fact in the queue -> who waits for it
        self._next_core: Core | None = None
        self._began_s = float("-inf")  # when the last batch began, on the loop's clock
        self.journal = Journal(Head())
        self.tap: DecidedTap | None = None

    async def start(self) -> Head:
        """Opens the store and takes up what the last run left: doubts, replies not sent, timers."""
        store = self.tools.store
        head = await self.open()
        now = self.tools.clock.now()
        rows = await store.in_doubt(Instant(now - self.doubts.horizon_ms))
        self.doubts.restore(Taken(row.number, row.original, row.fingerprint, 0, row.at) for row in rows)
        self.receipts.restore(await store.awaited_newest(AWAITED_MAX), await store.orphans())
        self.parts.restore(await store.parts())
        self.tools.dialogs.restore(await store.dialogs(), now)
        await store.recover_outbox(now)
        self.tools.performer.begin(await store.effects_due(END_OF_TIME, EFFECTS_MAX))
        self.next_timer = await store.next_timer()
        return head

    async def open(self) -> Head:
        """Opens the store and takes up nothing but the journal: for work on a store at rest."""
        head = await self.tools.store.open()
        self.journal = Journal(head)
        return head

    @property
    def number(self) -> int:
        """The journal number of the last decided fact."""
        return self.journal.number

    async def run(self) -> None:
        """Works until `stop`. A store that fails is tried again; nothing is acknowledged meanwhile."""
        while not (self._stopping and not self.queue and not self._hashing):
            await self.queue.wait(0.0 if self._stopping else self._until_next_timer_s())
            done = await self._fired()
            await self._keep_apart()
            if self.queue:
                done = await self.step() and done
            if not done and not self._stopping:
                await asyncio.sleep(self.settings.store_retry_s)

    async def _fired(self) -> bool:
        """Whether the timers that have fallen due could be read; if not, they stay due."""
        try:
            await self.fire_timers()
        except StoreError as error:
            self.observer.batch_failed(0, error)
            return False
        return True

    async def _keep_apart(self) -> None:
        """Waits until a batch may begin: at once after a pause, and not again within `batch_interval_ms`."""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        wait_s = self._began_s + self.settings.batch_interval_ms / 1000 - now_s
        if wait_s > 0 and not self._stopping:
            await asyncio.sleep(wait_s)
            now_s = loop.time()
        self._began_s = now_s

    def clock_jumped(self, milliseconds: int) -> None:
        """The clock was set: doubts and screens are as old as before; timers fall due by the new time."""
        self.doubts.clock_jumped(milliseconds)
        self.tools.dialogs.clock_jumped(milliseconds)
        self.queue.interrupt()

    def stop(self) -> None:
        """Ends `run` once the queue is empty."""
        self._stopping = True
        self.queue.interrupt()

    def _until_next_timer_s(self) -> float | None:
        due = [each for each in (self.next_timer, self.parts.next_due) if each is not None]
        if not due:
            return None
        return min(max(0.0, (min(due) - self.tools.clock.now()) / 1000), 3600.0)

    async def submit(self, fact: Fact) -> object:
        """Queues a fact of the operator's and returns what came of it, once it is on the disk.

        Raises:
            StoreError: nothing of it happened; it is not tried again.
        """
        waiting = asyncio.get_running_loop().create_future()
        self._submitted[id(fact)] = waiting
        self.queue.post(fact)
        self.queue.wake()
        return await waiting

    async def reload(self, core: Core, fact: Reloaded) -> object:
        """Decides by that core from the next batch on; returns the journal number of the reload. Raises StoreError."""
        self._next_core = core
        return await self.submit(fact)

    async def fire_timers(self) -> int:
        """Runs the timers that have fallen due; returns how many."""
        now = self.tools.clock.now()
        at_once = 1 if self.settings.in_order else self.settings.batch_facts_max
        fired = 0
        parts_due = self.parts.next_due
        if parts_due is not None and parts_due <= now:
            self.queue.put_back([PartsDue(now)])
            if not await self.step():
                return 0
        while self.next_timer is not None and self.next_timer <= now:
            rows = await self.tools.store.timers_due(now, at_once)
            self.queue.put_back(TimerDue(row.key, row.due_at, row.command, row.msisdn, row.arguments) for row in rows)
            if rows and not await self.step():
                break
            fired += len(rows)
            self.next_timer = await self.tools.store.next_timer()
        return fired

    async def step(self) -> bool:
        """One batch from the queue. False if the store could not take it."""
        self._stepping = True
        try:
            facts = self.queue.drain(self.settings.batch_facts_max)
            return await self._process(self._without_waiting(facts) if self._aside else facts)
        finally:
            self._stepping = False

    @property
    def busy(self) -> bool:
        """A batch is being decided or written, or messages wait aside for a slow hash."""
        return self._stepping or bool(self._hashing)

    def _without_waiting(self, facts: list[Fact]) -> list[Fact]:
        """The facts of a batch but the messages of those who wait for a slow hash: they keep their order."""
        left: list[Fact] = []
        for fact in facts:
            waiting = self._aside.get(fact.sender) if isinstance(fact, Inbound) else None
            if waiting is None:
                left.append(fact)
            else:
                waiting.append(fact)  # type: ignore[arg-type]
        return left

    def _set_aside(self, batch: Batch) -> None:
        """Messages that need a slow hash wait for it, and with them what their senders said after them."""
        for inbound, wanted in batch.set_aside:
            self._aside.setdefault(inbound.sender, []).append(inbound)
            if wanted is not None:
                task = asyncio.create_task(self._hash(inbound.sender, wanted))
                self._hashing.add(task)
                task.add_done_callback(self._hashing.discard)

    async def _hash(self, sender: Msisdn, wanted: tuple[str, bytes]) -> None:
        self._hashes[wanted] = await self.tools.slow_hash(*wanted)
        self._hashed.setdefault(sender, []).append(wanted)
        self.queue.put_back(self._aside.pop(sender))
        self.queue.interrupt()

    def _forget_hashes(self, batch: Batch) -> None:
        """A hash is kept until the message that needed it has been decided."""
        for each in batch.decided:
            for wanted in self._hashed.pop(each.inbound.sender, ()):
                self._hashes.pop(wanted, None)

    async def settle(self) -> None:
        """Takes batches until nothing is queued and no message waits aside."""
        while self.queue or self._hashing:
            if self.queue:
                await self.step()
            else:
                await self.hashed()

    async def hashed(self) -> None:
        """Returns when one of the messages that wait aside, if there are any, is in the queue again."""
        if self._hashing:
            await asyncio.wait(self._hashing, return_when=asyncio.FIRST_COMPLETED)

    async def _process(self, facts: list[Fact]) -> bool:
        started = time.perf_counter()
        mark = self.journal.mark()
        loading = Loading(facts, self.tools, self.doubts, self.receipts, self.parts)
        loading.state.hashes = self._hashes
        batch = Batch(loading, self.tools, self.journal)
        if self.settings.in_order:
            batch.in_order, batch.next_timer = True, self.next_timer
        try:
            await loading.run()
            await batch.decide()
            if batch.write:
                await self.tools.store.write(batch.write)
        except StoreError as error:
            self.journal.reset(mark)
            self.doubts.give_back(batch.loaded.matched.values())
            self.tools.delivery.release(batch.placed)
            return await self._failed(facts, error)
        if batch.steps.changed:
            self.tools.dialogs.written(batch.steps.changed, batch.write.dialogs_ended)
        self.tools.pushes.written(batch.state)
        if batch.next_timer is not None and (self.next_timer is None or batch.next_timer < self.next_timer):
            self.next_timer = batch.next_timer
        self._acknowledge(batch, started)
        if batch.begun:
            self.tools.performer.begin(batch.begun)
        if batch.put_off:
            self.queue.put_back(batch.put_off)
        if batch.set_aside:
            self._set_aside(batch)
        if self._hashed:
            self._forget_hashes(batch)
        for fact, result in batch.settled:
            self._settle(fact, result)
        return True

    def _settle(self, fact: Fact, result: object) -> None:
        """A fact of the operator's is on the disk."""
        core = self._next_core
        if isinstance(fact, Reloaded) and core is not None and core.digest == fact.digest:
            self.tools = self.tools.with_core(core)
        waiting = self._submitted.pop(id(fact), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(result)

    def _unsettled(self, fact: Fact, error: StoreError) -> bool:
        """Whoever waits for a fact learns that nothing of it happened; False if nobody does."""
        waiting = self._submitted.pop(id(fact), None)
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
        return waiting is not None

    async def _failed(self, facts: list[Fact], error: StoreError) -> bool:
        """Nothing of the batch happened. One fact's fault must not stop the others: they are tried one by one.

        Where the store itself is at fault, peers are told to send again later; other facts wait for the next try.
        """
        if len(facts) > 1 and not error.temporary:
            return all([await self._process([fact]) for fact in facts])
        self.observer.batch_failed(len(facts), error)
        kept = [fact for fact in facts if not isinstance(fact, Inbound | Receipt) and not self._unsettled(fact, error)]
        if error.temporary:
            self.queue.put_back(kept)
        else:
            self.tools.delivery.release(row for fact in kept if isinstance(fact, Claimed) for row in fact.rows)
        for fact in facts:
            if isinstance(fact, Inbound | Receipt):
                self.acknowledger.busy(fact)
        self.acknowledger.flush()
        return False

    def _acknowledge(self, batch: Batch, started: float) -> None:
        for connection, taken in batch.taken:
            self.doubts.take(connection, taken)
        self.receipts.commit(batch.loaded.matching)
        self.parts.commit(batch.loaded.joining)
        for receipt in batch.loaded.came:
            self.acknowledger.acknowledge_receipt(receipt)
        if self.tap is not None:
            self.tap.decided(batch.decided)
        acknowledge = self.acknowledger.acknowledge
        for each in batch.decided:
            acknowledge(each.inbound, each.number)
        self.tools.delivery.dispatch([*batch.claimed, *batch.placed])
        self.acknowledger.flush()
        for row, outgoing in batch.waiting:
            self.tools.delivery.wait(row, outgoing)
        took_s = time.perf_counter() - started
        if batch.loaded.came:
            self.observer.receipts(batch.loaded.came, batch.loaded.matching.orphaned)
        if batch.loaded.joining.dropped:
            self.observer.parts_dropped(batch.loaded.joining.dropped)
        for each in batch.decided:
            self.observer.decided(each, took_s * 1000)
        for number, command, fault in batch.own_faults:
            self.observer.own_fault(number, command, fault)
        self.observer.wrote(batch.loaded.facts, batch.decided, took_s)
