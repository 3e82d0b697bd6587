"""Tables for people, JSON for machines, and the facts of the machine that both depend on."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import time
from pathlib import Path
from typing import Any

import rich.box
from rich.console import Console
from rich.table import Table

from bench.profiling import Profile

FSYNCS = 200
OTHERS_MAX = 0.15  # of a core, what programs that are not of the bench may take before the figures are doubtful
Result = dict[str, Any]
"""One phase: the generator's counts with the subject's CPU and memory, as the JSON has them."""


def machine(folder: Path) -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fsync_ms": fsync_ms(folder),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def fsync_ms(folder: Path) -> dict[str, float]:
    """How long the disk takes to keep 4 KiB appended to a file."""
    path = folder / "fsync"
    took_ms: list[float] = []
    with path.open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            file.write(bytes(4096))
            started = time.perf_counter()
            os.fsync(file.fileno())
            took_ms.append((time.perf_counter() - started) * 1000)
    path.unlink()
    took_ms.sort()
    return {"p50": round(statistics.median(took_ms), 3), "p99": round(took_ms[int(FSYNCS * 0.99)], 3)}


def phases_table(results: list[Result]) -> Table:
    table = Table(box=rich.box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in ("subject", "traffic", "load"):
        table.add_column(column, no_wrap=True)
    for column in ("commands", "per s", "p50 ms", "p95 ms", "p99 ms", "CPU s/1000", "others", "RSS MB", "lost"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in results:
        latency = each["latency_ms"]
        lost = each["lost_total"]
        table.add_row(
            each["subject"], each["traffic"], each["load"], f"{each['answered']:,}", f"{each['rate_per_s']:,.0f}",
            f"{latency['p50']:.1f}", f"{latency['p95']:.1f}", f"{latency['p99']:.1f}",
            f"{each['cpu_s_per_1000']:.4f}", f"{each['others_cpu_share']:.0%}", f"{each['rss_mb']:.0f}",
            f"[{'red' if lost else 'green'}]{lost}[/]",
        )  # fmt: skip
    return table


def doubts(results: list[Result]) -> str:
    """Why the figures may be too low; nothing on a quiet machine."""
    most = max((each["others_cpu_share"] for each in results), default=0.0)
    if most <= OTHERS_MAX:
        return ""
    return f"Other programs took up to {most:.0%} of a core (column `others`): do not trust throughput and latency."


def summary_table(summary: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    ratio = summary.get("sms_ratio")
    if ratio is not None:
        note = f"gateway {summary['gateway_sms_per_s']:,.0f}/s, peer {summary['peer_sms_per_s']:,.0f}/s: medians"
        table.add_row("SMS only, gateway : peer", f"[bold cyan]{ratio:.2f}[/]", note)
    for name, cost in summary["costs"].items():
        note = f"{cost['sms_per_s']:,.0f}/s, without {summary['gateway_sms_per_s']:,.0f}/s: medians"
        note += f"; CPU of the gateway {cost['cpu']:+.1%} a command"
        table.add_row(f"{name}: throughput lost", f"[bold cyan]{cost['throughput_lost']:.1%}[/]", note)
    mixed = summary.get("mixed_per_s")
    if mixed is not None:
        note = f"p99 {summary['mixed_p99_ms']:.1f} ms; at half that rate {summary['half_p99_ms']:.1f} ms"
        table.add_row("mixed, commands a second", f"[bold cyan]{mixed:,.0f}[/]", note)
        note = f"with {summary['numbers']:,} numbers; {summary['memory_start_mb']:.0f} MB before the first command"
        table.add_row("mixed, memory at its peak, MB", f"[bold cyan]{summary['memory_peak_mb']:.0f}[/]", note)
    if (step := summary.get("step_ratio")) is not None:
        note = f"CPU s per 1,000: {summary['step_cpu_s_per_1000']:.3f} and {summary['dial_cpu_s_per_1000']:.3f}"
        note += f"; {summary['step_per_s']:,.0f}/s and {summary['dial_per_s']:,.0f}/s: medians, of the ratio too"
        table.add_row("step of a dialog : dialled command", f"[bold cyan]{step:.2f}[/]", note)
        note = f"for {summary['dialogs_open']:,} dialogs that are open at one time"
        table.add_row("memory of dialogs, MB", f"[bold cyan]{summary['dialogs_mb']:.0f}[/]", note)
    if (ratio := summary.get("function_ratio")) is not None:
        note = f"CPU; rate {summary['function_rate_ratio']:.2f}; {summary['function_per_s']:,.0f}/s: medians"
        table.add_row(f"{summary['functions']} functions : one function", f"[bold cyan]{ratio:.2f}[/]", note)
    table.add_row("lost, refused, wrong", str(summary["lost"]), "must be 0")
    return table


def print_profile(console: Console, profile: Profile) -> None:
    for title, rows in (("self", profile.own), ("with callees", profile.whole)):
        table = Table(
            box=None, pad_edge=False, header_style="bold", title=f"{profile.samples} samples, {title}",
            title_justify="left",
        )  # fmt: skip
        table.add_column("share", justify="right")
        table.add_column("function", overflow="fold")
        for name, count in rows:
            table.add_row(f"{count / max(1, profile.samples):.1%}", name)
        console.print(table)
