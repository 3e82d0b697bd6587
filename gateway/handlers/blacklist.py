"""The black list: who cannot call or write to this number. It is a paid service; changing the list is free."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import BarredNumber, Subscriber
from gateway.rules.barring import Barred, list_is_on, sms_kept_away
from gateway.rules.instead import instead


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


SHOWN_MAX = 10


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


@handles(Connect)
def connect(command: Connect, uow: UnitOfWork) -> Outcome:
    """The service of that name, with its price, its question and its refusals."""
    return instead(command, "services.connect", service=uow.products.blacklist.service)


@handles(Disconnect)
def disconnect(command: Disconnect, uow: UnitOfWork) -> Outcome:
    """The list is kept: who connects the service again finds it."""
    return instead(command, "services.disconnect", service=uow.products.blacklist.service)


@handles(List)
def show(command: List, uow: UnitOfWork) -> Outcome:
    """The newest numbers first, as many as one message holds, and how many there are."""
    numbers = uow.record(Barred, command.msisdn).numbers
    if not list_is_on(uow, _subject(command, uow)):
        return Outcome(replies=(Reply(command.actor, "blacklist-off", {"count": len(numbers)}),))
    if not numbers:
        return Outcome(replies=(Reply(command.actor, "blacklist-empty"),))
    shown = numbers[::-1][:SHOWN_MAX]
    arguments = {"count": len(numbers), "numbers": ", ".join(shown), "rest": len(numbers) - len(shown)}
    return Outcome(replies=(Reply(command.actor, "blacklist-list", arguments),))


@handles(Bar, refuses=["not_on", "self", "sms_only", "list_full"])
def bar(command: Bar, uow: UnitOfWork) -> Outcome:
    """Free and easy to undo, so without a question; saying it again says that it is there."""
    subscriber = _subject(command, uow)
    if not list_is_on(uow, subscriber):
        return refused(command, "not_on")
    if command.barred == BarredNumber(subscriber.msisdn):
        return refused(command, "self")
    if _letters(command.barred) and not sms_kept_away(uow, subscriber):
        return refused(command, "sms_only", number=command.barred, id=str(uow.products.blacklist.sms_service))
    barred = uow.record(Barred, subscriber.msisdn)
    arguments: dict[str, object] = {"number": command.barred, "letters": _letters(command.barred)}
    if command.barred in barred.numbers:
        return Outcome(replies=(Reply(command.actor, "blacklist-already_barred", arguments),))
    most = uow.products.blacklist.numbers_max
    if len(barred.numbers) >= most:
        return refused(command, "list_full", max=most)
    numbers = (*barred.numbers, command.barred)
    arguments["count"] = len(numbers)
    return Outcome(
        replies=(Reply(command.actor, "blacklist-barred", arguments),), changed=(Barred(subscriber.msisdn, numbers),)
    )


@handles(Unbar, refuses=["not_listed"])
def unbar(command: Unbar, uow: UnitOfWork) -> Outcome:
    """Works without the service too, for whoever wants to tidy up first."""
    barred = uow.record(Barred, command.msisdn)
    if command.barred not in barred.numbers:
        return refused(command, "not_listed", number=command.barred)
    numbers = tuple(each for each in barred.numbers if each != command.barred)
    arguments = {"number": command.barred, "count": len(numbers), "letters": _letters(command.barred)}
    reply = Reply(command.actor, "blacklist-unbarred", arguments)
    return Outcome(replies=(reply,), changed=(Barred(command.msisdn, numbers),))


def _letters(barred: BarredNumber) -> int:
    """1 for a sender of letters, which nobody can dial: its texts offer an SMS instead of a code."""
    return 0 if barred.isdigit() else 1
