"""`ussdgw simulator`, an SMSC and USSD centre with phones, and `ussdgw load`, its load alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from gateway.cli.options import ConfigFile
from smpp.simulator.command import load as run_load
from smpp.simulator.command import simulator
from smpp.simulator.scenario import Load, Scenario, read_mix

SECONDS = {"s": 1, "m": 60, "h": 3600}

app = typer.Typer(add_completion=False)
app.command("simulator")(simulator)


@app.command()
def load(
    against: Annotated[str, typer.Option(metavar="HOST:PORT", help="The gateway's listener.")] = "127.0.0.1:2775",
    mix: Annotated[
        Path | None, typer.Option(help="TOML: who says what, how often; the keys of a scenario's table load.")
    ] = None,
    recording: Annotated[Path | None, typer.Option(help="Says what was said in a recording, as often.")] = None,
    rate: Annotated[float, typer.Option(min=0, help="Messages a second, on a schedule; 0: as fast as the window.")] = 0,
    window: Annotated[int, typer.Option(min=1, help="Messages that may wait for their acknowledgement.")] = 50,
    lasts: Annotated[str, typer.Option("--for", help="How long: 60s, 10m.")] = "60s",
    system_id: Annotated[str, typer.Option(help="To bind with.")] = "demo",
    password: Annotated[str, typer.Option(help="Its password.", envvar="USSDGW_PHONE_PASSWORD")] = "demo",
    hdr: Annotated[Path | None, typer.Option(help="Writes the latencies, an HDR histogram.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The final report as one JSON object.")] = False,
    config_file: ConfigFile = None,
) -> None:
    """Loads a gateway as a client of its listener: a mix of messages at a rate, or as fast as a window lets it."""
    host, _, port = against.rpartition(":")
    found = re.fullmatch(r"(\d+)([smh])", lasts)
    if not host or not port.isdigit():
        raise typer.BadParameter(f"{against!r}: HOST:PORT is expected", param_hint="--against")
    if found is None:
        raise typer.BadParameter(f"{lasts!r}: a number of s, m or h is expected, for example 60s", param_hint="--for")
    if mix is not None and recording is not None:
        raise typer.BadParameter("give a mix or a recording", param_hint="--recording")
    said = mix or recording
    client = {
        "about": said.name if said else "balances", "host": host, "port": int(port), "system_id": system_id,
        "password": password,
    }  # fmt: skip
    asked = {"rate": rate, "window": window, "seconds": float(found[1]) * SECONDS[found[2]]}
    if mix is not None:
        scenario = read_mix(mix, client, asked)
    else:
        talks = {"numbers": 1000} if recording is None else _load_of(recording, config_file)
        scenario = msgspec.convert({**client, "acts": "client", "load": {**talks, **asked}}, Scenario)
    run_load(scenario, hdr=hdr, as_json=as_json)


def _load_of(path: Path, config_file: Path | None) -> dict[str, object]:
    """The keys of a load: what was said in a recording."""
    from gateway import config
    from gateway.recording.messages import messages_of
    from gateway.recording.mix import numbers_of, talks_of
    from gateway.recording.reading import RecordingError, read_recording
    from gateway.recording.sources import sources_of
    from gateway.rooms import dialects_of  # who plays a mix needs no configuration

    settings = config.load(config_file)
    recording = read_recording(sources_of([path]))
    for fault in recording.faults:
        typer.echo(str(fault), err=True)
    messages = messages_of(recording, dialects_of(settings), settings.operator.country)
    talks = talks_of(messages)
    if not talks:
        raise RecordingError(f"{path}: nobody said anything in it that could be said again")
    return {"numbers": max(numbers_of(messages), Load().window), "once": True, "talk": talks}
