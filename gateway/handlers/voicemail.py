"""Voicemail: on, off, what waits, and when it answers."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command
from gateway.model import AnswerDelay


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Connects basic voicemail after a question."""

    name = "voicemail.connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Command):
    """Disconnects voicemail after a question."""

    name = "voicemail.disconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages(Command):
    """How many messages wait, and how to hear them."""

    name = "voicemail.messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Command):
    """After how many seconds of ringing voicemail answers."""

    name = "voicemail.delay"
    delay_s: AnswerDelay
