"""Regular transfers: the same sum to the same number, day by day, week by week or month by month.

Its fee is taken once, when a number is added. Each transfer obeys the rules of a direct one; what cannot be moved on
its day is not moved later, and the sender is told why.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.catalogue.products import Operator
from gateway.commands import Command, Outcome, Reply, Timer, UnitOfWork, handles, refused
from gateway.model import Instant, Money, Msisdn, Record, TransferPeriod
from gateway.rules import confirmations
from gateway.rules.calendar import days_later, months_later
from gateway.rules.renewing import fees_stand
from gateway.rules.transferring import (
    SIDES_REFUSALS,
    Sides,
    fee_entries,
    limits_refusal,
    moved,
    sides_of,
    sum_refusal,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Sets a regular transfer in whole units, after a question with its fee."""

    name = "regular.set"
    number: Msisdn
    period: TransferPeriod
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Command):
    """Ends the regular transfer to a number."""

    name = "regular.cancel"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(Command):
    """The day of a transfer has come."""

    name = "regular.due"
    own = True
    number: Msisdn


class Standing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One regular transfer. Its days are reckoned from when it was set, so that months do not drift.

    Attributes:
        passed: how many of its days have come.
    """

    number: Msisdn
    period: TransferPeriod
    amount: Money
    since: Instant
    passed: int = 0


class Regular(Record, frozen=True, array_like=True, gc=False):
    """The regular transfers of a number."""

    kind = "regular"
    transfers: tuple[Standing, ...] = ()

    def to(self, number: Msisdn) -> Standing | None:
        return next((each for each in self.transfers if each.number == number), None)

    def without(self, number: Msisdn) -> tuple[Standing, ...]:
        return tuple(each for each in self.transfers if each.number != number)


ENDING = frozenset({"self", "company", "tariff", "unknown_number", "other_region", "same_account"})
"""What will be no other way on the next day."""


def next_at(standing: Standing, operator: Operator) -> Instant:
    """When the next transfer is due."""
    count = standing.passed + 1
    if standing.period is TransferPeriod.MONTHLY:
        return months_later(standing.since, count, operator)
    return days_later(standing.since, count * (7 if standing.period is TransferPeriod.WEEKLY else 1), operator)


@handles(Set, refuses=[*SIDES_REFUSALS, "sum_limits", "not_enough_money", "too_many"])
def set_(command: Set, uow: UnitOfWork) -> Outcome:
    """Asks with the fee and the first day; a change of what is set already costs nothing."""
    sides = sides_of(command, uow, command.number)
    if isinstance(sides, Outcome):
        return sides
    number, rules = command.number, uow.products.transfer
    refusal = sum_refusal(command, number, command.amount, rules)
    if refusal is not None:
        return refusal
    regular = uow.record(Regular, command.msisdn)
    known = regular.to(number)
    standing = Standing(number, command.period, command.amount, command.at)
    arguments: dict[str, object] = {
        "number": number,
        "amount": command.amount,
        "period": command.period.value,
        "first": next_at(standing, uow.operator),
    }
    if known is not None and (known.period, known.amount) == (command.period, command.amount):
        arguments["first"] = next_at(known, uow.operator)
        return Outcome(replies=(Reply(command.actor, "regular-already", arguments),))
    if known is None and len(regular.transfers) >= rules.regular_max:
        return refused(command, "too_many", max=rules.regular_max, number=regular.transfers[0].number)
    fee = Money(0) if known is not None else rules.fee_minor
    arguments["fee"] = fee
    if sides.payer.balance - fee < sides.payer.floor:
        return refused(
            command, "not_enough_money", fee=fee, missing=Money(fee + sides.payer.floor - sides.payer.balance)
        )
    if command.confirmed is None or command.confirmed.price != fee:
        return confirmations.ask_actor(command, uow, text="regular-ask", arguments=arguments, price=fee)
    arguments["balance"] = Money(sides.payer.balance - fee)
    return Outcome(
        replies=(Reply(command.actor, "regular-set", arguments),),
        changed=(Regular(command.msisdn, (*regular.without(number), standing)),),
        entries=fee_entries(sides.payer.id, fee, command.msisdn),
        timers=(_timer(command.msisdn, standing, uow.operator),),
    )


@handles(Cancel, refuses=["not_set"])
def cancel(command: Cancel, uow: UnitOfWork) -> Outcome:
    """Nothing more leaves; what was moved stays moved."""
    regular = uow.record(Regular, command.msisdn)
    if regular.to(command.number) is None:
        return refused(command, "not_set", number=command.number)
    return Outcome(
        replies=(Reply(command.actor, "regular-cancelled", {"number": command.number}),),
        changed=(Regular(command.msisdn, regular.without(command.number)),),
        timers_cancelled=(_key(command.msisdn, command.number),),
    )


@handles(Due)
def due(command: Due, uow: UnitOfWork) -> Outcome:
    """Moves the sum, or says why not; what can never be moved again ends the rule. Nothing leaves a blocked number,
    whoever set the transfer before its owner missed the phone."""
    regular = uow.record(Regular, command.msisdn)
    standing = regular.to(command.number)
    if standing is None:
        return Outcome()
    rules, amount = uow.products.transfer, standing.amount
    sides = sides_of(command, uow, command.number)
    refusal = sides if isinstance(sides, Outcome) else limits_refusal(command, sides, amount, Money(0), rules)
    if isinstance(sides, Sides) and fees_stand(sides.sender):
        refusal = Outcome(refusal="blocked")
    arguments: dict[str, object] = {"number": command.number, "amount": amount}
    if refusal is not None and refusal.refusal in ENDING:
        return Outcome(
            replies=(Reply(command.msisdn, "regular-ended", arguments, notice=True),),
            changed=(Regular(command.msisdn, regular.without(command.number)),),
        )
    standing = msgspec.structs.replace(standing, passed=standing.passed + 1)
    arguments["next"] = next_at(standing, uow.operator)
    changed = (Regular(command.msisdn, (*regular.without(command.number), standing)),)
    timers = (_timer(command.msisdn, standing, uow.operator),)
    if refusal is not None or isinstance(sides, Outcome):
        arguments["reason"] = refusal.refusal if refusal is not None else ""
        missed = Reply(command.msisdn, "regular-missed", arguments, notice=True)
        return Outcome(replies=(missed,), changed=changed, timers=timers)
    entries, ends = moved(sides, amount)
    arguments["balance"] = Money(sides.payer.balance - amount)
    came = {"number": command.msisdn, "amount": amount}
    return Outcome(
        replies=(
            Reply(command.msisdn, "regular-moved", arguments, notice=True),
            Reply(command.number, "transfer-received", came, notice=True),
        ),
        changed=(*changed, *ends),
        entries=entries,
        timers=timers,
    )


def _key(sender: Msisdn, number: Msisdn) -> str:
    return f"regular/{sender}/{number}"


def _timer(sender: Msisdn, standing: Standing, operator: Operator) -> Timer:
    """What the next day of a transfer sets off."""
    arguments = (("number", standing.number),)
    return Timer(_key(sender, standing.number), next_at(standing, operator), Due.name, sender, arguments)
