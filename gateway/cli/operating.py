"""The commands for a gateway that runs: they ask it over its control socket and print what it answers."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console, Group
from rich.filesize import decimal
from rich.live import Live
from rich.table import Table
from rich.text import Text

from gateway import config
from gateway.catalogue.faults import counted
from gateway.cli.options import ConfigFile
from gateway.config import ConfigError
from gateway.control import ControlClient, ControlError, NotRunning
from gateway.control_commands import PushArguments, PushResult
from gateway.messages import MissRow
from gateway.misses import in_order
from gateway.model import Instant
from gateway.rules.pushes import PushState
from gateway.status import ApplicationStatus, PeerStatus, SessionStatus, Status
from gateway.store.reading import StoreReader

app = typer.Typer(add_completion=False)

WATCH_S = 2.0
TABLE_WIDTH = 1000  # columns: more than any line has
_PADDING = re.compile(r" +((?:\x1b\[0m)?)$", re.MULTILINE)  # of the last column, which a narrow terminal would fold too

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else TABLE_WIDTH)

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
    out.print(f"reloaded, {counted(count, 'change')}" if count else "nothing had changed", markup=False)


@app.command()
def status(
    config_file: ConfigFile = None,
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again every two seconds, until Ctrl-C.")] = False,
) -> None:
    """Prints how the running gateway is: links, sessions, queues, outbox, batches, store."""
    zone = config.load(config_file).operator.time_zone
    with running(config_file) as gateway, suppress(KeyboardInterrupt):
        if as_json or not out.is_terminal:
            while True:
                answer = gateway.ask("status")
                if as_json:
                    print_json(answer)
                else:
                    out.print(status_shown(msgspec.convert(answer, Status), zone))
                if not watch:
                    return
                time.sleep(WATCH_S)
        with Live(console=out, auto_refresh=False, screen=watch) as live:
            while True:
                live.update(status_shown(msgspec.convert(gateway.ask("status"), Status), zone), refresh=True)
                if not watch:
                    return
                time.sleep(WATCH_S)


@app.command()
def push(
    number: Annotated[str, typer.Argument(help="The subscriber's number.")],
    notify: Annotated[str, typer.Option(help="A text for the screen, which asks nothing.")] = "",
    ask: Annotated[str, typer.Option(help="A menu, by its name or by what one dials for it: money, '*111*1#'.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Until it is known what came of it.")] = False,
    id: Annotated[str, typer.Option(help="Of the request: the same id again does nothing twice.")] = "",
    config_file: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Shows a number something that it did not ask for; by SMS where no dialog can be opened.

    With --wait, exit status 1: nobody has seen it on a screen.
    """
    arguments = PushArguments(number, notify, ask, id, wait)
    with running(config_file) as gateway:
        result = msgspec.convert(gateway.ask("push", arguments), PushResult)
    if as_json:
        print_json(msgspec.to_builtins(result))
    else:
        out.print(push_shown(result), markup=False)
    if wait and result.state not in SEEN:
        raise typer.Exit(1)


SEEN = frozenset({PushState.ACCEPTED, PushState.SHOWN, PushState.ANSWERED})


def push_shown(result: PushResult) -> str:
    """What came of a request, in a line."""
    said = {
        PushState.OPENING: "on its way",
        PushState.ACCEPTED: "accepted by the centre, which tells no more",
        PushState.SHOWN: "shown",
        PushState.ANSWERED: f"answered: {result.answer}",
        PushState.UNANSWERED: "not answered",
        PushState.FELL_BACK: f"fell back to SMS: {result.reason}",
    }[PushState(result.state)]
    return f"{said} (id {result.id}, reference {result.reference})"


def status_shown(now: Status, zone: str) -> Group:
    """A status as two tables: the peers, and everything else."""
    peers = aligned("name", "system_id", "address", "state", "since", "window>", "in/s>", "out/s>", "in>", "out>")
    for peer in now.peers:
        for cells in peer_rows(peer, zone):
            peers.add_row(*map(Text, cells))
    troubles = aligned("", "", "")
    for peer in now.peers:
        if (trouble := peer.last_error) is not None:
            last = (f"last error of {peer.name}", local_time(trouble.at, zone), f"{trouble.event}: {trouble.about}")
            troubles.add_row(*map(Text, last), style="yellow")
    outlook, batches = now.store_outlook, now.batches
    oldest = outlook.oldest_ready_at
    p99 = "longer than 2.5 s" if batches.took_p99_ms is None else f"{batches.took_p99_ms:g} ms"
    applications = aligned("application", "state", "answered>", "not answered>", "mean>", "99 %>")
    for each in now.applications:
        applications.add_row(*map(Text, application_row(each)))
    figures = aligned("", "")
    for label, shown in (
        ("gateway", f"version {now.version}, process {now.pid}, since {local_time(now.started_at, zone)}"),
        ("catalogue", now.catalogue),
        ("messages", f"{now.messages:,}, refused {now.refused:,}, repeated {now.redeliveries:,}, "
                     f"failed {now.faults:,}"),
        ("queue", f"{now.queue_facts:,} of {now.queue_facts_max:,} facts, {now.replies_waiting:,} replies wait for "
                  "a window"),
        ("outbox", ", ".join(f"{state} {count:,}" for state, count in outlook.outbox.items())),
        ("oldest READY", "none" if oldest is None else f"{max(0, now.at - oldest) / 1000:,.0f} s"),
        ("in doubt", f"{now.in_doubt:,}"),
        ("batches", f"{batches.count:,}, failed {batches.failed:,}, {batches.facts_mean:g} facts and "
                    f"{batches.took_mean_ms:g} ms on average, 99 % within {p99}"),
        ("store", f"{now.store}, {decimal(outlook.octets)}, log {decimal(outlook.log_octets)}, "
                  f"journal at {now.journal_number:,}"),
    ):  # fmt: skip
        figures.add_row(Text(label, style="bold"), Text(shown))
    tables = [table for table in (peers, applications, troubles) if table is peers or table.row_count]
    return Group(*[each for table in tables for each in (table, "")], figures)


def application_row(now: ApplicationStatus) -> tuple[str, ...]:
    answered = now.calls.get("con", 0) + now.calls.get("end", 0)
    failed = ", ".join(f"{name} {count}" for name, count in now.calls.items() if name not in ("con", "end"))
    p99 = "longer" if now.took_p99_ms is None else f"{now.took_p99_ms:g} ms"
    took = (f"{now.took_mean_ms:g} ms", p99) if answered else ("", "")
    return now.name, "paused" if now.paused else "asked", f"{answered:,}", failed or "0", *took


def peer_rows(peer: PeerStatus, zone: str) -> Iterator[tuple[str, ...]]:
    """A row for each bind; one row where there is none."""
    if not peer.sessions:
        none = f"not bound, {peer.state}" if peer.kind == "link" else "nobody bound"
        yield (peer.name, "", peer.address, none, *[""] * 6)
    for each in peer.sessions:
        window = f"{each.window_used}/{each.window}"
        rates = (f"{each.received_per_s:.1f}", f"{each.sent_per_s:.1f}", f"{each.received:,}", f"{each.sent:,}")
        yield (peer.name, each.system_id, each.peer, _state(each), local_time(each.bound_since, zone), window, *rates)


def _state(session: SessionStatus) -> str:
    """The state of a bind, and what slows it down."""
    words = [session.state]
    if session.mute:
        words.append("mute")
    if session.paused_ms:
        words.append(f"paused {session.paused_ms / 1000:.1f} s")
    elif session.pace_per_s:
        words.append(f"at most {session.pace_per_s:g}/s")
    return ", ".join(words)


def aligned(*columns: str) -> Table:
    """A table without borders; a column whose name ends in `>` holds figures."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for column in columns:
        table.add_column(column.removesuffix(">"), justify="right" if column.endswith(">") else "left", no_wrap=True)
    return table


def print_table(table: Table) -> None:
    """Its lines whole, however long: a terminal that is narrower folds them, and nothing of them is cut."""
    wide = Console(highlight=False, soft_wrap=True, width=TABLE_WIDTH)
    with wide.capture() as captured:
        wide.print(table)
    sys.stdout.write(_PADDING.sub(r"\1", captured.get()))


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
    if not rows:
        out.print("all that was typed has been read")
        return
    table = aligned("times>", "last", "typed", "refused as", "typed next")
    for row in rows:
        following = ", ".join(f"{each.text} ({each.became}) {each.count}" for each in row.follow_ups)
        cells = (str(row.count), local_time(row.last_at, settings.operator.time_zone), row.text, row.refusal, following)
        table.add_row(*(Text(cell) for cell in cells))
    print_table(table)


def local_time(at: Instant, zone: str) -> str:
    """An instant as the operator reads it, in his time zone."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
