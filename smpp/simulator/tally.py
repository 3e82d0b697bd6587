"""Counts and latencies of a run, for the live view and the report. Pure."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from smpp.simulator.faults import Fault

__all__ = ["Tally"]

LATENCIES_MAX: Final = 100_000
SHARES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}


class Tally:
    """What is counted: `counts` by name, answers by status, faults by deed, latencies from saying to the answer."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.latencies_s: deque[float] = deque(maxlen=LATENCIES_MAX)

    def add(self, name: str) -> None:
        self.counts[name] += 1

    def acknowledged(self, status: int) -> None:
        self.counts["acknowledged"] += 1
        self.statuses[status] += 1

    def replied(self, latency_s: float) -> None:
        self.counts["replied"] += 1
        self.latencies_s.append(latency_s)

    def struck(self, fault: Fault) -> None:
        self.faults[f"{fault.on}: {fault.does}" + (f" {fault.kind}" if fault.kind else "")] += 1

    def noted(self, what: str) -> None:
        self.counts[what] += 1

    def latency_ms(self) -> dict[str, float]:
        """Percentiles, in milliseconds; zeros while there is none."""
        ordered = sorted(self.latencies_s)
        if not ordered:
            return dict.fromkeys(SHARES, 0.0)
        return {
            name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 3)
            for name, share in SHARES.items()
        }
