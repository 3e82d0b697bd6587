"""Direct transfer: the question, its answers, every limit at its edge, and what no sequence of them may break."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.catalogue.products import Products, Tariff, TransferRules
from gateway.commands import Otp, Outcome, Reply
from gateway.handlers import confirm as answers
from gateway.handlers import transfer
from gateway.model import (
    DAY_MS,
    FEES,
    HOUR_MS,
    MINUTE_MS,
    Account,
    AccountId,
    DayTotal,
    Entry,
    Instant,
    Money,
    Msisdn,
    Person,
    PersonId,
    PersonKind,
    Subscriber,
    SubscriberStatus,
    TariffId,
)
from gateway.rules.calendar import day_number
from tests.unit.handlers.desk import NOON, Desk

SENDER = Msisdn("79161234567")
RECEIVER = Msisdn("79167654321")
LINKED = Msisdn("79160000001")
RULES = TransferRules()
TARIFFS = {
    TariffId(1): Tariff(TariffId(1), {"ru": "Первый", "bg": "Първи", "en": "First"}),
    TariffId(2): Tariff(TariffId(2), {"ru": "Ноль", "bg": "Нула", "en": "Zero"}, transfers=False),
}
TODAY = day_number(NOON, Desk().operator)


def number(msisdn: Msisdn, **fields: object) -> Subscriber:
    plain = Subscriber(msisdn, PersonId("P" + msisdn[-4:]), "moscow", TariffId(1), AccountId(msisdn))
    return msgspec.structs.replace(plain, **fields)


def desk(
    sender: Subscriber | None = None,
    receiver: Subscriber | None = None,
    *,
    balance: int = 500_00,
    floor: int = 0,
    rules: TransferRules = RULES,
    kind: PersonKind = PersonKind.PRIVATE,
) -> Desk:
    sender = sender or number(SENDER)
    return Desk(
        sender,
        receiver or number(RECEIVER),
        accounts=[Account(sender.account, Money(balance), Money(floor)), Account(AccountId(RECEIVER), Money(10_00))],
        persons=[Person(sender.person, kind)],
        products=Products(tariffs=TARIFFS, transfer=rules),
    )


def send(at: Desk, amount: int = 100_00, to: Msisdn = RECEIVER) -> Outcome:
    return at.do(transfer.send, SENDER, number=to, amount=Money(amount))


def test_a_transfer_asks_first() -> None:
    """The question shows receiver, sum, fee and how long its code is good; nothing is moved by it."""
    at = desk()

    outcome = send(at)

    (reply,) = outcome.replies
    pending = at.question(transfer.send, SENDER)
    shown = {"number": RECEIVER, "amount": 100_00, "fee": 7_00, "minutes": 5}
    assert Reply(SENDER, "transfer-ask", shown, code=pending.code) == reply
    assert (pending.price, pending.expires_at) == (7_00, NOON + 5 * MINUTE_MS)
    assert (at.balance(SENDER), at.balance(RECEIVER), outcome.entries) == (500_00, 10_00, ())


def test_yes_moves_the_money() -> None:
    """The sum goes to the receiver's account and the fee to the operator; both are told, days are counted."""
    at = desk()
    send(at)

    outcome = at.yes(transfer.send, SENDER)

    assert outcome.entries == (
        Entry(AccountId(SENDER), Money(-100_00), "transfer", SENDER),
        Entry(AccountId(RECEIVER), Money(100_00), "transfer", RECEIVER),
        Entry(AccountId(SENDER), Money(-7_00), "transfer_fee", SENDER),
        Entry(FEES, Money(7_00), "transfer_fee", SENDER),
    )
    sent = {"number": RECEIVER, "amount": 100_00, "fee": 7_00, "balance": 393_00, "reference": str(at.reference)}
    assert outcome.replies == (
        Reply(SENDER, "transfer-sent", sent),
        Reply(RECEIVER, "transfer-received", {"number": SENDER, "amount": 100_00}, notice=True),
    )
    assert (at.balance(SENDER), at.balance(RECEIVER), at.balance(FEES)) == (393_00, 110_00, 7_00)
    assert at.known[SENDER].sent == DayTotal(TODAY, Money(100_00))
    assert at.known[RECEIVER].received == DayTotal(TODAY, Money(100_00))
    assert at.known[SENDER].pendings == ()


def test_no_fee_makes_no_entry_of_a_fee() -> None:
    """Where the operator takes no fee the ledger has two lines."""
    at = desk(rules=replace(RULES, fee_minor=Money(0)))
    send(at)

    outcome = at.yes(transfer.send, SENDER)

    assert [entry.kind for entry in outcome.entries] == ["transfer", "transfer"]


REFUSALS = [
    ("self", {"to": SENDER}, {}),
    ("company", {}, {"kind": PersonKind.COMPANY}),
    ("tariff", {}, {"sender": number(SENDER, tariff=TariffId(2))}),
    ("unknown_number", {"to": Msisdn("79169999999")}, {}),
    ("unknown_number", {}, {"receiver": number(RECEIVER, status=SubscriberStatus.CLOSED)}),
    ("other_region", {}, {"receiver": number(RECEIVER, region="tver")}),
    ("same_account", {}, {"receiver": number(RECEIVER, account=AccountId(SENDER))}),
    ("sum_limits", {"amount": 0}, {}),
    ("sum_limits", {"amount": 301_00}, {"balance": 900_00}),
    ("day_limit", {}, {"sender": number(SENDER, sent=DayTotal(TODAY, Money(1401_00)))}),
    ("receiver_day_limit", {}, {"receiver": number(RECEIVER, received=DayTotal(TODAY, Money(2901_00)))}),
    ("not_enough_money", {}, {"balance": 196_99}),
]


@pytest.mark.parametrize(("refusal", "command", "state"), REFUSALS)
def test_refusals(refusal: str, command: dict[str, object], state: dict[str, object]) -> None:
    """Each rule refuses by its own name, before anything is asked, and changes nothing."""
    at = desk(**state)  # type: ignore[arg-type]
    before = at.state()

    outcome = send(at, **command)  # type: ignore[arg-type]

    assert (refusal, f"transfer-{refusal}") == (outcome.refusal, outcome.replies[0].text)
    assert before == at.state()


def test_every_refusal_has_a_row() -> None:
    """No refusal is declared that the table above does not reach."""
    assert set(transfer.SEND_REFUSALS) == {row[0] for row in REFUSALS}


ALLOWED = [
    ({"amount": 1_00}, {}),
    ({"amount": 300_00}, {"balance": 397_00}),
    ({}, {"balance": 197_00}),
    ({}, {"sender": number(SENDER, sent=DayTotal(TODAY, Money(1400_00)))}),
    ({}, {"sender": number(SENDER, sent=DayTotal(TODAY - 1, Money(1500_00)))}),
    ({}, {"receiver": number(RECEIVER, received=DayTotal(TODAY, Money(2900_00)))}),
    ({}, {"receiver": number(RECEIVER, received=DayTotal(TODAY - 1, Money(3000_00)))}),
    ({}, {"receiver": number(RECEIVER, status=SubscriberStatus.BLOCKED)}),
    ({}, {"sender": number(SENDER, tariff=TariffId(99))}),
]


@pytest.mark.parametrize(("command", "state"), ALLOWED)
def test_the_limit_itself_is_allowed(command: dict[str, object], state: dict[str, object]) -> None:
    """A sum that just meets a limit passes, when asked and when confirmed; yesterday's sums do not count."""
    at = desk(**state)  # type: ignore[arg-type]
    send(at, **command)  # type: ignore[arg-type]

    outcome = at.yes(transfer.send, SENDER)

    assert outcome.refusal == ""
    assert outcome.replies[0].text == "transfer-sent"


OFFERS = [
    ("sum_limits", {"amount": 500_00}, {}, {"min": 1_00, "max": 300_00, "example": "300"}),
    ("sum_limits", {"amount": 50}, {}, {"min": 1_00, "max": 300_00, "example": "1"}),
    (
        "day_limit",
        {},
        {"sender": number(SENDER, sent=DayTotal(TODAY, Money(1450_00)))},
        {"left": 50_00, "max": 1500_00, "example": "50"},
    ),
    (
        "day_limit",
        {"amount": 1_00},
        {"sender": number(SENDER, sent=DayTotal(TODAY, Money(1500_00)))},
        {"left": 0, "max": 1500_00, "example": "0"},
    ),
    (
        "receiver_day_limit",
        {},
        {"receiver": number(RECEIVER, received=DayTotal(TODAY, Money(2980_00)))},
        {"left": 20_00, "example": "20"},
    ),
    (
        "not_enough_money",
        {},
        {"balance": 150_50},
        {"possible": 53_00, "missing": 46_50, "fee": 7_00, "left_min": 90_00, "example": "53"},
    ),
    (
        "not_enough_money",
        {},
        {"balance": 97_99},
        {"possible": 0, "missing": 99_01, "fee": 7_00, "left_min": 90_00, "example": "0"},
    ),
    (
        "not_enough_money",
        {},
        {"balance": 0, "floor": -300_00},
        {"possible": 0, "missing": 197_00, "fee": 7_00, "left_min": 90_00, "example": "0"},
    ),
]


@pytest.mark.parametrize(("refusal", "command", "state", "offered"), OFFERS)
def test_a_refusal_says_what_is_possible(
    refusal: str, command: dict[str, object], state: dict[str, object], offered: dict[str, object]
) -> None:
    """What is left of a limit, in whole roubles; what is missing to the last kopeck; and what to dial."""
    at = desk(**state)  # type: ignore[arg-type]

    outcome = send(at, **command)  # type: ignore[arg-type]

    assert refusal == outcome.refusal
    assert offered | {"number": RECEIVER} == outcome.replies[0].arguments


def test_a_floor_above_the_least_rest_counts() -> None:
    """An account that may not fall below 200 keeps 200, although a transfer alone would leave 90."""
    at = desk(balance=300_00, floor=200_00)

    assert send(at, 94_00).refusal == "not_enough_money"
    assert send(at, 93_00).refusal == ""


def test_all_rules_hold_at_the_answer_too() -> None:
    """Money spent between question and answer: the answer is refused, and the question waits on."""
    at = desk()
    send(at)
    at.accounts[AccountId(SENDER)] = Account(AccountId(SENDER), Money(100_00))
    waiting = at.known[SENDER].pendings

    outcome = at.yes(transfer.send, SENDER)

    assert (outcome.refusal, outcome.entries) == ("not_enough_money", ())
    assert waiting == at.known[SENDER].pendings


def test_another_fee_asks_again() -> None:
    """Nobody pays a fee that he was not shown: the new one is asked for, and its yes moves the money."""
    at = desk()
    send(at)
    at.products = replace(at.products, transfer=replace(RULES, fee_minor=Money(8_00)))

    asked = at.yes(transfer.send, SENDER)
    again = at.question(transfer.send, SENDER)
    moved = at.yes(transfer.send, SENDER)

    assert (asked.replies[0].text, asked.entries) == ("transfer-ask_again", ())
    assert again.price == 8_00
    assert at.balance(FEES) == 8_00
    assert moved.replies[0].text == "transfer-sent"


def test_the_same_again_renews_the_question() -> None:
    """A second dialling is no second transfer: one question, its code unchanged, its five minutes anew."""
    at = desk()
    first = send(at).replies[0].code
    at.at = Instant(at.at + MINUTE_MS)

    second = send(at).replies[0].code

    assert first == second
    assert [each.expires_at for each in at.known[SENDER].pendings] == [NOON + 6 * MINUTE_MS]


def test_acting_for_a_linked_number() -> None:
    """The linked number's account pays and its day counts; the question and the answer are the actor's."""
    at = Desk(
        number(SENDER),
        number(RECEIVER),
        number(LINKED),
        accounts=[Account(AccountId(LINKED), Money(500_00)), Account(AccountId(SENDER), Money(0))],
        products=Products(tariffs=TARIFFS),
    )

    asked = at.do(transfer.send, SENDER, msisdn=LINKED, number=RECEIVER, amount=Money(100_00))
    moved = at.yes(transfer.send, SENDER)

    assert [reply.to for reply in asked.replies] == [SENDER]
    assert [(r.to, r.text) for r in moved.replies] == [(SENDER, "transfer-sent"), (RECEIVER, "transfer-received")]
    assert moved.replies[1].arguments["number"] == LINKED
    assert (at.balance(LINKED), at.balance(SENDER), at.balance(RECEIVER)) == (393_00, 0, 100_00)
    assert (at.known[LINKED].sent.total, at.known[SENDER].sent.total) == (100_00, 0)


def code_of(at: Desk) -> Otp:
    return Otp(at.code(at.question(transfer.send, SENDER).code))


def test_the_code_is_taken_dialled() -> None:
    """`*112*<code>#` accepts the transfer's question."""
    at = desk()
    send(at)
    pending = at.question(transfer.send, SENDER)

    outcome = at.do(transfer.confirm, SENDER, code=code_of(at))

    assert pending == outcome.then


@pytest.mark.parametrize(("late_ms", "refusal"), [(5 * MINUTE_MS - 1, ""), (5 * MINUTE_MS, "nothing_pending")])
def test_the_code_lasts_five_minutes(late_ms: int, refusal: str) -> None:
    """After five minutes there is nothing to confirm any more."""
    at = desk()
    send(at)
    code = code_of(at)
    at.at = Instant(at.at + late_ms)

    assert refusal == at.do(transfer.confirm, SENDER, code=code).refusal


def test_wrong_codes_lock() -> None:
    """Two wrong codes are counted, the third locks; then the right one does not help either."""
    at = desk()
    send(at)
    right = code_of(at)
    wrong = Otp(str((int(right) + 1) % 10_000).zfill(4))

    refusals = [at.do(transfer.confirm, SENDER, code=code).refusal for code in (wrong, wrong, wrong, right)]

    assert refusals == ["wrong_code", "wrong_code", "codes_locked", "codes_locked"]


def test_another_functions_question_is_not_confirmed_here() -> None:
    """`*112*<code>#` with the code of another question finds nothing."""
    at = desk()
    send(at)
    code = code_of(at)
    holder = at.known[SENDER]
    others = tuple(msgspec.structs.replace(each, command="services.connect") for each in holder.pendings)
    at.known[SENDER] = msgspec.structs.replace(holder, pendings=others)

    assert at.do(transfer.confirm, SENDER, code=code).refusal == "nothing_pending"


def test_the_form() -> None:
    """`*111*7#` shows how to send money, the limits and the fee."""
    (reply,) = desk().do(transfer.form, SENDER).replies

    assert Reply(SENDER, "transfer-form", {"min": 1_00, "max": 300_00, "fee": 7_00}) == reply


PEOPLE = (SENDER, RECEIVER, LINKED)
SUMS = st.one_of(st.integers(0, 310), st.sampled_from([1, 200, 300])).map(lambda whole: whole * 100)
PAIRS = st.sampled_from([(one, other) for one in PEOPLE for other in PEOPLE])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["send", "send and yes", "send and yes"]), PAIRS, SUMS),
        st.tuples(st.sampled_from(["yes", "no"]), st.sampled_from(PEOPLE)),
        st.tuples(st.just("pass"), st.sampled_from([MINUTE_MS, 5 * MINUTE_MS, 13 * HOUR_MS, DAY_MS])),
    ),
    min_size=10,
    max_size=40,
)
TIGHT = replace(RULES, sent_per_day_max_minor=Money(500_00), received_per_day_max_minor=Money(350_00))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, floors=st.tuples(*[st.sampled_from([-50_00, 0, 120_00])] * 3))
def test_no_sequence_breaks_a_promise(steps: list[tuple[object, ...]], floors: tuple[int, int, int]) -> None:
    """Money is conserved, no balance falls below its floor, a sender keeps the least rest, days have their limits."""
    at = Desk(
        *[number(each) for each in PEOPLE],
        accounts=[
            Account(AccountId(each), Money(800_00), Money(floor)) for each, floor in zip(PEOPLE, floors, strict=True)
        ],
        products=Products(tariffs=TARIFFS, transfer=TIGHT),
    )
    sent: dict[tuple[Msisdn, int], int] = {}
    received: dict[tuple[Msisdn, int], int] = {}
    for step in steps:
        moved = _step(at, step)
        day = day_number(at.at, at.operator)
        for entry in moved.entries if moved is not None else ():
            if entry.kind == "transfer" and entry.msisdn is not None:
                totals = sent if entry.amount < 0 else received
                totals[entry.msisdn, day] = totals.get((entry.msisdn, day), 0) + abs(entry.amount)
                if entry.amount < 0:
                    assert at.balance(entry.account) >= TIGHT.left_min_minor
        assert sum(account.balance for account in at.accounts.values()) == 3 * 800_00
        assert all(at.balance(each) >= floor for each, floor in zip(PEOPLE, floors, strict=True))
    assert all(total <= TIGHT.sent_per_day_max_minor for total in sent.values())
    assert all(total <= TIGHT.received_per_day_max_minor for total in received.values())


def _step(at: Desk, step: tuple[object, ...]) -> Outcome | None:
    """One step of a sequence; what a confirmed transfer decided."""
    match step:
        case ("send" | "send and yes" as verb, (str(sender), str(receiver)), int(amount)):
            at.do(transfer.send, Msisdn(sender), number=Msisdn(receiver), amount=Money(amount))
            return _yes(at, Msisdn(sender)) if verb == "send and yes" else None
        case ("yes", str(holder)):
            return _yes(at, Msisdn(holder))
        case ("no", str(holder)):
            at.do(answers.cancel, Msisdn(holder))
        case ("pass", int(lasts_ms)):
            at.at = Instant(at.at + lasts_ms)
        case _:
            raise AssertionError(step)
    return None


def _yes(at: Desk, holder: Msisdn) -> Outcome | None:
    """The holder's oldest transfer is confirmed, if one waits still."""
    waiting = at.known[holder].pendings
    return at.yes(transfer.send, holder) if waiting and waiting[0].expires_at > at.at else None
