"""Paid subscriptions: which there are, stopping one or all, and keeping new ones away.

They are the services of content providers, connected and renewed like all services.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.products import Period, Service
from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import ConnectedService, ServiceStatus, Subscriber, SubscriptionId
from gateway.rules import confirmations
from gateway.rules.calendar import local
from gateway.rules.instead import instead
from gateway.rules.naming import LIST_ROOM, abridged, grouped, name_in, numbered
from gateway.rules.renewing import renewal_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Command):
    """The menu: 1 list, 2 stop one, 3 stop all, 4 no new ones, 5 new ones again."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban(Command):
    """No new subscription can be connected from now on; those that are on stay."""

    name = "subscription.ban"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow(Command):
    """New subscriptions can be connected again."""

    name = "subscription.allow"


NAMES_ROOM = 70  # characters for the names in a question, which has two codes besides


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


def _subscriptions(command: Command, uow: UnitOfWork) -> list[tuple[ConnectedService, Service]]:
    """Those that are on, by id. What was paid once and is never charged again is none."""
    services = uow.products.services
    on = [(each, services[each.id]) for each in _subject(command, uow).services if each.id in services]
    found = [(each, service) for each, service in on if service.content and service.period is not Period.ONCE]
    return sorted(found, key=lambda each: each[0].id)


def _none(command: Command) -> Outcome:
    return Outcome(replies=(Reply(command.actor, "subscription-none"),))


@handles(Menu)
def menu(command: Menu, uow: UnitOfWork) -> Outcome:
    """Where no menu can be shown: how many there are, and the codes."""
    found = _subscriptions(command, uow)
    if not found:
        return _none(command)
    return Outcome(replies=(Reply(command.actor, "subscription-menu", {"count": len(found)}),))


@handles(List)
def show(command: List, uow: UnitOfWork) -> Outcome:
    """By period, with the days of the next charges; those that wait for money by themselves."""
    found = _subscriptions(command, uow)
    if not found:
        return _none(command)
    lines: list[tuple[str, str]] = []
    room = LIST_ROOM[uow.language]
    for on, service in found:
        line = numbered(service.id, service.names, service.price_minor, uow.language)
        if on.status is ServiceStatus.SUSPENDED:
            group = "suspended"
        else:
            group = service.period.value
            line += f" ({local(on.paid_until, uow.operator):%d.%m})" if on.paid_until > command.at else ""
        room -= len(line)
        if room < 0 and lines:
            break
        lines.append((group, line))
    arguments = grouped(lines, "month", "day", "suspended") | {
        "currency": uow.operator.currency,
        "rest": len(found) - len(lines),
        "id": str(found[0][1].id),
    }
    return Outcome(replies=(Reply(command.actor, "subscription-list", arguments),))


@handles(Stop, refuses=["unknown_subscription"])
def stop(command: Stop, uow: UnitOfWork) -> Outcome:
    """As any service is disconnected. Whoever names another service that is on means that one."""
    if command.subscription is None:
        found = _subscriptions(command, uow)
        if not found:
            return _none(command)
        lines = abridged(
            [f"{each.id} {name_in(each.names, uow.language)}" for _, each in found], LIST_ROOM[uow.language], "\n"
        )
        arguments = {"lines": f"\n{lines}", "id": str(found[0][1].id)}
        return Outcome(replies=(Reply(command.actor, "subscription-which", arguments),))
    wanted = int(command.subscription)
    on = {each.id for each in _subject(command, uow).services}
    content = {each.id for each in uow.products.services.values() if each.content}
    if wanted not in on | content:
        return refused(command, "unknown_subscription", id=str(wanted))
    return instead(command, "services.disconnect", service=wanted)


@handles(StopAll)
def stop_all(command: StopAll, uow: UnitOfWork) -> Outcome:
    """One question for all of them; what was paid is not returned."""
    found = _subscriptions(command, uow)
    if not found:
        return _none(command)
    if command.confirmed is None:
        names = abridged([name_in(each.names, uow.language) for _, each in found], NAMES_ROOM)
        arguments = {"names": names, "count": len(found)}
        return confirmations.ask_actor(command, uow, text="subscription-stop_all_ask", arguments=arguments)
    gone = {on.id for on, _ in found}
    subscriber = _subject(command, uow)
    left = tuple(each for each in subscriber.services if each.id not in gone)
    return Outcome(
        replies=(Reply(command.actor, "subscription-stopped_all", {"count": len(found)}),),
        changed=(msgspec.structs.replace(subscriber, services=left),),
        timers_cancelled=tuple(renewal_key(command.msisdn, each) for each in sorted(gone)),
    )


@handles(Ban)
def ban(command: Ban, uow: UnitOfWork) -> Outcome:
    """A free service, whose being on is the ban."""
    return instead(command, "services.connect", service=uow.products.subscription.ban)


@handles(Allow)
def allow(command: Allow, uow: UnitOfWork) -> Outcome:
    return instead(command, "services.disconnect", service=uow.products.subscription.ban)
