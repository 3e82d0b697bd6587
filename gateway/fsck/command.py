"""`ussdgw fsck`: runs the checks, prints what they find, mends on demand."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.catalogue.faults import counted
from gateway.cli.operating import AsJson, out, print_json
from gateway.cli.options import ConfigFile
from gateway.clock import SystemClock
from gateway.config import ConfigError, Settings, load
from gateway.dispatcher import collect
from gateway.fsck.examining import CHECKS, Mender, examine
from gateway.fsck.faults import Check, Fault
from gateway.retention import keeping_of

err = Console(stderr=True, highlight=False, soft_wrap=True)


def fsck(
    config_file: ConfigFile = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mends what other rows prove; no gateway may be running.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Faults of one name that are shown; all are counted.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Checks that the database keeps its promises. Exit status: 0 it does, 1 faults, 2 could not run."""
    settings = load(config_file)
    path = settings.store.path()
    if path is None:
        raise ConfigError("a store in memory cannot be checked from outside")
    commands = set(collect())
    if repair:
        with Mender(path, SystemClock().now()) as mender:
            found = _run(path, settings, commands, "mending", limit, as_json, mender)
        if mender.mended:
            if not as_json:
                out.print(f"{counted(mender.mended, 'fault')} mended; what is left:", markup=False)
            found = _run(path, settings, commands, "checking again", limit, as_json, None)
    else:
        found = _run(path, settings, commands, "checking", limit, as_json, None)
    total = sum(found.values())
    if not as_json:
        names = ", ".join(f"{count:,} {name}" for name, count in sorted(found.items()))
        out.print(f"{counted(total, 'fault')}: {names}" if total else "no faults", markup=False)
    raise typer.Exit(1 if total else 0)


def _run(
    path: Path, settings: Settings, commands: set[str], doing: str, limit: int, as_json: bool, mender: Mender | None
) -> Counter[str]:
    """One walk over the file; how many faults of each name there were."""
    found: Counter[str] = Counter()
    keeping = keeping_of(settings)
    with _bar(doing) as bar:
        faults = examine(
            path, commands, horizon_ms=keeping.inbox_ms, outbox_keep_ms=keeping.outbox_ms, began=bar.began,
            told=bar.told,
        )  # fmt: skip
        for fault in faults:
            found[fault.fault] += 1
            if mender is not None:
                mender.mend(fault)
            if as_json:
                print_json({**_plain(fault), "walk": doing})
            elif found[fault.fault] <= limit:
                out.print(str(fault), markup=False)
            elif found[fault.fault] == limit + 1:
                out.print(f"{fault.fault}: and more", markup=False)
    return found


def _plain(fault: Fault) -> dict[str, object]:
    return {
        "fault": fault.fault,
        "table": fault.table,
        "key": fault.key,
        "found": fault.found,
        "expected": fault.expected,
        "repairable": bool(fault.repair),
    }


class _Bar:
    def __init__(self, progress: Progress, doing: str) -> None:
        self._progress, self._doing = progress, doing
        self._task = progress.add_task(doing, total=None)
        self._done = self._checks = 0

    def began(self, check: Check, rows: int) -> None:
        self._checks += 1
        place = f"{self._doing} {check.name} ({self._checks} of {len(CHECKS) + 1})"
        self._done = 0
        self._progress.reset(self._task, total=rows or None, description=place)

    def told(self, rows: int) -> None:
        self._done += rows
        self._progress.update(self._task, completed=self._done)


@contextmanager
def _bar(doing: str) -> Iterator[_Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not sys.stderr.isatty(), transient=True) as progress:
        yield _Bar(progress, doing)
