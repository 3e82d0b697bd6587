"""What the gateway says of itself: one structured event a command, counters, and numbers masked in both.

JSON lines for a file or a pipe, colours for a terminal. Writing is buffered and flushed a few times a second, so that
an event costs no system call of its own.
"""

from __future__ import annotations

import math
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
import structlog

from gateway.engine.tools import Decided
from gateway.messages import Fact, OutboxState, Receipt
from gateway.misses import Misses
from gateway.model import Instant
from gateway.store.protocol import StoreError
from smpp.vocabulary import status_shown

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def masked(number: str) -> str:
    """A subscriber's number as logs show it: `7916***4567`."""
    return f"{number[:4]}***{number[-4:]}" if len(number) > 8 else "***"


class LogFile:
    """Where structlog's events end: a buffered file, one line an event, which the owner flushes when it is time to.

    An event is one write to a buffered file, which takes a lock of its own.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def line(self, octets: bytes) -> None:
        self._stream.write(octets)

    debug = info = warning = error = critical = line  # the level is in the event

    def sync(self) -> None:
        self._stream.flush()


_encode_json = msgspec.json.Encoder(enc_hook=str).encode


Stamp = Callable[[object, str, MutableMapping[str, Any]], MutableMapping[str, Any]]


def _stamper() -> Stamp:
    """A processor that adds level and time; many events fall into one millisecond, so its text is made once."""
    at_ms, text = 0, ""

    def stamp(_: object, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        nonlocal at_ms, text
        now_ms = time.time_ns() // 1_000_000
        if now_ms != at_ms:
            at_ms = now_ms
            text = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds")
        event["level"] = level
        event["timestamp"] = text
        return event

    return stamp


def _json(_: object, __: str, event: MutableMapping[str, Any]) -> bytes:
    return _encode_json(event) + b"\n"


def _json_logger(level: int, log: LogFile, stamp: Stamp) -> type[structlog.typing.BindableLogger]:
    """structlog's filtering logger with a short way for `info`, because every command makes such an event.

    The line is the same as by way of the processors, which all other methods take.
    """
    filtering = structlog.make_filtering_bound_logger(level)

    def info(self: Any, event: str, **fields: Any) -> None:
        if self._context:
            fields = {**self._context, **fields}
        fields["event"] = event
        stamp(None, "info", fields)
        log.line(_encode_json(fields) + b"\n")

    return type("JsonLogger", (filtering,), {"info": info}) if level <= LEVELS["info"] else filtering


def configure(format: Literal["auto", "json", "console"], file: Path | None, level: str) -> Callable[[], None]:
    """Sets structlog up for this process; returns what flushes the log.

    Raises:
        OSError: the log file cannot be written.
    """
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    console = format == "console" or (format == "auto" and file is None and sys.stderr.isatty())
    stamp = _stamper()
    if console:
        stream = open(file, "a", buffering=1 << 16, encoding="utf-8") if file is not None else sys.stderr  # noqa: SIM115
        structlog.configure(
            processors=[stamp, structlog.dev.ConsoleRenderer(colors=stream.isatty())],
            wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
            logger_factory=structlog.WriteLoggerFactory(stream),
            cache_logger_on_first_use=True,
        )
        return stream.flush
    log = LogFile(open(file, "ab", buffering=1 << 16) if file is not None else sys.stderr.buffer)  # noqa: SIM115
    structlog.configure(
        processors=[stamp, _json],
        wrapper_class=_json_logger(LEVELS[level], log, stamp),
        logger_factory=lambda *_: log,
        cache_logger_on_first_use=True,
    )
    return log.sync


TROUBLES = frozenset(
    {"lost", "link_failed", "bind_refused", "bind_failed", "connection_refused", "pdu_unreadable", "tls_failed"}
)
"""Events of a link or a listener whose last one `ussdgw status` shows."""

TROUBLE_SAYS = ("reason", "text", "status", "error", "peer")

BATCH_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Durations:
    """How often something took how long: a count for each bound (seconds, at most), and one for what took longer."""

    def __init__(self, bounds_s: tuple[float, ...]) -> None:
        self.bounds_s = bounds_s
        self.counts = [0] * (len(bounds_s) + 1)
        self.total_s = 0.0

    def add(self, took_s: float) -> None:
        self.counts[bisect_left(self.bounds_s, took_s)] += 1
        self.total_s += took_s

    @property
    def count(self) -> int:
        return sum(self.counts)

    def within_s(self, share: float) -> float:
        """The least bound within which that share of them was done; infinity where none is."""
        wanted, seen = self.count * share, 0
        for bound_s, count in zip(self.bounds_s, self.counts, strict=False):
            seen += count
            if seen >= wanted:
                return bound_s
        return math.inf


def short(text: str) -> str:
    """What a link says of itself, in a line: aiosmpplib puts a JSON object behind the sentence, with the exception."""
    sentence, _, context = text.partition(" >>> ")
    try:
        exception = msgspec.json.decode(context, type=dict[str, object]).get("exception", "")
    except msgspec.MsgspecError:
        exception = ""
    return f"{sentence}: {exception}" if exception else sentence


class Trouble(msgspec.Struct, frozen=True, gc=False):
    """The last thing that went wrong at a link or a listener."""

    event: str
    about: str
    at: Instant


class Telemetry:
    """Counts and logs what the engine and the wire report. The engine's `Observer` and the intake's `Log`."""

    def __init__(self, misses: Misses) -> None:
        self.misses = misses
        self.counters: Counter[str] = Counter()
        self.facts: Counter[type] = Counter()
        self.refusals: Counter[str] = Counter()
        self.batches = Durations(BATCH_BOUNDS_S)
        self.store_fails = False
        self.troubles: dict[str, Trouble] = {}
        self._log = structlog.get_logger().bind()  # bound once: the lazy one makes a new logger for each event

    def decided(self, each: Decided, took_ms: float) -> None:
        inbound, decision = each.inbound, each.decision
        counters = self.counters
        counters["messages"] += 1
        if each.original:
            counters["redeliveries"] += 1
            self._log.warning(
                "redelivery",
                reference=each.number,
                first=each.original,
                sender=masked(inbound.sender),
                link=inbound.link,
            )
            return
        part = inbound.part
        if part is not None:
            self._log.info(
                "part",
                reference=each.number,
                sender=masked(inbound.sender),
                link=inbound.link,
                part=f"{part.number}/{part.total}",
            )
            return
        if decision.refusal:
            self.refusals[decision.refusal] += 1
        if decision.fault:
            self.own_fault(each.number, decision.command, decision.fault)
        self._log.info(
            "command",
            reference=each.number,
            sender=masked(inbound.sender),
            channel=inbound.channel,
            op=inbound.op,
            link=inbound.link,
            command=decision.command,
            refusal=decision.refusal,
            took_ms=round(took_ms, 2),
        )

    def wrote(self, facts: list[Fact], decided: list[Decided], took_s: float) -> None:
        self.facts.update(map(type, facts))
        self.batches.add(took_s)
        self.store_fails = False
        note = self.misses.note
        for each in decided:
            decision = each.decision
            if not each.original:
                note(each.inbound, decision.masked, decision.command, decision.refusal)

    def own_fault(self, number: int, command: str, fault: str) -> None:
        self.counters["faults"] += 1
        self._log.error("handler_fault", reference=number, command=command, traceback=fault)

    def receipts(self, came: list[Receipt], orphaned: list[Receipt]) -> None:
        self.counters["receipts"] += len(came)
        self.counters["receipts_orphaned"] += len(orphaned)
        for each in came:
            if each.state is OutboxState.FAILED or each.state is OutboxState.EXPIRED:
                self.counters["receipts_of_failure"] += 1
        for each in orphaned:
            self._log.warning("receipt_orphaned", link=each.link, message_id=each.ids[:1], state=each.state)

    def parts_dropped(self, count: int) -> None:
        self.counters["parts_dropped"] += count
        self._log.warning("parts_dropped", count=count)

    def batch_failed(self, facts: int, error: StoreError) -> None:
        self.counters["batches_failed"] += 1
        self.store_fails = True
        self._log.error("store_failed", facts=facts, error=error.message)

    def noted(self, event: str, **fields: object) -> None:
        self.counters[event] += 1
        if event not in TROUBLES:
            self._log.info(event, **fields)
            return
        about = next((short(str(fields[key])) for key in TROUBLE_SAYS if key in fields), "")
        if isinstance(status := fields.get("status"), int):
            about = fields["status"] = status_shown(status)
        at = Instant(time.time_ns() // 1_000_000)
        self.troubles[str(fields.get("link", ""))] = Trouble(event, about, at)
        self._log.warning(event, **fields)
