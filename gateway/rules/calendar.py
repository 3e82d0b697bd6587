"""Days of the operator's calendar. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta

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
    return months_later(at, 1, operator)


def months_later(at: Instant, count: int, operator: Operator) -> Instant:
    """As `month_later`, so many months. From one beginning nothing drifts: 31 January, 28 February, 31 March."""
    start = datetime.fromtimestamp(at // 1000, operator.zone)
    months = start.month - 1 + count
    year, month = start.year + months // 12, months % 12 + 1
    day = start.day if start.day <= 28 else min(start.day, monthrange(year, month)[1])
    then = start.replace(year=year, month=month, day=day, fold=0)
    return Instant(int(then.timestamp()) * 1000 + at % 1000)


def days_later(at: Instant, count: int, operator: Operator) -> Instant:
    """The same wall-clock time so many of the operator's days later, also over a change to summer time."""
    start = datetime.fromtimestamp(at // 1000, operator.zone)
    then = (start.replace(tzinfo=None) + timedelta(days=count)).replace(tzinfo=operator.zone)
    return Instant(int(then.timestamp()) * 1000 + at % 1000)


def next_monthly(after: Instant, day: int, hour: int, operator: Operator) -> Instant:
    """The next time that a day of the month comes, at that hour; its last day where the month is shorter."""
    now = local(after, operator)
    for months in (0, 1):
        year, month = now.year + (now.month - 1 + months) // 12, (now.month - 1 + months) % 12 + 1
        then = datetime(year, month, min(day, monthrange(year, month)[1]), hour, tzinfo=operator.zone)
        if then > now:
            break
    return Instant(int(then.timestamp()) * 1000)


def month_begin(at: Instant, before: int, operator: Operator) -> Instant:
    """The first instant of the operator's month, so many months before that of `at`."""
    now = local(at, operator)
    years, month = divmod(now.year * 12 + now.month - 1 - before, 12)
    return Instant(int(datetime(years, month + 1, 1, tzinfo=operator.zone).timestamp()) * 1000)


def moved_today(total: DayTotal, day: int) -> Money:
    return total.total if total.day == day else Money(0)


def add_today(total: DayTotal, day: int, amount: Money) -> DayTotal:
    return DayTotal(day, Money(moved_today(total, day) + amount))
