"""Messages that subscribers send by a code: limits and prices. Values only, read from `products.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Money, ServiceId


@dataclass(frozen=True, slots=True)
class MessageRules:
    """SMS and MMS sent by a code: how many a day, which service MMS is, what one costs. SMS cost as the tariff says."""

    sms_per_day_max: int = 20
    same_text_per_day_max: int = 5
    mms_per_day_max: int = 10
    mms_service: ServiceId = ServiceId(36)
    mms_minor: Money = Money(9_90)
