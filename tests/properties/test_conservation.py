"""Whatever is typed, whenever: nothing is made, lost, or done twice. Random days of a small town."""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import config
from gateway.model import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.rooms import Rooms
from tests.properties.town import Town, forms_of, typed

ROOMS = Rooms(config.load(), secret=b"k" * 32)
FORMS = forms_of(ROOMS)
STORIES = int(os.environ.get("USSDGW_TOWN_STORIES", "25"))
MESSAGES = 40
WAITS_MS = (0, 0, 0, MINUTE_MS, HOUR_MS, DAY_MS, 31 * DAY_MS)


@settings(max_examples=STORIES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(rng=st.randoms(use_true_random=False))
async def test_nothing_is_made_or_lost_or_done_twice(rng: random.Random) -> None:
    """After each message and each timer: the ledger balances in money and in points, no account is below its floor, a
    refused command has changed nothing that anybody has, a redelivered message changes nothing at all, and what only
    switches something on or off leaves it so when it is typed once more."""
    town = Town(ROOMS)
    await town.start()
    for _ in range(MESSAGES):
        await town.passes(0 if await town.asked() and rng.random() < 0.8 else rng.choice(WAITS_MS))
        assert [] == town.imbalance()
        message = typed(rng, FORMS, await town.asked())
        before = town.holdings()
        town.decided.clear()
        await town.types(message)
        assert [] == town.imbalance(), message
        assert [] == town.notes.faults, message
        if any(each.decision.refusal for each in town.decided):
            assert before == town.holdings(), message
        after = town.state()
        await town.redelivered()
        assert after == town.state(), message
        if [("state", "")] == [(each.decision.effect, each.decision.refusal) for each in town.decided[:1]]:
            held = town.holdings()
            await town.types(message)
            assert held == town.holdings(), message
