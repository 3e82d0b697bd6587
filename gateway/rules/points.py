"""Bonus points: how many a number has, and how they move. Pure.

The sum is the ledger's; when each part of it ends is kept in lots beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import UnitOfWork
from gateway.model import (
    NO_MONEY,
    POINTS,
    Account,
    DayTotal,
    Entry,
    Instant,
    Money,
    Msisdn,
    Record,
    points_account,
)


def points_of(msisdn: Msisdn, uow: UnitOfWork) -> int:
    """The points on a number's account; none where it never had any."""
    account = points_account(msisdn)
    return uow.account(account).balance if uow.has_account(account) else 0


class Member(Record, frozen=True, array_like=True, gc=False):
    """A number's part in the bonus programme.

    `lots`: when points end and how many, soonest first; they add up to the points account. `offered_to`: numbers that
    got an offer of a gift, which holds points back for as long as it waits there. `rest_minor`: money spent that
    did not yet make a point. `past`: the last movements, newest first.
    """

    kind = "bonus"
    since: Instant = Instant(0)
    lots: tuple[tuple[Instant, int], ...] = ()
    counted_until: Instant = Instant(0)
    rest_minor: Money = NO_MONEY
    offered_to: tuple[Msisdn, ...] = ()
    given: DayTotal = DayTotal()
    past: tuple[tuple[Instant, int], ...] = ()


PAST_MAX = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """A member after a movement of points, and its entries."""

    member: Member
    entries: tuple[Entry, ...]
    lots: tuple[tuple[Instant, int], ...] = ()


def added(member: Member, lots: tuple[tuple[Instant, int], ...], at: Instant, kind: str) -> Moved:
    """The operator's points become a member's; each lot keeps its end."""
    points = sum(each for _, each in lots)
    msisdn = Msisdn(member.key)
    ends: dict[Instant, int] = {}
    for end, each in (*member.lots, *lots):
        ends[end] = ends.get(end, 0) + each
    changed = msgspec.structs.replace(member, lots=tuple(sorted(ends.items())), past=_remembered(member, at, points))
    return Moved(changed, _entries(msisdn, points, kind), lots)


def taken(member: Member, points: int, at: Instant, kind: str) -> Moved:
    """A member's points go to the operator, those that end first before the others. There must be as many."""
    left = points
    out: list[tuple[Instant, int]] = []
    kept: list[tuple[Instant, int]] = []
    for end, each in member.lots:
        part = min(left, each)
        left -= part
        if part:
            out.append((end, part))
        if each > part:
            kept.append((end, each - part))
    assert not left, "more points taken than there are"
    changed = msgspec.structs.replace(member, lots=tuple(kept), past=_remembered(member, at, -points))
    return Moved(changed, _entries(Msisdn(member.key), -points, kind), tuple(out))


def _remembered(member: Member, at: Instant, points: int) -> tuple[tuple[Instant, int], ...]:
    return ((at, points), *member.past)[:PAST_MAX] if points else member.past


def _entries(msisdn: Msisdn, points: int, kind: str) -> tuple[Entry, ...]:
    if not points:
        return ()
    return (
        Entry(points_account(msisdn), Money(points), kind, msisdn),
        Entry(POINTS, Money(-points), kind, msisdn),
    )


def opened(msisdn: Msisdn, uow: UnitOfWork) -> tuple[Account, ...]:
    """The points account to open, empty, where there is none yet."""
    account = points_account(msisdn)
    return () if uow.has_account(account) else (Account(account),)
