"""A link that waits for its centre to call: outbind (SMPP 3.4 2.2.1 and 4.1.7).

The centre opens the connection, says outbind with a name and a password, and is answered with bind_receiver on that
same connection. A wrong password is not answered: the connection is closed. Such a link receives only; replies leave
by another one. Its interface is that of ``Link``.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Iterable

from smpp.admission import Networks
from smpp.connection import Connection, Facts
from smpp.door import Door
from smpp.pdu import LENGTH_MAX, BindReceiver, Outbind, Pdu, encode
from smpp.session import Role, Timers
from smpp.status import LinkStatus
from smpp.tls import Tls
from smpp.vocabulary import INTERFACE_VERSION_3_4

__all__ = ["CALLS_MAX", "OutbindLink"]

CALLS_MAX = 16  # connections of centres at once, bound or not; one more is closed


class OutbindLink:
    """An SMPP client that is called. ``await start()`` runs until ``stop()``.

    Args:
        host, port: where we listen; port 0 takes any free one.
        system_id, password: what we bind with.
        outbind_system_id, outbind_password: what the centre must say; an empty name allows any, an empty password none.
        facts: gets everything that happens.
        tls: we are the server of the TLS connection.
        allowed_networks: where the centre may call from, in CIDR notation; empty: anywhere.

    Raises:
        ValueError: a value that a bind cannot carry, or a network that is none.
    """

    def __init__(
        self,
        host: str,
        port: int,
        system_id: str,
        password: str,
        facts: Facts,
        *,
        outbind_password: str,
        outbind_system_id: str = "",
        name: str = "link",
        system_type: str = "",
        window: int = 10,
        timers: Timers | None = None,
        length_max: int = LENGTH_MAX,
        tls: Tls | None = None,
        allowed_networks: Iterable[str] = (),
        interface_version: int = INTERFACE_VERSION_3_4,
    ) -> None:
        if not outbind_password:
            raise ValueError("outbind_password is empty: anybody could pose as the centre")
        self.name, self.system_id, self.host = name, system_id, host
        self._facts = facts
        self._timers = timers or Timers()
        self._window, self._length_max = window, length_max
        self._expected = (outbind_system_id, outbind_password)
        self._networks = Networks(allowed_networks)
        self._bind_pdu = BindReceiver(
            system_id=system_id, password=password, system_type=system_type, interface_version=interface_version
        )
        encode(self._bind_pdu, lenient=True)  # a value that cannot be sent is a fault of now, not of each call
        self._tls = tls
        self._door = Door(host, port, self._called, tls, self._timers.session_init_s)
        self._connections: set[Connection] = set()
        self._running = False
        self._stopped = asyncio.Event()
        self._last_error, self._last_error_at = "", 0.0

    @property
    def port(self) -> int:
        """Where we listen."""
        return self._door.port

    @property
    def connection(self) -> Connection | None:
        """The oldest bound connection, if there is one."""
        return min((one for one in self._connections if one.bound), key=lambda one: one.id, default=None)

    @property
    def status(self) -> LinkStatus:
        """What it is doing, as plain values."""
        bound = sorted((one for one in self._connections if one.bound), key=lambda one: one.id)
        waiting = "listening" if self._running else "stopped"
        return LinkStatus(
            name=self.name,
            kind="link",
            host=self.host,
            port=self.port,
            tls=self._tls is not None,
            state="bound" if bound else waiting,
            last_error=self._last_error,
            last_error_at=self._last_error_at,
            connections=tuple(one.status for one in bound),
            unbound=len(self._connections) - len(bound),
        )

    async def open(self) -> None:
        """Listen.

        Raises:
            ListenerError: the address or the port cannot be had.
            TlsError: a file that cannot be used.
        """
        await self._door.open()
        self._running = True

    async def start(self) -> None:
        """Take calls until ``stop``; listens first, if ``open`` has not been called."""
        if not self._running:
            await self.open()
        await self._stopped.wait()

    async def reload_tls(self) -> None:
        """Read the certificates anew, for the calls that come from now on; raises TlsError and keeps the old ones."""
        await self._door.reload()

    async def stop(self) -> None:
        """Take no more calls, unbind, close, and end ``start``."""
        self._running = False
        self._stopped.set()
        self._door.close()
        connections = tuple(self._connections)
        for connection in connections:
            connection.close()
        await asyncio.gather(*(connection.wait_closed() for connection in connections))
        await self._door.wait_closed()

    def _called(self) -> Connection:
        return Connection(
            Role.ESME,
            name=self.name,
            facts=self._facts,
            owner=self,
            timers=self._timers,
            window=self._window,
            length_max=self._length_max,
        )

    def _refuse(self, connection: Connection, event: str) -> None:
        self._last_error, self._last_error_at = f"{event} {connection.peer}", time.time()
        self._facts.noted(connection, event, peer=connection.peer)
        connection.close(unbind=False)

    # Owner of the connections

    def opened(self, connection: Connection) -> None:
        """A call; what matters is what it says first."""
        if not self._networks.allow(connection.peer_host):
            self._refuse(connection, "address_refused")
        elif len(self._connections) >= CALLS_MAX:
            self._refuse(connection, "connection_refused")
        else:
            self._connections.add(connection)

    def outbind_received(self, connection: Connection, pdu: Pdu) -> None:
        """Bind, if it is our centre that asks."""
        name, password = self._expected
        known = isinstance(pdu, Outbind) and hmac.compare_digest(pdu.password.encode(), password.encode())
        if not known or (name and getattr(pdu, "system_id", "") != name):
            self._refuse(connection, "outbind_refused")
            return
        connection.system_id = self.system_id
        connection.bind(self._bind_pdu)

    def bind_requested(self, connection: Connection, pdu: Pdu) -> None:
        """A client is never asked."""

    def bind_answered(self, connection: Connection, status: int) -> None:
        """The bind is decided; the next attempt is the centre's."""
        if status:
            self._facts.noted(connection, "bind_refused", link=self.name, status=status)
            self._last_error, self._last_error_at = f"bind refused with status 0x{status:X}", time.time()
            connection.close(unbind=False)

    def closed(self, connection: Connection, reason: str) -> None:
        """Forget the connection."""
        self._connections.discard(connection)
