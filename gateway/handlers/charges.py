"""Control of expenses."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Last(Command):
    """The last five paid actions."""

    name = "charges.last"
