"""The engine's queue of facts: the one way in. Bounded for messages; what we ourselves caused is always taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from gateway.messages import Fact, Inbound, Lost


class FactQueue:
    def __init__(self, facts_max: int) -> None:
        self._facts: deque[Fact] = deque()
        self._facts_max = facts_max
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._facts)

    @property
    def full(self) -> bool:
        """It holds as much as it may: new messages are told to come later."""
        return len(self._facts) >= self._facts_max

    def post(self, fact: Fact) -> None:
        """Puts a fact at the end; `wake` starts a batch, once per read of a socket."""
        self._facts.append(fact)

    def put_back(self, facts: Iterable[Fact]) -> None:
        """Puts facts at the front, in their order."""
        self._facts.extendleft(reversed(list(facts)))

    def wake(self) -> None:
        if self._facts:
            self._arrived.set()

    def interrupt(self) -> None:
        """Ends a `wait` although there may be nothing."""
        self._arrived.set()

    async def wait(self, timeout_s: float | None) -> None:
        """Returns when something has arrived, or the time is over."""
        if self._facts:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self._arrived.wait()
        except TimeoutError:
            pass
        self._arrived.clear()

    def drain(self, facts_max: int) -> list[Fact]:
        """Takes a batch: all there is, at most `facts_max`.

        A lost connection begins a new batch: what it had not confirmed must be on the disk before a redelivery is
        looked for. So does a ticket that is in the batch already: a retransmission.
        """
        facts: list[Fact] = []
        tickets: set[tuple[int, int]] = set()
        waiting = self._facts
        while waiting and len(facts) < facts_max:
            fact = waiting[0]
            if isinstance(fact, Inbound):
                ticket = (fact.connection, fact.sequence_number)
                if ticket in tickets:
                    break
                tickets.add(ticket)
            elif isinstance(fact, Lost) and tickets:
                break
            facts.append(waiting.popleft())
        return facts
