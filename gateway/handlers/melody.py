"""Ringback melodies: what others hear while they wait for an answer.

The service is one of `services`; a melody is paid when it is set and each month again, until it is removed, its price
is not there, or the service is off.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.melodies import Melody
from gateway.commands import Command, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import (
    DAY_MS,
    SERVICES,
    Entry,
    Instant,
    MelodyId,
    Money,
    Msisdn,
    Record,
    ServiceStatus,
    Subscriber,
    SubscriberStatus,
)
from gateway.rules import confirmations
from gateway.rules.instead import instead
from gateway.rules.naming import LIST_ROOM, in_pages, name_in
from gateway.rules.paying import missing_for
from gateway.rules.renewing import fees_stand, month_paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Switches the service on after a question with its price."""

    name = "melody.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    """Switches the service off after a question."""

    name = "melody.disconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Command):
    """The melodies by category, with ids and prices; `page`: from 1 on, where they need more than three SMS."""

    name = "melody.choose"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Sets a melody after a question with its price and renewal."""

    name = "melody.set"
    melody: MelodyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Removes one melody and keeps the service."""

    name = "melody.remove"
    melody: MelodyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy(Command):
    """Sets the melody that another subscriber has, after a question with its price."""

    name = "melody.copy"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew(Command):
    """A melody's paid month is over."""

    name = "melody.renew"
    own = True
    melody: MelodyId


class Melodies(Record, frozen=True, array_like=True, gc=False):
    """The melodies that a number has set, and until when each is paid.

    `since`: from when the months of each are reckoned; a melody that an older version kept has none.
    """

    kind = "melodies"
    of: tuple[tuple[MelodyId, Instant], ...] = ()
    since: tuple[tuple[MelodyId, Instant], ...] = ()


CHOOSE_FRAME = 20  # the list of melodies has a longer frame than other lists: two prices, and where it goes on

CHARGE = "melody"
"""The kind of the ledger entries of a melody's price."""


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


def _timer(msisdn: Msisdn, melody: MelodyId) -> str:
    return f"melody/{msisdn}/{melody}"


def _is_on(command: Command, uow: UnitOfWork) -> bool:
    return _subject(command, uow).service(uow.products.melody.service) is not None


@handles(Connect)
def connect(command: Connect, uow: UnitOfWork) -> Outcome:
    """The service, with its price, its question and its refusals."""
    return instead(command, "services.connect", service=uow.products.melody.service)


@handles(Disconnect)
def disconnect(command: Disconnect, uow: UnitOfWork) -> Outcome:
    """The melodies are not renewed without the service."""
    return instead(command, "services.disconnect", service=uow.products.melody.service)


@handles(Choose)
def choose(command: Choose, uow: UnitOfWork) -> Outcome:
    """By category with their ids, and from what to what a month costs; the question shows the one price."""
    by_category: dict[str, list[str]] = {}
    for each in uow.products.melodies.values():
        line = f"{each.id} {name_in(each.names, uow.language)}"
        by_category.setdefault(name_in(each.category, uow.language), []).append(line)
    if not by_category:
        return Outcome(replies=(Reply(command.actor, "melody-none"),))
    lines = [f"\n{name}: {', '.join(melodies)}" for name, melodies in by_category.items()]
    pages = in_pages(lines, LIST_ROOM[uow.language] - CHOOSE_FRAME)
    page = min(command.page, len(pages))
    prices = [each.price_minor for each in uow.products.melodies.values()]
    arguments: dict[str, object] = {
        "lines": "".join(pages[page - 1]),
        "min": min(prices),
        "max": max(prices),
        "next": page + 1 if page < len(pages) else 0,
    }
    return Outcome(replies=(Reply(command.actor, "melody-choose", arguments),))


@handles(Set, refuses=["not_on", "unknown_melody", "not_enough_money"])
def set_melody(command: Set, uow: UnitOfWork) -> Outcome:
    """Asks with price and renewal; what is set already is not paid again."""
    if not _is_on(command, uow):
        return refused(command, "not_on")
    melody = uow.products.melodies.get(command.melody)
    if melody is None:
        return refused(command, "unknown_melody", id=str(command.melody))
    record = uow.record(Melodies, command.msisdn)
    paid_until = dict(record.of).get(melody.id)
    arguments: dict[str, object] = {"name": melody.names, "price": melody.price_minor, "id": str(melody.id)}
    if paid_until is not None:
        return Outcome(replies=(Reply(command.actor, "melody-already_set", {**arguments, "until": paid_until}),))
    subscriber = _subject(command, uow)
    account, price = uow.account(subscriber.account), melody.price_minor
    missing = missing_for(account, price)
    if missing:
        return refused(command, "not_enough_money", **arguments, missing=missing)
    if command.confirmed is None or command.confirmed.price != price:
        text = "melody-set_ask" if command.confirmed is None else "melody-set_ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=price)
    return _paid(command, uow, subscriber, melody, record, "melody-set")


def _paid(
    command: Set | Renew, uow: UnitOfWork, subscriber: Subscriber, melody: Melody, record: Melodies, text: str
) -> Outcome:
    """Another month of a melody, paid now."""
    price = melody.price_minor
    before, began = dict(record.of).get(melody.id, command.at), dict(record.since).get(melody.id, Instant(0))
    since, until = month_paid(began, before, command.at, uow.operator)
    others = _without(record, melody.id)
    changed = Melodies(command.msisdn, (*others.of, (melody.id, until)), (*others.since, (melody.id, since)))
    left = Money(uow.account(subscriber.account).balance - price)
    arguments = {"name": melody.names, "price": price, "left": left, "until": until, "id": str(melody.id)}
    return Outcome(
        replies=(Reply(command.actor, text, arguments, notice=isinstance(command, Renew)),),
        changed=(changed,),
        entries=(
            Entry(subscriber.account, Money(-price), CHARGE, command.msisdn),
            Entry(SERVICES, price, CHARGE, command.msisdn),
        )
        if price
        else (),
        timers=(_renewal(command.msisdn, melody.id, until),),
    )


def _renewal(msisdn: Msisdn, melody: MelodyId, at: Instant) -> Timer:
    return Timer(_timer(msisdn, melody), at, Renew.name, msisdn, (("melody", melody),))


def _without(record: Melodies, melody: MelodyId) -> Melodies:
    return msgspec.structs.replace(
        record,
        of=tuple(each for each in record.of if each[0] != melody),
        since=tuple(each for each in record.since if each[0] != melody),
    )


@handles(Remove)
def remove(command: Remove, uow: UnitOfWork) -> Outcome:
    """After a question, since the paid month is not returned; the service stays on."""
    record = uow.record(Melodies, command.msisdn)
    until = dict(record.of).get(command.melody)
    if until is None:
        return Outcome(replies=(Reply(command.actor, "melody-already_removed", {"id": str(command.melody)}),))
    arguments = {"id": str(command.melody), "until": until}
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="melody-remove_ask", arguments=arguments)
    return Outcome(
        replies=(Reply(command.actor, "melody-removed", arguments),),
        changed=(_without(record, command.melody),),
        timers_cancelled=(_timer(command.msisdn, command.melody),),
    )


@handles(Copy, refuses=["no_melody"])
def copy(command: Copy, uow: UnitOfWork) -> Outcome:
    """What callers of a number hear, as if its id had been typed. A stranger is not told from one who has none."""
    other = uow.subscriber(command.number)
    record = uow.record(Melodies, command.number)
    if other is None or other.service(uow.products.melody.service) is None or not record.of:
        return refused(command, "no_melody", number=command.number)
    return instead(command, Set.name, melody=record.of[-1][0])


@handles(Renew)
def renew(command: Renew, uow: UnitOfWork) -> Outcome:
    """Takes the next month's price; without the money the melody goes, without a debt. A blocked number pays nothing:
    its melody waits until the block is lifted, and so it does while the service itself waits for money."""
    record = uow.record(Melodies, command.msisdn)
    until = dict(record.of).get(command.melody)
    if until is None or until > command.at:
        return Outcome()
    subscriber = _subject(command, uow)
    melody = uow.products.melodies.get(command.melody)
    service = subscriber.service(uow.products.melody.service)
    if melody is None or service is None or subscriber.status is SubscriberStatus.CLOSED:
        return Outcome(changed=(_without(record, command.melody),))
    if fees_stand(subscriber) or service.status is ServiceStatus.SUSPENDED:
        return Outcome(timers=(_renewal(command.msisdn, command.melody, Instant(command.at + DAY_MS)),))
    if missing_for(uow.account(subscriber.account), melody.price_minor):
        arguments = {"name": melody.names, "price": melody.price_minor, "id": str(melody.id)}
        reply = Reply(command.msisdn, "melody-not_renewed", arguments, notice=True)
        return Outcome(replies=(reply,), changed=(_without(record, command.melody),))
    return _paid(command, uow, subscriber, melody, record, "melody-renewed")
