"""Dialogs on a socket: what can go wrong between a subscriber, a centre and us, each with its answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    ITS_SESSION_INFO,
    RESPONSE,
    ROK,
    SUBMIT_SM,
    USSD_SERVICE_OP,
    Frame,
    Message,
    RawPeer,
    fresh_number,
    message_body,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    served,
    tlv,
    write_config,
)

OPENS, ANSWERS, ASKS, ENDS, ABORTS = 1, 18, b"\x02", b"\x11", 0
SESSION = b"\x12\x34"


def said(number: str, operation: int, text: str, session: bytes = SESSION) -> bytes:
    tlvs = tlv(USSD_SERVICE_OP, bytes((operation,))) + tlv(ITS_SESSION_INFO, session)
    return message_body(number, "111", text.encode(), data_coding=0x0F, service_type="USSD", tlvs=tlvs)


@dataclass
class Handset:
    """A subscriber's phone behind a centre that is bound to the gateway."""

    peer: RawPeer
    number: str
    session: bytes = SESSION

    async def open(self, code: str) -> Message:
        return await self.peer.say(said(self.number, OPENS, code, self.session))

    async def answer(self, text: str) -> Message:
        return await self.peer.say(said(self.number, ANSWERS, text, self.session))

    async def abort(self) -> None:
        taken = await self.peer.ask(SUBMIT_SM, said(self.number, ABORTS, "", self.session))
        assert taken.status == ROK

    async def screen(self) -> tuple[Frame, Message]:
        """The next screen, which the centre has not accepted yet."""
        frame = await self.peer.request(DELIVER_SM)
        return frame, read_message(frame.body)

    def accept(self, frame: Frame, status: int = ROK) -> None:
        self.peer.write(pdu(DELIVER_SM | RESPONSE, frame.sequence, b"\0", status))


def talking(folder: Path, more: str = "", top: str = "") -> Path:
    return write_config(folder, dialect="spec", more=more, top=top)


async def balance(handset: Handset) -> str:
    return (await handset.open("*100#")).text.split(". ")[0]


async def titles_in_turns(one: Handset, other: Handset) -> list[str]:
    """The titles of the screens of two dialogs, each of which goes two steps while the other is open."""
    screens = [await one.open("*111*1#"), await other.open("*111*3#"), await one.answer("4"), await other.answer("0")]
    return [screen.text.split("\n")[0] for screen in screens]


async def test_menu_and_its_answers(tmp_path: Path) -> None:
    """A menu asks with op 2 and no end bit, a result ends with op 17 and the end bit; the session is the same."""
    async with running(talking(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        handset = Handset(peer, fresh_number())
        menu = await handset.open("*111*1#")
        result = await handset.answer("1")

    assert menu.tlvs == {USSD_SERVICE_OP: ASKS, ITS_SESSION_INFO: SESSION}
    assert menu.text.startswith("Деньги\n1 Баланс")
    assert result.tlvs == {USSD_SERVICE_OP: ENDS, ITS_SESSION_INFO: b"\x12\x35"}
    assert result.text.startswith("Баланс: 1000 руб.")


async def test_changed_session_id(tmp_path: Path) -> None:
    """A centre may change the session with each step: the dialog goes on by number, and the newest goes back."""
    async with running(talking(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        handset = Handset(peer, fresh_number())
        await handset.open("*111*1#")
        handset.session = b"\x77\x10"
        second = await handset.answer("4")
        handset.session = b"\x77\x12"
        third = await handset.answer("0")

    assert second.tlvs[ITS_SESSION_INFO] == b"\x77\x10"
    assert second.text.startswith("Пополнение")
    assert third.tlvs[ITS_SESSION_INFO] == b"\x77\x12"
    assert third.text.startswith("Деньги")


async def test_two_dialogs_at_once(tmp_path: Path) -> None:
    """Two numbers talk in turns, and each keeps its place."""
    async with running(talking(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        one, other = Handset(peer, fresh_number()), Handset(peer, fresh_number(), b"\x20\x20")
        assert await titles_in_turns(one, other) == ["Деньги", "Услуги", "Пополнение", "Меню"]


async def test_two_dialogs_of_one_number(tmp_path: Path) -> None:
    """Where a dialect says that sessions stand side by side, each has its own place; else the later one is the one."""
    own = tmp_path / "own.toml"
    own.write_text('[[dialect]]\nname = "side-by-side"\nbase = "6d"\nparallel = true\n')
    catalogue = f'[catalogue]\ndialects_path = "{own}"'
    path = write_config(tmp_path, dialect="side-by-side", top=catalogue)
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        number = fresh_number()
        one, other = Handset(peer, number, b"\x10\x10"), Handset(peer, number, b"\x20\x20")
        assert await titles_in_turns(one, other) == ["Деньги", "Услуги", "Пополнение", "Меню"]


async def test_abort_while_a_screen_is_on_its_way(tmp_path: Path) -> None:
    """The centre refuses the screen of a dialog that it has given up: it is dropped, and the next dial offers it."""
    async with running(talking(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        handset = Handset(peer, fresh_number())
        peer.write(
            pdu(SUBMIT_SM, 901, said(handset.number, OPENS, "*111*7#")),
            pdu(SUBMIT_SM, 902, said(handset.number, ABORTS, "")),
        )
        taken = [(await peer.response(sequence)).status for sequence in (901, 902)]
        frame, screen = await handset.screen()
        handset.accept(frame, 0x45)
        again = await handset.open("*111#")
        goes_on = await handset.answer("1")

    assert taken == [ROK, ROK]
    assert screen.text.startswith("Введите: номер телефона")
    assert again.text.startswith("Прошлый раз прервался")
    assert goes_on.text == screen.text


async def test_result_that_could_not_be_shown(tmp_path: Path) -> None:
    """The subscriber hung up while a command ran: its effect stands, and its result comes as an SMS."""
    async with running(talking(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        handset = Handset(peer, fresh_number())
        taken = await peer.ask(SUBMIT_SM, said(handset.number, OPENS, "*111*828*1#"))
        frame, screen = await handset.screen()
        handset.accept(frame, 0x45)
        sms = await peer.message(handset.number)

    assert taken.status == ROK
    assert (sms.service_type, sms.tlvs, sms.text) == ("", {}, screen.text)


async def test_answer_before_its_screen_was_accepted(tmp_path: Path) -> None:
    """A second tap before the centre took the new screen was meant for the old one: nothing happens twice."""
    async with running(talking(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        handset = Handset(peer, fresh_number())
        await handset.open("*111*8111*1*12#")
        taken = await peer.ask(SUBMIT_SM, said(handset.number, ANSWERS, "x"))
        frame, question = await handset.screen()
        early = await peer.ask(SUBMIT_SM, said(handset.number, ANSWERS, "1", b"\x12\x36"))
        handset.accept(frame)
        await peer.settle()
        yes = await handset.answer("1")

    assert (taken.status, early.status) == (ROK, ROK)
    assert "Подключить «Гудок»" in question.text
    assert yes.text.startswith("«Гудок» подключена. Списано 50 руб., осталось 950")


async def test_redelivered_answer(tmp_path: Path) -> None:
    """An answer whose acknowledgement was lost comes again: the same screen, no second step, no second payment."""
    async with running(talking(tmp_path)) as gateway:
        number = fresh_number()
        async with peer_of(port_of(gateway)) as peer:
            await Handset(peer, number).open("*111*8111*1*12#")
        async with peer_of(port_of(gateway)) as peer:
            peer.write(pdu(SUBMIT_SM, 77, said(number, ANSWERS, "1")))
            await peer.response(77)
            first = read_message((await peer.request(DELIVER_SM)).body)
            peer.cut()
        while gateway.telemetry.counters["lost"] < 2:
            await asyncio.sleep(0.005)
        async with peer_of(port_of(gateway)) as peer:
            again = await peer.say(said(number, ANSWERS, "1"))
            while again.service_type != "USSD":
                again = await peer.message(number)
            await peer.settle()
            left = await balance(Handset(peer, number))
            while not left.startswith("Баланс"):
                left = (await peer.message(number)).text.split(". ")[0]

        assert (again.text, again.tlvs[USSD_SERVICE_OP]) == (first.text, first.tlvs[USSD_SERVICE_OP])
        assert left == "Баланс: 950 руб"
        assert gateway.telemetry.counters["redeliveries"] == 1


async def test_dialog_goes_on_after_a_kill(tmp_path: Path) -> None:
    """Killed between two steps, the gateway knows the dialog: its answer goes on from there, with what was typed."""
    path = talking(tmp_path)
    number, receiver = fresh_number(), fresh_number()
    async with served(path) as gateway, peer_of(gateway.port) as peer:
        handset = Handset(peer, number)
        await Handset(peer, receiver).open("*100#")
        await handset.open("*111*7#")
        asked = await handset.answer(receiver)
        await peer.settle()
        await gateway.kill()
    async with served(path) as gateway, peer_of(gateway.port) as peer:
        question = await Handset(peer, number).answer("50")

    assert asked.text.startswith("Введите: сумма")
    assert question.tlvs[USSD_SERVICE_OP] == ASKS
    assert question.text.startswith("Перевод 50 руб. на +7")
    assert question.text.endswith("1 да 2 нет 0 назад")


async def test_operations_are_logged_in_both_notations(tmp_path: Path) -> None:
    """The log says what an operation is in decimal and in hexadecimal, because peers mistake one for the other."""
    path = talking(tmp_path, top=f'[log]\nfile = "{tmp_path / "log"}"')
    async with served(path) as gateway, peer_of(gateway.port) as peer:
        handset = Handset(peer, fresh_number())
        await handset.open("*111*1#")
        await handset.answer("4")
        await handset.abort()
        await gateway.end()
    log = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]

    assert [(each["event"], each["op"]) for each in log if "op" in each] == [
        ("command", "0x01 (1 PSSR indication)"),
        ("command", "0x12 (18 USSR confirm)"),
        ("ussd_abort", "0x00 (0 PSSD indication)"),
    ]


async def test_direct_codes_write_no_dialog(tmp_path: Path) -> None:
    """A dial that is answered at once leaves nothing to go on with, and costs the store nothing more."""
    async with running(talking(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await Handset(peer, fresh_number()).open("*100#")
        written = await stored(gateway)
        menu = Handset(peer, fresh_number())
        await menu.open("*111*1#")
        open_now = await stored(gateway)
        await menu.answer("1")
        ended = await stored(gateway)

    assert (written, open_now, ended) == (0, 1, 0)


async def stored(gateway: Gateway) -> int:
    return len(await gateway.store.dialogs())
