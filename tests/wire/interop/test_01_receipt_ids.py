"""Interop failure 1: the receipt writes the id of the response in another notation."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.messages import OutboxState
from tests.wire.gateway_fixture import ROK, fresh_number
from tests.wire.interop.centre_fixture import town, written

PAIRS = [
    pytest.param("4711", "4711", id="exact"),
    pytest.param("70BA8A69", "1891273321", id="response hex, receipt decimal"),
    pytest.param("1891273321", "70ba8a69", id="response decimal, receipt hex"),
    pytest.param("00B8BE19", "B8BE19", id="leading zeros"),
    pytest.param("abcdef0123", "ABCDEF0123", id="case"),
    pytest.param("0006AAD5", "0000436949", id="padded, decimal"),
]


@pytest.mark.parametrize(("responded", "received"), PAIRS)
async def test_matched_by_the_ladder(tmp_path: Path, responded: str, received: str) -> None:
    """Given a response with one notation of an id, when the receipt has another, then the reply is delivered."""
    number = fresh_number()
    async with town(tmp_path) as here:
        here.accept(await here.ask(number), responded)
        status = await here.receipt(number, written(received))
        row = await here.row(number, OutboxState.DELIVERED)

        assert (status, row.message_id) == (ROK, responded)
        assert here.gateway.telemetry.counters["receipts_orphaned"] == 0


async def test_what_matched_is_tried_first(tmp_path: Path) -> None:
    """Given a link whose receipts are decimal and responses hexadecimal, then an id that reads both ways is that."""
    number = fresh_number()
    async with town(tmp_path) as here:
        here.accept(await here.ask(number), "FF")
        await here.receipt(number, written("255"))
        first, second = await here.ask(number), await here.ask(number)
        here.accept(first, "291")  # in decimal 657
        here.accept(second, "123")  # in decimal 291
        await here.receipt(number, written("291"))
        await here.row(number, OutboxState.DELIVERED)
        rows = [row for each in range(here.gateway.engine.number) for row in await here.gateway.store.replies_to(each)]

    assert [(row.message_id, row.state) for row in rows] == [
        ("FF", OutboxState.DELIVERED),
        ("291", OutboxState.SENT),
        ("123", OutboxState.DELIVERED),
    ]
