"""Which patterns of the plan can match one string: two walks through a trie at once, reading the same characters.

Wherever both have come to the end of a pattern, one string is understood in two ways. Every state of the two is visited
once, so nothing is left out and nothing is tried. A state is a place between two items, or a position inside an
argument while the other walk is between two items (`gateway.automaton`), so it does not matter that one pattern's
argument may be two of another's. The grammar can only be stricter: here an argument may end wherever its kind allows
it to, not just where the grammar would end it.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway.arguments import ArgumentType
from gateway.automaton import SIGNS, Automaton, Characters, class_of, common, either, some, word
from gateway.catalogue.trie import Leaf, Node
from gateway.model import Channel

Spellings = Callable[[str], Iterable[str]]
"""All the ways in which a keyword may be written."""

OPEN, SPACED, SPACED_WITHOUT_COMMA, NO_NUMBER = "open", "spaced", "spaced without comma", "no number"
"""What may follow at a place: anything; only a separator; whatever does not go on with a number. Else it is the class
of characters that may not follow at once."""
_NUMBER_MARKS = "-.()"

_SEPARATORS = {SPACED_WITHOUT_COMMA: some(" ;")}
_ANY_SEPARATOR = some(" ,;")


class Ambiguity(NamedTuple):
    """Two patterns, and a string that both match: segments with `*` between them, or a line."""

    one: Leaf
    other: Leaf
    example: str


@dataclass(frozen=True, eq=False)
class _Edge:
    """An item on the way to a node, what may follow it, and what it takes: one of these words, or what a kind takes."""

    node: Node
    follows: str
    forms: tuple[str, ...] = ()
    takes: Automaton | None = None

    @functools.cached_property
    def automaton(self) -> Automaton:
        """Made when an argument could be such a word: the keywords that lines begin with are never compared so."""
        return self.takes or either(*map(word, sorted(self.forms)))

    @property
    def place(self) -> _Place:
        return _Place(self.node, self.follows)


class _Place(NamedTuple):
    """Between two items."""

    node: Node
    follows: str


class _Inside(NamedTuple):
    """Inside an item: the position of its automaton that the last character led to."""

    edge: _Edge
    position: int


_Pair = tuple[_Place, _Place] | tuple[_Place, _Inside]
"""Where both walks are. Which of the two is first makes no difference."""

Starts = tuple[tuple[Characters, int], ...]
"""The characters that may be read next, and the position that each leads to."""


class _Edges:
    """The items that lead on from a node."""

    def __init__(self, node: Node, spellings: Spellings) -> None:
        self.words: list[_Edge] = []
        self.literals: dict[str, _Edge] = {}
        self.shared: dict[str, list[_Edge]] = {}  # what is a spelling of several keywords
        for key, below in node.literals.items():
            edge = _Edge(below, _after_keyword(key), (key, *spellings(key)))
            self.words.append(edge)
            for form in edge.forms:
                other = self.literals.setdefault(form, edge)
                if other is not edge:
                    self.shared.setdefault(form, [other]).append(edge)
        self.arguments: list[_Edge] = []
        for kind, below in node.arguments:
            self.arguments.append(_Edge(below, _after_argument(kind), takes=kind.takes))
            if kind.takes_last is not None:
                self.arguments.append(_Edge(Node(leaves=below.leaves), SPACED, takes=kind.takes_last))

    def of(self, form: str) -> Sequence[_Edge]:
        """The keywords that may be written so."""
        return self.shared.get(form) or ((self.literals[form],) if form in self.literals else ())


def _after_keyword(key: str) -> str:
    """Letters continue a word and digits a group of digits; a sign stands for itself."""
    ended = class_of(key[-1])
    return OPEN if ended == SIGNS else ended


def _after_argument(kind: ArgumentType) -> str:
    """What is written onto an argument is its own, but for numbers; a comma behind a sum may begin its decimals."""
    if kind.ends_itself:
        return NO_NUMBER
    decimals = any("," in characters.some for characters in kind.takes.characters)
    return SPACED_WITHOUT_COMMA if decimals else SPACED


class Comparison:
    """Finds the ambiguities of tries of one channel. `spellings` of a keyword are taken for the keyword."""

    def __init__(self, channel: Channel, spellings: Spellings) -> None:
        self._separator = "*" if channel is Channel.USSD else " "
        self._splits = channel is Channel.SMS  # an argument may be what is several items of another pattern
        self._spellings = spellings
        self._known: dict[Node, _Edges] = {}
        self._races: dict[tuple[object, ...], tuple[_Finish, ...]] = {}

    def of(self, root: Node) -> Iterator[Ambiguity]:
        """Every two patterns under the node that one string can match, each two once."""
        start = (_Place(root, OPEN), _Place(root, OPEN))
        came: dict[_Pair, tuple[_Pair | None, str]] = {start: (None, "")}
        queue: deque[_Pair] = deque(came)
        found: set[frozenset[tuple[int, str]]] = set()
        while queue:
            pair = queue.popleft()
            for one, other in _ends(pair):
                culprits = frozenset(((id(one.row), one.text), (id(other.row), other.text)))
                if culprits not in found:
                    found.add(culprits)
                    yield Ambiguity(one, other, _read(came, pair))
            for text, following in self._following(pair):
                mirrored = following[1], following[0]
                if following not in came and mirrored not in came:
                    came[following] = (pair, text)
                    queue.append(following)

    def _edges(self, node: Node) -> _Edges:
        if node not in self._known:
            self._known[node] = _Edges(node, self._spellings)
        return self._known[node]

    def _following(self, pair: _Pair) -> Iterator[tuple[str, _Pair]]:
        """(what both read, where they are then)."""
        one, other = pair
        if isinstance(other, _Place):
            yield from self._together(one, other)
        else:
            yield from self._against(one, other)

    def _together(self, one: _Place, other: _Place) -> Iterator[tuple[str, _Pair]]:
        """Both begin an item. That they could do so without a separator adds nothing: with one they can too."""
        between = "" if OPEN in (one.follows, other.follows) else self._separator
        mine, theirs = self._edges(one.node), self._edges(other.node)
        if mine is theirs:
            # Each keyword is itself in each of its spellings: one of them is enough.
            for edge in mine.words:
                yield between + edge.forms[0], (edge.place, edge.place)
        for form in sorted(mine.shared if mine is theirs else mine.literals.keys() & theirs.literals.keys()):
            for edge in mine.of(form):
                for same in theirs.of(form):
                    yield between + form, (edge.place, same.place)
        for edges, others in ((mine.arguments, theirs.arguments + theirs.words), (mine.words, theirs.arguments)):
            for edge in edges:
                for against in others:
                    key = (edge.automaton, against.automaton)
                    if key not in self._races:
                        self._races[key] = tuple(
                            _race(edge.automaton, _begin(edge), against.automaton, _begin(against))
                        )
                    for text, following in self._outcomes(edge, against, self._races[key]):
                        yield between + text, following

    def _against(self, place: _Place, inside: _Inside) -> Iterator[tuple[str, _Pair]]:
        """One begins an item, or reads the separator before it, inside an item of the other."""
        automaton = inside.edge.automaton
        going_on = _next(automaton, inside.position)
        for characters, position in going_on:
            if read := common(characters, _SEPARATORS.get(place.follows, _ANY_SEPARATOR)):
                yield read, (_Place(place.node, OPEN), _Inside(inside.edge, position))
        if place.follows in (SPACED, SPACED_WITHOUT_COMMA):
            return
        edges = self._edges(place.node)
        for edge in edges.arguments + edges.words:
            key = (edge.automaton, place.follows, automaton, inside.position)
            if key not in self._races:
                starts = tuple((_allowed(each, place.follows), position) for each, position in _begin(edge))
                self._races[key] = tuple(_race(edge.automaton, starts, automaton, going_on))
            yield from self._outcomes(edge, inside.edge, self._races[key])

    def _outcomes(self, one: _Edge, other: _Edge, finishes: Iterable[_Finish]) -> Iterator[tuple[str, _Pair]]:
        """Where both are when one item has ended, or both have."""
        for text, position, ended, other_position, other_ended in finishes:
            if ended and other_ended:
                yield text, (one.place, other.place)
            if ended and self._goes_on(one):
                yield text, (one.place, _Inside(other, other_position))
            if other_ended and self._goes_on(other):
                yield text, (other.place, _Inside(one, position))

    def _goes_on(self, edge: _Edge) -> bool:
        return self._splits and bool(edge.node.literals or edge.node.arguments)


class _Finish(NamedTuple):
    """What was read until one automaton may end, where both are then, and which of them may end."""

    text: str
    position: int
    ended: bool
    other_position: int
    other_ended: bool


def _begin(edge: _Edge) -> Starts:
    return tuple((edge.automaton.characters[position], position) for position in sorted(edge.automaton.first))


def _allowed(characters: Characters, follows: str) -> Characters:
    if follows == NO_NUMBER:
        return characters.without_class("digits").without(_NUMBER_MARKS)
    return characters.without_class(follows)


def _next(automaton: Automaton, position: int) -> Starts:
    return tuple((automaton.characters[each], each) for each in sorted(automaton.follow[position]))


def _race(one: Automaton, starts: Starts, other: Automaton, other_starts: Starts) -> Iterator[_Finish]:
    """Both automata read the same characters; every pair of positions where one of them may end."""
    came: dict[tuple[int, int], str] = {}
    queue: deque[tuple[int, int]] = deque()

    def read(before: str, mine: Starts, theirs: Starts) -> None:
        for characters, position in mine:
            for others, other_position in theirs:
                pair = (position, other_position)
                if pair not in came and (character := common(characters, others)):
                    came[pair] = before + character
                    queue.append(pair)

    read("", starts, other_starts)
    while queue:
        pair = queue.popleft()
        position, other_position = pair
        ended, other_ended = position in one.last, other_position in other.last
        if ended or other_ended:
            yield _Finish(came[pair], position, ended, other_position, other_ended)
        read(came[pair], _next(one, position), _next(other, other_position))


def _ends(pair: _Pair) -> Iterator[tuple[Leaf, Leaf]]:
    """Patterns that end where both are, but for one row's that mean the same."""
    one, other = pair
    if isinstance(other, _Place):
        for leaf in one.node.leaves:
            for against in other.node.leaves:
                if leaf.row is not against.row or leaf.names != against.names:
                    yield leaf, against


def _read(came: dict[_Pair, tuple[_Pair | None, str]], pair: _Pair | None) -> str:
    """What both have read on their way to that pair."""
    texts: list[str] = []
    while pair is not None:
        pair, text = came[pair]
        texts.append(text)
    return "".join(reversed(texts))
