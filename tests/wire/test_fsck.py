"""`ussdgw fsck`: what a gateway has written is clean; damage is named, and mended where it can be."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.dispatcher import collect
from gateway.fsck.examining import Mender, examine
from gateway.fsck.faults import Fault
from gateway.messages import OutboxState
from gateway.model import DAY_MS, HOUR_MS, Account, Instant, Money
from gateway.store.protocol import Kept, StoreError
from gateway.store.schema import PAGE_SIZE
from gateway.store.sqlite import SqliteStore
from tests.wire.gateway_fixture import DELIVER_SM, message_body, ussd_body
from tests.wire.interop.centre_fixture import town, written

PAYER, OTHER = "79163990001", "79163990002"
COMMANDS = ("УСЛУГИ + 105", "ЧС + 79160000001", "ПАРОЛЬ", "ПЕРЕВОД 79163990001 10")
HORIZON_MS, OUTBOX_MS = DAY_MS, 7 * DAY_MS
OPENING = "FROM ledger WHERE account = 'opening' AND number = 2"
Damage = Callable[[sqlite3.Connection], object]


async def lived_in(folder: Path) -> None:
    """A little of everything that a gateway stores."""
    async with town(folder, top='[[listeners]]\nname = "phones"\nport = 0') as here:
        for turn in range(3):
            here.accept(await here.ask(PAYER), f"47{turn}")
            await here.row(PAYER, OutboxState.SENT)
        await here.receipt(PAYER, written("470"))
        await here.receipt(PAYER, written("999"))
        for text in COMMANDS:
            here.accept(await here.ask(OTHER, text), text.encode().hex()[:16])
        await here.peer.ask(DELIVER_SM, ussd_body(PAYER, "*111#"))
        here.accept(await here.submitted(PAYER), "screen")
        part = message_body(OTHER, "111", b"\x05\x00\x03\x07\x02\x01" + b"HELLO", esm_class=0x40)
        await here.peer.ask(DELIVER_SM, part)
        await here.row(PAYER, OutboxState.SENT)
        await here.peer.settle()
        await asyncio.sleep(0.1)


def also(database: sqlite3.Connection) -> None:
    """What the few commands do not leave behind: a timer, an effect, some use."""
    no_arguments = msgspec.msgpack.encode(())
    ((now,),) = database.execute("SELECT max(at) FROM journal")
    database.execute(
        "INSERT INTO timers VALUES ('renewal', ?, 'services.renew', ?, ?)", (now + HOUR_MS, OTHER, no_arguments)
    )
    database.execute(
        "INSERT INTO effects VALUES (32, 'key', ?, ?, 'mail', '{}', '', ?, ?, 0)", (now, now, OTHER, no_arguments)
    )
    database.execute("INSERT INTO usage VALUES (?, ?, 'call', '79160000003', 0, 60, 150)", (int(OTHER), now))


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that the gateway has left, in one file."""
    folder = tmp_path_factory.mktemp("lived_in")
    asyncio.run(lived_in(folder))
    path = folder / "gateway.db"
    with closing(sqlite3.connect(path)) as database, database:
        also(database)
    return path


@pytest.fixture
def path(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "gateway.db"))


def found(path: Path, horizon_ms: int = HORIZON_MS, outbox_ms: int = OUTBOX_MS) -> list[Fault]:
    return list(examine(path, set(collect()), horizon_ms=horizon_ms, outbox_keep_ms=outbox_ms))


def run(path: Path, *flags: str) -> tuple[int, str]:
    """The command's exit status and what it printed."""
    result = CliRunner().invoke(app, ["fsck", *flags], env={"USSDGW_STORE__URL": f"sqlite:///{path}"})
    return result.exit_code, result.output


def test_what_a_gateway_wrote_is_clean(path: Path) -> None:
    """A database that nothing has damaged has no faults: exit status 0."""
    assert [] == found(path)
    assert (0, "no faults\n") == run(path)


def sql(*statements: str) -> Damage:
    return lambda database: [database.execute(each) for each in statements]


def richer(database: sqlite3.Connection) -> None:
    """An account that somebody has written more into."""
    account = Account(PAYER, Money(10**9))  # type: ignore[arg-type]
    database.execute("UPDATE accounts SET document = ? WHERE id = ?", (msgspec.msgpack.encode(account), PAYER))


def moved(table: str, key: str) -> Damage:
    """One row's document in the place of another's."""
    return sql(f"UPDATE {table} SET document = (SELECT document FROM {table} ORDER BY {key} LIMIT 1) "
               f"WHERE {key} = (SELECT max({key}) FROM {table})")  # fmt: skip


def broken(table: str) -> Damage:
    return sql(f"UPDATE {table} SET document = X'C1'")


DAMAGES: dict[str, tuple[Damage, set[str]]] = {
    "a hash": (sql("UPDATE journal SET hash = zeroblob(16) WHERE number = 3"), {"journal.chain"}),
    "a body of nothing": (
        sql("UPDATE journal SET body = X'C1' WHERE number = 3"),
        {"journal.chain", "journal.unreadable"},
    ),
    "a kind of tomorrow": (sql("UPDATE journal SET kind = 'dream' WHERE number = 1"), {"journal.unreadable"}),
    "an entry gone": (sql("DELETE FROM journal WHERE number = 9"), {"journal.missing"}),
    "a message gone": (
        sql("DELETE FROM journal WHERE number = 6"),
        {"journal.missing", "inbox.causeless", "outbox.causeless"},
    ),
    "a checkpoint of nothing": (
        sql("INSERT INTO checkpoint VALUES (1, 0, X'00', 0)"),
        {"checkpoint.unreadable", "journal.chain"},
    ),
    "an entry before the checkpoint": (
        sql("INSERT INTO checkpoint SELECT 1, number, hash, at FROM journal WHERE number = 1"),
        {"journal.cut"},
    ),
    "one side of a movement gone": (
        sql(f"DELETE {OPENING}"),
        {"ledger.unbalanced"},
    ),
    "points out of nothing": (
        sql(
            f"INSERT INTO ledger SELECT number, 98, at, 'points:7', 5, kind, msisdn {OPENING}",
            f"INSERT INTO ledger SELECT number, 99, at, 'fees', -5, kind, msisdn {OPENING}",
        ),
        {"ledger.unbalanced", "accounts.missing"},
    ),
    "entries of nothing": (sql("UPDATE ledger SET number = 99 WHERE number = 2"), {"ledger.causeless"}),
    "a balance": (richer, {"accounts.balance"}),
    "an account gone": (
        sql(f"DELETE FROM accounts WHERE id = '{PAYER}'"),
        {"accounts.missing", "subscribers.account"},
    ),
    "accounts of nothing": (broken("accounts"), {"accounts.unreadable"}),
    "another's account": (moved("accounts", "id"), {"accounts.unreadable"}),
    "a number's columns": (
        sql(f"UPDATE subscribers SET account = 'x', person = 'y' WHERE msisdn = {PAYER}"),
        {"subscribers.columns"},
    ),
    "numbers of nothing": (broken("subscribers"), {"subscribers.unreadable"}),
    "another's number": (moved("subscribers", "msisdn"), {"subscribers.unreadable"}),
    "owners gone": (sql("DELETE FROM persons"), {"subscribers.person"}),
    "owners of nothing": (broken("persons"), {"persons.unreadable"}),
    "a number gone": (sql(f"DELETE FROM subscribers WHERE msisdn = {OTHER}"), {"timers.number"}),
    "what tells a redelivery gone": (sql("DELETE FROM inbox WHERE number = 6"), {"inbox.missing"}),
    "all that tells redeliveries gone": (sql("DELETE FROM inbox"), {"inbox.missing"}),
    "another fingerprint": (sql("UPDATE inbox SET fingerprint = X'00' WHERE number = 6"), {"inbox.differs"}),
    "too old a message": (sql("UPDATE inbox SET at = at - 200000000 WHERE number = 2"), {"inbox.old"}),
    "a message of tomorrow": (sql("UPDATE inbox SET at = at + 86400000 WHERE number = 2"), {"inbox.future"}),
    "a message of nothing": (
        sql("INSERT INTO inbox SELECT 3, connection, fingerprint, at, 3, 0 FROM inbox WHERE number = 2"),
        {"inbox.causeless"},
    ),
    "connections forgotten": (sql("DELETE FROM connections"), {"connections.highest"}),
    "confirmed before it was": (sql("UPDATE connections SET confirmed = 10000"), {"connections.confirmed"}),
    "a sent reply to be sent": (sql("UPDATE outbox SET state = 0 WHERE id = 64"), {"outbox.state"}),
    "a sent reply unknown": (sql("UPDATE outbox SET state = 6 WHERE id = 64"), {"outbox.state"}),
    "a reply that was not delivered": (sql("UPDATE outbox SET state = 3 WHERE id = 64"), {"outbox.state"}),
    "a reply that did not leave": (sql("UPDATE outbox SET state = 2 WHERE id = 240"), {"outbox.state"}),
    "a balance and one side of a movement": (
        lambda database: (
            richer(database),
            sql(f"DELETE {OPENING}")(database),
        ),
        {"ledger.unbalanced", "accounts.balance"},
    ),
    "a state of nothing": (sql("UPDATE outbox SET state = 77 WHERE id = 240"), {"outbox.state"}),
    "a reply gone": (sql("DELETE FROM outbox WHERE id = 64"), {"outbox.missing", "receipts.awaited"}),
    "replies of nothing": (broken("outbox"), {"outbox.unreadable"}),
    "another's reply": (sql(f"UPDATE outbox SET msisdn = '{OTHER}' WHERE id = 64"), {"outbox.unreadable"}),
    "a receipt of nothing": (sql("INSERT INTO outcomes VALUES (99999, 3, 0)"), {"receipts.outcome"}),
    "a part that no reply has": (sql("UPDATE awaited SET id = id + 5 WHERE id = 64 * 256"), {"receipts.awaited"}),
    "a key that finds nothing": (sql("UPDATE awaited SET key = 'x' WHERE id = 64 * 256"), {"receipts.key"}),
    "an orphan of nothing": (broken("orphans"), {"receipts.unreadable"}),
    "a timer's arguments": (sql("UPDATE timers SET arguments = X'C1'"), {"timers.unreadable"}),
    "a timer for nothing": (sql("UPDATE timers SET command = 'dream.come'"), {"timers.command"}),
    "a timer that has not run": (sql("UPDATE timers SET due_at = due_at - 86400000"), {"timers.late"}),
    "a timer of the next century": (sql("UPDATE timers SET due_at = due_at * 3"), {"timers.far"}),
    "an effect of nothing": (broken("effects"), {"effects.unreadable"}),
    "an effect for nothing": (sql("UPDATE effects SET command = 'dream.come'"), {"effects.command"}),
    "an effect without a cause": (sql("UPDATE effects SET id = 9999"), {"effects.causeless"}),
    "a dialog of nothing": (broken("dialogs"), {"dialogs.unreadable"}),
    "a part of nothing": (broken("parts"), {"parts.unreadable"}),
    "a record of nothing": (broken("records"), {"records.unreadable"}),
    "a kind of record of tomorrow": (sql("UPDATE records SET kind = 'dream'"), {"records.kind"}),
    "a kind of use of tomorrow": (sql("UPDATE usage SET kind = 'dream'"), {"usage.kind"}),
    "a tally of nothing": (sql("UPDATE misses SET follow_ups = X'C1'"), {"misses.unreadable"}),
}

MENDED = {
    "an entry before the checkpoint", "a balance", "a number's columns", "what tells a redelivery gone",
    "all that tells redeliveries gone", "another fingerprint", "too old a message", "a message of nothing",
    "connections forgotten", "a sent reply to be sent", "a sent reply unknown", "a receipt of nothing",
    "a part that no reply has", "a key that finds nothing", "an orphan of nothing", "a dialog of nothing",
    "a tally of nothing",
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named_and_mended(name: str, path: Path) -> None:
    """Each kind of damage is named by its fault, and nothing else is; what other rows prove is as it was after repair.

    What nothing proves is named again, and left alone.
    """
    damage, expected = DAMAGES[name]
    with closing(sqlite3.connect(path)) as database, database:
        damage(database)

    faults = found(path)
    with Mender(path, Instant(1_800_000_000_000)) as mender:
        for fault in faults:
            mender.mend(fault)
    left = {fault.fault for fault in found(path)}

    assert {fault.fault for fault in faults} == expected
    assert left == (set() if name in MENDED else {each.fault for each in faults if not each.repair})


def test_the_command_names_mends_and_says_what_is_left(path: Path) -> None:
    """Exit status 1 with faults, as lines or as JSON; `--repair` mends, checks again and leaves 0."""
    with closing(sqlite3.connect(path)) as database, database:
        richer(database)
    named = run(path)
    (line,) = [json.loads(each) for each in run(path, "--json")[1].splitlines()]
    mended = run(path, "--repair")
    with closing(sqlite3.connect(path)) as database:
        ((kind,),) = database.execute("SELECT kind FROM journal ORDER BY number DESC LIMIT 1")

    assert named[0] == 1
    assert f"accounts.balance: accounts {PAYER}: balance 1000000000; expected " in named[1]
    assert (line["fault"], line["table"], line["key"], line["repairable"]) == (
        "accounts.balance", "accounts", PAYER, True
    )  # fmt: skip
    assert (mended[0], mended[1].splitlines()[-2:]) == (0, ["1 fault mended; what is left:", "no faults"])
    assert (0, "no faults\n") == run(path)
    assert kind == "repaired"


@pytest.mark.parametrize("kinds", [(Kept.INBOX, Kept.CONNECTIONS), (Kept.AWAITED, Kept.OUTBOX), tuple(Kept)])
async def test_what_was_kept_long_enough_is_no_fault(kinds: tuple[Kept, ...], path: Path) -> None:
    """What retention has removed is missed by no check: the journal goes on from its checkpoint."""
    later = Instant(2**60)
    store = SqliteStore(path)
    await store.open()
    for kept in kinds:
        after = 1
        while after:
            step = await store.forget(kept, later, after - 1, 3)
            after = step.next and step.next + 1
    await store.close()

    assert [] == found(path, horizon_ms=0, outbox_ms=0)


def test_many_faults_of_a_kind_are_counted(path: Path) -> None:
    """Of faults with one name so many are shown as asked for; the count is of all."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM inbox")
    status, told = run(path, "--limit", "2")

    assert status == 1
    assert told.count("inbox.missing: inbox ") == 2
    assert "inbox.missing: and more" in told
    assert told.splitlines()[-1].endswith(" inbox.missing")


def test_a_damaged_index_is_made_anew(path: Path) -> None:
    """An index that lacks a row is named, and made anew from its table."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        ((page,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'awaited_key'")
        database.execute("CREATE TABLE empty (key)")
        database.execute("CREATE INDEX of_empty ON empty (key)")
        ((other,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'of_empty'")
        swap = "UPDATE sqlite_master SET rootpage = ? WHERE name = ?"
        database.executemany(swap, [(other, "awaited_key"), (page, "of_empty")])
        database.commit()
    faults = {fault.fault for fault in found(path)}
    status, _ = run(path, "--repair")

    assert faults == {"file.index"}
    assert status == 0


def test_damaged_pages_are_named(path: Path) -> None:
    """Pages that cannot be read are named, table by table; what can be read is still checked."""
    with closing(sqlite3.connect(path)) as database:
        ((page,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'")
    octets = bytearray(path.read_bytes())
    octets[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] = b"\x55" * PAGE_SIZE
    path.write_bytes(octets)
    faults = found(path)

    assert {fault.fault for fault in faults} == {"file.pages"}
    assert "ledger" in {fault.table for fault in faults}


@pytest.mark.parametrize("contents", [b"", b"this is no database" * 100])
def test_what_is_no_database_cannot_be_checked(tmp_path: Path, contents: bytes) -> None:
    """A file that is not ours, or not there, is one clear error: the command ends with status 2."""
    path = tmp_path / "other.db"
    if contents:
        path.write_bytes(contents)

    with pytest.raises(StoreError, match=r"other\.db"):
        found(path)


async def test_repair_refuses_beside_a_gateway(tmp_path: Path) -> None:
    """Checking works beside a running gateway; mending is refused, and nothing is written."""
    async with town(tmp_path) as here:
        here.accept(await here.ask(PAYER), "1")
        await here.row(PAYER, OutboxState.SENT)
        assert [] == found(tmp_path / "gateway.db")
        with pytest.raises(StoreError, match="another gateway"), Mender(tmp_path / "gateway.db", Instant(0)):
            pass
