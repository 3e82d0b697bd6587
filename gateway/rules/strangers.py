"""What a command may know of a number that is not the sender's. Pure."""

from __future__ import annotations

from gateway.commands import UnitOfWork
from gateway.model import Msisdn, Subscriber, SubscriberStatus


def ours(uow: UnitOfWork, number: Msisdn) -> Subscriber | None:
    """The subscriber of a number; None where nobody has it, or nobody any more: whose it was is nobody's to learn."""
    subscriber = uow.subscriber(number)
    gone = subscriber is None or subscriber.status is SubscriberStatus.CLOSED
    return None if gone else subscriber
