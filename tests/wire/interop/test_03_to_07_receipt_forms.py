"""Interop failures 3 to 7: opaque ids, missing keys, text in message_payload, parameters alone, and what is none."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from gateway.messages import OutboxState
from tests.wire.gateway_fixture import ROK, fresh_number, tlv
from tests.wire.interop.centre_fixture import DELIVERED, UNDELIVERABLE, parameters, town, written

MESSAGE_PAYLOAD = 0x0424
SENT = OutboxState.SENT
UUID = str(uuid.UUID(int=0x1234567890ABCDEF1234567890ABCDEF))
LONG = "Z" * 64

FORMS = [
    pytest.param(UUID, written(UUID), b"", 4, OutboxState.DELIVERED, id="03 a UUID"),
    pytest.param(LONG, written(LONG), b"", 4, OutboxState.DELIVERED, id="03 64 characters"),
    pytest.param("9", "id:9 stat:DELIVRD", b"", 4, OutboxState.DELIVERED, id="04 keys missing"),
    pytest.param(
        "9", "id:9 submit date:nonsense done date:9999 stat:EXPIRED", b"", 4, OutboxState.EXPIRED, id="04 strange dates"
    ),
    pytest.param(
        "9", "", tlv(MESSAGE_PAYLOAD, written("9").encode()), 4, OutboxState.DELIVERED, id="05 in message_payload"
    ),
    pytest.param("9", "", parameters("9", DELIVERED), 4, OutboxState.DELIVERED, id="06 parameters alone"),
    pytest.param("9", "", parameters("9", UNDELIVERABLE), 4, OutboxState.FAILED, id="06 parameters alone, a failure"),
    pytest.param(
        "9", "\x05\x00\x03\x01\x01\x01" + written("9"), b"", 0x44, OutboxState.DELIVERED, id="07 behind a header"
    ),
    pytest.param("9", written("9"), b"", 0x20, SENT, id="an intermediate notification is not the end"),
    pytest.param("9", written("9", "ENROUTE"), b"", 4, SENT, id="on the way is not the end"),
]  # fmt: skip


@pytest.mark.parametrize(("message_id", "text", "tlvs", "esm_class", "state"), FORMS)
async def test_recognised(
    tmp_path: Path, message_id: str, text: str, tlvs: bytes, esm_class: int, state: OutboxState
) -> None:
    """Given a reply that was taken, when a receipt of that form comes, then it is acknowledged and means the reply."""
    number = fresh_number()
    async with town(tmp_path) as here:
        here.accept(await here.ask(number), message_id)
        status = await here.receipt(number, text, esm_class=esm_class, tlvs=tlvs)
        row = await here.row(number, state)

        assert (status, row.message_id) == (ROK, message_id)
        assert here.gateway.telemetry.counters["receipts"] == 1
        assert here.gateway.telemetry.counters["receipts_orphaned"] == 0


VARIANTS = [
    "id: {} sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:DELIVRD err:000 text:x",
    "id:{} sub:001 dlvrd:001 submit date:261122120059 done date:261122120159 stat:DELIVRD err:000 Text:x",
    "id:{} submit date:20261122120000 done date:20261122120100 stat:DELIVRD err:0",
    "id:{} submit date:261122120000012+ done date:261122120100012+ stat:DELIVRD err:000",
    "id:{} submit date:0000000000 done date: stat:DELIVRD err:E0A1B text:",
    "ID:{} STAT:DELIVRD",
    "id:{} done date:2611221201 stat:DELIVRD err:000 text:\0",
]


async def test_04_every_way_to_write_a_receipt(tmp_path: Path) -> None:
    """Given replies that were taken, when receipts come as vendors write them (keys missing or in capitals, a space
    after id:, dates of every length and none), then each means its reply."""
    numbers = [fresh_number() for _ in VARIANTS]
    async with town(tmp_path) as here:
        for index, number in enumerate(numbers):
            here.accept(await here.ask(number), f"77{index}")
        statuses = {
            await here.receipt(number, text.format(f"77{index}"))
            for index, (number, text) in enumerate(zip(numbers, VARIANTS, strict=True))
        }
        found = [(await here.row(number, OutboxState.DELIVERED)).state for number in numbers]

        assert statuses == {ROK}
        assert here.gateway.telemetry.counters["receipts_orphaned"] == 0
    assert found == [OutboxState.DELIVERED] * len(VARIANTS)


async def test_07_a_subscriber_may_write_id(tmp_path: Path) -> None:
    """Given a reply that was taken, when its subscriber writes a message that reads like its receipt, then that is
    answered as a message, and the reply waits for a receipt as before."""
    number = fresh_number()
    async with town(tmp_path) as here:
        here.accept(await here.ask(number), "9")
        before = await here.row(number, OutboxState.SENT)
        submit = await here.ask(number, written("9"))
        (waiting,) = [each for each in await here.gateway.store.replies_to(2) if each.id == before.id]

        assert submit.body
        assert waiting.state is OutboxState.SENT
        assert here.gateway.telemetry.counters["receipts"] == 0
