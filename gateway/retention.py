"""What is kept for a time only, removed in steps so small that no message waits for one noticeably.

A step is one transaction of the store; its size follows from how long the last one took. The ledger, subscribers,
accounts and what functions remember are never removed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from gateway.clock import Clock
from gateway.config import Settings
from gateway.model import DAY_MS, HOUR_MS, Instant
from gateway.store.protocol import Kept, Store, StoreError
from gateway.telemetry import Durations

STEP_ROWS_MIN, STEP_ROWS_MAX = 25, 2_000
PAUSE_SHARE = 4
"""Between two steps so many times what the first one took: a fifth of the writer's time at most."""
PAUSE_S_MIN = 0.02
JUMP_MS = HOUR_MS
"""A clock that has moved so much more than the time that passed has been set: nothing is old only because of that."""
STEP_BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0)


class Keeping(msgspec.Struct, frozen=True):
    """How long each is kept, in milliseconds; a journal of 0 is kept for ever. Usage goes by whole months."""

    awaited_ms: int
    inbox_ms: int
    outbox_ms: int
    usage_months: int
    journal_ms: int
    time_zone: str

    def before(self, now: Instant) -> dict[Kept, Instant]:
        """What is older goes, in this order: connections after the messages that came by them."""
        ends = {
            Kept.AWAITED: Instant(now - self.awaited_ms),
            Kept.INBOX: Instant(now - self.inbox_ms),
            Kept.CONNECTIONS: now,
            Kept.OUTBOX: Instant(now - self.outbox_ms),
            Kept.USAGE: months_ago(now, self.usage_months, self.time_zone),
        }
        if self.journal_ms:
            ends[Kept.JOURNAL] = Instant(now - self.journal_ms)
        return ends


def keeping_of(settings: Settings) -> Keeping:
    """A reply stays while its message may come again or its receipt may come; the journal as long as they."""
    section = settings.retention
    horizons = [settings.engine.redelivery_horizon_s]
    horizons += [peer.redelivery_horizon_s or 0.0 for peer in (*settings.listeners, *settings.links)]
    inbox_ms, awaited_ms = int(max(horizons) * 1000), settings.engine.receipt_wait_hours * HOUR_MS
    outbox_ms = max(section.outbox_days * DAY_MS, inbox_ms + DAY_MS, awaited_ms + DAY_MS)
    journal_ms = max(section.journal_days * DAY_MS, outbox_ms) if section.journal_days else 0
    zone = settings.operator.time_zone
    return Keeping(awaited_ms, inbox_ms, outbox_ms, section.usage_months, journal_ms, zone)


def months_ago(now: Instant, months: int, time_zone: str) -> Instant:
    """When the month began that lies so many months before the current one."""
    zone = ZoneInfo(time_zone)
    today = datetime.fromtimestamp(now / 1000, zone)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return Instant(int(datetime(year, month + 1, 1, tzinfo=zone).timestamp() * 1000))


class Retention:
    """Works through what is old, one round after the other. `removed` and `steps` are for the metrics."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keeping: Keeping,
        *,
        round_s: float,
        step_ms_max: float,
        noted: Callable[..., None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._keeping = keeping
        self._round_s = round_s
        self._step_s_max = step_ms_max / 1000
        self._noted = noted
        self._rows = STEP_ROWS_MIN
        self.removed: Counter[Kept] = Counter()
        self.steps = Durations(STEP_BOUNDS_S)

    async def run(self) -> None:
        """A round now and then, until it is cancelled. A store that fails is asked again in the next round."""
        loop = asyncio.get_running_loop()
        seen, seen_s, wait_s = self._clock.now(), loop.time(), min(self._round_s, 10.0)
        while True:
            await asyncio.sleep(wait_s)
            now, now_s = self._clock.now(), loop.time()
            if abs((now - seen) - (now_s - seen_s) * 1000) > JUMP_MS:
                wait_s = max(self._round_s, DAY_MS / 1000)
                self._noted("retention_waits", reason="the clock was set", wait_s=wait_s)
            else:
                wait_s = self._round_s
                try:
                    await self.round(now)
                except StoreError as error:
                    self._noted("retention_failed", error=str(error))
            seen, seen_s = self._clock.now(), loop.time()

    async def round(self, now: Instant) -> None:
        """Everything that is old at that time. Raises StoreError."""
        before = Counter(self.removed)
        for kept, end in self._keeping.before(now).items():
            after = 0
            while True:
                step = await self._store.forget(kept, end, after, self._rows)
                self.steps.add(step.took_s)
                self.removed[kept] += step.rows
                if not step.next:
                    break
                after = step.next
                self._resize(step.took_s)
                await asyncio.sleep(max(PAUSE_S_MIN, step.took_s * PAUSE_SHARE))
        gone = {str(kept): count for kept, count in (self.removed - before).items()}
        if gone:
            self._noted("retention", **gone)

    def _resize(self, took_s: float) -> None:
        """The next step takes about as long as a step may."""
        if took_s > self._step_s_max:
            self._rows = max(STEP_ROWS_MIN, self._rows // 2)
        elif took_s < self._step_s_max / 3:
            self._rows = min(STEP_ROWS_MAX, self._rows * 2)
