"""Money that comes to an account, and what a subscriber has spent. Pure.

An account whose debt was collected may lie below its floor: the floor went down with it, and the number was blocked.
Whatever pays the debt puts both back, so every function that brings money does it here.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import UnitOfWork
from gateway.model import (
    NO_MONEY,
    Account,
    AccountId,
    Charge,
    Document,
    Entry,
    Instant,
    Money,
    Msisdn,
    Record,
    Subscriber,
    SubscriberStatus,
)

CHARGES_MAX = 10_000
NAMED_CHARGES = frozenset(
    {
        "service", "transfer", "transfer_fee", "promised", "melody", "favourite", "locator", "tariff", "tariff_change",
        "sms", "mms", "block",
    }
)  # fmt: skip
"""Kinds of ledger entries that a list of charges has a name for; any other is a payment."""

RETURNED_MAX = 100
READ_MORE = 16


class Trust(Record, frozen=True, array_like=True, gc=False):
    """Full trust: the account may go below zero by this much. The key is the account."""

    kind = "trust"
    limit: Money = NO_MONEY


class Promised(Record, frozen=True, array_like=True, gc=False):
    """The promised payments of an account: the one that runs, and the last ones (when, how much)."""

    kind = "promised"
    amount: Money = NO_MONEY
    fee: Money = NO_MONEY
    due_at: Instant = Instant(0)
    past: tuple[tuple[Instant, Money], ...] = ()


class Returned(Record, frozen=True, array_like=True, gc=False):
    """The last requests of a number that came to nothing and whose price came back, by their message numbers."""

    kind = "returned"
    requests: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Paid:
    """What an outcome takes over when money came in: its entries, its changed values, and what is there now."""

    entries: tuple[Entry, ...]
    changed: tuple[Document, ...]
    balance: Money
    unblocked: bool = False


def paid_in(uow: UnitOfWork, account: AccountId, amount: Money, source: AccountId, kind: str, by: Msisdn) -> Paid:
    """`amount` minor units from one of the operator's accounts to a customer's; `by`: the number that caused it."""
    entries = (Entry(source, Money(-amount), kind, by), Entry(account, amount, kind, by))
    before = uow.account(account)
    balance = Money(before.balance + amount)
    usual = usual_floor(uow, account)
    if before.floor == usual or balance < usual:
        return Paid(entries, (), balance)
    changed: list[Document] = [msgspec.structs.replace(before, floor=usual)]
    holder = uow.subscriber(Msisdn(account))
    unblocked = holder is not None and holder.status is SubscriberStatus.DEBTOR
    if holder is not None and unblocked:
        changed.append(msgspec.structs.replace(holder, status=SubscriberStatus.ACTIVE))
    return Paid(entries, tuple(changed), balance, unblocked)


def usual_floor(uow: UnitOfWork, account: AccountId) -> Money:
    """How far an account may go down by what its owner does: to zero, or to the limit of his full trust."""
    return Money(-uow.record(Trust, account).limit)


@dataclass(frozen=True, slots=True)
class Collected:
    """A debt that was taken, whatever was there."""

    entries: tuple[Entry, ...]
    changed: tuple[Document, ...]
    balance: Money
    blocked: bool


def collected(uow: UnitOfWork, account: AccountId, debt: tuple[tuple[AccountId, Money], ...], kind: str) -> Collected:
    """Takes sums for the operator's accounts, below the floor if need be: then the account's own number is blocked."""
    before = uow.account(account)
    amount = sum(each for _, each in debt)
    by = Msisdn(account)
    entries = (
        Entry(account, Money(-amount), kind, by),
        *(Entry(to, each, kind, by) for to, each in debt if each),
    )
    balance = Money(before.balance - amount)
    if balance >= before.floor:
        return Collected(entries, (), balance, blocked=False)
    changed: list[Document] = [msgspec.structs.replace(before, floor=balance)]
    holder = uow.subscriber(by)
    blocked = holder is not None and holder.status is SubscriberStatus.ACTIVE
    if holder is not None and blocked:
        changed.append(msgspec.structs.replace(holder, status=SubscriberStatus.DEBTOR))
    return Collected(entries, tuple(changed), balance, blocked)


def spent(uow: UnitOfWork, subscriber: Subscriber, since: Instant, until: Instant) -> Money:
    """What a number cost in a period: its usage, and what its account paid by commands (money given away included)."""
    used = sum(each.cost for each in uow.usage_totals(subscriber.msisdn, since, until))
    charged = sum(each.amount for each in uow.charges(subscriber.account, since, until, CHARGES_MAX))
    return Money(used + charged)


def price_returned(uow: UnitOfWork, msisdn: Msisdn, request: int) -> Returned:
    """With that request among those whose price came back."""
    known = uow.record(Returned, msisdn)
    return Returned(msisdn, (*known.requests, request)[-RETURNED_MAX:])


def last_paid(
    uow: UnitOfWork, subscriber: Subscriber, since: Instant, until: Instant, count: int
) -> tuple[Charge, ...]:
    """What a number itself paid by commands and timers, newest first, at most so many, but for what came back.

    Others may pay from the same account: more of it is read only where too little of what was read is the number's own.
    """
    returned = set(uow.record(Returned, subscriber.msisdn).requests)
    limit = count
    while True:
        read = uow.charges(subscriber.account, since, until, limit)
        own = [each for each in read if each.msisdn == subscriber.msisdn and each.number not in returned]
        if len(own) >= count or len(read) < limit:
            return tuple(own[:count])
        limit *= READ_MORE


def missing_for(account: Account, price: Money) -> Money:
    """How much more is needed to pay a price; 0: there is enough."""
    return Money(max(0, price + account.floor - account.balance))


def waiting_for_money(account: Account, timer: str) -> tuple[Account, ...]:
    """The account that shall hurry that timer when money comes in; nothing where it will do so already."""
    if timer in account.unpaid:
        return ()
    return (msgspec.structs.replace(account, unpaid=(*account.unpaid, timer)),)
