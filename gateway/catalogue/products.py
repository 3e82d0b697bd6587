"""What the operator sells and charges: tariffs, services, fees and limits, read from `products.toml`.

Values only; a change is a new file and a reload. Money is written in minor units with the unit in the key
(`fee_minor`), time in the unit that its key names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from gateway.model import Money, ServiceId, TariffId

Names = dict[str, str]
"""A name in each language: `{"ru": ..., "bg": ..., "en": ...}`."""


class Period(StrEnum):
    ONCE = "once"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True)
class Operator:
    """Whose network it is: what numbers mean, whose days count, what money is called."""

    country: str = "RU"
    time_zone: str = "Europe/Moscow"
    currency: str = "RUB"
    short_number: str = "111"
    short_numbers: tuple[str, ...] = ("111", "4555", "6677", "8111", "1111")

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Tariff:
    id: TariffId
    names: Names
    monthly_minor: Money = Money(0)
    open: bool = True
    transfers: bool = True  # may send money with *112*


@dataclass(frozen=True, slots=True)
class Service:
    id: ServiceId
    names: Names
    price_minor: Money = Money(0)
    period: Period = Period.MONTH
    excludes: frozenset[ServiceId] = frozenset()
    needs_tariffs: frozenset[TariffId] = frozenset()
    forbids_tariffs: frozenset[TariffId] = frozenset()
    mandatory: bool = False
    open: bool = True  # can be connected now


@dataclass(frozen=True, slots=True)
class TransferRules:
    """Direct transfer: limits and fee, in minor units."""

    sum_min_minor: Money = Money(1_00)
    sum_max_minor: Money = Money(300_00)
    fee_minor: Money = Money(7_00)
    sent_per_day_max_minor: Money = Money(1500_00)
    received_per_day_max_minor: Money = Money(3000_00)
    left_min_minor: Money = Money(90_00)
    code_minutes: int = 5


@dataclass(frozen=True, slots=True)
class Limits:
    linked_numbers_max: int = 10
    acting_minutes: int = 15
    question_minutes: int = 60
    consent_hours: int = 24
    code_tries_max: int = 3
    code_lock_minutes: int = 30
    code_locks_per_day_max: int = 3
    code_day_lock_hours: int = 24


@dataclass(frozen=True, slots=True)
class Opening:
    """What a number gets that the gateway creates by itself (`[subscribers] unknown = "create"`)."""

    tariff: TariffId = TariffId(1)
    balance_minor: Money = Money(0)
    region: str = "moscow"


@dataclass(frozen=True, slots=True)
class Products:
    tariffs: dict[TariffId, Tariff] = field(default_factory=dict)
    services: dict[ServiceId, Service] = field(default_factory=dict)
    transfer: TransferRules = TransferRules()
    limits: Limits = Limits()
    opening: Opening = Opening()

    def names(self) -> list[Names]:
        """Every name that a text may have to show."""
        return [tariff.names for tariff in self.tariffs.values()] + [each.names for each in self.services.values()]
