"""Runs the checks over one snapshot of the file, and mends what they say how to mend, in a second connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from gateway.engine.journal import Journal, RepairedEntry
from gateway.fsck import books, chain, messages, waiting
from gateway.fsck.faults import Check, Examined, Fault, Statement
from gateway.model import Instant, Record
from gateway.store.protocol import Head, StoreError
from gateway.store.reading import open_for_reading
from gateway.store.schema import HEAD, JOURNAL
from gateway.store.sqlite import lock_file

CACHE_KIB = 16 * 1024
PAGE_FAULTS_MAX = 100
REPAIRS_PER_STEP = 500

_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR})


def pages(path: Path) -> Iterator[Fault]:
    """The file's own structure, and its indexes against its tables. An index can be made anew from its table.

    By a connection of its own: one that has met a damaged page here writes nothing more, not even in its memory.
    """
    with closing(open_for_reading(path)) as connection:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        try:
            for (told,) in connection.execute(f"PRAGMA integrity_check({PAGE_FAULTS_MAX})"):
                of_index = "index" in told
                repair: tuple[Statement, ...] = (("REINDEX", ()),) if of_index else ()
                if told != "ok":
                    yield Fault("file.index" if of_index else "file.pages", "file", "-", told, "ok", repair)
        except sqlite3.DatabaseError as error:
            yield _unreadable(path, "file", error)


def _unreadable(path: Path, where: str, error: Exception) -> Fault:
    """What cannot be read because of the disk or a damaged page; StoreError where anything else is wrong."""
    if isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _CORRUPT:
        raise StoreError(f"{path}: cannot be read ({error})") from error
    return Fault("file.pages", where, "-", str(error), "rows that can be read")


CHECKS: tuple[Check, ...] = (*chain.CHECKS, *books.CHECKS, *messages.CHECKS, *waiting.CHECKS)
"""In this order: the journal's walk notes what later ones compare with, and balances rely on the ledger's."""
FILE = Check("file", (), lambda _: iter(()))


def record_kinds(kind: type[Record] = Record) -> Mapping[str, type[Record]]:
    """Every kind of record of the modules that are loaded, by its name."""
    found = {kind.kind: kind} if kind.kind else {}
    for each in kind.__subclasses__():
        found.update(record_kinds(each))
    return found


def examine(
    path: Path,
    commands: Iterable[str],
    *,
    horizon_ms: int,
    outbox_keep_ms: int,
    began: Callable[[Check, int], None] = lambda _check, _rows: None,
    told: Callable[[int], None] = lambda _rows: None,
) -> Iterator[Fault]:
    """Every fault of the file as it is at this instant, beside a running gateway too.

    `horizon_ms`, `outbox_keep_ms`: how long redeliveries are recognised and replies are kept. `began` and `told` learn
    of each check with the rows that it reads, and of rows that have been read.

    Raises:
        StoreError: the file cannot be opened, or is no database of this version.
    """
    began(FILE, 0)
    yield from pages(path)
    with closing(open_for_reading(path)) as connection:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("BEGIN")  # one snapshot for all checks
        connection.execute(chain.TOLD)
        examined = Examined(
            connection, frozenset(commands), record_kinds(), horizon_ms=horizon_ms, outbox_keep_ms=outbox_keep_ms,
            told=told,
        )  # fmt: skip
        unread: set[str] = set()
        for check in CHECKS:
            if check.compares and "journal" in unread:
                continue
            try:
                rows = [examined.one(f"SELECT count(*) FROM {table}") for table in check.reads]
                began(check, sum(rows))
                for fault in check.run(examined):
                    examined.faults[fault.fault.partition(".")[0]] += 1
                    yield fault
            except (sqlite3.DatabaseError, OverflowError) as error:
                unread.add(check.name)
                examined.faults[check.name] += 1
                yield _unreadable(path, ", ".join(check.reads), error)


class Mender:
    """Writes repairs, each step with its journal entry, in one transaction. No gateway may have the file.

    `with Mender(path, now) as mender: mender.mend(fault)`; what was handed over is on the disk afterwards.

    Raises:
        StoreError: a gateway holds the file, or it cannot be written.
    """

    def __init__(self, path: Path, now: Instant) -> None:
        self._path, self._now = path, now
        self._waiting: list[Fault] = []
        self.mended = 0

    def __enter__(self) -> Mender:
        open_for_reading(self._path).close()  # of this version, and there: what is locked would be made
        self._lock = lock_file(self._path)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if error[0] is None:
                self._write()
        finally:
            self._connection.close()
            self._lock.close()

    def mend(self, fault: Fault) -> None:
        if fault.repair:
            self._waiting.append(fault)
            if len(self._waiting) >= REPAIRS_PER_STEP:
                self._write()

    def _write(self) -> None:
        faults, self._waiting = self._waiting, []
        if not faults:
            return
        statements = dict.fromkeys(each for fault in faults for each in fault.repair)  # an index once for all
        try:
            head = self._connection.execute(HEAD).fetchone()
            journal = Journal(Head(*head) if head is not None else Head())
            entry = RepairedEntry(tuple([(f.fault, f.table, f.key, f.found, f.expected) for f in faults]))
            row = journal.row(journal.next_number(), self._now, "", entry)
            self._connection.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                self._connection.execute(statement, values)
            self._connection.execute(JOURNAL.texts[0], (row.number, row.at, row.kind, row.msisdn, row.body, row.hash))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise StoreError(f"{self._path}: cannot be mended ({error}); nothing of this step was written") from error
        self.mended += len(faults)
