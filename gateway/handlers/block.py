"""Blocking a number whose SIM is lost, and unblocking it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Password
from gateway.model import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Blocks this number at once; or a lost one from any phone, with that number's password."""

    name = "block.set"
    while_blocked = True
    number: Msisdn | None = None
    password: Password | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift(Command):
    """Unblocks a number, always with its password; without one, says how."""

    name = "block.lift"
    while_blocked = True
    number: Msisdn | None = None
    password: Password | None = None
