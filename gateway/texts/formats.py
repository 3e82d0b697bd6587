"""Money, dates, names and numbers as a subscriber reads them: the functions that texts may call.

Short, in signs that the GSM 7-bit alphabet has where the language allows, and so that a reader can copy a number
back into a command. Nothing here reads a clock; instants are shown in the operator's time zone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from gateway.catalogue.products import Operator
from gateway.model import Language
from gateway.texts.latin import transliterate

Formatter = Callable[[object], str]
"""One argument of a text as its reader sees it. Raises TypeError, ValueError or OverflowError for what it is not."""

PLAIN = ""
"""The name under which a placeable without a function, `{ $x }`, finds its formatter."""
VERBATIM = "code"
"""The variable that is never changed: its value may be a place that the digits of a code fill when it is sent."""

FUNCTIONS = frozenset({"MONEY", "DATE", "DAY", "TIME", "DATETIME", "NAME", "PHONE"})
"""The functions that texts may call."""

_CURRENCIES: dict[str, dict[Language, str]] = {
    "RUB": {Language.RU: "руб.", Language.BG: "руб.", Language.EN: "RUB"},
    "BGN": {Language.RU: "лв.", Language.BG: "лв.", Language.EN: "BGN"},
    "EUR": {Language.RU: "евро", Language.BG: "€", Language.EN: "EUR"},
}
_GROUPED_FROM = 10_000
_FULL_NUMBER_DIGITS_MIN = 7  # shorter ones are the operator's own, dialled without `+`


def currency(language: Language, operator: Operator) -> str:
    """What the operator's money is called in a language; the ISO 4217 code for a currency without a name here."""
    return _CURRENCIES.get(operator.currency, {}).get(language, operator.currency)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected an integer, got {type(value).__name__}")
    return value


def _money(unit: str) -> Formatter:
    def money(value: object) -> str:
        minor = _whole(value)
        sign, minor = ("-", -minor) if minor < 0 else ("", minor)
        units, rest = divmod(minor, 100)
        digits = f"{units:,}".replace(",", " ") if units >= _GROUPED_FROM else units
        return f"{sign}{digits}.{rest:02} {unit}" if rest else f"{sign}{digits} {unit}"

    return money


def _date(zone: tzinfo) -> Formatter:
    def date(value: object) -> str:
        at = datetime.fromtimestamp(_whole(value) // 1000, zone)
        return f"{at.day:02}.{at.month:02}.{at.year}"

    return date


def _day(zone: tzinfo) -> Formatter:
    def day(value: object) -> str:
        at = datetime.fromtimestamp(_whole(value) // 1000, zone)
        return f"{at.day:02}.{at.month:02}"

    return day


def _time(zone: tzinfo) -> Formatter:
    def time(value: object) -> str:
        at = datetime.fromtimestamp(_whole(value) // 1000, zone)
        return f"{at.hour:02}:{at.minute:02}"

    return time


def _datetime(zone: tzinfo) -> Formatter:
    def date_and_time(value: object) -> str:
        at = datetime.fromtimestamp(_whole(value) // 1000, zone)
        return f"{at.day:02}.{at.month:02} {at.hour:02}:{at.minute:02}"

    return date_and_time


def _name(language: Language) -> Formatter:
    readers = [language.value, *(each.value for each in Language if each is not language)]

    def name(value: object) -> str:
        if isinstance(value, str):
            return value
        if not isinstance(value, dict):
            raise TypeError(f"expected names by language, got {type(value).__name__}")
        for each in readers:
            if each in value:
                return str(value[each])
        raise ValueError("a name in no language")

    return name


def phone(value: object) -> str:
    """A number as it can be copied back into a command: `+79161234567`; short numbers and senders as they are."""
    if not isinstance(value, str):
        raise TypeError(f"expected a number's digits, got {type(value).__name__}")
    return f"+{value}" if len(value) >= _FULL_NUMBER_DIGITS_MIN and value.isdigit() else value


def plain(value: object) -> str:
    """A string as it is, an integer in digits without grouping; nothing else has a plain form."""
    if isinstance(value, str):
        return value
    return str(_whole(value))


def _in_latin(formatter: Formatter, language: Language) -> Formatter:
    def in_latin(value: object) -> str:
        return transliterate(formatter(value), language)

    return in_latin


def formatters(language: Language, operator: Operator, *, latin: bool) -> dict[str, Formatter]:
    """The functions of texts for readers of a language, by name; the plain form is under `PLAIN`.

    MONEY: integer minor units -> `12.50 руб.`, whole sums `300 руб.`, from 10 000 in groups. DATE: instant ->
    `05.03.2026`; DAY `05.03`; TIME `14:30`; DATETIME `05.03 14:30`. NAME: names by language -> the reader's.
    PHONE: Msisdn -> `+79161234567`. With `latin`, what may hold Cyrillic is transliterated.
    """
    unit = currency(language, operator)
    named = _name(language)
    return {
        PLAIN: _in_latin(plain, language) if latin else plain,
        "MONEY": _money(transliterate(unit, language) if latin else unit),
        "DATE": _date(operator.zone),
        "DAY": _day(operator.zone),
        "TIME": _time(operator.zone),
        "DATETIME": _datetime(operator.zone),
        "NAME": _in_latin(named, language) if latin else named,
        "PHONE": _in_latin(phone, language) if latin else phone,
    }
