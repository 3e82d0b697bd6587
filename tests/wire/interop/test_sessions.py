"""What other implementations do in a session, in octets of a hand-written peer: windows, signs of life, throttling."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.delivery import pace, retry
from gateway.engine.journal import MessageEntry, ResultsEntry, body_of
from gateway.messages import OutboxState
from gateway.model import AccountId
from smpp.retry_timer import RetryTimer
from tests.wire.faulty_store import Disk, disk, stalls
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    RESPONSE,
    RINVCMDID,
    ROK,
    RTHROTTLED,
    SUBMIT_SM,
    RawPeer,
    fresh_number,
    message_body,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    sms_body,
    ussd_body,
    write_config,
)
from tests.wire.interop.centre_fixture import written
from tests.wire.raw_centre import accept, balances, deliver, linked, refuse, settled, states, submitted, take
from tests.wire.simulated import ROLES

RSYSERR, RMSGQFUL, RSUBMITFAIL = 0x08, 0x14, 0x45

__all__ = ["disk"]  # a fixture


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are as long as they need be to be seen."""
    monkeypatch.setattr("smpp.link.RetryTimer", lambda: RetryTimer(first_s=0.02, ceiling_s=0.02))
    monkeypatch.setattr(pace, "FIRST_PAUSE_MS", 200)
    short = {status: retry.Patience(200, 400, each.scope, each.slower) for status, each in retry.PATIENCE.items()}
    monkeypatch.setattr(retry, "PATIENCE", short)


@asynccontextmanager
async def speaking(folder: Path, acts: str) -> AsyncIterator[tuple[Gateway, RawPeer, int]]:
    """A peer in that role, bound to a gateway of its own, and the command that it brings messages with."""
    if acts == "centre":
        async with linked(folder) as (gateway, centre):
            yield gateway, await centre.bound(), DELIVER_SM
    else:
        async with running(write_config(folder)) as gateway, peer_of(port_of(gateway)) as peer:
            yield gateway, peer, SUBMIT_SM


@pytest.mark.parametrize("acts", ROLES)
async def test_10_status_of_a_refused_message_is_reported(tmp_path: Path, acts: str) -> None:
    """Case 10. Given an error response to our message with a body, without, or malformed, then the message has failed,
    and the journal has the status."""
    bodies = (b"", b"\0", b"whole\0", b"no end")
    async with speaking(tmp_path, acts) as (gateway, peer, command_id):
        ours = DELIVER_SM if command_id == SUBMIT_SM else SUBMIT_SM
        for body in bodies:
            assert (await peer.ask(command_id, sms_body(fresh_number(), "БАЛАНС"))).status == ROK
            peer.write(pdu(ours | RESPONSE, (await peer.request(ours)).sequence, body, RSUBMITFAIL))
        await peer.settle()
        await settled(gateway)
        entries = [body_of(row) for row in await gateway.store.journal(0, 99)]

    results = [result for entry in entries if isinstance(entry, ResultsEntry) for result in entry.results]
    assert [(state, status) for _, state, _, status in results] == [(OutboxState.FAILED, RSUBMITFAIL)] * len(bodies)


@pytest.mark.parametrize("acts", ROLES)
async def test_12_truncated_parameters_are_counted(tmp_path: Path, acts: str) -> None:
    """Case 12. Given optional parameters that are cut off, say more than is there, or have another length than theirs,
    then the message is read without them, and each is counted and logged."""
    tails = (b"\x02\x04\x00\x02\x01", b"\x02\x04\x00\x09\x01\x02", b"\x02\x04\x00\x03\x01\x02\x03")
    async with speaking(tmp_path, acts) as (gateway, peer, command_id):
        taken = [(await peer.ask(command_id, sms_body(fresh_number(), "БАЛАНС") + tail)).status for tail in tails]
        await settled(gateway)

    assert taken == [ROK] * len(tails)
    assert gateway.telemetry.counters["pdu_deviates"] == len(tails)


@pytest.mark.parametrize("acts", ROLES)
async def test_17_unknown_command_between_good_ones(tmp_path: Path, acts: str) -> None:
    """Case 17. Given an unknown request and an unknown response between good commands, in one write, then the request
    is nacked with ESME_RINVCMDID under its own number, the response is not, and the good ones are answered."""
    _, bodies = balances(2)
    async with speaking(tmp_path, acts) as (_, peer, command_id):
        peer.write(
            pdu(command_id, 701, bodies[0]),
            pdu(0x0999, 702, b"vendor"),
            pdu(0x8000_0999, 703),
            pdu(command_id, 704, bodies[1]),
        )
        nack = await peer.response(702)
        good = [(await peer.response(sequence)).status for sequence in (701, 704)]
        await peer.settle()
        stray = [frame for frame in peer.kept if frame.sequence == 703 and frame.command_id >= RESPONSE]

    assert (nack.command_id, nack.status) == (GENERIC_NACK, RINVCMDID)
    assert good == [ROK, ROK]
    assert stray == []


@pytest.mark.parametrize(
    ("octets", "data_coding", "broken"),
    [
        (b"\xc1\xc0\xcb\xc0\xcd\xd1", 0, ""),
        ("ЧТО".encode("utf-16-be") + b"\xd8\x3d" + "ЭТО".encode("utf-16-be"), 8, "6:d83d"),
    ],
    ids=["above 0x7f", "half a pair"],
)
@pytest.mark.parametrize("acts", ROLES)
async def test_32_what_cannot_be_decoded_is_kept(
    tmp_path: Path, acts: str, octets: bytes, data_coding: int, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case 32. Given octets that their data_coding does not explain, then they are counted, the session goes on, and
    the journal has them character for octet; of UCS-2 it has what is text, and the log the rest with its place."""
    number = fresh_number()
    async with speaking(tmp_path, acts) as (gateway, peer, command_id):
        taken = await peer.ask(command_id, message_body(number, "111", octets, data_coding=data_coding))
        next_one = await peer.ask(command_id, sms_body(fresh_number(), "БАЛАНС"))
        await settled(gateway)
        entries = [body_of(row) for row in await gateway.store.journal(0, 99)]
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "text_undecodable" in line]
    text = next(entry.text for entry in entries if isinstance(entry, MessageEntry))

    assert (taken.status, next_one.status) == (ROK, ROK)
    assert f"broken={broken} " in told
    assert f"octets={len(octets)}" in told
    kept = text.replace("\ufffd", "\ud83d").encode("utf-16-be", "surrogatepass") if broken else text.encode("latin-1")
    assert kept == octets
    assert gateway.telemetry.counters["text_undecodable"] == 1


@pytest.mark.parametrize("zero", [False, True], ids=["its own number", "number 0"])
async def test_18_generic_nack(tmp_path: Path, zero: bool) -> None:
    """Case 18. Given a generic_nack in place of a submit_sm_resp, also one of sequence number 0, then the reply has
    failed at once, not when response_s has run out, and the link serves on."""
    (_, other), bodies = balances(2)
    async with linked(tmp_path, response_s=3600) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, bodies[0])
        frame, _ = await submitted(peer)
        peer.write(pdu(GENERIC_NACK, 0 if zero else frame.sequence, b"", RINVCMDID))
        await peer.settle()
        await settled(gateway)
        after = states(tmp_path)
        await deliver(peer, bodies[1])
        served = await take(peer, 1)

    assert after == [OutboxState.FAILED]
    assert [message.destination for message in served] == [other]


@pytest.mark.parametrize("zero", [False, True], ids=["its own number", "number 0"])
async def test_18_generic_nack_of_a_client(tmp_path: Path, zero: bool) -> None:
    """Case 18. Given a client that answers our deliver_sm so, then the same."""
    path = write_config(tmp_path, listener="response_s = 3600")
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))
        frame = await peer.request(DELIVER_SM)
        peer.write(pdu(GENERIC_NACK, 0 if zero else frame.sequence, b"", RINVCMDID))
        await peer.settle()
        await settled(gateway)
        after = states(tmp_path)
        reply = await peer.dial(fresh_number(), "*100#")

    assert after == [OutboxState.FAILED]
    assert reply.startswith("Баланс")


async def test_19_our_numbers_wrap(tmp_path: Path) -> None:
    """Case 19. Given requests of ours that wait, when our numbers pass 0x7FFFFFFF, then they go on with the first that
    no request has, and each response finds its own."""
    numbers, bodies = balances(5)
    async with linked(tmp_path) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies[:2])
        waiting = [await submitted(peer) for _ in range(2)]
        connection = gateway.links[0].connection  # type: ignore[union-attr]
        connection._session._sequence = 0x7FFF_FFFE
        await deliver(peer, *bodies[2:])
        later = [await submitted(peer) for _ in range(3)]
        for frame, message in reversed(waiting + later):
            accept(peer, frame, f"id{numbers.index(message.destination)}")
        await peer.settle()
        await settled(gateway)

    busy = [frame.sequence for frame, _ in waiting]
    assert busy == [2, 3]
    assert [frame.sequence for frame, _ in later] == [0x7FFF_FFFF, 1, 4]
    assert [message.destination for _, message in waiting + later] == numbers
    assert states(tmp_path) == [OutboxState.SENT] * 5


async def test_21_enquire_link_under_a_full_window(tmp_path: Path) -> None:
    """Case 21. Given a window full of unanswered submits, then enquire_link is answered within a second, and ours goes
    out beside the window."""
    _, bodies = balances(6)
    async with linked(tmp_path, window=2, enquire_link_s=0.1) as (_, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        held = [await submitted(peer) for _ in range(2)]
        began = time.monotonic()
        alive = await peer.ask(ENQUIRE_LINK)
        took_s = time.monotonic() - began
        ours = await peer.request(ENQUIRE_LINK)
        peer.answer(ours)
        for frame, _ in held:
            accept(peer, frame)
        rest = await take(peer, 4)

    assert alive.status == ROK
    assert took_s < 1.0
    assert len(rest) == 4


async def test_21_enquire_link_under_a_full_window_of_a_client(tmp_path: Path) -> None:
    """Case 21. Given a client whose window is full of our unanswered messages, then the same."""
    path = write_config(tmp_path, listener="window = 2\nenquire_link_s = 0.1")
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        for _ in range(4):
            await peer.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))
        held = [await peer.request() for _ in range(2)]
        began = time.monotonic()
        alive = await peer.ask(ENQUIRE_LINK)
        took_s = time.monotonic() - began
        peer.answer(await peer.request(ENQUIRE_LINK))
        for frame in held:
            peer.answer(frame)
        rest = [await peer.message() for _ in range(2)]

    assert alive.status == ROK
    assert took_s < 1.0
    assert len(rest) == 2


async def test_21_enquire_link_while_a_command_hangs(tmp_path: Path, disk: Disk) -> None:
    """Case 21. Given commands that hang, because the disk takes its time, then enquire_link is answered within a second
    all the same, in either role."""
    hangs_s = 1.2
    async with linked(tmp_path) as (gateway, centre), peer_of(port_of(gateway)) as client:
        peers = ((await centre.bound(), DELIVER_SM), (client, SUBMIT_SM))
        await settled(gateway)
        disk.arm(stalls("COMMIT", hangs_s))
        began = time.monotonic()
        for peer, command_id in peers:
            peer.write(pdu(command_id, 901, sms_body(fresh_number(), "БАЛАНС")))
        alive = [(await peer.ask(ENQUIRE_LINK)).status for peer, _ in peers]
        took_s = time.monotonic() - began
        early = [frame for peer, _ in peers for frame in peer.kept if frame.sequence == 901]
        taken = [(await peer.response(901)).status for peer, _ in peers]
        hung_s = time.monotonic() - began

    assert (alive, taken, early) == ([ROK] * 2, [ROK] * 2, [])
    assert took_s < 1.0 < hung_s


async def test_26_half_open_connection_resolves_as_unknown(tmp_path: Path) -> None:
    """Case 26. Given such a connection and a reply that must not go twice, then it is UNKNOWN, and stays here."""
    _, bodies = balances(1)
    keys = {"enquire_link_s": 0.1, "enquire_link_response_s": 0.2, "resend_unknown": "never"}
    async with linked(tmp_path, **keys) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        await submitted(peer)
        again = await centre.bound()
        await again.settle()
        await settled(gateway)
        kept = [frame for frame in again.kept if frame.command_id == SUBMIT_SM]

    assert kept == []
    assert states(tmp_path) == [OutboxState.UNKNOWN]


async def test_26_half_open_connection_of_a_client(tmp_path: Path) -> None:
    """Case 26. Given a client that has vanished without FIN, then enquire_link finds out, its connection is closed, and
    what was on its way goes to its next bind."""
    number = fresh_number()
    keys = "enquire_link_s = 0.1\nenquire_link_response_s = 0.2"
    async with running(write_config(tmp_path, listener=keys)) as gateway:
        async with peer_of(port_of(gateway)) as gone:
            await gone.ask(SUBMIT_SM, sms_body(number, "БАЛАНС"))
            before = await gone.request()
            await gone.ended()
        async with peer_of(port_of(gateway)) as peer:
            after = await peer.request()
            peer.answer(after)
            await peer.settle()
            await settled(gateway)

    assert before.body == after.body
    assert states(tmp_path) == [OutboxState.SENT]


async def test_26_half_open_connection(tmp_path: Path) -> None:
    """Case 26. Given a connection whose other end has vanished without FIN, then enquire_link finds out, the bind is
    made anew, and what was on its way is sent again under the same reference."""
    (number,), bodies = balances(1)
    async with linked(tmp_path, enquire_link_s=0.1, enquire_link_response_s=0.2) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        _, before = await submitted(peer)
        again = await centre.bound()
        (after,) = await take(again, 1)
        await again.settle()
        await settled(gateway)

    assert before == after
    assert after.destination == number
    assert states(tmp_path) == [OutboxState.SENT]


async def transfer_of_100(peer: RawPeer, sender: str, receiver: str) -> bytes:
    """The confirmation of a transfer that was asked for over a link's bind, as the sender would send it."""
    await deliver(peer, sms_body(receiver, "БАЛАНС"))
    await take(peer, 1)
    await deliver(peer, sms_body(sender, f"ПЕРЕВОД {receiver} 100"))
    parts = await take(peer, 1)
    while parts[0].esm_class & 0x40 and len(parts) < parts[0].short_message[4]:
        parts += await take(peer, 1)
    question = "".join(part.text for part in parts)
    found = re.search(r"\*112\*(\d+)#", question)
    assert found is not None, question
    return ussd_body(sender, f"*112*{found[1]}#", b"\x00\x40")


async def test_28_delivery_repeated_after_a_cut(tmp_path: Path) -> None:
    """Case 28. Given a centre that did not see our response and delivers again over a new bind, then the second one is
    answered too, has no second effect, and gets the first answer: the money moves once."""
    sender, receiver = fresh_number(), fresh_number()
    async with linked(tmp_path) as (gateway, centre):
        peer = await centre.bound()
        confirmation = await transfer_of_100(peer, sender, receiver)
        await deliver(peer, confirmation)
        _, first = await submitted(peer)
        peer.cut()
        again = await centre.bound()
        await deliver(again, confirmation)
        told = "".join(message.text for message in await take(again, 4) if message.destination == sender)
        await again.settle()
        await settled(gateway)
        sums = await gateway.store.ledger_sum()

    result = first.text.partition(".\n")[0]
    assert result.startswith("Переведено 100 руб.")
    assert told.count(result) == 2, "as an SMS, because its dialog was cut, and as the answer to the second delivery"
    assert gateway.telemetry.counters["redeliveries"] == 1
    assert sums[AccountId(receiver)] == 1100_00
    assert sum(sums.values()) == 0


async def test_28_delayed_copy_on_a_connection_that_was_given_up(tmp_path: Path) -> None:
    """Case 28. Given a connection that stands still for longer than the centre's timer, and enquire_link that finds out
    sooner, then a message that was on its way there is never read, and its repeat over the next bind is carried out."""
    connect = sms_body(fresh_number(), "ПОДКЛЮЧИТЬ 31")
    async with linked(tmp_path, enquire_link_s=0.1, enquire_link_response_s=0.1, peer_response_timeout_s=1) as (
        gateway,
        centre,
    ):
        still = await centre.bound()
        again = await centre.bound()
        still.write(pdu(DELIVER_SM, 901, connect))
        await deliver(again, connect)
        (answer,) = await take(again, 1)
        await again.settle()
        await settled(gateway)
        journal = [body_of(row) for row in await gateway.store.journal(0, 99)]

    assert answer.text.startswith("«Вам звонили» подключена")
    assert sum(isinstance(entry, MessageEntry) for entry in journal) == 1


async def test_28_message_repeated_by_a_client(tmp_path: Path) -> None:
    """Case 28. Given a client that did not see our response and submits again over a new bind, then the same."""
    connect = sms_body(fresh_number(), "ПОДКЛЮЧИТЬ 31")
    async with running(write_config(tmp_path)) as gateway:
        async with peer_of(port_of(gateway)) as gone:
            assert (await gone.ask(SUBMIT_SM, connect)).status == ROK
            first = read_message((await gone.request()).body)
            gone.cut()
        async with peer_of(port_of(gateway)) as peer:
            assert (await peer.ask(SUBMIT_SM, connect)).status == ROK
            texts = {(await peer.message()).text for _ in range(2)}

    assert texts == {first.text}
    assert gateway.telemetry.counters["redeliveries"] == 1


@pytest.mark.parametrize("status", [RTHROTTLED, RMSGQFUL, RSYSERR])
async def test_29_throttling_storm(tmp_path: Path, status: int) -> None:
    """Case 29. Given a centre that refuses everything for a while, then the sender slows down, nothing is dropped or
    sent twice, each number gets its messages in their order, and a receipt still finds its reply."""
    numbers, bodies = balances(8)
    async with linked(tmp_path, registered_delivery=1) as (gateway, centre):
        peer = await centre.bound()
        await deliver(peer, *bodies)
        for _ in range(8):
            frame, _ = await submitted(peer)
            refuse(peer, frame, status)
        await peer.settle()
        slower, _ = gateway.sender.speeds["smsc"]
        sent = []
        for _ in numbers:
            frame, message = await submitted(peer)
            accept(peer, frame, f"id{len(sent)}")
            sent.append(message.destination)
        receipts = [
            message_body(number, "111", written(f"id{index}").encode(), esm_class=4)
            for index, number in enumerate(sent)
        ]
        await deliver(peer, *receipts)
        await peer.settle()
        await settled(gateway)

    assert 0 < slower <= 500
    assert sent == numbers
    assert states(tmp_path) == [OutboxState.DELIVERED] * 8
    assert gateway.telemetry.counters["receipts_orphaned"] == 0


@pytest.mark.parametrize("status", [RTHROTTLED, RMSGQFUL, RSYSERR])
async def test_29_throttling_storm_of_a_client(tmp_path: Path, status: int) -> None:
    """Case 29. Given a client that refuses our messages so, then the same, but for receipts, which it sends none of."""
    numbers, bodies = balances(4)
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        for body in bodies:
            assert (await peer.ask(SUBMIT_SM, body)).status == ROK
        for _ in numbers:
            peer.answer(await peer.request(), status)
        await peer.settle()
        ((slower, _),) = gateway.sender.speeds.values()
        sent = [(await peer.message()).destination for _ in numbers]
        await peer.settle()
        await settled(gateway)

    assert 0 < slower <= 500
    assert sent == numbers
    assert states(tmp_path) == [OutboxState.SENT] * 4


@pytest.mark.parametrize("body", [b"\0", b"id-of-the-phone\0"])
async def test_34_deliver_sm_resp_with_any_message_id(tmp_path: Path, body: bytes) -> None:
    """Case 34. Given a deliver_sm_resp with a message_id, an empty one or none, then it is a success."""
    number = fresh_number()
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.ask(SUBMIT_SM, sms_body(number, "БАЛАНС"))
        frame = await peer.request(DELIVER_SM)
        peer.write(pdu(DELIVER_SM | RESPONSE, frame.sequence, body))
        await peer.settle()
        await settled(gateway)

    assert states(tmp_path) == [OutboxState.SENT]
