"""From one text to one `Reading`: which command it is, with its typed arguments, or what is wrong with it and where.

One flow: text -> plain line -> parts -> walk through the trie of the plan -> reading. What is no command as it
stands is corrected (`corrections.py`) and takes the same way again; what stays none is refused with the reason
(`misreadings.py`, `refusals.py`). Syntax is pyparsing's, of patterns and of dialled strings. Pure: it remembers
readings, but never one with a secret in it. It runs nothing, and never raises for what a subscriber typed.

    message      = dial-string / numeric / line         ; numeric and line by SMS only
    dial-string  = [start] segment *("*" segment) [1*"#" [tail]]
    start        = "*" / "#" / "**" / "x"               ; "#": the answer in Latin letters; "**": asks first; x: a slip
    segment      = *<any character but "*" and "#">     ; an empty one is refused with the name of its part
    tail         = call-word                            ; "call", as leaflets print it; anything else is refused
    numeric      = 1*DIGIT *("*" 1*DIGIT)               ; what stands between `*111*` and `#`
    line         = word *([separator] (word / sign / digits)) *("." / "!" / "?")
    separator    = 1*(SP / "," / ";" / ":" / "=" / "*" / "#")
    sign         = "+" / "-"

    ussd-pattern = "*" item *("*" item) "#"             ; item = 1*DIGIT / placeholder
    sms-pattern  = 1*(word / sign / 1*DIGIT / placeholder)
    placeholder  = "<" name [":" low "-" high] ">"      ; its type is the type of the command's field
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyparsing as pp
from msgspec.structs import replace

from gateway.arguments import OTP_DIGITS, Token
from gateway.catalogue.codes import CodeRow, Codes
from gateway.catalogue.faults import CatalogueError
from gateway.catalogue.products import Operator
from gateway.catalogue.trie import Item, Leaf, Node, Placeholder, Tries, compile_codes, fixed_start
from gateway.characters import Line, folded, plain
from gateway.commands import Command
from gateway.corrections import (
    CHARACTERS,
    DOUBLE_STAR,
    EXTRA_HASH,
    FINAL_HASH,
    FIRST_STAR,
    POLITE,
    PUNCTUATION,
    SPACES,
    TAIL,
    Slips,
    asks,
    proposals,
)
from gateway.misreadings import Miss, hidden, masked_digits
from gateway.model import Channel, Language
from gateway.parts import Parts, is_call, parts_of, segments_of, tokens_of, without_polite_words
from gateway.reading import ASK, REFUSED, UNDERSTOOD, Asked, Reading, only
from gateway.refusals import ANSWER, NOT_A_CODE_LENGTH, Refusals, as_typed
from gateway.spellings import Vocabulary
from gateway.walk import Found, match, other_grouping

LENGTH_MAX = {Channel.USSD: 182, Channel.SMS: 500}
"""Characters, counted after trimming: 160 octets of 7-bit characters (TS 23.038), and a long SMS."""
MESSAGE_LENGTH_MAX = 1600
"""Of a message to somebody with what stands before it: ten segments of 153 characters, a number, a keyword."""
MESSAGE_HEAD = 100
PROPOSED_MAX = 250
"""Characters of corrected lines that are read: a long line gets one correction, a short one all of them."""
CACHED_MAX = 4096
SERVICE_CODE_DIGITS = 4
"""Of a service that an SMS switches off by its code followed by 0."""


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

# One term takes a whole dialled string; its expression is matched without `parse_string`, which costs ten times more.
_DIAL: Callable[..., re.Match[str] | None] = pp.Regex(
    r"(?P<start>[*#](?:\s*[*#])*|[xXхХ](?=\s*[\dOoОоlI])|)(?P<body>[^#]*)(?P<end>(?:#\s*)*)(?P<tail>.*)"
).re_match

_CLOSING = " .!?"
_NUMERIC = re.compile(r"\d[\d *]*\Z", re.ASCII)
_DIALLED = re.compile(r"[*#]|[xXхХ]\s*\d[\d\s]*[*#]|\d[\d\s]*(?:\*[^#]*)?#", re.ASCII)
_QUOTES = "\"'«»“”„‘’` "


@dataclass(slots=True)
class _Stuck:
    """A text that is no command as it stands: where its way ended, for corrections and for the refusal."""

    asked: Asked
    root: Node
    parts: Parts
    refused: Callable[[], Reading] | None = None  # where the reason is known already: only one is told

    def tells_more_than(self, other: _Stuck) -> bool:
        """Whether it is the same keyword without the marks around it: what is wrong then is not the mark."""
        same = bool(self.parts.keys and other.parts.keys) and self.parts.keys[0] == other.parts.keys[0]
        return same and self.refused is other.refused is None


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
        self._long_rows = {
            leaf.row for leaf in self.tries.leaves if not isinstance(leaf.items[-1], str) and leaf.items[-1].long
        }
        self._refusals = Refusals(codes, self.tries, self._main_code)
        self._slips = Slips(self.tries)
        self._vocabulary = vocabulary_of(self.tries)
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

    def refusal_text(self, reading: Reading, language: Language) -> tuple[str, dict[str, object]]:
        """The name of a refusal's text and its arguments; places in forms are in words of that language."""
        return self._refusals.text(reading, language)

    # -- text -> line -> parts ------------------------------------------------------------------------------------

    def _read(self, text: str, channel: Channel, to: str, pending: bool) -> Reading:
        length = len(text.strip())
        if length > LENGTH_MAX[channel]:
            return self._read_long(text, channel, to, length)
        line = plain(text)
        fixes = (CHARACTERS,) if line.origin is not None else ()
        stuck = self._attempt(Asked(text, line, channel, to, fixes), pending)
        if isinstance(stuck, Reading):
            return stuck
        if line.superscript >= 0:
            return self._refusals.superscript(stuck.asked)
        left = PROPOSED_MAX
        for names, corrected in proposals(line, channel, self._vocabulary):
            left -= len(corrected.text)
            cleaned = fixes if corrected.origin is not None else ()
            found = self._attempt(Asked(text, corrected, channel, to, (*cleaned, *names)), pending)
            if isinstance(found, Reading):
                return found
            if names == (PUNCTUATION,) and found.tells_more_than(stuck):
                stuck = found
            if left <= 0:
                break
        if stuck.refused is not None:
            return stuck.refused()
        return self._refusals.stuck(stuck.asked, stuck.root, stuck.parts)

    def _read_long(self, text: str, channel: Channel, to: str, length: int) -> Reading:
        """A line longer than others may be a message to somebody; only its beginning is looked at."""
        if channel is Channel.SMS and length <= MESSAGE_LENGTH_MAX:
            lead = len(text) - len(text.lstrip())
            line = replace(plain(text[: lead + MESSAGE_HEAD]), typed=text)
            found = self._attempt(Asked(text, line, channel, to), pending=False)
            if isinstance(found, Reading) and found.row in self._long_rows and found.outcome != REFUSED:
                return found
        return self._refusals.too_long(text, length, LENGTH_MAX[channel])

    def _attempt(self, asked: Asked, pending: bool) -> Reading | _Stuck:
        """One way of reading: the line as it is in `asked`."""
        text = asked.line.text
        if text[:1] and text[0] in _QUOTES and _DIALLED.match(bare := text.strip(_QUOTES)):
            return self._dialled(replace(asked, line=asked.line.part(text.index(bare), len(bare))), pending)
        if asked.channel is Channel.USSD or _DIALLED.match(text):
            return self._dialled(asked, pending)
        return self._texted(asked, pending)

    def _dialled(self, asked: Asked, pending: bool) -> Reading | _Stuck:
        """A dialled string: its start, its end and its tail put right, then its segments."""
        line = asked.line
        found = _DIAL(line.text)
        assert found is not None  # every part of the expression may be empty
        start, first, last = "".join(found["start"].split()), found.start("body"), found.end("body")
        parts = segments_of(line, first, last)
        body = found["body"]
        if not body.strip(" *"):
            refused = partial(self._refusals.refused, asked, Miss("unknown_code", 0), None, line.lead)
            return _Stuck(asked, self.tries.ussd, parts, refused)
        fixes = list(asked.fixes)
        if " " in body:
            fixes.append(SPACES)
        lost = not start and (found["end"] or "*" in body)
        if not (start in {"*", "#", "**"} or lost or start in {"x", "X", "х", "Х"}) or not (start or body[0].isdigit()):
            refused = partial(self._refusals.unknown, asked, parts)
            if pending and body.isdecimal() and len(body) in OTP_DIGITS:
                return _Stuck(asked, self.tries.ussd, parts, lambda: self._of_a_bare_code(refused(), asked.channel))
            return _Stuck(asked, self.tries.ussd, parts, refused)
        if start not in {"*", "#"}:
            fixes.append(DOUBLE_STAR if start == "**" else FIRST_STAR)
        hashes = found["end"].count("#")
        if hashes != 1:
            fixes.append(EXTRA_HASH if hashes else FINAL_HASH)
        asked.fixes, asked.latin = tuple(fixes), start == "#"
        if found["tail"]:
            if not is_call(found["tail"]):
                understood = match(self.tries.ussd, parts, 0, []) is not None
                refused = partial(self._refusals.tail, asked, parts, found.start("tail"), understood)
                return _Stuck(asked, self.tries.ussd, parts, refused)
            asked.fixes = (*asked.fixes, TAIL)
        return self._walk(asked, self.tries.ussd, parts) or _Stuck(asked, self.tries.ussd, parts)

    def _texted(self, asked: Asked, pending: bool) -> Reading | _Stuck:
        """An SMS line: its words without the polite ones, as the plan spells them."""
        text, to = asked.line.text, asked.to
        if "*" in text and _NUMERIC.match(text):
            return self._numeric(asked, pending)
        every = tokens_of(text, 0, len(text.rstrip(_CLOSING)))
        tokens = without_polite_words(every)
        parts = parts_of(asked.line, tokens)
        if tokens is not every:
            asked.fixes = (*asked.fixes, POLITE)
        if not tokens:
            if self._blank is not None:
                return self._of_row(asked, self._blank)
            return _Stuck(asked, self.tries.sms, parts, partial(self._refusals.unknown, asked, parts))
        if pending and len(tokens) == 1 and (row := self._pending_answers.get(tokens[0].key)):
            return self._of_row(asked, row)
        respelled, found = self._keyworded(asked, parts, tokens)
        if found is not None:
            return found
        if _NUMERIC.match(text):
            return self._numeric(asked, pending)
        first = respelled.keys[0]
        own = self.tries.sms_to.get(to)
        root = own if own and first in own.literals else self.tries.sms
        if first not in root.literals and len(respelled.keys) > 1:
            root = self.tries.open_to.get(to, root)
        if to in self._any_text and first not in root.literals:
            return self._of_row(asked, self._any_text[to])
        return _Stuck(asked, root, respelled)

    def _keyworded(self, asked: Asked, parts: Parts, tokens: Sequence[Token]) -> tuple[Parts, Reading | None]:
        """The line by its keyword: as it is spelled, as the plan spells it, with all that follows as a free text.

        Returns the parts as the plan spells them too, for the refusal; `asked` gets the corrections this took.
        """
        roots = self.tries.roots(asked.to)
        for root in roots:
            if (found := self._walk(asked, root, parts)) is not None:
                return parts, found
        respelled, names = self._vocabulary.respelled(tokens)
        if names:
            parts = parts_of(asked.line, respelled)
            asked.fixes = tuple(dict.fromkeys((*asked.fixes, *names)))
            for root in roots:
                if (found := self._walk(asked, root, parts)) is not None:
                    return parts, found
        # What follows the last part may be a free text of nothing but signs or polite words.
        if tail := parts.free_text(len(parts.keys)):
            longer = parts_of(asked.line, [*respelled, Token(tail, parts.ends[-1], len(asked.line.text))])
            kept = replace(asked, fixes=tuple(fix for fix in asked.fixes if fix != POLITE))
            for root in roots:
                found = self._walk(kept, root, longer) if parts.keys[0] in root.literals else None
                if found is not None and not found.secret:  # but "please" is no password
                    return parts, found
        return parts, None

    def _numeric(self, asked: Asked, pending: bool) -> Reading | _Stuck:
        """`2137` is `*111*2137#`; `21180` is `*111*2118*2#`; `111*828*1` has lost both its ends."""
        line = asked.line
        typed = line.text.replace(" ", "")
        ways = [(f"{self._main_code}*{typed}", asked.fixes)]
        if "*" in typed:
            ways.append((typed, (*asked.fixes, FIRST_STAR, FINAL_HASH)))
        elif len(typed) == SERVICE_CODE_DIGITS + 1 and typed[-1] == "0":
            ways.append((f"{self._main_code}*{typed[:-1]}*2", asked.fixes))
        tried = []
        for body, fixes in ways:
            # The places are those of the typed text as far as there are any: what was put before it has none.
            made = Line(body, typed=asked.text, origin=_places(line, body, typed))
            parts = segments_of(made, 0, len(body))
            tried.append(parts)
            found = self._walk(replace(asked, line=made, fixes=fixes), self.tries.ussd, parts)
            if found is not None:
                return found
        return _Stuck(asked, self.tries.ussd, tried[0], partial(self._no_number, asked, tried[0], typed, pending))

    def _no_number(self, asked: Asked, parts: Parts, typed: str, pending: bool) -> Reading:
        """The refusal of digits by SMS that are no code: perhaps they answer a question, or should."""
        reading = self._refusals.stuck(asked, self.tries.ussd, parts)
        if pending and OTP_DIGITS[0] <= len(typed) < NOT_A_CODE_LENGTH:
            reading = self._of_a_bare_code(reading, Channel.SMS)
        elif not pending and typed in self._pending_answers:
            reading = replace(reading, suggestions=(), detail={**reading.detail, ANSWER: True})
        elif not 2 < len(typed) < NOT_A_CODE_LENGTH:
            reading = replace(reading, suggestions=())
        return reading

    def _of_a_bare_code(self, reading: Reading, channel: Channel) -> Reading:
        """While a question waits, digits may be its code, which needs its keyword; what they are does not matter."""
        if self._accepts is None:
            return reading
        return replace(reading, suggestions=(self._refusals.form(self._accepts, channel),))

    # -- parts -> reading -----------------------------------------------------------------------------------------

    def _walk(self, asked: Asked, root: Node, parts: Parts) -> Reading | None:
        """Through the trie as it stands, then through the slips beside it."""
        found: list[Found] = []
        leaf = match(root, parts, 0, found)
        if leaf is not None:
            return self._understood(asked, leaf, parts, found)
        slips = self._slips.beside(root)
        if slips is not None and (leaf := match(slips, parts, 0, found)) is not None:
            slip = self._slips.by_leaf[leaf]
            asked = replace(asked, fixes=(*asked.fixes, slip.name))
            return self._understood(asked, leaf, parts, found, slip.meant)
        return None

    def _understood(
        self, asked: Asked, leaf: Leaf, parts: Parts, found: list[Found], meant: Leaf | None = None
    ) -> Reading:
        arguments = dict(leaf.fixed)
        masked = asked.text
        secret = False
        superscript = asked.line.superscript
        for order, (name, each) in enumerate(zip(leaf.names, found, strict=True)):
            if each.kind.secret:
                if arguments.get(name, each.value) != each.value:
                    return self._refusals.mismatch(asked, leaf, parts, found, order)
                secret = True
                masked = hidden(masked, parts, each.first, each.after, each.kind)
            if each.kind.rest:
                begin = parts.free_place(each.first)
                masked = masked_digits(masked, begin)  # a password may stand where a word was meant
                secret = secret or masked != asked.text
                superscript = -1 if superscript >= begin else superscript
                asked = _untouched(asked, parts, each.first)
            arguments[name] = each.value
        if superscript >= 0:
            return self._refusals.superscript(asked)
        if len(found) > 1 and (doubt := self._doubt(asked, leaf, parts, found, meant or leaf)) is not None:
            return doubt
        ask = bool(asked.fixes) and asks(asked.fixes, leaf.row)
        right = ""
        if ask:
            right = as_typed(meant or leaf, [each.value for each in found], leaf.names)
        return Reading(
            outcome=ASK if ask else UNDERSTOOD,
            command=leaf.row.command,
            arguments=arguments,
            right=right,
            corrections=asked.fixes,
            latin=asked.latin,
            language=only(leaf.languages),
            row=leaf.row,
            masked=masked,
            secret=secret,
        )

    def _doubt(self, asked: Asked, leaf: Leaf, parts: Parts, found: list[Found], meant: Leaf) -> Reading | None:
        """The refusal of arguments that are right one by one, and wrong together."""
        values = [each.value for each in found]
        if SPACES in asked.fixes:
            # By SMS a group of three digits is a sum's own only at the end of a line; between stars it is the same.
            for each in found[:-1]:
                gap = each.kind.gap(parts.text(each.first, each.after))
                if gap >= 0:
                    right = as_typed(meant, values, leaf.names)
                    return self._refusals.spaced(asked, leaf, parts, each, gap, right)
        if (regrouped := other_grouping(parts, found)) is not None:
            ways = [as_typed(leaf, way, leaf.names) for way in (values, [*values[:-2], *regrouped])]
            return self._refusals.ambiguous(asked, parts, found[-2].first, ways, leaf)
        dates = [order for order, each in enumerate(found) if each.kind.part == "date"]
        if len(dates) == 2 and str(values[dates[0]]) > str(values[dates[1]]):
            one, other = dates
            values[one], values[other] = values[other], values[one]
            right = as_typed(leaf, values, leaf.names)
            return self._refusals.reversed_dates(asked, leaf, parts, found[one].first, right)
        return None

    def _of_row(self, asked: Asked, row: CodeRow) -> Reading:
        """A row that was meant without one of its patterns: a blank SMS, any text, a bare answer."""
        masked = masked_digits(asked.text, 0)
        secret = masked != asked.text
        return Reading(
            UNDERSTOOD, row.command, self._fixed.get(row, {}), corrections=asked.fixes, row=row, masked=masked,
            secret=secret,
        )  # fmt: skip


def _untouched(asked: Asked, parts: Parts, first: int) -> Asked:
    """Without the corrections that would have been of the free text alone, which stays as it was typed."""
    line = asked.line
    end = parts.ends[first - 1] if first else 0
    kept = set(asked.fixes)
    if line.text[:end] == line.typed[line.lead : line.lead + end]:
        kept.discard(CHARACTERS)
    if not any(map(str.isalpha, line.text[: parts.starts[0]])):  # no polite word before the keyword
        kept.discard(POLITE)
    return (
        asked if len(kept) == len(asked.fixes) else replace(asked, fixes=tuple(filter(kept.__contains__, asked.fixes)))
    )


def _places(line: Line, body: str, typed: str) -> list[int]:
    """For each character of `body` the place in the text as typed of what it was made of."""
    places = [line.place(index) for index, character in enumerate(line.text) if character != " "]
    before = body.find(typed) if typed in body else len(body) - len(typed)
    padded = [places[0]] * max(before, 0) + places
    return (padded + [places[-1]] * len(body))[: len(body)]


def vocabulary_of(tries: Tries) -> Vocabulary:
    """The words of all SMS patterns with their rows, and the keywords of several words."""
    words: dict[str, frozenset[int]] = {}
    phrases: list[list[str]] = []
    signed: set[str] = set()
    for leaf in tries.leaves:
        if leaf.channel is Channel.SMS:
            for item in leaf.items:
                if isinstance(item, str) and item.isalpha():
                    words[item] = words.get(item, frozenset()) | {leaf.row.order}
            start = [item for item in fixed_start(leaf) if item.isalpha()]
            phrases += [start] if len(start) > 1 else []
            signed.update(start if "+" in leaf.items or "-" in leaf.items else ())
    return Vocabulary(words, phrases, signed)
