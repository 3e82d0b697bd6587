"""Reading a store's file beside its writer: only our files, and the rows of a day found without reading all days."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gateway.model import DAY_MS, HOUR_MS, Instant, Msisdn
from gateway.store.protocol import JournalRow, StoreError, WriteBatch
from gateway.store.reading import StoreReader
from gateway.store.sqlite import SqliteStore

NUMBER = Msisdn("79161234567")
START = 1_773_133_200_000


def entry(number: int, at: int, kind: str = "message", msisdn: str = NUMBER, body: bytes = b"") -> JournalRow:
    return JournalRow(number, Instant(at), kind, msisdn, body, bytes(16))


async def written(path: Path, rows: list[JournalRow]) -> None:
    store = SqliteStore(path)
    await store.open()
    await store.write(WriteBatch(journal=rows))
    await store.close()


def day(reader: StoreReader, number: int) -> list[int]:
    since = START + number * DAY_MS
    return [row.number for row in reader.happened(NUMBER, Instant(since), Instant(since + DAY_MS)).journal]


async def test_the_rows_of_a_day(tmp_path: Path) -> None:
    """Three days, an entry an hour: the day's own and no others, wherever timers stand among them."""
    rows = [entry(number, START + number * HOUR_MS) for number in range(1, 72)]
    rows.append(entry(72, START + 5 * HOUR_MS, "timer"))  # run late: its instant is two days before its neighbours'
    rows.append(entry(73, START + 71 * HOUR_MS + 1, msisdn="79160000000", body=b"to 79161234567"))
    rows.append(entry(74, START + 71 * HOUR_MS + 2, msisdn="79160000000", body=b"to 79160000001"))
    await written(tmp_path / "g.db", rows)
    with StoreReader(tmp_path / "g.db") as reader:
        assert [[*range(1, 24)], [*range(24, 48)], [*range(48, 72), 73], []] == [day(reader, each) for each in range(4)]
        assert [] == day(reader, -3)


async def test_a_file_is_read_while_a_gateway_writes(tmp_path: Path) -> None:
    """The reader sees what is committed, changes nothing, and holds the writer up in nothing."""
    store = SqliteStore(tmp_path / "g.db")
    await store.open()
    await store.write(WriteBatch(journal=[entry(1, START + 1)]))
    with StoreReader(tmp_path / "g.db") as reader:
        assert [1] == day(reader, 0)
        await store.write(WriteBatch(journal=[entry(2, START + 2)]))
        assert [1, 2] == day(reader, 0)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._connection.execute("DELETE FROM journal")
    await store.close()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A gateway that has just been set up."""
    with pytest.raises(StoreError, match="there is no database yet"):
        StoreReader(tmp_path / "g.db")


@pytest.mark.parametrize(
    ("script", "told"), [("CREATE TABLE x (y)", "no database of a gateway"), (None, "cannot be read")]
)
def test_other_files_are_refused(tmp_path: Path, script: str | None, told: str) -> None:
    """Another program's database and no database at all are named as such."""
    path = tmp_path / "g.db"
    if script is None:
        path.write_bytes(b"not a database" * 100)
    else:
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()
    with pytest.raises(StoreError, match=told):
        StoreReader(path)


async def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    """Its rows may mean something else."""
    await written(tmp_path / "g.db", [])
    connection = sqlite3.connect(tmp_path / "g.db")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreError, match="schema 999"):
        StoreReader(tmp_path / "g.db")
