"""Services: which are on, which can be had and for how much, connecting and disconnecting them.

A paid service is connected after a question that shows price, period and renewal; its first charge falls at
connection, and each later one when the time that is paid for ends, by a timer. Without money the service waits: it is
tried once a day and whenever money comes in, and switched off after a month of that. Disconnecting returns no money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import msgspec

from gateway.catalogue.products import Names, Period, Products, Service
from gateway.commands import Command, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import (
    DAY_MS,
    NO_MONEY,
    SERVICES,
    Account,
    ConnectedService,
    Entry,
    Instant,
    Language,
    Money,
    ServiceId,
    ServiceStatus,
    Subscriber,
    SubscriberStatus,
    TariffId,
)
from gateway.rules import confirmations
from gateway.rules.naming import LIST_ROOM, grouped, name_in, nameless, numbered
from gateway.rules.paying import missing_for, waiting_for_money
from gateway.rules.renewing import SELDOM_DAYS, fees_stand, period_end, renewal, renewal_key


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    name = "services.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue(Command):
    name = "services.catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    name = "services.connect"
    service: ServiceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    name = "services.disconnect"
    service: ServiceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew(Command):
    """The time that was paid for has ended, or a waiting service is tried again."""

    name = "services.renew"
    own = True
    service: ServiceId


CHARGE = "service"
"""The kind of the ledger entries of a service's price."""

NEAREST_MAX = 2
NEAREST_LIKENESS_MIN = 0.5  # one digit of two right: what a slip of the finger leaves

GROUP_HEAD = 13  # "\nБесплатно:" and the like, and a little

ASK = {
    Period.MONTH: "services-connect_ask_month",
    Period.DAY: "services-connect_ask_day",
    Period.ONCE: "services-connect_ask_once",
}
ASK_AGAIN = {
    Period.MONTH: "services-connect_again_month",
    Period.DAY: "services-connect_again_day",
    Period.ONCE: "services-connect_again_once",
}


def _subscriber(command: Command, uow: UnitOfWork) -> Subscriber:
    """The number that the command is about. The dispatcher has checked that it exists."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


def _service(products: Products, service: ServiceId) -> Service:
    """A connected service. One that the catalogue has lost can still be seen and switched off, by its id."""
    found = products.services.get(service)
    return found if found is not None else Service(service, nameless(service), open=False)


def _tariff_names(products: Products, tariff: TariffId) -> Names:
    found = products.tariffs.get(tariff)
    return found.names if found is not None else nameless(tariff)


def _line(service: Service, language: Language) -> str:
    return numbered(service.id, service.names, service.price_minor, language)


def _group(service: Service) -> str:
    return service.period.value if service.price_minor else "free"


GROUPS = ("month", "day", "once", "free")


@handles(List)
def show(command: List, uow: UnitOfWork) -> Outcome:
    """What is on: paid by period, free, suspended; and what it comes to."""
    subscriber = _subscriber(command, uow)
    if not subscriber.services:
        return Outcome(replies=(Reply(command.actor, "services-list_empty"),))
    language = uow.language
    lines: list[tuple[str, str]] = []
    totals = {"month": 0, "day": 0, "once": 0, "free": 0}
    for connected in sorted(subscriber.services, key=lambda each: each.id):
        service = _service(uow.products, connected.id)
        suspended = connected.status is ServiceStatus.SUSPENDED
        group = "suspended" if suspended else _group(service)
        lines.append((group, _line(service, language)))
        if not suspended:
            totals[group] += service.price_minor
    arguments = grouped(lines, *GROUPS, "suspended") | {
        "currency": uow.operator.currency,
        "month_total": totals["month"],
        "day_total": totals["day"],
    }
    return Outcome(replies=(Reply(command.actor, "services-list", arguments),))


@handles(Catalogue)
def catalogue(command: Catalogue, uow: UnitOfWork) -> Outcome:
    """What this number could connect, as much as fits in three SMS, and how many more there are."""
    subscriber = _subscriber(command, uow)
    language = uow.language
    offered = sorted(_offered(subscriber, uow.products), key=lambda each: (GROUPS.index(_group(each)), each.id))
    if not offered:
        return Outcome(replies=(Reply(command.actor, "services-catalogue_empty"),))
    lines: list[tuple[str, str]] = []
    room = LIST_ROOM[language]
    last_group = ""
    for service in offered:
        group, line = _group(service), _line(service, language)
        room -= len(line) + (GROUP_HEAD if group != last_group else 0)
        if room < 0 and lines:
            break
        lines.append((group, line))
        last_group = group
    arguments = grouped(lines, *GROUPS) | {
        "currency": uow.operator.currency,
        "rest": len(offered) - len(lines),
        "id": str(offered[0].id),
    }
    return Outcome(replies=(Reply(command.actor, "services-catalogue", arguments),))


def _offered(subscriber: Subscriber, products: Products) -> list[Service]:
    """The services that can be connected at this tariff and are not on."""
    on = {connected.id for connected in subscriber.services}
    return [
        service
        for service in products.services.values()
        if service.open
        and service.id not in on
        and subscriber.tariff not in service.forbids_tariffs
        and (not service.needs_tariffs or subscriber.tariff in service.needs_tariffs)
    ]


CONNECT_REFUSALS = (
    "unknown_service", "closed", "banned", "excluded", "needs_tariff", "tariff_forbids", "not_enough_money",
)  # fmt: skip


@handles(Connect, refuses=CONNECT_REFUSALS)
def connect(command: Connect, uow: UnitOfWork) -> Outcome:
    """Switches a service on: a free one at once, a paid one after a question; saying it again shows the state."""
    subscriber = _subscriber(command, uow)
    on = subscriber.service(command.service)
    if on is not None:
        return _state(command, _service(uow.products, command.service), on)
    service = uow.products.services.get(command.service)
    if service is None:
        return _unknown(command, _offered(subscriber, uow.products), uow.language)
    refusal = _connect_refusal(command, subscriber, service, uow.products)
    if refusal is not None:
        return refusal
    price = service.price_minor
    if not price:
        return _connected_free(command, subscriber, service)
    account = uow.account(subscriber.account)
    missing = account.floor + price - account.balance
    if missing > 0:
        return refused(
            command, "not_enough_money", name=service.names, price=price, missing=missing, id=str(service.id)
        )
    confirmed = command.confirmed
    if confirmed is None or confirmed.price != price:
        text = (ASK if confirmed is None else ASK_AGAIN)[service.period]
        question = {"name": service.names, "price": price}
        return confirmations.ask_actor(command, uow, text=text, arguments=question, price=price)
    return _connected_paid(command, uow, subscriber, service, Money(account.balance - price))


def _connect_refusal(command: Connect, subscriber: Subscriber, service: Service, products: Products) -> Outcome | None:
    """What forbids it, money apart. An exclusion counts whichever of the two services names it."""
    if not service.open:
        return refused(command, "closed", name=service.names)
    if service.content and subscriber.service(products.subscription.ban) is not None:
        return refused(command, "banned", name=service.names)
    tariff = subscriber.tariff
    if tariff in service.forbids_tariffs:
        return refused(command, "tariff_forbids", name=service.names, tariff=_tariff_names(products, tariff))
    if service.needs_tariffs and tariff not in service.needs_tariffs:
        needed = _tariff_names(products, min(service.needs_tariffs))
        return refused(command, "needs_tariff", name=service.names, tariff=needed)
    for connected in subscriber.services:
        other = products.services.get(connected.id)
        if connected.id in service.excludes or (other is not None and service.id in other.excludes):
            names = _service(products, connected.id).names
            return refused(command, "excluded", name=service.names, other=names, id=str(connected.id))
    return None


def _with(subscriber: Subscriber, service: ConnectedService) -> Subscriber:
    return msgspec.structs.replace(subscriber, services=(*subscriber.services, service))


def _connected_free(command: Connect, subscriber: Subscriber, service: Service) -> Outcome:
    changed = _with(subscriber, ConnectedService(service.id, command.at))
    reply = Reply(command.actor, "services-connected_free", {"name": service.names, "id": str(service.id)})
    return Outcome(replies=(reply,), changed=(changed,))


def _connected_paid(
    command: Connect, uow: UnitOfWork, subscriber: Subscriber, service: Service, left: Money
) -> Outcome:
    price = service.price_minor
    arguments: dict[str, object] = {"name": service.names, "price": price, "left": left, "id": str(service.id)}
    timers: tuple[Timer, ...] = ()
    if service.period is Period.ONCE:
        text, until = "services-connected_once", Instant(0)
    else:
        text, until = "services-connected", period_end(command.at, command.at, service.period, uow.operator)
        arguments["until"] = until
        timers = (renewal(command.msisdn, service.id, until),)
    return Outcome(
        replies=(Reply(command.actor, text, arguments),),
        changed=(_with(subscriber, ConnectedService(service.id, command.at, until)),),
        entries=_price_entries(subscriber, price),
        timers=timers,
    )


def _price_entries(subscriber: Subscriber, price: Money) -> tuple[Entry, ...]:
    return (
        Entry(subscriber.account, Money(-price), CHARGE, subscriber.msisdn),
        Entry(SERVICES, price, CHARGE, subscriber.msisdn),
    )


@handles(Renew)
def renew(command: Renew, uow: UnitOfWork) -> Outcome:
    """Takes the price of the next period, once; a gateway that was down takes those of the periods it missed."""
    subscriber = _subscriber(command, uow)
    on = subscriber.service(command.service)
    if on is None or not on.paid_until or subscriber.status is SubscriberStatus.CLOSED:
        return Outcome()
    waited = on.status is ServiceStatus.SUSPENDED
    if command.at < on.paid_until:  # money came in for what has been paid already
        return Outcome(timers=(renewal(command.msisdn, on.id, on.paid_until),))
    service = _service(uow.products, command.service)
    price = service.price_minor
    if not price or service.period is Period.ONCE:
        return Outcome(changed=(_replaced(subscriber, on, ConnectedService(on.id, on.since)),))
    if fees_stand(subscriber):
        stands = msgspec.structs.replace(on, status=ServiceStatus.SUSPENDED, paid_until=command.at)
        again = renewal(command.msisdn, on.id, Instant(command.at + SELDOM_DAYS * DAY_MS))
        return Outcome(changed=(_replaced(subscriber, on, stands),), timers=(again,))
    account = uow.account(subscriber.account)
    missing = missing_for(account, price)
    if missing:
        return _waits(command, uow, subscriber, on, service, account, missing)
    since = command.at if waited else on.since
    until = period_end(since, command.at if waited else on.paid_until, service.period, uow.operator)
    replies: tuple[Reply, ...] = ()
    if waited or service.period is Period.MONTH:  # a receipt every day would only annoy
        arguments = {
            "name": service.names, "price": price, "left": Money(account.balance - price), "until": until,
            "id": str(service.id),
        }  # fmt: skip
        replies = (Reply(command.msisdn, "services-resumed" if waited else "services-renewed", arguments, notice=True),)
    return Outcome(
        replies=replies,
        changed=(_replaced(subscriber, on, ConnectedService(on.id, since, until)),),
        entries=_price_entries(subscriber, price),
        timers=(renewal(command.msisdn, on.id, until),),
    )


def _waits(
    command: Renew, uow: UnitOfWork, subscriber: Subscriber, on: ConnectedService, service: Service,
    account: Account, missing: Money,
) -> Outcome:  # fmt: skip
    """No money for it: told once, tried again every day and when money comes, at last switched off and told."""
    arguments: dict[str, object] = {"name": service.names, "missing": missing, "id": str(service.id)}
    if command.at >= on.paid_until + uow.products.limits.service_waits_days * DAY_MS and not service.mandatory:
        return Outcome(
            replies=(Reply(command.msisdn, "services-ended", arguments, notice=True),),
            changed=(_replaced(subscriber, on, None),),
        )
    again = renewal(command.msisdn, on.id, Instant(command.at + DAY_MS))
    unpaid = waiting_for_money(account, again.key)
    if on.status is ServiceStatus.SUSPENDED:
        return Outcome(changed=unpaid, timers=(again,))
    waiting = msgspec.structs.replace(on, status=ServiceStatus.SUSPENDED)
    return Outcome(
        replies=(Reply(command.msisdn, "services-suspended", arguments, notice=True),),
        changed=(_replaced(subscriber, on, waiting), *unpaid),
        timers=(again,),
    )


def _replaced(subscriber: Subscriber, old: ConnectedService, new: ConnectedService | None) -> Subscriber:
    """The subscriber with one service in another state, or without it."""
    services = tuple(each for each in (new if each is old else each for each in subscriber.services) if each)
    return msgspec.structs.replace(subscriber, services=services)


def _state(command: Command, service: Service, on: ConnectedService) -> Outcome:
    """It is on already: since nothing changes, only until when it is paid and how to undo."""
    arguments: dict[str, object] = {"name": service.names, "id": str(service.id)}
    if on.status is ServiceStatus.SUSPENDED:
        text = "services-already_suspended"
    elif on.paid_until > command.at:
        text = "services-already_on"
        arguments["until"] = on.paid_until
    else:
        text = "services-already_on_free" if not service.price_minor else "services-already_on_plain"
    return Outcome(replies=(Reply(command.actor, text, arguments),))


def _unknown(command: Connect | Disconnect, near: Iterable[Service], language: Language) -> Outcome:
    """No such service: the ids that look most like the one typed, of those that would do."""
    by_id = {str(service.id): service for service in near}
    found = get_close_matches(str(command.service), by_id, n=NEAREST_MAX, cutoff=NEAREST_LIKENESS_MIN)
    nearest = ", ".join(f"{each} {name_in(by_id[each].names, language)}" for each in found)
    return refused(
        command, "unknown_service", id=str(command.service), nearest=nearest, count=len(found),
        operation="disconnect" if isinstance(command, Disconnect) else "connect",
    )  # fmt: skip


@handles(Disconnect, refuses=["unknown_service", "mandatory"])
def disconnect(command: Disconnect, uow: UnitOfWork) -> Outcome:
    """Switches a service off, always after a question; nothing that was paid is returned."""
    subscriber = _subscriber(command, uow)
    products = uow.products
    on = subscriber.service(command.service)
    if on is None:
        known = products.services.get(command.service)
        if known is None:
            near = [_service(products, connected.id) for connected in subscriber.services]
            return _unknown(command, near, uow.language)
        off = Reply(command.actor, "services-already_off", {"name": known.names, "id": str(known.id)})
        return Outcome(replies=(off,))
    service = _service(products, command.service)
    if service.mandatory:
        return refused(command, "mandatory", name=service.names)
    variant, arguments = _what_was_paid(command, service, on)
    if command.confirmed is None:
        return confirmations.ask_actor(
            command, uow, text=f"services-disconnect_ask{variant}", arguments=arguments, price=NO_MONEY
        )
    arguments["id"] = str(service.id)
    reply = Reply(command.actor, f"services-disconnected{variant}", arguments)
    return Outcome(
        replies=(reply,),
        changed=(_replaced(subscriber, on, None),),
        timers_cancelled=(renewal_key(command.msisdn, on.id),) if on.paid_until else (),
    )


def _what_was_paid(command: Disconnect, service: Service, on: ConnectedService) -> tuple[str, dict[str, object]]:
    """The variant of the text and its arguments: paid until a day, free, or paid with nothing left of it."""
    if on.paid_until > command.at:
        return "", {"name": service.names, "until": on.paid_until}
    return "_unpaid" if service.price_minor else "_free", {"name": service.names}
