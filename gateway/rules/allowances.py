"""Packages of minutes, messages and megabytes: what is used up first. Pure."""

from __future__ import annotations

import msgspec

from gateway.model import Allowance, Instant, Subscriber

ENDLESS = Instant(2**62)


def used_up(subscriber: Subscriber, unit: str, count: int, at: Instant) -> tuple[Subscriber, int]:
    """Takes from the packages of a unit, those that end first before the others: and what is not covered."""
    live = [each for each in subscriber.allowances if _is_live(each, unit, at)]
    changed: dict[int, Allowance] = {}
    for each in sorted(live, key=lambda one: one.until or ENDLESS):
        taken = min(count, each.left)
        count -= taken
        changed[id(each)] = msgspec.structs.replace(each, left=each.left - taken)
    allowances = tuple(changed.get(id(each), each) for each in subscriber.allowances)
    return msgspec.structs.replace(subscriber, allowances=allowances), count


def given_back(subscriber: Subscriber, unit: str, count: int, at: Instant) -> Subscriber:
    """What was taken for nothing goes back, into the package that ends last; into none where all have ended."""
    live = [each for each in subscriber.allowances if _is_live(each, unit, at)]
    if not live or not count:
        return subscriber
    last = max(live, key=lambda one: one.until or ENDLESS)
    more = msgspec.structs.replace(last, left=last.left + count)
    return msgspec.structs.replace(
        subscriber, allowances=tuple(more if each is last else each for each in subscriber.allowances)
    )


def _is_live(allowance: Allowance, unit: str, at: Instant) -> bool:
    return allowance.unit.lower() == unit and (not allowance.until or allowance.until > at)
