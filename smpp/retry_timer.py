"""When a link that has ended tries again: growing pauses, and the longer ones that some refusals ask for.

A centre that has not noticed our end answers ESME_RALYBND until its own timer has run out; one that was given a wrong
password may lock the account when it is given it again and again. Both want a long pause. A centre that is ill wants
the ordinary one. This room must never retry in a tight loop.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Final

from aiosmpplib import AbstractRetryTimer  # type: ignore[import-untyped]

from smpp.vocabulary import Status

__all__ = ["RetryTimer", "pause_after_refusal_s"]

# Nothing but a change on one of the two sides helps (SMPP 3.4 5.1.3; 0x101 and 0x103 of SMPP 5.0 4.7.6).
_MISCONFIGURED: Final = frozenset(
    {
        int(Status.ESME_RINVPASWD),
        int(Status.ESME_RINVSYSID),
        int(Status.ESME_RBINDFAIL),
        int(Status.ESME_RINVSYSTYP),
        int(Status.ESME_RINVSERTYP),
        0x101,  # ESME_RPROHIBITED
        0x103,  # ESME_RSERTYPDENIED
    }
)


def pause_after_refusal_s(status: int, *, already_bound_s: float, misconfigured_s: float) -> float:
    """The least pause after a bind was refused with ``status``, seconds; 0: the ordinary growing one."""
    if status == Status.ESME_RALYBND:
        return already_bound_s
    return misconfigured_s if status in _MISCONFIGURED else 0.0


class RetryTimer(AbstractRetryTimer):  # type: ignore[misc]
    """How long to wait before the next attempt: doubling, with jitter, so that many gateways do not come at once.

    Args:
        first_s: the first delay, seconds.
        ceiling_s: the longest delay, before jitter.
        steady_s: a bind must have lasted this long for the delay to begin again at ``first_s``: a centre that accepts
            and drops us is a failing centre.
        jitter: share by which a delay may be longer or shorter.
        rng: source of the jitter.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        first_s: float = 1.0,
        ceiling_s: float = 60.0,
        steady_s: float = 30.0,
        jitter: float = 0.2,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_s = first_s
        self._ceiling_s = ceiling_s
        self._steady_s = steady_s
        self._jitter = jitter
        self._rng = rng or random.Random()
        self._clock = clock
        self._failures = 0
        self._floor_s = 0.0
        self._bound_at: float | None = None
        self._delay_s: float | None = None
        self._interrupted = asyncio.Event()

    def reset(self) -> None:
        """Told when a bind succeeds; whether it counts is known when it has ended."""
        self._bound_at = self._clock()
        self._delay_s = None

    def wait_at_least(self, floor_s: float) -> None:
        """The next delay, and only that, is no shorter than this (with jitter upwards only)."""
        self._floor_s = floor_s
        self._delay_s = None

    def next_delay(self) -> float:
        """Seconds that the next ``wait`` will last."""
        if self._bound_at is not None:
            if self._clock() - self._bound_at >= self._steady_s:
                self._failures = 0
            self._bound_at = None
            self._delay_s = None
        if self._delay_s is None:
            base_s = min(self._first_s * 2 ** min(self._failures, 32), self._ceiling_s)
            spread = self._rng.uniform(-self._jitter, self._jitter)
            self._delay_s = max(base_s * (1 + spread), self._floor_s * (1 + abs(spread)))
        return self._delay_s

    async def wait(self) -> None:
        """Sleep until the next attempt is due, or until ``interrupt``."""
        delay_s = self.next_delay()
        self._failures += 1
        self._floor_s = 0.0
        self._delay_s = None
        try:
            async with asyncio.timeout(delay_s):
                await self._interrupted.wait()
        except TimeoutError:
            pass

    def interrupt(self) -> None:
        """End the present wait, and every later one, at once."""
        self._interrupted.set()
