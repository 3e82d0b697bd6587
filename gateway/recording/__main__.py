"""The recorder's process: reads what the gateway tells it on standard input, writes recordings, ends with the input.

It takes what there is at once and writes it as fast as it can, so that the gateway has nothing left to hand over when
it stops. What goes wrong it says on standard error and ends; the gateway serves on without it.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec

from gateway.recording.files import RecordingFiles
from gateway.recording.masking import Masker
from gateway.recording.scribe import Scribe
from gateway.recording.stream import Kind, Record, Records, Start, read

READ_OCTETS = 1 << 18
HELD_CHUNKS_MAX = 1 << 12
"""Of what is read and not written yet; a pipe gives 64 KiB at a time. Then the gateway's own buffer fills."""
TICK_S = 0.25
NICE = 5
"""Where there are too few processors the gateway goes first."""


def main() -> int:
    """Records until standard input ends; the exit status is 1 where a file could not be written."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the gateway ends it, after what it has to say
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    chunks: queue.Queue[bytes] = queue.Queue(HELD_CHUNKS_MAX)
    threading.Thread(target=_take, args=(sys.stdin.fileno(), chunks), daemon=True).start()
    records = Records()
    session: _Session | None = None
    try:
        while True:
            try:
                octets = chunks.get(timeout=TICK_S)
            except queue.Empty:
                octets = None
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


def _take(source: int, chunks: queue.Queue[bytes]) -> None:
    """Reads until the end, which is an empty chunk."""
    octets = b"more"
    while octets:
        octets = os.read(source, READ_OCTETS)
        chunks.put(octets)


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
