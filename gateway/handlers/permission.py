"""The balance of another number, which that number has to permit."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import Msisdn, PersonKind, Record, Subscriber
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """Whether others may see this number's balance, and how to change it."""

    name = "permission.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Command):
    """Permits it."""

    name = "permission.open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    """Forbids it."""

    name = "permission.close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Command):
    """The balance of another number, if that number permits it."""

    name = "permission.balance"
    number: Msisdn


class Permission(Record, frozen=True, array_like=True, gc=False):
    """Whether a number lets others see its balance."""

    kind = "permission"
    open: bool = False


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None  # the dispatcher runs no command about an unknown number
    return subscriber


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """The state, and the code that changes it: a code that would flip it cannot be repeated safely."""
    text = "permission-is_open" if uow.record(Permission, command.msisdn).open else "permission-is_closed"
    return Outcome(replies=(Reply(command.actor, text),))


@handles(Open, refuses=["company"])
def permit(command: Open, uow: UnitOfWork) -> Outcome:
    if uow.person(_subject(command, uow).person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    return Outcome(replies=(Reply(command.actor, "permission-opened"),), changed=(Permission(command.msisdn, True),))


@handles(Close)
def forbid(command: Close, uow: UnitOfWork) -> Outcome:
    return Outcome(replies=(Reply(command.actor, "permission-closed"),), changed=(Permission(command.msisdn),))


@handles(Balance, refuses=["unknown_number", "not_permitted"])
def balance(command: Balance, uow: UnitOfWork) -> Outcome:
    """A company's number never shows; whoever was looked at is told."""
    number = command.number
    other = ours(uow, number)
    if other is None:
        return refused(command, "unknown_number", number=number)
    own = number == command.msisdn or number == command.actor
    company = uow.person(other.person).kind is PersonKind.COMPANY
    if not own and (company or not uow.record(Permission, number).open):
        return refused(command, "not_permitted", number=number)
    seen = Reply(command.actor, "permission-balance", {"number": number, "balance": uow.account(other.account).balance})
    if own:
        return Outcome(replies=(seen,))
    return Outcome(replies=(seen, Reply(number, "permission-seen", {"number": command.msisdn}, notice=True)))
