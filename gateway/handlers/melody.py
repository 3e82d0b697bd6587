"""Ringback melodies: what others hear while they wait for an answer."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import MelodyId, Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Switches the service on after a question with its price."""

    name = "melody.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    """Switches the service off after a question."""

    name = "melody.disconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Command):
    """The melodies by category, with ids and prices."""

    name = "melody.choose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Sets a melody after a question with its price and renewal."""

    name = "melody.set"
    melody: MelodyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Removes one melody and keeps the service."""

    name = "melody.remove"
    melody: MelodyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy(Command):
    """Sets the melody that another subscriber has, after a question with its price."""

    name = "melody.copy"
    number: Msisdn
