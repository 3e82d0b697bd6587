"""Paid subscriptions: which there are, and stopping them."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import SubscriptionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Command):
    """The menu: 1 list, 2 stop one, 3 stop all."""

    name = "subscription.menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The paid subscriptions with their ids, prices and next charges."""

    name = "subscription.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Command):
    """Stops one after a question; without its id, asks which."""

    name = "subscription.stop"
    subscription: SubscriptionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAll(Command):
    """Stops all after a question."""

    name = "subscription.stop_all"
