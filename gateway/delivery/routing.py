"""Which connection a reply leaves by: that of its cause while it is bound, else the first route that matches.

A route names doors in order: a link, a listener, or an account of a listener. The first one with a bind that may send
carries the message, however busy it is; the next one is for when there is no such bind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.delivery.compose import Route
from gateway.messages import Outgoing
from gateway.model import Channel, Instant, Msisdn
from smpp.connection import Connection
from smpp.ussd import OutKind, can_open


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One `[[routes]]`: what matches all that it names leaves by the first of `via` that is bound."""

    prefix: str = ""  # of the destination
    short_number: str = ""  # our own address; empty: any
    account: str = ""  # link, listener or account that the cause came by; empty: any
    via: tuple[str, ...] = ()

    def matches(self, outgoing: Outgoing) -> bool:
        return (
            outgoing.destination.startswith(self.prefix)
            and self.short_number in ("", outgoing.source)
            and self.account in ("", outgoing.link, outgoing.account)
        )


class Connections:
    """The bound connections, by number, and those with something to write.

    A connection's number is never used again, not even by the next process: `offset` is what the store says was
    used before. The in-doubt rule depends on it.
    """

    def __init__(self) -> None:
        self.offset = 0
        self._bound: dict[int, Connection] = {}
        self._touched: dict[int, Connection] = {}

    def number(self, connection: Connection) -> int:
        return self.offset + connection.id

    def add(self, connection: Connection) -> None:
        self._bound[self.number(connection)] = connection

    def remove(self, connection: Connection) -> None:
        self._bound.pop(self.number(connection), None)
        self._touched.pop(connection.id, None)

    def get(self, number: int) -> Connection | None:
        return self._bound.get(number)

    def all(self) -> Iterable[Connection]:
        return self._bound.values()

    def __len__(self) -> int:
        return len(self._bound)

    def touch(self, connection: Connection) -> None:
        """It has something to write."""
        self._touched[connection.id] = connection

    def flush(self) -> None:
        """One write for each connection that has something to write."""
        for connection in self._touched.values():
            connection.flush()
        self._touched.clear()


class Routing:
    def __init__(
        self, connections: Connections, routes: Iterable[Route], rules: Iterable[RouteRule], validity_hours: int
    ) -> None:
        self._connections = connections
        self._routes = {route.name: route for route in routes}
        self._rules = tuple(rules)
        self.validity_ms = validity_hours * 3_600_000

    def route(self, connection: Connection) -> Route:
        """How messages are sent over a connection; its name is that of its link or listener."""
        return self._routes[connection.name]

    def choose(self, outgoing: Outgoing) -> Connection | None:
        """The connection for a reply; None while nothing that may carry it is bound."""
        if outgoing.receipt_of:
            return self._account(outgoing.link, outgoing.account)
        own = self._connections.get(outgoing.connection)
        if own is not None and own.may_send:
            return own
        if own is not None:
            partner = self._partner(own)
            if partner is not None:
                return partner
        if outgoing.channel is Channel.USSD:
            # A dialog lives on its own connection, or pair of connections, only; one that is yet to be opened, or is
            # left over from an earlier run, at its account.
            return None if outgoing.connection else self._account(outgoing.link, outgoing.account)
        for rule in self._rules:
            if rule.matches(outgoing):
                return self._first_bound(rule.via)
        if own is None and outgoing.link:
            own = self._free(one for one in self._connections.all() if self._is_peer(one, outgoing))
            if own is not None:
                return own
        return self._first_bound((outgoing.link, *(name for name in self._routes if name != outgoing.link)))

    def opener(self, destination: Msisdn, source: str, act: OutKind) -> Connection | None:
        """Where a dialog with that number may be opened: bound, and of a dialect that can; None: nowhere."""
        outgoing = Outgoing(Channel.USSD, destination, source, "", Instant(0), 0)
        names = next((rule.via for rule in self._rules if rule.matches(outgoing)), tuple(self._routes))
        for name in names:
            named = [one for one in self._connections.all() if self._is_named(one, name)]
            able = [one for one in named if can_open(self.route(one).dialect, act)]
            if (found := self._free(one for one in able if one.may_send)) is not None:
                return found
        return None

    def _first_bound(self, names: Iterable[str]) -> Connection | None:
        for name in names:
            found = self._free(one for one in self._connections.all() if self._is_named(one, name))
            if found is not None:
                return found
        return None

    def _free(self, connections: Iterable[Connection]) -> Connection | None:
        """The first one whose window has room, of those that may send; else any of them."""
        best: Connection | None = None
        for connection in connections:
            if connection.may_send:
                if connection.window_free:
                    return connection
                best = best or connection
        return best

    def _is_named(self, connection: Connection, name: str) -> bool:
        """A route names links and listeners, and accounts of listeners."""
        if connection.name == name:
            return True
        return connection.system_id == name and self._routes[connection.name].server

    def _is_peer(self, connection: Connection, outgoing: Outgoing) -> bool:
        return (connection.name, connection.system_id) == (outgoing.link, outgoing.account)

    def _partner(self, own: Connection) -> Connection | None:
        """The other one of two binds for the two directions: same door, same account."""
        return self._account(own.name, own.system_id)

    def _account(self, name: str, system_id: str) -> Connection | None:
        for connection in self._connections.all():
            if connection.may_send and (connection.name, connection.system_id) == (name, system_id):
                return connection
        return None
