"""The family's common bill: one pays, all use."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Otp
from gateway.model import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The members, and the common balance."""

    name = "family.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Command):
    """Files the request, and asks the member for consent."""

    name = "family.invite"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Takes a member off the common bill after a question."""

    name = "family.remove"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The member agrees."""

    name = "family.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The member declines."""

    name = "family.decline"
    own_number_only = True
    code: Otp
