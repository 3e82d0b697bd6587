"""Registration of the personal account."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import PersonKind
from gateway.rules.credentials import Credentials, opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Command):
    """Opens the personal account of a number: free, once."""

    name = "register.open"
    own_number_only = True


@handles(Open, refuses=["company"])
def open_account(command: Open, uow: UnitOfWork) -> Outcome:
    """Free; the way to a password is in the answer. Saying it again says since when it is open."""
    actor = uow.subscriber(command.actor)
    assert actor is not None
    if uow.person(actor.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    credentials = uow.record(Credentials, command.actor)
    if credentials.opened_at:
        return Outcome(replies=(Reply(command.actor, "register-already", {"since": credentials.opened_at}),))
    return Outcome(replies=(Reply(command.actor, "register-opened"),), changed=(opened(credentials, command.at),))
