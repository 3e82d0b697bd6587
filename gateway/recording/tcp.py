"""One direction of a TCP connection put together again from a capture of its segments (RFC 9293 3.4). Pure.

Segments may come twice, in any order, overlapping, or not at all: a capture may have missed what the peer has
received. What is missing is known to be so when the peer has acknowledged it, or when the capture ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

_SPAN = 1 << 32
GRACE_S = 2.0
AHEAD_OCTETS_MAX = 1 << 24
"""What waits for a segment before it is given up: more than any window."""


class Piece(NamedTuple):
    """Octets in their place, with the time of the segment that brought them; `missing` were lost before them."""

    at: float
    octets: bytes
    missing: int = 0


@dataclass(slots=True)
class Direction:
    """`repeated` counts segments that brought nothing new, `reordered` those that came before their turn."""

    next: int | None = None  # the sequence number that is awaited
    lost: int = 0
    repeated: int = 0
    reordered: int = 0
    _doomed_at: float | None = None  # since when it is known that what is awaited will not come
    _ahead: dict[int, tuple[float, bytes]] = field(default_factory=dict)
    _ahead_octets: int = 0

    def begin(self, sequence: int) -> None:
        """A SYN: octets begin behind it."""
        self.next = (sequence + 1) % _SPAN

    def segment(self, at: float, sequence: int, octets: bytes) -> list[Piece]:
        """The octets that are in their place now."""
        if not octets:
            return []
        if self.next is None:  # the capture began in the middle of the connection
            self.next = sequence
        offset = _distance(self.next, sequence)
        if offset + len(octets) <= 0:
            self.repeated += 1
            return []
        if offset > 0:
            self.reordered += 1
            known = self._ahead.get(sequence)
            if known is None or len(known[1]) < len(octets):
                self._ahead[sequence] = (at, octets)
                self._ahead_octets += len(octets) - (len(known[1]) if known else 0)
            return self.give_up(at) if self._ahead_octets > AHEAD_OCTETS_MAX else []
        self._doomed_at = None
        pieces = [Piece(at, octets[-offset:])]
        self.next = (self.next + len(pieces[0].octets)) % _SPAN
        return pieces + self._following(at)

    def _following(self, at: float) -> list[Piece]:
        """What waited for the octets that are there now."""
        pieces = []
        while self._ahead:
            assert self.next is not None
            sequence = min(self._ahead, key=lambda each: _distance(self.next or 0, each))
            offset = _distance(self.next, sequence)
            if offset > 0:
                break
            _, octets = self._ahead.pop(sequence)
            self._ahead_octets -= len(octets)
            rest = octets[-offset:] if offset else octets
            if rest:
                pieces.append(Piece(at, rest))
                self.next = (self.next + len(rest)) % _SPAN
        return pieces

    def acknowledged(self, at: float, acknowledgement: int) -> list[Piece]:
        """The peer has everything before this number: what is not there by now was not captured."""
        if self.next is None or not self._ahead:
            return []
        first = min(self._ahead, key=lambda each: _distance(self.next or 0, each))
        if _distance(first, acknowledgement) < 0:
            return []
        if self._doomed_at is None:  # captures have their own disorder: what is missing may stand a little further on
            self._doomed_at = at
        return self.give_up(at) if at - self._doomed_at >= GRACE_S else []

    def give_up(self, at: float) -> list[Piece]:
        """Goes on behind what is missing; empty where nothing waits."""
        if not self._ahead or self.next is None:
            return []
        first = min(self._ahead, key=lambda each: _distance(self.next or 0, each))
        self._doomed_at = None
        missing = _distance(self.next, first)
        self.lost += missing
        self.next = first
        pieces = self._following(at)
        return [pieces[0]._replace(missing=missing), *pieces[1:]] if pieces else []


def _distance(one: int, other: int) -> int:
    """From one sequence number to another, which is less than half of all of them away."""
    away = (other - one) % _SPAN
    return away - _SPAN if away >= _SPAN // 2 else away
