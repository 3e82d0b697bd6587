"""Every kind of argument, by the type of the command's field that it fills.

A new kind is one more entry of `argument_types`. Kinds that many functions share are in `arguments.py`; those of
single functions are here. Pure, as there.
"""

from __future__ import annotations

import datetime
import re
import string
from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.arguments import (
    IDENTITY,
    LANGUAGE,
    OTP,
    SUM,
    TEXT,
    ArgumentType,
    NumberPlan,
    Token,
    Value,
    Wrong,
    choice,
    digits_in,
    first_strange,
    glued,
    rest_of_line,
)
from gateway.automaton import (
    DIGITS,
    LETTERS,
    SIGNS,
    Automaton,
    either,
    many,
    maybe,
    of_digits,
    one,
    some,
    then,
    words,
)
from gateway.catalogue.products import Operator
from gateway.commands import CardCode, Otp, Password
from gateway.model import (
    AnswerDelay,
    AnyNumber,
    BarredNumber,
    Channel,
    Date,
    Day,
    Email,
    Inputs,
    Language,
    MelodyId,
    MessageText,
    Money,
    Msisdn,
    Name,
    PictureId,
    Points,
    RewardId,
    ServiceId,
    SubscriptionId,
    TariffId,
    Threshold,
    Topic,
    TransferPeriod,
)
from gateway.screens import messages_for

DIALLED_PASSWORD_DIGITS = range(4, 8)
PASSWORD_LENGTHS = range(4, 33)
CARD_DIGITS = range(12, 17)
POINTS_DIGITS_MAX = 4
SHORT_NUMBER_DIGITS = range(3, 7)
SENDER_LENGTH_MAX = 11
"""Letters and digits of a sender that is no number (TS 23.040 9.1.2.5)."""
NAME_LENGTH_MAX = 20
EMAIL_LENGTH_MAX = 254
"""RFC 5321 4.5.3.1.3 less the brackets."""
MESSAGE_SEGMENTS_MAX = 10
ANSWER_DELAYS_S = (5, 10, 15, 20, 25, 30)

_SEPARATORS = str.maketrans("", "", " -.")
_NOT_IN_A_CARD = re.compile(r"[^0-9 .\-]", re.ASCII)


_NO_SPACE = some(DIGITS, LETTERS, SIGNS)
_ANY = some(DIGITS + " ", LETTERS, SIGNS)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


# -- secrets ------------------------------------------------------------------------------------------------------


def _parse_dialled_password(text: str) -> Value | Wrong:
    lengths = DIALLED_PASSWORD_DIGITS
    if _is_digits(text) and len(text) in lengths:
        return text
    return Wrong("bad_pin", first_strange(text), {"length": len(text), "min": lengths[0], "max": lengths[-1]})


def _parse_password(text: str) -> Value | Wrong:
    lengths = PASSWORD_LENGTHS
    password = text.strip()
    if len(password) in lengths:
        return password
    return Wrong("bad_pin", 0, {"length": len(password), "min": lengths[0], "max": lengths[-1]})


def _parse_card(text: str) -> Value | Wrong:
    """The code as it is printed, in groups or not."""
    strange = _NOT_IN_A_CARD.search(text)
    if strange is None and len(digits := text.translate(_SEPARATORS)) in CARD_DIGITS:
        return digits
    detail = {"length": digits_in(text), "min": CARD_DIGITS[0], "max": CARD_DIGITS[-1]}
    return Wrong("bad_card", strange.start() if strange else 0, detail)


def _span_groups(most: int) -> Callable[[str, Sequence[Token], int], int]:
    """Groups of digits, with dashes between them, as long as there are no more digits than that."""

    def span(line: str, tokens: Sequence[Token], index: int) -> int:
        at = index + 1
        count = digits_in(tokens[index].key)
        while at < len(tokens):
            dash = tokens[at].key == "-" and at + 1 < len(tokens)
            group = tokens[at + 1 if dash else at]
            count += digits_in(group.key)
            if not group.numeric or count > most:
                break
            at += 2 if dash else 1
        return glued(tokens, at)

    return span


DIALLED_PASSWORD = ArgumentType(
    "pin", "2580", _parse_dialled_password,
    of_digits(DIALLED_PASSWORD_DIGITS[0], DIALLED_PASSWORD_DIGITS[-1]), DIALLED_PASSWORD_DIGITS, secret=True,
)  # fmt: skip
PASSWORD = ArgumentType(
    "pin", "Sofia2016", _parse_password,
    then(one(_NO_SPACE), many(one(_ANY), PASSWORD_LENGTHS[0] - 1)),
    span=rest_of_line, rest=True, secret=True,
)  # fmt: skip
"""Letters cannot be dialled, so it is another kind by SMS."""
CARD = ArgumentType(
    "card", "123456789012", _parse_card, of_digits(CARD_DIGITS[0], CARD_DIGITS[-1], " -."), CARD_DIGITS,
    span=_span_groups(CARD_DIGITS[-1]), secret=True, joined=True, comes_last=True,
)  # fmt: skip


# -- who ----------------------------------------------------------------------------------------------------------


_SENDER_SIGNS = "_&.!-"
_SENDER = re.compile(rf"(?=.*[^\W\d_])[0-9A-Za-z{_SENDER_SIGNS}]+", re.ASCII)


def _barred_number(plan: NumberPlan, channel: Channel) -> ArgumentType:
    """Mobile numbers, landlines, short numbers; by SMS the names of senders too."""

    def parse(text: str) -> Value | Wrong:
        if _is_digits(text) and len(text) in SHORT_NUMBER_DIGITS:
            return text
        if channel is Channel.SMS and len(text) <= SENDER_LENGTH_MAX and _SENDER.fullmatch(text):
            return text.upper()
        return plan.parse(text)

    shortest, longest = SHORT_NUMBER_DIGITS[0], SHORT_NUMBER_DIGITS[-1]
    takes = either(plan.takes(), of_digits(shortest, longest))
    if channel is Channel.SMS:
        takes = either(takes, _takes_sender())
    lengths = (*SHORT_NUMBER_DIGITS, *plan.lengths())
    return ArgumentType(
        "number", plan.example(), parse, takes, lengths, span=_span_barred, joined=True, comes_last=True
    )


def _takes_sender() -> Automaton:
    """At least one letter among the signs, and no more characters than a sender has."""
    letter = one(string.ascii_lowercase)
    other, any_of_them = one(DIGITS + _SENDER_SIGNS), one(DIGITS + _SENDER_SIGNS + string.ascii_lowercase)
    return either(
        *(then(*[other] * before, letter, many(any_of_them, 0, SENDER_LENGTH_MAX - 1 - before))
          for before in range(SENDER_LENGTH_MAX))
    )  # fmt: skip


def _span_barred(line: str, tokens: Sequence[Token], index: int) -> int:
    """It is the last argument wherever it stands, so all groups of digits are its own."""
    at = index
    if tokens[at].key == "+" and at + 1 < len(tokens):
        at += 1
    if not tokens[at].numeric:
        return glued(tokens, at + 1)
    while at < len(tokens) and (tokens[at].numeric or (tokens[at].key == "-" and at + 1 < len(tokens))):
        at += 1
    return glued(tokens, at)


_NAME = re.compile(r"[^\W\d_][\w'-]*")


def _parse_name(text: str) -> Value | Wrong:
    if len(text) > NAME_LENGTH_MAX:
        return Wrong("too_long", 0, {"length": len(text), "max": NAME_LENGTH_MAX})
    return text if _NAME.fullmatch(text) else Wrong("bad_name", 0)


_EMAIL = re.compile(r"[\w.%+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")


def _parse_email(text: str) -> Value | Wrong:
    good = len(text) <= EMAIL_LENGTH_MAX and _EMAIL.fullmatch(text)
    return text if good else Wrong("bad_email", 0, {"length": len(text), "max": EMAIL_LENGTH_MAX})


_IN_A_NAME = some(DIGITS + "_'-", LETTERS)
_IN_A_DOMAIN = some(DIGITS + "_-", LETTERS)
NAME = ArgumentType(
    "name", "MAMA", _parse_name, then(one(some("", LETTERS)), many(one(_IN_A_NAME), 0, NAME_LENGTH_MAX - 1)),
    range(1, NAME_LENGTH_MAX + 1),
)  # fmt: skip
EMAIL = ArgumentType(
    "email", "anna@example.com", _parse_email,
    then(
        many(one(some(DIGITS + "_.%+-", LETTERS)), 1), one("@"),
        many(then(many(one(_IN_A_DOMAIN), 1), one(".")), 1), many(one(some("", LETTERS)), 2),
    ),
)  # fmt: skip


# -- how much, when -----------------------------------------------------------------------------------------------


def _parse_points(text: str) -> Value | Wrong:
    most = 10**POINTS_DIGITS_MAX - 1
    if _is_digits(text) and len(text) <= POINTS_DIGITS_MAX and int(text):
        return int(text)
    return Wrong("out_of_range", first_strange(text), {"min": 1, "max": most})


_PERIODS = dict(zip("123", TransferPeriod, strict=True))


def _parse_period(text: str) -> Value | Wrong:
    found = _PERIODS.get(text)
    return found if found is not None else Wrong("bad_period", 0, {"min": 1, "max": len(_PERIODS)})


def _written_period(value: Value) -> str:
    return next(digit for digit, period in _PERIODS.items() if period == value)


def _parse_answer_delay(text: str) -> Value | Wrong:
    if _is_digits(text) and len(text) <= 2 and int(text) in ANSWER_DELAYS_S:
        return int(text)
    return Wrong("out_of_range", first_strange(text), {"min": ANSWER_DELAYS_S[0], "max": ANSWER_DELAYS_S[-1]})


_DATE_SEPARATORS = ".-/"
_DATE = re.compile(r"(\d\d)([.\-/]?)(\d\d)\2(?:(\d\d)|(?<=[.\-/]\d\d[.\-/])(\d{4}))", re.ASCII)


def _parse_date(text: str) -> Value | Wrong:
    """DDMMYY, DD.MM.YY or DD.MM.YYYY, with dots or dashes; years of two digits are of this century."""
    found = _DATE.fullmatch(text)
    if found is None:
        return Wrong("bad_date", 0, {"length": digits_in(text)})
    day, month, year = int(found[1]), int(found[3]), int(found[5] or "20" + found[4])
    if not 1 <= day <= 31:
        return Wrong("out_of_range", 0, {"min": 1, "max": 31})
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return Wrong("bad_date", 0, {"length": digits_in(text)})


def _written_date(value: Value) -> str:
    return f"{datetime.date.fromisoformat(str(value)):%d%m%y}"


def _takes_points() -> Automaton:
    zero, nonzero, digit = one("0"), one(DIGITS[:-1]), one(DIGITS)
    most = POINTS_DIGITS_MAX
    return either(*(then(*[zero] * zeros, nonzero, many(digit, 0, most - 1 - zeros)) for zeros in range(most)))


POINTS = ArgumentType("points", "50", _parse_points, _takes_points(), range(1, POINTS_DIGITS_MAX + 1))
PERIOD = ArgumentType(
    "period", "3", _parse_period, words(_PERIODS), (1,), written=_written_period,
    words={Channel.USSD: "<1-3>", Channel.SMS: "<1-3>"},
)  # fmt: skip
ANSWER_DELAY = ArgumentType(
    "seconds", "20", _parse_answer_delay, words(["05", *map(str, ANSWER_DELAYS_S)]), (1, 2),
    words=dict.fromkeys(Channel, f"<{'|'.join(map(str, ANSWER_DELAYS_S))}>"),
)  # fmt: skip


def _takes_date() -> Automaton:
    """Days that their month has; 29 February of any year."""
    zero, digit, nonzero = one("0"), one(DIGITS), one(DIGITS[:-1])
    months = [f"{month:02}" for month in range(1, 13)]
    to_29 = either(then(zero, nonzero), then(one("12"), digit))
    of_31 = words(month for month in months if month in {"01", "03", "05", "07", "08", "10", "12"})
    day_month = (
        (to_29, words(months)),
        (words(["30"]), words(month for month in months if month != "02")),
        (words(["31"]), of_31),
    )
    year = then(digit, digit)
    return either(
        *(then(day, month, year) for day, month in day_month),
        *(
            then(day, one(separator), month, one(separator), year, maybe(year))
            for day, month in day_month
            for separator in _DATE_SEPARATORS
        ),
    )


DATE = ArgumentType("date", "310516", _parse_date, _takes_date(), (6, 8), written=_written_date)


# -- messages -----------------------------------------------------------------------------------------------------


def _parse_message(text: str) -> Value | Wrong:
    segments = messages_for(text)
    if segments > MESSAGE_SEGMENTS_MAX:
        return Wrong("too_long", 0, {"length": len(text), "max": _MESSAGE_CHARACTERS_MAX})
    return text


_MESSAGE_CHARACTERS_MAX = MESSAGE_SEGMENTS_MAX * 67  # with a Cyrillic letter in it (TS 23.040 9.2.3.24.1)
MESSAGE = replace(TEXT, parse=_parse_message, long=True)
TOPIC = replace(TEXT, part="topic")


# -- applications -------------------------------------------------------------------------------------------------


def _parse_inputs(text: str) -> Value | Wrong:
    """Digits with `*` between them: a handset dials nothing else."""
    found = re.match(r"[0-9]+(?:\*[0-9]+)*", text)
    end = found.end() if found else 0
    if end == len(text):
        return text
    return Wrong("empty_part" if text[end] == "*" else "unknown_code", end)


_DIGITS = many(one(DIGITS), 1)
_TAKES_INPUTS = then(_DIGITS, maybe(many(then(one("*"), _DIGITS), 1)))
DIALLED_INPUTS = ArgumentType("text", "1*2", _parse_inputs, _TAKES_INPUTS, secret=True, several=True)
INPUTS = replace(TEXT, secret=True)


# -- all ----------------------------------------------------------------------------------------------------------


def _number(plan: NumberPlan) -> ArgumentType:
    return ArgumentType(
        "number",
        plan.example(),
        plan.parse,
        plan.takes(),
        plan.lengths(),
        span=plan.span,
        joined=True,
        ends_itself=True,
    )


def argument_types(operator: Operator, channel: Channel) -> dict[object, ArgumentType]:
    """The kinds by the type of the field, as that channel can carry them and the operator's country has numbers."""
    any_number = NumberPlan(operator.country, landlines=True)
    return {
        Msisdn: _number(NumberPlan(operator.country)),
        AnyNumber: _number(any_number),
        BarredNumber: _barred_number(any_number, channel),
        Name: NAME,
        Email: EMAIL,
        Money: SUM,
        Threshold: replace(SUM, part="threshold"),
        Points: POINTS,
        Day: choice(1, 31, "day"),
        Date: DATE,
        TransferPeriod: PERIOD,
        AnswerDelay: ANSWER_DELAY,
        Otp: OTP,
        Password: DIALLED_PASSWORD if channel is Channel.USSD else PASSWORD,
        CardCode: CARD,
        **dict.fromkeys((ServiceId, TariffId, MelodyId, RewardId, SubscriptionId, PictureId), IDENTITY),
        Language: LANGUAGE,
        MessageText: MESSAGE,
        Topic: TOPIC,
        Inputs: DIALLED_INPUTS if channel is Channel.USSD else INPUTS,
        str: TEXT,
    }
