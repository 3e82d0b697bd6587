"""Parents and their children's numbers, from either side. Pure."""

from __future__ import annotations

from gateway.model import Msisdn, Record


class Children(Record, frozen=True, array_like=True, gc=False):
    """The numbers that a number, the key, looks after."""

    kind = "children"
    numbers: tuple[Msisdn, ...] = ()


class Parents(Record, frozen=True, array_like=True, gc=False):
    """The numbers that look after a number, the key."""

    kind = "parents"
    numbers: tuple[Msisdn, ...] = ()
