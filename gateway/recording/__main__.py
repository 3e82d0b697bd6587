"""The recorder's process: reads what the gateway tells it on standard input, writes recordings, ends with the input.

What goes wrong it says on standard error and ends; the gateway serves on without it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

import msgspec

from gateway.recording.files import RecordingFiles
from gateway.recording.masking import Masker
from gateway.recording.scribe import Scribe
from gateway.recording.stream import Kind, Record, Records, Start, read

READ_OCTETS = 1 << 18
TICK_S = 0.25
NICE = 5
"""Where there are too few processors the gateway goes first."""


def main() -> int:
    """Records until standard input ends; the exit status is 1 where a file could not be written."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the gateway ends it, after what it has to say
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    source = sys.stdin.fileno()
    records = Records()
    session: _Session | None = None
    try:
        while True:
            ready, _, _ = select.select([source], [], [], TICK_S)
            octets = os.read(source, READ_OCTETS) if ready else None
            for record in records.feed(octets or b""):
                if session is None:
                    session = _Session(read(record.body, Start))
                else:
                    session.take(record)
            if session is not None:
                session.write(ended=octets == b"")
            if octets == b"":
                return 0
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'recording'}: {error.strerror or error}\n")
        return 1


class _Session:
    """One recording, from its start to its end."""

    def __init__(self, start: Start) -> None:
        self._scribe = Scribe(Masker(start.key, pseudonyms=start.header.pseudonyms), start.header.links)
        self._files = RecordingFiles(
            Path(start.folder),
            start.header,
            file_octets_max=start.file_octets_max,
            file_s_max=start.file_s_max,
            total_octets_max=start.total_octets_max,
            level=start.level,
        )
        self._files.drop_oldest()

    def take(self, record: Record) -> None:
        """One record of the gateway's."""
        if record.kind is not Kind.RELOADED:
            self._scribe.feed(record)
            return
        self._files.write(self._scribe.lines(record.at))
        self._files.header = msgspec.structs.replace(self._files.header, catalogue=record.body.decode())
        self._next_file(record.at)

    def _next_file(self, now: float) -> None:
        self._files.rotate()
        self._files.write(self._scribe.continued(now))

    def write(self, *, ended: bool) -> None:
        now = time.time()
        self._files.write(self._scribe.lines(now, all=ended))
        if ended:
            self._files.close()
        elif self._files.full:
            self._next_file(now)


if __name__ == "__main__":
    sys.exit(main())
