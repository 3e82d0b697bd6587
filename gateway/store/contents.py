"""What the journal names by a digest and the store keeps beside it, once: the operator's data, and imported rows.

Packed as zstd over msgpack. The digest of the data is the one that names the state of the catalogue everywhere. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TypeVar

import msgspec
import zstandard

from gateway.messages import ImportRow
from gateway.store.protocol import ContentRow

DIGEST_OCTETS = 16
Value = TypeVar("Value")
LEVEL = 9
OCTETS_MAX = 1 << 28
"""What a content may be unpacked: more is none of ours."""


class ContentError(Exception):
    """A content that cannot be read."""


def packed_files(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Names and contents of the files of one state of the operator's data."""
    return _packed(sorted(files))


def files_in(content: bytes) -> list[tuple[str, bytes]]:
    """Raises ContentError."""
    return _unpacked(content, list[tuple[str, bytes]])


def packed_rows(rows: tuple[ImportRow, ...]) -> ContentRow:
    """The rows of an import, under the digest of what they are packed from."""
    octets = msgspec.msgpack.encode(rows)
    digest = hashlib.blake2b(octets, digest_size=DIGEST_OCTETS).hexdigest()
    return ContentRow(digest, zstandard.ZstdCompressor(level=LEVEL).compress(octets))


def rows_in(content: bytes) -> tuple[ImportRow, ...]:
    """Raises ContentError."""
    return _unpacked(content, tuple[ImportRow, ...])


def _packed(value: object) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL).compress(msgspec.msgpack.encode(value))


def _unpacked(content: bytes, kind: type[Value]) -> Value:
    try:
        octets = zstandard.ZstdDecompressor().decompress(content, max_output_size=OCTETS_MAX)
        return msgspec.msgpack.decode(octets, type=kind)
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ContentError(f"cannot be unpacked ({error})") from None
