"""The admin port: `/metrics` for Prometheus, `/healthz` and `/readyz` for whoever restarts or routes. HTTP GET only.

It runs on the gateway's own loop: a page is a few milliseconds, made when it is asked for. Off unless `[admin] port` is
set. It has no password: it is for loopback or a network of the operator's own, and shows no subscriber.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from gateway.store.protocol import StoreError

if TYPE_CHECKING:
    from gateway.app import Gateway

HEAD_OCTETS_MAX = 8192
HEAD_WAIT_S = 5.0
CONNECTIONS_MAX = 32


class Phase(StrEnum):
    """Where in its life a gateway is; the value is what `/healthz` says."""

    STARTING = "starting"
    SERVING = "ok"
    STOPPING = "stopping"


class AdminError(Exception):
    """The admin port cannot be had; the message says where and what to do."""


class Page(msgspec.Struct, frozen=True):
    status: HTTPStatus
    content_type: str
    body: bytes


Maker = Callable[[], Awaitable[Page]]


class AdminServer:
    """Serves a page for each path, one request a connection. `port` 0 takes any free one and tells which."""

    def __init__(self, host: str, port: int, pages: Mapping[str, Maker]) -> None:
        self.host = host
        self.port = port
        self._pages = pages
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listens. Raises AdminError."""
        try:
            self._server = await asyncio.start_server(self._serve, self.host, self.port, limit=HEAD_OCTETS_MAX)
        except OSError as error:
            raise AdminError(
                f"[admin] cannot listen on {self.host}:{self.port}: {error.strerror or error}; give it another port"
            ) from None
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            if len(self._serving) <= CONNECTIONS_MAX:
                async with asyncio.timeout(HEAD_WAIT_S):
                    head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(await self._page(head), body=not head.startswith(b"HEAD ")))
                async with asyncio.timeout(HEAD_WAIT_S):
                    await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # no request, too slow a one, or nobody there any more: nothing to answer
        except asyncio.CancelledError:
            pass  # the gateway stops; asyncio's streams would report it as a fault
        finally:
            self._serving.discard(task)
            writer.close()

    async def _page(self, head: bytes) -> Page:
        line = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(line) != 3 or not line[2].startswith("HTTP/1."):
            return said(HTTPStatus.BAD_REQUEST, "this is no HTTP/1 request")
        if line[0] not in ("GET", "HEAD"):
            return said(HTTPStatus.METHOD_NOT_ALLOWED, "GET only")
        maker = self._pages.get(line[1].partition("?")[0])
        if maker is None:
            return said(HTTPStatus.NOT_FOUND, f"pages: {' '.join(self._pages)}")
        try:
            return await maker()
        except StoreError as error:  # what the page counts cannot be read now
            return said(HTTPStatus.SERVICE_UNAVAILABLE, error.message)


def said(status: HTTPStatus, text: str) -> Page:
    return Page(status, "text/plain; charset=utf-8", text.encode() + b"\n")


def _response(page: Page, *, body: bool) -> bytes:
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}\r\n"
        f"Content-Type: {page.content_type}\r\nContent-Length: {len(page.body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + (page.body if body else b"")


def admin_pages(gateway: Gateway) -> dict[str, Maker]:
    """The three pages of a gateway."""
    from gateway.metrics import Exposition  # prometheus-client costs memory that only those pay who want it

    exposition = Exposition(gateway)

    async def metrics() -> Page:
        if gateway.phase is Phase.STARTING:  # the store may not be open yet
            return said(HTTPStatus.SERVICE_UNAVAILABLE, "the gateway is starting")
        return Page(HTTPStatus.OK, exposition.content_type, await exposition.page())

    async def healthz() -> Page:
        if gateway.working or gateway.phase is not Phase.SERVING:  # who starts or stops need not be restarted
            return said(HTTPStatus.OK, gateway.phase)
        return said(HTTPStatus.SERVICE_UNAVAILABLE, "the engine does not run")

    async def readyz() -> Page:
        reasons = unready(gateway)
        return said(HTTPStatus.SERVICE_UNAVAILABLE, "\n".join(reasons)) if reasons else said(HTTPStatus.OK, "ready")

    return {"/metrics": metrics, "/healthz": healthz, "/readyz": readyz}


def unready(gateway: Gateway) -> list[str]:
    """Why messages would not be taken and answered now; empty if they would be."""
    if gateway.phase is not Phase.SERVING:
        return [f"the gateway is {gateway.phase}"]
    reasons = []
    if not gateway.working:
        reasons.append("the engine does not run")
    if gateway.telemetry.store_fails:
        reasons.append("the store did not take the last batch")
    if gateway.queue.full:
        reasons.append("the queue is full")
    links = gateway.settings.links
    if links and not gateway.listeners and not len(gateway.connections):
        reasons.append(f"no link is bound: {', '.join(link.name for link in links)}")
    return reasons
