"""Prepaid cards: how the gateway knows their codes, and who has typed wrong ones. Pure."""

from __future__ import annotations

from gateway.model import NO_MONEY, Instant, Money, Msisdn, Record

SALT = b"ussdgw/card/code"
"""The same for all cards: a card is found by the hash of its code. A changed salt makes every card unknown."""


class Card(Record, frozen=True, array_like=True, gc=False):
    """A card of the operator. The key is the slow hash of its code; without a sum there is no such card."""

    kind = "card"
    amount: Money = NO_MONEY
    expires_at: Instant = Instant(0)  # good until then
    active: bool = False  # sold: a card on its way to the shop is worth nothing yet
    used_at: Instant = Instant(0)  # 0: not used
    used_by: Msisdn = Msisdn("")


class CardTries(Record, frozen=True, array_like=True, gc=False):
    """Codes that were no good, in a row, and when the last one came. The key is the number that typed them."""

    kind = "card_tries"
    wrong: int = 0
    last_at: Instant = Instant(0)
