"""What `ussdgw outbox` shows: replies and what became of them, read from the file beside a running gateway.

Read only; one-time codes are not in the file, so none is shown.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec

from gateway.messages import CODE_PLACE, OutboxState, Outgoing, Receipt
from gateway.model import Instant
from gateway.store.protocol import StoreError

ROWS_PER_MESSAGE = 16
SPANS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@dataclass(frozen=True, slots=True)
class OutboxQuery:
    """Which replies. `since` is of their last change; `limit` keeps the newest."""

    state: OutboxState | None = None
    number: str = ""
    since: Instant = Instant(0)
    limit: int = 100


class OutboxLine(msgspec.Struct, frozen=True):
    """One reply. `reference` is the number of its message; `at` its last change, ISO 8601 with the zone."""

    row: int
    reference: int
    at: str
    number: str
    channel: str
    state: str
    sent_again: int
    message_id: str
    sender: str
    link: str
    text: str


EXPORTED_ONLY = frozenset({"row", "sent_again", "sender", "link"})
"""Columns for which a screen has no room."""


class OrphanLine(msgspec.Struct, frozen=True):
    """A receipt that found no reply."""

    at: str
    link: str
    message_id: str
    state: str
    error: str
    numbers: str


class SinceError(ValueError):
    """A time that cannot be read; the message says what can."""


def since(text: str, now: datetime) -> Instant:
    """`15m`, `2h`, `3d` ago, a day, or a day and time in the zone of `now`.

    Raises:
        SinceError: it is none of these.
    """
    span = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if span is not None:
        return Instant(int(now.timestamp() * 1000) - int(span[1]) * SPANS_MS[span[2]])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SinceError(f"--since {text!r}: expected 15m, 2h, 3d, 2026-11-22 or 2026-11-22T14:30") from None
    return Instant(int((moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)).timestamp() * 1000))


def read_outbox(path: Path, query: OutboxQuery, zone: tzinfo) -> Iterator[OutboxLine]:
    """The newest replies that fit the query, oldest first.

    Raises:
        StoreError: there is no such file, or it cannot be read.
    """
    conditions, values = ["due_at >= ?"], [query.since]
    if query.state is not None:
        conditions.append("state = ?")
        values.append(Instant(query.state))
    statement = (
        f"SELECT id, state, due_at, msisdn, document, message_id, tries FROM replies WHERE {' AND '.join(conditions)}"
        f"{' AND msisdn = ?' if query.number else ''} ORDER BY id DESC LIMIT ?"
    )
    rows = _rows(path, statement, (*values, *([query.number] if query.number else []), query.limit))
    for row, state, at, msisdn, document, message_id, tries in reversed(rows):
        outgoing = msgspec.msgpack.decode(document, type=Outgoing)
        yield OutboxLine(
            row, row // ROWS_PER_MESSAGE, _moment(at, zone), msisdn,
            "receipt" if outgoing.receipt_of else str(outgoing.channel), OutboxState(state).name, tries, message_id,
            outgoing.source, outgoing.link, outgoing.text.replace(CODE_PLACE, "*"),
        )  # fmt: skip


def read_orphans(path: Path, query: OutboxQuery, zone: tzinfo) -> Iterator[OrphanLine]:
    """The receipts that found no reply, of a number and since a time, oldest first. Raises as `read_outbox`."""
    rows = _rows(path, "SELECT at, document FROM orphans WHERE at >= ? ORDER BY id DESC", (query.since,))
    found = ((at, msgspec.msgpack.decode(document, type=Receipt)) for at, document in rows)
    fitting = [(at, each) for at, each in found if not query.number or query.number in each.numbers][: query.limit]
    for at, each in reversed(fitting):
        state = "" if each.state is None else each.state.name
        yield OrphanLine(
            _moment(at, zone), each.link, " ".join(each.ids), state, each.error, " -> ".join(each.numbers)
        )  # fmt: skip


def _moment(at: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="seconds")


def _rows(path: Path, statement: str, values: tuple[int | str, ...]) -> list[tuple[Any, ...]]:
    if not path.exists():
        raise StoreError(f"{path}: there is no such database; name the gateway's configuration with --config")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be read ({error})") from error
