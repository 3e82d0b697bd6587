"""`ussdgw codes`: the code plan."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway import config
from gateway.catalogue import listing, plan_page
from gateway.catalogue.explaining import channel_of
from gateway.cli.operating import misses
from gateway.cli.options import ConfigFile
from gateway.model import Channel, Language
from gateway.rooms import Rooms
from gateway.texts.costs import text_costs
from gateway.texts.formats import formatters

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The code table: list it, check it, explain what a string means."
)
app.command("misses")(misses)

out = Console(highlight=False, soft_wrap=True)

STYLES = {"": "bold", listing.LATER: "dim", listing.OFF: "dim red"}


@app.command("list")
def codes_list(
    config_file: ConfigFile = None,
    language: Annotated[Language, typer.Option(help="Of the keywords and descriptions.")] = Language.RU,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array, one object a row, as documented.")] = False,
    as_page: Annotated[bool, typer.Option("--markdown", help="A page with prices, in Markdown.")] = False,
) -> None:
    """Prints the code table; `later` marks what has no handler yet, `off` what is switched off."""
    rooms = _rooms(config_file)
    table = rooms.catalogue.codes
    if as_page:
        money = formatters(Language.EN, rooms.operator, latin=False)["MONEY"]
        for line in plan_page.page(rooms.catalogue, rooms.absent, money, rooms.operator.short_numbers):
            print(line)
        return
    if as_json:
        rows = [listing.as_json(row, rooms.absent) for row in table]
        out.print(json.dumps(rows, ensure_ascii=False), markup=False)
        return
    for available, line in listing.table(table, rooms.absent, language):
        out.print(Text(line, style=STYLES.get(available, "")))


@app.command("check")
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


@app.command("menu")
def codes_menu(
    config_file: ConfigFile = None,
    graph: Annotated[bool, typer.Option("--graph", help="As a Mermaid graph.")] = False,
    language: Annotated[Language, typer.Option(help="Of the items.")] = Language.RU,
) -> None:
    """Prints the tree of the menus: what each digit leads to, and what could be dialled at once."""
    rooms = _rooms(config_file)
    lines = rooms.menus.graph if graph else rooms.menus.outline
    out.print(lines(rooms.menu_reader(language)), markup=False, end="")


@app.command("explain")
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


def _rooms(config_file: Path | None) -> Rooms:
    """The compiled core without a gateway; codes that it would issue do not matter here."""
    return Rooms(config.load(config_file), secret=b"")
