"""Texts that do not fit their arguments: an apology to one subscriber, no half-done command, and the engine goes on."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from gateway.config import Settings
from gateway.engine.replies import ReplySettings, ReplyWriter
from gateway.model import Language
from gateway.replay.runner import SECRET, Result, run_all
from gateway.replay.transcript import read_transcript
from gateway.rooms import Rooms
from gateway.texts import RenderingError, Texts

ROOMS = Rooms(Settings(), SECRET)
ANNA, BORIS = "79161234567", "79167654321"
NO_CHARGE = "У нас сбой. Деньги не списаны. Повторите позже. Обращение {any}"
DONE = "Готово, но ответ показать не удалось. Баланс *100#. Обращение {any}"


class Spoiled:
    """The texts, one of which asks for an argument that its handler does not give."""

    def __init__(self, texts: Texts, *names: str) -> None:
        self._texts = texts
        self._names = names

    def render(self, name: str, arguments: dict[str, object], language: Language, *, latin: bool = False) -> str:
        if name in self._names:
            raise RenderingError(f"text {name!r} in {language.value}: KeyError('surname')")
        return self._texts.render(name, arguments, language, latin=latin)


def played(folder: Path, text: str, *names: str) -> Result:
    rooms = copy.copy(ROOMS)
    rooms.writer = ReplyWriter(Spoiled(ROOMS.texts, *names), ROOMS.operator, ReplySettings(), ROOMS.dialects)
    path = folder / "spoiled.dialog"
    path.write_text(f"# A text at fault.\n{text}", encoding="utf-8")
    (result,) = run_all(rooms, [read_transcript(path)])
    return result


CASES = {
    "an SMS": (
        "balance-show_tariff",
        f"""given {ANNA} lang=ru
{ANNA} sends БАЛАНС to 111
  sms {ANNA} {NO_CHARGE}
{ANNA} dials *111*2137#
  screen Другим ваш баланс не виден. Открыть: *111*2137*1#
""",
    ),
    "a screen that could wait for an answer": (
        "permission-is_closed",
        f"""given {ANNA} lang=ru
{ANNA} opens *111*2137#
  screen {NO_CHARGE}
{ANNA} opens *100#
  screen Баланс: 0 руб. Баллы: 0. Тариф «Ваш». Пакеты: *100*2#
""",
    ),
    "the answer to a question: the question waits on": (
        "transfer-sent",
        f"""given {ANNA} lang=ru balance=500.00
given {BORIS} lang=ru
{ANNA} dials *112*{BORIS}*100#
  screen Перевод 100 руб. на +{BORIS}, плата 7 руб. Да: *112*{{otp}}# или SMS ДА {{otp}}...
  sms {ANNA} Перевод 100 руб. на +{BORIS}, плата 7 руб. Да: *112*{{otp}}# {{any}}
{ANNA} dials *112*{{otp}}#
  screen {NO_CHARGE}
balance {ANNA} 500.00
balance {BORIS} 0.00
{ANNA} dials *112*{{otp}}#
  screen {NO_CHARGE}
""",
    ),
    "a notice to somebody else": (
        "transfer-received",
        f"""given {ANNA} lang=ru balance=500.00
given {BORIS} lang=bg
{ANNA} sends ПЕРЕВОД {BORIS} 100 to 111
  sms {ANNA} Перевод 100 руб. на +{BORIS}, плата 7 руб. Да: *112*{{otp}}# {{any}}
{ANNA} sends ДА {{otp}} to 111
  sms {ANNA} {NO_CHARGE}
balance {ANNA} 500.00
balance {BORIS} 0.00
""",
    ),
    "what a system outside is to get": (
        "statement-mail",
        f"""given {ANNA} lang=ru balance=500.00
used {ANNA} call {BORIS} 125 4.50 2d
{ANNA} sends ДЕТАЛИЗАЦИЯ 010226 100326 anna@example.com to 111
  sms {ANNA} {NO_CHARGE}
""",
    ),
    "the result of a payment: the money has left the card and is entered": (
        "topup-paid",
        f"""given {ANNA} lang=ru
{ANNA} sends ПОПОЛНИТЬ 100 to 111
  sms {ANNA} Пополнить с вашей карты на 100 руб.? ДА {{otp}} или *111*97*{{otp}}#
{ANNA} sends ДА {{otp}} to 111
  sms {ANNA} Платёж 100 руб. принят, банк проводит его. Итог пришлём в SMS.
  sms {ANNA} {DONE}
balance {ANNA} 100.00
""",
    ),
    "one of two replies to a result: the other is told": (
        "topup-paid_by",
        f"""given {ANNA} lang=ru
given {BORIS} lang=ru
{ANNA} sends ПОПОЛНИТЬ {BORIS} 100 to 111
  sms {ANNA} С карты 100 руб. на +{BORIS}? ДА {{otp}} или *111*97*{{otp}}#
{ANNA} sends ДА {{otp}} to 111
  sms {ANNA} Платёж 100 руб. за +{BORIS} принят. Результат пришлём по SMS.
  sms {ANNA} Номер +{BORIS} пополнен на 100 руб. с вашей карты.
  sms {BORIS} {DONE}
balance {BORIS} 100.00
""",
    ),
    "what a timer says: what was due is done": (
        "promised-repaid",
        f"""given {ANNA} lang=ru balance=200.00
{ANNA} sends ОП 50 to 111
  sms {ANNA} Обещанный платёж 50 руб., {{any}} ДА {{otp}} или *111*97*{{otp}}#
{ANNA} sends ДА {{otp}} to 111
  sms {ANNA} Зачислено 50 руб., на счёте 250 руб. {{any}}
after 3d
  sms {ANNA} {DONE}
balance {ANNA} 193.00
""",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_command_that_cannot_be_answered_is_refused_whole(case: str, tmp_path: Path) -> None:
    """Nothing has changed where a subscriber asked; what happened outside or fell due stands, and he is told so.

    The fault names the text and the argument.
    """
    name, text = CASES[case]

    result = played(tmp_path, text, name)

    assert [(each.line, each.actual) for each in result.differences] == []
    assert result.faults
    assert all(f"text {name!r} in" in each and "surname" in each for each in result.faults)


def test_an_apology_at_fault_leaves_silence(tmp_path: Path) -> None:
    """Even then the engine goes on."""
    text = f"""given {ANNA} lang=ru
{ANNA} sends БАЛАНС to 111
  nothing
{ANNA} dials *111*2137#
  screen Другим ваш баланс не виден. Открыть: *111*2137*1#
"""

    assert played(tmp_path, text, "balance-show_tariff", "general-fault").differences == ()
