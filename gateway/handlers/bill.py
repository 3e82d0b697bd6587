"""A company's bill: due, paid from its card at once or by schedule."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Day, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """What is due, and until when."""

    name = "bill.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Command):
    """Pays a sum in whole units from the linked card, after a question."""

    name = "bill.pay"
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Command):
    """Pays a sum on a day of each month."""

    name = "bill.schedule"
    day: Day
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Unschedule(Command):
    """Drops the schedule."""

    name = "bill.unschedule"
