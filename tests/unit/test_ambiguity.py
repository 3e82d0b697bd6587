"""The check of the plan finds every two patterns that one string can match: against brute force, and by a table."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pytest

from gateway.arguments import ArgumentType, Wrong
from gateway.automaton import LETTERS, SIGNS, Automaton
from gateway.catalogue.ambiguity import Comparison
from gateway.catalogue.checking import check_codes, spellings
from gateway.catalogue.codes import read_codes
from gateway.catalogue.products import Operator
from gateway.catalogue.trie import compile_codes
from gateway.commands import CardCode, Command, Otp, Password
from gateway.kinds import argument_types
from gateway.model import (
    AnyNumber,
    BarredNumber,
    Channel,
    Date,
    Day,
    Email,
    Language,
    Money,
    Msisdn,
    Name,
    Points,
    ServiceId,
    TariffId,
    Threshold,
    TransferPeriod,
)
from gateway.ussd_grammar import UNDERSTOOD, Grammar, parse_pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Any(Command):
    """A command with a field of every kind, two of those that may stand in groups."""

    number: Msisdn | None = None
    other: Msisdn | None = None
    amount: Money | None = None
    rest: Money | None = None
    threshold: Threshold | None = None
    code: Otp | None = None
    password: Password | None = None
    card: CardCode | None = None
    service: ServiceId | None = None
    tariff: TariffId | None = None
    contact: Name | None = None
    favourite: AnyNumber | None = None
    barred: BarredNumber | None = None
    points: Points | None = None
    day: Day | None = None
    date: Date | None = None
    period: TransferPeriod | None = None
    email: Email | None = None
    language: Language | None = None
    digit: int = 0
    text: str = ""


OPERATOR = Operator()
LAST_ONLY = ("text", "password", "card", "barred")
"""By SMS these take all that follows."""
PLACEHOLDERS = (*(name for name in Any.__annotations__ if name not in {*LAST_ONLY, "digit"}), "digit:1-4",
                "amount:10-99999")  # fmt: skip

WORDS = ("a", "b", "1", "12", "100", "1234", "0", "05", "9161234567", "916", "1234567", "8", "00", "310516", "31.05.16",
         "50.00", "руб", "ab1", "bg", "x@y.ru", "123456789012", "4951234567", "900")  # fmt: skip


def catalogue(forms: Iterable[str], channel: Channel) -> str:
    """A code table with one row for each form."""
    rows = []
    for form in forms:
        name = f"any.do{len(rows)}"
        forms_of = (
            f'ussd = ["{form}"]'
            if channel is Channel.USSD
            else f"sms = {{ ru = ['{form}'], bg = ['{form}'], en = ['{form}'] }}"
        )
        rows.append(f'[[code]]\ncommand = "{name}"\n{forms_of}\n')
    return "".join(rows)


def commands(count: int) -> Mapping[str, type[Command]]:
    return {f"any.do{order}": Any for order in range(count)}


def texts(channel: Channel) -> tuple[str, ...]:
    """Every string of up to three words behind the keyword; by SMS some are written together too."""
    if channel is Channel.USSD:
        found = ["*".join(words) for count in range(3) for words in itertools.product(WORDS, repeat=count)]
        return tuple(f"*200*{each}#" if each else "*200#" for each in found)
    found = [" ".join(words) for count in range(3) for words in itertools.product(WORDS, repeat=count)]
    found += ["".join(words) for words in itertools.product(("a", "b", "1", "12", "руб"), repeat=2)]
    short = ("a", "1", "100", "1234567", "916", "8", "05", "руб")
    found += [" ".join(words) for words in itertools.product(short, repeat=3)]
    return tuple(f"k {each}".strip() for each in dict.fromkeys(found))


@lru_cache
def alone(form: str, channel: Channel) -> Grammar:
    return Grammar(read_codes(catalogue([form], channel)), OPERATOR, commands(1))


def matches(form: str, channel: Channel, text: str) -> bool:
    """Whether the grammar takes the text for that pattern, where it is the only one, as it stands."""
    reading = alone(form, channel).read(text, channel, "111")
    return reading.outcome == UNDERSTOOD and not reading.corrections


@lru_cache
def matched(form: str, channel: Channel) -> frozenset[str]:
    return frozenset(text for text in texts(channel) if matches(form, channel, text))


def some_forms(seed: int, channel: Channel) -> list[str]:
    """Patterns of up to three items behind a keyword, chosen by the seed."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < FORMS:
        items: list[str] = []
        for _ in range(chance.choice((1, 1, 2, 2, 3))):
            literal = chance.random() < 0.2
            item = chance.choice(("1", "12", "100") if channel is Channel.USSD else ("a", "b", "1", "ab"))
            items.append(item if literal else f"<{chance.choice(PLACEHOLDERS)}>")
        if chance.random() < 0.2 and channel is Channel.SMS:
            items[-1] = f"<{chance.choice(LAST_ONLY)}>"
        names = [item.partition(":")[0].strip("<>") for item in items if item.startswith("<")]
        if len(names) == len({*names}):
            found["*200*" + "*".join(items) + "#" if channel is Channel.USSD else " ".join(["k", *items])] = None
    return list(found)


FORMS = 16
SEEDS = range(3)


def exact(form: str) -> bool:
    """Not where the check knows less than the grammar: which area codes there are, and where a sum ends in a line."""
    unsure = any(f"<{name}>" in form for name in ("favourite", "barred"))
    inside = re.search(r"<(?:rest|threshold|amount[^>]*)> ", form)
    return not unsure and not inside


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("seed", SEEDS)
def test_against_brute_force(seed: int, channel: Channel) -> None:
    """Every two patterns that some string matches are found; and what is found has an example that both match."""
    forms = some_forms(seed, channel)
    tries, faults = compile_codes(read_codes(catalogue(forms, channel)), OPERATOR, commands(FORMS), parse_pattern)
    root = tries.ussd if channel is Channel.USSD else tries.sms
    found = {(each.one.text, each.other.text): each.example for each in Comparison(channel, spellings).of(root)}
    brute = {
        pair: sorted(both)[0]
        for pair in itertools.combinations(forms, 2)
        if (both := matched(pair[0], channel) & matched(pair[1], channel))
    }

    assert [] == faults
    assert {} == {pair: text for pair, text in brute.items() if not {pair, pair[::-1]} & {*found}}
    spoken = {pair: f"*{text}#" if channel is Channel.USSD else text for pair, text in found.items()}
    assert [] == [
        (form, text)
        for pair, text in spoken.items()
        if all(map(exact, pair))
        for form in pair
        if not matches(form, channel, text)
    ]
    assert brute


# -- what a kind takes, and what it says that it takes ------------------------------------------------------------

KINDS = [
    pytest.param(channel, field, kind, id=f"{channel}-{getattr(field, '__name__', field)}")
    for channel in Channel
    for field, kind in argument_types(OPERATOR, channel).items()
]
TYPED = ("9161234567", "8 916 123-45-67", "+7 (916) 123 45 67", "0079161234567", "8 495 123 45 67", "50", "000000050",
         "050 руб.", "50.00 р", "50,00 рублей", "1 000", "1 000,00 ₽", "99999", "1234", "482193", "Kot 7, да!", "12",
         "12345678", "1234 5678 9012 3456", "1234-5678-9012", "Мама", "anna-b", "d'arc", "310516", "31.05.2016",
         "31/05/16", "290216", "a@b.ru", "Anna.B-2+x@mail.example.ru", "RU", "lat", "4", "900", "123456", "Taxi24",
         "A&B", "9999", "0050", "05", "30", "31", "x", "12 34", "текст: 1 * 2", "9 1 6 1 2 3 4 5 6 7")  # fmt: skip
SHORT = ["".join(letters) for count in (1, 2, 3) for letters in itertools.product("0123459+-., /aрuh@_'", repeat=count)]


@pytest.mark.parametrize(("channel", "field", "kind"), KINDS)
def test_all_that_is_taken_is_declared(channel: Channel, field: object, kind: ArgumentType) -> None:
    """What a kind's `parse` accepts, its automaton takes: else the check could overlook two patterns."""
    doubled = re.compile(r"[ .,()/+-]{2}")
    missed = [
        text
        for text in (*TYPED, *SHORT, kind.example)
        if text and text == text.strip() and "(" not in text and not doubled.search(text)
        if "*" not in text or channel is Channel.SMS
        if not isinstance(kind.parse(text), Wrong) and not (kind.takes.takes(text.casefold()) or ends(kind, text))
    ]

    assert [] == missed


def ends(kind: ArgumentType, text: str) -> bool:
    return kind.takes_last is not None and kind.takes_last.takes(text.casefold())


@pytest.mark.parametrize(("channel", "field", "kind"), KINDS)
def test_all_that_is_declared_is_taken(channel: Channel, field: object, kind: ArgumentType) -> None:
    """What the automaton of a kind takes, its `parse` accepts: else two good patterns would be refused."""
    chance = random.Random(1)
    automata = [each for each in (kind.takes, kind.takes_last) if each is not None]
    made = [walked(automaton, chance) for automaton in automata for _ in range(200)]
    refused = [text for text in made if isinstance(kind.parse(text), Wrong) and text == text.strip()]

    unknown = {text for text in refused if re.match(r"29\W?02", text)} if field is Date else set()
    if field in (AnyNumber, BarredNumber):
        mobile = re.compile(r"(?:00)?[78]?9\d{9}")  # of landlines, not every area code exists
        unknown = {text for text in refused if not mobile.fullmatch(re.sub(r"\D", "", text))}
    assert set() == {*refused} - unknown


def walked(automaton: Automaton, chance: random.Random) -> str:
    """A string that the automaton takes."""
    text = ""
    positions = sorted(automaton.first)
    while True:
        position = chance.choice(positions)
        characters = automaton.characters[position]
        text += chance.choice([*sorted(characters.some), *("aя" if LETTERS in characters.classes else ""),
                               *("_" if SIGNS in characters.classes else "")])  # fmt: skip
        positions = sorted(automaton.follow[position])
        if position in automaton.last and (not positions or len(text) > 20 or chance.random() < 0.3):
            return text


# -- known conflicts ----------------------------------------------------------------------------------------------

Pair = tuple[str, str, str]
"""Two forms, and a string that both match; empty if there is none."""

DIALLED: tuple[Pair, ...] = (
    ("*200#", "*200#", "*200#"),
    ("*200*<number>#", "*200*<code>#", ""),
    ("*200*<number>#", "*200*<card>#", "*200*0079999999999#"),
    ("*200*<favourite>#", "*200*<number>#", "*200*9999999999#"),
    ("*200*<barred>#", "*200*<code>#", "*200*9999#"),
    ("*200*<amount>#", "*200*<code>#", "*200*0009#"),
    ("*200*<amount:10-99999>#", "*200*<digit:1-9>#", ""),
    ("*200*<amount:10-99999>#", "*200*7#", ""),
    ("*200*1*<amount>#", "*200*<amount:10-99999>#", ""),
    ("*200*<day>#", "*200*31#", "*200*31#"),
    ("*200*<day>#", "*200*32#", ""),
    ("*200*<date>#", "*200*<code>#", "*200*090199#"),
    ("*200*<date>#", "*200*<number>#", ""),
    ("*200*<password>#", "*200*<card>#", ""),
    ("*200*<password>*<amount>#", "*200*<amount>*<password>#", "*200*0009*0009#"),
    ("*200*<text>#", "*200*<number>#", "*200*9999999999#"),
    ("*200*<text>#", "*200*<number>*<amount>#", ""),
    ("*200*<period>*5#", "*200*3*<day>#", "*200*3*5#"),
    ("*152*2#", "*111*152*2#", "*111*152*2#"),
)

WRITTEN: tuple[Pair, ...] = (
    ("счёт", "СЧЕТ", "СЧЕТ"),
    ("ПОМОЩЬ", "POMOSHCH", "POMOSHCH"),
    ("СЪВЕТ", "SAVET", "SAVET"),
    ("A", "A <text>", ""),
    ("A <amount>", "A <service> <tariff>", "A 9,00"),
    ("A <amount>", "A <code> <digit:1-4>", ""),
    ("A <amount>", "A <code>", "A 0009"),
    ("A <number>", "A <service> <tariff>", "A 99 99999999"),
    ("A <number>", "A <day> <amount>", "A 9 000000009"),
    ("A <number> <amount>", "A <number>", ""),
    ("A <number> <points>", "A <number> <period> <amount>", ""),
    ("A <number> <amount>", "A <number> <period> <service>", "A 9999999999 1,00"),
    ("A <contact>", "A B", "A B"),
    ("A <contact>", "A B <service>", "A B9"),
    ("A <contact>", "A <language>", "A RU"),
    ("A <contact>", "A <number>", ""),
    ("A <email>", "A <contact>", ""),
    ("A <email>", "A <text>", "A 9@9.AA"),
    ("A <password>", "A <number> <password>", "A 9999999999A999"),
    ("A <password>", "A <day>", "A 0001"),
    ("A <password>", "A B", ""),
    ("A <password>", "A B C", "A B  C"),
    ("A <password>", "A B CD", "A B CD"),
    ("A <card>", "A <number> <code>", "A 9999999999 9999"),
    ("A <card>", "A <number>", "A 0079999999999"),
    ("A + <number>", "A <number>", ""),
    ("A + <text>", "A <text>", ""),
    ("A + <barred>", "A - <barred>", ""),
    ("A <barred>", "A <contact>", "A A"),
    ("A <date> <until>", "A <date>", ""),
    ("<contact> <number>", "<contact> <service> <tariff>", "A 99 99999999"),
    ("<contact> <number>", "A <number>", ""),
)


def checked(one: str, other: str, channel: Channel) -> list[str]:
    source = catalogue([one.replace("<until>", "<code>"), other.replace("<until>", "<code>")], channel)
    return [str(fault) for fault in check_codes(read_codes(source), commands(2), OPERATOR)]


CONFLICTS = (*((Channel.USSD, *pair) for pair in DIALLED), *((Channel.SMS, *pair) for pair in WRITTEN))


@pytest.mark.parametrize(("channel", "one", "other", "example"), CONFLICTS)
def test_conflict(channel: Channel, one: str, other: str, example: str) -> None:
    """Two patterns that one string matches are a fault with file, line, both culprits and that string."""
    faults = checked(one, other, channel)

    if not example:
        assert [] == faults
        return
    (fault,) = faults
    assert len(checked(other, one, channel)) == 1
    assert fault.startswith("codes.toml:6: any.do1: ")
    assert f"{other!r} of any.do1 and {one!r} of any.do0" in fault
    assert fault.endswith(f"match one string, {example} (see line 3)")
