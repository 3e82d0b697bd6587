"""`ussdgw journal`: the journal of a gateway as a file, and decided again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway import config
from gateway.cli.operating import out
from gateway.cli.options import ConfigFile
from gateway.config import ConfigError
from gateway.replay.journal_command import export, print_replayed, replay_journal
from gateway.rooms import Rooms, read_secret

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The journal: as a file, and decided again.")


@app.command("export")
def export_command(
    to: Annotated[Path, typer.Argument(help="The file to write: *.jsonl or *.jsonl.zst.")],
    config_file: ConfigFile = None,
) -> None:
    """Writes the whole journal into a file, and beside it the catalogues and tables that it names."""
    path = config.load(config_file).store.path()
    if path is None:
        raise ConfigError("a store in memory has no journal that lasts")
    if not to.name.endswith((".jsonl", ".jsonl.zst")):
        raise ConfigError(f"{to}: name a file *.jsonl or *.jsonl.zst")
    export(path, to, out)


@app.command("replay")
def replay_command(
    journal: Annotated[Path, typer.Argument(help="What `ussdgw journal export` wrote, or a database.")],
    todays: Annotated[bool, typer.Option("--todays-catalogue", help="Decides all of it by today's catalogue.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Decides a journal again by the catalogues it names, and compares. Status: 0 same, 1 differs, 2 could not run."""
    settings = config.load(config_file)
    secret = read_secret(settings.operator.secret_file)
    found = replay_journal(settings, Rooms(settings, secret), secret, journal, todays=todays)
    raise typer.Exit(print_replayed(found, out))
