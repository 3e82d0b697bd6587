"""`ussdgw simulator`: an SMSC and USSD centre with phones."""

from __future__ import annotations

import typer

from smpp.simulator.command import simulator

app = typer.Typer()
app.command("simulator")(simulator)
