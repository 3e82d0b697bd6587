"""`ussdgw record` and `ussdgw snapshot`: what a later replay needs of a running gateway."""

from __future__ import annotations

import typer

from gateway.cli.recordings import record, snapshot

app = typer.Typer(add_completion=False)
app.command("record")(record)
app.command("snapshot")(snapshot)
