"""Sending an SMS to another number."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import MessageText, Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    """Sends a text; without one, asks for it on the screen."""

    name = "message.send"
    number: Msisdn
    text: MessageText = MessageText("")
