"""What a check is, what it sees of the file, and what it finds."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gateway.model import Instant, Record
from gateway.store.schema import Value

Statement = tuple[str, tuple[Value, ...]]


class Fault(msgspec.Struct, frozen=True):
    """Something that is not as it was promised.

    `fault`: its name, `<check>.<what>`. `table` and `key`: where. `found` and `expected`: in words. `repair`: what
    makes it right, statements in order; empty where nothing in the file says what was there.
    """

    fault: str
    table: str
    key: str
    found: str
    expected: str
    repair: tuple[Statement, ...] = ()

    def __str__(self) -> str:
        mend = "  (--repair mends it)" if self.repair else ""
        return f"{self.fault}: {self.table} {self.key}: {self.found}; expected {self.expected}{mend}"


@dataclass(slots=True)
class Examined:
    """The file at one instant, and what earlier checks have learnt of it.

    `cut`: the last journal entry that retention has taken; what is older has nothing to be compared with. `told`:
    the checks count the rows they have read.
    """

    connection: sqlite3.Connection
    commands: frozenset[str]
    records: Mapping[str, type[Record]]
    horizon_ms: int
    outbox_keep_ms: int
    told: Callable[[int], None] = lambda _: None
    cut: int = 0
    cut_hash: bytes = bytes(16)
    last: int = 0
    newest_at: Instant = Instant(0)
    faults: Counter[str] = field(default_factory=Counter)  # by the first word of their names

    @property
    def journal_is_whole(self) -> bool:
        """Only then it proves what other tables must hold."""
        return not self.faults["journal"]

    def rows(self, statement: str, values: Iterable[Value] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, one by one."""
        for count, row in enumerate(self.connection.execute(statement, tuple(values)), 1):
            if not count % TOLD_EVERY:
                self.told(TOLD_EVERY)
            yield row

    def one(self, statement: str, values: Iterable[Value] = ()) -> Any:
        row = self.connection.execute(statement, tuple(values)).fetchone()
        return None if row is None else row[0]


TOLD_EVERY = 1000

Finder = Callable[[Examined], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Check:
    """One walk over the file. `reads`: tables, so that a bar knows how much there is.

    `compares`: with what the journal tells, so without a journal that can be read there is nothing to find.
    """

    name: str
    reads: tuple[str, ...]
    run: Finder
    compares: bool = False


def decoded(decode: Callable[[bytes], Any], document: object) -> Any:
    """A stored document, or None where it cannot be read."""
    try:
        return decode(document)  # type: ignore[arg-type]
    except (msgspec.MsgspecError, TypeError, ValueError):
        return None
