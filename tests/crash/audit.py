"""The ledger of a kill test's driver against the gateway's file, which is read without the gateway's store.

Everything of the driver's must be there once: commands, parts, payments, timers, imported numbers; nothing else may be.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing

import msgspec

from gateway.engine.journal import KINDS, EffectEntry, ImportedEntry, MessageEntry, PartEntry, TimerEntry
from gateway.messages import OutboxState
from gateway.model import OPERATOR_ACCOUNTS, Account
from tests.crash.driver import IMPORTED, SCREENS_WINDOW, SEQUENCES_A_BIND, WINDOW, Driver
from tests.crash.screens import NUMBERS
from tests.crash.town import Movement, Order, movement

ENTRIES = {name: kind for kind, name in KINDS.items()}

_account = msgspec.msgpack.Decoder(Account).decode


class Audit:
    """What the file says, read on from where the last reading ended, and compared with what the driver knows."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.number = 0
        self.recognised = 0
        self._hash = bytes(16)
        self._sums: dict[str, int] = defaultdict(int)
        self._before = 0  # accounts that were there before the first command
        self._charges: dict[str, int] = defaultdict(int)  # for services, by account
        self.uncertain_max = 0  # replies of which a kill left unknown whether they had left
        self._done: dict[Order, int] = {}  # the journal number under which a command had its effect
        self._journalled: dict[int, int] = {}  # sequence number -> journal number
        self._connections: dict[int, int] = {}  # the driver's ordinal -> the gateway's number
        self._acknowledged_seen = 0
        self._parts: dict[Order, set[int]] = defaultdict(set)  # the journal numbers of the parts that waited
        self._paid: dict[int, Movement] = {}  # journal number of a command -> what its payment moved
        self._fired: Counter[str] = Counter()  # by key of a timer
        self._screens: dict[int, int] = {}  # sequence number -> journal number
        self._opened: Counter[str] = Counter()  # by number that was imported
        if driver.database.exists():
            with closing(sqlite3.connect(driver.database)) as connection:
                ((self._before,),) = connection.execute("SELECT count(*) FROM accounts")
                head = connection.execute("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1")
                ((self.number, self._hash),) = head

    def read(self) -> None:
        """One snapshot of the file."""
        with closing(sqlite3.connect(f"file:{self.driver.database}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")
            moved = self._ledger(connection)
            self._journal(connection, moved)
            self._balances(connection)
            ((under_way,),) = connection.execute("SELECT count(*) FROM outbox WHERE state = ?", (OutboxState.SENDING,))
        self.uncertain_max = max(self.uncertain_max, under_way)
        assert under_way <= WINDOW + SCREENS_WINDOW, "more replies in doubt than the windows hold"
        self._acknowledged()

    def _ledger(self, connection: sqlite3.Connection) -> dict[int, Movement]:
        """The new entries by journal number; each number's add up to zero."""
        by_number: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
        rows = connection.execute("SELECT number, account, amount, kind FROM ledger WHERE number > ?", (self.number,))
        for number, account, amount, kind in rows:
            by_number[number].append((account, amount, kind))
            self._sums[account] += amount
            if kind == "service":
                self._charges[account] += amount
        for number, entries in by_number.items():
            assert sum(amount for _, amount, _ in entries) == 0, f"journal number {number}: {entries}"
        return {number: movement(*entries) for number, entries in by_number.items()}

    def _journal(self, connection: sqlite3.Connection, moved: dict[int, Movement]) -> None:
        """The chain is whole; every command is there once, under its name, and moved just the money that it must."""
        rows = connection.execute(
            "SELECT number, kind, body, hash FROM journal WHERE number > ? ORDER BY number", (self.number,)
        )
        for number, kind, body, hashed in rows:
            assert number == self.number + 1, f"journal number {self.number} is followed by {number}"
            self._hash = hashlib.blake2b(self._hash + body, digest_size=16).digest()
            assert hashed == self._hash, f"the chain is broken at journal number {number}"
            self.number = number
            entry = msgspec.msgpack.decode(body, type=ENTRIES[kind])
            match entry:
                case MessageEntry(link="screens"):
                    self._screens[entry.sequence_number] = number
                    moved.pop(number, ())
                case MessageEntry():
                    self._command(number, entry, moved.pop(number, ()))
                case PartEntry():
                    self._part(number, entry)
                case EffectEntry():
                    assert entry.effect // 16 not in self._paid, f"paid twice: {entry}"
                    self._paid[entry.effect // 16] = moved.pop(number, ())
                case TimerEntry():
                    self._fired[entry.key] += 1
                    moved.pop(number, ())
                case ImportedEntry():
                    self._opened.update(account for account, _, _ in moved.pop(number, ()) if account != "opening")
        assert moved == {}, "money moved without a command"

    def _part(self, number: int, entry: PartEntry) -> None:
        order = self.driver.by_sequence[entry.sequence_number]
        assert entry.sequence_number not in self._journalled, f"one part is there twice: {entry}"
        self._journalled[entry.sequence_number] = number
        self._parts[order].add(number)

    def _command(self, number: int, entry: MessageEntry, moved: Movement) -> None:
        sequence = entry.sequence_number
        order = self.driver.by_sequence[sequence]
        step = order.step
        what = f"{step.text!r} of {order.phone.number}, attempts {order.attempts}, journal number {number}"
        assert entry.sender == order.phone.number, what
        twice = sequence in self._journalled
        assert not twice, f"one attempt is there twice: {what}"
        self._journalled[sequence] = number
        ordinal = sequence // SEQUENCES_A_BIND
        assert self._connections.setdefault(ordinal, entry.connection) == entry.connection, what
        if entry.original:
            self.recognised += 1
            own = entry.original == self._done.get(order) or entry.original in self._parts[order]
            assert own, f"a repeat of another command: {what}"
            assert moved == (), f"a repeat moved money: {what}"
            return
        again = order in self._done and not step.repeatable
        assert not again, f"done twice, first as {self._done[order]}: {what}"
        self._done[order] = number
        assert (entry.command, entry.refusal, entry.fault) == (step.command, "", ""), what
        assert moved == step.movement, what

    def _balances(self, connection: sqlite3.Connection) -> None:
        """Each customer's balance is the sum of his entries."""
        expected = {account: amount for account, amount in self._sums.items() if account not in OPERATOR_ACCOUNTS}
        # Few of a million numbers talk; the others must still be as they were, and as many.
        ((accounts,),) = connection.execute("SELECT count(*) FROM accounts")
        assert accounts == len(expected) + self._before
        wanted = msgspec.json.encode(list(expected)).decode()
        rows = connection.execute(
            "SELECT document FROM accounts WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        assert {each.id: each.balance for each in (_account(document) for (document,) in rows)} == expected

    def _acknowledged(self) -> None:
        """What was acknowledged is in the journal; submit_sm_resp names its number."""
        sequences = self.driver.confirmed_sequences
        for sequence in sequences[self._acknowledged_seen :]:
            what = f"{self.driver.by_sequence[sequence].step.text!r}, sequence number {sequence}"
            kept = sequence in self._journalled
            assert kept, f"acknowledged and lost: {what}"
            if sequence in self.driver.message_ids:
                assert self.driver.message_ids[sequence] == str(self._journalled[sequence]), what
        self._acknowledged_seen = len(sequences)
        lost = [each for each in self.driver.screens.acknowledged if each not in self._screens]
        assert lost == [], "acknowledged to a screen and lost"

    def complete(self) -> None:
        """When all is quiet: everything that was asked for was done, once, and nothing else."""
        driver = self.driver
        missing = [order for order in driver.orders if order not in self._done]
        assert missing == []
        assert len(set(self._connections.values())) == len(self._connections)
        assert self._paid == {self._done[each]: each.step.later for each in driver.orders if each.step.later}
        tries = [line.split() for line in driver.payments.read_text().splitlines()] if driver.payments.exists() else []
        sums = {key: int(amount) for key, amount in tries}
        assert len(sums) == len(self._paid), "the bank was asked for something else"
        assert sum(sums.values()) == sum(amount for each in self._paid.values() for _, amount, _ in each if amount > 0)
        timers = {each.step.timer for each in driver.orders if each.step.timer}
        assert dict(self._fired) == dict.fromkeys(driver.timers_advanced & timers, 1)
        charges = sum(amount for account, amount in self._charges.items() if account.startswith(NUMBERS))
        assert charges == -driver.screens.charged
        assert list(self._opened.values()) == [1] * (IMPORTED if driver.imported else 0)

    def awaited(self) -> int:
        """How many receipts have not come."""
        with closing(sqlite3.connect(f"file:{self.driver.database}?mode=ro", uri=True)) as connection:
            ((count,),) = connection.execute("SELECT count(*) FROM awaited")
        return int(count)

    def outbox(self) -> dict[OutboxState, int]:
        with closing(sqlite3.connect(f"file:{self.driver.database}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "SELECT state, count(*) FROM replies WHERE msisdn NOT LIKE ? GROUP BY 1", (f"{NUMBERS}%",)
            )
            return {OutboxState(state): count for state, count in rows}
