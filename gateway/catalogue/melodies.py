"""Ringback melodies and what they cost. Values only, read from `products.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import MelodyId, Money, ServiceId


@dataclass(frozen=True, slots=True)
class MelodyRules:
    """Which service the ringback melody is."""

    service: ServiceId = ServiceId(12)


@dataclass(frozen=True, slots=True)
class Melody:
    """One melody; the price is that of a month."""

    id: MelodyId
    names: dict[str, str]
    category: dict[str, str]
    price_minor: Money
