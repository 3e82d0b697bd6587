"""What can be done wrong, and when: the rows of a fault schedule, and which of them an event meets.

A row names a moment (`on`) and a deed (`does`); the rest says how often and how. Each row draws from a generator of its
own, seeded by the scenario's seed and the row's place: the same events meet the same faults, whatever the others do.
Pure: no clock, no socket.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from enum import StrEnum

import msgspec

__all__ = ["DEEDS", "SELECTION", "Fault", "Moment", "Schedule"]


class Moment(StrEnum):
    """What happens when a fault may strike."""

    CONNECT = "connect"  # TCP is up
    BIND = "bind"  # the gateway asks to bind (the simulator is the centre)
    SUBMIT = "submit"  # the gateway sends a message, which is to be answered
    PING = "ping"  # the gateway sends enquire_link
    UNBIND = "unbind"  # the gateway leaves
    INJECT = "inject"  # a message of ours is about to be written
    ACKNOWLEDGE = "acknowledge"  # the gateway has answered a message of ours
    RECEIPT = "receipt"  # a delivery receipt of ours is about to be written
    TIME = "time"  # at `at_s`, and every `every_s` from then on


_ANSWERS = frozenset({Moment.BIND, Moment.SUBMIT, Moment.PING, Moment.UNBIND})
_OURS = frozenset({Moment.INJECT, Moment.RECEIPT})

# deed -> when it may be done, and which keys say how
DEEDS: dict[str, tuple[frozenset[Moment], frozenset[str]]] = {
    "late": (_ANSWERS | {Moment.RECEIPT}, frozenset({"wait_s"})),
    "lost": (_ANSWERS | {Moment.RECEIPT}, frozenset()),
    "refuse": (_ANSWERS, frozenset({"status", "body"})),
    "nack": (_ANSWERS, frozenset({"status", "sequence"})),
    "twice": (_ANSWERS | {Moment.RECEIPT}, frozenset({"wait_s"})),
    "wrong_sequence": (_ANSWERS, frozenset({"sequence"})),
    "wrong_command": (_ANSWERS, frozenset()),
    "malformed": (_ANSWERS, frozenset({"kind"})),
    "congested": (frozenset({Moment.SUBMIT}), frozenset({"status"})),
    "version": (frozenset({Moment.BIND}), frozenset({"sequence"})),
    "receipt_first": (frozenset({Moment.SUBMIT}), frozenset({"wait_s"})),
    "alter": (_OURS, frozenset({"kind"})),
    "retransmit": (frozenset({Moment.INJECT}), frozenset({"wait_s", "count"})),
    "resend": (frozenset({Moment.INJECT}), frozenset({"wait_s", "count"})),
    "bytewise": (_ANSWERS | {Moment.INJECT}, frozenset()),
    "torn": (_ANSWERS | {Moment.INJECT}, frozenset()),
    "together": (frozenset({Moment.INJECT}), frozenset({"count", "wait_s"})),
    "sequence": (frozenset({Moment.INJECT}), frozenset({"sequence"})),
    "same_sequence": (frozenset({Moment.INJECT}), frozenset()),
    "wrong_id": (frozenset({Moment.RECEIPT}), frozenset()),
    "say": (frozenset(Moment), frozenset({"kind", "octets", "count"})),
    "cut": (frozenset(Moment), frozenset({"how", "wait_s"})),
    "deaf": (frozenset(Moment), frozenset({"how", "wait_s"})),
    "silence": (frozenset({Moment.CONNECT, Moment.BIND, Moment.INJECT, Moment.TIME}), frozenset({"for_s"})),
    "slow": (frozenset({Moment.CONNECT, Moment.TIME}), frozenset({"for_s", "octets_per_s"})),
    "storm": (frozenset({Moment.TIME}), frozenset({"for_s", "status"})),
}

SELECTION = frozenset({"on", "does", "share", "first", "every", "times", "from_s", "to_s", "at_s", "every_s"})
"""The keys of a row that say how often; the others say how."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the schedule.

    Attributes:
        share: of the events that it may strike, 0 to 1.
        first, every: the number of the first event, and the step from then on.
        times: it strikes so often at most; 0: without a limit.
        from_s, to_s: only between these seconds of the run; `to_s` 0: to its end.
        at_s, every_s: for `time`: when, and the pause between strikes (0: once).
        status: a command_status (SMPP 3.4 5.1.3); for `congested` the level, 0 to 100.
        sequence: for `nack`, the sequence number (negative: that of the request); for `wrong_sequence`, what is added;
            for `sequence`, the number from which ours go on; for `version`, the interface version (negative: no TLV).
        body: of a refusal: `none`, `nul`, `full` or `malformed`.
        kind: which broken PDU or alteration, by its name in `misbehaviour`.
        octets: for `say`: raw octets in hex, in place of `kind`.
        how: an end by `fin`, `rst` or `unbind`.
    """

    on: Moment
    does: str
    share: float = 1.0
    first: int = 1
    every: int = 1
    times: int = 0
    from_s: float = 0.0
    to_s: float = 0.0
    at_s: float = 0.0
    every_s: float = 0.0
    wait_s: float = 0.0
    for_s: float = 0.0
    octets_per_s: int = 0
    count: int = 1
    status: int = 0x58
    sequence: int = -1
    body: str = "none"
    kind: str = ""
    octets: str = ""
    how: str = "rst"


class Schedule:
    """All faults of a scenario, with what they have met so far."""

    def __init__(self, faults: Iterable[Fault], seed: int) -> None:
        self.faults = tuple(faults)
        self.struck = [0] * len(self.faults)  # by row
        self._met = [0] * len(self.faults)
        self._rngs = [random.Random(f"{seed}/{row}") for row in range(len(self.faults))]
        self._rows = {moment: [i for i, f in enumerate(self.faults) if f.on is moment] for moment in Moment}

    def strikes(self, moment: Moment, at_s: float) -> list[Fault]:
        """The faults that this event meets, in the order of the file.

        Args:
            at_s: seconds since the run began.
        """
        return [self.faults[row] for row in self._rows[moment] if self._strikes(row, at_s)]

    def timed(self) -> list[tuple[float, int]]:
        """When each row of `time` strikes first, and its number; `again` says when next."""
        return [(self.faults[row].at_s, row) for row in self._rows[Moment.TIME]]

    def take_timed(self, row: int, at_s: float) -> tuple[Fault | None, float | None]:
        """The fault of that row if it strikes now, and when the row is due again."""
        fault = self.faults[row]
        found = fault if self._strikes(row, at_s) else None
        over = (fault.times and self.struck[row] >= fault.times) or not fault.every_s
        return found, None if over else at_s + fault.every_s

    def _strikes(self, row: int, at_s: float) -> bool:
        fault = self.faults[row]
        if at_s < fault.from_s or (fault.to_s and at_s >= fault.to_s):
            return False
        self._met[row] += 1
        if (self._met[row] < fault.first) or (self._met[row] - fault.first) % fault.every:
            return False
        if fault.times and self.struck[row] >= fault.times:
            return False
        if fault.share < 1.0 and self._rngs[row].random() >= fault.share:
            return False
        self.struck[row] += 1
        return True
