"""Fees that come again: the month of a tariff, the period of a service. What is due when, whoever begins it. Pure.

Days are reckoned from a beginning, so that what began on a 31st is due on the last day of February and on the 31st of
March again. A number whose beginning nobody knows (it was imported, or comes from a database that did not keep it) may
have paid elsewhere for what runs: the fee of its tariff comes a whole month later, those of its services when their
next period begins.
"""

from __future__ import annotations

import msgspec

from gateway.catalogue.products import Operator, Period, Products, Tariff
from gateway.commands import Timer
from gateway.model import (
    DAY_MS,
    Allowance,
    ConnectedService,
    Instant,
    Month,
    Msisdn,
    ServiceId,
    ServiceStatus,
    Subscriber,
    SubscriberStatus,
)
from gateway.rules.calendar import local, months_later

DAYTIME_HOUR = 9
DAYTIME_S = 12 * 3600
"""Fees of numbers whose beginning nobody knows fall between 9 and 21 o'clock, each number's at a second of its own: a
million that were imported together are neither due at once nor woken at night."""

SELDOM_DAYS = 30
"""How often a fee that has found no money for so long is tried; money that comes in is not waited for."""


def renewal_key(msisdn: Msisdn, service: ServiceId) -> str:
    return f"service/{msisdn}/{service}"


def renewal(msisdn: Msisdn, service: ServiceId, at: Instant) -> Timer:
    """The next charge of a service."""
    return Timer(renewal_key(msisdn, service), at, "services.renew", msisdn, (("service", service),))


def month_end(msisdn: Msisdn, at: Instant) -> Timer:
    """The next fee of a tariff. Every number has this timer: a tariff without a fee may have one by then."""
    return Timer(f"fee/{msisdn}", at, "tariff.renew", msisdn)


def period_end(since: Instant, after: Instant, period: Period, operator: Operator) -> Instant:
    """The end of the first period that ends later than `after`; periods of months are reckoned from `since`."""
    if period is not Period.MONTH:
        return Instant(after + DAY_MS)
    months = 1
    while (until := months_later(since, months, operator)) <= after:
        months += 1
    return until


def month_paid(since: Instant, until: Instant, at: Instant, operator: Operator) -> tuple[Instant, Instant]:
    """A month that is paid at `at` where one ended at `until`: from when months are reckoned, and its end.

    One that is paid in time goes on from the beginning, so that nothing drifts; what stood a day or longer begins anew.
    """
    begins = since if since and at < until + DAY_MS else at
    return begins, period_end(begins, at, Period.MONTH, operator)


def next_try(since: Instant, at: Instant) -> Instant:
    """When a fee that has waited for money since then is tried again."""
    often = at < since + SELDOM_DAYS * DAY_MS
    return Instant(at + (1 if often else SELDOM_DAYS) * DAY_MS)


def fees_stand(subscriber: Subscriber) -> bool:
    """While its owner, or the network, keeps a number blocked no fee is taken. A debtor's account has no money."""
    return subscriber.status is SubscriberStatus.BLOCKED


def with_month(subscriber: Subscriber, tariff: Tariff | None, month: Month) -> Subscriber:
    """The number in a month of its tariff, with the packages of it; what was left of the last month's is gone."""
    others = tuple(each for each in subscriber.allowances if not each.of_tariff)
    mine = () if tariff is None or month.waits else _packages(tariff, month.until)
    return msgspec.structs.replace(subscriber, month=month, allowances=(*others, *mine))


def _packages(tariff: Tariff, until: Instant) -> tuple[Allowance, ...]:
    included = (
        ("min", tariff.minutes_included), ("sms", tariff.sms_included), ("mb", tariff.megabytes_included),
    )  # fmt: skip
    return tuple(Allowance(unit, count, until, of_tariff=True) for unit, count in included if count)


def begun(
    subscriber: Subscriber, at: Instant, products: Products, operator: Operator
) -> tuple[Subscriber, tuple[Timer, ...]]:
    """A number that is new here, with the dates of its first fees; the packages of the month are given until then."""
    since = _in_daytime(subscriber.msisdn, at, operator)
    month = Month(since, period_end(since, since, Period.MONTH, operator))
    timers = [month_end(subscriber.msisdn, month.until)]
    services: list[ConnectedService] = []
    for each in subscriber.services:
        service = products.services.get(each.id)
        if service is None or not service.price_minor or service.period is Period.ONCE or each.paid_until:
            services.append(each)
            continue
        waits = each.status is ServiceStatus.SUSPENDED
        until = at if waits else period_end(each.since, at, service.period, operator)
        services.append(msgspec.structs.replace(each, paid_until=until))
        timers.append(renewal(subscriber.msisdn, each.id, next_try(at, at) if waits else until))
    known = msgspec.structs.replace(subscriber, services=tuple(services))
    return with_month(known, products.tariffs.get(subscriber.tariff), month), tuple(timers)


def _in_daytime(msisdn: Msisdn, at: Instant, operator: Operator) -> Instant:
    """The number's own second of that day."""
    minutes, seconds = divmod(int(msisdn) % DAYTIME_S, 60)
    hours, minutes = divmod(minutes, 60)
    then = local(at, operator).replace(
        hour=DAYTIME_HOUR + hours, minute=minutes, second=seconds, microsecond=0, fold=0
    )  # fmt: skip
    return Instant(int(then.timestamp()) * 1000)


def stood_still(subscriber: Subscriber, at: Instant) -> tuple[Timer, ...]:
    """The fees that waited while the number was blocked: they are due now."""
    waiting = tuple(
        renewal(subscriber.msisdn, each.id, at)
        for each in subscriber.services
        if each.status is ServiceStatus.SUSPENDED
    )
    if subscriber.month is not None and subscriber.month.waits:
        return (month_end(subscriber.msisdn, at), *waiting)
    return waiting
