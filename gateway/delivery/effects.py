"""Does what was decided outside the gateway: payments, mails, places, pictures. Each until it is done or given up.

It decides nothing about a subscriber. Every try ends as a fact in the engine's queue; the engine writes it, and only
then is the effect gone or tried again. A crash in between repeats the try under the same idempotency key.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from gateway.clock import Clock
from gateway.delivery.retry import EFFECT_DELAYS_MS, after_failed_try
from gateway.messages import EffectResult, Fact
from gateway.model import Instant
from gateway.store.protocol import EffectRow

AT_ONCE_MAX = 32  # of one channel, so that a slow one holds up no other
LOOK_AGAIN_S = 1.0  # the longest sleep, so that a clock that jumps is noticed


class EffectRefused(Exception):
    """The other side answered that it will not do it: no further try. The text is its reason, a word if it has one."""


class EffectFailed(Exception):
    """No answer, or one that says "later": to be tried again under the same key."""


class Channel(Protocol):
    """One system outside."""

    async def perform(self, effect: EffectRow) -> str:
        """Does it and returns the answer as a JSON text. Raises EffectRefused or EffectFailed."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ChannelSetup:
    """A channel, and for how long after its decision something is worth trying."""

    channel: Channel
    give_up_ms: int = 24 * 3_600_000
    at_once_max: int = AT_ONCE_MAX


class EffectPerformer:
    """The engine's `Performer`: `begin` puts effects in, `run` does them when they are due."""

    def __init__(
        self,
        channels: Mapping[str, ChannelSetup],
        clock: Clock,
        post: Callable[[Fact], None],
        wake: Callable[[], None],
        noted: Callable[..., None],
    ) -> None:
        self._channels = channels
        self._clock = clock
        self._post = post
        self._wake = wake
        self._noted = noted
        self._waiting: dict[str, list[tuple[int, int, EffectRow]]] = {}  # by channel, the one due first first
        self._under_way: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    def begin(self, effects: Iterable[EffectRow]) -> None:
        latest = self._clock.now() + EFFECT_DELAYS_MS[-1]  # what is due later was put off by a clock that was ahead
        for effect in effects:
            latest_due = min(effect.due_at, latest)
            heapq.heappush(self._waiting.setdefault(effect.channel, []), (latest_due, effect.id, effect))
        self._changed.set()

    def clock_jumped(self, milliseconds: int) -> None:
        """The clock was set: the next tries are as far away as they were. The order stays, so they are heaps still."""
        for channel, waiting in self._waiting.items():
            self._waiting[channel] = [(due + milliseconds, number, effect) for due, number, effect in waiting]
        self._changed.set()

    async def run(self) -> None:
        """Works until it is cancelled; what is under way then is tried again after the next start."""
        try:
            while True:
                self._start_due()
                self._changed.clear()
                try:
                    async with asyncio.timeout(self._pause_s()):
                        await self._changed.wait()
                except TimeoutError:
                    pass
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for setup in self._channels.values():
                await setup.channel.close()

    def _pause_s(self) -> float | None:
        due = [waiting[0][0] for name, waiting in self._waiting.items() if waiting and self._has_room(name)]
        if not due:
            return None
        return min(max(0.0, (min(due) - self._clock.now()) / 1000), LOOK_AGAIN_S)

    def _has_room(self, channel: str) -> bool:
        setup = self._channels.get(channel)
        return self._under_way[channel] < (AT_ONCE_MAX if setup is None else setup.at_once_max)

    def _start_due(self) -> None:
        now = self._clock.now()
        for channel, waiting in self._waiting.items():
            while waiting and waiting[0][0] <= now and self._has_room(channel):
                effect = heapq.heappop(waiting)[2]
                self._under_way[channel] += 1
                task = asyncio.create_task(self._try(effect), name=f"effect {effect.id}")
                self._tasks.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()

    async def _try(self, effect: EffectRow) -> None:
        try:
            result = await perform_once(effect, self._channels.get(effect.channel), self._clock)
        finally:
            self._under_way[effect.channel] -= 1
        self._noted(
            "effect",
            channel=effect.channel,
            effect=effect.id,
            tries=effect.tries + 1,
            succeeded=result.succeeded,
            again=bool(result.retry_at),
            reason="" if result.succeeded else result.answer,
        )
        self._post(result)
        self._wake()


async def perform_once(effect: EffectRow, setup: ChannelSetup | None, clock: Clock) -> EffectResult:
    """One try, and what it means: done, refused, given up, or when to try again."""
    if setup is None:
        return EffectResult(effect.id, clock.now(), succeeded=False, answer="no_channel")
    try:
        answer = await setup.channel.perform(effect)
    except EffectRefused as error:
        return EffectResult(effect.id, clock.now(), succeeded=False, answer=str(error))
    except EffectFailed as error:
        now = clock.now()
        retry_at = after_failed_try(effect.tries, now, Instant(effect.since + setup.give_up_ms))
        return EffectResult(effect.id, now, succeeded=False, answer=str(error), retry_at=retry_at)
    return EffectResult(effect.id, clock.now(), succeeded=True, answer=answer)
