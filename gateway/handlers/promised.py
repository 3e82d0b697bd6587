"""Promised payment: a sum now, taken back with its fee after some days, whatever is on the account then."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.catalogue.products import PromisedRules, on_scale
from gateway.commands import Command, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import (
    DAY_MS,
    FEES,
    NO_MONEY,
    PROMISED,
    Account,
    AccountId,
    Instant,
    Money,
    Msisdn,
    PersonKind,
    Subscriber,
)
from gateway.rules import confirmations
from gateway.rules.paying import Promised, Trust, collected, paid_in, spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Command):
    """What sum is possible now, its fee and its term."""

    name = "promised.offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Command):
    """Takes a promised payment of whole units after a question with the fee and the day it is taken back."""

    name = "promised.take"
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Command):
    """The payments that run and those of the past."""

    name = "promised.history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repay(Command):
    """Its day has come: the sum and the fee are taken from `account`; empty: the one that pays for the number now."""

    name = "promised.repay"
    own = True
    account: AccountId = AccountId("")


PAST_MAX = 5
WHOLE_MINOR = 100

CONDITIONS = ("company", "running", "trust", "tariff", "debt")


@dataclass(frozen=True, slots=True)
class _Terms:
    subscriber: Subscriber
    account: Account
    promised: Promised
    most: Money


@handles(Offer, refuses=CONDITIONS)
def offer(command: Offer, uow: UnitOfWork) -> Outcome:
    """The highest sum, what it costs, and the code that takes it."""
    terms = _terms(command, uow)
    if isinstance(terms, Outcome):
        return terms
    rules = uow.products.promised
    arguments: dict[str, object] = {
        "min": rules.sum_min_minor,
        "max": terms.most,
        "fee": on_scale(rules.fees, terms.most),
        "days": rules.lasts_days,
        "example": str(terms.most // WHOLE_MINOR),
    }
    return Outcome(replies=(Reply(command.actor, "promised-offer", arguments),))


@handles(Take, refuses=[*CONDITIONS, "sum_limits"])
def take(command: Take, uow: UnitOfWork) -> Outcome:
    """Asks with fee and day; "yes" runs this again. Another fee than was shown asks again."""
    terms = _terms(command, uow)
    if isinstance(terms, Outcome):
        return terms
    rules = uow.products.promised
    amount = command.amount
    if not rules.sum_min_minor <= amount <= terms.most:
        return refused(
            command, "sum_limits", min=rules.sum_min_minor, max=terms.most, example=str(terms.most // WHOLE_MINOR)
        )
    fee = on_scale(rules.fees, amount)
    due_at = Instant(command.at + rules.lasts_days * DAY_MS)
    if command.confirmed is None or command.confirmed.price != fee:
        text = "promised-ask" if command.confirmed is None else "promised-ask_again"
        arguments = {"amount": amount, "fee": fee, "total": amount + fee, "due": due_at}
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments, price=fee)
    paid = paid_in(uow, terms.account.id, amount, PROMISED, "promised", command.msisdn)
    promised = Promised(terms.account.id, amount, fee, due_at, terms.promised.past)
    reply = Reply(
        command.actor,
        "promised-taken",
        {"amount": amount, "total": amount + fee, "due": due_at, "balance": paid.balance},
    )
    told = {"number": command.msisdn, "amount": amount, "total": amount + fee, "due": due_at}
    payer = Msisdn(terms.account.id)
    return Outcome(
        replies=(reply,) if payer == command.msisdn else (reply, Reply(payer, "promised-taken_by", told, notice=True)),
        changed=(promised, *paid.changed),
        entries=paid.entries,
        timers=(
            Timer(f"promised/{terms.account.id}", due_at, Repay.name, command.msisdn, (("account", terms.account.id),)),
        ),
    )


def _terms(command: Command, uow: UnitOfWork) -> _Terms | Outcome:
    """Whether this number may have a promised payment now, and how much; or what stands against it."""
    rules = uow.products.promised
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    if uow.person(subscriber.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    account = uow.account(subscriber.account)
    promised = uow.record(Promised, account.id)
    if promised.amount:
        return refused(
            command, "running", amount=promised.amount, total=promised.amount + promised.fee, due=promised.due_at
        )
    if uow.record(Trust, account.id).limit:
        return refused(command, "trust")
    tariff = uow.products.tariffs.get(subscriber.tariff)
    if tariff is not None and tariff.id in rules.forbids_tariffs:
        return refused(command, "tariff", tariff=tariff.names)
    if account.balance < -rules.debt_max_minor:
        return refused(command, "debt", balance=account.balance, min=Money(-rules.debt_max_minor))
    return _Terms(subscriber, account, promised, _most(command, uow, subscriber, rules))


def _most(command: Command, uow: UnitOfWork, subscriber: Subscriber, rules: PromisedRules) -> Money:
    since = Instant(command.at - rules.spent_days * DAY_MS)
    return on_scale(rules.limits, spent(uow, subscriber, since, command.at))


@handles(History)
def history(command: History, uow: UnitOfWork) -> Outcome:
    """What runs, and the last payments with their days."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    promised = uow.record(Promised, subscriber.account)
    if not promised.amount and not promised.past:
        return Outcome(replies=(Reply(command.actor, "promised-history_none"),))
    arguments: dict[str, object] = {
        "running": promised.amount,
        "total": promised.amount + promised.fee,
        "due": promised.due_at,
        "count": len(promised.past),
        "last_at": promised.past[0][0] if promised.past else Instant(0),
        "last": promised.past[0][1] if promised.past else NO_MONEY,
    }
    return Outcome(replies=(Reply(command.actor, "promised-history", arguments),))


@handles(Repay)
def repay(command: Repay, uow: UnitOfWork) -> Outcome:
    """Takes the sum and the fee in one go, below zero if need be: then the number is blocked until it is paid.

    Whose account it is hears of it; so does a number of the family that asked for it, as long as that account pays.
    """
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    account = command.account or subscriber.account
    promised = uow.record(Promised, account)
    if not promised.amount:
        return Outcome()
    debt = ((PROMISED, promised.amount), (FEES, promised.fee))
    taken = collected(uow, account, debt, "promised")
    past = ((promised.due_at, promised.amount), *promised.past)[:PAST_MAX]
    text = "promised-repaid_blocked" if taken.blocked else "promised-repaid"
    arguments: dict[str, object] = {"total": promised.amount + promised.fee, "balance": taken.balance}
    if taken.balance < 0:
        arguments["missing"] = Money(-taken.balance)
    payer = Msisdn(account)
    replies = [Reply(payer, text, arguments, notice=True)]
    if command.msisdn != payer and subscriber.account == account:
        replies.append(Reply(command.msisdn, "promised-repaid", arguments, notice=True))
    return Outcome(
        replies=tuple(replies),
        changed=(Promised(promised.key, past=past), *taken.changed),
        entries=taken.entries,
    )
