"""Plain logs with PDUs in hex, as gateways and libraries write them: a line each, among other words. Pure.

    2026-03-10 12:00:00.123 <- 0000002f 00000005 ...
    [12:00:00] rx: 00 00 00 10 80 00 00 15 ...

A time, if there is one, stands before the octets; so does a word or an arrow that says which way they went.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from gateway.recording.format import Direction
from gateway.recording.pcap import Fault
from smpp.vocabulary import HEADER_OCTETS, CommandId

_HEX = re.compile(r"\b[0-9A-Fa-f]{2}(?:[ :]?[0-9A-Fa-f]{2})+[0-9A-Fa-f]?\b")
_GROUP = re.compile(r"[0-9A-Fa-f]+")
_TIME_GROUPS = 4
"""Of a run: a day, hours, minutes and seconds may stand before the octets, with nothing else between."""
_COMMANDS = frozenset(CommandId)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d{1,6})?)(Z|[+-]\d\d:?\d\d)?")
_CLOCK = re.compile(r"\b(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?")
_EPOCH = re.compile(r"(?:^|\s)(\d{10}(?:\.\d+)?)\b")
_WAYS: tuple[tuple[Direction, re.Pattern[str]], ...] = (
    ("in", re.compile(r"<-|<<|\b(?:in|rx|recv|received|from|got|inbound|incoming)\b", re.IGNORECASE)),
    ("out", re.compile(r"->|>>|\b(?:out|tx|send|sent|sending|to|outbound|outgoing)\b", re.IGNORECASE)),
)


class LoggedPdu(NamedTuple):
    """A PDU of a log. `at` is None and `direction` empty where its line does not say."""

    line: int
    at: float | None
    direction: Direction
    octets: bytes


def read_hex_log(lines: Iterable[str], day: datetime, counts: Counter[str], fault: Fault) -> Iterator[LoggedPdu]:
    """The PDUs of a log; a line without one is passed over and counted.

    Args:
        day: whose clock times are meant where a line has no date, and whose zone where it names none.
        counts: of what was passed over.
        fault: is told of each line with a PDU that is not whole.
    """
    for number, line in enumerate(lines, 1):
        cut = ""
        for at, octets in _candidates(line):
            length = int.from_bytes(octets[:4], "big")
            if HEADER_OCTETS <= length <= len(octets):
                before = line[:at]
                yield LoggedPdu(number, _time(before, day), _direction(before), octets[:length])
                break
            if not cut and HEADER_OCTETS <= length and int.from_bytes(octets[4:8], "big") in _COMMANDS:
                cut = f"line {number}: a PDU is cut after {len(octets)} octets; expected {length}"
        else:
            if cut:
                counts["PDUs that are cut"] += 1
                fault(cut)
            elif line.strip():
                counts["lines without a PDU"] += 1


def _candidates(line: str) -> Iterator[tuple[int, bytes]]:
    """Octets that could be a PDU, and where they begin: a run of hex may begin with a time, which is none of it."""
    for run in _HEX.finditer(line):
        for group in islice(_GROUP.finditer(run[0]), _TIME_GROUPS + 1):
            digits = re.sub(r"[ :]", "", run[0][group.start() :])
            yield run.start() + group.start(), bytes.fromhex(digits[: len(digits) // 2 * 2])


def _direction(before: str) -> Direction:
    """The last word that says it, which stands nearest to the octets."""
    places = [(match.start(), way) for way, pattern in _WAYS for match in pattern.finditer(before)]
    return max(places)[1] if places else ""


def _time(before: str, day: datetime) -> float | None:
    found = _DATE.search(before)
    if found is not None:
        zone = found[3]
        text = f"{found[1]}T{found[2].replace(',', '.')}"
        at = datetime.fromisoformat(text + ("+00:00" if zone == "Z" else zone or ""))
        return (at if at.tzinfo is not None else at.replace(tzinfo=day.tzinfo or UTC)).timestamp()
    clock = _CLOCK.search(before)
    if clock is not None:
        hours, minutes, seconds = (int(clock[group]) for group in (1, 2, 3))
        micro = int((clock[4] or "0").ljust(6, "0"))
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)).timestamp()
    epoch = _EPOCH.search(before)
    return float(epoch[1]) if epoch is not None else None
