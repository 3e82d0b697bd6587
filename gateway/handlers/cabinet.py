"""The end of the personal account."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles
from gateway.model import Document
from gateway.rules import confirmations
from gateway.rules.credentials import Credentials, Linked, closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Command):
    """Explains that the contract goes on, and after a question closes the personal account only."""

    name = "cabinet.delete"
    own_number_only = True


@handles(Delete)
def delete(command: Delete, uow: UnitOfWork) -> Outcome:
    """Password, log-ins and links go, and the number leaves the account it shares; contract and money stay."""
    actor = uow.subscriber(command.actor)
    assert actor is not None
    person = uow.person(actor.person)
    linked = person.cabinet(actor.region)
    shared = command.actor in linked
    credentials = uow.record(Credentials, command.actor)
    if not (credentials.opened_at or shared):
        return Outcome(replies=(Reply(command.actor, "cabinet-none"),))
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="cabinet-ask", arguments={})
    changed: list[Document] = [closed(credentials, command), Linked(command.actor)]
    if shared:
        changed.append(person.with_cabinet(actor.region, tuple(each for each in linked if each != command.actor)))
    return Outcome(replies=(Reply(command.actor, "cabinet-deleted"),), changed=tuple(changed))
