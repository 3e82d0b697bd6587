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
    `codes`, `reference`: what in its text is another one in every run. `moved`: the connection of its dialog had ended,
    so it came as an SMS in place of a screen.
    """

    at: Instant
    subscriber: Msisdn
    channel: Channel
    text: str
    cause: int | None = None
    codes: tuple[str, ...] = ()
    reference: str = ""
    moved: bool = False


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
class Digests:
    """Two names of what a replay came to, in hexadecimal digits: what it told and did, and the state that it left.

    Equal ones mean equal to the last octet; docs/recordings.md says of what they are taken.
    """

    outcomes: str
    state: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that came of a replay.

    `said`: the messages that were said again, by their places among all that happened; `replies`: every reply on
    either side, in order of time; `left_out`: what was not replayed, and how many; `faults`: tracebacks of handlers;
    `took_s`, `lasted_s`: of the replay, and of what was recorded; `digests`: of the replay. `stopped`: it was ended
    before its end, and this is of what it had come to.
    """

    said: Mapping[int, Said] = field(default_factory=dict)
    replies: Sequence[Compared] = ()
    states: Sequence[StateDifference] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()
    took_s: float = 0.0
    lasted_s: float = 0.0
    digests: Digests | None = None
    stopped: bool = False

    @property
    def totals(self) -> Counter[Verdict]:
        return Counter(each.verdict for each in self.replies)

    @property
    def differences(self) -> list[Compared]:
        return [each for each in self.replies if each.verdict is not Verdict.SAME]

    @property
    def same(self) -> bool:
        return not (self.differences or self.states or self.faults)


class Alike:
    """Whether two texts of two runs say the same.

    Numbers may differ where each is a code or the reference of its own side; everything else is to be equal, but for
    what is ignored.

    Args:
        ignore: patterns of what else may differ.
    """

    def __init__(self, ignore: Iterable[re.Pattern[str]] = ()) -> None:
        self._ignore = tuple(ignore)

    def shape(self, told: Told) -> str:
        """What two texts have in common that say the same: all but their numbers and what is ignored."""
        return DIGITS.sub("0", self._plain(told))

    def __call__(self, one: Told, other: Told) -> bool:
        was, now = self._plain(one), self._plain(other)
        if was == now:
            return True
        first, second = DIGITS.findall(was), DIGITS.findall(now)
        return (
            len(first) == len(second)
            and DIGITS.sub("0", was) == DIGITS.sub("0", now)
            and all(
                a == b or (a in one.codes and b in other.codes) or (a == one.reference and b == other.reference)
                for a, b in zip(first, second, strict=True)
            )
        )

    def _plain(self, told: Told) -> str:
        text = told.text
        for pattern in self._ignore:
            text = pattern.sub("", text)
        return "\n".join(line.rstrip() for line in text.split("\n"))


DIGITS = re.compile(r"[0-9]+")


def compare(recorded: Iterable[Told], replayed: Iterable[Told], alike_texts: Alike) -> list[Compared]:
    """Every reply with its verdict, in order of times and causes."""
    ours, theirs = _by_cause(recorded), _by_cause(replayed)
    found: list[Compared] = []
    for cause in ours | theirs:
        found += _of_cause(ours.get(cause, []), theirs.get(cause, []), alike_texts)
    return sorted(
        _across_causes(found, alike_texts), key=lambda each: (each.either.at, each.cause is None, each.cause or 0)
    )


_Cause = tuple[int | None, Msisdn]


def _by_cause(told: Iterable[Told]) -> dict[_Cause, list[Told]]:
    """Replies of one message together; those without one by the number that they went to."""
    found: dict[_Cause, list[Told]] = {}
    for each in told:
        key = (each.cause, Msisdn("") if each.cause is not None else each.subscriber)
        found.setdefault(key, []).append(each)
    return found


_Placed = tuple[int, Told]
_Key = Callable[[Told], object]


def _of_cause(recorded: list[Told], replayed: list[Told], alike_texts: Alike) -> Iterator[Compared]:
    """The replies of one message: first those that are alike in all, then in ever less."""
    left, right = list(enumerate(recorded)), list(enumerate(replayed))
    same: list[tuple[int, int]] = []
    steps: tuple[tuple[_Key, bool, Verdict], ...] = (
        (lambda told: (told.subscriber, told.channel, alike_texts.shape(told)), True, Verdict.SAME),
        (
            lambda told: (told.subscriber, told.moved or told.channel is Channel.USSD, alike_texts.shape(told)),
            True,
            Verdict.SAME,
        ),
        (lambda told: (told.subscriber, told.channel), False, Verdict.TEXT),
        (lambda told: (told.channel, alike_texts.shape(told)), True, Verdict.RECIPIENT),
        (lambda told: told.subscriber, False, Verdict.TEXT),
    )
    for key, by_text, verdict in steps:
        for one, other in _paired(left, right, key, alike_texts if by_text else None):
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


def _paired(
    left: list[_Placed], right: list[_Placed], key: _Key, alike_texts: Alike | None
) -> list[tuple[_Placed, _Placed]]:
    """Those with equal keys, and texts that are alike where that is asked; first with first."""
    waiting: dict[object, list[_Placed]] = {}
    for each in right:
        waiting.setdefault(key(each[1]), []).append(each)
    pairs = []
    for each in left:
        found = waiting.get(key(each[1]), [])
        other = next((one for one in found if alike_texts is None or alike_texts(each[1], one[1])), None)
        if other is not None:
            found.remove(other)
            pairs.append((each, other))
    return pairs


def _longest_rising(places: list[int]) -> set[int]:
    """The most of them that stand in rising order: what is not among them has changed its place."""
    best: list[list[int]] = []
    for place in places:
        before: list[int] = max((run for run in best if run[-1] < place), key=len, default=[])
        best.append([*before, place])
    longest: list[int] = max(best, key=len, default=[])
    return set(longest)


def _across_causes(found: list[Compared], alike_texts: Alike) -> Iterator[Compared]:
    """What is missing at one message and extra at another is the same reply at another time.

    What something outside answered has a cause in the replay alone, and comes when it comes: there the text decides.
    """
    missing = [each.recorded for each in found if each.verdict is Verdict.MISSING and each.recorded is not None]
    extra = [each.replayed for each in found if each.verdict is Verdict.EXTRA and each.replayed is not None]
    pairs = _paired(
        list(enumerate(missing)),
        list(enumerate(extra)),
        lambda told: (told.subscriber, told.channel, alike_texts.shape(told)),
        alike_texts,
    )
    moved = {id(told) for pair in pairs for _, told in pair}
    yield from (each for each in found if id(each.recorded) not in moved and id(each.replayed) not in moved)
    for (_, told), (_, other) in pairs:
        moved_to = Verdict.LATER if other.at > told.at else Verdict.ORDER
        yield Compared(Verdict.SAME if told.cause is None else moved_to, told, other)


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
