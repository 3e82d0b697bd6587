"""The parts of long messages, told from each other and from other messages by what joins them. Pure.

A secret may be cut by the border of two parts, so nobody can judge a part alone. Here parts find each other; what they
say and what is to be hidden of it is decided elsewhere.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from gateway.recording.fields import UDHI, text_octets
from gateway.recording.format import Direction
from smpp.pdu import DataSm, DeliverSm, SubmitSm
from smpp.udh import parse_udh, sar_concatenation

PARTS_MAX = 20_000
"""That are remembered at once; those of the oldest message go first."""

T = TypeVar("T")


class PartKey(NamedTuple):
    """What the parts of one message have in common (TS 23.040 9.2.3.24.1). Not the session: a part that was not
    acknowledged comes again over the next one."""

    link: str
    direction: Direction
    source: str
    destination: str
    reference: int
    reference_bits: int
    total: int


class Part(NamedTuple):
    """Which part of which message a PDU is, and its text without a header."""

    key: PartKey
    number: int
    octets: bytes


def part_of(pdu: SubmitSm | DeliverSm | DataSm, link: str, direction: Direction) -> Part | None:
    """Its place in a long message, told by a user data header or by sar parameters; None: it is a whole message."""
    octets = text_octets(pdu)
    if pdu.esm_class & UDHI:
        udh, octets = parse_udh(octets)
        place = udh.concatenation if udh is not None else None
    else:
        place = sar_concatenation(pdu) if pdu.tlvs else None
    if place is None or place.total < 2:
        return None
    key = PartKey(
        link, direction, pdu.source_addr, pdu.destination_addr, place.reference, place.reference_bits, place.total
    )
    return Part(key, place.number, octets)


@dataclass(slots=True)
class LongMessage(Generic[T]):
    """One message: whatever stands for each of its parts. `copies`: of parts that came again when it was whole."""

    total: int
    parts: dict[int, T] = field(default_factory=dict)
    octets: dict[int, bytes] = field(default_factory=dict)
    copies: dict[int, T] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return len(self.parts) == self.total

    def add(self, part: Part, item: T) -> None:
        if part.number not in self.parts:
            self.parts[part.number] = item
            self.octets[part.number] = part.octets
        elif self.whole:
            self.copies[part.number] = item


class LongMessages(Generic[T]):
    """Finds the message that a part belongs to."""

    def __init__(self) -> None:
        self._found: OrderedDict[PartKey, LongMessage[T]] = OrderedDict()
        self._parts = 0

    def add(self, part: Part, item: T) -> LongMessage[T]:
        """The message of a part; other octets under a number that was there begin another one.

        What had come again of the message before may be its beginning, with the same words.
        """
        found = self._found.pop(part.key, None)
        before = len(found.parts) if found is not None else 0
        if found is None or found.octets.get(part.number, part.octets) != part.octets:
            copies = found.copies if found is not None else {}
            octets = {number: found.octets[number] for number in copies} if found is not None else {}
            found = LongMessage(part.key.total, copies, octets)
        found.add(part, item)
        self._found[part.key] = found
        self._parts += len(found.parts) - before
        while self._parts > PARTS_MAX:
            self._parts -= len(self._found.popitem(last=False)[1].parts)
        return found
