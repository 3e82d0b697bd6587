"""The black list: who cannot call or write to this number."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import BarredNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Connects the service after a question with its price."""

    name = "blacklist.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    """Disconnects the service after a question."""

    name = "blacklist.disconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The numbers on the list."""

    name = "blacklist.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Command):
    """Adds a number or a sender to the list."""

    name = "blacklist.bar"
    barred: BarredNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbar(Command):
    """Takes a number or a sender off the list."""

    name = "blacklist.unbar"
    barred: BarredNumber
