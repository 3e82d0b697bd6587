"""Several numbers in one account: the "Numbers" service, linking with consent, unlinking, acting for a number."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from gateway.catalogue.products import Limits, Products
from gateway.handlers.numbers import (
    LINK_REFUSALS,
    act,
    confirm,
    connect,
    decline,
    disconnect,
    link,
    show,
    unlink,
)
from gateway.model import (
    HOUR_MS,
    MINUTE_MS,
    AccountId,
    Acting,
    Cabinet,
    Instant,
    Msisdn,
    Person,
    PersonId,
    PersonKind,
    Subscriber,
    TariffId,
)
from tests.unit.handlers.desk import NOON, Desk, rendered

ANNA = Msisdn("79161234567")
SECOND = Msisdn("79161234568")
THIRD = Msisdn("79161234569")
FAR = Msisdn("79161234570")
FOREIGN = Msisdn("79169999999")
OFFICE = Msisdn("79168888888")
NOBODY = Msisdn("79160000000")


def number(msisdn: Msisdn, person: str = "P1", region: str = "moscow", *, numbers_on: bool = True) -> Subscriber:
    return Subscriber(msisdn, PersonId(person), region, TariffId(1), AccountId(msisdn), numbers_on=numbers_on)


def desk_of(*linked: Msisdn, linked_max: int = 10) -> Desk:
    """Three of Anna's numbers, one of hers in another region, a stranger's and a company's."""
    anna = Person(PersonId("P1"))
    return Desk(
        *(number(each) for each in (ANNA, SECOND, THIRD)),
        number(FAR, region="perm"),
        number(FOREIGN, "P2"),
        number(OFFICE, "C1"),
        persons=[
            anna.with_cabinet("moscow", linked),
            Person(PersonId("P2")),
            Person(PersonId("C1"), PersonKind.COMPANY),
        ],
        products=Products(limits=Limits(linked_numbers_max=linked_max)),
    )


def off(desk: Desk, msisdn: Msisdn) -> Desk:
    desk.known[msisdn] = msgspec.structs.replace(desk.known[msisdn], numbers_on=False)
    return desk


def cabinet(desk: Desk) -> tuple[Msisdn, ...]:
    return desk.persons[PersonId("P1")].cabinet("moscow")


# --- the service --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was_on", "actor", "refusal", "reply"),
    [
        (False, ANNA, "", "numbers-connected"),
        (True, ANNA, "", "numbers-already_on"),
        (False, OFFICE, "company", "numbers-company"),
        (True, OFFICE, "company", "numbers-company"),
    ],
)
def test_connect(was_on: bool, actor: Msisdn, refusal: str, reply: str) -> None:
    """Private numbers switch "Numbers" on, once or again; a company's is refused and stays as it is."""
    desk = desk_of() if was_on else off(desk_of(), actor)

    outcome = desk.do(connect, actor)

    assert (refusal, reply) == (outcome.refusal, outcome.replies[0].text)
    assert (was_on or not refusal) == desk.known[actor].numbers_on
    assert bool(outcome.changed) == (reply == "numbers-connected")


def test_connect_says_what_it_cost_and_how_to_undo_on_one_screen() -> None:
    """The reply carries the price and the code for switching off, and fits one screen and one SMS."""
    text = rendered(off(desk_of(), ANNA).do(connect, ANNA).replies[0])

    assert "Услуга «Номера» подключена, бесплатно. Отключить: *111*828*2#" == text
    assert len(text) <= 70


@pytest.mark.parametrize(("was_on", "reply"), [(True, "numbers-disconnected"), (False, "numbers-already_off")])
def test_disconnect_of_a_number_that_is_not_linked(was_on: bool, reply: str) -> None:
    """Nothing hangs on it, so nothing is asked; again it answers with the state."""
    desk = desk_of() if was_on else off(desk_of(), ANNA)

    assert reply == desk.do(disconnect, ANNA).replies[0].text
    assert not desk.known[ANNA].numbers_on


def test_disconnect_of_a_linked_number_asks_and_unlinks_it() -> None:
    """A linked number leaves the account with the service, after a yes; the others stay linked."""
    desk = desk_of(ANNA, SECOND, THIRD)

    asked = desk.do(disconnect, ANNA)

    assert (
        "Отключить «Номера»? Номер выйдет из общего кабинета (других номеров там: 2). "
        "Да: SMS ДА 1234 или *111*97*1234#. Нет: НЕТ 1234"
    ) == rendered(asked.replies[0])
    assert (True, (ANNA, SECOND, THIRD)) == (desk.known[ANNA].numbers_on, cabinet(desk))

    assert "numbers-disconnected" == desk.yes(disconnect, ANNA).replies[0].text
    assert (False, (SECOND, THIRD)) == (desk.known[ANNA].numbers_on, cabinet(desk))


@pytest.mark.parametrize(
    ("linked", "is_on", "text"),
    [
        (
            (ANNA, SECOND, THIRD),
            True,
            "С вашим номером связаны (2): 79161234568, 79161234569. Отвязать: *111*828*8*номер#",
        ),
        ((SECOND, THIRD), True, "С вашим номером связаны (2): 79161234568, 79161234569. Отвязать: *111*828*8*номер#"),
        ((), True, "«Номера» включены, связанных нет. Добавить: *111*828*3*номер#"),
        ((), False, "«Номера» не подключены, связанных нет. Подключить: *111*828*1#"),
    ],
)  # fmt: skip
def test_the_list(linked: tuple[Msisdn, ...], is_on: bool, text: str) -> None:
    """Linked numbers, or the state of the service and the next step."""
    desk = desk_of(*linked) if is_on else off(desk_of(*linked), ANNA)

    assert text == rendered(desk.do(show, ANNA).replies[0])


# --- linking ------------------------------------------------------------------------------------------------------

LINK_TABLE = [
    ("self", ANNA, ANNA, (), None),
    ("company", OFFICE, SECOND, (), None),
    ("not_on", ANNA, SECOND, (), ANNA),
    ("other_owner", ANNA, NOBODY, (), None),
    ("other_owner", ANNA, FOREIGN, (), None),
    ("other_region", ANNA, FAR, (), None),
    ("target_not_on", ANNA, SECOND, (), SECOND),
    ("already_linked", ANNA, SECOND, (ANNA, SECOND), None),
    ("list_full", ANNA, THIRD, (ANNA, SECOND), None),
]


@pytest.mark.parametrize(("refusal", "actor", "target", "linked", "switched_off"), LINK_TABLE)
def test_link_refuses_by_name_and_changes_nothing(
    refusal: str, actor: Msisdn, target: Msisdn, linked: tuple[Msisdn, ...], switched_off: Msisdn | None
) -> None:
    """Each rule of linking has its own refusal."""
    desk = desk_of(*linked, linked_max=2)
    if switched_off is not None:
        off(desk, switched_off)
    before = desk.state()

    outcome = desk.do(link, actor, number=target)

    assert (refusal, f"numbers-{refusal}") == (outcome.refusal, outcome.replies[0].text)
    assert before == desk.state()


def test_every_declared_refusal_of_link_is_in_the_table() -> None:
    """No refusal is declared that cannot be reached."""
    assert set(LINK_REFUSALS) == {row[0] for row in LINK_TABLE}


def test_link_asks_the_other_number() -> None:
    """Nothing is linked yet: the question with its code goes to the other phone only, and ends after a day."""
    desk = desk_of()

    asked, question = desk.do(link, ANNA, number=SECOND).replies

    assert (ANNA, None, SECOND, True) == (asked.to, asked.code, question.to, question.notice)
    assert (
        "Номер +79161234567 хочет управлять вашим в общем кабинете. "
        "Согласны: SMS ДА 1234 или *111*97*1234#. Нет: НЕТ 1234. Ждём 24 ч."
    ) == rendered(question)
    assert () == cabinet(desk)
    assert [NOON + 24 * HOUR_MS] == [timer.due_at for timer in desk.timers.values()]


@pytest.mark.parametrize(("before", "after"), [((), (ANNA, SECOND)), ((ANNA, THIRD), (ANNA, THIRD, SECOND))])
def test_the_other_number_agrees(before: tuple[Msisdn, ...], after: tuple[Msisdn, ...]) -> None:
    """After the consent both are linked, both are told, and the consent no longer runs out."""
    desk = desk_of(*before)
    desk.do(link, ANNA, number=SECOND)

    to_target, to_actor = desk.yes(link, SECOND).replies

    assert after == cabinet(desk)
    assert (SECOND, ANNA, True) == (to_target.to, to_actor.to, to_actor.notice)
    assert ({}, ()) == (desk.timers, desk.known[SECOND].pendings)


def test_the_list_may_be_filled_to_its_limit() -> None:
    """The limit counts all numbers of the account, the own one too."""
    desk = desk_of(ANNA, THIRD, linked_max=3)
    desk.do(link, ANNA, number=SECOND)
    desk.yes(link, SECOND)

    assert (ANNA, THIRD, SECOND) == cabinet(desk)


def test_rules_are_checked_again_when_the_other_number_agrees() -> None:
    """ "Numbers" switched off meanwhile refuses, and the question stays."""
    desk = desk_of()
    desk.do(link, ANNA, number=SECOND)
    off(desk, ANNA)

    assert "not_on" == desk.yes(link, SECOND).refusal
    assert (1, ()) == (len(desk.known[SECOND].pendings), cabinet(desk))


def test_confirm_accepts_the_code() -> None:
    """`*111*828*4*code#` from the added number names the question that it answers."""
    desk = desk_of()
    desk.do(link, ANNA, number=SECOND)
    pending = desk.question(link, SECOND)

    outcome = desk.do(confirm, SECOND, code=desk.code(pending.code))

    assert pending == outcome.then
    assert () == desk.known[SECOND].pendings


def test_decline_tells_who_asked() -> None:
    """After a no nothing waits, and who asked learns of it."""
    desk = desk_of()
    desk.do(link, ANNA, number=SECOND)

    outcome = desk.do(decline, SECOND, code=desk.code(desk.question(link, SECOND).code))

    assert [SECOND, ANNA] == [reply.to for reply in outcome.replies]
    assert ((), {}, ()) == (desk.known[SECOND].pendings, desk.timers, cabinet(desk))


@pytest.mark.parametrize("handler", [confirm, decline])
def test_codes_are_refused_by_name(handler: object) -> None:
    """Nothing to answer, a wrong code, and the lock after the third."""
    desk = desk_of()
    refusals = [desk.do(handler, SECOND, code="0000").refusal]  # type: ignore[arg-type]
    desk.do(link, ANNA, number=SECOND)
    right = desk.code(desk.question(link, SECOND).code)
    wrong = "1111" if right == "0000" else "0000"
    refusals += [desk.do(handler, SECOND, code=each).refusal for each in (wrong, wrong, wrong, right)]  # type: ignore[arg-type]

    assert ["nothing_pending", "wrong_code", "wrong_code", "codes_locked", "codes_locked"] == refusals


# --- unlinking and acting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "told", "left"),
    [
        (SECOND, [ANNA, SECOND], (ANNA, THIRD)),
        (ANNA, [ANNA], (SECOND, THIRD)),
    ],
)
def test_unlink(target: Msisdn, told: list[Msisdn], left: tuple[Msisdn, ...]) -> None:
    """The number leaves the account and is told; "Numbers" stays on at it."""
    desk = desk_of(ANNA, SECOND, THIRD)

    outcome = desk.do(unlink, ANNA, number=target)

    assert (told, left) == ([reply.to for reply in outcome.replies], cabinet(desk))
    assert desk.known[target].numbers_on


def test_the_last_two_part() -> None:
    """An account of one number is none."""
    desk = desk_of(ANNA, SECOND)
    desk.do(unlink, ANNA, number=SECOND)

    assert () == desk.persons[PersonId("P1")].cabinets


@pytest.mark.parametrize(("linked", "target"), [((), SECOND), ((ANNA, THIRD), SECOND), ((SECOND, THIRD), SECOND)])
def test_only_linked_numbers_are_unlinked(linked: tuple[Msisdn, ...], target: Msisdn) -> None:
    """Both numbers have to be in the account."""
    desk = desk_of(*linked)
    before = desk.state()

    assert "not_linked" == desk.do(unlink, ANNA, number=target).refusal
    assert before == desk.state()


def test_act_for_a_linked_number_and_back() -> None:
    """Fifteen minutes for the linked number; the own number ends it."""
    desk = desk_of(ANNA, SECOND)

    outcome = desk.do(act, ANNA, number=SECOND)

    assert Acting(SECOND, Instant(NOON + 15 * MINUTE_MS)) == desk.known[ANNA].acting
    assert ("15 мин команды относятся к +79161234568. К своему: *111*26*2#") == rendered(outcome.replies[0])

    assert "numbers-acting_own" == desk.do(act, ANNA, number=ANNA).replies[0].text
    assert None is desk.known[ANNA].acting


@pytest.mark.parametrize(("linked", "target"), [((), SECOND), ((SECOND, THIRD), SECOND), ((ANNA, SECOND), FOREIGN)])
def test_act_only_for_linked_numbers(linked: tuple[Msisdn, ...], target: Msisdn) -> None:
    """Nobody acts for a number that is not in his account."""
    desk = desk_of(*linked)

    assert "not_linked" == desk.do(act, ANNA, number=target).refusal
    assert None is desk.known[ANNA].acting


def test_limits_are_the_operators() -> None:
    """Minutes of acting come from the products."""
    desk = desk_of(ANNA, SECOND)
    desk.products = replace(desk.products, limits=Limits(acting_minutes=3))

    assert 3 == desk.do(act, ANNA, number=SECOND).replies[0].arguments["minutes"]


def test_a_cabinet_belongs_to_one_region() -> None:
    """Numbers of two regions are two accounts."""
    person = Person(PersonId("P1"), cabinets=(Cabinet("perm", (FAR, NOBODY)),))

    assert ((FAR, NOBODY), (ANNA, SECOND)) == (
        person.with_cabinet("moscow", (ANNA, SECOND)).cabinet("perm"),
        person.with_cabinet("moscow", (ANNA, SECOND)).cabinet("moscow"),
    )
