"""Why a text is no command: walks the trie as far as it goes and says what stopped it, where, and what is right.

Only texts that are refused come here, so clearness goes before speed; the work is bounded by the depth of the trie.
Nothing here decides what a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from gateway.arguments import ArgumentType, Value, Wrong
from gateway.catalogue.trie import Leaf, Node, joined
from gateway.model import Language

if TYPE_CHECKING:
    from gateway.parts import Parts

MASK = "•"
ARITY_PENALTY = 1
"""A kind after which parts would be missing is as unlikely as one whose length is a digit off."""

Step = tuple[str | ArgumentType, Value | None]
"""One part that fitted: a literal, or an argument with its value."""


class Miss(msgspec.Struct, frozen=True):
    """What stopped the reading. `index`: the part concerned, one past the last if a part is missing.

    `after`: where what was taken for the argument ends (0: it is no argument that is wrong).
    """

    refusal: str
    index: int
    path: tuple[Step, ...] = ()
    leaf: Leaf | None = None
    part: str = ""
    offset: int = 0
    detail: Mapping[str, object] = {}
    penalty: int = 0
    after: int = 0


def explain_miss(root: Node, parts: Parts) -> Miss:
    """The likeliest reason: the one furthest into the text, and there the kind that was missed least.

    A kind after which no pattern has room for the rest is left out where another kind has room.
    """
    misses = list(_misses(root, root, parts, 0, ()))
    return misses[0] if len(misses) == 1 else max(misses, key=lambda miss: (miss.index, -miss.penalty))


def _misses(root: Node, node: Node, parts: Parts, index: int, path: tuple[Step, ...]) -> Iterator[Miss]:
    if index == len(parts.keys):
        yield _unfinished(node, index, path)
        return
    key = parts.keys[index]
    found = False
    if key in node.literals:
        found = True
        yield from _misses(root, node.literals[key], parts, index + 1, (*path, (key, None)))
    sms = parts.tokens is not None
    if sms and node.leaf is not None and key in root.literals and key[0].isalpha():
        yield Miss("two_commands", index, path, node.leaf)
        return
    if not key:
        kinds = [kind for kind, _ in node.arguments]
        leaf = _leaf_of(node, len(parts.keys) - index)
        yield Miss("empty_part", index, path, leaf if kinds else None, kinds[0].part if kinds else "code")
        return
    ways = [(kind, child, parts.after(kind, index)) for kind, child in node.arguments]
    roomy = [way for way in ways if max(way[1].by_length, default=-1) >= len(parts.keys) - way[2]]
    for kind, child, after in roomy or ways:
        found = True
        value = kind.parse(parts.text(index, after))
        if not isinstance(value, Wrong):
            yield from _misses(root, child, parts, after, (*path, (kind, value)))
            continue
        left = len(parts.keys) - after
        penalty = kind.distance(parts.text(index, after))
        if left not in child.by_length:
            penalty += ARITY_PENALTY
        leaf = _leaf_of(child, left)
        yield Miss(value.refusal, index, path, leaf, kind.part, value.offset, value.detail, penalty, after)
    if not found and path and _after_comma(parts, index, path[-1][0]):
        yield Miss("bad_sum", index - 1, path[:-1], _leaf_of(node, 0), "sum", detail={"min": 1}, after=index + 1)
    elif not found:
        finished = not node.literals and node.leaf is not None
        if path and (sms or finished):
            yield Miss("wrong_argument_count", index, path, _leaf_of(node, len(parts.keys) - index))
        else:
            yield Miss("unknown_code", index, path)


def _after_comma(parts: Parts, index: int, before: str | ArgumentType) -> bool:
    """Whether the digits at `index` stand behind the comma of a sum: `50,5`."""
    if isinstance(before, str) or before.ungrouped is None or parts.tokens is None:
        return False
    return parts.tokens[index].numeric and parts.line.text[parts.ends[index - 1] : parts.starts[index]] == ","


def _unfinished(node: Node, index: int, path: tuple[Step, ...]) -> Miss:
    """The text ends before any pattern does. With arguments to come it is short of them, else it is no code."""
    if not node.arguments and not any(isinstance(item, ArgumentType) for item, _ in path):
        signs = {"+", "-"} & set(node.literals)
        if not signs:
            return Miss("unknown_code", index, path)
    leaf = _leaf_of(node, 1)
    item = leaf.items[len(path)] if leaf is not None and len(path) < len(leaf.items) else ""
    return Miss("wrong_argument_count", index, path, leaf, item.part if isinstance(item, ArgumentType) else "")


def _leaf_of(node: Node, left: int) -> Leaf | None:
    """The pattern under a node with so many items to come; else the next longer one; else the longest."""
    if left in node.by_length:
        return node.by_length[left]
    longer = [length for length in node.by_length if length > left]
    length = min(longer) if longer else max(node.by_length, default=-1)
    return node.by_length.get(length)


def right_forms(miss: Miss, parts: Parts) -> tuple[str, str]:
    """The right form with the valid arguments filled in and `<number>` for the others, and an example of it."""
    if miss.leaf is None:
        return "", ""
    values = _values(miss, parts, miss.leaf)
    form, example = [], []
    for item, value in zip(miss.leaf.items, values, strict=True):
        if isinstance(item, str):
            form.append(item)
            example.append(item)
        elif value is not None and not item.secret:
            form.append(item.written(value))
            example.append(item.written(value))
        else:
            form.append(item.shown(miss.leaf.channel))
            example.append(item.example)
    return joined(form, miss.leaf.channel), joined(example, miss.leaf.channel)


def _values(miss: Miss, parts: Parts, leaf: Leaf) -> list[Value | None]:
    """The subscriber's values for the items of a pattern: those before the fault, and those after it that fit."""
    values: list[Value | None] = [None] * len(leaf.items)
    for place, (item, value) in enumerate(miss.path):
        if place < len(leaf.items) and leaf.items[place] is item:
            values[place] = value
    first = len(miss.path)
    if len(parts.keys) - miss.index != len(leaf.items) - first:
        return values
    for place in range(first, len(leaf.items)):
        item = leaf.items[place]
        index = miss.index + place - first
        if isinstance(item, ArgumentType) and parts.keys[index]:
            typed = item.parse(parts.text(index, index + 1))
            # Where what stands before is wrong, digits may be a code of another command: those are not echoed.
            echoed = item.part == "number" or _DIGIT_RUN.search(parts.text(index, index + 1)) is None
            values[place] = None if isinstance(typed, Wrong) or not echoed else typed
    return values


_DIGIT = re.compile(r"\d")
_DIGIT_RUN = re.compile(r"\d(?:[ .\-]?\d){3,}")


def masked_digits(text: str, first: int) -> str:
    """The text with every run of four digits or more from place `first` on hidden: it may be a code or a PIN."""
    return text[:first] + _DIGIT_RUN.sub(lambda run: _DIGIT.sub(MASK, run[0]), text[first:])


def hidden(text: str, parts: Parts, first: int, after: int, kind: ArgumentType) -> str:
    """The typed text with the parts from `first` to before `after` hidden, whatever is in them."""
    begin = parts.free_place(first) if kind.rest else parts.line.place(parts.starts[first])
    end = len(text) if kind.rest else parts.line.place(parts.ends[after - 1] - 1) + 1
    return text[:begin] + MASK * (end - begin) + text[end:]


def path_hidden(text: str, miss: Miss, parts: Parts) -> str:
    """The typed text with the secrets hidden that were understood before the fault, and one that is the fault."""
    index = 0
    for item, _ in miss.path:
        after = index + 1
        if isinstance(item, ArgumentType):
            after = parts.after(item, index)
            if item.secret:
                text = hidden(text, parts, index, after, item)
        index = after
    kind = miss.leaf.items[len(miss.path)] if miss.leaf is not None and len(miss.path) < len(miss.leaf.items) else ""
    if miss.after and isinstance(kind, ArgumentType) and kind.secret:
        text = hidden(text, parts, miss.index, len(parts.keys), kind)
    return text


def deepest(node: Node, parts: Parts) -> Node:
    """The node that the literal parts lead to, as far as they lead."""
    for key in parts.keys:
        if key not in node.literals:
            break
        node = node.literals[key]
    return node


def in_words(form: str, language: Language) -> str:
    """A right form with words of that language for the kinds of arguments: `<sum>` is `<сумма>`."""
    return re.sub(r"<([a-z]+)>", lambda found: f"<{_KINDS.get(found[1], {}).get(language, found[1])}>", form)


_KINDS: dict[str, dict[Language, str]] = {
    kind: {Language.RU: ru, Language.BG: bg, Language.LAT: ru}
    for kind, ru, bg in (
        ("number", "номер", "номер"),
        ("sum", "сумма", "сума"),
        ("code", "код", "код"),
        ("id", "код", "код"),
        ("text", "текст", "текст"),
        ("threshold", "порог", "праг"),
        ("pin", "пароль", "парола"),
        ("card", "код карты", "код на картата"),
        ("points", "баллы", "точки"),
        ("date", "ДДММГГ", "ДДММГГ"),
        ("seconds", "секунды", "секунди"),
        ("email", "почта", "имейл"),
        ("name", "имя", "име"),
    )
}
"""English is what stands in the forms already."""
