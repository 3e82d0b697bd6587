"""Transcripts: conversations with the gateway that a person can read and write, parsed with pyparsing.

A `.dialog` file is a test, an example and documentation at once. Here its text becomes values and nothing runs; all
faults of a file are told together, each with line and column.

    transcript  = *( comment / blank / given / used / card / message / after / outside / balance )
    comment     = "#" text                                     ; the first block of comments is the title
    given       = "given" NUMBER *( KEY "=" VALUE )            ; before the first message
    used        = "used" NUMBER KIND [OTHER] 1*DIGIT SUM time  ; call, sms, mms, data; how much, for what, how long ago
    card        = "card" 12*16DIGIT SUM [ "inactive" / "expired" ]  ; a prepaid card, else good for a year
    message     = ( NUMBER ( "dials" / "opens" / "answers" ) text / NUMBER "sends" [text] "to" SHORT ) expected
                / NUMBER "hangs" "up"
    after       = "after" time [expected]                      ; time passes, timers fire
    time        = 1*DIGIT ( "s" / "m" / "h" / "d" )
    outside     = "outside" CHANNEL ( "refuses" REASON / "silent" / "answers" )  ; how a system outside goes on
    balance     = "balance" NUMBER SUM                         ; what the account that pays for it holds now
    expected    = indented "nothing" / 1*( indented ( "screen" text / "sms" NUMBER text ) *more )
    more        = indented "|" text                            ; the text's next line, as the phone shows it
    text        = *( character / "{{" / "}}" / place )         ; "{{" is a brace
    place       = "{" ( "otp" / "ref" / "date" / "time" / "any" ) *DIGIT "}"

    KEY = owner | kind (private, company) | region | balance | lang (ru, bg, en, lat) | tariff | numbers (on, off)
        | services (ID,ID or ID:suspended) | points | payer (NUMBER) | status (active, blocked, debtor, closed)
        | linked (NUMBER,NUMBER) | sent | received (SUM, moved today) | packages (UNIT:LEFT,UNIT:LEFT)
        | since (time: a customer for so long)

A place stands for what varies. `{otp}` (four digits) and `{ref}` (digits), and any place with a digit in its name,
hold what they first met: later it must be the same, and a message can use it. `{date}`, `{time}` and `{any}` do not.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
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
from gateway.standins.answers import ANSWERERS


@dataclass(frozen=True, slots=True)
class TranscriptFault:
    """What is wrong and where; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class TranscriptError(ValueError):
    """The file is no transcript. `faults` has every fault that was found, in the order of the file."""

    def __init__(self, faults: Sequence[TranscriptFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class Shown(StrEnum):
    """Where a reply appears."""

    SCREEN = "screen"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Expected:
    """A reply: on the screen of who dialled, or an SMS to `to`."""

    line: int
    shown: Shown
    to: Msisdn
    text: Pattern


@dataclass(frozen=True, slots=True)
class Block:
    """What a message is followed by: replies in their order, none if `nothing` stands there.

    `stated`: something stands there. `first` and `last` are the lines of the block (`last` < `first`: no line).
    """

    replies: tuple[Expected, ...] = ()
    stated: bool = False
    first: int = 0
    last: int = -1


@dataclass(frozen=True, slots=True)
class Given:
    """A subscriber as he is before the first message; `settings` has what is not the default. Sums in minor units."""

    line: int
    msisdn: Msisdn
    owner: str = ""
    kind: PersonKind = PersonKind.PRIVATE
    region: str = "moscow"
    balance: Money = Money(0)
    language: Language | None = None
    tariff: TariffId = TariffId(1)
    numbers_on: bool = False
    services: tuple[tuple[ServiceId, ServiceStatus], ...] = ()
    points: int = 0
    payer: Msisdn | None = None
    status: SubscriberStatus = SubscriberStatus.ACTIVE
    linked: tuple[Msisdn, ...] = ()
    sent: Money = Money(0)
    received: Money = Money(0)
    packages: tuple[tuple[str, int], ...] = ()
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """A record of use from before the first message; `ago_ms` before it."""

    line: int
    msisdn: Msisdn
    kind: UsageKind
    other: str
    quantity: int
    cost: Money
    ago_ms: int


class Way(StrEnum):
    """How a message of USSD is meant."""

    DIALS = "dials"  # through a centre where a dialog is one dial and one answer
    OPENS = "opens"  # through a centre where a screen can wait for an answer
    ANSWERS = "answers"
    HANGS_UP = "hangs up"


@dataclass(frozen=True, slots=True)
class PrepaidCard:
    """A prepaid card that nobody has used."""

    line: int
    code: str
    amount: Money
    state: str = ""  # or "inactive" or "expired"


@dataclass(frozen=True, slots=True)
class Message:
    """Somebody dials, answers a screen, hangs up, or sends an SMS."""

    line: int
    sender: Msisdn
    channel: Channel
    text: Pattern
    to: str = ""
    expected: Block = Block()
    way: Way = Way.DIALS


@dataclass(frozen=True, slots=True)
class After:
    """Time passes, in milliseconds."""

    line: int
    lasts_ms: int
    expected: Block = Block()


@dataclass(frozen=True, slots=True)
class Outside:
    """How a system outside takes what it is asked from here on: it refuses, does not answer, or answers well."""

    line: int
    channel: str
    refuses: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """A number's account holds that much."""

    line: int
    msisdn: Msisdn
    amount: Money


Step = Message | After | Outside | Balance


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole file. `lines` are those of the file, so that expectations can be written anew in their places."""

    file: str
    title: str
    givens: tuple[Given, ...]
    used: tuple[Used, ...]
    cards: tuple[PrepaidCard, ...]
    steps: tuple[Step, ...]
    lines: tuple[str, ...] = field(repr=False, default=())


# -- the grammar of one line --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Nothing:
    line: int


@dataclass(frozen=True, slots=True)
class _More:
    line: int
    text: Pattern


_Statement = Given | Used | PrepaidCard | Message | After | Outside | Balance | Expected | _Nothing | _More
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
    lasts = pp.Regex(r"(?P<count>\d{1,6})(?P<unit>[smhd])\b").set_name("a time such as 5m, 2h or 1d")
    lasts.set_parse_action(lambda tokens: int(tokens["count"]) * UNITS_MS[tokens["unit"]])
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
    channel = pp.one_of([*ANSWERERS, "mail"]).set_name(f"a channel: {', '.join(ANSWERERS)} or mail")
    refuses = (pp.Suppress(pp.Keyword("refuses")) - pp.Regex(r"\w+").set_name("a reason")).set_parse_action(
        lambda tokens: Outside(0, "", tokens[0])
    )
    silent = pp.Keyword("silent").set_parse_action(lambda: Outside(0, "", silent=True))
    answers = pp.Keyword("answers").set_parse_action(lambda: Outside(0, ""))
    manner = (refuses | silent | answers).set_name("`refuses REASON`, `silent` or `answers`")
    outside = (pp.Suppress(pp.Keyword("outside")) - channel - manner).set_parse_action(
        lambda tokens: replace(tokens[1], channel=tokens[0])
    )
    balance = (pp.Suppress(pp.Keyword("balance")) - number - amount).set_parse_action(
        lambda tokens: Balance(0, tokens[0], tokens[1])
    )
    statement = (given | used | card | after | outside | balance | message).set_name(
        "given, used, card, after, outside, balance, or a number"
    )

    screen = (pp.Suppress(pp.Keyword("screen")) - space - text).set_parse_action(
        lambda tokens: Expected(0, Shown.SCREEN, Msisdn(""), tokens[0])
    )
    sms = (pp.Suppress(pp.Keyword("sms")) - number - space - text).set_parse_action(
        lambda tokens: Expected(0, Shown.SMS, tokens[0], tokens[1])
    )
    nothing = pp.Keyword("nothing").set_parse_action(lambda: _Nothing(0))
    more = (pp.Suppress("|") - pp.Opt(pp.Regex(" ").leave_whitespace().suppress()) - pp.Opt(text)).set_parse_action(
        lambda tokens: _More(0, tokens[0] if tokens else Pattern())
    )
    expected = (screen | sms | nothing | more).set_name("screen, sms, nothing, or | with more text")
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


_STATEMENT, _EXPECTATION = _line_grammars()


# -- files --------------------------------------------------------------------------------------------------------


def read_transcript(path: Path) -> Transcript:
    """Reads a file. Raises TranscriptError with all its faults, OSError where it cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TranscriptError([TranscriptFault(str(path), 1, error.start + 1, "this is not UTF-8")]) from None
    return parse_transcript(source, str(path))


def parse_transcript(source: str, file: str = "") -> Transcript:
    """A transcript from its text. Raises TranscriptError with all faults."""
    reader = _Reader(file, tuple(source.splitlines()))
    reader.read()
    if reader.faults:
        raise TranscriptError(sorted(reader.faults, key=lambda fault: (fault.line, fault.column)))
    givens, used, cards = tuple(reader.givens), tuple(reader.used), tuple(reader.cards)
    return Transcript(file, reader.title(), givens, used, cards, tuple(reader.steps), reader.lines)


class _Reader:
    """Takes the lines one by one, and hangs what is indented on the statement above it."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file = file
        self.lines = lines
        self.faults: list[TranscriptFault] = []
        self.givens: list[Given] = []
        self.used: list[Used] = []
        self.cards: list[PrepaidCard] = []
        self.steps: list[Step] = []

    def fault(self, line: int, column: int, message: str) -> None:
        self.faults.append(TranscriptFault(self.file, line, column, message))

    def title(self) -> str:
        title: list[str] = []
        for line in self.lines:
            if not line.startswith("#"):
                break
            title.append(line.lstrip("# ").rstrip())
        return " ".join(title)

    def read(self) -> None:
        for number, line in enumerate(self.lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            statement = self._statement(number, line)
            if isinstance(statement, Given):
                self._given(replace(statement, line=number))
            elif isinstance(statement, Used | PrepaidCard):
                if self.steps:
                    word = "used" if isinstance(statement, Used) else "card"
                    self.fault(number, 1, f"{word} comes before the first message")
                if isinstance(statement, Used):
                    self.used.append(replace(statement, line=number))
                else:
                    self.cards.append(replace(statement, line=number))
            elif isinstance(statement, Message | After | Outside | Balance):
                self.steps.append(replace(statement, line=number))
            elif statement is not None:
                self._expectation(number, len(line) - len(line.lstrip()) + 1, statement)
        self._check_numbers()

    def _statement(self, number: int, line: str) -> _Statement | None:
        grammar = _EXPECTATION if line[0].isspace() else _STATEMENT
        try:
            statement: _Statement = grammar.parse_string(line.rstrip(), parse_all=True)[0]
        except pp.ParseBaseException as error:
            other = _STATEMENT if grammar is _EXPECTATION else _EXPECTATION
            message = error.msg[:1].lower() + error.msg[1:]
            if other.matches(line.rstrip()):
                message = (
                    "this stands at the beginning of a line, not indented" if grammar is _EXPECTATION
                    else "an expectation is indented beneath its message"
                )  # fmt: skip
            self.fault(number, _column(line, error.loc), message)
            return None
        return statement

    def _given(self, given: Given) -> None:
        if self.steps:
            self.fault(given.line, 1, "given comes before the first message")
        if any(other.msisdn == given.msisdn for other in self.givens):
            self.fault(given.line, 7, f"{given.msisdn} is given twice")
        self.givens.append(given)

    def _expectation(self, number: int, column: int, found: Expected | _Nothing | _More) -> None:
        step = self.steps[-1] if self.steps else None
        if not isinstance(step, Message | After):
            self.fault(number, column, "nothing above this line is answered: no message, no time that passes")
            return
        block = step.expected
        replies = block.replies
        if isinstance(found, _More):
            if not replies:
                self.fault(number, column, "no text above this line goes on")
                return
            replies = (*replies[:-1], replace(replies[-1], text=replies[-1].text.and_line(found.text)))
        elif isinstance(found, _Nothing) or (block.stated and not replies):
            if block.stated:
                self.fault(number, column, "`nothing` stands alone")
        else:
            if found.shown is Shown.SCREEN:
                if not isinstance(step, Message) or step.channel is not Channel.USSD:
                    self.fault(number, column, "only who dials has a screen")
                    return
                found = replace(found, to=step.sender)
            replies = (*replies, replace(found, line=number))
        block = Block(replies, True, block.first or number, number)
        self.steps[-1] = replace(step, expected=block)

    def _check_numbers(self) -> None:
        """Who is named by `payer`, `linked` or `balance` has to be given."""
        by_number = {given.msisdn: given for given in self.givens}
        for given in self.givens:
            if given.payer is not None and given.payer not in by_number:
                self.fault(given.line, 1, f"payer {given.payer} is not given")
            for number in given.linked:
                other = by_number.get(number)
                if other is None:
                    self.fault(given.line, 1, f"linked {number} is not given")
                elif not given.owner or (other.owner, other.region) != (given.owner, given.region):
                    self.fault(given.line, 1, f"linked {number} has another owner or region")
        for step in self.steps:
            if isinstance(step, Balance) and step.msisdn not in by_number:
                self.fault(step.line, 9, f"{step.msisdn} is not given")


def _column(line: str, at: int) -> int:
    """Where a fault is, from 1. A line that ends too early is at fault where its text ends."""
    at = min(at, len(line.rstrip()))
    return at + (len(line) - len(line.lstrip()) if at == 0 else 0) + 1


def sum_text(amount: Money) -> str:
    """A sum as transcripts write it: `100.00`."""
    sign, minor = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{minor // 100}.{minor % 100:02}"


def written(replies: Sequence[tuple[Shown, Msisdn, str]]) -> list[str]:
    """Replies as the lines of a block; the texts are sources: places in them, other braces doubled."""
    lines: list[str] = []
    for shown, to, text in replies:
        first, *more = text.split("\n")
        head = "  screen" if shown is Shown.SCREEN else f"  sms {to}"
        lines += [f"{head} {first}".rstrip(), *(f"  | {line}".rstrip() for line in more)]
    return lines or ["  nothing"]


def rewritten(transcript: Transcript, blocks: Mapping[int, Sequence[str]]) -> str:
    """The file with other lines beneath some messages; `blocks`: by the line of the message.

    A `balance` line is replaced itself. Comments between replaced expectations are kept, above them.
    """
    lines: list[str] = list(transcript.lines)
    for step in reversed(transcript.steps):
        if step.line not in blocks:
            continue
        new = list(blocks[step.line])
        if not isinstance(step, Message | After):
            lines[step.line - 1 : step.line] = new
            continue
        first, last = (step.line, step.expected.last) if step.expected.stated else (step.line, step.line)
        comments = [line for line in lines[first:last] if line.lstrip().startswith("#")]
        lines[first:last] = [*comments, *new]
    return "\n".join(lines) + "\n"
