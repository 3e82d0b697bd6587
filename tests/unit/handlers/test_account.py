"""Passwords, log-in for another number, blocking: what the transcripts cannot show."""

from __future__ import annotations

import msgspec
import pytest

from gateway.commands import Password
from gateway.handlers import block, cabinet, login, password, register
from gateway.model import (
    DAY_MS,
    MINUTE_MS,
    Account,
    AccountId,
    Instant,
    Money,
    Msisdn,
    PersonId,
    Subscriber,
    SubscriberStatus,
    TariffId,
)
from gateway.rules import acting
from gateway.rules.credentials import UNTIL_NEW, Credentials, Guesses
from tests.unit.handlers.desk import NOON, Desk, rendered

ANNA, BORIS, CLARA = Msisdn("79161234567"), Msisdn("79161234568"), Msisdn("79161234569")
NOBODY = Msisdn("79169999999")
PIN, WRONG = Password("5831"), Password("5832")


def subscriber(number: Msisdn, status: SubscriberStatus = SubscriberStatus.ACTIVE) -> Subscriber:
    return Subscriber(number, PersonId(f"P{number}"), "moscow", TariffId(1), AccountId(number), status=status)


def desk(status: SubscriberStatus = SubscriberStatus.ACTIVE, balance: int = 0, floor: int = 0) -> Desk:
    """Anna has a password and this status and account; Boris and Clara have neither."""
    at = Desk(
        subscriber(ANNA, status),
        subscriber(BORIS),
        subscriber(CLARA),
        accounts=[Account(AccountId(ANNA), Money(balance), Money(floor))],
    )
    at.do(password.set_password, ANNA, password=PIN)
    at.replies.clear()
    return at


# --- the password ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("5831", ""),
        ("58312", ""),
        ("5831204", ""),
        ("58312049", "weak"),
        ("6123", "like_number"),
        ("1234567", "like_number"),
        ("Vo1ga", "weak"),
        ("Volga1", ""),
        ("Volga20166", ""),
        ("Volga201666", "weak"),
        ("volga2016", "weak"),
        ("VOLGA2016", "weak"),
        ("VolgaVolga", "weak"),
        ("Волга2016", "weak"),
        ("٥٨٣١٢٠", "weak"),
    ],
)
def test_what_may_be_a_password(text: str, refusal: str) -> None:
    """A PIN of 4 to 7 digits that is no part of the number, or 6 to 10 with a digit, a small and a capital letter."""
    at = Desk(subscriber(ANNA))

    assert refusal == at.do(password.set_password, ANNA, password=Password(text)).refusal
    assert bool(refusal) == (at.record(Credentials, ANNA) == Credentials(ANNA))


def test_three_earlier_passwords_are_remembered() -> None:
    """The present one again is the same; the three before it are refused; the one before those is free again."""
    at = desk()
    for each in ("7001", "7002", "7003"):
        at.do(password.set_password, ANNA, password=Password(each))
    assert "used_before" == at.do(password.set_password, ANNA, password=PIN).refusal
    before = at.state()
    assert "" == at.do(password.set_password, ANNA, password=Password("7003")).refusal
    assert before == at.state()

    at.do(password.set_password, ANNA, password=Password("7004"))

    assert "" == at.do(password.set_password, ANNA, password=PIN).refusal


def test_no_password_is_kept_or_said() -> None:
    """Neither the record nor a reply holds what was chosen; the one by SMS is only named."""
    at = Desk(subscriber(ANNA))
    at.slow_hash = lambda secret, salt: "0" * 64  # type: ignore[method-assign]
    outcome = at.do(password.set_password, ANNA, password=Password("Volga2016"))
    sent = at.do(password.send, ANNA)

    assert b"Volga2016" not in msgspec.msgpack.encode(at.record(Credentials, ANNA))
    assert "Volga2016" not in repr(outcome)
    assert sent.replies[0].code is not None
    assert at.code(sent.replies[0].code) not in repr(sent)


def test_a_password_by_sms_expires_after_ten_minutes() -> None:
    """It does a moment before, not at ten minutes."""
    for passed, refusal in ((10 * MINUTE_MS - 1, ""), (10 * MINUTE_MS, "wrong_password")):
        at = desk()
        code = at.do(password.send, ANNA).replies[0].code
        assert code is not None
        at.at = Instant(NOON + passed)
        assert refusal == at.do(login.enter, BORIS, number=ANNA, password=Password(at.code(code))).refusal


# --- wrong passwords ------------------------------------------------------------------------------------------------


def test_a_right_password_forgets_wrong_ones() -> None:
    """Only three wrong ones in a row lock."""
    at = desk()
    for _ in range(3):
        for each in (WRONG, WRONG, PIN):
            refusal = at.do(login.enter, BORIS, number=ANNA, password=each).refusal
        assert "" == refusal


def test_a_lock_lasts_thirty_minutes_and_tells_the_number() -> None:
    """While it lasts the right password does not do either; whoever did not try them himself is told."""
    at = desk()
    for _ in range(3):
        outcome = at.do(login.enter, BORIS, number=ANNA, password=WRONG)
    assert ["password-password_locked", "password-tried"] == [each.text for each in outcome.replies]
    assert [BORIS, ANNA] == [each.to for each in outcome.replies]

    at.at = Instant(NOON + 30 * MINUTE_MS - 1)
    assert "password_locked" == at.do(login.enter, BORIS, number=ANNA, password=PIN).refusal
    at.at = Instant(NOON + 30 * MINUTE_MS)
    assert "" == at.do(login.enter, BORIS, number=ANNA, password=PIN).refusal


def test_the_third_lock_of_a_day_holds_until_a_new_password_by_sms() -> None:
    """Choosing a new password does not open it; one by SMS does, and then the old permanent one works too."""
    at = desk()
    for _ in range(3):
        for _ in range(3):
            at.do(block.block, BORIS, number=ANNA, password=WRONG)
        at.at = Instant(at.at + 30 * MINUTE_MS)
    assert UNTIL_NEW == at.record(Credentials, ANNA).tries.locked_until
    at.do(password.set_password, ANNA, password=Password("7001"))
    assert "password_locked" == at.do(login.enter, BORIS, number=ANNA, password=Password("7001")).refusal

    at.do(password.send, ANNA)

    assert "" == at.do(login.enter, BORIS, number=ANNA, password=Password("7001")).refusal


@pytest.mark.parametrize("number", [NOBODY, CLARA], ids=["unknown", "without-a-password"])
def test_a_stranger_learns_nothing_from_a_refusal(number: Msisdn) -> None:
    """The answer for a number that does not exist, or has no password, is that for a wrong password."""
    at = desk()
    wrong = at.do(login.enter, BORIS, number=ANNA, password=WRONG).replies

    assert wrong == at.do(login.enter, BORIS, number=number, password=PIN).replies


# --- numbers that nobody has ------------------------------------------------------------------------------------------


def test_a_number_that_nobody_has_locks_like_any_other() -> None:
    """The same answers at the same times, from several phones, through every lock of a day, and a hash each."""

    def said(number: Msisdn) -> list[tuple[str, int]]:
        at, heard = desk(), []
        hashes: list[str] = []
        plain = at.slow_hash
        at.slow_hash = lambda secret, salt: hashes.append(secret) or plain(secret, salt)  # type: ignore[method-assign,func-returns-value]
        for step in range(14):
            asker = (BORIS, CLARA)[step % 2]
            outcome = at.do(login.enter, asker, number=number, password=WRONG)
            (answer,) = (each for each in outcome.replies if each.to == asker)
            told = rendered(answer).replace(number, "N")
            heard.append((told, len(hashes)))
            if outcome.refusal == "password_locked":
                at.at = Instant(at.at + 30 * MINUTE_MS)
        return heard

    assert said(ANNA) == said(NOBODY)
    assert len({told for told, _ in said(NOBODY)}) > 3


def test_nobody_is_told_of_wrong_passwords_for_a_number_that_nobody_has() -> None:
    """No SMS leaves for a number that is not ours."""
    at = desk()
    for _ in range(3):
        at.do(login.enter, BORIS, number=NOBODY, password=WRONG)

    assert {BORIS} == {each.to for each in at.replies}


def test_guessing_at_many_numbers_ends_for_the_day() -> None:
    """Ten wrong ones from one phone, wherever they were for; then not even the right one does, until tomorrow."""
    at = desk()
    for place in range(10):
        number = Msisdn(f"7916555000{place}") if place % 2 else ANNA if place < 3 else CLARA
        assert at.do(login.enter, BORIS, number=number, password=WRONG).refusal in ("wrong_password", "password_locked")

    assert "too_many_wrong" == at.do(login.enter, BORIS, number=ANNA, password=PIN).refusal
    assert "too_many_wrong" == at.do(block.block, BORIS, number=NOBODY, password=PIN).refusal
    assert "" == at.do(login.enter, CLARA, number=ANNA, password=PIN).refusal
    at.at = Instant(at.at + DAY_MS)
    assert "" == at.do(login.enter, BORIS, number=ANNA, password=PIN).refusal


def test_what_guessing_leaves_in_the_store_is_bounded() -> None:
    """Of numbers that nobody has, the last ten that a phone tried have a record; one that came to be had keeps it."""
    at = desk()
    for day in range(4):
        at.at = Instant(NOON + day * DAY_MS)
        for place in range(10):
            at.do(login.enter, BORIS, number=Msisdn(f"7916555{day:02}{place:02}"), password=WRONG)
        at.known[Msisdn("79165550000")] = subscriber(Msisdn("79165550000"))
    held = [key for (kind, key), each in at.kept.items() if kind == "credentials" and each != Credentials(key)]

    assert sorted(held) == sorted([ANNA, "79165550000", *(f"791655503{place:02}" for place in range(10))])


def test_wrong_passwords_for_ones_own_number_count_there_alone() -> None:
    """Who unblocks his own phone is no stranger to it."""
    at = desk(SubscriberStatus.BLOCKED)
    at.do(block.unblock, ANNA, password=WRONG, number=ANNA)

    assert at.record(Guesses, ANNA) == Guesses(ANNA)
    assert at.record(Credentials, ANNA).tries.wrong == 1


# --- acting ---------------------------------------------------------------------------------------------------------


def test_a_new_password_ends_what_was_begun_with_the_old_one() -> None:
    """Even in the same millisecond; who enters again acts again."""
    at = desk()
    at.do(login.enter, BORIS, number=ANNA, password=PIN)
    assert ANNA == acting.subject(at.known[BORIS], at.at, at)

    at.do(password.set_password, ANNA, password=Password("7001"))
    assert BORIS == acting.subject(at.known[BORIS], at.at, at)

    at.do(login.enter, BORIS, number=ANNA, password=Password("7001"))
    later = acting.prolonged(at.known[BORIS], Instant(NOON + 1), 15)
    assert ANNA == acting.subject(later, Instant(NOON + 15 * MINUTE_MS), at)


def test_closing_the_account_ends_what_was_begun_with_its_password() -> None:
    """Even where it is opened again at once; what was counted and locked stays."""
    at = desk()
    at.do(password.send, ANNA)
    at.do(login.enter, BORIS, number=ANNA, password=PIN)
    at.do(cabinet.delete, ANNA)
    at.yes(cabinet.delete, ANNA)
    at.do(register.open_account, ANNA)

    assert BORIS == acting.subject(at.known[BORIS], at.at, at)
    assert "wrong_password" == at.do(login.enter, BORIS, number=ANNA, password=PIN).refusal
    assert 1 == at.record(Credentials, ANNA).sent.total


# --- blocking -------------------------------------------------------------------------------------------------------


def fee_due(at: Desk) -> list[int]:
    """The block's timer fires: what left the account."""
    timer = at.timers["block/" + ANNA]
    at.at = timer.due_at
    outcome = at.apply(at.run(at.command(block.Charge, ANNA), block.charge))
    return [each.amount for each in outcome.entries if each.account == ANNA]


def test_a_block_is_free_for_two_weeks_and_makes_no_debt() -> None:
    """From the fifteenth day a fee a day, while the account has it; a repeated block begins nothing anew."""
    at = desk(balance=2_50)
    at.do(block.block, ANNA)
    at.at = Instant(NOON + DAY_MS)
    before = at.state()
    at.do(block.block, ANNA)
    assert before == at.state()
    assert NOON + 14 * DAY_MS == at.timers["block/" + ANNA].due_at

    assert [[-1_00], [-1_00], [], []] == [fee_due(at) for _ in range(4)]
    assert 50 == at.balance(ANNA)


def test_a_fee_that_is_due_after_the_block_is_not_taken() -> None:
    """The timer goes with the block; one that fires all the same does nothing."""
    at = desk(balance=2_50)
    at.do(block.block, ANNA)
    at.do(block.unblock, ANNA, number=ANNA, password=PIN)
    assert {} == at.timers

    outcome = at.run(at.command(block.Charge, ANNA), block.charge)

    assert ((), ()) == (outcome.entries, outcome.timers)


@pytest.mark.parametrize(("floor", "status"), [(0, SubscriberStatus.ACTIVE), (-7_00, SubscriberStatus.DEBTOR)])
def test_a_debt_outlives_the_block(floor: int, status: SubscriberStatus) -> None:
    """Who blocked a number that owes money gets it back as it was: blocked until the debt is paid."""
    at = desk(status, balance=floor, floor=floor)
    at.do(block.block, ANNA)
    assert SubscriberStatus.BLOCKED is at.known[ANNA].status

    at.do(block.unblock, BORIS, number=ANNA, password=PIN)

    assert status is at.known[ANNA].status


def test_what_the_operator_has_blocked_stays_blocked() -> None:
    """The password lifts only a block that the subscriber made."""
    at = desk(SubscriberStatus.BLOCKED)

    outcome = at.do(block.unblock, ANNA, number=ANNA, password=PIN)

    assert "block-by_operator" == outcome.replies[0].text
    assert SubscriberStatus.BLOCKED is at.known[ANNA].status
