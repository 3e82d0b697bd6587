"""What the SQLite store says of files it cannot use, and how it lives through a full disk."""

from __future__ import annotations

import itertools
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.messages import OutboxState
from gateway.model import DAY_MS, Account, AccountId, Instant, Money, Msisdn, PersonId, Subscriber, TariffId
from gateway.store import schema
from gateway.store import sqlite as module
from gateway.store.protocol import Head, JournalRow, OutboxChange, OutboxRow, StoreError, TimerRow, Wanted, WriteBatch
from gateway.store.schema import PAGE_SIZE, STEPS
from gateway.store.sqlite import SqliteStore

AT = Instant(1_700_000_000_000)
NOBODY = 65534


def journal(number: int, size: int = 20) -> JournalRow:
    return JournalRow(number, AT, "inbound", "79160000001", bytes(size), bytes(16))


def subscriber(index: int) -> Subscriber:
    msisdn = Msisdn(str(79160000000 + index))
    return Subscriber(msisdn, PersonId("p"), "moscow", TariffId(1), AccountId(msisdn))


async def written(path: Path, batch: WriteBatch | None = None, steps: tuple[str, ...] = STEPS) -> None:
    store = SqliteStore(path, steps=steps)
    await store.open()
    await store.write(batch or WriteBatch(journal=[journal(1)]))
    await store.close()


async def refusal(path: Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        await SqliteStore(path).open()
    return caught.value


def noise(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 400)


def header_overwritten(path: Path) -> None:
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: PAGE_SIZE * 3 + 100])


def schema_page_overwritten(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\x55" * (PAGE_SIZE - 100) + content[PAGE_SIZE:])


def another_program(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title)")
    connection.close()


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (noise, "damaged or no SQLite database"),
        (header_overwritten, "damaged or no SQLite database"),
        (cut, "damaged or no SQLite database"),
        (schema_page_overwritten, "damaged or no SQLite database"),
        (another_program, "another program's"),
        (newer, "newer gateway"),
    ],
)
async def test_a_file_that_cannot_be_used(tmp_path: Path, damage: Callable[[Path], None], words: str) -> None:
    """Opening a damaged, foreign or newer file is refused: the file is named, the fault, and what to do."""
    path = tmp_path / "gateway.db"
    await written(path)
    damage(path)
    before = path.read_bytes()

    error = await refusal(path)

    assert (error.message.startswith(f"{path}: "), words in error.message, error.temporary) == (True, True, False)
    assert before == path.read_bytes()


async def test_damage_in_the_middle_shows_when_it_is_read(tmp_path: Path) -> None:
    """A damaged page does not hinder the start; reading it raises StoreError and the process lives."""
    path = tmp_path / "gateway.db"
    numbers = range(2000)
    await written(path, WriteBatch(subscribers=[subscriber(i) for i in numbers]))
    content = bytearray(path.read_bytes())
    half = len(content) // 2  # the roots of all tables are in the first pages
    content[half:] = b"\x55" * (len(content) - half)
    path.write_bytes(content)
    store = SqliteStore(path)
    await store.open()
    with pytest.raises(StoreError, match="damaged") as caught:
        await store.load(Wanted({subscriber(i).msisdn for i in numbers}))
    await store.close()

    assert str(path) in caught.value.message


async def test_a_document_that_cannot_be_read(tmp_path: Path) -> None:
    """A stored document that is no msgpack of its type is a StoreError that names the file."""
    path = tmp_path / "gateway.db"
    await written(path, WriteBatch(subscribers=[subscriber(1)]))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE subscribers SET document = x'c1c1'")
    connection.commit()
    connection.close()
    store = SqliteStore(path)
    await store.open()
    with pytest.raises(StoreError, match="document cannot be read") as caught:
        await store.load(Wanted({subscriber(1).msisdn}))
    await store.close()

    assert str(path) in caught.value.message


async def test_a_second_gateway_is_refused(tmp_path: Path) -> None:
    """While a gateway holds the file another is refused, with the holder's process number; afterwards it is let in."""
    path = tmp_path / "gateway.db"
    first = SqliteStore(path)
    await first.open()
    error = await refusal(path)
    await first.write(WriteBatch(journal=[journal(1)]))
    await first.close()

    assert (f"{path}: another gateway (process {os.getpid()}) holds it", False) == (
        error.message.split(";")[0],
        error.temporary,
    )
    second = SqliteStore(path)
    assert (await second.open()).number == 1
    await second.close()


async def test_a_refused_start_lets_go(tmp_path: Path) -> None:
    """After a refused start the file is free: once it is repaired the same process can open it."""
    path = tmp_path / "gateway.db"
    noise(path)
    await refusal(path)
    path.unlink()
    store = SqliteStore(path)

    assert Head() == await store.open()
    await store.close()


async def test_another_program_that_writes(tmp_path: Path) -> None:
    """A lock of another SQLite program is a temporary error, and the batch can be written after it is gone."""
    path = tmp_path / "gateway.db"
    store = SqliteStore(path)
    await store.open()
    assert store._connection is not None
    await store._connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program") as caught:
        await store.write(WriteBatch(journal=[journal(1)]))
    other.execute("ROLLBACK")
    other.close()
    await store.write(WriteBatch(journal=[journal(1)]))
    await store.close()

    assert caught.value.temporary


def under_a_file(tmp_path: Path) -> Path:
    (tmp_path / "var").write_text("a file")
    return tmp_path / "var" / "gateway.db"


def a_directory(tmp_path: Path) -> Path:
    (tmp_path / "gateway.db").mkdir()
    return tmp_path / "gateway.db"


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user whom permissions bind: root goes by the id of nobody for a while."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def no_permission(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir(mode=0o500)
    return tmp_path / "var" / "gateway.db"


def a_read_only_file_system(_: Path) -> Path:
    return Path("/proc/self/gateway.db")


@pytest.mark.parametrize("place", [under_a_file, a_directory, no_permission, a_read_only_file_system])
async def test_a_place_that_cannot_be_written(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    """A place where nothing can be written is named, with what to do."""
    path = place(tmp_path)

    with unprivileged():
        error = await refusal(path)

    told = (error.message.startswith(f"{path}: cannot"), "let the gateway's user write" in error.message)
    assert told == (True, True)


async def test_a_full_disk(tmp_path: Path) -> None:
    """A full disk is a temporary StoreError; nothing of the batch stays, and it can be written when there is room."""
    path = tmp_path / "gateway.db"
    store = SqliteStore(path)
    await store.open()
    await store.write(WriteBatch(journal=[journal(1)]))
    assert store._connection is not None
    await store._connection.execute("PRAGMA max_page_count = 20")
    big = WriteBatch(accounts=[Account(AccountId("1"), Money(5))], journal=[journal(n, 1000) for n in range(2, 50)])
    with pytest.raises(StoreError, match="the disk is full") as caught:
        await store.write(big)
    left = await store.load(Wanted(accounts={AccountId("1")}))
    numbers = [row.number for row in await store.journal(0, 99)]
    await store._connection.execute("PRAGMA max_page_count = 1000000")
    await store.write(big)
    await store.write(WriteBatch(journal=[journal(50)]))
    after = [row.number for row in await store.journal(0, 99)]
    await store.close()

    assert (True, {}, [1], list(range(1, 51))) == (caught.value.temporary, left.accounts, numbers, after)


@pytest.mark.parametrize("journal_row", [journal(2**63), JournalRow(2, AT, "inbound", "\ud800", b"", bytes(16))])
async def test_a_value_that_sqlite_cannot_hold(tmp_path: Path, journal_row: JournalRow) -> None:
    """A number above 64 bits or a half surrogate refuses its batch as StoreError, and the store goes on."""
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    with pytest.raises(StoreError, match="cannot be stored"):
        await store.write(WriteBatch(journal=[journal(1), journal_row]))
    await store.write(WriteBatch(journal=[journal(3)]))
    numbers = [row.number for row in await store.journal(0, 9)]
    await store.close()

    assert numbers == [3]


STEP_2 = """
-- A test's step: a column with a value for the rows that are there.
ALTER TABLE journal ADD COLUMN link TEXT NOT NULL DEFAULT 'old'
"""


@pytest.mark.parametrize("first", range(1, len(STEPS) + 1))
async def test_upgrade_from_each_step(tmp_path: Path, first: int) -> None:
    """A file of any earlier step comes up to date at opening and keeps its rows; a second opening changes nothing."""
    path = tmp_path / "gateway.db"
    steps = (*STEPS, STEP_2)
    await written(path, steps=steps[:first])
    for _ in range(2):
        store = SqliteStore(path, steps=steps)
        assert (await store.open()).number == 1
        await store.close()
    connection = sqlite3.connect(path)
    ((version,),) = connection.execute("PRAGMA user_version")
    links = connection.execute("SELECT number, link FROM journal").fetchall()
    connection.close()

    assert (len(steps), [(1, "old")]) == (version, links)


async def test_numbers_of_an_earlier_version_get_a_month(tmp_path: Path) -> None:
    """A timer each, within a day of the opening and each at a second of its own, that gives the number its month;
    whoever has one keeps it."""
    path = tmp_path / "gateway.db"
    has = TimerRow(f"fee/{subscriber(3).msisdn}", Instant(AT), "tariff.renew", subscriber(3).msisdn, ())
    await written(path, WriteBatch(subscribers=[subscriber(each) for each in (1, 2, 3)], timers=[has]), STEPS[:6])
    store = SqliteStore(path)
    began = time.time() * 1000 - 1000
    await store.open()
    timers = await store.timers_due(Instant(2**60), 10)
    await store.close()

    assert [has] == timers[:1]
    assert [subscriber(1).msisdn, subscriber(2).msisdn] == [each.msisdn for each in timers[1:]]
    assert [1000] == [later.due_at - each.due_at for each, later in itertools.pairwise(timers[1:])]
    assert [{("tariff.renew", ())}] == [{(each.command, each.arguments) for each in timers}]
    assert all(began <= each.due_at <= began + DAY_MS + 10_000 for each in timers[1:])


async def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    """A step is one transaction with its number: where it fails, the file is as the step before left it."""
    path = tmp_path / "gateway.db"
    await written(path)
    store = SqliteStore(path, steps=(*STEPS, STEP_2 + "; CREATE TABLE journal (number)"))
    with pytest.raises(StoreError):
        await store.open()
    again = SqliteStore(path)

    assert (await again.open()).number == 1
    await again.close()


async def test_finished_rows_cost_no_index(tmp_path: Path) -> None:
    """READY and SENDING rows are found by the partial index, not by reading the outbox."""
    path = tmp_path / "gateway.db"
    await written(path)
    connection = sqlite3.connect(path)
    plans = [
        connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()[0][3]
        for statement, values in ((schema.OUTBOX_READY, (5, 9)), (schema.OUTBOX_RECOVERY, (AT,)))
    ]
    connection.close()

    assert plans == [
        "SEARCH outbox USING INDEX outbox_open (state=? AND rowid>?)",
        "SEARCH outbox USING INDEX outbox_open (state=?)",
    ]


async def test_the_log_is_moved_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write-ahead log is copied in the background and starts anew: it does not grow with what was written."""
    monkeypatch.setattr(module, "CHECKPOINT_ROWS", 100)
    monkeypatch.setattr(module, "LOG_PAGES_MAX", 50)
    path = tmp_path / "gateway.db"
    store = SqliteStore(path)
    await store.open()
    for number in range(1, 301):
        rows = [OutboxRow(number * 16 + i, OutboxState.SENDING, AT, Msisdn("7"), bytes(300)) for i in range(8)]
        sent = [OutboxChange(number * 16 - 16 + i, OutboxState.SENT, AT) for i in range(8)]
        await store.write(WriteBatch(journal=[journal(number, 200)], outbox=rows, outbox_changes=sent))
    log = Path(f"{path}-wal").stat().st_size
    counts = await store.outbox_counts()
    await store.close()

    assert counts == {OutboxState.SENT: 2392, OutboxState.SENDING: 8}
    assert log < 1_000_000
