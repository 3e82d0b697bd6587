"""Where a phone is: the question to the location system, and its answer. Pure."""

from __future__ import annotations

import msgspec

from gateway.commands import Command, Effect, UnitOfWork
from gateway.model import Language, Msisdn

REASONS = ("off", "unknown", "roaming")
"""Why the system may not know (docs/effects.md); whatever else it says is no answer."""


class Place(msgspec.Struct, frozen=True):
    """The system's answer: in words of the language that it was asked in, and how far off that may be."""

    place: str
    accuracy_m: int


def asked_place(
    command: Command, uow: UnitOfWork, target: Msisdn, result: type[Command], **arguments: str | int
) -> Effect:
    """Asks where a number is; the command `result` gets the answer. Consent must have been checked."""
    language = Language.RU if uow.language is Language.LAT else uow.language
    return Effect(
        "location",
        {"target": target, "asked_by": command.msisdn, "language": language.value},
        command=result.name,
        msisdn=command.actor,
        arguments=tuple(arguments.items()),
    )


def reason_of(answer: str) -> str:
    """The word for why there is no place."""
    return answer if answer in REASONS else "no_answer"
