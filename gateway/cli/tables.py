"""Tables that a command reads twice, to name every bad row first and then to hand over the good ones.

They go to the running gateway, or to an engine of the command's own where none runs.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from gateway.app import Gateway
from gateway.catalogue.faults import CatalogueError, Fault
from gateway.config import Settings
from gateway.control import ControlClient, NotRunning
from gateway.importing import IMPORT_ROWS_MAX, chunks

FAULTS_SHOWN_MAX = 20
err = Console(stderr=True, highlight=False, soft_wrap=True)

SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Names bad rows and imports the others.")]
R = TypeVar("R", bound=msgspec.Struct)
C = TypeVar("C", bound=msgspec.Struct)
Reader = Callable[[Iterator[str]], Iterator[R | Fault]]


def check(file: Path, read: Reader[R], *, skip_bad: bool) -> int:
    """Prints what is wrong with the rows; returns how many are bad. Raises CatalogueError unless bad ones may be."""
    faults = good = 0
    with _opened(file, "checking") as lines:
        for row in read(lines):
            if not isinstance(row, Fault):
                good += 1
                continue
            faults += 1
            if faults <= FAULTS_SHOWN_MAX:
                err.print(str(row), markup=False)
    if faults > FAULTS_SHOWN_MAX:
        err.print(f"and {faults - FAULTS_SHOWN_MAX} more")
    if faults and not skip_bad:
        told = f"{faults} bad, {good} good rows; nothing was imported. Mend them, or give --skip-bad"
        raise CatalogueError([Fault(str(file), 0, "", told)])
    return faults


def good_rows(file: Path, read: Reader[R]) -> Iterator[tuple[R, ...]]:
    """The good rows in chunks, each one fact; the bad ones have been named."""
    with _opened(file, "importing") as lines:
        yield from chunks(read(lines), IMPORT_ROWS_MAX, lambda _: None)


@contextmanager
def adder(
    settings: Settings,
    file: Path,
    command: str,
    table: Callable[[str, tuple[R, ...]], msgspec.Struct],
    add: Callable[[Gateway, str, tuple[R, ...]], Awaitable[C]],
    count: type[C],
) -> Iterator[Callable[[tuple[R, ...]], C]]:
    """What takes a chunk: a command of the running gateway with its arguments, or an engine of our own."""
    path = settings.control_path()
    try:
        client = None if path is None else ControlClient(path)
    except NotRunning:
        client = None
    if client is not None:
        with client:
            yield lambda rows: msgspec.convert(client.ask(command, table(str(file), rows)), count)
        return
    gateway = Gateway(settings.model_copy(update={"listeners": (), "links": (), "routes": ()}))

    async def added(rows: tuple[R, ...]) -> C:
        return await add(gateway, str(file), rows)

    with asyncio.Runner() as runner:
        resting = gateway.at_rest()
        runner.run(resting.__aenter__())
        try:
            yield lambda rows: runner.run(added(rows))
        finally:
            runner.run(resting.__aexit__(None, None, None))


@contextmanager
def _opened(file: Path, doing: str) -> Iterator[Iterator[str]]:
    """The lines of a file, with a bar on a terminal that follows them."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with (
        file.open(encoding="utf-8-sig", newline="") as table,
        Progress(*columns, console=err, disable=not sys.stderr.isatty()) as progress,
    ):
        task = progress.add_task(doing, total=file.stat().st_size)
        try:
            yield _followed(table, lambda octets: progress.update(task, completed=octets))
        except UnicodeDecodeError as error:
            raise CatalogueError([Fault(str(file), 0, "", f"this is not UTF-8: {error.reason}")]) from None


def _followed(table: TextIO, tell: Callable[[int], None]) -> Iterator[str]:
    for number, line in enumerate(table):
        if not number % IMPORT_ROWS_MAX:
            tell(table.buffer.tell())
        yield line
