"""What other implementations do around a bind. Each numbered case was seen in the field."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from gateway.app import Gateway
from smpp.retry_timer import RetryTimer
from tests.wire.gateway_fixture import (
    BIND_TRANSCEIVER,
    ENQUIRE_LINK,
    GENERIC_NACK,
    PASSWORD_HASH,
    RALYBND,
    RESPONSE,
    RINVBNDSTS,
    ROK,
    SUBMIT_SM,
    UNBIND,
    WAIT_S,
    Frame,
    RawPeer,
    bind_body,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    running,
    sms_body,
    tlv,
    write_config,
)
from tests.wire.raw_centre import (
    RawCentre,
    accept_bind,
    balances,
    deliver,
    link,
    linked,
    raw_centre,
    settled,
    states,
    submitted,
    take,
)

RSYSERR = 0x08


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link tries again at once: what is looked at here is whether, and with what."""
    monkeypatch.setattr("smpp.link.RetryTimer", lambda: RetryTimer(first_s=0.02, ceiling_s=0.02))


async def serves(peer: RawPeer) -> None:
    """A subscriber is answered over this bind."""
    number = fresh_number()
    await deliver(peer, sms_body(number, "БАЛАНС"))
    assert [message.destination for message in await take(peer, 1)] == [number]


async def noted(gateway: Gateway, event: str, count: int = 1) -> None:
    async with asyncio.timeout(WAIT_S):
        while gateway.telemetry.counters[event] < count:
            await asyncio.sleep(0.005)


async def test_09_bind_resp_without_version(tmp_path: Path) -> None:
    """Case 9. Given a bind response without sc_interface_version, then the bind is good and 3.4 is assumed."""
    async with linked(tmp_path) as (_, centre):
        peer, bind = await centre.asked()
        peer.write(pdu(bind.command_id | RESPONSE, bind.sequence, b"smsc\0"))
        await serves(peer)


async def test_10_refused_bind_with_any_body(tmp_path: Path) -> None:
    """Case 10. Given an error response to the bind, with a body, without, or malformed, then its status is noted and
    the link tries again."""
    bodies = [b"", b"\0", b"smsc\0", b"smsc\0" + tlv(0x0210, b"\x34"), b"no end"]
    async with linked(tmp_path) as (gateway, centre):
        for count, body in enumerate(bodies, 1):
            peer, bind = await centre.asked()
            peer.write(pdu(bind.command_id | RESPONSE, bind.sequence, body, RSYSERR))
            await noted(gateway, "bind_refused", count)
        error = gateway.links[0].status.last_error
        await serves(await centre.bound())

    assert error == "bind refused with status 0x8"


async def test_11_any_interface_version(tmp_path: Path) -> None:
    """Case 11. Given a centre of any version, sensible or not, then the link binds and serves."""
    async with linked(tmp_path) as (_, centre):
        for version in (0x00, 0x22, 0x33, 0x34, 0x50, 0xFF):
            peer = await centre.bound(version)
            await serves(peer)
            peer.cut()


@pytest.mark.parametrize("version", [0x00, 0x22, 0x33, 0x34, 0x50, 0xFF])
async def test_11_any_interface_version_of_a_client(gateway_port: int, version: int) -> None:
    """Case 11. Given a client of any version, then it is let in and served."""
    number = fresh_number()
    body = bind_body().replace(b"\x34", bytes((version,)))
    async with peer_of(gateway_port, bound=False) as peer:
        answer = await peer.bind(body=body)
        reply = await peer.dial(number, "*100#")

    assert answer.status == ROK
    assert reply


async def test_22_enquire_link_before_the_bind(gateway_port: int) -> None:
    """Case 22. Given an enquire_link before the bind, then it is answered, and none of ours comes before it."""
    async with peer_of(gateway_port, bound=False) as peer:
        answer = await peer.ask(ENQUIRE_LINK)
        await peer.bind()

    assert answer.status == ROK
    assert [frame for frame in peer.kept if frame.command_id < RESPONSE] == []


async def test_22_enquire_link_before_the_bind_response(tmp_path: Path) -> None:
    """Case 22. Given a centre that asks for a sign of life before it answers the bind, then the link gives it."""
    async with linked(tmp_path, enquire_link_s=0.05) as (_, centre):
        peer, bind = await centre.asked()
        await asyncio.sleep(0.15)
        answer = await peer.ask(ENQUIRE_LINK)
        early = [frame for frame in peer.kept if frame.command_id == ENQUIRE_LINK]
        accept_bind(peer, bind)
        await serves(peer)

    assert answer.status == ROK
    assert early == [], "ours are sent when bound only"


async def test_23_bind_that_is_never_answered(tmp_path: Path) -> None:
    """Case 23. Given a centre that takes the connection and never answers the bind, then the link leaves and tries
    again."""
    async with linked(tmp_path, bind_response_s=0.1) as (gateway, centre):
        peer, _ = await centre.asked()
        assert await peer.ended() == b""
        await serves(await centre.bound())
        error = gateway.links[0].status.last_error

    assert error == "no bind response within 0.1 s"


async def test_24_already_bound(tmp_path: Path) -> None:
    """Case 24. Given a centre that still holds our last bind, then the link comes back after already_bound_s."""
    async with linked(tmp_path, already_bound_s=0.5) as (_, centre):
        peer, bind = await centre.asked()
        began = time.monotonic()
        peer.write(pdu(bind.command_id | RESPONSE, bind.sequence, b"", RALYBND))
        again = await centre.bound()
        waited_s = time.monotonic() - began
        await serves(again)

    assert waited_s > 0.45


async def test_24_unbinds_when_it_stops(tmp_path: Path) -> None:
    """Case 24. Given a gateway that is stopped, then it unbinds, so that the next start finds no old bind."""
    async with raw_centre() as centre:
        async with running(write_config(tmp_path, more=link("smsc", centre.port))):
            peer = await centre.bound()
            leaving = asyncio.create_task(peer.request(UNBIND))
            leaving.add_done_callback(lambda done: peer.answer(done.result()))
        unbind = await leaving

    assert unbind.status == ROK


async def refused_once(centre: RawCentre, folder: Path, refusal: Frame | None) -> list[str]:
    """A submit that is refused with ESME_RINVBNDSTS; what is sent over the next bind."""
    numbers, bodies = balances(3)
    peer = await centre.bound()
    await deliver(peer, *bodies)
    frame, message = await submitted(peer)
    command = GENERIC_NACK if refusal is None else frame.command_id | RESPONSE
    peer.write(pdu(command, frame.sequence, b"", RINVBNDSTS))
    assert message.destination == numbers[0]
    again = await centre.bound()
    sent = [message.destination for message in await take(again, 3)]
    await again.settle()
    assert sorted(sent) == sorted(numbers)
    return sent


@pytest.mark.parametrize("nacked", [False, True])
async def test_25_bind_that_the_centre_has_forgotten(tmp_path: Path, nacked: bool) -> None:
    """Case 25. Given ESME_RINVBNDSTS to a submit, by its response or by generic_nack, then the link binds anew and the
    message is sent again, once."""
    async with linked(tmp_path) as (gateway, centre):
        refusal = None if nacked else Frame(SUBMIT_SM, RINVBNDSTS, 0, b"", b"")
        await refused_once(centre, tmp_path, refusal)
        await settled(gateway)

    assert states(tmp_path) == [2, 2, 2]


async def test_25_bind_that_is_nacked(tmp_path: Path) -> None:
    """Case 25. Given a generic_nack to the bind itself, then that is a refused bind, and the link tries again."""
    async with linked(tmp_path) as (gateway, centre):
        peer, bind = await centre.asked()
        peer.write(pdu(GENERIC_NACK, bind.sequence, b"", RINVBNDSTS))
        await noted(gateway, "bind_refused")
        await serves(await centre.bound())


async def test_30_centre_unbinds_us(tmp_path: Path) -> None:
    """Case 30. Given a centre that unbinds, then it is answered, nothing more is sent, and the link comes back."""
    async with linked(tmp_path) as (_, centre):
        peer = await centre.bound()
        answer = await peer.ask(UNBIND)
        rest = await peer.ended()
        await serves(await centre.bound())

    assert answer.status == ROK
    assert rest == b""


async def test_31_long_names_and_passwords_of_a_link(tmp_path: Path) -> None:
    """Case 31. Given a centre that demands more characters than SMPP allows, then they are sent as configured."""
    keys = f'[[links]]\nname = "smsc"\nsystem_id = "{"s" * 20}"\npassword = "{"p" * 32}"\n'
    async with raw_centre() as centre, running(write_config(tmp_path, more=keys + f"port = {centre.port}\n")):
        _, bind = await centre.asked()
        for peer in centre.peers:
            peer.cut()

    assert bind.body.startswith(b"s" * 20 + b"\0" + b"p" * 32 + b"\0")


@pytest.mark.parametrize(("password", "status"), [("l0ck5m1t", ROK), ("x" * 9, 0x0E), ("x" * 200, None)])
async def test_31_long_passwords_of_a_client(gateway_port: int, password: str, status: int | None) -> None:
    """Case 31. Given a client with a password longer than SMPP allows, then it is judged; the next is served."""
    async with peer_of(gateway_port, bound=False) as peer:
        answer = await peer.bind(body=bind_body(password=password))
    async with peer_of(gateway_port) as other:
        assert await other.dial(fresh_number(), "*100#")

    assert answer.status == status if status is not None else answer.status != ROK


async def test_37_fin_with_and_without_unbind_resp(tmp_path: Path) -> None:
    """Case 37. Given a centre that answers our unbind and closes at once, or closes without an answer, then both are a
    clean end: the gateway stops without waiting."""
    took = []
    for answered in (True, False):
        async with raw_centre() as centre:
            async with running(write_config(tmp_path, more=link("smsc", centre.port))):
                peer = await centre.bound()

                async def leave(peer: RawPeer = peer, answered: bool = answered) -> None:
                    unbind = await peer.request(UNBIND)
                    if answered:
                        peer.answer(unbind)
                    peer.close()

                leaving = asyncio.create_task(leave())
                began = time.monotonic()
            took.append(time.monotonic() - began)
            await leaving

    assert max(took) < 1.5


async def test_38_client_that_binds_for_each_message(gateway_port: int) -> None:
    """Case 38. Given a client that binds for every message and hangs up without unbind, then each message is served."""
    for _ in range(20):
        async with peer_of(gateway_port) as peer:
            assert await peer.dial(fresh_number(), "*100#")


async def test_38_more_sessions_than_allowed(tmp_path: Path) -> None:
    """Case 38. Given a client with ever more sessions, then those beyond sessions_max are refused, others served."""
    path = write_config(tmp_path, listener="")
    text = path.read_text(encoding="utf-8").replace("accounts = [{", "accounts = [{ sessions_max = 2,")
    path.write_text(text, encoding="utf-8")
    async with running(path) as gateway:
        port = port_of(gateway)
        async with peer_of(port) as one, peer_of(port), peer_of(port, bound=False) as third:
            refused = await third.bind()
            assert await one.dial(fresh_number(), "*100#")

    assert PASSWORD_HASH in text
    assert refused.status == RALYBND


async def test_38_enquire_links_in_a_hurry(gateway_port: int) -> None:
    """Case 38. Given a client that asks for signs of life without a pause, then each is answered, messages too."""
    async with peer_of(gateway_port) as peer:
        numbers = [peer.next_sequence() for _ in range(500)]
        peer.write(*(pdu(ENQUIRE_LINK, number) for number in numbers))
        reply = await peer.dial(fresh_number(), "*100#")
        answers = [(await peer.response(number)).status for number in numbers]

    assert reply
    assert set(answers) == {ROK}


async def test_bind_kind_is_as_configured(tmp_path: Path) -> None:
    """The bind that all these cases begin with: a transceiver with our name, by default."""
    async with linked(tmp_path) as (_, centre):
        _, bind = await centre.asked()

    assert bind.command_id == BIND_TRANSCEIVER
    assert bind.body == b"gw\0secret\0\0\x34\0\0\0"
