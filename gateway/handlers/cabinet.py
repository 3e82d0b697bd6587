"""The end of the personal account."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Command):
    """Explains that the contract goes on, and after a question closes the personal account only."""

    name = "cabinet.delete"
    own_number_only = True
