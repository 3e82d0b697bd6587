"""Social networks as a way to log in: a code links a profile to the number."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Command):
    """Sends the code that links a profile: network 1 VK, 2 OK, 3 Facebook, 4 Mail.ru."""

    name = "social.link"
    own_number_only = True
    network: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """Confirms the link with its code."""

    name = "social.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(Command):
    """Removes the link to a network, numbered as for linking."""

    name = "social.unlink"
    own_number_only = True
    network: int
