"""`ussdgw usage`: the network's records of use, which the gateway reads and never makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from gateway import config
from gateway.app import Gateway
from gateway.catalogue.faults import Fault
from gateway.cli.operating import out
from gateway.cli.options import ConfigFile
from gateway.cli.tables import SkipBad, adder, check, good_rows
from gateway.control_commands import UsageTable
from gateway.messages import UsageCount, UsageRow
from gateway.usage_importing import read_usage

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Call records of the network's billing.")


@app.callback()
def usage() -> None:
    """Call records of the network's billing."""


@app.command("import")
def import_table(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 with a header: docs/operators.md has the columns.")],
    skip_bad: SkipBad = False,
    config_file: ConfigFile = None,
) -> None:
    """Stores the records of a table, in the running gateway or, where none runs, in its database.

    A record that is there already takes the table's values, so the same file may be imported again. No money moves.
    """
    settings = config.load(config_file)
    zone = ZoneInfo(settings.operator.time_zone)

    def read(lines: Iterator[str]) -> Iterator[UsageRow | Fault]:
        return read_usage(lines, str(file), zone)

    bad = check(file, read, skip_bad=skip_bad)
    stored = unknown = old = 0
    with adder(settings, file, "usage.import", UsageTable, Gateway.add_usage, UsageCount) as add:
        for chunk in good_rows(file, read):
            count = add(chunk)
            stored += count.stored
            unknown += count.unknown
            old += count.old
    out.print(f"{stored:,} stored, {unknown:,} of unknown numbers, {old:,} too old to be kept, {bad:,} bad")
