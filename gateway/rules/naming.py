"""What is sold, as a list shows it: its name in the reader's language, its price in few characters. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.catalogue.products import Names
from gateway.model import Language, Money

LIST_ROOM = {Language.RU: 140, Language.BG: 140, Language.EN: 370, Language.LAT: 300}
"""Characters for a list's lines: three joined SMS (3 * 67 or 3 * 153, TS 23.040 9.2.3.24) less the frame."""


def name_in(names: Names, language: Language) -> str:
    """A name in a language; in any where it has none in that."""
    return names.get("ru" if language is Language.LAT else language) or next(iter(names.values()), "")


def nameless(number: int) -> Names:
    """What is called by its number, for want of a name."""
    return dict.fromkeys(("ru", "bg", "en"), str(number))


def amount(price: Money) -> str:
    """A price as a list shows it, without the currency, which the list's head names."""
    whole, rest = divmod(price, 100)
    return f"{whole}.{rest:02}" if rest else str(whole)


def numbered(number: int, names: Names, price: Money, language: Language) -> str:
    """One line of a list: the id as it has to be typed, the name, the price if it has one."""
    cost = f": {amount(price)}" if price else ""
    return f"\n{number} {name_in(names, language)}{cost}"


def in_pages(lines: Iterable[str], room: int) -> list[list[str]]:
    """Lines by pages of `room` characters; a line that is longer has a page of its own."""
    pages: list[list[str]] = []
    left = 0
    for line in lines:
        if not pages or len(line) > left:
            pages.append([])
            left = room
        pages[-1].append(line)
        left -= len(line)
    return pages


def grouped(lines: Iterable[tuple[str, str]], *groups: str) -> dict[str, object]:
    """Lines by group, as a list's text takes them: the joined lines and their number."""
    by_group: dict[str, list[str]] = {group: [] for group in groups}
    for group, line in lines:
        by_group[group].append(line)
    arguments: dict[str, object] = {group: "".join(each) for group, each in by_group.items()}
    arguments |= {f"{group}_count": len(each) for group, each in by_group.items()}
    return arguments


def abridged(items: Iterable[str], room: int, between: str = ", ") -> str:
    """Items one after another, as many as fit; where some do not, dots stand for them."""
    text = ""
    for item in items:
        more = f"{between}{item}" if text else item
        if text and len(text) + len(more) > room:
            return f"{text}{between}..."
        text += more
    return text
