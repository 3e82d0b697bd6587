"""Who is on whose black list. Pure."""

from __future__ import annotations

from gateway.commands import UnitOfWork
from gateway.model import Msisdn, Record, ServiceStatus, Subscriber


class Barred(Record, frozen=True, array_like=True, gc=False):
    """The black list of a number: who cannot call or write to it; senders of letters may be among them."""

    kind = "barred"
    numbers: tuple[str, ...] = ()


class BarredForChild(Record, frozen=True, array_like=True, gc=False):
    """Whom its parents keep away from a number, the key; without a service, and not the child's to change."""

    kind = "barred_for_child"
    numbers: tuple[str, ...] = ()


def list_is_on(uow: UnitOfWork, subscriber: Subscriber) -> bool:
    """Whether the number has the service, and has paid for it."""
    on = subscriber.service(uow.products.blacklist.service)
    return on is not None and on.status is ServiceStatus.ACTIVE


def sms_kept_away(uow: UnitOfWork, subscriber: Subscriber) -> bool:
    """Whether its black list, while it is on, counts for SMS too."""
    on = subscriber.service(uow.products.blacklist.sms_service)
    return on is not None and on.status is ServiceStatus.ACTIVE


def bars(uow: UnitOfWork, number: Msisdn, other: Msisdn) -> bool:
    """Whether a number, or a parent for it, does not want to hear from another."""
    subscriber = uow.subscriber(number)
    if subscriber is None:
        return False
    if parents_bar(uow, number, other):
        return True
    return list_is_on(uow, subscriber) and other in uow.record(Barred, number).numbers


def bars_sms(uow: UnitOfWork, number: Msisdn, other: Msisdn) -> bool:
    """The same, of what the other writes."""
    if not bars(uow, number, other):
        return False
    subscriber = uow.subscriber(number)
    return parents_bar(uow, number, other) or (subscriber is not None and sms_kept_away(uow, subscriber))


def parents_bar(uow: UnitOfWork, number: Msisdn, other: Msisdn) -> bool:
    """Whether a parent keeps another away from a number: in whatever way."""
    return other in uow.record(BarredForChild, number).numbers
