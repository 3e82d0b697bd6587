"""A second reader of dialled strings and numeric SMS, written by hand from the rules, to check the first one against.

It shares no code with the grammar: no pyparsing, no trie, no argument kinds. It reads `codes.toml` as data, tries
every pattern in turn, and takes its time. It knows plain characters only, and of keywords only their exact spelling.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import phonenumbers

Answer = tuple[str, str, dict[str, object], str]
"""Outcome, command, arguments, refusal."""

KINDS = {
    "number": "number", "barred": "barred", "amount": "sum", "amount:10-99999": "sum_10", "code": "code",
    "language": "language",
    "service": "id", "tariff": "id", "subscription": "id", "picture": "id", "melody": "id", "reward": "id",
    "period": "period", "card": "card", "threshold": "sum", "day": "1-31", "since": "date", "until": "date",
    "delivery:1-4": "1-4", "network:1-4": "1-4", "page:1-9": "1-9", "password": "pin", "points": "points",
    "delay_s": "delay",
}  # fmt: skip
"""What each placeholder takes, by its name."""

SECRET = {"code", "card", "pin"}

DIGITS = frozenset("0123456789")
NO_ARGUMENT = 100
"""How badly a text misses where no pattern has an argument: worse than any argument of a wrong length."""

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
        name = item[1:-1] if item.startswith("<") else ""
        if name in ("number", "old") and self.command.startswith("favourite."):
            return "any_number"  # a landline may be a favourite
        return KINDS[name] if name else ""


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


def any_number(text: str) -> tuple[object, str]:
    """A landline too, as its national digits."""
    value, wrong = number(text)
    if wrong != "landline":
        return value, wrong
    digits = "".join(each for each in text if each in DIGITS)
    return "7" + digits[-10:], ""


def barred(text: str) -> tuple[object, str]:
    """A short number as well."""
    return (text, "") if digits_only(text) and 3 <= len(text) <= 6 else any_number(text)


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


def sum_from_ten(text: str) -> tuple[object, str]:
    value, wrong = money(text)
    return (None, "bad_sum") if isinstance(value, int) and value < 1000 else (value, wrong)


def period(text: str) -> tuple[object, str]:
    names = {"1": "daily", "2": "weekly", "3": "monthly"}
    return (names[text], "") if text in names else (None, "bad_period")


def card(text: str) -> tuple[object, str]:
    digits = "".join(each for each in text if each not in " -.")
    return (digits, "") if digits_only(digits) and 12 <= len(digits) <= 16 else (None, "bad_card")


def pin(text: str) -> tuple[object, str]:
    return (text, "") if digits_only(text) and 4 <= len(text) <= 7 else (None, "bad_pin")


def points(text: str) -> tuple[object, str]:
    good = digits_only(text) and len(text) <= 4 and int(text) > 0
    return (int(text), "") if good else (None, "out_of_range")


def delay(text: str) -> tuple[object, str]:
    return (int(text), "") if text in ("5", "05", "10", "15", "20", "25", "30") else (None, "out_of_range")


def up_to(most: int) -> Callable[[str], tuple[object, str]]:
    """A choice from 1 on, leading zeros or not."""

    def read(text: str) -> tuple[object, str]:
        good = digits_only(text) and len(text) <= 8 and 1 <= int(text) <= most
        return (int(text), "") if good else (None, "out_of_range")

    return read


def date(text: str) -> tuple[object, str]:
    """DDMMYY; DD.MM.YY and DD.MM.YYYY, with dots or dashes or slashes."""
    for sign in ".-/":
        parts = text.split(sign)
        if [len(each) for each in parts] in ([2, 2, 2], [2, 2, 4]):
            text = "".join(parts)
            break
    else:
        if len(text) != 6:
            return None, "bad_date"
    if not digits_only(text):
        return None, "bad_date"
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:]) + (2000 if len(text) == 6 else 0)
    if not 1 <= day <= 31:
        return None, "out_of_range"
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not year or not 1 <= month <= 12 or day > longest[month - 1]:
        return None, "bad_date"
    return f"{year:04}-{month:02}-{day:02}", ""


READERS: dict[str, Callable[[str], tuple[object, str]]] = {
    "number": number, "any_number": any_number, "barred": barred,
    "sum": money, "sum_10": sum_from_ten, "code": code, "id": identity, "language": language,
    "period": period, "card": card, "pin": pin, "points": points, "delay": delay, "1-4": up_to(4), "1-9": up_to(9),
    "1-31": up_to(31),
    "date": date,
}  # fmt: skip
LENGTHS: dict[str, set[int]] = {
    "number": {10, 11, 13}, "any_number": {10, 11, 13}, "barred": {3, 4, 5, 6, 10, 11, 13},
    "sum": set(range(1, 10)), "sum_10": set(range(2, 10)), "code": {4, 5, 6},
    "id": set(range(1, 9)), "language": {1, 2, 3}, "period": {1}, "card": set(range(12, 17)), "pin": {4, 5, 6, 7},
    "points": {1, 2, 3, 4}, "delay": {1, 2}, "1-4": set(range(1, 9)), "1-9": set(range(1, 9)),
    "1-31": set(range(1, 9)), "date": {6, 8, 10},
}  # fmt: skip
"""How many digits each may have: of two kinds the one whose length is nearer was meant."""


# -- the plan -----------------------------------------------------------------------------------------------------


class Different(Exception):
    """A secret that stands twice was typed in two ways."""


class Recogniser:
    def __init__(self, codes: Path, main_code: str = "111") -> None:
        self.main = main_code
        rows = tomllib.loads(codes.read_text(encoding="utf-8"))["code"]
        self.dialled = [
            Pattern(row["command"], tuple(text.strip("*#").split("*")), dict(row.get("arguments", {})))
            for row in rows
            for text in row.get("ussd", ())
        ]
        # Codes from 150 to 199 belong to the network that is visited, so they work behind the main code too.
        self.dialled += [
            replace(each, items=(main_code, *each.items)) for each in self.dialled if "150" <= each.items[0] <= "199"
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
        patterns = self._candidates([each.replace(" ", "") for each in keys[:2]])
        for pattern in patterns:
            try:
                found = self._matched(pattern, keys)
            except Different:
                return "refused", "", {}, "pin_mismatch"
            if found is not None and str(found.get("since", "")) > str(found.get("until", "")):
                return "refused", "", {}, "bad_date"
            if found is not None:
                if self._spaced(pattern, keys, keys):
                    return "refused", "", {}, "bad_sum"
                return "understood_ask" if asked else "understood", pattern.command, found, ""
        for pattern in patterns:
            ordered = self._exchanged(pattern, keys)
            found = self._matched(pattern, ordered)
            if found is not None:
                if self._spaced(pattern, ordered, keys):
                    return "refused", "", {}, "bad_sum"
                return "understood_ask", pattern.command, found, ""
        return "refused", "", {}, self._reason(patterns, keys) if keys[0] else "empty_part"

    def _candidates(self, keys: list[str]) -> list[Pattern]:
        """The patterns that begin like this, and one more as a sign that there are others."""
        patterns = self.by_first.get(keys[0], [])
        if len(keys) < 2:
            return patterns
        near = [each for each in patterns if len(each.items) < 2 or each.kind(1) or each.items[1] == keys[1]]
        return near + [each for each in patterns if each not in near][:1]

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
                name = pattern.items[place][1:-1].partition(":")[0]
                if pattern.kind(place) in SECRET and found.get(name, value) != value:
                    raise Different
                found[name] = value
        return found

    @staticmethod
    def _exchanged(pattern: Pattern, keys: list[str]) -> list[str]:
        """A number and a sum in the wrong order put in the right one; empty: the pattern has no such pair."""
        kinds = [pattern.kind(place) for place in range(len(pattern.items))]
        sums = [place for place, kind in enumerate(kinds) if kind in ("sum", "points")]
        if len(keys) != len(kinds) or kinds.count("number") != 1 or len(sums) != 1 or SECRET & {*kinds}:
            return []
        one, other = kinds.index("number"), sums[0]
        exchanged = list(keys)
        exchanged[one], exchanged[other] = keys[other], keys[one]
        return exchanged

    @staticmethod
    def _spaced(pattern: Pattern, ordered: list[str], typed: list[str]) -> bool:
        """Whether a sum has a space inside that is not the last argument that was typed."""
        arguments = [text for place, text in enumerate(typed) if pattern.kind(place)]
        sums = [text for place, text in enumerate(ordered) if pattern.kind(place) in ("sum", "sum_10")]
        return any(re.search("[0-9] [0-9]", text) and text in arguments[:-1] for text in sums)

    # -- why not

    def _reason(self, patterns: list[Pattern], keys: list[str]) -> str:
        """Of all patterns the one that fits furthest says what is wrong."""
        misses = sorted(self._misses(patterns, keys), key=lambda miss: (-miss[0], miss[1]))
        return misses[0][2]

    def _misses(self, patterns: list[Pattern], keys: list[str]) -> Iterator[tuple[int, int, str]]:
        """(how far the text fits, how badly it misses there, the refusal), pattern by pattern."""
        yield 0, NO_ARGUMENT, "unknown_code"
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
                yield place, -NO_ARGUMENT, "empty_part"
            elif ends:
                longer = any(len(each.items) > place for each in siblings)
                yield place, NO_ARGUMENT, "unknown_code" if longer else "wrong_argument_count"
            elif wrong != "other":
                seen = sum(each in DIGITS for each in keys[place]) or len(keys[place])
                far = min(abs(seen - each) for each in LENGTHS[pattern.kind(place)])
                lengths = {len(each.items) for each in siblings if each.kind(place) == pattern.kind(place)}
                yield place, far + (len(keys) not in lengths) - 4, wrong
            else:
                yield place, NO_ARGUMENT, "unknown_code"

    @staticmethod
    def _crowded(pattern: Pattern, place: int, patterns: list[Pattern], count: int) -> bool:
        """Whether its argument there leaves no room for all parts, where another kind of argument would."""
        if not pattern.kind(place):
            return False
        roomy = [
            each for each in patterns
            if each.items[:place] == pattern.items[:place] and each.kind(place) and len(each.items) >= count
        ]  # fmt: skip
        mine = any(each.kind(place) == pattern.kind(place) for each in roomy)
        return bool(roomy) and not mine

    def _fits(self, pattern: Pattern, keys: list[str]) -> tuple[int, str]:
        """How many parts of the text fit the pattern, and what is wrong with the next one."""
        for place, text in enumerate(keys[: len(pattern.items)]):
            wrong = self._read(pattern, place, text)[1] if text else "empty"
            if wrong:
                return place, wrong
        return min(len(keys), len(pattern.items)), ""
