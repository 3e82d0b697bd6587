"""How a running gateway is: its links and sessions, queues, batches and store, as `ussdgw status` and metrics show it.

It reads what others keep and counts nothing on the way of a message: rates come from looking at counters once a second.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gateway.delivery.routing import Connections
from gateway.messages import OutboxState
from gateway.model import Instant
from gateway.store.protocol import Store
from gateway.store.reading import StoreOutlook, StoreReader
from gateway.telemetry import Trouble
from smpp.connection import Connection
from smpp.status import LinkStatus

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.delivery.applications import ApplicationChannel

RATE_S = 10.0
SAMPLE_S = 1.0
OUTLOOK_KEPT_S = 2.0
OUTLOOK_SHARE = 20
"""What took a second to count is good for 20: counting takes a twentieth of a thread at most."""


class SessionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One bind. `received`: requests of the peer that were answered; `sent`: requests of ours. Rates: of 10 s.

    `mute`: the peer answers none of our messages and is probed only. `held_back`: its requests beyond its limits.
    `pace_per_s`: what we may send at present, over all binds of a link; 0: any number. `paused_ms`: nothing so long.
    """

    system_id: str
    peer: str
    state: str
    bound_since: Instant
    window: int
    window_used: int
    received: int
    sent: int
    received_per_s: float
    sent_per_s: float
    mute: bool
    held_back: int
    pace_per_s: float
    paused_ms: int


class PeerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One link or listener of the configuration, with its binds. A link with two of them may have two states."""

    name: str
    kind: str  # "link" or "listener"
    address: str
    tls: bool
    state: str
    sessions: tuple[SessionStatus, ...]
    last_error: Trouble | None


class BatchStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Since the start; `p99_ms`: 99 of 100 took at most that long, none where some took longer than all bounds."""

    count: int
    failed: int
    facts_mean: float
    took_mean_ms: float
    took_p99_ms: float | None


class ApplicationStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An application outside, since the start. `calls`: by what came of them. `paused`: it failed too often in a row.

    `took_mean_ms`, `took_p99_ms`: of the calls that it answered.
    """

    name: str
    url: str
    calls: dict[str, int]
    paused: bool
    took_mean_ms: float
    took_p99_ms: float | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Instants are milliseconds since 1970 UTC."""

    version: str
    pid: int
    at: Instant
    started_at: Instant
    catalogue: str
    peers: tuple[PeerStatus, ...]
    applications: tuple[ApplicationStatus, ...]
    queue_facts: int
    queue_facts_max: int
    replies_waiting: int
    in_doubt: int
    batches: BatchStatus
    messages: int
    redeliveries: int
    refused: int
    faults: int
    journal_number: int
    store: str
    store_outlook: StoreOutlook


class _Seen:
    """A connection's counters, looked at once a second."""

    def __init__(self) -> None:
        self.samples: deque[tuple[float, int, int]] = deque(maxlen=int(RATE_S / SAMPLE_S) + 1)

    def rates(self) -> tuple[float, float]:
        if len(self.samples) < 2:
            return 0.0, 0.0
        (first_s, received, sent), (last_s, received_now, sent_now) = self.samples[0], self.samples[-1]
        lasted_s = last_s - first_s
        return round((received_now - received) / lasted_s, 1), round((sent_now - sent) / lasted_s, 1)


class Meter:
    """How fast each connection is."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._seen: dict[int, _Seen] = {}
        self._sampled_s = float("-inf")

    def look(self) -> None:
        """To be called a few times a second."""
        now_s = time.monotonic()
        bound = {connection.id: connection for connection in self._connections.all()}
        for gone in self._seen.keys() - bound.keys():
            del self._seen[gone]
        for new in bound.keys() - self._seen.keys():
            self._seen[new] = _Seen()
        if now_s - self._sampled_s >= SAMPLE_S:
            self._sampled_s = now_s
            for number, seen in self._seen.items():
                seen.samples.append((now_s, bound[number].answers_queued, bound[number].requests_queued))

    def session(self, connection: Connection, pace_per_s: float, paused_ms: int) -> SessionStatus:
        seen, now = self._seen.get(connection.id) or _Seen(), connection.status
        received_per_s, sent_per_s = seen.rates()
        return SessionStatus(
            system_id=now.system_id,
            peer=now.peer,
            state=now.state,
            bound_since=Instant(int(now.bound_at * 1000)),
            window=now.window,
            window_used=now.window_used,
            received=connection.answers_queued,
            sent=connection.requests_queued,
            received_per_s=received_per_s,
            sent_per_s=sent_per_s,
            mute=now.mute,
            held_back=now.refused,
            pace_per_s=pace_per_s,
            paused_ms=paused_ms,
        )


class Outlook:
    """What the store holds, counted beside the writer and not more often than it is cheap."""

    def __init__(self, store: Store, path: Path | None) -> None:
        self._store = store
        self._path = path
        self._counting = asyncio.Lock()
        self._good_until_s = float("-inf")
        self._last: StoreOutlook | None = None

    async def now(self) -> StoreOutlook:
        async with self._counting:
            started_s = time.monotonic()
            if self._last is None or started_s >= self._good_until_s:
                if self._path is None:
                    self._last = await self._in_memory()
                else:
                    self._last = await asyncio.to_thread(_count, self._path)
                ended_s = time.monotonic()
                self._good_until_s = ended_s + max(OUTLOOK_KEPT_S, OUTLOOK_SHARE * (ended_s - started_s))
            return self._last

    async def _in_memory(self) -> StoreOutlook:
        counts = await self._store.outbox_counts()
        outbox = {state.name: counts.get(state, 0) for state in OutboxState}
        return StoreOutlook(outbox=outbox, oldest_ready_at=None, octets=0, log_octets=0)


def _count(path: Path) -> StoreOutlook:
    with StoreReader(path) as reader:
        return reader.outlook()


async def status_of(gateway: Gateway) -> Status:
    """Everything at once."""
    telemetry, now = gateway.telemetry, gateway.clock.now()
    counters, batches = telemetry.counters, telemetry.batches
    p99_s = batches.within_s(0.99)
    return Status(
        version=version("ussdgw"),
        pid=os.getpid(),
        at=now,
        started_at=gateway.started_at,
        catalogue=gateway.rooms.digest,
        peers=tuple(_peers(gateway)),
        applications=tuple(_application(each) for each in gateway.applications.values()),
        queue_facts=len(gateway.queue),
        queue_facts_max=gateway.settings.engine.queue_facts_max,
        replies_waiting=gateway.sender.waiting,
        in_doubt=gateway.engine.doubts.in_doubt,
        batches=BatchStatus(
            count=batches.count,
            failed=counters["batches_failed"],
            facts_mean=round(telemetry.facts.total() / max(batches.count, 1), 1),
            took_mean_ms=round(batches.total_s * 1000 / max(batches.count, 1), 2),
            took_p99_ms=_milliseconds(p99_s),
        ),
        messages=counters["messages"],
        redeliveries=counters["redeliveries"],
        refused=telemetry.refusals.total(),
        faults=counters["faults"],
        journal_number=gateway.engine.number,
        store=gateway.settings.store.url,
        store_outlook=await gateway.outlook.now(),
    )


def _milliseconds(bound_s: float) -> float | None:
    return bound_s * 1000 if bound_s != float("inf") else None


def _application(channel: ApplicationChannel) -> ApplicationStatus:
    took = channel.figures.took
    return ApplicationStatus(
        name=channel.setup.name,
        url=channel.setup.url,
        calls=dict(sorted(channel.figures.calls.items())),
        paused=channel.breaker.is_open,
        took_mean_ms=round(took.total_s * 1000 / max(took.count, 1), 1),
        took_p99_ms=_milliseconds(took.within_s(0.99)),
    )


def _peers(gateway: Gateway) -> Iterator[PeerStatus]:
    doors: dict[str, list[LinkStatus]] = {}
    for door in gateway.doors.status:
        doors.setdefault(door.name, []).append(door)
    bound = sorted(gateway.connections.all(), key=lambda each: each.id)
    speeds = gateway.sender.speeds
    for name, same in doors.items():
        first = same[0]
        yield PeerStatus(
            name=name,
            kind=first.kind,
            address=f"{first.host}:{first.port}",
            tls=first.tls,
            state=", ".join(dict.fromkeys(each.state for each in same)),
            sessions=tuple(
                gateway.meter.session(each, *(speeds.get(name) or speeds.get(each.id) or (0.0, 0)))
                for each in bound
                if each.name == name
            ),
            last_error=gateway.telemetry.troubles.get(name),
        )
