"""`ussdgw replay`: recorded conversations against the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway import config
from gateway.app import Rooms
from gateway.cli.options import ConfigFile
from gateway.replay import command as replaying

app = typer.Typer()

out = Console(highlight=False, soft_wrap=True)


@app.command()
def replay(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts (*.dialog), or folders of them.")],
    accept: Annotated[bool, typer.Option("--accept", help="Writes what was answered into the files.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Runs transcripts through the engine and compares. Exit status: 0 as written, 1 differs, 2 could not run."""
    rooms = Rooms(config.load(config_file), replaying.SECRET)
    raise typer.Exit(replaying.replay(rooms, paths, accept=accept, out=out))
