"""Applications as they are written for hosted USSD services: a real HTTP server, one path for each manner."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

Says = Callable[[web.Request], Awaitable[web.Response]]


def _documented() -> Says:
    """The handler of the application in docs/applications.md, as it stands there."""
    text = (Path(__file__).parents[2] / "docs/applications.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    module: dict[str, Any] = {}
    exec(code[1], module)
    handler: Says = module["ussd"]
    return handler


weather = _documented()


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
