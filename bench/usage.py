"""`python -m bench.usage`: what commands that read usage cost with ten million records, and with none.

Three gateways in this process, each on a database of its own: without usage, with that of the asked numbers alone,
and with that of everybody. They are asked in turn over SMPP on loopback; a command's time is that until its
acknowledgement, which comes after the commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated

import rich.box
import typer
from rich.console import Console
from rich.table import Table

from bench.subjects import MEBIBYTE, new_folder
from gateway import telemetry
from gateway.app import Gateway
from gateway.config import Settings
from gateway.importing import IMPORT_ROWS_MAX
from gateway.messages import ImportRow
from gateway.model import DAY_MS, Money, Msisdn, PersonId, PersonKind, TariffId
from gateway.phone import Phone

ROOT = Path(__file__).resolve().parents[1] / "var" / "usage-load"
FIRST = 79_160_000_000
DAYS = 180
COMMANDS = {
    "charges.last": "*152#",
    "tariff.advise": "*111*59*8#",
    "promised.offer": "*111*123#",
    "balance.show": "*100#",
    "balance.remainders": "*100*2#",
}
OWNERS, ACCOUNT = "P", "bench"
WIDTH = 120  # of a table that goes to a file
NAMES = ("none", "own", "all")

# As an import leaves it, number by number and each in the order of time: calls, messages and data over half a year.
FILL = """
WITH RECURSIVE step(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM step WHERE k + 1 < :each)
INSERT INTO usage (msisdn, at, kind, other, incoming, quantity, cost)
SELECT s.msisdn, :since + step.k * :every + s.msisdn % 1000,
    CASE step.k % 3 WHEN 0 THEN 'call' WHEN 1 THEN 'data' ELSE 'sms' END,
    CASE step.k % 3 WHEN 1 THEN '' ELSE '7903' || (1000000 + step.k) END, 0, 1 + step.k % 300, step.k % 5 * 50
FROM (SELECT msisdn FROM subscribers WHERE msisdn >= :first AND msisdn < :last ORDER BY msisdn) AS s CROSS JOIN step"""


def settings_of(folder: Path) -> Settings:
    (folder / "password").write_text("bench", encoding="utf-8")
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:///{folder}/gateway.db"},
            "operator": {"secret_file": str(folder / "secret")},
            "listeners": [
                {
                    "name": "phones",
                    "port": 0,
                    "accounts": [{"system_id": ACCOUNT, "password_file": str(folder / "password")}],
                }
            ],
        }
    )


async def add_numbers(settings: Settings, count: int) -> None:
    """So many numbers with 100.00 each, through the engine."""
    gateway = Gateway(settings.model_copy(update={"listeners": ()}))
    async with gateway.at_rest():
        for first in range(0, count, IMPORT_ROWS_MAX):
            rows = tuple(
                ImportRow(
                    Msisdn(str(FIRST + each)), PersonId(f"{OWNERS}{each}"), PersonKind.PRIVATE, "moscow", TariffId(1),
                    Money(100_00),
                )
                for each in range(first, min(first + IMPORT_ROWS_MAX, count))
            )  # fmt: skip
            await gateway.add_subscribers("bench", rows)


def fill(path: Path, first: int, last: int, each: int) -> float:
    """Usage of the numbers from `first` to before `last`; returns how large the file is then, in MB."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        every = DAYS * DAY_MS // max(1, each)
        since = int(time.time() * 1000) - DAYS * DAY_MS
        values = {"each": each, "since": since, "every": every, "first": FIRST + first, "last": FIRST + last}
        connection.execute(FILL, values)
    return path.stat().st_size / MEBIBYTE


@asynccontextmanager
async def calling(settings: Settings) -> AsyncIterator[Phone]:
    gateway = Gateway(settings)
    await gateway.start()
    ended = asyncio.Event()
    running = asyncio.create_task(gateway.run(ended))
    try:
        async with Phone("127.0.0.1", gateway.listeners[0].port, ACCOUNT, "bench") as phone:
            yield phone
    finally:
        ended.set()
        await running
        await gateway.stop()


async def measure(all_settings: list[Settings], numbers: list[str]) -> dict[str, list[list[float]]]:
    """For each command the times of each gateway in milliseconds. Every number asks every gateway once."""
    took: dict[str, list[list[float]]] = {name: [[] for _ in all_settings] for name in COMMANDS}
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(calling(each)) for each in all_settings]
        for place, number in enumerate(numbers):
            for name, code in COMMANDS.items():
                for turn in range(len(phones)):  # none is always the first
                    which = (turn + place) % len(phones)
                    started = time.perf_counter()
                    await phones[which].say_dial(code, number)
                    took[name][which].append((time.perf_counter() - started) * 1000)
                    while not phones[which].told.empty():
                        phones[which].told.get_nowait()
    return took


def report(console: Console, took: dict[str, list[list[float]]]) -> None:
    table = Table(box=rich.box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("command")
    for column in (*(f"{name}, ms" for name in NAMES), "p99 none", "p99 all", "all : none", "all : own"):
        table.add_column(column, justify="right")
    for name, times in took.items():
        none, own, everybody = (statistics.median(each) for each in times)
        tails = [sorted(each)[int(len(each) * 0.99)] for each in (times[0], times[2])]
        table.add_row(
            name, *(f"{each:.2f}" for each in (none, own, everybody, *tails)), f"{everybody / none:.2f}",
            f"[bold cyan]{everybody / own:.2f}[/]",
        )  # fmt: skip
    console.print(table)


def main(
    rows: Annotated[int, typer.Option(min=1000, help="Records of use in the large database.")] = 10_000_000,
    numbers: Annotated[int, typer.Option(min=10, help="Subscribers in each database.")] = 20_000,
    asked: Annotated[int, typer.Option(min=10, help="Of them, those who ask.")] = 400,
    keep: Annotated[bool, typer.Option("--keep", help="Keeps the databases in var/usage-load.")] = False,
) -> None:
    """Makes the databases, asks, prints medians and their ratios."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDTH
    folders = [new_folder(ROOT, name) for name in NAMES]
    each_has = rows // numbers
    try:
        all_settings = [settings_of(folder) for folder in folders]
        telemetry.configure("json", folders[0] / "gateway.log", "warning")
        for settings, folder, name in zip(all_settings, folders, NAMES, strict=True):
            asyncio.run(add_numbers(settings, numbers))
            first, last = {"none": (0, 0), "own": (numbers - asked, numbers), "all": (0, numbers)}[name]
            started = time.perf_counter()
            size = fill(folder / "gateway.db", first, last, each_has)
            seconds = time.perf_counter() - started
            console.print(f"{name}: {(last - first) * each_has:,} records, {size:,.0f} MB, made in {seconds:.0f} s")
        took = asyncio.run(measure(all_settings, [str(FIRST + each) for each in range(numbers - asked, numbers)]))
        report(console, took)
    finally:
        if not keep:
            shutil.rmtree(ROOT, ignore_errors=True)


if __name__ == "__main__":
    typer.run(main)
