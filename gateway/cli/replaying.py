"""`ussdgw replay`: recorded conversations against the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from gateway import config
from gateway.cli.options import ConfigFile
from gateway.config import ConfigError
from gateway.recording.sources import holds_recordings
from gateway.replay import command as replaying
from gateway.replay.going import Interrupt, interruptible, watched
from gateway.replay.runner import Result, run_all
from gateway.replay.steps import Transcript
from gateway.rooms import Rooms, read_secret

if TYPE_CHECKING:
    from gateway.replay.live import Target

app = typer.Typer(add_completion=False)

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
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", help="Of a recording: number=, code=, link=, time=09:00..09:30; more than once."),
    ] = None,
    loop: Annotated[int, typer.Option("--loop", min=1, help="Replays a recording so often.")] = 1,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="So many files at once, each by itself.")] = 1,
    against: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Says a recording to the listener of a running gateway instead.")
    ] = "",
    speed: Annotated[
        str, typer.Option(help="Against a gateway: 100% is as recorded, and what is meant without it; 200%, max.")
    ] = "",
    system_id: Annotated[str, typer.Option(help="To bind with, against a gateway.")] = "demo",
    password: Annotated[str, typer.Option(help="Its password.", envvar="USSDGW_PHONE_PASSWORD")] = "demo",
    demo: Annotated[
        bool, typer.Option("--demo", help="Of a gateway that ran with --demo: with its example of an application.")
    ] = False,
    config_file: ConfigFile = None,
) -> None:
    """Runs transcripts or a recording through the engine and compares. Status: 0 same, 1 differs, 2 could not run."""
    settings = config.load(config_file)
    if demo:
        from gateway.standins.servers import example_application

        settings = settings.model_copy(update={"applications": example_application("http://127.0.0.1/ussd")})
    recordings = [path for path in paths if holds_recordings(path)]
    if not recordings:
        _refuse(
            "for recordings, not for transcripts", state=state, given=given, journal=journal, end_state=end_state,
            ignore=ignore, junit=junit, html=html, catalogue=catalogue, filter=filters, loop=loop > 1, against=against,
            speed=speed,
        )  # fmt: skip
        with interruptible() as interrupt:
            rooms = Rooms(settings, replaying.SECRET)
            run_them = _runner(rooms, config_file, jobs, interrupt)
            status = replaying.replay(rooms, paths, accept=accept, out=out, run_them=run_them)
        raise typer.Exit(status)
    if len(recordings) < len(paths):
        raise ConfigError("give transcripts or recordings, not both at once")
    _refuse("for transcripts, not for recordings", accept=accept)
    from gateway.replay.journal_command import state_after
    from gateway.replay.recorded_command import (
        Reports,
        Start,
        other_catalogue,
        replay_recording,
        what_if_of,
    )

    unknown = settings.subscribers.unknown == "create"
    start = Start(state, given, end_state, ignore or (), unknown, filters=filters or ())
    zone, reports = ZoneInfo(settings.operator.time_zone), Reports(junit, html)
    live = state is not None or journal is not None
    secret = read_secret(settings.operator.secret_file) if live else replaying.SECRET
    if against:
        _refuse(
            "not with --against, which begins with what the gateway has", state=state, given=given, journal=journal,
            end_state=end_state, catalogue=catalogue, jobs=jobs > 1,
        )  # fmt: skip
        from gateway.replay.live_command import replay_against

        target = _target(against, system_id, password, speed or "100%")
        rooms = Rooms(settings, secret)
        raise typer.Exit(
            replay_against(rooms, recordings, start, target, reports=reports, out=out, zone=zone, loop=loop)
        )
    _refuse("only with --against", speed=speed)
    if jobs > 1:
        _refuse(
            "not with --jobs, which replays each file by itself", catalogue=catalogue, journal=journal, junit=junit,
            html=html, loop=loop > 1,
        )  # fmt: skip
        from gateway.replay.jobs import Replayer, replay_each

        raise typer.Exit(replay_each(Replayer(config_file, secret), recordings, start, jobs, out=out, zone=zone))
    rooms = Rooms(settings, secret)
    if journal is not None:
        start = replace(start, journal=partial(state_after, settings, rooms, secret, journal))
    if catalogue is not None:
        _refuse("not with --catalogue, which compares all of a recording, once", filter=filters, loop=loop > 1)
        others = Rooms(other_catalogue(settings, catalogue), secret)
        raise typer.Exit(what_if_of(rooms, others, recordings, start, reports=reports, out=out, zone=zone))
    raise typer.Exit(replay_recording(rooms, recordings, start, reports=reports, out=out, zone=zone, loop=loop))


def _refuse(why: str, **options: object) -> None:
    """Options that mean nothing here are named, not ignored. Raises ConfigError."""
    given = ", ".join(f"--{name.replace('_', '-')}" for name, value in options.items() if value)
    if given:
        raise ConfigError(f"{given}: {why}")


def _target(against: str, system_id: str, password: str, speed: str) -> Target:
    from gateway.replay.live import Target, speed_of

    host, _, port = against.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f"--against {against}: expected HOST:PORT")
    try:
        return Target(host, int(port), system_id, password, speed_of(speed))
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _runner(rooms: Rooms, config_file: Path | None, jobs: int, interrupt: Interrupt) -> replaying.Run:
    """What runs transcripts: one after the other here, or several at once; until Ctrl-C."""

    def run_them(transcripts: Sequence[Transcript]) -> Sequence[Result]:
        with watched(len(transcripts), "transcripts", interrupt) as watch:
            if jobs == 1:
                return run_all(rooms, transcripts, watch)
            from gateway.replay.jobs import Replayer, run_at_once

            return list(run_at_once(Replayer(config_file, replaying.SECRET), transcripts, jobs, watch))

    return run_them
