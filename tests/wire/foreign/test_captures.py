"""Real traffic of foreign clients on loopback, captured by dumpcap, imported, and compared with what tshark reads."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dpkt
import pytest

from gateway.recording.fields import fields_of
from gateway.recording.imported import Import, import_file
from gateway.recording.scribe import readable
from smpp.text import Alphabet
from tests.wire.foreign.required import FOLDER, node, required
from tests.wire.foreign.test_node import HERE
from tests.wire.gateway_fixture import ACCOUNT, PASSWORD, fresh_number, port_of, running, write_config
from tests.wire.test_smpplib import Hub
from tests.wire.test_tshark import leaves, tshark

pytestmark = pytest.mark.foreign

SHOWN_OTHERWISE = ("smpp.message_text",)
"""Wireshark has alphabets of its own for data_coding 0."""


@asynccontextmanager
async def captured(path: Path, port: int) -> AsyncIterator[None]:
    """Everything on loopback that goes to or from a port."""
    dumpcap = required(shutil.which("dumpcap"), "dumpcap is not installed, so no real capture has been imported")
    process = await asyncio.create_subprocess_exec(
        dumpcap, "-q", "-i", "lo", "-f", f"tcp port {port}", "-w", str(path), stderr=asyncio.subprocess.PIPE
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(10):
            while (said := await process.stderr.readline()) and b"File:" not in said:
                pass
        assert said, "dumpcap may not capture here"
        yield
        await asyncio.sleep(0.3)  # dumpcap reads what the kernel holds
    finally:
        process.terminate()
        await process.wait()


async def conversation(folder: Path) -> Path:
    """npm's smpp and smpplib, each with a session of its own."""
    path = folder / "lo.pcapng"
    async with running(write_config(folder)) as gateway, captured(path, port_of(gateway)):
        process = await asyncio.create_subprocess_exec(
            node(), str(HERE / "client.js"), str(FOLDER), str(port_of(gateway)), ACCOUNT, PASSWORD, fresh_number(),
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(20):
            assert await process.wait() == 0
        await asyncio.to_thread(blocking_client, port_of(gateway))
    return path


def blocking_client(port: int) -> None:
    hub = Hub(port)
    hub.client.connect()
    hub.client.bind_transceiver(system_id=ACCOUNT, password=PASSWORD)
    with contextlib.suppress(TimeoutError, OSError):
        hub.send(fresh_number(), "БАЛАНС")
        hub.send(fresh_number(), "BALANCE")
        hub.client.unbind()
    hub.client.disconnect()


def read(path: Path) -> Import:
    return import_file(path, dialect="spec", gateway="", day=datetime(2026, 3, 10, tzinfo=UTC))


def dissected(path: Path, port: int) -> Iterator[dict[str, list[str]]]:
    """The fields of every PDU, as tshark reads them in the order of the file."""
    command = [tshark(), "-r", str(path), "-d", f"tcp.port=={port},smpp", "-Y", "smpp", "-T", "json"]
    done = subprocess.run([*command, "--no-duplicate-keys"], capture_output=True, check=True, timeout=60)
    for packet in json.loads(done.stdout):
        found = packet["_source"]["layers"]["smpp"]
        for each in found if isinstance(found, list) else [found]:
            fields: dict[str, list[str]] = {}
            for name, value in leaves(each):
                fields.setdefault(name, []).append(value)
            yield fields


def normal(value: str | int) -> str:
    text = str(value)
    if text.startswith("0x"):
        return str(int(text, 16))
    return text.replace(":", "")


def port_in(found: Import) -> int:
    return int(found.header.links[0].name.rpartition(":")[2])


def ours(found: Import) -> list[dict[str, Any]]:
    lines = [line for line in found.lines if line.pdu]
    return [fields_of(pdu, len(line.octets), Alphabet.GSM7) for line in lines if (pdu := readable(line.octets))]


async def test_tshark_agrees_on_every_field(tmp_path: Path) -> None:
    """What is imported has the PDUs that tshark finds, and every field has the value that tshark shows."""
    path = await conversation(tmp_path)
    found = read(path)
    theirs = list(dissected(path, port_in(found)))
    differing = []
    for fields, shown in zip(ours(found), theirs, strict=True):
        for name, value in fields.items():
            seen = [normal(each) for each in shown.get(name, [])]
            if name not in SHOWN_OTHERWISE and normal(value) not in seen:
                differing.append((name, value, shown.get(name)))

    assert len(theirs) > 30
    assert len({line.session for line in found.lines}) == 2
    assert differing == []


async def test_a_disordered_capture_is_the_same_traffic(tmp_path: Path) -> None:
    """Segments reordered and repeated afterwards give the same PDUs; segments taken out cost their own PDUs only."""
    path = await conversation(tmp_path)
    with path.open("rb") as file:
        packets = [(at, bytes(octets)) for at, octets in dpkt.pcap.UniversalReader(file)]
    chance = random.Random(7)
    mixed = [one for one in packets for _ in range(1 + (chance.random() < 0.2))]
    for at in range(10, len(mixed) - 3):
        if chance.random() < 0.3:
            mixed[at], mixed[at + 1] = mixed[at + 1], mixed[at]
    whole = read(path)
    disordered = read(rewritten(tmp_path / "disordered.pcap", mixed))
    with_data = [at for at, (_, octets) in enumerate(packets) if len(dpkt.ethernet.Ethernet(octets).data.data.data)]
    lost = set(chance.sample(with_data[4:-4], 3))
    holed = read(rewritten(tmp_path / "holed.pcap", [one for at, one in enumerate(packets) if at not in lost]))

    assert by_way(disordered) == by_way(whole)
    assert disordered.counts["segments sent again"] > 0
    pdus = sum(len(each) for each in by_way(whole).values())
    assert pdus - 12 <= sum(len(each) for each in by_way(holed).values()) < pdus
    assert holed.counts["octets that were not captured"] > 0


def rewritten(path: Path, packets: list[tuple[float, bytes]]) -> Path:
    with path.open("wb") as file:
        writer = dpkt.pcap.Writer(file, linktype=1)
        for at, octets in packets:
            writer.writepkt(octets, ts=at)
    return path


def by_way(found: Import) -> dict[tuple[int, str], list[str]]:
    ways: dict[tuple[int, str], list[str]] = {}
    for line in found.lines:
        if line.pdu:
            ways.setdefault((line.session, line.direction), []).append(line.pdu)
    return ways
