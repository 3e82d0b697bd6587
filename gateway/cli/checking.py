"""`ussdgw fsck`: the whole database, checked."""

from __future__ import annotations

import typer

from gateway.fsck.command import fsck

app = typer.Typer(add_completion=False)
app.command("fsck")(fsck)
