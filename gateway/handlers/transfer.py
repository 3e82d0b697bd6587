"""Direct transfer: a subscriber sends money from the account of his number to another subscriber of the network.

A transfer always asks first, with the fee, and moves money only on the answer; every rule is checked both times.
Limits and the fee are the operator's (`TransferRules`); whole roubles are ensured where the sum is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.products import TransferRules
from gateway.commands import Command, Otp, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import (
    FEES,
    Account,
    Entry,
    Money,
    Msisdn,
    PersonKind,
    Subscriber,
    SubscriberStatus,
)
from gateway.rules import confirmations
from gateway.rules.calendar import add_today, day_number, moved_today
from gateway.rules.confirmations import CODE_REFUSALS

WHOLE_MINOR = 100
"""Sums are whole units of the currency, so what the refusals offer is rounded down to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    name = "transfer.send"
    number: Msisdn
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    name = "transfer.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Command):
    name = "transfer.form"


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both ends of a transfer, and the day whose limits count."""

    sender: Subscriber
    payer: Account
    receiver: Subscriber
    day: int


SEND_REFUSALS = (
    "self", "company", "tariff", "unknown_number", "receiver_closed", "other_region", "same_account", "sum_limits",
    "day_limit", "receiver_day_limit", "not_enough_money",
)  # fmt: skip


@handles(Send, refuses=SEND_REFUSALS)
def send(command: Send, uow: UnitOfWork) -> Outcome:
    """Asks with a code; "yes" runs this again and moves the money. Another fee than was shown asks again."""
    sides = _sides(command, uow)
    if isinstance(sides, Outcome):
        return sides
    rules = uow.products.transfer
    refusal = _limits_refusal(command, sides, rules)
    if refusal is not None:
        return refusal
    if command.confirmed is None or command.confirmed.price != rules.fee_minor:
        return confirmations.ask_actor(
            command,
            uow,
            text="transfer-ask" if command.confirmed is None else "transfer-ask_again",
            arguments={
                "number": command.number,
                "amount": command.amount,
                "fee": rules.fee_minor,
                "minutes": rules.code_minutes,
            },
            price=rules.fee_minor,
            minutes=rules.code_minutes,
        )
    return _moved(command, sides, rules)


def _sides(command: Send, uow: UnitOfWork) -> _Sides | Outcome:
    """Who sends and who receives, or the refusal that lies in one of them."""
    sender = uow.subscriber(command.msisdn)
    assert sender is not None  # the dispatcher runs no command about an unknown number
    number = command.number
    if number == sender.msisdn:
        return refused(command, "self")
    if uow.person(sender.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    tariff = uow.products.tariffs.get(sender.tariff)
    if tariff is not None and not tariff.transfers:
        return refused(command, "tariff", tariff=tariff.names)
    receiver = uow.subscriber(number)
    if receiver is None:
        return refused(command, "unknown_number", number=number)
    if receiver.status is SubscriberStatus.CLOSED:
        return refused(command, "receiver_closed", number=number)
    if receiver.region != sender.region:
        return refused(command, "other_region", number=number)
    if receiver.account == sender.account:
        return refused(command, "same_account", number=number)
    return _Sides(sender, uow.account(sender.account), receiver, day_number(command.at, uow.operator))


def _limits_refusal(command: Send, sides: _Sides, rules: TransferRules) -> Outcome | None:
    """The first limit that the sum breaks; each refusal says what is possible instead, with an example."""
    amount, number = command.amount, command.number
    if not rules.sum_min_minor <= amount <= rules.sum_max_minor:
        nearest = max(rules.sum_min_minor, min(amount, rules.sum_max_minor))
        return refused(
            command,
            "sum_limits",
            min=rules.sum_min_minor,
            max=rules.sum_max_minor,
            number=number,
            example=_typed(nearest),
        )
    sent_left = rules.sent_per_day_max_minor - moved_today(sides.sender.sent, sides.day)
    if amount > sent_left:
        left = _possible(sent_left, rules)
        maximum = rules.sent_per_day_max_minor
        return refused(command, "day_limit", left=left, max=maximum, number=number, example=_typed(left))
    received_left = rules.received_per_day_max_minor - moved_today(sides.receiver.received, sides.day)
    if amount > received_left:
        left = _possible(received_left, rules)
        return refused(command, "receiver_day_limit", left=left, number=number, example=_typed(left))
    spendable = sides.payer.balance - rules.fee_minor - max(rules.left_min_minor, sides.payer.floor)
    if amount > spendable:
        possible = _possible(spendable, rules)
        return refused(
            command,
            "not_enough_money",
            possible=possible,
            missing=Money(amount - spendable),
            fee=rules.fee_minor,
            left_min=rules.left_min_minor,
            number=number,
            example=_typed(possible),
        )
    return None


def _possible(left: int, rules: TransferRules) -> Money:
    """What a person may really send of what is left: whole units, and nothing where that is below the least sum."""
    whole = left - left % WHOLE_MINOR
    return Money(whole) if whole >= rules.sum_min_minor else Money(0)


def _typed(amount: Money) -> str:
    """A sum as it is dialled."""
    return str(amount // WHOLE_MINOR)


def _moved(command: Send, sides: _Sides, rules: TransferRules) -> Outcome:
    amount, fee = command.amount, rules.fee_minor
    sender, receiver, payer = sides.sender, sides.receiver, sides.payer
    entries = [
        Entry(payer.id, Money(-amount), "transfer", sender.msisdn),
        Entry(receiver.account, amount, "transfer", receiver.msisdn),
    ]
    if fee:
        entries += [
            Entry(payer.id, Money(-fee), "transfer_fee", sender.msisdn),
            Entry(FEES, fee, "transfer_fee", sender.msisdn),
        ]
    return Outcome(
        replies=(
            Reply(
                command.actor,
                "transfer-sent",
                {
                    "number": receiver.msisdn,
                    "amount": amount,
                    "fee": fee,
                    "balance": Money(payer.balance - amount - fee),
                    "reference": str(command.reference),
                },
            ),
            Reply(receiver.msisdn, "transfer-received", {"number": sender.msisdn, "amount": amount}, notice=True),
        ),
        changed=(
            msgspec.structs.replace(sender, sent=add_today(sender.sent, sides.day, amount)),
            msgspec.structs.replace(receiver, received=add_today(receiver.received, sides.day, amount)),
        ),
        entries=tuple(entries),
    )


@handles(Confirm, refuses=CODE_REFUSALS)
def confirm(command: Confirm, uow: UnitOfWork) -> Outcome:
    """The code of a transfer's question, dialled: `*112*<code>#`."""
    return confirmations.accept(command, uow, command.code, only=Send.name)


@handles(Form)
def form(command: Form, uow: UnitOfWork) -> Outcome:
    """How to send money, with the limits and the fee."""
    rules = uow.products.transfer
    arguments = {"min": rules.sum_min_minor, "max": rules.sum_max_minor, "fee": rules.fee_minor}
    return Outcome(replies=(Reply(command.actor, "transfer-form", arguments),))
