"""Answers to what waits: yes, no, cancel everything, and the end of a consent that nobody answered.

The questions themselves belong to the functions that ask them; here is only what is the same for all. An answer
concerns the actor's own number, also while he acts for another.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Otp, Outcome, Reply, UnitOfWork, handles
from gateway.model import Instant, Pending, Subscriber
from gateway.rules import confirmations
from gateway.rules.confirmations import ANSWER_REFUSALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Command):
    name = "confirm.accept"
    own_number_only = True
    while_blocked = True
    code: Otp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    name = "confirm.decline"
    own_number_only = True
    while_blocked = True
    code: Otp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Command):
    name = "confirm.cancel"
    own_number_only = True
    while_blocked = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(Command):
    """Given by the timer of a consent; `number` and `nonce` are those of its code."""

    name = "confirm.expire"
    own = True
    own_number_only = True
    number: int
    nonce: int


@handles(Accept, refuses=ANSWER_REFUSALS)
def accept(command: Accept, uow: UnitOfWork) -> Outcome:
    """Yes to the question with that code, or to the only one that waits."""
    return confirmations.accept(command, uow, command.code)


@handles(Decline, refuses=ANSWER_REFUSALS)
def decline(command: Decline, uow: UnitOfWork) -> Outcome:
    """No to the question with that code, or to the only one that waits."""
    return confirmations.decline(command, uow, command.code)


def _holder(command: Command, uow: UnitOfWork) -> Subscriber:
    holder = uow.subscriber(command.actor)
    assert holder is not None  # the dispatcher runs no command of an unknown actor
    return holder


@handles(Cancel)
def cancel(command: Cancel, uow: UnitOfWork) -> Outcome:
    """No to everything that waits; who asked for a consent learns of it. Nothing waiting is said, not refused."""
    holder = _holder(command, uow)
    gone = confirmations.live(holder, command.at)
    if not gone:
        return Outcome(replies=(Reply(command.actor, "confirm-nothing_to_cancel"),))
    consents = tuple(pending for pending in gone if _is_consent(pending, holder))
    askers = dict.fromkeys(pending.asked_by for pending in consents)
    told = (Reply(asker, "confirm-declined_by", {"number": holder.msisdn}, notice=True) for asker in askers)
    return Outcome(
        replies=(Reply(command.actor, "confirm-cancelled", {"count": len(gone)}), *told),
        changed=(msgspec.structs.replace(holder, pendings=_untold(holder, command.at)),),
        timers_cancelled=tuple(confirmations.timer_key(holder.msisdn, pending) for pending in consents),
    )


def _is_consent(pending: Pending, holder: Subscriber) -> bool:
    return pending.asked_by != holder.msisdn


def _untold(holder: Subscriber, at: Instant) -> tuple[Pending, ...]:
    """Consents that have run out while their timer is still on its way: both sides hear of the end from it."""
    return tuple(each for each in holder.pendings if each.expires_at <= at and _is_consent(each, holder))


@handles(Expire)
def expire(command: Expire, uow: UnitOfWork) -> Outcome:
    """A consent's time has run out. Nothing happens where it was answered, or asked again and so renewed."""
    holder = _holder(command, uow)
    pending = next((each for each in holder.pendings if _is_meant(command, each)), None)
    if pending is None or pending.expires_at > command.at:
        return Outcome()
    rest = tuple(each for each in holder.pendings if each is not pending)
    return Outcome(
        replies=(
            Reply(holder.msisdn, "confirm-expired", {"number": pending.asked_by}, notice=True),
            Reply(pending.asked_by, "confirm-expired_by", {"number": holder.msisdn}, notice=True),
        ),
        changed=(msgspec.structs.replace(holder, pendings=rest),),
    )


def _is_meant(command: Expire, pending: Pending) -> bool:
    return pending.code.number == command.number and pending.code.nonce == command.nonce
