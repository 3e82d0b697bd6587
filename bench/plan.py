"""What the size of the code plan costs a command: `python -m bench.plan`. The full plan against one of one function.

The engine with its store in memory, without network; the two plans take turns, and what counts is the ratio of the
medians. Every text is new to the grammar, so nothing is read from its cache.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterable
from dataclasses import replace

from gateway import config
from gateway.clock import SystemClock
from gateway.dispatcher import Dispatcher
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Decided, Tools
from gateway.messages import Confirmed, Fact, Inbound, Lost, OutboxState, Outgoing, Receipt
from gateway.model import Channel, Instant, Msisdn
from gateway.rooms import Rooms
from gateway.store.memory import MemoryStore
from gateway.store.protocol import OutboxRow, StoreError
from gateway.ussd_grammar import Grammar

FUNCTION = "numbers."
ROUNDS = 15
COMMANDS = 3_000
BATCH = 64
AT = Instant(1_750_000_000_000)


class Nowhere:
    """Delivery, acknowledgements and log that go nowhere."""

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState | None:
        return OutboxState.SENDING

    def on_its_way(self, row: int) -> bool:
        return False

    def release(self, rows: Iterable[int]) -> None: ...
    def dispatch(self, rows: Iterable[int]) -> None: ...
    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None: ...
    def acknowledge(self, inbound: Inbound, number: int) -> None: ...
    def acknowledge_receipt(self, receipt: Receipt) -> None: ...
    def busy(self, fact: Inbound | Receipt) -> None: ...
    def flush(self) -> None: ...
    def decided(self, each: Decided, took_ms: float) -> None: ...
    def receipts(self, came: list[Receipt], orphaned: list[Receipt]) -> None: ...
    def own_fault(self, number: int, command: str, fault: str) -> None: ...
    def parts_dropped(self, count: int) -> None: ...
    def batch_failed(self, facts: int, error: StoreError) -> None: ...
    def wrote(self, facts: list[Fact], decided: list[Decided], took_s: float) -> None: ...


def traffic(round_: int) -> list[Fact | Lost | Confirmed]:
    """Commands of one function, by dial and by SMS in turn; the spaces make each text another one."""
    facts: list[Fact | Lost | Confirmed] = []
    for index in range(COMMANDS):
        sender = Msisdn(f"79{round_:02}{index:07}")
        number = f"9161{index:06}"
        texts = (f"*111*828*{1 + index % 2}# {' ' * (index % 40)}", f"*111*828*8*{number}#", f"НОМЕРА - {number}")
        text = texts[index % 3]
        channel = Channel.SMS if index % 3 == 2 else Channel.USSD
        mark = f"{sender}{index}".encode().ljust(16)[-16:]
        facts.append(Inbound(channel, sender, "111", text, AT, 1, "link", 5, index, mark))
    return facts


async def cpu_us(rooms: Rooms, grammar: Grammar, facts: list[Fact | Lost | Confirmed]) -> float:
    """Microseconds of CPU a command, in a new engine."""
    nowhere, queue = Nowhere(), FactQueue(2 * COMMANDS)
    dispatcher = Dispatcher(grammar, rooms.handlers)
    tools = Tools(MemoryStore(), dispatcher, rooms.surroundings, rooms.writer, nowhere, SystemClock(), True)
    engine = Engine(queue, tools, nowhere, nowhere, EngineSettings(batch_facts_max=BATCH, batch_interval_ms=0))
    await engine.start()
    before = time.process_time()
    for first in range(0, len(facts), BATCH):
        for fact in facts[first : first + BATCH]:
            queue.post(fact)
        queue.wake()
        await engine.step()
    return (time.process_time() - before) / len(facts) * 1e6


async def main() -> None:
    """Prints the medians of both plans and their ratio."""
    rooms = Rooms(config.load(), secret=b"k" * 32)
    commands = {name: each.command for name, each in rooms.handlers.items()}
    every = rooms.catalogue.codes
    few = replace(every, rows=tuple(row for row in every.rows if row.command.startswith(FUNCTION)))
    costs: dict[str, list[float]] = {"the full plan": [], "one function": []}
    for round_ in range(ROUNDS):
        facts = traffic(round_)
        plans = [("the full plan", every), ("one function", few)]
        for name, codes in plans if round_ % 2 else reversed(plans):
            costs[name].append(await cpu_us(rooms, Grammar(codes, rooms.operator, commands), facts))
    for name, rows in (("the full plan", every.rows), ("one function", few.rows)):
        print(f"{name:16} {len(rows):4} rows {statistics.median(costs[name]):7.1f} us of CPU a command")
    full, one = (statistics.median(each) for each in costs.values())
    print(f"ratio of the medians {full / one:.3f}")


if __name__ == "__main__":
    asyncio.run(main())
