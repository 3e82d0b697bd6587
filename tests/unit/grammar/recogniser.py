"""A second reader of dialled strings and numeric SMS, written by hand from the rules, to check the first one against.

It shares no code with the grammar: no pyparsing, no trie, no argument kinds. It reads `codes.toml` as data, tries
every pattern in turn, and takes its time. It knows plain characters only, and of keywords only their exact spelling.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import phonenumbers

Answer = tuple[str, str, dict[str, object], str]
"""Outcome, command, arguments, refusal."""

KINDS = {
    "number": "number", "amount": "sum", "code": "code", "service": "id", "language": "language", "topic": "text",
}  # fmt: skip
"""What each placeholder takes, by its name."""

DIGITS = frozenset("0123456789")
DASHES = frozenset(" -.()")
CALLS = {"вызов", "звонок", "обаждане", "повикване", "call", "send"}
POLITE = {"пожалуйста", "спасибо", "моля", "благодаря", "please", "thanks"}


@dataclass(frozen=True)
class Pattern:
    command: str
    items: tuple[str, ...]  # digits or a word as they stand, `<name>` for an argument
    fixed: dict[str, object]

    def kind(self, place: int) -> str:
        item = self.items[place] if place < len(self.items) else ""
        return KINDS[item[1:-1]] if item.startswith("<") else ""


def digits_only(text: str) -> bool:
    return bool(text) and all(each in DIGITS for each in text)


# -- arguments: (value, "") or (None, the refusal) ----------------------------------------------------------------


def number(text: str) -> tuple[object, str]:
    """Ten digits; eleven after 7 or 8; +7; 007. Mobile numbers begin with 9 after that."""
    bare = "".join(each for each in text if each not in DASHES)
    plus = bare.startswith("+")
    digits = bare[1:] if plus else bare
    if not digits_only(digits):
        return None, "bad_number"
    national = ""
    if plus:
        national = digits[1:] if digits[0] == "7" and len(digits) == 11 else ""
    elif len(digits) == 10:
        national = digits
    elif len(digits) == 11 and digits[0] in "78":
        national = digits[1:]
    elif len(digits) == 13 and digits.startswith("007"):
        national = digits[3:]
    if national.startswith("9"):
        return "7" + national, ""
    return None, _other_number(("+" if plus else "") + digits)


def _other_number(digits: str) -> str:
    """What is wrong with digits that are no mobile number of the country."""
    if len(digits.lstrip("+")) > 15 or (not digits.startswith(("+", "00")) and len(digits) not in (10, 11)):
        return "bad_number"
    if digits.startswith(("+7", "007")) and len(digits.lstrip("+0")) != 11:
        return "bad_number"
    try:
        found = phonenumbers.parse("+" + digits[2:] if digits.startswith("00") else digits, "RU")
    except phonenumbers.NumberParseException:
        return "bad_number"
    if not phonenumbers.is_valid_number(found):
        return "bad_number"
    return "landline" if phonenumbers.region_code_for_number(found) == "RU" else "foreign_number"


def money(text: str) -> tuple[object, str]:
    """One to five digits after leading zeros; `.00` and `,00` are nothing; spaces only before three digits."""
    for ending in (".00", ",00"):
        if text.endswith(ending):
            text = text[: -len(ending)]
    head, space, tail = text.partition(" ")
    if space:
        if not (digits_only(head) and digits_only(tail) and len(tail) == 3 and len(head) <= 3):
            return None, "bad_sum"
        text = head + tail
    if not digits_only(text):
        return None, "bad_sum"
    whole = text.lstrip("0")
    if not whole:
        return None, "bad_sum"
    return (int(whole) * 100, "") if len(whole) <= 5 and len(text) <= 9 else (None, "out_of_range")


def code(text: str) -> tuple[object, str]:
    return (text, "") if digits_only(text) and 4 <= len(text) <= 6 else (None, "bad_code")


def identity(text: str) -> tuple[object, str]:
    return (int(text), "") if digits_only(text) and len(text) <= 8 else (None, "bad_id")


def language(text: str) -> tuple[object, str]:
    names = {"1": "ru", "2": "lat", "3": "bg", "4": "en"}
    return (names[text], "") if text in names else (None, "out_of_range")


READERS = {"number": number, "sum": money, "code": code, "id": identity, "language": language}
LENGTHS: dict[str, set[int]] = {
    "number": {10, 11, 13}, "sum": set(range(1, 10)), "code": {4, 5, 6}, "id": set(range(1, 9)), "language": {1, 2, 3},
}  # fmt: skip
"""How many digits each may have: of two kinds the one whose length is nearer was meant."""


# -- the plan -----------------------------------------------------------------------------------------------------


class Recogniser:
    def __init__(self, codes: Path, main_code: str = "111") -> None:
        rows = tomllib.loads(codes.read_text(encoding="utf-8"))["code"]
        self.main = main_code
        self.dialled = [
            Pattern(row["command"], tuple(text.strip("*#").split("*")), dict(row.get("arguments", {})))
            for row in rows
            for text in row.get("ussd", ())
        ]
        self.by_first: dict[str, list[Pattern]] = {}
        for pattern in self.dialled:
            self.by_first.setdefault(pattern.items[0], []).append(pattern)
        self.texted = {
            text: Pattern(row["command"], (text,), dict(row.get("arguments", {})))
            for row in rows
            if not row.get("to")
            for texts in row.get("sms", {}).values()
            for text in texts
            if digits_only(text)
        }
        self.blank = next(row["command"] for row in rows if row.get("blank_sms"))

    # -- SMS

    def sms(self, typed: str) -> Answer:
        """A line of digits, stars and spaces, a dialled string, or nothing; other words are not looked up here."""
        text = typed.strip()
        if self._looks_dialled(text):
            return self.ussd(typed)
        line = text
        while line and line[-1] in " .!?":
            line = line[:-1]
        if not line:
            return "understood", self.blank, {}, ""
        if line in self.texted:
            found = self.texted[line]
            return "understood", found.command, found.fixed, ""
        if text[0] in DIGITS and all(each in DIGITS or each in "* " for each in text):
            return self._numeric(text.replace(" ", ""))
        first = line[: next((place for place, each in enumerate(line) if each not in DIGITS), len(line))]
        return "refused", "", {}, "wrong_argument_count" if first in self.texted else "unknown_code"

    @staticmethod
    def _looks_dialled(text: str) -> bool:
        if text[:1] in ("*", "#"):
            return bool(text)
        if text[:1] not in DIGITS or "#" not in text:
            return False
        head = text[: text.index("#")]
        return all(each in DIGITS or each == " " for each in head.partition("*")[0])

    def _numeric(self, typed: str) -> Answer:
        """What stands between *111* and #; with stars it may be a string that lost both ends; 2118 and 0 is off."""
        first = self._segments([self.main, *typed.split("*")])
        if first[0] != "refused":
            return first
        others = []
        if "*" in typed:
            others.append(typed.split("*"))
        elif len(typed) == 5 and typed.endswith("0"):
            others.append([self.main, typed[:4], "2"])
        return next((found for each in others if (found := self._segments(each))[0] != "refused"), first)

    # -- USSD

    def ussd(self, typed: str) -> Answer:
        text = typed.strip()
        if len(text) > 182:
            return "refused", "", {}, "too_long"
        place = 0
        start = ""
        while place < len(text) and (text[place] in "*#" or (start and text[place] == " ")):
            start += text[place].strip()
            place += 1
        body, hash_sign, behind = text[place:].partition("#")
        if not body.strip(" *"):
            return "refused", "", {}, "unknown_code"
        if not start and not ((hash_sign or "*" in body) and body[0] in DIGITS):
            return "refused", "", {}, "unknown_code"
        if start not in ("", "*", "#", "**"):
            return "refused", "", {}, "unknown_code"
        tail = behind.strip("# ") if not behind.strip("# ") else behind.lstrip("# ")
        words = {word.strip("()[]{}.,!?").lower() for word in tail.split()}
        if not words <= CALLS | POLITE | {""}:
            return "refused", "", {}, "tail"
        return self._segments(body.split("*"), asked=start == "**")

    def _segments(self, typed: list[str], *, asked: bool = False) -> Answer:
        keys = [each.strip() for each in typed]
        patterns = self.by_first.get(keys[0].replace(" ", ""), [])
        for pattern in patterns:
            found = self._matched(pattern, keys)
            if found is not None:
                return "understood_ask" if asked else "understood", pattern.command, found, ""
        for pattern in patterns:
            found = self._exchanged(pattern, keys)
            if found is not None:
                return "understood_ask", pattern.command, found, ""
        if keys[0] == self.main and len(keys) > 1 and digits_only(keys[1]) and 150 <= int(keys[1]) <= 199:
            visited = self._segments(typed[1:], asked=asked)
            if visited[0] != "refused":
                return visited
        return "refused", "", {}, self._reason(patterns, keys) if keys[0] else "empty_part"

    @staticmethod
    def _read(pattern: Pattern, place: int, text: str) -> tuple[object, str]:
        kind = pattern.kind(place)
        if not kind:
            return (None, "") if text.replace(" ", "") == pattern.items[place] else (None, "other")
        return READERS[kind](text)

    def _matched(self, pattern: Pattern, keys: list[str]) -> dict[str, object] | None:
        if len(keys) != len(pattern.items):
            return None
        found = dict(pattern.fixed)
        for place, text in enumerate(keys):
            value, wrong = self._read(pattern, place, text)
            if wrong:
                return None
            if pattern.kind(place):
                found[pattern.items[place][1:-1]] = value
        return found

    def _exchanged(self, pattern: Pattern, keys: list[str]) -> dict[str, object] | None:
        """A number and a sum in the wrong order."""
        kinds = [pattern.kind(place) for place in range(len(pattern.items))]
        if len(keys) != len(kinds) or kinds.count("number") != 1 or kinds.count("sum") != 1:
            return None
        one, other = kinds.index("number"), kinds.index("sum")
        exchanged = list(keys)
        exchanged[one], exchanged[other] = keys[other], keys[one]
        return self._matched(pattern, exchanged)

    # -- why not

    def _reason(self, patterns: list[Pattern], keys: list[str]) -> str:
        """Of all patterns the one that fits furthest says what is wrong."""
        misses = sorted(self._misses(patterns, keys), key=lambda miss: (-miss[0], miss[1]))
        return misses[0][2]

    def _misses(self, patterns: list[Pattern], keys: list[str]) -> Iterator[tuple[int, int, str]]:
        """(how far the text fits, how badly it misses there, the refusal), pattern by pattern."""
        yield 0, 9, "unknown_code"
        fits = [(pattern, self._fits(pattern, keys)) for pattern in patterns]
        for pattern, (place, wrong) in fits:
            if any(self._crowded(pattern, each, patterns, len(keys)) for each in range(place + 1)):
                continue
            ends, typed_all = place == len(pattern.items), place == len(keys)
            arguments = any(pattern.kind(each) for each in range(place))
            siblings = [each for each, (far, _) in fits if far == place and each.items[:place] == pattern.items[:place]]
            if typed_all:
                # The text ends too early: it lacks arguments, or it is no code.
                lacks = arguments or any(each.kind(place) for each in siblings if len(each.items) > place)
                yield place, 0, "wrong_argument_count" if lacks else "unknown_code"
            elif not keys[place]:
                yield place, -9, "empty_part"
            elif ends:
                longer = any(len(each.items) > place for each in siblings)
                yield place, 5, "unknown_code" if longer else "wrong_argument_count"
            elif wrong != "other":
                seen = sum(each in DIGITS for each in keys[place]) or len(keys[place])
                far = min(abs(seen - each) for each in LENGTHS[pattern.kind(place)])
                lengths = {len(each.items) for each in siblings if each.items[place] == pattern.items[place]}
                yield place, far + (len(keys) not in lengths) - 4, wrong
            else:
                yield place, 5, "unknown_code"

    @staticmethod
    def _crowded(pattern: Pattern, place: int, patterns: list[Pattern], count: int) -> bool:
        """Whether its argument there leaves no room for all parts, where another kind of argument would."""
        if not pattern.kind(place):
            return False
        roomy = [
            each for each in patterns
            if each.items[:place] == pattern.items[:place] and each.kind(place) and len(each.items) >= count
        ]  # fmt: skip
        mine = any(KINDS[each.items[place][1:-1]] == pattern.kind(place) for each in roomy)
        return bool(roomy) and not mine

    def _fits(self, pattern: Pattern, keys: list[str]) -> tuple[int, str]:
        """How many parts of the text fit the pattern, and what is wrong with the next one."""
        for place, text in enumerate(keys[: len(pattern.items)]):
            wrong = self._read(pattern, place, text)[1] if text else "empty"
            if wrong:
                return place, wrong
        return min(len(keys), len(pattern.items)), ""
