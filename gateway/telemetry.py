"""What the gateway says of itself: one structured event a command, counters, and numbers masked in both.

JSON lines for a file or a pipe, colours for a terminal. Writing is buffered and flushed a few times a second, so that
an event costs no system call of its own.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
import structlog

from gateway.engine.batch import Decided
from gateway.store.protocol import StoreError

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


def _stamper() -> Callable[[object, str, MutableMapping[str, Any]], MutableMapping[str, Any]]:
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


def configure(format: Literal["auto", "json", "console"], file: Path | None, level: str) -> Callable[[], None]:
    """Sets structlog up for this process; returns what flushes the log.

    Raises:
        OSError: the log file cannot be written.
    """
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    colours = format == "console" or (format == "auto" and file is None and sys.stderr.isatty())
    stamp = _stamper()
    wrapper = structlog.make_filtering_bound_logger(LEVELS[level])
    if colours:
        structlog.configure(
            processors=[stamp, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())],
            wrapper_class=wrapper,
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )
        return sys.stderr.flush
    log = LogFile(open(file, "ab", buffering=1 << 16) if file is not None else sys.stderr.buffer)  # noqa: SIM115
    structlog.configure(
        processors=[stamp, _json],
        wrapper_class=wrapper,
        logger_factory=lambda *_: log,
        cache_logger_on_first_use=True,
    )
    return log.sync


class Telemetry:
    """Counts and logs what the engine and the wire report. The engine's `Observer` and the intake's `Log`."""

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
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
        if decision.refusal:
            counters["refused"] += 1
        if decision.fault:
            counters["faults"] += 1
            self._log.error("handler_fault", reference=each.number, command=decision.command, traceback=decision.fault)
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

    def batch_failed(self, facts: int, error: StoreError) -> None:
        self.counters["batches_failed"] += 1
        self._log.error("store_failed", facts=facts, error=error.message)

    def noted(self, event: str, **fields: object) -> None:
        self.counters[event] += 1
        self._log.info(event, **fields)
