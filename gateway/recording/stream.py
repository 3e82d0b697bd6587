"""What a gateway tells its recorder: octets of connections as they go by, and what it knows of the messages in them.

The gateway's side is as cheap as can be, for it stands in the way of every message: a few octets of header before what
is there anyway. The recorder is another process (`scribe.py`), because a thread would take its time from the gateway.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple, TypeVar

import msgspec

from gateway.recording.format import Header


class Kind(IntEnum):
    BEGIN = 0  # Start
    OPENED = 1  # Opened
    RECEIVED = 2  # octets from the peer, any cut
    SENT = 3  # octets to the peer, whole PDUs
    TAKEN = 4  # NUMBERS: a message of the peer has been decided, and there is no secret in it
    TYPED = 5  # Typed
    REPLIED = 6  # NUMBERS: a message of ours, without a code in it
    TOLD = 7  # Told
    CLOSED = 8  # why, in UTF-8
    GAP = 9  # GAP_OCTETS: so much was not told, because the recorder could not keep up
    RELOADED = 10  # the digest of the catalogue that answers from now on


HEAD: Final = struct.Struct(">BIdI")
"""Kind, connection, seconds since 1970 UTC, octets that follow."""
NUMBERS: Final = struct.Struct(">IQ")
"""sequence_number of a PDU, number of its journal entry."""
GAP_OCTETS: Final = struct.Struct(">Q")
OCTETS_MAX: Final = 1 << 24


class Start(msgspec.Struct, frozen=True, array_like=True):
    """The first record: what heads every file, the key of the stand-ins, and where the files go."""

    header: Header
    key: bytes
    folder: str
    file_octets_max: int
    file_s_max: float
    total_octets_max: int
    level: int = 3


class Opened(msgspec.Struct, frozen=True, array_like=True):
    """A connection. `begun`: it was there before the recording; `partial`: what had come of a PDU then."""

    session: int
    link: str
    listener: bool
    peer: str
    account: str = ""
    begun: bool = False
    partial: bytes = b""


class Typed(msgspec.Struct, frozen=True, array_like=True):
    """A message of the peer with secrets in it, and whether they were right. None as `secrets`: nobody has read it."""

    sequence_number: int
    number: int
    secrets: tuple[str, ...] | None
    matched: bool | None = None


class Told(msgspec.Struct, frozen=True, array_like=True):
    """A message of ours with a one-time code in it."""

    sequence_number: int
    number: int
    code: str


class Record(NamedTuple):
    kind: Kind
    connection: int
    at: float
    body: bytes


encode = msgspec.msgpack.Encoder().encode
T = TypeVar("T", bound=msgspec.Struct)


def read(body: bytes, kind: type[T]) -> T:
    return msgspec.msgpack.decode(body, type=kind)


class Records:
    """The recorder's end: octets of any cut in, records out."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[Record]:
        data = self._rest + octets if self._rest else octets
        at, end = 0, len(data)
        while end - at >= HEAD.size:
            kind, connection, time, size = HEAD.unpack_from(data, at)
            assert size <= OCTETS_MAX
            after = at + HEAD.size + size
            if after > end:
                break
            yield Record(Kind(kind), connection, time, data[at + HEAD.size : after])
            at = after
        self._rest = data[at:]
