"""Prepaid cards: when codes are counted, and when a card ends."""

from __future__ import annotations

import pytest

from gateway.commands import CardCode
from gateway.handlers import card as handlers
from gateway.model import DAY_MS, HOUR_MS, AccountId, Instant, Money, Msisdn, PersonId, Subscriber, TariffId
from gateway.rules.cards import SALT, Card, CardTries
from tests.unit.handlers.desk import NOON, Desk

ACTOR = Msisdn("79161234567")
ME = Subscriber(ACTOR, PersonId("P1"), "moscow", TariffId(1), AccountId(ACTOR))
GOOD, BAD = CardCode("123456789012"), CardCode("999999999999")


def desk(expires_at: int = NOON + DAY_MS) -> Desk:
    found = Desk(ME)
    card = Card(found.slow_hash(GOOD, SALT), Money(100_00), Instant(expires_at), True)
    found.kept[Card.kind, card.key] = card
    return found


def redeem(at_desk: Desk, code: CardCode) -> str:
    """The refusal; empty: it was credited."""
    return at_desk.do(handlers.redeem, ACTOR, card=code).refusal


@pytest.mark.parametrize(("left_ms", "refusal"), [(1, ""), (0, "expired"), (-1, "expired")])
def test_a_card_is_good_until_the_end_of_its_last_day(left_ms: int, refusal: str) -> None:
    """The instant at which it expires is the first at which it is worth nothing."""
    assert redeem(desk(NOON + left_ms), GOOD) == refusal


def test_a_good_card_forgives_the_wrong_codes_before_it() -> None:
    """Only codes in a row lock: four wrong ones, a good one, and four wrong ones more do not."""
    at = desk()
    codes = [BAD] * 4 + [GOOD] + [BAD] * 4

    assert [redeem(at, code) for code in codes] == ["unknown"] * 4 + [""] + ["unknown"] * 4


def test_the_lock_holds_for_a_day_and_tries_in_it_do_not_prolong_it() -> None:
    """Five wrong codes: locked for exactly 24 hours, also for a good card."""
    at = desk(NOON + 9 * DAY_MS)
    for _ in range(5):
        redeem(at, BAD)

    at.at = Instant(NOON + 24 * HOUR_MS - 1)
    assert redeem(at, GOOD) == "locked"
    at.at = Instant(NOON + 24 * HOUR_MS)
    assert redeem(at, GOOD) == ""
    assert ("card_tries", ACTOR) not in at.kept or at.kept["card_tries", ACTOR] == CardTries(ACTOR)


def test_a_card_is_credited_once_and_the_ledger_balances() -> None:
    """The second time says what the first one did; no money moves and no try is spent."""
    at = desk()
    redeem(at, GOOD)

    assert [redeem(at, GOOD) for _ in range(9)] == ["yours"] * 9
    assert at.account(ME.account).balance == 100_00
    assert sum(each.balance for each in at.accounts.values()) == 0
