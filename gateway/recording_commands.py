"""`ussdgw record` and `ussdgw recordings`: recordings of a running gateway, and what can be done with their files."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
import typer

from gateway.config import ConfigError
from gateway.control_commands import RecordTime
from gateway.operating import ConfigFile, out, running
from gateway.recordings import RecordingState

app = typer.Typer(no_args_is_help=True, help="Recordings of traffic: what can be done with their files.")

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def record(
    lasts: Annotated[str, typer.Option("--for", help="10m, 90s, 2h, 1d; without it until --stop.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Ends the recording that is being made.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Makes the running gateway record its traffic from now on, without the secrets in it."""
    if stop and lasts:
        raise typer.BadParameter("--for begins a recording, --stop ends one: give one of them")
    seconds = _seconds(lasts) if lasts else 0.0
    with running(config_file) as gateway:
        if stop:
            gateway.ask("recording.end")
            out.print("recording ended", markup=False)
            return
        state = msgspec.convert(gateway.ask("recording.begin", RecordTime(seconds)), RecordingState)
    ends = f"for {lasts}" if lasts else "until `ussdgw record --stop`"
    out.print(f"recording into {state.folder} {ends}", markup=False)


def _seconds(lasts: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", lasts)
    if found is None or not float(found[1]):
        raise ConfigError(f"--for {lasts}: expected a number and s, m, h or d: 10m")
    return float(found[1]) * _SECONDS[found[2]]
