"""`ussdgw simulator` and what is behind `ussdgw load`: run a scenario, show it, and write what came of it."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console
from rich.live import Live

from smpp.simulator.core import Core
from smpp.simulator.report import RateMeter, live_table, report, report_table
from smpp.simulator.scenario import Scenario, read_scenario
from smpp.simulator.wires import Simulator

__all__ = ["load", "simulator"]

VIEW_S: Final = 0.25
US_PER_MS: Final = 1000.0
NOT_RUN: Final = 2
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


def load(scenario: Scenario, *, hdr: Path | None, as_json: bool) -> None:
    """Plays a client's load, live on a terminal, and prints what came of it; `hdr`: a file for the latencies.

    Raises:
        OSError: that file cannot be written; told before the load.
        typer.Exit: nobody was there to be loaded.
    """
    if hdr is not None:
        hdr.touch()
    core, seconds = _ran(scenario)
    if hdr is not None:
        with hdr.open("wb") as stream:
            core.tally.latencies_us.output_percentile_distribution(stream, US_PER_MS)
    _print(core, seconds, as_json=as_json)
    counts = core.tally.counts
    if not counts["bound"]:
        reason = "refused the bind; check --system-id and --password" if counts["bind refused"] else "nobody answers"
        typer.echo(f"error: {scenario.host}:{scenario.port}: {reason}", err=True)
        raise typer.Exit(NOT_RUN)


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
