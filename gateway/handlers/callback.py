"""Short requests to another number: to call back, to send money. Free, so many a day, never to who does not want it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import DayTotal, Money, Msisdn, Record
from gateway.rules.barring import bars
from gateway.rules.calendar import add_today, day_number, moved_today
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMe(Command):
    """Asks a number to call back."""

    name = "callback.call_me"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class TopMeUp(Command):
    """Asks a number for money, a certain sum in whole units or any; it gets a ready code to transfer it."""

    name = "callback.top_me_up"
    number: Msisdn
    amount: Money | None = None


class Asked(Record, frozen=True, array_like=True, gc=False):
    """How often a number has asked today; the totals count requests."""

    kind = "asked"
    call_me: DayTotal = DayTotal()
    top_me_up: DayTotal = DayTotal()


ONE = Money(1)


@handles(CallMe, refuses=["self", "barred", "quota"])
def call_me(command: CallMe, uow: UnitOfWork) -> Outcome:
    """Any mobile number of the country can be asked, of whichever network."""
    if command.number == command.msisdn:
        return refused(command, "self")
    if bars(uow, command.number, command.msisdn):
        return refused(command, "barred", number=command.number)
    asked = uow.record(Asked, command.msisdn)
    day, most = day_number(command.at, uow.operator), uow.products.callback.call_me_per_day_max
    if moved_today(asked.call_me, day) >= most:
        return refused(command, "quota", max=most)
    counted = add_today(asked.call_me, day, ONE)
    return Outcome(
        replies=(
            Reply(command.actor, "callback-call_me", {"number": command.number, "left": most - counted.total}),
            Reply(command.number, "callback-call_me_asked", {"number": command.msisdn}, notice=True),
        ),
        changed=(Asked(command.msisdn, counted, asked.top_me_up),),
    )


@handles(TopMeUp, refuses=["self", "unknown_number", "sum_limits", "quota"])
def top_me_up(command: TopMeUp, uow: UnitOfWork) -> Outcome:
    """The one who is asked gets the code of a transfer, ready to dial; so he must be of our network.

    Who has barred the sender gets nothing, and the sender does not learn it.
    """
    if command.number == command.msisdn:
        return refused(command, "self")
    if ours(uow, command.number) is None:
        return refused(command, "unknown_number", number=command.number)
    rules = uow.products.transfer
    amount = command.amount
    if amount is not None and not rules.sum_min_minor <= amount <= rules.sum_max_minor:
        return refused(command, "sum_limits", number=command.number, min=rules.sum_min_minor, max=rules.sum_max_minor)
    asked = uow.record(Asked, command.msisdn)
    day, most = day_number(command.at, uow.operator), uow.products.callback.top_me_up_per_day_max
    if moved_today(asked.top_me_up, day) >= most:
        return refused(command, "quota", max=most)
    counted = add_today(asked.top_me_up, day, ONE)
    if amount is None:
        text, arguments = "callback-top_me_up_asked", dict[str, object](number=command.msisdn)
    else:
        text = "callback-top_me_up_asked_sum"
        arguments = {"number": command.msisdn, "amount": amount, "units": str(amount // 100)}
    sent = Reply(command.actor, "callback-top_me_up", {"number": command.number, "left": most - counted.total})
    request = Reply(command.number, text, arguments, notice=True)
    return Outcome(
        replies=(sent,) if bars(uow, command.number, command.msisdn) else (sent, request),
        changed=(Asked(command.msisdn, asked.call_me, counted),),
    )
