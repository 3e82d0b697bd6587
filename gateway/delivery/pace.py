"""How fast one link may send: the operator's rate, and less while the message centre says that it is too much.

Pure: the time is an argument, in milliseconds, and so is chance. A link without a rate that nobody throttles has no
Pace at all, so that shaping costs it nothing.

After ESME_RTHROTTLED everything pauses, 1 s at first, twice as long whenever the centre says so again, 30 s at most;
the rate is halved and grows by a tenth of the full rate a second, so that it is the full one again at most 10 s after
the last complaint (additive increase, multiplicative decrease: the way TCP shares a line). congestion_state (SMPP 5.0
4.8.4.18) slows down before anything is refused.
"""

from __future__ import annotations

import math

from smpp.limits import TokenBucket

FIRST_PAUSE_MS = 1_000
PAUSE_MS_MAX = 30_000
JITTER = 0.2
HALF = 0.5
GROWTH_PER_S = 0.1
GROWTH_STEP_MS = 100
FLOOR_SHARE = 0.01  # of the full rate; a link that is throttled for ever still sends
ASSUMED_RATE_PER_S = 1_000.0  # of a link without a rate, while it is held back
REACTION_MS = 1_000  # the answers to what was on its way are one complaint, not many
NEARLY_CONGESTED, CONGESTED = 90, 100  # values of congestion_state
HOLD = 80


class Pace:
    """The speed of one link.

    Args:
        rate_per_s: protocol data units a second; 0: as fast as the window lets it.
        burst: units that may leave at once; 0: a tenth of a second's worth.
        now: milliseconds.
    """

    __slots__ = (
        "_bucket",
        "_burst",
        "_changed_at",
        "_full_per_s",
        "_grown_at",
        "_has_rate",
        "_hold",
        "_pause_ms",
        "paused_until",
        "rate_per_s",
    )

    def __init__(self, rate_per_s: float, burst: int, now: int) -> None:
        self.rate_per_s = rate_per_s  # the rate at this moment; 0: none
        self.paused_until = 0
        self._has_rate = rate_per_s > 0
        self._full_per_s = rate_per_s or ASSUMED_RATE_PER_S
        self._burst = burst
        self._bucket = TokenBucket(rate_per_s, burst_of(rate_per_s, burst), now / 1000) if rate_per_s else None
        self._pause_ms = 0
        self._changed_at: int | None = None
        self._grown_at = now
        self._hold = False

    def take(self, units: int, now: int) -> bool:
        """Whether so many may leave now; if so, they are counted."""
        if now < self.paused_until:
            return False
        self._grow(now)
        return self._bucket is None or self._bucket.take(units, now / 1000)

    def give_back(self, units: int) -> None:
        """They did not leave after all."""
        if self._bucket is not None:
            self._bucket.give_back(units)

    def wait_ms(self, now: int) -> int:
        """Milliseconds until something may leave; 0: now."""
        if now < self.paused_until:
            return self.paused_until - now
        return 0 if self._bucket is None else math.ceil(self._bucket.wait_s(now / 1000) * 1000)

    def throttled(self, now: int, chance: float) -> None:
        """The centre said ESME_RTHROTTLED: pause and halve; `chance` in 0..1 spreads the pauses of many links."""
        if now < self.paused_until:  # sent before the pause began
            return
        self._pause_ms = min(self._pause_ms * 2, PAUSE_MS_MAX) if self._pause_ms else FIRST_PAUSE_MS
        self.paused_until = now + int(self._pause_ms * (1 + JITTER * (2 * chance - 1)))
        self._slow_down(now)

    def overloaded(self, now: int) -> None:
        """The centre refused something for want of room: halve."""
        if self._changed_at is None or now - self._changed_at >= REACTION_MS:
            self._slow_down(now)

    def succeeded(self) -> None:
        """The centre took a message: the next pause is a short one again."""
        self._pause_ms = 0

    def congestion(self, state: int, now: int) -> None:
        """congestion_state of a response: below 80 go faster, 80 to 89 as now, from 90 slower, at 100 stop a while."""
        self._hold = state >= HOLD
        if state >= CONGESTED:
            if now >= self.paused_until:
                self.paused_until = now + FIRST_PAUSE_MS
                self._slow_down(now)
        elif state >= NEARLY_CONGESTED:
            self.overloaded(now)

    def _slow_down(self, now: int) -> None:
        present_per_s = self.rate_per_s or self._full_per_s
        self._set(max(present_per_s * HALF, self._full_per_s * FLOOR_SHARE), now)
        self._changed_at = self._grown_at = max(now, self.paused_until)

    def _grow(self, now: int) -> None:
        """What time has given back since the last look."""
        passed_ms = now - self._grown_at
        if self._bucket is None or self.rate_per_s >= self._full_per_s or passed_ms < GROWTH_STEP_MS:
            return
        self._grown_at = now
        if self._hold:
            return
        grown = self.rate_per_s + self._full_per_s * GROWTH_PER_S * passed_ms / 1000
        if grown < self._full_per_s or self._has_rate:
            self._set(min(grown, self._full_per_s), now)
        else:
            self._bucket, self.rate_per_s = None, 0.0

    def _set(self, rate_per_s: float, now: int) -> None:
        self.rate_per_s = rate_per_s
        if self._bucket is None:
            self._bucket = TokenBucket(rate_per_s, burst_of(rate_per_s, self._burst), now / 1000)
        else:
            self._bucket.set_rate(rate_per_s, now / 1000)
            self._bucket.burst = burst_of(rate_per_s, self._burst)


def burst_of(rate_per_s: float, burst: int) -> float:
    return float(burst) if burst else max(1.0, rate_per_s / 10)
