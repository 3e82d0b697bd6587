"""A journal as a file: a header, then one entry a line, as JSON for people and as octets for the chain.

What the entries name by a digest (the operator's data, imported rows) lies beside the file, each under its digest, so
that several journals share it. docs/recordings.md describes the format. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import zstandard

from gateway.engine.journal import HASH_OCTETS, ImportedEntry, ReloadedEntry, body_of, chain
from gateway.model import Instant
from gateway.recording.reading import FileDamaged
from gateway.recording.sources import PACKED, lines_in
from gateway.replay.digests import named
from gateway.store import schema as sql
from gateway.store.protocol import JournalRow, StoreError
from gateway.store.reading import StoreReader

VERSION = 1
CONTENT_SUFFIX = ".content"
LEVEL = 12


class JournalError(Exception):
    """A file that is no journal, is damaged, or lacks what it names: file, line and what was expected."""


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """`after`, `hash`: the last entry before the first one of the file, and its hash; zeros where the file has all."""

    journal: int
    made_by: str = ""
    after: int = 0
    hash: str = "00" * HASH_OCTETS


class _Entry(msgspec.Struct, frozen=True):
    number: int
    at: Instant
    kind: str
    msisdn: str
    body: str
    hash: str
    entry: object = None


@dataclass(frozen=True, slots=True)
class JournalFile:
    """Entries in order, what they name, by digest, and the file's name."""

    after: int
    rows: list[JournalRow]
    contents: dict[str, bytes] = field(default_factory=dict)
    name: str = "the journal"


def named_in(rows: Iterable[JournalRow]) -> Iterator[str]:
    """The digests of what entries name."""
    for row in rows:
        body = body_of(row)
        if isinstance(body, ReloadedEntry):
            yield body.digest
        elif isinstance(body, ImportedEntry) and body.content:
            yield body.content


def read_database(path: Path) -> JournalFile:
    """The journal of a store's file, while a gateway may be writing it. Raises StoreError."""
    with StoreReader(path) as reader:
        rows = [JournalRow(*row) for row in reader.rows(f"{sql.JOURNAL_COLUMNS} ORDER BY number")]
        contents = dict(reader.rows("SELECT digest, content FROM contents"))
    if rows and rows[0].number > 1:
        raise StoreError(f"{path}: its journal was cut and begins with {rows[0].number:,}; nothing leads up to that")
    return JournalFile(0, rows, contents, str(path))


def write_journal(journal: JournalFile, path: Path, made_by: str) -> None:
    """The file, packed where its name says so, and beside it what it names."""
    lines = [msgspec.json.encode(Header(VERSION, made_by, journal.after))]
    for row in journal.rows:
        entry = _Entry(row.number, row.at, row.kind, row.msisdn, row.body.hex(), row.hash.hex(), named(body_of(row)))
        lines.append(msgspec.json.encode(entry))
    octets = b"".join(line + b"\n" for line in lines)
    if path.name.endswith(".zst"):
        octets = zstandard.ZstdCompressor(level=LEVEL).compress(octets)
    path.write_bytes(octets)
    for digest in dict.fromkeys(named_in(journal.rows)):
        if digest in journal.contents:
            path.with_name(digest + CONTENT_SUFFIX).write_bytes(journal.contents[digest])


def read_journal(path: Path) -> JournalFile:
    """A journal's file, or the database of a gateway.

    Raises:
        JournalError: with file and line.
        StoreError: of a database.
    """
    if not path.exists():
        raise JournalError(f"{path}: there is no such file")
    if not path.name.endswith((".jsonl", PACKED)):
        return read_database(path)
    lines = _numbered(path)
    try:
        header = msgspec.json.decode(next(lines, (0, b""))[1], type=Header)
    except msgspec.MsgspecError:
        raise JournalError(f"{path}:1: expected the header of a journal, made by `ussdgw journal export`") from None
    if header.journal > VERSION:
        raise JournalError(f"{path}:1: journal format {header.journal}, this version reads up to {VERSION}")
    rows = list(_rows(path, lines, header))
    contents = {}
    for digest in dict.fromkeys(named_in(rows)):
        beside = path.with_name(digest + CONTENT_SUFFIX)
        if beside.exists():
            contents[digest] = beside.read_bytes()
    return JournalFile(header.after, rows, contents, str(path))


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        for number, line in enumerate(lines_in(path), 1):
            yield number, line
    except FileDamaged as error:
        raise JournalError(f"{path}:{number + 1}: {error}") from None


def _rows(path: Path, lines: Iterable[tuple[int, bytes]], header: Header) -> Iterator[JournalRow]:
    number, previous = header.after, bytes.fromhex(header.hash)
    for at, line in lines:
        try:
            entry = msgspec.json.decode(line, type=_Entry)
            body, found = bytes.fromhex(entry.body), bytes.fromhex(entry.hash)
        except (msgspec.MsgspecError, ValueError) as error:
            raise JournalError(f"{path}:{at}: expected an entry of a journal: {error}") from None
        if entry.number != number + 1 or chain(previous, body) != found:
            raise JournalError(f"{path}:{at}: entry {entry.number} does not follow entry {number}: the file is damaged")
        number, previous = entry.number, found
        yield JournalRow(entry.number, entry.at, entry.kind, entry.msisdn, body, found)
