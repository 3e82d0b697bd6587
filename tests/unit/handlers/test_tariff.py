"""Tariffs: what a change costs and takes away, and which would have been cheapest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.catalogue.products import Products, Service, Tariff
from gateway.handlers import tariff
from gateway.model import (
    DAY_MS,
    Account,
    AccountId,
    ConnectedService,
    Instant,
    Money,
    Msisdn,
    PersonId,
    ServiceId,
    Subscriber,
    TariffId,
    Usage,
    UsageKind,
)
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
    """In its first thirty days; the fee is that of the tariff changed to."""
    at = desk(since=0 if age_days is None else NOON - age_days * DAY_MS)
    at.do(tariff.change, ANNA, tariff=PACKAGE.id)
    at.yes(tariff.change, ANNA)

    assert PACKAGE.id == at.known[ANNA].tariff
    assert 500_00 - fee == at.balance(ANNA)


def test_the_second_change_of_a_new_number_costs() -> None:
    """And waits for a day."""
    at = desk(since=NOON - DAY_MS)
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

    assert 450_00 == at.balance(ANNA)


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
