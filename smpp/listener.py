"""Our side as a server: accepts binds from USSD gateways, SMS hubs and phones.

Any number of accounts, and of binds at once; passwords are argon2 hashes and are verified in threads of their own, so
that a guess never stops the traffic. What comes out is the same ``Facts`` as from a link. This room must never know
what a message means, and never tell an unknown system_id from a wrong password by the time it takes.

Statuses of a refused bind (SMPP 3.4 5.1.3): ESME_RINVSYSID unknown system_id; ESME_RINVPASWD wrong password;
ESME_RBINDFAIL a kind of bind that the account may not use; ESME_RALYBND as many binds as ``sessions_max`` allows, the
one status that clients meet with a long pause rather than with an alarm. The last two are told only to those who know
the password.
"""

from __future__ import annotations

import asyncio
import enum
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import argon2
import msgspec

from smpp.connection import Connection, Facts
from smpp.pdu import LENGTH_MAX, BindReceiver, BindTransceiver, BindTransmitter, Pdu
from smpp.session import NotAllowed, Role, Timers
from smpp.vocabulary import Status

VERIFY_THREADS = 2  # argon2 takes some 64 MiB and 50 ms each: this bounds what a storm of guesses can cost
UNBOUND_MAX = 64  # connections that have not bound yet


class BindMode(enum.Enum):
    """The three kinds of bind."""

    RECEIVER = "receiver"
    TRANSMITTER = "transmitter"
    TRANSCEIVER = "transceiver"


ALL_MODES = frozenset(BindMode)
_MODES = {
    int(BindReceiver.command_id): BindMode.RECEIVER,
    int(BindTransmitter.command_id): BindMode.TRANSMITTER,
    int(BindTransceiver.command_id): BindMode.TRANSCEIVER,
}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who may bind.

    Args:
        password_hash: argon2, in its encoded form ``$argon2id$...``.
        modes: kinds of bind that are allowed.
        sessions_max: binds at once.
        window: our requests that may be outstanding on each bind.
    """

    system_id: str
    password_hash: str
    modes: frozenset[BindMode] = ALL_MODES
    sessions_max: int = 10
    window: int = 10


class ListenerError(Exception):
    """The listener cannot start; the text says where and what to do."""


class Listener:
    """An SMPP server.

    Args:
        host: address to listen on.
        port: 0 takes any free one; ``port`` tells which after ``start``.
        accounts: who may bind.
        facts: gets everything that happens.
        name: for logs and routes.
        system_id: how we present ourselves in bind responses, at most 15 characters.
        timers: of each session, in seconds.
        length_max: of a PDU, octets.
        unbound_max: connections without a bind at once; one more is closed at once.
        tls: serves TLS where given.
    """

    def __init__(
        self,
        host: str,
        port: int,
        accounts: Iterable[Account],
        facts: Facts,
        *,
        name: str = "listener",
        system_id: str = "ussdgw",
        timers: Timers | None = None,
        length_max: int = LENGTH_MAX,
        unbound_max: int = UNBOUND_MAX,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.name = name
        self.system_id = system_id
        self._accounts = {account.system_id: account for account in accounts}
        self._facts = facts
        self._timers = timers or Timers()
        self._length_max = length_max
        self._unbound_max = unbound_max
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._verifying: set[asyncio.Task[None]] = set()
        self._threads: ThreadPoolExecutor | None = None
        self._hasher = argon2.PasswordHasher()
        self._dummy_hash = _like(self._hasher, self._accounts.values())

    @property
    def connections(self) -> list[Connection]:
        """The bound connections, oldest first."""
        return sorted((one for one in self._connections if one.bound), key=lambda one: one.id)

    async def start(self) -> None:
        """Listen.

        Raises:
            ListenerError: the address or the port cannot be had.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._new_connection, self.host, self.port, ssl=self._tls)
        except OSError as error:
            raise ListenerError(
                f"cannot listen on {self.host}:{self.port}: {error.strerror or error}. "
                "Is another gateway running? Stop it, or give this listener another port."
            ) from error
        self._threads = ThreadPoolExecutor(VERIFY_THREADS, thread_name_prefix=f"smpp-{self.name}")
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Accept no more, unbind every peer, wait for their responses within ``unbind_response_s``, close."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._verifying):
            task.cancel()
        connections = tuple(self._connections)
        for connection in connections:
            connection.close()
        # Session and Connection time out by themselves, so this wait is bounded.
        await asyncio.gather(*(connection.wait_closed() for connection in connections))
        await self._server.wait_closed()
        self._server = None
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    def _new_connection(self) -> Connection:
        return Connection(
            Role.MC,
            name=self.name,
            facts=self._facts,
            owner=self,
            timers=self._timers,
            length_max=self._length_max,
        )

    # Owner of the connections

    def opened(self, connection: Connection) -> None:
        """TCP is up: one more who may or may not bind."""
        unbound = sum(not one.bound for one in self._connections)
        self._connections.add(connection)
        if unbound >= self._unbound_max:
            self._facts.noted(connection, "connection_refused", peer=connection.peer, unbound_max=self._unbound_max)
            connection.close(unbind=False)

    def bind_requested(self, connection: Connection, pdu: Pdu) -> None:
        """Verify in a thread; everything else on this loop goes on meanwhile."""
        task = asyncio.get_running_loop().create_task(self._decide(connection, pdu))
        self._verifying.add(task)
        task.add_done_callback(self._verifying.discard)

    def bind_answered(self, connection: Connection, status: int) -> None:
        """A server never binds."""

    def closed(self, connection: Connection, reason: str) -> None:
        """Forget the connection."""
        self._connections.discard(connection)

    # Who may bind

    async def _decide(self, connection: Connection, pdu: Pdu) -> None:
        if not isinstance(pdu, BindTransceiver | BindReceiver | BindTransmitter):
            raise TypeError(f"{type(pdu).__name__} is no bind")
        account = self._accounts.get(pdu.system_id)
        encoded = self._dummy_hash if account is None else account.password_hash
        matches = await asyncio.get_running_loop().run_in_executor(
            self._threads, _verified, self._hasher, encoded, pdu.password
        )
        status = self._judge(account, matches, pdu)
        try:
            if status or account is None:
                connection.refuse_bind(pdu, int(status))
                self._facts.noted(
                    connection, "bind_refused", peer=connection.peer, system_id=pdu.system_id, status=int(status)
                )
            else:
                connection.system_id = pdu.system_id
                connection.window = account.window
                connection.accept_bind(pdu, self.system_id)
        except NotAllowed:
            pass  # the peer hung up while its password was being verified

    def _judge(self, account: Account | None, matches: bool, pdu: Pdu) -> int:
        if account is None:
            return Status.ESME_RINVSYSID
        if not matches:
            return Status.ESME_RINVPASWD
        if _MODES[int(pdu.command_id)] not in account.modes:
            return Status.ESME_RBINDFAIL
        bound = sum(one.bound and one.system_id == account.system_id for one in self._connections)
        return Status.ESME_RALYBND if bound >= account.sessions_max else Status.ESME_ROK


def _verified(hasher: argon2.PasswordHasher, encoded: str, password: str) -> bool:
    """Whether the password is right; takes its time, so for a thread."""
    try:
        return hasher.verify(encoded, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _like(hasher: argon2.PasswordHasher, accounts: Iterable[Account]) -> str:
    """A hash that costs as much to verify as an account's, for those who have none."""
    for account in accounts:
        try:
            parameters = argon2.extract_parameters(account.password_hash)
        except argon2.exceptions.InvalidHashError:
            continue
        return argon2.PasswordHasher.from_parameters(parameters).hash("no such account")
    return hasher.hash("no such account")
