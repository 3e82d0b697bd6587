"""The packets of a capture file, one by one, past what is damaged: where it is, what was expected, what was skipped.

Of pcap every record is looked at here, because a reader that trusts one wrong length reads garbage from there on.
pcapng is dpkt's; from a damaged block on nothing of it can be read.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

import dpkt  # type: ignore[import-untyped]

HEAD_OCTETS, RECORD_OCTETS = 24, 16
PACKET_OCTETS_MAX = 1 << 18  # tcpdump's own limit
APART_S_MAX = 86_400 * 31
"""Two packets of one capture that follow each other are not further apart; it tells a record from garbage."""
_FORMS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1_000_000), b"\xa1\xb2\xc3\xd4": (">", 1_000_000),
    b"\x4d\x3c\xb2\xa1": ("<", 1_000_000_000), b"\xa1\xb2\x3c\x4d": (">", 1_000_000_000),
}  # fmt: skip

Fault = Callable[[str], None]
"""Told what is damaged, with its place in the file."""


def link_and_packets(file: BinaryIO, counts: Counter[str], fault: Fault) -> tuple[int, Iterator[tuple[float, bytes]]]:
    """The link layer of a capture, and its packets with their times in seconds since 1970 UTC.

    Raises:
        ValueError, dpkt.UnpackError: the file does not begin as a capture does.
    """
    head = file.read(HEAD_OCTETS)
    form = _FORMS.get(head[:4])
    if form is None:
        file.seek(0)
        reader = dpkt.pcap.UniversalReader(file)
        return reader.datalink(), _blocks(reader, file, counts, fault)
    if len(head) < HEAD_OCTETS:
        raise ValueError(f"its header is cut after {len(head)} octets of {HEAD_OCTETS}")
    order, parts = form
    (link,) = struct.unpack_from(order + "I", head, 20)
    return link & 0x0FFF_FFFF, _records(file.read(), order + "IIII", parts, counts, fault)


def _blocks(
    reader: dpkt.pcap.UniversalReader, file: BinaryIO, counts: Counter[str], fault: Fault
) -> Iterator[tuple[float, bytes]]:
    number = 0
    while True:
        try:
            at, octets = next(reader)
        except StopIteration:
            return
        except (dpkt.UnpackError, ValueError, OverflowError) as error:
            counts["damaged files"] += 1
            detail = f": {error}" if str(error) else " that is whole"
            fault(f"damaged behind packet {number}, before octet {file.tell()}: expected a block of pcapng{detail}")
            return
        number += 1
        yield float(at), octets


def _records(octets: bytes, form: str, parts: int, counts: Counter[str], fault: Fault) -> Iterator[tuple[float, bytes]]:
    at, number, last_s = 0, 0, None
    while at + RECORD_OCTETS <= len(octets):
        seconds, fraction, size, whole = struct.unpack_from(form, octets, at)
        if not _is_record(octets, at, form, parts, last_s):
            skipped = _to_next(octets, at + 1, form, parts, last_s) - at
            counts["octets of no packet"] += skipped
            fault(f"octet {HEAD_OCTETS + at}: expected packet {number + 1}; {skipped} octets skipped to the next one")
            at += skipped
            continue
        number += 1
        last_s = seconds
        packet = octets[at + RECORD_OCTETS : at + RECORD_OCTETS + size]
        if len(packet) < size:
            counts["packets that are cut"] += 1
            fault(f"octet {HEAD_OCTETS + at}: packet {number} is cut after {len(packet)} octets of {size}")
        elif size < whole:
            counts["packets captured in part, by a snapshot length"] += 1
        yield seconds + fraction / parts, packet
        at += RECORD_OCTETS + size
    if at < len(octets):
        counts["octets of no packet"] += len(octets) - at
        fault(f"octet {HEAD_OCTETS + at}: expected packet {number + 1}; the file ends after {len(octets) - at} octets")


def _is_record(octets: bytes, at: int, form: str, parts: int, last_s: int | None) -> bool:
    """Whether the header of a packet stands there, as far as its numbers tell."""
    seconds, fraction, size, whole = struct.unpack_from(form, octets, at)
    near: bool = last_s is None or abs(seconds - last_s) <= APART_S_MAX
    return near and bool(fraction < parts and 0 < size <= min(whole, PACKET_OCTETS_MAX))


def _to_next(octets: bytes, at: int, form: str, parts: int, last_s: int | None) -> int:
    """Where the next packet begins: one that is followed by another, or by the end."""
    while at + RECORD_OCTETS <= len(octets):
        if _is_record(octets, at, form, parts, last_s):
            after = at + RECORD_OCTETS + struct.unpack_from(form, octets, at)[2]
            follows = after + RECORD_OCTETS <= len(octets) and _is_record(octets, after, form, parts, last_s)
            if follows or after == len(octets):
                return at
        at += 1
    return len(octets)
