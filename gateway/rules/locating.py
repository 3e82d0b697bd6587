"""Who may locate whom, what they call one another, and the requests that were paid for by the month. Pure."""

from __future__ import annotations

import msgspec

from gateway.commands import UnitOfWork
from gateway.model import CodeRef, Instant, Msisdn, Record


class Contacts(Record, frozen=True, array_like=True, gc=False):
    """Whom a number, the key, may locate, and what it calls them; the places that it has named.

    `asked`: who was asked for consent lately, and when.
    """

    kind = "contacts"
    of: tuple[tuple[Msisdn, str], ...] = ()
    asked: tuple[tuple[Msisdn, Instant], ...] = ()
    places: tuple[tuple[str, str], ...] = ()

    def named(self, name: str) -> Msisdn | None:
        """The number that has this name, however it is written."""
        return next((number for number, each in self.of if each and folded(each) == folded(name)), None)

    def name_of(self, number: Msisdn) -> str:
        """What the number is called; as it is dialled where it has no name."""
        return dict(self.of).get(number) or f"+{number}"

    def without(self, number: Msisdn) -> Contacts:
        return msgspec.structs.replace(self, of=tuple(each for each in self.of if each[0] != number))


class Consents(Record, frozen=True, array_like=True, gc=False):
    """Who may locate a number, the key, and the codes that take it back."""

    kind = "locatable"
    given: tuple[tuple[Msisdn, CodeRef], ...] = ()

    def without(self, number: Msisdn) -> Consents:
        return Consents(self.key, tuple(each for each in self.given if each[0] != number))


class PackageOfRequests(Record, frozen=True, array_like=True, gc=False):
    """The requests that a number, the key, has paid for by the month; `since`: from when its months are reckoned."""

    kind = "locator_package"
    left: int = 0
    until: Instant = Instant(0)
    renews: bool = False
    since: Instant = Instant(0)


def folded(name: str) -> str:
    return name.casefold().replace("ё", "е")


def may_locate(uow: UnitOfWork, asker: Msisdn, number: Msisdn) -> CodeRef | None:
    """The code that takes the consent back; None where there is none."""
    return dict(uow.record(Consents, number).given).get(asker)
