"""Bonus points: joining, spending, giving them away."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Otp
from gateway.model import Msisdn, Points, RewardId


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The points, and which of them expire next."""

    name = "bonus.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Command):
    """Joins the programme."""

    name = "bonus.join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Command):
    """Leaves the programme after a question: the points burn."""

    name = "bonus.leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue(Command):
    """The rewards with their ids and prices in points."""

    name = "bonus.catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend(Command):
    """Takes a reward for points after a question."""

    name = "bonus.spend"
    reward: RewardId


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Command):
    """The last movements of points."""

    name = "bonus.history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift(Command):
    """Offers points to another member, who has to accept; they are reserved until then."""

    name = "bonus.gift"
    number: Msisdn
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The receiver accepts a gift."""

    name = "bonus.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The receiver declines a gift."""

    name = "bonus.decline"
    own_number_only = True
    code: Otp
