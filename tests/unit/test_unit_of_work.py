"""What a handler may return, and what the unit of work makes of it: records, accounts, points, ranges."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway import config
from gateway.commands import Effect, NotLoaded, Outcome
from gateway.engine.unit_of_work import BatchState, LedgerFault, MessageUnit
from gateway.model import (
    FEES,
    POINTS,
    Account,
    AccountId,
    Entry,
    Instant,
    Language,
    Money,
    Msisdn,
    Record,
    points_account,
)
from gateway.rooms import Rooms
from gateway.store.protocol import Loaded, Range, Wanted

NUMBER = Msisdn("79161234567")
ACCOUNT = Account(AccountId(NUMBER), Money(100_00))
ROOMS = Rooms(config.load(), secret=b"k" * 32)


class Shelf(Record, frozen=True, array_like=True, gc=False):
    """A record of the tests."""

    kind = "shelf"
    things: tuple[str, ...] = ()


@pytest.fixture
def batch() -> BatchState:
    state = BatchState()
    wanted = Wanted(
        accounts={ACCOUNT.id, points_account(NUMBER), AccountId("new")}, records={("shelf", "a"), ("shelf", "b")}
    )
    stored = {("shelf", "b"): b"\x92\xa1b\x91\xa4book"}
    state.take(wanted, Loaded(accounts={ACCOUNT.id: ACCOUNT}, records=stored))
    return state


@pytest.fixture
def unit(batch: BatchState) -> MessageUnit:
    return MessageUnit(batch, ROOMS.surroundings, Language.RU)


def entry(account: AccountId, amount: int) -> Entry:
    return Entry(account, Money(amount), "test", NUMBER)


def test_a_record_that_is_not_stored_is_empty(unit: MessageUnit) -> None:
    """A handler need not tell "nothing stored" from "nothing in it"."""
    assert unit.record(Shelf, "a") == Shelf("a")
    assert unit.record(Shelf, "b") == Shelf("b", ("book",))


def test_records_are_asked_for_together(unit: MessageUnit) -> None:
    """All keys that are not there yet are named at once, so that one load brings them."""
    with pytest.raises(NotLoaded) as asked:
        unit.records(Shelf, ["a", "c", "d"])

    assert (asked.value.kind, asked.value.keys) == ("record", (("shelf", "c"), ("shelf", "d")))


def test_changed_records_are_written_and_empty_ones_removed(batch: BatchState, unit: MessageUnit) -> None:
    """The next message sees what this one changed; a record that holds nothing is taken from the store."""
    unit.fold(Outcome(changed=(Shelf("a", ("cup",)), Shelf("b"))))
    unit.commit()

    after = MessageUnit(batch, ROOMS.surroundings, Language.RU)
    assert after.record(Shelf, "a").things == ("cup",)
    assert [(row.key, row.document) for row in batch.record_rows()] == [("a", b"\x92\xa1a\x91\xa3cup"), ("b", b"")]


def test_a_message_that_is_dropped_leaves_its_records(batch: BatchState, unit: MessageUnit) -> None:
    """A handler's bug costs its own changes only."""
    unit.fold(Outcome(changed=(Shelf("a", ("cup",)),), effects=(Effect("mail", {}),)))
    unit.forget()
    unit.commit()

    assert (batch.record_rows(), unit.effects) == ([], [])


def test_a_new_account_is_empty_and_a_floor_may_move(unit: MessageUnit) -> None:
    """Only entries change a balance: a handler may open an account and move a floor, and no more."""
    points = points_account(NUMBER)
    unit.fold(Outcome(changed=(Account(points), replace(ACCOUNT, floor=Money(-300_00)))))
    unit.fold(Outcome(entries=(entry(points, 20), entry(POINTS, -20))))
    unit.fold(Outcome(entries=(entry(ACCOUNT.id, -350_00), entry(FEES, 350_00))))

    assert unit.account(points).balance == 20
    assert unit.account(ACCOUNT.id) == Account(ACCOUNT.id, Money(-250_00), Money(-300_00))


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome(changed=(replace(ACCOUNT, balance=Money(1)),)), id="a balance set"),
        pytest.param(Outcome(changed=(Account(AccountId("new"), Money(1)),)), id="money in a new account"),
        pytest.param(Outcome(entries=(entry(ACCOUNT.id, -1), entry(POINTS, 1))), id="money made points"),
        pytest.param(Outcome(entries=(entry(ACCOUNT.id, -1),)), id="one side only"),
        pytest.param(Outcome(entries=(entry(ACCOUNT.id, -100_01), entry(FEES, 100_01))), id="below the floor"),
    ],
)
def test_what_the_ledger_does_not_take(unit: MessageUnit, outcome: Outcome) -> None:
    """Money and points are conserved whatever a handler returns."""
    with pytest.raises(LedgerFault):
        unit.fold(outcome)


def test_ranges_are_keys_like_any_other(batch: BatchState, unit: MessageUnit) -> None:
    """What was used or charged in a time is asked for by that time, and loaded once."""
    since, until = Instant(1), Instant(2)
    asked = []
    for read in (
        lambda: unit.usage(NUMBER, since, until, 5),
        lambda: unit.usage_totals(NUMBER, since, until),
        lambda: unit.charges(ACCOUNT.id, since, until, 5),
        lambda: unit.slow_hash("secret", b"salt"),
    ):
        with pytest.raises(NotLoaded) as missing:
            read()
        asked.append((missing.value.kind, missing.value.keys))
    used = Range(NUMBER, since, until, 5)

    assert asked == [
        ("usage", (used,)),
        ("totals", (Range(NUMBER, since, until),)),
        ("charges", (Range(ACCOUNT.id, since, until, 5),)),
        ("hash", (("secret", b"salt"),)),
    ]
    batch.take(Wanted(usage={used}), Loaded(usage={used: ()}))
    assert unit.usage(NUMBER, since, until, 5) == ()
