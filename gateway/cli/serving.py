"""`ussdgw serve`: the gateway itself."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
import uvloop

from gateway import config, telemetry
from gateway.app import Gateway
from gateway.catalogue.faults import CatalogueError, counted
from gateway.cli.options import DEFAULT_PORT, ConfigFile
from gateway.config import Settings
from gateway.store.protocol import StoreError

app = typer.Typer(add_completion=False)

LOG_FLUSH_S = 0.25
SWITCH_INTERVAL_S = 20e-6
GC_THRESHOLDS = (20_000, 20, 50)


@app.command()
def serve(
    config_file: ConfigFile = None,
    demo: Annotated[bool, typer.Option("--demo", help="Adds the demo account (loopback) and subscribers.")] = False,
) -> None:
    """Runs the gateway until SIGINT or SIGTERM; a second one ends it at once. SIGHUP is `ussdgw reload`."""
    settings = config.load(config_file)
    sync = telemetry.configure(settings.log.format, settings.log.file, settings.log.level)
    # The store's thread needs the interpreter's lock for microseconds at a time, and the loop rarely gives it up by
    # itself: the default of 5 ms starves commits under load. Long-lived values are not worth collecting.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(*GC_THRESHOLDS)
    gc.disable()  # until all is loaded: what a start makes stays
    try:
        uvloop.run(_serve(settings, demo, sync))
    finally:
        sync()


async def _serve(settings: Settings, demo: bool, sync: Callable[[], None]) -> None:
    gateway = Gateway(settings, demo=demo)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        if stop.is_set():  # as a kill would: what was acknowledged is on the disk
            sync()
            os._exit(128 + number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    reloads: set[asyncio.Task[None]] = set()

    def hang_up() -> None:
        task = loop.create_task(_reload(gateway))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    await gateway.start()
    loop.add_signal_handler(signal.SIGHUP, hang_up)
    gc.collect()  # what loading left behind would be frozen too
    gc.freeze()
    gc.enable()
    flusher = asyncio.create_task(_flush_log(sync))
    for line in _greeting(gateway):
        print(line, file=sys.stderr)
    try:
        await gateway.run(stop)
    finally:
        flusher.cancel()
        await gateway.stop()


async def _reload(gateway: Gateway) -> None:
    """SIGHUP: as `ussdgw reload`; what came of it is in the log."""
    try:
        changes = await gateway.reload()
    except (CatalogueError, StoreError) as error:
        print(f"not reloaded, the catalogue loaded before still applies:\n{error}", file=sys.stderr)
    else:
        print(f"reloaded, {counted(len(changes), 'change')}", file=sys.stderr)


async def _flush_log(sync: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(LOG_FLUSH_S)
        sync()


def _greeting(gateway: Gateway) -> Iterator[str]:
    for listener in gateway.listeners:
        yield f"listening on {listener.host}:{listener.port} ({listener.name})"
    if gateway.admin is not None:
        yield f"metrics at http://{gateway.admin.host}:{gateway.admin.port}/metrics"
    for link in gateway.settings.links:
        yield f"link {link.name}: {link.host}:{link.port} as {link.system_id}"
    if gateway.demo:
        port = "" if gateway.listeners[0].port == DEFAULT_PORT else f" --port {gateway.listeners[0].port}"
        yield "Now, in another terminal:"
        yield f"  ussdgw dial '*111*828*1#' --from 79161234567{port}    switch \"Numbers\" on"
        yield f"  ussdgw sms 'БАЛАНС' --from 79161234567{port}          ask for the balance"
        yield f"  ussdgw dial '*111#' --from 79161234567{port}          see what else works"
