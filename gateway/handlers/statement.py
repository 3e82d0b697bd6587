"""The detailed statement of use, up to six months back."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Date, Email


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """The statement of a period, this month's where none is given; by e-mail where an address is."""

    name = "statement.show"
    since: Date | None = None
    until: Date | None = None
    email: Email | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(Command):
    """How statements are delivered: 1 SMS, 2 e-mail as HTML, 3 as PDF, 4 as a table (xls)."""

    name = "statement.deliver"
    delivery: int
