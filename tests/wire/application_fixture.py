"""Applications as they are written for hosted USSD services: real HTTP servers, well-behaved and otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]


async def weather(request: web.Request) -> web.Response:
    """The example of docs/applications.md."""
    asked = await request.post()
    match str(asked["text"]).split("*"):
        case [""]:
            return web.Response(text="CON Weather\n1 Today\n2 Tomorrow")
        case ["1"]:
            return web.Response(text="CON Today. Which town?")
        case ["1", town]:
            return web.Response(text=f"END {town}: sunny, 21 degrees")
        case _:
            return web.Response(text="END Bye")


@dataclass
class Served:
    """An application and what it was asked: the form fields of each request, and those of each notice."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    noticed: list[dict[str, str]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not ready():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def serving(handler: Handler = weather) -> AsyncIterator[Served]:
    """An application at a free port of loopback."""
    served = Served()

    async def step(request: web.Request) -> web.Response:
        fields = await request.post()
        served.asked.append({key: str(value) for key, value in fields.items()})
        served.keys.append(request.headers.get("Idempotency-Key", ""))
        served.news.set()
        return await handler(request)

    async def notice(request: web.Request) -> web.Response:
        fields = await request.post()
        served.noticed.append({key: str(value) for key, value in fields.items()})
        served.news.set()
        return web.Response()

    application = web.Application()
    application.router.add_post("/ussd", step)
    application.router.add_post("/notice", notice)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    served.url = f"http://{host}:{port}"
    try:
        yield served
    finally:
        await runner.cleanup()


def section(url: str, name: str = "weather", code: str = "*384#", more: str = "") -> str:
    """The configuration of an application."""
    return f'[applications.{name}]\ncodes = ["{code}"]\nurl = "{url}/ussd"\n{more}\n'
