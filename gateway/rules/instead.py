"""One command that stands for another: a code of its own for one certain service. Pure."""

from __future__ import annotations

from gateway.commands import Command, Outcome
from gateway.model import CodeRef, Msisdn, Pending


def instead(command: Command, name: str, *, about: Msisdn | None = None, **arguments: str | int) -> Outcome:
    """Runs another command in the same step, as if it had been typed; its rules, questions and refusals hold.

    `about`: whose account it concerns, where not that of the command. Whether that may be must have been checked.
    """
    other = Pending(
        code=CodeRef(command.reference, name),
        command=name,
        arguments=tuple(arguments.items()),
        asked_by=command.actor,
        msisdn=about or command.msisdn,
        expires_at=command.at,
        about_reading=True,
    )
    return Outcome(then=other)
