"""Our side as a client (ESME): connects and binds to an SMSC or USSD centre, and does so again whenever that ends.

aiosmpplib's ESME gives construction, ``start`` and ``stop``: the life cycle with its reconnection. Its data path is
not used: ``connect`` makes a Connection of ours, which does the work, and the three loops that ESME starts merely wait
until it is lost. When it tries again is for the RetryTimer to say. This room must never know what a message means.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from typing import Final

from aiosmpplib import (  # type: ignore[import-untyped]
    ESME,
    AbstractCorrelator,
    AbstractSequenceGenerator,
    BindMode,
    DeliverSm,
    SmppMessage,
    SmppSessionState,
    SubmitSm,
)

from smpp.connection import Connection, Facts
from smpp.pdu import LENGTH_MAX, BindReceiver, BindTransceiver, BindTransmitter, Pdu, encode
from smpp.retry_timer import RetryTimer, pause_after_refusal_s
from smpp.session import Role, State, Timers
from smpp.status import LinkStatus
from smpp.tls import Tls
from smpp.vocabulary import INTERFACE_VERSION_3_4

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
        misconfigured_s: pause after a refusal that only a change of the configuration can mend: a wrong password.
        retry_timer: delays between attempts.
        tls: where the centre speaks TLS.
        interface_version: 0x34, or 0x50 for a centre that tells its congestion_state.

    Raises:
        ValueError: a value that a bind cannot carry.
        TlsError: a file that cannot be used.
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
        misconfigured_s: float = 300.0,
        retry_timer: RetryTimer | None = None,
        tls: Tls | None = None,
        interface_version: int = INTERFACE_VERSION_3_4,
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
        self._already_bound_s, self._misconfigured_s = already_bound_s, misconfigured_s
        self._tls = tls
        self._context: ssl.SSLContext | None = tls.context() if tls is not None else None
        self._last_error, self._last_error_at = "", 0.0
        self._bind_pdu = _BINDS[bind](
            system_id=system_id,
            password=password,
            system_type=system_type,
            interface_version=interface_version,
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

    @property
    def status(self) -> LinkStatus:
        """What it is doing, as plain values."""
        bound = self.connection
        if not self._running:
            state = "stopped"
        elif bound is not None:
            state = "bound"
        else:
            state = "connecting" if self._bind_status is not None and not self._bind_status.done() else "waiting"
        return LinkStatus(
            name=self.name,
            kind="link",
            host=self.smsc_host,
            port=self.smsc_port,
            tls=self._tls is not None,
            state=state,
            last_error=self._last_error,
            last_error_at=self._last_error_at,
            connections=() if bound is None else (bound.status,),
        )

    async def reload_tls(self) -> None:
        """Read the certificates anew, for the next connection; the present one goes on.

        Raises:
            TlsError: a file that cannot be used; the old certificates stay in use.
        """
        if self._tls is not None:
            self._context = self._tls.context()

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
        context, tls = self._context, self._tls
        server_name = None if tls is None else tls.server_name or self.smsc_host
        try:
            self._opening = loop.create_task(
                loop.create_connection(
                    lambda: connection, self.smsc_host, self.smsc_port, ssl=context, server_hostname=server_name
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
        except (OSError, ValueError) as error:  # TimeoutError is an OSError
            self._failed(str(error) or type(error).__name__)
            connection.close()
            raise
        finally:
            if decided.done() and not decided.cancelled():
                decided.exception()  # seen: asyncio complains of exceptions that nobody has looked at
            decided.cancel()
        self._session_state = self.bind_mode.session_state

    def _failed(self, reason: str) -> None:
        self._last_error, self._last_error_at = reason, time.time()

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
            pause_s = pause_after_refusal_s(
                status, already_bound_s=self._already_bound_s, misconfigured_s=self._misconfigured_s
            )
            self._facts.noted(connection, "bind_refused", link=self.name, status=status, pause_s_min=pause_s)
            if pause_s:
                self._retry.wait_at_least(pause_s)
        if self._bind_status is not None and not self._bind_status.done():
            self._bind_status.set_result(status)

    def outbind_received(self, connection: Connection, pdu: Pdu) -> None:
        """We called, and bind anyway."""
        self._facts.noted(connection, "outbind_ignored", peer=connection.peer)

    def closed(self, connection: Connection, reason: str) -> None:
        """Gone, perhaps before the bind was answered."""
        if connection.bound_at and not self._stopping():  # before a bind, `connect` knows better why
            self._failed(reason)
        if self._bind_status is not None and not self._bind_status.done():
            self._bind_status.set_exception(ConnectionResetError(reason))
