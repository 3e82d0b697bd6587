"""What another catalogue would have done to the same messages: two replays, today's and tomorrow's, as a value. Pure.

Both runs begin with the same state and hear the same messages, so that whatever differs is the catalogue's doing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.model import FEES, OPERATOR_ACCOUNTS, POINTS, SERVICES, Entry, Money, Msisdn
from gateway.replay.compare import Comparison, Verdict
from gateway.replay.recorded import Outcome, Replayed

CHARGED = frozenset({FEES, SERVICES})
"""The operator's accounts that prices go to."""
NOTHING = Outcome("", "")


@dataclass(frozen=True, slots=True)
class OtherOutcome:
    """Messages that become something else in the same way, by their places."""

    today: Outcome
    tomorrow: Outcome
    places: tuple[int, ...]

    @property
    def refused_anew(self) -> bool:
        return bool(self.tomorrow.refusal) and not self.today.refusal


@dataclass(frozen=True, slots=True)
class OtherSum:
    """What came to one of the operator's accounts for one kind of entry, in minor units (points are counted)."""

    account: str
    kind: str
    today: Money
    tomorrow: Money


@dataclass(frozen=True, slots=True)
class Affected:
    """A subscriber for whom something would be otherwise: replies, messages refused anew, what prices took."""

    msisdn: Msisdn
    replies: int
    refused_anew: int
    charged_today: Money
    charged_tomorrow: Money


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Both runs compared: `comparison.recorded` is today's, `replayed` tomorrow's. `outcomes`: new refusals first.

    `sums`: all of them, also those that stay as they are.
    """

    comparison: Comparison
    outcomes: Sequence[OtherOutcome]
    sums: Sequence[OtherSum]
    affected: Sequence[Affected]

    @property
    def same(self) -> bool:
        return not (self.comparison.differences or self.outcomes or self.affected or self.comparison.faults)


def what_if(today: Replayed, tomorrow: Replayed, comparison: Comparison) -> WhatIf:
    """All that is otherwise. `comparison` is that of the two runs' replies."""
    outcomes = sorted(
        _other_outcomes(today.outcomes, tomorrow.outcomes),
        key=lambda each: (not each.refused_anew, not each.tomorrow.refusal, -len(each.places), each.places),
    )
    sums = sorted(_sums(today.ledger, tomorrow.ledger), key=lambda each: (each.account, each.kind))
    affected = sorted(
        _affected(today.ledger, tomorrow.ledger, comparison, outcomes),
        key=lambda each: (-each.refused_anew, -abs(each.charged_tomorrow - each.charged_today), each.msisdn),
    )
    return WhatIf(comparison, outcomes, sums, affected)


def _other_outcomes(today: Mapping[int, Outcome], tomorrow: Mapping[int, Outcome]) -> Iterator[OtherOutcome]:
    found: dict[tuple[Outcome, Outcome], list[int]] = {}
    for place in sorted(today.keys() | tomorrow.keys()):
        one, other = today.get(place, NOTHING), tomorrow.get(place, NOTHING)
        if one != other:
            found.setdefault((one, other), []).append(place)
    for (one, other), places in found.items():
        yield OtherOutcome(one, other, tuple(places))


def _sums(today: Iterable[Entry], tomorrow: Iterable[Entry]) -> Iterator[OtherSum]:
    one, other = _by_kind(today), _by_kind(tomorrow)
    for account, kind in one.keys() | other.keys():
        yield OtherSum(account, kind, Money(one[account, kind]), Money(other[account, kind]))


def _by_kind(ledger: Iterable[Entry]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for entry in ledger:
        if entry.account in OPERATOR_ACCOUNTS:
            found[entry.account, entry.kind] += entry.amount
    return found


def _affected(
    today: Iterable[Entry], tomorrow: Iterable[Entry], comparison: Comparison, outcomes: Iterable[OtherOutcome]
) -> Iterator[Affected]:
    one, other = _charged(today), _charged(tomorrow)
    replies = Counter(
        msisdn
        for each in comparison.replies
        if each.verdict is not Verdict.SAME
        for msisdn in {told.subscriber for told in (each.recorded, each.replayed) if told is not None}
    )
    refused = Counter(
        comparison.said[place].subscriber
        for each in outcomes
        if each.refused_anew
        for place in each.places
        if place in comparison.said
    )
    for msisdn in one.keys() | other.keys() | replies.keys() | refused.keys():
        if one[msisdn] != other[msisdn] or replies[msisdn] or refused[msisdn]:
            yield Affected(msisdn, replies[msisdn], refused[msisdn], Money(one[msisdn]), Money(other[msisdn]))


def _charged(ledger: Iterable[Entry]) -> Counter[Msisdn]:
    found: Counter[Msisdn] = Counter()
    for entry in ledger:
        if entry.account in CHARGED and entry.msisdn is not None:
            found[entry.msisdn] += entry.amount
    return found


def total(sums: Iterable[OtherSum]) -> OtherSum:
    """All prices together."""
    charged = [each for each in sums if each.account in CHARGED]
    today, tomorrow = (sum(getattr(each, run) for each in charged) for run in ("today", "tomorrow"))
    return OtherSum("all prices", "", Money(today), Money(tomorrow))


def is_points(line: OtherSum) -> bool:
    """Points are counted, and no money."""
    return line.account == POINTS
