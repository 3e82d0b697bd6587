"""The language of the answers. It is stored for the actor's own number, also while he acts for another."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles
from gateway.model import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    name = "language.set"
    own_number_only = True
    language: Language


@handles(Set)
def set_language(command: Set, uow: UnitOfWork) -> Outcome:
    """Stores the language and answers in it already; the same language again says the same."""
    actor = uow.subscriber(command.actor)
    assert actor is not None  # the dispatcher runs no command of an unknown actor
    reply = Reply(command.actor, "language-set", {"language": command.language.value}, language=command.language)
    if actor.language is command.language:
        return Outcome(replies=(reply,))
    changed = msgspec.structs.replace(actor, language=command.language)
    return Outcome(replies=(reply,), changed=(changed,))
