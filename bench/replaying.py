"""How fast a recording is replayed, beside the engine of a gateway that is offered the same messages without a wire.

Three take turns with the shipped evening: the replay, on a store in memory; the engine as it lives, on SQLite; and the
engine on a store in memory, which shows what of a replay is not the engine. The engine gets the octets of the messages
that the replay said, decodes them, and decides what has come in as batches. A replay besides walks through every
recorded PDU, puts in the codes of its own run, keeps the order of times, notes what was told, and takes the digests.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

from rich.console import Console

from gateway.clock import VirtualClock
from gateway.config import Settings
from gateway.delivery.routing import Connections, Routing
from gateway.engine.dialogs import Dialogs
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.intake import Intake
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Tools
from gateway.model import Instant
from gateway.recording.messages import Messages, messages_of
from gateway.recording.reading import Recording, read_recording
from gateway.recording.sources import sources_of
from gateway.replay.command import SECRET
from gateway.replay.ordered import Decisions, Posted
from gateway.replay.recorded import RecordedReplay, Replayed, routes_of, run_recorded
from gateway.replay.runner import OutsideSystems
from gateway.replay.silence import SilentSender, SilentSession
from gateway.rooms import Rooms
from gateway.store.memory import MemoryStore
from gateway.store.protocol import Store, WriteBatch
from gateway.store.sqlite import SqliteStore
from smpp.connection import Connection
from smpp.pdu import Pdu, decode, encode

EVENING = Path(__file__).resolve().parents[1] / "fixtures" / "recordings" / "busy_evening.jsonl.zst"
AT_ONCE = 64  # messages that are queued when a batch begins: what a loaded gateway has


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message as it came from the wire."""

    at: Instant
    session: SilentSession
    octets: bytes


@dataclass(frozen=True, slots=True)
class _Traffic:
    rooms: Rooms
    recording: Recording
    messages: Messages
    sent: list[_Sent]


def measure(rounds: int, console: Console) -> dict[str, Any]:
    """Replay and engine in turns; the ratios of neighbours, by processor time and by the clock on the wall."""
    rooms, recording = Rooms(Settings(), SECRET), read_recording(sources_of([EVENING]))
    messages = messages_of(recording, rooms.dialects, rooms.operator.country)
    traffic = _Traffic(rooms, recording, messages, [])
    request = Intake.request

    def noting(intake: Intake, connection: Connection, pdu: Pdu) -> None:
        at = intake._clock.now()
        traffic.sent.append(_Sent(at, cast(SilentSession, connection), encode(pdu, lenient=True)))
        request(intake, connection, pdu)

    with patch.object(Intake, "request", noting):
        _replayed(traffic)
    memory, live, times, rates = [], [], [], []
    for _ in range(rounds):
        replayed = _replayed(traffic)
        live.append(_live(traffic) / replayed.cpu_s)
        memory.append(asyncio.run(_decided(traffic, MemoryStore())) / replayed.cpu_s)
        times.append(replayed.lasted_s / replayed.took_s)
        rates.append(len(traffic.sent) / replayed.took_s)
        console.print(
            f"replay {rates[-1]:,.0f} messages/s, {times[-1]:.1f} times real time; by processor time, of the speed of "
            f"the live engine {live[-1]:.0%}, of one on a store in memory {memory[-1]:.0%}",
            highlight=False,
        )
    return {
        "replay_per_s": round(statistics.median(rates)),
        "replay_times_real": round(statistics.median(times), 1),
        "replay_of_live_engine": round(statistics.median(live), 2),
        "replay_of_engine_in_memory": round(statistics.median(memory), 2),
    }


def _replayed(traffic: _Traffic) -> Replayed:
    replay = RecordedReplay(traffic.rooms, traffic.recording, traffic.messages, WriteBatch(), create_unknown=True)
    return run_recorded(replay)


def _live(traffic: _Traffic) -> float:
    """The engine on SQLite, each batch on the disk before its answers."""
    with TemporaryDirectory(prefix="replaying-") as folder:
        return asyncio.run(_decided(traffic, SqliteStore(Path(folder) / "gateway.db")))


async def _decided(traffic: _Traffic, store: Store) -> float:
    """The same messages through intake and engine of a gateway; seconds of the processor."""
    rooms, clock, queue = traffic.rooms, VirtualClock(traffic.sent[0].at), FactQueue(4096)
    connections, decisions = Connections(), Decisions()
    intake = Intake(
        queue=queue, sender=SilentSender(), connections=connections,
        routing=Routing(connections, routes_of(traffic.recording, rooms), (), 24), clock=clock, log=decisions,
        country=rooms.operator.country,
    )  # fmt: skip
    outside = OutsideSystems()
    tools = Tools(
        store, rooms.dispatcher, rooms.surroundings, rooms.writer, Posted(rooms), clock, True,
        slow_hash=_no_hash, performer=outside, talk=rooms.talk, dialects=rooms.dialects, dialogs=Dialogs(),
    )  # fmt: skip
    engine = Engine(queue, tools, intake, decisions, EngineSettings())
    await engine.start()
    began = time.process_time()
    came = {id(each.session): each.session for each in traffic.sent}
    sessions = {key: SilentSession(each.id, each.name, each.system_id) for key, each in came.items()}
    for session in sessions.values():
        intake.bound(cast(Connection, session))
    for some in _some(traffic.sent):
        for each in some:
            clock.advance(max(0, each.at - clock.now()))
            intake.request(cast(Connection, sessions[id(each.session)]), decode(each.octets))
        await engine.fire_timers()
        await engine.settle()
        for result in await outside.results(clock):
            queue.post(result)
        for session in sessions.values():
            intake.confirmed(cast(Connection, session), session.answers)
    await engine.settle()
    took_s = time.process_time() - began
    await store.close()
    return took_s


def _some(sent: list[_Sent]) -> Iterator[list[_Sent]]:
    for first in range(0, len(sent), AT_ONCE):
        yield sent[first : first + AT_ONCE]


async def _no_hash(secret: str, salt: bytes) -> str:
    return f"{salt.hex()}/{secret}"
