"""The way of a text's parts through the trie of the plan: to the pattern they match, with the values of its arguments.

Nothing is corrected or explained here. Pure; the work is bounded by the number of parts and the kinds at each node.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.arguments import ArgumentType, Value, Wrong
from gateway.catalogue.trie import Leaf, Node
from gateway.parts import Parts


@dataclass(slots=True)
class Found:
    """One argument on the way through the trie: its kind, its value, the parts it took."""

    kind: ArgumentType
    value: Value
    first: int
    after: int


def match(node: Node, parts: Parts, index: int, found: list[Found]) -> Leaf | None:
    """The leaf that the parts from `index` on lead to. A literal goes before an argument; `found` gets the values."""
    keys = parts.keys
    count = len(keys)
    while True:
        if index == count:
            return node.leaf
        child = node.literals.get(keys[index])
        if child is not None:
            if not node.arguments:
                node = child
                index += 1
                continue
            leaf = match(child, parts, index + 1, found)
            if leaf is not None:
                return leaf
        for kind, below in node.arguments:
            after = parts.after(kind, index)
            leaf = _argument(kind, below, parts, index, after, found)
            if leaf is None and kind.ungrouped is not None and parts.tokens is not None:
                shorter = kind.ungrouped(parts.line.text, parts.tokens, index)
                if shorter != after:
                    leaf = _argument(kind, below, parts, index, shorter, found)
            if leaf is not None:
                return leaf
        return None


def _argument(kind: ArgumentType, below: Node, parts: Parts, index: int, after: int, found: list[Found]) -> Leaf | None:
    """The leaf on the way where the parts from `index` to before `after` are an argument of this kind."""
    value = kind.parse(parts.free_text(index) if kind.rest else parts.text(index, after))
    if isinstance(value, Wrong):
        return None
    found.append(Found(kind, value, index, after))
    leaf = match(below, parts, after, found)
    if leaf is None:
        found.pop()
    return leaf


def other_grouping(parts: Parts, found: list[Found]) -> tuple[Value, Value] | None:
    """The values of the last two arguments if the digits between them may belong to either: `1 000 500`."""
    if parts.tokens is None or len(found) < 2:
        return None
    one, other = found[-2:]
    if one.kind.ungrouped is None or other.kind.ungrouped is None or one.after != one.first + 1:
        return None
    group = parts.tokens[other.first]
    if other.after < other.first + 2 or not parts.tokens[other.first + 1].numeric or len(group.key) != 3:
        return None
    first = one.kind.parse(parts.text(one.first, other.first + 1))
    second = other.kind.parse(parts.text(other.first + 1, other.after))
    return None if isinstance(first, Wrong) or isinstance(second, Wrong) else (first, second)
