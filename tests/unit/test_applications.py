"""Codes of applications outside: how answers are read, what the plan refuses, and what a dialog does meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from gateway import config
from gateway.catalogue.faults import CatalogueError
from gateway.config import ConfigError
from gateway.delivery.application_answers import Said, read_fields, read_json
from gateway.delivery.applications import Breaker
from gateway.engine.dialogs import Dialogs
from gateway.engine.engine import Engine, EngineSettings
from gateway.engine.queue import FactQueue
from gateway.engine.tools import Tools
from gateway.messages import EffectResult, Outgoing
from gateway.model import Channel
from gateway.rooms import Rooms
from gateway.store.protocol import EffectRow
from smpp.ussd import OutKind
from tests.unit.test_dialogs import Town


def with_application(*codes: str) -> config.Settings:
    section = config.ApplicationSection(codes=codes, url="http://127.0.0.1:1/")
    return config.load().model_copy(update={"applications": {"weather": section}})


ROOMS = Rooms(with_application("*384#"), secret=b"k" * 32)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("CON Menu\n1 One", Said(True, "Menu\n1 One")),
        ("END Bye", Said(False, "Bye")),
        ("\ufeff  con  lower case and space ", Said(True, "lower case and space")),
        ("END", Said(False, "")),
        ("CON\nNext line", Said(True, "Next line")),
        ("END a\x00b\x1b[2J\r\nc", Said(False, "ab[2J\nc")),
        ("CONTINUE", None),
        ("ENDING soon", None),
        ("<html>CON </html>", None),
        ("", None),
    ],
)
def test_answers_in_fields(body: str, said: Said | None) -> None:
    """The first word decides, in any case; no control character reaches a screen; anything else is no answer."""
    assert read_fields(body) == said


def test_a_novel_is_cut() -> None:
    """No application fills the database with one screen."""
    said = read_fields("CON " + "a" * 100_000)

    assert said is not None
    assert len(said.text) == 1000


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"action": "CON", "text": "Menu"}', Said(True, "Menu")),
        ('{"action": "end", "text": "Bye", "more": 1}', Said(False, "Bye")),
        ('{"action": "WAIT", "text": "?"}', None),
        ('{"action": "CON"}', None),
        ("CON Menu", None),
        ("[]", None),
    ],
)
def test_answers_in_json(body: str, said: Said | None) -> None:
    """An object with an action and a text."""
    assert read_json(body) == said


def test_breaker() -> None:
    """It opens after so many failures in a row, lets one call try after each pause, and closes with a success."""
    now_s = 0.0
    breaker = Breaker(2, 10.0, lambda: now_s)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    closed = breaker.lets_through()
    breaker.failed()
    opened = breaker.lets_through()
    now_s = 10.0
    tries = breaker.lets_through(), breaker.lets_through()
    breaker.failed()
    now_s = 19.0
    again = breaker.lets_through()
    now_s = 20.0
    last = breaker.lets_through()
    breaker.succeeded()

    assert (closed, opened, tries, again, last) == (True, False, (True, False), False, True)
    assert breaker.lets_through()
    assert not breaker.is_open


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('codes = ["*21#"]', "expected a code as it is dialled"),
        ('codes = ["384"]', "applications.weather.codes.0: expected a code as it is dialled: *384#"),
        ('urll = "x"', "unknown key applications.weather.urll, did you mean 'url'?"),
        ('about = { de = "Wetter" }', "applications.weather.about"),
        ("timeout_s = 60", "gateway.toml:3: applications.weather.timeout_s"),
    ],
)
def test_faults_of_the_configuration(tmp_path: Path, lines: str, fault: str) -> None:
    """What is wrong has its table and key, its line, and the nearest known name."""
    path = tmp_path / "gateway.toml"
    path.write_text(f'[applications.weather]\nurl = "http://127.0.0.1:1/"\n{lines}\n')
    with pytest.raises(ConfigError) as caught:
        config.load(path)

    assert fault in str(caught.value)


def test_codes_that_are_taken() -> None:
    """A code of an application may be no other's, nor the beginning of another's, nor the handset's own."""
    with pytest.raises(CatalogueError) as caught:
        Rooms(with_application("*100#", "*111*8111#", "*112#", "*300#"), secret=b"k" * 32)
    faults = [fault.message for fault in caught.value.faults]

    for mine in ("'*100#'", "'*111*8111*<typed>#'", "'*112*<typed>#'"):
        assert any(mine in fault and "match one string" in fault for fault in faults), mine
    assert any("300 never reaches us" in fault for fault in faults)


class Outside:
    """What is to be done outside, kept for the test to answer."""

    def __init__(self) -> None:
        self.asked: list[EffectRow] = []

    def begin(self, effects: Iterable[EffectRow]) -> None:
        self.asked.extend(effects)


class Village(Town):
    """A town with an application that answers when it is told to."""

    def new_engine(self) -> Engine:
        self.outside = Outside()
        tools = Tools(
            self.store, ROOMS.dispatcher, ROOMS.surroundings, ROOMS.writer, self.world, self.clock, True,
            performer=self.outside, talk=ROOMS.talk, dialects=ROOMS.dialects, dialogs=Dialogs(),
        )  # fmt: skip
        return Engine(FactQueue(100), tools, self.world, self.world, EngineSettings())

    async def answers(self, text: str = "", *, goes_on: bool = False, turn: int = -1) -> list[Outgoing]:
        """What leaves when the application has said that; no text: nothing that can be understood."""
        effect = self.outside.asked[turn]
        answer = msgspec.json.encode(Said(goes_on, text)).decode() if text else "garbage"
        self.world.shown.clear()
        self.engine.queue.post(EffectResult(effect.id, self.clock.now(), bool(text), answer))
        await self.engine.step()
        return self.world.shown

    def texts(self) -> list[str]:
        return [msgspec.json.decode(each.document)["text"] for each in self.outside.asked]


@pytest.fixture
async def village() -> Village:
    built = Village()
    await built.engine.start()
    return built


async def test_a_second_tap_while_the_application_thinks(village: Village) -> None:
    """It is acknowledged and does nothing: the application is asked once, and one screen comes."""
    nothing = await village.say("*384#")
    tap = await village.say("1", answer=True)
    (screen,) = await village.answers("Which town?", goes_on=True)
    twice = await village.answers("Which town?", goes_on=True)

    assert (nothing, tap, twice) == ("", "", [])
    assert (screen.text, screen.dialog and screen.dialog.act) == ("Which town?", OutKind.CONTINUE)
    assert village.texts() == [""]


async def test_too_late_for_the_centre(village: Village) -> None:
    """Past the dialect's time for us nobody looks at the screen: the end goes as SMS."""
    await village.say("*384#")
    village.clock.advance(int(ROOMS.dialects["spec"].application_s * 1000) + 1)
    (sms,) = await village.answers("Paid 100")

    assert (sms.channel, sms.text) == (Channel.SMS, "Paid 100")
    assert await village.store.dialogs() == []


async def test_dialled_anew_meanwhile(village: Village) -> None:
    """The screen belongs to the newest dial; a question of the one before is dropped, its end goes as SMS."""
    await village.say("*384#")
    await village.say("*384*1#")
    dropped = list(await village.answers("First?", goes_on=True, turn=0))
    (screen,) = await village.answers("Second?", goes_on=True)

    assert dropped == []
    assert (screen.channel, screen.text) == (Channel.USSD, "Second?")


async def test_restart_before_the_answer(village: Village) -> None:
    """A new process knows who waits, and asks again; without a connection of its own the screen goes by any bind."""
    await village.say("*384*1#")
    await village.restarted()
    (screen,) = await village.answers("Which town?", goes_on=True)
    await village.say("7", answer=True)

    assert (screen.text, screen.connection, screen.link) == ("Which town?", 0, "l")
    assert village.texts() == ["1", "1*7"]


async def test_apology(village: Village) -> None:
    """No answer: the dialog ends with an apology, and nothing of it is left."""
    await village.say("*384#")
    (screen,) = await village.answers()

    assert screen.text.startswith("Сервис сейчас не отвечает.")
    assert screen.dialog is not None
    assert screen.dialog.act is OutKind.END_MOBILE
    assert await village.store.dialogs() == []


async def test_another_code_at_the_prompt(village: Village) -> None:
    """A whole code typed at an application's screen is carried out, as at any other."""
    await village.say("*384#")
    await village.answers("Menu", goes_on=True)
    shown = await village.say("*100#", answer=True)

    assert shown.startswith("Баланс: ")
    assert village.texts() == [""]


async def test_a_bug_of_ours_is_an_apology(village: Village) -> None:
    """An answer that the handler stumbles over does not leave the subscriber before an empty screen."""
    await village.say("*384#")
    effect = village.outside.asked[-1]
    village.engine.queue.post(EffectResult(effect.id, village.clock.now(), True, "no JSON"))
    await village.engine.step()
    (screen,) = village.world.shown

    assert screen.text.startswith("У нас сбой.")
    assert await village.store.dialogs() == []
