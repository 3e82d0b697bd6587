"""Whose account a command is about: the actor's own, or that of a number for which he acts. Pure."""

from __future__ import annotations

import msgspec

from gateway.commands import UnitOfWork
from gateway.model import MINUTE_MS, Instant, Msisdn, Subscriber
from gateway.rules.children import Children
from gateway.rules.credentials import Credentials


def subject(actor: Subscriber, at: Instant, uow: UnitOfWork) -> Msisdn:
    """The number acted for, while that lasts and is still right; else the actor's own.

    It is right while the two are linked; or, where it began with a password, until that number's password changes.
    """
    acting = actor.acting
    if acting is None or acting.until <= at:
        return actor.msisdn
    if acting.entered:
        still_right = uow.record(Credentials, acting.msisdn).set_by < acting.entered
        return acting.msisdn if still_right else actor.msisdn
    linked = uow.person(actor.person).cabinet(actor.region)
    if acting.msisdn not in linked or actor.msisdn not in linked:
        return actor.msisdn
    return acting.msisdn


def prolonged(actor: Subscriber, at: Instant, minutes: int) -> Subscriber:
    """Acting lasts from the last command on; what has run out is forgotten."""
    if actor.acting is None:
        return actor
    if actor.acting.until <= at:
        return msgspec.structs.replace(actor, acting=None)
    until = Instant(at + minutes * MINUTE_MS)
    return msgspec.structs.replace(actor, acting=msgspec.structs.replace(actor.acting, until=until))


def is_child(parent: Msisdn, number: Msisdn, at: Instant, uow: UnitOfWork) -> bool:
    """Whether somebody decides about a number as its parent, and not because he acts for it."""
    actor = uow.subscriber(parent)
    if actor is None or number in (parent, subject(actor, at, uow)):
        return False
    return number in uow.record(Children, subject(actor, at, uow)).numbers


def may_act_for(actor: Subscriber, number: Msisdn, at: Instant, uow: UnitOfWork) -> bool:
    """Whether a question that the actor asked himself for a number is still his to answer.

    Somebody who has logged out, or whose password no longer holds, must not spend that number's money afterwards.
    """
    acted_for = subject(actor, at, uow)
    if number in (actor.msisdn, acted_for) or number in uow.record(Children, acted_for).numbers:
        return True
    linked = uow.person(actor.person).cabinet(actor.region)
    return number in linked and actor.msisdn in linked
