"""Our side as a client (ESME): connects and binds to an SMSC or USSD centre, and does so again whenever that ends.

aiosmpplib's ESME gives construction, ``start`` and ``stop``: the life cycle with its reconnection. Its data path is
not used: ``connect`` makes a Connection of ours, which does the work, and the three loops that ESME starts merely wait
until it is lost. This room must never know what a message means, and never retry in a tight loop: a centre that has not
noticed our end answers ESME_RALYBND until its own timer has run out.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable
from typing import Final

from aiosmpplib import (  # type: ignore[import-untyped]
    ESME,
    AbstractCorrelator,
    AbstractRetryTimer,
    AbstractSequenceGenerator,
    BindMode,
    DeliverSm,
    SmppMessage,
    SmppSessionState,
    SubmitSm,
)

from smpp.connection import Connection, Facts
from smpp.pdu import LENGTH_MAX, BindReceiver, BindTransceiver, BindTransmitter, Pdu, encode
from smpp.session import Role, State, Timers
from smpp.vocabulary import Status

SYSTEM_ID_LENGTH_STOCK: Final = 15  # what the stock constructor accepts (SMPP 3.4 4.1); ours may be longer
_BINDS: Final[dict[str, type[BindReceiver] | type[BindTransmitter] | type[BindTransceiver]]] = {
    "receiver": BindReceiver,
    "transmitter": BindTransmitter,
    "transceiver": BindTransceiver,
}


class BindRefused(ConnectionError):
    """The centre answered our bind with ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused with status 0x{status:X}")
        self.status = status


class RetryTimer(AbstractRetryTimer):  # type: ignore[misc]
    """How long to wait before the next attempt: doubling, with jitter, so that many gateways do not come at once.

    Args:
        first_s: the first delay, seconds.
        ceiling_s: the longest delay, before jitter.
        steady_s: a bind must have lasted this long for the delay to begin again at ``first_s``: a centre that accepts
            and drops us is a failing centre.
        jitter: share by which a delay may be longer or shorter.
        rng: source of the jitter.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        first_s: float = 1.0,
        ceiling_s: float = 60.0,
        steady_s: float = 30.0,
        jitter: float = 0.2,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_s = first_s
        self._ceiling_s = ceiling_s
        self._steady_s = steady_s
        self._jitter = jitter
        self._rng = rng or random.Random()
        self._clock = clock
        self._failures = 0
        self._floor_s = 0.0
        self._bound_at: float | None = None
        self._delay_s: float | None = None
        self._interrupted = asyncio.Event()

    def reset(self) -> None:
        """Told when a bind succeeds; whether it counts is known when it has ended."""
        self._bound_at = self._clock()
        self._delay_s = None

    def wait_at_least(self, floor_s: float) -> None:
        """The next delay, and only that, is no shorter than this (with jitter upwards only)."""
        self._floor_s = floor_s
        self._delay_s = None

    def next_delay(self) -> float:
        """Seconds that the next ``wait`` will last."""
        if self._bound_at is not None:
            if self._clock() - self._bound_at >= self._steady_s:
                self._failures = 0
            self._bound_at = None
            self._delay_s = None
        if self._delay_s is None:
            base_s = min(self._first_s * 2 ** min(self._failures, 32), self._ceiling_s)
            spread = self._rng.uniform(-self._jitter, self._jitter)
            self._delay_s = max(base_s * (1 + spread), self._floor_s * (1 + abs(spread)))
        return self._delay_s

    async def wait(self) -> None:
        """Sleep until the next attempt is due, or until ``interrupt``."""
        delay_s = self.next_delay()
        self._failures += 1
        self._floor_s = 0.0
        self._delay_s = None
        try:
            async with asyncio.timeout(delay_s):
                await self._interrupted.wait()
        except TimeoutError:
            pass

    def interrupt(self) -> None:
        """End the present wait, and every later one, at once."""
        self._interrupted.set()


class _NoSequence(AbstractSequenceGenerator):  # type: ignore[misc]
    """The Session numbers requests; a call here would mean that the stock data path is alive."""

    def next_sequence(self) -> int:
        raise AssertionError("the Session numbers requests")


class _NoCorrelator(AbstractCorrelator):  # type: ignore[misc]
    """The Session matches responses; a call here would mean that the stock data path is alive."""

    def get_cumulated_status(self, ref_num: int) -> int:
        raise AssertionError("the Session matches responses")

    async def expired(self, smpp_message: SmppMessage) -> None:
        raise AssertionError("the Session matches responses")

    async def put(self, smpp_message: SmppMessage) -> None:
        raise AssertionError("the Session matches responses")

    async def put_delivery(self, smsc_message_id: str, submit_sm: SubmitSm) -> None:
        raise AssertionError("the Session matches responses")

    async def put_delivery_segmented(self, deliver_sm: DeliverSm) -> DeliverSm | None:
        raise AssertionError("the Session matches responses")

    async def get(self, response: SmppMessage) -> SmppMessage | None:
        raise AssertionError("the Session matches responses")

    async def get_segmented(self, smpp_seq_num: int, remove: bool = False) -> tuple[None, int]:
        raise AssertionError("the Session matches responses")

    async def get_delivery(self, receipt: DeliverSm) -> SubmitSm | None:
        raise AssertionError("the Session matches responses")


class _ToFacts(logging.Handler):
    """Hands what ESME logs to whoever listens to us; nothing goes to a stream."""

    def __init__(self, name: str, facts: Facts) -> None:
        super().__init__()
        self._link = name
        self._facts = facts

    def emit(self, record: logging.LogRecord) -> None:
        self._facts.noted(None, "link_failed", link=self._link, text=record.getMessage())


class Link(ESME):  # type: ignore[misc]
    """An SMPP client that stays bound. ``await start()`` runs until ``stop()``.

    Args:
        host, port: of the centre.
        system_id, password: of any length; SMPP 3.4 allows 15 and 8 characters, some centres demand more.
        facts: gets everything that happens.
        name: for logs and routes.
        bind: ``transceiver``, ``receiver`` or ``transmitter``.
        connect_s: for TCP and TLS to come up, seconds.
        already_bound_s: pause after ESME_RALYBND, seconds; the centre's own inactivity timer is the right value.
        retry_timer: delays between attempts.
        tls, tls_name: where the centre speaks TLS; the name to check its certificate against, else ``host``.

    Raises:
        ValueError: a value that a bind cannot carry.
    """

    def __init__(
        self,
        host: str,
        port: int,
        system_id: str,
        password: str,
        facts: Facts,
        *,
        name: str = "link",
        bind: str = "transceiver",
        system_type: str = "",
        addr_ton: int = 0,
        addr_npi: int = 0,
        address_range: str = "",
        window: int = 10,
        timers: Timers | None = None,
        length_max: int = LENGTH_MAX,
        connect_s: float = 10.0,
        already_bound_s: float = 30.0,
        retry_timer: RetryTimer | None = None,
        tls: ssl.SSLContext | None = None,
        tls_name: str | None = None,
    ) -> None:
        if bind not in _BINDS:
            raise ValueError(f"bind {bind!r} is none of {', '.join(_BINDS)}")
        self._retry = retry_timer or RetryTimer()
        super().__init__(
            smsc_host=host,
            smsc_port=port,
            system_id=system_id[:SYSTEM_ID_LENGTH_STOCK],
            password="",  # ours is kept apart: the stock one may not be long, and its object ends up in logs
            bind_mode=BindMode[bind.upper()],
            client_id=name,
            log_level=logging.ERROR,
            log_handler=_ToFacts(name, facts),
            log_include_timestamp=False,
            sequence_generator=_NoSequence(),
            correlator=_NoCorrelator(),
            retry_timer=self._retry,
            socket_timeout=float(connect_s),
        )
        self.system_id, self.name = system_id, name
        self._facts = facts
        self._timers = timers or Timers()
        self._window, self._length_max = window, length_max
        self._already_bound_s = already_bound_s
        self._tls, self._tls_name = tls, tls_name
        self._bind_pdu = _BINDS[bind](
            system_id=system_id,
            password=password,
            system_type=system_type,
            addr_ton=addr_ton,
            addr_npi=addr_npi,
            address_range=address_range,
        )
        encode(self._bind_pdu, lenient=True)  # a value that cannot be sent is a fault of now, not of each attempt
        self._connection: Connection | None = None
        self._bind_status: asyncio.Future[int] | None = None
        self._opening: asyncio.Task[object] | None = None
        self._running = False

    @property
    def connection(self) -> Connection | None:
        """The bound connection, if there is one."""
        return self._connection if self._connection is not None and self._connection.bound else None

    def _stopping(self) -> bool:
        return bool(self._is_shutting_down)

    # Life cycle: ESME's, made interruptible

    async def start(self) -> None:
        """Stay connected until ``stop``."""
        self._running = True
        try:
            await super().start()
        finally:
            self._running = False

    async def stop(self) -> None:
        """Unbind, close, and end ``start``, also where it waits for an answer or for its next attempt."""
        self._is_shutting_down = True
        self._retry.interrupt()
        if self._opening is not None:
            self._opening.cancel()
        if not self._bound.is_set():
            await self._disconnect()
        await super().stop()
        if self._running:
            await self._shut_down.wait()

    async def connect(self) -> None:
        """Connect and bind.

        Raises:
            BindRefused: ESME_RALYBND included: a bind that the centre does not acknowledge carries no messages.
            ConnectionError, TimeoutError, OSError: no connection, or no answer.
        """
        if self._stopping():
            raise ConnectionAbortedError("the link is being stopped")
        loop = asyncio.get_running_loop()
        connection = Connection(
            Role.ESME,
            name=self.name,
            facts=self._facts,
            owner=self,
            timers=self._timers,
            window=self._window,
            length_max=self._length_max,
        )
        connection.system_id = self.system_id
        self._connection = connection
        decided: asyncio.Future[int] = loop.create_future()
        self._bind_status = decided
        server_name = (self._tls_name or self.smsc_host) if self._tls is not None else None
        try:
            self._opening = loop.create_task(
                loop.create_connection(
                    lambda: connection, self.smsc_host, self.smsc_port, ssl=self._tls, server_hostname=server_name
                )
            )
            async with asyncio.timeout(self.socket_timeout):
                await self._opening
            if connection.state is not State.OPEN:
                raise ConnectionResetError("the centre hung up before the bind")
            self._session_state = SmppSessionState.OPEN
            connection.bind(self._bind_pdu)
            status = await decided  # the Session's own timer ends this wait
            if status:
                raise BindRefused(status)
            if self._stopping():
                raise ConnectionAbortedError("the link is being stopped")
        except asyncio.CancelledError:
            connection.close()
            if self._stopping() and self._opening is not None and self._opening.cancelled():
                raise ConnectionAbortedError("the link is being stopped") from None
            raise
        except (OSError, ValueError):  # TimeoutError is an OSError
            connection.close()
            raise
        finally:
            if decided.done() and not decided.cancelled():
                decided.exception()  # seen: asyncio complains of exceptions that nobody has looked at
            decided.cancel()
        self._session_state = self.bind_mode.session_state

    async def _disconnect(self) -> None:
        """Unbind, wait for the response (the Session says how long), close the transport."""
        connection = self._connection
        if connection is None:
            return
        if connection.state is State.OPEN and self._bind_status is not None and not self._bind_status.done():
            self._bind_status.set_exception(ConnectionAbortedError("the link is being stopped"))
        connection.close()
        if connection.peer:
            await connection.wait_closed()

    async def _lost(self) -> None:
        if self._connection is not None:
            if self._stopping():  # `stop` came between the bind and this loop
                self._connection.close()
            await self._connection.wait_closed()

    async def _connection_keeper(self) -> None:
        """Wait until the connection is lost; its Session asks for signs of life."""
        await self._lost()

    async def _receive_data(self) -> bytes | None:
        """Wait until the connection is lost; it receives."""
        await self._lost()
        return None

    async def _dequeue_messages(self) -> dict[str, object]:
        """Wait until the connection is lost; it sends."""
        await self._lost()
        return {"reason": "connection lost"}

    # Owner of the connection

    def opened(self, connection: Connection) -> None:
        """``connect`` goes on by itself."""

    def bind_requested(self, connection: Connection, pdu: Pdu) -> None:
        """A client is never asked."""

    def bind_answered(self, connection: Connection, status: int) -> None:
        """The bind is decided."""
        if status:
            self._facts.noted(connection, "bind_refused", link=self.name, status=status)
            if status == Status.ESME_RALYBND:
                self._retry.wait_at_least(self._already_bound_s)
        if self._bind_status is not None and not self._bind_status.done():
            self._bind_status.set_result(status)

    def closed(self, connection: Connection, reason: str) -> None:
        """Gone, perhaps before the bind was answered."""
        if self._bind_status is not None and not self._bind_status.done():
            self._bind_status.set_exception(ConnectionResetError(reason))
