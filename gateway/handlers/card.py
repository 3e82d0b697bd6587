"""Prepaid cards: their code tops an account up, once."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import CardCode, Command
from gateway.model import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem(Command):
    """Tops up the own number, or another one, by a card."""

    name = "card.redeem"
    card: CardCode
    number: Msisdn | None = None
