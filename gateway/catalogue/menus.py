"""The menus of `menus.toml` as values, and their loader: the shape of the file, and the lines for faults.

What an item leads to is a code of the plan, another menu, or neither; whether the code exists and whether screens fit
is for `gateway/menus.py` to find out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.catalogue.codes import line_of_key
from gateway.catalogue.faults import CatalogueError, Fault, nearest

ITEM_KEYS = tuple("12345678")
"""0 is back and 9 is more, wherever one is."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of a menu. `digit` never changes, whether its neighbours are shown or not.

    `code`: a code of the plan; its placeholders become input screens, or a list to choose from (`choose`, which
    names where its lines come from) for the last of them. `when`: it is shown only if this holds for the subscriber.
    """

    digit: str
    line: int
    menu: str = ""
    code: str = ""
    choose: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu and its title's text, `menu-<name>`. `dial`: it can be dialled at once, as a beginning of its own."""

    name: str
    line: int
    dial: str = ""
    items: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Menus:
    """The menus in the order of the file."""

    menus: Mapping[str, Menu] = field(default_factory=dict)
    file: str = "menus.toml"


def read_menus(source: str, file: str = "menus.toml") -> Menus:
    """The menus in a file's text. Raises CatalogueError with every fault of shape."""
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise CatalogueError([Fault(file, int(found[1]) if found else 0, "", str(error))]) from None
    faults = [
        Fault(file, line_of_key(source.splitlines(), 0, key), key, f"unknown table{nearest(key, ('menu',))}")
        for key in document
        if key != "menu"
    ]
    rows = document.get("menu", [])
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise CatalogueError([*faults, Fault(file, 0, "menu", "must be rows, each under [[menu]]")])
    menus: dict[str, Menu] = {}
    for table, (line, lines) in zip(rows, _blocks(source), strict=False):
        menu = _menu(table, file, line, lines, faults)
        if menu.name in menus:
            faults.append(Fault(file, line, "name", f"{menu.name!r} is taken", menus[menu.name].line))
        menus[menu.name] = menu
    for menu in menus.values():
        for item in menu.items:
            if item.menu and item.menu not in menus:
                hint = nearest(item.menu, menus)
                faults.append(Fault(file, item.line, f"{menu.name}.{item.digit}", f"no menu {item.menu!r}{hint}"))
    if faults:
        raise CatalogueError(faults)
    return Menus(menus, file)


def _blocks(source: str) -> Iterator[tuple[int, list[str]]]:
    lines = source.splitlines()
    heads = [index for index, line in enumerate(lines) if re.match(r"\s*\[\[\s*menu\s*\]\]", line)]
    for index, following in zip(heads, [*heads[1:], len(lines)], strict=True):
        yield index + 1, lines[index:following]


def _menu(table: Mapping[str, object], file: str, line: int, lines: list[str], faults: list[Fault]) -> Menu:
    def at(key: str) -> int:
        found = line_of_key(lines, 0, key)
        return line - 1 + found if found else line

    name, dial = table.get("name", ""), table.get("dial", "")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        faults.append(Fault(file, at("name"), "name", "must be small letters, digits and underscores"))
    if not isinstance(dial, str) or (dial and not re.fullmatch(r"\*\d+(\*\d+)*#", dial)):
        faults.append(Fault(file, at("dial"), "dial", "must be a dialled string: *111#"))
    items: list[MenuItem] = []
    for key, value in table.items():
        if key in ("name", "dial"):
            continue
        place = f"{name}.{key}"
        if key not in ITEM_KEYS:
            hint = nearest(key, ("name", "dial"))
            faults.append(Fault(file, at(key), place, f"unknown key: items are 1 to 8, 9 is more and 0 is back{hint}"))
            continue
        known = ("menu", "code", "choose", "when")
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            faults.append(Fault(file, at(key), place, 'must be { menu = "..." } or { code = "..." }'))
            continue
        for strange in value.keys() - set(known):
            faults.append(Fault(file, at(key), f"{place}.{strange}", f"unknown key{nearest(strange, known)}"))
        item = MenuItem(key, at(key), **{each: value.get(each, "") for each in known})
        if bool(item.menu) is bool(item.code):
            faults.append(Fault(file, item.line, place, "must lead to a menu or to a code, and not to both"))
        items.append(item)
    if not items:
        faults.append(Fault(file, line, str(name), "a menu needs an item"))
    return Menu(str(name), line, str(dial), tuple(sorted(items, key=lambda each: each.digit)))
