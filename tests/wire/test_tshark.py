"""Wireshark's dissector, which nobody here wrote, reads what the gateway says: no fault, and the same fields.

A conversation is written into a capture file as its octets came, and `tshark` tells what it sees.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from gateway.app import Gateway
from tests.wire.foreign.required import required
from tests.wire.gateway_fixture import (
    BIND_TRANSCEIVER,
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    RESPONSE,
    SUBMIT_SM,
    UNBIND,
    Frame,
    RawPeer,
    cut,
    message_body,
    pdu,
    peer_of,
    port_of,
    read_message,
    sms_body,
    ussd_body,
)
from tests.wire.test_ussd_bytes import linked

pytestmark = pytest.mark.foreign

PORT, CLIENT_PORT = 2775, 40_000  # in the capture file
LINKTYPE_RAW = 101  # packets begin with their IP header
SEGMENT_OCTETS = 1400
NUMBER = "79163000600"

Fields = dict[str, list[str]]


def write_pcap(path: Path, spoken: Iterable[tuple[bool, bytes]]) -> None:
    """A capture of one TCP connection; `spoken`: (by the client, octets) in their order."""
    numbers = {True: 1, False: 1}  # the next TCP sequence number of each side
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_RAW))
        count = 0
        for client, octets in spoken:
            for at in range(0, len(octets), SEGMENT_OCTETS):
                data = octets[at : at + SEGMENT_OCTETS]
                ports = (CLIENT_PORT, PORT) if client else (PORT, CLIENT_PORT)
                tcp = struct.pack(">HHIIBBHHH", *ports, numbers[client], numbers[not client], 0x50, 0x18, 65535, 0, 0)
                ends = (b"\x0a\0\0\x01", b"\x0a\0\0\x02") if client else (b"\x0a\0\0\x02", b"\x0a\0\0\x01")
                length = 40 + len(data)
                ip = struct.pack(">BBHHHBBH", 0x45, 0, length, count, 0, 64, 6, 0) + b"".join(ends)
                file.write(struct.pack("<IIII", count, 0, length, length) + ip + tcp + data)
                numbers[client] += len(data)
                count += 1


def tshark() -> str:
    return required(shutil.which("tshark"), "tshark is not installed, so nobody but ourselves has read our PDUs")


def dissected(path: Path) -> list[Fields]:
    """What tshark sees: for each SMPP PDU its fields, by name, with all their values."""
    command = [tshark(), "-r", str(path), "-d", f"tcp.port=={PORT},smpp", "-Y", "smpp"]
    command += [
        "-o",
        "smpp.decode_sms_over_smpp:GSM 7-bit",
        "-T",
        "json",
        "--no-duplicate-keys",
    ]  # what data_coding 0 is
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    pdus: list[Fields] = []
    for packet in json.loads(done.stdout):
        layers = packet["_source"]["layers"]
        found = layers["smpp"]
        for each in found if isinstance(found, list) else [found]:
            fields: Fields = {}
            for name, value in leaves(each):
                fields.setdefault(name, []).append(value)
            pdus.append(fields)
        odd = sorted(name for name, _ in leaves(layers) if name.startswith(("_ws.malformed", "_ws.expert")))
        assert not odd, f"tshark objects: {odd} in {layers['smpp']}"
    return pdus


def leaves(tree: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key.startswith("_ws."):
                yield key, ""
            yield from leaves(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from leaves(value, name)
    else:
        yield name, str(tree)


def expected(frame: Frame) -> Fields:
    """Our own reading of a PDU, by the names that Wireshark gives its fields."""
    fields = {"smpp.command_id": [hex(frame.command_id)], "smpp.sequence_number": [str(frame.sequence)]}
    if frame.command_id & RESPONSE:
        fields["smpp.command_status"] = [f"0x{frame.status:08x}"]
    elif frame.command_id in (SUBMIT_SM, DELIVER_SM):
        message = read_message(frame.body)
        fields |= {
            "smpp.source_addr": [message.source],
            "smpp.destination_addr": [message.destination],
            "smpp.data_coding": [f"0x{message.data_coding:02x}"],
            "smpp.sm_length": [str(len(message.short_message))],
        }
        if message.service_type:
            fields["smpp.service_type"] = [message.service_type]
        if 0x0501 in message.tlvs:
            fields["smpp.ussd_service_op"] = [f"0x{message.tlvs[0x0501].hex()}"]
    return fields


def seen(fields: Fields, names: Iterable[str]) -> Fields:
    """Those fields, with numbers of all notations written alike."""
    return {name: [normal(value) for value in fields.get(name, [])] for name in names}


def normal(value: str) -> str:
    return str(int(value, 16)) if value.startswith("0x") else value


async def conversation(peer: RawPeer) -> None:
    """A bind, dialled strings, SMS both ways, a long one, errors, a sign of life, an unbind."""
    await peer.bind()
    await peer.ask(ENQUIRE_LINK)
    await peer.say(ussd_body(NUMBER, "*100#", b"\x12\x34"))
    await peer.say(ussd_body(NUMBER, "*111*6*4#", b"\x12\x40"))
    await peer.say(ussd_body(NUMBER, "*100#", b"\x12\x50"))
    await peer.say(message_body(NUMBER, "111", b"BALANCE"))
    await peer.ask(SUBMIT_SM, sms_body(NUMBER, "ПОМОЩЬ"))
    await peer.whole_text(NUMBER)
    await peer.ask(SUBMIT_SM, message_body("Bank", "111", b"BALANCE"))
    await peer.ask(SUBMIT_SM, message_body(NUMBER, "111", b"*100#", sm_length=77))
    await peer.ask(DELIVER_SM, sms_body(NUMBER, "БАЛАНС"))
    await peer.ask(BIND_TRANSCEIVER, b"hub\0x\0\0\x34\0\0\0")
    await peer.ask(0x0999)
    await peer.ask(UNBIND)
    await peer.ended()


async def test_dissector_agrees(own_gateway: Gateway, tmp_path: Path) -> None:
    """Every PDU of ours is dissected without a complaint, and every field has the value that we meant."""
    async with peer_of(port_of(own_gateway), bound=False) as peer:
        await conversation(peer)
    # Requests with faults were the peer's: only what the gateway said is held to be without any.
    ours = [frame for client, octets in peer.spoken if not client for frame in cut(octets)]
    write_pcap(tmp_path / "conversation.pcap", [(False, frame.octets) for frame in ours])
    found = dissected(tmp_path / "conversation.pcap")
    wanted = [expected(frame) for frame in ours]

    assert [seen(fields, want) for fields, want in zip(found, wanted, strict=True)] == [
        seen(want, want) for want in wanted
    ]
    kinds = {(frame.command_id, frame.status) for frame in ours}
    assert {status for command_id, status in kinds if command_id == SUBMIT_SM | RESPONSE} == {0x00, 0x01, 0x0A}
    assert {(GENERIC_NACK, 0x03), (DELIVER_SM | RESPONSE, 0x04), (BIND_TRANSCEIVER | RESPONSE, 0x05)} <= kinds


async def test_dissector_reads_our_texts(own_gateway: Gateway, tmp_path: Path) -> None:
    """Cyrillic in UCS-2 and English in GSM 7-bit are read as they were written."""
    async with peer_of(port_of(own_gateway), bound=False) as peer:
        await conversation(peer)
    frames = [frame for client, octets in peer.spoken if not client for frame in cut(octets)]
    messages = [frame for frame in frames if frame.command_id == DELIVER_SM]
    write_pcap(tmp_path / "texts.pcap", [(False, frame.octets) for frame in messages])
    texts = [fields.get("smpp.message_text", [""])[0] for fields in dissected(tmp_path / "texts.pcap")]
    ours = [read_message(frame.body).text for frame in messages]

    assert len([text for text in ours if text.startswith("Баланс:")]) == 1
    assert len([text for text in ours if text.startswith("Balance:")]) == 2
    assert texts == ours


async def test_gateways_own_pdus_over_a_whole_stream(own_gateway: Gateway, tmp_path: Path) -> None:
    """Both directions in one capture, several PDUs in a segment: as many PDUs are found as were written."""
    async with peer_of(port_of(own_gateway)) as peer:
        many = [sms_body(str(79163000700 + turn), "БАЛАНС") for turn in range(30)]
        peer.write(*(pdu(SUBMIT_SM, 200 + turn, body) for turn, body in enumerate(many)))
        for turn in range(30):
            await peer.response(200 + turn)
        for _ in many:
            await peer.message()
        await peer.settle()
    write_pcap(tmp_path / "stream.pcap", peer.spoken)
    found = dissected(tmp_path / "stream.pcap")

    written = [frame for _, octets in peer.spoken for frame in cut(octets)]
    assert len(found) == len(written) == 2 + 30 * 4 + 2


async def test_dissector_agrees_on_a_link(tmp_path: Path) -> None:
    """What we say as a client: bind, submit_sm with a dialog's TLVs, with a validity, in parts; deliver_sm_resp."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    async with linked(folder) as (_, centre):
        for sequence, body in enumerate((ussd_body(NUMBER, "*100#"), sms_body(NUMBER, "ПОМОЩЬ")), 700):
            centre.write(pdu(DELIVER_SM, sequence, body))
            await centre.response(sequence)
        for _ in range(4):  # a screen, and three parts
            reply = await centre.request(SUBMIT_SM)
            centre.write(pdu(SUBMIT_SM | RESPONSE, reply.sequence, b"m\0"))
        await centre.settle()
    ours = [frame for by_us, octets in centre.spoken if not by_us for frame in cut(octets)]
    write_pcap(tmp_path / "link.pcap", [(True, frame.octets) for frame in ours])
    found = dissected(tmp_path / "link.pcap")
    wanted = [expected(frame) for frame in ours]

    assert [seen(fields, want) for fields, want in zip(found, wanted, strict=True)] == [
        seen(want, want) for want in wanted
    ]
    assert [frame.command_id for frame in ours].count(SUBMIT_SM) == 4
