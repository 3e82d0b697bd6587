"""What a start and a failed write must not lose or do twice: doubts found by index, replies sent once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import msgspec
import pytest

from gateway.clock import SystemClock
from gateway.delivery.compose import Route
from gateway.delivery.routing import Connections, Routing
from gateway.delivery.sender import Sender
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Tools
from gateway.messages import Claimed, Fact, OutboxState, Outgoing, SubmitResult
from gateway.model import Channel, Instant, Msisdn
from gateway.store import schema
from gateway.store.memory import MemoryStore
from gateway.store.protocol import OutboxRow, StoreError, WriteBatch
from smpp.connection import Connection
from smpp.pdu import SubmitSm, encode

NUMBER = Msisdn("79161234567")
ROW = 16


def outgoing() -> Outgoing:
    return Outgoing(Channel.SMS, NUMBER, "111", "text", Instant(2**50), reference=1)


def ready(row: int = ROW) -> OutboxRow:
    return OutboxRow(row, OutboxState.READY, Instant(0), NUMBER, msgspec.msgpack.encode(outgoing()))


def test_doubts_are_found_by_index(tmp_path: Path) -> None:
    """A start reads what is in doubt, not the inbox: nothing may be scanned that grows with the messages taken."""
    connection = sqlite3.connect(tmp_path / "gateway.db")
    for step in schema.STEPS:
        connection.executescript(step)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {schema.IN_DOUBT}", (0,))]
    connection.close()

    scans = [line for line in plan if line.startswith("SCAN")]
    assert [line for line in scans if "inbox" in line] == ["SCAN inbox USING COVERING INDEX inbox_late"]
    assert all("USING" in line for line in plan if line.startswith("SEARCH"))


class SlowStore(MemoryStore):
    """A row comes to the sender while it reads the disk."""

    sender: Sender

    async def outbox_ready(self, after: int, limit: int) -> list[OutboxRow]:
        self.sender.wait(ready(), outgoing())
        return await super().outbox_ready(after, limit)


def new_sender(store: MemoryStore) -> Sender:
    connections = Connections()
    facts: list[Fact] = []
    return Sender(
        connections=connections,
        routing=Routing(connections, [], [], 24),
        store=store,
        clock=SystemClock(),
        derive_code=lambda ref: "",
        post=facts.append,
        wake=lambda: None,
        noted=lambda event, **fields: None,
    )


async def test_a_refill_takes_no_row_twice() -> None:
    """What came while the disk was read is in memory already."""
    store = SlowStore()
    await store.open()
    await store.write(WriteBatch(outbox=[ready()]))
    store.sender = new_sender(store)
    await store.sender.refill()

    assert store.sender.waiting == 1


class FailingStore(MemoryStore):
    """Fails once, as a full disk does."""

    def __init__(self, *, temporary: bool) -> None:
        super().__init__()
        self.error: StoreError | None = StoreError("full", temporary=temporary)

    async def write(self, batch: WriteBatch) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        await super().write(batch)


class Delivery:
    """Records what may leave and what was given back."""

    def __init__(self) -> None:
        self.dispatched: list[int] = []
        self.released: list[int] = []

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState | None:
        return None

    def release(self, rows: Iterable[int]) -> None:
        self.released.extend(rows)

    def dispatch(self, rows: Iterable[int]) -> None:
        self.dispatched.extend(rows)

    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None:
        raise AssertionError("no message, no row")


class Nobody:
    """Acknowledger and observer of a batch without messages."""

    def acknowledge(self, inbound: object, number: int) -> None:
        raise AssertionError

    def busy(self, inbound: object) -> None:
        raise AssertionError

    def flush(self) -> None: ...
    def decided(self, each: object, took_ms: float) -> None: ...
    def batch_failed(self, facts: int, error: StoreError) -> None: ...
    def wrote(self, facts: object, decided: object, took_s: float) -> None: ...
    def acknowledge_receipt(self, receipt: object) -> None: ...
    def receipts(self, came: object, orphaned: object) -> None: ...
    def own_fault(self, number: int, command: str, fault: str) -> None: ...
    def parts_dropped(self, count: int) -> None: ...


@pytest.mark.parametrize(
    ("temporary", "dispatched", "released"),
    [pytest.param(True, [ROW], [], id="tried again"), pytest.param(False, [], [ROW], id="given up")],
)
async def test_claimed_rows_outlive_a_failed_write(temporary: bool, dispatched: list[int], released: list[int]) -> None:
    """A claim that could not be written keeps its place and leaves with the next try; one given up frees its place."""
    store = FailingStore(temporary=temporary)
    await store.open()
    delivery, nobody, queue = Delivery(), Nobody(), FactQueue(10)
    tools = Tools(store, None, None, None, delivery, SystemClock())  # type: ignore[arg-type]
    engine = Engine(queue, tools, nobody, nobody, EngineSettings())
    queue.post(Claimed((ROW,)))
    await engine.step()
    await engine.step()

    assert (delivery.dispatched, delivery.released) == (dispatched, released)


async def test_a_reply_that_cannot_be_encoded_fails_by_itself() -> None:
    """Regression: such a row is FAILED and noted; it stops neither the sender nor, read from the disk, a restart."""
    store = MemoryStore()
    connections = Connections()
    facts: list[Fact] = []
    told: list[str] = []
    sender = Sender(
        connections=connections,
        routing=Routing(connections, [Route("link")], [], 24),
        store=store,
        clock=SystemClock(),
        derive_code=lambda ref: "",
        post=facts.append,
        wake=lambda: None,
        noted=lambda event, **fields: told.append(event),
    )
    connections.add(cast(Connection, BoundConnection()))
    reply = msgspec.structs.replace(outgoing(), destination=Msisdn("7" * 40))

    assert sender.place(ready(), reply) is OutboxState.SENDING
    sender.dispatch([ROW])
    assert [(fact.row, fact.state) for fact in facts if isinstance(fact, SubmitResult)] == [(ROW, OutboxState.FAILED)]
    assert told == ["reply_cannot_be_encoded"]


class BoundConnection:
    """A connection that encodes what it is given, as a real one does, and keeps it."""

    id, name, system_id, bound, may_send, window, window_free = 1, "link", "gw", True, True, 10, 10
    takes_tlvs = True

    def send(self, pdu: SubmitSm, context: object = None) -> int:
        encode(pdu)
        return 1

    def flush(self) -> None: ...
