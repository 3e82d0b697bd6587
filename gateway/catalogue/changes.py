"""What tells one state of the operator's data from another: a digest of its files, and what changed for a reader.

Pure but for the files that `digest_of` reads. It does not decide whether a change is good: the check does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from gateway.catalogue.codes import CodeRow, Codes
from gateway.catalogue.menus import Menu, Menus
from gateway.catalogue.products import Products

DIGEST_OCTETS = 16
WHERE_IT_STANDS = frozenset({"file", "line", "lines", "order"})
"""Fields of a row that say where it is written, not what it is."""

K = TypeVar("K")
V = TypeVar("V")


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """Names a state of the data: BLAKE2b over the names and contents of its files, in hexadecimal digits."""
    whole = hashlib.blake2b(digest_size=DIGEST_OCTETS)
    for name, content in sorted(files):
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def code_changes(old: Codes, new: Codes) -> Iterator[str]:
    """`code *111*123# added`: rows by their first form."""
    yield from _told("code", _rows(old), _rows(new))


def _rows(codes: Codes) -> dict[str, Mapping[str, object]]:
    rows: dict[str, Mapping[str, object]] = {}
    for row in codes.rows:
        values = {each.name: getattr(row, each.name) for each in fields(row) if each.name not in WHERE_IT_STANDS}
        rows[_label(row)] = values
    return rows


def _label(row: CodeRow) -> str:
    words = next(iter(row.sms.values()), ())
    label = row.ussd[0] if row.ussd else words[0] if words else row.command
    return f"{label} to {row.to}" if row.to else label


def product_changes(old: Products, new: Products) -> Iterator[str]:
    """`service 12 changed: price_minor 5000 -> 6000`, `transfer changed: fee_minor 700 -> 900`."""
    for each in fields(Products):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if isinstance(before, Mapping):
            yield from _told(each.name.removesuffix("s"), _keyed(before), _keyed(after), _fields_changed)
        elif before != after:
            yield f"{each.name} changed: {_fields_changed(before, after)}"


def _fields_changed(before: Any, after: Any) -> str:
    """Which fields of two values of one dataclass differ, and how."""
    pairs = ((key.name, getattr(before, key.name), getattr(after, key.name)) for key in fields(before))
    return ", ".join(f"{name} {one} -> {other}" for name, one, other in pairs if one != other)


def _keyed(values: Mapping[K, V]) -> dict[str, V]:
    return {str(key): value for key, value in values.items()}


def menu_changes(old: Menus, new: Menus) -> Iterator[str]:
    """`menu money changed`: menus by name, whatever line they stand in."""
    yield from _told("menu", _menus(old), _menus(new))


def _menus(menus: Menus) -> dict[str, Menu]:
    """Without the lines, which say where a menu is written, not what it is."""
    return {
        name: replace(menu, line=0, items=tuple(replace(item, line=0) for item in menu.items))
        for name, menu in menus.menus.items()
    }


def text_changes(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    """`text ru/numbers-connected changed`; texts by language and name."""
    yield from _told("text", old, new)


def _told(
    what: str, old: Mapping[str, V], new: Mapping[str, V], how: Callable[[V, V], str] | None = None
) -> Iterator[str]:
    for key, value in new.items():
        if key not in old:
            yield f"{what} {key} added"
        elif value != old[key]:
            yield f"{what} {key} changed" + (f": {how(old[key], value)}" if how is not None else "")
    for key in old:
        if key not in new:
            yield f"{what} {key} removed"
