"""Time as a value that is handed in. Only the edges hold a clock; the core is told what time it is."""

from __future__ import annotations

import time
from typing import Protocol

from gateway.model import Instant


class Clock(Protocol):
    def now(self) -> Instant:
        """Milliseconds since 1970 UTC."""
        ...


class SystemClock:
    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000_000)


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
