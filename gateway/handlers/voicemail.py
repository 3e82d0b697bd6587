"""Voicemail: on, off, what waits, and when it answers.

It is one of two services, a basic one and a paid one, which exclude each other; this code connects the basic one. How
many messages wait only the voicemail platform knows: that command has no handler yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import AnswerDelay, Record
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
class Delay(Command):
    """After how many seconds of ringing voicemail answers."""

    name = "voicemail.delay"
    delay_s: AnswerDelay


class Answering(Record, frozen=True, array_like=True, gc=False):
    """After how many seconds of ringing a number's voicemail answers; 0: as the operator has it."""

    kind = "answering"
    delay_s: int = 0


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
