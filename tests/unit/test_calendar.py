"""Days of the operator's calendar: months do not drift, summer time moves instants and not clocks."""

from __future__ import annotations

from datetime import datetime

import pytest

from gateway.catalogue.products import Operator
from gateway.model import Instant
from gateway.rules.calendar import days_later, local, month_begin, months_later, next_monthly

BERLIN = Operator(time_zone="Europe/Berlin")  # summer time from 29 March to 25 October 2026


def at(text: str) -> Instant:
    return Instant(int(datetime.fromisoformat(text).replace(tzinfo=BERLIN.zone).timestamp() * 1000))


def clock(instant: Instant) -> str:
    return local(instant, BERLIN).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-01-31T12:00", 1, "2026-02-28T12:00"),
        ("2026-01-31T12:00", 2, "2026-03-31T12:00"),
        ("2026-01-31T12:00", 3, "2026-04-30T12:00"),
        ("2024-01-31T12:00", 1, "2024-02-29T12:00"),
        ("2026-12-15T08:30", 1, "2027-01-15T08:30"),
        ("2026-12-31T08:30", 14, "2028-02-29T08:30"),
    ],
)
def test_months_from_one_beginning_do_not_drift(start: str, count: int, expected: str) -> None:
    """A short month takes its last day; the next long one has the day of the beginning again."""
    assert clock(months_later(at(start), count, BERLIN)) == expected


@pytest.mark.parametrize("start", ["2026-03-28T12:00", "2026-10-24T12:00", "2026-06-01T00:30"])
def test_days_keep_the_clock(start: str) -> None:
    """A day later is the same time on the clock, also where that day has 23 or 25 hours."""
    assert clock(days_later(at(start), 1, BERLIN))[11:] == start[11:]


@pytest.mark.parametrize(
    ("after", "day", "expected"),
    [
        ("2026-03-10T12:00", 31, "2026-03-31T10:00"),
        ("2026-03-31T10:00", 31, "2026-04-30T10:00"),
        ("2026-04-30T10:00", 31, "2026-05-31T10:00"),
        ("2026-01-30T09:59", 30, "2026-01-30T10:00"),
        ("2026-01-30T10:00", 30, "2026-02-28T10:00"),
        ("2026-12-20T12:00", 5, "2027-01-05T10:00"),
    ],
)
def test_a_day_of_each_month(after: str, day: int, expected: str) -> None:
    """Always later than the moment it is reckoned from; the last day where the month is shorter."""
    assert clock(next_monthly(at(after), day, 10, BERLIN)) == expected


@pytest.mark.parametrize(
    ("now", "before", "begins"),
    [
        ("2026-11-23T12:00", 6, "2026-05-01T00:00"),
        ("2026-01-01T00:00", 1, "2025-12-01T00:00"),
        ("2026-12-31T23:59", 12, "2025-12-01T00:00"),
    ],
)
def test_a_month_begins_at_the_operators_midnight(now: str, before: int, begins: str) -> None:
    """So many months before that of an instant, over summer time and the turn of a year."""
    assert begins == clock(month_begin(at(now), before, BERLIN))
