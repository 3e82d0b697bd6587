"""query_sm_resp: we never ask, so each is an answer to nothing. It is read as it is, and leaves the session alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.app import Gateway
from smpp.pdu import decode, encode
from smpp.pdu_types import QuerySmResp
from tests.wire.gateway_fixture import QUERY_SM, RESPONSE, fresh_number, pdu, peer_of, port_of, sms_body, tlv
from tests.wire.raw_centre import deliver, linked, take

MESSAGE_STATE, DELIVERED, EXPIRED = 0x0427, 2, 3
WHOLE = b"4711\0" + b"261122120000000+\0" + bytes((DELIVERED, 7))
SHORT = WHOLE[:-1]
CASES = [
    pytest.param(WHOLE + tlv(MESSAGE_STATE, bytes((EXPIRED,))), 7, EXPIRED, id="35 message_state twice"),
    pytest.param(SHORT, 0, None, id="36 without error_code"),
]


@pytest.mark.parametrize(("body", "error_code", "state_tlv"), CASES)
def test_35_36_each_field_is_itself(body: bytes, error_code: int, state_tlv: int | None) -> None:
    """35. Given message_state as a field and as a parameter, then neither takes the other's place, both ways.

    36. Given no error_code, then it is 0, and what was missing is told beside the rest.
    """
    whole = decode(pdu(QUERY_SM | RESPONSE, 9, body))
    assert isinstance(whole, QuerySmResp)
    value = whole.tlv(MESSAGE_STATE)

    assert (whole.message_id, whole.message_state, whole.error_code) == ("4711", DELIVERED, error_code)
    assert (None if value is None else value[0]) == state_tlv
    assert whole.deviations == (("error_code: absent, taken as 0",) if body == SHORT else ())
    assert encode(whole) == pdu(QUERY_SM | RESPONSE, 9, body + b"\0" if body == SHORT else body)


@pytest.mark.parametrize(("body", "error_code", "state_tlv"), CASES)
async def test_35_36_from_a_centre(body: bytes, error_code: int, state_tlv: int | None, tmp_path: Path) -> None:
    """35, 36. Given such an answer from a centre, then the link goes on: the next subscriber has his reply."""
    number = fresh_number()
    async with linked(tmp_path) as (_, centre):
        peer = await centre.bound()
        peer.write(pdu(QUERY_SM | RESPONSE, 9, body))
        await deliver(peer, sms_body(number, "БАЛАНС"))

        assert [message.destination for message in await take(peer, 1)] == [number]


@pytest.mark.parametrize(("body", "error_code", "state_tlv"), CASES)
async def test_35_36_from_a_client(body: bytes, error_code: int, state_tlv: int | None, own_gateway: Gateway) -> None:
    """35, 36. Given such an answer from a client of our listener, then his session goes on."""
    number = fresh_number()
    async with peer_of(port_of(own_gateway)) as peer:
        peer.write(pdu(QUERY_SM | RESPONSE, 9, body))

        assert (await peer.say(sms_body(number, "БАЛАНС"))).destination == number
