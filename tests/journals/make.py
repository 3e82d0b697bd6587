"""Makes fixtures/journals again: `make journals`. A few seconds; no network.

Each journal is a short story, told to the engine on a virtual clock with a database of its own, and exported from it.
Beside it lies the catalogue that it names, and in digests.toml what it comes to.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bench.subjects import choose_codes
from gateway.clock import VirtualClock
from gateway.config import Settings
from gateway.engine.queue import FactQueue
from gateway.messages import DialogGone, DialogOrigin, Imported, ImportRow, Inbound, Reloaded
from gateway.model import DAY_MS, Channel, Instant, Language, Money, Msisdn, Pending, PersonId, PersonKind, TariffId
from gateway.replay.command import SECRET
from gateway.replay.journal_command import rooms_by_content
from gateway.replay.journal_files import read_database, write_journal
from gateway.replay.journalled import JournalReplay
from gateway.replay.ordered import Decisions, OrderedEngine
from gateway.replay.recorded_command import other_catalogue
from gateway.rooms import Rooms
from gateway.store.protocol import Wanted
from gateway.store.sqlite import SqliteStore

JOURNALS = Path(__file__).parents[2] / "fixtures" / "journals"
DIGESTS = JOURNALS / "digests.toml"
BEGIN = Instant(1_773_133_200_000)  # 10 March 2026, 09:00 UTC
ANN, BOB, CAT = Msisdn("79161234567"), Msisdn("79162345678"), Msisdn("79163456789")
TONE = 'en = "Ringback tone" }\nprice_minor = '
MADE_BY = "make journals"


@dataclass(slots=True)
class Story:
    """What people say, one after the other."""

    rooms: Rooms
    store: SqliteStore
    clock: VirtualClock
    ordered: OrderedEngine
    said: int = 0

    async def post(self, fact: Inbound | DialogGone | Imported | Reloaded) -> None:
        self.ordered.queue.post(fact)
        await self.ordered.settle()

    async def say(self, number: Msisdn, text: str, *, screen: bool = False, answer: bool = False) -> None:
        """Five seconds after what was said before; `{code}` is that of the question asked last."""
        await self.later(5_000)
        if "{code}" in text:
            text = text.format(code=self.rooms.derive_code((await self.asked(number))[-1].code))
        self.said += 1
        dialed = screen or answer or text.startswith(("*", "#"))
        origin = DialogOrigin("spec", answer=answer) if dialed else None
        channel = Channel.USSD if dialed else Channel.SMS
        fingerprint = self.said.to_bytes(16, "big")
        await self.post(
            Inbound(channel, number, "111", text, self.clock.now(), 1, "phones", 4, self.said, fingerprint, origin)
        )

    async def asked(self, number: Msisdn) -> tuple[Pending, ...]:
        """The questions that wait for an answer of that number."""
        return (await self.store.load(Wanted({number}))).subscribers[number].pendings

    async def gone(self, number: Msisdn) -> None:
        """Hangs up."""
        await self.post(DialogGone(number, b"", self.clock.now()))

    async def later(self, milliseconds: int) -> None:
        await self.ordered.settle(Instant(self.clock.now() + milliseconds))

    async def reload(self, rooms: Rooms) -> None:
        """Another state of the operator's data decides from here on."""
        await self.post(Reloaded(rooms.digest, self.clock.now(), content=rooms.content))
        self.rooms = rooms
        self.ordered.engine.tools = self.ordered.engine.tools.with_core(rooms.core)


@asynccontextmanager
async def story(rooms: Rooms, database: Path) -> AsyncIterator[Story]:
    store, clock = SqliteStore(database), VirtualClock(BEGIN)
    decisions = Decisions()

    async def no_password(secret: str, salt: bytes) -> str:
        return f"{salt.hex()}/{secret}"

    ordered = OrderedEngine(rooms, store, clock, decisions, decisions, slow_hash=no_password, queue=FactQueue(64))
    await ordered.engine.start()
    told = Story(rooms, store, clock, ordered)
    await told.reload(rooms)
    rows = tuple(
        ImportRow(number, PersonId(owner), PersonKind.PRIVATE, "moscow", TariffId(tariff), Money(balance), language)
        for number, owner, tariff, balance, language in (
            (ANN, "P1001", 1, 1_500_00, Language.RU), (BOB, "P1001", 2, 300_00, None),
            (CAT, "P1002", 2, 100_00, Language.BG),
        )
    )  # fmt: skip
    await told.post(Imported("subscribers.csv", clock.now(), rows))
    try:
        yield told
    finally:
        await store.close()
    assert not decisions.faults, decisions.faults


async def functions(told: Story) -> None:
    """The first code of every command, dialled by somebody who can pay; one in four comes by SMS from somebody else."""
    for index, code in enumerate(choose_codes(told.rooms.catalogue)):
        await told.say(ANN, code)
        if index % 4 == 0:
            await told.say(BOB, code.replace("*", "x"))  # nobody can read it
    for text in ("БАЛАНС", "ЯЗЫК", "УСЛУГИ", "НОМЕРА", "БОНУС", "ПОМОЩЬ", "BALANCE", "спасибо"):
        await told.say(CAT, text)
    await told.later(2 * DAY_MS)


async def dialogs(told: Story) -> None:
    """Menus walked down and back, a question answered at the screen, hanging up and going on."""
    for answers in ("4", "4 1", "1 1", "2 1 1", "9 0", "3 0 4 2", "нет", "5 1 1"):
        await told.say(ANN, "*111#")
        for answer in answers.split():
            await told.say(ANN, answer, answer=True)
        await told.gone(ANN)
    await told.say(ANN, "*111*8111*1*12#")
    await told.say(ANN, "1", answer=True)
    await told.say(BOB, "*111*8111*1*12#")
    await told.say(BOB, "0", answer=True)
    await told.say(BOB, "*111*8111*1*12#")
    await told.say(BOB, "7", answer=True)
    await told.gone(BOB)
    await told.say(BOB, "*111#")
    await told.say(BOB, "1", answer=True)


async def money(told: Story) -> None:
    """Transfers, paid services and what is due for them, a price that changes between question and answer."""
    await told.say(ANN, f"*112*{BOB}*50#")
    await told.say(ANN, "*112*{code}#")
    await told.say(ANN, f"ПЕРЕВОД {CAT} 10")
    await told.say(ANN, "КОД {code}")
    await told.say(ANN, "ПОДКЛЮЧИТЬ 12")
    await told.say(ANN, "КОД {code}")
    await told.say(BOB, "ПОДКЛЮЧИТЬ 12")
    await told.reload(dearer(told.rooms))
    await told.say(BOB, "КОД {code}")
    await told.say(BOB, "КОД {code}")
    await told.say(ANN, "ПЕРЕВОД 79162345678 5")
    await told.say(ANN, "КОД 0000")
    for number in (ANN, BOB, CAT):
        for text in ("*111*8111*1*35#", "*111*8111*1*5#", "*111*123*1*50#", "*111*59*3*3#"):
            await told.say(number, text)
            if await told.asked(number):
                await told.say(number, "*111*97*{code}#")
    for _ in range(5):
        await told.later(10 * DAY_MS)
        for number in (ANN, BOB, CAT):
            await told.say(number, "БАЛАНС")


STORIES: Mapping[str, Callable[[Story], Awaitable[None]]] = {
    "functions": functions, "dialogs": dialogs, "money": money,
}  # fmt: skip


def dearer(rooms: Rooms) -> Rooms:
    """The same catalogue with a dearer ringback tone."""
    products = resources.files("gateway.catalogue").joinpath("products.toml").read_text(encoding="utf-8")
    assert products.count(f"{TONE}5000\n") == 1
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "products.toml").write_text(products.replace(f"{TONE}5000\n", f"{TONE}6000\n"), encoding="utf-8")
        return Rooms(other_catalogue(Settings(), Path(name)), SECRET)


async def told(name: str, rooms: Rooms, database: Path) -> None:
    async with story(rooms, database) as one:
        await STORIES[name](one)


def main() -> None:
    for old in (*JOURNALS.glob("*.content"), *JOURNALS.glob("*.jsonl.zst")):
        old.unlink()
    rooms, lines = Rooms(Settings(), SECRET), ["# What each journal comes to; docs/recordings.md says what of.\n"]
    for name in STORIES:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "gateway.db"
            asyncio.run(told(name, rooms, database))
            journal = read_database(database)
        write_journal(journal, JOURNALS / f"{name}.jsonl.zst", MADE_BY)
        found = JournalReplay(journal, rooms, rooms_by_content(Settings(), SECRET)).run()
        if found.differences or found.faults:
            sys.exit(f"{name}: {found.differences} {found.faults}")
        lines.append(f'{name} = {{ outcomes = "{found.digests.outcomes}", state = "{found.digests.state}" }}\n')
        print(f"{name}: {found.entries} entries, {found.digests}, left out: {dict(found.left_out)}")
    DIGESTS.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
