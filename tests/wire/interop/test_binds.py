"""What other implementations do around a bind. Each numbered case was seen in the field."""

from __future__ import annotations

import asyncio
import struct
import time
from pathlib import Path

import pytest

from gateway import config
from gateway.app import Gateway
from gateway.config import ConfigError
from smpp.retry_timer import RetryTimer
from tests.wire.gateway_fixture import (
    BIND_TRANSCEIVER,
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    PASSWORD_HASH,
    RALYBND,
    RESPONSE,
    RINVBNDSTS,
    RINVCMDLEN,
    RINVPASWD,
    RINVSYSID,
    ROK,
    SUBMIT_SM,
    UNBIND,
    USSD_SERVICE_OP,
    WAIT_S,
    Frame,
    RawPeer,
    bind_body,
    cut,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    running,
    sms_body,
    tlv,
    ussd_body,
    write_config,
)
from tests.wire.interop.test_39_receipts_we_owe import asking
from tests.wire.raw_centre import (
    RawCentre,
    accept,
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
SC_INTERFACE_VERSION = bytes.fromhex("0210000134")  # the whole parameter: tag, length, 3.4


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


async def screen(peer: RawPeer) -> dict[int, bytes]:
    """The optional parameters of the screen that answers a dial, over this bind of a link."""
    number = fresh_number()
    await deliver(peer, ussd_body(number, "*100#"))
    (message,) = await take(peer, 1)
    assert message.destination == number
    return message.tlvs


async def test_09_bind_resp_without_version(tmp_path: Path) -> None:
    """Case 9. Given a bind response without sc_interface_version, then the bind is good and 3.4 is assumed: what 3.3
    does not know is sent."""
    async with linked(tmp_path) as (_, centre):
        peer, bind = await centre.asked()
        peer.write(pdu(bind.command_id | RESPONSE, bind.sequence, b"smsc\0"))
        await serves(peer)
        tlvs = await screen(peer)

    assert USSD_SERVICE_OP in tlvs


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


VERSIONS = {0x00: True, 0x22: True, 0x33: False, 0x34: True, 0x50: True, 0xFF: True}
"""interface_version -> whether optional parameters may be sent: 3.3 has none; what is no version counts as 3.4."""


async def test_11_any_interface_version(tmp_path: Path) -> None:
    """Case 11. Given a centre of any version, sensible or not, then the link binds and serves, dials as well as SMS."""
    async with linked(tmp_path) as (_, centre):
        for version in VERSIONS:
            peer = await centre.bound(version)
            await serves(peer)
            assert USSD_SERVICE_OP in await screen(peer)
            peer.cut()


@pytest.mark.parametrize(("version", "tlvs"), VERSIONS.items())
async def test_11_any_interface_version_of_a_client(gateway_port: int, version: int, tlvs: bool) -> None:
    """Case 11. Given a client of any version, then it is let in and served. One of 3.3 gets no optional parameters: the
    text of its receipt says all. Those of a screen stay, because it is nothing without them."""
    number = fresh_number()
    body = bind_body().replace(b"\x34", bytes((version,)))
    async with peer_of(gateway_port, bound=False) as peer:
        answer = await peer.bind(body=body)
        screen = await peer.say(ussd_body(fresh_number(), "*100#"))
        taken = await peer.ask(SUBMIT_SM, asking(sms_body(number, "БАЛАНС"), 1, 12))
        told = [await peer.message() for _ in range(2)]
    (receipt,) = [each for each in told if each.esm_class == 4]

    assert (answer.status, taken.status) == (ROK, ROK)
    assert (SC_INTERFACE_VERSION in answer.body) is tlvs
    assert USSD_SERVICE_OP in screen.tlvs
    assert bool(receipt.tlvs) is tlvs
    assert receipt.text.startswith(f"id:{taken.body[:-1].decode()} ")


IMPOSSIBLE = [
    pytest.param(struct.pack(">IIII", 0, SUBMIT_SM, 0, 7), id="0"),
    pytest.param(struct.pack(">IIII", 15, SUBMIT_SM, 0, 7), id="15"),
    pytest.param(struct.pack(">IIII", 0x3800_000F, SUBMIT_SM, 0, 7), id="0x3800000f"),
    pytest.param(struct.pack(">IIII", 0xF000_0011, SUBMIT_SM, 0, 7), id="0xf0000011"),
    pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="HTTP"),
    pytest.param(b"\r\n\r\n", id="a terminal"),
]


@pytest.mark.parametrize("octets", IMPOSSIBLE)
async def test_16_impossible_length(tmp_path: Path, octets: bytes) -> None:
    """Case 16. Given a centre that sends what has no possible length, in place of a bind response or once bound, then
    it is nacked and hung up on at once, before anything of that length is waited for, and the link comes back."""
    async with linked(tmp_path) as (_, centre):
        peer, _ = await centre.asked()
        peer.write(octets)
        (unbound,) = cut(await peer.ended())
        peer = await centre.bound()
        peer.write(octets)
        (bound,) = cut(await peer.ended())
        await serves(await centre.bound())

    assert {(nack.command_id, nack.status) for nack in (unbound, bound)} == {(GENERIC_NACK, RINVCMDLEN)}


@pytest.mark.parametrize("bound", [False, True], ids=["unbound", "bound"])
@pytest.mark.parametrize("octets", IMPOSSIBLE)
async def test_16_impossible_length_of_a_client(gateway_port: int, octets: bytes, bound: bool) -> None:
    """Case 16. Given a client that sends such octets, then the same; and whoever comes next is served."""
    async with peer_of(gateway_port, bound=bound) as peer:
        peer.write(octets)
        (nack,) = cut(await peer.ended())
    async with peer_of(gateway_port) as other:
        assert await other.dial(fresh_number(), "*100#")

    assert (nack.command_id, nack.status) == (GENERIC_NACK, RINVCMDLEN)


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


async def test_23_bind_that_is_never_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 23. Given a centre that takes the connection and never answers the bind, then the link leaves when the bind
    timer has run out, and tries again after ever longer pauses."""
    monkeypatch.setattr("smpp.link.RetryTimer", lambda: RetryTimer(first_s=0.05, jitter=0.0))
    pauses = []
    async with linked(tmp_path, bind_response_s=0.05) as (gateway, centre):
        for _ in range(3):
            peer, _ = await centre.asked()
            assert await peer.ended() == b""
            began = time.monotonic()
            again = await centre.call()
            pauses.append(time.monotonic() - began)
            centre.calls.put_nowait(again)
        error = gateway.links[0].status.last_error
        await serves(await centre.bound())

    assert error == "no bind response within 0.05 s"
    assert all(waited_s > least_s for waited_s, least_s in zip(pauses, (0.04, 0.09, 0.19), strict=True))


async def test_24_already_bound(tmp_path: Path) -> None:
    """Case 24. Given a centre that holds our last bind until its own timer has run out, then each time it says so the
    link waits for already_bound_s, and calls once, however short its ordinary pauses are."""
    waited = []
    async with linked(tmp_path, already_bound_s=0.3) as (_, centre):
        for _ in range(2):
            peer, bind = await centre.asked()
            began = time.monotonic()
            peer.write(pdu(bind.command_id | RESPONSE, bind.sequence, b"", RALYBND))
            again = await centre.call()
            waited.append(time.monotonic() - began)
            centre.calls.put_nowait(again)
        await serves(await centre.bound())

    assert min(waited) > 0.25
    assert len(centre.peers) == 3


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


async def test_30_centre_unbinds_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 30. Given a centre that unbinds while replies wait for it, then it is answered, nothing more is sent, and
    the link comes back after a pause and sends them there."""
    monkeypatch.setattr("smpp.link.RetryTimer", lambda: RetryTimer(first_s=0.1, jitter=0.0))
    numbers, bodies = balances(3)
    async with linked(tmp_path, window=1) as (_, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        frame, _ = await submitted(peer)
        answer = await peer.ask(UNBIND)
        accept(peer, frame)
        rest = await peer.ended()
        began = time.monotonic()
        again = await centre.bound()
        waited_s = time.monotonic() - began
        sent = [message.destination for message in await take(again, 2)]
        await again.settle()

    assert answer.status == ROK
    assert (rest, [kept.command_id for kept in peer.kept]) == (b"", [])
    assert waited_s > 0.05
    assert sent == numbers[1:]
    assert again.kept == []


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


@pytest.mark.parametrize(("key", "value"), [("system_id", "s" * 16), ("password", "p" * 9)])
def test_31_long_names_and_passwords_of_a_link_may_be_refused(tmp_path: Path, key: str, value: str) -> None:
    """Case 31. Given a link that is to keep to SMPP's lengths, then a longer name or password is told at the start."""
    path = write_config(tmp_path, more=link("smsc", 9, system_id_octets_max=15, password_octets_max=8))
    own = {"system_id": "gw", "password": "secret"}[key]
    head, _, tail = path.read_text(encoding="utf-8").partition("[[links]]")
    path.write_text(f"{head}[[links]]{tail.replace(own, value)}", encoding="utf-8")

    with pytest.raises(ConfigError, match=rf"^link 'smsc': {key} has {len(value)} octets, {key}_octets_max is "):
        Gateway(config.load(path))


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ("", ROK),
        ("password_octets_max = 8\nsystem_id_octets_max = 3", ROK),
        ("password_octets_max = 7", RINVPASWD),
        ("system_id_octets_max = 2", RINVSYSID),
    ],
)
async def test_31_limits_of_a_listener(tmp_path: Path, keys: str, status: int) -> None:
    """Case 31. Given a limit for names or passwords, then a client with a longer one is refused, though it be right."""
    async with (
        running(write_config(tmp_path, listener=keys)) as gateway,
        peer_of(port_of(gateway), bound=False) as peer,
    ):
        answer = await peer.bind()

    assert answer.status == status


async def leaves(peer: RawPeer, *, answered: bool) -> None:
    """The end of a session that we have asked for: the connection is closed, with an answer before it or without."""
    unbind = await peer.request(UNBIND)
    if answered:
        peer.answer(unbind)
    peer.close()


@pytest.mark.parametrize("answered", [True, False], ids=["unbind_resp and FIN", "FIN alone"])
async def test_37_fin_with_and_without_unbind_resp(tmp_path: Path, answered: bool) -> None:
    """Case 37. Given a centre that answers our unbind and closes at once, or closes without an answer, then both are a
    clean end: the gateway stops without waiting, and notes no failure of the link."""
    async with raw_centre() as centre:
        async with running(write_config(tmp_path, more=link("smsc", centre.port))) as gateway:
            peer = await centre.bound()
            await serves(peer)
            leaving = asyncio.create_task(leaves(peer, answered=answered))
            began = time.monotonic()
        took_s = time.monotonic() - began
        await leaving

    assert took_s < 1.5
    assert gateway.links[0].status.last_error == ""
    assert gateway.telemetry.counters["link_failed"] == 0


@pytest.mark.parametrize("answered", [True, False], ids=["unbind_resp and FIN", "FIN alone"])
async def test_37_fin_of_a_client(tmp_path: Path, answered: bool) -> None:
    """Case 37. Given a client that answers our unbind and closes at once, or closes without an answer, then so too."""
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.dial(fresh_number(), "*100#")
        leaving = asyncio.create_task(leaves(peer, answered=answered))
        began = time.monotonic()
        await gateway.doors.stop()
        took_s = time.monotonic() - began
        await leaving

    assert took_s < 1.5
    assert gateway.telemetry.counters["pdu_unreadable"] == 0


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


async def test_38_client_that_answers_no_deliver_sm(tmp_path: Path) -> None:
    """Case 38. Given a client that answers none of our messages, then its window bounds them, its own are still taken,
    and other clients are served."""
    path = write_config(tmp_path, listener="window = 2")
    async with running(path) as gateway, peer_of(port_of(gateway)) as mute, peer_of(port_of(gateway)) as other:
        taken = [(await mute.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))).status for _ in range(6)]
        await settled(gateway)
        reply = await other.dial(fresh_number(), "*100#")
        await mute.settle()
        unanswered = [frame for frame in mute.kept if frame.command_id == DELIVER_SM]

    assert taken == [ROK] * 6
    assert reply.startswith("Баланс")
    assert len(unanswered) <= 2


async def test_38_client_without_enquire_link(tmp_path: Path) -> None:
    """Case 38. Given a client that never asks for a sign of life, then we ask it; while it answers, its bind stays."""
    path = write_config(tmp_path, listener="enquire_link_s = 0.05")
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        for _ in range(3):
            peer.answer(await peer.request(ENQUIRE_LINK))
        reply = await peer.dial(fresh_number(), "*100#")

    assert reply
    assert gateway.telemetry.counters["lost"] <= 1, "when the client hung up in the end"


async def test_bind_kind_is_as_configured(tmp_path: Path) -> None:
    """The bind that all these cases begin with: a transceiver with our name, by default."""
    async with linked(tmp_path) as (_, centre):
        _, bind = await centre.asked()

    assert bind.command_id == BIND_TRANSCEIVER
    assert bind.body == b"gw\0secret\0\0\x34\0\0\0"
