"""What the operator sells and charges: tariffs, services, fees and limits, read from `products.toml`.

Values only; a change is a new file and a reload. Money is written in minor units with the unit in the key
(`fee_minor`), time in the unit that its key names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from gateway.catalogue.melodies import Melody, MelodyRules
from gateway.catalogue.messaging import MessageRules
from gateway.catalogue.relations import ChildRules, FamilyRules, LocatorRules
from gateway.catalogue.rewards import BonusRules, Reward
from gateway.model import MelodyId, Money, RewardId, ServiceId, TariffId

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
    """A tariff: a fee a month with what it includes, and the prices of what goes beyond."""

    id: TariffId
    names: Names
    monthly_minor: Money = Money(0)
    open: bool = True
    transfers: bool = True  # may send money with *112*
    minutes_included: int = 0
    sms_included: int = 0
    megabytes_included: int = 0
    minute_minor: Money = Money(0)
    sms_minor: Money = Money(0)
    megabyte_minor: Money = Money(0)
    change_fee_minor: Money = Money(0)  # for changing to it


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
    content: bool = False  # a content provider's: a paid subscription


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
    regular_max: int = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a scale: from `from_minor` on, `value_minor` holds."""

    from_minor: Money
    value_minor: Money


def on_scale(scale: tuple[Step, ...], amount: Money) -> Money:
    """The value of the highest step that the amount reaches; 0 below the first."""
    return next((each.value_minor for each in reversed(scale) if amount >= each.from_minor), Money(0))


@dataclass(frozen=True, slots=True)
class PromisedRules:
    """Promised payment. `limits`: by what was spent in the last `spent_days`; `fees`: by the sum taken."""

    sum_min_minor: Money = Money(10_00)
    limits: tuple[Step, ...] = (
        Step(Money(0), Money(50_00)),
        Step(Money(1), Money(200_00)),
        Step(Money(300_00), Money(400_00)),
        Step(Money(500_01), Money(800_00)),
    )
    fees: tuple[Step, ...] = (
        Step(Money(0), Money(0)),
        Step(Money(31_00), Money(7_00)),
        Step(Money(100_00), Money(10_00)),
        Step(Money(200_00), Money(25_00)),
        Step(Money(500_00), Money(50_00)),
    )
    spent_days: int = 30
    lasts_days: int = 3
    debt_max_minor: Money = Money(30_00)
    forbids_tariffs: frozenset[TariffId] = frozenset()


@dataclass(frozen=True, slots=True)
class TrustRules:
    """Full trust: who may go below zero, and how far."""

    limit_minor: Money = Money(200_00)
    customer_days_min: int = 90
    spent_min_minor: Money = Money(125_00)
    spent_days: int = 90


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """ "Call me" and "top me up": requests a day."""

    call_me_per_day_max: int = 5
    top_me_up_per_day_max: int = 5


@dataclass(frozen=True, slots=True)
class BlacklistRules:
    """Which service the black list is, which one lets it keep SMS away too, and how long it may grow."""

    service: ServiceId = ServiceId(30)
    sms_service: ServiceId = ServiceId(35)
    numbers_max: int = 300


@dataclass(frozen=True, slots=True)
class FavouriteRules:
    """Favourite numbers: the service, how many, the fee of adding or changing one.

    `prefixes`: how numbers begin that are not ours and count as being of the region, landlines too.
    """

    service: ServiceId = ServiceId(61)
    numbers_max: int = 3
    price_minor: Money = Money(25_00)
    prefixes: tuple[str, ...] = ("79", "7495", "7498", "7499")


@dataclass(frozen=True, slots=True)
class VoicemailRules:
    """Which services voicemail is: the one that its code connects, and the paid one. `listen`: the number to call."""

    basic: ServiceId = ServiceId(20)
    paid: ServiceId = ServiceId(21)
    listen: str = "0860"


@dataclass(frozen=True, slots=True)
class TopUpRules:
    """What may be charged to a linked card at a time."""

    sum_min_minor: Money = Money(10_00)
    sum_max_minor: Money = Money(15_000_00)


@dataclass(frozen=True, slots=True)
class AutopayRules:
    """Automatic top-ups: thresholds, sums and what one day may cost, in minor units; the hour of monthly ones."""

    threshold_min_minor: Money = Money(30_00)
    threshold_max_minor: Money = Money(10_000_00)
    sum_min_minor: Money = Money(50_00)
    sum_max_minor: Money = Money(10_000_00)
    per_day_max_minor: Money = Money(15_000_00)
    hour: int = 10


@dataclass(frozen=True, slots=True)
class BillRules:
    """A company's bill: what may be paid from its card at a time, in minor units; the hour of scheduled payments."""

    sum_min_minor: Money = Money(100_00)
    sum_max_minor: Money = Money(100_000_00)
    hour: int = 10


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """Passwords: how long one sent by SMS holds, what a chosen one must be, and when wrong ones lock."""

    sms_minutes: int = 10
    sms_per_day_max: int = 5
    letters_min: int = 6
    letters_max: int = 10
    remembered: int = 3
    tries_max: int = 3
    lock_minutes: int = 30
    locks_per_day_max: int = 3
    asker_wrong_per_day_max: int = 10


@dataclass(frozen=True, slots=True)
class TariffChangeRules:
    """Changing the tariff: the first change of a new number is free; how often; how far back the advice looks."""

    first_free_days: int = 30
    between_days_min: int = 1
    advice_days: int = 90
    advice_days_min: int = 30


@dataclass(frozen=True, slots=True)
class BlockRules:
    """Voluntary block: free days, then a fee a day."""

    free_days: int = 14
    fee_per_day_minor: Money = Money(1_00)


@dataclass(frozen=True, slots=True)
class CardRules:
    """Prepaid cards: after how many codes that are no good, one after another, entry is locked, and for how long."""

    wrong_max: int = 5
    lock_hours: int = 24


@dataclass(frozen=True, slots=True)
class SubscriptionRules:
    """Paid subscriptions are the services that say `content`; which service keeps new ones from being connected."""

    ban: ServiceId = ServiceId(65)


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
    service_waits_days: int = 30


@dataclass(frozen=True, slots=True)
class Opening:
    """What a number gets that the gateway creates by itself (`[subscribers] unknown = "create"`)."""

    tariff: TariffId = TariffId(1)
    balance_minor: Money = Money(0)
    region: str = "moscow"


@dataclass(frozen=True, slots=True)
class Products:
    """All of `products.toml` but `[operator]`: a field is a section of its name, or the rows of the table it names."""

    tariffs: dict[TariffId, Tariff] = field(default_factory=dict, metadata={"table": "tariff"})
    services: dict[ServiceId, Service] = field(default_factory=dict, metadata={"table": "service"})
    transfer: TransferRules = TransferRules()
    limits: Limits = Limits()
    opening: Opening = Opening()
    promised: PromisedRules = PromisedRules()
    trust: TrustRules = TrustRules()
    callback: CallbackRules = CallbackRules()
    blacklist: BlacklistRules = BlacklistRules()
    top_up: TopUpRules = TopUpRules()
    autopay: AutopayRules = AutopayRules()
    bill: BillRules = BillRules()
    password: PasswordRules = PasswordRules()
    block: BlockRules = BlockRules()
    tariff_change: TariffChangeRules = TariffChangeRules()
    bonus: BonusRules = BonusRules()
    voicemail: VoicemailRules = VoicemailRules()
    favourite: FavouriteRules = FavouriteRules()
    melody: MelodyRules = MelodyRules()
    melodies: dict[MelodyId, Melody] = field(default_factory=dict, metadata={"table": "tune"})
    rewards: dict[RewardId, Reward] = field(default_factory=dict, metadata={"table": "reward"})
    cards: CardRules = CardRules()
    subscription: SubscriptionRules = SubscriptionRules()
    message: MessageRules = MessageRules()
    child: ChildRules = ChildRules()
    family: FamilyRules = FamilyRules()
    locator: LocatorRules = LocatorRules()

    def names(self) -> list[Names]:
        """Every name that a text may have to show."""
        named = (self.tariffs, self.services, self.rewards, self.melodies)
        return [each.names for rows in named for each in rows.values()]
