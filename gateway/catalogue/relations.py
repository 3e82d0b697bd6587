"""What numbers may be to one another: children, families, whom one may locate. Values only, from `products.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Money


@dataclass(frozen=True, slots=True)
class ChildRules:
    """How many children a number may look after, how many parents a child may have, whom they may keep away."""

    children_max: int = 10
    parents_max: int = 2
    barred_max: int = 30


@dataclass(frozen=True, slots=True)
class FamilyRules:
    """How many numbers may be added to one that pays."""

    members_max: int = 5


@dataclass(frozen=True, slots=True)
class LocatorRules:
    """What a request costs, what a package of them costs a month, how long lists may grow, when to ask again."""

    request_minor: Money = Money(5_00)
    package_minor: Money = Money(100_00)
    package_requests: int = 100
    contacts_max: int = 10
    places_max: int = 10
    ask_again_hours: int = 24
