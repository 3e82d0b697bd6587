"""A child's number under its parent's control, with the consent given from the child's phone."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Otp
from gateway.model import BarredNumber, Msisdn, TariffId


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """My children's numbers."""

    name = "child.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Command):
    """Asks for the consent: a code goes to the child's phone."""

    name = "child.add"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Ends the control over a number."""

    name = "child.remove"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The child consents."""

    name = "child.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The child declines."""

    name = "child.decline"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """Balance, tariff, paid services and place of a child."""

    name = "child.show"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTariff(Command):
    """Changes a child's tariff after a question."""

    name = "child.set_tariff"
    number: Msisdn
    tariff: TariffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Command):
    """Bars a number for a child."""

    name = "child.bar"
    number: Msisdn
    barred: BarredNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbar(Command):
    """Removes a number from a child's black list."""

    name = "child.unbar"
    number: Msisdn
    barred: BarredNumber
