"""Applications as they are written for hosted USSD services: a real HTTP server, one path for each manner."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Says = Callable[[web.Request], Awaitable[web.Response]]


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


async def sunny(request: web.Request) -> web.Response:
    return web.Response(text="END sunny")


async def hangs(request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response(text="END late")


async def breaks(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def garbage(request: web.Request) -> web.Response:
    return web.Response(text="<html>welcome</html>", content_type="text/html")


async def fails(request: web.Request) -> web.Response:
    return web.Response(status=500, text="CON half done")


async def moved(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/sunny"})


@dataclass
class Applications:
    """The server: what each application was asked, with the key of each request, and the notices that it got.

    `says`: how it answers, by name; a test may change it.
    """

    says: dict[str, Says]
    url: str = ""
    asked: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    noticed: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, ready: Callable[[], object]) -> None:
        """Until requests have made it true."""
        async with asyncio.timeout(20):
            while not ready():
                self.news.clear()
                await self.news.wait()

    def of(self, name: str, number: str) -> list[dict[str, str]]:
        """What an application was asked for a number."""
        return [each for each in self.asked[name] if each.get("phoneNumber") == f"+{number}"]

    def told(self, name: str, number: str) -> list[dict[str, str]]:
        """The notices that it got about a number."""
        return [each for each in self.noticed[name] if each["phoneNumber"] == f"+{number}"]

    async def step(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked[name].append({key: str(value) for key, value in (await request.post()).items()})
        self.keys[name].append(request.headers.get("Idempotency-Key", ""))
        self.news.set()
        return await self.says[name](request)

    async def notice(self, request: web.Request) -> web.Response:
        fields = {key: str(value) for key, value in (await request.post()).items()}
        self.noticed[request.match_info["name"]].append(fields)
        self.news.set()
        return web.Response()

    def section(self, name: str, code: str, more: str = "", url: str = "") -> str:
        """The configuration of one of them."""
        return f'[applications.{name}]\ncodes = ["{code}"]\nurl = "{url or f"{self.url}/{name}"}"\n{more}\n'


@asynccontextmanager
async def applications(**says: Says) -> AsyncIterator[Applications]:
    """All of them at a free port of loopback."""
    found = Applications(says)
    application = web.Application()
    application.router.add_post("/{name}", found.step)
    application.router.add_post("/{name}/notice", found.notice)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    found.url = f"http://{host}:{port}"
    try:
        yield found
    finally:
        await runner.cleanup()
