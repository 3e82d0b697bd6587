"""Codes that belong to an application outside, in the way of hosted USSD services: it is told all that was typed so
far, and says what to show and whether the conversation goes on.

The application decides what its words mean; here its session is kept: what was typed, since when, and that it is told
once how the session ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from gateway.catalogue.applications import channel_of
from gateway.commands import Command, Effect, Outcome, Reply, Timer, UnitOfWork, handles
from gateway.model import Inputs, Instant, Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Command):
    """A conversation with an application. The first four fields are those of the plan's row.

    `notices`: the application wants to know how a session ended. `by_sms`: what it says goes as an SMS, and nothing is
    typed at it. `before`: what was typed so far. `hops`: how often the application was asked, last at `asked_at`.
    """

    own_number_only = True
    application: str
    service_code: str
    session_s: int
    notices: int = 0
    by_sms: int = 0
    before: str = ""
    session: str = ""
    began_at: int = 0
    hops: int = 0
    asked_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Session):
    """What was dialled, texted or typed, for the application."""

    name = "application.call"
    typed: Inputs = Inputs("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Session):
    """What the application says, or that it says nothing."""

    name = "application.answered"
    own = True
    succeeded: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(Session):
    """Nobody has gone on with a session for so long that it is over."""

    name = "application.over"
    own = True


KEPT = (
    "application", "service_code", "session_s", "notices", "by_sms", "before", "session", "began_at", "hops", "asked_at"
)  # fmt: skip


class Answer(msgspec.Struct, frozen=True):
    """The application's answer, as its channel has read it."""

    goes_on: bool
    text: str


@handles(Call)
def call(command: Call, uow: UnitOfWork) -> Outcome:
    """Asks the application. Nothing is shown before it has answered."""
    lives = bool(command.session) and command.at - command.asked_at <= command.session_s * 1000
    session = command.session if lives else f"{command.at:x}-{command.reference:x}"
    inputs = "*".join(each for each in (command.before, command.typed) if each)
    document = {
        "sessionId": session,
        "phoneNumber": f"+{command.actor}",
        "serviceCode": command.service_code,
        "text": inputs,
    }
    arguments = _kept(
        command,
        before=inputs,
        session=session,
        began_at=command.began_at if lives else command.at,
        hops=command.hops + 1 if lives else 1,
        asked_at=command.at,
    )
    name = channel_of(command.application)
    asked = Effect(name, document, Answered.name, command.actor, arguments, shown=not command.by_sms)
    return Outcome(effects=(asked,), timers_cancelled=(_timer_key(session),))


@handles(Answered)
def answered(command: Answered, uow: UnitOfWork) -> Outcome:
    """Shows what the application says; an apology where it says nothing that can be understood."""
    if not command.succeeded:
        sorry = Reply(command.actor, "application-sorry")
        return Outcome(replies=(sorry,), effects=_ended(command, "Failed", command.answer))
    answer = msgspec.json.decode(command.answer, type=Answer)
    said = Reply(command.actor, "application-says", {"text": answer.text})
    if not answer.goes_on or command.by_sms:
        return Outcome(replies=(said,), effects=_ended(command, "Success"))
    kept = _kept(command, asked_at=command.at)
    ends_at = Instant(command.at + command.session_s * 1000)
    ends = Timer(_timer_key(command.session), ends_at, Over.name, command.actor, kept)
    asks = msgspec.structs.replace(said, prompt=Prompt(Call.name, kept))
    return Outcome(replies=(asks,), timers=(ends,) if command.notices else ())


@handles(Over)
def over(command: Over, uow: UnitOfWork) -> Outcome:
    """Tells the application that its session ended on the way."""
    return Outcome(effects=_ended(command, "Incomplete"))


def _kept(known: Session, /, **changed: str | int) -> tuple[tuple[str, str | int], ...]:
    """What the session's next command is given of it."""
    return tuple((name, changed.get(name, getattr(known, name))) for name in KEPT)


def _timer_key(session: str) -> str:
    return f"application:{session}"


def _ended(session: Session, status: str, error: str = "") -> tuple[Effect, ...]:
    """The notice that a session has ended, with the fields of hosted services."""
    if not session.notices:
        return ()
    document = {
        "date": datetime.fromtimestamp(session.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "sessionId": session.session,
        "serviceCode": session.service_code,
        "phoneNumber": f"+{session.actor}",
        "status": status,
        "durationInMillis": str(max(0, session.at - session.began_at)),
        "hopsCount": str(session.hops),
        "input": session.before,
        "errorMessage": error,
    }
    return (Effect(channel_of(session.application, notices=True), document),)
