"""`ussdgw simulator` and `ussdgw load`: read a scenario or a mix, run it, show it, and write what came of it."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.live import Live

from smpp.simulator.core import Core
from smpp.simulator.report import RateMeter, live_table, report, report_table
from smpp.simulator.scenario import Scenario, read_mix, read_scenario
from smpp.simulator.wires import Simulator

__all__ = ["load", "simulator"]

VIEW_S: Final = 0.25
SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
US_PER_MS: Final = 1000.0
GRACE_S: Final = 15.0  # after the load's end, for what is still on its way


def simulator(
    scenario_file: Annotated[Path, typer.Argument(metavar="SCENARIO", help="TOML; see fixtures/scenarios.")],
    host: Annotated[str | None, typer.Option(help="In place of the scenario's.")] = None,
    port: Annotated[int | None, typer.Option(help="In place of the scenario's.")] = None,
    seed: Annotated[int | None, typer.Option(help="In place of the scenario's.")] = None,
    ledger: Annotated[Path | None, typer.Option(help="Writes every message here, as JSON lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The final report as one JSON object.")] = False,
) -> None:
    """A message centre, or a client, with phones and faults as a scenario says. Ends with its load, or by Ctrl-C."""
    given = {"host": host, "port": port, "seed": seed}
    core, seconds = _ran(
        read_scenario(scenario_file, {key: value for key, value in given.items() if value is not None})
    )
    if ledger is not None:
        with ledger.open("wb") as stream:
            core.ledger.export(stream)
    _print(core, seconds, as_json=as_json)


def load(
    against: Annotated[str, typer.Option(metavar="HOST:PORT", help="The gateway's listener.")] = "127.0.0.1:2775",
    mix: Annotated[Path | None, typer.Option(help="TOML: who says what, how often; the keys of [load].")] = None,
    rate: Annotated[float, typer.Option(min=0, help="Messages a second, on a schedule; 0: as fast as the window.")] = 0,
    window: Annotated[int, typer.Option(min=1, help="Messages that may wait for their acknowledgement.")] = 50,
    lasts: Annotated[str, typer.Option("--for", help="How long: 60s, 10m.")] = "60s",
    system_id: Annotated[str, typer.Option(help="To bind with.")] = "demo",
    password: Annotated[str, typer.Option(help="Its password.", envvar="USSDGW_PHONE_PASSWORD")] = "demo",
    hdr: Annotated[Path | None, typer.Option(help="Writes the latencies, an HDR histogram.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The final report as one JSON object.")] = False,
) -> None:
    """Loads a gateway as a client of its listener: a mix of messages at a rate, or as fast as a window lets it."""
    host, _, port = against.rpartition(":")
    found = re.fullmatch(r"(\d+)([smh])", lasts)
    if not host or not port.isdigit():
        raise typer.BadParameter(f"{against!r}: HOST:PORT is expected", param_hint="--against")
    if found is None:
        raise typer.BadParameter(f"{lasts!r}: a number of s, m or h is expected, for example 60s", param_hint="--for")
    client = {
        "about": mix.name if mix else "balances", "host": host, "port": int(port), "system_id": system_id,
        "password": password,
    }  # fmt: skip
    asked = {"rate": rate, "window": window, "seconds": float(found[1]) * SECONDS[found[2]]}
    if mix is not None:
        scenario = read_mix(mix, client, asked)
    else:
        scenario = msgspec.convert({**client, "acts": "client", "load": {"numbers": 1000, **asked}}, Scenario)
    core, seconds = _ran(scenario)
    if hdr is not None:
        with hdr.open("wb") as stream:
            core.tally.latencies_us.output_percentile_distribution(stream, US_PER_MS)
    _print(core, seconds, as_json=as_json)


def _ran(scenario: Scenario) -> tuple[Core, float]:
    return uvloop.run(_run(scenario, Console(stderr=True, highlight=False)))


def _print(core: Core, seconds: float, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report(core, seconds), ensure_ascii=False))
    else:
        Console(highlight=False).print(report_table(core, seconds))


async def _run(scenario: Scenario, says: Console) -> tuple[Core, float]:
    running = Simulator(scenario)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await running.start()
    began = loop.time()
    if scenario.acts == "centre":
        says.print(f"a message centre listens on {scenario.host}:{running.port}")
    else:
        says.print(f"a client calls {scenario.host}:{scenario.port} as {scenario.system_id}")
    view = asyncio.create_task(_view(running.core, says, began)) if says.is_terminal else None
    finish = asyncio.create_task(running.finish())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((finish, stopped), return_when=asyncio.FIRST_COMPLETED)
    if not finish.done():  # interrupted: no new commands, and a while for what is on its way
        running.core.stop()
        running.act()
        await asyncio.wait((finish,), timeout=min(GRACE_S, scenario.load.reply_s))
    seconds = loop.time() - began
    tasks = [task for task in (view, finish, stopped) if task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await running.stop()
    return running.core, seconds


async def _view(core: Core, says: Console, began: float) -> None:
    """The live view, on standard error: standard output is for the report."""
    loop = asyncio.get_running_loop()
    meter = RateMeter()
    with Live(console=says, auto_refresh=False, transient=True) as live:
        while True:
            seconds = loop.time() - began
            rate_per_s = meter.measure(core.tally.counts["replied"], seconds)
            live.update(live_table(core, seconds, rate_per_s), refresh=True)
            await asyncio.sleep(VIEW_S)
