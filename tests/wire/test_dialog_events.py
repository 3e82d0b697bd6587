"""What a centre may do to a dialog at a bad time, or twice: each has its one answer, on a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.app import Gateway
from gateway.clock import VirtualClock
from gateway.replay.runner import START
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    ROK,
    SUBMIT_SM,
    USSD_SERVICE_OP,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    running,
)
from tests.wire.test_dialogs import ABORTS, ASKS, ENDS, OPENS, Handset, said, talking

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFER = "Прошлый раз прервался.\n1 продолжить\n2 сначала"
GONE = "Этот разговор уже закончен. Наберите *111#"


@pytest.fixture(scope="module")
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory, clock: VirtualClock) -> AsyncIterator[Gateway]:
    async with running(talking(tmp_path_factory.mktemp("events")), clock=clock) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def peer(gateway: Gateway) -> AsyncIterator[RawPeer]:
    async with peer_of(port_of(gateway)) as bound:
        yield bound


@pytest.fixture
def handset(peer: RawPeer) -> Handset:
    return Handset(peer, fresh_number())


async def test_begin_on_an_open_dialog(handset: Handset) -> None:
    """A dial in the middle of a dialog: the network has dropped the old one, which is offered where it stopped."""
    await handset.open("*111*7*9160000001#")
    offer = await handset.open("*111*2#")
    goes_on = await handset.answer("1")

    assert (offer.text, offer.tlvs[USSD_SERVICE_OP]) == (OFFER, ASKS)
    assert goes_on.text.startswith("Введите: сумма")


async def test_answer_to_an_unknown_dialog(handset: Handset) -> None:
    """An answer to nothing, and one to a dialog that is over, end with a word on it; no command runs."""
    unknown = await handset.answer("1")
    await handset.open("*100#")
    over = await handset.answer("1")

    assert [(each.text, each.tlvs[USSD_SERVICE_OP]) for each in (unknown, over)] == [(GONE, ENDS)] * 2


async def test_end_twice(handset: Handset) -> None:
    """The end told twice is acknowledged twice and answered by nothing; the dialog is offered once."""
    await handset.open("*111*7#")
    await handset.abort()
    await handset.abort()
    offer = await handset.open("*111#")
    anew = await handset.answer("2")
    await handset.abort()
    again = await handset.open("*111#")

    assert offer.text == OFFER
    assert anew.text == again.text
    assert anew.text.startswith("Меню")


async def test_input_after_expiry(gateway: Gateway, handset: Handset, clock: VirtualClock) -> None:
    """A yes that comes when the subscriber's time is over buys nothing: it is offered to go on, and asked once more."""
    await handset.open("*111*8111*1*12#")
    clock.advance(int(gateway.rooms.dialects["spec"].subscriber_s * 1000) + 1)
    late = await handset.answer("1")
    again = await handset.answer("1")

    assert late.text == OFFER
    assert again.text.startswith("Подключить «Гудок»?")


async def test_abort_while_a_handler_runs(peer: RawPeer, handset: Handset) -> None:
    """The subscriber hangs up while his password is being hashed: it is set all the same, and he is told by SMS."""
    number = handset.number
    peer.write(pdu(SUBMIT_SM, 71, said(number, OPENS, "*111*25*3*583158*583158#")))
    hung_up = await peer.ask(SUBMIT_SM, said(number, ABORTS, ""))
    shown_before = [each for each in peer.kept if each.command_id == DELIVER_SM]
    taken = await peer.response(71)
    frame, screen = await handset.screen()
    handset.accept(frame, 0x45)
    sms = await peer.message(number)

    assert (hung_up.status, taken.status, shown_before) == (ROK, ROK, [])
    assert screen.text.startswith("Новый пароль сохранён")
    assert (sms.service_type, sms.text) == ("", screen.text[: len(sms.text)])  # its first part
