"""Decides a journal again: the same messages, timers and results, in the same order, by the catalogues of their time.

The journal numbers are those of the journal, so codes and references are, too. What an entry says of the world outside
(what typed codes were right, what a payment came to) is taken from it; what the gateway decided is decided anew, and
compared. Nothing here touches the network.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from gateway.clock import VirtualClock
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.journal import (
    EffectEntry,
    ImportedEntry,
    MessageEntry,
    PartEntry,
    PushEntry,
    ReloadedEntry,
    TimerEntry,
    body_of,
)
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Tools
from gateway.messages import EffectResult, Fact, Imported, Inbound, Reloaded, TimerDue
from gateway.misreadings import MASK
from gateway.model import Channel, Instant, Msisdn
from gateway.recording.recorder import MISMATCHES
from gateway.replay.compare import Digests, Told
from gateway.replay.digests import digest_of_lines, outcome_lines, state_digest
from gateway.replay.journal_files import JournalError, JournalFile
from gateway.replay.ordered import Decisions, Posted
from gateway.rooms import Rooms
from gateway.rules.credentials import Credentials
from gateway.store.contents import ContentError, rows_in
from gateway.store.memory import MemoryStore
from gateway.store.protocol import JournalRow, RecordRow, Store, Wanted, WriteBatch
from gateway.store.snapshot import contents_of

NOT_DECIDED_AGAIN = frozenset({"early", "incomplete"})
"""Refusals that depend on when screens were accepted, or on parts whose text is not kept. They change nothing."""


@dataclass(frozen=True, slots=True)
class OtherOutcome:
    """An entry that came out otherwise: command, refusal, names of texts; then and now. None: nothing was decided."""

    number: int
    kind: str
    journalled: object
    replayed: object


@dataclass(frozen=True, slots=True)
class JournalReplayed:
    """What came of it. `state`: as a snapshot has it; `left_out`: what could not be decided again, with counts."""

    digests: Digests
    differences: list[OtherOutcome]
    left_out: Mapping[str, int]
    faults: list[str]
    state: WriteBatch
    entries: int
    took_s: float


@dataclass(slots=True)
class JournalReplay:
    """One run.

    Attributes:
        rooms: what decides until the journal names something else.
        rooms_of: the rooms made of the content of a `reloaded` entry; None: `rooms` decide all of it.
        until: entries up to that number only.
    """

    journal: JournalFile
    rooms: Rooms
    rooms_of: Callable[[str, bytes], Rooms] | None
    until: int = sys.maxsize
    store: Store = field(default_factory=MemoryStore)
    create_unknown: bool = False
    _right: bool = False  # whether the secret of the message in hand was
    _left_out: Counter[str] = field(default_factory=Counter)

    def run(self) -> JournalReplayed:
        """In a loop of its own. Raises JournalError: what the journal names is not there or cannot be read."""
        return asyncio.run(self._run())

    async def _run(self) -> JournalReplayed:
        began = time.perf_counter()
        rows = [row for row in self.journal.rows if row.number <= self.until]
        clock = VirtualClock(rows[0].at if rows else Instant(0))
        decisions, posted, rooms = Decisions(), Posted(self.rooms), self.rooms
        tools = Tools(
            self.store, rooms.dispatcher, rooms.surroundings, rooms.writer, posted, clock, self.create_unknown,
            slow_hash=self._hash, talk=rooms.talk, dialects=rooms.dialects,
        )  # fmt: skip
        engine = Engine(FactQueue(1), tools, decisions, decisions, EngineSettings(in_order=True))
        await engine.start()
        for row in rows:
            clock.advance(max(0, row.at - clock.now()))
            fact = await self._fact(row, engine)
            if fact is None:
                continue
            engine.journal.number = row.number - 1
            engine.queue.post(fact)
            await engine.settle()
            if isinstance(fact, Reloaded) and self.rooms_of is not None:
                engine.tools = engine.tools.with_core(self._rooms_of(fact.digest).core)
            if isinstance(fact, Inbound):
                engine.doubts.confirm(fact.connection, row.number)
        took_s = time.perf_counter() - began
        decided = await self.store.journal(0, sys.maxsize)
        state = contents_of(self.store)
        told: dict[int, list[Told]] = {}
        for number, at, outgoing in posted.posted:
            if not outgoing.receipt_of:
                heard = posted.shown(outgoing)
                told.setdefault(number, []).append(Told(at, outgoing.destination, outgoing.channel, heard.text, None))
        outcomes = outcome_lines(decided, told, await self.store.ledger(0, sys.maxsize))
        since = Instant(clock.now() - rooms.talk.resume_ms)
        return JournalReplayed(
            Digests(digest_of_lines(outcomes), state_digest(state, since)), self._differences(rows, decided),
            self._left_out, decisions.faults, state, len(rows), took_s,
        )  # fmt: skip

    def _rooms_of(self, digest: str) -> Rooms:
        assert self.rooms_of is not None
        return self.rooms_of(digest, self._content(digest))

    def _content(self, digest: str) -> bytes:
        content = self.journal.contents.get(digest)
        if content is None:
            name = self.journal.name
            raise JournalError(f"{name}: names {digest}, which is not kept beside it: expected {digest}.content")
        return content

    # -- facts

    async def _fact(self, row: JournalRow, engine: Engine) -> Fact | None:
        """What came in then; None for what has no effect, or cannot be decided again."""
        match body_of(row):
            case MessageEntry() as body:
                return await self._message(row, body, engine)
            case TimerEntry(key=key):
                timer = await self.store.timer(key)
                if timer is not None:
                    return TimerDue(key, row.at, timer.command, timer.msisdn, timer.arguments)
                self._left_out["timers that are not set any more"] += 1
            case EffectEntry() as body:
                return EffectResult(body.effect, row.at, body.succeeded, body.answer, body.retry_at)
            case ImportedEntry(content=content, file=file) if content:
                try:
                    return Imported(file, row.at, rows_in(self._content(content)))
                except ContentError as error:
                    raise JournalError(f"{content}: {error}") from None
            case ReloadedEntry(digest=digest, changes=changes):
                return Reloaded(digest, row.at, changes)
            case ImportedEntry():
                self._left_out["imports whose rows are not kept: usage, or of an older version"] += 1
            case PartEntry():
                self._left_out["parts of long messages, which are decided when they are whole"] += 1
            case PushEntry():
                self._left_out["screens that the operator sent"] += 1
            case _:
                pass  # what became of replies: nothing is decided by it
        return None

    async def _message(self, row: JournalRow, body: MessageEntry, engine: Engine) -> Inbound | None:
        if body.original or body.refusal in NOT_DECIDED_AGAIN:
            self._left_out["messages that came again, or too early"] += 1
            return None
        sender = Msisdn(body.sender)
        text = body.typed or body.text
        self._right = body.refusal not in MISMATCHES
        if MASK in text or body.codes:
            text = await self._unmasked(row, body, text, sender, engine)
        unlike_any = row.number.to_bytes(16, "big")  # every one is a message of its own
        return Inbound(
            Channel(body.channel), sender, body.recipient, text, row.at, body.connection, body.link, 0, row.number,
            unlike_any, body.dialog,
        )  # fmt: skip

    async def _unmasked(self, row: JournalRow, body: MessageEntry, text: str, sender: Msisdn, engine: Engine) -> str:
        """The text with the codes that it had; other secrets are stand-ins that are as wrong as they were."""
        code_of = engine.tools.surroundings.derive_code
        found = list(text)
        for place, ref in body.codes:
            digits = code_of(ref)
            found[place : place + len(digits)] = digits
        loaded = await self.store.load(Wanted({sender}))
        actor = loaded.subscribers.get(sender)
        right = {code_of(each.code) for each in actor.pendings} if actor is not None else set()
        salt = 0
        while MASK in found:
            digits = _digits(row.number, salt, len(found))
            tried = [digit if each == MASK else each for each, digit in zip(found, digits, strict=True)]
            if not any(code in "".join(tried) for code in right) or self._right:
                found = tried
            salt += 1
        return "".join(found)

    async def _hash(self, secret: str, salt: bytes) -> str:
        """The hash of a password: where it was right, the stored one, for its stand-in would never be."""
        known = stored_hash(await self.store.records(Credentials.kind), salt) if self._right else ""
        return known or f"replayed/{salt.hex()}/{secret}"

    def _differences(self, rows: list[JournalRow], decided: list[JournalRow]) -> list[OtherOutcome]:
        now = {row.number: row for row in decided}
        found = []
        for row in rows:
            was = _outcome(row)
            if was is None or (row.number not in now and self._is_left_out(row)):
                continue
            became = _outcome(now[row.number]) if row.number in now else None
            if was != became:
                found.append(OtherOutcome(row.number, row.kind, was, became))
        return found

    @staticmethod
    def _is_left_out(row: JournalRow) -> bool:
        body = body_of(row)
        return isinstance(body, MessageEntry) and bool(body.original or body.refusal in NOT_DECIDED_AGAIN)


def _outcome(row: JournalRow) -> object:
    """What a rule decided, of an entry; None where none did."""
    body = body_of(row)
    if isinstance(body, MessageEntry):
        if not body.command:  # what nobody could read may have held a secret, and hints depend on each digit
            return [body.command, body.refusal]
        return [body.command, body.refusal, [list(each) for each in body.replies]]
    return [body.command, body.refusal] if isinstance(body, TimerEntry | EffectEntry) else None


def _digits(number: int, salt: int, length: int) -> str:
    octets = hashlib.blake2b(f"{number}/{salt}".encode(), digest_size=32).digest()
    return str(int.from_bytes(octets * (1 + length // 64), "big"))[:length].zfill(length)


def stored_hash(records: list[RecordRow], salt: bytes) -> str:
    """The hash of the password that has this salt; empty where none has."""
    for record in records:
        known = msgspec.msgpack.decode(record.document, type=Credentials)
        if known.salt == salt and known.hash:
            return known.hash
    return ""
