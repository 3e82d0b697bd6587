"""The journal: no entry is missing, none was changed, each can be read. What it tells of replies is noted for later."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.engine.journal import (
    HASH_OCTETS,
    KINDS,
    MessageEntry,
    PartEntry,
    ReceiptsEntry,
    ResultsEntry,
    body_of,
    chain,
)
from gateway.fsck.faults import Check, Examined, Fault, decoded
from gateway.store.protocol import JournalRow
from gateway.store.schema import JOURNAL_COLUMNS

TOLD = """
CREATE TEMP TABLE told (
    row INTEGER PRIMARY KEY, state INTEGER, receipt INTEGER NOT NULL DEFAULT 0)"""
TOLD_RESULT = "INSERT INTO temp.told (row, state) VALUES (?, ?) ON CONFLICT (row) DO UPDATE SET state = excluded.state"
TOLD_RECEIPT = "INSERT INTO temp.told (row, receipt) VALUES (?, 1) ON CONFLICT (row) DO UPDATE SET receipt = 1"

TRAFFIC = {KINDS[each] for each in (MessageEntry, PartEntry, ResultsEntry, ReceiptsEntry)}
"""Entries of a gateway that serves: ages are counted from the newest. Others are written while nothing runs too."""


def whole(examined: Examined) -> Iterator[Fault]:
    """Walks the chain from its beginning, or from the checkpoint where it was cut."""
    previous, hashed = examined.cut, examined.cut_hash
    connection = examined.connection
    lowest = examined.one("SELECT coalesce(min(id), 0) FROM outbox")
    for row in examined.rows(f"{JOURNAL_COLUMNS} ORDER BY number"):
        entry = JournalRow(*row)
        number = entry.number
        if number <= examined.cut:
            yield Fault(
                "journal.cut", "journal", str(number), "an entry that was cut off", f"none up to {examined.cut}",
                (("DELETE FROM journal WHERE number = ?", (number,)),),
            )  # fmt: skip
            continue
        if number != previous + 1:
            missing = str(previous + 1) if number == previous + 2 else f"{previous + 1} to {number - 1}"
            yield Fault("journal.missing", "journal", missing, "no entry", f"one before {number}")
        elif chain(hashed, entry.body) != entry.hash:
            expected = f"{chain(hashed, entry.body).hex()}, of its body and the entry before"
            yield Fault("journal.chain", "journal", str(number), f"hash {entry.hash.hex()}", expected)
        previous, hashed = number, entry.hash
        if entry.kind in TRAFFIC:
            examined.newest_at = max(examined.newest_at, entry.at)
        body = decoded(lambda _, entry=entry: body_of(entry), entry.body)  # type: ignore[misc]
        if body is None:
            yield Fault("journal.unreadable", "journal", str(number), f"a body of kind {entry.kind}",
                        "a document of a kind that this version knows")  # fmt: skip
        elif isinstance(body, ResultsEntry):
            told = [(reply, state) for reply, state, _, _ in body.results if reply >= lowest]
            connection.executemany(TOLD_RESULT, told)
        elif isinstance(body, ReceiptsEntry):
            connection.executemany(TOLD_RECEIPT, [(each[0],) for each in body.receipts if each[0] >= max(lowest, 1)])
    examined.last = previous


def checkpoint(examined: Examined) -> Iterator[Fault]:
    """The place where the journal was cut, from which the chain is walked."""
    found = examined.connection.execute("SELECT number, hash FROM checkpoint").fetchone()
    if found is None:
        return
    examined.cut, examined.cut_hash = found
    if len(examined.cut_hash) != HASH_OCTETS or examined.cut < 1:
        yield Fault("checkpoint.unreadable", "checkpoint", "1", f"number {examined.cut}, {len(examined.cut_hash)} "
                    "octets of hash", f"a number above 0 and {HASH_OCTETS} octets")  # fmt: skip


CHECKS = (
    Check("checkpoint", ("checkpoint",), checkpoint),
    Check("journal", ("journal",), whole),
)
