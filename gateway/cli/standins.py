"""`ussdgw standins`: what stands in for the systems outside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway.standins.command import run

app = typer.Typer(add_completion=False)

out = Console(highlight=False, soft_wrap=True)


@app.command()
def standins(
    http_port: Annotated[int, typer.Option("--http-port", help="Payments, location and pictures.")] = 8080,
    mail_port: Annotated[int, typer.Option("--mail-port", help="Mail by SMTP.")] = 2525,
    secret_file: Annotated[Path | None, typer.Option("--secret-file", help="Checks signatures with this key.")] = None,
) -> None:
    """Runs stand-ins for the systems outside, on loopback: they answer as docs/effects.md says and move no money."""
    secret = b"" if secret_file is None else secret_file.read_bytes().strip()
    run(secret, {"http": http_port, "mail": mail_port}, out)
