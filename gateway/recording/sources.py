"""The files of recordings, plain or compressed, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from gateway.recording.reading import FileDamaged

READ_OCTETS = 1 << 18
PLAIN, PACKED = ".jsonl", ".jsonl.zst"


def is_recording(path: Path) -> bool:
    """Whether a file's name is that of a recording."""
    return path.name.endswith((PLAIN, PACKED))


def holds_recordings(path: Path) -> bool:
    """Whether it is a recording, or a folder of them."""
    return any(map(is_recording, path.iterdir())) if path.is_dir() else is_recording(path)


def recordings_in(paths: Iterable[Path]) -> list[Path]:
    """The files named, and the recordings of the folders named, oldest first in each.

    Raises:
        FileNotFoundError: a path does not exist, or a folder has no recording in it.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(each for each in path.iterdir() if is_recording(each)) if path.is_dir() else [path]
        if not inside or not path.exists():
            raise FileNotFoundError(f"{path}: there is no recording (*{PLAIN}, *{PACKED})")
        found.update(dict.fromkeys(inside))
    return list(found)


def lines_in(path: Path) -> Iterator[bytes]:
    """The lines of a file, with their ends.

    Raises:
        FileDamaged: the compression is cut or damaged; what was before that place has been given already.
    """
    with path.open("rb") as file:
        yield from _unpacked(file) if path.name.endswith(".zst") else file


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    import zstandard  # only who meets a compressed file needs it

    frame = zstandard.ZstdDecompressor().decompressobj()
    rest = b""
    while octets := file.read(READ_OCTETS):
        try:
            rest += frame.decompress(octets)
        except zstandard.ZstdError as error:
            raise FileDamaged(f"the compressed file is damaged from here on: {error}") from None
        *lines, rest = rest.split(b"\n")
        for line in lines:
            yield line + b"\n"
    if not frame.eof:
        raise FileDamaged("the compressed file is cut here; expected more of it")
    if rest:
        yield rest


def sources_of(paths: Iterable[Path]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """What `read_recording` takes."""
    for path in recordings_in(paths):
        yield str(path), lines_in(path)
