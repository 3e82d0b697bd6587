"""`ussdgw transcripts`: conversations as files, made of what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway import config
from gateway.cli.operating import out
from gateway.cli.options import ConfigFile
from gateway.config import ConfigError
from gateway.engine.intake import msisdn_of
from gateway.model import Msisdn
from gateway.recording.reading import read_recording
from gateway.recording.sources import sources_of
from gateway.replay.command import DIFFERS, SAME, SECRET
from gateway.rooms import Rooms

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Transcripts: conversations that replay as tests.")
notes = Console(stderr=True, highlight=False, soft_wrap=True)


@app.callback()
def transcripts() -> None:
    """Keeps `new` a command of its own."""


@app.command("new")
def new(
    recording: Annotated[list[Path], typer.Option("--from", help="A recording, or a folder of them.")],
    subscriber: Annotated[list[str], typer.Option("--subscriber", help="Whose conversation; more than once.")],
    state: Annotated[Path | None, typer.Option("--state", help="A snapshot: who they were.")] = None,
    given: Annotated[Path | None, typer.Option("--given", help="Or the `given` lines of a transcript.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="The file to write; else it is printed.")] = None,
    config_file: ConfigFile = None,
) -> None:
    """Writes a transcript out of recorded traffic, which replays as written; exit status 1 where it does not."""
    from gateway.replay.from_recording import transcript_from  # with it comes all that a replay needs

    if state is not None and given is not None:
        raise ConfigError("give --state or --given, not both")
    if to is not None and to.exists():
        raise ConfigError(f"--to {to}: is there already")
    rooms = Rooms(config.load(config_file), SECRET)
    numbers = [_number(each, rooms.operator.country) for each in subscriber]
    read = read_recording(sources_of(recording))
    for fault in read.faults:
        notes.print(str(fault), markup=False, style="yellow")
    made = transcript_from(rooms, read, numbers, state=state, given=given)
    if to is not None:
        to.write_text(made.source, encoding="utf-8")
    else:
        out.file.write(made.source)
    for kind, count in made.left_out.items():
        notes.print(f"left out: {count:,} {kind}", markup=False)
    if made.otherwise:
        notes.print(f"{len(made.otherwise):,} replies were recorded in other words; they are as the engine answers now")
    for each in made.result.differences:
        notes.print(f"line {each.line}: does not replay{f', {each.note}' if each.note else ''}", markup=False)
    raise typer.Exit(SAME if made.result.same else DIFFERS)


def _number(text: str, country: str) -> Msisdn:
    number = msisdn_of(text.lstrip("+"), country)
    if number is None:
        raise ConfigError(f"--subscriber {text}: expected a subscriber's number, such as 79161234567")
    return number
