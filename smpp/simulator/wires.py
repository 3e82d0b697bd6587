"""The simulator's sockets and its clock: hands what comes to the core, and does what the core says. Decides nothing."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from typing import Final, cast

from smpp.framer import Framer
from smpp.pdu import LENGTH_MAX
from smpp.simulator.core import Core
from smpp.simulator.lines import Connect, Cut, Read, Write
from smpp.simulator.scenario import Scenario

__all__ = ["Simulator"]

CONNECT_S: Final = 5.0
SLOW_TURN_S: Final = 0.05  # slow reading: so often a little
LINGER_NOT: Final = struct.pack("ii", 1, 0)  # SO_LINGER of nothing: a close is a reset


class Simulator:
    """One run of a scenario on real sockets, in the running loop."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._loop = asyncio.get_running_loop()
        self.core = Core(scenario, self._loop.time(), time.strftime("%y%m%d%H%M"))
        self.port = scenario.port
        self._server: asyncio.Server | None = None
        self._wires: dict[int, _Wire] = {}
        self._last_wire = 0
        self._stopping = False
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None  # when the timer is set for
        self._calls: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Event()

    async def start(self) -> None:
        """A centre listens (port 0: the system chooses; `port` says which); a client calls."""
        if self.scenario.acts == "centre":
            host, port = self.scenario.host, self.scenario.port
            self._server = await self._loop.create_server(lambda: _Wire(self), host, port)
            self.port = self._server.sockets[0].getsockname()[1]
        self.act()

    async def finish(self) -> None:
        """Returns when the load is said, acknowledged and answered."""
        while not self.core.finished:
            self._moved.clear()
            await self._moved.wait()

    async def stop(self) -> None:
        """Ends all connections."""
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
        for call in tuple(self._calls):
            call.cancel()
        if self._server is not None:
            self._server.close()
        for wire in tuple(self._wires.values()):
            wire.end("rst")
        while self._wires:
            await asyncio.sleep(0)
        if self._server is not None:
            await self._server.wait_closed()

    # -- between the core and the sockets --------------------------------------------------------------------------

    def opened(self, wire: _Wire) -> int:
        self._last_wire += 1
        self._wires[self._last_wire] = wire
        self.core.connected(self._last_wire, self._loop.time())
        self._loop.call_soon(self.act)  # the protocol must know its number first
        return self._last_wire

    def received(self, wire: int, frames: list[bytes], framed: bool) -> None:
        now = self._loop.time()
        self.core.received(wire, frames, now)
        if not framed:
            self.core.unframed(wire, now)
        self.act()

    def closed(self, wire: int) -> None:
        self._wires.pop(wire, None)
        if self._stopping:  # our own end is no loss
            return
        self.core.lost(wire, self._loop.time())
        self.act()

    def act(self) -> None:
        """Does what the core wants: neighbouring writes to one wire are one write."""
        actions = self.core.take_actions()
        turn = 0
        while turn < len(actions):
            action = actions[turn]
            turn += 1
            if isinstance(action, Connect):
                self._call()
                continue
            wire = self._wires.get(action.wire)
            if wire is None:
                continue
            match action:
                case Write():
                    octets = [action.octets]
                    while turn < len(actions) and isinstance(following := actions[turn], Write):
                        if following.wire != action.wire:
                            break
                        octets.append(following.octets)
                        turn += 1
                    wire.write(b"".join(octets))
                case Cut():
                    wire.end(action.how)
                case Read():
                    wire.read(action.octets_per_s)
        self._arm()
        self._moved.set()

    def _arm(self) -> None:
        due = self.core.next_at()
        if due == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = self._loop.call_at(due, self._tick) if due is not None else None

    def _tick(self) -> None:
        self._timer = self._due = None
        self.core.tick(self._loop.time())
        self.act()

    def _call(self) -> None:
        task = self._loop.create_task(self._connect())
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._loop.create_connection(lambda: _Wire(self), self.scenario.host, self.scenario.port)
        except OSError:
            self.core.unreachable(self._loop.time())
            self.act()


class _Wire(asyncio.Protocol):
    """One connection's socket."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._framer = Framer(LENGTH_MAX)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._id = 0
        self._octets_per_s: int | None = None
        self._slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._id = self._simulator.opened(self)

    def data_received(self, data: bytes) -> None:
        frames, lost = self._framer.feed(data, self._loop.time())
        if self._octets_per_s and self._transport is not None:
            # What has come is taken; then a pause as long as it should have lasted, and TCP holds the gateway back.
            self._transport.pause_reading()
            self._slow = self._loop.call_later(max(SLOW_TURN_S, len(data) / self._octets_per_s), self._resume)
        self._simulator.received(self._id, frames, lost is None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._slow is not None:
            self._slow.cancel()
        self._simulator.closed(self._id)

    def write(self, octets: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(octets)

    def end(self, how: str) -> None:
        if self._transport is None:
            return
        if how == "rst":
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            self._transport.abort()
        else:
            self._transport.close()

    def read(self, octets_per_s: int | None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._octets_per_s = octets_per_s
        if octets_per_s == 0:
            self._transport.pause_reading()
        else:
            self._resume()

    def _resume(self) -> None:
        if self._octets_per_s != 0 and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
