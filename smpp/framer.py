"""A stream's octets, cut into frames: keeps the beginning of a PDU until the rest of it has come.

Holds at most one incomplete PDU within the cap, however the octets were cut. Never reads a body.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from smpp.pdu import FramingError, split

__all__ = ["Framer", "FramingLost"]

_U32: Final = struct.Struct(">I")
_LENGTH_OCTETS: Final = 4


class FramingLost(NamedTuple):
    """After a bad command_length nobody knows where the next PDU begins. ``octets`` are all from that length on."""

    error: FramingError
    octets: bytes


class Framer:
    """The receiving end of one stream.

    Args:
        length_max: octets; a longer PDU is a fault of framing.
    """

    __slots__ = ("_length_max", "_needed", "_partial", "incomplete_since")

    def __init__(self, length_max: int) -> None:
        self._length_max = length_max
        self._partial = bytearray()
        self._needed = _LENGTH_OCTETS
        self.incomplete_since: float | None = None  # when the PDU began that is not complete yet

    @property
    def partial(self) -> bytes:
        """The beginning of a PDU whose rest has not come."""
        return bytes(self._partial)

    def feed(self, data: bytes, now: float) -> tuple[list[bytes], FramingLost | None]:
        """The frames that ``data`` completes, and what ended the framing, if anything did. Do not feed it after that.

        Args:
            data: octets from the peer; any cut, any number of PDUs.
            now: seconds, as the caller counts them.
        """
        partial = self._partial
        continues = bool(partial)
        if continues or len(data) < _LENGTH_OCTETS:
            partial += data
            if len(partial) < self._needed:
                if not continues and partial:
                    self.incomplete_since = now
                return [], None
            data = bytes(partial)
            partial.clear()
        try:
            frames, consumed = split(data, self._length_max)
        except FramingError as error:
            good = sum(len(frame) for frame in error.frames)
            return error.frames, FramingLost(error, data[good:])
        if consumed == len(data):
            self.incomplete_since = None
            self._needed = _LENGTH_OCTETS
        else:
            partial += data[consumed:]
            # Where four octets are there, `split` has judged them already, so what is waited for is within the cap.
            whole = len(partial) >= _LENGTH_OCTETS
            self._needed = _U32.unpack_from(data, consumed)[0] if whole else _LENGTH_OCTETS
            if frames or not continues:
                self.incomplete_since = now
        return frames, None
