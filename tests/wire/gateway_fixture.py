"""A running gateway on a free port, and a peer that speaks SMPP in octets written by hand.

The peer shares no code with `smpp`: PDUs are packed and cut with struct, as SMPP 3.4 chapters 4 and 5 lay them out, so
that one mistake cannot be on both sides of a test. It answers nothing by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import struct
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import argon2
import pytest

from gateway import config
from gateway.app import Gateway
from gateway.clock import Clock

HOST = "127.0.0.1"
WAIT_S = 10.0  # for what must happen; never slept through

ACCOUNT, PASSWORD = "hub", "l0ck5m1t"  # as long as SMPP 3.4 4.1.1 allows
PASSWORD_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

# command_id, SMPP 3.4 5.1.2.1
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x01, 0x02, 0x09
QUERY_SM, SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK = 0x03, 0x04, 0x05, 0x06, 0x15
RESPONSE = 0x8000_0000
GENERIC_NACK = 0x8000_0000

# command_status, SMPP 3.4 5.1.3
ROK, RINVMSGLEN, RINVCMDLEN, RINVCMDID, RINVBNDSTS, RALYBND = 0x00, 0x01, 0x02, 0x03, 0x04, 0x05
RINVSRCADR, RINVPASWD, RINVSYSID, RTHROTTLED, RINVPARLEN = 0x0A, 0x0E, 0x0F, 0x58, 0xC2

# tags and operations, SMPP 3.4 5.3.2
USSD_SERVICE_OP, ITS_SESSION_INFO = 0x0501, 0x1383
PSSR_INDICATION, PSSR_RESPONSE = 1, 17
UCS2 = 8

_numbers = itertools.count(79_163_000_000)


def fresh_number() -> str:
    """A subscriber whom no other test has used."""
    return str(next(_numbers))


# -- octets ----------------------------------------------------------------------------------------------------------


class Frame(NamedTuple):
    """A PDU cut at its header; `octets` are all of it."""

    command_id: int
    status: int
    sequence: int
    body: bytes
    octets: bytes


class Message(NamedTuple):
    """The body of a submit_sm or deliver_sm."""

    service_type: str
    source: str
    destination: str
    esm_class: int
    data_coding: int
    short_message: bytes
    tlvs: dict[int, bytes]
    registered_delivery: int = 0

    @property
    def text(self) -> str:
        """Its text without a user data header: UCS-2, else letters that GSM 7-bit and ASCII share."""
        octets = self.short_message
        if self.esm_class & 0x40:
            octets = octets[octets[0] + 1 :]
        return octets.decode("utf-16-be") if self.data_coding in (UCS2, 0x48) else octets.decode("ascii")


def pdu(command_id: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return struct.pack(">IIII", 16 + len(body), command_id, status, sequence) + body


def tlv(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def bind_body(system_id: str = ACCOUNT, password: str = PASSWORD) -> bytes:
    return system_id.encode() + b"\0" + password.encode() + b"\0" + b"\0" + b"\x34\0\0" + b"\0"


def message_body(
    source: str,
    destination: str,
    short_message: bytes,
    *,
    data_coding: int = 0,
    esm_class: int = 0,
    service_type: str = "",
    tlvs: bytes = b"",
    sm_length: int | None = None,
) -> bytes:
    """A submit_sm or deliver_sm body; `sm_length` may lie."""
    length = len(short_message) if sm_length is None else sm_length
    return b"".join(
        (
            service_type.encode() + b"\0",
            b"\x01\x01" + source.encode() + b"\0",
            b"\x00\x01" + destination.encode() + b"\0",
            bytes((esm_class, 0, 0)) + b"\0\0" + bytes((0, 0, data_coding, 0, length)),
            short_message,
            tlvs,
        )
    )


def sms_body(source: str, text: str, to: str = "111") -> bytes:
    """An SMS in UCS-2."""
    return message_body(source, to, text.encode("utf-16-be"), data_coding=UCS2)


def ussd_body(source: str, code: str, session: bytes = b"\x12\x34", data_coding: int = 0x0F) -> bytes:
    """A dialled string that opens a dialog."""
    octets = code.encode("utf-16-be" if data_coding in (UCS2, 0x48) else "ascii")
    tlvs = tlv(USSD_SERVICE_OP, bytes((PSSR_INDICATION,))) + tlv(ITS_SESSION_INFO, session)
    return message_body(source, "111", octets, data_coding=data_coding, service_type="USSD", tlvs=tlvs)


def cut(octets: bytes) -> list[Frame]:
    """All PDUs of a stream that ends with a whole one."""
    frames, at = [], 0
    while at < len(octets):
        length, command_id, status, sequence = struct.unpack_from(">IIII", octets, at)
        whole = octets[at : at + length]
        frames.append(Frame(command_id, status, sequence, whole[16:], whole))
        at += length
    assert at == len(octets)
    return frames


def read_message(body: bytes) -> Message:
    """Cuts the body of a submit_sm or deliver_sm, field by field (SMPP 3.4 4.4.1, 4.6.1)."""
    at = 0

    def string() -> str:
        nonlocal at
        end = body.index(b"\0", at)
        found, at = body[at:end].decode("ascii"), end + 1
        return found

    def octet() -> int:
        nonlocal at
        at += 1
        return body[at - 1]

    service_type = string()
    octet(), octet()
    source = string()
    octet(), octet()
    destination = string()
    esm_class = octet()
    octet(), octet()
    string(), string()
    registered_delivery, _ = octet(), octet()
    data_coding = octet()
    octet()
    length = octet()
    short_message, at = body[at : at + length], at + length
    assert len(short_message) == length
    tlvs: dict[int, bytes] = {}
    while at < len(body):
        tag, size = struct.unpack_from(">HH", body, at)
        tlvs[tag] = body[at + 4 : at + 4 + size]
        at += 4 + size
    assert at == len(body)
    return Message(service_type, source, destination, esm_class, data_coding, short_message, tlvs, registered_delivery)


# -- the peer --------------------------------------------------------------------------------------------------------


@dataclass
class RawPeer:
    """One connection. `kept` are the PDUs that came while another one was waited for, oldest first."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    kept: list[Frame] = field(default_factory=list)
    spoken: list[tuple[bool, bytes]] = field(default_factory=list)  # (by us, octets) in their order
    sequence: int = 0

    def next_sequence(self) -> int:
        self.sequence += 1
        return self.sequence

    def write(self, *octets: bytes) -> None:
        whole = b"".join(octets)
        self.spoken.append((True, whole))
        self.writer.write(whole)

    async def _read(self) -> Frame:
        async with asyncio.timeout(WAIT_S):
            head = await self.reader.readexactly(16)
            length, command_id, status, sequence = struct.unpack(">IIII", head)
            body = await self.reader.readexactly(length - 16)
        self.spoken.append((False, head + body))
        return Frame(command_id, status, sequence, body, head + body)

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The first PDU, of those kept and those to come, that is wanted."""
        for index, frame in enumerate(self.kept):
            if wanted(frame):
                return self.kept.pop(index)
        while True:
            frame = await self._read()
            if wanted(frame):
                return frame
            self.kept.append(frame)

    async def response(self, sequence: int) -> Frame:
        """The answer to our request of that number."""
        return await self.until(lambda frame: frame.command_id >= RESPONSE and frame.sequence == sequence)

    async def ask(self, command_id: int, body: bytes = b"", sequence: int | None = None) -> Frame:
        """A request, and its answer."""
        number = self.next_sequence() if sequence is None else sequence
        self.write(pdu(command_id, number, body))
        return await self.response(number)

    async def bind(self, command_id: int = BIND_TRANSCEIVER, body: bytes | None = None) -> Frame:
        return await self.ask(command_id, bind_body() if body is None else body)

    async def request(self, command_id: int = DELIVER_SM) -> Frame:
        """The next request of the gateway of that kind, unanswered."""
        return await self.until(lambda frame: frame.command_id == command_id)

    async def message(self, to: str = "") -> Message:
        """The next deliver_sm to that number (empty: to any), answered.

        Its answer also proves to the gateway that its acknowledgements have arrived. Messages to others, which another
        peer may have left unanswered, are answered too.
        """
        while True:
            frame = await self.request()
            self.answer(frame)
            message = read_message(frame.body)
            if to in ("", message.destination):
                return message

    async def whole_text(self, to: str) -> str:
        """The next text to that number, joined from its parts."""
        first = await self.message(to)
        parts = [first]
        while first.esm_class & 0x40 and len(parts) < first.short_message[4]:
            parts.append(await self.message(to))
        return "".join(part.text for part in parts)

    def answer(self, frame: Frame, status: int = 0) -> None:
        body = b"\0" if frame.command_id == DELIVER_SM else b""
        self.write(pdu(frame.command_id | RESPONSE, frame.sequence, body, status))

    async def say(self, body: bytes) -> Message:
        """A submit_sm that must be taken, and the first message that answers it."""
        taken = await self.ask(SUBMIT_SM, body)
        assert taken.status == ROK, f"status 0x{taken.status:02X}"
        return await self.message(read_message(body).source)

    async def dial(self, number: str, code: str) -> str:
        return (await self.say(ussd_body(number, code))).text

    async def settle(self) -> None:
        """Returns when the gateway has read all that was written before."""
        await self.ask(ENQUIRE_LINK)

    async def ended(self) -> bytes:
        """Everything that still comes until the gateway closes."""
        async with asyncio.timeout(WAIT_S):
            octets = await self.reader.read()
        self.spoken.append((False, octets))
        return octets

    def close(self) -> None:
        self.writer.close()

    def cut(self) -> None:
        """The connection breaks: a reset, no unbind."""
        self.writer.transport.abort()


@asynccontextmanager
async def peer_of(port: int, *, bound: bool = True) -> AsyncIterator[RawPeer]:
    reader, writer = await asyncio.open_connection(HOST, port)
    peer = RawPeer(reader, writer)
    try:
        if bound:
            answer = await peer.bind()
            assert answer.status == ROK, f"bind refused with status 0x{answer.status:02X}"
        yield peer
    finally:
        peer.close()


# -- the gateway -----------------------------------------------------------------------------------------------------

CONFIG = """
{top}
[store]
url = "sqlite:///{folder}/gateway.db"
[operator]
secret_file = "{folder}/secret"
[subscribers]
unknown = "create"
[[listeners]]
name = "phones"
port = {port}
dialect = "{dialect}"
accounts = [{{ system_id = "{account}", password_hash = "{password_hash}" }}]
{listener}
{more}
"""


def write_config(
    folder: Path, *, top: str = "", listener: str = "", more: str = "", port: int = 0, dialect: str = "one-shot"
) -> Path:
    """A configuration file with all that is written in `folder`; `listener`: more keys of the listener.

    Its dialect is one where a question shows its code, for tests that are not about dialogs.
    """
    path = folder / "gateway.toml"
    path.write_text(
        CONFIG.format(
            folder=folder,
            port=port,
            dialect=dialect,
            account=ACCOUNT,
            password_hash=PASSWORD_HASH,
            top=top,
            listener=listener,
            more=more,
        ),
        encoding="utf-8",
    )
    return path


@asynccontextmanager
async def running(path: Path, *, demo: bool = False, clock: Clock | None = None) -> AsyncIterator[Gateway]:
    """A gateway from a configuration file, in this process and this loop."""
    gateway = Gateway(config.load(path), demo=demo, clock=clock)
    await gateway.start()
    ends = asyncio.create_task(gateway.run(asyncio.Event()))
    try:
        yield gateway
    finally:
        ends.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ends
        async with asyncio.timeout(WAIT_S):
            await gateway.stop()


def port_of(gateway: Gateway) -> int:
    return gateway.listeners[0].port


@dataclass
class Served:
    """A gateway in a process of its own."""

    process: asyncio.subprocess.Process
    port: int

    async def end(self) -> int:
        """Ends it as an operator would; returns the exit status."""
        self.process.terminate()
        async with asyncio.timeout(WAIT_S):
            return await self.process.wait()

    async def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def served(path: Path) -> AsyncIterator[Served]:
    """`ussdgw serve` with that configuration, as soon as it listens; its log goes where `[log] file` says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "serve", "--config", str(path), cwd=path.parent, stderr=asyncio.subprocess.PIPE
    )  # fmt: skip
    assert process.stderr is not None
    said = b""
    try:
        async with asyncio.timeout(WAIT_S):
            while not (found := re.search(rb"listening on [\d.]+:(\d+) ", said)):
                line = await process.stderr.readline()
                assert line, f"ended before it listened: {said.decode()}"
                said += line
        yield Served(process, int(found[1]))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _serve_in_thread(path: Path, started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        async with running(path, demo=True) as gateway:
            started.set_result((port_of(gateway), loop, stop))
            await stop.wait()
    except BaseException as error:
        if not started.done():
            started.set_exception(error)
        raise


@contextlib.contextmanager
def serving_in_thread(path: Path) -> Iterator[int]:
    """A demo gateway with that configuration in a thread of its own; its port."""
    started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve_in_thread(path, started)), name="gateway")
    thread.start()
    port, loop, stop = started.result(WAIT_S)
    yield port
    loop.call_soon_threadsafe(stop.set)
    thread.join(WAIT_S)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def gateway_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One demo gateway for all tests that look at it from outside only; each uses subscribers of its own."""
    with serving_in_thread(write_config(tmp_path_factory.mktemp("gateway"))) as port:
        yield port


@pytest.fixture
async def peer(gateway_port: int) -> AsyncIterator[RawPeer]:
    """A bound peer of the gateway for all."""
    async with peer_of(gateway_port) as bound:
        yield bound


@pytest.fixture
async def own_gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway of this test's own, with an empty store."""
    async with running(write_config(tmp_path)) as gateway:
        yield gateway


@pytest.fixture
def number() -> str:
    """A subscriber whom no other test has used."""
    return fresh_number()
