"""`python -m tests.wire.phone_picture FILE.svg`: the phone after a short talk with a demo gateway, as a picture."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from tests.wire.gateway_fixture import port_of, running, write_config
from tests.wire.held_phone import held

NUMBER = "79160000004"
BEGAN = datetime(2026, 3, 10, 12, 5)


async def picture() -> str:
    """SVG, the same each time but for what the gateway has learnt to say."""
    minutes = iter(range(60))
    with tempfile.TemporaryDirectory() as folder:
        path = write_config(Path(folder), dialect="spec")
        async with running(path, demo=True) as gateway:
            port = port_of(gateway)
            clock = lambda: BEGAN + timedelta(minutes=next(minutes))  # noqa: E731
            async with held(port, NUMBER, now=clock) as phone:
                await phone.is_told("connected")
                for line in ("TARIFF", "HELP", "BALANCE"):
                    before = len(phone.lines("inbox"))
                    await phone.send(line)
                    await phone.until(lambda before=before: len(phone.lines("inbox")) > before)  # type: ignore[misc]
                await phone.send("*111#")
                await phone.sees("Menu")
                phone.app.action_insert("1")
                await phone.pilot.pause()
                drawn = phone.app.export_screenshot()
    drawn = drawn.replace(f":{port}", ":2775").replace("as&#160;hub", "as&#160;demo")
    drawn = re.sub(r"@font-face\s*{.*?}\s*", "", drawn, flags=re.DOTALL)  # of a server elsewhere: any monospace will do
    return re.sub(r"terminal-\d+", "terminal", drawn)


def main() -> None:
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )
    Path(sys.argv[1]).write_text(asyncio.run(picture()), encoding="utf-8")


if __name__ == "__main__":
    main()
