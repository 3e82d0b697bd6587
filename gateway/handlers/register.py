"""Registration of the personal account."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Command):
    """Opens the personal account of a number: free, once."""

    name = "register.open"
    own_number_only = True
