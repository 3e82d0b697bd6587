"""Payments from the card that a subscriber has linked with the payment system (docs/effects.md). Pure.

The money comes from outside: nothing is credited before the payment system has answered, and nothing twice.
"""

from __future__ import annotations

from gateway.commands import Effect
from gateway.model import Money, Msisdn

CHANNEL = "payments"
REASONS = ("no_card", "card_expired", "declined", "limit")
"""What the payment system may refuse with; whatever else it says is no answer."""
FAILURES = (*REASONS, "no_answer")


def payment(
    payer: Msisdn,
    credited: Msisdn,
    amount: Money,
    *,
    currency: str,
    purpose: str,
    command: str,
    arguments: tuple[tuple[str, str | int], ...] = (),
) -> Effect:
    """Asks the payment system for a sum of minor units; `command` gets what it answered, with these arguments."""
    document = {
        "payer": payer,
        "credited": credited,
        "amount_minor": amount,
        "currency": currency,
        "purpose": purpose,
    }
    return Effect(CHANNEL, document, command=command, msisdn=payer, arguments=arguments)


def failure(answer: str) -> str:
    """The refusal that an answer means."""
    return answer if answer in REASONS else "no_answer"
