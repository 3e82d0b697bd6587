"""The commands for a gateway that runs: they ask it over its control socket and print what it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway import config
from gateway.config import ConfigError
from gateway.control import ControlClient, ControlError

app = typer.Typer()

out = Console(highlight=False, soft_wrap=True)

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; without one, the defaults.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as documented in docs/control.md.")]


def running(config_file: Path | None) -> ControlClient:
    """The gateway of a configuration. Raises NotRunning."""
    path = config.load(config_file).control_path()
    if path is None:
        raise ConfigError("a store in memory has no control socket: name one, [control] socket")
    return ControlClient(path)


def print_json(document: object) -> None:
    out.print(json.dumps(document, ensure_ascii=False), markup=False)


@app.command()
def reload(config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Makes the running gateway read codes, products and texts anew. Faults: all named, and nothing changes."""
    with running(config_file) as gateway:
        try:
            result = gateway.ask("reload")
        except ControlError as error:
            for fault in error.faults:
                out.print(str(fault), markup=False)
            raise
    if as_json:
        print_json(result)
        return
    for change in result["changes"]:
        out.print(change, markup=False)
    count = len(result["changes"])
    out.print(f"reloaded, {count} changes" if count else "nothing had changed", markup=False)
