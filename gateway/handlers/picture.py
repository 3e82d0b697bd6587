"""Pictures that a subscriber has saved with the MMS centre: which there are, and sending one to a number.

The centre does both. An MMS is paid when it is sent, and the money comes back where the centre could not send it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Effect, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import (
    SERVICES,
    AccountId,
    DayTotal,
    Entry,
    Money,
    Msisdn,
    PictureId,
    Record,
    ServiceStatus,
    Subscriber,
)
from gateway.rules import confirmations
from gateway.rules.allowances import given_back, used_up
from gateway.rules.answers import understood
from gateway.rules.barring import parents_bar
from gateway.rules.calendar import add_today, day_number, moved_today
from gateway.rules.naming import LIST_ROOM, abridged
from gateway.rules.paying import missing_for, paid_in, price_returned


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The saved pictures with their ids."""

    name = "picture.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Command):
    """The MMS centre has named the pictures, or has not."""

    name = "picture.listed"
    own = True
    succeeded: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    """Sends a saved picture to a number."""

    name = "picture.send"
    number: Msisdn
    picture: PictureId


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Command):
    """The MMS centre has sent it, or has not: `price` was taken from `account` by the message `request`,
    or `packaged` MMS from the package.
    """

    name = "picture.done"
    own = True
    number: Msisdn
    account: AccountId
    price: Money
    packaged: int
    request: int = 0
    succeeded: bool
    answer: str


class Sent(Record, frozen=True, array_like=True, gc=False):
    """How many pictures a number has sent today."""

    kind = "pictures_sent"
    today: DayTotal = DayTotal()


class Picture(msgspec.Struct, frozen=True):
    picture: int
    name: str


class Pictures(msgspec.Struct, frozen=True):
    """The MMS centre's answer to a question for the pictures of an owner (docs/effects.md)."""

    pictures: tuple[Picture, ...]


CHANNEL = "mms"
UNIT = "mms"
CHARGE = "mms"
"""The kind of the ledger entries of an MMS's price."""
REASONS = ("no_mms", "unknown_picture", "too_large")
"""What the MMS centre may refuse with (docs/effects.md); whatever else it says is no answer."""

ONE = Money(1)


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


def _is_on(subscriber: Subscriber, uow: UnitOfWork) -> bool:
    on = subscriber.service(uow.products.message.mms_service)
    return on is not None and on.status is ServiceStatus.ACTIVE


def _not_on(command: Command, uow: UnitOfWork) -> Outcome:
    return refused(command, "not_on", id=str(uow.products.message.mms_service))


@handles(List, refuses=["not_on"])
def show(command: List, uow: UnitOfWork) -> Outcome:
    """The centre knows them; the list comes when it has answered."""
    if not _is_on(_subject(command, uow), uow):
        return _not_on(command, uow)
    asked = Effect(CHANNEL, {"owner": command.msisdn}, command=Listed.name, msisdn=command.actor)
    return Outcome(replies=(Reply(command.actor, "picture-list_asked"),), effects=(asked,))


@handles(Listed)
def listed(command: Listed, uow: UnitOfWork) -> Outcome:
    """As many as one message holds."""
    found = understood(command.succeeded, command.answer, Pictures)
    if found is None:
        return Outcome(replies=(Reply(command.msisdn, "picture-list_unknown", notice=True),))
    if not found.pictures:
        return Outcome(replies=(Reply(command.msisdn, "picture-list_empty", notice=True),))
    lines = abridged([f"{each.picture} {each.name}" for each in found.pictures], LIST_ROOM[uow.language], "\n")
    arguments = {"lines": f"\n{lines}"}
    return Outcome(replies=(Reply(command.msisdn, "picture-list", arguments, notice=True),))


@handles(Send, refuses=["self", "not_on", "barred", "quota", "not_enough_money"])
def send(command: Send, uow: UnitOfWork) -> Outcome:
    """From the package of MMS where there is one; else asks with the price."""
    number = command.number
    if number == command.msisdn:
        return refused(command, "self")
    subscriber = _subject(command, uow)
    if not _is_on(subscriber, uow):
        return _not_on(command, uow)
    if parents_bar(uow, number, command.msisdn):  # a black list keeps no MMS away
        return refused(command, "barred", number=number)
    rules, sent = uow.products.message, uow.record(Sent, command.msisdn)
    day = day_number(command.at, uow.operator)
    if moved_today(sent.today, day) >= rules.mms_per_day_max:
        return refused(command, "quota", max=rules.mms_per_day_max)
    changed, beyond = used_up(subscriber, UNIT, 1, command.at)
    price = Money(beyond * rules.mms_minor)
    account = uow.account(subscriber.account)
    arguments: dict[str, object] = {"number": number, "id": str(command.picture), "price": price}
    missing = missing_for(account, price) if price else 0
    if missing:
        return refused(command, "not_enough_money", price=price, missing=missing)
    if price and (command.confirmed is None or command.confirmed.price != price):
        text = "picture-ask" if command.confirmed is None else "picture-ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=price)
    entries = (
        Entry(account.id, Money(-price), CHARGE, command.msisdn),
        Entry(SERVICES, price, CHARGE, command.msisdn),
    )
    paid = (
        ("number", number), ("account", account.id), ("price", price), ("packaged", 1 - beyond),
        ("request", command.reference),
    )  # fmt: skip
    mms = Effect(
        CHANNEL,
        {"sender": command.msisdn, "recipient": number, "picture": command.picture},
        command=Done.name,
        msisdn=command.msisdn,
        arguments=paid,
    )
    return Outcome(
        replies=(Reply(command.actor, "picture-accepted" if price else "picture-accepted_free", arguments),),
        changed=(changed, Sent(command.msisdn, add_today(sent.today, day, ONE))),
        entries=entries if price else (),
        effects=(mms,),
    )


@handles(Done)
def done(command: Done, uow: UnitOfWork) -> Outcome:
    """Says so; where it was not sent, what was taken for it comes back."""
    if command.succeeded:
        return Outcome(replies=(Reply(command.msisdn, "picture-sent", {"number": command.number}, notice=True),))
    reason = command.answer if command.answer in REASONS else "no_answer"
    arguments: dict[str, object] = {"number": command.number, "price": command.price}
    replies = [Reply(command.msisdn, f"picture-{reason}", arguments, notice=True)]
    if not command.price:
        restored = given_back(_subject(command, uow), UNIT, command.packaged, command.at)
        return Outcome(replies=tuple(replies), changed=(restored,))
    back = paid_in(uow, command.account, command.price, SERVICES, "mms_returned", command.msisdn)
    if back.unblocked:
        replies.append(Reply(Msisdn(command.account), "topup-unblocked", notice=True))
    changed = (*back.changed, price_returned(uow, command.msisdn, command.request))
    return Outcome(replies=tuple(replies), changed=changed, entries=back.entries)
