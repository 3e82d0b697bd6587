"""Top-up from the card that a subscriber has linked with the payment system, for himself or for another number.

The money comes from outside: the answer is "accepted", and the result follows when the payment system has answered.
Nothing is credited before that, and nothing twice: the result of a payment is decided once.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import TOP_UP, Money, Msisdn
from gateway.rules import confirmations
from gateway.rules.card_payments import FAILURES, failure, payment
from gateway.rules.paying import paid_in
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Command):
    """The ways to pay."""

    name = "topup.menu"
    while_blocked = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Command):
    """Tops up the own number, or another one, in whole units from the linked card, after a question."""

    name = "topup.pay"
    while_blocked = True
    amount: Money
    number: Msisdn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Command):
    """The payment system has answered, or was given up."""

    name = "topup.paid"
    own = True
    amount: Money
    number: Msisdn
    succeeded: bool
    answer: str


@handles(Menu)
def menu(command: Menu, uow: UnitOfWork) -> Outcome:
    rules = uow.products.top_up
    arguments = {"min": rules.sum_min_minor, "max": rules.sum_max_minor}
    return Outcome(replies=(Reply(command.actor, "topup-menu", arguments),))


@handles(Pay, refuses=["sum_limits", "unknown_number"])
def pay(command: Pay, uow: UnitOfWork) -> Outcome:
    """Asks first: it is real money, and a second answer cannot be taken back by us."""
    rules = uow.products.top_up
    number = command.number or command.msisdn
    if not rules.sum_min_minor <= command.amount <= rules.sum_max_minor:
        return refused(command, "sum_limits", min=rules.sum_min_minor, max=rules.sum_max_minor)
    if ours(uow, number) is None:
        return refused(command, "unknown_number", number=number)
    arguments: dict[str, object] = {"amount": command.amount, "number": number}
    other = "" if number == command.actor else "_other"
    if command.confirmed is None:
        return confirmations.ask_actor(
            command, uow, text=f"topup-ask{other}", arguments=arguments, price=command.amount
        )
    asked = payment(
        command.actor,
        number,
        command.amount,
        currency=uow.operator.currency,
        purpose="top_up",
        command=Paid.name,
        arguments=(("amount", command.amount), ("number", number)),
    )
    return Outcome(replies=(Reply(command.actor, f"topup-accepted{other}", arguments),), effects=(asked,))


@handles(Paid, refuses=FAILURES)
def paid(command: Paid, uow: UnitOfWork) -> Outcome:
    """Credits what was paid; who paid for another number hears of it, and so does that number."""
    if not command.succeeded:
        return refused(command, failure(command.answer), amount=command.amount)
    credited = uow.subscriber(command.number)
    assert credited is not None  # a number that was there when it was asked for stays in the store
    money = paid_in(uow, credited.account, command.amount, TOP_UP, "top_up", command.msisdn)
    arguments: dict[str, object] = {"amount": command.amount, "number": command.number, "balance": money.balance}
    if command.number == command.msisdn:
        replies = [Reply(command.number, "topup-paid", arguments, notice=True)]
    else:
        replies = [
            Reply(command.msisdn, "topup-paid_other", arguments, notice=True),
            Reply(command.number, "topup-paid_by", arguments | {"number": command.msisdn}, notice=True),
        ]
    if money.unblocked:
        replies.append(Reply(command.number, "topup-unblocked", notice=True))
    return Outcome(replies=tuple(replies), changed=money.changed, entries=money.entries)
