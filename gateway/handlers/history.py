"""The actor's last commands with their time and result, newest first: his proof that something was asked and done.

A command is named as the code table writes it for people, so that a new function needs nothing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.commands import CodeLine, Command, Outcome, Reply, UnitOfWork, handles
from gateway.model import Language, Recent
from gateway.rules.calendar import local

ACCEPTED, REFUSED = "+", "-"
NOT_READ = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    name = "history.show"
    own_number_only = True


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """A line for each command: `10.03 12:00 + ПЕРЕВОД`, by the operator's clock."""
    actor = uow.subscriber(command.actor)
    assert actor is not None  # the dispatcher runs no command of an unknown actor
    if not actor.recent:
        return Outcome(replies=(Reply(command.actor, "history-empty"),))
    lines = "\n".join(_line(recent, uow) for recent in actor.recent)
    return Outcome(replies=(Reply(command.actor, "history-list", {"lines": lines}),))


def _line(recent: Recent, uow: UnitOfWork) -> str:
    result = REFUSED if recent.refusal else ACCEPTED
    return f"{local(recent.at, uow.operator):%d.%m %H:%M} {result} {_named(recent.command, uow)}"


def _named(command: str, uow: UnitOfWork) -> str:
    """Its keyword in the reader's language, else its code; what is in the table no more keeps its own name."""
    if not command:
        return NOT_READ
    language = Language.RU if uow.language is Language.LAT else uow.language
    rows = [line for line in uow.code_list if line.command == command]
    return next((name for line in rows if (name := _keyword(line, language))), "") or next(
        (re.sub(r"<[^<>]*>", "..", line.ussd) for line in rows if line.ussd), command
    )


def _keyword(line: CodeLine, language: Language) -> str:
    """`НОМЕРА +` of `НОМЕРА + <number>`."""
    return re.sub(r"<[^<>]*>", "", line.sms.get(language, "")).strip()
