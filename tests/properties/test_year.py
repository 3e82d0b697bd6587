"""A year of a town of 1,000 on the virtual clock: every timer, every reply, and the books at the end of each day."""

from __future__ import annotations

import itertools
import os
import random
import re

from gateway import config
from gateway.model import DAY_MS, HOUR_MS, Language
from gateway.replay.neighbours import Heard
from gateway.replay.steps import Shown
from gateway.rooms import Rooms
from smpp import text as sms_text
from tests.properties.town import Town, Typed, forms_of, typed

ROOMS = Rooms(config.load(), secret=b"k" * 32)
FORMS = forms_of(ROOMS)
PEOPLE = 1_000
DAYS = int(os.environ.get("USSDGW_YEAR_DAYS", "365"))
MESSAGES_A_DAY = 12
ANSWERED = 0.8
SMS_MAX = 3
SHORTEST_MONTH_MS = 28 * DAY_MS - HOUR_MS

CYRILLIC = re.compile("[а-яёА-ЯЁ]")
NOT_BULGARIAN = re.compile("[ыэёЫЭЁ]")
KEYWORD = re.compile("[А-ЯЁ]{2,}")
LEFT_OPEN = re.compile(r"[{}$\ue000-\uf8ff]|\bNone\b(?!\?)|\bTrue\b|\bFalse\b")


def people(rng: random.Random) -> str:
    """The table of a population: tariffs, balances, languages and services as they come."""
    lines = ["# A town of many"]
    for index in range(PEOPLE):
        number = 79161000000 + index
        given = [f"given {number}", f"balance={rng.choice((0, 5, 40, 150, 700, 3000))}.00"]
        given.append(f"lang={rng.choice(('ru', 'ru', 'ru', 'bg', 'en'))}")
        given.append(f"tariff={rng.randint(1, 8)}")
        if rng.random() < 0.4:
            given.append(f"services={rng.randint(1, 30)}")
        if rng.random() < 0.3:
            given.append(f"points={rng.randint(1, 2000)}")
        if rng.random() < 0.1 and index:
            given.append(f"owner=family{index // 10}")
        if rng.random() < 0.05:
            given.append("kind=company")
        lines.append(" ".join(given))
    return "\n".join(lines) + "\n"


def faults(heard: Heard, language: Language | None, said: str) -> list[str]:
    """What is wrong with a text, whoever reads it. Words that he wrote himself, and keywords, may be in his own."""
    text = heard.text
    words = KEYWORD.sub("", text)
    for word in said.split():
        words = words.replace(word, "")
    found = ["it is empty"] if not text.strip() else []
    if left := LEFT_OPEN.search(text):
        found.append(f"{left[0]!r} should be a value")
    if heard.shown is Shown.SMS and (parts := len(sms_text.split(text).parts)) > SMS_MAX:
        found.append(f"{parts} parts")
    if language is Language.EN and CYRILLIC.search(words):
        found.append("not in English")
    if language is Language.BG and NOT_BULGARIAN.search(words):
        found.append("not in Bulgarian")
    return [f"{heard.shown} to {heard.to}: {each}: {text}" for each in found]


async def test_a_year_of_a_town() -> None:
    """Timers of a year (renewals, repayments, expiries) fire while people type at random: each reply is whole, in its
    reader's language and at most three SMS; no handler fails; every evening the books balance, and no month has ended
    without its fee. No month is paid twice."""
    rng = random.Random(2026)
    town = Town(ROOMS, people(rng))
    await town.start()
    numbers = town.numbers()
    wrong: list[str] = []
    told = 0

    async def types(message: Typed) -> None:
        await read(await town.types(message), message.text)

    async def read(heard: list[Heard], said: str = "") -> None:
        nonlocal told
        told += len(heard)
        for each in heard:
            wrong.extend(faults(each, await town.language(each.to), said))

    for day in range(DAYS):
        for _ in range(MESSAGES_A_DAY):
            await types(typed(rng, FORMS, [], numbers))
            while (asked := await town.asked()) and rng.random() < ANSWERED:
                await types(typed(rng, FORMS, asked))
        await read(await town.passes(DAY_MS))
        assert [] == town.imbalance(), f"day {day}"
        assert [] == town.notes.faults, f"day {day}"
        assert [] == town.unpaid(), f"day {day}"
    fees = await town.monthly_fees()
    between = [later - fee for paid in fees.values() for fee, later in itertools.pairwise(paid)]
    assert [] == [each for each in between if each < SHORTEST_MONTH_MS]
    assert sum(map(len, fees.values())) > DAYS - 31  # one in two has a tariff with a fee, most of them not much money
    assert [] == wrong[:10]
    assert told > DAYS * MESSAGES_A_DAY
