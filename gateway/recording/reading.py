"""Lines of a recording back to values. What cannot be read is named by file and line, skipped and counted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from gateway.recording.format import VERSION, Header, Line

FAULTS_MAX = 100
"""Faults that are kept; the others are only counted."""


class RecordingError(Exception):
    """A recording that cannot be read at all; the text says which file, where, and what was expected."""


class FileDamaged(RecordingError):
    """From some place on nothing can be read of a file."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line that was skipped, and why."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Recording:
    """What was read: lines in the order of the files, the first header, faults, and what was skipped by its kind."""

    header: Header = field(default_factory=Header)
    lines: list[Line] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def skip(self, kind: str, file: str, line: int, message: str) -> None:
        self.skipped[kind] += 1
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(LineFault(file, line, message))


_line = msgspec.json.Decoder(Line)
_header = msgspec.json.Decoder(Header)


class _Version(msgspec.Struct):
    recording: int = 0


def read_recording(sources: Iterable[tuple[str, Iterable[bytes]]]) -> Recording:
    """The recording that several files make together.

    Args:
        sources: names of files with their lines, oldest first.

    Raises:
        RecordingError: a file has no header, or one of a newer version.
    """
    recording = Recording()
    first = True
    for file, lines in sources:
        header, number = None, 0
        try:
            for number, octets in enumerate(lines, 1):
                if header is not None:
                    _read_line(recording, octets, file, number)
                    continue
                header = _read_header(octets, file)
                if first:
                    recording.header, first = header, False
                else:
                    _add_links(recording, header)
        except FileDamaged as error:
            if header is None:
                raise RecordingError(f"{file}:{number + 1}: {error}") from None
            recording.skip("damaged files", file, number + 1, str(error))
        if header is None:
            raise RecordingError(f'{file}:1: empty; expected a recording, which begins with {{"recording":1')
    if first:
        raise RecordingError("no recording was named")
    return recording


def _read_header(octets: bytes, file: str) -> Header:
    try:
        version = msgspec.json.decode(octets, type=_Version).recording
    except (msgspec.MsgspecError, UnicodeDecodeError):
        version = 0
    if version < 1:
        raise RecordingError(f'{file}:1: no recording; expected a line that begins with {{"recording":{VERSION}')
    if version > VERSION:
        raise RecordingError(f"{file}:1: of version {version}, this program reads up to {VERSION}: use a newer one")
    try:
        return _header.decode(octets)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RecordingError(f"{file}:1: {error}") from None


def _add_links(recording: Recording, header: Header) -> None:
    known = {link.name for link in recording.header.links}
    fresh = tuple(link for link in header.links if link.name not in known)
    recording.header = msgspec.structs.replace(recording.header, links=recording.header.links + fresh)


def _read_line(recording: Recording, octets: bytes, file: str, number: int) -> None:
    if not octets.endswith(b"\n"):
        recording.skip("cut lines", file, number, f"cut after {len(octets)} octets; expected a whole line")
        return
    try:
        line = _line.decode(octets)
        bytes.fromhex(line.pdu)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        recording.skip("unreadable lines", file, number, f"expected a PDU or an event as JSON: {error}")
        return
    recording.lines.append(line)
