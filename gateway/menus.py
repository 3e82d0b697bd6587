"""The dialog machine: a dialog and what was typed in it give the next screen, or the code to carry out. Pure.

A place is what one would dial to come there at once: `*111*2` is the menu "tariff", `*111*7` asks for a number. A
code with all its arguments leaves the menus as the string that a subscriber could have dialled himself, so that the
grammar, the handlers and the journal know of no menus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.arguments import ArgumentType, Wrong
from gateway.catalogue.codes import CodeRow
from gateway.catalogue.faults import Fault, nearest
from gateway.catalogue.menus import Menu, MenuItem, Menus
from gateway.catalogue.products import Products
from gateway.catalogue.trie import Leaf
from gateway.menu_choices import CHOICES, CONDITIONS, Choice
from gateway.model import Channel, Instant, Language, Subscriber
from gateway.reading import UNDERSTOOD
from gateway.screens import Size, first_page, page_of_lines
from gateway.texts.latin import transliterate
from gateway.ussd_grammar import Grammar

BACK, START, MORE, YES, NO = "0", "00", "9", "1", "2"
INPUT_SHOWN_MAX = 24


class Renderer(Protocol):
    def render(self, name: str, arguments: Mapping[str, object], language: Language, *, latin: bool = False) -> str: ...
    def names(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the screens: his language, his screen, and what is shown of him."""

    subscriber: Subscriber
    at: Instant
    products: Products
    texts: Renderer
    language: Language
    latin: bool
    size: Size

    def text(self, name: str, **arguments: object) -> str:
        return self.texts.render(name, arguments, self.language, latin=self.latin)

    def named(self, names: Mapping[str, str] | Mapping[Language, str]) -> str:
        """A name of the catalogue in the reader's language and letters."""
        own = Language.RU if self.language is Language.LAT else self.language
        found = {str(key): value for key, value in names.items()}.get(str(own), "")
        return transliterate(found, own) if self.latin or self.language is Language.LAT else found


# -- compiled menus -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Goal:
    """An item that carries out a code: its row, its pattern, and what has to be typed for it."""

    item: MenuItem
    row: CodeRow
    pattern: Sequence[str | int]  # literals, and for each argument the place in `kinds` that fills it
    kinds: tuple[ArgumentType, ...]

    def code(self, typed: Sequence[str]) -> str:
        """The string that one could have dialled."""
        return f"*{'*'.join(each if isinstance(each, str) else typed[each] for each in self.pattern)}#"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: a menu, or an item whose arguments are being typed."""

    path: str
    menu: Menu
    goal: Goal | None = None
    typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """A screen that waits for an answer, and where the dialog is now."""

    text: str
    path: str
    typed: tuple[str, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """The code to carry out, as it could have been dialled."""

    code: str


@dataclass(frozen=True, slots=True)
class Over:
    """The last screen: nothing here to go on with."""

    text: str


Step = Show | Run | Over


@dataclass(slots=True)
class MenuTree:
    """The menus, compiled against the code plan. `faults` says what is wrong; use it only where that is empty.

    `replaced`: commands that a dialog opens a place for, because the place can be dialled as they are. `living`: the
    menus with anything in them that works. `screens`: those drawn already, by menu, items and how they look.
    """

    menus: Menus
    grammar: Grammar
    goals: dict[tuple[str, str], Goal] = field(default_factory=dict)
    roots: dict[str, Menu] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    living: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    screens: dict[tuple[str, str, tuple[object, ...]], Show] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        leaves = {leaf.text: leaf for leaf in self.grammar.tries.leaves if leaf.channel is Channel.USSD}
        for menu in self.menus.menus.values():
            if menu.dial:
                self.roots[menu.dial[:-1]] = menu
            for item in menu.items:
                if item.code:
                    goal = self._goal(menu, item, leaves)
                    if goal is not None:
                        self.goals[menu.name, item.digit] = goal
                if item.when and item.when not in CONDITIONS:
                    self._fault(item, menu, f"when: no condition {item.when!r}{nearest(item.when, CONDITIONS)}")
        self._check_reach()
        if self.faults:
            return
        self.living = frozenset(menu.name for menu in self.menus.menus.values() if self._lives(menu))
        places = [*self.roots, *(path for path, menu, item in self._walk() if item.menu or self._asks(menu, item))]
        readings = [self.grammar.read(f"{path}#", Channel.USSD) for path in places]
        self.replaced = frozenset(reading.command for reading in readings if reading.outcome == UNDERSTOOD)

    # -- compiling

    def _fault(self, item: MenuItem, menu: Menu, message: str) -> None:
        self.faults.append(Fault(self.menus.file, item.line, f"{menu.name}.{item.digit}", message))

    def _goal(self, menu: Menu, item: MenuItem, leaves: Mapping[str, Leaf]) -> Goal | None:
        leaf = leaves.get(item.code)
        if leaf is None:
            reading = self.grammar.read(item.code, Channel.USSD)
            if reading.row is None or reading.outcome != UNDERSTOOD or "<" in item.code:
                self._fault(item, menu, f"no code {item.code!r}{nearest(item.code, leaves)}")
                return None
            return Goal(item, reading.row, item.code.strip("*#").split("*"), ())
        pattern: list[str | int] = []
        names: list[str] = []
        kinds: list[ArgumentType] = []
        arguments = iter(leaf.names)
        for part in leaf.items:
            if isinstance(part, str):
                pattern.append(part)
                continue
            name = next(arguments)
            if name not in names:  # what has to be typed the same twice is asked once
                names.append(name)
                kinds.append(part)
            pattern.append(names.index(name))
        if any(kind.secret for kind in kinds[:-1]):
            self._fault(
                item, menu, f"{item.code!r}: a secret must be typed last, because a dialog would have to keep it"
            )
        if item.choose and item.choose not in CHOICES:
            self._fault(item, menu, f"choose: no list {item.choose!r}{nearest(item.choose, CHOICES)}")
        if item.choose and not kinds:
            self._fault(item, menu, f"{item.code!r}: there is nothing to choose")
        return Goal(item, leaf.row, pattern, tuple(kinds))

    def _asks(self, menu: Menu, item: MenuItem) -> bool:
        goal = self.goals.get((menu.name, item.digit))
        return goal is not None and bool(goal.kinds)

    def _walk(self) -> Iterator[tuple[str, Menu, MenuItem]]:
        """Every item with the path that leads to it, each menu below its first one."""
        seen: set[str] = set()
        todo = [(path, menu) for path, menu in self.roots.items()]
        while todo:
            path, menu = todo.pop(0)
            if menu.name in seen:
                continue
            seen.add(menu.name)
            for item in menu.items:
                yield f"{path}*{item.digit}", menu, item
                if item.menu:
                    todo.append((f"{path}*{item.digit}", self.menus.menus[item.menu]))

    def _check_reach(self) -> None:
        """Menus that nothing leads to, menus inside themselves, and paths that mean something else when dialled."""
        if not self.menus.menus:
            return
        reached = {menu.name for menu in self.roots.values()}
        reached |= {item.menu for _, _, item in self._walk() if item.menu}
        for menu in self.menus.menus.values():
            if menu.name not in reached:
                self.faults.append(Fault(self.menus.file, menu.line, menu.name, "nothing leads to this menu"))
            if self._inside_itself(menu, (menu.name,)):
                self.faults.append(Fault(self.menus.file, menu.line, menu.name, "this menu leads back into itself"))
        for path, menu, item in self._walk():
            reading = self.grammar.read(f"{path}#", Channel.USSD)
            goal = self.goals.get((menu.name, item.digit))
            if reading.outcome != UNDERSTOOD or goal is None or goal.kinds or reading.row is None:
                continue
            if reading.command != goal.row.command:
                message = f"dialled, {path}# is {reading.command} (line {reading.row.line} of the codes)"
                self._fault(item, menu, f"{message}, and here {goal.row.command}")

    def _lives(self, menu: Menu) -> bool:
        """Whether anything below a menu works."""
        return any(
            self._lives(self.menus.menus[item.menu]) if item.menu else self.goals[menu.name, item.digit].row.available
            for item in menu.items
        )

    def _inside_itself(self, menu: Menu, above: tuple[str, ...]) -> bool:
        return any(
            item.menu == above[0] or (item.menu not in above and self._inside_itself(below, (*above, item.menu)))
            for item in menu.items
            if item.menu and (below := self.menus.menus.get(item.menu)) is not None
        )

    def check_texts(self, texts: Renderer, products: Products) -> list[Fault]:
        """Titles that are missing, and screens that cannot be shown: an item in its frame must fit."""
        known = texts.names()
        menus = self.menus.menus.values()
        absent = [menu for menu in menus if f"menu-{menu.name}" not in known]
        if absent:
            return [Fault(self.menus.file, menu.line, menu.name, f"no text menu-{menu.name}") for menu in absent]
        faults: list[Fault] = []
        nobody = Subscriber("79161234567", "", "", 1, "")  # type: ignore[arg-type]
        for menu in menus:
            for language in Language:
                reader = Reader(nobody, Instant(0), products, texts, language, False, Size())
                for item in menu.items:
                    line = self._line(menu, item, reader)
                    feet = " ".join((reader.text("menu-more"), reader.text("menu-back")))
                    if not reader.size.holds("\n".join((reader.text(f"menu-{menu.name}"), line, feet))):
                        message = f"does not fit a screen in {language.value}: {line!r}"
                        faults.append(Fault(self.menus.file, item.line, f"{menu.name}.{item.digit}", message))
        return faults

    def outline(self, reader: Reader) -> str:
        """A line for each menu that can be dialled and for each item, with what is dialled for it at once."""
        lines = [f"{root}# {reader.text(f'menu-{menu.name}')}" for root, menu in self.roots.items()]
        for path, menu, item in self._walk():
            words = self._line(menu, item, reader).partition(" ")[2]
            means = f" = {item.code}" if item.code else ""
            condition = f" (if {item.when})" if item.when else ""
            lines.append(f"{path}# {words}{means}{condition}")
        return "\n".join(sorted(lines)) + "\n"

    def graph(self, reader: Reader) -> str:
        """The tree as Mermaid draws it."""
        lines = ["graph LR"]
        for path, menu in self.roots.items():
            lines.append(f'  start(("{path}#")) --> {menu.name}["{reader.text(f"menu-{menu.name}")}"]')
        for _, menu, item in self._walk():
            label = f'|"{item.digit}{" if " + item.when if item.when else ""}"|'
            words = self._line(menu, item, reader).partition(" ")[2]
            target = item.menu or f"{menu.name}_{item.digit}"
            shape = f'["{words}"]' if item.menu else f'("{words}<br>{self._shown_code(menu, item)}")'
            lines.append(f"  {menu.name} -->{label} {target}{shape}")
        return "\n".join(lines) + "\n"

    def _shown_code(self, menu: Menu, item: MenuItem) -> str:
        return item.code.replace("<", "&lt;").replace(">", "&gt;").replace("#", "&#35;")

    # -- where a path leads

    def resolve(self, dialled: str) -> Place | Run | None:
        """Where a dialled string leads in the menus; None where it is none of their paths."""
        found = re.fullmatch(r"\s*[*#]?(\d[^#]*?)#*\s*", dialled)
        if found is None:
            return None
        parts = found[1].replace(" ", "").split("*")
        for length in range(len(parts), 0, -1):
            root = "*" + "*".join(parts[:length])
            if root in self.roots:
                return self._below(root, parts[length:])
        return None

    def _below(self, path: str, rest: Sequence[str]) -> Place | Run | None:
        menu = self.roots[path]
        for index, digit in enumerate(rest):
            item = next((each for each in menu.items if each.digit == digit), None)
            if item is None:
                return None
            path = f"{path}*{digit}"
            if item.menu:
                menu = self.menus.menus[item.menu]
                continue
            goal = self.goals[menu.name, item.digit]
            return self._typed(Place(path, menu, goal), rest[index + 1 :])
        return Place(path, menu)

    @staticmethod
    def _typed(place: Place, typed: Sequence[str]) -> Place | Run | None:
        """With that typed in one go: the place of what is missing, or the code."""
        goal = place.goal
        assert goal is not None
        if len(typed) > len(goal.kinds):
            return None
        if any(isinstance(kind.parse(each), Wrong) for kind, each in zip(goal.kinds, typed, strict=False)):
            return None
        if len(typed) == len(goal.kinds):
            return Run(goal.code(typed))
        return Place(place.path, place.menu, goal, tuple(typed))

    def paths(self) -> Iterator[tuple[str, str]]:
        """What one dials for each menu, and its name."""
        yield from ((root, menu.name) for root, menu in self.roots.items())
        yield from ((path, item.menu) for path, _, item in self._walk() if item.menu)

    def place(self, path: str, typed: tuple[str, ...]) -> Place | None:
        """A stored place; None where the menus have changed since."""
        found = self.resolve(f"{path}#") if path else None
        if isinstance(found, Place) and (found.goal is not None or not typed):
            goal = found.goal
            if goal is None or len(typed) < len(goal.kinds):
                return Place(found.path, found.menu, goal, typed)
        return None

    # -- screens

    def show(self, place: Place, reader: Reader, page: int = 0, wrong: str = "") -> Step:
        """The screen of a place. `wrong`: what was wrong with the last answer, on top of it."""
        goal = place.goal
        if goal is None:
            return self._menu(place, reader, page, wrong)
        if goal.item.choose and len(place.typed) == len(goal.kinds) - 1:
            return self._choice(place, goal, reader, page, wrong)
        return self._input(place, goal, reader, wrong)

    def _menu(self, place: Place, reader: Reader, page: int, wrong: str) -> Step:
        """Its items as far as they apply. Few differ, and fitting them to a screen is dear: each is drawn once."""
        items = self._shown(place.menu, reader)
        if wrong:
            return self._drawn(place, items, reader, page, wrong)
        digits = "".join(item.digit for item in items)
        looks = (place.path in self.roots, page, reader.language, reader.latin, reader.size, reader.texts)
        drawn = self.screens.get((place.menu.name, digits, looks))
        if drawn is None:
            drawn = self.screens[place.menu.name, digits, looks] = self._drawn(place, items, reader, page, "")
        return Show(drawn.text, place.path, place.typed, drawn.page)

    def _drawn(self, place: Place, items: list[MenuItem], reader: Reader, page: int, wrong: str) -> Show:
        lines = [self._line(place.menu, item, reader) for item in items]
        back = "" if place.path in self.roots else reader.text("menu-back")
        return self._page(place, reader.text(f"menu-{place.menu.name}"), lines, back, reader, page, wrong)

    @staticmethod
    def _page(place: Place, title: str, lines: list[str], back: str, reader: Reader, page: int, wrong: str) -> Show:
        """A page of lines. What was wrong stands in the title's place, in short where the same lines would not fit."""
        first, number, more = 0, 0, reader.text("menu-more")
        text, shown = page_of_lines(title, lines, reader.size, first, back, more)
        while number < page and first + shown < len(lines):
            first, number = first + shown, number + 1
            text, shown = page_of_lines(title, lines, reader.size, first, back, more)
        if not shown:  # a title, or a name of the catalogue, longer than the check could know
            text, _ = first_page("\n".join([*lines[first : first + 1], back]), reader.size, "")
        elif wrong:
            below = text.removeprefix(title)
            text = next(
                (head + below for head in (wrong, *wrong_answer(reader)[1:]) if reader.size.holds(head + below)), text
            )
        return Show(text, place.path, place.typed, number)

    def _shown(self, menu: Menu, reader: Reader) -> list[MenuItem]:
        """The items that apply to this subscriber, and that the operator has not switched off."""
        return [item for item in menu.items if self._applies(menu, item, reader)]

    def _applies(self, menu: Menu, item: MenuItem, reader: Reader) -> bool:
        if item.when and not CONDITIONS[item.when](reader.subscriber, reader.at):
            return False
        return item.menu in self.living if item.menu else self.goals[menu.name, item.digit].row.available

    def _line(self, menu: Menu, item: MenuItem, reader: Reader) -> str:
        if item.menu:
            return f"{item.digit} {reader.text(f'menu-{item.menu}')}"
        if f"menu-{menu.name}_{item.digit}" in reader.texts.names():
            return f"{item.digit} {reader.text(f'menu-{menu.name}_{item.digit}')}"
        return f"{item.digit} {reader.named(self.goals[menu.name, item.digit].row.about)}"

    def _choice(self, place: Place, goal: Goal, reader: Reader, page: int, wrong: str) -> Step:
        """Ids stand before the names, as one would dial them; 9 is more, so that id is written 09."""
        lines = [
            f"{_written(identity)} {reader.named(names)}{_price(price)}"
            for identity, names, price in self._choices(goal, reader)
        ]
        if not lines:
            return Over(reader.text("menu-empty"))
        title = self._line(place.menu, goal.item, reader).partition(" ")[2]
        return self._page(place, title, lines, reader.text("menu-back"), reader, page, wrong)

    @staticmethod
    def _choices(goal: Goal, reader: Reader) -> Iterable[Choice]:
        return CHOICES[goal.item.choose](reader.subscriber, reader.products)

    def _input(self, place: Place, goal: Goal, reader: Reader, wrong: str) -> Step:
        return Show(input_screen(goal.kinds[len(place.typed)], reader, wrong), place.path, place.typed)

    # -- answers

    def answer(self, place: Place, page: int, typed: str, reader: Reader) -> Step:
        """The step after an answer: on, back, more, or the same screen with what was wrong."""
        typed = typed.strip()
        if typed == START:
            return self._start(place, reader)
        if typed == BACK:
            return self._back(place, reader)
        if place.goal is not None:
            return self._argument(place, place.goal, page, typed, reader)
        if typed == MORE:
            return self._more(place, page, reader)
        item = next((each for each in self._shown(place.menu, reader) if each.digit == typed), None)
        if item is None:
            return self.show(place, reader, page, wrong_answer(reader)[0])
        below = self._below_item(place, item)
        return below if isinstance(below, Run) else self.show(below, reader)

    def _below_item(self, place: Place, item: MenuItem) -> Place | Run:
        path = f"{place.path}*{item.digit}"
        if item.menu:
            return Place(path, self.menus.menus[item.menu])
        goal = self.goals[place.menu.name, item.digit]
        return Place(path, place.menu, goal) if goal.kinds else Run(goal.code(()))

    def _more(self, place: Place, page: int, reader: Reader) -> Step:
        """The next page; after the last one the first again, which no screen offers and some try."""
        step = self.show(place, reader, page + 1)
        return self.show(place, reader) if isinstance(step, Show) and step.page == page else step

    def _start(self, place: Place, reader: Reader) -> Step:
        path = max((root for root in self.roots if f"{place.path}*".startswith(f"{root}*")), key=len)
        return self.show(Place(path, self.roots[path]), reader)

    def _back(self, place: Place, reader: Reader) -> Step:
        if place.typed:
            return self.show(Place(place.path, place.menu, place.goal, place.typed[:-1]), reader)
        above = self.resolve(f"{place.path.rpartition('*')[0]}#")
        return self.show(above if isinstance(above, Place) else place, reader)

    def _argument(self, place: Place, goal: Goal, page: int, typed: str, reader: Reader) -> Step:
        kind = goal.kinds[len(place.typed)]
        choosing = bool(goal.item.choose) and len(place.typed) == len(goal.kinds) - 1
        if choosing and typed == MORE:
            return self._more(place, page, reader)
        value = kind.parse(typed)
        if choosing and not any(each[0] == value for each in self._choices(goal, reader)):
            return self.show(place, reader, page, wrong_answer(reader)[0])
        if isinstance(value, Wrong):
            return self.show(place, reader, page, what_is_wrong(value, kind, typed, reader))
        done = (*place.typed, kind.written(value))
        if len(done) == len(goal.kinds):
            return Run(goal.code(done))
        return self.show(Place(place.path, place.menu, goal, done), reader)


def _written(identity: int) -> str:
    return f"0{identity}" if str(identity) == MORE else str(identity)


def _price(price: int) -> str:
    if not price:
        return ""
    whole, rest = divmod(price, 100)
    return f": {whole}.{rest:02}" if rest else f": {whole}"


def input_screen(kind: ArgumentType, reader: Reader, wrong: str = "") -> str:
    """Asks for one argument. `wrong`: what was wrong with the last answer, in its place."""
    part = reader.text(f"part-{kind.part}")
    free = not kind.example
    asked = (
        reader.text("menu-ask_free", part=part) if free else reader.text("menu-ask", part=part, example=kind.example)
    )
    text, _ = first_page(wrong or asked, reader.size, "")
    whole = f"{text}\n{reader.text('menu-back')}"
    return whole if reader.size.holds(whole) else text


def wrong_answer(reader: Reader) -> tuple[str, str, str]:
    """That an answer is none of what the screen offers, from the longest to what any screen has room for."""
    return reader.text("menu-wrong"), reader.text("menu-wrong_short"), "!"


def what_is_wrong(wrong: Wrong, kind: ArgumentType, typed: str, reader: Reader) -> str:
    """The refusal of the same argument in a dialled string; a secret is not repeated."""
    shown = "***" if kind.secret else typed[:INPUT_SHOWN_MAX]
    arguments: dict[str, object] = {
        "input": shown,
        "part": reader.text(f"part-{kind.part}"),
        "right": kind.example,
        "example": kind.example,
        "length": wrong.detail.get("length", 0),
        "min": wrong.detail.get("min", 0),
        "max": wrong.detail.get("max", 0),
    }
    return reader.text(f"refusal-{wrong.refusal}", **arguments)
