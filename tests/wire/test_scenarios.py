"""The schedules of faults that we ship, each against a gateway until every row of it has struck, and what came of it.

At a hundred times their pace, and as fast as the gateway takes messages. Nothing is measured: a run goes on until its
last row has struck, however long a busy machine takes, then the load ends and what is on its way is waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from gateway.app import Gateway
from gateway.delivery import pace, retry
from gateway.messages import OutboxState
from gateway.status import status_of
from smpp.simulator.faults import Fault
from smpp.simulator.ledger import Acknowledged, Injected
from smpp.simulator.scenario import Scenario, read_scenario
from smpp.simulator.wires import Simulator
from tests.wire.raw_centre import states
from tests.wire.simulated import simulated

SCENARIOS = Path(__file__).parents[2] / "fixtures/scenarios"
PACE = 100
LIMIT_S = 60.0
PHONES, WINDOW, REPLIES = 40, 40, 60
REPLY_S = 0.4  # a phone's patience; where every reply comes in the end, it is long


@dataclass
class Run:
    """What is known when it is over."""

    simulator: Simulator
    gateway: Gateway
    rows: list[int]  # states of the outbox

    @property
    def counts(self) -> dict[str, int]:
        """The simulator's own."""
        return self.simulator.core.tally.counts

    def noted(self, event: str) -> int:
        """How often the gateway noted that."""
        return self.gateway.telemetry.counters[event]


def all_answered(run: Run) -> None:
    """Nobody waited in vain, and no connection was lost."""
    assert (run.counts["unanswered"], run.counts["lost"]) == (0, 0)
    assert set(run.rows) <= {OutboxState.SENT, OutboxState.DELIVERED}


def bound_in_the_end(run: Run) -> None:
    """One refusal by generic_nack and one by a status; what version a centre has, or none, is no reason."""
    assert run.noted("bind_refused") == 2
    assert run.counts["bound"] >= 2


def came_back(run: Run) -> None:
    """After each cut by RST, FIN or unbind the link is bound anew."""
    assert run.counts["bound"] >= 4
    assert run.noted("lost") >= 3


def found_out(run: Run) -> None:
    """Both kinds of silence are found out by enquire_link."""
    assert run.noted("lost") >= 2
    assert run.counts["bound"] >= 3


def resolved(run: Run) -> None:
    """No reply is sent again for want of an answer, only after ESME_RTHROTTLED; what was refused has failed, what is
    unheard of is UNKNOWN."""
    assert run.noted("response_unexpected") > 0
    assert {OutboxState.SENT, OutboxState.FAILED, OutboxState.UNKNOWN} <= set(run.rows)
    assert run.counts["submits"] <= len(run.rows) + run.simulator.core.tally.faults["submit: nack"]


def refused_by_itself(run: Run) -> None:
    """What cannot be read is noted and refused; only where no frame can be found any more the connection ends."""
    assert run.noted("pdu_unreadable") > 3
    assert run.counts["stray responses"] > 0
    assert run.counts["bound"] >= 3, "the run may end before it comes back for the third time"


def read_as_meant(run: Run) -> None:
    """Odd messages are taken on the one connection; what strays is counted."""
    assert (run.counts["lost"], run.counts["bound"]) == (0, 1)
    assert run.noted("pdu_deviates") > 0
    assert run.noted("text_undecodable") > 0


def told_of(run: Run) -> None:
    """Receipts of every style find their replies, failures too; those of messages that never were are kept apart."""
    assert {OutboxState.DELIVERED, OutboxState.FAILED} <= set(run.rows)
    assert run.noted("receipts_of_failure") > 0
    assert run.noted("receipts") > run.noted("receipts_orphaned") > 0


def slowed_down(run: Run) -> None:
    """Refused for now is not lost: every reply was taken in the end, in more tries than there are replies."""
    all_answered(run)
    assert run.counts["submits"] > len(run.rows)


QUICK = "response_s = 0.3\n"
SIGNS = "enquire_link_s = 0.03\nenquire_link_response_s = 0.1\n"
EFFECTS: dict[str, tuple[Callable[[Run], None], str, float]] = {
    "bind_trouble": (bound_in_the_end, "misconfigured_s = 0.05\nbind_response_s = 1\n", REPLY_S),
    "clean": (all_answered, "", 30.0),
    "cuts": (came_back, "", REPLY_S),
    "lost_answers": (resolved, f'{QUICK}{SIGNS}resend_unknown = "never"\n', REPLY_S),
    "malformed": (refused_by_itself, "", REPLY_S),
    "odd_messages": (read_as_meant, "", REPLY_S),
    "receipts": (told_of, "registered_delivery = 1\n", 30.0),
    "silence": (found_out, QUICK + SIGNS, REPLY_S),
    "slow_reader": (all_answered, "", 30.0),
    "slow_wire": (all_answered, "", 30.0),
    "throttling": (slowed_down, "", 30.0),
    "ussd_centre": (all_answered, "", 30.0),
}
"""Schedule -> what it must come to; keys of the link or the listener; how long a phone waits for its answer."""
ELSEWHERE = {"exactly_once": "tests/exactly_once", "phone": "tests/wire/test_handset.py, by people"}


def test_every_schedule_is_played() -> None:
    """A schedule that is shipped is played here, or where it says."""
    assert {path.stem for path in SCENARIOS.glob("*.toml")} == EFFECTS.keys() | ELSEWHERE.keys()


def hurried(scenario: Scenario, reply_s: float) -> Scenario:
    """The same faults, sooner and closer together, under a load that ends when they have all struck."""
    replace = msgspec.structs.replace

    def sooner(fault: Fault) -> Fault:
        return replace(
            fault,
            share=min(1.0, fault.share * 3),
            first=min(fault.first, 20),
            at_s=fault.at_s / PACE,
            every_s=fault.every_s / PACE,
            for_s=fault.for_s / (1 if fault.does == "silence" else PACE),  # until it is found out, however late that is
            wait_s=fault.wait_s / PACE,
        )

    load = replace(
        scenario.load,
        messages=0,
        seconds=0.0,
        rate=0.0,
        numbers=PHONES,
        window=WINDOW,
        response_s=2 * reply_s,
        reply_s=reply_s,
    )
    receipts = replace(scenario.receipts, wait_s=scenario.receipts.wait_s / PACE)
    return replace(scenario, load=load, receipts=receipts, fault=tuple(map(sooner, scenario.fault)))


async def until_struck(simulator: Simulator) -> None:
    """Until each row has struck and some messages were answered; then until all that is on its way has come."""
    core = simulator.core
    while not all(core.lines.schedule.struck) or core.tally.counts["replied"] < REPLIES:
        await asyncio.sleep(0.01)
    core.stop()
    simulator.act()
    await simulator.finish()


@pytest.mark.parametrize("name", EFFECTS)
async def test_schedule(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row strikes; the gateway answers every message that can be answered, no batch and no command fails, and the
    schedule comes to what it is there to show."""
    effect, keys, reply_s = EFFECTS[name]
    monkeypatch.setattr(pace, "FIRST_PAUSE_MS", 50)
    short = {status: retry.Patience(20, 100, each.scope, each.slower) for status, each in retry.PATIENCE.items()}
    monkeypatch.setattr(retry, "PATIENCE", short)
    scenario = hurried(read_scenario(SCENARIOS / f"{name}.toml"), reply_s)
    async with simulated(scenario, scenario.acts, tmp_path, monkeypatch, keys) as (simulator, gateway):
        async with asyncio.timeout(LIMIT_S):
            await until_struck(simulator)
            while OutboxState.SENDING in states(tmp_path):
                gateway.queue.interrupt()
                await asyncio.sleep(0.02)
        status = await status_of(gateway)
        run = Run(simulator, gateway, states(tmp_path))
        await simulator.stop()
    ledger = simulator.core.ledger

    assert (status.faults, status.batches.failed) == (0, 0)
    assert {each.id for each in ledger.of(Injected)} <= {each.id for each in ledger.of(Acknowledged)}
    effect(run)
