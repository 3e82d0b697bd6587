"""The command `ussdgw`: reads flags, calls the rooms, prints. Errors are one clear line, never a traceback."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import argon2
import typer
import uvloop
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway import config, telemetry
from gateway.app import Gateway, Rooms
from gateway.catalogue.faults import CatalogueError
from gateway.config import ConfigError, Settings
from gateway.model import Channel, Language
from gateway.phone import Phone, PhoneError, Shown
from gateway.replay import command as replaying
from gateway.store.protocol import StoreError
from gateway.texts.costs import text_costs
from smpp.listener import ListenerError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="USSD and SMS command gateway.")
codes = typer.Typer(no_args_is_help=True, help="The code table: list it, check it, explain what a string means.")
app.add_typer(codes, name="codes")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; without one, the defaults.")]
DEFAULT_PORT = 2775
LOG_FLUSH_S = 0.25
SWITCH_INTERVAL_S = 20e-6
GC_THRESHOLDS = (20_000, 20, 50)

FAULTS = (ConfigError, CatalogueError, StoreError, ListenerError, PhoneError, OSError)


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
    """Runs the gateway until SIGINT or SIGTERM; a second one ends it at once. SIGHUP reads the certificates anew."""
    settings = config.load(config_file)
    sync = telemetry.configure(settings.log.format, settings.log.file, settings.log.level)
    # The store's thread needs the interpreter's lock for microseconds at a time, and the loop rarely gives it up by
    # itself: the default of 5 ms starves commits under load. Long-lived values are not worth collecting.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(*GC_THRESHOLDS)
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
    await gateway.start()
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = loop.create_task(gateway.reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    gc.freeze()
    flusher = asyncio.create_task(_flush_log(sync))
    for line in _greeting(gateway):
        err.print(line, markup=False)
    try:
        await gateway.run(stop)
    finally:
        flusher.cancel()
        await gateway.stop()


async def _flush_log(sync: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(LOG_FLUSH_S)
        sync()


def _greeting(gateway: Gateway) -> Iterator[str]:
    for listener in gateway.listeners:
        yield f"listening on {listener.host}:{listener.port} ({listener.name})"
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
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    system_id: Account = "demo",
    password: Password = "demo",
) -> None:
    """Dials through a running gateway over SMPP; prints what the phone shows and the SMS it gets."""

    async def call() -> list[Shown]:
        async with Phone(host, port, system_id, password) as phone:
            return await phone.dial(code, number)

    _show(asyncio.run(call()), number)


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


@codes.command("list")
def codes_list(
    config_file: ConfigFile = None,
    language: Annotated[Language, typer.Option(help="Of the keywords and descriptions.")] = Language.RU,
) -> None:
    """Prints the code table."""
    rooms = _rooms(config_file)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("command", "USSD", "SMS", "does", "effect"):
        table.add_column(column, no_wrap=column in ("command", "USSD"))
    for row in rooms.catalogue.codes.rows:
        keywords = " | ".join(row.sms.get(Language.RU if language is Language.LAT else language, ()))
        status = row.effect if row.available else "later"
        table.add_row(*map(escape, (row.command, " ".join(row.ussd), keywords, row.described(language), status)))
    out.print(table)


@codes.command("check")
def codes_check(config_file: ConfigFile = None) -> None:
    """Checks codes, products and texts: all faults with file and line, then what each text costs at its longest."""
    rooms = _rooms(config_file)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("text", "language", "characters", "alphabet", "segments"):
        table.add_column(column, justify="right" if column in ("characters", "segments") else "left", no_wrap=True)
    products = rooms.catalogue.products
    names = [tariff.names for tariff in products.tariffs.values()]
    names += [service.names for service in products.services.values()]
    for line in text_costs(rooms.texts, names):
        style = "yellow" if line.segments > 1 else ""
        cells = (line.name, line.language, str(line.characters), line.alphabet, str(line.segments))
        table.add_row(*cells, style=style)
    out.print(table)
    count = len(rooms.catalogue.codes.rows)
    out.print(f"{count} codes, {len(rooms.texts.names())} texts in three languages: no faults")


@codes.command("explain")
def codes_explain(
    text: Annotated[str, typer.Argument(help="What was dialled or written.")],
    channel: Annotated[Channel | None, typer.Option(help="Default: ussd if it looks dialled, else sms.")] = None,
    to: Annotated[str, typer.Option(help="The short number it was sent to.")] = "",
    number: Annotated[str, typer.Option("--from", help="Who sent it.")] = "79161234567",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, as documented.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Says what a string means and why. Needs no running gateway, and takes nothing as pending."""
    rooms = _rooms(config_file)
    means = channel or (Channel.USSD if text.lstrip()[:1] in ("*", "#") else Channel.SMS)
    explained = rooms.explain(text, means, to or rooms.operator.short_number, number)
    if as_json:
        out.print(json.dumps(explained, ensure_ascii=False), markup=False, soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for key, value in explained.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(f"[bold]{key}[/]", escape(shown))
    out.print(table)


@app.command()
def replay(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts (*.dialog), or folders of them.")],
    accept: Annotated[bool, typer.Option("--accept", help="Writes what was answered into the files.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Runs transcripts through the engine and compares. Exit status: 0 as written, 1 differs, 2 could not run."""
    rooms = Rooms(config.load(config_file), replaying.SECRET)
    raise typer.Exit(replaying.replay(rooms, paths, accept=accept, out=out))


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
