"""Direct transfer: a subscriber sends money from the account of his number to another subscriber of the network.

A transfer always asks first, with the fee, and moves money only on the answer; every rule is checked both times.
Limits and the fee are the operator's (`TransferRules`); whole roubles are ensured where the sum is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.catalogue.products import TransferRules
from gateway.commands import Command, Otp, Outcome, Reply, UnitOfWork, handles
from gateway.model import Money, Msisdn
from gateway.rules import confirmations
from gateway.rules.confirmations import CODE_REFUSALS
from gateway.rules.transferring import (
    LIMIT_REFUSALS,
    SIDES_REFUSALS,
    Sides,
    fee_entries,
    limits_refusal,
    moved,
    sides_of,
)


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


SEND_REFUSALS = (*SIDES_REFUSALS, *LIMIT_REFUSALS)


@handles(Send, refuses=SEND_REFUSALS)
def send(command: Send, uow: UnitOfWork) -> Outcome:
    """Asks with a code; "yes" runs this again and moves the money. Another fee than was shown asks again."""
    sides = sides_of(command, uow, command.number)
    if isinstance(sides, Outcome):
        return sides
    rules = uow.products.transfer
    refusal = limits_refusal(command, sides, command.amount, rules.fee_minor, rules)
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


def _moved(command: Send, sides: Sides, rules: TransferRules) -> Outcome:
    amount, fee = command.amount, rules.fee_minor
    entries, changed = moved(sides, amount)
    sent = Reply(
        command.actor,
        "transfer-sent",
        {
            "number": command.number,
            "amount": amount,
            "fee": fee,
            "balance": Money(sides.payer.balance - amount - fee),
            "reference": str(command.reference),
        },
    )
    came = {"number": sides.sender.msisdn, "amount": amount}
    return Outcome(
        replies=(sent, Reply(command.number, "transfer-received", came, notice=True)),
        changed=changed,
        entries=(*entries, *fee_entries(sides.payer.id, fee, sides.sender.msisdn)),
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
