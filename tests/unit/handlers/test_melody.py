"""Ringback melodies: a month is paid once, and never without the service or against the subscriber's will."""

from __future__ import annotations

from gateway.catalogue.loading import load_catalogue
from gateway.handlers import melody
from gateway.model import (
    DAY_MS,
    Account,
    AccountId,
    ConnectedService,
    Instant,
    MelodyId,
    Money,
    Msisdn,
    PersonId,
    ServiceId,
    Subscriber,
    TariffId,
)
from tests.unit.handlers.desk import NOON, Desk

NUMBER = Msisdn("79161234567")
KATYUSHA = MelodyId(6)
PRICE = 4900


def with_melody() -> Desk:
    """A number with the service and a melody just set; 200 are left."""
    service = ConnectedService(ServiceId(12), NOON)
    subscriber = Subscriber(NUMBER, PersonId("p"), "moscow", TariffId(1), AccountId(NUMBER), services=(service,))
    account = Account(AccountId(NUMBER), Money(20000 + PRICE))
    desk = Desk(subscriber, accounts=[account], products=load_catalogue().products)
    desk.do(melody.set_melody, NUMBER, melody=KATYUSHA)
    desk.yes(melody.set_melody, NUMBER)
    return desk


def test_a_month_is_paid_once() -> None:
    """Before the month is over, and again after it was renewed, the timer takes nothing."""
    desk = with_melody()
    desk.do(melody.renew, NUMBER, melody=KATYUSHA)
    assert 20000 == desk.balance(NUMBER)
    desk.at = Instant(NOON + 31 * DAY_MS)
    desk.do(melody.renew, NUMBER, melody=KATYUSHA)
    desk.do(melody.renew, NUMBER, melody=KATYUSHA)

    assert 20000 - PRICE == desk.balance(NUMBER)


def test_setting_it_again_is_not_paid_again() -> None:
    """A question answered twice, or the melody set again, leaves the state as it is."""
    desk = with_melody()
    outcome = desk.do(melody.set_melody, NUMBER, melody=KATYUSHA)

    assert "melody-already_set" == outcome.replies[0].text
    assert 20000 == desk.balance(NUMBER)


def test_nothing_is_taken_without_the_service() -> None:
    """With the service off, however it was switched off, a melody is not renewed."""
    desk = with_melody()
    desk.known[NUMBER] = Subscriber(NUMBER, PersonId("p"), "moscow", TariffId(1), AccountId(NUMBER))
    desk.at = Instant(NOON + 31 * DAY_MS)
    desk.do(melody.renew, NUMBER, melody=KATYUSHA)

    assert 20000 == desk.balance(NUMBER)
    assert () == desk.record(melody.Melodies, NUMBER).of


def test_a_removed_melody_has_no_timer() -> None:
    """Removing ends the renewals at once."""
    desk = with_melody()
    desk.do(melody.remove, NUMBER, melody=KATYUSHA)
    desk.yes(melody.remove, NUMBER)

    assert {} == desk.timers
