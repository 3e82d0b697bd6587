"""The password of the personal account: asked for, sent by SMS, chosen."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Password


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    """Sends a new one-time password by SMS."""

    name = "password.send"
    own_number_only = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Command):
    """Replaces the permanent password at once."""

    name = "password.set"
    own_number_only = True
    password: Password
