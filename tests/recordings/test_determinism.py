"""A replay comes to the same to the last octet, whatever holds the state and wherever batches end."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from gateway.engine.queue import FactQueue
from gateway.messages import Fact
from gateway.recording.messages import messages_of
from gateway.recording.reading import Recording
from gateway.replay.compare import Digests
from gateway.replay.recorded import RecordedReplay
from gateway.rooms import Rooms
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store, WriteBatch
from gateway.store.sqlite import SqliteStore
from tests.recordings.make import RECORDINGS
from tests.recordings.test_recordings import shipped
from tests.unit.test_replay_compare import compiled

RUNS = 10


def digests(
    rooms: Rooms, recording: Recording, store: Store, batch_facts_max: int, *, create_unknown: bool = True
) -> Digests:
    async def run() -> Digests:
        replay = RecordedReplay(
            rooms, recording, messages_of(recording, rooms.dialects, rooms.operator.country), WriteBatch(),
            create_unknown=create_unknown, store=store, batch_facts_max=batch_facts_max,
        )  # fmt: skip
        try:
            return (await replay.run()).digests
        finally:
            await store.close()

    return asyncio.run(run())


def test_any_batches_on_both_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten runs, half of them on SQLite, each with batches that end anywhere: one digest of outcomes, one of the state.

    Dialogs, questions with codes, payments outside, timers: an hour of them; and connections lost with answers on
    their way.
    """
    randomness = random.Random(7)
    drain = FactQueue.drain

    def shuffled(queue: FactQueue, facts_max: int) -> list[Fact]:
        return drain(queue, randomness.randint(1, facts_max))

    rooms = compiled()
    alone = {name: digests(rooms, shipped(name, 600), MemoryStore(), 1) for name in ("quiet_hour", "cuts_at_night")}
    monkeypatch.setattr(FactQueue, "drain", shuffled)
    for run, (name, durable) in zip(range(RUNS), [*product(alone, (True, False))] * RUNS, strict=False):
        store = SqliteStore(tmp_path / f"{run}.db") if durable else MemoryStore()

        assert digests(rooms, shipped(name, 600), store, randomness.choice((3, 16, 256))) == alone[name], run


def test_a_digest_tells_runs_apart() -> None:
    """Numbers that nobody creates are refused: other outcomes, another state."""
    recording = shipped("quiet_hour", 60)
    one, other = (digests(compiled(), recording, MemoryStore(), 16, create_unknown=each) for each in (True, False))

    assert one.outcomes != other.outcomes
    assert one.state != other.state


def test_another_process_says_the_same(tmp_path: Path) -> None:
    """`ussdgw replay` prints both digests, the same where strings are hashed otherwise (PYTHONHASHSEED)."""
    recording = RECORDINGS / "quiet_hour.jsonl.zst"
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    done = subprocess.run(
        (sys.executable, "-m", "gateway", "replay", str(recording)), cwd=tmp_path, capture_output=True, text=True,
        timeout=60, env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip
    here = digests(compiled(), shipped("quiet_hour"), MemoryStore(), 1, create_unknown=False)

    assert f"outcomes {here.outcomes}, state {here.state}" in done.stdout
