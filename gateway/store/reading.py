"""What people want to know of a store's file, read beside its writer or while nothing runs. It never writes.

A connection of its own, so that a long answer never waits in the writer's queue. Blocking: a running gateway calls it
from a thread.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import msgspec

from gateway.messages import MissRow, OutboxState
from gateway.model import MINUTE_MS, Instant, Msisdn
from gateway.store import schema as sql
from gateway.store.protocol import JournalRow, LedgerRow, Loaded, OutboxRow, StoreError, Wanted
from gateway.store.rows import ledger_row, loaded, miss_row, outbox_row
from gateway.store.sqlite import load_from

MARGIN_MS = 10 * MINUTE_MS
"""How far the order of the journal and that of its instants may differ: what waited in a queue."""


class StoreOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """Outbox rows by the name of their state; when the oldest READY one was decided; sizes of the files."""

    outbox: dict[str, int]
    oldest_ready_at: Instant | None
    octets: int
    log_octets: int


@dataclass(frozen=True, slots=True)
class Happened:
    """Rows about one number. `outbox` may hold replies of a little before and after."""

    journal: list[JournalRow]
    ledger: list[LedgerRow]
    outbox: list[OutboxRow]


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, to a file of this version.

    Raises:
        StoreError: there is no such file, it is another program's or another version's, or it cannot be read.
    """
    if not path.exists():
        raise StoreError(f"{path}: there is no database yet; start the gateway once, or name its --config")
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
        ((application,),) = connection.execute("PRAGMA application_id")
        ((version,),) = connection.execute("PRAGMA user_version")
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be read ({error})") from error
    if application != sql.APPLICATION_ID:
        raise StoreError(f"{path}: this is no database of a gateway")
    if version != len(sql.STEPS):
        raise StoreError(f"{path}: written by another version (schema {version}, this one knows {len(sql.STEPS)})")
    return connection


class StoreReader:
    """The file of a store, for reading. `with StoreReader(path) as reader: ...`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = open_for_reading(path)

    def __enter__(self) -> StoreReader:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._connection.close()

    def outlook(self) -> StoreOutlook:
        """How much there is. It reads the whole outbox: about a second for a million rows."""
        counts = {OutboxState(state).name: count for state, count in self._rows(sql.OUTBOX_COUNTS)}
        oldest = self._rows(sql.OUTBOX_OLDEST_READY)
        log_file = self.path.with_name(self.path.name + "-wal")
        return StoreOutlook(
            outbox={state.name: counts.get(state.name, 0) for state in OutboxState},
            oldest_ready_at=Instant(oldest[0][0]) if oldest else None,
            octets=self.path.stat().st_size,
            log_octets=log_file.stat().st_size if log_file.exists() else 0,
        )

    def load(self, wanted: Wanted) -> Loaded:
        """Documents as they are now: a subscriber brings his account and his person with him."""
        try:
            return loaded(load_from(self._connection, wanted))
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise StoreError(f"{self.path}: cannot be read ({error})") from error

    def happened(self, msisdn: Msisdn, since: Instant, until: Instant) -> Happened:
        """What a number did and got from `since` to before `until`. Reads all of that time: a second for a million."""
        span = (self._number_at(Instant(since - MARGIN_MS)), self._number_at(Instant(until + MARGIN_MS)), msisdn)
        journal = [JournalRow(*row) for row in self._rows(sql.JOURNAL_OF_NUMBER, span)]
        ledger = [ledger_row(row) for row in self._rows(sql.LEDGER_OF_NUMBER, span)]
        outbox = [outbox_row(row) for row in self._rows(sql.OUTBOX_OF_NUMBER, span)]
        return Happened(
            journal=[row for row in journal if since <= row.at < until],
            ledger=[row for row in ledger if since <= row.at < until],
            outbox=outbox,
        )

    def _number_at(self, at: Instant) -> int:
        """About the first journal number at or after an instant; the last one where all are before it."""
        ((low, high),) = self._rows(sql.JOURNAL_ENDS)
        while low < high:
            middle = (low + high) // 2
            found = self._rows(sql.JOURNAL_AT, (middle,))
            if found and found[0][1] < at:
                low = int(found[0][0]) + 1
            else:
                high = middle
        return int(low)

    def misses(self) -> list[MissRow]:
        """The tally of what could not be read, in no order."""
        return [miss_row(row) for row in self._rows(sql.MISSES)]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The answer to a statement without values."""
        return self._rows(statement)

    def column(self, statement: str) -> list[bytes]:
        """The only column of an answer."""
        return [row[0] for row in self._rows(statement)]

    def _rows(self, statement: str, values: tuple[int | str, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: cannot be read ({error})") from error
