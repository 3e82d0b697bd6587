"""Automatic top-ups from the linked card: below a threshold, or on a day of the month."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Day, Money, Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The rule that is on, and when it was last used."""

    name = "autopay.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Below(Command):
    """Adds a sum whenever the balance falls below the threshold, both in whole units."""

    name = "autopay.below"
    threshold: Threshold
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Monthly(Command):
    """Adds a sum on a day of each month, the last day where a month is shorter."""

    name = "autopay.monthly"
    day: Day
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Off(Command):
    """Switches the rule off."""

    name = "autopay.off"
