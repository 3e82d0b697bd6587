"""The phone in the terminal against a real gateway on loopback, by its keys; once behind the simulator's centre."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import handset_view, phone
from smpp.simulator.scenario import Load, Scenario
from smpp.simulator.wires import Simulator
from tests.wire.gateway_fixture import ACCOUNT, HOST, fresh_number, running, serving_in_thread, write_config
from tests.wire.held_phone import held
from tests.wire.simulated import LINK, call_again_soon


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a gateway for all who do not end it."""
    with serving_in_thread(write_config(tmp_path_factory.mktemp("gateway"), dialect="spec")) as port:
        yield port


async def test_dialog_sms_and_history(port: int) -> None:
    """A menu goes on by keys and clicks; an SMS is listed with its parts and turned over; a code is dialled again."""
    async with held(port, fresh_number()) as own:
        await own.is_told(f"connected to {HOST}:{port} as {ACCOUNT}")
        await own.pilot.press(*"*111#", "enter")
        await own.sees("Меню\n1 Деньги\n2 Тариф")
        assert (own.note, str(own.app.query_one("#entry").border_title)) == ("UCS-2 54/80", "answer")
        await own.pilot.click("#keypad Button")  # the first key is 1
        await own.pilot.click("#keypad Button.-success")
        await own.sees("Деньги\n1 Баланс")
        await own.send("1")
        await own.sees("Баланс: 1000")
        assert str(own.app.query_one("#entry").border_title) == "dial or write"

        await own.send("ПОМОЩЬ")
        await own.until(lambda: own.note.endswith("page 1/2"))
        (sms,) = own.lines("inbox")
        assert ", 3 SMS, UCS-2 " in sms
        first = own.display
        await own.pilot.press("pagedown")
        assert (own.note.endswith("page 2/2"), own.display != first) == (True, True)

        assert own.lines("said") == ["ПОМОЩЬ", "*111#"]
        await own.pilot.press("up", "up", "enter")
        await own.sees("Меню")


async def test_hanging_up(port: int) -> None:
    """The red key ends the dialog here and at the gateway, which offers it at the next dial."""
    async with held(port, fresh_number()) as own:
        await own.is_told("connected")
        await own.send("*111#")
        await own.sees("Меню")
        await own.send("1")
        await own.sees("Деньги")
        await own.pilot.press("escape")
        assert own.display == ""
        await own.send("*111#")
        await own.sees("1 продолжить")


async def test_the_gateway_comes_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The status says that nobody is there, who is, and that he has gone; what was typed meanwhile waits for Enter."""
    monkeypatch.setattr(phone, "CALL_AGAIN_S", 0.05)
    monkeypatch.setattr(phone, "CALL_AGAIN_MAX_S", 0.1)
    with socket.create_server((HOST, 0)) as free:
        nobody = free.getsockname()[1]
    async with held(nobody, fresh_number()) as own:
        await own.is_told(f"{HOST}:{nobody}: ")
        assert own.in_trouble
        for _ in range(2):
            await own.send("*100#")
            async with running(write_config(tmp_path, port=nobody)):
                await own.is_told("connected")
                assert not own.in_trouble
                await own.pilot.press("enter")
                await own.sees("Баланс")
            await own.until(lambda: own.in_trouble)
            assert own.display == ""


async def test_a_refused_bind(port: int) -> None:
    """The status that refused it stays to be read."""
    async with held(port, fresh_number(), password="no") as own:
        await own.is_told("ESME_RINVPASWD (0x0E)")
        assert own.in_trouble


async def test_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was acknowledged and gets no answer is told so, and may go on."""
    monkeypatch.setattr(handset_view, "SCREEN_WAIT_S", 0.1)
    centre = Simulator(Scenario(port=0, load=Load(numbers=0)))
    await centre.start()
    try:
        async with held(centre.port, fresh_number()) as own:  # to the centre a gateway, whom nobody answers
            await own.is_told("connected")
            await own.send("*100#")
            await own.is_told("nothing came within")
    finally:
        await centre.stop()


async def test_behind_the_centre_of_the_simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone held at the simulator's centre, whose only gateway is a link: without it, with it, screens and SMS."""
    call_again_soon(monkeypatch)
    number = fresh_number()
    centre = Simulator(Scenario(port=0, load=Load(numbers=0)))
    await centre.start()
    try:
        async with held(centre.port, number, system_id="phone", password="any") as own:
            await own.is_told("connected")
            await own.send("*111#")
            await own.is_told("ESME_RX_T_APPN (0x64)")
            link = LINK.format(port=centre.port)
            async with running(write_config(tmp_path, more=link)):
                await own.until(lambda: centre.core.lines.usable() is not None)
                await own.send("*111#")
                await own.sees("Меню")
                await own.send("1")
                await own.sees("Деньги")
                await own.send("БАЛАНС")
                await own.send("*100#")
                await own.sees("Баланс")
                await own.send("БАЛАНС")
                await own.until(lambda: len(own.lines("inbox")) == 1)
    finally:
        await centre.stop()

    assert centre.core.tally.statuses == {0: 5}
