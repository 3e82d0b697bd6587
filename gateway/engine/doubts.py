"""Which acknowledgements the peers have, and which are in doubt: the rule that keeps effects single.

An acknowledged message is confirmed once the peer answered a request that was sent later on the same connection.
What is unconfirmed when its connection ends or the process dies is in doubt, and so is what was not confirmed while
the peer's own timer ran: the peer may have read the acknowledgement too late, and send again although it has it. Only
what is in doubt can be recognised as a redelivery; a genuine repeat of a confirmed message is never one. Pure; the
engine tells it what happened.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

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


IN_TIME_SHARE = 0.9
"""Of the peer's timer: what is confirmed within it was read in time. The rest is for the way, because the peer's timer
began before we read the message."""


JUMPS_MAX = 16
"""Of the clock, that are remembered: beyond so many within a horizon it is no clock."""


class Terms(msgspec.Struct, frozen=True):
    """Of one link or listener: how long a redelivery may come after, and how long the peer waits for us."""

    horizon_ms: int
    peer_timer_ms: int = 30_000

    @property
    def in_time_ms(self) -> int:
        """An acknowledgement that is confirmed no later than this after its message was read in time."""
        return int(self.peer_timer_ms * IN_TIME_SHARE)


class Doubts:
    """Args: the horizon of links that have no terms of their own; terms by the name of the link or listener."""

    def __init__(self, horizon_ms: int, terms: Mapping[str, Terms] | None = None) -> None:
        self._terms = dict(terms or {})
        self._other_terms = Terms(horizon_ms)
        self.horizon_ms = max([horizon_ms, *(each.horizon_ms for each in self._terms.values())])
        self._unconfirmed: dict[int, deque[Taken]] = {}
        self._sequences: dict[tuple[int, int], Taken] = {}
        self._in_doubt: dict[bytes, list[Taken]] = {}
        self._late: set[int] = set()
        self._stale: dict[int, list[Taken]] = {}  # by connection: in doubt although it has not ended
        self._newest = 0
        self._jumps: list[tuple[int, int]] = []  # (the newest number then, milliseconds) of the clock

    def restore(self, taken: Iterable[Taken]) -> None:
        """What was unconfirmed when the process ended."""
        for each in taken:
            self._in_doubt.setdefault(each.fingerprint, []).append(each)

    def match(
        self, connection: int, sequence_number: int, fingerprint: bytes, at: Instant, link: str = ""
    ) -> Taken | None:
        """The message that this one repeats; None if it is a new one.

        The same sequence number on the same connection is a retransmission; another one is a redelivery only of
        what is in doubt. A match is taken out of the doubts: the repeat's own acknowledgement stands for it now.
        """
        terms = self._terms.get(link, self._other_terms)
        same = self._sequences.get((connection, sequence_number))
        if same is not None and same.fingerprint == fingerprint:
            return same
        self._doubt_unconfirmed(connection, at, terms.in_time_ms)
        if len(self._unconfirmed) > 1:
            for other in self._unconfirmed:
                if other != connection:
                    self._doubt_unconfirmed(other, at, STALE_MS)
        if not self._in_doubt:
            return None
        waiting = self._in_doubt.get(fingerprint, [])
        for index, each in enumerate(waiting):
            if self._age_ms(each, at) <= terms.horizon_ms:
                del waiting[index]
                if not waiting:
                    del self._in_doubt[fingerprint]
                return each
        return None

    def give_back(self, matched: Iterable[Taken]) -> None:
        """Matches of a batch that was not written: those that were in doubt are so again."""
        living = {id(each) for each in self._sequences.values()}
        self.restore(each for each in matched if id(each) not in living)

    def take(self, connection: int, taken: Taken) -> None:
        """A message was decided and is about to be acknowledged."""
        self._newest = taken.number
        self._unconfirmed.setdefault(connection, deque()).append(taken)
        self._sequences[(connection, taken.sequence_number)] = taken

    def late(self, number: int) -> None:
        """Its acknowledgement was not confirmed while the peer's timer ran: the peer may have given it up already."""
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

    def _doubt_unconfirmed(self, connection: int, at: Instant, age_ms: int) -> None:
        """What a living connection has left unconfirmed for so long may come again: by itself, or by another."""
        waiting = self._unconfirmed.get(connection)
        while waiting and self._age_ms(waiting[0], at) >= age_ms:
            taken = waiting.popleft()
            self._forget_sequence(connection, taken)
            self._in_doubt.setdefault(taken.fingerprint, []).append(taken)
            self._stale.setdefault(connection, []).append(taken)

    def _clear_stale(self, connection: int, number: int) -> None:
        """The connection has confirmed them now: a repeat of one is a genuine one, unless it was read too late."""
        stale = self._stale.pop(connection, [])
        for taken in stale:
            doubts = self._in_doubt.get(taken.fingerprint, [])
            if taken.number > number:
                self._stale.setdefault(connection, []).append(taken)
            elif taken.number in self._late:
                self._late.discard(taken.number)
            elif taken in doubts:
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
            fresh = [each for each in waiting if self._age_ms(each, at) <= self.horizon_ms]
            if fresh:
                self._in_doubt[fingerprint] = fresh
            else:
                del self._in_doubt[fingerprint]

    def clock_jumped(self, milliseconds: int) -> None:
        """The clock was set: what was taken before has not become older, or younger, by that."""
        self._jumps.append((self._newest, milliseconds))
        del self._jumps[:-JUMPS_MAX]

    def _age_ms(self, taken: Taken, at: Instant) -> int:
        age_ms = at - taken.at
        for newest, jump_ms in self._jumps:
            if taken.number <= newest:
                age_ms -= jump_ms
        return age_ms

    @property
    def in_doubt(self) -> int:
        return sum(len(each) for each in self._in_doubt.values())

    def _forget_sequence(self, connection: int, taken: Taken) -> None:
        key = (connection, taken.sequence_number)
        if self._sequences.get(key) is taken:
            del self._sequences[key]
