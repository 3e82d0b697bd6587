"""The grammar agrees with an independent recogniser: on every short string, and on random ones."""

from __future__ import annotations

import importlib.resources
import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from gateway.model import Channel
from gateway.reading import Reading
from gateway.ussd_grammar import Grammar
from tests.unit.grammar.line_recogniser import LineRecogniser
from tests.unit.grammar.recogniser import Answer, Recogniser

ALPHABET = "*#019a "
LENGTH_MAX = 6
RANDOM = int(os.environ.get("USSDGW_RANDOM_STRINGS", "20000"))
"""How many random strings; `make grammar-million` sets it."""
SEED = 20161122
T = TypeVar("T")


CODES = Path(str(importlib.resources.files("gateway.catalogue") / "codes.toml"))


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """The second reader, with the gateway's own code table."""
    return Recogniser(CODES)


def short_strings() -> Iterator[str]:
    """All strings over the alphabet up to the greatest length, the empty one too."""
    for length in range(LENGTH_MAX + 1):
        yield from map("".join, itertools.product(ALPHABET, repeat=length))


def answer_of(reading: Reading) -> Answer:
    """A reading as the recogniser gives it."""
    return reading.outcome, reading.command, dict(reading.arguments), reading.refusal


def differences(found: Iterator[tuple[T, Answer, Answer]]) -> list[tuple[T, Answer, Answer]]:
    """The first of those that differ: a few tell as much as thousands."""
    return list(itertools.islice((each for each in found if each[1] != each[2]), 10))


def test_every_short_string_dialled(grammar: Grammar, recogniser: Recogniser) -> None:
    """All 137,257 strings of up to six characters of {*, #, 0, 1, 9, a, space} mean to both readers the same."""
    strings = list(short_strings())

    assert 137_257 == len(strings)
    assert [] == differences(
        (text, recogniser.ussd(text), answer_of(grammar._read(text, Channel.USSD, "", False))) for text in strings
    )


def test_short_strings_by_sms(grammar: Grammar, recogniser: Recogniser) -> None:
    """The same by SMS; a part of them, unless all random strings are asked for."""
    step = 1 if RANDOM >= 1_000_000 else 7
    strings = itertools.islice(short_strings(), 0, None, step)

    assert [] == differences(
        (text, recogniser.sms(text), answer_of(grammar._read(text, Channel.SMS, "111", False))) for text in strings
    )


def random_strings(recogniser: Recogniser, count: int) -> Iterator[str]:
    """Strings of any characters of a dialled string, and codes of the plan with up to two characters changed."""
    draw = random.Random(SEED)
    letters = "*#0123456789 a"
    samples = {
        "number": ["9161234567", "89161234567", "+79161234567", "8 (916) 123-45-67", "916123456", "99161234567"],
        "any_number": ["9161234567", "84951234567", "916123456"],
        "barred": ["0890", "9161234567", "12", "84951234567"],
        "sum_10": ["10", "50", "9", "99999", "100000"],
        "period": ["1", "3", "4"],
        "card": ["123456789012", "1234567890123456", "12345678901", "1234 5678 9012"],
        "pin": ["1234", "1234567", "123", "12345678"],
        "points": ["5", "9999", "0", "10000"],
        "delay": ["5", "30", "7"],
        "1-4": ["1", "4", "5"],
        "1-9": ["1", "9", "10"],
        "1-31": ["1", "31", "32", "05"],
        "date": ["010116", "310216", "320116", "01.01.2016", "01.01.16", "0101"],
        "sum": ["50", "050", "50.00", "1 000", "99999", "100000", "0", "5 0"],
        "code": ["1234", "123456", "123", "1234567"],
        "id": ["1", "12", "12345678", "123456789"],
        "language": ["1", "4", "5"],
    }
    for _ in range(count):
        if draw.random() < 0.4:
            yield "".join(draw.choices(letters, k=draw.randrange(15)))
            continue
        pattern = draw.choice(recogniser.dialled)
        parts = [
            draw.choice(samples[pattern.kind(place)]) if pattern.kind(place) else item
            for place, item in enumerate(pattern.items)
        ]
        if draw.random() < 0.1:
            draw.shuffle(parts)
        typed = list(f"*{'*'.join(parts)}#")
        for _ in range(draw.choice((0, 0, 1, 2))):
            place = draw.randrange(len(typed) + 1)
            typed[place : place + draw.randrange(2)] = draw.choice(["", *letters])
        yield "".join(typed)


def test_random_strings(grammar: Grammar, recogniser: Recogniser) -> None:
    """Random strings, and codes with slips in them, mean to both readers the same."""
    strings = random_strings(recogniser, RANDOM)

    assert [] == differences(
        (text, recogniser.ussd(text), answer_of(grammar._read(text, Channel.USSD, "", False))) for text in strings
    )


ARGUMENTS = {
    "number": ["9161234567", "8 916 123 45 67", "+79161234567", "8(916)123-45-67", "+7 916 1234567", "916123456"],
    "any_number": ["9161234567", "8 495 123 45 67", "+74951234567", "495123"],
    "barred": ["0890", "8 916 123 45 67", "BANK", "+79161234567", "12"],
    "sum": ["50", "050", "50.00", "50,00", "1 000", "50 руб.", "50р", "1 000 р", "100000", "0", "-50", "5 0", "000"],
    "sum_10": ["10", "9", "1 000", "50 лв", "100000"],
    "threshold": ["50", "1", "1 000", "10 р."],
    "card": ["123456789012", "1234 5678 9012", "1234-5678-9012", "12345"],
    "points": ["5", "9999", "0", "10000"],
    "code": ["1234", "123456", "123", "1234567"],
    "id": ["1", "12", "12345678", "123456789"],
    "1-4": ["1", "4", "5"],
    "period": ["1", "3", "4"],
    "date": ["010116", "310216", "01.02.2016", "02.01.16"],
    "language": ["RU", "bg", "LAT", "4", "FR"],
    "name": ["Мама", "MAMA", "Анна-Мария", "12"],
    "email": ["anna@example.com", "anna@"],
    "password": ["Sofia2016", "2580", "abc"],
    "rest": ["Sofia2016", "a b, c", "привет, как дела", "х: у"],
}
TEXTS = ("привет", "hello", "5", "89161234567", "балансс")


def random_lines(forms: LineRecogniser, count: int) -> Iterator[tuple[str, str]]:
    """(line, short number): keywords with arguments good and bad, some parts left out, doubled or exchanged."""
    draw = random.Random(SEED)
    for _ in range(count):
        form = draw.choice(forms.forms)
        words = [
            draw.choice(ARGUMENTS[form.kind(place)]) if form.kind(place) else item
            for place, item in enumerate(form.items)
        ]
        if draw.random() < 0.5:
            words = [draw.choice((str.upper, str.title, str.lower))(words[0]), *words[1:]]
        change = draw.random()
        if change < 0.15:
            place = draw.randrange(len(words))
            words[place : place + 1] = draw.choice(([], [words[place]] * 2, [draw.choice(TEXTS)]))
        elif change < 0.3:
            words.append(draw.choice(draw.choice(list(ARGUMENTS.values()))))
        elif change < 0.4:
            words[1:] = draw.sample(words[1:], len(words) - 1)
        elif change < 0.5:
            words.append(draw.choice(forms.forms).items[0].strip("<>"))
        line = draw.choice((" ", " ", "  ", "; ", ": ")).join(words).replace("+ ", draw.choice(("+ ", "+")))
        free = any(form.kind(place) in ("rest", "password") for place in range(len(form.items)))
        if draw.random() < 0.2 and not free:
            line = draw.choice(("{}.", "{}!", "Моля, {}", "{} пожалуйста")).format(line)
        yield line, "6677" if form.to == "6677" else "111"


def test_lines_by_keyword(grammar: Grammar) -> None:
    """Lines of a keyword and arguments by SMS mean to both readers the same, and what one refuses the other refuses."""
    second = LineRecogniser(CODES)
    lines = [each for each in random_lines(second, RANDOM // 4) if not each[0].replace(" ", "").isdigit()]
    found = (
        (each, second.read(*each), answer_of(grammar._read(each[0], Channel.SMS, each[1], False))) for each in lines
    )
    # The second reader gives a reason only where it follows from the rules by itself.
    known = ((line, theirs, mine if theirs[1] or theirs[3] else (*mine[:3], "")) for line, theirs, mine in found)

    assert [] == differences(known)
