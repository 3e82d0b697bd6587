"""Kill -9 at random instants under load, in both roles: nothing acknowledged is lost, no effect happens twice.

`USSDGW_KILLS` says how many kills (20), `USSDGW_SEED` which ones. What the driver knows of its commands is compared
with the gateway's file, read without the gateway's store: after each kill, and when all is quiet.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from gateway.dispatcher import collect
from gateway.engine.journal import MessageEntry
from gateway.fsck.examining import examine
from gateway.messages import OutboxState
from gateway.model import DAY_MS, OPERATOR_ACCOUNTS, Account
from tests.crash.driver import SEQUENCES_A_BIND, Driver, Role
from tests.crash.town import Movement, Order, movement

KILLS = int(os.environ.get("USSDGW_KILLS", "20"))
SEED = int(os.environ.get("USSDGW_SEED", "1"))
READY_MAX_S = 2.0
LOAD_MIN_S, LOAD_MAX_S = 0.05, 0.8
UNREADY_SHARE = 0.2  # of the kills are followed by another one while the gateway comes up
OUTBOX_QUIET_S = 10.0

_message = msgspec.msgpack.Decoder(MessageEntry).decode
_account = msgspec.msgpack.Decoder(Account).decode


class Audit:
    """What the file says, read on from where the last reading ended, and compared with what the driver knows."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.number = 0
        self.recognised = 0
        self._hash = bytes(16)
        self._sums: dict[str, int] = defaultdict(int)
        self._done: dict[Order, int] = {}  # the journal number under which a command had its effect
        self._journalled: dict[int, int] = {}  # sequence number -> journal number
        self._connections: dict[int, int] = {}  # the driver's ordinal -> the gateway's number
        self._acknowledged_seen = 0

    def read(self) -> None:
        """One snapshot of the file."""
        with closing(sqlite3.connect(f"file:{self.driver.database}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")
            moved = self._ledger(connection)
            self._journal(connection, moved)
            self._balances(connection)
        self._acknowledged()

    def _ledger(self, connection: sqlite3.Connection) -> dict[int, Movement]:
        """The new entries by journal number; each number's add up to zero."""
        by_number: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
        rows = connection.execute("SELECT number, account, amount, kind FROM ledger WHERE number > ?", (self.number,))
        for number, account, amount, kind in rows:
            by_number[number].append((account, amount, kind))
            self._sums[account] += amount
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
            if kind == "message":
                self._command(number, _message(body), moved.pop(number, ()))
        assert moved == {}, "money moved without a command"

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
            assert entry.original == self._done.get(order), f"a repeat of another command: {what}"
            assert moved == (), f"a repeat moved money: {what}"
            return
        again = order in self._done and not step.repeatable
        assert not again, f"done twice, first as {self._done[order]}: {what}"
        self._done[order] = number
        assert (entry.command, entry.refusal, entry.fault) == (step.command, "", ""), what
        assert moved == step.movement, what

    def _balances(self, connection: sqlite3.Connection) -> None:
        """Each customer's balance is the sum of his entries."""
        accounts = [_account(document) for (document,) in connection.execute("SELECT document FROM accounts")]
        actual = {account.id: account.balance for account in accounts}
        expected = {account: amount for account, amount in self._sums.items() if account not in OPERATOR_ACCOUNTS}
        assert actual == expected

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

    def complete(self) -> None:
        """When all is quiet: every command was done, and no two connections had one number."""
        missing = [order for order in self.driver.orders if order not in self._done]
        assert missing == []
        assert len(set(self._connections.values())) == len(self._connections)

    def outbox(self) -> dict[OutboxState, int]:
        with closing(sqlite3.connect(f"file:{self.driver.database}?mode=ro", uri=True)) as connection:
            return {OutboxState(s): n for s, n in connection.execute("SELECT state, count(*) FROM outbox GROUP BY 1")}


async def outbox_sent(audit: Audit) -> dict[OutboxState, int]:
    """The states of the outbox once nothing in it is on its way; what they are where that takes too long."""
    counts: dict[OutboxState, int] = {}
    for _ in range(int(OUTBOX_QUIET_S / 0.1)):
        counts = audit.outbox()
        if not counts.keys() & {OutboxState.READY, OutboxState.SENDING}:
            break
        await asyncio.sleep(0.1)
    return counts


async def killed_under_load(driver: Driver, kills: int) -> Audit:
    """Kills and restarts, comparing after each; then quiet, an orderly end, and the whole comparison."""
    audit = Audit(driver)
    await driver.open()
    await driver.start()
    driver.talk()
    for _ in range(kills):
        await asyncio.sleep(driver.rng.uniform(LOAD_MIN_S, LOAD_MAX_S))
        await driver.kill()
        if driver.rng.random() < UNREADY_SHARE:
            await driver.stumble()
        await driver.start()
        driver.talk()
        audit.read()
    await driver.settle()
    counts = await outbox_sent(audit)
    assert await driver.stop() == 0, driver.errors()
    audit.read()
    audit.complete()
    assert counts.keys() == {OutboxState.SENT}, f"replies that were not sent: {counts}"
    faults = examine(driver.database, set(collect()), horizon_ms=DAY_MS, outbox_keep_ms=DAY_MS)
    assert [str(fault) for fault in faults] == []
    return audit


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Lines to be shown although pytest captures: what the figures of a long run are."""
    lines: list[str] = []
    yield lines
    with capfd.disabled():
        print("", *lines, sep="\n  ")


@pytest.mark.parametrize("role", list(Role))
async def test_kill(role: Role, tmp_path: Path, said: list[str]) -> None:
    """SIGKILL at random instants under load: nothing acknowledged is lost, no effect twice, ready within 2 s."""
    driver = Driver(role, tmp_path, random.Random(f"{SEED}/{role.value}"))
    try:
        audit = await killed_under_load(driver, max(1, KILLS // len(Role)))
    finally:
        await driver.close()
        said += figures(driver)
    said.append(f"redeliveries recognised: {audit.recognised}; answers that came again: {driver.told_again}")
    assert driver.faults == []
    assert audit.recognised > 0, "no acknowledgement was lost: this load proves nothing"
    assert max(own_s(driver)) <= READY_MAX_S


def own_s(driver: Driver) -> list[float]:
    """Times from exec to bound without what the gateway waited for a processor: other programs are not its fault."""
    return [ready_s - waited_s for ready_s, waited_s in zip(driver.ready_s, driver.waited_s, strict=True)]


def figures(driver: Driver) -> Iterator[str]:
    """What a run measured."""
    yield (
        f"driver as {driver.role.value}, USSDGW_SEED={SEED}: {max(0, len(driver.ready_s) - 1)} kills under load, "
        f"{driver.unready_kills} while coming up; {len(driver.orders)} commands, {driver.resent} sent again"
    )
    if driver.ready_s:
        yield (
            f"from exec to bound: median {statistics.median(driver.ready_s):.2f} s, "
            f"at most {max(driver.ready_s):.2f} s, {max(own_s(driver)):.2f} s without waits for a processor"
        )
