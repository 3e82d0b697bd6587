"""Full trust: paying after use, within a limit."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    """Whether it is on, the limit, and the conditions."""

    name = "trust.show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Connects it where the conditions are met."""

    name = "trust.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    """Disconnects it after a question."""

    name = "trust.disconnect"
