"""The files of a recording: one that grows, older ones compressed, none older than the room on the disk allows.

What is written is complete lines only, flushed at every call, so that a crash cuts the last line at most.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from gateway.recording.format import Header, Line, header_octets, line_octets
from gateway.recording.sources import PACKED, PLAIN

FOLDER_MODE, FILE_MODE = 0o700, 0o600  # who may read subscribers' messages is for the operator to say
_COPY_OCTETS = 1 << 20


class RecordingFiles:
    """Writes lines into files of one folder.

    Args:
        header: what each file begins with; its `since` is set.
        file_octets_max, file_s_max: a file that is larger or older is closed and compressed.
        total_octets_max: of all recordings in the folder; the oldest go first, the one that grows never.
        now: seconds since 1970 UTC.
    """

    def __init__(
        self,
        folder: Path,
        header: Header,
        *,
        file_octets_max: int,
        file_s_max: float,
        total_octets_max: int,
        level: int = 3,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.header = header
        self._file_octets_max = file_octets_max
        self._file_s_max = file_s_max
        self._total_octets_max = total_octets_max
        self._level = level
        self._now = now
        self._file: BinaryIO | None = None
        self._path = folder
        self._octets = 0
        self._began = 0.0
        self._packing: list[threading.Thread] = []
        self._one_at_a_time = threading.Lock()
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    @property
    def path(self) -> Path:
        """The file that grows, or the last one that did."""
        return self._path

    def write(self, lines: Iterable[Line]) -> None:
        """Appends lines. Raises OSError where the disk takes no more."""
        octets = b"".join(map(line_octets, lines))
        if not octets:
            return
        file = self._file or self._begin()
        file.write(octets)
        file.flush()
        self._octets += len(octets)

    def _begin(self) -> BinaryIO:
        now = self._now()
        name = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S")
        for count in range(1000):
            path = self.folder / f"{name}{f'_{count:03}' if count else ''}{PLAIN}"
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
            except FileExistsError:
                continue
            if not path.with_name(path.name + ".zst").exists():
                break
            os.close(descriptor)
            path.unlink()
        else:
            raise FileExistsError(f"{path}: a thousand recordings began in this second")
        file = os.fdopen(descriptor, "wb")
        head = header_octets(msgspec.structs.replace(self.header, since=now))
        file.write(head)
        self._file, self._path, self._octets, self._began = file, path, len(head), now
        return file

    @property
    def full(self) -> bool:
        """Whether the file that grows has its size or its age."""
        if self._file is None:
            return False
        return self._octets >= self._file_octets_max or self._now() - self._began >= self._file_s_max

    def rotate(self) -> None:
        """Closes the file that grows and compresses it beside whatever comes next; drops what is too much."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        thread = threading.Thread(target=self._pack, args=(self._path,), name="recording")
        thread.start()
        self._packing = [each for each in self._packing if each.is_alive()] + [thread]

    def _pack(self, path: Path) -> None:
        with self._one_at_a_time:
            pack(path, self._level)
            self.drop_oldest()

    def drop_oldest(self) -> None:
        """As long as all recordings together take too much room."""
        found = sorted(
            (path for path in self.folder.iterdir() if path.name.endswith((PLAIN, PACKED)) and path != self._path),
            key=lambda path: path.name,
        )
        sizes = {path: _size(path) for path in found}
        total = sum(sizes.values()) + self._octets
        for path in found:
            if total <= self._total_octets_max:
                break
            path.unlink(missing_ok=True)
            total -= sizes[path]

    def close(self) -> None:
        """Returns when everything is compressed."""
        self.rotate()
        for thread in self._packing:
            thread.join()


def _size(path: Path) -> int:
    """In octets; a file that somebody has removed has none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def pack(path: Path, level: int = 3) -> Path:
    """Compresses a file with zstd and removes it; a crash on the way leaves it as it was."""
    packed = path.with_name(path.name + ".zst")
    half = packed.with_name(packed.name + ".half")
    with path.open("rb") as source:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as target:
            zstandard.ZstdCompressor(level=level).copy_stream(source, target, read_size=_COPY_OCTETS)
    half.rename(packed)
    path.unlink()
    return packed
