"""Who may send money to whom, and how much: the rules of a direct transfer and of a regular one. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.products import TransferRules
from gateway.commands import Command, Outcome, UnitOfWork, refused
from gateway.model import (
    FEES,
    Account,
    AccountId,
    Document,
    Entry,
    Money,
    Msisdn,
    PersonKind,
    Subscriber,
)
from gateway.rules.calendar import add_today, day_number, moved_today
from gateway.rules.strangers import ours

WHOLE_MINOR = 100
"""Sums are whole units of the currency, so what the refusals offer is rounded down to them."""

SIDES_REFUSALS = (
    "self", "company", "tariff", "unknown_number", "other_region", "same_account",
)  # fmt: skip
LIMIT_REFUSALS = ("sum_limits", "day_limit", "receiver_day_limit", "not_enough_money")


@dataclass(frozen=True, slots=True)
class Sides:
    """Both ends of a transfer, and the day whose limits count."""

    sender: Subscriber
    payer: Account
    receiver: Subscriber
    day: int


def sides_of(command: Command, uow: UnitOfWork, number: Msisdn) -> Sides | Outcome:
    """Who sends and who receives, or the refusal that lies in one of them."""
    sender = uow.subscriber(command.msisdn)
    assert sender is not None  # the dispatcher runs no command about an unknown number
    if number == sender.msisdn:
        return refused(command, "self")
    if uow.person(sender.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    tariff = uow.products.tariffs.get(sender.tariff)
    if tariff is not None and not tariff.transfers:
        return refused(command, "tariff", tariff=tariff.names)
    receiver = ours(uow, number)
    if receiver is None:
        return refused(command, "unknown_number", number=number)
    if receiver.region != sender.region:
        return refused(command, "other_region", number=number)
    if receiver.account == sender.account:
        return refused(command, "same_account", number=number)
    return Sides(sender, uow.account(sender.account), receiver, day_number(command.at, uow.operator))


def sum_refusal(command: Command, number: Msisdn, amount: Money, rules: TransferRules) -> Outcome | None:
    """Whether one transfer may be so large."""
    if rules.sum_min_minor <= amount <= rules.sum_max_minor:
        return None
    nearest = max(rules.sum_min_minor, min(amount, rules.sum_max_minor))
    return refused(
        command, "sum_limits", min=rules.sum_min_minor, max=rules.sum_max_minor, number=number, example=typed(nearest)
    )


def limits_refusal(command: Command, sides: Sides, amount: Money, fee: Money, rules: TransferRules) -> Outcome | None:
    """The first limit that the sum breaks; each refusal says what is possible instead, with an example."""
    number = sides.receiver.msisdn
    refusal = sum_refusal(command, number, amount, rules)
    if refusal is not None:
        return refusal
    sent_left = rules.sent_per_day_max_minor - moved_today(sides.sender.sent, sides.day)
    if amount > sent_left:
        left = _possible(sent_left, rules)
        maximum = rules.sent_per_day_max_minor
        return refused(command, "day_limit", left=left, max=maximum, number=number, example=typed(left))
    received_left = rules.received_per_day_max_minor - moved_today(sides.receiver.received, sides.day)
    if amount > received_left:
        left = _possible(received_left, rules)
        return refused(command, "receiver_day_limit", left=left, number=number, example=typed(left))
    spendable = sides.payer.balance - fee - max(rules.left_min_minor, sides.payer.floor)
    if amount > spendable:
        possible = _possible(spendable, rules)
        return refused(
            command,
            "not_enough_money",
            possible=possible,
            missing=Money(amount - spendable),
            fee=fee,
            left_min=rules.left_min_minor,
            number=number,
            example=typed(possible),
        )
    return None


def _possible(left: int, rules: TransferRules) -> Money:
    """What a person may really send of what is left: whole units, and nothing where that is below the least sum."""
    whole = left - left % WHOLE_MINOR
    return Money(whole) if whole >= rules.sum_min_minor else Money(0)


def typed(amount: Money) -> str:
    """A sum as it is dialled."""
    return str(amount // WHOLE_MINOR)


def moved(sides: Sides, amount: Money) -> tuple[tuple[Entry, ...], tuple[Document, ...]]:
    """The entries of a transfer, and both ends with what they have moved today."""
    sender, receiver = sides.sender, sides.receiver
    entries = (
        Entry(sides.payer.id, Money(-amount), "transfer", sender.msisdn),
        Entry(receiver.account, amount, "transfer", receiver.msisdn),
    )
    changed = (
        msgspec.structs.replace(sender, sent=add_today(sender.sent, sides.day, amount)),
        msgspec.structs.replace(receiver, received=add_today(receiver.received, sides.day, amount)),
    )
    return entries, changed


def fee_entries(payer: AccountId, fee: Money, by: Msisdn) -> tuple[Entry, ...]:
    """The fee of a transfer; none where there is none."""
    if not fee:
        return ()
    return Entry(payer, Money(-fee), "transfer_fee", by), Entry(FEES, fee, "transfer_fee", by)
