"""The grammar of one line of a transcript, with pyparsing: a line in, a value of `steps.py` out.

The whole format stands above `transcript.py`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

import pyparsing as pp

from gateway.model import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    Channel,
    Language,
    Money,
    Msisdn,
    PersonKind,
    ServiceId,
    ServiceStatus,
    SubscriberStatus,
    TariffId,
    UsageKind,
)
from gateway.replay.pattern import HELD, PLACES, Pattern, Place
from gateway.replay.steps import (
    After,
    Asked,
    Balance,
    Expected,
    Given,
    Message,
    Outside,
    PrepaidCard,
    PushStep,
    ScriptedApplication,
    Shown,
    Used,
    Way,
)
from gateway.standins.answers import ANSWERERS

CENTRE = "ussd"
"""The channel of `outside` that is the USSD centre."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """`nothing`: no reply."""

    line: int


@dataclass(frozen=True, slots=True)
class More:
    """`| text`: the next line of the text above."""

    line: int
    text: Pattern


Statement = Given | Used | PrepaidCard | ScriptedApplication | Message | PushStep | After | Outside | Balance
Indented = Expected | Nothing | More | Asked
UNITS_MS = {"s": 1000, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
E = TypeVar("E", bound=StrEnum)


def _money(value: str) -> Money:
    if not re.fullmatch(r"-?\d+(\.\d\d)?", value):
        raise ValueError("expected a sum such as 100.00")
    units, _, rest = value.partition(".")
    return Money(int(units + (rest or "00")))


def _whole(value: str) -> int:
    if not re.fullmatch(r"\d{1,9}", value):
        raise ValueError("expected a whole number")
    return int(value)


def _msisdn(value: str) -> Msisdn:
    if not re.fullmatch(r"\d{7,15}", value):
        raise ValueError("expected a number of 7 to 15 digits")
    return Msisdn(value)


def _one_of(kind: type[E]) -> Callable[[str], E]:
    def read(value: str) -> E:
        try:
            return kind(value)
        except ValueError:
            raise ValueError(f"expected {' or '.join(kind)}") from None

    return read


def _switch(value: str) -> bool:
    if value not in ("on", "off"):
        raise ValueError("expected on or off")
    return value == "on"


def _services(value: str) -> tuple[tuple[ServiceId, ServiceStatus], ...]:
    pairs = [each.partition(":") for each in value.split(",")]
    return tuple(
        (ServiceId(_whole(service)), _one_of(ServiceStatus)(status) if colon else ServiceStatus.ACTIVE)
        for service, colon, status in pairs
    )


def _ago(value: str) -> int:
    found = re.fullmatch(r"(\d{1,6})([smhd])", value)
    if found is None:
        raise ValueError("expected a time such as 30d")
    return int(found[1]) * UNITS_MS[found[2]]


def _packages(value: str) -> tuple[tuple[str, int], ...]:
    pairs = [each.partition(":") for each in value.split(",")]
    return tuple((unit, _whole(left)) for unit, _, left in pairs)


SETTINGS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "owner": ("owner", str),
    "kind": ("kind", _one_of(PersonKind)),
    "region": ("region", str),
    "balance": ("balance", _money),
    "lang": ("language", _one_of(Language)),
    "tariff": ("tariff", lambda value: TariffId(_whole(value))),
    "numbers": ("numbers_on", _switch),
    "services": ("services", _services),
    "points": ("points", _whole),
    "payer": ("payer", _msisdn),
    "status": ("status", _one_of(SubscriberStatus)),
    "linked": ("linked", lambda value: tuple(_msisdn(each) for each in value.split(","))),
    "sent": ("sent", _money),
    "received": ("received", _money),
    "packages": ("packages", _packages),
    "since": ("since_ms", _ago),
}
"""The keys of `given`: the field that each sets, and how its value is read."""


def _setting(text: str, at: int, tokens: pp.ParseResults) -> tuple[str, object]:
    key, value = str(tokens[0]), str(tokens[1])
    if key not in SETTINGS:
        near = difflib.get_close_matches(key, SETTINGS, n=1, cutoff=0.5)
        meant = f", did you mean {near[0]}?" if near else f"; known: {', '.join(SETTINGS)}"
        raise pp.ParseFatalException(text, at, f"unknown key {key}{meant}")
    name, read = SETTINGS[key]
    try:
        return name, read(value)
    except ValueError as error:
        raise pp.ParseFatalException(text, at + len(key) + 1, f"{key}: {error}, not {value!r}") from None


def _place(text: str, at: int, tokens: pp.ParseResults) -> Place:
    inside = str(tokens[0])[1:-1]
    kind = inside.rstrip("0123456789")
    if kind not in PLACES:
        known = ", ".join(PLACES)
        raise pp.ParseFatalException(text, at, f"unknown place {{{inside}}}; known: {known}; a brace is {{{{")
    held = kind in HELD or kind != inside
    return Place(kind, inside if held else "")


def _stray(text: str, at: int, tokens: pp.ParseResults) -> None:
    raise pp.ParseFatalException(text, at, f"a brace in a text is written twice: {tokens[0] * 2}")


def _given(text: str, at: int, tokens: pp.ParseResults) -> Given:
    settings = dict(tokens[1:])
    return Given(0, Msisdn(tokens[0]), **settings)


def _outside(text: str, at: int, tokens: pp.ParseResults) -> Outside:
    channel = str(tokens[0])
    manner: Outside = tokens[1]
    if channel == CENTRE and manner.refuses and not re.fullmatch(r"0x[0-9A-Fa-f]{1,8}", manner.refuses):
        found = text.rindex(manner.refuses)
        raise pp.ParseFatalException(text, found, "a USSD centre refuses with a command_status such as 0x45")
    return replace(manner, channel=channel)


def _line_grammars() -> tuple[pp.ParserElement, pp.ParserElement]:
    """The statements that begin a line, and those that stand indented beneath one."""
    number = pp.Regex(r"\d{7,15}\b").set_name("a number of 7 to 15 digits")
    number.set_parse_action(lambda tokens: Msisdn(tokens[0]))
    place = pp.Regex(r"\{[^{}]*\}").set_parse_action(_place)
    brace = (pp.Literal("{{") | pp.Literal("}}")).set_parse_action(lambda tokens: tokens[0][0])
    plain = pp.Regex(r"[^{}]+")
    stray = pp.Regex(r"[{}]").set_parse_action(_stray)
    parts = pp.OneOrMore((brace | place | plain | stray).leave_whitespace())
    text = parts.copy().set_parse_action(lambda tokens: Pattern(tuple(tokens))).set_name("a text")
    space = pp.Regex(r"[ \t]+").leave_whitespace().suppress().set_name("a space and a text")

    key = pp.Regex(r"[a-z]+").set_name("a key")
    setting = (key - pp.Suppress("=") - pp.Regex(r"[^\s=]+").set_name("a value")).set_parse_action(_setting)
    given = (pp.Suppress(pp.Keyword("given")) - number - pp.ZeroOrMore(setting)).set_parse_action(_given)

    inputs = (pp.Keyword("nothing") | pp.Regex(r"[^\s{}]+")).set_name("`nothing`, or what was typed: 1*2")
    inputs.set_parse_action(lambda tokens: "" if tokens[0] == "nothing" else tokens[0])
    answer = (
        pp.one_of("CON END", as_keyword=True).set_name("CON or END, and a text")
        - pp.Opt(space + text, default=Pattern())
    ).set_parse_action(lambda tokens: Asked(0, "", tokens[1], goes_on=tokens[0] == "CON"))
    says = (pp.Suppress(pp.Keyword("says")) - answer) | pp.Keyword("dead").set_parse_action(
        lambda: Asked(0, "", dead=True)
    )
    lasts = pp.Regex(r"(?P<count>\d{1,6})(?P<unit>[smhd])\b").set_name("a time such as 5m, 2h or 1d")
    lasts.set_parse_action(lambda tokens: int(tokens["count"]) * UNITS_MS[tokens["unit"]])
    thinks = pp.Opt(pp.Suppress(pp.Keyword("after")) - lasts, default=0)
    asked = (
        pp.Suppress(pp.Keyword("asked")) - inputs - thinks - says.set_name("`says CON TEXT`, `says END TEXT` or `dead`")
    ).set_parse_action(lambda tokens: replace(tokens[2], inputs=tokens[0], after_ms=tokens[1]))
    name = pp.Regex(r"[a-z][a-z0-9_]*\b").set_name("a name of small letters")
    code = pp.Regex(r"\*\d+(?:\*\d+)*#").set_name("a code such as *384#")
    application = (pp.Suppress(pp.Keyword("application")) - name - code).set_parse_action(
        lambda tokens: ScriptedApplication(0, tokens[0], tokens[1])
    )
    notify = (pp.Suppress(pp.Keyword("notify")) - space - text).set_parse_action(
        lambda tokens: PushStep(0, Msisdn(""), tokens[0])
    )
    ask = (pp.Suppress(pp.Keyword("ask")) - code).set_parse_action(
        lambda tokens: PushStep(0, Msisdn(""), code=tokens[0])
    )
    push = (
        pp.Suppress(pp.Keyword("push")) - number - (notify | ask).set_name("`notify TEXT` or `ask CODE`")
    ).set_parse_action(lambda tokens: replace(tokens[1], msisdn=tokens[0]))

    dials = (pp.one_of("dials opens answers", as_keyword=True) - space - text).set_parse_action(
        lambda tokens: Message(0, Msisdn(""), Channel.USSD, tokens[1], way=Way(tokens[0]))
    )
    hangs_up = (pp.Keyword("hangs") - pp.Keyword("up")).set_parse_action(
        lambda: Message(0, Msisdn(""), Channel.USSD, Pattern(), way=Way.HANGS_UP)
    )
    short = pp.Regex(r"\d{2,6}").set_name("a short number")
    body = pp.Regex(r".*?(?=\bto[ \t]+\d{2,6}[ \t]*$)").leave_whitespace().set_name("a text and `to SHORT`")
    body.set_parse_action(lambda line, at, tokens: _text_of(line, at, tokens[0], parts))
    sends = (pp.Suppress(pp.Keyword("sends")) - body - pp.Suppress("to") - short).set_parse_action(
        lambda tokens: Message(0, Msisdn(""), Channel.SMS, tokens[0], tokens[1])
    )
    message = (number - (dials | hangs_up | sends).set_name("`dials CODE` or `sends TEXT to SHORT`")).set_parse_action(
        lambda tokens: replace(tokens[1], sender=tokens[0])
    )
    after = (pp.Suppress(pp.Keyword("after")) - lasts).set_parse_action(lambda tokens: After(0, tokens[0]))
    amount = pp.Regex(r"-?\d+\.\d\d\b").set_name("a sum such as 100.00")
    amount.set_parse_action(lambda tokens: _money(tokens[0]))
    kind = pp.one_of([each.value for each in UsageKind]).set_name("call, sms, mms or data")
    other = pp.Opt(pp.Regex(r"\d{3,15}(?=[ \t]+\d+[ \t]+-?\d+\.)"), default="")
    quantity = pp.Regex(r"\d{1,9}\b").set_name("how much: seconds, messages, kilobytes")
    used = (pp.Suppress(pp.Keyword("used")) - number - kind - other - quantity - amount - lasts).set_parse_action(
        lambda tokens: Used(0, tokens[0], UsageKind(tokens[1]), tokens[2], int(tokens[3]), tokens[4], tokens[5])
    )
    card_code = pp.Regex(r"\d{12,16}\b").set_name("a card's code of 12 to 16 digits")
    card_state = pp.Opt(pp.one_of(["inactive", "expired"]), default="").set_name("inactive or expired")
    card = (pp.Suppress(pp.Keyword("card")) - card_code - amount - card_state).set_parse_action(
        lambda tokens: PrepaidCard(0, tokens[0], tokens[1], tokens[2])
    )
    channel = pp.one_of([*ANSWERERS, "mail", CENTRE]).set_name(f"a channel: {', '.join(ANSWERERS)}, mail or {CENTRE}")
    refuses = (pp.Suppress(pp.Keyword("refuses")) - pp.Regex(r"\w+").set_name("a reason")).set_parse_action(
        lambda tokens: Outside(0, "", tokens[0])
    )
    silent = pp.Keyword("silent").set_parse_action(lambda: Outside(0, "", silent=True))
    answers = pp.Keyword("answers").set_parse_action(lambda: Outside(0, ""))
    manner = (refuses | silent | answers).set_name("`refuses REASON`, `silent` or `answers`")
    outside = (pp.Suppress(pp.Keyword("outside")) - channel - manner).set_parse_action(_outside)
    balance = (pp.Suppress(pp.Keyword("balance")) - number - amount).set_parse_action(
        lambda tokens: Balance(0, tokens[0], tokens[1])
    )
    statement = (given | used | card | application | push | after | outside | balance | message).set_name(
        "given, used, card, application, push, after, outside, balance, or a number"
    )

    screen = (pp.Suppress(pp.Keyword("screen")) - space - text).set_parse_action(
        lambda tokens: Expected(0, Shown.SCREEN, Msisdn(""), tokens[0])
    )
    sms = (pp.Suppress(pp.Keyword("sms")) - number - space - text).set_parse_action(
        lambda tokens: Expected(0, Shown.SMS, tokens[0], tokens[1])
    )
    nothing = pp.Keyword("nothing").set_parse_action(lambda: Nothing(0))
    more = (pp.Suppress("|") - pp.Opt(pp.Regex(" ").leave_whitespace().suppress()) - pp.Opt(text)).set_parse_action(
        lambda tokens: More(0, tokens[0] if tokens else Pattern())
    )
    expected = (screen | sms | nothing | more | asked).set_name("screen, sms, nothing, or | with more text")
    return statement, expected


def _text_of(line: str, at: int, typed: str, parts: pp.ParserElement) -> Pattern:
    """The text of an SMS, which ends before the last `to SHORT` of its line. A blank one has no parts."""
    begins = at + len(typed) - len(typed.lstrip())
    bare = typed.strip()
    if not bare:
        return Pattern()
    try:
        return Pattern(tuple(parts.parse_string(bare, parse_all=True)))
    except pp.ParseBaseException as error:
        raise pp.ParseFatalException(line, begins + error.loc, error.msg) from None


STATEMENT, INDENTED = _line_grammars()
