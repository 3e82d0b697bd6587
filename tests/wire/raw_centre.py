"""A message centre in octets written by hand, for the gateway's links. It answers nothing by itself."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.app import Gateway
from tests.wire.gateway_fixture import (
    DELIVER_SM,
    HOST,
    RESPONSE,
    ROK,
    SUBMIT_SM,
    WAIT_S,
    Frame,
    Message,
    RawPeer,
    fresh_number,
    pdu,
    read_message,
    running,
    sms_body,
    tlv,
    write_config,
)

BINDS = (0x01, 0x02, 0x09)
SC_INTERFACE_VERSION = 0x0210


@dataclass
class RawCentre:
    """Where links connect to; ``calls`` are the connections that nobody has looked at."""

    port: int = 0
    calls: asyncio.Queue[RawPeer] = field(default_factory=asyncio.Queue)
    peers: list[RawPeer] = field(default_factory=list)
    server: asyncio.Server | None = None

    def close(self) -> None:
        """Nobody can connect any more, and all connections are cut."""
        if self.server is not None:
            self.server.close()
        for peer in self.peers:
            peer.cut()

    async def call(self) -> RawPeer:
        """The next connection of a link."""
        async with asyncio.timeout(WAIT_S):
            return await self.calls.get()

    async def asked(self) -> tuple[RawPeer, Frame]:
        """The next connection, and its bind, unanswered."""
        peer = await self.call()
        return peer, await peer.until(lambda frame: frame.command_id in BINDS)

    async def bound(self, version: int = 0x34) -> RawPeer:
        """The next connection, bound."""
        peer, bind = await self.asked()
        accept_bind(peer, bind, version)
        return peer


def accept_bind(peer: RawPeer, bind: Frame, version: int = 0x34) -> None:
    body = b"smsc\0" + tlv(SC_INTERFACE_VERSION, bytes((version,)))
    peer.write(pdu(bind.command_id | RESPONSE, bind.sequence, body))


def refuse(peer: RawPeer, frame: Frame, status: int) -> None:
    """An error response, without a body (SMPP 3.4 4.4.2)."""
    peer.write(pdu(frame.command_id | RESPONSE, frame.sequence, b"", status))


def accept(peer: RawPeer, frame: Frame, message_id: str = "1", tlvs: bytes = b"") -> None:
    """A submit_sm_resp."""
    peer.write(pdu(frame.command_id | RESPONSE, frame.sequence, message_id.encode() + b"\0" + tlvs))


async def deliver(peer: RawPeer, *bodies: bytes) -> None:
    """Messages of subscribers, all of which must be taken."""
    numbers = [peer.next_sequence() for _ in bodies]
    peer.write(*(pdu(DELIVER_SM, number, body) for number, body in zip(numbers, bodies, strict=True)))
    assert {(await peer.response(number)).status for number in numbers} == {ROK}


async def submitted(peer: RawPeer) -> tuple[Frame, Message]:
    """The next submit_sm, unanswered."""
    frame = await peer.request(SUBMIT_SM)
    return frame, read_message(frame.body)


async def take(peer: RawPeer, count: int) -> list[Message]:
    """So many submit_sm, each accepted."""
    messages = []
    for _ in range(count):
        frame, message = await submitted(peer)
        accept(peer, frame)
        messages.append(message)
    return messages


def balances(count: int) -> tuple[list[str], list[bytes]]:
    """As many subscribers who ask for their balance."""
    numbers = [fresh_number() for _ in range(count)]
    return numbers, [sms_body(each, "БАЛАНС") for each in numbers]


def states(folder: Path) -> list[int]:
    """The states of all outbox rows on the disk."""
    with contextlib.closing(sqlite3.connect(folder / "gateway.db")) as database:
        return sorted(state for (state,) in database.execute("SELECT state FROM outbox"))


async def settled(gateway: Gateway) -> None:
    """Returns when every fact so far is on the disk."""
    async with asyncio.timeout(WAIT_S):
        while gateway.queue or gateway.engine.busy:
            gateway.queue.interrupt()
            await asyncio.sleep(0.01)


@asynccontextmanager
async def raw_centre(port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawCentre]:
    centre = RawCentre()

    async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = RawPeer(reader, writer)
        centre.peers.append(peer)
        centre.calls.put_nowait(peer)

    accepting: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] = called
    centre.server = await asyncio.start_server(accepting, HOST, port, ssl=tls)
    centre.port = centre.server.sockets[0].getsockname()[1]
    try:
        yield centre
    finally:
        centre.close()


@asynccontextmanager
async def serving(folder: Path, *centres: RawCentre, more: str = "", listener: str = "") -> AsyncIterator[Gateway]:
    """A gateway with these links; the centres cut them before it stops, so that it need not wait for their unbind."""
    async with running(write_config(folder, more=more, listener=listener)) as gateway:
        try:
            yield gateway
        finally:
            for centre in centres:
                for peer in centre.peers:
                    peer.cut()


@asynccontextmanager
async def linked(folder: Path, **keys: object) -> AsyncIterator[tuple[Gateway, RawCentre]]:
    """A gateway and the one centre that it has a link to, ``smsc``."""
    async with raw_centre() as centre, serving(folder, centre, more=link("smsc", centre.port, **keys)) as gateway:
        yield gateway, centre


def link(name: str, port: int, **keys: object) -> str:
    """A ``[[links]]`` table."""
    lines = [f'name = "{name}"', f"port = {port}", 'system_id = "gw"', 'password = "secret"']
    for key, value in keys.items():
        written = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else value
        lines.append(f"{key} = {written}")
    return "[[links]]\n" + "\n".join(lines) + "\n"
