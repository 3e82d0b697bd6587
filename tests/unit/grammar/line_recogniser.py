"""A second reader of SMS lines that begin with a keyword, written by hand from the rules, to check the first one by.

It shares no code with the grammar. It splits a line at what separates, tries every pattern in turn and in every way of
dealing its pieces out to the arguments, and takes its time. It knows keywords by their exact spelling, and of what is
refused only the reasons that follow from the rules by themselves.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.unit.grammar.recogniser import (
    KINDS,
    POLITE,
    READERS,
    Answer,
    any_number,
    digits_only,
    language,
    money,
    number,
)

KINDS_BY_SMS = KINDS | {
    "password": "password", "text": "rest", "topic": "rest", "contact": "name", "place": "name", "email": "email",
}  # fmt: skip
SUMS = ("sum", "sum_10")
UNITS = {"₽", "р", "руб", "рублей", "rub", "rubles", "лв", "лева"}
SEPARATORS = re.compile(r"[\s;:=*#]|,(?!\d\d(?!\d))")
"""A comma with two digits behind it may be a decimal one."""


@dataclass(frozen=True)
class Piece:
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.casefold().replace("ё", "е").rstrip(".")


@dataclass(frozen=True)
class Form:
    command: str
    items: tuple[str, ...]
    fixed: dict[str, object] = field(hash=False)
    to: str

    def kind(self, place: int) -> str:
        item = self.items[place]
        if not item.startswith("<"):
            return ""
        if item in ("<number>", "<old>") and self.command.startswith("favourite."):
            return "any_number"
        return KINDS_BY_SMS[item[1:-1]]


Parsed = tuple[dict[str, object], bool]
"""The arguments, and whether a sum took a group of three digits although another argument follows."""


class LineRecogniser:
    def __init__(self, codes: Path) -> None:
        rows = tomllib.loads(codes.read_text(encoding="utf-8"))["code"]
        self.forms = [
            Form(
                row["command"], tuple(text.casefold().replace("ё", "е").split()), dict(row.get("arguments", {})),
                row.get("to", ""),
            )
            for row in rows
            for texts in row.get("sms", {}).values()
            for text in dict.fromkeys(texts)
        ]  # fmt: skip
        self.blank = next(row["command"] for row in rows if row.get("blank_sms"))

    def read(self, typed: str, to: str) -> Answer:
        """The answer; of a line that is refused for another reason than the plainest ones, "" is the reason."""
        pieces = self._pieces(typed)
        if not pieces:
            return "understood", self.blank, {}, ""
        here = self._here(to)
        words = tuple(piece.word for piece in pieces)
        near = [form for form in here if form.items[0] == words[0] or form.items[0].startswith("<")]
        for slip in (False, True):
            for form in near:
                found = self._read(typed, pieces, form, slip=slip)
                if found is not None:
                    return found
        if to != "111":
            return "refused", "", {}, ""
        keywords = {form.items[0] for form in here}
        if words[0] not in keywords:
            return "refused", "", {}, "unknown_code"
        two = len(words) == 2 and words[1].isalpha() and words[1] in keywords
        return "refused", "", {}, "two_commands" if two and any(form.items == words[:1] for form in near) else ""

    @functools.cache  # noqa: B019
    def _here(self, to: str) -> list[Form]:
        """The forms of that short number: its own first, those that begin with an argument last."""
        here = [form for form in self.forms if form.to in ("", to)]
        return sorted(here, key=lambda form: (form.items[0].startswith("<"), form.to == ""))

    def _pieces(self, typed: str) -> list[Piece]:
        line = typed.rstrip(" .!?")
        pieces = [Piece(found[0], *found.span()) for found in re.finditer(r"[^\0]+", SEPARATORS.sub("\0", line))]
        while pieces and pieces[0].word in POLITE:
            pieces = pieces[1:]
        while pieces and pieces[-1].word in POLITE:
            pieces = pieces[:-1]
        return pieces

    def _read(self, typed: str, pieces: list[Piece], form: Form, *, slip: bool) -> Answer | None:
        """What the line means in this form, or where `slip` says so, as people get that form wrong."""
        for items in self._slips(form) if slip else [form.items]:
            swapped = Form(form.command, items, form.fixed, form.to)
            parsed = list(self._deal(typed, pieces, swapped, 0, {}, False))
            good = [values for values, grouped in parsed if not grouped]
            if not good:
                continue
            if any(values != good[0] for values, _ in parsed):
                return "refused", "", {}, "ambiguous"
            values = form.fixed | good[0]
            if str(values.get("since", "")) > str(values.get("until", "")):
                return "refused", "", {}, "bad_date"
            return "understood_ask" if slip else "understood", form.command, values, ""
        return None

    @staticmethod
    def _slips(form: Form) -> Iterator[tuple[str, ...]]:
        """The number and the sum exchanged; the + left out."""
        kinds = [form.kind(place) for place in range(len(form.items))]
        sums = [place for place, kind in enumerate(kinds) if kind in ("sum", "points")]
        if kinds.count("number") == 1 and len(sums) == 1:
            items = list(form.items)
            one, other = kinds.index("number"), sums[0]
            items[one], items[other] = items[other], items[one]
            yield tuple(items)
        if "+" in form.items:
            yield tuple(item for item in form.items if item != "+")

    def _deal(
        self, typed: str, pieces: list[Piece], form: Form, place: int, found: dict[str, object], grouped: bool
    ) -> Iterator[Parsed]:
        """Every way of dealing the pieces out to the items from `place` on."""
        if place == len(form.items):
            if not pieces:
                yield found, grouped
            return
        if not pieces:
            return
        item, kind = form.items[place], form.kind(place)
        first = pieces[0]
        if not kind:
            if first.word == item:
                yield from self._deal(typed, pieces[1:], form, place + 1, found, grouped)
            elif item in "+-" and first.text.startswith(item):
                rest = Piece(first.text[1:], first.start + 1, first.end)
                yield from self._deal(typed, [rest, *pieces[1:]], form, place + 1, found, grouped)
            return
        if first.text[:1] in "+-" and self._signed(form, place):
            return
        for count, value, spaced in self._ways(typed, pieces, kind):
            if kind in SUMS and spaced and count < len(pieces):
                yield from self._deal(typed, pieces[count:], form, place + 1, found | {item[1:-1]: value}, True)
            elif not (spaced and count < len(pieces)):
                name = item[1:-1].partition(":")[0]
                yield from self._deal(typed, pieces[count:], form, place + 1, found | {name: value}, grouped)

    @functools.cache  # noqa: B019
    def _signed(self, form: Form, place: int) -> bool:
        """Whether the plan has a form with a sign in that place."""
        return any(each.items[:place] == form.items[:place] and {*each.items[place : place + 1]} & {"+", "-"}
                   for each in self.forms)  # fmt: skip

    def _ways(self, typed: str, pieces: list[Piece], kind: str) -> Iterator[tuple[int, object, bool]]:
        """(how many pieces, the value, whether a sum took a group of three digits) for an argument of that kind."""
        # The pieces of one argument have nothing but spaces between them.
        run = next((at for at in range(1, len(pieces)) if typed[pieces[at - 1].end : pieces[at].start].strip()), None)
        texts = [piece.text for piece in pieces[:run]]
        if kind in ("rest", "password"):
            rest = typed[pieces[0].start :].strip()
            if kind == "rest" or 4 <= len(rest) <= 32:
                yield len(pieces), rest, False
        elif kind in ("number", "any_number"):
            reader = number if kind == "number" else any_number
            for count in range(1, len(texts) + 1):
                if not re.fullmatch(r"\+?[0-9(][0-9().\- ]*", " ".join(texts[:count])):
                    return
                value, wrong = reader("".join(texts[:count]))
                if not wrong:
                    yield count, value, False
                    return
        elif kind in SUMS:
            for count in (1, 2):
                whole = typed[pieces[0].start : pieces[: len(texts)][:count][-1].end]
                spaced = count == 2
                if len(texts) < count or (spaced and not re.fullmatch("[0-9]{1,3} [0-9]{3}", whole)):
                    continue
                unit = count < len(texts) and texts[count].casefold().rstrip(".") in UNITS
                value, wrong = money(re.sub(r"(?i)(?<=\d)(₽|р|руб|лв)\.?$", "", whole))
                if kind == "sum_10" and not wrong and int(str(value)) < 1000:
                    wrong = "bad_sum"
                if not wrong:
                    yield count + unit, value, spaced
        elif kind == "card":
            value, wrong = READERS["card"]("".join(texts))
            if not wrong and run is None:
                yield len(texts), value, False
        elif kind == "barred":
            if any(text.startswith("-") for text in texts):
                return
            value, wrong = READERS["barred" if len(texts) == 1 else "any_number"]("".join(texts))
            if len(texts) == 1 and re.fullmatch(r"(?=.*[A-Za-z])[0-9A-Za-z_&.!-]{1,11}", texts[0]):
                value, wrong = texts[0].upper(), ""
            if not wrong and run is None:
                yield len(texts), value, False
        else:
            value, wrong = self._single(texts[0], kind)
            if not wrong:
                yield 1, value, False

    @staticmethod
    def _single(text: str, kind: str) -> tuple[object, str]:
        """An argument that is one piece."""
        if kind == "name":
            good = re.fullmatch(r"[^\W\d_][\w'-]{0,19}", text)
            return (text, "") if good else (None, "bad_name")
        if kind == "email":
            return (text, "") if re.fullmatch(r"[\w.%+-]+@([\w-]+\.)+[a-z]{2,}", text) else (None, "bad_email")
        if kind == "language" and not digits_only(text):
            return (text.casefold(), "") if text.casefold() in ("ru", "lat", "bg", "en") else (None, "out_of_range")
        return language(text) if kind == "language" else READERS[kind](text)
