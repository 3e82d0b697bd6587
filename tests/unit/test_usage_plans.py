"""With many records of use, what commands read is found by the index: no statement walks through the others'."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bench import usage
from gateway.store import schema

NUMBERS, EACH = 1_000, 100
STATEMENTS = {
    "records": (schema.LOAD_USAGE, ("79160000500", 0, 1 << 60, 10_000)),
    "expenses": (schema.LOAD_EXPENSES, ("79160000500", 0, 1 << 60, 5)),
    "totals": (schema.LOAD_TOTALS, ("79160000500", 0, 1 << 60)),
    "charges": (schema.LOAD_CHARGES, ("79160000500", 0, 1 << 60, 10_000)),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with 100,000 records of 1,000 numbers."""
    path = tmp_path_factory.mktemp("usage") / "gateway.db"
    connection = sqlite3.connect(path)
    for step in schema.STEPS:
        connection.executescript(step)
    numbers = ((usage.FIRST + each, "", "", b"") for each in range(NUMBERS))
    connection.executemany("INSERT INTO subscribers VALUES (?, ?, ?, ?)", numbers)
    connection.commit()
    connection.close()
    usage.fill(path, 0, NUMBERS, EACH)
    return path


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_range_is_found_by_the_index(path: Path, name: str) -> None:
    """Each table of the plan is searched by its key; `SCAN` is allowed for the list of what is asked alone."""
    statement, values = STATEMENTS[name]
    with sqlite3.connect(path) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    connection.close()

    searches = [step for step in plan if step.startswith(("SEARCH", "SCAN")) and "json_each" not in step]
    assert searches
    assert all(step.startswith("SEARCH") and ("PRIMARY KEY" in step or "INDEX" in step) for step in searches), plan


def test_a_record_among_a_hundred_thousand_is_read_at_once(path: Path) -> None:
    """SQLite's own count of virtual machine steps: they follow the number's records, not everybody's."""
    with sqlite3.connect(path) as connection:
        ((total,),) = connection.execute("SELECT count(*) FROM usage")
        found = connection.execute(schema.LOAD_USAGE, STATEMENTS["records"][1]).fetchall()
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        connection.set_progress_handler(count, 100)
        connection.execute(*STATEMENTS["totals"]).fetchall()
    connection.close()

    assert (NUMBERS * EACH, EACH) == (total, len(found))
    assert steps * 100 < EACH * 100
