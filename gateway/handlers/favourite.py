"""Favourite numbers: calls and messages to them cost less."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import AnyNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The favourite numbers."""

    name = "favourite.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Command):
    """Adds a number, mobile or a landline of the region, after a question with the price."""

    name = "favourite.add"
    number: AnyNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Removes a number; free."""

    name = "favourite.remove"
    number: AnyNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace(Command):
    """Puts a new number in the place of an old one, after a question with the price."""

    name = "favourite.replace"
    old: AnyNumber
    number: AnyNumber
