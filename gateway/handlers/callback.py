"""Free requests to another subscriber: call me back, top me up."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Money, Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMe(Command):
    """Asks a number to call back."""

    name = "callback.call_me"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class TopMeUp(Command):
    """Asks a number for money, a certain sum in whole units or any; it gets a ready code to transfer it."""

    name = "callback.top_me_up"
    number: Msisdn
    amount: Money | None = None
