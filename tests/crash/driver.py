"""The other side of a kill test: an SMSC or a client, phones behind it that move money, and a ledger of what they did.

It is written by hand from SMPP 3.4 and independent of the gateway's codec, so that a fault there cannot hide here. It
kills the gateway's process, or arms one of its failpoints, and starts it again; it resends what no acknowledgement came
for, under new sequence numbers. It judges nothing: `test_kill.py` compares its ledger with the gateway's store.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import os
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import argon2

import gateway
from gateway.control import ControlClient, ControlError
from gateway.control_commands import ImportTable
from gateway.messages import ImportRow
from gateway.model import Money, Msisdn, PersonId, PersonKind, TariffId
from tests.crash.failpoints import PAYMENTS, VARIABLE, Failpoint, Needs
from tests.crash.screens import NUMBERS, Screens
from tests.crash.town import Order, Phone, Town
from tests.wire.gateway_fixture import (
    ACCOUNT,
    BIND_TRANSCEIVER,
    DELIVER_SM,
    ENQUIRE_LINK,
    ITS_SESSION_INFO,
    PASSWORD,
    RESPONSE,
    RTHROTTLED,
    SUBMIT_SM,
    UCS2,
    UNBIND,
    bind_body,
    message_body,
    pdu,
    read_message,
    sms_body,
    ussd_body,
)

HEADER = struct.Struct(">IIII")
UDHI, RECEIPT = 0x40, 0x04  # esm_class, SMPP 3.4 5.2.12
ROOT = Path(__file__).parents[2]

# An installed gateway has its byte code on the disk; a shell that forbids to write it would measure the compiler.
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

SHORT_NUMBER = "111"
FIRST_IMPORTED = 79_150_000_000

WINDOW, SCREENS_WINDOW = 50, 10
PHONES = 200
IMPORTED, IMPORT_ROWS = 1000, 100  # numbers, and how many of them go in one step
SEQUENCES_A_BIND = 1_000_000  # sequence numbers of one connection; the millions say which connection it was
READY_LIMIT_S = 30.0  # to give up; what is allowed is the test's business
SETTLE_LIMIT_S = 30.0
LOAD_LIMIT_S = 30.0
STUMBLE_MIN_S, STUMBLE_MAX_S = 0.3, 1.2


class Role(enum.Enum):
    """What the driver is; the gateway is the other."""

    CENTRE = "centre"
    CLIENT = "client"


class Instant(enum.Enum):
    """When a kill comes, once its random time has come."""

    NOW = "now"
    CUT = "after the network has failed, so that acknowledgements are lost"
    ACKNOWLEDGED = "in the middle of what acknowledgements it has just sent"


# -- octets


def message(order: Order, part: int) -> bytes:
    """The body of a deliver_sm or submit_sm, which have one layout (SMPP 3.4 4.4.1, 4.6.1)."""
    step, number = order.step, order.phone.number
    if step.dialled:
        return ussd_body(number, step.text, order.session.to_bytes(2, "big"))
    if step.parts == 1:
        return sms_body(number, step.text, SHORT_NUMBER)
    size = -(-len(step.text) // step.parts)
    octets = step.text[part * size : (part + 1) * size].encode("utf-16-be")
    header = bytes((5, 0, 3, order.reference, step.parts, part + 1))  # TS 23.040 9.2.3.24.1
    return message_body(number, SHORT_NUMBER, header + octets, data_coding=UCS2, esm_class=UDHI)


def receipt(number: str, message_id: int) -> bytes:
    """The body of a delivery receipt, in the form that most centres use (SMPP 3.4 appendix B)."""
    text = f"id:{message_id} sub:001 dlvrd:001 submit date:2611220000 done date:2611220001 stat:DELIVRD err:000 text:"
    return message_body(number, SHORT_NUMBER, text.encode(), esm_class=RECEIPT)


class Struck(Exception):
    """The gateway reached its failpoint while the driver waited for something else."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the gateway sent to a phone: one SMS, one part of an SMS, or a screen (with its session)."""

    number: str
    octets: bytes
    coding: int
    part: tuple[int, int, int] | None  # reference, parts, this part
    session: int | None
    receipt: bool  # whether one is asked for


def shown(body: bytes) -> Shown:
    read = read_message(body)
    octets, part = read.short_message, None
    if read.esm_class & UDHI:  # TS 23.040 9.2.3.24.1: length, 00, 03, reference, parts, this part
        part = (octets[3], octets[4], octets[5])
        octets = octets[octets[0] + 1 :]
    session = read.tlvs.get(ITS_SESSION_INFO)
    asked = bool(read.registered_delivery & 1)
    number = int.from_bytes(session, "big") if session else None
    return Shown(read.destination, octets, read.data_coding, part, number, asked)


def waited_for_processor_s(pid: int) -> float:
    """How long the process's threads were ready to run while others ran; 0 where the system does not tell."""
    try:
        return sum(int(each.read_text().split()[1]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    except OSError:
        return 0.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Wire(asyncio.Protocol):
    """One connection. `deaf`: what comes is thrown away, as it is where the network fails before the process does."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.transport: asyncio.Transport | None = None
        self.ordinal = 0
        self.sequence = 0
        self.bound = asyncio.Event()
        self.gone = asyncio.Event()
        self.deaf = False
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.driver.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()

    async def bound_or_gone(self) -> None:
        waiting = [asyncio.create_task(each.wait()) for each in (self.bound, self.gone)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()

    def next_sequence(self) -> int:
        self.sequence += 1
        return self.ordinal * SEQUENCES_A_BIND + self.sequence

    def write(self, octets: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(octets)

    def data_received(self, data: bytes) -> None:
        if self.deaf:
            return
        data = self._rest + data
        at = 0
        out: list[bytes] = []
        while len(data) - at >= HEADER.size:
            length, command_id, status, sequence = HEADER.unpack_from(data, at)
            if len(data) - at < length:
                break
            out.append(self._take(command_id, status, sequence, data[at + HEADER.size : at + length]))
            at += length
        self._rest = data[at:]
        self.write(b"".join(out))
        self.driver.speak()

    def _take(self, command_id: int, status: int, sequence: int, body: bytes) -> bytes:
        if command_id == BIND_TRANSCEIVER:
            self.bound.set()
            return pdu(command_id | RESPONSE, sequence, b"driver\0")
        if command_id == BIND_TRANSCEIVER | RESPONSE:
            if status == 0:
                self.bound.set()
            return b""
        if command_id in (SUBMIT_SM, DELIVER_SM):
            # submit_sm_resp brings a message_id, deliver_sm_resp an unused one (SMPP 3.4 4.4.2, 4.6.2)
            message_id = self.driver.told(shown(body))
            return pdu(command_id | RESPONSE, sequence, b"%d\0" % message_id if command_id == SUBMIT_SM else b"\0")
        if command_id in (ENQUIRE_LINK, UNBIND):
            return pdu(command_id | RESPONSE, sequence)
        if command_id in (SUBMIT_SM | RESPONSE, DELIVER_SM | RESPONSE):
            self.driver.acknowledged(sequence, status, body)
        return b""


class Driver:
    """Load, kills, and the ledger of both.

    Args:
        folder: for the gateway's files.
        rng: of the load and of the kills.
        population: a database to begin with.
    """

    def __init__(self, role: Role, folder: Path, rng: random.Random, population: Path | None = None) -> None:
        self.role = role
        self.folder = folder
        self.database = folder / "gateway.db"
        if population is not None:
            shutil.copy(population, self.database)
        self.rng = rng
        self.town = Town(rng)
        self.orders: list[Order] = []
        self.by_sequence: dict[int, Order] = {}
        self.confirmed_sequences: list[int] = []  # acknowledged, in the order in which the acknowledgements came
        self.message_ids: dict[int, str] = {}  # what submit_sm_resp gave
        self.ready_s: list[float] = []  # from exec to bound
        self.waited_s: list[float] = []  # how much of it the gateway waited for a processor that others had
        self.unready_kills = 0
        self.struck_at: list[str] = []  # the failpoints that were hit
        self.screens = Screens()
        self.payments = folder / "payments"
        self.timers_advanced: set[str] = set()
        self.imported = False
        self.faults: list[str] = []
        self.resent = 0
        self.told_again = 0
        self._phones: dict[str, Phone] = {}
        self._idle: deque[Phone] = deque(self._birth() for _ in range(PHONES))
        self._again: deque[tuple[Order, int]] = deque()  # with the part
        self._rest: deque[tuple[Order, int]] = deque()  # further parts of long SMS
        self._unacknowledged: dict[int, tuple[Order, int]] = {}
        self._receipts: deque[bytes] = deque()
        self._unconfirmed: dict[int, bytes] = {}  # receipts that were sent
        self._message_id = 0
        self._parts: dict[tuple[str, int, int], dict[int, bytes]] = {}
        self._wire: Wire | None = None
        self._wires = 0
        self._arrived = asyncio.Event()
        self._talking = False
        self._server: asyncio.Server | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._victim: subprocess.Popen[bytes] | None = None  # to be killed by the next acknowledgement
        self._port = 0
        self._screens_port = 0
        self._failpoint: Failpoint | None = None
        self._stopping = False
        self._talks: asyncio.Task[None] | None = None

    # -- the process

    async def open(self) -> None:
        """Writes the gateway's configuration; as a centre, listens."""
        compiling = [sys.executable, "-m", "compileall", "-q", "gateway", "smpp"]  # as an installation does
        await asyncio.to_thread(subprocess.run, compiling, cwd=ROOT, env=INSTALLED, check=True)
        loop = asyncio.get_running_loop()
        hashed = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        account = f'accounts = [{{ system_id = "{ACCOUNT}", password_hash = "{hashed}" }}]\n'
        self._screens_port = free_port()
        peers = f'[[listeners]]\nname = "screens"\nport = {self._screens_port}\nwindow = {SCREENS_WINDOW}\n{account}'
        if self.role is Role.CENTRE:
            self._server = await loop.create_server(lambda: Wire(self), "127.0.0.1", 0)
            self._port = self._server.sockets[0].getsockname()[1]
            peers += f'[[links]]\nname = "town"\nport = {self._port}\nsystem_id = "gw"\npassword = "secret"\n'
            peers += "registered_delivery = 1\n"
        else:
            self._port = free_port()
            peers += f'[[listeners]]\nname = "town"\nport = {self._port}\n{account}'
        peers += f'window = {WINDOW}\ndialect = "one-shot"\n[[routes]]\nvia = "town"\n'
        catalogue = self.folder / "catalogue"
        catalogue.mkdir()
        for file in (Path(gateway.__file__).parent / "catalogue").glob("*.toml"):
            shutil.copy(file, catalogue)
        (self.folder / "gateway.toml").write_text(
            f'[store]\nurl = "sqlite:///{self.database}"\n[operator]\nsecret_file = "{self.folder / "secret"}"\n'
            f'[subscribers]\nunknown = "create"\n[log]\nlevel = "warning"\nfile = "{self.folder / "log"}"\n'
            f'[control]\nsocket = "{self.folder / "control"}"\n[catalogue]\nfolder = "{catalogue}"\n{peers}'
        )

    def _exec(self) -> subprocess.Popen[bytes]:
        environment = INSTALLED | {PAYMENTS: str(self.payments)}
        if self._failpoint is not None:
            environment[VARIABLE] = f"{self._failpoint.name}:{self.rng.randint(1, self._failpoint.hits_max)}"
        with (self.folder / "stderr").open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.victim", "serve", "--config", str(self.folder / "gateway.toml")],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, cwd=ROOT, env=environment,
            )  # fmt: skip
        return self._process

    async def start(self, failpoint: Failpoint | None = None) -> None:
        """Starts the gateway; returns when it is bound. Raises Struck where it came to its failpoint before."""
        self._failpoint = failpoint
        began = time.perf_counter()
        process = self._exec()
        try:
            async with asyncio.timeout(READY_LIMIT_S):
                self._wire = await (self._called() if self.role is Role.CENTRE else self._call())
        except TimeoutError:
            raise AssertionError(f"the gateway did not come up:\n{self.errors()}") from None
        self.ready_s.append(time.perf_counter() - began)
        self.waited_s.append(waited_for_processor_s(process.pid))
        self._talks = asyncio.create_task(self.screens.talk(self._screens_port))

    async def strike(self, failpoint: Failpoint) -> None:
        """Starts the gateway with that failpoint, and returns when it has killed the gateway."""
        if failpoint.needs is Needs.TIMER:
            self.advance_timer()
        with contextlib.suppress(Struck):
            await self.start(failpoint)
            self.talk()
            await self._provoke(failpoint.needs)
            await self._dead(f"{failpoint.name!r} was not reached")
        process = self._process
        assert process is not None
        assert process.poll() == -signal.SIGKILL, f"it ended with status {process.poll()}:\n{self.errors()}"
        self.struck_at.append(failpoint.name)
        await self._end(process)

    async def _dead(self, otherwise: str) -> None:
        deadline = time.perf_counter() + LOAD_LIMIT_S
        while self._process is not None and self._process.poll() is None:
            assert time.perf_counter() < deadline, f"{otherwise} for {LOAD_LIMIT_S} s:\n{self.errors()}"
            await asyncio.sleep(0.01)

    async def _provoke(self, needs: Needs) -> None:
        """What an operator does while there is load."""
        assert self._process is not None
        if needs is Needs.RELOAD:
            with (self.folder / "catalogue/codes.toml").open("a") as file:
                file.write(f"# {len(self.struck_at)}\n")
            self._process.send_signal(signal.SIGHUP)
        elif needs is Needs.STOP:
            await asyncio.sleep(0.2)
            self._stopping = True
            self._process.terminate()
        elif needs is Needs.IMPORT:
            with contextlib.suppress(ControlError):  # the gateway is gone
                await asyncio.to_thread(self.add_subscribers)

    def add_subscribers(self) -> None:
        """An import, from its beginning. Raises ControlError."""
        self.imported = True
        with ControlClient(self.folder / "control") as client:
            for first in range(0, IMPORTED, IMPORT_ROWS):
                numbers = range(FIRST_IMPORTED + first, FIRST_IMPORTED + first + IMPORT_ROWS)
                rows = [
                    ImportRow(Msisdn(str(n)), PersonId(f"P{n}"), PersonKind.PRIVATE, "moscow", TariffId(1), Money(100))
                    for n in numbers
                ]
                client.ask("subscribers.import", ImportTable("table.csv", tuple(rows)))

    def advance_timer(self) -> None:
        """The day of one promised payment comes while the gateway is down."""
        with closing(sqlite3.connect(self.database)) as connection:
            found = connection.execute("SELECT key FROM timers WHERE key LIKE 'promised/%' ORDER BY key").fetchone()
            assert found, "no promised payment runs"
            connection.execute("UPDATE timers SET due_at = 1 WHERE key = ?", found)
            connection.commit()
        self.timers_advanced.add(found[0])

    async def stumble(self) -> None:
        """Starts the gateway and kills it while it comes up, or has just come up."""
        process = self._exec()
        await asyncio.sleep(self.rng.uniform(STUMBLE_MIN_S, STUMBLE_MAX_S))
        self._living()
        self.unready_kills += 1
        await self._end(process)

    async def _called(self) -> Wire:
        while True:
            self._living()
            wire = self._wire
            if wire is None:
                self._arrived.clear()
                try:
                    async with asyncio.timeout(0.5):
                        await self._arrived.wait()
                except TimeoutError:
                    pass
            elif not wire.bound.is_set():
                await wire.bound_or_gone()
                if wire.gone.is_set():
                    self._wire = None
            else:
                return wire

    async def _call(self) -> Wire:
        loop = asyncio.get_running_loop()
        while True:
            self._living()
            try:
                _, wire = await loop.create_connection(lambda: Wire(self), "127.0.0.1", self._port)
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)
        wire.write(pdu(BIND_TRANSCEIVER, 1, bind_body()))
        await wire.bound_or_gone()
        if wire.gone.is_set():
            await self._dead("the connection was cut, and the gateway did not end")
            self._living()
        return wire

    def _living(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            if self._failpoint is not None and self._process.returncode == -signal.SIGKILL:
                raise Struck
            raise AssertionError(f"the gateway ended with status {self._process.returncode}:\n{self.errors()}")

    def errors(self) -> str:
        """What the gateway complained of."""
        paths = (self.folder / "stderr", self.folder / "log")
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in paths if path.exists())

    async def kill(self) -> None:
        """SIGKILL in the middle of the load."""
        wire, process = self._wire, self._process
        assert wire is not None
        assert process is not None
        self._living()
        instant = self.rng.choice(list(Instant))
        if instant is Instant.CUT:
            wire.deaf = True
            await asyncio.sleep(self.rng.uniform(0.001, 0.03))
        elif instant is Instant.ACKNOWLEDGED:
            self._victim = process
            try:
                async with asyncio.timeout(LOAD_LIMIT_S):
                    await wire.gone.wait()
            except TimeoutError:
                raise AssertionError(f"under load nothing was acknowledged for {LOAD_LIMIT_S} s") from None
            finally:
                self._victim = None
        await self._end(process)

    async def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.gone.wait()  # what had arrived before the kill is read, and counts
        self._talking = self._stopping = False
        if self._talks is not None:
            await self._talks
        self._parts.clear()  # the gateway sends a message again as a whole
        self._again.extend((*self._unacknowledged.values(), *self._rest))
        self._unacknowledged.clear()
        self._rest.clear()
        self._receipts.extend(self._unconfirmed.values())
        self._unconfirmed.clear()

    async def stop(self) -> int:
        """Ends the gateway in good order; returns its exit status."""
        process = self._process
        assert process is not None
        process.terminate()
        status = await asyncio.to_thread(process.wait, 15)
        if self._talks is not None:
            await self._talks
        return status

    async def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._server is not None:
            self._server.close()

    # -- the load

    def talk(self) -> None:
        """Load begins, or goes on."""
        self._talking = True
        self.speak()

    async def settle(self) -> None:
        """No new commands; returns when all that were given are acknowledged and answered."""
        self._talking, self.screens.stopping = False, True
        self.speak()
        if self.imported:
            await asyncio.to_thread(self.add_subscribers)
        deadline = time.perf_counter() + SETTLE_LIMIT_S
        while waiting := [order for phone in self._phones.values() if (order := phone.order) is not None]:
            self._living()
            if time.perf_counter() > deadline:
                one = waiting[0]
                raise AssertionError(
                    f"{len(waiting)} commands were never acknowledged and answered, among them {one.step.text!r} of "
                    f"{one.phone.number}: not acknowledged {one.missing}, attempts {one.attempts}\n{self.errors()}"
                )
            await asyncio.sleep(0.02)
        async with asyncio.timeout(SETTLE_LIMIT_S):
            await self.screens.resting.wait()
            while self._receipts or self._unconfirmed:
                await asyncio.sleep(0.02)

    def speak(self) -> None:
        """Sends what has to be sent again, then what is new, up to the window."""
        wire = self._wire
        if wire is None or not wire.bound.is_set():
            return
        out: list[bytes] = []
        command_id = DELIVER_SM if self.role is Role.CENTRE else SUBMIT_SM
        while self._receipts and len(self._unconfirmed) < WINDOW and not self._stopping:
            sequence = wire.next_sequence()
            self._unconfirmed[sequence] = self._receipts.popleft()
            out.append(pdu(DELIVER_SM, sequence, self._unconfirmed[sequence]))
        while len(self._unacknowledged) < WINDOW:
            found = self._next()
            if found is None:
                break
            order, part = found
            sequence = wire.next_sequence()
            order.attempts.append(sequence)
            self.by_sequence[sequence] = order
            self._unacknowledged[sequence] = found
            out.append(pdu(command_id, sequence, message(order, part)))
        if out:
            wire.write(b"".join(out))

    def _next(self) -> tuple[Order, int] | None:
        if self._again:
            self.resent += 1
            return self._again.popleft()
        if self._rest:
            return self._rest.popleft()
        if not self._talking or not self._idle or self._stopping:
            return None
        phone = self._idle.popleft()
        step = phone.think()
        if step is None:
            phone = self._birth()
            step = phone.think()
            assert step is not None
        phone.session += 2  # bit 0 of the second octet is the end of a dialog (SMPP 3.4 5.3.2.43)
        if step.parts > 1:  # under an old reference an equal part would be taken for that of then
            phone.reference += 1
        order = phone.order = Order(phone, step, phone.session, phone.reference % 256)
        order.missing.update(range(step.parts))
        self.orders.append(order)
        return order, 0

    def _birth(self) -> Phone:
        phone = self.town.birth()
        self._phones[phone.number] = phone
        return phone

    # -- what comes

    def connected(self, wire: Wire) -> None:
        self._wires += 1
        wire.ordinal = self._wires
        if self.role is Role.CENTRE:
            self._wire = wire
            self._arrived.set()

    def acknowledged(self, sequence: int, status: int, body: bytes) -> None:
        told = self._unconfirmed.pop(sequence, None)
        if told is not None:
            if status == RTHROTTLED and self._stopping:
                self._receipts.append(told)
            elif status:
                self.faults.append(f"a receipt was refused with status 0x{status:X}")
            return
        found = self._unacknowledged.pop(sequence, None)
        if found is None:
            self.faults.append(f"a response to {sequence}, which waits for none")
            return
        order, part = found
        if status == RTHROTTLED and self._stopping:
            self._rest.append(found)
            return
        if status:
            self.faults.append(f"{order.step.text!r} was refused with status 0x{status:X}")
        if self._victim is not None:
            self._victim.kill()
        order.missing.discard(part)
        if part + 1 < order.step.parts:  # as a phone does: so the parts come in batches of their own
            self._rest.append((order, part + 1))
        self.confirmed_sequences.append(sequence)
        if self.role is Role.CLIENT:
            self.message_ids[sequence] = body.rstrip(b"\0").decode("ascii")
        self._advance(order)

    def told(self, each: Shown) -> int:
        """A phone is told something; returns the message_id."""
        self._message_id += 1
        if each.receipt:
            self._receipts.append(receipt(each.number, self._message_id))
        self._shown(each)
        return self._message_id

    def _shown(self, each: Shown) -> None:
        octets = each.octets
        if each.part is not None:
            reference, total, number = each.part
            key = (each.number, reference, total)
            parts = self._parts.setdefault(key, {})
            parts[number] = octets
            if len(parts) < total:
                return
            octets = b"".join(parts[index] for index in sorted(self._parts.pop(key)))
        said = octets.decode("utf-16-be" if each.coding == UCS2 else "latin-1")
        if each.number.startswith(NUMBERS):
            self.screens.told(each.number, said)
            return
        order = self._phones[each.number].order
        if order is None or order.answered is not None:
            self.told_again += 1
            return
        if each.session is not None and each.session != order.session | 1:
            self.told_again += 1
            return
        if each.session is None and order.step.dialled and not self._outlived(order):
            self.told_again += 1  # screens go first, so this SMS is what became of an older screen
            return
        order.answered = order.step.expected.search(said)
        if order.answered is None:
            self.told_again += 1
        self._advance(order)

    def _outlived(self, order: Order) -> bool:
        """Whether the connection that it was first dialled on is gone, so that its answer may come as SMS."""
        return self._wire is None or order.attempts[0] // SEQUENCES_A_BIND != self._wire.ordinal

    def _advance(self, order: Order) -> None:
        """A phone that has acknowledgement and answer is free for its next command."""
        if not order.missing and order.answered is not None:
            order.phone.order, order.phone.answer = None, order.answered
            self._idle.append(order.phone)
