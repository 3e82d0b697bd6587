"""Interop failure 40: what centres and subscribers do to a USSD dialog, as a centre of our link and as our client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.clock import VirtualClock
from gateway.model import Instant
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    ITS_SESSION_INFO,
    ROK,
    SUBMIT_SM,
    USSD_SERVICE_OP,
    Frame,
    Message,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    write_config,
)
from tests.wire.raw_centre import accept, link, raw_centre, refuse
from tests.wire.simulated import ROLES
from tests.wire.test_dialogs import ABORTS, ANSWERS, ENDS, OPENS, said

pytestmark = pytest.mark.parametrize("acts", ROLES)

START = Instant(1_790_000_000_000)
FIRST, SECOND = b"\x12\x34", b"\x20\x20"
NO_SUCH_DIALOG = 0x45  # ESME_RSUBMITFAIL, as centres answer for a dialog that they have given up


@dataclass
class Handset:
    """A subscriber's phone behind a peer of the gateway. `says` and `shows` are the peer's and our command for it."""

    peer: RawPeer
    says: int
    shows: int
    number: str

    async def say(self, operation: int, text: str, session: bytes = FIRST) -> None:
        """Taken, and at once."""
        assert (await self.peer.ask(self.says, said(self.number, operation, text, session))).status == ROK

    async def shown(self) -> tuple[Frame, Message]:
        """What is shown next, not accepted yet."""
        frame = await self.peer.until(
            lambda frame: frame.command_id == self.shows and read_message(frame.body).destination == self.number
        )
        return frame, read_message(frame.body)

    async def screen(self) -> Message:
        """What is shown next."""
        frame, message = await self.shown()
        accept(self.peer, frame)
        return message

    async def open(self, code: str, session: bytes = FIRST) -> Message:
        await self.say(OPENS, code, session)
        return await self.screen()

    async def answer(self, text: str, session: bytes = FIRST) -> Message:
        await self.say(ANSWERS, text, session)
        return await self.screen()


@asynccontextmanager
async def handset(
    folder: Path, acts: str, dialect: str = "spec", clock: VirtualClock | None = None
) -> AsyncIterator[tuple[Gateway, Handset]]:
    """A phone, and the gateway, which is bound to its centre, or to which its centre is bound."""
    number = fresh_number()
    if acts == "client":
        path = write_config(folder, dialect=dialect)
        async with running(path, clock=clock) as gateway, peer_of(port_of(gateway)) as peer:
            yield gateway, Handset(peer, SUBMIT_SM, DELIVER_SM, number)
        return
    async with raw_centre() as centre:
        path = write_config(folder, more=link("smsc", centre.port, dialect=dialect))
        async with running(path, clock=clock) as gateway:
            yield gateway, Handset(await centre.bound(), DELIVER_SM, SUBMIT_SM, number)
            centre.close()


async def test_40_redial_during_a_live_menu(tmp_path: Path, acts: str) -> None:
    """Given a live menu, when its subscriber dials anew, then the new dialog replaces it, is told of the old
    one, and begins with what was dialled now."""
    async with handset(tmp_path, acts) as (_, phone):
        await phone.open("*111*1#", FIRST)
        offer = await phone.open("*111*3#", SECOND)
        menu = await phone.answer("2", SECOND)

    assert offer.text.startswith("Прошлый раз прервался")
    assert offer.tlvs[ITS_SESSION_INFO] == menu.tlvs[ITS_SESSION_INFO] == SECOND
    assert menu.text.startswith("Услуги")


async def test_40_abort_while_a_command_runs(tmp_path: Path, acts: str) -> None:
    """Given a command on its way, when the dialog is aborted before its result is shown, then both are taken, the
    effect stands, and the result comes as an SMS when the centre does not know the dialog any more."""
    async with handset(tmp_path, acts) as (_, phone):
        phone.peer.write(
            pdu(phone.says, 901, said(phone.number, OPENS, "*111*828*1#")),
            pdu(phone.says, 902, said(phone.number, ABORTS, "")),
        )
        taken = [(await phone.peer.response(sequence)).status for sequence in (901, 902)]
        frame, screen = await phone.shown()
        refuse(phone.peer, frame, NO_SUCH_DIALOG)
        sms = await phone.screen()
        again = await phone.open("*111*828*1#", SECOND)

    assert taken == [ROK, ROK]
    assert (sms.service_type, sms.tlvs) == ("", {})
    assert sms.text == screen.text
    assert "уже" in again.text


async def test_40_answer_after_the_time_is_over(tmp_path: Path, acts: str) -> None:
    """Given a question before a payment, when its answer comes after the dialog's time, then nothing is paid: the
    subscriber is asked whether to go on, and pays once he has said so."""
    clock = VirtualClock(START)
    async with handset(tmp_path, acts, clock=clock) as (gateway, phone):
        await phone.open("*111*8111*1*12#")
        clock.advance(200_000)
        late = await phone.answer("1")
        sums = await gateway.store.ledger_sum()
        question = await phone.answer("1")
        paid = await phone.answer("1")

    assert late.text.startswith("Прошлый раз прервался")
    assert sorted(sums.values()) == [-1000_00, 1000_00]
    assert question.text.startswith("Подключить «Гудок»")
    assert paid.text.startswith("«Гудок» подключена. Списано 50 руб.")


async def test_40_session_id_changes(tmp_path: Path, acts: str) -> None:
    """Given a centre that names the session anew with each step, then the dialog goes on, and the newest goes back."""
    async with handset(tmp_path, acts) as (_, phone):
        await phone.open("*111*1#", FIRST)
        second = await phone.answer("4", b"\x77\x10")
        third = await phone.answer("0", b"\x77\x12")

    assert (second.tlvs[ITS_SESSION_INFO], third.tlvs[ITS_SESSION_INFO]) == (b"\x77\x10", b"\x77\x12")
    assert second.text.startswith("Пополнение")
    assert third.text.startswith("Деньги")


async def test_40_operation_of_two_octets(tmp_path: Path, acts: str) -> None:
    """Given ussd_service_op in two octets, then it means the same, at the beginning and at an answer."""
    async with handset(tmp_path, acts) as (_, phone):
        screens = []
        for operation, text in ((OPENS, "*111*1#"), (ANSWERS, "1")):
            body = said(phone.number, operation, text)
            narrow = bytes.fromhex("05010001") + bytes((operation,))
            assert body.count(narrow) == 1
            wide = body.replace(narrow, bytes.fromhex("0501000200") + bytes((operation,)))
            assert (await phone.peer.ask(phone.says, wide)).status == ROK
            screens.append(await phone.screen())

    assert screens[0].text.startswith("Деньги")
    assert screens[1].text.startswith("Баланс: 1000 руб.")
    assert screens[1].tlvs[USSD_SERVICE_OP] == ENDS


JUNK = [
    pytest.param("spec", "*100#\r", id="a carriage return"),
    pytest.param("spec", " *100# ", id="spaces"),
    pytest.param("spec", "*100", id="without its end"),
    pytest.param("fdp", "@*100#", id="a padding septet before it, where the dialect says so"),
    pytest.param("fdp", "*100#junk", id="what stands behind it, where the dialect says so"),
]


@pytest.mark.parametrize(("dialect", "text"), JUNK)
async def test_40_text_with_junk(tmp_path: Path, acts: str, dialect: str, text: str) -> None:
    """Given a dialled string among junk, then it is read."""
    async with handset(tmp_path, acts, dialect) as (_, phone):
        screen = await phone.open(text)

    assert screen.text.startswith("Баланс: 1000 руб.")
