"""Who is on whose black list. Pure."""

from __future__ import annotations

from gateway.commands import UnitOfWork
from gateway.model import Msisdn, Record, ServiceStatus, Subscriber


class Barred(Record, frozen=True, array_like=True, gc=False):
    """The black list of a number: who cannot call or write to it; senders of letters may be among them."""

    kind = "barred"
    numbers: tuple[str, ...] = ()


def list_is_on(uow: UnitOfWork, subscriber: Subscriber) -> bool:
    """Whether the number has the service, and has paid for it."""
    on = subscriber.service(uow.products.blacklist.service)
    return on is not None and on.status is ServiceStatus.ACTIVE


def bars(uow: UnitOfWork, number: Msisdn, other: Msisdn) -> bool:
    """Whether a number does not want to hear from another."""
    subscriber = uow.subscriber(number)
    if subscriber is None or not list_is_on(uow, subscriber):
        return False
    return other in uow.record(Barred, number).numbers
