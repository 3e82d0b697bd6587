"""Sending an MMS with a saved picture."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import Msisdn, PictureId


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The saved pictures with their ids."""

    name = "picture.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    """Sends a saved picture to a number."""

    name = "picture.send"
    number: Msisdn
    picture: PictureId
