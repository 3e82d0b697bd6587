"""What people want to know of a store's file, read beside its writer or while nothing runs. It never writes.

A connection of its own, so that a long answer never waits in the writer's queue. Blocking: a running gateway calls it
from a thread.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import msgspec

from gateway.messages import MissRow, OutboxState
from gateway.model import Instant
from gateway.store import schema as sql
from gateway.store.protocol import StoreError
from gateway.store.sqlite import miss_row


class StoreOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """Outbox rows by the name of their state; when the oldest READY one was decided; sizes of the files."""

    outbox: dict[str, int]
    oldest_ready_at: Instant | None
    octets: int
    log_octets: int


class StoreReader:
    """The file of a store, for reading. `with StoreReader(path) as reader: ...`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            raise StoreError(f"{path}: there is no database yet; start the gateway once, or name its --config")
        try:
            self._connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
            ((application,),) = self._rows("PRAGMA application_id")
            ((version,),) = self._rows("PRAGMA user_version")
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be read ({error})") from error
        if application != sql.APPLICATION_ID:
            raise StoreError(f"{path}: this is no database of a gateway")
        if version != len(sql.STEPS):
            raise StoreError(f"{path}: written by another version (schema {version}, this one knows {len(sql.STEPS)})")

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

    def misses(self) -> list[MissRow]:
        """The tally of what could not be read, in no order."""
        return [miss_row(row) for row in self._rows(sql.MISSES)]

    def _rows(self, statement: str, values: tuple[int | str, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: cannot be read ({error})") from error
