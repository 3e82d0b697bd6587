"""Links on real sockets: pace, throttling, two binds, fail-over, outbind, mute centres."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.delivery import pace
from gateway.messages import OutboxState
from gateway.status import status_of
from smpp import window
from tests.wire.gateway_fixture import (
    BIND_RECEIVER,
    BIND_TRANSMITTER,
    ENQUIRE_LINK,
    HOST,
    ROK,
    RTHROTTLED,
    RawPeer,
    bind_body,
    fresh_number,
    pdu,
    read_message,
    running,
    sms_body,
    tlv,
    ussd_body,
    write_config,
)
from tests.wire.raw_centre import (
    accept,
    accept_bind,
    balances,
    deliver,
    link,
    linked,
    raw_centre,
    refuse,
    serving,
    settled,
    states,
    submitted,
    take,
)

RMSGQFUL = 0x14
CONGESTION_STATE = 0x0428
LONG_COMMAND = "ПОМОЩЬ"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses after throttling are as long as they need be to be seen."""
    monkeypatch.setattr(pace, "FIRST_PAUSE_MS", 200)


async def pings_answered(peer: RawPeer) -> None:
    """A centre that answers enquire_link and nothing else."""
    while True:
        peer.answer(await peer.request(ENQUIRE_LINK))


async def test_two_binds_of_one_link(tmp_path: Path) -> None:
    """What the receiver brings is answered by the transmitter, SMS and screen alike; status shows both."""
    number = fresh_number()
    async with linked(tmp_path, bind="transmitter+receiver") as (gateway, centre):
        binds = [await centre.asked(), await centre.asked()]
        for peer, bind in binds:
            accept_bind(peer, bind)
        by_kind = {bind.command_id: peer for peer, bind in binds}
        receiver, transmitter = by_kind[BIND_RECEIVER], by_kind[BIND_TRANSMITTER]
        await deliver(receiver, sms_body(number, "БАЛАНС"))
        (by_sms,) = await take(transmitter, 1)
        await deliver(receiver, ussd_body(number, "*100#"))
        (on_screen,) = await take(transmitter, 1)
        status = [(each.name, each.state, each.connections[0].state) for each in gateway.doors.status[1:]]

    assert by_sms.destination == on_screen.destination == number
    assert 0x0501 in on_screen.tlvs
    assert sorted(status) == [("smsc", "bound", "bound_rx"), ("smsc", "bound", "bound_tx")]


async def test_fail_over_sends_nothing_twice(tmp_path: Path) -> None:
    """A link that is lost: what it has answered is not sent again, everything else leaves once by the next one."""
    numbers, bodies = balances(12)
    async with raw_centre() as first, raw_centre() as second:
        routes = '[[routes]]\nvia = ["first", "second"]\n'
        more = link("first", first.port, window=2) + link("second", second.port) + routes
        async with serving(tmp_path, first, second, more=more) as gateway:
            one, two = await first.bound(), await second.bound()
            await deliver(one, *bodies)
            by_first = [message.destination for message in await take(one, 4)]
            on_its_way = [(await submitted(one))[1].destination for _ in range(2)]
            await settled(gateway)
            one.cut()
            by_second = [message.destination for message in await take(two, 8)]
            await two.settle()
            await settled(gateway)

    assert by_first == numbers[:4]
    assert sorted(by_second) == sorted(numbers[4:])
    assert set(on_its_way) <= set(by_second), "nobody knows whether they arrived: sent again, under their reference"
    assert set(states(tmp_path)) == {OutboxState.SENT}


async def test_a_route_without_a_bound_door_waits(tmp_path: Path) -> None:
    """Rows wait for the doors of their route; when one binds they leave, each once."""
    numbers, bodies = balances(3)
    async with raw_centre() as first, raw_centre() as second:
        routes = '[[routes]]\nprefix = "7916"\nvia = "second"\n'
        more = link("first", first.port, bind="receiver") + link("second", second.port) + routes
        async with serving(tmp_path, first, second, more=more):
            one, (two, bind) = await first.bound(), await second.asked()
            await deliver(one, *bodies)
            accept_bind(two, bind)
            sent = await take(two, 3)

    assert [message.destination for message in sent] == numbers


async def test_rate_is_kept_per_pdu(tmp_path: Path) -> None:
    """With rate_per_s = 100 and a burst of 1, thirty PDUs take at least 0.29 s, and not much longer."""
    numbers, bodies = balances(30)
    async with linked(tmp_path, rate_per_s=100, rate_burst=1) as (_, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        began = time.monotonic()
        first = await take(peer, 1)
        sent = first + await take(peer, 29)
        took_s = time.monotonic() - began

    assert [message.destination for message in sent] == numbers
    assert 0.2 < took_s < 2.0


async def test_screens_go_before_sms(tmp_path: Path) -> None:
    """Where a rate makes answers wait, the one for the screen overtakes those by SMS."""
    _, bodies = balances(8)
    dialler = fresh_number()
    async with linked(tmp_path, rate_per_s=20, rate_burst=1) as (_, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        await deliver(peer, ussd_body(dialler, "*100#"))
        sent = [message.destination for message in await take(peer, 9)]

    assert sent.index(dialler) < 5


async def test_throttling_is_survived_in_order(tmp_path: Path) -> None:
    """A storm of ESME_RTHROTTLED: a pause, then everything again in its order; nothing is dropped or sent twice."""
    numbers, bodies = balances(20)
    async with linked(tmp_path, window=5) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        refused = [await submitted(peer) for _ in range(5)]
        began = time.monotonic()
        for frame, _ in refused:
            refuse(peer, frame, RTHROTTLED)
        await peer.settle()
        speed, pause_ms = gateway.sender.speeds["smsc"]
        sent = [message.destination for message in await take(peer, 20)]
        took_s = time.monotonic() - began
        await peer.settle()
        await settled(gateway)

    assert [message.destination for _, message in refused] == numbers[:5]
    assert sent == numbers
    assert speed == 500.0
    assert 0 < pause_ms <= 240
    assert 0.16 < took_s < 5.0
    assert set(states(tmp_path)) == {OutboxState.SENT}


async def test_a_full_queue_holds_one_destination(tmp_path: Path) -> None:
    """ESME_RMSGQFUL for one number: what else goes there waits in its order, other numbers are served on."""
    full, other = fresh_number(), fresh_number()
    async with raw_centre() as centre, running(write_config(tmp_path, more=link("smsc", centre.port))) as gateway:
        peer = await centre.bound()
        await deliver(peer, sms_body(full, "БАЛАНС"))
        frame, _ = await submitted(peer)
        refuse(peer, frame, RMSGQFUL)
        await deliver(peer, sms_body(full, "БАЛАНС"), sms_body(other, "БАЛАНС"))
        (sent,) = await take(peer, 1)
        await settled(gateway)
        waiting = gateway.sender.waiting

    assert sent.destination == other
    assert waiting == 2


async def test_of_a_long_message_only_the_refused_part_is_sent_again(tmp_path: Path) -> None:
    """The centre has one part already: the other one follows, under the same reference, and the row is SENT once."""
    number = fresh_number()
    async with raw_centre() as centre, running(write_config(tmp_path, more=link("smsc", centre.port))) as gateway:
        peer = await centre.bound()
        await deliver(peer, sms_body(number, LONG_COMMAND))
        parts = [await submitted(peer)]
        total = parts[0][1].short_message[4]
        parts += [await submitted(peer) for _ in range(total - 1)]
        for frame, _ in parts[:-1]:
            accept(peer, frame)
        refuse(peer, parts[-1][0], RTHROTTLED)
        frame, again = await submitted(peer)
        accept(peer, frame)
        await peer.settle()
        await settled(gateway)

    assert total > 1
    assert again == parts[-1][1]
    assert states(tmp_path) == [OutboxState.SENT]


async def test_congestion_state(tmp_path: Path) -> None:
    """Both sides bound with 5.0: a congested centre is left alone for a moment before it refuses anything."""
    numbers, bodies = balances(2)
    async with linked(tmp_path, interface_version="5.0") as (gateway, centre):
        peer, bind = await centre.asked()
        accept_bind(peer, bind, version=0x50)
        await deliver(peer, bodies[0])
        frame, _ = await submitted(peer)
        accept(peer, frame, tlvs=tlv(CONGESTION_STATE, b"\x64"))
        await peer.settle()
        speed, pause_ms = gateway.sender.speeds["smsc"]
        (session,) = next(each.sessions for each in (await status_of(gateway)).peers if each.name == "smsc")
        await deliver(peer, bodies[1])
        (sent,) = await take(peer, 1)

    assert bind.body.split(b"\0")[3][:1] == b"\x50"
    assert (speed, 0 < pause_ms <= 200) == (500.0, True)
    assert (session.pace_per_s, 0 < session.paused_ms <= pause_ms) == (500.0, True)
    assert sent.destination == numbers[1]


async def test_centre_that_answers_no_submit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A centre that takes and never answers gets its window and a few probes; when it answers, all the rest follows."""
    monkeypatch.setattr(window, "MUTE_S", 0.3)
    monkeypatch.setattr(window, "PROBE_S", 0.3)
    numbers, bodies = balances(60)
    keys = {"window": 10, "response_s": 0.6, "enquire_link_s": 0.2}
    async with linked(tmp_path, **keys) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        pinging = asyncio.create_task(pings_answered(peer))
        await asyncio.sleep(1.3)  # two windows would have expired
        pinging.cancel()
        await asyncio.gather(pinging, return_exceptions=True)
        swallowed = [frame for frame in peer.kept if frame.command_id == 4]
        (mute,) = [each.connections[0].mute for each in gateway.doors.status if each.name == "smsc"]
        began = time.monotonic()
        for frame in swallowed:
            accept(peer, frame)
        peer.kept.clear()
        rest = await take(peer, 60 - len(swallowed))
        took_s = time.monotonic() - began
        await peer.settle()
        await settled(gateway)

    assert mute
    assert 10 < len(swallowed) <= 18
    told = [read_message(frame.body).destination for frame in swallowed] + [message.destination for message in rest]
    assert sorted(told) == sorted(numbers), "each once"
    assert took_s < 2.0
    assert set(states(tmp_path)) == {OutboxState.SENT}, "the late responses were recorded"


async def test_silent_centre_is_left_and_found_again(tmp_path: Path) -> None:
    """A centre that falls silent altogether: the link ends, what was on its way is sent again, nothing else twice."""
    numbers, bodies = balances(5)
    keys = {"window": 2, "enquire_link_s": 0.2, "enquire_link_response_s": 0.3}
    async with linked(tmp_path, **keys) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        unanswered = [(await submitted(peer))[1].destination for _ in range(2)]
        again = await centre.bound()
        sent = [message.destination for message in await take(again, 5)]
        await again.settle()
        await settled(gateway)
        (status,) = [each for each in gateway.doors.status if each.name == "smsc"]

    assert unanswered == numbers[:2]
    assert sorted(sent) == sorted(numbers)
    assert status.last_error == "no sign of life within 0.3 s"
    assert set(states(tmp_path)) == {OutboxState.SENT}


# Outbind


async def called(gateway: Gateway) -> RawPeer:
    reader, writer = await asyncio.open_connection(HOST, gateway.links[0].port)  # type: ignore[union-attr]
    return RawPeer(reader, writer)


OUTBIND_KEYS = {"bind": "outbind", "outbind_system_id": "smsc", "outbind_password": "callme"}


async def test_outbind(tmp_path: Path) -> None:
    """The centre calls and says outbind: it is answered with bind_receiver there; replies leave by another link."""
    number = fresh_number()
    async with raw_centre() as centre:
        more = link("calls", 0, **OUTBIND_KEYS) + link("smsc", centre.port)
        async with serving(tmp_path, centre, more=more) as gateway:
            sender = await centre.bound()
            caller = await called(gateway)
            caller.write(pdu(0x0B, 1, b"smsc\0callme\0"))
            bind = await caller.request(BIND_RECEIVER)
            accept_bind(caller, bind)
            await deliver(caller, sms_body(number, "БАЛАНС"))
            (reply,) = await take(sender, 1)
            caller.close()

    assert bind.body.startswith(b"gw\0secret\0")
    assert reply.destination == number


@pytest.mark.parametrize(
    ("allowed", "said"),
    [
        ("127.0.0.0/8", pdu(0x0B, 1, b"smsc\0guess\0")),
        ("127.0.0.0/8", pdu(0x0B, 1, b"other\0callme\0")),
        ("10.0.0.0/8", pdu(0x0B, 1, b"smsc\0callme\0")),
        ("127.0.0.0/8", b""),
    ],
    ids=["wrong password", "wrong name", "wrong address", "nothing"],
)
async def test_wrong_outbind_is_hung_up_on(tmp_path: Path, allowed: str, said: bytes) -> None:
    """A caller that is not our centre, or says nothing in time, learns nothing: the connection is closed."""
    more = link("calls", 0, **OUTBIND_KEYS, session_init_s=0.2) + f'allowed_networks = ["{allowed}"]\n'
    async with running(write_config(tmp_path, more=more)) as gateway:
        caller = await called(gateway)
        caller.write(said)
        assert await caller.ended() == b""


# Limits of accounts


async def bound_hub(gateway: Gateway, hubs: AsyncExitStack) -> RawPeer:
    """A bound client; it hangs up with the block, before the gateway stops."""
    reader, writer = await asyncio.open_connection(HOST, gateway.listeners[0].port)
    peer = RawPeer(reader, writer)
    hubs.callback(peer.cut)
    assert (await peer.bind()).status == ROK
    return peer


def limited(folder: Path, keys: str) -> Path:
    path = write_config(folder)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('{ system_id = "hub",', f'{{ {keys}, system_id = "hub",'), encoding="utf-8")
    return path


async def test_account_rate(tmp_path: Path) -> None:
    """An account beyond requests_per_s gets ESME_RTHROTTLED, keeps its binds, and is served again a moment later."""
    _, bodies = balances(40)
    async with running(limited(tmp_path, "requests_per_s = 10")) as gateway, AsyncExitStack() as hubs:
        one, two = await bound_hub(gateway, hubs), await bound_hub(gateway, hubs)
        for index, body in enumerate(bodies):
            (one, two)[index % 2].write(pdu(4, 100 + index, body))
        statuses = [(await (one, two)[index % 2].response(100 + index)).status for index in range(40)]
        await asyncio.sleep(0.3)
        later = await one.ask(4, sms_body(fresh_number(), "БАЛАНС"))

    assert set(statuses) == {ROK, RTHROTTLED}
    assert 10 <= statuses.count(ROK) <= 15, "both binds share one rate"
    assert later.status == ROK


async def test_flood_is_held_back_not_cut_off(tmp_path: Path) -> None:
    """A peer that sends ever more is not read for a second; then its enquire_link is answered on the same bind."""
    async with running(limited(tmp_path, "requests_per_s = 1")) as gateway, AsyncExitStack() as hubs:
        peer = await bound_hub(gateway, hubs)
        for _ in range(3):
            peer.write(*(pdu(4, 1000 + index, sms_body(fresh_number(), "БАЛАНС")) for index in range(50)))
            await asyncio.sleep(0.02)
        alive = await peer.ask(ENQUIRE_LINK, sequence=5000)
        (status,) = gateway.doors.status[0].connections

    assert alive.status == ROK
    assert status.refused > 100
    assert gateway.telemetry.counters["flood_held_back"] >= 1


async def test_account_window(tmp_path: Path) -> None:
    """More unanswered requests than unanswered_max: the rest of the burst is told to come later."""
    _, bodies = balances(30)
    async with running(limited(tmp_path, "unanswered_max = 5")) as gateway, AsyncExitStack() as hubs:
        peer = await bound_hub(gateway, hubs)
        peer.write(*(pdu(4, 100 + index, body) for index, body in enumerate(bodies)))
        statuses = [(await peer.response(100 + index)).status for index in range(30)]

    assert statuses.count(ROK) == 5
    assert statuses.count(RTHROTTLED) == 25


@pytest.mark.parametrize(("networks", "status"), [('"127.0.0.0/8"', ROK), ('"10.0.0.0/8", "::1"', 0x0D)])
async def test_account_networks(tmp_path: Path, networks: str, status: int) -> None:
    """An account from elsewhere gets ESME_RBINDFAIL, and only where the password was right."""
    async with running(limited(tmp_path, f"allowed_networks = [{networks}]")) as gateway:
        reader, writer = await asyncio.open_connection(HOST, gateway.listeners[0].port)
        peer = RawPeer(reader, writer)
        bound = await peer.bind()
        writer.close()
        reader, writer = await asyncio.open_connection(HOST, gateway.listeners[0].port)
        guess = await RawPeer(reader, writer).bind(body=bind_body(password="guess"))
        writer.close()

    assert bound.status == status
    assert guess.status == 0x0E


async def test_listener_networks(tmp_path: Path) -> None:
    """A connection from elsewhere is closed before a word is said."""
    async with running(write_config(tmp_path, listener='allowed_networks = ["10.0.0.0/8"]')) as gateway:
        reader, writer = await asyncio.open_connection(HOST, gateway.listeners[0].port)
        peer = RawPeer(reader, writer)
        assert await peer.ended() == b""


async def test_guesses_are_slowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong passwords from one address: each later one waits longer, within bad_password_pause_s_max."""
    monkeypatch.setattr("smpp.admission.FREE_FAILURES", 0)
    took = []
    async with running(write_config(tmp_path, listener="bad_password_pause_s_max = 0.3")) as gateway:
        for _ in range(4):
            reader, writer = await asyncio.open_connection(HOST, gateway.listeners[0].port)
            began = time.monotonic()
            assert (await RawPeer(reader, writer).bind(body=bind_body(password="guess"))).status == 0x0E
            took.append(time.monotonic() - began)
            writer.close()

    assert took[0] < 0.2
    assert all(each > 0.2 for each in took[1:])
    assert gateway.telemetry.counters["bind_slowed"] == 3
