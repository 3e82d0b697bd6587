"""What is not available yet: a command without a handler, and a row that the operator has switched off."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import ModuleType

import pytest

from gateway.commands import Command, Outcome, UnitOfWork, handles
from gateway.config import CatalogueSection, Settings
from gateway.dispatcher import LATER, CatalogueMismatch, collect
from gateway.replay.runner import SECRET, run_all
from gateway.replay.transcript import read_transcript
from gateway.rooms import Rooms

CONVERSATION = """\
# Functions that are switched off are named, their arguments are read, and nothing happens.
given 79161234567 lang=ru balance=100.00
given 79161234568 lang=bg
given 79161234569 lang=en status=blocked

79161234567 dials *111*828*1#
  screen Пока недоступно: подключить «Номера». Все команды: *111#
79161234567 dials #111*828*1#
  screen Poka nedostupno: podklyuchit "Nomera". Vse komandy: *111#
79161234567 dials **112*89161234568*50#
  screen Пока недоступно: перевести деньги. Все команды: *111#
79161234567 dials *112*9161234568*0#
  screen Сумма не подходит: 0. Целое число от 1. Пример: *112*79161234568*50#
79161234568 sends ПРЕВОД 89161234567 50 to 111
  sms 79161234568 Още не е достъпно: превод на пари. Всички команди: *111#
79161234569 sends TRANSFER 89161234567 50 to 111
  sms 79161234569 Not available yet: transfer money. All commands: *111#
79161234567 sends ПОМОЩЬ ПЕРЕВОД to 111
  sms 79161234567 Нет команды «ПЕРЕВОД». Список команд: *111#. Пример: ПОМОЩЬ ПЕРЕВОД
balance 79161234567 100.00
"""


def test_switched_off(tmp_path: Path) -> None:
    """A row with `available = false` says what it is, in the reader's language; help does not name it."""
    codes = (resources.files("gateway.catalogue") / "codes.toml").read_text(encoding="utf-8")
    for command in ("numbers.connect", "transfer.send"):
        codes = codes.replace(f'command = "{command}"\n', f'command = "{command}"\navailable = false\n')
    (tmp_path / "codes.toml").write_text(codes, encoding="utf-8")
    conversation = tmp_path / "later.dialog"
    conversation.write_text(CONVERSATION, encoding="utf-8")
    rooms = Rooms(Settings(catalogue=CatalogueSection(folder=tmp_path)), SECRET)

    (result,) = run_all(rooms, [read_transcript(conversation)])

    assert () == result.faults
    assert () == result.differences
    assert {("numbers.connect", LATER), ("transfer.send", LATER)} <= set(result.refusals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Command):
    """A command of a made-up module."""

    name = "made.do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Command):
    """Another."""

    name = "made.undo"


@handles(Do)
def do(command: Do, uow: UnitOfWork) -> Outcome:
    return Outcome()


def module(name: str, **values: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(values)
    return made


def test_command_classes_are_collected() -> None:
    """A command class without a handler is collected as one that is not available; imported classes are not."""
    found = collect([module(__name__, Do=Do, do=do, Undo=Undo), module("elsewhere", Do=Do, Command=Command)])

    assert {"made.do": True, "made.undo": False} == {name: each.available for name, each in found.items()}
    assert {"made.do": Do, "made.undo": Undo} == {name: each.command for name, each in found.items()}


def test_one_name_for_two_classes() -> None:
    """Two command classes with one name are a fault, whether they have handlers or not."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Again(Command):
        name = "made.do"

    with pytest.raises(CatalogueMismatch, match=r"made\.do"):
        collect([module(__name__, Do=Do, do=do, Again=Again)])
