"""A store's file as it is at one moment: copied beside its writer, and read back whole, for a replay to begin with.

What is on its way (outbox, inbox, parts of messages) is not a part of the state that a replay begins with.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

import msgspec

from gateway.messages import UsageRow
from gateway.model import Account, Dialog, Msisdn, Person, Subscriber, Usage, UsageKind
from gateway.store import schema as sql
from gateway.store.memory import MemoryStore
from gateway.store.protocol import JournalRow, RecordRow, Store, StoreError, WriteBatch
from gateway.store.reading import StoreReader
from gateway.store.rows import effect_row, ledger_row, timer_row
from gateway.store.sqlite import SqliteStore


def copy_store(source: Path, target: Path) -> None:
    """Copies a database whole, while a gateway may be writing it: all of it as it was at one moment.

    Raises:
        StoreError: there is none, or it cannot be read.
        FileExistsError: the target is there already.
    """
    with StoreReader(source):
        pass  # says what is wrong with it
    if target.exists():
        raise FileExistsError(f"{target}: is there already; name another file with --to")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".half")
    half.unlink(missing_ok=True)
    try:
        before = sqlite3.connect(f"file:{quote(str(source.absolute()))}?mode=ro", uri=True)
        after = sqlite3.connect(half)
        try:
            before.backup(after)
        finally:
            before.close()
            after.close()
    except sqlite3.Error as error:
        raise StoreError(f"{source}: cannot be copied ({error})") from error
    half.chmod(0o600)
    half.rename(target)


def contents_of(store: Store) -> WriteBatch:
    """The same of a store that is open.

    Raises:
        StoreError: as `read_snapshot`.
    """
    if isinstance(store, MemoryStore):
        return store.contents()
    assert isinstance(store, SqliteStore)
    return read_snapshot(store.path)


def read_snapshot(path: Path) -> WriteBatch:
    """All state of a database as one transaction for an empty store, with the last entry of its journal.

    Raises:
        StoreError: there is none, it is of another version, or it is damaged.
    """
    with StoreReader(path) as reader:
        batch = WriteBatch()
        try:
            for document in reader.column("SELECT document FROM subscribers ORDER BY msisdn"):
                batch.subscribers.append(msgspec.msgpack.decode(document, type=Subscriber))
            for document in reader.column("SELECT document FROM accounts ORDER BY id"):
                batch.accounts.append(msgspec.msgpack.decode(document, type=Account))
            for document in reader.column("SELECT document FROM persons ORDER BY id"):
                batch.persons.append(msgspec.msgpack.decode(document, type=Person))
            for document in reader.column("SELECT document FROM dialogs ORDER BY msisdn, key"):
                batch.dialogs.append(msgspec.msgpack.decode(document, type=Dialog))
            batch.records = [RecordRow(*row) for row in reader.rows("SELECT kind, key, document FROM records")]
            batch.usage = [
                UsageRow(Msisdn(str(number)), Usage(at, UsageKind(kind), other, bool(incoming), quantity, cost))
                for number, at, kind, other, incoming, quantity, cost in reader.rows(
                    "SELECT msisdn, at, kind, other, incoming, quantity, cost FROM usage"
                )
            ]
            batch.ledger = [
                ledger_row(row)
                for row in reader.rows("SELECT number, place, at, account, amount, kind, msisdn FROM ledger")
            ]
            batch.timers = [
                timer_row(row) for row in reader.rows("SELECT key, due_at, command, msisdn, arguments FROM timers")
            ]
            batch.effects = [effect_row(row) for row in reader.rows(sql.EFFECTS)]
        except msgspec.MsgspecError as error:
            raise StoreError(f"{path}: is damaged ({error})") from error
        last = reader.rows(f"{sql.JOURNAL_COLUMNS} ORDER BY number DESC LIMIT 1")
        batch.journal = [JournalRow(*row) for row in last]  # the next entry follows it
    return batch
