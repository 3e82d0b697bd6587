"""From one text to one `Reading`: which command it is, with its typed arguments, or what is wrong with it and where.

Two steps. pyparsing takes the syntax apart (the strings that come in, and the patterns of the catalogue); then a
trie over the catalogue's rows finds the command, so that the cost does not grow with the number of codes. Pure: it
remembers readings, but never one with a secret in it. It runs nothing, and never raises for what a subscriber typed.

    message      = dial-string / numeric / line         ; numeric and line by SMS only
    dial-string  = [start] segment *("*" segment) [1*"#" [tail]]
    start        = "*" / "#" / "**" / "x"               ; "#": the answer in Latin letters; "**": asks first; x: a slip
    segment      = *<any character but "*" and "#">     ; an empty one is refused with the name of its part
    tail         = call-word                            ; "call", as leaflets print it; anything else is refused
    numeric      = 1*DIGIT *("*" 1*DIGIT)               ; what stands between `*111*` and `#`
    line         = word *([separator] (word / sign / digits)) *("." / "!" / "?")
    separator    = 1*(SP / "," / ";")
    sign         = "+" / "-"

    ussd-pattern = "*" item *("*" item) "#"             ; item = 1*DIGIT / placeholder
    sms-pattern  = 1*(word / sign / 1*DIGIT / placeholder)
    placeholder  = "<" name [":" low "-" high] ">"      ; its type is the type of the command's field
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyparsing as pp

from gateway.arguments import OTP_DIGITS, ArgumentType, Token, Value, Wrong
from gateway.catalogue.codes import CodeRow, Codes
from gateway.catalogue.faults import CatalogueError
from gateway.catalogue.nearest import NearestIndex
from gateway.catalogue.products import Operator
from gateway.catalogue.trie import Item, Leaf, Node, Placeholder, compile_codes, fixed_start, form_of, joined
from gateway.characters import Line, folded, plain
from gateway.commands import Command
from gateway.misreadings import (
    Miss,
    deepest,
    explain_miss,
    hidden,
    in_words,
    masked_digits,
    path_hidden,
    right_forms,
)
from gateway.model import Channel, Language

UNDERSTOOD = "understood"
ASK = "understood_ask"
REFUSED = "refused"

LENGTH_MAX = {Channel.USSD: 182, Channel.SMS: 500}
"""Characters, counted after trimming: 160 octets of 7-bit characters (TS 23.038), and a long SMS."""
CACHED_MAX = 4096
SUGGESTIONS_MAX = 2
INPUT_SHOWN_MAX = 24
NOT_A_CODE_LENGTH = 9
"""A segment as long as this is an argument, whatever the code: suggestions leave it out."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means. `arguments` is shared between equal texts: do not change it.

    `position` counts characters from 0 in the text as typed, -1 where there is none; `part` is the kind of the
    argument concerned; `detail`: its `input` (masked), the `length` seen, `min` and `max`. `right` is the right
    form, with the subscriber's own valid arguments filled in. `language` is that of the keyword (None: digits, a
    dialled string, a word shared by two languages). `masked` is the text as it may be logged and kept; `secret`
    says that something in it had to be masked.
    """

    outcome: str
    command: str = ""
    arguments: Mapping[str, Value] = field(default_factory=dict)
    refusal: str = ""
    position: int = -1
    part: str = ""
    right: str = ""
    example: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    latin: bool = False
    language: Language | None = None
    row: CodeRow | None = None
    masked: str = ""
    secret: bool = False


# -- syntax: patterns of the catalogue ----------------------------------------------------------------------------


def _placeholder(tokens: pp.ParseResults) -> Placeholder:
    found = tokens.as_dict()
    return Placeholder(found["name"], int(found.get("low", 0)), int(found.get("high", 0)))


def _folded_word(tokens: pp.ParseResults) -> str:
    return folded(str(tokens[0]))


def _pattern_grammars() -> tuple[pp.ParserElement, pp.ParserElement]:
    number = pp.Word(pp.nums)
    bounds = pp.Suppress(":") + number("low") + pp.Suppress("-") + number("high")
    name = pp.Regex(r"[a-z][a-z0-9_]*").set_name("name")
    placeholder = pp.Suppress("<") + name("name") + pp.Opt(bounds) + pp.Suppress(">")
    placeholder.set_parse_action(_placeholder).set_name("placeholder")
    item = (number | placeholder).set_name("digits or placeholder")
    ussd = pp.Suppress("*") + pp.DelimitedList(item, "*") + pp.Suppress("#")
    word = pp.Regex(r"[^\W\d_]+(?:-[^\W\d_]+)*").set_parse_action(_folded_word).set_name("word")
    sign = pp.one_of("+ -").set_name("sign")
    sms = pp.OneOrMore(placeholder | word | sign | number)
    return ussd.leave_whitespace(), sms


_USSD_PATTERN, _SMS_PATTERN = _pattern_grammars()


def parse_pattern(text: str, channel: Channel) -> tuple[Item, ...]:
    """The items of a catalogue pattern. Raises ValueError with the place where its syntax ends."""
    grammar = _USSD_PATTERN if channel is Channel.USSD else _SMS_PATTERN
    try:
        return tuple(grammar.parse_string(text, parse_all=True))
    except pp.ParseException as error:
        raise ValueError(f"not a pattern, at character {error.loc + 1} of {text!r}: {error.msg.lower()}") from None


# -- syntax: what comes in ----------------------------------------------------------------------------------------

# Few terms, since each costs microseconds: one takes a whole dialled string, one a whole SMS line.
_DIAL = pp.Regex(
    r"(?P<start>[*#](?:\s*[*#])*|[xXхХ](?=\s*\d)|)(?P<body>[^#]*)(?P<end>(?:#\s*)*)(?P<tail>.*)", as_match=True
).leave_whitespace().parse_with_tabs()  # fmt: skip
_LINE = pp.Regex(r"(?P<words>.*?)[\s.!?]*\Z", as_match=True).leave_whitespace().parse_with_tabs()

_NUMERIC = re.compile(r"\d[\d *]*\Z", re.ASCII)
_DIALLED = re.compile(r"\s*(?:[*#]|[xXхХ]\s*\d[\d\s*]*#|\d[\d\s*]*#)")
_TOKEN = re.compile(r"\(?\d(?:[\d.\-()]*[\d)])?|(?P<word>[^\W\d_]+(?:[-'][^\W\d_]+)*)\.?|[^\s,;\"'«»“”„‘’`]")

CALL_WORDS = frozenset(map(folded, ("вызов", "звонок", "обаждане", "повикване", "call", "send")))
POLITE_WORDS = frozenset(map(folded, ("пожалуйста", "спасибо", "моля", "благодаря", "please", "thanks")))


@dataclass(frozen=True, slots=True)
class Parts:
    """A text taken apart: for each part its folded form and where it stands in the plain line."""

    line: Line
    keys: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    tokens: Sequence[Token] | None = None  # None: a dialled string, whose arguments are one segment each

    def after(self, kind: ArgumentType, index: int) -> int:
        """The index after the parts that belong to one argument of this kind."""
        return index + 1 if self.tokens is None else kind.span(self.line.text, self.tokens, index)

    def text(self, first: int, after: int) -> str:
        return self.line.text[self.starts[first] : self.ends[after - 1]]


def _segments(line: Line, first: int, last: int) -> Parts:
    """The segments between two places of a dialled string; spaces around and inside a segment do not count."""
    keys, starts, ends = [], [], []
    at = first
    for segment in line.text[first:last].split("*"):
        bare = segment.strip()
        begin = at + segment.find(bare) if bare else at
        keys.append(bare.replace(" ", "") if " " in bare else bare)
        starts.append(begin)
        ends.append(begin + len(bare))
        at += len(segment) + 1
    return Parts(line, keys, starts, ends)


def _words(line: Line) -> Parts:
    """The words, groups of digits and signs of an SMS line, without polite words at its ends."""
    length = len(_LINE.parse_string(line.text)[0]["words"])
    tokens = _tokens(line.text, 0, length)
    first, last = 0, len(tokens)
    while first < last and tokens[first].key in POLITE_WORDS:
        first += 1
    while last > first and tokens[last - 1].key in POLITE_WORDS:
        last -= 1
    return _parts(line, tokens[first:last])


def _tokens(text: str, first: int, last: int) -> list[Token]:
    return [
        Token(folded(word) if (word := found["word"]) else found[0], found.start(), found.end())
        for found in _TOKEN.finditer(text, first, last)
    ]


def _parts(line: Line, tokens: Sequence[Token]) -> Parts:
    return Parts(line, [t.key for t in tokens], [t.start for t in tokens], [t.end for t in tokens], tokens)


# -- the walk -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """One argument on the way through the trie: its kind, its value, the parts it took."""

    kind: ArgumentType
    value: Value
    first: int
    after: int


def _match(node: Node, parts: Parts, index: int, found: list[_Found]) -> Leaf | None:
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
            leaf = _match(child, parts, index + 1, found)
            if leaf is not None:
                return leaf
        for kind, below in node.arguments:
            after = parts.after(kind, index)
            value = kind.parse(_free_text(parts, index) if kind.rest else parts.text(index, after))
            if isinstance(value, Wrong):
                continue
            found.append(_Found(kind, value, index, after))
            leaf = _match(below, parts, after, found)
            if leaf is not None:
                return leaf
            found.pop()
        return None


def _free_text(parts: Parts, index: int) -> str:
    """A free text is taken as it was typed, not as plain characters."""
    return parts.line.typed[parts.line.place(parts.starts[index]) :]


def _place(parts: Parts, index: int, offset: int = 0) -> int:
    """Where in the typed text a part begins; one past the last part: where the text ends."""
    if index < len(parts.keys):
        return parts.line.place(parts.starts[index] + offset)
    return parts.line.place(parts.ends[-1]) if parts.keys else parts.line.lead


def _only(languages: frozenset[Language]) -> Language | None:
    return next(iter(languages)) if len(languages) == 1 else None


# -- corrections that ask -----------------------------------------------------------------------------------------

Correction = Callable[[Node, Parts], Parts | None]
"""Another way to understand a line that is no command as it stands, or None. What it finds is asked, not done."""


def _sign_left_out(root: Node, parts: Parts) -> Parts | None:
    """`НОМЕРА 89161234567`: a number after a keyword that takes `+` or `-` is meant to be added."""
    tokens = parts.tokens
    if tokens is None or len(tokens) < 2 or not tokens[1].numeric:
        return None
    node = root.literals.get(tokens[0].key)
    if node is None or "+" not in node.literals:
        return None
    place = tokens[1].start
    return _parts(parts.line, [tokens[0], Token("+", place, place), *tokens[1:]])


CORRECTIONS: tuple[tuple[str, Correction], ...] = (("sign", _sign_left_out),)
"""In the order in which they are tried, and only where the text as it stands is no command."""


def _as_understood(leaf: Leaf, found: Sequence[_Found]) -> str:
    """A corrected command as it would be typed; a secret in it is shown by its name."""
    values = iter(found)
    items = []
    for item in leaf.items:
        if isinstance(item, str):
            items.append(item)
        else:
            value = next(values).value
            items.append(item.shown(leaf.channel) if item.secret else item.written(value))
    return joined(items, leaf.channel)


# -- the grammar --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call of `read`, as its steps hand it on."""

    text: str
    line: Line
    fixes: tuple[str, ...] = ()
    latin: bool = False
    ask: bool = False


class Grammar:
    """The compiled code plan. Raises CatalogueError if a row cannot be compiled."""

    def __init__(self, codes: Codes, operator: Operator, commands: Mapping[str, type[Command]]) -> None:
        self.tries, faults = compile_codes(codes, operator, commands, parse_pattern)
        if faults:
            raise CatalogueError(faults)
        self.codes = codes
        self._main_code = operator.short_number
        rows = [row for row in codes.rows if row.available]
        self._pending_answers = {row.pending_sms: row for row in rows if row.pending_sms}
        self._accepts = next((row for row in rows if row.pending_sms), None)
        self._blank = next((row for row in rows if row.blank_sms), None)
        self._any_text = {to: row for row in rows for to in row.any_text_to}
        self._fixed = {leaf.row: leaf.fixed for leaf in self.tries.leaves}
        self._forms: dict[CodeRow, str] = {}
        for leaf in self.tries.leaves:
            self._forms.setdefault(leaf.row, form_of(leaf))
        self._rows_by_form = {form: row for row, form in self._forms.items()}
        dialled = [
            ("*".join(fixed_start(leaf)), leaf.row) for leaf in self.tries.leaves if leaf.channel is Channel.USSD
        ]
        words = [
            (fixed_start(leaf)[0], leaf.row) for leaf in self.tries.leaves
            if leaf.channel is Channel.SMS and fixed_start(leaf) and fixed_start(leaf)[0].isalpha()
        ]  # fmt: skip
        self._nearest = NearestIndex([*dialled, *words])
        # Two generations make a bounded cache without bookkeeping: what is used in a generation lives on in the next.
        self._young: dict[tuple[Channel, str, str, bool], Reading] = {}
        self._old: dict[tuple[Channel, str, str, bool], Reading] = {}

    def read(self, text: str, channel: Channel, to: str = "", *, pending: bool = False, menu: bool = False) -> Reading:
        """What a text means. `to`: the short number of an SMS. `pending`: a question waits for this subscriber.

        `menu`: a menu is open, so its own bare answers are not for this grammar and have been taken already.
        """
        key = (channel, to, text, pending and not menu)
        found = self._young.get(key)
        if found is not None:
            return found
        found = self._old.get(key)
        if found is None:
            found = self._read(text, channel, to, key[3])
            if found.secret:
                return found
        if len(self._young) >= CACHED_MAX // 2:
            self._old, self._young = self._young, {}
        self._young[key] = found
        return found

    def _read(self, text: str, channel: Channel, to: str, pending: bool) -> Reading:
        length = len(text.strip())
        if length > LENGTH_MAX[channel]:
            shown = masked_digits(text.strip()[:INPUT_SHOWN_MAX], 0) + "…"
            detail = {"length": length, "max": LENGTH_MAX[channel]}
            return Reading(REFUSED, refusal="too_long", position=LENGTH_MAX[channel], detail=detail, masked=shown,
                           secret=True)  # fmt: skip
        line = plain(text)
        asked = _Asked(text, line)
        if line.superscript >= 0:
            miss = Miss("superscript", 0, detail={"input": text[line.superscript]})
            return self._refused(asked, miss, None, line.superscript)
        if channel is Channel.USSD or _DIALLED.match(line.text):
            return self._read_dialled(asked)
        return self._read_line(asked, to, pending)

    def _read_dialled(self, asked: _Asked) -> Reading:
        line = asked.line
        found = _DIAL.parse_string(line.text)[0]
        start = "".join(found["start"].split())
        body = (found.start("body"), found.end("body"))
        fixes = []
        if not found["body"].strip(" *"):
            return self._refused(asked, Miss("unknown_code", 0), None, line.lead)
        if not found["end"]:
            fixes.append("final_hash")
        if start not in {"*", "#", "**"}:
            lost = not start and (found["end"] or "*" in found["body"])
            if not (lost or start in {"x", "X", "х", "Х"}) or not found["body"][:1].strip().isdigit():
                return self._unknown(asked, _segments(line, *body))
            fixes.append("first_star")
        elif start == "**":
            fixes.append("double_star")
        if found["tail"]:
            tail = [token.key for token in _tokens(line.text, found.start("tail"), len(line.text))]
            if not {*tail} <= CALL_WORDS | POLITE_WORDS | {"(", ")"}:
                return self._tail(asked, _segments(line, *body), found.start("tail"))
            fixes.append("tail")
        asked = replace(asked, fixes=tuple(fixes), latin=start == "#", ask=start == "**")
        return self._walk(asked, self.tries.ussd, _segments(line, *body))

    def _read_line(self, asked: _Asked, to: str, pending: bool) -> Reading:
        parts = _words(asked.line)
        if not parts.keys:
            return self._of_row(asked, self._blank) if self._blank else self._unknown(asked, parts)
        if pending and len(parts.keys) == 1 and (row := self._pending_answers.get(parts.keys[0])):
            return self._of_row(asked, row)
        own = self.tries.sms_to.get(to)
        for root in self.tries.roots(to):
            found: list[_Found] = []
            leaf = _match(root, parts, 0, found)
            if leaf is not None:
                return self._understood(asked, leaf, parts, found)
        if _NUMERIC.match(asked.line.text):
            return self._read_numeric(asked, pending)
        root = own if own and parts.keys[0] in own.literals else self.tries.sms
        if parts.keys[0] not in root.literals and len(parts.keys) > 1:
            root = self.tries.open_to.get(to, root)
        if to in self._any_text and parts.keys[0] not in root.literals:
            return self._of_row(asked, self._any_text[to])
        return self._walk(asked, root, parts)

    def _read_numeric(self, asked: _Asked, pending: bool) -> Reading:
        """`2137` is `*111*2137#`; `21180` is `*111*2118*2#`; `111*828*1` has lost both its ends."""
        typed = asked.line.text.replace(" ", "")
        bodies = [f"{self._main_code}*{typed}"]
        if "*" in typed:
            bodies.append(typed)
        elif len(typed) == 5 and typed[-1] == "0":
            bodies.append(f"{self._main_code}*{typed[:-1]}*2")
        first = None
        for body in bodies:
            # The places are those of the typed text as far as there are any: what was put before it has none.
            line = Line(body, typed=asked.text, origin=self._places(asked.line, body, typed))
            parts = _segments(line, 0, len(body))
            first = first or parts
            found: list[_Found] = []
            leaf = _match(self.tries.ussd, parts, 0, found)
            if leaf is not None:
                return self._understood(replace(asked, line=line), leaf, parts, found)
        assert first is not None
        reading = self._walk(replace(asked, line=first.line), self.tries.ussd, first)
        if pending and len(typed) in OTP_DIGITS and self._accepts in self._forms:
            return replace(reading, suggestions=(self._forms[self._accepts],))  # a code needs its keyword
        return reading if 2 < len(typed) < NOT_A_CODE_LENGTH else replace(reading, suggestions=())

    @staticmethod
    def _places(line: Line, body: str, typed: str) -> list[int]:
        places = [line.place(index) for index, character in enumerate(line.text) if character != " "]
        before = body.find(typed) if typed in body else len(body) - len(typed)
        padded = [places[0]] * max(before, 0) + places
        return (padded + [places[-1]] * len(body))[: len(body)]

    def _walk(self, asked: _Asked, root: Node, parts: Parts) -> Reading:
        """Through the trie as it stands, then with corrections, then to the reason why not."""
        found: list[_Found] = []
        leaf = _match(root, parts, 0, found)
        if leaf is not None:
            return self._understood(asked, leaf, parts, found)
        for name, correct in CORRECTIONS:
            corrected = correct(root, parts)
            if corrected is None:
                continue
            found = []
            leaf = _match(root, corrected, 0, found)
            if leaf is not None:
                asked = replace(asked, fixes=(*asked.fixes, name), ask=True)
                return self._understood(asked, leaf, corrected, found)
        return self._refused(asked, explain_miss(root, parts), parts)

    def _understood(self, asked: _Asked, leaf: Leaf, parts: Parts, found: Sequence[_Found]) -> Reading:
        arguments = dict(leaf.fixed)
        masked = asked.text
        secret = False
        for order, (name, each) in enumerate(zip(leaf.names, found, strict=True)):
            if each.kind.secret:
                if arguments.get(name, each.value) != each.value:
                    return self._mismatch(asked, leaf, parts, found, order)
                secret = True
                masked = hidden(masked, parts, each.first, each.after, each.kind)
            arguments[name] = each.value
        return Reading(
            outcome=ASK if asked.ask else UNDERSTOOD,
            command=leaf.row.command,
            arguments=arguments,
            right=_as_understood(leaf, found) if asked.ask else "",
            corrections=asked.fixes,
            latin=asked.latin,
            language=_only(leaf.languages),
            row=leaf.row,
            masked=masked,
            secret=secret,
        )

    def _mismatch(self, asked: _Asked, leaf: Leaf, parts: Parts, found: Sequence[_Found], order: int) -> Reading:
        """A secret that has to be typed twice, and was typed differently."""
        values = iter(found)
        path = tuple((item, None if isinstance(item, str) else next(values).value) for item in leaf.items)
        place = [index for index, (item, _) in enumerate(path) if not isinstance(item, str)][order]
        each = found[order]
        miss = Miss("pin_mismatch", each.first, path[:place], leaf, each.kind.part, after=each.after)
        return self._refused(asked, miss, parts)

    def _of_row(self, asked: _Asked, row: CodeRow) -> Reading:
        """A row that was meant without one of its patterns: a blank SMS, any text, a bare answer."""
        return Reading(UNDERSTOOD, row.command, self._fixed.get(row, {}), row=row, masked=asked.text)

    def _unknown(self, asked: _Asked, parts: Parts) -> Reading:
        return self._refused(asked, Miss("unknown_code", 0), parts)

    def _tail(self, asked: _Asked, parts: Parts, place: int) -> Reading:
        begin = asked.line.place(place)
        shown = masked_digits(asked.text[begin:].strip(), 0)
        reading = self._refused(asked, Miss("tail", 0, detail={"input": shown}), None, begin)
        leaf = _match(self.tries.ussd, parts, 0, [])
        return replace(reading, right=f"{asked.line.text[:place].strip()}" if leaf is not None else "")

    def _refused(self, asked: _Asked, miss: Miss, parts: Parts | None, position: int = -1) -> Reading:
        right = example = ""
        suggestions: tuple[str, ...] = ()
        first = 0
        masked = asked.text
        if parts is not None:
            right, example = right_forms(miss, parts)
            if position < 0:
                position = _place(parts, miss.index, miss.offset)
            first = _place(parts, miss.index)
            masked = path_hidden(masked, miss, parts)
            if miss.refusal == "unknown_code":
                suggestions = self._suggestions(parts, miss)
        masked = masked_digits(masked, first)
        detail = miss.detail
        if parts is not None and miss.after:
            end = parts.line.place(parts.ends[miss.after - 1] - 1) + 1
            detail = {**detail, "input": masked[first:end]}
        return Reading(
            outcome=REFUSED,
            refusal=miss.refusal,
            position=position,
            part=miss.part,
            right=right,
            example=example,
            detail=detail,
            suggestions=suggestions,
            corrections=asked.fixes,
            latin=asked.latin,
            language=_only(miss.leaf.languages) if miss.leaf is not None else None,
            row=miss.leaf.row if miss.leaf is not None else None,
            masked=masked,
            secret=masked != asked.text,
        )

    def _suggestions(self, parts: Parts, miss: Miss) -> tuple[str, ...]:
        """At most two nearest codes, in the order of the plan."""
        if parts.tokens is None:
            keys = [folded(key) for key in parts.keys if key and len(key) < NOT_A_CODE_LENGTH]
            queries = ["*".join(keys)] if keys else []
            if keys and keys[0] != self._main_code:
                queries.append("*".join([self._main_code, *keys]))
        else:
            queries = list(parts.keys[:1])
        rows = next((found for query in queries if (found := self._nearest.find(query))), [])
        near = list(dict.fromkeys(row for row in rows if row in self._forms))[:SUGGESTIONS_MAX]
        if not near and miss.index > 1:
            node = deepest(self.tries.ussd, parts)
            near = [leaf.row for leaf in node.by_length.values()][:SUGGESTIONS_MAX]
        near.sort(key=lambda row: row.order)
        return tuple(dict.fromkeys(self._forms[row] for row in near))

    def refusal_text(self, reading: Reading, language: Language) -> tuple[str, dict[str, object]]:
        """The name of a refusal's text and its arguments; places in forms are in words of that language.

        `part` stays the name of a kind: its words are the text `part-<kind>`.
        """
        name = f"refusal-{reading.refusal}"
        if reading.suggestions:
            name += "-two" if len(reading.suggestions) == SUGGESTIONS_MAX else "-one"
        shown = str(reading.detail.get("input", reading.masked)).strip()
        main_menu = f"*{self._main_code}#"
        arguments: dict[str, object] = {
            "input": shown if len(shown) <= INPUT_SHOWN_MAX else shown[:INPUT_SHOWN_MAX] + "…",
            "part": reading.part,
            "position": reading.position + 1,
            "right": in_words(reading.right or main_menu, language),
            "example": reading.example or main_menu,
            "length": reading.detail.get("length", 0),
            "min": reading.detail.get("min", 0),
            "max": reading.detail.get("max", 0),
        }
        for place in range(SUGGESTIONS_MAX):
            form = reading.suggestions[place] if place < len(reading.suggestions) else ""
            arguments[f"suggestion{place + 1}"] = in_words(form, language)
            row = self._rows_by_form.get(form)
            arguments[f"about{place + 1}"] = row.described(language) if row is not None else ""
        return name, arguments
