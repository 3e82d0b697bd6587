"""Our requests that wait for a response: the messages, whose number the send window limits, and the control requests.

bind, enquire_link and unbind are outside the window, otherwise two full windows would wait for each other for ever.
A request leaves by its response, by expiry or with the connection, never silently: who removes it has it in hand.
"""

from __future__ import annotations

import msgspec

from smpp.pdu import EnquireLink, GenericNack, Pdu
from smpp.vocabulary import RESPONSE_BIT, SEQUENCE_NUMBER_MAX

__all__ = ["Outstanding", "Window"]

OVERDUE_MAX = 1_000  # requests given up whose response would still be told of

_NACK = int(GenericNack.command_id)
_ENQUIRE_LINK = int(EnquireLink.command_id)


class Outstanding(msgspec.Struct, frozen=True):
    """One request. ``answers``: how many answers were queued before it; its response proves them read."""

    context: object
    command_id: int
    sent_at: float
    answers: int


class Window:
    """Requests by sequence number, each kind in order of sending, so the first one expires first."""

    __slots__ = ("control", "messages", "overdue")

    def __init__(self) -> None:
        self.messages: dict[int, Outstanding] = {}
        self.overdue: dict[int, Outstanding] = {}  # given up, oldest first
        self.control: dict[int, Outstanding] = {}

    def free_number(self, last: int) -> int:
        """The sequence number after ``last`` that no request has; after the greatest one comes 1 (SMPP 3.4 5.1.4)."""
        messages, control = self.messages, self.control
        number = last
        while True:
            number = number + 1 if number < SEQUENCE_NUMBER_MAX else 1
            if number not in messages and number not in control:
                return number

    def take(self, response: Pdu) -> tuple[Outstanding, bool] | None:
        """Removes the request that ``response`` answers; True: a control request. None: it answers nothing of ours."""
        sequence, command_id = response.sequence_number, response.command_id
        requests, control = self.messages, False
        entry = requests.get(sequence)
        if entry is None:
            requests, control = self.control, True
            entry = requests.get(sequence)
        if entry is None or (command_id != entry.command_id | RESPONSE_BIT and command_id != _NACK):
            return None
        del requests[sequence]
        return entry, control

    def take_overdue(self, now: float, limit_s: float) -> list[Outstanding]:
        """Removes the messages that have waited for ``limit_s``."""
        # The sum is the deadline as it was announced; a difference could round to the other side of it.
        numbers = [number for number, entry in self.messages.items() if entry.sent_at + limit_s <= now]
        overdue = {number: self.messages.pop(number) for number in numbers}
        self.overdue.update(overdue)
        for number in list(self.overdue)[:-OVERDUE_MAX]:
            del self.overdue[number]
        return list(overdue.values())

    def take_late(self, response: Pdu) -> Outstanding | None:
        """Removes the message, given up already, that ``response`` answers after all; None: it answers none."""
        entry = self.overdue.get(response.sequence_number)
        if entry is None or response.command_id not in (entry.command_id | RESPONSE_BIT, _NACK):
            return None
        return self.overdue.pop(response.sequence_number)

    def pings(self) -> list[int]:
        """The sequence numbers of the enquire_links that are not answered."""
        return [number for number, entry in self.control.items() if entry.command_id == _ENQUIRE_LINK]

    def clear(self) -> list[Outstanding]:
        """Removes everything; returns the messages, oldest first."""
        messages = list(self.messages.values())
        self.messages.clear()
        self.control.clear()
        return messages
