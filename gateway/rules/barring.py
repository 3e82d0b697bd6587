"""Who is on whose black list. Pure."""

from __future__ import annotations

from gateway.commands import Command, Outcome, UnitOfWork, refused
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


def bars(uow: UnitOfWork, number: Msisdn, other: Msisdn) -> bool:
    """Whether a number, or a parent for it, does not want to hear from another."""
    subscriber = uow.subscriber(number)
    if subscriber is None:
        return False
    if other in uow.record(BarredForChild, number).numbers:
        return True
    return list_is_on(uow, subscriber) and other in uow.record(Barred, number).numbers


def unwilling(command: Command, number: Msisdn, uow: UnitOfWork) -> Outcome | None:
    """Whoever has barred the one who asks is not disturbed; it is not said by whom one is barred more than that.

    The refusal is `barred`, in the words of the command's family.
    """
    return refused(command, "barred", number=number) if bars(uow, number, command.msisdn) else None
