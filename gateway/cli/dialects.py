"""`ussdgw dialects`: what USSD centres the gateway can speak with, and whether an operator's own file is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway import config
from gateway.cli.options import ConfigFile
from smpp.dialects import Dialects, UnknownDialect, as_toml, load_dialects
from smpp.ussd import OutKind, op_text

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="USSD dialects: list them, show one whole, check a file of your own.",
)
out = Console(highlight=False, soft_wrap=True)


@app.command("list")
def list_(config_file: ConfigFile = None) -> None:
    """Prints the dialects: where each has its session, how it ends a dialog, and whose it is."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "session", "ends with", "about"):
        table.add_column(column, no_wrap=column != "about", overflow="fold")
    for dialect in _dialects(config_file).values():
        session = "" if dialect.session_tag is None else f"TLV 0x{dialect.session_tag:04X}"
        end = op_text(dialect.op_out.get(OutKind.END_MOBILE))
        table.add_row(*map(escape, (dialect.name, session, end, dialect.about)))
    out.print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Of the dialect: 'huawei'.")], config_file: ConfigFile = None
) -> None:
    """Prints one dialect whole, as a file would have it: a beginning for one of your own."""
    try:
        out.print(as_toml(_dialects(config_file).named(name)), markup=False, end="")
    except UnknownDialect as error:
        raise config.ConfigError(str(error)) from None


@app.command()
def check(
    path: Annotated[
        Path | None, typer.Argument(help="A file or a folder; without one, that of the configuration.")
    ] = None,
    config_file: ConfigFile = None,
) -> None:
    """Checks dialects: every fault with file, line, key and the nearest known name."""
    dialects = load_dialects(path) if path is not None else _dialects(config_file)
    out.print(f"{len(dialects)} dialects: no faults")


def _dialects(config_file: Path | None) -> Dialects:
    return load_dialects(config.load(config_file).catalogue.dialects_path)
