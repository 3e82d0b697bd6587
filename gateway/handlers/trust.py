"""Full trust: an account of a customer of long standing may go below zero, down to a limit."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import DAY_MS, NO_MONEY, AccountId, Instant, Money, PersonKind, Subscriber
from gateway.rules import confirmations
from gateway.rules.paying import Promised, Trust, spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """Whether it is on, the limit, and the conditions."""

    name = "trust.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Connects it where the conditions are met."""

    name = "trust.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    """Disconnects it after a question."""

    name = "trust.disconnect"


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


@handles(Show)
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """The state and the way to change it; nothing flips by itself."""
    rules = uow.products.trust
    account = uow.account(_subject(command, uow).account)
    limit = uow.record(Trust, account.id).limit
    if limit:
        reply = Reply(command.actor, "trust-is_on", {"limit": limit, "balance": account.balance})
    else:
        months = rules.customer_days_min // 30
        reply = Reply(
            command.actor,
            "trust-is_off",
            {"limit": rules.limit_minor, "months": months, "spent": rules.spent_min_minor},
        )
    return Outcome(replies=(reply,))


@handles(Connect, refuses=["company", "payer", "too_new", "spent_too_little", "debt", "promised"])
def connect(command: Connect, uow: UnitOfWork) -> Outcome:
    """Free and harmless, so without a question; saying it again says that it is on."""
    rules = uow.products.trust
    subscriber = _subject(command, uow)
    account = uow.account(subscriber.account)
    limit = uow.record(Trust, account.id).limit
    if limit:
        return Outcome(replies=(Reply(command.actor, "trust-already_on", {"limit": limit}),))
    if uow.person(subscriber.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    if account.id != AccountId(subscriber.msisdn):
        return refused(command, "payer")
    if subscriber.since and command.at - subscriber.since < rules.customer_days_min * DAY_MS:
        return refused(command, "too_new", months=rules.customer_days_min // 30)
    since = Instant(command.at - rules.spent_days * DAY_MS)
    so_far = spent(uow, subscriber, since, command.at)
    if so_far < rules.spent_min_minor:
        return refused(command, "spent_too_little", spent=so_far, min=rules.spent_min_minor)
    if account.balance < 0:
        return refused(command, "debt", balance=account.balance)
    if uow.record(Promised, account.id).amount:
        return refused(command, "promised")
    limit = rules.limit_minor
    return Outcome(
        replies=(Reply(command.actor, "trust-connected", {"limit": limit}),),
        changed=(Trust(account.id, limit), msgspec.structs.replace(account, floor=Money(-limit))),
    )


@handles(Disconnect, refuses=["payer", "debt"])
def disconnect(command: Disconnect, uow: UnitOfWork) -> Outcome:
    """Asked first, because it cannot be had back at once; not while the account is below zero. Only for whose account
    it is: a member of the family would take the head's limit away."""
    account = uow.account(_subject(command, uow).account)
    if not uow.record(Trust, account.id).limit:
        return Outcome(replies=(Reply(command.actor, "trust-already_off"),))
    if account.id != AccountId(command.msisdn):
        return refused(command, "payer")
    if account.balance < 0:
        return refused(command, "debt", balance=account.balance)
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="trust-disconnect_ask", arguments={})
    return Outcome(
        replies=(Reply(command.actor, "trust-disconnected"),),
        changed=(Trust(account.id), msgspec.structs.replace(account, floor=NO_MONEY)),
    )
