"""Recordings made of what others have kept: captures of the network, and logs with PDUs in hex.

What a gateway knows of its own traffic is not in there: which end it was, is guessed from who was told first; journal
numbers are not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from gateway.recording.capture import MAGIC, Capture, CapturedPdu, CaptureError, End
from gateway.recording.format import Direction, Header, Line, RecordedLink
from gateway.recording.hexlog import LoggedPdu, read_hex_log
from gateway.recording.reading import FAULTS_MAX
from smpp.pdu import DataSm, DeliverSm, SubmitSm
from smpp.vocabulary import RESPONSE_BIT

_BINDS = frozenset({1, 2, 9})
_DELIVER, _SUBMIT = int(DeliverSm.command_id), int(SubmitSm.command_id)
_MESSAGES = frozenset({_DELIVER, _SUBMIT, int(DataSm.command_id)})
UNTIMED_STEP_S = 0.001
ENDS_SHOWN = 6


class Import:
    """What was read of one file: its links, lines with all their secrets, what was left out, where it is damaged."""

    def __init__(self, header: Header, lines: list[Line], counts: Counter[str], faults: Sequence[str] = ()) -> None:
        self.header = header
        self.lines = lines
        self.faults = faults
        self.counts = Counter({kind: count for kind, count in counts.items() if count})


def is_capture(path: Path) -> bool:
    """Whether a file begins as a capture does."""
    with path.open("rb") as file:
        return file.read(4) in MAGIC


def import_file(path: Path, *, dialect: str, gateway: str, day: datetime) -> Import:
    """Reads a capture, or a log with PDUs in hex.

    Args:
        dialect: that the USSD centre speaks.
        gateway: the address, or address and port, of the end that is the gateway; empty: it is guessed.
        day: of the clock times in a log that has no dates.

    Raises:
        CaptureError: it is a capture that cannot be read, or nobody in it has the address of the gateway.
    """
    if is_capture(path):
        capture = Capture(path)
        pdus = list(capture.pdus())
        ends = {end for pdu in pdus for end in (pdu.source, pdu.destination)}
        if gateway and pdus and not any(_is_named(end, gateway) for end in ends):
            shown = ", ".join(sorted(map(str, ends))[:ENDS_SHOWN]) + (", ..." if len(ends) > ENDS_SHOWN else "")
            raise CaptureError(f"{path}: --gateway {gateway}: no such end of a connection; expected one of {shown}")
        found = _of_capture(pdus, capture.counts, dialect, gateway, path.name)
        found.faults = capture.faults
        return found
    counts: Counter[str] = Counter()
    faults: list[str] = []

    def fault(message: str) -> None:
        if len(faults) < FAULTS_MAX:
            faults.append(f"{path}: {message}")

    with path.open(encoding="utf-8", errors="replace") as file:
        logged = list(read_hex_log(file, day, counts, fault))
    found = _of_log(logged, counts, dialect, path.name, path.stat().st_mtime)
    found.faults = faults
    return found


def _of_capture(pdus: list[CapturedPdu], counts: Counter[str], dialect: str, gateway: str, source: str) -> Import:
    by_connection: dict[int, list[CapturedPdu]] = {}
    for pdu in pdus:
        by_connection.setdefault(pdu.connection, []).append(pdu)
    links: dict[str, RecordedLink] = {}
    lines: list[Line] = []
    for connection, found in by_connection.items():
        own = _gateway_end(found, gateway)
        centre = _centre_end(found)
        listener = own == centre
        name = str(centre)
        links[name] = RecordedLink(name=name, listener=listener, dialect=dialect)
        lines.extend(
            Line(
                time=pdu.at, link=name, session=connection, direction="out" if pdu.source == own else "in",
                pdu=pdu.octets.hex(),
            )
            for pdu in found
        )  # fmt: skip
        lines.append(Line(time=found[-1].at, link=name, session=connection, event="closed"))
    lines.sort(key=lambda line: line.time)
    return Import(_header(lines, tuple(links.values()), source), lines, counts)


def _header(lines: list[Line], links: tuple[RecordedLink, ...], source: str) -> Header:
    return Header(since=lines[0].time if lines else 0.0, links=links, source=source)


def _command(octets: bytes) -> int:
    return int.from_bytes(octets[4:8], "big")


def _is_named(end: End, gateway: str) -> bool:
    return gateway in (end.host, str(end))


def _gateway_end(pdus: list[CapturedPdu], gateway: str) -> End:
    """Who is the gateway: who was named, or else who was sent the first message of the connection."""
    for pdu in pdus:
        for end in (pdu.source, pdu.destination):
            if _is_named(end, gateway):
                return end
    first = next((pdu for pdu in pdus if _command(pdu.octets) in _MESSAGES), None)
    return first.destination if first is not None else _client_end(pdus)


def _centre_end(pdus: list[CapturedPdu]) -> End:
    client = _client_end(pdus)
    return next(end for end in (pdus[0].source, pdus[0].destination) if end != client)


def _client_end(pdus: list[CapturedPdu]) -> End:
    """Who binds, submits, or is delivered to (SMPP 3.4 2.3); where nothing says it, who has the higher port."""
    for pdu in pdus:
        command = _command(pdu.octets)
        asked = command & ~RESPONSE_BIT
        if asked in _BINDS or asked in (_SUBMIT, _DELIVER):
            from_client = (asked != _DELIVER) is (not command & RESPONSE_BIT)
            return pdu.source if from_client else pdu.destination
    return max((pdus[0].source, pdus[0].destination), key=lambda end: end.port)


def _of_log(pdus: list[LoggedPdu], counts: Counter[str], dialect: str, source: str, modified_at: float) -> Import:
    name = Path(source).stem
    first = next((_command(pdu.octets) for pdu in pdus if _command(pdu.octets) in _MESSAGES), _DELIVER)
    listener = first == _SUBMIT
    lines: list[Line] = []
    at = next((pdu.at for pdu in pdus if pdu.at is not None), modified_at)
    for pdu in pdus:
        at = pdu.at if pdu.at is not None else at + UNTIMED_STEP_S
        direction = pdu.direction or _direction(pdu.octets, listener=listener)
        lines.append(Line(time=at, link=name, session=1, direction=direction, pdu=pdu.octets.hex()))
    counts["PDUs whose way was guessed"] = sum(not pdu.direction for pdu in pdus)
    link = RecordedLink(name=name, listener=listener, dialect=dialect)
    return Import(_header(lines, (link,), source), lines, counts)


def _direction(octets: bytes, *, listener: bool) -> Direction:
    """Which way a PDU goes by its command alone: a client binds and submits, a centre delivers."""
    command = _command(octets)
    of_client = (command & ~RESPONSE_BIT) != _DELIVER
    comes = of_client is listener
    return "in" if comes is not bool(command & RESPONSE_BIT) else "out"
