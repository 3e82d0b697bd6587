"""Kill -9, at every failpoint and at random instants under load, in both roles, then the whole comparison.

Nothing acknowledged is lost, no effect happens twice, and the gateway is ready again in time. `USSDGW_KILLS` says how
many kills (20, each at another failpoint; with 200 every failpoint in both roles), `USSDGW_SEED` which ones.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gateway.dispatcher import collect
from gateway.fsck.examining import examine
from gateway.messages import OutboxState
from gateway.model import DAY_MS
from tests.crash.audit import Audit
from tests.crash.driver import Driver, Role
from tests.crash.failpoints import FAILPOINTS, Failpoint, Needs

pytestmark = pytest.mark.alone

KILLS = int(os.environ.get("USSDGW_KILLS", "20"))
POPULATION = int(os.environ.get("USSDGW_POPULATION", "0"))
POPULATED_KILLS = 10  # in each role, of a gateway that knows so many subscribers
SEED = int(os.environ.get("USSDGW_SEED", "1"))
READY_MAX_S = 2.0
LOAD_MIN_S, LOAD_MAX_S = 0.05, 0.8
UNREADY_SHARE = 0.2  # of the random kills are followed by another one while the gateway comes up
OUTBOX_QUIET_S = 10.0


def plan(role: Role, rng: random.Random) -> list[Failpoint | None]:
    """The kills of one role, None for a random one. Few are all at failpoints, others in each role; of many, half."""
    own = [each for each in FAILPOINTS if role is Role.CENTRE or not each.centre]
    kills = max(1, KILLS // len(Role))
    if kills < 2 * len(FAILPOINTS):
        common = [each for each in FAILPOINTS if not each.centre]
        own = common[::2] if role is Role.CLIENT else [each for each in FAILPOINTS if each not in common[::2]]
    count = min(kills, len(own))
    planned: list[Failpoint | None] = [own[len(own) * place // count] for place in range(count)]
    planned += [None] * (kills - len(planned))
    rng.shuffle(planned)
    planned.sort(key=lambda each: each is not None and each.needs is Needs.TIMER)  # there must be timers by then
    return planned


async def outbox_sent(audit: Audit) -> dict[OutboxState, int]:
    """The states of the outbox once nothing in it is on its way; what they are where that takes too long."""
    counts: dict[OutboxState, int] = {}
    for _ in range(int(OUTBOX_QUIET_S / 0.1)):
        counts = audit.outbox()
        if not counts.keys() & {OutboxState.READY, OutboxState.SENDING}:
            break
        await asyncio.sleep(0.1)
    return counts


async def killed_under_load(driver: Driver, kills: Sequence[Failpoint | None]) -> Audit:
    """Kills and restarts, comparing after each; then quiet, an orderly end, and the whole comparison."""
    audit = Audit(driver)
    await driver.open()
    for failpoint in kills:
        if failpoint is not None:
            await driver.strike(failpoint)
        else:
            await driver.start()
            driver.talk()
            await asyncio.sleep(driver.rng.uniform(LOAD_MIN_S, LOAD_MAX_S))
            await driver.kill()
            if driver.rng.random() < UNREADY_SHARE:
                await driver.stumble()
        audit.read()
    await driver.start()
    await driver.settle()
    counts = await outbox_sent(audit)
    assert await driver.stop() == 0, driver.errors()
    audit.read()
    audit.complete()
    final = {OutboxState.SENT, OutboxState.DELIVERED} if driver.role is Role.CENTRE else {OutboxState.SENT}
    assert counts.keys() == final, f"replies that were not sent: {counts}"
    assert audit.awaited() == 0, "a receipt was acknowledged and lost"
    faults = examine(driver.database, set(collect()), horizon_ms=DAY_MS, outbox_keep_ms=DAY_MS)
    assert [str(fault) for fault in faults] == []
    return audit


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Lines to be shown although pytest captures: what the figures of a long run are."""
    lines: list[str] = []
    yield lines
    with capfd.disabled():
        print("", *lines, sep="\n  ")


@pytest.mark.parametrize("role", list(Role))
async def test_kill(role: Role, tmp_path: Path, said: list[str]) -> None:
    """SIGKILL at each failpoint and at random: nothing acknowledged is lost, no effect twice, ready within 2 s."""
    rng = random.Random(f"{SEED}/{role.value}")
    await kill_and_compare(Driver(role, tmp_path, rng), plan(role, rng), said)


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with very many subscribers, imported from a table once."""
    folder = tmp_path_factory.mktemp("population")
    table, config = folder / "table.csv", folder / "gateway.toml"
    with table.open("w") as file:
        file.write("msisdn,person,region,tariff,balance\n")
        file.writelines(f"{79_020_000_000 + n},P{n},moscow,1,100.00\n" for n in range(POPULATION))
    config.write_text(f'[store]\nurl = "sqlite:///{folder}/gateway.db"\n[operator]\nsecret_file = "{folder}/secret"\n')
    command = [sys.executable, "-m", "gateway", "subscribers", "import", str(table), "--config", str(config)]
    subprocess.run(command, check=True, capture_output=True)
    table.unlink()
    return folder / "gateway.db"


@pytest.mark.skipif(not POPULATION, reason="USSDGW_POPULATION is not set: `make crash` has a million")
@pytest.mark.parametrize("role", list(Role))
async def test_kill_with_a_population(
    role: Role, tmp_path: Path, said: list[str], request: pytest.FixtureRequest
) -> None:
    """A gateway that knows very many subscribers is ready again in the same time."""
    population: Path = request.getfixturevalue("population")
    said.append(f"{POPULATION:,} subscribers, {population.stat().st_size >> 20} MiB")
    driver = Driver(role, tmp_path, random.Random(f"{SEED}/{role.value}/population"), population)
    await kill_and_compare(driver, [None] * POPULATED_KILLS, said)


async def kill_and_compare(driver: Driver, kills: Sequence[Failpoint | None], said: list[str]) -> None:
    try:
        audit = await killed_under_load(driver, kills)
    finally:
        await driver.close()
        said += figures(driver)
    said.append(
        f"redeliveries recognised: {audit.recognised}; answers that came again: {driver.told_again}; "
        f"replies in doubt after a kill: at most {audit.uncertain_max}"
    )
    assert driver.faults == []
    assert Counter(driver.struck_at) == Counter(each.name for each in kills if each is not None)
    assert audit.recognised > 0, "no acknowledgement was lost: this load proves nothing"
    assert max(own_s(driver)) <= READY_MAX_S


def own_s(driver: Driver) -> list[float]:
    """Times from exec to bound without what the gateway waited for a processor: other programs are not its fault."""
    return [ready_s - waited_s for ready_s, waited_s in zip(driver.ready_s, driver.waited_s, strict=True)]


def figures(driver: Driver) -> Iterator[str]:
    """What a run measured."""
    yield (
        f"driver as {driver.role.value}, USSDGW_SEED={SEED}: {max(0, len(driver.ready_s) - 1)} kills under load, "
        f"{driver.unready_kills} while coming up, {len(driver.struck_at)} of all at {len(set(driver.struck_at))} "
        f"failpoints; {len(driver.orders)} commands, {driver.resent} sent again"
    )
    if driver.ready_s:
        yield (
            f"from exec to bound: median {statistics.median(driver.ready_s):.2f} s, "
            f"at most {max(driver.ready_s):.2f} s, {max(own_s(driver)):.2f} s without waits for a processor"
        )
