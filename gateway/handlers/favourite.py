"""Favourite numbers: calls and messages to them cost less.

The service takes no new customers; who has it keeps it and may change his numbers, adding for a fee, removing free.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import FEES, AnyNumber, Entry, Money, Msisdn, Record, Subscriber
from gateway.rules import confirmations
from gateway.rules.paying import missing_for


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The favourite numbers."""

    name = "favourite.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Command):
    """Adds a number, mobile or a landline of the region, after a question with the price."""

    name = "favourite.add"
    number: AnyNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Removes a number; free."""

    name = "favourite.remove"
    number: AnyNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace(Command):
    """Puts a new number in the place of an old one, after a question with the price."""

    name = "favourite.replace"
    old: AnyNumber
    number: AnyNumber


class Favourites(Record, frozen=True, array_like=True, gc=False):
    """A number's favourite numbers, in the order of adding."""

    kind = "favourites"
    numbers: tuple[AnyNumber, ...] = ()


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


@handles(List)
def show(command: List, uow: UnitOfWork) -> Outcome:
    """The numbers, and the codes that change them; without the service, that it takes nobody new."""
    if _subject(command, uow).service(uow.products.favourite.service) is None:
        return Outcome(replies=(Reply(command.actor, "favourite-not_on"),))
    numbers = uow.record(Favourites, command.msisdn).numbers
    if not numbers:
        return Outcome(replies=(Reply(command.actor, "favourite-empty", {"fee": uow.products.favourite.price_minor}),))
    arguments = {"numbers": ", ".join(numbers), "example": numbers[0]}
    return Outcome(replies=(Reply(command.actor, "favourite-list", arguments),))


NUMBER_REFUSALS = ("not_on", "self", "other_region", "not_enough_money")


@handles(Add, refuses=[*NUMBER_REFUSALS, "list_full"])
def add(command: Add, uow: UnitOfWork) -> Outcome:
    """Asks with the fee; a number that is there already costs nothing."""
    numbers = uow.record(Favourites, command.msisdn).numbers
    if command.number in numbers:
        return _there(command, command.number)
    refusal = _refusal(command, command.number, uow)
    if refusal is not None:
        return refusal
    most = uow.products.favourite.numbers_max
    if len(numbers) >= most:
        return refused(command, "list_full", max=most, old=numbers[0], number=command.number)
    return _paid(command, uow, command.number, (*numbers, command.number), "add")


@handles(Replace, refuses=[*NUMBER_REFUSALS, "not_listed"])
def replace(command: Replace, uow: UnitOfWork) -> Outcome:
    """The new number takes the place of the old one, for the same fee."""
    numbers = uow.record(Favourites, command.msisdn).numbers
    if command.number in numbers:
        return _there(command, command.number)
    refusal = _refusal(command, command.number, uow)
    if refusal is not None:
        return refusal
    if command.old not in numbers:
        return refused(command, "not_listed", number=command.old)
    changed = tuple(command.number if each == command.old else each for each in numbers)
    return _paid(command, uow, command.number, changed, "replace")


def _there(command: Command, number: AnyNumber) -> Outcome:
    return Outcome(replies=(Reply(command.actor, "favourite-already_there", {"number": number}),))


def _refusal(command: Command, number: AnyNumber, uow: UnitOfWork) -> Outcome | None:
    """What stands against a number, money apart: our own numbers have a region, others their first digits."""
    rules, subscriber = uow.products.favourite, _subject(command, uow)
    if subscriber.service(rules.service) is None:
        return refused(command, "not_on")
    if number == AnyNumber(command.msisdn):
        return refused(command, "self")
    other = uow.subscriber(Msisdn(number))
    near = number.startswith(rules.prefixes) if other is None else other.region == subscriber.region
    return None if near else refused(command, "other_region", number=number)


def _paid(
    command: Add | Replace, uow: UnitOfWork, number: AnyNumber, numbers: tuple[AnyNumber, ...], what: str
) -> Outcome:
    """Asks with the fee; on "yes" takes it and keeps the list."""
    subscriber, fee = _subject(command, uow), uow.products.favourite.price_minor
    account = uow.account(subscriber.account)
    missing = missing_for(account, fee)
    if missing:
        return refused(command, "not_enough_money", fee=fee, missing=missing)
    if command.confirmed is None or command.confirmed.price != fee:
        text = f"favourite-{what}_ask" if command.confirmed is None else "favourite-ask_again"
        return confirmations.ask_actor(command, uow, text=text, arguments={"number": number, "fee": fee}, price=fee)
    arguments = {"number": number, "fee": fee, "left": Money(account.balance - fee)}
    entries = (
        Entry(account.id, Money(-fee), "favourite", command.msisdn),
        Entry(FEES, fee, "favourite", command.msisdn),
    )
    return Outcome(
        replies=(Reply(command.actor, "favourite-added", arguments),),
        changed=(Favourites(command.msisdn, numbers),),
        entries=entries if fee else (),
    )


@handles(Remove)
def remove(command: Remove, uow: UnitOfWork) -> Outcome:
    """Free, so without a question; a number that is not there stays away."""
    numbers = uow.record(Favourites, command.msisdn).numbers
    arguments = {"number": command.number}
    if command.number not in numbers:
        return Outcome(replies=(Reply(command.actor, "favourite-already_removed", arguments),))
    left = tuple(each for each in numbers if each != command.number)
    return Outcome(
        replies=(Reply(command.actor, "favourite-removed", arguments),), changed=(Favourites(command.msisdn, left),)
    )
