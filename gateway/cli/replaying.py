"""`ussdgw replay`: recorded conversations against the engine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from gateway import config
from gateway.cli.options import ConfigFile
from gateway.config import ConfigError
from gateway.recording.sources import holds_recordings
from gateway.replay import command as replaying
from gateway.rooms import Rooms, read_secret

app = typer.Typer()

out = Console(highlight=False, soft_wrap=True)


@app.command()
def replay(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts (*.dialog), recordings (*.jsonl), folders.")],
    accept: Annotated[bool, typer.Option("--accept", help="Writes what was answered into the transcripts.")] = False,
    state: Annotated[Path | None, typer.Option("--state", help="A recording begins with this snapshot.")] = None,
    given: Annotated[Path | None, typer.Option("--given", help="Or with the `given` lines of a transcript.")] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="Or with what a journal leads up to: an export, or a database.")
    ] = None,
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
        from gateway.replay.journal_command import state_after
        from gateway.replay.recorded_command import Reports, Start, other_catalogue, replay_recording, what_if_of

        start = Start(state, given, end_state, ignore or (), settings.subscribers.unknown == "create")
        zone, reports = ZoneInfo(settings.operator.time_zone), Reports(junit, html)
        live = state is not None or journal is not None
        secret = read_secret(settings.operator.secret_file) if live else replaying.SECRET
        rooms = Rooms(settings, secret)
        if journal is not None:
            start = replace(start, journal=partial(state_after, settings, rooms, secret, journal))
        if catalogue is not None:
            others = Rooms(other_catalogue(settings, catalogue), secret)
            raise typer.Exit(what_if_of(rooms, others, recordings, start, reports=reports, out=out, zone=zone))
        raise typer.Exit(replay_recording(rooms, recordings, start, reports=reports, out=out, zone=zone))
    if html is not None or catalogue is not None:
        raise ConfigError("--html and --catalogue are for recordings")
    rooms = Rooms(settings, replaying.SECRET)
    raise typer.Exit(replaying.replay(rooms, paths, accept=accept, out=out))
