"""What the engine works with, and what a decided message is to those who are told of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

from gateway.clock import Clock
from gateway.conversation import Conversation
from gateway.dispatcher import Decision, Dispatcher
from gateway.engine.dialogs import Dialogs
from gateway.engine.passwords import slow_hash
from gateway.engine.pushes import Pushes
from gateway.engine.replies import ReplyWriter
from gateway.engine.unit_of_work import Surroundings
from gateway.messages import Inbound, OutboxState, Outgoing
from gateway.store.protocol import EffectRow, OutboxRow, Store
from smpp.ussd import Dialect


class Delivery(Protocol):
    """Where replies go once they are on the disk."""

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState | None:
        """Reserves a place in a window. None: there is none now.

        Else the row may leave right after it was committed as the state that this returns: SENDING, or UNKNOWN where
        it may never be sent twice, so that a crash between the two leaves it so.
        """
        ...

    def release(self, rows: Iterable[int]) -> None:
        """The batch was not written: the places are free again."""
        ...

    def dispatch(self, rows: Iterable[int]) -> None:
        """The rows are on the disk as SENDING: they may leave."""
        ...

    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None:
        """The row is on the disk as READY: it is claimed when a window has room."""
        ...

    def on_its_way(self, row: int) -> bool:
        """Whether a screen has left, or is to leave, and the peer has not accepted it yet."""
        ...


class Performer(Protocol):
    """Does what was decided outside the gateway."""

    def begin(self, effects: Iterable[EffectRow]) -> None:
        """They are on the disk: each is to be done when it is due."""
        ...


class Nobody:
    """Where nothing outside is reached."""

    def begin(self, effects: Iterable[EffectRow]) -> None:
        """They stay in the store."""


@dataclass(frozen=True, slots=True)
class Core:
    """What decides, compiled from one state of the operator's data, which `digest` names. A reload swaps it whole."""

    digest: str
    dispatcher: Dispatcher
    surroundings: Surroundings
    writer: ReplyWriter
    talk: Conversation | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """What every batch works with."""

    store: Store
    dispatcher: Dispatcher
    surroundings: Surroundings
    writer: ReplyWriter
    delivery: Delivery
    clock: Clock
    create_unknown: bool = False
    slow_hash: Callable[[str, bytes], Awaitable[str]] = slow_hash
    performer: Performer = field(default_factory=Nobody)
    talk: Conversation | None = None
    dialects: Mapping[str, Dialect] = field(default_factory=dict)
    dialogs: Dialogs = field(default_factory=Dialogs)
    pushes: Pushes = field(default_factory=Pushes)
    absences: dict[str, int] = field(default_factory=dict)  # command -> how often it met keys that were not loaded

    def with_core(self, core: Core) -> Tools:
        return replace(
            self, dispatcher=core.dispatcher, surroundings=core.surroundings, writer=core.writer, talk=core.talk
        )


class Decided(msgspec.Struct, frozen=True, gc=False):
    """A message and what became of it; `original` is the number of the first one where this was a repeat.

    `typed` is its text with every secret in it masked, character by character; None: nobody has read it.
    """

    inbound: Inbound
    decision: Decision
    number: int
    original: int = 0
    typed: str | None = None
