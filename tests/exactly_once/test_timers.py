"""Every kind of timer fires exactly once: through kills before and after its commit, and through clocks that jump."""

from __future__ import annotations

import ast
import asyncio
import importlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

from gateway import config
from gateway.app import Rooms
from gateway.clock import VirtualClock
from gateway.engine.journal import TimerEntry, body_of
from gateway.model import DAY_MS, HOUR_MS, Channel, Instant, Msisdn
from gateway.replay.population import population
from gateway.replay.runner import START
from gateway.replay.steps import PushStep
from gateway.store.protocol import TimerRow, WriteBatch
from gateway.store.sqlite import SqliteStore
from tests.properties.town import Town, Typed

GATEWAY = Path(__file__).parents[2] / "gateway"
T = TypeVar("T")
ENDLESS = 10**9
HORIZON_MS = 33 * DAY_MS
TEN_YEARS_MS = 3652 * DAY_MS
ANNA, BEN, CAT, EVE, FIRM, DAN, IDA, KIM, LEO, MAX = (Msisdn(f"7916123000{digit}") for digit in range(10))

PEOPLE = "".join(
    f"given {number} lang=ru balance={balance}.00 {more}\n"
    for number, balance, more in (
        (ANNA, 1500, "tariff=2"), (BEN, 700, ""), (CAT, 300, ""), (EVE, 200, "points=50"), (FIRM, 900, "kind=company"),
        (DAN, 100, ""), (IDA, 100, ""), (KIM, 400, "services=12"), (LEO, 500, ""), (MAX, 50, ""),
    )
)  # fmt: skip


class Kind(NamedTuple):
    """Who types what so that a timer of that kind waits: each line is dialled, or sent to 111."""

    msisdn: Msisdn
    typed: tuple[str, ...]
    key: str
    """How the keys of its timers begin."""


KINDS = {
    "tariff.renew": Kind(ANNA, (), f"fee/{ANNA}"),
    "services.renew": Kind(BEN, ("*111*8111*1*12#", "ДА {otp}"), f"service/{BEN}/12"),
    "melody.renew": Kind(KIM, ("*111*221*3*6#", "ДА {otp}"), f"melody/{KIM}"),
    "locator.package_renew": Kind(LEO, ("*111*6677*9*1#", "ДА {otp}"), f"locator/{LEO}"),
    "promised.repay": Kind(MAX, ("*111*123*20#", "ДА {otp}"), f"promised/{MAX}"),
    "autopay.crossed": Kind(DAN, ("*111*114*1*300*100#", "ДА {otp}"), f"autopay/{DAN}/now"),
    "autopay.due": Kind(CAT, ("*111*114*3*31*100#", "ДА {otp}"), f"autopay/{CAT}"),
    "bill.due": Kind(FIRM, ("*111*117*3*31*500#", "ДА {otp}"), f"bill/{FIRM}"),
    "regular.due": Kind(CAT, (f"*114*{BEN}*3*50#", "ДА {otp}"), f"regular/{CAT}/{BEN}"),
    "bonus.earn": Kind(EVE, ("*111*455*1#",), f"bonus/earn/{EVE}"),
    "bonus.burn": Kind(EVE, (), f"bonus/burn/{EVE}"),
    "block.charge": Kind(IDA, ("*111*157#",), f"block/{IDA}"),
    "confirm.expire": Kind(BEN, (f"*111*7788*1*{CAT}#",), f"consent/{CAT}"),
    "push.over": Kind(DAN, (), "push:"),
    "application.over": Kind(DAN, (), "application:"),
}
"""Every kind of timer of the model, by the command that it runs."""

APPLICATION_OVER = TimerRow(
    "application:s1", Instant(START + HOUR_MS), "application.over", DAN,
    (("application", "weather"), ("service_code", "*384#"), ("session_s", 60), ("session", "s1")),
)  # fmt: skip


def set_off() -> Iterator[str]:
    """The commands that the code gives to timers, and to watches, whose crossing is one."""
    for path in sorted((*GATEWAY.glob("handlers/*.py"), *GATEWAY.glob("rules/*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = importlib.import_module(f"gateway.{path.parent.name}.{path.stem}")
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if place := {"Timer": 2, "Watch": 1}.get(node.func.id):
                named = {each.arg: each.value for each in node.keywords}
                yield _command(node.args[place] if len(node.args) > place else named["command"], module)


def _command(value: ast.expr, module: object) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    assert isinstance(value, ast.Attribute)
    assert isinstance(value.value, ast.Name)
    return str(getattr(getattr(module, value.value.id), value.attr))


def test_every_kind_of_timer_is_in_the_table() -> None:
    """A new one fails here until it has a row, and a row whose kind is gone fails too."""
    assert sorted(set(set_off())) == sorted(KINDS)


class Killed(BaseException):
    """The process ends here."""


class Unsynced(sqlite3.Connection):
    """Does not wait for the disk: what ends here is the process, not the power."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), *arguments)


class MortalStore(SqliteStore):
    """Ends the process around the write that `dies` names: before it, or when it is committed."""

    dies = ""

    def __init__(self, path: Path) -> None:
        super().__init__(path, connect=partial(sqlite3.connect, factory=Unsynced))

    async def write(self, batch: WriteBatch) -> None:
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Killed
        await super().write(batch)
        if dies == "after":
            raise Killed


class SetClock(VirtualClock):
    """An operator's hand is on it."""

    def set(self, at: int) -> None:
        self._now = Instant(at)


class Village(Town):
    """Ten people whose timers wait in a file; killed and started anew, its clock set, as a test wishes."""

    def __init__(self, path: Path) -> None:
        rooms = Rooms(config.load(), secret=b"k" * 32)
        products = rooms.surroundings.products
        soon = replace(products, bonus=replace(products.bonus, lasts_days=20))
        rooms.surroundings = replace(rooms.surroundings, products=soon)
        super().__init__(rooms, PEOPLE, MortalStore(path))
        self.path = path
        self.clock = self._clock = SetClock(START)
        self._engine = self._new_engine()

    async def arm(self) -> None:
        """Everybody types what makes his timers wait."""
        surroundings = self._rooms.surroundings
        await self.store.open()
        await self.store.write(population(self._transcript, surroundings.products, surroundings.operator, START))
        await self.restart()
        for name, kind in KINDS.items():
            for text in kind.typed:
                channel = Channel.USSD if text.endswith("#") else Channel.SMS
                await self.types(Typed(kind.msisdn, channel, text))
            if name == "push.over":
                await self.push(PushStep(1, kind.msisdn, code="*111*1#"), "")
        await self.store.write(WriteBatch(timers=[APPLICATION_OVER]))

    async def restart(self) -> None:
        """A new process: another engine over the same file."""
        await self.store.close()
        self._store = MortalStore(self.path)
        self._engine = self._new_engine()
        await self._engine.start()

    @property
    def store(self) -> MortalStore:
        assert isinstance(self._store, MortalStore)
        return self._store

    async def due(self) -> Instant | None:
        """When the next timer is due, of those that wait or are tried outside."""
        return self._next_due()

    async def due_now(self) -> list[TimerRow]:
        return await self.store.timers_due(self.clock.now(), ENDLESS)

    async def fire(self, dies: str = "") -> None:
        """Runs what is due now; the process ends around the first write of that, and comes back."""
        self.store.dies = dies
        try:
            await self._engine.fire_timers()
            await self._settle()
        except Killed:
            await self.restart()
        else:
            assert not dies, "nothing was written"

    async def outcome(self) -> Outcome:
        rows = [(row.at, body_of(row)) for row in await self.store.journal(0, ENDLESS) if row.kind == "timer"]
        fired = Counter((body.command, body.key, at) for at, body in rows if isinstance(body, TimerEntry))
        entries = [(row.entry.account, row.entry.kind, row.entry.amount) for row in await self.store.ledger(0, ENDLESS)]
        return Outcome(fired, Counter(entries), sorted(self.notes.faults))


class Outcome(NamedTuple):
    """What has fired, by command, key and time; what was moved, by account, kind and sum; what has failed."""

    fired: Counter[tuple[str, str, Instant]]
    moved: Counter[tuple[str, str, int]]
    faults: list[str]


async def lived(village: Village, *, kills: bool = False, jump_ms: int = 0, lasts_ms: int = HORIZON_MS) -> Outcome:
    """What happens in a village from START on.

    `kills`: the process dies before and after the commit of each kind that fires for the first time. `jump_ms`: the
    clock is set so far past each time that something is due, and set right again, while the gateway runs.
    """
    met: set[str] = set()
    await village.restart()
    while (due := await village.due()) is not None and due <= START + lasts_ms:
        right = max(due, village.clock.now())
        village.clock.set(right + jump_ms)
        commands = {each.command for each in await village.due_now()}
        new, met = commands - met, met | commands
        for dies in ("before", "after") if kills and new else ():
            await village.fire(dies)
        await village.fire()
        if jump_ms:
            village.clock.set(right)
            await village.fire()
    return await village.outcome()


async def closed_after(village: Village, story: Awaitable[T]) -> T:
    try:
        return await story
    finally:
        await village.store.close()


@pytest.fixture(scope="module")
def armed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a village whose timers wait."""
    path = tmp_path_factory.mktemp("village") / "armed.db"
    village = Village(path)
    asyncio.run(closed_after(village, village.arm()))
    return path


@pytest.fixture(scope="module")
def live(armed: Path) -> Callable[..., Outcome]:
    """33 days of that village, disturbed or not; each story once."""

    @cache
    def story(**disturbed: int) -> Outcome:
        path = armed.with_name("-".join(("copy", *disturbed)))
        shutil.copy(armed, path)
        village = Village(path)
        return asyncio.run(closed_after(village, lived(village, **disturbed)))

    return story


def of(outcome: Outcome, name: str) -> dict[tuple[str, Instant], int]:
    """How often each timer of a kind has fired, by key and time."""
    return {(key, at): count for (command, key, at), count in outcome.fired.items() if command == name}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_fires(name: str, live: Callable[..., Outcome]) -> None:
    """Undisturbed, the timers of the table fire, each once, without a fault."""
    fired = of(live(), name)

    assert [key for key, _ in fired if key.startswith(KINDS[name].key)], fired
    assert {1} == set(fired.values())
    assert [] == live().faults


@pytest.mark.parametrize("disturbed", [{"kills": True}, {"jump_ms": HOUR_MS}], ids=["kills", "an-hour"])
@pytest.mark.parametrize("name", KINDS)
def test_each_kind_fires_once(name: str, disturbed: dict[str, int], live: Callable[..., Outcome]) -> None:
    """Killed before its commit and after it, or met by a clock that was set on by an hour and back: each timer has
    fired at the times of an undisturbed life, and once at each."""
    assert of(live(), name) == of(live(**disturbed), name)


@pytest.mark.parametrize("disturbed", [{"kills": True}, {"jump_ms": HOUR_MS}], ids=["kills", "an-hour"])
def test_money_moves_as_in_an_undisturbed_life(disturbed: dict[str, int], live: Callable[..., Outcome]) -> None:
    """The same entries, sum by sum, and no fault."""
    assert live().moved == live(**disturbed).moved
    assert [] == live(**disturbed).faults


@pytest.mark.parametrize("name", KINDS)
def test_ten_years_at_once(name: str, live: Callable[..., Outcome]) -> None:
    """A clock that says ten years later and is set right again: what was due in them fires, each time once, and not
    again when its time really comes."""
    fired = of(live(jump_ms=TEN_YEARS_MS), name)

    assert of(live(), name).keys() & fired.keys()
    assert {1} == set(fired.values())
