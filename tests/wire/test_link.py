"""The link on a real socket: against our listener, and against centres that refuse, forget, drop or keep silent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvloop

from smpp.link import Link
from smpp.listener import Listener
from smpp.pdu import (
    BindTransceiver,
    BindTransceiverResp,
    DeliverSmResp,
    EnquireLink,
    Pdu,
    SubmitSm,
    Unbind,
    UnbindResp,
)
from smpp.retry_timer import RetryTimer
from smpp.session import Timers
from smpp.vocabulary import Status
from tests.wire.test_listener import DELIVER, HOST, PHONE, SUBMIT, WAIT_S, Peer, Recorder, listening, takes


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def quick() -> RetryTimer:
    return RetryTimer(first_s=0.001, ceiling_s=0.002, rng=random.Random(1))


@asynccontextmanager
async def linked(port: int, facts: Recorder, **options: object) -> AsyncIterator[Link]:
    """A link that runs until the block ends."""
    settings: dict[str, object] = {"system_id": "phone", "password": "secret", "retry_timer": quick(), **options}
    link = Link(HOST, port, facts=facts, **settings)  # type: ignore[arg-type]
    running = asyncio.create_task(link.start())
    try:
        yield link
    finally:
        async with asyncio.timeout(WAIT_S):
            await link.stop()
            await running


@asynccontextmanager
async def centre(serve: Callable[[Peer], Awaitable[None]]) -> AsyncIterator[int]:
    """A centre that does with each connection what ``serve`` does."""
    writers: list[asyncio.StreamWriter] = []
    tasks: list[asyncio.Task[None]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        writers.append(writer)
        try:
            await serve(Peer(reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        if tasks:
            await asyncio.wait(tasks)


async def accept_bind(peer: Peer) -> BindTransceiver:
    bind = await peer.read()
    assert isinstance(bind, BindTransceiver)
    peer.write(BindTransceiverResp(sequence_number=bind.sequence_number, system_id="smsc"))
    return bind


async def refuse_bind(peer: Peer, status: int) -> None:
    bind = await peer.read()
    peer.write(BindTransceiverResp(command_status=status, sequence_number=bind.sequence_number, header_only=True))


async def answer_unbind(peer: Peer) -> None:
    while not isinstance(pdu := await peer.read(), Unbind):
        pass
    peer.write(UnbindResp(sequence_number=pdu.sequence_number))


async def talk_both_ways() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """A link and a listener exchange one message each way; what each of them saw of the other's answer."""
    server_facts, client_facts = Recorder(takes), Recorder(takes)
    async with listening(server_facts) as listener, linked(listener.port, client_facts) as link:
        await client_facts.until("bound")
        await server_facts.until("bound")
        assert link.connection is not None
        link.connection.send(SUBMIT, "up")
        link.connection.flush()
        server_facts.connections[0].send(DELIVER, "down")
        server_facts.connections[0].flush()
        up = await client_facts.until("response")
        down = await server_facts.until("response")
    assert client_facts.of("lost") == [("unbound", [])]
    return up, down


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_link_and_listener_talk(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """Both directions, answered by the other side, then a clean unbind; on asyncio and on uvloop."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        ((up, submit_resp),), ((down, deliver_resp),) = runner.run(talk_both_ways())

    assert (up, down) == ("up", "down")
    assert getattr(submit_resp, "message_id", None) == "7"
    assert isinstance(deliver_resp, DeliverSmResp)


@pytest.mark.parametrize("bind", ["receiver", "transmitter", "transceiver"])
async def test_each_kind_of_bind(bind: str) -> None:
    """The link binds as it is configured."""
    facts = Recorder()
    async with listening(Recorder()) as listener, linked(listener.port, facts, bind=bind) as link:
        await facts.until("bound")
        assert link.connection is not None
        free = link.connection.window_free

    assert free == (0 if bind == "receiver" else 10)


def test_unknown_kind_of_bind_is_refused() -> None:
    """A bind that is none of the three is told together with those that are."""
    with pytest.raises(ValueError, match="receiver, transmitter, transceiver"):
        Link(HOST, 1, "a", "b", Recorder(), bind="both")


def test_bind_that_cannot_be_sent_is_refused_at_once() -> None:
    """A system_id with a NUL, or a password outside latin-1, is a fault of the configuration, told at construction."""
    for system_id, password in (("a\0b", "x"), ("a", "пароль")):
        with pytest.raises(ValueError):
            Link(HOST, 1, system_id, password, Recorder())


async def test_wrong_password_is_tried_again_after_a_pause() -> None:
    """A refused bind is noted with its status and tried again; nothing is ever reported as bound."""
    facts = Recorder()
    async with (
        listening(Recorder(), timers=Timers(linger_s=0.01)) as listener,
        linked(listener.port, facts, password="wrong", misconfigured_s=0.001) as link,
    ):
        await facts.until("noted", 4)
        last_error = link.status.last_error

    refused = [fields for event, fields in facts.of("noted") if event == "bind_refused"]
    assert refused[0] == {"link": "link", "status": Status.ESME_RINVPASWD, "pause_s_min": 0.001}
    assert last_error == "bind refused with status 0xE"
    assert len(refused) >= 2
    assert facts.of("bound") == []


async def test_long_password_and_an_early_enquire_link() -> None:
    """32 characters of password arrive whole; an enquire_link before the bind response is answered."""
    facts, passwords, early = Recorder(), [], []

    async def serve(peer: Peer) -> None:
        bind = await peer.read()
        assert isinstance(bind, BindTransceiver)
        passwords.append((bind.system_id, bind.password))
        early.append(await peer.ask(EnquireLink(sequence_number=5)))
        peer.write(BindTransceiverResp(sequence_number=bind.sequence_number, header_only=True))
        await answer_unbind(peer)

    async with (
        centre(serve) as port,
        linked(port, facts, system_id="a-very-long-system-id", password="p" * 32),
    ):
        await facts.until("bound")

    assert passwords == [("a-very-long-system-id", "p" * 32)]
    assert [pdu.sequence_number for pdu in early] == [5]


async def test_reconnects_after_the_centre_drops_us() -> None:
    """A cut connection is reported with what was outstanding, and the link binds again by itself."""
    facts = Recorder()
    dropped: list[Pdu] = []

    async def serve(peer: Peer) -> None:
        await accept_bind(peer)
        if not dropped:
            dropped.append(await peer.read())
            return
        await answer_unbind(peer)

    async with centre(serve) as port, linked(port, facts) as link:
        await facts.until("bound")
        assert link.connection is not None
        link.connection.send(SUBMIT, "ctx")
        link.connection.flush()
        ((_, outstanding),) = await facts.until("lost")
        await facts.until("bound", 2)

    assert isinstance(dropped[0], SubmitSm)
    assert outstanding == ["ctx"]
    assert facts.connections[0].id != facts.connections[1].id


async def test_reconnects_after_the_centre_unbinds_us() -> None:
    """An unbind of the centre is answered, and the link binds again."""
    facts = Recorder()
    answers: list[Pdu] = []

    async def serve(peer: Peer) -> None:
        await accept_bind(peer)
        if not answers:
            answers.append(await peer.ask(Unbind(sequence_number=9)))
            await peer.closed()
            return
        await answer_unbind(peer)

    async with centre(serve) as port, linked(port, facts, timers=Timers(linger_s=0.01)):
        await facts.until("bound", 2)

    assert answers == [UnbindResp(sequence_number=9)]


async def test_waits_for_a_centre_that_is_not_there_yet() -> None:
    """A refused connection is noted and tried again until somebody listens."""
    facts = Recorder()
    async with listening(Recorder()) as gone:
        port = gone.port
    async with linked(port, facts):
        await facts.until("noted")
        late = Listener(HOST, port, [PHONE], Recorder())
        await late.start()
        await facts.until("bound")
        await late.stop()


async def test_silent_centre_is_left_after_bind_response_s() -> None:
    """A centre that accepts and never answers the bind is left and tried again."""
    facts = Recorder()
    binds: list[Pdu] = []

    async def serve(peer: Peer) -> None:
        binds.append(await peer.read())
        if len(binds) == 1:
            await peer.closed()
        else:
            peer.write(BindTransceiverResp(sequence_number=binds[-1].sequence_number))
            await answer_unbind(peer)

    async with centre(serve) as port, linked(port, facts, timers=Timers(bind_response_s=0.02)):
        await facts.until("bound")

    assert len(binds) == 2


async def test_already_bound_is_a_failure_with_a_long_pause() -> None:
    """ESME_RALYBND is no bind, and the next attempt waits at least already_bound_s."""
    facts, timer = Recorder(), quick()

    async def serve(peer: Peer) -> None:
        await refuse_bind(peer, Status.ESME_RALYBND)
        await peer.closed()

    async with centre(serve) as port, linked(port, facts, retry_timer=timer, already_bound_s=3600.0) as link:
        await facts.until("noted", 2)
        assert link.connection is None

    assert facts.of("bound") == []
    assert len([1 for event, _ in facts.of("noted") if event == "bind_refused"]) == 1


async def test_half_open_connection_is_found_out() -> None:
    """A centre that says nothing any more is asked, given time, and left."""
    facts = Recorder()

    async def serve(peer: Peer) -> None:
        await accept_bind(peer)
        await peer.closed()

    timers = Timers(enquire_link_s=0.02, enquire_link_response_s=0.02)
    async with centre(serve) as port, linked(port, facts, timers=timers):
        (lost, *_) = await facts.until("lost")

    assert lost == ("no sign of life within 0.02 s", [])


async def test_stop_waits_for_unbind_resp_but_not_for_ever() -> None:
    """A centre that does not answer unbind delays ``stop`` by unbind_response_s, no more."""
    facts = Recorder()

    async def serve(peer: Peer) -> None:
        await accept_bind(peer)
        await peer.closed()

    async with centre(serve) as port, linked(port, facts, timers=Timers(unbind_response_s=0.05)):
        await facts.until("bound")

    assert facts.of("lost") == [("no unbind_resp within 0.05 s", [])]


async def test_stop_during_the_bind() -> None:
    """``stop`` ends a link that waits for its bind response at once."""
    asked = asyncio.Event()

    async def serve(peer: Peer) -> None:
        await peer.read()
        asked.set()
        await peer.closed()

    async with centre(serve) as port, linked(port, Recorder()):
        async with asyncio.timeout(WAIT_S):
            await asked.wait()


async def test_stop_during_a_pause() -> None:
    """``stop`` ends a link that waits for its next attempt at once, however long the pause."""
    facts = Recorder()
    async with listening(Recorder()) as gone:
        port = gone.port
    async with linked(port, facts, retry_timer=RetryTimer(first_s=3600.0)):
        await facts.until("noted")


async def test_stop_while_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """``stop`` ends an attempt to connect to a host that does not answer at once."""
    trying = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        trying.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    async with linked(1, Recorder()):
        async with asyncio.timeout(WAIT_S):
            await trying.wait()


async def test_host_that_does_not_answer_is_given_up_after_connect_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt to connect ends after connect_s and is noted."""
    facts = Recorder()

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    async with linked(1, facts, connect_s=0.01):
        await facts.until("noted")

    event, fields = facts.of("noted")[0]
    assert event == "link_failed"
    assert "Timed out" in str(fields)


async def test_cancelled_start_unbinds() -> None:
    """Cancelling the task of ``start`` leaves in good order too."""
    facts, server_facts = Recorder(), Recorder()
    async with listening(server_facts) as listener:
        link = Link(HOST, listener.port, "phone", "secret", facts)
        running = asyncio.create_task(link.start())
        await facts.until("bound")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await server_facts.until("lost")

    assert server_facts.of("lost") == [("the peer unbound", [])]


def test_retry_delays_double_with_jitter_up_to_the_ceiling() -> None:
    """Delays double from first_s to ceiling_s, each within 20 %; equal seeds give equal delays."""
    delays = _delays(RetryTimer(first_s=1, ceiling_s=8, rng=random.Random(7), clock=Clock()), 6)
    again = _delays(RetryTimer(first_s=1, ceiling_s=8, rng=random.Random(7), clock=Clock()), 6)

    assert delays == again
    for delay, base in zip(delays, (1, 2, 4, 8, 8, 8), strict=True):
        assert 0.8 * base <= delay <= 1.2 * base


def _delays(timer: RetryTimer, count: int) -> list[float]:
    """What ``count`` waits in a row would last; none is waited for."""
    timer.interrupt()
    delays = []
    for _ in range(count):
        delays.append(timer.next_delay())
        asyncio.run(timer.wait())
    return delays


@pytest.mark.parametrize(("bound_s", "delay_s"), [(29.9, 8.0), (30.0, 1.0)])
def test_retry_delay_starts_anew_only_after_a_steady_bind(bound_s: float, delay_s: float) -> None:
    """A bind that lasts less than 30 s is one failure more; a longer one forgives the earlier ones."""
    clock = Clock()
    timer = RetryTimer(first_s=1, jitter=0.0, clock=clock)
    _delays(timer, 3)

    timer.reset()
    clock.now += bound_s

    assert timer.next_delay() == delay_s


def test_retry_floor_is_for_one_delay() -> None:
    """``wait_at_least`` lengthens the next delay, never shortens it, and is then forgotten."""
    timer = RetryTimer(first_s=1, jitter=0.0, clock=Clock())

    timer.wait_at_least(30)

    assert _delays(timer, 3) == [30, 2, 4]
