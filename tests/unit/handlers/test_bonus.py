"""Bonus points: those that end first go first, a month's money makes points, offers hold points back."""

from __future__ import annotations

import pytest

from gateway.catalogue.loading import load_catalogue
from gateway.handlers import bonus
from gateway.model import (
    DAY_MS,
    AccountId,
    Allowance,
    Charge,
    Instant,
    Money,
    Msisdn,
    PersonId,
    RewardId,
    Subscriber,
    TariffId,
    Usage,
    UsageKind,
    points_account,
)
from gateway.rules.points import Member, added, taken
from tests.unit.handlers.desk import NOON, Desk

GIVER, RECEIVER = Msisdn("79161234567"), Msisdn("79167654321")
A, B, C = Instant(100), Instant(200), Instant(300)


def subscriber(msisdn: Msisdn) -> Subscriber:
    return Subscriber(msisdn, PersonId(f"p{msisdn}"), "moscow", TariffId(1), AccountId(msisdn))


def members(points: int = 0) -> Desk:
    """Two members; the giver has earned so many points."""
    desk = Desk(subscriber(GIVER), subscriber(RECEIVER), products=load_catalogue().products)
    for each in (GIVER, RECEIVER):
        desk.do(bonus.join, each)
    if points:
        desk.used[GIVER] = [Usage(NOON, UsageKind.CALL, cost=Money(500 * points))]
        desk.at = Instant(NOON + 31 * DAY_MS)
        desk.do(bonus.earn, GIVER)
    return desk


def of(desk: Desk, msisdn: Msisdn) -> tuple[Member, int]:
    return desk.record(Member, msisdn), desk.balance(points_account(msisdn))


@pytest.mark.parametrize(
    ("points", "gone", "kept"),
    [
        (1, ((A, 1),), ((A, 9), (B, 20))),
        (10, ((A, 10),), ((B, 20),)),
        (11, ((A, 10), (B, 1)), ((B, 19),)),
        (30, ((A, 10), (B, 20)), ()),
    ],
)
def test_what_ends_first_goes_first(points: int, gone: tuple[object, ...], kept: tuple[object, ...]) -> None:
    """Points are taken from the soonest lot on, and what was taken keeps its ends."""
    moved = taken(Member(GIVER, lots=((A, 10), (B, 20))), points, NOON, "test")

    assert (gone, kept) == (moved.lots, moved.member.lots)


def test_lots_of_one_end_are_one() -> None:
    """Added lots are sorted among those that are there; equal ends join."""
    moved = added(Member(GIVER, lots=((B, 20),)), ((A, 1), (B, 2), (C, 3)), NOON, "test")

    assert ((A, 1), (B, 22), (C, 3)) == moved.member.lots


@pytest.mark.parametrize(("spent", "points", "rest"), [(499, 0, 499), (500, 1, 0), (1234, 2, 234)])
def test_a_point_for_each_five(spent: int, points: int, rest: int) -> None:
    """Usage of the month makes whole points; the rest waits for the next month."""
    desk = members()
    desk.used[GIVER] = [Usage(NOON, UsageKind.SMS, cost=Money(spent))]
    desk.at = Instant(NOON + 31 * DAY_MS)

    desk.do(bonus.earn, GIVER)
    desk.do(bonus.earn, GIVER)

    member, balance = of(desk, GIVER)
    assert (points, rest) == (balance, member.rest_minor)


def test_money_sent_to_others_makes_no_points() -> None:
    """What is bought counts, a transfer does not, nor what another number of the account bought."""
    desk = members()
    desk.charged[AccountId(GIVER)] = [
        Charge(1, NOON, Money(1000), "service", GIVER),
        Charge(2, NOON, Money(3000), "transfer", GIVER),
        Charge(3, NOON, Money(5000), "service", RECEIVER),
    ]
    desk.at = Instant(NOON + DAY_MS)

    desk.do(bonus.earn, GIVER)

    assert 2 == of(desk, GIVER)[1]


def test_a_gift_does_not_live_longer() -> None:
    """Given points keep their end, and sums of lots and of the ledger agree on both sides."""
    desk = members(100)
    end = of(desk, GIVER)[0].lots[0][0]
    desk.at = Instant(desk.at + 40 * DAY_MS)

    desk.do(bonus.gift, GIVER, number=RECEIVER, points=60)
    desk.yes(bonus.gift, GIVER)
    desk.yes(bonus.receive, RECEIVER)

    assert (((end, 40),), 40) == (of(desk, GIVER)[0].lots, of(desk, GIVER)[1])
    assert (((end, 60),), 60) == (of(desk, RECEIVER)[0].lots, of(desk, RECEIVER)[1])


def test_offered_points_cannot_be_spent() -> None:
    """While an offer waits its points are held; a reward that needs them is refused."""
    desk = members(100)
    desk.do(bonus.gift, GIVER, number=RECEIVER, points=60)
    desk.yes(bonus.gift, GIVER)

    assert "not_enough_points" == desk.do(bonus.spend, GIVER, reward=RewardId(1)).refusal
    assert 100 == of(desk, GIVER)[1]


def test_a_reward_adds_its_package() -> None:
    """The package lasts its days from now, and points fall by its price."""
    desk = members(100)
    desk.do(bonus.spend, GIVER, reward=RewardId(1))
    desk.yes(bonus.spend, GIVER)

    found = desk.known[GIVER].allowances
    assert (Allowance("min", 10, Instant(desk.at + 30 * DAY_MS)),) == found
    assert 50 == of(desk, GIVER)[1]


def test_points_burn_when_their_year_is_over() -> None:
    """Not a millisecond before their end; joining again after leaving brings none back."""
    desk = members(100)
    end = of(desk, GIVER)[0].lots[0][0]
    desk.at = Instant(end - 1)
    desk.do(bonus.burn, GIVER)
    assert 100 == of(desk, GIVER)[1]
    desk.at = end
    desk.do(bonus.burn, GIVER)

    assert ((), 0) == (of(desk, GIVER)[0].lots, of(desk, GIVER)[1])


def test_leaving_burns_for_good() -> None:
    """Points burn at leaving, timers go, and joining again starts from nothing."""
    desk = members(100)
    desk.do(bonus.leave, GIVER)
    desk.yes(bonus.leave, GIVER)
    assert not [key for key in desk.timers if key.endswith(GIVER)]
    desk.do(bonus.join, GIVER)

    assert ((), 0) == (of(desk, GIVER)[0].lots, of(desk, GIVER)[1])
