"""The gateway's end of a recording: tells a process of its own what goes by. It must never wait, nor cost much.

What the recorder cannot take in time is left out, and counted in the recording; the gateway never slows down for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Iterable

from gateway.delivery.routing import Connections
from gateway.engine.tools import Decided
from gateway.recording.masking import hidden_parts
from gateway.recording.stream import GAP_OCTETS, HEAD, NUMBERS, Kind, Opened, Start, Told, Typed, encode
from smpp.connection import Connection

PASS_ON_S = 0.05
PASS_ON_OCTETS = 1 << 18
STOP_S = 10.0
MISMATCHES = frozenset(
    {"wrong_code", "codes_locked", "nothing_pending", "wrong_password", "password_locked", "locked", "unknown"}
)
"""Refusals that say that a secret was not the right one, or was not compared at all."""


class Recorder:
    """Tells what goes by: `smpp.connection.Tap`, and what engine and sender know of it.

    Args:
        start: for the recorder's process.
        connections: those that are there already are recorded from now on.
        is_listener: whether a name is that of a listener.
        buffer_octets_max: what may wait for the recorder before it is left out.
        failed: told why, when the recorder has ended by itself.
    """

    def __init__(
        self,
        start: Start,
        connections: Connections,
        is_listener: Callable[[str], bool],
        buffer_octets_max: int,
        failed: Callable[[str], None],
    ) -> None:
        self._start = start
        self._connections = connections
        self._is_listener = is_listener
        self._buffer_octets_max = buffer_octets_max
        self._failed = failed
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._parts: list[bytes] = []
        self._octets = 0
        self._left_out = 0
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.on = False

    @property
    def pid(self) -> int | None:
        """The id of its process, once it was started."""
        return None if self._process is None else self._process.pid

    @property
    def keeps_up(self) -> bool:
        """Whether nothing is being left out."""
        return self.on and not self._left_out

    async def start(self) -> None:
        """Starts the recorder's process; recording begins when this returns."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway.recording", stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        self.on = True
        self._tell(Kind.BEGIN, 0, encode(self._start))
        self._all_opened()
        self._watching = asyncio.create_task(self._watch(self._process), name="recording")
        self._pass_on()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        said = (await process.stderr.read()).decode("utf-8", "replace").strip()
        status = await process.wait()
        if self.on:
            self._end()
            self._failed(said.splitlines()[-1] if said else f"ended with status {status}")

    async def stop(self, patience_s: float = STOP_S) -> None:
        """Ends the recording; returns when its files are whole, or when patience is over.

        Then the recorder still has what it was told, and ends by itself once that is written.
        """
        process = self._process
        if process is None or process.stdin is None:
            return
        if self.on:
            self._pass_on()
            self._end()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.close()
        try:
            async with asyncio.timeout(patience_s):
                await process.wait()
        except TimeoutError:
            if self._watching is not None:
                self._watching.cancel()
        if self._watching is not None:
            await asyncio.gather(self._watching, return_exceptions=True)

    def _end(self) -> None:
        self.on = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._parts.clear()

    # -- smpp.connection.Tap -------------------------------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        self._opened(connection, begun=False)

    def received(self, connection: Connection, octets: bytes) -> None:
        self._tell(Kind.RECEIVED, connection.id, octets)

    def sent(self, connection: Connection, octets: bytes) -> None:
        self._tell(Kind.SENT, connection.id, octets)

    def closed(self, connection: Connection, reason: str) -> None:
        self._tell(Kind.CLOSED, connection.id, reason.encode())

    # -- what the gateway knows of the messages ------------------------------------------------------------------

    def decided(self, decided: Iterable[Decided]) -> None:
        """Messages that are on the disk; told before their answers go by."""
        offset = self._connections.offset
        for each in decided:
            inbound, typed = each.inbound, each.typed
            connection = inbound.connection - offset
            if connection <= 0:  # a long message whose parts did not come: nobody is answered
                continue
            if typed == inbound.text:
                self._tell(Kind.TAKEN, connection, NUMBERS.pack(inbound.sequence_number, each.number))
                continue
            secrets = None if typed is None else tuple(hidden_parts(inbound.text, typed))
            matched = each.decision.refusal not in MISMATCHES if each.decision.command else None
            self._tell(Kind.TYPED, connection, encode(Typed(inbound.sequence_number, each.number, secrets, matched)))

    def replied(self, connection: Connection, sequence_number: int, number: int, code: str) -> None:
        """A message of ours is queued; told before its octets go by."""
        if code:
            self._tell(Kind.TOLD, connection.id, encode(Told(sequence_number, number, code)))
        else:
            self._tell(Kind.REPLIED, connection.id, NUMBERS.pack(sequence_number, number))

    def reloaded(self, digest: str) -> None:
        """Another catalogue answers from now on."""
        self._tell(Kind.RELOADED, 0, digest.encode())

    # -- the pipe ------------------------------------------------------------------------------------------------

    def _opened(self, connection: Connection, *, begun: bool) -> None:
        opened = Opened(
            self._connections.number(connection),
            connection.name,
            self._is_listener(connection.name),
            connection.peer,
            connection.system_id,
            begun,
            connection.partial if begun else b"",
        )
        self._tell(Kind.OPENED, connection.id, encode(opened))

    def _all_opened(self) -> None:
        for connection in self._connections.all():
            self._opened(connection, begun=True)

    def _tell(self, kind: int, connection: int, body: bytes) -> None:
        if self._left_out:
            self._left_out += len(body)
            return
        self._parts += (HEAD.pack(kind, connection, time.time(), len(body)), body)
        self._octets += len(body) + HEAD.size
        if self._octets >= PASS_ON_OCTETS:
            self._pass_on()
        elif self._timer is None and self.on:
            self._timer = self._loop.call_later(PASS_ON_S, self._pass_on)

    def _pass_on(self) -> None:
        """Hands over what there is; where too much waits already, it and what follows is left out for now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        process = self._process
        if not self.on or process is None or process.stdin is None:
            return
        pipe = process.stdin.transport
        waiting = pipe.get_write_buffer_size()
        if self._left_out and waiting < self._buffer_octets_max // 2:
            left_out, self._left_out = self._left_out, 0
            self._tell(Kind.GAP, 0, GAP_OCTETS.pack(left_out))
            self._all_opened()
        if waiting + self._octets > self._buffer_octets_max:
            self._left_out += self._octets
        elif self._parts:
            pipe.write(b"".join(self._parts))
        self._parts.clear()
        self._octets = 0
        if self._left_out:
            self._timer = self._loop.call_later(PASS_ON_S, self._pass_on)
