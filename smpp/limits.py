"""How much per second, and how much at once: token buckets, and what a peer may ask of us.

Reckoning only. The caller brings the time, in seconds of any monotonic clock; nothing here may read one.
"""

from __future__ import annotations

from typing import Final

from smpp.vocabulary import Status

__all__ = ["FLOOD_PAUSE_S", "FLOOD_REFUSALS_MIN", "RequestLimits", "TokenBucket"]

FLOOD_REFUSALS_MIN: Final = 20  # refusals in a row before we stop reading for a while
FLOOD_PAUSE_S: Final = 1.0
ROUNDING: Final = 1e-6  # of a token: sums of many small times are not exact


class TokenBucket:
    """So many a second on average, and a burst at once.

    Args:
        rate_per_s: above 0.
        burst: at least 1; how much may leave at once after silence.
        now: the bucket is full then.
    """

    __slots__ = ("_at", "_tokens", "burst", "rate_per_s")

    def __init__(self, rate_per_s: float, burst: float, now: float) -> None:
        self.rate_per_s = rate_per_s
        self.burst = burst
        self._tokens = burst
        self._at = now

    def _fill(self, now: float) -> None:
        if now > self._at:
            self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate_per_s)
        self._at = now  # a clock that is set back gives nothing and takes nothing

    def take(self, count: int, now: float) -> bool:
        """Takes ``count`` tokens if they are there; more than ``burst`` at once are owed by those who come later."""
        self._fill(now)
        if self._tokens + ROUNDING < min(count, self.burst):
            return False
        self._tokens -= count
        return True

    def give_back(self, count: int) -> None:
        """What was taken has not been used."""
        self._tokens = min(self.burst, self._tokens + count)

    def wait_s(self, now: float) -> float:
        """Seconds until one token is there; 0: now."""
        self._fill(now)
        return max(0.0, (1.0 - self._tokens) / self.rate_per_s)

    def set_rate(self, rate_per_s: float, now: float) -> None:
        """Another rate from ``now`` on."""
        self._fill(now)
        self.rate_per_s = rate_per_s


class RequestLimits:
    """What one bind of a peer may ask of us.

    Args:
        bucket: requests a second, shared by all binds of an account; None: any.
        unanswered_max: requests that we have not answered yet; None: any.
    """

    __slots__ = ("_bucket", "_refused_in_a_row", "_unanswered_max", "refused")

    def __init__(self, bucket: TokenBucket | None, unanswered_max: int | None) -> None:
        self._bucket = bucket
        self._unanswered_max = unanswered_max
        self._refused_in_a_row = 0
        self.refused = 0

    def judge(self, unanswered: int, now: float) -> int:
        """The status for one more request while ``unanswered`` wait: 0, or ESME_RTHROTTLED (SMPP 3.4 5.1.3)."""
        full = self._unanswered_max is not None and unanswered >= self._unanswered_max
        if full or (self._bucket is not None and not self._bucket.take(1, now)):
            self.refused += 1
            self._refused_in_a_row += 1
            return int(Status.ESME_RTHROTTLED)
        self._refused_in_a_row = 0
        return 0

    def pause_s(self) -> float:
        """For how long nothing shall be read: a peer that goes on regardless is held back by TCP, never cut off."""
        limit = FLOOD_REFUSALS_MIN
        if self._bucket is not None:
            limit = max(limit, int(self._bucket.rate_per_s))
        if self._refused_in_a_row < limit:
            return 0.0
        self._refused_in_a_row = 0
        return FLOOD_PAUSE_S
