"""Regular transfers: the same sum to the same number, day by day, week by week or month by month."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Money, Msisdn, TransferPeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Sets a regular transfer in whole units, after a question with its fee."""

    name = "regular.set"
    number: Msisdn
    period: TransferPeriod
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Command):
    """Ends the regular transfer to a number."""

    name = "regular.cancel"
    number: Msisdn
