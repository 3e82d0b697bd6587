"""The engine of a replay: every fact is decided in the order of its time, however many are decided at once.

A gateway decides a batch at one moment, and what it causes comes after it. Here a timer that falls due between two
messages, the result of something outside and a slow hash have their turn between them, so that the same facts come to
the same whether they are decided one by one or by the hundred. Nothing here touches the network.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from gateway.clock import VirtualClock
from gateway.engine.dialogs import Dialogs
from gateway.engine.doubts import Terms
from gateway.engine.engine import Acknowledger, Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.replies import ROWS_PER_MESSAGE
from gateway.engine.tools import Decided, Tools
from gateway.messages import EffectResult, OutboxState, Outgoing
from gateway.model import Instant
from gateway.replay.neighbours import Notes, OutsideSystems, Phones
from gateway.replay.steps import Asked
from gateway.rooms import Rooms
from gateway.store.protocol import EffectRow, OutboxRow, Store, StoreError

QUEUE_FACTS_MAX = 4096
BATCH_FACTS_MAX = 64
"""Larger ones gain nothing: what a message has said is needed within the next few dozen."""


class Posted(Phones):
    """Gets what the engine sends, with the journal number that each reply belongs to and when it was decided."""

    def __init__(self, rooms: Rooms) -> None:
        super().__init__(rooms)
        self._waiting: dict[int, tuple[Instant, Outgoing]] = {}
        self.posted: list[tuple[int, Instant, Outgoing]] = []

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState:
        self._waiting[row.id] = row.due_at, outgoing
        return OutboxState.SENDING

    def release(self, rows: Iterable[int]) -> None:
        for row in rows:
            self._waiting.pop(row, None)

    def dispatch(self, rows: Iterable[int]) -> None:
        for row in rows:
            self.posted.append((row // ROWS_PER_MESSAGE, *self._waiting.pop(row)))


class Decisions(Notes):
    """Notes what each message became; `latest` is when the newest decided fact came."""

    def __init__(self) -> None:
        super().__init__()
        self.latest = Instant(0)

    def decided(self, each: Decided, took_ms: float) -> None:
        super().decided(each, took_ms)
        self.latest = max(self.latest, each.inbound.at)

    def batch_failed(self, facts: int, error: StoreError) -> None:
        raise error  # a replay has nobody who would say it again

    def noted(self, event: str, **fields: object) -> None:
        """What the intake says to the log."""


class OrderedEngine:
    """An engine on a virtual clock, with what is outside it.

    Args:
        store: open, with the state before the first fact.
        batch_facts_max: how many facts are decided at once at most. It changes nothing but the speed.
        applications: what applications outside say to a call.
    """

    def __init__(
        self,
        rooms: Rooms,
        store: Store,
        clock: VirtualClock,
        acknowledger: Acknowledger,
        decisions: Decisions,
        *,
        slow_hash: Callable[[str, bytes], Awaitable[str]],
        queue: FactQueue,
        create_unknown: bool = False,
        terms: Mapping[str, Terms] | None = None,
        batch_facts_max: int = BATCH_FACTS_MAX,
        applications: Callable[[EffectRow], Asked | None] | None = None,
    ) -> None:
        self.queue = queue
        self.posted = Posted(rooms)
        self.outside = OutsideSystems(recorded=applications)
        self.timer_numbers: set[int] = set()  # journal numbers that timers had
        self._clock = clock
        self._decisions = decisions
        tools = Tools(
            store, rooms.dispatcher, rooms.surroundings, rooms.writer, self.posted, clock, create_unknown,
            slow_hash=slow_hash, performer=self.outside, talk=rooms.talk, dialects=rooms.dialects, dialogs=Dialogs(),
        )  # fmt: skip
        settings = EngineSettings(batch_facts_max=batch_facts_max, terms=terms or {}, in_order=True)
        self.engine = Engine(queue, tools, acknowledger, decisions, settings)

    async def settle(self, until: Instant | None = None) -> None:
        """Decides all that is queued and what falls due meanwhile; with `until`, what falls due up to then, too."""
        while True:
            await self.engine.hashed()
            first = self.queue.first
            if not isinstance(first, EffectResult):  # those in hand have their turn before what comes of them
                at = until if first is None else getattr(first, "at", None)
                if await self._fell_due(self._clock.now() if at is None else at):
                    continue
            if first is None:
                break
            await self._step()
        if until is not None:
            self._advance(until)

    async def _step(self) -> None:
        await self.engine.step()
        self._advance(self._decisions.latest)

    async def _fell_due(self, until: Instant) -> bool:
        """Whether there was anything due by then; what is due first has been done, or its results are in the queue."""
        due = self.next_due()
        if due is None or due > until:
            return False
        self._advance(due)
        results = await self.outside.results(self._clock)
        if results:
            self.queue.put_back(results)
        else:
            self.timer_numbers.add(self.engine.number + 1)
            await self.engine.fire_timers()
            self._advance(self._decisions.latest)
        return True

    def next_due(self) -> Instant | None:
        """When a timer, something outside or the wait for parts of a message is due next, as far as it is known."""
        first = self.engine.next_timer
        for due in (self.outside.next_due(), self.engine.parts.next_due):
            if due is not None and (first is None or due < first):
                first = due
        return first

    def _advance(self, at: Instant) -> None:
        self._clock.advance(max(0, at - self._clock.now()))
