"""Two ledgers that must balance: what the simulator's phones said and meant, and what the gateway's journal did.

The simulator loses acknowledgements with their connections, reads others after its own timer, cuts, retransmits, and
lets a twentieth of its phones say the same again on purpose. Nothing here looks into the gateway but at its database.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from gateway.dispatcher import collect
from gateway.engine.journal import MessageEntry
from gateway.fsck.examining import examine
from gateway.model import DAY_MS
from smpp.simulator.ledger import Acknowledged, Certain, Injected, Sent
from smpp.simulator.scenario import read_scenario
from smpp.simulator.wires import Simulator
from tests.wire.simulated import ROLES, played

pytestmark = pytest.mark.alone

SCENARIO = Path(__file__).parents[2] / "fixtures/scenarios/exactly_once.toml"
MESSAGES = int(os.environ.get("USSDGW_EXACTLY_ONCE", "2000"))
SEED = int(os.environ.get("USSDGW_SEED", "7"))
LIMIT_S = 60 + MESSAGES / 50
PEER = "peer_response_timeout_s = 2.0\nwindow = 100\nresponse_s = 3.0"

_entry = msgspec.msgpack.Decoder(MessageEntry).decode


async def run(acts: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The scenario in that role against a gateway of its own, to its end."""
    scenario = read_scenario(SCENARIO, {"seed": SEED})
    load = msgspec.structs.replace(scenario.load, messages=MESSAGES)
    return await played(msgspec.structs.replace(scenario, load=load), acts, folder, monkeypatch, PEER, LIMIT_S)


class Books:
    """Both ledgers, by the simulator's message ids."""

    def __init__(self, simulator: Simulator, database: Path) -> None:
        ledger = simulator.core.ledger
        self.injected = {each.id: each for each in ledger.of(Injected)}
        self.certain = {each.id for each in ledger.of(Certain)}
        self.sent = Counter(each.id for each in ledger.of(Sent) if not each.retransmission)
        self.late = {each.id for each in ledger.of(Acknowledged) if each.late}
        by_sequence = {each.sequence: each.id for each in ledger.of(Sent)}
        self.done: dict[int, list[MessageEntry]] = defaultdict(list)  # carried out
        self.recognised: dict[int, list[MessageEntry]] = defaultdict(list)  # answered with the first result
        self.number_of: dict[int, int] = {}
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT number, body FROM journal WHERE kind = 'message' ORDER BY number")
            for number, body in rows:
                entry = _entry(body)
                id = by_sequence[entry.sequence_number]
                (self.recognised if entry.original else self.done)[id].append(entry)
                if not entry.original:
                    self.number_of[id] = number
            self.charges = Counter(
                account
                for (account,) in connection.execute("SELECT account FROM ledger WHERE kind = 'service' AND amount < 0")
            )
            self.sums = [total for (total,) in connection.execute("SELECT sum(amount) FROM ledger GROUP BY number")]

    def faults(self) -> Iterator[str]:
        """What does not balance."""
        for id, said in self.injected.items():
            times = len(self.done[id])
            if times != 1:
                meant = f", a genuine repeat of {said.repeats}" if said.repeats else ""
                yield f"{said.text!r} of {said.number} (message {id}{meant}) was done {times} times"
            for entry in self.recognised[id]:
                if entry.original != self.number_of.get(id):
                    yield f"message {id} was answered with the result of {entry.original}"
        charged = {
            self.injected[id].number
            for id, entries in self.done.items()
            for entry in entries
            if entry.command == "confirm.accept" and not entry.refusal
        }
        for number, times in self.charges.items():
            if times != 1 or number not in charged:
                yield f"{number} was charged {times} times"
        if any(self.sums):
            yield "a journal number's ledger entries do not add up to zero"


@pytest.mark.parametrize("acts", ROLES)
async def test_both_ledgers_balance(
    acts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every message has one effect, every genuine repeat of a confirmed one too, whatever was resent and lost."""
    simulator = await run(acts, tmp_path, monkeypatch)
    books = Books(simulator, tmp_path / "gateway.db")
    counts = simulator.core.tally.counts
    repeats = [each for each in books.injected.values() if each.repeats]
    recognised = sum(len(entries) for entries in books.recognised.values())
    with capfd.disabled():
        print(
            f"\n  simulator as {acts}: {len(books.injected)} messages, {counts['resent']} sent again, "
            f"{counts['retransmitted']} retransmitted, {counts['late']} acknowledged late, {counts['lost']} cuts; "
            f"{recognised} recognised, {len(repeats)} genuine repeats"
        )

    assert [] == list(books.faults())[:10]
    checked = examine(tmp_path / "gateway.db", set(collect()), horizon_ms=DAY_MS, outbox_keep_ms=DAY_MS)
    assert [] == [str(fault) for fault in checked][:10]
    assert len(books.injected) >= MESSAGES
    assert all(each.repeats in books.certain for each in repeats)
    assert len(repeats) >= MESSAGES * 0.02
    assert counts["resent"] >= MESSAGES * 0.05
    assert counts["late"] > 0
    assert recognised >= MESSAGES * 0.03, "hardly an acknowledgement was lost: this load proves nothing"
