"""The phone of the command line: dials, answers screens, and says why when it cannot get through."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from gateway import phone
from gateway.phone import Phone, PhoneError
from tests.wire.gateway_fixture import ACCOUNT, HOST, PASSWORD, WAIT_S, fresh_number, port_of, running, write_config


async def test_no_gateway_there() -> None:
    """Host, port, why, and what to do; at once, not after a time-out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(
        PhoneError, match=rf"127\.0\.0\.1:{port}: no connection \(ConnectionRefusedError\)\. Is the gateway running"
    ):
        async with Phone("127.0.0.1", port, "demo", "demo"):
            pass


async def test_a_wrong_password(gateway_port: int) -> None:
    """The status that the gateway answered the bind with; it is running, so nobody is asked whether it is."""
    with pytest.raises(PhoneError, match="the bind was refused with ESME_RINVPASWD") as caught:
        async with Phone("127.0.0.1", gateway_port, "demo", "wrong"):
            pass

    assert "accounts" in str(caught.value)
    assert "running" not in str(caught.value)


@pytest.mark.parametrize("line", ["*" + "1" * 181 + "#", "*111*" + "я" * 75 + "#"])
async def test_more_than_a_dialog_can_carry(line: str) -> None:
    """182 characters of GSM-7, 80 of UCS-2: told before anything is sent."""
    with pytest.raises(PhoneError, match="too long for USSD"):
        await Phone(HOST, 1, ACCOUNT, PASSWORD).say_dial(line, fresh_number())


async def test_answers_to_screens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen that asks says so, and takes an answer in the same dialog; the last one does not ask."""
    monkeypatch.setattr(phone, "SMS_WAIT_S", 0.03)
    number = fresh_number()
    path = write_config(tmp_path, dialect="spec")
    async with running(path) as gateway, Phone(HOST, port_of(gateway), ACCOUNT, PASSWORD) as own:
        (menu,) = await own.dial("*111#", number)
        (money,) = await own.answer("1", number)
        (result,) = await own.answer("1", number)

    assert [menu.asks, money.asks, result.asks] == [True, True, False]
    assert [each.text.split()[0] for each in (menu, money, result)] == ["Меню", "Деньги", "Баланс:"]


async def test_commands_answer_screens(tmp_path: Path) -> None:
    """`ussdgw dial CODE ANSWER...` goes through a menu; `ussdgw phone` reads what is dialled and answered by lines."""
    number = fresh_number()
    async with running(write_config(tmp_path, dialect="spec")) as gateway:
        bind = ("--port", str(port_of(gateway)), "--system-id", ACCOUNT, "--password", PASSWORD)
        dialled = await said("", "dial", "*111#", "1", "1", "--from", number, *bind)
        typed = await said("*111#\n1\n1\n", "phone", number, *bind)

    expected = ["Меню", "Деньги", "Баланс:"]
    assert [line.split(": ", 1)[1].split()[0] for line in dialled.splitlines() if line.startswith("screen")] == expected
    assert [line.split(": ", 1)[1].split()[0] for line in typed.splitlines() if line.startswith("screen")] == expected


async def said(typed: str, *command: str) -> str:
    """What a command prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", *command,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(2 * WAIT_S):
        out, err = await process.communicate(typed.encode())
    assert process.returncode == 0, err.decode()
    return out.decode()
