"""The tally of what could not be read: shapes without arguments, what came next, and its bounds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gateway.messages import FollowUp, MissRow
from gateway.misses import Misses, shape_of
from gateway.model import DAY_MS, Channel, Instant, Msisdn

AT = Instant(1_773_133_200_000)
USSD, SMS = Channel.USSD, Channel.SMS


@dataclass(frozen=True)
class Said:
    sender: Msisdn
    at: Instant = AT
    channel: Channel = USSD


def said(number: int = 0, after_ms: int = 0) -> Said:
    return Said(Msisdn(f"7916000{number:04}"), Instant(AT + after_ms))


def tally(rows_max: int = 100, follow_ups_max: int = 3) -> Misses:
    return Misses(rows_max=rows_max, follow_ups_max=follow_ups_max, follow_up_ms=600_000)


@pytest.mark.parametrize(
    ("text", "channel", "shape"),
    [
        ("*112*9161234567*#", USSD, "*112*<10>*#"),
        ("*112*89161234567*300#", USSD, "*112*<11>*<3>#"),
        ("*112*•••••••••••*300#", USSD, "*112*<11>*<3>#"),
        ("*111*82#", USSD, "*111*82#"),
        ("*111*8111*1*12#", USSD, "*111*8111*1*12#"),
        ("*111*97*••••#", USSD, "*111*97*<4>#"),
        ("2137", SMS, "2137"),
        ("89161234567", SMS, "<11>"),
        ("ПЕРЕВОД  9161234567 300", SMS, "перевод <10> <3>"),
        ("Баланс?\n\x1b[2J", SMS, "баланс? [<1>j"),
        ("код ••••", SMS, "код <4>"),
        ("я" * 300, SMS, "я" * 60),
    ],
)
def test_a_shape_has_no_arguments(text: str, channel: Channel, shape: str) -> None:
    """Numbers, sums and codes are counted in digits and never kept; what cannot be printed is gone."""
    assert shape == shape_of(text, channel)


def test_what_was_typed_next_by_the_same_number_is_counted() -> None:
    """The next message of a number that was refused shows what it meant; those of others do not."""
    misses = tally()
    for number in range(3):
        misses.note(said(number), "*111*82#", "", "unknown_code")
        misses.note(said(number + 10), "*100#", "balance.show", "")
        misses.note(said(number), "*111*828*1#", "numbers.connect", "")
        misses.note(said(number), "*100#", "balance.show", "")

    expected = MissRow("*111*82#", "unknown_code", 3, AT, (FollowUp("*111*828*1#", "numbers.connect", 3),))
    assert [expected] == misses.rows()


def test_a_second_miss_follows_the_first() -> None:
    """Someone who tries again and fails is counted at both: the chain of attempts shows."""
    misses = tally()
    misses.note(said(), "*111*82#", "", "unknown_code")
    misses.note(said(), "*111*828#", "", "wrong_argument_count")

    first, second = misses.rows()
    assert (FollowUp("*111*828#", "wrong_argument_count", 1),) == first.follow_ups
    assert ("*111*828#", ()) == (second.text, second.follow_ups)


def test_what_comes_much_later_is_not_what_was_meant() -> None:
    """After the configured time the next message is about something else."""
    misses = tally()
    misses.note(said(), "*111*82#", "", "unknown_code")
    misses.note(said(after_ms=600_001), "*100#", "balance.show", "")

    assert () == misses.rows()[0].follow_ups


@pytest.mark.parametrize(
    ("command", "refusal"), [("transfer.send", "not_enough_money"), ("balance.show", ""), ("", "unknown_subscriber")]
)
def test_only_what_could_not_be_read_is_a_miss(command: str, refusal: str) -> None:
    """A rule's refusal of an understood command, and a number that nobody knows, tell nothing about aliases."""
    misses = tally()
    misses.note(said(), "*100#", command, refusal)

    assert [] == misses.rows()


def test_the_least_useful_rows_go_first() -> None:
    """Above the limit rows go by their count, halved for each week without a sighting; the store is told."""
    misses = tally(rows_max=4)
    frequent_once = "*100*1#"
    for _ in range(8):
        misses.note(said(0, -30 * DAY_MS), frequent_once, "", "unknown_code")
    for number in range(2, 6):
        misses.note(said(number), f"*100*{number}#", "", "unknown_code")
    tallied = misses.changes(AT)

    assert tallied is not None
    assert {f"*100*{number}#" for number in range(2, 6)} == {row.text for row in misses.rows()}
    assert ((frequent_once, "unknown_code"),) == tallied.dropped
    assert 4 == len(tallied.rows)


def test_memory_is_bounded() -> None:
    """However many texts, numbers and continuations come, the table keeps to its limits."""
    misses = tally(rows_max=10, follow_ups_max=2)
    for index in range(30_000):
        misses.note(said(index % 5), f"*100*{index % 997}#", "", "unknown_code")
        misses.note(said(10_000 + index), f"*{index % 97}#", "", "unknown_code")

    misses.changes(AT)
    assert 10 == len(misses.rows())
    assert all(len(row.follow_ups) <= 2 for row in misses.rows())
    assert len(misses._waiting) <= 10_000


def test_changes_are_told_once_and_restored() -> None:
    """Only what has changed is written; another process takes up where this one stopped."""
    misses, later = tally(), tally()
    misses.note(said(), "*111*82#", "", "unknown_code")
    misses.note(said(), "*100#", "balance.show", "")
    tallied = misses.changes(AT)
    assert tallied is not None
    later.restore(tallied.rows)
    later.note(said(), "*111*82#", "", "unknown_code")

    assert misses.changes(AT) is None
    assert (2, misses.rows()[0].follow_ups) == (later.rows()[0].count, later.rows()[0].follow_ups)
