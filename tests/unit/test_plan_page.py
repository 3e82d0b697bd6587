"""The page of the code plan: what each code costs."""

from __future__ import annotations

import pytest

from gateway.catalogue.codes import CodeRow
from gateway.catalogue.prices import price
from gateway.catalogue.products import BlacklistRules, Period, Products, Service, Tariff
from gateway.model import Money, ServiceId, TariffId

PRODUCTS = Products(
    tariffs={
        TariffId(1): Tariff(TariffId(1), {}),
        TariffId(2): Tariff(TariffId(2), {}, change_fee_minor=Money(100_00), monthly_minor=Money(300_00)),
        TariffId(3): Tariff(TariffId(3), {}, change_fee_minor=Money(900_00), open=False),
    },
    services={
        ServiceId(1): Service(ServiceId(1), {}, Money(50_00)),
        ServiceId(2): Service(ServiceId(2), {}, Money(30_00)),
        ServiceId(3): Service(ServiceId(3), {}, Money(2_00), Period.DAY),
        ServiceId(4): Service(ServiceId(4), {}, Money(70_00), open=False),
    },
    blacklist=BlacklistRules(service=ServiceId(3)),
)


@pytest.mark.parametrize(
    ("command", "effect", "costs"),
    [
        ("balance.show", "none", "free"),
        ("numbers.connect", "state", "free"),
        ("transfer.send", "money", "700"),
        ("promised.take", "money", "free to 5000, by the sum"),
        ("services.connect", "money", "200 a day; 3000 to 5000 a month"),
        ("tariff.change", "money", "free to 10000, by tariff; its first month free to 30000"),
        ("blacklist.connect", "money", "200 a day"),
        ("block.set", "state", "14 days free, then 100 a day"),
        ("topup.pay", "money", "no fee"),
        ("operators.own", "money", "named before anything is charged"),
    ],
)
def test_prices(command: str, effect: str, costs: str) -> None:
    """A price list's words from the operator's products: ranges, periods, only what can be had now."""
    assert price(CodeRow(command, effect=effect), PRODUCTS, str) == costs
