"""Listening sockets, with TLS whose certificates can be changed while sessions go on.

A door accepts connections and hands them to a factory of protocols; whom it lets in is for its owner to say. It must
never close a connection that is up.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable

from smpp.tls import Tls

__all__ = ["Door", "ListenerError"]


class ListenerError(Exception):
    """The listener cannot start; the text says where and what to do."""


class Door:
    """Where peers knock.

    Args:
        host, port: 0 takes any free port; ``port`` tells which after ``open``.
        factory: makes the protocol of one connection.
        tls: serves TLS where given.
        handshake_s: for a peer to complete the TLS handshake.
    """

    def __init__(
        self, host: str, port: int, factory: Callable[[], asyncio.Protocol], tls: Tls | None, handshake_s: float
    ) -> None:
        self.host = host
        self.port = port
        self._factory = factory
        self._tls = tls
        self._handshake_s = handshake_s or 60.0
        self._servers: list[asyncio.Server] = []

    async def open(self) -> None:
        """Listen.

        Raises:
            ListenerError: the address or the port cannot be had.
            TlsError: a file that cannot be used.
        """
        context = self._tls.context() if self._tls is not None else None
        handshake_s = self._handshake_s if context is not None else None
        try:
            server = await asyncio.get_running_loop().create_server(
                self._factory, self.host, self.port, ssl=context, ssl_handshake_timeout=handshake_s
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                why = "address already in use. Is another gateway running? Stop it, or give this listener another port."
            else:
                why = str(error.strerror or error)
            raise ListenerError(f"cannot listen on {self.host}:{self.port}: {why}") from error
        self._servers = [server]
        self.port = server.sockets[0].getsockname()[1]

    async def reload(self) -> None:
        """Read the certificates anew, for the connections that come from now on.

        Raises:
            TlsError: a file that cannot be used; the old certificates stay in use.
        """
        if self._tls is None or not self._servers:
            return
        context = self._tls.context()
        loop = asyncio.get_running_loop()
        old, fresh = self._servers, []
        # The new servers take over copies of the sockets that listen, so nobody finds the port closed in between.
        for descriptor in [each.fileno() for server in old for each in server.sockets]:
            copied = socket.socket(fileno=os.dup(descriptor))
            fresh.append(
                await loop.create_server(
                    self._factory, sock=copied, ssl=context, ssl_handshake_timeout=self._handshake_s
                )
            )
        self._servers = fresh
        for server in old:
            server.close()

    def close(self) -> None:
        """Accept no more; the connections that are up stay."""
        for server in self._servers:
            server.close()

    async def wait_closed(self) -> None:
        """Return when the sockets are gone."""
        for server in self._servers:
            await server.wait_closed()
        self._servers = []
