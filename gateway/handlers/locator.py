"""Locating other subscribers, who must have agreed to it, and can take it back."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Otp
from gateway.model import Msisdn, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """Whom I may locate, and how many requests are left."""

    name = "locator.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Command):
    """Asks a number for its consent; `contact` is what the subscriber calls its holder."""

    name = "locator.add"
    number: Msisdn
    contact: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Takes somebody off my list, by number or by name."""

    name = "locator.remove"
    number: Msisdn | None = None
    contact: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Command):
    """Where somebody is now, by number or by name; he is told."""

    name = "locator.find"
    number: Msisdn | None = None
    contact: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The one to be located consents."""

    name = "locator.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The one to be located refuses, or takes his consent back."""

    name = "locator.decline"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Command):
    """Names the place where the subscriber is now."""

    name = "locator.place"
    place: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Command):
    """Stops the service, and erases every consent given by this number."""

    name = "locator.stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Command):
    """Requests left in the package, and when it is charged next."""

    name = "locator.package"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOn(Command):
    """Connects the package of requests after a question with its price."""

    name = "locator.package_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOff(Command):
    """Disconnects the package of requests."""

    name = "locator.package_off"
