"""Days of the operator's calendar. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime

from gateway.catalogue.products import Operator
from gateway.model import DayTotal, Instant, Money


def local(at: Instant, operator: Operator) -> datetime:
    """The operator's wall clock at an instant."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(operator.zone)


def day_number(at: Instant, operator: Operator) -> int:
    """The proleptic ordinal of the operator's day."""
    return local(at, operator).toordinal()


def month_later(at: Instant, operator: Operator) -> Instant:
    """The same wall-clock time of the operator's next month; on its last day where the month is shorter.

    Summer time moves the instant, not the clock's reading; a time that the change skips counts as an hour later.
    """
    start = datetime.fromtimestamp(at // 1000, operator.zone)
    year, month = (start.year, start.month + 1) if start.month < 12 else (start.year + 1, 1)
    day = start.day if start.day <= 28 else min(start.day, monthrange(year, month)[1])
    then = start.replace(year=year, month=month, day=day, fold=0)
    return Instant(int(then.timestamp()) * 1000 + at % 1000)


def moved_today(total: DayTotal, day: int) -> Money:
    return total.total if total.day == day else Money(0)


def add_today(total: DayTotal, day: int, amount: Money) -> DayTotal:
    return DayTotal(day, Money(moved_today(total, day) + amount))
