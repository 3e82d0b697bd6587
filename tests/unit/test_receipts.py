"""Which reply a receipt means, where memory does not hold all that waits; a real engine on real SQLite files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gateway.clock import VirtualClock
from gateway.engine import receipts as receipts_module
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Tools
from gateway.messages import PARTS_MAX, Awaited, OutboxState, Outgoing, Receipt, SubmitResult
from gateway.model import Channel, Instant, Msisdn
from gateway.store.protocol import OutboxRow, StoreError, WriteBatch
from gateway.store.sqlite import SqliteStore
from smpp.receipt import fold_id

AT = Instant(1_700_000_000_000)
SENT, DELIVERED, FAILED, EXPIRED = OutboxState.SENT, OutboxState.DELIVERED, OutboxState.FAILED, OutboxState.EXPIRED


class Centre:
    """Who is answered: the sequence numbers of the receipts that were acknowledged, or refused for now."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.refused: list[int] = []
        self.orphaned = 0

    def acknowledge_receipt(self, receipt: Receipt) -> None:
        self.acknowledged.append(receipt.sequence_number)

    def busy(self, fact: Receipt) -> None:
        self.refused.append(fact.sequence_number)

    def receipts(self, came: list[Receipt], orphaned: list[Receipt]) -> None:
        self.orphaned += len(orphaned)

    def acknowledge(self, inbound: object, number: int) -> None: ...
    def flush(self) -> None: ...
    def release(self, rows: object) -> None: ...
    def dispatch(self, rows: object) -> None: ...
    def own_fault(self, number: int, command: str, fault: str) -> None: ...
    def wrote(self, facts: object, decided: object, took_s: float) -> None: ...
    def batch_failed(self, facts: int, error: StoreError) -> None: ...


class Bench:
    """An engine without messages: results and receipts go in, outbox rows change."""

    def __init__(self, folder: Path) -> None:
        self.store, self.centre = SqliteStore(folder / "gateway.db"), Centre()
        tools = Tools(self.store, None, None, None, self.centre, VirtualClock(AT))  # type: ignore[arg-type]
        self.engine = Engine(FactQueue(10_000), tools, self.centre, self.centre, EngineSettings())  # type: ignore[arg-type]

    async def rows(self, *rows: int) -> None:
        document = b"\xc0"
        await self.store.write(
            WriteBatch(outbox=[OutboxRow(row, OutboxState.SENDING, AT, number(row), document) for row in rows])
        )

    async def tell(self, *facts: SubmitResult | Receipt) -> None:
        """All of them in one batch."""
        for fact in facts:
            self.engine.queue.post(fact)
        await self.engine.step()

    async def states(self, *rows: int) -> list[OutboxState]:
        return [found.state for row in rows for found in await self.store.replies_to(row // 16) if found.id == row]


def number(row: int) -> Msisdn:
    return Msisdn(str(79_160_000_000 + row))


def sent(row: int, *ids: str, state: OutboxState = SENT, link: str = "smsc") -> SubmitResult:
    parts = tuple(
        Awaited(row * PARTS_MAX + part, fold_id(each), link, each, len(ids), number(row), AT)
        for part, each in enumerate(ids)
    )
    return SubmitResult(row, state, ids[0], 0, AT, parts)


def receipt(
    row: int, identity: str, state: OutboxState | None = DELIVERED, link: str = "smsc", ticket: int = 1
) -> Receipt:
    return Receipt((identity,), state, "", "", (number(row), "111"), AT, 1, link, 5, ticket)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    await made.engine.start()
    yield made
    await made.store.close()


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "a batch each"])
@pytest.mark.parametrize("early", [True, False], ids=["receipt first", "response first"])
@pytest.mark.parametrize("state", [DELIVERED, FAILED, EXPIRED])
async def test_settles(bench: Bench, together: bool, early: bool, state: OutboxState) -> None:
    """Response and receipt, in either order, in one batch or two: the same end, and nothing left that waits."""
    await bench.rows(16)
    facts: list[SubmitResult | Receipt] = [sent(16, "a1"), receipt(16, "a1", state)]
    facts = facts[::-1] if early else facts
    if together:
        await bench.tell(*facts)
    else:
        for fact in facts:
            await bench.tell(fact)

    assert await bench.states(16) == [state]
    assert await bench.store.awaited_newest(10) == []
    assert await bench.store.orphans() == []


async def test_what_memory_does_not_hold_is_found_on_the_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more replies waiting than memory holds, a receipt for the oldest still finds it, all its parts included."""
    monkeypatch.setattr(receipts_module, "AWAITED_MAX", 4)
    rows = [16 * index for index in range(1, 9)]
    await bench.rows(*rows)
    for row in rows:
        await bench.tell(sent(row, f"a{row}", f"b{row}"))
    held = len(bench.engine.receipts.awaited)
    await bench.tell(receipt(16, "a16"))
    half = await bench.states(16)
    await bench.tell(receipt(16, "b16"), receipt(128, "a128"), receipt(128, "b128"))

    assert held == 4
    assert (half, await bench.states(16, 128, 64)) == ([SENT], [DELIVERED, DELIVERED, SENT])
    assert len(await bench.store.awaited_newest(100)) == 12
    assert bench.centre.orphaned == 0


async def test_other_links_and_other_phones(bench: Bench) -> None:
    """Two centres may use one id: a receipt means the reply that left by its own link, to its own phone."""
    await bench.rows(16, 32)
    await bench.tell(sent(16, "7", link="one"), sent(32, "7", link="two"))
    await bench.tell(receipt(32, "7", link="two"))

    assert await bench.states(16, 32) == [SENT, DELIVERED]


async def test_receiver_of_a_pair(bench: Bench) -> None:
    """Where a centre is bound by two links, one for each direction, the receipt comes by the other one."""
    await bench.rows(16)
    await bench.tell(sent(16, "70BA8A69", link="out"), receipt(16, "70BA8A69", link="in"))

    assert await bench.states(16) == [DELIVERED]


async def test_other_base_needs_the_phone(bench: Bench) -> None:
    """A number that is an id only in the other base, about another phone, is no match: it is kept as an orphan."""
    await bench.rows(16)
    await bench.tell(sent(16, "FF"), receipt(32, "255"))

    assert await bench.states(16) == [SENT]
    assert bench.centre.orphaned == 1


async def test_a_failure_that_arrives_in_the_end(bench: Bench) -> None:
    """A centre that first says FAILED and then DELIVERED of one message has delivered it."""
    await bench.rows(16)
    await bench.tell(sent(16, "a"))
    await bench.tell(receipt(16, "a", FAILED))
    await bench.tell(receipt(16, "a", DELIVERED))
    await bench.tell(receipt(16, "a", FAILED))

    assert await bench.states(16) == [DELIVERED]
    assert bench.centre.orphaned == 0


async def test_nothing_final_changes_nothing(bench: Bench) -> None:
    """ENROUTE and the like are acknowledged; the reply goes on waiting."""
    await bench.rows(16)
    await bench.tell(sent(16, "a"), receipt(16, "a", None))

    assert await bench.states(16) == [SENT]
    assert len(await bench.store.awaited_newest(10)) == 1
    assert bench.centre.acknowledged == [1]


async def test_not_acknowledged_before_it_is_on_the_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt that could not be written is refused for now; when the centre sends it again it settles its reply."""
    await bench.rows(16)
    await bench.tell(sent(16, "a"))

    async def full(batch: WriteBatch) -> None:
        raise StoreError("the disk is full", temporary=True)

    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "write", full)
        await bench.tell(receipt(16, "a", ticket=7))
    before = await bench.states(16)
    await bench.tell(receipt(16, "a", ticket=8))

    assert (bench.centre.refused, bench.centre.acknowledged) == ([7], [8])
    assert before == [SENT]
    assert await bench.states(16) == [DELIVERED]


async def test_late_response_names_what_a_receipt_has_told(bench: Bench) -> None:
    """An UNKNOWN reply that a receipt settled by its phone stays settled when its response comes after all."""
    await bench.rows(16)
    unnamed = Awaited(16 * PARTS_MAX, receipts_module.unnamed_key(number(16)), "smsc", "", 1, number(16), AT)
    await bench.tell(SubmitResult(16, OutboxState.UNKNOWN, "", 0, AT, (unnamed,)))
    await bench.tell(receipt(16, "never told"))
    await bench.tell(sent(16, "late"))

    assert await bench.states(16) == [DELIVERED]
    assert await bench.store.awaited_newest(10) == []


async def test_two_unknown_replies_to_a_phone_are_not_guessed(bench: Bench) -> None:
    """With two UNKNOWN replies to one phone a receipt of no known id could mean either: it is kept."""
    await bench.rows(16, 32)
    key = receipts_module.unnamed_key(number(16))
    for row in (16, 32):
        unnamed = Awaited(row * PARTS_MAX, key, "smsc", "", 1, number(16), AT)
        await bench.tell(SubmitResult(row, OutboxState.UNKNOWN, "", 0, AT, (unnamed,)))
    await bench.tell(receipt(16, "never told"))

    assert await bench.states(16, 32) == [OutboxState.UNKNOWN] * 2
    assert bench.centre.orphaned == 1


def test_an_outgoing_without_the_new_fields_reads() -> None:
    """Rows that an earlier version wrote have no receipt fields, and are no receipts."""
    old = msgspec.msgpack.encode(list(msgspec.to_builtins(Outgoing(Channel.SMS, number(1), "111", "x", AT, 1)))[:-2])
    assert msgspec.msgpack.decode(old, type=Outgoing).receipt_of == ""
