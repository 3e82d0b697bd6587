"""`ussdgw outbox`: replies and what became of them."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from gateway import config, outbox
from gateway.catalogue.faults import nearest
from gateway.cli.operating import aligned, print_table
from gateway.cli.options import ConfigFile, subscriber_number
from gateway.cli.subscribers import printable
from gateway.config import ConfigError
from gateway.messages import OutboxState
from gateway.model import Instant

app = typer.Typer(add_completion=False)

out = Console(highlight=False, soft_wrap=True)


@app.command("outbox")
def outbox_listing(
    state: Annotated[str, typer.Option(help="ready, sending, sent, delivered, failed, expired or unknown.")] = "",
    number: Annotated[str, typer.Option(help="Of one subscriber.")] = "",
    since: Annotated[str, typer.Option(help="15m, 2h, 3d, or a day with or without a time: their last change.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 100,
    orphans: Annotated[bool, typer.Option("--orphans", help="Receipts that found no reply instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated, with a header.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Replies and what became of them, also beside a running gateway."""
    settings = config.load(config_file)
    path = settings.store.path()
    if path is None:
        raise ConfigError("[store] url = memory: nothing can be read from outside")
    zone = ZoneInfo(settings.operator.time_zone)
    if state and state.upper() not in OutboxState.__members__:
        known = [each.lower() for each in OutboxState.__members__]
        raise ConfigError(f"--state {state}: there is no such state{nearest(state, known)}")
    query = outbox.OutboxQuery(
        state=OutboxState[state.upper()] if state else None,
        number=subscriber_number(number, settings) if number else "",
        since=outbox.since(since, datetime.now(zone)) if since else Instant(0),
        limit=limit,
    )
    lines = list(outbox.read_orphans(path, query, zone) if orphans else outbox.read_outbox(path, query, zone))
    columns = (outbox.OrphanLine if orphans else outbox.OutboxLine).__struct_fields__
    if as_json:
        for line in lines:
            out.print(json.dumps(msgspec.structs.asdict(line), ensure_ascii=False), markup=False, soft_wrap=True)
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([getattr(line, column) for column in columns] for line in lines)
    else:
        shown = [
            column for column in columns
            if column not in outbox.EXPORTED_ONLY and any(getattr(line, column) for line in lines)
        ]  # fmt: skip
        table = aligned(*(f"{column}>" if column == "reference" else column for column in shown))
        for line in lines:
            table.add_row(*(Text(_cell(column, getattr(line, column))) for column in shown))
        if lines:
            print_table(table)
        else:
            out.print("no receipt without a reply" if orphans else "no such reply")


def _cell(column: str, value: object) -> str:
    """On one line, which a menu is not; times as everywhere, in the operator's zone."""
    if column == "at":
        return f"{datetime.fromisoformat(str(value)):%Y-%m-%d %H:%M:%S}"
    return printable(str(value))
