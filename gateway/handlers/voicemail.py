"""Voicemail: on, off, what waits, and when it answers.

It is one of two services, a basic one and a paid one, which exclude each other; this code connects the basic one. How
many messages wait only the voicemail platform knows, so it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Effect, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import AnswerDelay, Record
from gateway.rules.answers import understood
from gateway.rules.instead import instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Connects basic voicemail after a question."""

    name = "voicemail.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    """Disconnects voicemail after a question."""

    name = "voicemail.disconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages(Command):
    """How many messages wait, and how to hear them."""

    name = "voicemail.messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Command):
    """The voicemail platform has answered, or has not."""

    name = "voicemail.counted"
    own = True
    succeeded: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Command):
    """After how many seconds of ringing voicemail answers."""

    name = "voicemail.delay"
    delay_s: AnswerDelay


class Answering(Record, frozen=True, array_like=True, gc=False):
    """After how many seconds of ringing a number's voicemail answers; 0: as the operator has it."""

    kind = "answering"
    delay_s: int = 0


class Count(msgspec.Struct, frozen=True):
    """The platform's answer (docs/effects.md): messages that were not heard yet, and those that are kept."""

    new: int
    kept: int


@handles(Connect)
def connect(command: Connect, uow: UnitOfWork) -> Outcome:
    """The basic service, with its price, its question and its refusals; beside the paid one it is refused."""
    return instead(command, "services.connect", service=uow.products.voicemail.basic)


@handles(Disconnect)
def disconnect(command: Disconnect, uow: UnitOfWork) -> Outcome:
    """Whichever of the two is on."""
    return instead(command, "services.disconnect", service=_connected(command, uow) or uow.products.voicemail.basic)


def _connected(command: Command, uow: UnitOfWork) -> int:
    """The voicemail service that is on; 0: none."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    rules = uow.products.voicemail
    return next((each for each in (rules.paid, rules.basic) if subscriber.service(each) is not None), 0)


@handles(Delay, refuses=["not_on"])
def delay(command: Delay, uow: UnitOfWork) -> Outcome:
    """Free and easy to change, so without a question; the same again gives the same state."""
    if not _connected(command, uow):
        return refused(command, "not_on")
    seconds = int(command.delay_s)
    return Outcome(
        replies=(Reply(command.actor, "voicemail-delay", {"seconds": seconds}),),
        changed=(Answering(command.msisdn, seconds),),
    )


@handles(Messages, refuses=["not_on"])
def messages(command: Messages, uow: UnitOfWork) -> Outcome:
    """The answer comes when the platform has given it."""
    if not _connected(command, uow):
        return refused(command, "not_on")
    asked = Effect("voicemail", {"number": command.msisdn}, command=Counted.name, msisdn=command.actor)
    return Outcome(replies=(Reply(command.actor, "voicemail-asked"),), effects=(asked,))


@handles(Counted)
def counted(command: Counted, uow: UnitOfWork) -> Outcome:
    """How many there are, and how to hear them."""
    arguments: dict[str, object] = {"listen": uow.products.voicemail.listen}
    count = understood(command.succeeded, command.answer, Count)
    if count is None:
        return Outcome(replies=(Reply(command.msisdn, "voicemail-unknown", arguments, notice=True),))
    arguments |= {"new": count.new, "kept": count.kept}
    return Outcome(replies=(Reply(command.msisdn, "voicemail-messages", arguments, notice=True),))
