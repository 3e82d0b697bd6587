"""Exactly once on real sockets: what the peer may not know to be taken is recognised, a genuine repeat is not.

The commands have effects that show: a service that is on is "already" on the second time, and money is counted.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    RESPONSE,
    ROK,
    SUBMIT_SM,
    UNBIND,
    Frame,
    RawPeer,
    cut,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    sms_body,
    ussd_body,
    write_config,
)

NUMBER = "79163000100"
RECEIVER = "79163000200"
CONNECT = sms_body(NUMBER, "ПОДКЛЮЧИТЬ 31")
CONNECTED = "«Вам звонили» подключена, бесплатно."
ALREADY = "«Вам звонили» уже есть, бесплатно."


async def unconfirmed(peer: RawPeer, body: bytes, sequence: int | None = None) -> tuple[Frame, str]:
    """A command, its acknowledgement, and its answer, which is left unanswered: nothing proves that we read either."""
    taken = await peer.ask(SUBMIT_SM, body, sequence)
    number = read_message(body).source
    answer = await peer.until(
        lambda frame: frame.command_id == DELIVER_SM and read_message(frame.body).destination == number
    )
    assert taken.status == ROK
    return taken, read_message(answer.body).text


async def balance(peer: RawPeer, number: str) -> str:
    """The sum that *100# names."""
    while True:
        text = await peer.dial(number, "*100#")
        while not text.startswith("Баланс:"):  # an answer sent again from before
            text = (await peer.message(number)).text
        return text.split(".")[0].removeprefix("Баланс: ")


async def answers(peer: RawPeer, number: str, count: int) -> list[str]:
    return [(await peer.message(number)).text for _ in range(count)]


async def confirmed(port: int, body: bytes, count: int = 1) -> list[str]:
    """A command over a connection of its own, all of whose answers we answer, so that it ends confirmed."""
    async with peer_of(port) as peer:
        taken = await peer.ask(SUBMIT_SM, body)
        assert taken.status == ROK
        told = await answers(peer, read_message(body).source, count)
        await peer.settle()
        return told


async def test_resent_after_a_cut(own_gateway: Gateway) -> None:
    """Acknowledged, never confirmed, cut, sent again with a new number: no second effect, the first answer again."""
    async with peer_of(port_of(own_gateway)) as peer:
        _, first = await unconfirmed(peer, CONNECT)
        peer.cut()
    async with peer_of(port_of(own_gateway)) as peer:
        peer.sequence = 900
        taken = await peer.ask(SUBMIT_SM, CONNECT)
        # Once because the first answer was cut off with its connection, once for the redelivery.
        again = await answers(peer, NUMBER, 2)
        await peer.settle()
        later = (await peer.say(CONNECT)).text

    assert first.startswith(CONNECTED)
    assert taken.status == ROK
    assert again == [first, first]
    assert later.startswith(ALREADY), "the redelivery was confirmed, so one more is a genuine repeat"


async def test_many_redeliveries(own_gateway: Gateway) -> None:
    """A peer that loses every acknowledgement for a while sends again and again: one effect in the end."""
    for _ in range(4):
        async with peer_of(port_of(own_gateway)) as peer:
            _, answer = await unconfirmed(peer, CONNECT)
            peer.cut()
            assert answer.startswith(CONNECTED)


async def test_resent_after_an_unbind_without_an_answer(own_gateway: Gateway) -> None:
    """A connection that ends in good order confirms nothing that its peer did not answer."""
    async with peer_of(port_of(own_gateway)) as peer:
        await unconfirmed(peer, CONNECT)
        await peer.ask(UNBIND)
        await peer.ended()
    async with peer_of(port_of(own_gateway)) as peer:
        _, again = await unconfirmed(peer, CONNECT)

    assert again.startswith(CONNECTED)


async def test_repeat_of_a_confirmed_command(own_gateway: Gateway) -> None:
    """A client that answered a later request of ours has read the acknowledgement: the same again is meant."""
    (first,) = await confirmed(port_of(own_gateway), CONNECT)
    (second,) = await confirmed(port_of(own_gateway), CONNECT)

    assert first.startswith(CONNECTED)
    assert second.startswith(ALREADY)


async def test_repeat_on_the_same_connection(own_gateway: Gateway) -> None:
    """Two equal messages with numbers of their own on one connection are two messages, confirmed or not."""
    async with peer_of(port_of(own_gateway)) as peer:
        peer.write(pdu(SUBMIT_SM, 301, CONNECT), pdu(SUBMIT_SM, 302, CONNECT))
        statuses = [(await peer.response(sequence)).status for sequence in (301, 302)]
        told = await answers(peer, NUMBER, 2)

    assert statuses == [ROK, ROK]
    assert told[0].startswith(CONNECTED)
    assert told[1].startswith(ALREADY)


@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "in one write"])
async def test_retransmission(own_gateway: Gateway, together: bool) -> None:
    """The same number on the same connection, unconfirmed, is a retransmission: no second effect."""
    async with peer_of(port_of(own_gateway)) as peer:
        if together:
            peer.write(pdu(SUBMIT_SM, 401, CONNECT), pdu(SUBMIT_SM, 401, CONNECT))
        else:
            await unconfirmed(peer, CONNECT, 401)
            peer.write(pdu(SUBMIT_SM, 401, CONNECT))
        statuses = [(await peer.response(401)).status]
        statuses += [(await peer.response(401)).status] if together else []
        told = await answers(peer, NUMBER, 2 if together else 1)

    assert set(statuses) == {ROK}
    assert all(text.startswith(CONNECTED) for text in told)


async def test_number_used_again_after_its_confirmation(own_gateway: Gateway) -> None:
    """Once the acknowledgement was confirmed its number is free: the same message under it is a genuine repeat."""
    async with peer_of(port_of(own_gateway)) as peer:
        _, first = await unconfirmed(peer, CONNECT, 401)
        pdus = cut(b"".join(octets for client, octets in peer.spoken if not client))
        peer.answer(next(frame for frame in pdus if frame.command_id == DELIVER_SM))
        peer.write(pdu(SUBMIT_SM, 401, CONNECT))
        (second,) = await answers(peer, NUMBER, 1)

    assert first.startswith(CONNECTED)
    assert second.startswith(ALREADY)


async def test_same_number_with_another_message(own_gateway: Gateway) -> None:
    """A client that numbers every request alike (some do) still has each of its messages carried out."""
    async with peer_of(port_of(own_gateway)) as peer:
        peer.write(pdu(SUBMIT_SM, 1, CONNECT), pdu(SUBMIT_SM, 1, sms_body(NUMBER, "ПОДКЛЮЧИТЬ 20")))
        assert [(await peer.response(1)).status for _ in range(2)] == [ROK, ROK]
        told = await answers(peer, NUMBER, 2)

    assert told[0].startswith(CONNECTED)
    assert told[1].startswith("«Голосовая почта» подключена")


async def test_other_texts_and_other_senders_are_not_suppressed(own_gateway: Gateway) -> None:
    """Only the very message is a redelivery: another sender, or another service, is carried out."""
    port = port_of(own_gateway)
    async with peer_of(port) as peer:
        await unconfirmed(peer, CONNECT)
        peer.cut()
    async with peer_of(port) as peer:
        await peer.message(NUMBER)
        other = (await peer.say(sms_body(RECEIVER, "ПОДКЛЮЧИТЬ 31"))).text
        disconnect = (await peer.say(sms_body(NUMBER, "ОТКЛЮЧИТЬ 31"))).text

    assert other.startswith(CONNECTED)
    assert disconnect.startswith("Отключить «Вам звонили»?")


async def test_question_is_never_suppressed(own_gateway: Gateway) -> None:
    """A command that only reads is answered anew each time: the balance may have changed."""
    ask = sms_body(NUMBER, "БАЛАНС")
    async with peer_of(port_of(own_gateway)) as peer:
        await unconfirmed(peer, ask)
        peer.cut()
    await confirmed(port_of(own_gateway), CONNECT, 2)
    async with peer_of(port_of(own_gateway)) as peer:
        _, again = await unconfirmed(peer, ask)

    assert again.startswith("Баланс: 1000 руб.")
    assert own_gateway.telemetry.counters["redeliveries"] == 0


# -- money -----------------------------------------------------------------------------------------------------------


async def asked_transfer(port: int) -> bytes:
    """The confirmation of a transfer of 100, as the sender would send it."""
    async with peer_of(port) as peer:
        await peer.say(sms_body(RECEIVER, "БАЛАНС"))
        await peer.ask(SUBMIT_SM, sms_body(NUMBER, f"ПЕРЕВОД {RECEIVER} 100"))
        question = await peer.whole_text(NUMBER)
        await peer.settle()
    found = re.search(r"\*112\*(\d+)#", question)
    assert found is not None, question
    return ussd_body(NUMBER, f"*112*{found[1]}#", b"\x00\x40")


async def test_transfer_is_carried_out_once(own_gateway: Gateway) -> None:
    """A confirmed transfer, redelivered after a cut: the money moves once, and both balances say so."""
    port = port_of(own_gateway)
    body = await asked_transfer(port)
    told = []
    for _ in range(3):
        async with peer_of(port) as peer:
            told.append((await unconfirmed(peer, body))[1])
            peer.cut()
    async with peer_of(port) as peer:
        mine, theirs = await balance(peer, NUMBER), await balance(peer, RECEIVER)

    assert {text[:19] for text in told} == {"Переведено 100 руб."}
    assert (mine, theirs) == ("893 руб", "1100 руб")
    assert sum((await own_gateway.store.ledger_sum()).values()) == 0


# -- the gateway dies ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def after_a_crash(folder: Path) -> AsyncIterator[Gateway]:
    """A gateway on the files as a crash at this moment would leave them: copied while their owner runs."""
    copy = folder / "after"
    copy.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(folder / f"gateway.db{suffix}", copy / f"gateway.db{suffix}")
    shutil.copy(folder / "secret", copy / "secret")
    async with running(write_config(copy)) as gateway:
        yield gateway


async def test_resent_after_a_crash(own_gateway: Gateway, tmp_path: Path) -> None:
    """Killed between the acknowledgement and its confirmation: the next process knows the message."""
    async with peer_of(port_of(own_gateway)) as peer:
        _, first = await unconfirmed(peer, CONNECT)
        async with after_a_crash(tmp_path) as second, peer_of(port_of(second)) as other:
            taken = await other.ask(SUBMIT_SM, CONNECT)
            again = await answers(other, NUMBER, 2)  # the answer in flight at the crash, and the redelivery's
            await other.settle()
            later = (await other.say(CONNECT)).text

    assert (taken.command_id, taken.status) == (SUBMIT_SM | RESPONSE, ROK)
    assert again == [first, first]
    assert later.startswith(ALREADY)


async def test_repeat_after_a_crash(own_gateway: Gateway, tmp_path: Path) -> None:
    """Confirmed before the crash: the next process carries the same message out again."""
    await confirmed(port_of(own_gateway), CONNECT)
    # One more command of somebody else's: its answer comes after the confirmation is on the disk.
    await confirmed(port_of(own_gateway), sms_body(RECEIVER, "БАЛАНС"))
    async with after_a_crash(tmp_path) as second, peer_of(port_of(second)) as other:
        again = (await other.say(CONNECT)).text

    assert again.startswith(ALREADY)
