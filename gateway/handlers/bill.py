"""A company's bill: what it was charged, paid in advance from its card at once or by schedule.

A company's numbers are prepaid like all others; its bill is what a month has cost, and what it pays is credited to the
account when the payment system has answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Effect, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import (
    NO_MONEY,
    TOP_UP,
    Account,
    AccountId,
    Day,
    Instant,
    Money,
    Msisdn,
    PersonKind,
    Record,
    Subscriber,
)
from gateway.rules import confirmations
from gateway.rules.calendar import month_start, next_monthly
from gateway.rules.card_payments import FAILURES, failure, payment
from gateway.rules.paying import paid_in, spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """What was charged in the last month and in this one, what is on the account, and the schedule."""

    name = "bill.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Command):
    """Pays a sum in whole units from the linked card, after a question."""

    name = "bill.pay"
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Command):
    """Pays a sum on a day of each month."""

    name = "bill.schedule"
    day: Day
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Unschedule(Command):
    """Drops the schedule."""

    name = "bill.unschedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(Command):
    """The day of the schedule has come."""

    name = "bill.due"
    own = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Command):
    """The payment system has answered, or was given up."""

    name = "bill.paid"
    own = True
    amount: Money
    succeeded: bool
    answer: str


class BillSchedule(Record, frozen=True, array_like=True, gc=False):
    """What an account pays by itself, on which day, from whose card."""

    kind = "bill"
    msisdn: Msisdn = Msisdn("")
    day: int = 0
    amount: Money = NO_MONEY


def _bill(command: Command, uow: UnitOfWork) -> tuple[Subscriber, Account] | Outcome:
    """The number and the account it pays from; or why it has no bill."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    if uow.person(subscriber.person).kind is not PersonKind.COMPANY:
        return refused(command, "private")
    return subscriber, uow.account(subscriber.account)


@handles(Show, refuses=["private"])
def show(command: Show, uow: UnitOfWork) -> Outcome:
    found = _bill(command, uow)
    if isinstance(found, Outcome):
        return found
    subscriber, account = found
    this_month = month_start(command.at, uow.operator)
    last_month = month_start(Instant(this_month - 1), uow.operator)
    schedule = uow.record(BillSchedule, account.id)
    arguments: dict[str, object] = {
        "last": spent(uow, subscriber, last_month, this_month),
        "now": spent(uow, subscriber, this_month, command.at),
        "balance": account.balance,
        "day": schedule.day,
        "amount": schedule.amount,
    }
    return Outcome(replies=(Reply(command.actor, "bill-show", arguments),))


@handles(Pay, refuses=["private", "sum_limits"])
def pay(command: Pay, uow: UnitOfWork) -> Outcome:
    """Asks first: a payment from a card cannot be taken back by us."""
    found = _bill(command, uow)
    if isinstance(found, Outcome):
        return found
    refusal = _sum_refusal(command, uow, command.amount)
    if refusal is not None:
        return refusal
    arguments = {"amount": command.amount}
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="bill-ask", arguments=arguments, price=command.amount)
    asked = _payment(command.msisdn, command.amount, uow)
    return Outcome(replies=(Reply(command.actor, "bill-accepted", arguments),), effects=(asked,))


def _sum_refusal(command: Command, uow: UnitOfWork, amount: Money) -> Outcome | None:
    rules = uow.products.bill
    if rules.sum_min_minor <= amount <= rules.sum_max_minor:
        return None
    return refused(command, "sum_limits", min=rules.sum_min_minor, max=rules.sum_max_minor)


def _payment(msisdn: Msisdn, amount: Money, uow: UnitOfWork) -> Effect:
    return payment(
        msisdn,
        msisdn,
        amount,
        currency=uow.operator.currency,
        purpose="bill",
        command=Paid.name,
        arguments=(("amount", amount),),
    )


@handles(Schedule, refuses=["private", "sum_limits"])
def schedule(command: Schedule, uow: UnitOfWork) -> Outcome:
    """Asks first; it takes the place of the schedule that there is."""
    found = _bill(command, uow)
    if isinstance(found, Outcome):
        return found
    refusal = _sum_refusal(command, uow, command.amount)
    if refusal is not None:
        return refusal
    account = found[1]
    wanted = BillSchedule(account.id, command.msisdn, command.day, command.amount)
    first = _next(wanted, command.at, uow)
    arguments: dict[str, object] = {"day": command.day, "amount": command.amount, "first": first}
    if uow.record(BillSchedule, account.id) != wanted:
        if command.confirmed is None:
            return confirmations.ask_actor(
                command, uow, text="bill-ask_schedule", arguments=arguments, price=command.amount
            )
        return Outcome(
            replies=(Reply(command.actor, "bill-scheduled", arguments),),
            changed=(wanted,),
            timers=(_timer(account.id, wanted, first),),
        )
    return Outcome(replies=(Reply(command.actor, "bill-scheduled", arguments),))


@handles(Unschedule, refuses=["private", "not_scheduled"])
def unschedule(command: Unschedule, uow: UnitOfWork) -> Outcome:
    """What is under way is still credited."""
    found = _bill(command, uow)
    if isinstance(found, Outcome):
        return found
    account = found[1]
    if not uow.record(BillSchedule, account.id).amount:
        return refused(command, "not_scheduled")
    return Outcome(
        replies=(Reply(command.actor, "bill-unscheduled"),),
        changed=(BillSchedule(account.id),),
        timers_cancelled=(_key(account.id),),
    )


@handles(Due)
def due(command: Due, uow: UnitOfWork) -> Outcome:
    """The payment of a month; after a long stop one for all the days that were missed."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    rule = uow.record(BillSchedule, subscriber.account)
    if not rule.amount:
        return Outcome()
    following = _timer(subscriber.account, rule, _next(rule, command.at, uow))
    return Outcome(timers=(following,), effects=(_payment(rule.msisdn, rule.amount, uow),))


@handles(Paid, refuses=FAILURES)
def paid(command: Paid, uow: UnitOfWork) -> Outcome:
    """Credits what was paid, or says why nothing came; the schedule stays on either way."""
    if not command.succeeded:
        return refused(command, failure(command.answer), amount=command.amount)
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    money = paid_in(uow, subscriber.account, command.amount, TOP_UP, "bill", command.msisdn)
    arguments: dict[str, object] = {"amount": command.amount, "balance": money.balance}
    replies = [Reply(command.msisdn, "bill-paid", arguments, notice=True)]
    if money.unblocked:
        replies.append(Reply(command.msisdn, "topup-unblocked", notice=True))
    return Outcome(replies=tuple(replies), changed=money.changed, entries=money.entries)


def _key(account: AccountId) -> str:
    return f"bill/{account}"


def _next(rule: BillSchedule, after: Instant, uow: UnitOfWork) -> Instant:
    return next_monthly(after, rule.day, uow.products.bill.hour, uow.operator)


def _timer(account: AccountId, rule: BillSchedule, due_at: Instant) -> Timer:
    return Timer(_key(account), due_at, Due.name, rule.msisdn)
