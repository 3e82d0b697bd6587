"""Balance and remainders."""

from __future__ import annotations

import pytest

from gateway.catalogue.products import Products, Tariff
from gateway.handlers.balance import remainders, show
from gateway.model import (
    DAY_MS,
    Account,
    AccountId,
    Allowance,
    Instant,
    Money,
    Msisdn,
    PersonId,
    Subscriber,
    TariffId,
    points_account,
)
from tests.unit.handlers.desk import NOON, Desk, rendered

ANNA = Msisdn("79161234567")
PAYER = Msisdn("79167654321")
SUPER = {"ru": "Супер", "bg": "Супер", "en": "Super"}
PRODUCTS = Products(tariffs={TariffId(1): Tariff(TariffId(1), SUPER)})
DAY_LATER = Instant(NOON + DAY_MS)


def desk_of(
    *allowances: Allowance, payer: Msisdn = ANNA, tariff: int = 1, balance: int = 123_45, points: int = 7
) -> Desk:
    account = Account(AccountId(payer), Money(balance))
    anna = Subscriber(ANNA, PersonId("P1"), "moscow", TariffId(tariff), account.id, allowances=allowances)
    return Desk(anna, accounts=[account, Account(points_account(ANNA), Money(points))], products=PRODUCTS)


@pytest.mark.parametrize(
    ("payer", "tariff", "text"),
    [
        (ANNA, 1, "Баланс: 123.45 руб. Баллы: 7. Тариф «Супер». Пакеты: *100*2#"),
        (ANNA, 9, "Баланс: 123.45 руб. Баллы: 7. Пакеты: *100*2#"),
        (
            PAYER,
            1,
            "За вас платит другой номер. Его баланс: 123.45 руб. Баллы: 7. Тариф «Супер». Пакеты: *100*2#",
        ),
        (PAYER, 9, "За вас платит другой номер. Его баланс: 123.45 руб. Баллы: 7. Пакеты: *100*2#"),
    ],
)
def test_the_balance_names_the_tariff_and_says_when_somebody_else_pays(payer: Msisdn, tariff: int, text: str) -> None:
    """Balance, points, the tariff if it is known; that there is a payer, but never his number."""
    outcome = desk_of(payer=payer, tariff=tariff).do(show, ANNA)

    assert text == rendered(outcome.replies[0])
    assert PAYER not in str(outcome.replies[0].arguments)


@pytest.mark.parametrize(("balance", "shown"), [(0, "0 руб."), (-5_00, "-5 руб."), (1_234_567_05, "1 234 567.05 руб.")])
def test_any_balance_can_be_shown(balance: int, shown: str) -> None:
    """Nothing, debts and fortunes read well."""
    assert f"Баланс: {shown} Баллы: 7. Пакеты: *100*2#" == rendered(
        desk_of(balance=balance, tariff=9).do(show, ANNA).replies[0]
    )


def test_acting_for_another_number_shows_its_balance_to_the_actor() -> None:
    """The number concerned is looked up; the actor gets the answer."""
    desk = desk_of()

    outcome = desk.do(show, PAYER, msisdn=ANNA)

    assert [(PAYER, 123_45)] == [(each.to, each.arguments["balance"]) for each in outcome.replies]


@pytest.mark.parametrize(
    ("allowances", "text"),
    [
        ((), "Пакетов минут, SMS и интернета у вас нет. Баланс: *100#"),
        ((Allowance("minutes", 5, NOON),), "Пакетов минут, SMS и интернета у вас нет. Баланс: *100#"),
        ((Allowance("minutes", 5, Instant(NOON + 1)),), "Остатки. Минуты: 5 до 10.03."),
        ((Allowance("min", 120),), "Остатки. Минуты: 120."),
        (
            (Allowance("MB", 1024, DAY_LATER), Allowance("sms", 0), Allowance("minutes", 120, DAY_LATER)),
            "Остатки. Минуты: 120 до 11.03. SMS: 0. Интернет, МБ: 1024 до 11.03.",
        ),
        (
            (Allowance("minutes", 20, Instant(NOON + 2 * DAY_MS)), Allowance("minutes", 10, DAY_LATER)),
            "Остатки. Минуты: 30 до 11.03.",
        ),
        ((Allowance("TV", 3), Allowance("roaming", 1)), "Остатки. Другое: TV 3, roaming 1."),
    ],
)
def test_remainders_show_what_is_left_of_running_packages(allowances: tuple[Allowance, ...], text: str) -> None:
    """Minutes, SMS and megabytes with the day the first of them ends; ended packages are none."""
    assert text == rendered(desk_of(*allowances).do(remainders, ANNA).replies[0])


@pytest.mark.parametrize("handler", [show, remainders])
def test_looking_changes_nothing(handler: object) -> None:
    """Both only read, and neither refuses."""
    desk = desk_of(Allowance("sms", 10))
    before = desk.state()

    outcome = desk.do(handler, ANNA)  # type: ignore[arg-type]

    assert (before, "") == (desk.state(), outcome.refusal)
