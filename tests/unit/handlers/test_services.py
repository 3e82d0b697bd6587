"""Services: lists, connecting, disconnecting; what they cost and what forbids them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.catalogue.products import Operator, Period, Products, Service, SubscriptionRules, Tariff
from gateway.commands import Outcome
from gateway.handlers.services import Connect, Disconnect, catalogue, connect, disconnect, renew, show
from gateway.model import (
    DAY_MS,
    SERVICES,
    Account,
    AccountId,
    ConnectedService,
    Entry,
    Instant,
    Language,
    Money,
    Msisdn,
    PersonId,
    ServiceId,
    ServiceStatus,
    Subscriber,
    TariffId,
)
from gateway.rules.calendar import local, month_later
from gateway.rules.naming import LIST_ROOM
from tests.unit.handlers.desk import NOON, Desk, rendered

ANNA = Msisdn("79161234567")
BORIS = Msisdn("79167654321")
ACCOUNT = AccountId(ANNA)


def names(name: str) -> dict[str, str]:
    return {"ru": name, "bg": f"{name} (bg)", "en": f"{name} (en)"}


def service(number: int, name: str, price: int = 0, period: Period = Period.MONTH, **rest: object) -> Service:
    made = Service(ServiceId(number), names(name), Money(price), period)
    return replace(made, **rest)  # type: ignore[arg-type]


def ids(*numbers: int) -> frozenset[ServiceId]:
    return frozenset(ServiceId(number) for number in numbers)


def tariffs(*numbers: int) -> frozenset[TariffId]:
    return frozenset(TariffId(number) for number in numbers)


SOLD = (
    service(10, "Связь", mandatory=True),
    service(12, "Гудок", 98_50),
    service(13, "Погода", 3_00, Period.DAY, content=True),
    service(14, "Замена номера", 150_00, Period.ONCE),
    service(15, "АнтиАОН", 50_00, excludes=ids(12)),
    service(16, "Почта"),
    service(17, "Архив", open=False),
    service(18, "Только Смарт", needs_tariffs=tariffs(2)),
    service(19, "Не для Супер", forbids_tariffs=tariffs(1)),
)
PRODUCTS = Products(
    tariffs={
        TariffId(1): Tariff(TariffId(1), names("Супер")),
        TariffId(2): Tariff(TariffId(2), names("Смарт")),
    },
    services={each.id: each for each in SOLD},
    subscription=SubscriptionRules(ban=ServiceId(16)),
)


def on(number: int, until: int = 0, status: ServiceStatus = ServiceStatus.ACTIVE) -> ConnectedService:
    return ConnectedService(ServiceId(number), Instant(NOON - DAY_MS), Instant(until), status)


def desk_of(*services: ConnectedService, balance: int = 500_00, floor: int = 0, products: Products = PRODUCTS) -> Desk:
    anna = Subscriber(ANNA, PersonId("P1"), "moscow", TariffId(1), ACCOUNT, services=services)
    boris = Subscriber(BORIS, PersonId("P1"), "moscow", TariffId(1), AccountId(BORIS))
    account = Account(ACCOUNT, Money(balance), Money(floor))
    return Desk(anna, boris, accounts=[account], products=products)


def said(outcome: Outcome) -> str:
    """The name of the only reply."""
    (reply,) = outcome.replies
    return reply.text


def services_of(desk: Desk, msisdn: Msisdn = ANNA) -> tuple[ConnectedService, ...]:
    return desk.known[msisdn].services


# --- connecting ---------------------------------------------------------------------------------------------------

REFUSED = [
    ("unknown_service", 99, (), 500_00),
    ("closed", 17, (), 500_00),
    ("banned", 13, (on(16),), 500_00),
    ("needs_tariff", 18, (), 500_00),
    ("tariff_forbids", 19, (), 500_00),
    ("excluded", 15, (on(12),), 500_00),
    ("excluded", 12, (on(15),), 500_00),
    ("not_enough_money", 12, (), 98_49),
    ("not_enough_money", 14, (), 0),
]


@pytest.mark.parametrize(("refusal", "number", "services", "balance"), REFUSED)
def test_connect_refuses_by_name_and_changes_nothing(
    refusal: str, number: int, services: tuple[ConnectedService, ...], balance: int
) -> None:
    """Each rule that forbids a service has its own refusal, and nothing is changed by it."""
    desk = desk_of(*services, balance=balance)
    before = desk.state()

    outcome = desk.do(connect, ANNA, service=ServiceId(number))

    assert (refusal, f"services-{refusal}") == (outcome.refusal, said(outcome))
    assert before == desk.state()


def test_every_declared_refusal_of_connect_is_in_the_table() -> None:
    """No refusal is declared that cannot be reached."""
    assert set(connect.handler.refuses) == {row[0] for row in REFUSED}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "count", "nearest"),
    [(122, 1, "12 Гудок"), (61, 2, "16 Почта, 15 АнтиАОН"), (88, 0, ""), (120, 2, "12 Гудок, 10 Связь"), (4444, 0, "")],
)
def test_an_unknown_service_names_the_nearest_ids(typed: int, count: int, nearest: str) -> None:
    """At most two services with like ids are named, or the way to the whole list."""
    arguments = desk_of().do(connect, ANNA, service=ServiceId(typed)).replies[0].arguments

    assert (count, nearest) == (arguments["count"], arguments["nearest"])


def test_an_exclusion_names_the_service_that_excludes_and_how_to_switch_it_off() -> None:
    """Who may not connect learns which of his services is in the way."""
    outcome = desk_of(on(12)).do(connect, ANNA, service=ServiceId(15))

    assert ("«АнтиАОН» не работает вместе с «Гудок». Сначала отключите её: *111*8111*2*12#") == rendered(
        outcome.replies[0]
    )


@pytest.mark.parametrize(
    ("balance", "floor", "missing"),
    [
        (98_49, 0, 1),
        (98_50, 0, None),
        (0, 0, 98_50),
        (-1_50, -100_00, None),
        (-1_51, -100_00, 1),
        (100_00, 50_00, 48_50),
    ],
)
def test_the_price_may_take_the_balance_to_the_floor_and_not_below(
    balance: int, floor: int, missing: int | None
) -> None:
    """The refusal says exactly how much is missing; to the last unit of money the question is asked."""
    outcome = desk_of(balance=balance, floor=floor).do(connect, ANNA, service=ServiceId(12))

    assert (missing is not None) == (outcome.refusal == "not_enough_money")
    assert missing == outcome.replies[0].arguments.get("missing")


def test_a_free_service_is_connected_at_once() -> None:
    """What costs nothing is not asked, and the reply says that it is free."""
    desk = desk_of(balance=0)

    outcome = desk.do(connect, ANNA, service=ServiceId(16))

    assert "«Почта» подключена, бесплатно. Отключить: *111*8111*2*16#" == rendered(outcome.replies[0])
    assert (ConnectedService(ServiceId(16), NOON),) == services_of(desk)
    assert () == outcome.entries


@pytest.mark.parametrize(
    ("number", "ask", "question"),
    [
        (12, "services-connect_ask_month", "Подключить «Гудок»? 98.50 руб. каждый месяц."),
        (13, "services-connect_ask_day", "Подключить «Погода»? 3 руб. каждый день."),
        (14, "services-connect_ask_once", "Подключить «Замена номера»? 150 руб. один раз."),
    ],
)
def test_a_paid_service_is_asked_first(number: int, ask: str, question: str) -> None:
    """The question names price, period and renewal, and how to say yes and no; no money moves yet."""
    desk = desk_of()

    outcome = desk.do(connect, ANNA, service=ServiceId(number))

    assert ask == said(outcome)
    assert f"{question} ДА 1234 или *111*97*1234#" == rendered(outcome.replies[0])
    assert ((), 500_00) == (services_of(desk), desk.balance(ANNA))
    assert PRODUCTS.services[ServiceId(number)].price_minor == desk.question(connect, ANNA).price


@pytest.mark.parametrize(
    ("number", "reply", "price", "until"),
    [
        (12, "services-connected", 98_50, "2026-04-10 12:00:00"),
        (13, "services-connected", 3_00, "2026-03-11 12:00:00"),
        (14, "services-connected_once", 150_00, None),
    ],
)
def test_yes_connects_and_takes_the_first_charge(number: int, reply: str, price: int, until: str | None) -> None:
    """After yes the service is on, paid for its first period from the number's account, and nothing waits."""
    desk = desk_of()
    desk.do(connect, ANNA, service=ServiceId(number))

    outcome = desk.yes(connect, ANNA)

    (connected,) = services_of(desk)
    operator = Operator()
    paid_until = str(local(connected.paid_until, operator))[:19] if connected.paid_until else None
    assert (number, NOON, until) == (connected.id, connected.since, paid_until)
    assert (
        Entry(ACCOUNT, Money(-price), "service", ANNA),
        Entry(SERVICES, Money(price), "service", ANNA),
    ) == outcome.entries
    assert (500_00 - price, price) == (desk.balance(ANNA), desk.balance(SERVICES))
    assert (reply, ()) == (said(outcome), desk.known[ANNA].pendings)


def test_the_receipt_says_what_was_paid_what_is_left_and_how_to_undo() -> None:
    """A success names the money taken and left, the next charge date and the way back."""
    desk = desk_of()
    desk.do(connect, ANNA, service=ServiceId(12))

    assert (
        "«Гудок» подключена. Списано 98.50 руб., осталось 401.50 руб. Следующая оплата 10.04. "
        "Отключить: *111*8111*2*12#"
    ) == rendered(desk.yes(connect, ANNA).replies[0])


@pytest.mark.parametrize(
    ("connected", "reply"),
    [
        (on(12, NOON + DAY_MS), "services-already_on"),
        (on(12, NOON), "services-already_on_plain"),
        (on(14), "services-already_on_plain"),
        (on(16), "services-already_on_free"),
        (on(12, NOON + DAY_MS, ServiceStatus.SUSPENDED), "services-already_suspended"),
        (on(17), "services-already_on_free"),
        (on(77), "services-already_on_free"),
    ],
)
def test_connecting_again_answers_with_the_state(connected: ConnectedService, reply: str) -> None:
    """A service that is on is no refusal, even if it is closed now or gone from the catalogue; nothing changes."""
    desk = desk_of(connected, balance=0)
    before = desk.state()

    outcome = desk.do(connect, ANNA, service=connected.id)

    assert (reply, "") == (said(outcome), outcome.refusal)
    assert before == desk.state()


def test_asking_again_renews_the_question_and_keeps_its_code() -> None:
    """A double tap makes one question, with one code."""
    desk = desk_of()
    first = desk.do(connect, ANNA, service=ServiceId(12)).replies[0].code

    assert first == desk.do(connect, ANNA, service=ServiceId(12)).replies[0].code
    assert 1 == len(desk.known[ANNA].pendings)


@pytest.mark.parametrize(
    ("number", "reply"),
    [(12, "services-connect_again_month"), (13, "services-connect_again_day"), (14, "services-connect_again_once")],
)
def test_a_changed_price_is_asked_again(number: int, reply: str) -> None:
    """Nobody pays another price than he was shown: the new one is asked, and paid after another yes."""
    desk = desk_of()
    desk.do(connect, ANNA, service=ServiceId(number))
    dearer = replace(PRODUCTS.services[ServiceId(number)], price_minor=Money(200_00))
    desk.products = replace(PRODUCTS, services={**PRODUCTS.services, dearer.id: dearer})

    assert reply == said(desk.yes(connect, ANNA))
    assert (500_00, 200_00) == (desk.balance(ANNA), desk.question(connect, ANNA).price)

    desk.yes(connect, ANNA)

    assert 300_00 == desk.balance(ANNA)


def test_all_rules_are_checked_again_after_yes() -> None:
    """Money that went meanwhile refuses, and the question stays for a yes after a top-up."""
    desk = desk_of()
    desk.do(connect, ANNA, service=ServiceId(12))
    desk.accounts[ACCOUNT] = Account(ACCOUNT, Money(10_00))

    assert "not_enough_money" == desk.yes(connect, ANNA).refusal
    assert ServiceId(12) == dict(desk.question(connect, ANNA).arguments)["service"]


def test_acting_for_another_number_its_own_account_pays() -> None:
    """The number concerned gets the service and its account pays; the question and the answers go to the actor."""
    desk = desk_of()
    desk.do(connect, BORIS, msisdn=ANNA, service=ServiceId(12))

    outcome = desk.yes(connect, BORIS)

    assert [ServiceId(12)] == [each.id for each in services_of(desk)]
    assert () == services_of(desk, BORIS)
    assert (401_50, 0) == (desk.balance(ANNA), desk.balance(BORIS))
    assert BORIS == outcome.replies[0].to


# --- disconnecting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("connected", "ask", "done"),
    [
        (
            on(12, NOON + DAY_MS),
            "Отключить «Гудок»? Оплата до 11.03 не вернётся.",
            "«Гудок» отключена, была оплачена до 11.03. Вернуть: *111*8111*1*12#",
        ),
        (
            on(14),
            "Отключить «Замена номера»? Деньги не вернутся.",
            "«Замена номера» отключена, платить не нужно. Вернуть: *111*8111*1*14#",
        ),
        (
            on(16),
            "Отключить «Почта»?",
            "«Почта» отключена. Вернуть: *111*8111*1*16#",
        ),
    ],
)
def test_disconnect_always_asks_and_returns_nothing(connected: ConnectedService, ask: str, done: str) -> None:
    """The question says until when it was paid and that nothing is returned; after yes it is off, money as before."""
    desk = desk_of(on(13, NOON + DAY_MS), connected)

    asked = desk.do(disconnect, ANNA, service=connected.id)

    assert f"{ask} ДА 1234 или *111*97*1234#" == rendered(asked.replies[0])
    assert 2 == len(services_of(desk))

    outcome = desk.yes(disconnect, ANNA)

    assert done == rendered(outcome.replies[0])
    assert ([ServiceId(13)], ()) == ([each.id for each in services_of(desk)], outcome.entries)


@pytest.mark.parametrize(
    ("number", "refusal", "reply"),
    [
        (10, "mandatory", "services-mandatory"),
        (99, "unknown_service", "services-unknown_service"),
        (16, "", "services-already_off"),
        (17, "", "services-already_off"),
    ],
)
def test_disconnect_without_a_question(number: int, refusal: str, reply: str) -> None:
    """Mandatory and unknown services refuse; one that is not on answers with the state; nothing changes."""
    desk = desk_of(on(10), on(12))
    before = desk.state()

    outcome = desk.do(disconnect, ANNA, service=ServiceId(number))

    assert (refusal, reply) == (outcome.refusal, said(outcome))
    assert before == desk.state()


@pytest.mark.parametrize(("typed", "nearest"), [(122, "12 Гудок"), (133, "")])
def test_disconnecting_an_unknown_service_names_connected_ones(typed: int, nearest: str) -> None:
    """Only what is on can be meant."""
    assert nearest == desk_of(on(12)).do(disconnect, ANNA, service=ServiceId(typed)).replies[0].arguments["nearest"]


def test_a_service_gone_from_the_catalogue_can_be_switched_off() -> None:
    """A subscriber is not bound to what is no longer sold."""
    desk = desk_of(on(77))
    desk.do(disconnect, ANNA, service=ServiceId(77))

    assert "«77» отключена. Вернуть: *111*8111*1*77#" == rendered(desk.yes(disconnect, ANNA).replies[0])
    assert () == services_of(desk)


# --- lists --------------------------------------------------------------------------------------------------------


def test_the_list_shows_paid_and_free_apart_and_the_total() -> None:
    """Paid services by period with prices, free ones, those that wait for money; the total counts what is charged."""
    desk = desk_of(
        on(16), on(15, NOON, ServiceStatus.SUSPENDED), on(14), on(13, NOON + 1), on(12, NOON + 1), on(10), on(77)
    )

    assert (
        "Ваши услуги, цены в руб.\n"
        "В месяц:\n12 Гудок: 98.50\n"
        "В день:\n13 Погода: 3\n"
        "Разовые:\n14 Замена номера: 150\n"
        "Бесплатные:\n10 Связь\n16 Почта\n77 77\n"
        "Ждут оплаты:\n15 АнтиАОН: 50\n"
        "Итого в месяц: 98.50 руб., в день: 3 руб."
    ) == rendered(desk.do(show, ANNA).replies[0])


def test_the_list_of_free_services_has_no_empty_groups() -> None:
    """A group without services is not mentioned."""
    desk = desk_of(on(16))

    assert "Ваши услуги, цены в руб.\nБесплатные:\n16 Почта\nИтого в месяц: 0 руб." == rendered(
        desk.do(show, ANNA).replies[0]
    )


def test_an_empty_list_tells_where_the_catalogue_is() -> None:
    """Who has no services learns what he could connect."""
    assert "services-list_empty" == said(desk_of().do(show, ANNA))


def test_the_catalogue_shows_what_this_number_can_connect() -> None:
    """Closed services, those of other tariffs and those that are on are left out; the ids are there to be typed."""
    assert (
        "Услуги, цены в руб.\n"
        "В месяц:\n15 АнтиАОН: 50\n"
        "В день:\n13 Погода: 3\n"
        "Разово:\n14 Замена номера: 150\n"
        "Бесплатно:\n10 Связь\n16 Почта\n"
        "Подключить: *111*8111*1*15#"
    ) == rendered(desk_of(on(12)).do(catalogue, ANNA).replies[0])


def test_the_catalogue_of_another_tariff() -> None:
    """The tariff's own services are offered, those forbidden to another tariff as well."""
    few = {each.id: each for each in SOLD if each.id > 15}
    desk = desk_of(products=replace(PRODUCTS, services=few))
    desk.known[ANNA] = msgspec.structs.replace(desk.known[ANNA], tariff=TariffId(2))

    assert "\n16 Почта\n18 Только Смарт\n19 Не для Супер" == desk.do(catalogue, ANNA).replies[0].arguments["free"]


@pytest.mark.parametrize(("language", "characters_max"), [("ru", 201), ("bg", 201), ("en", 459), ("lat", 459)])
def test_a_long_catalogue_fits_in_three_sms_and_tells_how_many_are_left(language: str, characters_max: int) -> None:
    """Three joined SMS: 3 * 67 characters in UCS-2, 3 * 153 in the GSM alphabet; nothing is silently cut."""
    periods = list(Period)
    many = [service(7000 + n, f"Услуга № {n}", n * 50, periods[n % 3]) for n in range(60)]
    desk = desk_of(products=Products(services={each.id: each for each in many}))
    desk.language = Language(language)

    reply = desk.do(catalogue, ANNA).replies[0]

    text = rendered(reply, desk.language)
    shown = sum(1 for each in many if f"\n{each.id} " in text)
    assert 60 == shown + int(str(reply.arguments["rest"]))
    assert characters_max * 0.6 < len(text) <= characters_max


def test_room_is_known_for_every_language() -> None:
    """The catalogue can be cut for each language of a reply."""
    assert set(Language) == set(LIST_ROOM)


def test_one_enormous_name_is_still_shown() -> None:
    """The first service is always in the catalogue, however long its name."""
    desk = desk_of(products=Products(services={ServiceId(1): service(1, "я" * 500)}))

    assert 1 == desk.do(catalogue, ANNA).replies[0].arguments["free_count"]


def test_an_empty_catalogue_says_so() -> None:
    """Where nothing is open, the reply says it."""
    assert "services-catalogue_empty" == said(desk_of(products=Products()).do(catalogue, ANNA))


# --- the calendar -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "start", "then"),
    [
        ("Europe/Moscow", "2026-03-10T12:00:00+03:00", "2026-04-10T12:00:00+03:00"),
        ("Europe/Moscow", "2026-12-31T23:59:59.999+03:00", "2027-01-31T23:59:59.999+03:00"),
        ("Europe/Moscow", "2027-01-31T00:00:00+03:00", "2027-02-28T00:00:00+03:00"),
        ("Europe/Moscow", "2028-01-31T00:00:00+03:00", "2028-02-29T00:00:00+03:00"),
        ("Europe/Moscow", "2026-05-31T10:00:00+03:00", "2026-06-30T10:00:00+03:00"),
        ("Europe/Moscow", "2026-02-28T10:00:00+03:00", "2026-03-28T10:00:00+03:00"),
        # the operator's month, not UTC's: 1 February in Moscow is 31 January in UTC
        ("Europe/Moscow", "2026-01-31T21:30:00+00:00", "2026-03-01T00:30:00+03:00"),
        # summer time of 2026 in Sofia: from 29 March 03:00 to 25 October 04:00
        ("Europe/Sofia", "2026-03-10T12:00:00+02:00", "2026-04-10T12:00:00+03:00"),
        ("Europe/Sofia", "2026-10-10T12:00:00+03:00", "2026-11-10T12:00:00+02:00"),
        ("Europe/Sofia", "2026-02-28T03:30:00+02:00", "2026-03-28T03:30:00+02:00"),
        ("Europe/Sofia", "2024-02-29T03:30:00+02:00", "2024-03-29T03:30:00+02:00"),
        ("Europe/Sofia", "2027-02-28T03:30:00+02:00", "2027-03-28T04:30:00+03:00"),
        ("Europe/Sofia", "2026-09-25T03:30:00+03:00", "2026-10-25T03:30:00+03:00"),
        ("Europe/Sofia", "2026-10-25T03:30:00+02:00", "2026-11-25T03:30:00+02:00"),
    ],
)
def test_a_month_later_keeps_the_wall_clock(zone: str, start: str, then: str) -> None:
    """One calendar month in the operator's zone, the last day where the month is shorter, across summer time too."""
    operator = Operator(time_zone=zone)

    assert _instant(then) == month_later(_instant(start), operator)


def _instant(iso: str) -> Instant:
    at = datetime.fromisoformat(iso)
    return Instant(int(at.replace(microsecond=0).timestamp()) * 1000 + at.microsecond // 1000)


# --- properties ---------------------------------------------------------------------------------------------------

STEPS = st.tuples(
    st.sampled_from([Connect, Disconnect]), st.sampled_from([10, 12, 13, 14, 15, 16, 17, 18, 99]), st.booleans()
)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEPS, max_size=12), balance=st.integers(0, 400_00), floor=st.integers(-50_00, 50_00))
def test_any_sequence_keeps_the_money_and_repeats_change_nothing(
    steps: list[tuple[type[Connect | Disconnect], int, bool]], balance: int, floor: int
) -> None:
    """The balance is never taken below the floor, no money is made or lost, and saying it twice is saying it once."""
    desk = desk_of(balance=balance, floor=floor)
    for kind, number, confirms in steps:
        handler = connect if kind is Connect else disconnect
        outcome = desk.do(handler, ANNA, service=ServiceId(number))
        if confirms and outcome.replies[0].code is not None:
            desk.do(handler, ANNA, service=ServiceId(number))
            desk.yes(handler, ANNA)
        before = desk.state()
        desk.do(handler, ANNA, service=ServiceId(number))
        assert before == desk.state()
        _check_money(desk, balance, floor)


def _check_money(desk: Desk, opened_with: int, floor: int) -> None:
    assert opened_with == desk.balance(ANNA) + desk.balance(SERVICES)
    assert desk.balance(ANNA) >= min(opened_with, floor)
    connected = [each.id for each in services_of(desk)]
    assert len(set(connected)) == len(connected)


def test_renewals_of_a_gateway_that_was_down_are_taken_once_each() -> None:
    """Three days late, a daily service costs the three periods missed and no more, however often the timer comes."""
    service = Service(ServiceId(7), {"ru": "Семь"}, Money(2_00), Period.DAY)
    number = Msisdn("79161234567")
    on = ConnectedService(service.id, NOON, Instant(NOON + DAY_MS))
    me = Subscriber(number, PersonId("P1"), "moscow", TariffId(1), AccountId(number), services=(on,))
    desk = Desk(
        me,
        accounts=[Account(AccountId(number), Money(100_00))],
        products=Products(services={service.id: service}),
        at=Instant(NOON + 3 * DAY_MS),
    )
    due = NOON + DAY_MS
    while due <= desk.at:
        desk.do(renew, number, service=service.id)
        due = desk.timers[f"service/{number}/7"].due_at

    desk.do(renew, number, service=service.id)
    assert due == NOON + 4 * DAY_MS
    assert desk.balance(number) == 100_00 - 3 * 2_00
