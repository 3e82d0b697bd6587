"""What a replay told people against what was recorded: a value that a table, JUnit or a report can be made of. Pure.

Replies are matched by what caused them and whom they went to, never by position. Nothing is compared that must differ:
one-time codes, references and whatever the caller ignores are the same on both sides before texts are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.model import Channel, Instant, Msisdn
from gateway.recording.messages import Said


class Verdict(StrEnum):
    """What became of one reply. Everything but SAME is a difference."""

    SAME = "same"
    TEXT = "text differs"
    MISSING = "missing"
    EXTRA = "extra"
    RECIPIENT = "other recipient"
    ORDER = "other order"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Told:
    """One reply, whole, on either side.

    `cause`: the place of the message that caused it among all that were said; None: a timer, or nobody knows.
    `codes`, `reference`: what in its text is another one in every run.
    """

    at: Instant
    subscriber: Msisdn
    channel: Channel
    text: str
    cause: int | None = None
    codes: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One reply with its verdict: `recorded` is None where it is extra, `replayed` where it is missing."""

    verdict: Verdict
    recorded: Told | None
    replayed: Told | None

    @property
    def either(self) -> Told:
        told = self.recorded or self.replayed
        assert told is not None
        return told

    @property
    def cause(self) -> int | None:
        return self.either.cause


@dataclass(frozen=True, slots=True)
class StateDifference:
    """One field of one stored thing that is otherwise at the end: `subscribers`, its key, the field, both values."""

    kind: str
    key: str
    field: str
    recorded: object
    replayed: object


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that came of a replay.

    `said`: the messages that were said again, by their places among all that happened; `replies`: every reply on
    either side, in order of time; `left_out`: what was not replayed, and how many; `faults`: tracebacks of handlers;
    `took_s`, `lasted_s`: of the replay, and of what was recorded.
    """

    said: Mapping[int, Said] = field(default_factory=dict)
    replies: Sequence[Compared] = ()
    states: Sequence[StateDifference] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()
    took_s: float = 0.0
    lasted_s: float = 0.0

    @property
    def totals(self) -> Counter[Verdict]:
        return Counter(each.verdict for each in self.replies)

    @property
    def differences(self) -> list[Compared]:
        return [each for each in self.replies if each.verdict is not Verdict.SAME]

    @property
    def same(self) -> bool:
        return not (self.differences or self.states or self.faults)


class Normaliser:
    """Makes texts of two runs comparable.

    Args:
        ignore: patterns of what else may differ.
    """

    def __init__(self, ignore: Iterable[re.Pattern[str]] = ()) -> None:
        self._ignore = tuple(ignore)

    def __call__(self, told: Told) -> str:
        text = told.text
        for code in told.codes:
            text = _replaced(text, code, "{otp}")
        if told.reference:
            text = _replaced(text, told.reference, "{ref}")
        for pattern in self._ignore:
            text = pattern.sub("{any}", text)
        return "\n".join(line.rstrip() for line in text.split("\n"))


def _replaced(text: str, value: str, place: str) -> str:
    """Where it stands by itself: a code may have the digits of a sum."""
    return re.sub(rf"(?<![0-9]){re.escape(value)}(?![0-9])", place, text) if value else text


Normal = Callable[[Told], str]


def compare(recorded: Iterable[Told], replayed: Iterable[Told], normal: Normal) -> list[Compared]:
    """Every reply with its verdict, in order of causes and times."""
    ours, theirs = _by_cause(recorded), _by_cause(replayed)
    found: list[Compared] = []
    for cause in sorted(ours.keys() | theirs.keys(), key=lambda each: (each[0] is None, each[0] or 0, each[1])):
        found += _of_cause(ours.get(cause, []), theirs.get(cause, []), normal)
    return sorted(_across_causes(found, normal), key=lambda each: (each.either.at, each.cause is None, each.cause or 0))


_Cause = tuple[int | None, Msisdn]


def _by_cause(told: Iterable[Told]) -> dict[_Cause, list[Told]]:
    """Replies of one message together; those without one by the number that they went to."""
    found: dict[_Cause, list[Told]] = {}
    for each in told:
        key = (each.cause, Msisdn("") if each.cause is not None else each.subscriber)
        found.setdefault(key, []).append(each)
    return found


def _of_cause(recorded: list[Told], replayed: list[Told], normal: Normal) -> Iterator[Compared]:
    """The replies of one message: first those that are alike in all, then in ever less."""
    left, right = list(enumerate(recorded)), list(enumerate(replayed))
    same: list[tuple[int, int]] = []
    keys: tuple[tuple[Callable[[Told], object], Verdict], ...] = (
        (lambda told: (told.subscriber, told.channel, normal(told)), Verdict.SAME),
        (lambda told: (told.subscriber, told.channel), Verdict.TEXT),
        (lambda told: (told.channel, normal(told)), Verdict.RECIPIENT),
        (lambda told: told.subscriber, Verdict.TEXT),
    )
    for key, verdict in keys:
        pairs = _paired(left, right, key)
        for one, other in pairs:
            left.remove(one)
            right.remove(other)
            if verdict is Verdict.SAME:
                same.append((one[0], other[0]))
            else:
                yield Compared(verdict, one[1], other[1])
    in_order = _longest_rising([other for _, other in sorted(same)])
    for was, now in same:
        verdict = Verdict.SAME if now in in_order else Verdict.ORDER
        yield Compared(verdict, recorded[was], replayed[now])
    yield from (Compared(Verdict.MISSING, told, None) for _, told in left)
    yield from (Compared(Verdict.EXTRA, None, told) for _, told in right)


_Placed = tuple[int, Told]


def _paired(left: list[_Placed], right: list[_Placed], key: Callable[[Told], object]) -> list[tuple[_Placed, _Placed]]:
    """Those with equal keys, first with first."""
    waiting: dict[object, list[_Placed]] = {}
    for each in right:
        waiting.setdefault(key(each[1]), []).append(each)
    return [(each, found.pop(0)) for each in left if (found := waiting.get(key(each[1])))]


def _longest_rising(places: list[int]) -> set[int]:
    """The most of them that stand in rising order: what is not among them has changed its place."""
    best: list[list[int]] = []
    for place in places:
        before: list[int] = max((run for run in best if run[-1] < place), key=len, default=[])
        best.append([*before, place])
    longest: list[int] = max(best, key=len, default=[])
    return set(longest)


def _across_causes(found: list[Compared], normal: Normal) -> Iterator[Compared]:
    """What is missing at one message and extra at another is the same reply at another time."""
    extra: dict[tuple[Msisdn, Channel, str], list[Compared]] = {}
    for each in found:
        if each.verdict is Verdict.EXTRA and each.replayed is not None:
            told = each.replayed
            extra.setdefault((told.subscriber, told.channel, normal(told)), []).append(each)
    moved: set[int] = set()
    pairs: list[Compared] = []
    for each in found:
        if each.verdict is Verdict.MISSING and each.recorded is not None:
            told = each.recorded
            waiting = extra.get((told.subscriber, told.channel, normal(told)))
            if waiting and waiting[0].replayed is not None:
                other = waiting.pop(0).replayed
                assert other is not None
                moved |= {id(each), *(id(one) for one in found if one.replayed is other)}
                pairs.append(Compared(Verdict.LATER if other.at > told.at else Verdict.ORDER, told, other))
    yield from (each for each in found if id(each) not in moved)
    yield from pairs


def compare_states(
    recorded: Mapping[str, Mapping[str, object]], replayed: Mapping[str, Mapping[str, object]]
) -> list[StateDifference]:
    """What is stored otherwise at the end: kind -> key -> a value with fields, or a plain one."""
    found: list[StateDifference] = []
    for kind in sorted(recorded.keys() | replayed.keys()):
        ours, theirs = recorded.get(kind, {}), replayed.get(kind, {})
        for key in sorted(ours.keys() | theirs.keys()):
            one, other = _fields(ours.get(key)), _fields(theirs.get(key))
            found += [
                StateDifference(kind, key, name, one.get(name), other.get(name))
                for name in sorted(one.keys() | other.keys())
                if not alike(one.get(name), other.get(name))
            ]
    return found


NUMBERED = frozenset({"number", "set_by", "row"})
"""Fields that hold journal numbers, which are others in every run."""
INSTANT_MIN = 1_000_000_000_000
INSTANT_MS_MAX = 1000
"""Instants are milliseconds since 1970; two that are so near are one: a recorder's clock is read a moment earlier."""


def alike(one: object, other: object) -> bool:
    """Whether two stored values say the same of two runs."""
    if isinstance(one, int) and isinstance(other, int) and min(one, other) >= INSTANT_MIN:
        return abs(one - other) <= INSTANT_MS_MAX
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(alike, one, other))
    names = getattr(one, "__struct_fields__", None)
    if names is None or type(one) is not type(other):
        return one == other
    return all(alike(getattr(one, name), getattr(other, name)) for name in names if name not in NUMBERED)


def _fields(value: object) -> Mapping[str, object]:
    names: Iterable[str] = getattr(value, "__struct_fields__", ())
    if value is None:
        return {}
    return {name: getattr(value, name) for name in names} or {"": value}
