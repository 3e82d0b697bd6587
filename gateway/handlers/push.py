"""Requests of the operator to show a number something: when they are over, and when they are forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from gateway.commands import Command, Outcome, UnitOfWork, handles
from gateway.model import Instant
from gateway.rules.pushes import KEPT_MS, PushRecord, PushState, timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(Command):
    """The time for an answer is over, or the time for which the request is known."""

    name = "push.over"
    own = True
    id: str


@handles(Over)
def over(command: Over, uow: UnitOfWork) -> Outcome:
    """First it ends, a day later it is forgotten."""
    record = uow.record(PushRecord, command.id)
    if command.at >= record.at + KEPT_MS:
        return Outcome(changed=(PushRecord(command.id),))
    if not record.is_final:
        record = replace(record, state=PushState.UNANSWERED)
    return Outcome(changed=(record,), timers=(timer(record, Instant(record.at + KEPT_MS)),))
