"""Which acknowledgements the peers have, and which are in doubt: the rule that keeps effects single.

An acknowledged message is confirmed once the peer answered a request that was sent later on the same connection.
What is unconfirmed when its connection ends or the process dies is in doubt, and so is what was acknowledged later
than the peer waits. Only what is in doubt can be recognised as a redelivery; a genuine repeat of a confirmed message
is never one. Pure; the engine tells it what happened.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec

from gateway.model import Instant


class Taken(msgspec.Struct, frozen=True, gc=False):
    """A message that was taken: its number, that of the message whose effect it had, and how to recognise it."""

    number: int
    original: int
    fingerprint: bytes
    sequence_number: int
    at: Instant


STALE_MS = 5_000
"""A living peer confirms within a second or so, because a request follows; one that has not for so long is perhaps
dead already, although nothing has told us (a half-open connection)."""


class Doubts:
    def __init__(self, horizon_ms: int) -> None:
        self.horizon_ms = horizon_ms
        self._unconfirmed: dict[int, deque[Taken]] = {}
        self._sequences: dict[tuple[int, int], Taken] = {}
        self._in_doubt: dict[bytes, list[Taken]] = {}
        self._late: set[int] = set()
        self._stale: dict[int, list[Taken]] = {}  # by connection: in doubt although it has not ended

    def restore(self, taken: Iterable[Taken]) -> None:
        """What was unconfirmed when the process ended."""
        for each in taken:
            self._in_doubt.setdefault(each.fingerprint, []).append(each)

    def match(self, connection: int, sequence_number: int, fingerprint: bytes, at: Instant) -> Taken | None:
        """The message that this one repeats; None if it is a new one.

        The same sequence number on the same connection is a retransmission; another one is a redelivery only of
        what is in doubt. A match is taken out of the doubts: the repeat's own acknowledgement stands for it now.
        """
        same = self._sequences.get((connection, sequence_number))
        if same is not None and same.fingerprint == fingerprint:
            return same
        if len(self._unconfirmed) > 1:
            self._doubt_stale(connection, at)
        if not self._in_doubt:
            return None
        waiting = self._in_doubt.pop(fingerprint, [])
        fresh = [each for each in waiting if at - each.at <= self.horizon_ms]
        if not fresh:
            return None
        if fresh[1:]:
            self._in_doubt[fingerprint] = fresh[1:]
        return fresh[0]

    def give_back(self, matched: Iterable[Taken]) -> None:
        """Matches of a batch that was not written: those that were in doubt are so again."""
        living = {id(each) for each in self._sequences.values()}
        self.restore(each for each in matched if id(each) not in living)

    def take(self, connection: int, taken: Taken) -> None:
        """A message was decided and is about to be acknowledged."""
        self._unconfirmed.setdefault(connection, deque()).append(taken)
        self._sequences[(connection, taken.sequence_number)] = taken

    def late(self, number: int) -> None:
        """Its acknowledgement left after the peer's own timer: the peer may have given it up already."""
        self._late.add(number)

    def confirm(self, connection: int, number: int) -> None:
        """The peer has the acknowledgements up to that number; late ones stay in doubt."""
        if self._stale:
            self._clear_stale(connection, number)
        waiting = self._unconfirmed.get(connection)
        while waiting and waiting[0].number <= number:
            taken = waiting.popleft()
            self._forget_sequence(connection, taken)
            if taken.number in self._late:
                self._late.discard(taken.number)
                self._in_doubt.setdefault(taken.fingerprint, []).append(taken)

    def _doubt_stale(self, connection: int, at: Instant) -> None:
        """What another connection has left unconfirmed for long may come again by this one."""
        for other, waiting in self._unconfirmed.items():
            while other != connection and waiting and at - waiting[0].at > STALE_MS:
                taken = waiting.popleft()
                self._forget_sequence(other, taken)
                self._in_doubt.setdefault(taken.fingerprint, []).append(taken)
                self._stale.setdefault(other, []).append(taken)

    def _clear_stale(self, connection: int, number: int) -> None:
        """The connection lived after all, and has confirmed them now: a repeat of one is a genuine one."""
        for taken in self._stale.pop(connection, []):
            doubts = self._in_doubt.get(taken.fingerprint, [])
            if taken.number <= number and taken in doubts:
                doubts.remove(taken)

    def lost(self, connection: int) -> None:
        """The connection ended: what it did not confirm is in doubt."""
        self._stale.pop(connection, None)
        for taken in self._unconfirmed.pop(connection, ()):
            self._forget_sequence(connection, taken)
            self._late.discard(taken.number)
            self._in_doubt.setdefault(taken.fingerprint, []).append(taken)

    def expire(self, at: Instant) -> None:
        """Drops what is older than the horizon, so that memory stays bounded."""
        for fingerprint, waiting in list(self._in_doubt.items()):
            fresh = [each for each in waiting if at - each.at <= self.horizon_ms]
            if fresh:
                self._in_doubt[fingerprint] = fresh
            else:
                del self._in_doubt[fingerprint]

    @property
    def in_doubt(self) -> int:
        return sum(len(each) for each in self._in_doubt.values())

    def _forget_sequence(self, connection: int, taken: Taken) -> None:
        key = (connection, taken.sequence_number)
        if self._sequences.get(key) is taken:
            del self._sequences[key]
