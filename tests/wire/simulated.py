"""Scenarios of the simulator against a gateway, in either role: a gateway of its own, or one for many."""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import structlog

from gateway.app import Gateway
from smpp.link import Link
from smpp.retry_timer import RetryTimer
from smpp.simulator.ledger import Acknowledged, Injected, Replied, Unanswered
from smpp.simulator.scenario import Scenario
from smpp.simulator.wires import Simulator
from tests.wire.gateway_fixture import ACCOUNT, HOST, PASSWORD, port_of, running, serving_in_thread, write_config

ROLES = ("centre", "client")
LINK = """
[[links]]
name = "smsc"
port = {port}
system_id = "gw"
password = "secret"
"""


_numbers = itertools.count(79_170_000_000, 1_000)


def call_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A centre that drops us again and again is left alone for longer and longer; no test waits for that."""
    timer = RetryTimer(first_s=0.02, ceiling_s=0.05)
    monkeypatch.setattr("gateway.doors.Link", functools.partial(Link, retry_timer=timer))


@asynccontextmanager
async def simulated(
    scenario: Scenario, acts: str, folder: Path, monkeypatch: pytest.MonkeyPatch, peer: str = ""
) -> AsyncIterator[tuple[Simulator, Gateway]]:
    """The simulator in that role, and the gateway at its other end; `peer`: keys of the link or the listener."""
    replace = msgspec.structs.replace
    if acts == "centre":
        simulator = Simulator(replace(scenario, acts="centre", port=0))
        await simulator.start()
        call_again_soon(monkeypatch)
        config = write_config(folder, more=LINK.format(port=simulator.port) + peer)
    else:
        config = write_config(folder, listener=peer)
    try:
        async with running(config) as gateway:
            if acts == "client":
                changed = replace(scenario, acts="client", port=port_of(gateway), reconnect_s=0.02)
                simulator = Simulator(replace(changed, system_id=ACCOUNT, password=PASSWORD))
                await simulator.start()
            yield simulator, gateway
    finally:
        await simulator.stop()


async def played(
    scenario: Scenario,
    acts: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    peer: str = "",
    limit_s: float = 20.0,
) -> Simulator:
    """The scenario to its end."""
    async with simulated(scenario, acts, folder, monkeypatch, peer) as (simulator, _):
        async with asyncio.timeout(limit_s):
            await simulator.finish()
        await simulator.stop()  # before the gateway, whose farewell is no part of the scenario
    return simulator


class Doors(NamedTuple):
    """A gateway for many: the port of its listener, and that where its link looks for a centre."""

    listener: int
    centre: int


@contextmanager
def gateway_with_both(folder: Path) -> Iterator[Doors]:
    with socket.create_server((HOST, 0)) as free:
        centre = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as monkeypatch:
        call_again_soon(monkeypatch)
        # It outlives each test, and what it logs between two of them would land on the terminal.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        try:
            with serving_in_thread(write_config(folder, more=LINK.format(port=centre))) as listener:
                yield Doors(listener, centre)
        finally:
            structlog.reset_defaults()


async def visited(scenario: Scenario, acts: str, doors: Doors, limit_s: float = 20.0) -> Simulator:
    """The scenario to its end, against a gateway that others visit too: by phones that nobody else has."""
    replace = msgspec.structs.replace
    load = replace(scenario.load, first_number=next(_numbers))
    port = doors.centre if acts == "centre" else doors.listener
    simulator = Simulator(replace(scenario, acts=acts, port=port, load=load, system_id=ACCOUNT, password=PASSWORD))
    await simulator.start()
    try:
        async with asyncio.timeout(limit_s):
            await simulator.finish()
    finally:
        await simulator.stop()
    return simulator


def statuses(simulator: Simulator) -> list[int]:
    """What the messages were acknowledged with, in the order in which they were said."""
    found = {each.id: each.status for each in simulator.core.ledger.of(Acknowledged)}
    return [found[each.id] for each in simulator.core.ledger.of(Injected)]


def answers(simulator: Simulator) -> list[str]:
    """The replies that were waited for, in their order."""
    return [each.text for each in simulator.core.ledger.of(Replied) if each.id]


def unanswered(simulator: Simulator) -> int:
    return len(list(simulator.core.ledger.of(Unanswered)))
