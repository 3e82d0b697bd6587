"""The connections as the core sees them: what is to be written when, in pieces, together, or not at all.

Everything that comes later waits here in one heap, so the caller needs one timer. No clock and no socket: actions come
out.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from smpp.simulator.answers import Answer, answer_octets
from smpp.simulator.faults import Fault, Moment, Schedule
from smpp.simulator.ledger import Ledger, Noted, Struck
from smpp.simulator.misbehaviour import BROKEN, torn_at
from smpp.simulator.tally import Tally
from smpp.vocabulary import SEQUENCE_NUMBER_MAX, CommandId

if TYPE_CHECKING:
    from smpp.simulator.messages import Message, Sending

__all__ = ["IN_PIECES", "Action", "Connect", "Cut", "Lines", "Read", "Wire", "Write"]

IN_PIECES: Final = frozenset({"bytewise", "torn"})
SEQUENCES_EACH: Final = 1_000_000  # the n-th connection counts from n millions, so that a number tells which it was
CONNECTIONS_TOLD: Final = 2_000
OCTET_GAP_S: Final = 0.0005
TORN_GAP_S: Final = 0.01
TOGETHER_WAIT_S: Final = 0.05
UNBOUND_WAIT_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Write:
    wire: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """End the connection by `fin` or `rst`; `rst` throws away what is not sent."""

    wire: int
    how: str


@dataclass(frozen=True, slots=True)
class Read:
    """From now on read so many octets a second: 0 none, None as fast as they come."""

    wire: int
    octets_per_s: int | None


@dataclass(frozen=True, slots=True)
class Connect:
    """Call the gateway's listener."""


Action = Write | Cut | Read | Connect


@dataclass(slots=True, eq=False)
class Wire:
    """A connection. `deaf`: what comes is thrown away; `silent`: nothing is read or written; `handheld`: a phone's."""

    id: int
    free_at_s: float  # what leaves in pieces is out by then
    pieces: int = 0  # writes that wait for their time: nothing may overtake them
    bound: bool = False
    deaf: bool = False
    silent: bool = False
    handheld: bool = False
    sequence: int = 0
    outstanding: dict[int, deque[Sending]] = field(default_factory=dict)
    held: list[bytes] = field(default_factory=list)  # to leave in one segment
    waiting: list[bytes] = field(default_factory=list)  # writes of a silent wire
    acknowledged: int = 0  # acknowledgements read here so far
    proved: int = 0  # how many of them lay before the gateway's last request that we answered
    unproved: deque[tuple[int, Message]] = field(default_factory=deque)

    def next_sequence(self) -> int:
        """1 to 0x7FFFFFFF (SMPP 3.4 5.1.4), past those that wait for an answer."""
        while True:
            self.sequence = self.sequence + 1 if 0 <= self.sequence < SEQUENCE_NUMBER_MAX else 1
            if self.sequence not in self.outstanding:
                return self.sequence


class Lines:
    """All connections, and what waits for its time.

    Args:
        command_id: of our messages.
        began: when the run began, on the caller's clock, in seconds.
    """

    def __init__(self, schedule: Schedule, ledger: Ledger, tally: Tally, command_id: int, began: float) -> None:
        self.schedule = schedule
        self.wires: dict[int, Wire] = {}
        self.storm: tuple[float, int] = (0.0, 0)  # until when submits are refused, and how
        self._ledger = ledger
        self._tally = tally
        self._command_id = command_id
        self._began = began
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._serial = 0
        self._actions: list[Action] = []
        for at_s, row in schedule.timed():
            self._plan(row, began + at_s)

    # -- time ------------------------------------------------------------------------------------------------------

    def at_s(self, now: float) -> float:
        """Seconds since the run began."""
        return round(now - self._began, 6)

    def later(self, at: float, do: Callable[[float], None]) -> None:
        self._serial += 1
        heapq.heappush(self._heap, (at, self._serial, do))

    def next_at(self) -> float | None:
        return self._heap[0][0] if self._heap else None

    def tick(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2](now)

    def take_actions(self) -> list[Action]:
        actions, self._actions = self._actions, []
        return actions

    # -- connections -----------------------------------------------------------------------------------------------

    def connect(self) -> None:
        self._actions.append(Connect())

    def open(self, id: int, now: float) -> Wire:
        wire = self.wires[id] = Wire(id, now, sequence=id % CONNECTIONS_TOLD * SEQUENCES_EACH)
        self.note("connected", wire, now)
        return wire

    def living(self, wire: Wire) -> bool:
        return self.wires.get(wire.id) is wire

    def usable(self) -> Wire | None:
        """The wire that messages leave by: the newest that is bound."""
        wires = self.wires.values()
        found = [wire for wire in wires if wire.bound and not (wire.deaf or wire.silent or wire.handheld)]
        return found[-1] if found else None

    def cut(self, wire: Wire, how: str) -> None:
        if self.living(wire):
            self._actions.append(Cut(wire.id, how))

    def put(self, wire: Wire, octets: bytes, now: float, pieces: str = "") -> None:
        """Writes, behind what leaves in pieces; `pieces`: `bytewise`, `torn`, or nothing for a whole."""
        if not self.living(wire):
            return
        if pieces:
            at = max(now, wire.free_at_s)
            cuts = range(1, len(octets)) if pieces == "bytewise" else (torn_at(octets),)
            gap_s = OCTET_GAP_S if pieces == "bytewise" else TORN_GAP_S
            bounds = (0, *cuts, len(octets))
            for turn, (start, end) in enumerate(itertools.pairwise(bounds)):
                self._write_at(at + turn * gap_s, wire, octets[start:end])
            wire.free_at_s = at + len(bounds) * gap_s
        elif wire.pieces or wire.free_at_s > now:
            self._write_at(max(now, wire.free_at_s), wire, octets)
        else:
            self._write(wire, octets)

    def _write_at(self, at: float, wire: Wire, octets: bytes) -> None:
        def write(_: float) -> None:
            wire.pieces -= 1
            self._write(wire, octets)

        wire.pieces += 1
        self.later(at, write)

    def _write(self, wire: Wire, octets: bytes) -> None:
        if wire.silent:
            wire.waiting.append(octets)
        elif self.living(wire):
            self._actions.append(Write(wire.id, octets))

    def hold(self, wire: Wire, octets: bytes, fault: Fault | None, now: float) -> None:
        """Collects PDUs that leave in one segment, and the last of them torn; `fault` opens the collection."""
        if fault is not None and not wire.held:
            self.later(now + (fault.wait_s or TOGETHER_WAIT_S), lambda at: self._let_go(wire, at))
        wire.held.append(octets)
        if fault is not None and len(wire.held) >= fault.count:
            self._let_go(wire, now)

    def _let_go(self, wire: Wire, now: float) -> None:
        if wire.held:
            octets = b"".join(wire.held)
            tear = len(octets) - len(wire.held[-1]) + torn_at(wire.held[-1])
            wire.held.clear()
            self.put(wire, octets[:tear], now)
            wire.free_at_s = max(wire.free_at_s, now + TORN_GAP_S)
            self.put(wire, octets[tear:], now)

    # -- answers ---------------------------------------------------------------------------------------------------

    def answer(self, wire: Wire, moment: Moment, answer: Answer, now: float, receipt_wait_s: float = 0.0) -> bool:
        """Answers a request as the faults have it (a phone's: as it should be); whether it was refused."""
        wait_s, copies, pieces = 0.0, 1, ""
        ends: list[Fault] = []
        until, status = self.storm
        if moment is Moment.SUBMIT and now < until:
            answer = answer.refused(status)
        for fault in () if wire.handheld else self.strikes(moment, now):
            match fault.does:
                case "late":
                    wait_s += fault.wait_s
                case "lost":
                    copies = 0
                case "twice":
                    copies = 2
                case "receipt_first":
                    wait_s += fault.wait_s + receipt_wait_s
                case "cut" | "deaf" | "silence" | "say":
                    ends.append(fault)
                case deed if deed in IN_PIECES:
                    pieces = deed
                case _:
                    answer = answer.spoiled(fault)
        octets = answer_octets(answer)
        for _ in range(copies):
            if wait_s:
                self.later(now + wait_s, lambda at: self.put(wire, octets, at, pieces))
            else:
                self.put(wire, octets, now, pieces)
                if not answer.octets and not answer.nack:
                    wire.proved = wire.acknowledged
        for fault in ends:
            self.do(fault, wire, now)
        return bool(answer.status) or answer.nack

    # -- faults ----------------------------------------------------------------------------------------------------

    def strikes(self, moment: Moment, now: float) -> list[Fault]:
        """The faults that this event meets, booked."""
        found = self.schedule.strikes(moment, now - self._began)
        for fault in found:
            self._book(fault, now)
        return found

    def _book(self, fault: Fault, now: float) -> None:
        self._tally.struck(fault)
        self._ledger.add(Struck(at_s=self.at_s(now), on=fault.on.value, does=fault.does, kind=fault.kind))

    def _plan(self, row: int, at: float) -> None:
        self.later(at, lambda now: self._strike(row, now))

    def _strike(self, row: int, now: float) -> None:
        """A fault of `time`. Without a bound connection one that comes again waits for its next turn, a single one
        for the bind."""
        at_s, wire = now - self._began, self.usable()
        if wire is None:
            self._plan(row, now + (self.schedule.faults[row].every_s or UNBOUND_WAIT_S))
            return
        fault, again_s = self.schedule.take_timed(row, at_s)
        if fault is not None:
            self._book(fault, now)
            self.do(fault, wire, now)
        if again_s is not None:
            self._plan(row, self._began + again_s)

    def do(self, fault: Fault, wire: Wire, now: float) -> None:
        """A deed that concerns the connection."""
        match fault.does:
            case "cut":
                self.later(now + fault.wait_s, lambda at: self._end(wire, fault.how, at))
            case "deaf":
                wire.deaf = True
                self.later(now + fault.wait_s, lambda at: self._end(wire, fault.how, at))
            case "silence":
                wire.silent = True
                self._actions.append(Read(wire.id, 0))
                if fault.for_s:
                    self.later(now + fault.for_s, lambda at: self._speak_again(wire))
            case "slow":
                self._actions.append(Read(wire.id, max(1, fault.octets_per_s)))
                if fault.for_s:
                    self.later(now + fault.for_s, lambda at: self._actions.append(Read(wire.id, None)))
            case "storm":
                self.storm = (now + fault.for_s, fault.status)
            case "say":
                for _ in range(fault.count):
                    raw = bytes.fromhex(fault.octets)
                    self.put(wire, raw or BROKEN[fault.kind](self._command_id, wire.next_sequence()), now)
            case _:
                raise AssertionError(f"{fault.does!r} is done elsewhere")

    def _end(self, wire: Wire, how: str, now: float) -> None:
        if not self.living(wire):
            return
        if how == "unbind":
            wire.bound = False
            sequence = wire.next_sequence()
            self.put(wire, BROKEN["unbind"](int(CommandId.UNBIND), sequence), now)
        else:
            self._actions.append(Cut(wire.id, how))

    def _speak_again(self, wire: Wire) -> None:
        wire.silent = False
        for octets in wire.waiting:
            self._write(wire, octets)
        wire.waiting.clear()
        if self.living(wire):
            self._actions.append(Read(wire.id, None))

    def note(self, what: str, wire: Wire, now: float, status: int = 0) -> None:
        self._tally.noted(what.partition(":")[0])
        self._ledger.add(Noted(at_s=self.at_s(now), what=what, connection=wire.id, status=status))
