"""What a subscriber is told where a text is no command: the name, the place, the right form, the nearest codes.

Made once of the compiled plan. It decides nothing about what a text means, and shows nothing that may be a secret.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from msgspec.structs import replace

from gateway.arguments import ArgumentType, Value
from gateway.catalogue.codes import CodeRow, Codes
from gateway.catalogue.nearest import NearestIndex
from gateway.catalogue.trie import Leaf, Node, Tries, fixed_start, form_of, joined
from gateway.characters import folded
from gateway.misreadings import (
    MASK,
    Miss,
    deepest,
    explain_miss,
    in_words,
    masked_digits,
    path_hidden,
    right_forms,
)
from gateway.model import Channel, Language
from gateway.parts import Parts
from gateway.reading import REFUSED, Asked, Reading, only
from gateway.walk import Found, match

SUGGESTIONS_MAX = 2
UNKNOWN_BY_SUGGESTIONS = ("", "-one", "-two")
REVERSED = "reversed"
"""Mark of two dates in the wrong order."""
SPACED = "spaced"
"""Mark of a sum with a space in it, where another argument follows."""
ANSWER = "answer"
"""Mark of a bare answer, where no question waits for one."""
OTHER_NUMBER = "other_number"
"""Mark, and the short number, of a keyword that is one at another short number."""
INPUT_SHOWN_MAX = 24
BEFORE_SHOWN_MAX = 18
NOT_A_CODE_LENGTH = 9
"""A segment as long as this is an argument, whatever the code: suggestions leave it out."""
SECRET_DIGITS_MIN = 4
"""So many digits may be a one-time code or a password: behind the first segment of a code they suggest nothing."""


class Refusals:
    """Refusals of one code plan."""

    def __init__(self, codes: Codes, tries: Tries, main_code: str) -> None:
        self._tries = tries
        self.main_code = main_code
        self._forms: dict[tuple[CodeRow, Channel, str, Language | None], str] = {}
        self._leaves: dict[CodeRow, list[Leaf]] = {}
        for leaf in tries.leaves:
            self._leaves.setdefault(leaf.row, []).append(leaf)
        starts = [(leaf, fixed_start(leaf)) for leaf in tries.leaves]
        dialled = [("*".join(start), leaf.row) for leaf, start in starts if leaf.channel is Channel.USSD]
        words = [
            (start[0], leaf.row) for leaf, start in starts
            if leaf.channel is Channel.SMS and start and start[0].isalpha()
        ]  # fmt: skip
        self._before_secrets = {
            "".join(start): leaf.row for leaf, start in reversed(starts)
            if leaf.channel is Channel.USSD and len(leaf.items) > len(start) and _is_secret(leaf.items[len(start)])
        }  # fmt: skip
        self._nearest = NearestIndex([(each[0], each) for each in dict.fromkeys([*dialled, *words])])
        self._other_numbers: dict[str, Leaf] = {}
        for leaf, start in starts:
            if leaf.row.to and leaf.row.available and start and start[0].isalpha():
                self._other_numbers.setdefault(start[0], leaf)
        self._elsewhere = {
            code.strip("*#"): row for row in codes.rows for code in row.elsewhere if row in self._leaves
        }  # fmt: skip

    def too_long(self, text: str, length: int, most: int) -> Reading:
        """Refused before it is looked at, and never kept in full."""
        shown = masked_digits(text.strip()[:INPUT_SHOWN_MAX], 0) + "…"
        detail = {"length": length, "max": most}
        return Reading(REFUSED, refusal="too_long", position=most, detail=detail, masked=shown, secret=True)

    def superscript(self, asked: Asked) -> Reading:
        """A character that looks like a digit and is none."""
        place = asked.line.superscript
        miss = Miss("superscript", 0, detail={"input": asked.text[place]})
        return self.refused(asked, miss, None, place)

    def tail(self, asked: Asked, parts: Parts, place: int, understood: bool) -> Reading:
        """More than a call word behind the `#`; `understood`: what stands before it is a code."""
        begin = asked.line.place(place)
        shown = masked_digits(asked.text[begin:].strip(), 0)
        reading = self.refused(asked, Miss("tail", 0, detail={"input": shown}), None, begin)
        if not understood:
            return reading
        right = masked_digits(asked.line.text[parts.starts[0] : place].rstrip("# "), 0)
        return replace(reading, right=f"*{right}#")

    def spaced(self, asked: Asked, leaf: Leaf, parts: Parts, each: Found, gap: int, right: str) -> Reading:
        """A sum with a space in it at `gap`, and another argument behind it; `right` is the same without the space."""
        miss = Miss("bad_sum", each.first, leaf=leaf, part=each.kind.part, offset=gap, after=each.after)
        reading = self.refused(asked, miss, parts)
        return replace(reading, right=right, example=right, detail={**reading.detail, SPACED: True})

    def ambiguous(self, asked: Asked, parts: Parts, place: int, readings: Sequence[str], leaf: Leaf) -> Reading:
        """Two readings are valid: an example of each."""
        reading = self.refused(asked, Miss("ambiguous", place, leaf=leaf), parts)
        return replace(reading, right="", example="", suggestions=tuple(readings))

    def mismatch(self, asked: Asked, leaf: Leaf, parts: Parts, found: Sequence[Found], order: int) -> Reading:
        """A secret that has to be typed twice, and was typed differently."""
        values = iter(found)
        path = tuple((item, None if isinstance(item, str) else next(values).value) for item in leaf.items)
        place = [index for index, (item, _) in enumerate(path) if not isinstance(item, str)][order]
        each = found[order]
        miss = Miss("pin_mismatch", each.first, path[:place], leaf, each.kind.part, after=each.after)
        return self.refused(asked, miss, parts)

    def reversed_dates(self, asked: Asked, leaf: Leaf, parts: Parts, place: int, right: str) -> Reading:
        """The end stands before the start; `right` has them in their order."""
        reading = self.refused(asked, Miss("bad_date", place, leaf=leaf, part="date", after=place + 1), parts)
        return replace(reading, right=right, example=right, detail={**reading.detail, REVERSED: True})

    def unknown(self, asked: Asked, parts: Parts) -> Reading:
        """No code begins like this."""
        return self.refused(asked, Miss("unknown_code", 0), parts)

    def stuck(self, asked: Asked, root: Node, parts: Parts) -> Reading:
        """The likeliest reason why the parts lead to no pattern from this root."""
        miss = explain_miss(root, parts)
        if miss.refusal == "unknown_code" and miss.index == 0 and parts.tokens:
            first = 1 if parts.keys[0] in self._tries.sms_to and len(parts.keys) > 1 else 0  # `6677 КТО`, as printed
            leaf = self._other_numbers.get(parts.keys[first])
            if leaf is not None and leaf.row.to != asked.to:
                return self._at_other_number(asked, parts, first, leaf)
        return self.refused(asked, miss, parts)

    def _at_other_number(self, asked: Asked, parts: Parts, first: int, leaf: Leaf) -> Reading:
        """A keyword of another short number: which one, and the line to send there, as it was typed if it is right."""
        found: list[Found] = []
        matched = match(self._tries.sms_to[leaf.row.to], parts, first, found)
        leaf = matched or leaf
        form = as_typed(leaf, [each.value for each in found], leaf.names) if matched is not None else form_of(leaf)
        refused = self.refused(asked, Miss("unknown_code", 0, leaf=leaf), None, parts.place(0))
        detail = {**refused.detail, OTHER_NUMBER: leaf.row.to}
        return replace(refused, right=form, suggestions=(form,), detail=detail)

    def refused(self, asked: Asked, miss: Miss, parts: Parts | None, position: int = -1) -> Reading:
        """The reading of a text that was missed in this way."""
        right = example = ""
        suggestions: tuple[str, ...] = ()
        first = 0
        masked = asked.text
        leaf = miss.leaf
        if parts is not None:
            right, example = right_forms(miss, parts)
            if position < 0:
                position = parts.place(miss.index, miss.offset)
            first = parts.place(miss.index)
            masked = path_hidden(masked, miss, parts)
            if miss.refusal == "unknown_code":
                suggestions = self._suggestions(asked, parts, miss)
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
            language=only(leaf.languages) if leaf is not None else None,
            row=leaf.row if leaf is not None else None,
            masked=masked,
            secret=masked != asked.text,
        )

    def form(self, row: CodeRow, channel: Channel, word: str = "", language: Language | None = None) -> str:
        """How a row is named in an answer: to an SMS by a keyword if it has one, else by its first code.

        Args:
            word: the keyword to name it by, of several of one language; folded.
            language: of the keyword, if there is one of it.
        """
        known = self._forms.get((row, channel, word, language))
        if known is not None:
            return known
        leaves = self._leaves[row]
        texted = [leaf for leaf in leaves if leaf.channel is Channel.SMS] if channel is Channel.SMS else []
        # Of the forms of a keyword the one with the arguments of the code: a bare code is answered by `ДА <code>`.
        best = max(
            texted,
            key=lambda leaf: (language in leaf.languages, leaf.items[0] == word, leaf.names == leaves[0].names),
            default=leaves[0],
        )
        form = self._forms[row, channel, word, language] = form_of(best)
        return form

    @functools.cached_property
    def _rows_by_form(self) -> dict[str, CodeRow]:
        return {form_of(leaf): row for row, leaves in self._leaves.items() for leaf in reversed(leaves)}

    def _suggestions(self, asked: Asked, parts: Parts, miss: Miss) -> tuple[str, ...]:
        """At most two nearest codes, in the order of the plan; first what other operators call by that code."""
        if parts.tokens is None:
            typed = [folded(key) for key in parts.keys if key]
            row = self._elsewhere.get(typed[0]) if typed else None
            first = 1 if typed[:1] == [self.main_code] else 0
            if row is None and len(typed) == first + 1:
                row = self._glued_to_a_secret("".join(typed))
            if row is not None:
                return (self.form(row, asked.channel),)
            keys = [
                key for index, key in enumerate(typed)
                if len(key) < NOT_A_CODE_LENGTH and (index <= first or not _may_be_secret(key))
            ]  # fmt: skip
            queries = ["*".join(keys)]
            if keys and keys[0] != self.main_code:
                queries.append("*".join([self.main_code, *keys]))
        else:
            glued = parts.glued()
            queries = [glued] if glued == parts.keys[0] else [glued, parts.keys[0]]
        near: dict[CodeRow, str] = {}
        for query in queries:
            for start, row in self._nearest.find(query):
                if row.to in ("", asked.to):
                    near.setdefault(row, start)
            if near:
                break
        if not near:
            if miss.index < 2:
                return ()
            near = {leaf.row: "" for leaf in deepest(self._tries.ussd, parts).by_length.values()}
        rows = sorted(list(near)[:SUGGESTIONS_MAX], key=lambda row: row.order)
        return tuple(dict.fromkeys([self.form(row, asked.channel, near[row]) for row in rows]))

    def _glued_to_a_secret(self, typed: str) -> CodeRow | None:
        """The code of which the star before its secret was forgotten: `*1124821#` is `*112*<code>#`.

        What the digits are does not matter: an answer must not tell them.
        """
        if not typed.isdecimal():
            return None
        ends = range(len(typed) - SECRET_DIGITS_MIN, 0, -1)
        return next((self._before_secrets[typed[:end]] for end in ends if typed[:end] in self._before_secrets), None)

    def text(self, reading: Reading, language: Language) -> tuple[str, dict[str, object]]:
        """The name of a refusal's text and its arguments; places in forms are in words of that language.

        `part` stays the name of a kind: its words are the text `part-<kind>`. `before` is the end of what stands
        before the fault.
        """
        name = f"refusal-{reading.refusal}"
        if reading.refusal == "unknown_code":
            mark = next((f"-{mark}" for mark in (ANSWER, OTHER_NUMBER) if reading.detail.get(mark)), "")
            name += mark or UNKNOWN_BY_SUGGESTIONS[len(reading.suggestions)]
        elif reading.refusal == "wrong_argument_count" and reading.part:
            name += "-missing"
        else:
            name += next((f"-{mark}" for mark in (REVERSED, SPACED) if reading.detail.get(mark)), "")
        shown = _printable(str(reading.detail.get("input", reading.masked))).strip()
        if reading.refusal == "unknown_code" and not shown.startswith(MASK):
            code, hidden_too, _ = shown.partition(MASK)
            shown = f"{code}…" if hidden_too else code  # the code is what is unknown; its argument says nothing
        before = _printable(reading.masked[: max(reading.position, 0)]).strip()
        main_menu = f"*{self.main_code}#"
        arguments: dict[str, object] = {
            "input": shown if len(shown) <= INPUT_SHOWN_MAX else shown[:INPUT_SHOWN_MAX] + "…",
            "before": before if len(before) <= BEFORE_SHOWN_MAX else "…" + before[-BEFORE_SHOWN_MAX:],
            "part": reading.part,
            "position": reading.position + 1,
            "right": in_words(reading.right or main_menu, language),
            "example": reading.example or main_menu,
            "length": reading.detail.get("length", 0),
            "min": reading.detail.get("min", 0),
            "max": reading.detail.get("max", 0),
            "number": reading.detail.get(OTHER_NUMBER, ""),
        }
        for place in range(SUGGESTIONS_MAX):
            form = reading.suggestions[place] if place < len(reading.suggestions) else ""
            row = self._rows_by_form.get(form)
            if reading.detail.get(OTHER_NUMBER) and form:
                row = reading.row  # in the form are the subscriber's own words
            elif row is not None and form[0] != "*":
                spoken = Language.RU if language is Language.LAT else language
                form = self.form(row, Channel.SMS, folded(form.split()[0]), spoken)
            arguments[f"suggestion{place + 1}"] = in_words(form, language)
            arguments[f"about{place + 1}"] = row.described(language) if row is not None else ""
        return name, arguments


def _is_secret(item: str | ArgumentType) -> bool:
    return isinstance(item, ArgumentType) and item.secret


def _may_be_secret(key: str) -> bool:
    return sum(each.isdigit() for each in key) >= SECRET_DIGITS_MIN


def _printable(text: str) -> str:
    """The text without what a screen would not show as a character: an answer is not the place for it."""
    shown = (" " if each.isspace() else each for each in text if each.isspace() or each.isprintable())
    return text if text.isprintable() else "".join(shown)


def as_typed(meant: Leaf, values: Sequence[Value], names: Sequence[str]) -> str:
    """A command as it would be typed in the pattern that was meant; a secret in it is shown by its name."""
    by_name = dict(zip(names, values, strict=True))
    places = iter(meant.names)
    items = []
    for item in meant.items:
        if isinstance(item, str):
            items.append(item)
        else:
            value = by_name[next(places)]
            items.append(item.shown(meant.channel) if item.secret else item.written(value))
    return joined(items, meant.channel)
