"""Counts and latencies of a run, for the live view and the report. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Final

from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]

from smpp.simulator.faults import Fault

__all__ = ["Tally"]

LATENCY_MAX_US: Final = 3_600_000_000
DIGITS: Final = 3  # of a latency, that are kept
PERCENTILES: Final = {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


class Tally:
    """What is counted: `counts` by name, answers by status, faults by deed, latencies from saying to the answer in
    microseconds; where there is a schedule, from when it should have been said.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.latencies_us = HdrHistogram(1, LATENCY_MAX_US, DIGITS)

    def add(self, name: str) -> None:
        self.counts[name] += 1

    def acknowledged(self, status: int) -> None:
        self.counts["acknowledged"] += 1
        self.statuses[status] += 1

    def replied(self, latency_s: float) -> None:
        self.counts["replied"] += 1
        self.latencies_us.record_value(min(max(int(latency_s * 1e6), 1), LATENCY_MAX_US))

    def struck(self, fault: Fault) -> None:
        self.faults[f"{fault.on}: {fault.does}" + (f" {fault.kind}" if fault.kind else "")] += 1

    def noted(self, what: str) -> None:
        self.counts[what] += 1

    def latency_ms(self) -> dict[str, float]:
        """Percentiles, in milliseconds; zeros while there is none."""
        if not self.latencies_us.get_total_count():
            return dict.fromkeys(PERCENTILES, 0.0)
        return {
            name: round(self.latencies_us.get_value_at_percentile(percentile) / 1000, 3)
            for name, percentile in PERCENTILES.items()
        }
