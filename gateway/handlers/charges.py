"""Control of expenses: the last paid actions of a number, whoever reckoned them, the network or this gateway."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Outcome, Reply, TextName, UnitOfWork, handles
from gateway.model import DAY_MS, Instant, Money, UsageKind
from gateway.rules.calendar import local
from gateway.rules.paying import NAMED_CHARGES, last_paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Last(Command):
    """The last five paid actions."""

    name = "charges.last"


SHOWN_MAX = 5
PERIOD_DAYS = 30
KINDS = NAMED_CHARGES | frozenset(UsageKind)
"""The kinds that have a name of their own; any other is a payment."""


@handles(Last)
def last(command: Last, uow: UnitOfWork) -> Outcome:
    """Usage that cost something and money that left the account for this number and did not come back, newest first."""
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    since, until = Instant(command.at - PERIOD_DAYS * DAY_MS), Instant(command.at + 1)
    used = [(each.at, each.cost, each.kind.value) for each in uow.expenses(command.msisdn, since, until, SHOWN_MAX)]
    charged = [(each.at, each.amount, each.kind) for each in last_paid(uow, subscriber, since, until, SHOWN_MAX)]
    newest = sorted((*charged, *used), key=lambda each: each[0], reverse=True)[:SHOWN_MAX]
    if not newest:
        return Outcome(replies=(Reply(command.actor, "charges-none", {"days": PERIOD_DAYS}),))
    arguments: dict[str, object] = {}
    for place in range(SHOWN_MAX):
        at, amount, kind = newest[place] if place < len(newest) else (Instant(0), Money(0), "")
        arguments |= {
            f"amount{place}": amount,
            f"day{place}": f"{local(at, uow.operator):%d.%m}",
            f"what{place}": TextName(f"charges-kind_{kind if kind in KINDS else 'other'}"),
        }
    return Outcome(replies=(Reply(command.actor, "charges-last", arguments),))
