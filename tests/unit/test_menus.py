"""Menus: the whole plan is in them, every path means what its steps mean, screens fit, and the check finds faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from gateway import config
from gateway.catalogue.codes import CodeRow
from gateway.catalogue.faults import CatalogueError
from gateway.catalogue.menus import Menu, read_menus
from gateway.conversation import without_code
from gateway.menu_choices import CHOICES
from gateway.menus import Goal, MenuTree, Over, Place, Reader, Run, Show
from gateway.messages import CODE_PLACE
from gateway.model import AccountId, Channel, Instant, Language, Msisdn, PersonId, Subscriber, TariffId
from gateway.reading import UNDERSTOOD
from gateway.rooms import Rooms
from gateway.screens import LINES_MAX, Size, first_page, pages

ROOMS = Rooms(config.load(), secret=b"k" * 32)
TREE = ROOMS.menus
NOBODY = Subscriber(Msisdn("79161234567"), PersonId("P"), "moscow", TariffId(1), AccountId("79161234567"))


def reader(language: Language = Language.RU) -> Reader:
    return Reader(NOBODY, Instant(0), ROOMS.catalogue.products, ROOMS.texts, language, False, Size())


def walked(path: str) -> Place | Run | None:
    """Where one comes to by typing the digits of a path one after the other."""
    place: Place | Run | None = TREE.resolve("*111#")
    for digit in path.split("*")[2:]:
        assert isinstance(place, Place)
        item = next(each for each in place.menu.items if each.digit == digit)
        place = TREE._below_item(place, item)
    return place


PATHS = [path for path, _, _ in TREE._walk() if path.startswith("*111")]


def goals_below(menu: Menu, path: str) -> Iterator[tuple[str, Goal]]:
    """Every item that carries out a code, with the digits that lead to it from a menu."""
    for item in menu.items:
        below = f"{path}*{item.digit}"
        if item.menu:
            yield from goals_below(TREE.menus.menus[item.menu], below)
        else:
            yield below, TREE.goals[menu.name, item.digit]


REACHED = dict(goals_below(TREE.roots["*111"], "*111"))
LETTERS = frozenset({"text", "topic", "name", "email", "pin"})


@pytest.mark.parametrize("row", ROOMS.catalogue.codes.rows, ids=lambda row: f"{row.command}-{row.line}")
def test_the_whole_plan_is_reachable_by_digits(row: CodeRow) -> None:
    """From *111# to each row's command; what letters are needed for is asked on the way."""
    leaves = [leaf for leaf in ROOMS.grammar.tries.leaves if leaf.row is row]
    letters: set[str] = set()
    for leaf in leaves:
        kinds = [each for each in leaf.items if not isinstance(each, str)]
        letters |= {name for kind, name in zip(kinds, leaf.names, strict=True) if kind.part in LETTERS}
    goals = [goal for goal in REACHED.values() if goal.row.command == row.command]

    assert goals or any(isinstance(TREE.resolve(code), Place) for code in row.ussd)
    assert letters <= {goal.row.asks for goal in goals}


def test_every_code_of_the_menus_can_be_typed_in_them() -> None:
    """Digit by digit, then each argument as its example says: in the end the very command that the item names."""
    for path, goal in REACHED.items():
        step: object = walked(path)
        for kind in goal.kinds:
            assert isinstance(step, Place), path
            choices = list(CHOICES[goal.item.choose](NOBODY, ROOMS.catalogue.products)) if goal.item.choose else []
            last = kind is goal.kinds[-1] and len(step.typed) == len(goal.kinds) - 1
            typed = str(choices[0][0]) if choices and last else kind.example
            said = TREE.answer(step, 0, typed, reader())
            step = TREE.place(said.path, said.typed) if isinstance(said, Show) else said
        if isinstance(step, Over) and goal.item.choose.startswith("my_"):
            continue  # he has none of them
        assert isinstance(step, Run), path
        assert ROOMS.grammar.read(step.code, Channel.USSD).command == goal.row.command, path


@pytest.mark.parametrize("path", PATHS)
def test_a_path_dialled_at_once_is_its_steps(path: str) -> None:
    """`*111*2*5#` is `*111#`, 2, 5: the same place, or the same code."""
    at_once, stepped = TREE.resolve(f"{path}#"), walked(path)

    assert at_once == stepped
    assert at_once is not None
    if isinstance(at_once, Run):
        assert ROOMS.grammar.read(at_once.code, Channel.USSD).outcome == UNDERSTOOD


@pytest.mark.parametrize("language", list(Language))
def test_every_screen_fits(language: Language) -> None:
    """Every page of every menu, input and list holds at most five items and fits in each language."""
    for path, menu, item in TREE._walk():
        place = TREE.resolve(f"{path}#")
        assert isinstance(place, (Place, Run)), path
        if isinstance(place, Run):
            continue
        seen: list[str] = []
        page = 0
        while True:
            step = TREE.show(place, reader(language), page)
            if not isinstance(step, Show) or step.text in seen:
                break
            assert Size().holds(step.text), step.text
            assert len(re.findall(r"^[0-9]+ ", step.text, re.M)) <= LINES_MAX + 2, step.text
            seen.append(step.text)
            page += 1
        assert seen or item.choose, (menu.name, item.digit)


@pytest.mark.parametrize("typed", ["", "x", "99", "*", "#", "1 2", "é", "0" * 50])
def test_a_wrong_answer_repeats_the_screen(typed: str) -> None:
    """Whatever is typed: the same place and page, with a word on what was wrong; nothing is a default."""
    place = TREE.resolve("*111*1#")
    assert isinstance(place, Place)
    shown = TREE.show(place, reader())
    step = TREE.answer(place, 0, typed, reader())

    assert isinstance(shown, Show)
    assert isinstance(step, Show)
    assert (step.path, step.page) == (shown.path, shown.page)
    assert step.text.split("\n")[1:] == shown.text.split("\n")[1:]
    assert step.text != shown.text


def test_back_and_start() -> None:
    """0 takes back one input after the other, then one menu after the other; 00 begins."""
    place = TREE.resolve("*111*7*9161234567#")
    assert isinstance(place, Place)
    paths = []
    for _ in range(3):
        step = TREE.answer(place, 0, "0", reader())
        assert isinstance(step, Show)
        paths.append((step.path, step.typed))
        found = TREE.place(step.path, step.typed)
        assert found is not None
        place = found
    start = TREE.answer(TREE.resolve("*111*1*4*7#"), 0, "00", reader())  # type: ignore[arg-type]

    assert paths == [("*111*7", ()), ("*111", ()), ("*111", ())]
    assert isinstance(start, Show)
    assert start.path == "*111"


def test_items_that_do_not_apply_are_not_shown() -> None:
    """Numbers never change: what is left out leaves a gap, and its digit is a wrong one."""
    place = TREE.resolve("*111*4*1#")
    assert isinstance(place, Place)
    step = TREE.show(place, reader())
    assert isinstance(step, Show)

    assert "1 Подключить" in step.text
    assert "2 Отключить" not in step.text
    assert isinstance(TREE.answer(place, 0, "2", reader()), Show)
    assert isinstance(TREE.answer(place, 0, "1", reader()), Run)


def test_codes_that_are_switched_off_are_not_shown(tmp_path: Path) -> None:
    """`available = false` takes an item out of its menu, and a menu without items out of the one above."""
    (tmp_path / "codes.toml").write_text(
        '[[code]]\ncommand = "balance.show"\nussd = ["*100#"]\n'
        '[[code]]\ncommand = "history.show"\nussd = ["*111*99#"]\navailable = false\n'
    )
    (tmp_path / "menus.toml").write_text(
        MAIN + '1 = { code = "*100#" }\n2 = { menu = "other" }\n[[menu]]\nname = "other"\n1 = { code = "*111*99#" }\n'
    )
    tree = Rooms(config.load(None, {"catalogue": {"folder": tmp_path}}), secret=b"").menus
    place = tree.resolve("*111#")
    assert isinstance(place, Place)

    assert tree.show(place, reader()) == Show("Меню\n1 ", "*111")


def test_ids_of_lists_can_be_dialled() -> None:
    """What a list shows is the id that the code takes, on any page; another id repeats the list."""
    place = TREE.resolve("*111*2*3#")
    assert isinstance(place, Place)
    ids = [identity for identity, _, _ in CHOICES["tariffs"](NOBODY, ROOMS.catalogue.products)]

    assert [TREE.answer(place, 0, str(each), reader()) for each in ids] == [Run(f"*111*59*3*{each}#") for each in ids]
    assert isinstance(TREE.answer(place, 0, "77", reader()), Show)


# -- the check -------------------------------------------------------------------------------------------------------

MAIN = '[[menu]]\nname = "main"\ndial = "*111#"\n'


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (MAIN + '9 = { code = "*100#" }', "menus.toml:4: main.9: unknown key: items are 1 to 8"),
        (MAIN + '1 = { cod = "*100#" }', "menus.toml:4: main.1.cod: unknown key, did you mean 'code'?"),
        (MAIN + '1 = { code = "*100#", menu = "main" }', "menus.toml:4: main.1: must lead to a menu or to a code"),
        (MAIN + '1 = { menu = "tarif" }\n[[menu]]\nname = "tariff"\n1 = { code = "*100#" }',
         "menus.toml:4: main.1: no menu 'tarif', did you mean 'tariff'?"),
        (MAIN + '1 = { code = "*100#" }\n[[menu]]\nname = "lost"\n1 = { code = "*100#" }',
         "menus.toml:5: lost: nothing leads to this menu"),
        (MAIN + '1 = { menu = "main" }', "menus.toml:1: main: this menu leads back into itself"),
        (MAIN + '1 = { code = "*111*8111*1*<servise>#" }', "did you mean '*111*8111*1*<service>#'?"),
        (MAIN + '1 = { code = "*111*26*1*<number>*<password>#" }\n[[menu]]\nname = "main"\n1 = { code = "*100#" }',
         "menus.toml:5: name: 'main' is taken (see line 1)"),
        (MAIN + '1 = { code = "*100#", when = "numbers_onn" }', "did you mean 'numbers_on'?"),
        (MAIN + '1 = { code = "*111*8111*1*<service>#", choose = "new_servises" }', "did you mean 'new_services'?"),
        (MAIN + '6 = { menu = "l" }\n[[menu]]\nname = "l"\n1 = { code = "*100#" }',
         "menus.toml:7: l.1: dialled, *111*6*1# is language.set"),
        (MAIN, "menus.toml:1: main: a menu needs an item"),
        ('[[menu]]\nname = "main"\ndial = "111"\n1 = { code = "*100#" }',
         "menus.toml:3: dial: must be a dialled string"),
        ("[[menus]]\n", "menus.toml:1: menus: unknown table, did you mean 'menu'?"),
    ],
)  # fmt: skip
def test_the_check_finds_faults(source: str, fault: str) -> None:
    """Unreachable menus, codes and lists that are not there, paths that mean something else: with file and line."""
    try:
        faults = MenuTree(read_menus(source), ROOMS.grammar).faults
    except CatalogueError as error:
        faults = list(error.faults)

    assert fault in "\n".join(map(str, faults))


def test_the_check_finds_missing_texts() -> None:
    """A menu without a title in the texts is a fault."""
    source = MAIN + '1 = { menu = "nameless" }\n[[menu]]\nname = "nameless"\n1 = { code = "*100#" }'
    faults = MenuTree(read_menus(source), ROOMS.grammar).check_texts(ROOMS.texts, ROOMS.catalogue.products)

    assert "menus.toml:5: nameless: no text menu-nameless" in map(str, faults)


def test_the_check_finds_screens_that_cannot_fit() -> None:
    """A title that leaves no room for an item is a fault of that item, in the language where it is so."""

    class Wordy:
        def render(self, name: str, arguments: Mapping[str, object], language: Language, *, latin: bool = False) -> str:
            long = name == "menu-trust" and language is Language.BG
            return "дълго " * 12 if long else ROOMS.texts.render(name, arguments, language, latin=latin)

        def names(self) -> frozenset[str]:
            return ROOMS.texts.names()

    faults = TREE.check_texts(Wordy(), ROOMS.catalogue.products)

    assert {each.key for each in faults} == {"numbers.7", "trust.1", "trust.2", "trust.3"}
    assert all("does not fit a screen in bg: " in each.message for each in faults)


def test_own_codes_without_own_menus(tmp_path: Path) -> None:
    """Menus lead to codes: beside an operator's own codes ours would lead nowhere, so there are none."""
    (tmp_path / "codes.toml").write_text('[[code]]\ncommand = "balance.show"\nussd = ["*100#"]\n')
    rooms = Rooms(config.load(None, {"catalogue": {"folder": tmp_path}}), secret=b"")

    assert rooms.menus.roots == {}


def test_the_tree_is_drawn() -> None:
    """The graph has a line for each item, and begins where one can dial."""
    graph = TREE.graph(reader())

    assert graph.startswith('graph LR\n  start(("*111#")) --> main["Меню"]\n')
    assert graph.count("-->|") == sum(len(menu.items) for menu in TREE.menus.menus.values())


# -- pages -----------------------------------------------------------------------------------------------------------

LONG = "Услуги, цены в руб.\nВ месяц:\n12 Гудок: 50\n40 БИТ: 200\n41 СуперБИТ: 300\n42 Интернет-Макси: 700"


@pytest.mark.parametrize(
    "text", [LONG, "слово " * 60, "word " * 200, "x" * 500, "ы" * 300, "a\n" * 100, "😀" * 100, "", "short"]
)
def test_pages_hold_the_whole_text(text: str) -> None:
    """Every page fits; together they have every word of the text, in order."""
    found = pages(text, Size(), "9 ещё")

    assert all(Size().holds(page) for page in found)
    joined = " ".join(page.removesuffix("\n9 ещё") for page in found)
    assert "".join(joined.split()) == "".join(text.split())


def test_pages_end_at_words() -> None:
    """A page ends with a line or a word, where there is one in its second half."""
    page, rest = first_page("слово " * 30, Size(), "9 ещё")

    assert page.endswith("слово\n9 ещё")
    assert rest.startswith("слово")


def test_a_screen_smaller_than_usual() -> None:
    """A dialect may show less: the same texts, in more pages."""
    assert len(pages("слово " * 20, Size(units_max=40), "9 ещё")) == 4


# -- questions -------------------------------------------------------------------------------------------------------


def test_questions_stand_without_their_code() -> None:
    """Every text that asks with a code is a question without the sentence on the code too, in each language."""
    bare: list[str] = []
    for name in sorted(ROOMS.texts.names()):
        if "code" not in ROOMS.texts.variables(name) or not re.search(r"ask|again|mean", name):
            continue
        for language, text in ROOMS.texts.longest(name, samples={"code": CODE_PLACE * 4}).items():
            question = without_code(text)
            if CODE_PLACE in question or not question or "*111*97" in question or "SMS" in question:
                bare.append(f"{name} {language.value}: {question!r}")

    assert bare == []


def test_a_drawn_menu_is_drawn_again_only_where_it_looks_otherwise() -> None:
    """A menu for two subscribers is drawn once; another language, alphabet, size, page or item makes another."""
    place = TREE.resolve("*111*4*1#")
    assert isinstance(place, Place)
    russian, joined = reader(), msgspec.structs.replace(NOBODY, numbers_on=True)
    readers = [
        (russian, 0),
        (reader(Language.EN), 0),
        (replace(russian, latin=True), 0),
        (replace(russian, size=Size(182, 50)), 0),
        (replace(russian, subscriber=joined), 0),
        (replace(russian, subscriber=joined), 1),
    ]
    TREE.screens.clear()
    shown = [TREE.show(place, *each) for each in readers]
    other = replace(russian, subscriber=msgspec.structs.replace(NOBODY, msisdn=Msisdn("79160000000")))

    assert len({each.text for each in shown if isinstance(each, Show)}) == len(TREE.screens) == len(readers)
    assert TREE.show(place, other) == shown[0]
    assert len(TREE.screens) == len(readers)
