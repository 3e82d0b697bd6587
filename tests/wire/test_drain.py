"""A stop under load: what was taken is finished, nothing is in doubt, and nobody waits longer than five seconds."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import time
from pathlib import Path

from gateway.messages import OutboxState
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    ENQUIRE_LINK,
    RESPONSE,
    ROK,
    RTHROTTLED,
    SUBMIT_SM,
    UNBIND,
    WAIT_S,
    RawPeer,
    fresh_number,
    pdu,
    peer_of,
    running,
    served,
    sms_body,
    ussd_body,
    write_config,
)
from tests.wire.raw_centre import accept, deliver, link, raw_centre, submitted

STOP_S = 5.0


class Load:
    """A peer that sends without a pause and answers what it is sent, until it is unbound."""

    def __init__(self, peer: RawPeer, command_id: int) -> None:
        self.peer = peer
        self.command_id = command_id
        self.taken = self.put_off = self.answered = 0
        self.unbound = False

    async def run(self) -> None:
        peer = self.peer
        while not self.unbound:
            body = ussd_body if peer.sequence % 2 else sms_body
            peer.write(pdu(self.command_id, peer.next_sequence(), body(fresh_number(), "*100#")))
            frame = await peer.until(lambda frame: True)
            if frame.command_id == self.command_id | RESPONSE:
                assert frame.status in (ROK, RTHROTTLED)
                self.taken += frame.status == ROK
                self.put_off += frame.status == RTHROTTLED
            elif frame.command_id == SUBMIT_SM:
                accept(peer, frame)
                self.answered += 1
            elif frame.command_id in (DELIVER_SM, ENQUIRE_LINK, UNBIND):
                peer.answer(frame)
                self.answered += frame.command_id == DELIVER_SM
                self.unbound = frame.command_id == UNBIND


def ask(folder: Path, statement: str) -> list[tuple[int, ...]]:
    with contextlib.closing(sqlite3.connect(folder / "gateway.db")) as database:
        return database.execute(statement).fetchall()


async def test_drain_under_load(tmp_path: Path) -> None:
    """SIGTERM under load from a hub and a centre: everything taken is confirmed, every answer has its response."""
    async with raw_centre() as centre:
        path = write_config(tmp_path, more=link("smsc", centre.port) + '[log]\nfile = "gateway.log"\n')
        async with served(path) as gateway, peer_of(gateway.port) as hub:
            loads = [Load(hub, SUBMIT_SM), Load(await centre.bound(), DELIVER_SM)]
            running = [asyncio.create_task(load.run()) for load in loads]
            async with asyncio.timeout(WAIT_S):
                while min(load.answered for load in loads) < 100:
                    await asyncio.sleep(0.01)
            began = time.monotonic()
            status = await gateway.end()
            took_s = time.monotonic() - began
            await asyncio.gather(*running, return_exceptions=True)

    in_doubt = ask(
        tmp_path,
        "SELECT number FROM inbox LEFT JOIN connections ON connections.id = inbox.connection "
        "WHERE late OR number > coalesce(confirmed, 0)",
    )
    unfinished = ask(tmp_path, f"SELECT id, state FROM outbox WHERE state <> {int(OutboxState.SENT)}")

    assert status == 0
    assert took_s < STOP_S
    assert all(load.unbound for load in loads)
    assert in_doubt == []
    assert unfinished == []
    assert sum(load.taken for load in loads) == len(ask(tmp_path, "SELECT number FROM inbox"))


async def test_silent_peers_cannot_delay_a_stop(tmp_path: Path) -> None:
    """Peers that answer neither a message nor an unbind: the stop comes within five seconds all the same."""
    async with (
        raw_centre() as centre,
        served(write_config(tmp_path, more=link("smsc", centre.port))) as gateway,
        peer_of(gateway.port) as hub,
    ):
        await hub.ask(SUBMIT_SM, sms_body(fresh_number(), "БАЛАНС"))
        smsc = await centre.bound()
        await deliver(smsc, sms_body(fresh_number(), "БАЛАНС"))
        await submitted(smsc)
        began = time.monotonic()
        status = await gateway.end()
        took_s = time.monotonic() - began

    assert status == 0
    assert took_s < STOP_S


async def test_second_signal_ends_at_once(tmp_path: Path) -> None:
    """Whoever cannot wait signals again; what was acknowledged is on the disk, as after a kill."""
    number = fresh_number()
    path = write_config(tmp_path)
    async with served(path) as gateway, peer_of(gateway.port) as hub:
        taken = await hub.ask(SUBMIT_SM, sms_body(number, "БАЛАНС"))
        await hub.request()
        gateway.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.2)
        began = time.monotonic()
        status = await gateway.end()
        took_s = time.monotonic() - began

    assert taken.status == ROK
    assert status == 128 + signal.SIGTERM
    assert took_s < 1.0
    assert len(ask(tmp_path, "SELECT number FROM inbox")) == 1


async def test_a_cancelled_run_leaves_no_task(tmp_path: Path) -> None:
    """Regression: what waited for the event was left behind, and destroyed while it still waited."""
    until = asyncio.Event()
    async with running(write_config(tmp_path)) as gateway:
        before = asyncio.all_tasks()
        run = asyncio.create_task(gateway.run(until))
        await asyncio.sleep(0)
        begun = asyncio.all_tasks() - before - {run}
        run.cancel()
        await asyncio.wait({run, *begun}, timeout=1.0)

    assert {task.cancelled() for task in begun} == {True}
