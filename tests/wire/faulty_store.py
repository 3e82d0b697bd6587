"""A store whose SQLite connections fail or stall at a statement of the test's choice, as a sick disk makes them."""

from __future__ import annotations

import functools
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway import app
from gateway.store.sqlite import SqliteStore

FULL, SICK = sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR
WORDS = {FULL: "database or disk is full", SICK: "disk I/O error"}


@dataclass
class Disk:
    """What happens to statements: each is passed to `fault` with its number since `arm`, from 1.

    `seen` are those since then; `failed` those that did not reach SQLite.
    """

    fault: Callable[[int, str], None] | None = None
    seen: list[str] = field(default_factory=list)
    failed: int = 0

    def arm(self, fault: Callable[[int, str], None] | None) -> None:
        self.seen.clear()
        self.failed, self.fault = 0, fault

    def passes(self, statement: str) -> None:
        self.seen.append(statement)
        if self.fault is not None:
            try:
                self.fault(len(self.seen), statement)
            except sqlite3.Error:
                self.failed += 1
                raise


def error(code: int) -> sqlite3.OperationalError:
    """As SQLite raises it for a full or a failing disk."""
    raised = sqlite3.OperationalError(WORDS[code])
    raised.sqlite_errorcode = code
    return raised


def fails(code: int, first: int, count: int = 1) -> Callable[[int, str], None]:
    """So many statements fail, from the first on. ROLLBACK never does: SQLite undoes without the disk."""

    def fault(number: int, statement: str) -> None:
        if first <= number < first + count and not statement.startswith("ROLLBACK"):
            raise error(code)

    return fault


def stalls(beginning: str, seconds: float) -> Callable[[int, str], None]:
    """The first statement that begins so takes long."""
    left = [seconds]

    def fault(_: int, statement: str) -> None:
        if left and statement.lstrip().startswith(beginning):
            time.sleep(left.pop())

    return fault


class FaultyConnection(sqlite3.Connection):
    disk: Disk

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self.disk.passes(arguments[0])
        return super().execute(*arguments)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Under the stores of all gateways that this test opens."""
    disk = Disk()
    connection = type("Connection", (FaultyConnection,), {"disk": disk})
    connect = functools.partial(sqlite3.connect, factory=connection)
    monkeypatch.setattr(app, "SqliteStore", functools.partial(SqliteStore, connect=connect))
    return disk
