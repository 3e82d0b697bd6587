"""What of a subscriber decides which items a menu shows him, and the lists that he chooses from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from gateway.catalogue.products import Names, Products, Service
from gateway.model import Instant, Subscriber, SubscriberStatus
from gateway.rules.confirmations import live

CONDITIONS: Mapping[str, Callable[[Subscriber, Instant], bool]] = {
    "numbers_on": lambda subscriber, at: subscriber.numbers_on,
    "numbers_off": lambda subscriber, at: not subscriber.numbers_on,
    "has_services": lambda subscriber, at: bool(subscriber.services),
    "acting": lambda subscriber, at: subscriber.acting is not None and subscriber.acting.until > at,
    "asked": lambda subscriber, at: bool(live(subscriber, at)),
    "active": lambda subscriber, at: subscriber.status is SubscriberStatus.ACTIVE,
    "blocked": lambda subscriber, at: subscriber.status is SubscriberStatus.BLOCKED,
}
"""What an item's `when` may say of the subscriber."""

Choice = tuple[int, Names, int]
"""An id, its names, its price in minor units (0: none)."""


def _tariffs(subscriber: Subscriber, products: Products) -> Iterator[Choice]:
    for tariff in products.tariffs.values():
        if tariff.open and tariff.id != subscriber.tariff:
            yield tariff.id, tariff.names, 0


def _connected(subscriber: Subscriber, products: Products) -> list[Service]:
    ids = sorted(each.id for each in subscriber.services)
    return [products.services[each] for each in ids if each in products.services]


def _my_services(subscriber: Subscriber, products: Products) -> Iterator[Choice]:
    for service in _connected(subscriber, products):
        if not service.mandatory:
            yield service.id, service.names, service.price_minor


def _my_subscriptions(subscriber: Subscriber, products: Products) -> Iterator[Choice]:
    for service in _connected(subscriber, products):
        if service.content:
            yield service.id, service.names, service.price_minor


def _new_services(subscriber: Subscriber, products: Products) -> Iterator[Choice]:
    on = {connected.id for connected in subscriber.services}
    for service in products.services.values():
        fits = not service.needs_tariffs or subscriber.tariff in service.needs_tariffs
        if service.open and service.id not in on and fits and subscriber.tariff not in service.forbids_tariffs:
            yield service.id, service.names, service.price_minor


CHOICES: Mapping[str, Callable[[Subscriber, Products], Iterable[Choice]]] = {
    "tariffs": _tariffs,
    "my_services": _my_services,
    "my_subscriptions": _my_subscriptions,
    "new_services": _new_services,
}
"""Where an item's `choose` may take its lines from."""
