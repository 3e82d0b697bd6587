"""Our side as a server: accepts binds from USSD gateways, SMS hubs and phones.

Any number of accounts, and of binds at once; passwords are argon2 hashes and are verified in threads of their own, so
that a guess never stops the traffic. What comes out is the same ``Facts`` as from a link. This room must never know
what a message means, and never tell an unknown system_id from a wrong password by the time it takes.

Statuses of a refused bind (SMPP 3.4 5.1.3): ESME_RINVSYSID unknown system_id; ESME_RINVPASWD wrong password;
ESME_RBINDFAIL a kind of bind that the account may not use, or an address that it may not come from; ESME_RALYBND as
many binds as ``sessions_max`` allows, the one status that clients meet with a long pause rather than with an alarm. The
last two are told only to those who know the password. Who asks for more than his account's limits gets ESME_RTHROTTLED.
"""

from __future__ import annotations

import asyncio
import enum
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import argon2
import msgspec

from smpp.admission import Guesses, Networks
from smpp.connection import Connection, Facts
from smpp.door import Door, ListenerError
from smpp.limits import RequestLimits, TokenBucket
from smpp.pdu import LENGTH_MAX, BindReceiver, BindTransceiver, BindTransmitter, Pdu
from smpp.session import NotAllowed, Role, State, Timers
from smpp.status import LinkStatus
from smpp.tls import Tls
from smpp.vocabulary import Status

__all__ = ["ALL_MODES", "UNBOUND_MAX", "Account", "BindMode", "Listener", "ListenerError"]

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
        allowed_networks: in CIDR notation; empty: from anywhere.
        requests_per_s: requests of all its binds together; 0: any number. One second's worth may come at once.
        unanswered_max: requests of one bind that we have not answered yet; None: any number.
    """

    system_id: str
    password_hash: str
    modes: frozenset[BindMode] = ALL_MODES
    sessions_max: int = 10
    window: int = 10
    allowed_networks: tuple[str, ...] = ()
    requests_per_s: float = 0.0
    unanswered_max: int | None = None


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
        unbound_max: connections without a bind at once; for one more the oldest is closed: who means it binds at
            once, who holds connections open waits.
        tls: serves TLS where given.
        allowed_networks: in CIDR notation; empty: connections from anywhere.
        bad_password_pause_s_max: the longest that an address with wrong passwords is kept waiting; 0: never.
        system_id_octets_max, password_octets_max: longer ones in a bind are wrong, whatever the accounts say; 0: any
            length. SMPP 3.4 4.1.1 has 15 and 8, real clients use more.

    Raises:
        ValueError: a network that is none.
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
        tls: Tls | None = None,
        allowed_networks: Iterable[str] = (),
        bad_password_pause_s_max: float = 8.0,
        system_id_octets_max: int = 0,
        password_octets_max: int = 0,
    ) -> None:
        self.host = host
        self.name = name
        self.system_id = system_id
        self._accounts = {account.system_id: account for account in accounts}
        self._facts = facts
        self._timers = timers or Timers()
        self._length_max = length_max
        self._unbound_max = unbound_max
        self._tls = tls
        self._door = Door(host, port, self._new_connection, tls, self._timers.session_init_s)
        self._networks = Networks(allowed_networks)
        self._account_networks = {each.system_id: Networks(each.allowed_networks) for each in self._accounts.values()}
        self._buckets: dict[str, TokenBucket] = {}
        self._guesses = Guesses(bad_password_pause_s_max)
        self._octets_max = (system_id_octets_max, password_octets_max)
        self._running = False
        self._last_error, self._last_error_at = "", 0.0
        self._connections: set[Connection] = set()
        self._verifying: set[asyncio.Task[None]] = set()
        self._threads: ThreadPoolExecutor | None = None
        self._hasher = argon2.PasswordHasher()
        self._dummy_hash = _like(self._hasher, self._accounts.values())

    @property
    def connections(self) -> list[Connection]:
        """The bound connections, oldest first."""
        return sorted((one for one in self._connections if one.bound), key=lambda one: one.id)

    @property
    def port(self) -> int:
        """Where we listen."""
        return self._door.port

    @property
    def status(self) -> LinkStatus:
        """What it is doing, as plain values."""
        bound = self.connections
        return LinkStatus(
            name=self.name,
            kind="listener",
            host=self.host,
            port=self.port,
            tls=self._tls is not None,
            state="listening" if self._running else "stopped",
            last_error=self._last_error,
            last_error_at=self._last_error_at,
            connections=tuple(each.status for each in bound),
            unbound=len(self._connections) - len(bound),
        )

    async def start(self) -> None:
        """Listen.

        Raises:
            ListenerError: the address or the port cannot be had.
            TlsError: a file that cannot be used.
        """
        await self._door.open()
        self._running = True
        self._threads = ThreadPoolExecutor(VERIFY_THREADS, thread_name_prefix=f"smpp-{self.name}")

    async def reload_tls(self) -> None:
        """Read the certificates anew, for the connections that come from now on.

        Raises:
            TlsError: a file that cannot be used; the old certificates stay in use.
        """
        await self._door.reload()

    def close_door(self) -> None:
        """Accept no more; the connections that are up stay."""
        self._door.close()

    async def stop(self) -> None:
        """Accept no more, unbind every peer, wait for their responses within ``unbind_response_s``, close."""
        if not self._running:
            return
        self._running = False
        self._door.close()
        for task in tuple(self._verifying):
            task.cancel()
        connections = tuple(self._connections)
        for connection in connections:
            connection.close()
        # Session and Connection time out by themselves, so this wait is bounded.
        await asyncio.gather(*(connection.wait_closed() for connection in connections))
        await self._door.wait_closed()
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
        if not self._networks.allow(connection.peer_host):
            self._refuse(connection, "address_refused")
            connection.close(unbind=False)
            return
        unbound = [one for one in self._connections if not one.bound]
        self._connections.add(connection)
        if len(unbound) >= self._unbound_max:
            # One whose password is being verified has done its part, and goes last.
            oldest = min(unbound, key=lambda one: (one.deciding, one.id))
            self._refuse(oldest, "connection_refused", unbound_max=self._unbound_max)
            self._connections.discard(oldest)
            oldest.close(unbind=False)

    def _refuse(self, connection: Connection, event: str, **fields: object) -> None:
        self._last_error, self._last_error_at = f"{event} {connection.peer}", time.time()
        self._facts.noted(connection, event, peer=connection.peer, **fields)

    def bind_requested(self, connection: Connection, pdu: Pdu) -> None:
        """Verify in a thread; everything else on this loop goes on meanwhile."""
        task = asyncio.get_running_loop().create_task(self._decide(connection, pdu))
        self._verifying.add(task)
        task.add_done_callback(self._verifying.discard)

    def bind_answered(self, connection: Connection, status: int) -> None:
        """A server never binds."""

    def outbind_received(self, connection: Connection, pdu: Pdu) -> None:
        """Only an ESME is asked to bind; the Session of a server never reports it."""

    def closed(self, connection: Connection, reason: str) -> None:
        """Forget the connection."""
        self._connections.discard(connection)

    # Who may bind

    async def _decide(self, connection: Connection, pdu: Pdu) -> None:
        if not isinstance(pdu, BindTransceiver | BindReceiver | BindTransmitter):
            raise TypeError(f"{type(pdu).__name__} is no bind")
        loop = asyncio.get_running_loop()
        address = connection.peer_host
        pause_s = self._guesses.wait_s(address, loop.time())
        if pause_s:
            self._facts.noted(connection, "bind_slowed", peer=connection.peer, pause_s=round(pause_s, 2))
            await asyncio.sleep(pause_s)
            if connection.state is State.CLOSED:
                return
        name_max, password_max = self._octets_max
        account = None if 0 < name_max < len(pdu.system_id) else self._accounts.get(pdu.system_id)
        encoded = self._dummy_hash if account is None else account.password_hash
        matches = await loop.run_in_executor(self._threads, _verified, self._hasher, encoded, pdu.password)
        if 0 < password_max < len(pdu.password):
            matches = False
        status = self._judge(account, matches, pdu, address)
        if status in (Status.ESME_RINVSYSID, Status.ESME_RINVPASWD):
            self._guesses.failed(address, loop.time())
        else:
            self._guesses.succeeded(address)
        try:
            if status or account is None:
                connection.refuse_bind(pdu, int(status))
                self._refuse(connection, "bind_refused", system_id=pdu.system_id, status=int(status))
            else:
                connection.system_id = pdu.system_id
                connection.window = account.window
                self._limit(connection, account, loop.time())
                connection.accept_bind(pdu, self.system_id)
        except NotAllowed:
            pass  # the peer hung up while its password was being verified

    def _limit(self, connection: Connection, account: Account, now: float) -> None:
        """What the account may ask of us; a bind without limits pays nothing for those of others."""
        rate_per_s = account.requests_per_s
        if rate_per_s and account.system_id not in self._buckets:
            self._buckets[account.system_id] = TokenBucket(rate_per_s, max(1.0, rate_per_s), now)
        bucket = self._buckets.get(account.system_id)
        if bucket is not None or account.unanswered_max is not None:
            connection.limits = RequestLimits(bucket, account.unanswered_max)

    def _judge(self, account: Account | None, matches: bool, pdu: Pdu, address: str) -> int:
        if account is None:
            return Status.ESME_RINVSYSID
        if not matches:
            return Status.ESME_RINVPASWD
        if _MODES[int(pdu.command_id)] not in account.modes:
            return Status.ESME_RBINDFAIL
        if not self._account_networks[account.system_id].allow(address):
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
