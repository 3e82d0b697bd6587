"""Tariffs: what a change costs and takes away, and which would have been cheapest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.catalogue.products import Operator, Period, Products, Service, Tariff
from gateway.handlers import services, tariff
from gateway.model import (
    DAY_MS,
    Account,
    AccountId,
    Allowance,
    ConnectedService,
    Instant,
    Money,
    Msisdn,
    PersonId,
    ServiceId,
    ServiceStatus,
    Subscriber,
    SubscriberStatus,
    TariffId,
    Usage,
    UsageKind,
)
from gateway.rules.calendar import local
from tests.unit.handlers.desk import NOON, Desk

ANNA = Msisdn("79161234567")
NAMES = {"ru": "Т", "bg": "Т", "en": "T"}
PLAIN = Tariff(TariffId(1), NAMES, minute_minor=Money(2_00), sms_minor=Money(1_00), megabyte_minor=Money(5_00))
PACKAGE = Tariff(
    TariffId(2),
    NAMES,
    monthly_minor=Money(300_00),
    minutes_included=200,
    sms_included=10,
    megabytes_included=100,
    minute_minor=Money(3_00),
    sms_minor=Money(2_00),
    megabyte_minor=Money(1_00),
    change_fee_minor=Money(50_00),
)
OLD = Tariff(TariffId(3), NAMES, open=False)
ALLOWED, FORBIDDEN, NEEDS_PLAIN = (ServiceId(each) for each in (10, 11, 12))


def desk(balance: int = 500_00, *, since: int = 0, on: int = 1, services: tuple[ServiceId, ...] = ()) -> Desk:
    products = Products(
        tariffs={each.id: each for each in (PLAIN, PACKAGE, OLD)},
        services={
            ALLOWED: Service(ALLOWED, NAMES),
            FORBIDDEN: Service(FORBIDDEN, NAMES, forbids_tariffs=frozenset([PACKAGE.id])),
            NEEDS_PLAIN: Service(NEEDS_PLAIN, NAMES, needs_tariffs=frozenset([PLAIN.id])),
        },
    )
    me = Subscriber(
        ANNA,
        PersonId("P1"),
        "moscow",
        TariffId(on),
        AccountId(ANNA),
        services=tuple(ConnectedService(each, NOON) for each in services),
        since=Instant(since),
    )
    return Desk(me, accounts=[Account(AccountId(ANNA), Money(balance))], products=products)


@pytest.mark.parametrize(
    ("age_days", "fee"), [(None, 50_00), (1, 0), (29, 0), (30, 50_00)], ids=["long-since", "new", "29-days", "30-days"]
)
def test_the_first_change_of_a_new_number_is_free(age_days: int | None, fee: int) -> None:
    """In its first thirty days; the fee is that of the tariff changed to, and its first month is paid besides."""
    at = desk(since=0 if age_days is None else NOON - age_days * DAY_MS)
    at.do(tariff.change, ANNA, tariff=PACKAGE.id)
    at.yes(tariff.change, ANNA)

    assert PACKAGE.id == at.known[ANNA].tariff
    assert 500_00 - fee - 300_00 == at.balance(ANNA)


def test_the_second_change_of_a_new_number_costs() -> None:
    """And waits for a day."""
    at = desk(1000_00, since=NOON - DAY_MS)
    at.do(tariff.change, ANNA, tariff=PACKAGE.id)
    at.yes(tariff.change, ANNA)
    at.at = Instant(NOON + DAY_MS - 1)
    assert "recently" == at.do(tariff.change, ANNA, tariff=PLAIN.id).refusal
    at.at = Instant(NOON + DAY_MS)
    at.do(tariff.change, ANNA, tariff=PLAIN.id)
    at.yes(tariff.change, ANNA)
    at.at = Instant(NOON + 2 * DAY_MS)
    at.do(tariff.change, ANNA, tariff=PACKAGE.id)
    at.yes(tariff.change, ANNA)

    assert 1000_00 - 300_00 - 50_00 - 300_00 == at.balance(ANNA)


def test_services_that_the_new_tariff_forbids_go() -> None:
    """Those it forbids and those that need another one; the question has named them; the others stay."""
    at = desk(services=(ALLOWED, FORBIDDEN, NEEDS_PLAIN))
    question = at.do(tariff.change, ANNA, tariff=PACKAGE.id)
    assert 2 == question.replies[0].arguments["count"]
    at.yes(tariff.change, ANNA)

    assert [ALLOWED] == [each.id for each in at.known[ANNA].services]


def test_another_price_than_was_shown_asks_again() -> None:
    """A dearer month as well as a dearer change; nothing has changed meanwhile."""
    at = desk()
    at.do(tariff.change, ANNA, tariff=PACKAGE.id)
    dearer = replace(PACKAGE, monthly_minor=Money(301_00))
    at.products = replace(at.products, tariffs={**at.products.tariffs, PACKAGE.id: dearer})

    assert ["tariff-ask_again"] == [each.text for each in at.yes(tariff.change, ANNA).replies]
    assert PLAIN.id == at.known[ANNA].tariff


@pytest.mark.parametrize(("balance", "refusal"), [(349_99, "not_enough_money"), (350_00, "")])
def test_a_change_needs_its_fee_and_the_first_month(balance: int, refusal: str) -> None:
    """One kopeck less is refused, with what is missing; nothing is half done."""
    at = desk(balance)
    outcome = at.do(tariff.change, ANNA, tariff=PACKAGE.id)

    assert refusal == outcome.refusal
    assert not refusal or 1 == outcome.replies[0].arguments["missing"]


FEE = f"fee/{ANNA}"


def fires(at: Desk, key: str) -> list[str]:
    """The timer at its time; the names of what is said."""
    timer = at.timers.pop(key)
    at.at = timer.due_at
    return [each.text for each in at.do(HANDLERS[timer.command], timer.msisdn, **dict(timer.arguments)).replies]


HANDLERS = {"tariff.renew": tariff.renew, "services.renew": services.renew}


def day_of(at: int) -> str:
    return f"{local(Instant(at), Operator()):%d.%m.%Y %H:%M}"


def changed(balance: int, begin: Instant = NOON, **more: Any) -> Desk:
    """Who has changed to the package at that time, with so much left."""
    at = desk(balance + 350_00, **more)
    at.at = begin
    at.do(tariff.change, ANNA, tariff=PACKAGE.id)
    at.yes(tariff.change, ANNA)
    assert balance == at.balance(ANNA)
    return at


def test_the_month_is_of_the_same_day() -> None:
    """A tariff of the 31st: the last day of a shorter month, and the 31st again; each fee once, each month's packages
    whole."""
    at = changed(900_00, Instant(int(datetime(2026, 1, 31, 12, tzinfo=Operator().zone).timestamp()) * 1000))
    days = []
    for _ in range(3):
        me = at.known[ANNA]
        at.known[ANNA] = msgspec.structs.replace(
            me, allowances=tuple(msgspec.structs.replace(each, left=1) for each in me.allowances)
        )
        assert ["tariff-renewed"] == fires(at, FEE)
        assert [200, 10, 100] == [each.left for each in at.known[ANNA].allowances]
        days.append(day_of(at.at))

    assert ["28.02.2026 12:00", "31.03.2026 12:00", "30.04.2026 12:00"] == days
    assert 0 == at.balance(ANNA)


def test_without_money_there_are_no_packages() -> None:
    """Told once; tried each day of a month, then once a month; packages bought apart stay; nothing is taken."""
    at = changed(299_99)
    bought = Allowance("sms", 5, Instant(2**50))
    at.known[ANNA] = msgspec.structs.replace(at.known[ANNA], allowances=(*at.known[ANNA].allowances, bought))
    told = [fires(at, FEE) for _ in range(34)]

    assert [["tariff-waits"], *[[]] * 33] == told
    assert (bought,) == at.known[ANNA].allowances
    assert 299_99 == at.balance(ANNA)
    assert (FEE,) == at.account(AccountId(ANNA)).unpaid
    assert "10.04.2026" == day_of(at.known[ANNA].month.until)[:10]  # type: ignore[union-attr]
    assert 30 * DAY_MS == at.timers[FEE].due_at - at.at


def test_money_brings_the_month_back() -> None:
    """The month begins with the day that it is paid; the timer that money hurries takes one fee, however often."""
    at = changed(0)
    assert ["tariff-waits"] == fires(at, FEE)
    at.accounts[AccountId(ANNA)] = msgspec.structs.replace(at.account(AccountId(ANNA)), balance=Money(700_00))
    at.timers[FEE] = msgspec.structs.replace(at.timers[FEE], due_at=Instant(at.at + 3_600_000))
    assert ["tariff-resumed"] == fires(at, FEE)
    paid_until = at.timers[FEE].due_at
    assert "10.05.2026 13:00" == day_of(paid_until)
    at.timers[FEE] = msgspec.structs.replace(at.timers[FEE], due_at=Instant(at.at + 1))
    assert [] == fires(at, FEE)

    assert 400_00 == at.balance(ANNA)
    assert paid_until == at.timers[FEE].due_at


@pytest.mark.parametrize(("status", "again"), [(SubscriberStatus.BLOCKED, True), (SubscriberStatus.CLOSED, False)])
def test_a_blocked_number_pays_nothing(status: SubscriberStatus, again: bool) -> None:
    """No fee while it is blocked, and none for that time later; a closed number is done with."""
    at = changed(900_00)
    at.known[ANNA] = msgspec.structs.replace(at.known[ANNA], status=status)
    for _ in range(2 if again else 1):
        assert [] == fires(at, FEE)
    assert again is (FEE in at.timers)
    assert 900_00 == at.balance(ANNA)
    if again:
        at.known[ANNA] = msgspec.structs.replace(at.known[ANNA], status=SubscriberStatus.ACTIVE)
        assert ["tariff-resumed"] == fires(at, FEE)
        assert 600_00 == at.balance(ANNA)


def test_another_tariff_begins_another_month() -> None:
    """Its packages are its own, the old tariff's timer is replaced, and the question says what is lost."""
    at = changed(900_00)
    at.at = Instant(NOON + 10 * DAY_MS)
    question = at.do(tariff.change, ANNA, tariff=PLAIN.id)
    assert "10.04.2026" == day_of(int(str(question.replies[0].arguments["lost"])))[:10]
    at.yes(tariff.change, ANNA)

    assert () == at.known[ANNA].allowances
    assert "20.04.2026 12:00" == day_of(at.timers[FEE].due_at)
    assert [] == fires(at, FEE)
    assert 900_00 == at.balance(ANNA)


@pytest.mark.parametrize("on", [PLAIN.id, PACKAGE.id, TariffId(99)])
def test_a_tariff_may_get_a_fee_later(on: TariffId) -> None:
    """Every number has the timer, so that a reloaded catalogue counts from the next month on; one that has lost the
    tariff charges nothing."""
    at = desk(on=on)
    at.at = Instant(NOON)
    at.do(tariff.renew, ANNA)
    dearer = {each.id: replace(each, monthly_minor=Money(10_00)) for each in (PLAIN, PACKAGE)}
    at.products = replace(at.products, tariffs=dearer)
    fires(at, FEE)

    assert (500_00 if on == 99 else 490_00) == at.balance(ANNA)


def test_what_nobody_knows_the_beginning_of() -> None:
    """An imported number, or one of an older database, gets its month's packages and pays a month later, in the
    daytime; its paid services when their own next period begins, on the day of the month that they were connected."""
    at = desk(on=PACKAGE.id)
    paid = Service(ServiceId(20), NAMES, Money(50_00))
    daily = Service(ServiceId(21), NAMES, Money(1_00), Period.DAY)
    once = Service(ServiceId(22), NAMES, Money(70_00), Period.ONCE)
    at.products = replace(at.products, services={**at.products.services, **{e.id: e for e in (paid, daily, once)}})
    since = Instant(NOON - 20 * DAY_MS)  # 18 February
    connected = tuple(ConnectedService(each, since) for each in (paid.id, daily.id, once.id, ALLOWED))
    waiting = ConnectedService(FORBIDDEN, since, NOON, ServiceStatus.SUSPENDED)
    at.known[ANNA] = msgspec.structs.replace(at.known[ANNA], services=(*connected, waiting))
    assert () == at.do(tariff.renew, ANNA).entries

    assert [200, 10, 100] == [each.left for each in at.known[ANNA].allowances]
    assert {
        FEE: "10.04.2026 20:49", f"service/{ANNA}/20": "18.03.2026 12:00", f"service/{ANNA}/21": "11.03.2026 12:00",
    } == {key: day_of(each.due_at) for key, each in at.timers.items()}  # fmt: skip
    assert waiting in at.known[ANNA].services
    for key in sorted(at.timers, key=lambda key: at.timers[key].due_at):
        fires(at, key)
    assert 500_00 - 1_00 - 50_00 - 300_00 == at.balance(ANNA)


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.integers(0, 2000),
    messages=st.integers(0, 300),
    megabytes=st.integers(0, 2000),
    on=st.sampled_from([1, 2, 3]),
)
def test_advice_never_costs_more(minutes: int, messages: int, megabytes: int, on: int) -> None:
    """What is advised is open, another tariff and cheaper by what is said; else it says to stay."""
    at = desk(on=on)
    day = Instant(NOON - DAY_MS)
    at.used[ANNA] = [
        Usage(day, UsageKind.CALL, "74951234567", quantity=minutes * 60),
        Usage(day, UsageKind.SMS, "74951234567", quantity=messages),
        Usage(day, UsageKind.DATA, quantity=megabytes * 1024),
        Usage(day, UsageKind.CALL, "74951234567", incoming=True, quantity=60_000),
    ]
    plain = minutes * 2_00 + messages * 1_00 + megabytes * 5_00
    package = (
        900_00 + max(0, minutes - 600) * 3_00 + max(0, messages - 30) * 2_00 + max(0, megabytes - 300) * 1_00
    )  # three months
    costs = {1: plain, 2: package, 3: 0}
    best = min((each for each in (1, 2) if each != on), key=lambda each: (costs[each], each))

    (reply,) = at.do(tariff.advise, ANNA).replies

    if costs[best] < costs[on]:
        assert "tariff-advice" == reply.text
        assert (str(best), costs[best], costs[on] - costs[best]) == tuple(
            reply.arguments[each] for each in ("id", "cost", "saved")
        )
    else:
        assert ("tariff-advice_stay", costs[on]) == (reply.text, reply.arguments["cost"])


@pytest.mark.parametrize(("age_days", "refusal"), [(29, "too_little"), (30, "")])
def test_advice_needs_a_month(age_days: int, refusal: str) -> None:
    """A younger number is told so; from a month on its own time counts."""
    at = desk(since=NOON - age_days * DAY_MS)
    at.used[ANNA] = [Usage(Instant(NOON - DAY_MS), UsageKind.CALL, "74951234567", quantity=60)]

    assert refusal == at.do(tariff.advise, ANNA).refusal
