"""Automatic top-ups from the linked card: below a threshold, or on a day of the month. One rule for a number's account.

The account is the number's own, also while a family's head pays for the number: then nothing is taken from the card,
and the rule goes on when the number pays for itself again. A balance that falls below the threshold sets off one
top-up, whatever follows; the next one needs another crossing. While a payment is under way none is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.products import AutopayRules
from gateway.commands import Command, Effect, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import (
    NO_MONEY,
    TOP_UP,
    Account,
    AccountId,
    Day,
    DayTotal,
    Instant,
    Money,
    Msisdn,
    Record,
    Threshold,
    Watch,
)
from gateway.rules import confirmations
from gateway.rules.calendar import add_today, day_number, moved_today, next_monthly
from gateway.rules.card_payments import FAILURES, failure, payment
from gateway.rules.paying import paid_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The rule that is on, and when it was last used."""

    name = "autopay.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Below(Command):
    """Adds a sum whenever the balance falls below the threshold, both in whole units."""

    name = "autopay.below"
    threshold: Threshold
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Monthly(Command):
    """Adds a sum on a day of each month, the last day where a month is shorter."""

    name = "autopay.monthly"
    day: Day
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Off(Command):
    """Switches the rule off."""

    name = "autopay.off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed(Command):
    """The balance has fallen below the threshold."""

    name = "autopay.crossed"
    own = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(Command):
    """The day of the month has come."""

    name = "autopay.due"
    own = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Command):
    """The payment system has answered, or was given up."""

    name = "autopay.paid"
    own = True
    amount: Money
    succeeded: bool
    answer: str


class Autopay(Record, frozen=True, array_like=True, gc=False):
    """The rule of an account: below a threshold, or monthly on a day; whose card pays.

    Attributes:
        paying: a payment is under way.
        paid: what was asked for on the last day.
    """

    kind = "autopay"
    msisdn: Msisdn = Msisdn("")
    amount: Money = NO_MONEY
    threshold: Money = NO_MONEY
    day: int = 0
    paying: bool = False
    paid: DayTotal = DayTotal()
    last_at: Instant = Instant(0)
    last: Money = NO_MONEY

    @property
    def on(self) -> bool:
        return self.amount > 0


def _rule(command: Command, uow: UnitOfWork) -> tuple[Account, Autopay]:
    """The number's own account and its rule; an account that was never opened is empty."""
    own = AccountId(command.msisdn)
    return uow.account(own) if uow.has_account(own) else Account(own), uow.record(Autopay, own)


def _payer(command: Command, uow: UnitOfWork) -> AccountId:
    """The account that pays for the number now."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber.account


def _described(rule: Autopay) -> dict[str, object]:
    return {
        "kind": "below" if rule.threshold else "monthly",
        "threshold": rule.threshold,
        "day": rule.day,
        "amount": rule.amount,
    }


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    _, rule = _rule(command, uow)
    if not rule.on:
        return Outcome(replies=(Reply(command.actor, "autopay-none"),))
    return _shown(command, rule)


def _shown(command: Command, rule: Autopay) -> Outcome:
    arguments = _described(rule) | {"last": rule.last, "last_at": rule.last_at}
    return Outcome(replies=(Reply(command.actor, "autopay-show", arguments),))


SETTING = ("not_payer", "sum_limits")


@handles(Below, refuses=[*SETTING, "threshold_limits"])
def below(command: Below, uow: UnitOfWork) -> Outcome:
    """Asks first; a balance that is below the threshold already is topped up at once."""
    rules = uow.products.autopay
    if not rules.threshold_min_minor <= command.threshold <= rules.threshold_max_minor:
        return refused(command, "threshold_limits", min=rules.threshold_min_minor, max=rules.threshold_max_minor)
    return _set(command, uow, rules, threshold=Money(command.threshold))


@handles(Monthly, refuses=SETTING)
def monthly(command: Monthly, uow: UnitOfWork) -> Outcome:
    """Asks first; the first payment is on the next such day."""
    return _set(command, uow, uow.products.autopay, day=command.day)


def _set(
    command: Below | Monthly, uow: UnitOfWork, rules: AutopayRules, *, threshold: Money = NO_MONEY, day: int = 0
) -> Outcome:
    if not rules.sum_min_minor <= command.amount <= rules.sum_max_minor:
        return refused(command, "sum_limits", min=rules.sum_min_minor, max=rules.sum_max_minor)
    account, rule = _rule(command, uow)
    payer = _payer(command, uow)
    if payer != account.id:
        return refused(command, "not_payer", number=Msisdn(payer))
    wanted = msgspec.structs.replace(rule, msisdn=command.msisdn, amount=command.amount, threshold=threshold, day=day)
    arguments = _described(wanted)
    if (rule.amount, rule.threshold, rule.day) == (command.amount, threshold, day):
        return _shown(command, rule)
    if command.confirmed is None:
        arguments["instead"] = "yes" if rule.on else "no"
        return confirmations.ask_actor(command, uow, text="autopay-ask", arguments=arguments, price=command.amount)
    timers: list[Timer] = []
    watch = Watch(threshold, Crossed.name, command.msisdn) if threshold else None
    if watch is not None:
        if account.balance < threshold:
            timers.append(Timer(f"{_key(account.id)}/now", command.at, Crossed.name, command.msisdn))
    else:
        timers.append(_timer(account.id, wanted, command.at, uow))
    return Outcome(
        replies=(Reply(command.actor, "autopay-set", arguments),),
        changed=(wanted, msgspec.structs.replace(account, watch=watch)),
        timers=tuple(timers),
        timers_cancelled=(_key(account.id),) if threshold else (),
    )


@handles(Off, refuses=["not_on"])
def off(command: Off, uow: UnitOfWork) -> Outcome:
    """What is under way is still credited."""
    account, rule = _rule(command, uow)
    if not rule.on:
        return refused(command, "not_on")
    return Outcome(
        replies=(Reply(command.actor, "autopay-off"),),
        changed=(
            msgspec.structs.replace(rule, amount=NO_MONEY, threshold=NO_MONEY, day=0),
            msgspec.structs.replace(account, watch=None),
        ),
        timers_cancelled=(_key(account.id),),
    )


@handles(Crossed, refuses=["day_limit"])
def crossed(command: Crossed, uow: UnitOfWork) -> Outcome:
    """One payment for one crossing; none where the balance has recovered meanwhile."""
    account, rule = _rule(command, uow)
    if not rule.threshold or rule.paying or account.balance >= rule.threshold:
        return Outcome()
    return _pay(command, uow, rule)


@handles(Due, refuses=["day_limit"])
def due(command: Due, uow: UnitOfWork) -> Outcome:
    """The payment of a month; after a long stop one for all the days that were missed."""
    account, rule = _rule(command, uow)
    if not rule.day:
        return Outcome()
    following = (_timer(account.id, rule, command.at, uow),)
    if rule.paying or _payer(command, uow) != account.id:
        return Outcome(timers=following)
    return msgspec.structs.replace(_pay(command, uow, rule), timers=following)


def _pay(command: Command, uow: UnitOfWork, rule: Autopay) -> Outcome:
    rules, day = uow.products.autopay, day_number(command.at, uow.operator)
    if moved_today(rule.paid, day) + rule.amount > rules.per_day_max_minor:
        return refused(command, "day_limit", amount=rule.amount, max=rules.per_day_max_minor)
    asked: Effect = payment(
        rule.msisdn,
        rule.msisdn,
        rule.amount,
        currency=uow.operator.currency,
        purpose="autopay",
        command=Paid.name,
        arguments=(("amount", rule.amount),),
    )
    paying = msgspec.structs.replace(rule, paying=True, paid=add_today(rule.paid, day, rule.amount))
    return Outcome(changed=(paying,), effects=(asked,))


@handles(Paid, refuses=FAILURES)
def paid(command: Paid, uow: UnitOfWork) -> Outcome:
    """Credits what was paid, or says why nothing came; the rule stays on either way."""
    account, rule = _rule(command, uow)
    rule = msgspec.structs.replace(rule, paying=False)
    if not command.succeeded:
        told = refused(command, failure(command.answer), amount=command.amount)
        return msgspec.structs.replace(told, changed=(rule,))
    rule = msgspec.structs.replace(rule, last_at=command.at, last=command.amount)
    money = paid_in(uow, account.id, command.amount, TOP_UP, "autopay", command.msisdn)
    arguments: dict[str, object] = {"amount": command.amount, "balance": money.balance}
    replies = [Reply(command.msisdn, "autopay-paid", arguments, notice=True)]
    if money.unblocked:
        replies.append(Reply(command.msisdn, "topup-unblocked", notice=True))
    return Outcome(replies=tuple(replies), changed=(rule, *money.changed), entries=money.entries)


def _key(account: AccountId) -> str:
    return f"autopay/{account}"


def _timer(account: AccountId, rule: Autopay, after: Instant, uow: UnitOfWork) -> Timer:
    due_at = next_monthly(after, rule.day, uow.products.autopay.hour, uow.operator)
    return Timer(_key(account), due_at, Due.name, rule.msisdn)
