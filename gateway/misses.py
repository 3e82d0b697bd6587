"""What could not be read, and what the same number typed next: a bounded tally that shows which alias to add.

Kept in memory, written now and then as a fact. It never holds a secret or an argument: a text comes masked, and its
digits are counted, not kept. Pure: time comes with the messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from gateway.messages import FollowUp, MissesTallied, MissRow
from gateway.misreadings import MASK
from gateway.model import DAY_MS, Channel, Instant, Msisdn

TEXT_MAX = 60
CODE_DIGITS_MAX = 4
"""A longer run of digits is an argument; so is every run after it, and every one beside words."""
FADES_BY_HALF_MS = 7 * DAY_MS
WAITING_MAX = 10_000
SLACK = 4
"""The table may grow by a quarter above its limit before it is cut, so that cutting costs little."""
NOT_ABOUT_READING = "unknown_subscriber"

_RUN = re.compile(rf"[\d{MASK}]+")


class Typed(Protocol):
    """A decided message, as far as the tally looks at it."""

    @property
    def channel(self) -> Channel: ...
    @property
    def sender(self) -> Msisdn: ...
    @property
    def at(self) -> Instant: ...


def shape_of(masked: str, channel: Channel) -> str:
    """A text with every run of digits that is an argument replaced by its length: `*112*<10>*#`.

    Capitals, white space and what cannot be printed do not count; a long text is cut.
    """
    text = " ".join("".join(each if each.isprintable() else " " for each in masked).casefold().split())
    arguments = channel is Channel.SMS and any(each.isalpha() for each in text)

    def counted(run: re.Match[str]) -> str:
        nonlocal arguments
        arguments = arguments or len(run[0]) > CODE_DIGITS_MAX or MASK in run[0]
        return f"<{len(run[0])}>" if arguments else run[0]

    return _RUN.sub(counted, text)[:TEXT_MAX]


@dataclass(slots=True)
class _Tally:
    count: int = 0
    last_at: Instant = Instant(0)
    follow_ups: dict[tuple[str, str], int] = field(default_factory=dict)

    def follow(self, key: tuple[str, str], follow_ups_max: int) -> None:
        """Counts the frequent ones within a fixed number of places (Misra and Gries, 1982)."""
        counts = self.follow_ups
        if key in counts or len(counts) < follow_ups_max:
            counts[key] = counts.get(key, 0) + 1
            return
        self.follow_ups = {each: count - 1 for each, count in counts.items() if count > 1}

    def worth(self, now: Instant) -> float:
        """How useful the row is: its count, halved with each week since it was last seen."""
        return float(self.count * 0.5 ** (max(0, now - self.last_at) / FADES_BY_HALF_MS))


class Misses:
    """The tally: (shape, refusal) -> how often, when last, what came next."""

    def __init__(self, *, rows_max: int, follow_ups_max: int, follow_up_ms: int) -> None:
        self._rows_max = rows_max
        self._follow_ups_max = follow_ups_max
        self._follow_up_ms = follow_up_ms
        self._rows: dict[tuple[str, str], _Tally] = {}
        self._changed: set[tuple[str, str]] = set()
        self._dropped: set[tuple[str, str]] = set()
        self._waiting: dict[Msisdn, tuple[tuple[str, str], Instant]] = {}  # who was refused, oldest first

    def restore(self, rows: Iterable[MissRow]) -> None:
        """What the last run wrote."""
        for row in rows:
            follow_ups = {(each.text, each.became): each.count for each in row.follow_ups}
            self._rows[row.text, row.refusal] = _Tally(row.count, row.last_at, follow_ups)

    def note(self, typed: Typed, masked: str, command: str, refusal: str) -> None:
        """One decided message. `command` is empty where the text was not understood."""
        waiting = self._waiting.pop(typed.sender, None) if self._waiting else None
        missed = bool(refusal) and not command and refusal != NOT_ABOUT_READING
        if waiting is None and not missed:
            return
        shape = shape_of(masked, typed.channel)
        if waiting is not None and typed.at - waiting[1] <= self._follow_up_ms and waiting[0] in self._rows:
            self._rows[waiting[0]].follow((shape, command or refusal), self._follow_ups_max)
            self._changed.add(waiting[0])
        if missed:
            self._miss((shape, refusal), typed.sender, typed.at)

    def _miss(self, key: tuple[str, str], sender: Msisdn, at: Instant) -> None:
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= self._rows_max + self._rows_max // SLACK:
                self._cut(at)
            row = self._rows[key] = _Tally()
            self._dropped.discard(key)
        row.count += 1
        row.last_at = at
        self._changed.add(key)
        if len(self._waiting) >= WAITING_MAX:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[sender] = (key, at)

    def _cut(self, now: Instant) -> None:
        """Drops the least useful rows above the limit."""
        over = len(self._rows) - self._rows_max
        for key in sorted(self._rows, key=lambda each: self._rows[each].worth(now))[: max(over, 0)]:
            del self._rows[key]
            self._changed.discard(key)
            self._dropped.add(key)

    def changes(self, now: Instant) -> MissesTallied | None:
        """What has changed since the last call, to be written; None if nothing has."""
        self._cut(now)
        if not (self._changed or self._dropped):
            return None
        tallied = MissesTallied(tuple(self._row(*key) for key in sorted(self._changed)), tuple(sorted(self._dropped)))
        self._changed.clear()
        self._dropped.clear()
        return tallied

    def rows(self) -> list[MissRow]:
        """The whole tally, most frequent first."""
        return in_order(self._row(*key) for key in self._rows)

    def _row(self, text: str, refusal: str) -> MissRow:
        tally = self._rows[text, refusal]
        follow_ups = sorted(tally.follow_ups.items(), key=lambda each: (-each[1], each[0]))
        return MissRow(
            text, refusal, tally.count, tally.last_at, tuple(FollowUp(*key, count) for key, count in follow_ups)
        )


def in_order(rows: Iterable[MissRow]) -> list[MissRow]:
    """Most frequent first."""
    return sorted(rows, key=lambda row: (-row.count, row.text, row.refusal))
