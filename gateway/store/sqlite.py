"""The store on an SQLite file, through aiosqlite: WAL, `synchronous=FULL`, one writer.

A batch is one transaction and one hop to aiosqlite's thread: an await for each statement would cost more than the
statements. A second connection moves the write-ahead log into the database while the first goes on writing. Every
failure leaves as a StoreError that names the file. This room never decides anything and never imports the engine.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import IO, Any, TypeVar, cast

import aiosqlite
import msgspec
import structlog

from gateway.messages import Awaited, MissRow, OutboxState
from gateway.model import (
    AccountId,
    Charge,
    Dialog,
    Instant,
    Money,
    Usage,
    UsageKind,
    UsageTotal,
)
from gateway.store import schema as sql
from gateway.store.planning import plan
from gateway.store.protocol import (
    EffectRow,
    Forgotten,
    Head,
    InboxRow,
    JournalRow,
    Kept,
    LedgerRow,
    Loaded,
    OrphanRow,
    OutboxRow,
    PartRow,
    RecordRow,
    StoreError,
    TimerRow,
    Wanted,
    WriteBatch,
)
from gateway.store.rows import effect_row, ledger_row, loaded, miss_row, outbox_row, timer_row

log = structlog.get_logger(__name__)

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]
Connect = Callable[..., sqlite3.Connection]

CACHE_KIB = 4 * 1024  # the page cache: the system's own stands behind it, and a larger one was no faster
CHECKPOINT_ROWS = 16_000  # changed rows between two checkpoints in the background: about a second at full load
LOG_PAGES_MAX = 16_000  # from here on the write-ahead log is started anew (16 MB)
STATEMENTS_KEPT = 256  # compiled statements: about a hundred texts are used
LOG_PAGES_HARD = 64_000  # SQLite's own checkpoint, in the way of the writer: only if the background fails

_json = msgspec.json.Encoder().encode
_part = msgspec.msgpack.Decoder(PartRow).decode
_dialog = msgspec.msgpack.Decoder(Dialog).decode

_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_FORBIDDEN = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DISK = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM})


class _Connection(aiosqlite.Connection):
    """aiosqlite with one verb more: a function of several statements in one hop to the connection's thread.

    It also remembers its thread's last word: where connecting fails, aiosqlite ends the thread without waiting for it.
    """

    ended: asyncio.Future[None] | None = None

    def stop(self) -> asyncio.Future[None] | None:
        self.ended = super().stop()
        return self.ended

    async def run(self, work: Work[Result]) -> Result:
        return cast(Result, await self._execute(work, self._conn))  # type: ignore[no-untyped-call]


class SqliteStore:
    """The store in one file. `steps`, the schema, and `connect`, what opens the file, are replaced by tests only."""

    def __init__(
        self, path: str | Path, *, steps: Sequence[str] = sql.STEPS, connect: Connect = sqlite3.connect
    ) -> None:
        self.path = Path(path)
        self._steps = steps
        self._open_file = connect
        self._lock: IO[str] | None = None
        self._connection: _Connection | None = None
        self._checkpointer: _Connection | None = None
        self._checkpoint: asyncio.Task[None] | None = None
        self._connection_max = 0  # the highest peer connection that the file knows
        self._changes_at_checkpoint = 0

    # -- life

    async def open(self) -> Head:
        """Opens or creates the file and its directory. StoreError: held by another gateway, damaged, too new."""
        self._lock = lock_file(self.path)
        try:
            self._connection = _Connection(self._connect, iter_chunk_size=64)
            await self._connection
            self._checkpointer = _Connection(self._connect_checkpointer, iter_chunk_size=64)
            await self._checkpointer
            head = await self._run(_head)
        except sqlite3.Error as error:
            await self.close()
            raise _refusal(self.path, error) from error
        except StoreError:
            await self.close()
            raise
        self._connection_max = head.connection
        return head

    async def close(self) -> None:
        """Moves the write-ahead log into the database and lets the file go. Closing twice is allowed."""
        if self._checkpoint is not None:
            await self._checkpoint
        connections = (self._checkpointer, self._connection)
        self._checkpointer = self._connection = self._checkpoint = None
        try:
            for connection in connections:
                if connection is not None:
                    await connection.close()
                    if connection.ended is not None:
                        await connection.ended
        except sqlite3.Error as error:
            raise _refusal(self.path, error) from error
        finally:
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def _connect(self) -> sqlite3.Connection:
        connection = self._open_file(self.path, isolation_level=None, cached_statements=STATEMENTS_KEPT)
        try:
            _prepare(connection, self.path, self._steps)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_checkpointer(self) -> sqlite3.Connection:
        connection = self._open_file(self.path, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -256")
        return connection

    async def _run(self, work: Work[Result]) -> Result:
        if self._connection is None:
            raise StoreError(f"{self.path}: the store is not open")
        try:
            return await self._connection.run(work)
        except sqlite3.Error as error:
            raise _refusal(self.path, error) from error
        except (OverflowError, UnicodeError) as error:  # an integer above 64 bits, a half surrogate
            raise StoreError(f"{self.path}: a value cannot be stored ({error})") from error

    def _unreadable(self, error: msgspec.MsgspecError) -> StoreError:
        return StoreError(f"{self.path}: a stored document cannot be read ({error}); {_RESTORE}")

    # -- batches

    async def load(self, wanted: Wanted) -> Loaded:
        try:
            found = loaded(await self._run(lambda connection: load_from(connection, wanted)))
        except msgspec.MsgspecError as error:
            raise self._unreadable(error) from error
        if wanted.more:
            await self._run(lambda connection: _load_more(connection, wanted, found))
        return found

    async def write(self, batch: WriteBatch) -> None:
        """One transaction. StoreError: nothing of it was written; `temporary` if the disk is full or failing."""
        used = max((row.connection for row in batch.inbox), default=0)
        new = used if used > self._connection_max else 0
        planned = list(plan(batch, new))
        changes = await self._run(lambda connection: _execute(connection, planned))
        self._connection_max = max(self._connection_max, used, *batch.confirmed)
        if changes - self._changes_at_checkpoint >= CHECKPOINT_ROWS and self._checkpoint is None:
            self._changes_at_checkpoint = changes
            self._checkpoint = asyncio.create_task(self._move_log())

    async def _move_log(self) -> None:
        """Copies the log into the database beside the writer, who would lose 15 to 40 ms on it each time.

        The log starts anew only when all of it has been copied, which a busy writer never lets happen. So where it
        has grown long, the rest is made small here and then copied in the writer's own queue.
        """
        checkpointer, connection = self._checkpointer, self._connection
        if checkpointer is None or connection is None:
            return
        passive = "PRAGMA wal_checkpoint(PASSIVE)"
        try:
            rows = list(await checkpointer.execute_fetchall(passive))
            if rows[0][1] >= LOG_PAGES_MAX:
                await checkpointer.execute_fetchall(passive)
                await checkpointer.execute_fetchall(passive)
                await connection.execute_fetchall(passive)
        except sqlite3.Error as error:  # the log is whole and only grows; the next checkpoint tries again
            log.warning("checkpoint_failed", file=str(self.path), error=str(error))
        finally:
            self._checkpoint = None

    # -- what a start needs

    async def in_doubt(self, since: Instant) -> list[InboxRow]:
        rows = await self._rows(sql.IN_DOUBT, (since,))
        return [
            InboxRow(number, connection, fingerprint, at, original, bool(late))
            for number, connection, fingerprint, at, original, late in rows
        ]

    async def replies_to(self, number: int) -> list[OutboxRow]:
        first = number * 16
        rows = await self._rows(sql.REPLIES_TO, (first, first + 15))
        return [outbox_row(row) for row in rows]

    async def outbox_ready(self, after: int, limit: int) -> list[OutboxRow]:
        rows = await self._rows(sql.OUTBOX_READY, (after, limit))
        return [outbox_row(row) for row in rows]

    async def recover_outbox(self, at: Instant) -> int:
        return await self._run(lambda connection: connection.execute(sql.OUTBOX_RECOVERY, (at,)).rowcount)

    async def outbox_counts(self) -> dict[OutboxState, int]:
        """Reads the whole outbox: for status and fsck, not for the way of a message."""
        rows = await self._rows(sql.OUTBOX_COUNTS)
        return {OutboxState(state): count for state, count in rows}

    async def awaited_newest(self, limit: int) -> list[Awaited]:
        return [Awaited(*row) for row in await self._rows(sql.AWAITED_NEWEST, (limit,))]

    async def awaited(self, keys: Collection[str]) -> list[Awaited]:
        return [Awaited(*row) for row in await self._rows(sql.AWAITED_BY_KEY, (_json(list(keys)).decode(),))]

    async def forget(self, kept: Kept, before: Instant, after: int, limit: int) -> Forgotten:
        return await self._run(lambda connection: _forget(connection, kept, before, after, limit))

    async def orphans(self) -> list[OrphanRow]:
        return [OrphanRow(*row) for row in await self._rows(sql.ORPHANS)]

    async def parts(self) -> list[PartRow]:
        rows = await self._rows("SELECT document FROM parts ORDER BY id")
        try:
            return [_part(document) for (document,) in rows]
        except msgspec.MsgspecError as error:
            raise self._unreadable(error) from error

    async def timers_due(self, until: Instant, limit: int) -> list[TimerRow]:
        rows = await self._rows(
            "SELECT key, due_at, command, msisdn, arguments FROM timers WHERE due_at <= ? ORDER BY due_at, key LIMIT ?",
            (until, limit),
        )
        try:
            return [
                timer_row((key, due_at, command, msisdn, arguments)) for key, due_at, command, msisdn, arguments in rows
            ]
        except msgspec.MsgspecError as error:
            raise self._unreadable(error) from error

    async def dialogs(self) -> list[Dialog]:
        rows = await self._rows("SELECT document FROM dialogs")
        try:
            found = [_dialog(document) for (document,) in rows]
        except msgspec.MsgspecError as error:
            raise self._unreadable(error) from error
        return sorted(found, key=lambda each: (each.shown_at, each.msisdn, each.key))

    async def next_timer(self) -> Instant | None:
        ((due_at,),) = await self._rows("SELECT min(due_at) FROM timers")
        return cast(Instant | None, due_at)

    async def effects_due(self, until: Instant, limit: int) -> list[EffectRow]:
        return await self._effects(" WHERE due_at <= ? ORDER BY id LIMIT ?", (until, limit))

    async def effect(self, effect: int) -> EffectRow | None:
        return next(iter(await self._effects(" WHERE id = ?", (effect,))), None)

    async def _effects(self, which: str, values: tuple[int, ...]) -> list[EffectRow]:
        rows = await self._rows(sql.EFFECTS + which, values)
        try:
            return [effect_row(row) for row in rows]
        except msgspec.MsgspecError as error:
            raise self._unreadable(error) from error

    async def journal(self, after: int, limit: int) -> list[JournalRow]:
        rows = await self._rows(f"{sql.JOURNAL_COLUMNS} WHERE number > ? ORDER BY number LIMIT ?", (after, limit))
        return [JournalRow(*row) for row in rows]

    async def misses(self) -> list[MissRow]:
        return [miss_row(row) for row in await self._rows(sql.MISSES)]

    async def catalogue_entry(self) -> JournalRow | None:
        rows = await self._rows(sql.CATALOGUE_ENTRY)
        return JournalRow(*rows[0]) if rows else None

    async def records(self, kind: str) -> list[RecordRow]:
        return [RecordRow(*row) for row in await self._rows(sql.RECORDS_OF_KIND, (kind,))]

    async def content(self, digest: str) -> bytes | None:
        rows = await self._rows(sql.CONTENT_OF, (digest,))
        return cast(bytes, rows[0][0]) if rows else None

    async def timer(self, key: str) -> TimerRow | None:
        rows = await self._rows(sql.TIMER_OF, (key,))
        try:
            return timer_row(tuple(rows[0])) if rows else None
        except msgspec.MsgspecError as error:
            raise self._unreadable(error) from error

    async def ledger(self, after: int, limit: int) -> list[LedgerRow]:
        rows = await self._rows(
            "SELECT number, place, at, account, amount, kind, msisdn FROM ledger WHERE number > ?"
            " ORDER BY number, place LIMIT ?",
            (after, limit),
        )
        return [ledger_row(row) for row in rows]

    async def ledger_sum(self) -> dict[AccountId, Money]:
        rows = await self._rows("SELECT account, sum(amount) FROM ledger GROUP BY account ORDER BY account")
        return {AccountId(account): Money(amount) for account, amount in rows}

    async def _rows(self, statement: str, values: tuple[int | str, ...] = ()) -> list[tuple[Any, ...]]:
        return await self._run(lambda connection: connection.execute(statement, values).fetchall())


# -- in the connection's thread


def _prepare(connection: sqlite3.Connection, path: Path, steps: Sequence[str]) -> None:
    """Checks whose file it is, sets it up and brings its schema up to date."""
    ((application,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_master")
    if application != sql.APPLICATION_ID and (application or version or tables):
        raise StoreError(f"{path}: this is another program's SQLite file; name another file in [store] url")
    if version > len(steps):
        raise StoreError(
            f"{path}: written by a newer gateway (schema {version}, this one knows {len(steps)}); use that version"
        )
    connection.execute(f"PRAGMA page_size = {sql.PAGE_SIZE}")  # a file that exists keeps its own
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")  # where a statement over many rows keeps its way back
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES_HARD}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_PAGES_MAX * sql.PAGE_SIZE * 2}")
    for number, step in enumerate(steps[version:], start=version + 1):
        connection.executescript(sql.upgrade_script(number, step))


def _head(connection: sqlite3.Connection) -> Head:
    row = connection.execute(sql.HEAD).fetchone()
    if row is not None:
        return Head(*row)
    ((high,),) = connection.execute("SELECT coalesce(max(id), 0) FROM connections")
    return Head(connection=high)


def load_from(connection: sqlite3.Connection, wanted: Wanted) -> list[tuple[Any, ...]]:
    """The three answers: what came with the subscribers, accounts by themselves, persons by themselves."""
    asked = ((sql.LOAD, wanted.subscribers), (sql.LOAD_ACCOUNTS, wanted.accounts), (sql.LOAD_PERSONS, wanted.persons))
    return [connection.execute(text, (_json(list(keys)).decode(),)).fetchone() if keys else () for text, keys in asked]


def _load_more(connection: sqlite3.Connection, wanted: Wanted, found: Loaded) -> None:
    """What few commands need: records by key, and ranges, each a walk along an index."""
    if wanted.records:
        rows = connection.execute(sql.LOAD_RECORDS, (_json(list(wanted.records)).decode(),))
        found.records = {(kind, key): document for kind, key, document in rows}
    for each in wanted.usage:
        statement = sql.LOAD_EXPENSES if each.expenses else sql.LOAD_USAGE
        rows = connection.execute(statement, (each.key, each.since, each.until, each.limit))
        found.usage[each] = tuple(
            Usage(at, UsageKind(kind), other, bool(incoming), quantity, cost)
            for at, kind, other, incoming, quantity, cost in rows
        )
    for each in wanted.totals:
        rows = connection.execute(sql.LOAD_TOTALS, (each.key, each.since, each.until))
        found.totals[each] = tuple(
            UsageTotal(UsageKind(kind), bool(incoming), count, quantity, cost)
            for kind, incoming, count, quantity, cost in rows
        )
    for each in wanted.charges:
        rows = connection.execute(sql.LOAD_CHARGES, (each.key, each.since, each.until, each.limit))
        found.charges[each] = tuple(Charge(*row) for row in rows)


def _execute(connection: sqlite3.Connection, plan: list[tuple[str, list[sql.Value]]]) -> int:
    """One transaction. Returns how many rows the connection has changed since it was opened."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for text, values in plan:
            connection.execute(text, values)
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return connection.total_changes


def _roll_back(connection: sqlite3.Connection) -> None:
    """SQLite may have rolled back by itself, as it does on a full disk; what failed first is what is reported."""
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            log.warning("rollback_failed", error=str(error))


def _forget(connection: sqlite3.Connection, kept: Kept, before: Instant, after: int, limit: int) -> Forgotten:
    """A step of its own transaction, measured where it runs: so long a batch may have to wait for it."""
    began_s = perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    try:
        work = _cut_journal if kept is Kept.JOURNAL else partial(_remove, kept)
        rows, last = work(connection, before, after, limit)
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return Forgotten(rows, last, perf_counter() - began_s)


def _remove(kept: Kept, connection: sqlite3.Connection, before: Instant, after: int, limit: int) -> tuple[int, int]:
    """Rows lie about in the order of time, so nothing old is left behind a step that found nothing old."""
    ((last,),) = connection.execute(sql.STEP_ENDS[kept], (after, limit))
    if last is None:
        return 0, 0
    removed = connection.execute(sql.STEP_REMOVES[kept], (after, last, before)).rowcount
    goes_on = removed > 0 or kept in _IN_NO_ORDER
    return removed, last if goes_on else 0


_IN_NO_ORDER = (Kept.USAGE, Kept.CONNECTIONS)


def _cut_journal(connection: sqlite3.Connection, before: Instant, after: int, limit: int) -> tuple[int, int]:
    rows = connection.execute(sql.JOURNAL_BEGINNING, (after, limit)).fetchall()
    old = [row for row in rows if row[2] < before]
    if not old:
        return 0, 0
    last = old[-1]
    connection.execute(sql.CHECKPOINT, last)
    return connection.execute(sql.JOURNAL_CUT, last[:1]).rowcount, last[0]


# -- what is wrong, in words

_RESTORE = "stop the gateway, keep a copy, and restore a backup or run `sqlite3 FILE .recover`"


def lock_file(path: Path) -> IO[str]:
    """Takes the file `<path>.lock` for this process. SQLite's own locks would let a second writer in between."""
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = lock.open("a+", encoding="ascii", errors="replace")
    except OSError as error:
        raise StoreError(f"{path}: cannot write in {path.parent} ({error.strerror}); {_PERMIT}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.seek(0)
        holder = handle.read(20).strip() or "unknown"
        handle.close()
        raise StoreError(
            f"{path}: another gateway (process {holder}) holds it; stop that one or name another file in [store] url"
        ) from error
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    return handle


_PERMIT = "let the gateway's user write there or name another file in [store] url"


def _refusal(path: Path, error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code; the upper octets refine it
    if code in _DAMAGED:
        return StoreError(f"{path}: the file is damaged or no SQLite database ({error}); {_RESTORE}")
    if code in _FORBIDDEN:
        return StoreError(f"{path}: cannot be written ({error}); {_PERMIT}")
    if code in _BUSY:
        return StoreError(f"{path}: locked by another program ({error}); end that program", temporary=True)
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"{path}: the disk is full ({error}); free some space", temporary=True)
    if code in _DISK:
        return StoreError(f"{path}: the disk does not do it ({error}); look at the system's log", temporary=True)
    return StoreError(f"{path}: refused to write ({error}); nothing of this batch was written")
