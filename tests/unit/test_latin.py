"""Transliteration: what it makes of Russian and Bulgarian, and that its result always fits GSM 7 bit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Language
from gateway.texts.latin import transliterate
from smpp.text import fits_gsm7

CYRILLIC = st.text(st.characters(min_codepoint=0x0400, max_codepoint=0x052F), max_size=120)
MIXED = st.text(st.one_of(st.characters(), st.sampled_from("АБЩЮЯщюяьъёйИЯия«»—№₽ \n*#09`")), max_size=80)


@pytest.mark.parametrize(
    ("russian", "expected"),
    [
        ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "abvgdezhziyklmnoprstufkhtschshshchyeyuya"),
        ("АБВГДЕЗИЙКЛМНОПРСТУФЫЭ", "ABVGDEZIYKLMNOPRSTUFYE"),
        ("ещё счёт Ёлка", "eshche schet Elka"),
        ("съёмка, объект", "semka, obekt"),
        ("Баланс: 300 руб.", "Balans: 300 rub."),
        ("*111*828*номер#", "*111*828*nomer#"),
    ],
)
def test_russian_follows_the_passport_scheme(russian: str, expected: str) -> None:
    """Russian: щ is shch, ы is y, soft and hard signs are dropped; everything else stays."""
    assert expected == transliterate(russian, Language.RU)


@pytest.mark.parametrize(
    ("bulgarian", "expected"),
    [
        ("абвгдежзийклмнопрстуфхцчшщъьюя", "abvgdezhziyklmnoprstufhtschshshtayyuya"),
        ("Щастие", "Shtastie"),
        ("ЩЪРКЕЛ", "SHTARKEL"),
        ("Кьосе, шофьор", "Kyose, shofyor"),
        ("Мария", "Maria"),
        ("МАРИЯ, ЮЛИЯ", "MARIA, YULIA"),
        ("Мария.", "Maria."),
        ("Мариян", "Mariyan"),
        ("операция 5", "operatsia 5"),
        ("ИЯ Ия", "IA Ia"),
        ("България", "Bulgaria"),
        ("български", "balgarski"),
        ("на ѝ", "na i"),
    ],
)
def test_bulgarian_follows_the_streamlined_system(bulgarian: str, expected: str) -> None:
    """Bulgarian: щ is sht, ъ is a, ь is y; ия at the end of a word is ia; the country is Bulgaria."""
    assert expected == transliterate(bulgarian, Language.BG)


@pytest.mark.parametrize(
    ("cased", "expected"),
    [
        ("ЩУКА", "SHCHUKA"),
        ("Щука", "Shchuka"),
        ("щука", "shchuka"),
        ("БОРЩ", "BORSHCH"),
        ("ЕЩЁ ЮЛЯ", "ESHCHE YULYA"),
        ("Я и Ты", "Ya i Ty"),
        ("ЧС", "CHS"),
        ("SMS-Чат", "SMS-Chat"),
        ("MЖ", "MZH"),
        ("ОБЪЯВЛЕНИЕ", "OBYAVLENIE"),
    ],
)
def test_case_is_kept(cased: str, expected: str) -> None:
    """A capital of several letters is wholly upper-case beside another capital, else as at the head of a word."""
    assert expected == transliterate(cased, Language.RU)


@pytest.mark.parametrize(
    ("typographic", "expected"),
    [
        ("«Номера»", '"Nomera"'),
        ("„Номера“", '"Nomera"'),
        ("‘а’", "'a'"),
        ("один — два – три‑четыре −5", "odin - dva - tri-chetyre -5"),
        ("№ 5", "N 5"),
        ("100 ₽", "100 RUB"),
        ("ждите…", "zhdite..."),
        ("1\u00a0000\u202f000", "1 000 000"),
        ("а\u200bб\ufeffв", "abv"),
        ("е\u0301", "e"),
        ("tab\there", "tab here"),
        ("две\nстроки", "dve\nstroki"),
        ("`x`", "'x'"),
        ("é ü ñ", "é ü ñ"),
        ("áčőç", "acoc"),
        ("€ {[~]} \\ ^|", "€ {[~]} \\ ^|"),
        ("ѣ 🙂 漢", "? ? ?"),
        ("٣１", "31"),
        ("\x00\x1b\x07!", "!"),
        ("\ud800", "?"),
    ],
)
def test_signs_outside_the_alphabet_are_replaced(typographic: str, expected: str) -> None:
    """Quotes, dashes, № and ₽ get their plain forms; what has none becomes a question mark, never an error."""
    assert expected == transliterate(typographic, Language.RU)


@given(CYRILLIC, st.sampled_from(Language))
@settings(max_examples=150, deadline=None)
def test_any_cyrillic_fits_gsm7(text: str, language: Language) -> None:
    """Whatever Cyrillic comes in, what goes out fits the GSM 7-bit default alphabet."""
    assert fits_gsm7(transliterate(text, language))


@given(MIXED, st.sampled_from(Language))
@settings(max_examples=150, deadline=None)
def test_any_text_fits_gsm7_and_stays_as_it_is_then(text: str, language: Language) -> None:
    """Any text fits afterwards, and a second pass changes nothing."""
    once = transliterate(text, language)
    assert fits_gsm7(once)
    assert once == transliterate(once, language)


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"], exclude_characters="`"), max_size=80))
@settings(max_examples=50, deadline=None)
def test_plain_latin_stays(text: str) -> None:
    """Codes, numbers and English are not touched."""
    assert text == transliterate(text, Language.BG)
