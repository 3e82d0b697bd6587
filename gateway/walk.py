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
            value = kind.parse(parts.free_text(index) if kind.rest else parts.text(index, after))
            if isinstance(value, Wrong):
                continue
            found.append(Found(kind, value, index, after))
            leaf = match(below, parts, after, found)
            if leaf is not None:
                return leaf
            found.pop()
        return None
