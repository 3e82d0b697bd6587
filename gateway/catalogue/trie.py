"""The code plan as a trie: patterns item by item, so that finding a code does not cost more where there are more codes.

Made once of the catalogue's rows; each placeholder gets its kind from the field of the command that it fills. What
is wrong with a row is collected as faults. The syntax of patterns is the grammar's and is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import lru_cache
from types import NoneType
from typing import get_args, get_type_hints

from gateway.arguments import ArgumentType, Value, Wrong, choice, sum_between, unsigned
from gateway.catalogue.codes import CodeRow, Codes
from gateway.catalogue.faults import Fault, nearest
from gateway.catalogue.products import Operator
from gateway.commands import ENVELOPE, Command
from gateway.kinds import argument_types
from gateway.model import Channel, Language, Money


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`<name>` or `<name:low-high>`. A secret may stand twice: it has to be typed the same both times."""

    name: str
    low: int = 0
    high: int = 0


Item = str | Placeholder

PatternSyntax = Callable[[str, Channel], tuple[Item, ...]]
"""Takes a pattern to its items; raises ValueError with the place where its syntax ends."""


BOUNDED: Mapping[object, Callable[[int, int], ArgumentType]] = {int: choice, Money: sum_between}
"""The types of fields whose placeholders may name the least and the greatest value."""


VISITED_NETWORK = re.compile(r"1[5-9]\d")
"""Codes that a visited network keeps for itself (TS 22.090 5.1.2): abroad they reach home behind the main code."""

SIGNS = ("+", "-")


@dataclass(slots=True, eq=False)
class Leaf:
    """A pattern of a row: its items with their kinds, the fields they fill, the values that are fixed.

    `text`: as the row has it, in line `line`; an alias has the pattern that it stands for.
    """

    row: CodeRow
    text: str
    line: int
    channel: Channel
    items: tuple[str | ArgumentType, ...]
    names: tuple[str, ...]
    fixed: Mapping[str, Value]
    languages: frozenset[Language]


@dataclass(slots=True, eq=False)
class Node:
    """A place between two items. `leaf` ends here; `by_length`: the first row of the plan so many items further on."""

    literals: dict[str, Node] = field(default_factory=dict)
    arguments: list[tuple[ArgumentType, Node]] = field(default_factory=list)
    leaf: Leaf | None = None
    leaves: list[Leaf] = field(default_factory=list)
    by_length: dict[int, Leaf] = field(default_factory=dict)

    def insert(self, leaf: Leaf) -> None:
        """Adds a pattern. The same row in a second language is the same leaf; a second row is a conflict."""
        node = self
        length = len(leaf.items)
        for depth, item in enumerate(leaf.items):
            node.by_length.setdefault(length - depth, leaf)
            node = node._child(item)
        node.by_length.setdefault(0, leaf)
        for known in node.leaves:
            if known.row is leaf.row and known.names == leaf.names:
                known.languages |= leaf.languages
                return
        node.leaves.append(leaf)
        node.leaf = node.leaves[0]

    def _child(self, item: str | ArgumentType) -> Node:
        if isinstance(item, str):
            return self.literals.setdefault(item, Node())
        found = next((node for kind, node in self.arguments if kind is item), None)
        if found is None:
            found = Node()
            self.arguments.append((item, found))
        return found


@dataclass(slots=True, eq=False)
class Tries:
    """The compiled catalogue: dialled strings, SMS lines to any number, and those to one short number only.

    A line that begins with an argument (`<contact> <number>`) is looked for after all that begin with a keyword, so
    that no keyword is taken for a name: those are in `open_to`, by short number, "" being any.
    """

    ussd: Node = field(default_factory=Node)
    sms: Node = field(default_factory=Node)
    sms_to: dict[str, Node] = field(default_factory=dict)
    open_to: dict[str, Node] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)
    asked: dict[CodeRow, ArgumentType] = field(default_factory=dict)
    """What a row asks for on a screen: as by SMS, since letters can be typed there too."""

    def roots(self, to: str) -> list[Node]:
        """Where an SMS to that number is looked for, first things first."""
        found = (self.sms_to.get(to), self.sms, self.open_to.get(to), self.open_to.get(""))
        return [node for node in found if node is not None]

    def root_of(self, leaf: Leaf) -> Node:
        """Where a pattern belongs."""
        if leaf.channel is Channel.USSD:
            return self.ussd
        if not isinstance(leaf.items[0], str):
            return self.open_to.setdefault(leaf.row.to, Node())
        return self.sms_to.setdefault(leaf.row.to, Node()) if leaf.row.to else self.sms


class _Compiler:
    """Makes tries of rows, collecting faults."""

    def __init__(self, operator: Operator, commands: Mapping[str, type[Command]], syntax: PatternSyntax) -> None:
        self.syntax = syntax
        self.kinds = {channel: argument_types(operator, channel) for channel in Channel}
        self.bounded: dict[tuple[object, int, int], ArgumentType] = {}
        self.commands = commands
        self.fields: dict[str, tuple[dict[str, object], frozenset[str]]] = {}
        self.main_code = operator.short_number
        self.leaves: list[Leaf] = []
        self.unsigned: dict[ArgumentType, ArgumentType] = {}
        self.tries = Tries()
        self.faults: list[Fault] = []

    def add(self, row: CodeRow) -> None:
        """Adds a row's patterns, whether it works yet or not."""
        if row.command not in self.commands:
            hint = nearest(row.command, self.commands)
            self._fault(row, "command", f"unknown command {row.command!r}{hint}")
            return
        known, needed = self._fields_of(row.command)
        fixed = self._fixed(row, known)
        forms = [(Channel.USSD, text, frozenset[Language]()) for text in row.ussd]
        forms += [(Channel.SMS, text, frozenset({language})) for language, texts in row.sms.items() for text in texts]
        for channel, text, languages in forms:
            leaf = self._leaf(row, channel, text, languages, known, fixed)
            if leaf is None:
                continue
            if missing := sorted(needed - {*leaf.names, *fixed}):
                self._fault(row, text, f"{text!r}: no placeholder, default or fixed value for {', '.join(missing)}")
            self.leaves.append(leaf)
            if channel is Channel.USSD and isinstance(leaf.items[0], str) and VISITED_NETWORK.fullmatch(leaf.items[0]):
                self.leaves.append(replace(leaf, items=(self.main_code, *leaf.items)))
        if row.asks:
            self._asked(row, known, needed)

    def _asked(self, row: CodeRow, known: Mapping[str, object], needed: frozenset[str]) -> None:
        """The field that a screen asks for: a field with a default, since without a dialog it stays away."""
        kind = self.kinds[Channel.SMS].get(known.get(row.asks))
        if kind is None or row.asks in needed:
            hint = nearest(row.asks, known)
            self._fault(row, "asks", f"{row.asks!r} is no field of {row.command} with a default{hint}")
        else:
            self.tries.asked[row] = kind

    def finish(self) -> Tries:
        """The tries, when all rows have been added."""
        signed = {
            (id(self.tries.root_of(leaf)), *leaf.items[:place])
            for leaf in self.leaves
            for place, item in enumerate(leaf.items)
            if item in SIGNS
        }
        for leaf in self.leaves:
            root = self.tries.root_of(leaf)
            before = [place for place in range(len(leaf.items)) if (id(root), *leaf.items[:place]) in signed]
            leaf.items = tuple(
                self._unsigned(item) if place in before and not isinstance(item, str) else item
                for place, item in enumerate(leaf.items)
            )
            root.insert(leaf)
        self.tries.leaves = self.leaves
        return self.tries

    def _unsigned(self, kind: ArgumentType) -> ArgumentType:
        """Where the plan has a form with a sign, the sign is none of the argument: `РЕБЕНОК +7...` adds a number."""
        return self.unsigned.setdefault(kind, unsigned(kind))

    def _leaf(
        self, row: CodeRow, channel: Channel, text: str, languages: frozenset[Language],
        known: Mapping[str, object], fixed: Mapping[str, Value],
    ) -> Leaf | None:  # fmt: skip
        try:
            parsed = self.syntax(text, channel)
        except ValueError as error:
            self._fault(row, text, str(error))
            return None
        items: list[str | ArgumentType] = []
        names: list[str] = []
        for item in parsed:
            if isinstance(item, str):
                items.append(item)
                continue
            kind = self._kind(row, text, channel, item, known)
            if kind is None:
                return None
            if item.name in fixed or (item.name in names and not kind.secret):
                self._fault(row, text, f"{text!r}: {item.name!r} is filled twice")
                return None
            items.append(kind)
            names.append(item.name)
        for item, placed in zip(parsed[:-1], items[:-1], strict=True):
            if isinstance(item, str) or isinstance(placed, str):
                continue
            if placed.rest or placed.several or (placed.comes_last and channel is Channel.SMS):
                message = f"{text!r}: <{item.name}> takes all that follows, so it must come last"
                self._fault(row, text, message)
                return None
        return Leaf(row, text, row.line_of(text), channel, tuple(items), tuple(names), fixed, languages)

    def _kind(
        self, row: CodeRow, text: str, channel: Channel, item: Placeholder, known: Mapping[str, object]
    ) -> ArgumentType | None:
        if item.name not in known:
            hint = nearest(item.name, known)
            self._fault(row, text, f"{text!r}: <{item.name}> is no field of {row.command}{hint}")
            return None
        typed = known[item.name]
        if item.high:
            bounds = (typed, item.low, item.high)
            if item.low >= item.high or typed not in BOUNDED:
                message = f"{text!r}: <{item.name}> needs a field of type int or Money, and low < high"
                self._fault(row, text, message)
                return None
            return self.bounded.setdefault(bounds, BOUNDED[typed](item.low, item.high))
        kind = self.kinds[channel].get(typed)
        if kind is None:
            self._fault(row, text, f"{text!r}: no kind of argument is known for the type of {item.name!r}")
        return kind

    def _fixed(self, row: CodeRow, known: Mapping[str, object]) -> dict[str, Value]:
        fixed: dict[str, Value] = {}
        for name, typed in row.arguments.items():
            kind = self.kinds[Channel.SMS].get(known.get(name))
            if name not in known:
                self._fault(row, "arguments", f"{name!r} is no field of {row.command}{nearest(name, known)}")
                continue
            value: Value | Wrong = kind.parse(str(typed)) if kind is not None else typed
            if isinstance(value, Wrong):
                self._fault(row, "arguments", f"{typed!r} is no value for {name!r}: {value.refusal}")
                continue
            fixed[name] = value
        return fixed

    def _fields_of(self, name: str) -> tuple[dict[str, object], frozenset[str]]:
        """Types of a command's own fields (`X | None` is X), and those without a default."""
        if name not in self.fields:
            command = self.commands[name]
            hints = get_type_hints(command)
            own = [each for each in fields(command) if each.name not in ENVELOPE]
            types = {each.name: _without_none(hints[each.name]) for each in own}
            needed = frozenset(each.name for each in own if each.default is MISSING and each.default_factory is MISSING)
            self.fields[name] = types, needed
        return self.fields[name]

    def _fault(self, row: CodeRow, key: str, message: str) -> None:
        self.faults.append(Fault(row.file, row.line_of(key), row.command if key in row.lines else key, message))


def _without_none(hint: object) -> object:
    kept = [each for each in get_args(hint) if each is not NoneType]
    return kept[0] if len(kept) == 1 and len(get_args(hint)) == 2 else hint


def compile_codes(
    codes: Codes, operator: Operator, commands: Mapping[str, type[Command]], syntax: PatternSyntax
) -> tuple[Tries, list[Fault]]:
    """The tries of a code table, and what is wrong with its rows one by one (`check_codes` looks at pairs).

    The check and the grammar of one start read the same table: it is compiled once for both.
    """
    tries, faults = _compiled(codes, operator, tuple(commands.items()), syntax)
    return tries, list(faults)


@lru_cache(maxsize=2)
def _compiled(
    codes: Codes, operator: Operator, commands: tuple[tuple[str, type[Command]], ...], syntax: PatternSyntax
) -> tuple[Tries, tuple[Fault, ...]]:
    compiler = _Compiler(operator, dict(commands), syntax)
    for row in codes.rows:
        compiler.add(row)
    return compiler.finish(), tuple(compiler.faults)


def fixed_start(leaf: Leaf) -> list[str]:
    """The items of a pattern before its first placeholder."""
    start: list[str] = []
    for item in leaf.items:
        if not isinstance(item, str):
            break
        start.append(item)
    return start


def form_of(leaf: Leaf) -> str:
    """A pattern with the kinds of its arguments: `*112*<number>*<sum>#`."""
    return joined([item if isinstance(item, str) else item.shown(leaf.channel) for item in leaf.items], leaf.channel)


def joined(items: list[str], channel: Channel) -> str:
    """Items as a person types them: `*112*<number>*<sum>#`, `ПЕРЕВОД <number> <sum>`."""
    if channel is Channel.USSD:
        return f"*{'*'.join(items)}#"
    return " ".join(item if item.startswith("<") else item.upper() for item in items)
