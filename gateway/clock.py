"""Time as a value that is handed in. Only the edges hold a clock; the core is told what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from gateway.model import Instant


class Clock(Protocol):
    def now(self) -> Instant:
        """Milliseconds since 1970 UTC."""
        ...


JUMP_MS = 2_000
"""From here on a correction of the system's clock is a jump, not a slow adjustment."""


class SystemClock:
    """The system's clock, which may be set: whoever counts durations by it is told by how much it jumped.

    Args:
        wall_ns: nanoseconds since 1970 UTC.
        ticks_ns: nanoseconds of a clock that nobody sets.
    """

    def __init__(
        self, wall_ns: Callable[[], int] = time.time_ns, ticks_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall_ns = wall_ns
        self._ticks_ns = ticks_ns
        self._watchers: list[Callable[[int], None]] = []
        self._ahead_ms = wall_ns() // 1_000_000 - ticks_ns() // 1_000_000

    def watch(self, jumped: Callable[[int], None]) -> None:
        """`jumped` is called with milliseconds, negative for a jump back, before anybody is told the new time."""
        self._watchers.append(jumped)

    def now(self) -> Instant:
        wall_ms = self._wall_ns() // 1_000_000
        ahead_ms = wall_ms - self._ticks_ns() // 1_000_000
        jump_ms = ahead_ms - self._ahead_ms
        self._ahead_ms = ahead_ms
        if not -JUMP_MS < jump_ms < JUMP_MS:
            for each in self._watchers:
                each(jump_ms)
        return Instant(wall_ms)


class VirtualClock:
    """Stands still until it is told to go on: for replay and for tests."""

    def __init__(self, start: Instant) -> None:
        self._now = start

    def now(self) -> Instant:
        return self._now

    def advance(self, milliseconds: int) -> None:
        if milliseconds < 0:
            raise ValueError(f"a clock goes forward only, not by {milliseconds} ms")
        self._now = Instant(self._now + milliseconds)
