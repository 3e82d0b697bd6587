"""Answers to our replies that stray from the standard: the reply's fate is known or unknown, and the link serves on.

In both roles: submit_sm_resp of a centre, deliver_sm_resp of a client. One conversation holds all cases, each command
after the other; the answer to the n-th reply is as the n-th case has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pytest

from smpp.simulator.faults import Fault, Moment
from smpp.simulator.ledger import Injected, Replied
from smpp.simulator.scenario import Load, Scenario, Step, Talk
from smpp.simulator.wires import Simulator
from tests.wire.simulated import ROLES, played, statuses

REFUSED = 0x45  # ESME_RSUBMITFAIL


class Case(NamedTuple):
    """The fault, and whether the subscriber's phone has the reply all the same."""

    does: str
    how: Mapping[str, object] = MappingProxyType({})
    shown: bool = True


CASES = {
    "10 refused without a body": Case("refuse", {"status": REFUSED, "body": "none"}, shown=False),
    "10 refused with a NUL": Case("refuse", {"status": REFUSED, "body": "nul"}, shown=False),
    "10 refused with a whole body": Case("refuse", {"status": REFUSED, "body": "full"}, shown=False),
    "10 refused with a body without end": Case("refuse", {"status": REFUSED, "body": "malformed"}, shown=False),
    "10 taken, in a body without end": Case("malformed", {"kind": "strings_without_end"}),
    "10 taken, in a body of something else": Case("malformed", {"kind": "cut_in_an_address"}),
    "18 generic_nack": Case("nack", {"status": 0x03}, shown=False),
    "18 generic_nack of sequence number 0": Case("nack", {"status": 0x03, "sequence": 0}, shown=False),
    "27 response lost": Case("lost"),
    "27 response late": Case("late", {"wait_s": 0.2}),
    "27 response twice": Case("twice", {"wait_s": 0.05}),
    "27 response of another number": Case("wrong_sequence"),
    "27 response to another command": Case("wrong_command"),
    "34 taken, without a body": Case("refuse", {"status": 0, "body": "none"}),
    "congestion_state to a bind of 3.4": Case("congested", {"status": 95}),
    "14 response octet by octet": Case("bytewise"),
    "the last one is undisturbed": Case("congested", {"status": 0}),
}


def scenario() -> Scenario:
    faults = [
        Fault(on=Moment.SUBMIT, does=case.does, first=turn, times=1, **case.how)  # type: ignore[arg-type]
        for turn, case in enumerate(CASES.values(), 1)
    ]
    talk = Talk(steps=(Step(sms="БАЛАНС", expect="^Баланс: 1000 руб"),))
    load = Load(messages=len(CASES), numbers=len(CASES), window=1, reply_s=0.3, rate=20, talk=(talk,))
    return Scenario(load=load, fault=tuple(faults))


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Simulator]:
    """The conversation, in either role."""

    async def both() -> dict[str, Simulator]:
        with pytest.MonkeyPatch.context() as patch:
            return {acts: await played(scenario(), acts, tmp_path_factory.mktemp(acts), patch) for acts in ROLES}

    return asyncio.run(both())


@pytest.mark.parametrize("acts", ROLES)
@pytest.mark.parametrize("name", CASES)
def test_answer(name: str, acts: str, simulators: dict[str, Simulator]) -> None:
    """The command was taken; its reply was sent once and never blindly again; the link has lived."""
    simulator = simulators[acts]
    turn = list(CASES).index(name)
    number = list(simulator.core.ledger.of(Injected))[turn].number
    replies = [each.text[:16] for each in simulator.core.ledger.of(Replied) if each.number == number]

    assert statuses(simulator)[turn] == 0
    assert replies == ["Баланс: 1000 руб"] * CASES[name].shown
    assert simulator.core.tally.counts["submits"] == len(CASES)
    assert simulator.core.tally.counts["lost"] == 0
