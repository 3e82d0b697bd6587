"""Interop failure 39: as a message centre we send the receipts that a client asked for, and no others."""

from __future__ import annotations

import pytest

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    SUBMIT_SM,
    RawPeer,
    fresh_number,
    peer_of,
    port_of,
    read_message,
    sms_body,
)
from tests.wire.interop.centre_fixture import RECEIPTED_MESSAGE_ID
from tests.wire.interop.test_long_messages import QUESTION, parts_of, udh8


def asking(body: bytes, registered_delivery: int, text_octets: int) -> bytes:
    """The same submit_sm with a wish for receipts."""
    at = len(body) - text_octets - 5
    assert body[at] == 0
    return body[:at] + bytes((registered_delivery,)) + body[at + 1 :]


async def told(peer: RawPeer, count: int) -> list[tuple[int, str, str, bytes]]:
    """(esm_class, source, text, receipted_message_id) of the next deliver_sm, receipts first."""
    found = []
    for _ in range(count):
        frame = await peer.request(DELIVER_SM)
        peer.answer(frame)
        message = read_message(frame.body)
        found.append((message.esm_class, message.source, message.text, message.tlvs.get(RECEIPTED_MESSAGE_ID, b"")))
    await peer.settle()
    return sorted(found, reverse=True)


@pytest.mark.parametrize(("wanted", "receipts"), [(0, 0), (1, 1), (2, 0), (3, 1)])
async def test_registered_delivery_is_honoured(own_gateway: Gateway, wanted: int, receipts: int) -> None:
    """Given a submit_sm with registered_delivery 1, then a receipt follows; with 0, or 2 (failures), none does."""
    number, text = fresh_number(), "БАЛАНС"
    async with peer_of(port_of(own_gateway)) as peer:
        taken = await peer.ask(SUBMIT_SM, asking(sms_body(number, text), wanted, 2 * len(text)))
        message_id = taken.body
        messages = await told(peer, 1 + receipts)

    assert peer.kept == []
    if receipts:
        esm_class, source, receipt, named = messages[0]
        assert (esm_class, source, named) == (4, "111", message_id)
        assert receipt.startswith(f"id:{message_id[:-1].decode()} sub:001 dlvrd:001 submit date:")
        assert " stat:DELIVRD err:000 " in receipt


async def test_each_part_has_its_receipt(own_gateway: Gateway) -> None:
    """Given a long SMS whose every part asks for a receipt, then each part gets one, under its own id."""
    number = fresh_number()
    parts = parts_of(QUESTION, 55)
    async with peer_of(port_of(own_gateway)) as peer:
        ids = []
        for index, octets in enumerate(parts, 1):
            body = asking(udh8(number, octets, index, len(parts)), 1, len(octets) + 6)
            ids.append((await peer.ask(SUBMIT_SM, body)).body)
        messages = await told(peer, len(parts) + 1)

    assert sorted(named for esm_class, _, _, named in messages if esm_class == 4) == sorted(ids)
