"""Dialogs that the operator has us open: shown, answered, or told by SMS, and known by the id of the request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    ACCOUNT,
    DELIVER_SM,
    ITS_SESSION_INFO,
    PASSWORD_HASH,
    RESPONSE,
    ROK,
    SUBMIT_SM,
    USSD_SERVICE_OP,
    Message,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    tlv,
    write_config,
)
from tests.wire.test_dialogs import ABORTS, ASKS, SESSION, Handset, said
from tests.wire.test_operating import command

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTIFIES, CONFIRMS, ENDS_OURS = b"\x03", 19, b"\x03"
TEXT = "Бонус 100 руб. до 31.03"
OWN = """
[[dialect]]
name = "side-by-side"
base = "comverse"
session_tag = 0x1383
parallel = true
"""
DIALECTS = ("one-shot", "side-by-side")


@dataclass
class Operator:
    """Who asks a gateway for it by its command."""

    path: Path
    gateway: Gateway

    async def push(self, number: str, *words: str) -> dict[str, Any]:
        """The answer to `ussdgw push`, which does not wait."""
        found: dict[str, Any] = json.loads(await printed(self.path, number, *words, "--json"))
        return found

    def wait(self, number: str, *words: str, status: int = 0) -> asyncio.Task[str]:
        """`ussdgw push --wait`, and what it will print."""
        return asyncio.create_task(printed(self.path, number, *words, "--wait", status=status))


async def printed(path: Path, *words: str, status: int = 0) -> str:
    """What `ussdgw push` prints: its only line, behind what this process has logged meanwhile."""
    return (await command(path, "push", *words, status=status)).splitlines()[-1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def operator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Operator]:
    """A gateway whose listeners speak different dialects; who is bound to one of them is who gets it."""
    folder = tmp_path_factory.mktemp("push")
    (folder / "own.toml").write_text(OWN)
    accounts = f'accounts = [{{ system_id = "{ACCOUNT}", password_hash = "{PASSWORD_HASH}" }}]'
    more = "".join(f'[[listeners]]\nname = "{name}"\nport = 0\ndialect = "{name}"\n{accounts}\n' for name in DIALECTS)
    path = write_config(folder, dialect="spec", top=f'[catalogue]\ndialects_path = "{folder}/own.toml"', more=more)
    async with running(path) as gateway:
        yield Operator(path, gateway)


@pytest_asyncio.fixture(loop_scope="module")
async def peer(operator: Operator) -> AsyncIterator[RawPeer]:
    async with peer_of(port_of(operator.gateway)) as bound:
        yield bound


async def known(peer: RawPeer) -> Handset:
    """A subscriber of the store, who is not talking."""
    handset = Handset(peer, fresh_number())
    await handset.open("*100#")
    return handset


async def shown(peer: RawPeer, status: int = ROK) -> Message:
    """What the centre is to show, accepted or refused."""
    frame = await peer.request(DELIVER_SM)
    peer.write(pdu(DELIVER_SM | RESPONSE, frame.sequence, b"\0", status))
    return read_message(frame.body)


async def confirm(handset: Handset) -> None:
    """The handset has shown a notification."""
    taken = await handset.peer.ask(SUBMIT_SM, said(handset.number, CONFIRMS, "", handset.session))
    assert taken.status == ROK


async def test_notification_is_shown(operator: Operator, peer: RawPeer) -> None:
    """USSN to the handset, without a session; its confirmation ends the command with "shown"."""
    handset = await known(peer)
    waits = operator.wait(handset.number, "--notify", TEXT)
    screen = await shown(peer)
    await confirm(handset)

    assert (screen.destination, screen.text) == (handset.number, TEXT)
    assert (screen.service_type, screen.tlvs) == ("USSD", {USSD_SERVICE_OP: NOTIFIES})
    assert (await waits).startswith("shown (id ")


async def test_menu_is_answered_and_goes_on(operator: Operator, peer: RawPeer) -> None:
    """USSR opens the dialog; its answer is a step like any other, and a network dialog never ends with op 17."""
    handset = await known(peer)
    waits = operator.wait(handset.number, "--ask", "money")
    menu = await shown(peer)
    topping_up = await handset.answer("4")
    said_once = await waits
    await handset.answer("0")
    last = await handset.answer("1")

    assert (menu.text.split("\n")[0], menu.tlvs) == ("Деньги", {USSD_SERVICE_OP: ASKS})
    assert topping_up.tlvs == {USSD_SERVICE_OP: ASKS, ITS_SESSION_INFO: SESSION}
    assert said_once.startswith("answered: 4 (id ")
    assert last.text.startswith("Баланс: ")
    assert last.tlvs == {USSD_SERVICE_OP: ENDS_OURS, ITS_SESSION_INFO: b"\x12\x35"}
    assert not await operator.gateway.store.dialogs()


async def test_one_id_is_one_request(operator: Operator, peer: RawPeer) -> None:
    """The same request again shows nothing again: it tells what has come of the first."""
    handset = await known(peer)
    first = await operator.push(handset.number, "--notify", TEXT, "--id", "campaign-7/1")
    await shown(peer)
    await confirm(handset)
    await operator.gateway.pushed("campaign-7/1")
    again = await operator.push(handset.number, "--notify", TEXT, "--id", "campaign-7/1")
    await peer.settle()

    assert (first["state"], again["state"]) == ("opening", "shown")
    assert first["reference"] == again["reference"]
    assert peer.kept == []


@pytest.mark.parametrize(
    ("words", "sms"), [(("--notify", TEXT), TEXT), (("--ask", "*111*1#"), "Деньги: наберите *111*1#")]
)
async def test_centre_refuses(operator: Operator, peer: RawPeer, words: tuple[str, str], sms: str) -> None:
    """Busy or absent, says the centre: the text goes as SMS, of a menu its name and what to dial."""
    handset = await known(peer)
    waits = operator.wait(handset.number, *words, status=1)
    await shown(peer, status=0x45)
    instead = await shown(peer)

    assert (instead.service_type, instead.text) == ("", sms)
    assert (await waits).startswith("fell back to SMS: status 0x45")


async def test_network_gives_up(operator: Operator, peer: RawPeer) -> None:
    """The centre took it, and then could not reach the handset: SMS."""
    handset = await known(peer)
    waits = operator.wait(handset.number, "--notify", TEXT, status=1)
    await shown(peer)
    await peer.ask(SUBMIT_SM, said(handset.number, ABORTS, "", SESSION))
    instead = await shown(peer)

    assert (instead.service_type, instead.text) == ("", TEXT)
    assert "0x00 (0 PSSD indication)" in await waits


async def test_subscriber_who_talks_is_not_disturbed(operator: Operator, peer: RawPeer) -> None:
    """A dialog that is open is not replaced: SMS, and the dialog goes on."""
    handset = await known(peer)
    await handset.open("*111*1#")
    result = await operator.push(handset.number, "--ask", "services")
    instead = await shown(peer)
    goes_on = await handset.answer("4")

    assert (result["state"], result["reason"]) == ("fell_back", "busy")
    assert instead.text == "Услуги: наберите *111*3#"
    assert goes_on.text.startswith("Пополнение")


async def test_dialect_that_cannot_ask(operator: Operator) -> None:
    """Where a dialog is one dial and one answer a notification is shown, and a menu goes as SMS."""
    async with peer_of(operator.gateway.listeners[1].port) as peer:
        handset = await known(peer)
        asked = await operator.push(handset.number, "--ask", "money")
        instead = await shown(peer)
        waits = operator.wait(handset.number, "--notify", TEXT)
        screen = await shown(peer)
        await confirm(handset)
        result = await waits

    assert (asked["state"], asked["reason"]) == ("fell_back", "no_link")
    assert instead.service_type == ""
    assert screen.tlvs[USSD_SERVICE_OP] == NOTIFIES
    assert result.startswith("shown")


async def test_session_of_the_response(operator: Operator) -> None:
    """Where the centre names the dialog in its response, two questions to one number are two dialogs."""
    async with peer_of(operator.gateway.listeners[2].port) as peer:
        handset = await known(peer)
        menus = {}
        for session, menu in ((b"\x00\x0a", "money"), (b"\x00\x0b", "services")):
            request = await operator.push(handset.number, "--ask", menu)
            frame = await peer.request(DELIVER_SM)
            peer.write(pdu(DELIVER_SM | RESPONSE, frame.sequence, b"\0" + tlv(ITS_SESSION_INFO, session)))
            menus[session] = read_message(frame.body).text.split("\n")[0]
            assert request["state"] == "opening"
        await peer.settle()
        handset.session = b"\x00\x0a"
        first = await handset.answer("4")
        handset.session = b"\x00\x0b"
        second = await handset.answer("0")

    assert menus == {b"\x00\x0a": "Деньги", b"\x00\x0b": "Услуги"}
    assert (first.text.split("\n")[0], first.tlvs[ITS_SESSION_INFO]) == ("Пополнение", b"\x00\x0a")
    assert (second.text.split("\n")[0], second.tlvs[ITS_SESSION_INFO]) == ("Меню", b"\x00\x0b")


async def test_long_notification(operator: Operator, peer: RawPeer) -> None:
    """What a screen cannot hold is cut there, and goes as SMS too."""
    handset = await known(peer)
    text = "Уважаемый абонент! " * 8
    await operator.push(handset.number, "--notify", text)
    screen = await shown(peer)
    whole = await peer.whole_text(handset.number)

    assert screen.text.endswith("...")
    assert len(screen.text) <= 80
    assert whole == text.strip()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("79169999999", "--notify", TEXT), "no subscriber has this number"),
        (("NOBODY", "--notify", TEXT), "is no telephone number"),
        (("79161234567",), "give a text to notify of, or a menu to ask"),
        (("79161234567", "--notify", TEXT, "--ask", "money"), "give a text to notify of, or a menu to ask"),
        (("79161234567", "--ask", "mony"), "there is no menu 'mony', did you mean 'money'?"),
    ],
)
async def test_requests_that_cannot_be(operator: Operator, words: tuple[str, ...], says: str) -> None:
    """What is wrong is said, with the nearest right name."""
    with pytest.raises(Exception, match=says.replace("?", r"\?")):
        await command(operator.path, "push", *words)
