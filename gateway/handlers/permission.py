"""The balance of another number, which that number has to permit."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """Whether others may see this number's balance, and how to change it."""

    name = "permission.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Command):
    """Permits it."""

    name = "permission.open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    """Forbids it."""

    name = "permission.close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Command):
    """The balance of another number, if that number permits it."""

    name = "permission.balance"
    number: Msisdn
