"""A shipped schedule of faults that no other test plays: the centre falls silent. At fifty times its pace."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from gateway.status import status_of
from smpp.simulator.ledger import Injected
from smpp.simulator.scenario import read_scenario
from tests.wire.simulated import simulated

SILENCE = Path(__file__).parents[2] / "fixtures/scenarios/silence.toml"
PACE = 50
START_S = 0.6  # the schedule counts from before the gateway starts, which takes its time
MESSAGES = 90
TIMERS = "enquire_link_s = 0.1\nenquire_link_response_s = 0.2\nresponse_s = 1\n"


async def test_silent_centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A silence strikes; enquire_link finds out and the gateway binds anew, the whole load is
    said, and no batch and no command fails."""
    scenario = read_scenario(SILENCE)
    faults = tuple(
        msgspec.structs.replace(
            each, at_s=START_S + each.at_s / PACE, every_s=each.every_s / PACE, for_s=each.for_s / PACE
        )
        for each in scenario.fault
    )
    load = msgspec.structs.replace(
        scenario.load, messages=MESSAGES, rate=60.0, numbers=MESSAGES, response_s=1.0, reply_s=1.0
    )
    short = msgspec.structs.replace(scenario, load=load, fault=faults)
    async with simulated(short, "centre", tmp_path, monkeypatch, TIMERS) as (simulator, gateway):
        async with asyncio.timeout(20.0):
            await simulator.finish()
        status = await status_of(gateway)
        await simulator.stop()

    tally = simulator.core.tally
    assert len({each.id for each in simulator.core.ledger.of(Injected)}) == MESSAGES
    assert tally.faults["time: silence"] >= 1
    assert tally.counts["bound"] >= 2, tally.faults
    assert (status.faults, status.batches.failed) == (0, 0)
