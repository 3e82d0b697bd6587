"""Our requests that wait for a response: the messages, whose number the send window limits, and the control requests.

bind, enquire_link and unbind are outside the window, otherwise two full windows would wait for each other for ever.
A request leaves by its response, by expiry or with the connection, never silently: who removes it has it in hand.

A peer that takes messages and answers none would swallow a window of them at every expiry, and, once it answers again,
be kept waiting by requests that it has forgotten. So a mute peer gets one message now and then, as a probe; and what
is much older than the last request that was answered occupies no place any more, although its response still counts.
"""

from __future__ import annotations

from typing import Final

import msgspec

from smpp.pdu import EnquireLink, GenericNack, Pdu
from smpp.vocabulary import RESPONSE_BIT, SEQUENCE_NUMBER_MAX

__all__ = ["LATE_MAX", "MUTE_S", "PROBE_S", "Outstanding", "Window"]

MUTE_S: Final = 5.0  # so long without any answer to what is outstanding, and the peer is mute
PROBE_S: Final = 5.0  # between two messages to a mute peer
LATE_MAX: Final = 1000  # expired requests whose late response would still be recognised

_NACK = int(GenericNack.command_id)
_ENQUIRE_LINK = int(EnquireLink.command_id)


class Outstanding(msgspec.Struct, frozen=True, gc=False):
    """One request. ``answers``: how many answers were queued before it; its response proves them read."""

    context: object
    command_id: int
    sent_at: float
    answers: int


class Window:
    """Requests by sequence number, each kind in order of sending, so the first one expires first."""

    __slots__ = ("_answered_at", "_answered_sent_at", "_expired", "control", "messages", "stalled")

    def __init__(self) -> None:
        self.messages: dict[int, Outstanding] = {}
        self.control: dict[int, Outstanding] = {}
        self.stalled = False
        self._expired: dict[int, Outstanding] = {}  # oldest first
        self._answered_at = self._answered_sent_at = float("-inf")

    def free(self, limit: int, now: float) -> int:
        """How many messages may be sent under a window of ``limit``."""
        messages = self.messages
        if self.stalled:
            newest = next(reversed(messages.values())).sent_at if messages else float("-inf")
            return 1 if now - newest >= PROBE_S and len(messages) < 2 * limit else 0
        free = limit - len(messages)
        if free > 0:
            return free
        forgotten = 0
        for entry in messages.values():
            if entry.sent_at > self._answered_sent_at - MUTE_S:
                break
            forgotten += 1
        return max(0, free + min(forgotten, limit))

    def watch(self, now: float) -> None:
        """Sees whether the peer has fallen silent; to be called about once a second."""
        if self.messages and not self.stalled:
            oldest = next(iter(self.messages.values())).sent_at
            self.stalled = now - max(oldest, self._answered_at) >= MUTE_S

    def free_number(self, last: int) -> int:
        """The sequence number after ``last`` that no request has; after the greatest one comes 1 (SMPP 3.4 5.1.4)."""
        messages, control = self.messages, self.control
        number = last
        while True:
            number = number + 1 if number < SEQUENCE_NUMBER_MAX else 1
            if number not in messages and number not in control:
                return number

    def take(self, response: Pdu, now: float) -> tuple[Outstanding, bool] | None:
        """Removes the request that ``response`` answers; True: a control request. None: it answers nothing of ours.

        A generic_nack of number 0 comes from a peer that could not read a number (SMPP 3.4 4.3.1). Where one request
        waits, it is that one; among several nobody can tell, and each waits for its own time.
        """
        sequence, command_id = response.sequence_number, response.command_id
        if not sequence and command_id == _NACK and len(self.messages) + len(self.control) == 1:
            sequence = next(iter(self.messages or self.control))
        requests, control = self.messages, False
        entry = requests.get(sequence)
        if entry is None:
            requests, control = self.control, True
            entry = requests.get(sequence)
        if entry is None or (command_id != entry.command_id | RESPONSE_BIT and command_id != _NACK):
            return None
        del requests[sequence]
        if not control:
            self._answered_at, self._answered_sent_at = now, entry.sent_at
            self.stalled = False
        return entry, control

    def take_late(self, response: Pdu) -> Outstanding | None:
        """Removes the expired request that ``response`` answers after all; None: it answers none."""
        entry = self._expired.get(response.sequence_number)
        if entry is None or response.command_id not in (entry.command_id | RESPONSE_BIT, _NACK):
            return None
        self.stalled = False
        return self._expired.pop(response.sequence_number)

    def take_overdue(self, now: float, limit_s: float) -> list[Outstanding]:
        """Removes the messages that have waited for ``limit_s``."""
        # The sum is the deadline as it was announced; a difference could round to the other side of it.
        overdue = [number for number, entry in self.messages.items() if entry.sent_at + limit_s <= now]
        taken = [self.messages.pop(number) for number in overdue]
        self._expired.update(zip(overdue, taken, strict=True))
        while len(self._expired) > LATE_MAX:
            del self._expired[next(iter(self._expired))]
        return taken

    def pings(self) -> list[int]:
        """The sequence numbers of the enquire_links that are not answered."""
        return [number for number, entry in self.control.items() if entry.command_id == _ENQUIRE_LINK]

    def clear(self) -> list[Outstanding]:
        """Removes everything; returns the messages, oldest first."""
        messages = list(self.messages.values())
        self.messages.clear()
        self.control.clear()
        self._expired.clear()
        return messages
