"""The last charges: a number's own, whoever else pays from the account, and nothing that came back."""

from __future__ import annotations

import pytest

from gateway.handlers import charges
from gateway.model import Account, AccountId, Charge, Instant, Money, Msisdn, PersonId, Subscriber, TariffId
from gateway.rules.paying import RETURNED_MAX, Returned, price_returned
from tests.unit.handlers.desk import NOON, Desk

ANNA, BEN = Msisdn("79161234567"), Msisdn("79167654321")
ACCOUNT = AccountId(ANNA)


def family() -> Desk:
    people = [Subscriber(each, PersonId("P1"), "moscow", TariffId(1), ACCOUNT) for each in (ANNA, BEN)]
    return Desk(*people, accounts=[Account(ACCOUNT, Money(100_00))])


def paid(by: Msisdn, number: int) -> Charge:
    return Charge(number, Instant(NOON - 1_000_000 + number), Money(number), "service", by)


@pytest.mark.parametrize("others", [0, 4, 5, 100, 3000], ids=str)
def test_others_of_the_account_do_not_hide_ones_own(others: int) -> None:
    """The five newest of the number's own, however much the others of the account have paid since."""
    at = family()
    at.charged[ACCOUNT] = [paid(ANNA, each) for each in range(1, 8)]
    at.charged[ACCOUNT] += [paid(BEN, 8 + each) for each in range(others)]
    shown = at.do(charges.last, ANNA).replies[0].arguments

    assert [7, 6, 5, 4, 3] == [shown[f"amount{place}"] for place in range(5)]


def test_what_came_back_was_not_paid() -> None:
    """A request whose price was returned is not shown; the one before it is."""
    at = family()
    at.charged[ACCOUNT] = [paid(ANNA, each) for each in range(1, 8)]
    at.kept["returned", ANNA] = Returned(ANNA, (7, 5))
    shown = at.do(charges.last, ANNA).replies[0].arguments

    assert [6, 4, 3, 2, 1] == [shown[f"amount{place}"] for place in range(5)]


def test_the_last_returned_requests_are_remembered() -> None:
    """So many and no more."""
    at = family()
    for request in range(RETURNED_MAX + 5):
        returned = price_returned(at, ANNA, request)
        at.kept["returned", ANNA] = returned

    assert tuple(range(5, RETURNED_MAX + 5)) == returned.requests
