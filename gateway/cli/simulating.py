"""`ussdgw simulator`, an SMSC and USSD centre with phones, and `ussdgw load`, its load alone."""

from __future__ import annotations

import typer

from smpp.simulator.command import load, simulator

app = typer.Typer()
app.command("simulator")(simulator)
app.command("load")(load)
