"""The simulator's own book: every message that a phone said, each time it was sent, what acknowledged and answered it.

It is kept by the simulator alone, so that it can be held against the gateway's. Times are seconds since the run began.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, TypeVar

import msgspec

__all__ = ["Entry", "Ledger"]


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="event"):
    """Something that happened at `at_s`."""

    at_s: float


class Injected(Entry, frozen=True, omit_defaults=True, tag="injected"):
    """A phone said something; `repeats` is the earlier message that it says again on purpose."""

    id: int
    number: str
    channel: str
    text: str
    repeats: int = 0


class Sent(Entry, frozen=True, omit_defaults=True, tag="sent"):
    """It was written; `retransmission`: under the sequence number that it had already on this connection."""

    id: int
    part: int
    connection: int
    sequence: int
    retransmission: bool = False


class Acknowledged(Entry, frozen=True, omit_defaults=True, tag="acknowledged"):
    """The gateway answered one sending; `late`: after our timer, when it had been sent again already."""

    id: int
    part: int
    connection: int
    sequence: int
    status: int = 0
    message_id: str = ""
    late: bool = False


class Certain(Entry, frozen=True, omit_defaults=True, tag="certain"):
    """The gateway has proof that we hold the acknowledgement: the same again is meant."""

    id: int


class Replied(Entry, frozen=True, omit_defaults=True, tag="replied"):
    """A message of the gateway's; `id` is that of the one it answers, 0 where it is none that is waited for."""

    number: str
    channel: str
    text: str
    id: int = 0
    message_id: str = ""


class Receipted(Entry, frozen=True, omit_defaults=True, tag="receipted"):
    """A receipt of ours for a message of the gateway's."""

    message_id: str
    state: int


class Unanswered(Entry, frozen=True, omit_defaults=True, tag="unanswered"):
    """No reply within `reply_s`."""

    id: int


class Struck(Entry, frozen=True, omit_defaults=True, tag="fault"):
    """A fault of the schedule."""

    on: str
    does: str
    kind: str = ""


class Noted(Entry, frozen=True, omit_defaults=True, tag="noted"):
    """What happened to a connection: up, bound, refused, lost; or a PDU of the gateway's that is none."""

    what: str
    connection: int = 0
    status: int = 0


E = TypeVar("E", bound=Entry)

_encode = msgspec.json.Encoder().encode


class Ledger:
    """Entries in their order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def lines(self) -> Iterator[bytes]:
        """JSON lines."""
        for entry in self.entries:
            yield _encode(entry) + b"\n"

    def export(self, stream: BinaryIO) -> None:
        stream.writelines(self.lines())

    def of(self, kind: type[E]) -> Iterator[E]:
        """The entries of one kind."""
        return (entry for entry in self.entries if isinstance(entry, kind))
