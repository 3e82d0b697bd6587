"""Promised payment: money now, taken back with a fee at the end of its term."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Command):
    """What sum is possible now, its fee and its term."""

    name = "promised.offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Command):
    """Takes a promised payment of whole units after a question with the fee and the day it is taken back."""

    name = "promised.take"
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Command):
    """The payments that run and those of the past."""

    name = "promised.history"
