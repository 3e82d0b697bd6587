"""What a run shows: live on a terminal, a table at its end, or one JSON object."""

from __future__ import annotations

from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from smpp.simulator.core import Core
from smpp.vocabulary import status_name

__all__ = ["RateMeter", "live_table", "report", "report_table"]

_METER_S: Final = 1.0


class RateMeter:
    """Commands answered a second, over the last second or so."""

    def __init__(self) -> None:
        self._since_s = 0.0
        self._before = 0
        self.rate_per_s = 0.0

    def measure(self, replied: int, at_s: float) -> float:
        elapsed_s = at_s - self._since_s
        if elapsed_s >= _METER_S:
            self.rate_per_s = (replied - self._before) / elapsed_s
            self._since_s, self._before = at_s, replied
        return self.rate_per_s


def report(core: Core, seconds: float) -> dict[str, object]:
    """The run as values: counts by name, latencies in milliseconds, answers by status, faults by deed."""
    tally = core.tally
    return {
        "seconds": round(seconds, 3),
        "rate_per_s": round(tally.counts["replied"] / seconds, 1) if seconds else 0.0,
        "latency_ms": tally.latency_ms(),
        "counts": dict(sorted(tally.counts.items())),
        "statuses": {status_name(status): count for status, count in sorted(tally.statuses.items())},
        "faults": dict(sorted(tally.faults.items())),
    }


def _plain() -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    return table


def _titled(title: str, table: Table) -> Group:
    """A title in a line of its own: one of the table's would be broken at the table's width."""
    return Group(Text(title, style="italic"), table)


def live_table(core: Core, seconds: float, rate_per_s: float) -> Group:
    """The state of this moment."""
    tally, load = core.tally, core.scenario.load
    latency = tally.latency_ms()
    table = _plain()
    table.add_row("answered a second", f"{rate_per_s:.0f}")
    table.add_row("window", f"{core.on_their_way} of {load.window}")
    table.add_row("latency p50 / p95 / p99, ms", " / ".join(f"{latency[name]:.1f}" for name in ("p50", "p95", "p99")))
    for name in ("injected", "acknowledged", "replied", "resent", "repeated", "receipts", "unanswered"):
        table.add_row(name, str(tally.counts[name]))
    for name, count in tally.faults.most_common():
        table.add_row(f"fault {name}", str(count), style="yellow")
    return _titled(f"{core.scenario.about or 'simulator'}, {seconds:.0f} s", table)


def report_table(core: Core, seconds: float) -> Group:
    """The final report."""
    found = report(core, seconds)
    table = _plain()
    for section in ("latency_ms", "counts", "statuses", "faults"):
        values = found[section]
        assert isinstance(values, dict)
        for name, value in values.items():
            table.add_row(f"{section.removesuffix('_ms')} {name}", str(value))
    about = core.scenario.about or "simulator"
    return _titled(f"{about}: {found['seconds']} s, {found['rate_per_s']} answered a second", table)
