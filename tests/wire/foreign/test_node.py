"""npm's `smpp`, the JavaScript library that many hubs and test centres are built on, from both sides.

Delivery receipts are not part of the conversation yet: the gateway only acknowledges them.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.messages import ImportRow, Push
from gateway.model import Instant, Money, Msisdn, PersonId, PersonKind, TariffId
from gateway.rules.pushes import PushState
from tests.wire.foreign.required import FOLDER, node
from tests.wire.gateway_fixture import ACCOUNT, PASSWORD, fresh_number, running, write_config

pytestmark = pytest.mark.foreign

HERE = Path(__file__).parent
LIMIT_S = 15.0


async def script(name: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        node(), str(HERE / name), str(FOLDER), *arguments, stdout=asyncio.subprocess.PIPE
    )


def check_parts(said: list[dict[str, Any]], number: str) -> None:
    """A balance, a screen on its session, a long text in three parts, and an answer to the long message."""
    balance, screen, *parts, to_long = said

    assert {each["destination"] for each in said} == {number}
    assert {each["source"] for each in said} == {"111"}
    assert balance["text"].startswith("Баланс: 1000 руб.")
    assert screen["text"].startswith("Баланс: 1000 руб.")
    assert (screen["op"], screen["session"]) == (17, "1235")  # PSSR response; bit 0 ends the dialog
    headers = [bytes.fromhex("".join(part["udh"])) for part in parts]
    assert [header[-2:] for header in headers] == [bytes((3, turn)) for turn in (1, 2, 3)]
    assert len({header[-3] for header in headers}) == 1
    assert "".join(part["text"] for part in parts).startswith("*100# БАЛАНС\n")
    assert to_long["text"]


async def test_client_of_our_listener(gateway_port: int) -> None:
    """Bind, SMS, a dialled string, long messages both ways, enquire_link, unbind: all as its own library reads it."""
    number = fresh_number()
    process = await script("client.js", str(gateway_port), ACCOUNT, PASSWORD, number)
    async with asyncio.timeout(LIMIT_S):
        out, _ = await process.communicate()
    seen = json.loads(out)

    assert seen["faults"] == []
    assert seen["bound"] == {"status": 0, "system_id": "ussdgw", "version": 0x34}
    assert [each["status"] for each in seen["taken"]] == [0] * 5
    assert all(each["message_id"].isdigit() for each in seen["taken"][:4])
    check_parts(seen["delivered"], number)
    assert (seen["alive"], seen["unbound"]) == (0, 0)


async def test_centre_of_our_link(tmp_path: Path) -> None:
    """The same conversation with our link as the client: it binds, answers, and unbinds at its end."""
    number = fresh_number()
    process = await script("centre.js", number)
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT_S):
        port = int(await process.stdout.readline())
        link = f'[[links]]\nname = "node"\nport = {port}\nsystem_id = "gw"\npassword = "secret77"\n'
        async with running(write_config(tmp_path, more=link)):
            assert await process.stdout.readline() == b"done\n"
        seen = json.loads(await process.stdout.readline())
        await process.wait()

    assert seen["faults"] == []
    assert seen["bound"] == {"system_id": "gw", "password": "secret77", "version": 0x34}
    assert [each["status"] for each in seen["taken"]] == [0] * 5
    check_parts(seen["submitted"], number)
    assert seen["submitted"][0]["validity"]
    assert (seen["alive"], seen["unbound"]) == (0, True)


async def test_centre_that_opens_dialogs_for_us(tmp_path: Path) -> None:
    """A notification and a menu of ours: opened without a session, which its response names; confirmed and released,
    answered and ended, all as its own library writes and reads it."""
    number = Msisdn(fresh_number())
    process = await script("pushed.js")
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT_S):
        port = int(await process.stdout.readline())
        link = f'[[links]]\nname = "node"\nport = {port}\nsystem_id = "gw"\ndialect = "comverse"\n'
        async with running(write_config(tmp_path, more=link)) as gateway:
            assert await process.stdout.readline() == b"bound\n"
            person = ImportRow(number, PersonId("P"), PersonKind.PRIVATE, "moscow", TariffId(1), Money(0))
            await gateway.add_subscribers("one.csv", (person,))
            states = []
            for request in (Push("a", number, Instant(0), "Hello"), Push("b", number, Instant(0), place="*111*1")):
                await gateway.push(request)
                assert await process.stdout.readline() == b"ended\n"
                states.append((await gateway.pushed(request.id)).state)
        seen = json.loads(await process.stdout.readline())
        await process.wait()

    notified, released, asked, last = seen["submitted"]
    assert seen["faults"] == []
    assert seen["taken"] == [0, 0]
    assert states == [PushState.SHOWN, PushState.ANSWERED]
    assert {(each["to"], each["service_type"]) for each in seen["submitted"]} == {(number, "USSD")}
    assert (notified["op"], notified["session"], notified["text"]) == (3, None, "Hello")
    assert (released["op"], released["session"], released["text"]) == (0x80, "0000b001", "")
    assert (asked["op"], asked["session"], asked["text"].split("\n")[0]) == (2, None, "Деньги")
    assert (last["op"], last["session"]) == (0x83, "0000b002")
    assert last["text"]
