"""How wrong codes and passwords lock their entry. Pure."""

from __future__ import annotations

from gateway.model import CodeTries, Instant


def locked(tries: CodeTries, day: int, *, until: Instant, locks_max: int, long_until: Instant) -> CodeTries:
    """One lock more on that day of the operator's calendar; the last one that a day may have holds for longer."""
    locks = tries.locks + 1 if tries.day == day else 1
    return CodeTries(wrong=0, locked_until=long_until if locks >= locks_max else until, day=day, locks=locks)
