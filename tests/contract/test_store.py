"""What every store owes the engine: one suite, run on the store in memory and on real SQLite files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.messages import PARTS_MAX, Awaited, FollowUp, MessagePart, MissesTallied, MissRow, OutboxState, UsageRow
from gateway.model import (
    Account,
    AccountId,
    Cabinet,
    Charge,
    CodeRef,
    ConnectedService,
    Dialog,
    DialogState,
    Entry,
    Instant,
    Language,
    Money,
    Msisdn,
    Pending,
    Person,
    PersonId,
    ServiceId,
    Subscriber,
    TariffId,
    Usage,
    UsageKind,
    UsageTotal,
)
from gateway.store.memory import MemoryStore
from gateway.store.protocol import (
    RELOADED,
    EffectRow,
    Head,
    InboxRow,
    JournalRow,
    Kept,
    LedgerRow,
    Loaded,
    OrphanRow,
    OutboxChange,
    OutboxRow,
    Outcome,
    PartRow,
    Range,
    RecordRow,
    Store,
    StoreError,
    TimerRow,
    Wanted,
    WriteBatch,
)
from gateway.store.sqlite import SqliteStore

AT = Instant(1_700_000_000_000)
DELIVERED, FAILED = OutboxState.DELIVERED, OutboxState.FAILED
READY, SENDING, SENT, UNKNOWN = OutboxState.READY, OutboxState.SENDING, OutboxState.SENT, OutboxState.UNKNOWN


def subscriber(index: int, account: str | None = None) -> Subscriber:
    msisdn = Msisdn(str(79160000000 + index))
    return Subscriber(
        msisdn,
        PersonId(f"p{index}"),
        "moscow",
        TariffId(1),
        AccountId(account or msisdn),
        Language.RU,
        services=(ConnectedService(ServiceId(7), AT),),
        pendings=(Pending(CodeRef(1, "yes"), "services.connect", (("service", 7), ("how", "да")), msisdn, msisdn, AT),),
    )


def account(index: int, balance: int = 100) -> Account:
    return Account(AccountId(str(79160000000 + index)), Money(balance))


def person(index: int) -> Person:
    return Person(PersonId(f"p{index}"), cabinets=(Cabinet("moscow", (Msisdn(str(79160000000 + index)),)),))


def journal(number: int) -> JournalRow:
    return JournalRow(number, AT, "inbound", "79160000001", b"\x00body\xff", bytes([number % 256]) * 16)


def inbox(number: int, connection: int = 1, original: int = 0, at: int = AT, late: bool = False) -> InboxRow:
    return InboxRow(number, connection, b"\x00\x01fingerprint", Instant(at), original or number, late)


def outbox(row: int, state: OutboxState = READY) -> OutboxRow:
    return OutboxRow(row, state, AT, Msisdn("79160000001"), b"\x00document\xff")


def ledger(number: int, index: int, account_id: str, amount: int) -> LedgerRow:
    return LedgerRow(number, index, AT, Entry(AccountId(account_id), Money(amount), "fee", None))


def timer(key: str, due_at: int) -> TimerRow:
    return TimerRow(key, Instant(due_at), "services.renew", Msisdn("79160000001"), (("service", 7), ("why", "да")))


@pytest.fixture(params=["memory", "sqlite"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Gives the store anew, closed, with what was written before."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "gateway.db")
    memory = MemoryStore()
    return lambda: memory


@pytest.fixture
async def store(reopened: Callable[[], Store]) -> AsyncIterator[Store]:
    """An open, empty store."""
    fresh = reopened()
    await fresh.open()
    yield fresh
    await fresh.close()


async def everything(store: Store) -> tuple[object, ...]:
    """All that a batch can change, as far as the protocol shows it."""
    wanted = Wanted({subscriber(1).msisdn}, {account(1).id, account(2).id}, {person(1).id})
    return (
        await store.load(wanted),
        await store.journal(0, 1000),
        await store.ledger(0, 1000),
        await store.ledger_sum(),
        await store.in_doubt(Instant(0)),
        await store.outbox_counts(),
        await store.timers_due(Instant(AT * 2), 1000),
        await store.dialogs(),
    )


class TestLoad:
    async def test_a_subscriber_brings_account_and_person(self, store: Store) -> None:
        """Asking for a number alone loads its account and its person too, as they were written."""
        await store.write(WriteBatch(subscribers=[subscriber(1)], accounts=[account(1)], persons=[person(1)]))

        loaded = await store.load(Wanted(subscribers={subscriber(1).msisdn}))

        assert (
            Loaded(
                {subscriber(1).msisdn: subscriber(1)}, {account(1).id: account(1)}, {person(1).id: person(1)}
            )
            == loaded
        )  # fmt: skip

    async def test_accounts_and_persons_by_themselves(self, store: Store) -> None:
        """An account or a person can be asked for without a number."""
        await store.write(WriteBatch(accounts=[account(1), account(2)], persons=[person(1), person(2)]))

        loaded = await store.load(Wanted(accounts={account(1).id}, persons={person(2).id}))

        assert Loaded({}, {account(1).id: account(1)}, {person(2).id: person(2)}) == loaded

    @pytest.mark.parametrize("unknown", ["79990000000", "", "0", "079160000001", "balance", "9" * 30, "7916 0000001"])
    async def test_unknown_keys_are_missing(self, store: Store, unknown: str) -> None:
        """A key that does not exist is missing in the answer and no error, whatever it looks like."""
        await store.write(WriteBatch(subscribers=[subscriber(1)], accounts=[account(1)], persons=[person(1)]))

        loaded = await store.load(Wanted({Msisdn(unknown)}, {AccountId(unknown)}, {PersonId(unknown)}))

        assert (
            loaded.subscribers.get(Msisdn(unknown)),
            loaded.accounts.get(AccountId(unknown)),
            loaded.persons.get(PersonId(unknown)),
        ) == (None, None, None)

    async def test_nothing_wanted(self, store: Store) -> None:
        """Asking for nothing gives nothing."""
        assert Loaded() == await store.load(Wanted())

    async def test_a_subscriber_without_account_or_person(self, store: Store) -> None:
        """What a subscriber names and does not exist is missing, the subscriber is there."""
        await store.write(WriteBatch(subscribers=[subscriber(1)]))

        loaded = await store.load(Wanted({subscriber(1).msisdn}))

        assert Loaded({subscriber(1).msisdn: subscriber(1)}) == loaded

    async def test_a_shared_account(self, store: Store) -> None:
        """Two numbers that one account pays for give that account once."""
        payer = account(9)
        await store.write(WriteBatch(subscribers=[subscriber(1, payer.id), subscriber(2, payer.id)], accounts=[payer]))

        loaded = await store.load(Wanted({subscriber(1).msisdn, subscriber(2).msisdn}))

        assert (2, {payer.id: payer}) == (len(loaded.subscribers), loaded.accounts)

    async def test_three_hundred_at_once(self, store: Store) -> None:
        """One load takes any number of keys, and one batch any number of rows."""
        all_of = range(301)
        await store.write(
            WriteBatch(
                subscribers=[subscriber(i) for i in all_of],
                accounts=[account(i, i) for i in all_of],
                persons=[person(i) for i in all_of],
            )
        )

        loaded = await store.load(Wanted({subscriber(i).msisdn for i in range(300)}))

        assert Loaded(
            {subscriber(i).msisdn: subscriber(i) for i in range(300)},
            {account(i).id: account(i, i) for i in range(300)},
            {person(i).id: person(i) for i in range(300)},
        ) == Loaded(
            dict(sorted(loaded.subscribers.items())),
            dict(sorted(loaded.accounts.items())),
            dict(sorted(loaded.persons.items(), key=lambda item: int(item[0][1:]))),
        )

    async def test_the_last_write_counts(self, store: Store) -> None:
        """A document is replaced whole."""
        await store.write(WriteBatch(subscribers=[subscriber(1)], accounts=[account(1)], persons=[person(1)]))
        moved = subscriber(1, account(2).id)
        await store.write(WriteBatch(subscribers=[moved], accounts=[account(2, 5)], persons=[Person(person(1).id)]))

        loaded = await store.load(Wanted({moved.msisdn}))

        changed = Person(person(1).id)
        assert loaded == Loaded({moved.msisdn: moved}, {account(2).id: account(2, 5)}, {changed.id: changed})


class TestHead:
    async def test_empty(self, reopened: Callable[[], Store]) -> None:
        """A new store begins at number 0 with a hash of zeros."""
        store = reopened()
        head = await store.open()
        await store.close()

        assert Head() == head

    async def test_the_last_journal_row(self, store: Store, reopened: Callable[[], Store]) -> None:
        """A start continues after the highest number, with its hash."""
        await store.write(WriteBatch(journal=[journal(1), journal(3), journal(2)]))
        await store.close()

        assert Head(3, bytes([3]) * 16, 0) == await reopened_head(reopened)

    @pytest.mark.parametrize(
        ("batches", "expected"),
        [
            ([WriteBatch(inbox=[inbox(1, 7), inbox(2, 5)])], 7),
            ([WriteBatch(confirmed={4: 1})], 4),
            ([WriteBatch(inbox=[inbox(1, 7)]), WriteBatch(confirmed={9: 1}), WriteBatch(inbox=[inbox(2, 3)])], 9),
            ([WriteBatch(inbox=[inbox(1, 7)]), WriteBatch(inbox=[inbox(2, 8)], confirmed={7: 1})], 8),
        ],
    )
    async def test_the_highest_connection(
        self, store: Store, reopened: Callable[[], Store], batches: list[WriteBatch], expected: int
    ) -> None:
        """Connection numbers are never used twice: the head names the highest of messages and confirmations."""
        for batch in batches:
            await store.write(batch)
        await store.close()

        assert expected == (await reopened_head(reopened)).connection

    async def test_a_failed_batch_uses_no_connection(self, store: Store, reopened: Callable[[], Store]) -> None:
        """The connection of a batch that failed is remembered with the batch that succeeds."""
        await store.write(WriteBatch(journal=[journal(1)]))
        with pytest.raises(StoreError):
            await store.write(WriteBatch(journal=[journal(1)], inbox=[inbox(1, 5)]))
        await store.write(WriteBatch(inbox=[inbox(2, 5)]))
        await store.close()

        assert (await reopened_head(reopened)).connection == 5


async def reopened_head(reopened: Callable[[], Store]) -> Head:
    store = reopened()
    head = await store.open()
    await store.close()
    return head


class TestAtomicity:
    @pytest.mark.parametrize(
        "fault",
        [
            WriteBatch(journal=[journal(2), journal(2)]),
            WriteBatch(journal=[journal(1)]),
            WriteBatch(inbox=[inbox(1)]),
            WriteBatch(inbox=[inbox(5), inbox(5)]),
            WriteBatch(outbox=[outbox(16)]),
            WriteBatch(ledger=[ledger(1, 0, "fees", 5)]),
        ],
    )
    async def test_a_failed_batch_leaves_nothing(self, store: Store, fault: WriteBatch) -> None:
        """A batch that cannot be written raises StoreError and changes nothing; the store goes on."""
        await store.write(
            WriteBatch(
                journal=[journal(1)],
                inbox=[inbox(1)],
                outbox=[outbox(16)],
                ledger=[ledger(1, 0, "fees", 1)],
                accounts=[account(1)],
                timers=[timer("a", AT)],
            )
        )
        before = await everything(store)
        rest = WriteBatch(
            journal=[*fault.journal, journal(9)],
            inbox=[*fault.inbox, inbox(9)],
            late=[1],
            confirmed={1: 9},
            subscribers=[subscriber(1)],
            accounts=[account(1, 777), account(2)],
            persons=[person(1)],
            ledger=[*fault.ledger, ledger(9, 0, "fees", 9)],
            outbox=[*fault.outbox, outbox(144)],
            outbox_changes=[OutboxChange(16, SENT, AT)],
            timers=[timer("b", AT)],
            timers_cancelled=["a"],
        )
        with pytest.raises(StoreError) as caught:
            await store.write(rest)

        assert (before, False) == (await everything(store), caught.value.temporary)
        await store.write(WriteBatch(journal=[journal(10)]))
        assert [row.number for row in await store.journal(0, 10)] == [1, 10]

    async def test_an_empty_batch(self, store: Store) -> None:
        """Writing nothing is allowed."""
        before = await everything(store)
        await store.write(WriteBatch())

        assert before == await everything(store)

    async def test_all_of_it_is_there_after_reopening(self, store: Store, reopened: Callable[[], Store]) -> None:
        """Whatever `write` accepted is there after closing and opening."""
        await store.write(
            WriteBatch(
                journal=[journal(1)],
                inbox=[inbox(1)],
                subscribers=[subscriber(1)],
                accounts=[account(1)],
                persons=[person(1)],
                ledger=[ledger(1, 0, account(1).id, -5), ledger(1, 1, "fees", 5)],
                outbox=[outbox(16)],
                timers=[timer("a", AT)],
            )
        )
        before = await everything(store)
        await store.close()
        again = reopened()
        await again.open()
        after = await everything(again)
        await again.close()

        assert before == after

    async def test_a_closed_store_refuses(self, store: Store) -> None:
        """A store that is not open says so."""
        await store.close()
        with pytest.raises(StoreError, match="not open"):
            await store.load(Wanted({Msisdn("79160000001")}))
        with pytest.raises(StoreError, match="not open"):
            await store.write(WriteBatch(journal=[journal(1)]))


class TestInDoubt:
    @pytest.mark.parametrize(
        ("rows", "confirmed", "late", "expected"),
        [
            ([inbox(1), inbox(2)], {}, [], [1, 2]),
            ([inbox(1), inbox(2), inbox(3)], {1: 2}, [], [3]),
            ([inbox(1, 1), inbox(2, 2)], {2: 9}, [], [1]),
            ([inbox(2), inbox(1)], {}, [], [1, 2]),
            ([inbox(1), inbox(2)], {1: 2}, [1], [1]),
            ([inbox(1, late=True)], {1: 2}, [], [1]),
            ([inbox(1, at=AT - 1), inbox(2, at=AT)], {}, [], [2]),
            ([inbox(1, 1), inbox(2, 2, original=1)], {2: 2}, [], []),
            ([inbox(1, 1), inbox(2, 2, original=1)], {}, [], [2]),
            ([inbox(1, 1), inbox(2, 2, original=1)], {1: 1}, [], [2]),
            ([inbox(1, 1), inbox(2, 2, original=1), inbox(3, 3, original=1)], {3: 3}, [2], []),
            ([inbox(1, 1), inbox(2, 2, original=1), inbox(3, 3, original=1)], {2: 2}, [], [3]),
            ([inbox(1, 1), inbox(2, 2, original=1)], {2: 2}, [2], [2]),
            ([inbox(1)], {1: 1}, [99], []),
        ],
    )
    async def test_in_doubt(
        self, store: Store, rows: list[InboxRow], confirmed: dict[int, int], late: list[int], expected: list[int]
    ) -> None:
        """In doubt: not confirmed on its connection, or late; of one original only the newest row counts."""
        await store.write(WriteBatch(inbox=rows))
        await store.write(WriteBatch(confirmed=confirmed, late=late))

        assert expected == [row.number for row in await store.in_doubt(AT)]

    async def test_a_confirmation_never_falls(self, store: Store) -> None:
        """A smaller number confirmed later does not bring doubt back."""
        await store.write(WriteBatch(inbox=[inbox(1), inbox(2)], confirmed={1: 2}))
        await store.write(WriteBatch(confirmed={1: 1}))

        assert await store.in_doubt(Instant(0)) == []

    async def test_the_row_comes_back_whole(self, store: Store) -> None:
        """An inbox row is given back with all its fields, `late` set where it was marked."""
        await store.write(WriteBatch(inbox=[inbox(1, 3)]))
        await store.write(WriteBatch(late=[1]))

        assert [inbox(1, 3, late=True)] == await store.in_doubt(AT)


class TestOutbox:
    async def test_replies_to(self, store: Store) -> None:
        """The replies of a message are the rows number * 16 to number * 16 + 15, in order."""
        await store.write(WriteBatch(outbox=[outbox(48), outbox(47), outbox(33), outbox(32), outbox(31)]))

        assert [outbox(32), outbox(33), outbox(47)] == await store.replies_to(2)

    async def test_ready_rows_in_order(self, store: Store) -> None:
        """Only READY rows above the given id, by id, at most as many as asked for."""
        await store.write(WriteBatch(outbox=[outbox(64), outbox(16), outbox(32, SENDING), outbox(48), outbox(80)]))

        assert [outbox(48), outbox(64)] == await store.outbox_ready(16, 2)
        assert [outbox(16)] == await store.outbox_ready(0, 1)
        assert await store.outbox_ready(80, 5) == []

    async def test_changes(self, store: Store) -> None:
        """A change sets state, due time and message id; an empty id keeps the old one; unknown rows are passed over."""
        await store.write(WriteBatch(outbox=[outbox(16), outbox(32), outbox(48, SENDING)]))
        await store.write(
            WriteBatch(
                outbox_changes=[
                    OutboxChange(16, SENT, Instant(AT + 1), "abc"),
                    OutboxChange(48, READY, Instant(AT + 2)),
                    OutboxChange(999, SENT, AT, "x"),
                ]
            )
        )
        await store.write(WriteBatch(outbox_changes=[OutboxChange(16, OutboxState.DELIVERED, Instant(AT + 3))]))
        body = outbox(0).document

        assert [
            OutboxRow(16, OutboxState.DELIVERED, Instant(AT + 3), Msisdn("79160000001"), body, "abc"),
        ] == await store.replies_to(1)
        assert [row.id for row in await store.outbox_ready(0, 9)] == [32, 48]
        assert await store.outbox_counts() == {READY: 2, OutboxState.DELIVERED: 1}

    async def test_many_changes(self, store: Store) -> None:
        """A batch's changes each reach their own row, whatever their number."""
        await store.write(WriteBatch(outbox=[outbox(16 * i, SENDING) for i in range(1, 301)]))
        await store.write(
            WriteBatch(outbox_changes=[OutboxChange(16 * i, SENT, Instant(AT + i), f"m{i}") for i in range(1, 300)])
        )

        assert await store.outbox_counts() == {SENDING: 1, SENT: 299}
        assert [(row.message_id, row.due_at) for number in (7, 299) for row in await store.replies_to(number)] == [
            ("m7", AT + 7),
            ("m299", AT + 299),
        ]

    async def test_recovery(self, store: Store) -> None:
        """After a crash SENDING rows are READY again at the given time and show that they were tried."""
        await store.write(WriteBatch(outbox=[outbox(16, SENDING), outbox(32), outbox(48, SENT), outbox(64, UNKNOWN)]))

        assert await store.recover_outbox(Instant(AT + 9)) == 1
        assert [
            OutboxRow(16, READY, Instant(AT + 9), Msisdn("79160000001"), outbox(0).document, "", 1),
            outbox(32),
        ] == await store.outbox_ready(0, 9)
        assert await store.outbox_counts() == {READY: 2, SENT: 1, UNKNOWN: 1}
        assert await store.recover_outbox(AT) == 0

    async def test_no_rows(self, store: Store) -> None:
        """An empty outbox has no counts, no replies and nothing to recover."""
        assert (await store.outbox_counts(), await store.replies_to(1), await store.recover_outbox(AT)) == ({}, [], 0)


class TestTimers:
    async def test_due_in_order(self, store: Store) -> None:
        """Timers due at or before the given instant, the earliest first, by key where equal, up to the limit."""
        rows = [timer("c", 30), timer("b", 20), timer("a", 20), timer("d", 10), timer("e", 40)]
        await store.write(WriteBatch(timers=rows))

        assert [timer("d", 10), timer("a", 20), timer("b", 20)] == await store.timers_due(Instant(30), 3)
        assert [row.key for row in await store.timers_due(Instant(30), 99)] == ["d", "a", "b", "c"]
        assert await store.next_timer() == 10

    async def test_cancelled_and_replaced(self, store: Store) -> None:
        """A key cancelled is gone, a key written again is replaced, a key in both lists is set anew."""
        await store.write(WriteBatch(timers=[timer("a", 10), timer("b", 20), timer("c", 30)]))
        await store.write(WriteBatch(timers=[timer("b", 50), timer("c", 60)], timers_cancelled=["a", "c", "never was"]))

        assert [timer("b", 50), timer("c", 60)] == await store.timers_due(Instant(99), 99)

    async def test_hurried(self, store: Store) -> None:
        """A timer that is hurried is due by then, also one of the same batch; none is put off, and none is made."""
        await store.write(WriteBatch(timers=[timer("a", 10), timer("b", 50)]))
        at = Instant(20)
        hurried = {"a": at, "b": at, "c": at, "never was": at}
        await store.write(WriteBatch(timers=[timer("c", 60), timer("d", 70)], timers_hurried=hurried))

        expected = [timer("a", 10), timer("b", 20), timer("c", 20), timer("d", 70)]
        assert expected == await store.timers_due(Instant(99), 99)

    async def test_none(self, store: Store) -> None:
        """Without timers there is no next one."""
        assert (await store.next_timer(), await store.timers_due(AT, 9)) == (None, [])


class TestJournalAndLedger:
    async def test_journal_pages(self, store: Store) -> None:
        """The journal is read by number, above `after`, up to the limit."""
        await store.write(WriteBatch(journal=[journal(number) for number in (3, 1, 2, 4)]))

        assert [journal(2), journal(3)] == await store.journal(1, 2)
        assert await store.journal(4, 9) == []

    async def test_the_tally_of_misses(self, store: Store) -> None:
        """Rows are written and replaced by text and refusal; those dropped are gone."""
        first, second = (MissRow(text, "unknown_code", 1, AT) for text in ("*1#", "*2'#"))
        await store.write(WriteBatch(misses=[MissesTallied((first, second))]))
        newer = MissRow("*1#", "unknown_code", 2, AT, (FollowUp("*100#", "balance.show", 1),))
        other = MissRow("*1#", "tail", 1, AT)
        await store.write(WriteBatch(misses=[MissesTallied((newer, other), (("*2'#", "unknown_code"),))]))

        assert [other, newer] == sorted(await store.misses(), key=lambda row: row.refusal)

    async def test_the_last_catalogue_entry(self, store: Store) -> None:
        """Which catalogue applied last is found among other entries; none where there is no such entry."""
        await store.write(WriteBatch(journal=[journal(1)]))
        none = await store.catalogue_entry()
        named = [replace(journal(number), kind=RELOADED) for number in (2, 4)]
        await store.write(WriteBatch(journal=[journal(3), *named, journal(5)]))

        assert (None, named[1]) == (none, await store.catalogue_entry())

    async def test_ledger_and_its_sum(self, store: Store) -> None:
        """Entries are read by number and place; the sums are those of all entries of an account."""
        first = [ledger(1, 0, "79160000001", -5), ledger(1, 1, "fees", 5)]
        second = [ledger(2, 1, "fees", 7), ledger(2, 0, "79160000001", -7)]
        await store.write(WriteBatch(ledger=first))
        await store.write(WriteBatch(ledger=second))

        assert [*first, *reversed(second)] == await store.ledger(0, 9)
        assert [second[1]] == await store.ledger(1, 1)
        assert await store.ledger_sum() == {"79160000001": -12, "fees": 12}


def test_snapshot_is_comparable() -> None:
    """Two stores in memory with the same contents have equal snapshots, and one entry more makes them unequal."""
    import asyncio

    async def filled(extra: int) -> dict[str, object]:
        store = MemoryStore()
        await store.open()
        await store.write(WriteBatch(accounts=[account(1)], ledger=[ledger(1, i, "fees", 1) for i in range(1 + extra)]))
        return dict(store.snapshot())

    assert asyncio.run(filled(0)) == asyncio.run(filled(0))
    assert asyncio.run(filled(0)) != asyncio.run(filled(1))


WRITER = """
import asyncio, sys
from tests.contract.test_store import *

async def main():
    store = SqliteStore(sys.argv[1])
    number = (await store.open()).number
    while True:
        rows = range(number + 1, number + 21)
        await store.write(WriteBatch(journal=[journal(i) for i in rows], inbox=[inbox(i) for i in rows],
            outbox=[outbox(i * 16, SENDING) for i in rows], subscribers=[subscriber(i % 50) for i in rows],
            ledger=[ledger(i, j, "fees", 1 - 2 * j) for i in rows for j in (0, 1)]))
        number += 20
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 15, 40])
async def test_kill_keeps_what_was_committed(tmp_path: Path, lines: int) -> None:
    """kill -9 of a writing process: every batch whose `write` returned is there, and no half of another."""
    path = tmp_path / "gateway.db"
    for _ in range(2):  # the second run starts from what the first left behind
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        printed = process.stdout.read().split()
        process.stdout.close()
        process.wait()
    store = SqliteStore(path)
    head = await store.open()
    numbers = [row.number for row in await store.journal(0, 1_000_000)]
    entries = await store.ledger(0, 1_000_000)
    sizes = (len(await store.in_doubt(Instant(0))), len(entries), await store.recover_outbox(AT))
    await store.close()

    assert list(range(1, head.number + 1)) == numbers
    assert (0, head.number, 2 * head.number, head.number) == (head.number % 20, *sizes)
    assert head.number >= max((int(word) for word in printed if word.isdigit()), default=20 * 2 * lines)


def use(at: int, kind: UsageKind = UsageKind.CALL, other: str = "79160000002", cost: int = 150) -> UsageRow:
    return UsageRow(subscriber(1).msisdn, Usage(Instant(at), kind, other, False, 60, Money(cost)))


def effect(number: int, due_at: int = AT) -> EffectRow:
    document = b'{"sum":100}'
    return EffectRow(
        number,
        f"key {number}",
        AT,
        Instant(due_at),
        "payments",
        document,
        "topup.paid",
        subscriber(1).msisdn,
        (("sum", 1), ("x", "да")),
    )


class TestRecords:
    async def test_written_replaced_removed(self, store: Store, reopened: Callable[[], Store]) -> None:
        """A record is found by kind and key, as it was written last; an empty document removes it."""
        await store.write(WriteBatch(records=[RecordRow("a", "1", b"x"), RecordRow("b", "1", b"y\xff")]))
        await store.write(WriteBatch(records=[RecordRow("a", "1", b"z"), RecordRow("a", "2", b"w")]))
        await store.write(WriteBatch(records=[RecordRow("a", "2", b"")]))

        wanted = {("a", "1"), ("b", "1"), ("a", "2"), ("c", "'; DROP TABLE records")}
        loaded = await store.load(Wanted(records=wanted))

        assert loaded.records == {("a", "1"): b"z", ("b", "1"): b"y\xff"}

    async def test_beside_subscribers(self, store: Store) -> None:
        """One load brings numbers and records."""
        await store.write(WriteBatch(subscribers=[subscriber(1)], records=[RecordRow("a", "1", b"x")]))

        loaded = await store.load(Wanted({subscriber(1).msisdn}, records={("a", "1")}))

        assert (len(loaded.subscribers), loaded.records) == (1, {("a", "1"): b"x"})


class TestUsage:
    async def test_a_range_in_order(self, store: Store) -> None:
        """The records of one number from an instant to before another, oldest first, at most so many."""
        rows = [use(AT + 3), use(AT + 1), use(AT + 2, UsageKind.SMS), use(AT), use(AT + 4)]
        await store.write(WriteBatch(usage=rows))
        wanted = Range(subscriber(1).msisdn, Instant(AT + 1), Instant(AT + 4), 2)
        everything_of = Range(subscriber(1).msisdn, Instant(0), Instant(AT * 2), 100)
        another = Range(subscriber(2).msisdn, Instant(0), Instant(AT * 2), 100)

        loaded = await store.load(Wanted(usage={wanted, everything_of, another}))

        assert loaded.usage[wanted] == (use(AT + 1).usage, use(AT + 2, UsageKind.SMS).usage)
        assert (len(loaded.usage[everything_of]), loaded.usage[another]) == (5, ())

    async def test_the_same_record_again(self, store: Store) -> None:
        """Importing a record twice leaves one, with its newest values."""
        await store.write(WriteBatch(usage=[use(AT)]))
        await store.write(WriteBatch(usage=[use(AT, cost=200)]))
        wanted = Range(subscriber(1).msisdn, Instant(0), Instant(AT + 1), 100)

        loaded = await store.load(Wanted(usage={wanted}))

        assert loaded.usage[wanted] == (use(AT, cost=200).usage,)

    async def test_expenses(self, store: Store) -> None:
        """What cost something in a period, the newest first, up to the limit."""
        rows = [use(AT), use(AT + 1, cost=5), use(AT + 2, cost=0), use(AT + 3, UsageKind.SMS, cost=7), use(AT + 9)]
        await store.write(WriteBatch(usage=[*rows, use(AT + 2, UsageKind.SMS, cost=0)]))
        number = rows[0].msisdn
        last = Range(number, AT, Instant(AT + 9), 2, expenses=True)
        every = Range(number, AT, Instant(AT + 9), 9, expenses=True)
        loaded = await store.load(Wanted(usage={last, every}))

        assert [each.at - AT for each in loaded.usage[last]] == [3, 1]
        assert [each.at - AT for each in loaded.usage[every]] == [3, 1, 0]

    async def test_totals_by_kind(self, store: Store) -> None:
        """The same period added up by kind and direction."""
        await store.write(WriteBatch(usage=[use(AT), use(AT + 1), use(AT + 2, UsageKind.SMS), use(AT + 9)]))
        wanted = Range(subscriber(1).msisdn, Instant(AT), Instant(AT + 9))

        loaded = await store.load(Wanted(totals={wanted}))

        assert loaded.totals[wanted] == (
            UsageTotal(UsageKind.CALL, False, 2, 120, Money(300)),
            UsageTotal(UsageKind.SMS, False, 1, 60, Money(150)),
        )


async def test_the_last_charges_of_an_account(store: Store) -> None:
    """What left an account, newest first, at most so many; what came in is no charge."""
    mine = account(1).id
    rows = [ledger(number, place, mine, amount) for number, place, amount in ((1, 0, -7), (1, 2, 9), (2, 0, -8))]
    await store.write(WriteBatch(ledger=[*rows, ledger(1, 1, "fees", 7), ledger(3, 0, account(2).id, -5)]))
    wanted, one = (Range(mine, Instant(0), Instant(AT + 1), limit) for limit in (10, 1))

    loaded = await store.load(Wanted(charges={wanted, one}))

    assert [(each.number, each.amount) for each in loaded.charges[wanted]] == [(2, 8), (1, 7)]
    assert loaded.charges[one] == (Charge(2, AT, Money(8), "fee", None),)


async def test_effects_wait_until_they_are_done(store: Store) -> None:
    """Due effects come in the order of their numbers; one that is put off counts a try more; one done is gone."""
    await store.write(WriteBatch(effects=[effect(33), effect(16), effect(17, AT + 5)]))
    assert await store.effects_due(AT, 10) == [effect(16), effect(33)]
    assert await store.effects_due(Instant(AT + 5), 1) == [effect(16)]

    await store.write(WriteBatch(effects_put_off=[(16, Instant(AT + 60))], effects_done=[33]))

    assert await store.effects_due(Instant(AT + 5), 10) == [effect(17, AT + 5)]
    put_off = await store.effect(16)
    assert put_off is not None
    assert (put_off.due_at, put_off.tries) == (AT + 60, 1)
    assert await store.effect(33) is None


def awaited(row: int, part: int = 0, key: str = "a", parts: int = 1, at: int = AT) -> Awaited:
    return Awaited(row * PARTS_MAX + part, key, "smsc", key.upper(), parts, Msisdn("79160000001"), Instant(at))


def part(number: int, octets: bytes = b"\x00\xff", gone: bool = False) -> PartRow:
    place = MessagePart(7, 8, 3, number, octets, 8, "gsm7")
    return PartRow(number, AT, "smsc", Msisdn("79160000001"), "111", place, b"digest", gone)


class TestReceipts:
    async def test_outcomes_count_before_the_row(self, store: Store) -> None:
        """What a receipt said is the reply's state, and a later receipt's word replaces it; READY rows are others."""
        await store.write(WriteBatch(outbox=[outbox(16, SENT), outbox(17, SENT), outbox(18)]))
        await store.write(WriteBatch(outcomes=[Outcome(16, FAILED, Instant(AT + 1)), Outcome(17, DELIVERED, AT)]))
        await store.write(WriteBatch(outcomes=[Outcome(16, DELIVERED, Instant(AT + 2))]))
        rows = await store.replies_to(1)

        assert [(row.state, row.due_at) for row in rows] == [(DELIVERED, AT + 2), (DELIVERED, AT), (READY, AT)]
        assert await store.outbox_counts() == {READY: 1, DELIVERED: 2}
        assert [row.id for row in await store.outbox_ready(0, 9)] == [18]

    async def test_by_key_with_all_parts_of_their_replies(self, store: Store) -> None:
        """A key finds its parts and their fellows, of every reply that has it; an unknown key finds nothing."""
        rows = [awaited(1, 0, "a", 2), awaited(1, 1, "b", 2), awaited(2, 0, "a"), awaited(3, 0, "c")]
        await store.write(WriteBatch(awaited=rows))

        assert await store.awaited({"a", "nothing"}) == rows[:3]
        assert await store.awaited({"b"}) == rows[:2]
        assert await store.awaited(set()) == []

    async def test_newest(self, store: Store) -> None:
        """The newest parts come, oldest first."""
        rows = [awaited(row) for row in range(1, 6)]
        await store.write(WriteBatch(awaited=rows))

        assert await store.awaited_newest(2) == rows[-2:]

    async def test_gone_goes_first_and_an_id_is_replaced(self, store: Store) -> None:
        """What is written under an id that is there replaces it; what is gone is gone."""
        await store.write(WriteBatch(awaited=[awaited(1), awaited(2)]))
        await store.write(WriteBatch(awaited=[awaited(1, 0, "late")], awaited_gone=[awaited(2).id, 999]))

        assert await store.awaited_newest(10) == [awaited(1, 0, "late")]

    async def test_forgetting_in_steps(self, store: Store) -> None:
        """Of the oldest so many those go that are old enough."""
        await store.write(WriteBatch(awaited=[awaited(row, at=AT + row) for row in range(1, 6)]))

        steps = [await store.forget(Kept.AWAITED, Instant(AT + 4), after, 2) for after in (0, 2 * 256, 4 * 256)]
        assert [(each.rows, each.next) for each in steps] == [(2, 2 * 256), (1, 4 * 256), (0, 0)]
        assert [each.row for each in await store.awaited_newest(10)] == [4, 5]

    async def test_orphans(self, store: Store) -> None:
        """Receipts that found no reply come back in their order, until they are gone."""
        rows = [OrphanRow(number, AT, "smsc", b"\x00receipt") for number in (1, 2, 3)]
        await store.write(WriteBatch(orphans=rows))
        await store.write(WriteBatch(orphans_gone=[2]))

        assert await store.orphans() == [rows[0], rows[2]]

    async def test_parts(self, store: Store) -> None:
        """Parts of long SMS come back with their octets; what is written again replaces; what is gone is gone."""
        await store.write(WriteBatch(parts=[part(1), part(2), part(3)]))
        await store.write(WriteBatch(parts=[part(1, b"", gone=True)], parts_gone=[2]))

        assert await store.parts() == [part(1, b"", gone=True), part(3)]

    async def test_all_of_it_lasts(self, reopened: Callable[[], Store]) -> None:
        """What waits is there after a restart."""
        first = reopened()
        await first.open()
        await first.write(WriteBatch(awaited=[awaited(1)], orphans=[OrphanRow(1, AT, "smsc", b"x")], parts=[part(1)]))
        await first.close()
        second = reopened()
        await second.open()
        found = (await second.awaited({"a"}), len(await second.orphans()), await second.parts())
        await second.close()

        assert found == ([awaited(1)], 1, [part(1)])


async def walk(store: Store, kept: Kept, before: int, limit: int) -> list[int]:
    """How many rows each step removed, to the end of the walk."""
    removed, after = [], 0
    while True:
        step = await store.forget(kept, Instant(before), after, limit)
        removed.append(step.rows)
        if not step.next:
            return removed
        after = step.next


class TestRetention:
    async def test_inbox_and_connections(self, store: Store) -> None:
        """Old rows go in steps, then connections that no row names any more; the highest stays for ever."""
        rows = [inbox(number, connection=number, at=AT + number) for number in range(1, 6)]
        await store.write(WriteBatch(inbox=rows, confirmed={number: number for number in range(1, 6)}))

        assert await walk(store, Kept.INBOX, AT + 4, 2) == [2, 1, 0]
        assert sum(await walk(store, Kept.CONNECTIONS, AT, 2)) == 3
        assert sum(await walk(store, Kept.INBOX, AT + 99, 9)) == 2
        assert sum(await walk(store, Kept.CONNECTIONS, AT, 9)) == 1
        await store.close()
        assert (await store.open()).connection == 5

    async def test_outbox(self, store: Store) -> None:
        """Replies that are to be sent, or on their way, stay however old; what receipts said goes with its reply."""
        rows = [outbox(16), outbox(17, SENDING), outbox(18, SENT), outbox(19, UNKNOWN), outbox(20, SENT)]
        rows[-1] = replace(rows[-1], due_at=Instant(AT + 5))
        await store.write(WriteBatch(outbox=rows, outcomes=[Outcome(18, DELIVERED, Instant(AT + 1))]))

        assert sum(await walk(store, Kept.OUTBOX, AT + 5, 3)) == 2
        assert [row.id for row in await store.replies_to(1)] == [16, 17, 20]

    async def test_usage(self, store: Store) -> None:
        """Old use goes number by number, a step looking at so many numbers."""
        rows = [use(at) for at in (AT, AT + 1, AT + 2)]
        rows += [UsageRow(Msisdn(str(79160000005 + index)), rows[0].usage) for index in range(3)]
        await store.write(WriteBatch(usage=rows))

        assert sum(await walk(store, Kept.USAGE, AT + 2, 2)) == 5
        assert sum(await walk(store, Kept.USAGE, AT + 9, 2)) == 1

    async def test_journal(self, store: Store) -> None:
        """The journal goes from its beginning, and its last entry stays: the chain goes on from it."""
        await store.write(WriteBatch(journal=[journal(number) for number in range(1, 6)]))

        assert await walk(store, Kept.JOURNAL, AT, 2) == [0]
        assert await walk(store, Kept.JOURNAL, AT + 1, 2) == [2, 2, 0]
        assert [row.number for row in await store.journal(0, 9)] == [5]
        await store.close()
        assert (await store.open()).number == 5


def dialog(last: int, shown_at: int = AT, key: bytes = b"", **more: object) -> Dialog:
    return Dialog(Msisdn(f"7916000000{last}"), key, Instant(AT), Instant(shown_at), **more)  # type: ignore[arg-type]


class TestDialogs:
    async def test_dialogs_come_back_whole(self, store: Store, reopened: Callable[[], Store]) -> None:
        """What was written is there after a restart, in the order in which the screens were shown."""
        code = CodeRef(7, "services.connect")
        one = dialog(1, AT + 5, state=DialogState.QUESTION, path="*111*3", typed=("12",), code=code, text="Да?")
        other = dialog(2, AT + 1, page=2, open=False, offered="*111", row=16, session_info=b"\x12\x34")
        await store.write(WriteBatch(dialogs=[one, other]))
        await store.close()
        again = reopened()
        await again.open()

        assert [other, one] == await again.dialogs()
        await again.close()

    async def test_a_dialog_is_replaced_and_ended_by_its_key(self, store: Store) -> None:
        """A number has one dialog for each key; a key in both lists of a batch is set anew."""
        await store.write(WriteBatch(dialogs=[dialog(1), dialog(1, key=b"\x02"), dialog(2)]))
        changed = dialog(1, AT + 9, path="*111")
        ended = [(Msisdn("79160000001"), b""), (Msisdn("79160000002"), b""), (Msisdn("79160000009"), b"")]
        await store.write(WriteBatch(dialogs=[changed], dialogs_ended=ended))

        assert [dialog(1, key=b"\x02"), changed] == await store.dialogs()
