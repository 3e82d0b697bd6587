"""The engine's queue of facts: the one way in. Bounded for messages; what we ourselves caused is always taken.

Some facts press: somebody waits for them. What became of a reply does not: it is written with the next batch that
something else begins, or within the gateway's next round of housekeeping. So a command costs one commit, not two.
Receipts press a moment later: a message centre waits for their acknowledgement, but many come together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from gateway.messages import Confirmed, Fact, Inbound, Late, Lost, MissesTallied, Receipt, Reloaded, SubmitResult

PATIENT = (SubmitResult, Confirmed, Late, MissesTallied, Receipt)
RECEIPTS_GATHER_S = 0.02


class FactQueue:
    def __init__(self, facts_max: int) -> None:
        self._facts: deque[Fact] = deque()
        self._facts_max = facts_max
        self._arrived = asyncio.Event()
        self._pressing = False
        self._gathering: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._facts)

    @property
    def full(self) -> bool:
        """It holds as much as it may: new messages are told to come later."""
        return len(self._facts) >= self._facts_max

    @property
    def first(self) -> Fact | None:
        """What the next batch begins with."""
        return self._facts[0] if self._facts else None

    def post(self, fact: Fact) -> None:
        """Puts a fact at the end; `wake` starts a batch, once per read of a socket."""
        self._facts.append(fact)
        if not isinstance(fact, PATIENT):
            self._pressing = True
        elif self._gathering is None and isinstance(fact, Receipt):
            self._gathering = asyncio.get_running_loop().call_later(RECEIPTS_GATHER_S, self._gathered)

    def put_back(self, facts: Iterable[Fact]) -> None:
        """Puts facts at the front, in their order."""
        self._facts.extendleft(reversed(list(facts)))
        self._pressing = True

    def wake(self) -> None:
        """Starts a batch if something presses."""
        if self._pressing:
            self._arrived.set()

    def _gathered(self) -> None:
        self._gathering = None
        if self._facts:
            self.interrupt()

    def interrupt(self) -> None:
        """Starts a batch with what there is; ends a `wait` although there may be nothing."""
        self._pressing = True
        self._arrived.set()

    async def wait(self, timeout_s: float | None) -> None:
        """Returns when something presses, or the time is over."""
        if self._pressing and self._facts:
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
        looked for. So does a ticket that is in the batch already: a retransmission. And so does a content: where a
        batch has to wait for long, the peer's timer runs out, and it sends again what waits here itself. A reload ends
        its batch: what comes after it is decided by the new catalogue.
        """
        facts: list[Fact] = []
        tickets: set[tuple[int, int]] = set()
        contents: set[bytes] = set()
        waiting = self._facts
        while waiting and len(facts) < facts_max:
            fact = waiting[0]
            if isinstance(fact, Inbound):
                ticket = (fact.connection, fact.sequence_number)
                if ticket in tickets or fact.fingerprint in contents:
                    break
                tickets.add(ticket)
                contents.add(fact.fingerprint)
            elif isinstance(fact, Lost) and tickets:
                break
            facts.append(waiting.popleft())
            if isinstance(fact, Reloaded):
                break
        if not waiting:
            self._pressing = False
        return facts
