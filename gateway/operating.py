"""The commands for a gateway that runs: they ask it over its control socket and print what it answers."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway import config
from gateway.config import ConfigError
from gateway.control import ControlClient, ControlError, NotRunning
from gateway.messages import MissRow
from gateway.misses import in_order
from gateway.model import Instant
from gateway.store.reading import StoreReader

app = typer.Typer()

WIDTH_WITHOUT_TERMINAL = 200  # columns: a file or a pipe has no edge at which to cut a table

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; without one, the defaults.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as documented in docs/control.md.")]


def running(config_file: Path | None) -> ControlClient:
    """The gateway of a configuration. Raises NotRunning."""
    path = config.load(config_file).control_path()
    if path is None:
        raise ConfigError("a store in memory has no control socket: name one, [control] socket")
    return ControlClient(path)


def print_json(document: object) -> None:
    out.print(json.dumps(document, ensure_ascii=False), markup=False)


def database(settings: config.Settings) -> StoreReader:
    """The database of a configuration, for reading beside the gateway or without one."""
    path = settings.store.path()
    if path is None:
        raise ConfigError("a store in memory cannot be read from outside")
    return StoreReader(path)


@app.command()
def reload(config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Makes the running gateway read codes, products and texts anew. Faults: all named, and nothing changes."""
    with running(config_file) as gateway:
        try:
            result = gateway.ask("reload")
        except ControlError as error:
            for fault in error.faults:
                out.print(str(fault), markup=False)
            raise
    if as_json:
        print_json(result)
        return
    for change in result["changes"]:
        out.print(change, markup=False)
    count = len(result["changes"])
    out.print(f"reloaded, {count} changes" if count else "nothing had changed", markup=False)


def misses(
    config_file: ConfigFile = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="Rows at most.")] = 50,
) -> None:
    """Prints what could not be read, most frequent first, and what the same numbers typed next."""
    settings = config.load(config_file)
    try:
        with running(config_file) as gateway:
            rows = msgspec.convert(gateway.ask("misses"), list[MissRow])
    except NotRunning:
        with database(settings) as reader:
            rows = in_order(reader.misses())
    rows = rows[:limit]
    if as_json:
        print_json(msgspec.to_builtins(rows))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("times", "last", "typed", "refused as", "typed next"):
        table.add_column(column, justify="right" if column == "times" else "left", no_wrap=column != "typed next")
    for row in rows:
        following = ", ".join(f"{each.text} ({each.became}) {each.count}" for each in row.follow_ups)
        cells = (str(row.count), local_time(row.last_at, settings), row.text, row.refusal, following)
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table)


def local_time(at: Instant, settings: config.Settings) -> str:
    """An instant as the operator reads it, in his time zone."""
    zone = ZoneInfo(settings.operator.time_zone)
    return datetime.fromtimestamp(at / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
