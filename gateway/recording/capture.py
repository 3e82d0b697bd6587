"""Captures of network traffic: the SMPP in them, on whatever port, PDU by PDU in the order in which they were whole.

dpkt reads files and headers; connections are put together by `tcp.py`. Nothing is decided about what a PDU means.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import dpkt  # type: ignore[import-untyped]

from gateway.recording.pcap import link_and_packets
from gateway.recording.reading import FAULTS_MAX, RecordingError
from gateway.recording.tcp import Direction, Piece
from smpp.pdu import COMMANDS, LENGTH_MAX
from smpp.vocabulary import HEADER_OCTETS, RESPONSE_BIT

MAGIC = frozenset(
    {b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"}
)
"""How captures begin: pcap in both byte orders, with micro- and nanoseconds, and pcapng."""
SEARCHED_OCTETS = 1 << 16
"""After so much of a connection in which no PDU was found there is none."""

_ETHERNET, _NULL, _LOOP, _COOKED, _COOKED_2 = 1, 0, 108, 113, 276
_RAW = frozenset({12, 14, 101, 228, 229})


class CaptureError(RecordingError):
    """A file that is no capture, or one of a kind that is not read; the text says what was expected."""


class End(NamedTuple):
    """One end of a connection."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class CapturedPdu(NamedTuple):
    """A PDU, when the last of its octets came by, and from which end to which of which connection."""

    at: float
    connection: int
    source: End
    destination: End
    octets: bytes


@dataclass(slots=True)
class _Way:
    """One direction of a connection, and the octets in it that are no whole PDU yet."""

    source: End
    destination: End
    tcp: Direction = field(default_factory=Direction)
    buffer: bytearray = field(default_factory=bytearray)
    in_step: bool = False  # the buffer begins where a PDU does
    searched: int = 0


@dataclass(slots=True)
class _Connection:
    number: int
    ways: dict[tuple[End, End], _Way]
    smpp: bool = False
    waiting: list[CapturedPdu] = field(default_factory=list)  # until it is known to be SMPP


class Capture:
    """Reads one file. `counts` says what was left out, and how the connections were; `faults` where it is damaged.

    Args:
        path: a pcap or pcapng file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self._connections: dict[frozenset[End], _Connection] = {}
        self._made = 0

    def pdus(self) -> Iterator[CapturedPdu]:
        """Every PDU of every connection that speaks SMPP.

        Raises:
            CaptureError: the file is no capture.
        """
        with self.path.open("rb") as file:
            at = 0.0
            for at, packet in self._packets(file):
                segment = self._segment(packet)
                if segment is not None:
                    yield from self._take(at, *segment)
        for connection in self._connections.values():
            yield from self._finish(connection, at)

    # -- packets

    def _packets(self, file: BinaryIO) -> Iterator[tuple[float, object]]:
        try:
            link, packets = link_and_packets(file, self.counts, self._fault)
        except (ValueError, dpkt.UnpackError) as error:
            raise CaptureError(f"{self.path}: no capture, expected pcap or pcapng: {error}") from None
        for at, octets in packets:
            try:
                yield at, self._network(link, octets)
            except (dpkt.UnpackError, IndexError, ValueError):
                self.counts["packets that cannot be read"] += 1

    def _fault(self, message: str) -> None:
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(f"{self.path}: {message}")

    def _network(self, link: int, octets: bytes) -> object:
        """The IP packet in a frame of a link layer."""
        if link == _ETHERNET:
            return dpkt.ethernet.Ethernet(octets).data
        if link == _COOKED:
            return dpkt.sll.SLL(octets).data
        if link == _COOKED_2:
            return dpkt.sll2.SLL2(octets).data
        if link in (_NULL, _LOOP):
            octets = octets[4:]
        elif link not in _RAW:
            raise CaptureError(f"{self.path}: link layer {link} is not read; expected Ethernet, Linux cooked or raw IP")
        return dpkt.ip6.IP6(octets) if octets[0] >> 4 == 6 else dpkt.ip.IP(octets)

    def _segment(self, packet: object) -> tuple[End, End, dpkt.tcp.TCP] | None:
        if not isinstance(packet, (dpkt.ip.IP, dpkt.ip6.IP6)):
            self.counts["packets that are no IP"] += 1
            return None
        segment = packet.data
        if not isinstance(segment, dpkt.tcp.TCP):
            fragment = isinstance(packet, dpkt.ip.IP) and (packet.mf or packet.offset)
            self.counts["IP fragments" if fragment else "packets that are no TCP"] += 1
            return None
        family = socket.AF_INET if isinstance(packet, dpkt.ip.IP) else socket.AF_INET6
        source, destination = (socket.inet_ntop(family, each) for each in (packet.src, packet.dst))
        return End(source, segment.sport), End(destination, segment.dport), segment

    # -- connections

    def _take(self, at: float, source: End, destination: End, segment: dpkt.tcp.TCP) -> Iterator[CapturedPdu]:
        key = frozenset((source, destination))
        connection = self._connections.get(key)
        opens = bool(segment.flags & dpkt.tcp.TH_SYN) and not segment.flags & dpkt.tcp.TH_ACK
        if connection is not None and opens and self._is_new(connection, source, destination, segment):
            yield from self._finish(connection, at)
            connection = None
        if connection is None:
            self._made += 1
            ends = ((source, destination), (destination, source))
            connection = _Connection(self._made, {pair: _Way(*pair) for pair in ends})
            self._connections[key] = connection
        way = connection.ways[source, destination]
        back = connection.ways[destination, source]
        if segment.flags & dpkt.tcp.TH_SYN:
            way.tcp.begin(segment.seq)
            way.in_step = True
        pieces = []
        if segment.flags & dpkt.tcp.TH_ACK:
            pieces += [(back, piece) for piece in back.tcp.acknowledged(at, segment.ack)]
        pieces += [(way, piece) for piece in way.tcp.segment(at, segment.seq, bytes(segment.data))]
        for one, piece in pieces:
            yield from self._cut(connection, one, piece)

    @staticmethod
    def _is_new(connection: _Connection, source: End, destination: End, segment: dpkt.tcp.TCP) -> bool:
        """Whether a SYN begins another connection of the same ports, and is no SYN that was sent again."""
        known = connection.ways[source, destination].tcp.next
        return known is not None and known != (segment.seq + 1) % (1 << 32)

    def _finish(self, connection: _Connection, at: float) -> Iterator[CapturedPdu]:
        for way in connection.ways.values():
            while pieces := way.tcp.give_up(at):
                for piece in pieces:
                    yield from self._cut(connection, way, piece)
            if connection.smpp:
                self.counts["octets that were not captured"] += way.tcp.lost
                self.counts["segments sent again"] += way.tcp.repeated
                self.counts["segments out of order"] += way.tcp.reordered
                self.counts["octets at the end that are no whole PDU"] += len(way.buffer)
        self.counts["SMPP connections" if connection.smpp else "other connections"] += 1

    # -- PDUs

    def _cut(self, connection: _Connection, way: _Way, piece: Piece) -> Iterator[CapturedPdu]:
        if piece.missing:
            self.counts["octets of PDUs that were cut by a loss"] += len(way.buffer) if connection.smpp else 0
            way.buffer.clear()
            way.in_step = False
        way.buffer += piece.octets
        if not connection.smpp and way.searched > SEARCHED_OCTETS:
            way.buffer.clear()
            return
        way.searched += len(piece.octets)
        found = [
            CapturedPdu(piece.at, connection.number, way.source, way.destination, frame)
            for frame in self._frames(connection, way)
        ]
        if connection.smpp:
            yield from found
            return
        connection.waiting += found
        if connection.waiting:
            connection.smpp = True
            yield from connection.waiting
            connection.waiting.clear()

    def _frames(self, connection: _Connection, way: _Way) -> Iterator[bytes]:
        buffer = way.buffer
        while True:
            if not way.in_step:
                skipped = _first_header(buffer)
                self.counts["octets skipped to find a PDU"] += skipped if connection.smpp else 0
                del buffer[:skipped]
                if not _is_header(buffer):
                    return
                way.in_step = True
            if len(buffer) < HEADER_OCTETS:
                return
            if not (_may_be_header(buffer) if connection.smpp else _is_header(buffer)):
                way.in_step = False
                continue
            length = int.from_bytes(buffer[:4], "big")
            if len(buffer) < length:
                return
            yield bytes(buffer[:length])
            del buffer[:length]


def _first_header(buffer: bytearray) -> int:
    """How many octets there are before what may be a PDU's header; the last few may be the beginning of one."""
    for at in range(max(0, len(buffer) - HEADER_OCTETS + 1)):
        if _is_header(buffer, at):
            return at
    return max(0, len(buffer) - HEADER_OCTETS + 1)


def _is_header(buffer: bytearray, at: int = 0) -> bool:
    """Whether the header of a command that SMPP knows stands here."""
    if len(buffer) - at < HEADER_OCTETS:
        return False
    length = int.from_bytes(buffer[at : at + 4], "big")
    command_id = int.from_bytes(buffer[at + 4 : at + 8], "big")
    if not HEADER_OCTETS <= length <= LENGTH_MAX or command_id not in _COMMANDS:
        return False
    status = int.from_bytes(buffer[at + 8 : at + 12], "big")
    return status <= _STATUS_MAX if command_id & RESPONSE_BIT else status == 0


def _may_be_header(buffer: bytearray) -> bool:
    """Whether a PDU may begin where one ended: of a command that only a vendor knows, with a status of his own."""
    return HEADER_OCTETS <= int.from_bytes(buffer[:4], "big") <= LENGTH_MAX and buffer[5] < 2 and buffer[4] in (0, 0x80)


_STATUS_MAX = 0x4FF  # SMPP 3.4 5.1.3: the vendors' end there
_COMMANDS = frozenset(COMMANDS)
