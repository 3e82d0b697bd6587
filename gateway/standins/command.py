"""`ussdgw standins`: runs the stand-ins until it is told to stop, and says what each was asked."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping

from rich.console import Console

from gateway.config import HTTP_CHANNELS
from gateway.standins.servers import StandIns

LOOK_S = 0.2


def run(secret: bytes, ports: Mapping[str, int], out: Console) -> None:
    """Serves until SIGINT or SIGTERM. OSError: a port cannot be had."""
    asyncio.run(_serve(StandIns(secret, ports), out))


async def _serve(standins: StandIns, out: Console) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await standins.start()
    out.print("stand-ins: they move no money and know no phone", markup=False)
    for channel in HTTP_CHANNELS:
        out.print(f"  {channel:9} {standins.url(channel)}", markup=False)
    out.print(f"  ussd      {standins.url('ussd')} (an application, docs/applications.md)", markup=False)
    out.print(f"  mail      127.0.0.1:{standins.mail_port}", markup=False)
    shown: dict[str, int] = {}
    try:
        while not stop.is_set():
            _show_new(standins, shown, out)
            try:
                await asyncio.wait_for(stop.wait(), LOOK_S)
            except TimeoutError:
                pass
    finally:
        await standins.stop()


def _show_new(standins: StandIns, shown: dict[str, int], out: Console) -> None:
    for channel, each in standins.http.items():
        for done in list(each.done.values())[shown.get(channel, 0) :]:
            out.print(f"{channel:9} {done.document} -> {done.answer}", markup=False)
        shown[channel] = len(each.done)
    for _ in range(len(standins.mails)):
        mail = standins.mails.popleft()
        out.print(f"mail      to {mail['To']}: {mail['Subject']}", markup=False)
