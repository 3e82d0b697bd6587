"""Functions about other people: who may do what for whom, and money that comes back to where it was taken."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.catalogue.products import Products, Tariff
from gateway.handlers import child, family, locator, message, picture, tariff
from gateway.model import (
    DAY_MS,
    Account,
    AccountId,
    Allowance,
    ConnectedService,
    Instant,
    MessageText,
    Money,
    Msisdn,
    PersonId,
    PictureId,
    ServiceId,
    Subscriber,
    TariffId,
)
from gateway.rules.acting import may_act_for
from gateway.rules.allowances import given_back, used_up
from gateway.rules.answers import understood
from gateway.rules.naming import abridged, in_pages
from gateway.rules.places import Place
from tests.unit.handlers.desk import NOON, Desk, rendered

ANNA = Msisdn("79161234567")
BORIS = Msisdn("79167654321")
VERA = Msisdn("79160000001")


def subscriber(number: Msisdn, owner: str = "P1", **more: object) -> Subscriber:
    one = Subscriber(number, PersonId(owner), "moscow", TariffId(1), AccountId(number))
    return msgspec.structs.replace(one, **more)


def desk(*others: Subscriber, balance: int = 100_00, owner: str = "P1") -> Desk:
    people = others or (subscriber(BORIS, owner), subscriber(VERA))
    return Desk(subscriber(ANNA), *people, accounts=[Account(AccountId(ANNA), Money(balance))])


# -- children ------------------------------------------------------------------------------------------------------


def test_a_number_that_changed_hands_since_the_question_is_asked_itself() -> None:
    """One's own number is added without its consent only while it is one's own."""
    town = desk()
    town.do(child.add, ANNA, number=BORIS)
    town.known[BORIS] = subscriber(BORIS, "P2")
    town.persons[PersonId("P2")] = msgspec.structs.replace(town.persons[PersonId("P1")], id=PersonId("P2"))

    outcome = town.yes(child.add, ANNA)

    assert "child-add_asked" == outcome.replies[0].text
    assert "child.join" == town.known[BORIS].pendings[0].command


def test_a_parent_answers_for_a_child_only_while_it_is_one() -> None:
    """A question about the child's tariff dies with the tie."""
    town = desk()
    town.do(child.add, ANNA, number=BORIS)
    town.yes(child.add, ANNA)
    before = may_act_for(town.known[ANNA], BORIS, NOON, town)
    then = town.do(child.set_tariff, ANNA, number=BORIS, tariff=TariffId(1)).then
    town.do(child.remove, ANNA, number=BORIS)

    assert before
    assert then is not None
    assert ("tariff.change", ANNA, BORIS) == (then.command, then.asked_by, then.msisdn)
    assert not may_act_for(town.known[ANNA], BORIS, NOON, town)
    assert "not_child" == town.do(child.set_tariff, ANNA, number=BORIS, tariff=TariffId(1)).refusal


@pytest.mark.parametrize("number", [ANNA, BORIS])
def test_a_change_of_another_numbers_tariff_is_told_to_it(number: Msisdn) -> None:
    """That number hears of it, and the answer says whose it was; one's own change is one reply."""
    town = desk()
    names = {"ru": "Смарт", "bg": "Смарт", "en": "Smart"}
    town.products = Products(tariffs={TariffId(each): Tariff(TariffId(each), names) for each in (1, 2)})
    town.do(tariff.change, ANNA, msisdn=number, tariff=TariffId(2))

    outcome = town.yes(tariff.change, ANNA)

    told = [(reply.to, reply.text) for reply in outcome.replies[1:]]
    assert ([] if number == ANNA else [(BORIS, "tariff-changed_by")]) == told
    assert ("Ваш тариф" if number == ANNA else "Тариф +79167654321") in rendered(outcome.replies[0])


# -- families ------------------------------------------------------------------------------------------------------


def test_a_member_without_an_account_of_his_own_gets_one() -> None:
    """A number that came with a payer leaves with an empty account; no money moves."""
    town = desk(subscriber(BORIS, account=AccountId(ANNA)))
    assert not town.has_account(AccountId(BORIS))

    town.do(family.remove, ANNA, number=BORIS)
    town.yes(family.remove, ANNA)

    assert AccountId(BORIS) == town.known[BORIS].account
    assert (100_00, 0) == (town.balance(ANNA), town.balance(BORIS))
    assert "not_member" == town.do(family.remove, ANNA, number=BORIS).refusal


# -- messages and pictures -----------------------------------------------------------------------------------------


@given(
    packages=st.lists(
        st.tuples(st.sampled_from(["sms", "mms", "SMS"]), st.integers(0, 5), st.integers(-2, 3)), max_size=5
    ),
    count=st.integers(0, 8),
)
def test_packages_pay_what_they_can(packages: list[tuple[str, int, int]], count: int) -> None:
    """Nothing is made of nothing: what is taken is gone from live packages of that unit, and comes back whole."""
    allowances = tuple(Allowance(unit, left, Instant(NOON + days * DAY_MS)) for unit, left, days in packages)
    before = subscriber(ANNA, allowances=allowances)

    after, beyond = used_up(before, "sms", count, NOON)

    live = sum(left for unit, left, days in packages if unit.lower() == "sms" and days > 0)
    total = sum(each.left for each in allowances)
    assert beyond == max(0, count - live)
    assert sum(each.left for each in after.allowances) == total - (count - beyond)
    back = given_back(after, "sms", count - beyond, NOON)
    assert sum(each.left for each in back.allowances) == total


def test_an_mms_that_failed_is_paid_back_to_the_account_that_paid() -> None:
    """Also where the number has another payer by then."""
    town = desk()
    town.known[ANNA] = subscriber(ANNA, services=(ConnectedService(ServiceId(36), NOON),))
    town.do(picture.send, ANNA, number=BORIS, picture=PictureId(1))
    town.yes(picture.send, ANNA)
    paid = dict(town.effects[0].arguments)
    town.known[ANNA] = msgspec.structs.replace(town.known[ANNA], account=AccountId(VERA))

    outcome = town.do(picture.done, ANNA, **paid, succeeded=False, answer="no_mms")

    assert (100_00, 0) == (town.balance(ANNA), town.balance(VERA))
    assert "Вернули 9.90 руб." in rendered(outcome.replies[0])


def test_a_text_costs_by_its_parts() -> None:
    """Seventy Cyrillic letters are one part, one more makes two (TS 23.040 9.2.3.24.1)."""
    town = desk(balance=100_00)
    prices = []
    for letters in (70, 71, 134, 135):
        outcome = town.run(
            town.command(message.Send, ANNA, number=BORIS, text=MessageText("я" * letters)), message.send
        )
        prices.append(outcome.replies[0].arguments["parts"])

    assert [1, 2, 2, 3] == prices


# -- locating ------------------------------------------------------------------------------------------------------


def agreed() -> Desk:
    town = desk()
    town.do(locator.add, ANNA, number=BORIS)
    town.yes(locator.join, BORIS)
    return town


def test_a_consent_is_for_one_number_in_one_direction() -> None:
    """Nobody else may locate, and the one who may be located may not locate back."""
    town = agreed()

    assert not town.do(locator.find, ANNA, number=BORIS).refusal
    assert "not_agreed" == town.do(locator.find, BORIS, number=ANNA).refusal
    assert "not_agreed" == town.do(locator.find, VERA, number=BORIS).refusal


@pytest.mark.parametrize(("succeeded", "answer"), [(False, "off"), (True, "<html>"), (True, '{"place": 1}')])
def test_what_found_nothing_costs_nothing(succeeded: bool, answer: str) -> None:
    """No place, or an answer that is none: the money is back, and nobody is told that he was located."""
    town = agreed()
    town.do(locator.find, ANNA, number=BORIS)
    town.yes(locator.find, ANNA)
    assert 95_00 == town.balance(ANNA)

    outcome = town.do(locator.located, ANNA, **dict(town.effects[0].arguments), succeeded=succeeded, answer=answer)

    assert 100_00 == town.balance(ANNA)
    assert [ANNA] == [reply.to for reply in outcome.replies]


def test_a_request_of_the_package_comes_back() -> None:
    """Once, and only into a package that still runs."""
    town = agreed()
    town.do(locator.package_on, ANNA)
    town.yes(locator.package_on, ANNA)
    town.do(locator.find, ANNA, number=BORIS)
    left = town.record(locator.PackageOfRequests, ANNA).left
    arguments = dict(town.effects[0].arguments)
    town.do(locator.located, ANNA, **arguments, succeeded=False, answer="off")
    back = town.record(locator.PackageOfRequests, ANNA).left
    town.at = Instant(NOON + 40 * DAY_MS)
    town.do(locator.located, ANNA, **arguments, succeeded=False, answer="off")

    assert (99, 100, 100) == (left, back, town.record(locator.PackageOfRequests, ANNA).left)


# -- shared --------------------------------------------------------------------------------------------------------


@given(st.text())
def test_any_answer_is_a_place_or_none(answer: str) -> None:
    """Whatever a system outside says, it breaks nothing."""
    assert understood(True, answer, Place) is None
    assert understood(False, '{"place": "here", "accuracy_m": 1}', Place) is None


@given(lines=st.lists(st.text(min_size=1, max_size=30)), room=st.integers(1, 60))
def test_pages_hold_every_line_once(lines: list[str], room: int) -> None:
    """In order, and no page is longer than its room unless one line is."""
    pages = in_pages(lines, room)

    assert lines == [line for page in pages for line in page]
    assert all(len("".join(page)) <= room or len(page) == 1 for page in pages)


@given(items=st.lists(st.text("абв", min_size=1, max_size=9), max_size=9), room=st.integers(10, 60))
def test_a_list_is_abridged_between_its_items(items: list[str], room: int) -> None:
    """Whole items in order, dots for those that do not fit, and no more characters than there is room for."""
    text = abridged(items, room)

    shown = text.removesuffix(", ...").split(", ") if text else []
    assert shown == items[: len(shown)]
    assert text.endswith(", ...") == (len(shown) < len(items))
    assert len(", ".join(shown)) <= room
