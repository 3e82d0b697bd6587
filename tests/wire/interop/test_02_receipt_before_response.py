"""Interop failure 2: the receipt comes before the response that names its message."""

from __future__ import annotations

from pathlib import Path

from gateway.messages import OutboxState
from tests.wire.gateway_fixture import ROK, fresh_number
from tests.wire.interop.centre_fixture import town, written


async def test_held_until_the_response_comes(tmp_path: Path) -> None:
    """Given a submit_sm without its response, when its receipt comes first, then it is kept, and applied in the end."""
    number = fresh_number()
    async with town(tmp_path) as here:
        submit = await here.ask(number)
        status = await here.receipt(number, written("4711"))
        kept = await here.gateway.store.orphans()
        here.accept(submit, "4711")
        row = await here.row(number, OutboxState.DELIVERED)

        assert status == ROK
        assert len(kept) == 1
        assert row.message_id == "4711"
        assert await here.gateway.store.orphans() == []


async def test_held_through_a_restart(tmp_path: Path) -> None:
    """Given a receipt that found no reply, when the gateway stops and starts, then it is still there."""
    number = fresh_number()
    async with town(tmp_path) as here:
        await here.receipt(number, written("4711"))
    async with town(tmp_path) as here:
        kept = await here.gateway.store.orphans()
        here.accept(await here.ask(number), "4711")
        await here.row(number, OutboxState.DELIVERED)

        assert [orphan.link for orphan in kept] == ["smsc"]
        assert await here.gateway.store.orphans() == []


async def test_orphans_are_bounded(tmp_path: Path) -> None:
    """Given more receipts for nothing than are kept, then each is acknowledged and counted, and the oldest go."""
    number = fresh_number()
    async with town(tmp_path, top="[engine]\nreceipts_orphaned_max = 3") as here:
        statuses = {await here.receipt(number, written(f"x{each}")) for each in range(8)}
        kept = await here.gateway.store.orphans()

        assert statuses == {ROK}
        assert here.gateway.telemetry.counters["receipts_orphaned"] == 8
        assert [b"x5" in kept[0].document, len(kept)] == [True, 3]
