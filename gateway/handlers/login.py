"""For which number the actor acts: shown, begun with that number's password, ended."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Outcome, Password, Reply, UnitOfWork, handles, refused
from gateway.model import MINUTE_MS, Acting, Instant, Msisdn, Subscriber
from gateway.rules import acting
from gateway.rules.credentials import PASSWORD_REFUSALS, proved


@dataclass(frozen=True, slots=True, kw_only=True)
class Who(Command):
    name = "login.who"
    own_number_only = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter(Command):
    """Acts for another number from now on, with that number's password."""

    name = "login.enter"
    own_number_only = True
    number: Msisdn
    password: Password | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Out(Command):
    name = "login.out"
    own_number_only = True


def _actor(command: Command, uow: UnitOfWork) -> Subscriber:
    actor = uow.subscriber(command.actor)
    assert actor is not None  # the dispatcher runs no command of an unknown actor
    return actor


@handles(Who)
def who(command: Who, uow: UnitOfWork) -> Outcome:
    """The number that the next command is about, and for how long. This command prolongs it like any other."""
    number = acting.subject(_actor(command, uow), command.at, uow)
    if number == command.actor:
        return Outcome(replies=(Reply(command.actor, "login-who_own", {"number": number}),))
    arguments = {"number": number, "minutes": uow.products.limits.acting_minutes}
    return Outcome(replies=(Reply(command.actor, "login-who", arguments),))


@handles(Enter, refuses=["self", "password_needed", *PASSWORD_REFUSALS])
def enter(command: Enter, uow: UnitOfWork) -> Outcome:
    """The actor's next commands concern the other number, which learns of it and how to end it."""
    if command.number == command.actor:
        return refused(command, "self")
    if command.password is None:
        return refused(command, "password_needed", number=command.number)
    credentials = proved(command, uow, command.number, command.password, sms_password=True)
    if isinstance(credentials, Outcome):
        return credentials
    minutes = uow.products.limits.acting_minutes
    begun = Acting(command.number, Instant(command.at + minutes * MINUTE_MS), entered=command.reference)
    changed = msgspec.structs.replace(_actor(command, uow), acting=begun)
    replies = (
        Reply(command.actor, "login-entered", {"number": command.number, "minutes": minutes}),
        Reply(command.number, "login-entered_by", {"number": command.actor}, notice=True),
    )
    return Outcome(replies=replies, changed=(changed, credentials))


@handles(Out)
def out(command: Out, uow: UnitOfWork) -> Outcome:
    """Back to one's own number; saying it again says that it is so."""
    actor = _actor(command, uow)
    if actor.acting is None:
        return Outcome(replies=(Reply(command.actor, "login-who_own", {"number": command.actor}),))
    number = acting.subject(actor, command.at, uow)
    changed = msgspec.structs.replace(actor, acting=None)
    ended = "login-who_own" if number == command.actor else "login-out"
    return Outcome(replies=(Reply(command.actor, ended, {"number": number}),), changed=(changed,))
