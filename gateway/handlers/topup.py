"""Topping up from a linked bank card."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Money, Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Command):
    """The ways to pay."""

    name = "topup.menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Command):
    """Tops up the own number, or another one, in whole units from the linked card, after a question."""

    name = "topup.pay"
    amount: Money
    number: Msisdn | None = None
