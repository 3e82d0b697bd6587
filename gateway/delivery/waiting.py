"""Rows that wait to leave: in lanes, so that a peer that takes nothing holds up nobody else; screens before SMS.

A lane is what leaves for one peer by one channel, in the order of its rows. Rows that wait for a moment stand apart
until it comes, and then go to their place at the front: they are older than what has gathered meanwhile. Pure.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from gateway.messages import Outgoing
from gateway.model import Channel, Instant

STUCK_ROWS_MAX = 64  # of one lane, looked past in one go for one that can leave

Lane = tuple[bool, str, str]
"""Whether it is for SMS, link, account: sorted, screens come first."""


def lane_of(outgoing: Outgoing) -> Lane:
    return (outgoing.channel is Channel.SMS, outgoing.link, outgoing.account)


class Waiting:
    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[tuple[int, Outgoing]]] = {}
        self._later: list[tuple[int, int, Outgoing]] = []  # heap of (due, row, outgoing)
        self._expected: set[Lane] = set()  # of rows that wait as soon as they are on the disk
        self._held: dict[str, Instant] = {}  # destination -> until when nothing goes there
        self._held_first = 0  # when the first hold ends, at the earliest
        self._now = 0  # rows in lanes

    def __len__(self) -> int:
        return self._now + len(self._later)

    @property
    def now(self) -> int:
        """How many rows wait for room rather than for a moment."""
        return self._now

    def rows(self) -> Iterator[int]:
        """All that wait."""
        for lane in self._lanes.values():
            yield from (row for row, _ in lane)
        yield from (row for _, row, _ in self._later)

    def blocks(self, outgoing: Outgoing) -> bool:
        """Whether a new row has to wait behind others: of its lane, if it is an SMS, or for its destination."""
        if self._held and self.held_until(outgoing.destination):
            return True
        if not (self._lanes or self._expected) or outgoing.channel is not Channel.SMS:
            return False
        lane = lane_of(outgoing)
        return lane in self._lanes or lane in self._expected

    def expect(self, outgoing: Outgoing) -> None:
        """It will wait when its batch is on the disk: what comes later in that batch must not overtake it."""
        self._expected.add(lane_of(outgoing))

    def expect_nothing(self) -> None:
        """The batch is on the disk, or will not be."""
        self._expected.clear()

    def add(self, row: int, outgoing: Outgoing) -> None:
        """At the end of its lane."""
        self._lanes.setdefault(lane_of(outgoing), deque()).append((row, outgoing))
        self._now += 1

    def add_later(self, due: Instant, row: int, outgoing: Outgoing) -> None:
        heapq.heappush(self._later, (due, row, outgoing))

    def hold(self, destination: str, until: Instant) -> None:
        """Nothing goes there until then: what is queued for it keeps its order."""
        self._held_first = min(until, self._held_first) if self._held else until
        self._held[destination] = max(until, self._held.get(destination, until))

    def held_until(self, destination: str) -> int:
        """Until when nothing goes there; 0: it may go."""
        return self._held.get(destination, 0)

    def ripen(self, now: Instant) -> None:
        """Moves to the front what has waited for a moment that has come."""
        if self._held and self._held_first <= now:
            self._held = {destination: until for destination, until in self._held.items() if until > now}
            self._held_first = min(self._held.values(), default=0)
        ripe: dict[Lane, list[tuple[int, Outgoing]]] = {}
        while self._later and self._later[0][0] <= now:
            _, row, outgoing = heapq.heappop(self._later)
            ripe.setdefault(lane_of(outgoing), []).append((row, outgoing))
        for key, rows in ripe.items():
            self._now += len(rows)
            lane = self._lanes.setdefault(key, deque())
            last = max(row for row, _ in rows)
            while lane and lane[0][0] < last:  # what became ripe a moment before them
                rows.append(lane.popleft())
            lane.extendleft(sorted(rows, key=lambda each: each[0], reverse=True))

    def clock_jumped(self, milliseconds: int) -> None:
        """The clock was set: what waits still has to wait for as long, and is worth sending for as long."""

        def moved(outgoing: Outgoing) -> Outgoing:
            return msgspec.structs.replace(outgoing, expires_at=Instant(outgoing.expires_at + milliseconds))

        self._later = [(due + milliseconds, row, moved(outgoing)) for due, row, outgoing in self._later]
        for lane in self._lanes.values():
            lane.extend([(row, moved(outgoing)) for row, outgoing in lane])
            for _ in range(len(lane) // 2):
                lane.popleft()
        self._held = {destination: Instant(until + milliseconds) for destination, until in self._held.items()}
        self._held_first += milliseconds

    def take(self, leaves: Callable[[int, Outgoing], Outgoing | None]) -> None:
        """Offers every row to ``leaves``, lane by lane: it returns what still has to wait, None for what does not."""
        for key in sorted(self._lanes):
            lane = self._lanes[key]
            stuck: list[tuple[int, Outgoing]] = []
            for _ in range(len(lane)):
                row, outgoing = lane.popleft()
                self._now -= 1
                kept = leaves(row, outgoing)
                if kept is None:
                    continue
                if until := self.held_until(kept.destination):
                    self.add_later(Instant(until), row, kept)
                    continue
                stuck.append((row, kept))
                if len(stuck) == STUCK_ROWS_MAX:
                    break
            self._keep(key, stuck)

    def _keep(self, key: Lane, stuck: Iterable[tuple[int, Outgoing]]) -> None:
        lane = self._lanes[key]
        for row, outgoing in reversed(list(stuck)):
            own = lane_of(outgoing)  # a screen whose dialog is over is an SMS now
            self._lanes.setdefault(own, deque()).appendleft((row, outgoing))
            self._now += 1
        if not lane:
            del self._lanes[key]
