"""Bonus points: how they are earned and given, and what they buy. Values only, read from `products.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Money, Points, RewardId


@dataclass(frozen=True, slots=True)
class BonusRules:
    """A point for each `point_for_minor` spent; it lives `lasts_days`. Gifts are limited one by one and by month."""

    point_for_minor: Money = Money(5_00)
    lasts_days: int = 365
    gift_points_max: int = 310
    gift_points_per_month_max: int = 1000


@dataclass(frozen=True, slots=True)
class Reward:
    """What points buy: `quantity` of `unit` (min, sms, mms, mb), for `days`."""

    id: RewardId
    names: dict[str, str]
    points: Points
    unit: str
    quantity: int
    days: int = 30
