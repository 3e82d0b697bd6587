"""What is kept for a time only: how long, in what order, in steps of what size."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from gateway.clock import VirtualClock
from gateway.config import Settings
from gateway.model import DAY_MS, HOUR_MS, Instant
from gateway.retention import STEP_ROWS_MAX, STEP_ROWS_MIN, Keeping, Retention, keeping_of, months_ago
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Forgotten, InboxRow, Kept, StoreError, WriteBatch

NOW = Instant(1_800_000_000_000)
KEEPING = Keeping(3 * DAY_MS, DAY_MS, 7 * DAY_MS, 6, 0, "Europe/Moscow")


class Steps(MemoryStore):
    """Each step takes as long as is said, whatever it does; `asked` are the sizes of steps on the inbox."""

    def __init__(self, took_s: float) -> None:
        super().__init__()
        self.took_s = took_s
        self.asked: list[int] = []

    async def forget(self, kept: Kept, before: Instant, after: int, limit: int) -> Forgotten:
        step = await super().forget(kept, before, after, limit)
        if kept is Kept.INBOX:
            self.asked.append(limit)
        return Forgotten(step.rows, step.next, self.took_s)


def retention(store: MemoryStore, clock: VirtualClock, told: list[str], **more: Any) -> Retention:
    keys = {"round_s": 3600.0, "step_ms_max": 10.0, "noted": lambda event, **_: told.append(event), **more}
    return Retention(store, clock, KEEPING, **keys)


async def taken(store: MemoryStore, count: int, at: int) -> None:
    await store.open()
    rows = [InboxRow(number, 1, b"", Instant(at), number) for number in range(1, count + 1)]
    await store.write(WriteBatch(inbox=rows))


@pytest.mark.parametrize(
    ("now", "months", "begins"),
    [
        ("2026-11-23T12:00+03:00", 6, "2026-05-01T00:00+03:00"),
        ("2026-03-31T23:59+03:00", 6, "2025-09-01T00:00+03:00"),
        ("2026-01-01T00:00+03:00", 1, "2025-12-01T00:00+03:00"),
        ("2025-12-31T21:30+00:00", 1, "2025-12-01T00:00+03:00"),  # January in Moscow already
    ],
)
def test_whole_months_of_the_operator(now: str, months: int, begins: str) -> None:
    """Use is kept for so many whole months and the current one, as the operator's calendar counts them."""
    at = Instant(int(datetime.fromisoformat(now).timestamp() * 1000))

    assert months_ago(at, months, "Europe/Moscow") == int(datetime.fromisoformat(begins).timestamp() * 1000)


@pytest.mark.parametrize(
    ("values", "outbox_days", "journal_days"),
    [
        ({}, 7, 0),
        ({"retention": {"outbox_days": 1}}, 4, 0),  # a receipt may come for three days
        ({"retention": {"journal_days": 2}}, 7, 7),
        ({"retention": {"journal_days": 400}}, 7, 400),
        ({"links": [{"name": "a", "system_id": "a", "redelivery_horizon_s": 864_000}]}, 11, 0),
    ],
)
def test_nothing_goes_before_what_needs_it(values: dict[str, Any], outbox_days: int, journal_days: int) -> None:
    """A reply outlives its redelivery and its receipt, the journal the replies."""
    keeping = keeping_of(Settings(**values))

    assert (keeping.outbox_ms, keeping.journal_ms) == (outbox_days * DAY_MS, journal_days * DAY_MS)


async def test_a_round_removes_what_is_old() -> None:
    """After a round nothing old is left, and what was removed is counted and told."""
    store, told = Steps(0.0), list[str]()
    await taken(store, 1000, NOW - 2 * DAY_MS)
    clock = VirtualClock(NOW)
    works = retention(store, clock, told)
    await works.round(NOW)

    assert works.removed[Kept.INBOX] == 1000
    assert works.steps.count > 0
    assert told == ["retention"]


@pytest.mark.parametrize(("took_s", "last"), [(0.0, STEP_ROWS_MAX), (0.002, STEP_ROWS_MAX), (1.0, STEP_ROWS_MIN)])
async def test_steps_take_as_long_as_they_may(took_s: float, last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short steps grow, long ones shrink, both within limits."""
    monkeypatch.setattr("gateway.retention.PAUSE_SHARE", 0)
    monkeypatch.setattr("gateway.retention.PAUSE_S_MIN", 0)
    store = Steps(took_s)
    await taken(store, 400 if took_s == 1.0 else 8_000, NOW - 2 * DAY_MS)
    await retention(store, VirtualClock(NOW), []).round(NOW)

    assert store.asked[-1] == last


async def test_a_clock_that_was_set_removes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps ahead by ten years makes nothing old: the next round waits for a day, and says so."""
    store, told = Steps(0.0), list[str]()
    await taken(store, 10, NOW)
    clock = VirtualClock(NOW)
    works = retention(store, clock, told, round_s=0.01)
    task = asyncio.create_task(works.run())
    await asyncio.sleep(0)
    clock.advance(10 * 365 * 24 * HOUR_MS)
    async with asyncio.timeout(5):
        while not told:
            await asyncio.sleep(0.005)
    task.cancel()

    assert (told, works.removed[Kept.INBOX]) == (["retention_waits"], 0)


async def test_a_store_that_fails_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk ends a round, not the work."""
    told = list[str]()
    store = Steps(0.0)
    works = retention(store, VirtualClock(NOW), told, round_s=0.005)

    async def full(*_: object) -> Forgotten:
        raise StoreError("the disk is full", temporary=True)

    monkeypatch.setattr(store, "forget", full)
    task = asyncio.create_task(works.run())
    async with asyncio.timeout(5):
        while len(told) < 2:
            await asyncio.sleep(0.005)
    task.cancel()

    assert set(told) == {"retention_failed"}
