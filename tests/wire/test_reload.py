"""A reload under traffic: nothing is lost, the new catalogue serves, an invalid one leaves the old one serving."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.app import Gateway
from gateway.catalogue.faults import Fault
from gateway.control import ControlClient, ControlError
from gateway.engine.journal import ReloadedEntry
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    RESPONSE,
    ROK,
    SUBMIT_SM,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    port_of,
    read_message,
    running,
    served,
    sms_body,
    ussd_body,
    write_config,
)

CODE = """
[[code]]
command = "balance.show"
ussd = ["*555*{number}#"]
about = {{ ru = "Баланс", bg = "Баланс", en = "Balance" }}
"""


def own_catalogue(folder: Path) -> tuple[Path, Path]:
    """The gateway's own codes and products, copied where a test may change them, and a configuration that says so."""
    catalogue = folder / "catalogue"
    catalogue.mkdir()
    for name in ("codes.toml", "products.toml"):
        own = resources.files("gateway.catalogue") / name
        (catalogue / name).write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    keys = f'[catalogue]\nfolder = "{catalogue}"\ntexts_folder = "{catalogue}"\n'
    return write_config(folder, more=keys), catalogue


def add(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def change(path: Path, pattern: str, to: str) -> None:
    """Replaces what must be there exactly once."""
    text, count = re.subn(pattern, to, path.read_text(encoding="utf-8"))
    assert 1 == count
    path.write_text(text, encoding="utf-8")


async def reloaded(folder: Path) -> Any:
    """The result of `reload`, asked for over the control socket."""

    def ask() -> Any:
        with ControlClient(folder / "control.sock") as client:
            return client.ask("reload")

    return await asyncio.to_thread(ask)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[Gateway, RawPeer, Path]]:
    path, catalogue = own_catalogue(folder)
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        yield gateway, peer, catalogue


async def texted(peer: RawPeer, number: str, text: str) -> str:
    """An SMS, and the whole SMS that answers it."""
    assert (await peer.ask(SUBMIT_SM, sms_body(number, text))).status == ROK
    return await peer.whole_text(number)


def journalled(folder: Path) -> list[ReloadedEntry]:
    with sqlite3.connect(folder / "gateway.db") as connection:
        rows = connection.execute("SELECT body FROM journal WHERE kind = 'reloaded' ORDER BY number").fetchall()
    connection.close()
    return [msgspec.msgpack.decode(body, type=ReloadedEntry) for (body,) in rows]


async def test_twenty_reloads_under_load_lose_nothing(tmp_path: Path) -> None:
    """Every message sent while the catalogue changes 20 times is acknowledged and answered; the last code works."""
    async with serving(tmp_path) as (_, peer, catalogue):
        stop, ended = asyncio.Event(), asyncio.Event()
        asked: dict[int, str] = {}

        async def dial() -> None:
            while not ended.is_set():
                if stop.is_set():
                    ended.set()  # with this one: what ends the listener is still to come
                number = fresh_number()
                sequence = peer.next_sequence()
                asked[sequence] = number
                peer.write(pdu(SUBMIT_SM, sequence, ussd_body(number, "*100#")))
                await asyncio.sleep(0.01)

        async def listen() -> tuple[dict[int, int], set[str]]:
            taken: dict[int, int] = {}
            told: set[str] = set()
            while not (ended.is_set() and len(taken) == len(asked) and told == set(asked.values())):
                frame = await peer.until(lambda each: each.command_id in (DELIVER_SM, SUBMIT_SM | RESPONSE))
                if frame.command_id == DELIVER_SM:
                    peer.answer(frame)
                    message = read_message(frame.body)
                    assert message.text.startswith("Баланс")
                    told.add(message.destination)
                else:
                    taken[frame.sequence] = frame.status
            return taken, told

        dialling, listening = asyncio.create_task(dial()), asyncio.create_task(listen())
        for number in range(20):
            add(catalogue / "codes.toml", CODE.format(number=number + 10))
            assert [f"code *555*{number + 10}# added"] == (await reloaded(tmp_path))["changes"]
        stop.set()
        async with asyncio.timeout(20.0):
            await dialling
            taken, told = await listening
        assert (await peer.dial(fresh_number(), "*555*29#")).startswith("Баланс")

    assert {ROK} == set(taken.values())
    assert set(asked) == set(taken)
    assert set(asked.values()) == told
    assert len(told) > 50
    assert 21 == len(journalled(tmp_path))  # the catalogue of the start, and each reload


async def test_an_invalid_catalogue_leaves_the_old_one_serving(tmp_path: Path) -> None:
    """All faults are named with file and line, in every file; codes of before still work, new ones do not."""
    async with serving(tmp_path) as (gateway, peer, catalogue):
        digest = gateway.rooms.digest
        add(catalogue / "codes.toml", CODE.format(number=10) + '\n[[code]]\ncommand = "balance.show"\neffekt = 1\n')
        change(catalogue / "products.toml", r"(?m)^fee_minor", "fee_mnior")
        (catalogue / "ru").mkdir()
        (catalogue / "ru" / "balance.ftl").write_text("balance-other = { $x\n", encoding="utf-8")
        with pytest.raises(ControlError) as refusal:
            await reloaded(tmp_path)
        assert (await peer.dial(fresh_number(), "*100#")).startswith("Баланс")
        assert not (await peer.dial(fresh_number(), "*555*10#")).startswith("Баланс")
        assert digest == gateway.rooms.digest

    assert "still applies" in refusal.value.message
    faults = refusal.value.faults
    assert {str(catalogue / "codes.toml"), str(catalogue / "products.toml"), "ru/balance.ftl"} <= {
        fault.file for fault in faults
    }
    effekt = next(fault for fault in faults if fault.key == "effekt")
    assert (catalogue / "codes.toml").read_text(encoding="utf-8").splitlines()[effekt.line - 1] == "effekt = 1"
    assert 1 == len(journalled(tmp_path))


async def test_a_pending_question_keeps_the_price_that_was_shown(tmp_path: Path) -> None:
    """The price changes between question and yes: the yes takes nothing and asks again with the new price."""
    number = fresh_number()
    async with serving(tmp_path) as (_, peer, catalogue):
        first = await peer.dial(number, "*111*8111*1*12#")
        change(catalogue / "products.toml", r"(?s)(\"Гудок\".{,80}price_minor = )5000", r"\g<1>6000")
        assert ["service 12 changed: price_minor 5000 -> 6000"] == (await reloaded(tmp_path))["changes"]
        again = await texted(peer, number, "ДА")
        unchanged = await peer.dial(number, "*100#")
        done = await texted(peer, number, "ДА")

    assert "50 руб" in first
    assert "60 руб" in again
    assert "ДА" in again
    assert unchanged.startswith("Баланс: 1000 руб")
    assert "Списано 60 руб" in done


async def test_what_changed_is_named(tmp_path: Path) -> None:
    """Codes, products and texts by their names, added, changed and removed; the journal keeps the same."""
    async with serving(tmp_path) as (gateway, peer, catalogue):
        nothing = await reloaded(tmp_path)
        add(catalogue / "codes.toml", CODE.format(number=10))
        await reloaded(tmp_path)
        text = (catalogue / "codes.toml").read_text(encoding="utf-8")
        (catalogue / "codes.toml").write_text(text.replace(CODE.format(number=10), CODE.format(number=11)))
        change(catalogue / "products.toml", r"(?m)^(fee_minor\s*= )700", r"\g<1>900")
        (catalogue / "ru").mkdir()
        own = (resources.files("gateway.texts") / "ru" / "balance.ftl").read_text(encoding="utf-8")
        (catalogue / "ru" / "balance.ftl").write_text(own.replace("Баланс:", "На счету:"), encoding="utf-8")
        told = await reloaded(tmp_path)
        shown = await peer.dial(fresh_number(), "*555*11#")
        digest = gateway.rooms.digest

    assert [] == nothing["changes"]
    changes = set(told["changes"])
    assert {"code *555*11# added", "code *555*10# removed", "transfer changed: fee_minor 700 -> 900"} <= changes
    assert any(re.fullmatch(r"text ru/balance-\w+ changed", each) for each in changes)
    assert shown.startswith("На счету:")
    assert (digest, tuple(told["changes"])) == (told["digest"], journalled(tmp_path)[-1].changes)
    assert digest == journalled(tmp_path)[-1].digest


async def test_a_start_with_the_same_catalogue_adds_no_entry(tmp_path: Path) -> None:
    """The journal says which catalogue applied: one entry a change, also of a change while nothing ran."""
    path, catalogue = own_catalogue(tmp_path)
    for _ in range(2):
        async with running(path):
            pass
    same = len(journalled(tmp_path))
    add(catalogue / "codes.toml", CODE.format(number=10))
    async with running(path):
        pass

    assert (1, 2) == (same, len(journalled(tmp_path)))


async def test_sighup_reloads(tmp_path: Path) -> None:
    """SIGHUP does what `ussdgw reload` does, in the gateway as it is run."""
    path, catalogue = own_catalogue(tmp_path)
    async with served(path) as gateway, peer_of(gateway.port) as peer:
        add(catalogue / "codes.toml", CODE.format(number=10))
        gateway.process.send_signal(signal.SIGHUP)
        assert gateway.process.stderr is not None
        async with asyncio.timeout(10.0):
            while b"reloaded, 1 change\n" not in await gateway.process.stderr.readline():
                pass
        assert (await peer.dial(fresh_number(), "*555*10#")).startswith("Баланс")
        assert 0 == await gateway.end()


def test_faults_survive_the_socket() -> None:
    """A fault reads the same at both ends."""
    fault = Fault("codes.toml", 3, "command", "missing", 7)

    assert fault == msgspec.json.decode(msgspec.json.encode(fault), type=Fault)
