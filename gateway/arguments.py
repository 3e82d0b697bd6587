"""Typed arguments of codes: how each kind is read, shown, hidden, and told from the others.

A placeholder of the code plan has the type of the command's field; `gateway.kinds` maps that type to an
`ArgumentType` and has the kinds that belong to single functions. Here is what all kinds are made of, and the kinds
that many functions share. Pure: no store, no clock, no texts; what is wrong is returned as a `Wrong` with the name of
the refusal, never raised.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import msgspec
import phonenumbers

from gateway.automaton import (
    DIGITS,
    LETTERS,
    SIGNS,
    Automaton,
    apart,
    either,
    many,
    maybe,
    of_digits,
    one,
    some,
    then,
    word,
    words,
)
from gateway.model import Channel, Language, Money, Msisdn

Value = str | int
"""What an argument becomes: digits of a number, minor units of a sum, an id, a `Language`, a text."""

NUMBER_DIGITS_MIN = 7
NUMBER_DIGITS_MAX = 15
"""E.164 6.2.1: at most fifteen digits."""
RUSSIAN_DIGITS = 11
"""With the country code 7, which Kazakhstan shares."""
SUM_DIGITS_MAX = 5
SUM_TYPED_MAX = 9  # leading zeros included: shorter than any telephone number
ID_DIGITS_MAX = 8
OTP_DIGITS = range(4, 7)


class Wrong(msgspec.Struct, frozen=True):
    """Why a typed argument cannot be taken: the refusal's name, where (characters into it), and the facts."""

    refusal: str
    offset: int = 0
    detail: Mapping[str, object] = {}


class Token(NamedTuple):
    """A word, a group of digits or a sign of an SMS line. `key` is its folded form, the rest where it stands."""

    key: str
    start: int
    end: int

    @property
    def numeric(self) -> bool:
        return self.key[0] in "0123456789("


Span = Callable[[str, Sequence[Token], int], int]
"""(line, tokens, index) -> index after the tokens that make one argument of this kind."""


def _one(line: str, tokens: Sequence[Token], index: int) -> int:
    return glued(tokens, index + 1)


def glued(tokens: Sequence[Token], at: int) -> int:
    """What is written onto an argument without a space belongs to it, even where that makes it wrong."""
    while at < len(tokens) and tokens[at].start == tokens[at - 1].end:
        at += 1
    return at


def rest_of_line(line: str, tokens: Sequence[Token], index: int) -> int:
    return len(tokens)


def _same(value: Value) -> str:
    return str(value)


_GAP = re.compile(r"(?<=\d) +(?=\d)", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class ArgumentType:
    """One kind of argument.

    `parse` takes what was typed (spaces inside included) to a value or a `Wrong`; `written` takes a value back to
    what a person would type. `joined`: by SMS it may stand in several tokens (`8 916 123 45 67`). `rest`: it takes
    the rest of the line as it stands; with `long` the line may be longer than others. `several`: dialled, it takes all
    segments that are left. `ungrouped`: the tokens of one
    argument where the way with `span` leads nowhere. `comes_last`: by SMS nothing may follow it, since it takes all the
    groups of digits there are. `ends_itself`: what is written onto it without a space is not its own. `words`: how the
    right form shows its place, by channel where they differ. `takes`: the folded strings that `parse` may accept, with
    one space at most between tokens, for the check of the plan, and `takes_last` what else it accepts where nothing
    follows. `lengths`: of digits, or of characters.
    """

    part: str
    example: str
    parse: Callable[[str], Value | Wrong]
    takes: Automaton
    lengths: Collection[int] = ()
    takes_last: Automaton | None = None
    written: Callable[[Value], str] = _same
    span: Span = _one
    ungrouped: Span | None = None
    secret: bool = False
    joined: bool = False
    rest: bool = False
    long: bool = False
    several: bool = False
    comes_last: bool = False
    ends_itself: bool = False
    words: Mapping[Channel, str] = field(default_factory=dict)

    def shown(self, channel: Channel) -> str:
        """Its place in a right form: `<number>`."""
        return self.words.get(channel) or f"<{self.part}>"

    def gap(self, text: str) -> int:
        """Where the space stands between digits of what may have one only at the end of a line: a sum. -1: nowhere."""
        found = _GAP.search(text) if self.takes_last is not None else None
        return -1 if found is None else found.start()

    def distance(self, text: str) -> int:
        """How far the length of what was typed is from what this kind takes; 0 if it may be one."""
        length = len(text) if text.isdigit() else sum(map(str.isdigit, text)) or len(text)
        return 0 if length in self.lengths else min([abs(length - each) for each in self.lengths], default=0)


def unsigned(kind: ArgumentType) -> ArgumentType:
    """The kind without the strings that begin with a sign: the plan has another meaning for that sign there."""

    def parse(text: str) -> Value | Wrong:
        return Wrong("wrong_argument_count") if text[:1] in ("+", "-") else kind.parse(text)

    takes_last = kind.takes_last.not_beginning("+-") if kind.takes_last is not None else None
    return replace(kind, parse=parse, takes=kind.takes.not_beginning("+-"), takes_last=takes_last)


# -- numbers ----------------------------------------------------------------------------------------------------

_MARKS = " -.()"
_NUMBER_SEPARATORS = str.maketrans("", "", " -.()[]<>‹›/")
_NOT_IN_A_NUMBER = re.compile(r"[^0-9+\-.() \[\]<>‹›/]|(?<=.)\+")


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """What digits mean in the operator's country. Its ordinary mobile numbers are decided by hand where that is
    easy (a phonenumbers parse takes 20 microseconds), everything else by the metadata of phonenumbers."""

    country: str
    landlines: bool = False
    """Whether landlines are taken too."""

    def parse(self, text: str) -> Value | Wrong:
        """E.164 digits without `+`, or why not: bad_number, landline, foreign_number."""
        digits = text
        if not (text.isascii() and text.isdigit()):
            strange = _NOT_IN_A_NUMBER.search(text)
            if strange is not None:
                return Wrong("bad_number", strange.start(), {"length": digits_in(text)})
            digits = text.translate(_NUMBER_SEPARATORS)
            if digits in {"", "+"}:
                return Wrong("bad_number", 0, {"length": 0})
        if self.country == "RU":
            mobile = _russian_mobile(digits)
            if mobile is not None:
                return Msisdn(mobile)
        return self._unusual(digits)

    def complete(self, digits: str) -> bool:
        """Whether groups of digits joined so far are a whole number."""
        if len(digits) < NUMBER_DIGITS_MIN:
            return False
        if self.country == "RU" and not self.landlines:
            return _russian_mobile(digits) is not None
        if digits.startswith(("+", "00")) and not digits.lstrip("+0").startswith(_country_code(self.country)):
            return False  # a number of another country is none at any length, so its metadata need not be asked
        return not isinstance(self.parse(digits), Wrong)

    def _unusual(self, digits: str) -> Value | Wrong:
        length = len(digits.lstrip("+"))
        bad = Wrong("bad_number", 0, {"length": length})
        national = self.country == "RU" and not digits.startswith(("+", "00"))
        if length > NUMBER_DIGITS_MAX or (national and length not in {10, 11}):
            return bad
        international = digits[2:] if digits.startswith("00") else digits[1:] if digits.startswith("+") else ""
        if self.country == "RU" and international.startswith("7") and len(international) != RUSSIAN_DIGITS:
            return bad  # phonenumbers would take the 8 of +7 8 916 for a prefix
        try:
            number = phonenumbers.parse("+" + international if international else digits, self.country)
        except phonenumbers.NumberParseException:
            return bad
        if not phonenumbers.is_valid_number(number):
            return bad
        if phonenumbers.region_code_for_number(number) != self.country:
            return Wrong("foreign_number", 0, {"length": length})
        kind = phonenumbers.number_type(number)
        mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
        if kind not in mobile and not self.landlines:
            return Wrong("landline", 0, {"length": length})
        return Msisdn(f"{number.country_code}{phonenumbers.national_significant_number(number)}")

    def span(self, line: str, tokens: Sequence[Token], index: int) -> int:
        """A number written with spaces takes digit groups until it is whole; what follows is the next argument."""
        at = index
        digits = ""
        if tokens[at].key == "+" and at + 1 < len(tokens):
            digits, at = "+", at + 1
        groups_end = index + 1
        while at < len(tokens):
            token = tokens[at]
            if token.key == "-" and len(digits) > 1:
                at += 1
                continue
            if not token.numeric:
                break
            digits += token.key.translate(_NUMBER_SEPARATORS)
            at += 1
            if self.complete(digits):
                return at
            if len(digits) > NUMBER_DIGITS_MAX:
                break
            groups_end = at
        # No whole number: a long first group is the number that was meant, else all groups but the last.
        first = index + (2 if tokens[index].key == "+" and index + 1 < len(tokens) else 1)
        if len(tokens[first - 1].key) >= 5 or groups_end <= first:
            return first
        return groups_end - 1 if groups_end == len(tokens) else groups_end

    def takes(self) -> Automaton:
        """The strings that may be a number; a space or a mark between any two digits."""
        if self.country != "RU":
            return then(maybe(one("+")), of_digits(NUMBER_DIGITS_MIN, NUMBER_DIGITS_MAX, _MARKS))
        area, rest = ("3489", 9) if self.landlines else ("9", 9)
        national = [one(area), *[one(DIGITS)] * rest]
        begins = ("", ["78"], ["+", "7"], ["0", "0", "7"])
        return either(*(apart([*map(one, begin), *national], some(_MARKS)) for begin in begins))

    def lengths(self) -> Collection[int]:
        """How many digits a number may have."""
        return (10, 11, 13) if self.country == "RU" else range(NUMBER_DIGITS_MIN, NUMBER_DIGITS_MAX + 1)

    def example(self) -> str:
        if self.country == "RU":
            return "9161234567"
        number = phonenumbers.example_number_for_type(self.country, phonenumbers.PhoneNumberType.MOBILE)
        return "" if number is None else f"{number.country_code}{phonenumbers.national_significant_number(number)}"


@functools.cache
def _country_code(country: str) -> str:
    return str(phonenumbers.country_code_for_region(country))


def _russian_mobile(digits: str) -> str | None:
    """Ten digits from 9; eleven with 7 or 8; +7; 007. None: not an ordinary mobile number."""
    length = len(digits)
    if length == 10 and digits[0] == "9":
        return "7" + digits
    if length == 11 and digits[0] in "78" and digits[1] == "9":
        return "7" + digits[1:]
    if length == 12 and digits.startswith("+79"):
        return digits[1:]
    if length == 13 and digits.startswith("0079"):
        return digits[2:]
    return None


def digits_in(text: str) -> int:
    return sum(map(str.isdigit, text))


# -- sums -------------------------------------------------------------------------------------------------------

UNIT = r"(?:₽|руб(?:\.|л[а-я]{1,3})?|р\.?|rub(?:les?)?|rur|лв\.?|лева?|lv|leva?)"
_UNIT_WORD = re.compile(UNIT + r"\Z", re.IGNORECASE)
_SUM = re.compile(
    rf"\s*(?P<whole>[0-9]{{1,3}} [0-9]{{3}}|[0-9]+)(?P<minor>[.,](?P<cents>[0-9]+))?\s*{UNIT}?\s*\Z", re.IGNORECASE
)
_SUM_RANGE = {"min": 1, "max": 10**SUM_DIGITS_MAX - 1}


def _parse_sum(text: str) -> Value | Wrong:
    """Whole units, as typed, to minor units. The function's own limits are the handler's."""
    if len(text) <= SUM_DIGITS_MAX and text.isascii() and text.isdigit() and text[0] != "0":
        return Money(int(text) * 100)
    found = _SUM.match(text)
    if found is None or (found["minor"] and found["cents"] != "00"):
        strange = re.search(r"[^0-9 ]", text, re.ASCII)
        return Wrong("bad_sum", strange.start() if strange else 0, _SUM_RANGE)
    typed = found["whole"].replace(" ", "")
    whole = typed.lstrip("0")
    if not whole:
        return Wrong("bad_sum", 0, _SUM_RANGE)
    if len(whole) > SUM_DIGITS_MAX or len(typed) > SUM_TYPED_MAX:
        return Wrong("out_of_range", 0, {**_SUM_RANGE, "length": len(whole)})
    return Money(int(whole) * 100)


def _span_sum(line: str, tokens: Sequence[Token], index: int) -> int:
    """A sign, the digits, two digits after a decimal comma, or three more if they end the line, the unit."""
    return _sum_end(line, tokens, index, grouped=True)


def _span_sum_ungrouped(line: str, tokens: Sequence[Token], index: int) -> int:
    """The same where a group of three digits is the next argument: `100 500` as two sums."""
    return _sum_end(line, tokens, index, grouped=False)


def _sum_end(line: str, tokens: Sequence[Token], index: int, *, grouped: bool) -> int:
    at = index
    if tokens[at].key in "+-" and at + 1 < len(tokens):
        at += 1
    at += 1
    count = len(tokens)
    if at < count and tokens[at].numeric:
        between = line[tokens[at - 1].end : tokens[at].start]
        last = at + 1 == count or (at + 2 == count and _is_unit(tokens[at + 1]))
        thousands = grouped and last and len(tokens[at].key) == 3 and between.isspace()
        if thousands or (between == "," and len(tokens[at].key) == 2):
            at += 1
    if at < count and _is_unit(tokens[at]):
        at += 1
    return glued(tokens, at)


def _is_unit(token: Token) -> bool:
    return _UNIT_WORD.match(token.key) is not None


def _written_sum(value: Value) -> str:
    return str(int(value) // 100)


_UNITS = (
    "₽", "р", "р.", "руб", "руб.", "rub", "ruble", "rubles", "rur", "лв", "лв.", "лев", "лева", "lv", "lev", "leva"
)  # fmt: skip


def _takes_sum(low: int = 1) -> tuple[Automaton, Automaton]:
    """Digits with leading zeros, as many as `low` has or more; and digits in thousands, which only end a line."""
    nonzero, zero, digit = one(DIGITS[:-1]), one("0"), one(DIGITS)
    plain = either(
        *(
            then(many(zero, 0, SUM_TYPED_MAX - length), nonzero, *[digit] * (length - 1))
            for length in range(len(str(low)), SUM_DIGITS_MAX + 1)
        )
    )
    most = SUM_DIGITS_MAX - 3
    leading = either(*(then(*[zero] * place, nonzero, many(digit, 0, min(most - 1, 2 - place))) for place in range(3)))
    three = either(*(then(*[zero] * place, nonzero, *[digit] * (2 - place)) for place in range(3)))
    grouped = either(then(leading, one(" "), *[digit] * 3), then(many(zero, 1, 3), one(" "), three))
    cyrillic = one("".join(map(chr, range(ord("а"), ord("я") + 1))))
    unit = either(words(_UNITS), then(word("рубл"), many(cyrillic, 1, 3)))
    ending = then(maybe(then(one(".,"), zero, zero)), maybe(then(maybe(one(" ")), unit)))
    return then(plain, ending), then(grouped, ending)


_TAKES, _TAKES_LAST = _takes_sum()
SUM = ArgumentType(
    "sum",
    "50",
    _parse_sum,
    _TAKES,
    range(1, SUM_TYPED_MAX + 1),
    takes_last=_TAKES_LAST,
    written=_written_sum,
    span=_span_sum,
    ungrouped=_span_sum_ungrouped,
    joined=True,
)


def sum_between(low: int, high: int) -> ArgumentType:
    """`<amount:10-99999>`: a sum in whole units where a smaller one would be something else, or a slip."""

    def parse(text: str) -> Value | Wrong:
        value = _parse_sum(text)
        bounds = {"min": low, "max": high}
        if isinstance(value, Wrong):
            return Wrong(value.refusal, value.offset, {**value.detail, **bounds})
        if low * 100 <= int(value) <= high * 100:
            return value
        return Wrong("bad_sum" if int(value) < low * 100 else "out_of_range", 0, bounds)

    takes, takes_last = _takes_sum(low)
    return replace(SUM, parse=parse, takes=takes, takes_last=takes_last)


# -- codes, ids, choices, languages, texts -----------------------------------------------------------------------


def first_strange(text: str) -> int:
    """Where the first character stands that is no digit; 0 if there is none."""
    strange = re.search(r"[^0-9]", text, re.ASCII)
    return strange.start() if strange else 0


def _parse_otp(text: str) -> Value | Wrong:
    if text.isascii() and text.isdigit() and len(text) in OTP_DIGITS:
        return text
    return Wrong("bad_code", first_strange(text), {"length": len(text), "min": OTP_DIGITS[0], "max": OTP_DIGITS[-1]})


def _parse_id(text: str) -> Value | Wrong:
    if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX:
        return int(text)
    return Wrong("bad_id", first_strange(text), {"length": len(text), "min": 1, "max": ID_DIGITS_MAX})


_LANGUAGES: Mapping[str, Language] = {
    "1": Language.RU, "2": Language.LAT, "3": Language.BG, "4": Language.EN,
    "ru": Language.RU, "lat": Language.LAT, "bg": Language.BG, "en": Language.EN,
}  # fmt: skip


def _parse_language(text: str) -> Value | Wrong:
    found = _LANGUAGES.get(text.strip().casefold())
    return found if found is not None else Wrong("out_of_range", 0, {"min": 1, "max": 4})


def _written_language(value: Value) -> str:
    return Language(str(value)).value.upper()


def choice(low: int, high: int, part: str = "digit") -> ArgumentType:
    """`<name:1-4>`: an operation or an option by its digit."""

    def parse(text: str) -> Value | Wrong:
        if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX and low <= int(text) <= high:
            return int(text)
        return Wrong("out_of_range", first_strange(text), {"min": low, "max": high})

    # Leading zeros are accepted, so a digit may be long.
    many_zeros = many(one("0"), 0, ID_DIGITS_MAX - len(str(high)))
    takes = then(many_zeros, words(map(str, range(low, high + 1))))
    shown = dict.fromkeys(Channel, f"<{low}-{high}>")
    return ArgumentType(part, str(low), parse, takes, range(len(str(low)), len(str(high)) + 1), words=shown)


def _any_text(text: str) -> Value | Wrong:
    return text.strip()


OTP = ArgumentType("code", "1234", _parse_otp, of_digits(OTP_DIGITS[0], OTP_DIGITS[-1]), OTP_DIGITS, secret=True)
IDENTITY = ArgumentType("id", "12", _parse_id, of_digits(1, ID_DIGITS_MAX), range(1, ID_DIGITS_MAX + 1))
LANGUAGE = ArgumentType(
    "language",
    "3",
    _parse_language,
    words(_LANGUAGES),
    (1, 2, 3),
    written=_written_language,
    words={Channel.USSD: "<1-4>", Channel.SMS: "<RU|BG|EN|LAT>"},
)
ANY_TEXT = then(one(some(DIGITS, LETTERS, SIGNS)), maybe(many(one(some(DIGITS + " ", LETTERS, SIGNS)), 1)))
TEXT = ArgumentType("text", "", _any_text, ANY_TEXT, span=rest_of_line, rest=True)
