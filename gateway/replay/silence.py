"""What stands where the wire would be when recorded messages go through the intake again: nobody listens. Pure."""

from __future__ import annotations

from smpp.connection import Connection
from smpp.pdu import Pdu


class SilentSession:
    """A connection of the recording: the intake answers to it, and nobody listens."""

    def __init__(self, number: int, name: str, account: str) -> None:
        self.id = number
        self.name = name
        self.system_id = account
        self.peer = ""
        self.answers = 0
        self.refused = 0

    def answer(self, request: Pdu | tuple[int, int], status: int = 0, *, message_id: str = "") -> int:
        self.answers += 1
        self.refused += bool(status)
        return self.answers

    def flush(self) -> None:
        """There is no socket."""


class SilentSender:
    """The intake's way to the sender: there is no peer whose window could open."""

    def response(self, context: object, pdu: Pdu | None) -> None: ...
    def lost(self, connection: Connection) -> None: ...
    def pump(self) -> None: ...
