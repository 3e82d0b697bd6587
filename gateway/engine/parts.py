"""Long incoming messages: their parts, from the first to the last, and what becomes of those that stay incomplete.

Parts are joined by link, sender, recipient, reference and total (TS 23.040 9.2.3.24.1), as octets, in any order. A
message that was joined, or given up, is remembered for as long as parts are waited for: a part of it that comes later
is told from the beginning of another message by its octets. A batch works on a `Joining` of its own, which becomes
true only when the batch is on the disk. Pure: time comes in as an argument.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

import msgspec

from gateway.messages import Inbound, MessagePart
from gateway.model import Instant, Msisdn
from gateway.store.protocol import PartRow
from smpp.text import Alphabet, join

DIGEST_OCTETS = 8


class PartsKey(NamedTuple):
    link: str
    sender: Msisdn
    recipient: str
    reference: int
    reference_bits: int
    total: int


class Slot(msgspec.Struct, frozen=True, gc=False):
    """What is there under one key: the parts that wait for others, and those of the message before, without octets."""

    at: Instant  # of the last change
    waiting: tuple[PartRow, ...] = ()
    closed: tuple[PartRow, ...] = ()

    @property
    def rows(self) -> tuple[PartRow, ...]:
        return self.waiting + self.closed

    @property
    def late(self) -> bool:
        """Whether the waiting parts are only copies or remains of the message before: nobody need hear of them."""
        known = {each.part.number: each.digest for each in self.closed}
        return bool(known) and all(known.get(each.part.number) in (None, each.digest) for each in self.waiting)


class Came(Enum):
    """What a part did."""

    WAITING = auto()
    DUPLICATE = auto()
    COMPLETE = auto()


@dataclass(frozen=True, slots=True)
class PartsSettings:
    """`wait_ms`: after the last part that came. The bounds count parts; the oldest message goes first."""

    wait_ms: int = 600_000
    per_sender_max: int = 255
    total_max: int = 20_000


class Parts:
    """What lasts from batch to batch."""

    def __init__(self, settings: PartsSettings) -> None:
        self.settings = settings
        self.slots: dict[PartsKey, Slot] = {}  # by the time of their last change
        self.counts: Counter[Msisdn] = Counter()  # of parts, by sender
        self.total = 0
        self.last_id = 0

    def restore(self, rows: Iterable[PartRow]) -> None:
        """What the last run left."""
        for row in rows:
            key = key_of(row)
            slot = self.slots.pop(key, Slot(row.at))
            at = max(slot.at, row.at)
            if row.octets_gone:
                self.slots[key] = Slot(at, slot.waiting, (*slot.closed, row))
            else:
                self.slots[key] = Slot(at, (*slot.waiting, row), slot.closed)
            self._count(key.sender, 1)
            self.last_id = max(self.last_id, row.id)
        self.slots = dict(sorted(self.slots.items(), key=lambda each: each[1].at))

    @property
    def next_due(self) -> Instant | None:
        """When the next message is given up."""
        for slot in self.slots.values():
            return Instant(slot.at + self.settings.wait_ms)
        return None

    def commit(self, joining: Joining) -> None:
        """Its batch is on the disk."""
        for key, slot in joining.changed.items():
            before = self.slots.pop(key, None)
            if slot is not None:
                self.slots[key] = slot
            self._count(key.sender, _size(slot) - _size(before))
        self.last_id = joining.last_id

    def _count(self, sender: Msisdn, change: int) -> None:
        self.total += change
        self.counts[sender] += change
        if not self.counts[sender]:
            del self.counts[sender]


@dataclass(slots=True)
class Joining:
    """One batch's view of the parts, and what it has changed in it."""

    base: Parts
    changed: dict[PartsKey, Slot | None] = field(default_factory=dict)
    last_id: int = 0
    dropped: int = 0  # parts that went because there were too many
    _total: int = 0
    _counts: Counter[Msisdn] = field(default_factory=Counter)  # changes of the base's

    def __post_init__(self) -> None:
        self.last_id = self.base.last_id

    def add(self, inbound: Inbound, part: MessagePart) -> tuple[Came, str]:
        """A part came: what it did, and the whole text where it was the last."""
        self.last_id += 1
        digest = hashlib.blake2b(part.octets, digest_size=DIGEST_OCTETS).digest()
        row = PartRow(self.last_id, inbound.at, inbound.link, inbound.sender, inbound.recipient, part, digest)
        key = key_of(row)
        slot = self._slot(key) or Slot(row.at)
        waiting = slot.waiting
        for each in waiting:
            if each.part.number == part.number:
                if each.digest == digest:
                    return Came.DUPLICATE, ""
                waiting = ()  # the phone uses its reference again: another message begins
                break
        waiting = (*waiting, row)
        if len(waiting) < part.total:
            self._set(key, Slot(row.at, waiting, slot.closed))
            self._bound(key)
            return Came.WAITING, ""
        self._set(key, Slot(row.at, (), tuple(map(_without_octets, waiting))))
        return Came.COMPLETE, text_of(waiting)

    def expire(self, now: Instant) -> list[tuple[PartsKey, tuple[PartRow, ...]]]:
        """The messages of which nothing came for too long, and of which somebody should hear."""
        told: list[tuple[PartsKey, tuple[PartRow, ...]]] = []
        for key, slot in list(self.base.slots.items()):
            if slot.at + self.base.settings.wait_ms > now:
                break
            if not slot.waiting or slot.late:
                self._set(key, None)
                continue
            told.append((key, slot.waiting))
            self._set(key, Slot(now, (), tuple(map(_without_octets, slot.waiting))))
        return told

    def rows(self) -> tuple[list[PartRow], list[int]]:
        """For the store: rows that are new or have changed, and the ids of those that are gone."""
        written: list[PartRow] = []
        gone: list[int] = []
        for key, slot in self.changed.items():
            before = self.base.slots.get(key)
            old = {each.id: each for each in before.rows} if before is not None else {}
            new = {each.id: each for each in slot.rows} if slot is not None else {}
            written.extend(each for each in new.values() if old.get(each.id) is not each)
            gone.extend(old.keys() - new.keys())
        return written, gone

    def _slot(self, key: PartsKey) -> Slot | None:
        return self.changed[key] if key in self.changed else self.base.slots.get(key)

    def _set(self, key: PartsKey, slot: Slot | None) -> None:
        change = _size(slot) - _size(self._slot(key))
        self._total += change
        self._counts[key.sender] += change
        self.changed[key] = slot

    def _bound(self, newest: PartsKey) -> None:
        """Makes room for the message that a part has just come of, where a bound is passed."""
        settings, base, sender = self.base.settings, self.base, newest.sender
        for key in list(base.slots):  # the oldest first
            crowded = base.counts[sender] + self._counts[sender] > settings.per_sender_max
            full = base.total + self._total > settings.total_max
            if not (crowded or full):
                return
            slot = self._slot(key)
            if slot is not None and key != newest and (full or key.sender == sender):
                self.dropped += len(slot.waiting)
                self._set(key, None)


def _size(slot: Slot | None) -> int:
    return 0 if slot is None else len(slot.waiting) + len(slot.closed)


def key_of(row: PartRow) -> PartsKey:
    part = row.part
    return PartsKey(row.link, row.sender, row.recipient, part.reference, part.reference_bits, part.total)


def text_of(rows: Iterable[PartRow]) -> str:
    """The text of the parts that are there; a gap is marked. The first of them tells the alphabet of all."""
    parts = {row.part.number: row.part for row in rows}
    first = parts[min(parts)]
    octets = {number: part.octets for number, part in parts.items()}
    return join(octets, first.total, first.data_coding, default_alphabet=Alphabet(first.default_alphabet)).text


def _without_octets(row: PartRow) -> PartRow:
    """What is kept of a part whose message is done with: enough to know it again."""
    return msgspec.structs.replace(row, part=msgspec.structs.replace(row.part, octets=b""), octets_gone=True)
