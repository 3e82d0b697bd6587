"""The listener on a real socket, against our own link and against peers that do as they like."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import argon2
import pytest

from smpp.connection import Connection, Tap
from smpp.listener import Account, BindMode, Listener, ListenerError
from smpp.pdu import (
    BindReceiver,
    BindTransceiver,
    BindTransceiverResp,
    DeliverSm,
    DeliverSmResp,
    EnquireLink,
    EnquireLinkResp,
    Pdu,
    SubmitSm,
    SubmitSmResp,
    Unbind,
    UnbindResp,
    decode,
    encode,
)
from smpp.session import Timers
from smpp.vocabulary import Status

HOST = "127.0.0.1"
WAIT_S = 5.0  # for what must happen; never slept through
HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PHONE = Account(system_id="phone", password_hash=HASHER.hash("secret"), sessions_max=2)
LISTENS = Account(system_id="rx", password_hash=HASHER.hash("secret"), modes=frozenset({BindMode.RECEIVER}))
SUBMIT = SubmitSm(source_addr="79161234567", destination_addr="111", short_message=b"*111#")
DELIVER = DeliverSm(source_addr="111", destination_addr="79161234567", short_message=b"hello")


class Recorder:
    """Facts that are kept, and may be waited for. ``answers`` says what is done with a request."""

    def __init__(self, answers: Callable[[Connection, Pdu], None] | None = None) -> None:
        self.seen: list[tuple[object, ...]] = []
        self.connections: list[Connection] = []
        self._answers = answers
        self.tap: Tap | None = None
        self._changed = asyncio.Event()

    def _keep(self, *fact: object) -> None:
        self.seen.append(fact)
        self._changed.set()

    def bound(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._keep("bound", connection.name)

    def request(self, connection: Connection, pdu: Pdu) -> None:
        self._keep("request", pdu)
        if self._answers is not None:
            self._answers(connection, pdu)

    def response(self, connection: Connection, context: object, pdu: Pdu | None) -> None:
        self._keep("response", context, pdu)

    def confirmed(self, connection: Connection, answers: int) -> None:
        self._keep("confirmed", answers)

    def lost(self, connection: Connection, reason: str, outstanding: list[object]) -> None:
        self._keep("lost", reason, outstanding)

    def received(self, connection: Connection) -> None:
        self._keep("received")
        connection.flush()

    def noted(self, connection: Connection | None, event: str, **fields: object) -> None:
        self._keep("noted", event, fields)

    def of(self, kind: str) -> list[tuple[object, ...]]:
        return [fact[1:] for fact in self.seen if fact[0] == kind]

    async def until(self, kind: str, count: int = 1) -> list[tuple[object, ...]]:
        """The facts of a kind, as soon as there are so many."""
        async with asyncio.timeout(WAIT_S):
            while len(self.of(kind)) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.of(kind)


class Peer:
    """A client that writes what it is told and reads PDU by PDU."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def write(self, *pdus: Pdu) -> None:
        self.writer.write(b"".join(encode(pdu) for pdu in pdus))

    async def read(self) -> Pdu:
        async with asyncio.timeout(WAIT_S):
            head = await self.reader.readexactly(4)
            return decode(head + await self.reader.readexactly(struct.unpack(">I", head)[0] - 4))

    async def ask(self, pdu: Pdu) -> Pdu:
        self.write(pdu)
        return await self.read()

    async def closed(self) -> bytes:
        """What is left to read until the other side closes."""
        async with asyncio.timeout(WAIT_S):
            return await self.reader.read()

    async def bind(self, system_id: str = "phone", password: str = "secret") -> Pdu:
        return await self.ask(BindTransceiver(system_id=system_id, password=password, sequence_number=1))


@asynccontextmanager
async def listening(facts: Recorder, **options: object) -> AsyncIterator[Listener]:
    listener = Listener(HOST, 0, [PHONE, LISTENS], facts, **options)  # type: ignore[arg-type]
    await listener.start()
    try:
        yield listener
    finally:
        async with asyncio.timeout(WAIT_S):
            await listener.stop()


@asynccontextmanager
async def peer_of(port: int) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()


def takes(connection: Connection, pdu: Pdu) -> None:
    connection.answer(pdu, message_id="7" if isinstance(pdu, SubmitSm) else "")


async def test_bind_submit_unbind() -> None:
    """A client binds, submits, gets its message_id, and leaves; each step is a fact."""
    facts = Recorder(takes)
    async with listening(facts, timers=Timers(linger_s=0.01)) as listener, peer_of(listener.port) as peer:
        bound = await peer.bind()
        answer = await peer.ask(SubmitSm(sequence_number=2, short_message=b"x"))
        unbound = await peer.ask(Unbind(sequence_number=3))
        (lost,) = await facts.until("lost")

    assert (type(bound), bound.command_status) == (BindTransceiverResp, 0)
    assert answer == SubmitSmResp(sequence_number=2, message_id="7")
    assert unbound == UnbindResp(sequence_number=3)
    assert lost == ("the peer unbound", [])


async def test_messages_go_out_in_one_write_and_come_back_answered() -> None:
    """``send`` queues, ``flush`` writes, and each response brings its context."""
    facts = Recorder()
    async with listening(facts) as listener, peer_of(listener.port) as peer:
        await peer.bind()
        (connection,) = facts.connections
        for context in ("a", "b"):
            connection.send(DELIVER, context)
        connection.flush()
        numbers = [(await peer.read()).sequence_number for _ in range(2)]
        peer.write(*(DeliverSmResp(sequence_number=number) for number in numbers))
        responses = await facts.until("response", 2)

    assert [context for context, _ in responses] == ["a", "b"]
    assert connection.id != 0
    assert connection.system_id == "phone"
    assert connection.peer.startswith(HOST)


@pytest.mark.parametrize(
    ("system_id", "password", "status"),
    [
        ("phone", "wrong", Status.ESME_RINVPASWD),
        ("phone", "", Status.ESME_RINVPASWD),
        ("nobody", "secret", Status.ESME_RINVSYSID),
        ("rx", "secret", Status.ESME_RBINDFAIL),
        ("rx", "wrong", Status.ESME_RINVPASWD),
    ],
)
async def test_refused_bind(system_id: str, password: str, status: int) -> None:
    """A refused bind says why, is noted without the password, and the connection closes."""
    facts = Recorder()
    async with listening(facts, timers=Timers(linger_s=0.01)) as listener, peer_of(listener.port) as peer:
        answer = await peer.bind(system_id, password)
        assert await peer.closed() == b""

    assert answer.command_status == status
    assert facts.of("bound") == []
    assert facts.of("lost") == []
    ((event, fields),) = facts.of("noted")
    assert event == "bind_refused"
    assert isinstance(fields, dict)
    assert set(fields) == {"peer", "system_id", "status"}


async def test_receiver_account_may_receive() -> None:
    """An account is held to its kinds of bind, and may use those it has."""
    facts = Recorder()
    async with listening(facts) as listener, peer_of(listener.port) as peer:
        answer = await peer.ask(BindReceiver(system_id="rx", password="secret", sequence_number=1))

    assert answer.command_status == 0


async def test_sessions_max() -> None:
    """One bind more than the account may have gets ESME_RALYBND; when another ends there is room again."""
    facts = Recorder()
    async with listening(facts) as listener:
        async with peer_of(listener.port) as first, peer_of(listener.port) as second, peer_of(listener.port) as third:
            statuses = [(await peer.bind()).command_status for peer in (first, second, third)]
            assert len(listener.connections) == 2
        await facts.until("lost", 2)
        async with peer_of(listener.port) as fourth:
            statuses.append((await fourth.bind()).command_status)

    assert statuses == [0, 0, Status.ESME_RALYBND, 0]


async def test_password_check_does_not_stop_the_traffic(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a password is verified in its thread, the same connection answers enquire_link."""
    import threading

    go_on = threading.Event()
    monkeypatch.setattr("smpp.listener._verified", lambda *_: go_on.wait(WAIT_S))
    async with listening(Recorder()) as listener, peer_of(listener.port) as peer:
        peer.write(BindTransceiver(system_id="phone", sequence_number=1))
        alive = await peer.ask(EnquireLink(sequence_number=2))
        go_on.set()
        bound = await peer.read()

    assert alive == EnquireLinkResp(sequence_number=2)
    assert bound.command_status == 0


async def test_peer_may_hang_up_during_the_password_check() -> None:
    """A client that leaves before its bind is decided disturbs nobody."""
    facts = Recorder()
    async with listening(facts) as listener:
        async with peer_of(listener.port) as peer:
            peer.write(BindTransceiver(system_id="phone", password="secret", sequence_number=1))
        async with peer_of(listener.port) as other:
            answer = await other.bind()

    assert answer.command_status == 0


async def test_silent_connection_is_closed() -> None:
    """Who does not bind within session_init_s is closed."""
    async with listening(Recorder(), timers=Timers(session_init_s=0.05)) as listener, peer_of(listener.port) as peer:
        assert await peer.closed() == b""


async def test_half_a_pdu_is_not_waited_for() -> None:
    """Who begins a PDU and does not end it within pdu_read_s is closed."""
    facts = Recorder()
    async with listening(facts, timers=Timers(pdu_read_s=0.05)) as listener, peer_of(listener.port) as peer:
        await peer.bind()
        peer.writer.write(encode(SUBMIT)[:20])
        assert await peer.closed() == b""
        ((reason, _),) = await facts.until("lost")

    assert reason == "a PDU was not complete within 0.05 s"


async def test_connections_without_bind_are_capped() -> None:
    """Of more connections without a bind than unbound_max the oldest is closed, so who binds at once always can."""
    facts = Recorder()
    async with listening(facts, unbound_max=1) as listener, peer_of(listener.port) as bound:
        await bound.bind()
        async with peer_of(listener.port) as idle, peer_of(listener.port) as newcomer:
            assert await idle.closed() == b""
            assert (await newcomer.bind()).command_status == 0

    assert "connection_refused" in [event for event, *_ in facts.of("noted")]


@pytest.mark.parametrize("octets", [b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n", bytes(16), b"\x00\x00\x00\x0f" + bytes(11)])
async def test_what_is_no_smpp_is_closed(octets: bytes) -> None:
    """A peer that speaks something else gets generic_nack and is closed; nothing waits for its length."""
    async with listening(Recorder()) as listener, peer_of(listener.port) as peer:
        peer.writer.write(octets)
        answer = await peer.closed()

    assert answer[:12] == struct.pack(">III", 16, 0x80000000, Status.ESME_RINVCMDLEN)


async def test_confirmation_arrives() -> None:
    """An enquire_link follows an answer within confirm_s, and its response is the fact ``confirmed``."""
    facts = Recorder(takes)
    async with listening(facts, timers=Timers(confirm_s=0.02)) as listener, peer_of(listener.port) as peer:
        await peer.bind()
        await peer.ask(SubmitSm(sequence_number=2))
        ping = await peer.read()
        peer.write(EnquireLinkResp(sequence_number=ping.sequence_number))
        confirmed = await facts.until("confirmed")

    assert isinstance(ping, EnquireLink)
    assert confirmed == [(1,)]


async def test_expired_request_is_a_fact() -> None:
    """A message without a response within response_s comes back as response None."""
    facts = Recorder()
    async with listening(facts, timers=Timers(response_s=0.02)) as listener, peer_of(listener.port) as peer:
        await peer.bind()
        facts.connections[0].send(DELIVER, "ctx")
        facts.connections[0].flush()
        expired = await facts.until("response")

    assert expired == [("ctx", None)]


async def test_cut_connection_hands_back_what_was_outstanding() -> None:
    """A FIN without unbind is an end; what was outstanding comes with ``lost``."""
    facts = Recorder()
    async with listening(facts) as listener:
        async with peer_of(listener.port) as peer:
            await peer.bind()
            facts.connections[0].send(DELIVER, "ctx")
            facts.connections[0].flush()
        (lost,) = await facts.until("lost")

    assert lost[1] == ["ctx"]


async def test_reading_can_be_paused() -> None:
    """Back-pressure: while reading is paused nothing comes in; afterwards all of it does."""
    facts = Recorder(takes)
    async with listening(facts) as listener, peer_of(listener.port) as peer:
        await peer.bind()
        (connection,) = facts.connections
        connection.pause_reading()
        peer.write(SubmitSm(sequence_number=2))
        for _ in range(20):
            await asyncio.sleep(0)
        paused = facts.of("request")
        connection.resume_reading()
        answer = await peer.read()

    assert paused == []
    assert answer.sequence_number == 2


async def test_peer_that_does_not_read_is_not_buffered_for() -> None:
    """When a peer stops reading, the window closes and we stop reading from it; our memory stays bounded."""
    facts = Recorder()
    async with listening(facts) as listener, peer_of(listener.port) as peer:
        await peer.bind()
        (connection,) = facts.connections
        connection.window = 1_000_000
        free = connection.window_free
        while connection.window_free:
            for _ in range(1000):
                connection.send(DELIVER)
            connection.flush()
        stopped = connection.window_free
        while (await peer.read()).sequence_number < 1000:
            pass

        assert (free, stopped) == (1_000_000, 0)


async def test_stop_unbinds_everybody() -> None:
    """``stop`` unbinds every client, waits for the responses, and closes."""
    facts = Recorder()
    listener = Listener(HOST, 0, [PHONE], facts)
    await listener.start()
    async with peer_of(listener.port) as peer:
        await peer.bind()
        stopping = asyncio.create_task(listener.stop())
        unbind = await peer.read()
        peer.write(UnbindResp(sequence_number=unbind.sequence_number))
        async with asyncio.timeout(WAIT_S):
            await stopping

    assert isinstance(unbind, Unbind)
    assert facts.of("lost") == [("unbound", [])]


async def test_port_in_use_is_said_with_what_to_do() -> None:
    """A port that is taken is named, together with the way out."""
    async with listening(Recorder()) as listener:
        second = Listener(HOST, listener.port, [PHONE], Recorder())
        with pytest.raises(ListenerError, match=rf"cannot listen on {HOST}:{listener.port}: .*another port"):
            await second.start()
