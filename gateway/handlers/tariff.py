"""Tariffs: mine, those open to me, changing, and which would be cheapest."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import TariffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The tariff of the number, with its prices."""

    name = "tariff.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The tariffs that are open to this number, with their ids."""

    name = "tariff.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Command):
    """Changes the tariff after a question with the price of the change."""

    name = "tariff.change"
    tariff: TariffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Advise(Command):
    """Which tariff would have been cheapest over the last three months of use."""

    name = "tariff.advise"
