"""The command `ussdgw`: reads flags, calls the rooms, prints. Errors are one clear line, never a traceback."""

from __future__ import annotations

import asyncio
import csv
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import argon2
import msgspec
import typer
import uvloop
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway import (
    card_commands,
    config,
    dialect_commands,
    operating,
    outbox,
    recording_commands,
    subscribers,
    telemetry,
    transcript_commands,
)
from gateway.admin import AdminError
from gateway.app import Gateway, Rooms, read_secret
from gateway.catalogue import listing
from gateway.catalogue.explaining import channel_of
from gateway.catalogue.faults import CatalogueError, nearest
from gateway.config import ConfigError, Settings
from gateway.control import ControlError
from gateway.messages import OutboxState
from gateway.model import Channel, Instant, Language
from gateway.outbox import SinceError
from gateway.phone import Phone, PhoneError, Shown
from gateway.recording.reading import RecordingError
from gateway.recording.sources import holds_recordings
from gateway.replay import command as replaying
from gateway.replay.transcript import TranscriptError
from gateway.store.protocol import StoreError
from gateway.texts.costs import text_costs
from smpp.dialects import DialectError
from smpp.listener import ListenerError
from smpp.simulator.command import simulator
from smpp.simulator.scenario import ScenarioError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="USSD and SMS command gateway.")
codes = typer.Typer(no_args_is_help=True, help="The code table: list it, check it, explain what a string means.")
app.add_typer(codes, name="codes")
app.add_typer(card_commands.app, name="cards")
app.add_typer(operating.app)
app.add_typer(subscribers.app, name="subscribers")
app.command("simulator")(simulator)
app.add_typer(dialect_commands.app, name="dialects")
app.command("record")(recording_commands.record)
app.add_typer(recording_commands.app, name="recordings")
app.command("snapshot")(recording_commands.snapshot)
app.add_typer(transcript_commands.app, name="transcripts")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; without one, the defaults.")]
DEFAULT_PORT = 2775
PIPE_WIDTH = 240  # of a table that goes to a file or a pager
LOG_FLUSH_S = 0.25
SWITCH_INTERVAL_S = 20e-6
GC_THRESHOLDS = (20_000, 20, 50)

FAULTS = (
    AdminError, ConfigError, CatalogueError, ControlError, StoreError, ListenerError, PhoneError, ScenarioError,
    DialectError, RecordingError, SinceError, TranscriptError,
    OSError,
)  # fmt: skip


def main() -> None:
    """Runs the command; a fault that the user can mend is told without a traceback, with exit status 2."""
    try:
        app()
    except FAULTS as error:
        err.print("error:", style="bold red", end=" ")
        err.print(str(error), markup=False)
        sys.exit(2)


@app.command()
def serve(
    config_file: ConfigFile = None,
    demo: Annotated[bool, typer.Option("--demo", help="Adds the demo account (loopback) and subscribers.")] = False,
) -> None:
    """Runs the gateway until SIGINT or SIGTERM; a second one ends it at once. SIGHUP is `ussdgw reload`."""
    settings = config.load(config_file)
    sync = telemetry.configure(settings.log.format, settings.log.file, settings.log.level)
    # The store's thread needs the interpreter's lock for microseconds at a time, and the loop rarely gives it up by
    # itself: the default of 5 ms starves commits under load. Long-lived values are not worth collecting.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(*GC_THRESHOLDS)
    gc.disable()  # until all is loaded: what a start makes stays
    try:
        uvloop.run(_serve(settings, demo, sync))
    finally:
        sync()


async def _serve(settings: Settings, demo: bool, sync: Callable[[], None]) -> None:
    gateway = Gateway(settings, demo=demo)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        if stop.is_set():  # as a kill would: what was acknowledged is on the disk
            sync()
            os._exit(128 + number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    reloads: set[asyncio.Task[None]] = set()

    def hang_up() -> None:
        task = loop.create_task(_reload(gateway))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    await gateway.start()
    loop.add_signal_handler(signal.SIGHUP, hang_up)
    gc.collect()  # what loading left behind would be frozen too
    gc.freeze()
    gc.enable()
    flusher = asyncio.create_task(_flush_log(sync))
    for line in _greeting(gateway):
        err.print(line, markup=False)
    try:
        await gateway.run(stop)
    finally:
        flusher.cancel()
        await gateway.stop()


async def _reload(gateway: Gateway) -> None:
    """SIGHUP: as `ussdgw reload`; what came of it is in the log."""
    try:
        changes = await gateway.reload()
    except (CatalogueError, StoreError) as error:
        err.print(f"not reloaded, the catalogue loaded before still applies:\n{error}", markup=False)
    else:
        err.print(f"reloaded, {len(changes)} changes", markup=False)


async def _flush_log(sync: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(LOG_FLUSH_S)
        sync()


def _greeting(gateway: Gateway) -> Iterator[str]:
    for listener in gateway.listeners:
        yield f"listening on {listener.host}:{listener.port} ({listener.name})"
    if gateway.admin is not None:
        yield f"metrics at http://{gateway.admin.host}:{gateway.admin.port}/metrics"
    for link in gateway.settings.links:
        yield f"link {link.name}: {link.host}:{link.port} as {link.system_id}"
    if gateway.demo:
        port = "" if gateway.listeners[0].port == DEFAULT_PORT else f" --port {gateway.listeners[0].port}"
        yield "Now, in another terminal:"
        yield f"  ussdgw dial '*111*828*1#' --from 79161234567{port}    switch \"Numbers\" on"
        yield f"  ussdgw sms 'БАЛАНС' --from 79161234567{port}          ask for the balance"
        yield f"  ussdgw dial '*111#' --from 79161234567{port}          see what else works"


Host = Annotated[str, typer.Option(help="Where the gateway listens.")]
Port = Annotated[int, typer.Option(help="Its port.")]
Account = Annotated[str, typer.Option(help="system_id to bind with.")]
Password = Annotated[str, typer.Option(help="Its password.", envvar="USSDGW_PHONE_PASSWORD")]
From = Annotated[str, typer.Option("--from", help="The subscriber's number.")]


@app.command()
def dial(
    code: Annotated[str, typer.Argument(help="What is dialled: '*111*828*1#'.")],
    number: From,
    answers: Annotated[list[str] | None, typer.Argument(help="What is answered to the screens that ask: 2 5.")] = None,
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    system_id: Account = "demo",
    password: Password = "demo",
) -> None:
    """Dials through a running gateway over SMPP; prints what the phone shows and the SMS it gets."""

    async def call() -> None:
        async with Phone(host, port, system_id, password) as phone:
            shown = await phone.dial(code, number)
            _show(shown, number)
            for answer in answers or ():
                if not _asks(shown):
                    break
                shown = await phone.answer(answer, number)
                _show(shown, number)

    asyncio.run(call())


@app.command()
def phone(
    number: Annotated[str, typer.Argument(help="The subscriber's number.")],
    to: Annotated[str, typer.Option(help="The short number that SMS go to.")] = "111",
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    system_id: Account = "demo",
    password: Password = "demo",
) -> None:
    """A phone, line by line: *CODE# dials, a line while a screen asks answers it, any other line is an SMS."""

    async def hold() -> None:
        loop = asyncio.get_running_loop()
        async with Phone(host, port, system_id, password) as phone:
            shown: list[Shown] = []
            while True:
                err.print("answer> " if _asks(shown) else "dial or write> ", end="")
                line = (await loop.run_in_executor(None, sys.stdin.readline)).rstrip("\n")
                if not line:
                    return
                if line[0] in "*#" and len(line) > 2:
                    shown = await phone.dial(line, number)
                elif _asks(shown):
                    shown = await phone.answer(line, number)
                else:
                    shown = await phone.text(line, number, to)
                _show(shown, number)

    asyncio.run(hold())


def _asks(shown: list[Shown]) -> bool:
    return any(each.asks for each in shown)


@app.command()
def sms(
    text: Annotated[str, typer.Argument(help="What is written: 'БАЛАНС'.")],
    number: From,
    to: Annotated[str, typer.Option(help="The short number.")] = "111",
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    system_id: Account = "demo",
    password: Password = "demo",
) -> None:
    """Sends an SMS through a running gateway over SMPP; prints the SMS that come back."""

    async def call() -> list[Shown]:
        async with Phone(host, port, system_id, password) as phone:
            return await phone.text(text, number, to)

    _show(asyncio.run(call()), number)


def _show(shown: list[Shown], number: str) -> None:
    if not shown:
        raise PhoneError("acknowledged, but no answer came within the time; see the gateway's log")
    for each in shown:
        if each.kind == "screen":
            title, style = f"screen of {each.recipient}", "cyan"
        else:
            parts = f", {each.segments} parts" if each.segments > 1 else ""
            title, style = f"SMS from {each.sender} to {each.recipient}{parts}", "green"
        if out.is_terminal:
            out.print(Panel(Text(each.text), title=title, title_align="left", border_style=style, width=60))
        else:
            out.print(f"{title}: {each.text}", markup=False)


STYLES = {"": "bold", listing.LATER: "dim", listing.OFF: "dim red"}


@codes.command("list")
def codes_list(
    config_file: ConfigFile = None,
    language: Annotated[Language, typer.Option(help="Of the keywords and descriptions.")] = Language.RU,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array, one object a row, as documented.")] = False,
) -> None:
    """Prints the code table; `later` marks what has no handler yet, `off` what is switched off."""
    rooms = _rooms(config_file)
    table = rooms.catalogue.codes
    if as_json:
        rows = [listing.as_json(row, rooms.absent) for row in table]
        out.print(json.dumps(rows, ensure_ascii=False), markup=False)
        return
    for available, line in listing.table(table, rooms.absent, language):
        out.print(Text(line, style=STYLES.get(available, "")))


@codes.command("check")
def codes_check(config_file: ConfigFile = None) -> None:
    """Checks codes, products and texts: all faults with file and line, then what each text costs at its longest."""
    rooms = _rooms(config_file)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("text", "language", "characters", "alphabet", "segments"):
        table.add_column(column, justify="right" if column in ("characters", "segments") else "left", no_wrap=True)
    for line in text_costs(rooms.texts, rooms.catalogue.products.names()):
        style = "yellow" if line.segments > 1 else ""
        cells = (line.name, line.language, str(line.characters), line.alphabet, str(line.segments))
        table.add_row(*cells, style=style)
    out.print(table)
    count = len(rooms.catalogue.codes.rows)
    out.print(f"{count} codes, {len(rooms.texts.names())} texts in three languages: no faults")


@codes.command("menu")
def codes_menu(
    config_file: ConfigFile = None,
    graph: Annotated[bool, typer.Option("--graph", help="As a Mermaid graph.")] = False,
    language: Annotated[Language, typer.Option(help="Of the items.")] = Language.RU,
) -> None:
    """Prints the tree of the menus: what each digit leads to, and what could be dialled at once."""
    rooms = _rooms(config_file)
    lines = rooms.menus.graph if graph else rooms.menus.outline
    out.print(lines(rooms.menu_reader(language)), markup=False, end="")


@codes.command("explain")
def codes_explain(
    text: Annotated[str | None, typer.Argument(help="What was dialled or written.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Default: ussd if it looks dialled, else sms.")] = None,
    to: Annotated[str, typer.Option(help="The short number it was sent to.")] = "",
    number: Annotated[str, typer.Option("--from", help="Who sent it.")] = "79161234567",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, as documented.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Reads one JSON object a line from standard input, answers one a line.")
    ] = False,
    config_file: ConfigFile = None,
) -> None:
    """Says what a string means and why. Needs no running gateway, and takes nothing as pending."""
    if batch == (text is not None):
        raise typer.BadParameter("give one text, or --batch and the texts on standard input")
    rooms = _rooms(config_file)
    if text is None:
        _explain_batch(rooms)
        return
    means, recipient = channel or channel_of(text), to or rooms.operator.short_number
    if as_json:
        explained = rooms.explain(text, means, recipient, number)
        out.print(json.dumps(explained, ensure_ascii=False), markup=False, soft_wrap=True)
        return
    for step, found in rooms.explain_steps(text, means, recipient, number):
        label = Text(f"{step:<12}", style="bold red" if step == "fault" else "bold")
        style = "yellow" if step in ("corrected", "asked first") else ""
        out.print(label + Text(printable(found), style=style))


def _explain_batch(rooms: Rooms) -> None:
    """Each answer leaves at once, so that a program may ask and wait."""
    encoder = msgspec.json.Encoder()
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.buffer.write(encoder.encode(rooms.explain_line(line)) + b"\n")
            sys.stdout.buffer.flush()


def printable(text: str) -> str:
    """The text with control characters shown by their numbers: what strangers send must not steer a terminal."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)


codes.command("misses")(operating.misses)


@app.command()
def replay(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts (*.dialog), recordings (*.jsonl), folders.")],
    accept: Annotated[bool, typer.Option("--accept", help="Writes what was answered into the transcripts.")] = False,
    state: Annotated[Path | None, typer.Option("--state", help="A recording begins with this snapshot.")] = None,
    given: Annotated[Path | None, typer.Option("--given", help="Or with the `given` lines of a transcript.")] = None,
    end_state: Annotated[Path | None, typer.Option("--end-state", help="A snapshot that it should end with.")] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="What in replies may differ: a pattern.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Writes JUnit XML for a recording.")] = None,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="What if: this folder of codes, products, texts; and today's.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Writes a page about it, in one file.")] = None,
    config_file: ConfigFile = None,
) -> None:
    """Runs transcripts or a recording through the engine and compares. Status: 0 same, 1 differs, 2 could not run."""
    settings = config.load(config_file)
    recordings = [path for path in paths if holds_recordings(path)]
    if recordings:
        if len(recordings) < len(paths):
            raise ConfigError("give transcripts or recordings, not both at once")
        from gateway.replay.recorded_command import Reports, Start, other_catalogue, replay_recording, what_if_of

        start = Start(state, given, end_state, ignore or (), settings.subscribers.unknown == "create")
        zone, reports = ZoneInfo(settings.operator.time_zone), Reports(junit, html)
        secret = read_secret(settings.operator.secret_file) if state is not None else replaying.SECRET
        rooms = Rooms(settings, secret)
        if catalogue is not None:
            others = Rooms(other_catalogue(settings, catalogue), secret)
            raise typer.Exit(what_if_of(rooms, others, recordings, start, reports=reports, out=out, zone=zone))
        raise typer.Exit(replay_recording(rooms, recordings, start, reports=reports, out=out, zone=zone))
    if html is not None or catalogue is not None:
        raise ConfigError("--html and --catalogue are for recordings")
    rooms = Rooms(settings, replaying.SECRET)
    raise typer.Exit(replaying.replay(rooms, paths, accept=accept, out=out))


@app.command()
def standins(
    http_port: Annotated[int, typer.Option("--http-port", help="Payments, location and pictures.")] = 8080,
    mail_port: Annotated[int, typer.Option("--mail-port", help="Mail by SMTP.")] = 2525,
    secret_file: Annotated[Path | None, typer.Option("--secret-file", help="Checks signatures with this key.")] = None,
) -> None:
    """Runs stand-ins for the systems outside, on loopback: they answer as docs/effects.md says and move no money."""
    from gateway.standins.command import run

    secret = b"" if secret_file is None else secret_file.read_bytes().strip()
    run(secret, {"http": http_port, "mail": mail_port}, out)


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
        number=number.lstrip("+"),
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
        shown = [column for column in columns if column not in outbox.EXPORTED_ONLY]
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in shown:
            table.add_column(column, justify="right" if column == "reference" else "left", no_wrap=column != "text")
        for line in lines:
            table.add_row(*(escape(str(getattr(line, column))) for column in shown))
        out.print(table, width=None if out.is_terminal else PIPE_WIDTH)


@app.command("hash-password")
def hash_password() -> None:
    """Reads a password from the terminal or from standard input and prints its argon2 hash for `password_hash`."""
    password = typer.prompt("password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    out.print(argon2.PasswordHasher().hash(password), markup=False)


def _rooms(config_file: Path | None) -> Rooms:
    """The compiled core without a gateway; codes that it would issue do not matter here."""
    return Rooms(config.load(config_file), secret=b"")


if __name__ == "__main__":
    main()
