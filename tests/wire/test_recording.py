"""A gateway that records: what is in the file, what is not, and that nothing else changes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psutil
import zstandard
from typer.testing import CliRunner

from gateway.app import Gateway
from gateway.cli import app, mendable
from gateway.recording.format import Header, Line, header_octets, line_octets
from gateway.recording.imported import import_file
from smpp.gsm7 import pack_septets
from tests.wire.gateway_fixture import (
    BIND_TRANSCEIVER,
    ENQUIRE_LINK,
    PASSWORD,
    SUBMIT_SM,
    Frame,
    bind_body,
    cut,
    message_body,
    pdu,
    peer_of,
    port_of,
    running,
    sms_body,
    tlv,
    ussd_body,
    write_config,
)
from tests.wire.test_secrets import EVERYWHERE, GUESS, RECEIVER, SENDER, dealings, told

NUMBER = "79163000500"
ON = "[recording]\nenabled = true\n"


def recorded(folder: Path) -> bytes:
    """The lines of all recordings of a folder, oldest first."""
    found = []
    for path in sorted((folder / "recordings").iterdir()):
        octets = path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        found.append(zstandard.ZstdDecompressor().stream_reader(octets).read() if path.suffix == ".zst" else octets)
    return b"".join(found)


def lines_of(folder: Path) -> list[Line]:
    first, *rest = recorded(folder).splitlines()
    assert msgspec.json.decode(first, type=Header).recording == 1
    return [msgspec.json.decode(line, type=Line) for line in rest if not line.startswith(b'{"recording"')]


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it may stand in octets: in every alphabet, and packed at every bit."""
    yield secret.encode("latin-1")
    yield secret.encode("utf-16-be")
    yield secret.encode("utf-16-le")
    for fill_bits in range(7):  # the octets that hold nothing of what is before and after
        packed = pack_septets(secret.encode("latin-1"), fill_bits=fill_bits)
        yield packed[1:-1] if fill_bits else packed[:-1]


def shows(octets: bytes, secret: str) -> list[bytes]:
    """The forms in which a recording holds a secret: in a text that it shows, or in the octets of a PDU."""
    found = []
    pdus = [bytes.fromhex(found[1].decode()) for found in re.finditer(rb'"pdu":"([0-9a-f]*)"', octets)]
    bounded = re.compile(rb"(?<![0-9A-Za-z])" + re.escape(secret.encode()) + rb"(?![0-9A-Za-z])")
    texts = re.findall(rb'"smpp.message_text":"((?:[^"\\]|\\.)*)"', octets)
    if any(bounded.search(text) for text in texts):
        found.append(b"text")
    for form in forms(secret):
        if len(form) >= 4 and any(form in pdu[16:] and not in_a_number(pdu, form, secret) for pdu in pdus):
            found.append(form)
    return found


def in_a_number(pdu: bytes, form: bytes, secret: str) -> bool:
    """Whether the digits stand within a longer number only: that is no code."""
    if not secret.isdigit():
        return False
    if form == secret.encode("latin-1"):
        return re.search(rb"(?<![0-9])" + form + rb"(?![0-9])", pdu) is None
    wide = secret.encode("utf-16-be").strip(b"\0")  # what both forms of UCS-2 have in common
    return form.strip(b"\0") == wide and re.search(rb"(?<![0-9]\0)" + wide + rb"(?!\0[0-9])", pdu) is None


async def test_no_secret_is_recorded(tmp_path: Path) -> None:
    """Codes that a phone saw and typed, also wrongly, and every password: not in the file, in any alphabet, in hex."""
    async with running(write_config(tmp_path, more=ON)) as gateway:
        async with peer_of(port_of(gateway)) as peer:
            codes = set(await dealings(peer))
            packed = pack_septets(f"DA {codes_of(codes)[0]}".encode())
            await peer.ask(SUBMIT_SM, message_body(SENDER, "111", packed, data_coding=0))
            await peer.ask(SUBMIT_SM, ussd_body(SENDER, "*111*97*7391#", data_coding=8))
            await peer.ask(SUBMIT_SM, sms_body("Bank", "ДА 7391"))  # refused: nobody has read it
            vendor = tlv(0x1501, f"code {codes_of(codes)[0]}".encode())
            await peer.ask(SUBMIT_SM, message_body(SENDER, "111", b"BALANCE", tlvs=vendor))
            await peer.settle()
        for body in (bind_body(password=GUESS), bind_body(password=GUESS)[:-9], bind_body(password=GUESS) + b"\xff"):
            async with peer_of(port_of(gateway), bound=False) as peer:
                await peer.ask(BIND_TRANSCEIVER, body)
        async with peer_of(port_of(gateway), bound=False) as peer:
            peer.write(b"\0\0\0\0" + bind_body(password=GUESS))
            await peer.ended()
    octets = recorded(tmp_path)

    assert octets.count(b'"direction":"in"') > 30
    shown = {secret: shows(octets, secret) for secret in (*(codes - EVERYWHERE), PASSWORD, GUESS, "7391")}
    assert {secret: where for secret, where in shown.items() if where} == {}


def codes_of(codes: set[str]) -> list[str]:
    return sorted(codes - EVERYWHERE)


async def test_a_code_is_one_stand_in_everywhere(tmp_path: Path) -> None:
    """What a phone saw and what it typed back are the same stand-in, and it is told whether it was right."""
    async with running(write_config(tmp_path, more=ON)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.say(sms_body(RECEIVER, "БАЛАНС"))
        code = await told(peer, sms_body(SENDER, f"ПЕРЕВОД {RECEIVER} 100"), r"\*112\*(\d+)#")
        wrong = str((int(code) + 1) % 10_000).zfill(4)
        await told(peer, ussd_body(SENDER, f"*112*{wrong}#"), "(.)")
        await told(peer, ussd_body(SENDER, f"*112*{code}#"), "(Переведено 100 руб.)")
        await peer.settle()
    lines = [line for line in lines_of(tmp_path) if line.secrets]
    typed = {line.secrets[0].matched: line.secrets[0].stand_in for line in lines if line.direction == "in"}
    shown = {secret.stand_in for line in lines if line.direction == "out" for secret in line.secrets}

    assert typed[True] != code
    assert set(typed) == {True, False}
    assert shown == {typed[True]}
    for line in lines:
        assert line.secrets[0].stand_in in str(line.fields["smpp.message_text"])


async def test_what_a_line_says(tmp_path: Path) -> None:
    """A message, its answer and its reply: session, direction, octets, fields, and the number that joins them."""
    async with running(write_config(tmp_path, more=ON)) as gateway, peer_of(port_of(gateway)) as peer:
        shown = await peer.dial(NUMBER, "*100#")
        await peer.settle()
        said = [octets for by_us, octets in peer.spoken if by_us]
    lines = lines_of(tmp_path)
    pdus = [line for line in lines if line.pdu]
    asked = next(line for line in pdus if line.fields["smpp.command_id"] == SUBMIT_SM)
    reply = next(line for line in pdus if line.fields["smpp.command_id"] == 5 and line.direction == "out")

    assert [line.event for line in lines if line.event] == ["opened", "closed"]
    assert asked.octets == said[1]  # the bind before it has a password
    assert asked.fields["smpp.source_addr"] == NUMBER
    assert asked.fields["smpp.message_text"] == "*100#"
    assert asked.fields["smpp.ussd_service_op"] == 1
    assert reply.fields["smpp.message_text"] == shown
    assert (reply.number, reply.session, reply.link) == (asked.number, asked.session, "phones")
    assert asked.number > 0
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    assert all("password" not in name for line in pdus for name in line.fields)


async def test_pseudonyms(tmp_path: Path) -> None:
    """With pseudonyms no number of a subscriber is in the file, and one number is one pseudonym in every place."""
    more = '[recording]\nenabled = true\nnumbers = "pseudonyms"\n'
    async with running(write_config(tmp_path, more=more)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.say(sms_body(RECEIVER, "БАЛАНС"))
        code = await told(peer, sms_body(SENDER, f"ПЕРЕВОД {RECEIVER} 100"), r"\*112\*(\d+)#")
        await told(peer, ussd_body(SENDER, f"*112*{code}#"), "(Переведено 100 руб.)")
        await peer.settle()
    lines = lines_of(tmp_path)
    asked = [line.fields for line in lines if line.fields.get("smpp.command_id") == SUBMIT_SM]
    numbers = {str(fields["smpp.source_addr"]) for fields in asked}
    transfer = next(line for line in lines if "ПЕРЕВОД" in str(line.fields.get("smpp.message_text")))

    assert len(numbers) == 2
    for number in (SENDER, RECEIVER):
        assert number not in numbers
        assert not [form for form in forms(number[-7:]) for line in lines if form in line.octets]
        assert not [line for line in lines if number[-7:] in str(line.fields.get("smpp.message_text"))]
    assert all(number.startswith("7916") for number in numbers)
    assert str(transfer.fields["smpp.message_text"]).split()[1] in numbers - {transfer.fields["smpp.source_addr"]}


async def test_begun_and_ended_while_running(tmp_path: Path) -> None:
    """A recording that begins in the middle of a PDU has it whole; after its end nothing is recorded."""
    async with running(write_config(tmp_path)) as gateway, peer_of(port_of(gateway)) as peer:
        await peer.dial(NUMBER, "*100#")
        body = ussd_body(NUMBER, "*111*6*4#", b"\x12\x40")
        whole = len(body) + 16
        octets = whole.to_bytes(4, "big") + b"\0\0\0\x04" + bytes(4) + b"\0\0\0\x4d" + body
        peer.write(octets[:30])
        await begun_within(gateway, octets[:30])
        await gateway.recordings.begin()
        peer.write(octets[30:])
        await peer.response(0x4D)
        await peer.message(NUMBER)
        await peer.settle()
        ended = await gateway.recordings.end()
        await peer.dial(NUMBER, "*100#")
    lines = lines_of(tmp_path)
    came = [line.fields for line in lines if line.direction == "in"]
    texts = [fields["smpp.message_text"] for fields in came if "smpp.message_text" in fields]

    assert (ended.was_on, gateway.recordings.state.on) == (True, False)
    assert texts == ["*111*6*4#"]
    assert lines[0].event == "continues"


async def begun_within(gateway: Gateway, octets: bytes) -> None:
    """Returns when the gateway has read the beginning of a PDU."""
    async with asyncio.timeout(5):
        while next(iter(gateway.connections.all())).partial != octets:
            await asyncio.sleep(0.005)


async def test_a_recorder_that_ends_does_not_matter(tmp_path: Path) -> None:
    """A folder that cannot be written ends the recording, and nothing else."""
    (tmp_path / "recordings").write_text("in the way")
    async with running(write_config(tmp_path, more=ON)) as gateway, peer_of(port_of(gateway)) as peer:
        shown = await peer.dial(NUMBER, "*100#")
        async with asyncio.timeout(10):
            while gateway.recordings.state.on:
                await asyncio.sleep(0.01)

    assert "руб" in shown


async def test_recording_by_command(tmp_path: Path) -> None:
    """`ussdgw record --for` begins a recording that ends by itself, `--stop` ends one; a bad time is named."""
    path = write_config(tmp_path)
    async with running(path) as gateway:
        begun = await ussdgw("record", "--for", "0.2s", "--config", str(path))
        async with asyncio.timeout(10):
            while gateway.recordings.state.on:
                await asyncio.sleep(0.02)
        again = await ussdgw("record", "--config", str(path))
        on = gateway.recordings.state.on
        ended = await ussdgw("record", "--stop", "--config", str(path))
        nothing = await ussdgw("record", "--stop", "--config", str(path))
        wrong = await ussdgw("record", "--for", "soon", "--config", str(path))

    assert (begun[0], begun[1].endswith(f"recording into {tmp_path}/recordings for 0.2s\n")) == (0, True)
    assert (again[0], on) == (0, True)
    assert (ended[0], ended[1].endswith("\nrecording ended\n")) == (0, True)
    assert nothing == (0, "nothing was being recorded\n")
    assert wrong[0] == 2
    assert "10m" in wrong[1]


async def ussdgw(*arguments: str) -> tuple[int, str]:
    """Exit status and output of a command, as its process would have them."""
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    if isinstance(result.exception, mendable()):
        return 2, str(result.exception)
    return result.exit_code, result.stdout


async def test_no_secret_is_imported(tmp_path: Path) -> None:
    """A log of the same dealings, imported or scrubbed afterwards, holds none of their codes, nor a password."""
    log = tmp_path / "centre.log"
    path = write_config(tmp_path)
    async with running(path) as gateway, peer_of(port_of(gateway)) as peer:
        codes = set(await dealings(peer))
        await peer.settle()
        spoken = [(by_us, frame.octets) for by_us, octets in peer.spoken for frame in cut_whole(octets)]
    log.write_text("".join(f"{'in' if by_us else 'out'} {octets.hex()}\n" for by_us, octets in spoken))
    to = tmp_path / "imported.jsonl"
    status, said = await ussdgw(
        "recordings", "import", str(log), "--to", str(to), "--dialect", "one-shot", "--config", str(path)
    )
    clear = tmp_path / "clear.jsonl"
    found = import_file(log, dialect="one-shot", gateway="", day=datetime(2026, 3, 10, tzinfo=UTC))
    clear.write_bytes(header_octets(found.header) + b"".join(map(line_octets, found.lines)))
    scrubbed = await ussdgw("recordings", "scrub", str(clear), "--pseudonyms", "--config", str(path))
    octets = to.read_bytes()
    lines = [msgspec.json.decode(line, type=Line) for line in octets.splitlines()[1:]]
    later = (tmp_path / "clear-scrubbed.jsonl").read_bytes()

    assert (status, said) == (0, f"{to}: {len(spoken)} PDUs of 1 session\n")
    assert scrubbed[0] == 0
    assert shows(clear.read_bytes(), codes_of(codes)[0])
    for secret in (*(codes - EVERYWHERE), PASSWORD):
        assert shows(octets, secret) == []
        assert shows(later, secret) == []
    assert [line.direction for line in lines] == ["in" if by_us else "out" for by_us, _ in spoken]
    assert SENDER.encode() in octets
    assert SENDER.encode() not in later
    assert any(secret.matched for line in lines for secret in line.secrets)
    assert (await ussdgw("recordings", "import", str(log), "--to", str(to), "--config", str(path)))[0] == 2


def cut_whole(octets: bytes) -> list[Frame]:
    """The PDUs of octets that the peer wrote or read at once; none where it wrote no whole one."""
    try:
        return cut(octets)
    except (AssertionError, struct.error):
        return []


async def test_a_recorder_finishes_what_it_was_told(tmp_path: Path) -> None:
    """Nobody waits for a recorder longer than he wants to, and it writes all that it was told afterwards."""
    async with running(write_config(tmp_path, more=ON)) as gateway, peer_of(port_of(gateway)) as peer:
        process = gateway.recordings.process
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        try:
            for _ in range(5):
                await peer.dial(NUMBER, "*111*6*4#")
            await gateway.recordings.end(patience_s=0.05)
            alive = psutil.pid_exists(process)
        finally:
            os.kill(process, signal.SIGCONT)
        await asyncio.to_thread(psutil.Process(process).wait, 10)

    assert alive
    assert len([line for line in lines_of(tmp_path) if line.fields.get("smpp.message_text") == "*111*6*4#"]) == 5


async def test_a_recorder_that_cannot_keep_up(tmp_path: Path) -> None:
    """What does not fit the buffer is left out and said to be; the gateway answers on, and recording goes on later."""
    more = f"{ON}buffer_octets_max = 65536\n"
    async with running(write_config(tmp_path, more=more)) as gateway, peer_of(port_of(gateway)) as peer:
        process = gateway.recordings.process
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        try:
            for turn in range(12):
                first = 1000 * (turn + 1)
                peer.write(*(pdu(ENQUIRE_LINK, first + each) for each in range(1000)))
                await peer.dial(NUMBER, "*100#")
                await asyncio.sleep(0.06)
        finally:
            os.kill(process, signal.SIGCONT)
        async with asyncio.timeout(10):
            while not gateway.recordings.keeps_up:
                await asyncio.sleep(0.02)
        await peer.dial(NUMBER, "*111*6*4#")
        await peer.settle()
    lines = lines_of(tmp_path)
    events = [line.event for line in lines if line.event]

    assert events == ["opened", "lost", "continues", "closed"]
    assert "octets were not recorded" in next(line.about for line in lines if line.event == "lost")
    assert [line for line in lines if line.fields.get("smpp.message_text") == "*111*6*4#"]


def test_a_gateway_loads_no_library_of_recordings() -> None:
    """Compression and captures cost memory only where they are used."""
    code = "import sys, gateway.cli; print({'zstandard', 'dpkt'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "set()\n"
