"""What a command costs by the operator's products, in the words of a price list. Values in, words out.

Only what products.toml fixes is here. A command that moves money and has no line here names its price when it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.catalogue.codes import CodeRow
from gateway.catalogue.products import Period, Products, Service
from gateway.model import Money, ServiceId

FREE = "free"
ASKED = "named before anything is charged"

Shown = Callable[[object], str]
"""A sum of minor units as a reader sees it."""

_EACH = {Period.ONCE: "", Period.DAY: " a day", Period.MONTH: " a month"}


def price(row: CodeRow, products: Products, money: Shown) -> str:
    """What one use of a row costs."""
    if row.effect == "none":
        return FREE
    known = _PRICES.get(row.command)
    if known is not None:
        return known(products, money)
    return ASKED if row.effect == "money" else FREE


def _between(sums: Iterable[Money], money: Shown) -> str:
    lowest, *_, highest = [*sorted({*sums} or {Money(0)}), max(sums, default=Money(0))]
    return _sum(lowest, money) if lowest == highest else f"{_sum(lowest, money)} to {money(highest)}"


def _sum(amount: Money, money: Shown) -> str:
    return money(amount) if amount else FREE


def _of_service(service: Service | None, money: Shown) -> str:
    if service is None or not service.price_minor:
        return FREE
    return money(service.price_minor) + _EACH[service.period]


def _service(find: Callable[[Products], ServiceId]) -> Callable[[Products, Shown], str]:
    return lambda products, money: _of_service(products.services.get(find(products)), money)


def _any_service(products: Products, money: Shown) -> str:
    offered = [each for each in products.services.values() if each.open]
    return "; ".join(
        f"{_between([each.price_minor for each in offered if each.period is period], money)}{_EACH[period] or ' once'}"
        for period in (Period.DAY, Period.MONTH, Period.ONCE)
        if any(each.period is period and each.price_minor for each in offered)
    )


def _transfer(products: Products, money: Shown) -> str:
    return _sum(products.transfer.fee_minor, money)


def _promised(products: Products, money: Shown) -> str:
    return _between([each.value_minor for each in products.promised.fees], money) + ", by the sum"


def _tariff(products: Products, money: Shown) -> str:
    offered = [each for each in products.tariffs.values() if each.open]
    change = _between([each.change_fee_minor for each in offered], money)
    month = _between([each.monthly_minor for each in offered], money)
    return f"{change}, by tariff; its first month {month}"


def _favourite(products: Products, money: Shown) -> str:
    return _sum(products.favourite.price_minor, money)


def _melody(products: Products, money: Shown) -> str:
    return _between([each.price_minor for each in products.melodies.values()], money) + " a month"


def _block(products: Products, money: Shown) -> str:
    rules = products.block
    return f"{rules.free_days} days free, then {_sum(rules.fee_per_day_minor, money)} a day"


def _no_fee(products: Products, money: Shown) -> str:
    return "no fee"


_PRICES: dict[str, Callable[[Products, Shown], str]] = {
    "transfer.send": _transfer,
    "transfer.confirm": _transfer,
    "promised.take": _promised,
    "services.connect": _any_service,
    "tariff.change": _tariff,
    "blacklist.connect": _service(lambda products: products.blacklist.service),
    "voicemail.connect": _service(lambda products: products.voicemail.basic),
    "melody.connect": _service(lambda products: products.melody.service),
    "melody.set": _melody,
    "melody.copy": _melody,
    "favourite.add": _favourite,
    "favourite.replace": _favourite,
    "block.set": _block,
    "topup.pay": _no_fee,
    "autopay.below": _no_fee,
    "bill.pay": _no_fee,
    "bill.schedule": _no_fee,
    "autopay.monthly": _no_fee,
    "regular.set": _transfer,
    "card.redeem": _no_fee,
}
