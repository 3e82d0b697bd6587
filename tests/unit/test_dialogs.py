"""Dialogs in the engine: a step is written with its effect or not at all, and forgotten when nobody goes on with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import config
from gateway.clock import VirtualClock
from gateway.engine.dialogs import Dialogs
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Decided, Tools
from gateway.menus import MenuTree
from gateway.messages import DialogGone, DialogOrigin, Inbound, OutboxState, Outgoing
from gateway.model import Channel, Dialog, Instant, Msisdn
from gateway.rooms import Rooms
from gateway.screens import Size
from gateway.store.memory import MemoryStore
from gateway.store.protocol import OutboxRow, StoreError, WriteBatch
from smpp.ussd import OutKind

ROOMS = Rooms(config.load(), secret=b"k" * 32)
NUMBER = Msisdn("79161234567")
START = Instant(1_773_133_200_000)
OFFER = "Прошлый раз прервался"


class World:
    """Delivery, acknowledgements and log of an engine, on paper."""

    def __init__(self) -> None:
        self.shown: list[Outgoing] = []
        self.faults: list[str] = []
        self.on_the_way: set[int] = set()
        self._placed: dict[int, Outgoing] = {}

    def place(self, row: OutboxRow, outgoing: Outgoing) -> OutboxState:
        self._placed[row.id] = outgoing
        return OutboxState.SENDING

    def dispatch(self, rows: Iterable[int]) -> None:
        self.shown.extend(self._placed.pop(row) for row in rows)

    def release(self, rows: Iterable[int]) -> None: ...
    def wait(self, row: OutboxRow, outgoing: Outgoing) -> None: ...
    def flush(self) -> None: ...
    def busy(self, inbound: Inbound) -> None: ...
    def acknowledge(self, inbound: Inbound, number: int) -> None: ...
    def batch_failed(self, facts: int, error: StoreError) -> None: ...
    def own_fault(self, number: int, command: str, fault: str) -> None: ...
    def wrote(self, facts: object, decided: object, took_s: float) -> None: ...
    def receipts(self, came: object, orphaned: object) -> None: ...

    def on_its_way(self, row: int) -> bool:
        return row in self.on_the_way

    def decided(self, each: Decided, took_ms: float) -> None:
        self.faults += [each.decision.fault] if each.decision.fault else []


class Store(MemoryStore):
    fails = False

    async def write(self, batch: WriteBatch) -> None:
        if self.fails:
            raise StoreError("full", temporary=True)
        await super().write(batch)


class Town:
    """An engine with one subscriber, who talks to it step by step."""

    def __init__(self, dialect: str = "spec") -> None:
        self.dialect = dialect
        self.store, self.world, self.clock = Store(), World(), VirtualClock(START)
        self.sequence_number = 0
        self.engine = self.new_engine()

    def new_engine(self) -> Engine:
        tools = Tools(
            self.store, ROOMS.dispatcher, ROOMS.surroundings, ROOMS.writer, self.world, self.clock, True,
            talk=ROOMS.talk, dialects=ROOMS.dialects, dialogs=Dialogs(),
        )  # fmt: skip
        return Engine(FactQueue(100), tools, self.world, self.world, EngineSettings())

    async def say(self, text: str, *, answer: bool = False, at: int = 0) -> str:
        self.sequence_number += 1
        origin = DialogOrigin(self.dialect, b"\x12\x34", "111", answer)
        mark = self.sequence_number.to_bytes(16, "big")
        fact = Inbound(
            Channel.USSD, NUMBER, "111", text, Instant(self.clock.now() + at), 1, "l", 5, self.sequence_number, mark,
            origin,
        )  # fmt: skip
        self.engine.queue.post(fact)
        self.world.shown.clear()
        await self.engine.step()
        return self.world.shown[0].text if self.world.shown else ""

    async def answer_after(self, lasts_ms: float) -> str:
        self.clock.advance(int(lasts_ms))
        return await self.say("x", answer=True)

    async def restarted(self) -> None:
        await self.store.close()
        self.engine = self.new_engine()
        await self.engine.start()


@pytest.fixture
async def town() -> Town:
    built = Town()
    await built.engine.start()
    return built


async def test_a_step_that_was_not_written_did_not_happen(town: Town) -> None:
    """The disk is full: the dialog is where it was, in memory and on the disk, and the step can be made again."""
    await town.say("*111*1#")
    before = await town.store.dialogs()
    town.store.fails = True
    await town.say("4", answer=True)
    town.store.fails = False
    again = await town.say("4", answer=True)

    assert [dialog.path for dialog in before] == ["*111*1"]
    assert again.startswith("Пополнение")
    assert [dialog.path for dialog in await town.store.dialogs()] == ["*111*1*4"]


async def test_a_dialog_is_known_after_a_restart(town: Town) -> None:
    """A new process begins with the dialogs of the store, with what was typed in them."""
    await town.say("*111*7#")
    await town.say("9161234568", answer=True)
    await town.restarted()

    assert (await town.say("0", answer=True)).startswith("Введите: номер телефона")


async def test_steps_of_one_batch_follow_each_other(town: Town) -> None:
    """Two messages in one transaction: the second finds the dialog where the first has left it."""
    for text, answer in (("*111*1#", False), ("4", True)):
        origin = DialogOrigin("spec", b"\x12\x34", "111", answer)
        town.sequence_number += 1
        mark = town.sequence_number.to_bytes(16, "big")
        town.engine.queue.post(
            Inbound(Channel.USSD, NUMBER, "111", text, START, 1, "l", 5, town.sequence_number, mark, origin)
        )
    await town.engine.step()

    assert [each.text.split("\n")[0] for each in town.world.shown] == ["Деньги", "Пополнение"]


async def test_an_answer_older_than_its_screen(town: Town) -> None:
    """What was received before the screen was made was typed at the one before it: acknowledged, and no step."""
    await town.say("*111*1#")
    town.clock.advance(1000)
    await town.say("4", answer=True)
    early = await town.say("1", answer=True, at=-500)
    after = await town.say("0", answer=True)

    assert early == ""
    assert after.startswith("Деньги")


async def test_an_answer_to_a_screen_that_is_on_its_way(town: Town) -> None:
    """The same while the centre has not accepted the screen."""
    await town.say("*111*1#")
    (dialog,) = await town.store.dialogs()
    town.world.on_the_way.add(dialog.row)
    early = await town.say("1", answer=True)
    town.world.on_the_way.clear()

    assert early == ""
    assert (await town.say("1", answer=True)).startswith("Баланс:")


async def test_the_centre_s_time_is_the_dialect_s(town: Town) -> None:
    """A screen is worth as long as the centre waits for it; the size of the screen is the dialect's too."""
    await town.say("*111#")
    (screen,) = town.world.shown

    assert screen.expires_at - START == ROOMS.dialects["spec"].application_s * 1000
    assert screen.dialog is not None
    assert screen.dialog.act is OutKind.CONTINUE


async def test_a_dialog_lasts_so_long_at_most(town: Town) -> None:
    """However quickly each screen is answered, past the centre's time for all of them the next answer is too late."""
    dialect = ROOMS.dialects["spec"]
    await town.say("*111*1#")
    screens = []
    for _ in range(int(dialect.total_s / 100) + 1):
        town.clock.advance(100_000)
        screens.append(await town.say("x", answer=True))

    assert dialect.subscriber_s > 100
    assert all(screen.startswith("Не то") for screen in screens[:-1])
    assert screens[-1].startswith("Прошлый раз прервался")


@pytest.mark.parametrize("name", [name for name, dialect in ROOMS.dialects.items() if dialect.questions])
async def test_timers_of_each_dialect(name: str) -> None:
    """How long a centre waits for us, for the subscriber, and for a whole dialog: each dialect's own time counts."""
    dialect, town = ROOMS.dialects[name], Town(name)
    await town.engine.start()
    await town.say("*111*1#")
    (screen,) = town.world.shown
    await in_time(town, dialect.subscriber_s)
    late_by_one = await town.answer_after(dialect.subscriber_s * 1000 + 1)
    await town.say("2", answer=True)
    spent_s = 0.0
    while spent_s + dialect.subscriber_s <= dialect.total_s:
        spent_s += dialect.subscriber_s
        assert not (await in_time(town, dialect.subscriber_s)).startswith(OFFER)
    late_by_all = await town.answer_after((dialect.total_s - spent_s) * 1000 + 1)

    assert screen.expires_at - START == dialect.application_s * 1000
    assert late_by_one.startswith(OFFER)
    assert late_by_all.startswith(OFFER)


async def in_time(town: Town, lasts_s: float) -> str:
    """A wrong answer at the last moment, which leaves everything where it is."""
    return await town.answer_after(lasts_s * 1000)


async def test_a_dialect_without_questions(town: Town) -> None:
    """Where a screen cannot wait, *111# is the list of codes, and a question shows its code."""
    town.dialect = "one-shot"
    menu = await town.say("*111#")
    question = await town.say("*111*8111*1*12#")

    assert menu.startswith("*1")
    assert "ДА" in question
    assert await town.store.dialogs() == []


async def test_old_dialogs_are_forgotten(town: Town) -> None:
    """After the time in which one is offered again nobody can go on with it: the next change sweeps it out."""
    await town.say("*111*7#")
    town.engine.queue.post(DialogGone(NUMBER, b"", town.clock.now()))
    await town.engine.step()
    (interrupted,) = await town.store.dialogs()
    other = msgspec.structs.replace(interrupted, msisdn=Msisdn("79160000001"))
    await town.store.write(WriteBatch(dialogs=[other]))
    await town.restarted()
    town.clock.advance(ROOMS.talk.resume_ms + 1000)
    await town.say("*111*1#")

    assert [(dialog.msisdn, dialog.path) for dialog in await town.store.dialogs()] == [(NUMBER, "*111*1")]


def test_dialogs_in_memory_are_in_the_order_of_their_screens() -> None:
    """What was shown longest ago comes first, whatever was written last."""
    dialogs = Dialogs()
    one, other = (Dialog(Msisdn(f"7916000000{n}"), b"", START, Instant(START + n)) for n in (1, 2))
    later = msgspec.structs.replace(one, shown_at=Instant(START + 3))
    dialogs.restore([one, other], Instant(START + 9))
    dialogs.written({(one.msisdn, b""): later}, [])

    assert list(dialogs.older(START + 3)) == [(other.msisdn, b"")]
    assert len(dialogs) == 2


def test_dialogs_above_the_limit_go() -> None:
    """Memory is bounded: above the limit the ones shown longest ago are swept out."""
    dialogs = Dialogs(dialogs_max=2)
    kept = [Dialog(Msisdn(f"7916000000{n}"), b"", START, Instant(START + n)) for n in range(4)]
    dialogs.restore(kept, Instant(START + 9))

    assert list(dialogs.older(0)) == [(each.msisdn, b"") for each in kept[:2]]


async def test_what_a_code_lacks_is_asked_on_a_screen(town: Town) -> None:
    """The text of a message is asked for, after a restart too; 0 leaves it, and nothing is sent."""
    asked = await town.say("*111*160*7*9161234568#")
    await town.restarted()
    await town.say("0", answer=True)
    again = await town.say("*111*160*7*9161234568#")
    question = await town.say("Привет", answer=True)

    assert asked.startswith("Введите: текст")
    assert asked == again
    assert question.startswith("Сообщение на +79161234568")


async def test_an_empty_text_is_asked_again(town: Town) -> None:
    """Nothing typed is no text: the screen says so and stays, and nothing is sent."""
    await town.say("*111*160*7*9161234568#")
    again = await town.say("  ", answer=True)

    assert again == "Пусто. Введите: текст\n0 назад"
    assert (await town.say("Привет", answer=True)).startswith("Сообщение на +79161234568")


async def test_a_secret_typed_on_a_screen_is_kept_nowhere(town: Town) -> None:
    """A password that a screen has asked for is in no dialog and in no line of the journal."""
    await town.say("*111*25*3*583158*583158#")
    await town.engine.settle()
    assert (await town.say("*111*157*2#")).startswith("Введите: пароль")
    await town.say("583158", answer=True)
    await town.engine.settle()
    lines = [str(row) for row in await town.store.journal(0, 100)]

    assert "block.lift" in lines[-1]
    assert [line for line in lines if "583158" in line] == []
    assert await town.store.dialogs() == []


async def test_a_bug_in_a_menu_costs_its_own_message_only(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception in the dialog machine is an apology with a reference; the engine and the next message go on."""

    def broken(*_: object) -> None:
        raise RuntimeError("broken menu")

    with monkeypatch.context() as patch:
        patch.setattr(MenuTree, "show", broken)
        apology = await town.say("*111*1#")

    assert apology.startswith("У нас сбой.")
    assert "broken menu" in town.world.faults[0]
    assert (await town.say("*111*1#")).startswith("Деньги")


@given(
    typed=st.lists(
        st.one_of(
            st.sampled_from([*"0123456789", "00", "12", "9161234568", "50", "*111*3#", "*100#"]), st.text(max_size=20)
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_answers_end_in_screens(typed: list[str]) -> None:
    """Whatever is typed, in whatever order: a screen that fits comes back, and never a fault."""

    async def talk() -> None:
        town = Town()
        await town.engine.start()
        await town.say("*111#")
        for text in typed:
            town.clock.advance(1000)
            screen = await town.say(text, answer=True)
            assert Size().holds(screen), screen
            assert screen
        assert town.world.faults == []

    asyncio.run(talk())


async def test_a_question_without_room_for_its_answers(town: Town) -> None:
    """Regression: where a question filled the screen the answers were on another one, and nothing said so."""
    await town.say("*111*8111*1*10#")
    await town.say("1", answer=True)
    first = await town.say("*111*8111*2*10#")
    second = await town.say("9", answer=True)

    assert first.endswith("не вернётся.\n9 ещё")
    assert second == "1 да 2 нет 0 назад"
