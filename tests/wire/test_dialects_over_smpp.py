"""Every dialect through a whole gateway on a socket, in both roles: answered as its transcript has it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway.app import Gateway
from gateway.messages import Push
from gateway.model import Msisdn
from gateway.rules.pushes import PushState
from smpp.dialects import own_dialects
from smpp.pdu import DataSm, DeliverSm, SubmitSm, decode
from smpp.ussd import acknowledges
from tests.wire.gateway_fixture import (
    ACCOUNT,
    BIND_TRANSCEIVER,
    HOST,
    PASSWORD_HASH,
    RESPONSE,
    ROK,
    WAIT_S,
    RawPeer,
    pdu,
    peer_of,
    running,
    tlv,
    write_config,
)

FOLDER = Path(__file__).parents[2] / "fixtures/dialects"
PAYLOAD = 0x0424
NUMBER, MENU = Msisdn("79161234567"), "*111*1"  # of which 2 carries out a code
NAMES = [name for name, dialect in own_dialects().items() if dialect.questions]


def pdus(name: str, case: str, role: str) -> list[tuple[dict[str, Any], bytes]]:
    """The PDUs of a case with their octets in that role."""
    transcript = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return [(each, bytes.fromhex(each["octets"][role])) for each in transcript["cases"][case]]


def framed(octets: bytes) -> Any:
    """A screen without what the menus of the day put on it: its text, its alphabet, its sequence number."""
    found = decode(octets)
    assert isinstance(found, SubmitSm | DeliverSm | DataSm)
    tlvs = tuple((tag, value) for tag, value in found.tlvs if tag != PAYLOAD)
    bare = msgspec.structs.replace(found, tlvs=tlvs, data_coding=0, sequence_number=1)
    return bare if isinstance(bare, DataSm) else msgspec.structs.replace(bare, short_message=b"")


async def converse(gateway: Gateway, peer: RawPeer, name: str, case: str, role: str) -> list[str]:
    """Says the centre's part of a case; returns what was said or answered otherwise than its transcript has it."""
    wrong: list[str] = []
    asked = 0  # the sequence number of our request that waits for its response
    for each, octets in pdus(name, case, role):
        command, sequence = int.from_bytes(octets[4:8], "big"), each["sequence_number"]
        if each["from"] == "centre" and "means" in each:
            peer.write(octets)
        elif each["from"] == "centre":
            peer.write(octets[:12] + asked.to_bytes(4, "big") + octets[16:])
        elif each["from"] == "gateway" and "does" not in each:
            answer = await peer.response(sequence)
            if (answer.command_id, answer.status) != (command, ROK):
                wrong.append(f"{name} {case}: 0x{answer.command_id:08X} status {answer.status}")
        elif each["from"] == "gateway":
            await opened(gateway, name, each["does"]["act"], role)
            frame = await peer.request(command)
            asked = frame.sequence
            if framed(frame.octets) != framed(octets):
                wrong.append(f"{name} {case}: {framed(frame.octets)} is not {framed(octets)}")
    return wrong


async def opened(gateway: Gateway, name: str, act: str, role: str) -> None:
    """Has the gateway do what opens a dialog, in that dialect; what else it does, it does by itself."""
    account = ACCOUNT if role == "server" else name
    request = Push(f"{name} {act} {role}", NUMBER, gateway.clock.now(), link=name, account=account, dialect=name)
    if act == "notify":
        await gateway.engine.submit(replace(request, text="Hello"))
    elif act == "ask":
        await gateway.pushed(f"{name} notify {role}")  # the number is busy until then
        await gateway.engine.submit(replace(request, place=MENU))


async def talk(gateway: Gateway, peer: RawPeer, name: str, role: str) -> list[str]:
    cases = ("one-shot", "menu", "abort", "push")
    faults = [fault for case in cases for fault in await converse(gateway, peer, name, case, role)]
    states = [(await gateway.pushed(f"{name} {act} {role}")).state for act in ("notify", "ask")]
    told = PushState.SHOWN if acknowledges(own_dialects()[name]) else PushState.ACCEPTED
    return faults if states == [told, PushState.ANSWERED] else [*faults, f"{name} {role}: {states}"]


async def test_dialects_of_listeners(tmp_path: Path) -> None:
    """The centre is our client: a dial, a menu with its answer, an abort, a notification and a question of ours are as
    the transcript has it."""
    accounts = f'accounts = [{{ system_id = "{ACCOUNT}", password_hash = "{PASSWORD_HASH}" }}]'
    more = "".join(f'[[listeners]]\nname = "{name}"\nport = 0\ndialect = "{name}"\n{accounts}\n' for name in NAMES)
    wrong: list[str] = []
    async with running(write_config(tmp_path, more=more)) as gateway:
        for listener in gateway.listeners[1:]:
            async with peer_of(listener.port) as peer:
                wrong += await talk(gateway, peer, listener.name, "server")

    assert wrong == []
    assert gateway.telemetry.counters["faults"] == 0


async def test_dialects_of_links(tmp_path: Path) -> None:
    """We are the centre's client: the same, with deliver_sm and submit_sm the other way round."""
    peers: dict[str, asyncio.Future[RawPeer]] = {name: asyncio.get_running_loop().create_future() for name in NAMES}

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = RawPeer(reader, writer)
        bind = await peer.request(BIND_TRANSCEIVER)
        peer.write(pdu(BIND_TRANSCEIVER | RESPONSE, bind.sequence, b"centre\0" + tlv(0x0210, b"\x34")))
        peers[bind.body.split(b"\0")[0].decode()].set_result(peer)

    server = await asyncio.start_server(accepted, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    more = "".join(
        f'[[links]]\nname = "{name}"\nport = {port}\ndialect = "{name}"\nsystem_id = "{name}"\n' for name in NAMES
    )
    wrong: list[str] = []
    try:
        async with running(write_config(tmp_path, more=more)) as gateway, asyncio.timeout(WAIT_S):
            for name, future in peers.items():
                wrong += await talk(gateway, await future, name, "client")
            for future in peers.values():
                future.result().cut()
    finally:
        server.close()

    assert wrong == []
    assert gateway.telemetry.counters["faults"] == 0
