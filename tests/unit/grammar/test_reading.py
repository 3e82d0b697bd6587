"""What people dial and text, and what it is read as: tables first, then properties of any text at all."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.arguments import NumberPlan, Wrong
from gateway.catalogue.codes import read_codes
from gateway.catalogue.explaining import explain
from gateway.catalogue.loading import load_catalogue
from gateway.catalogue.products import Operator
from gateway.commands import Command
from gateway.model import Channel, Language
from gateway.reading import ASK, REFUSED, UNDERSTOOD
from gateway.texts import Texts
from gateway.ussd_grammar import CACHED_MAX, Grammar

USSD, SMS = Channel.USSD, Channel.SMS
N = "79161234567"


SEND = {"number": N, "amount": 5000}

DIALLED: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("*100#", "balance.show", {}),
    ("#100#", "balance.show", {}),
    ("#100##", "balance.show", {}),
    ("*100##", "balance.show", {}),
    ("*100", "balance.show", {}),
    ("100#", "balance.show", {}),
    ("x100#", "balance.show", {}),
    ("х100#", "balance.show", {}),
    (" * 1 0 0 # ", "balance.show", {}),
    ("*100#вызов", "balance.show", {}),
    ("*100# [call]", "balance.show", {}),
    ("*100# (Звонок) пожалуйста", "balance.show", {}),
    ("*１００＃", "balance.show", {}),
    ("*١٠٠#", "balance.show", {}),
    ("×100#", "balance.show", {}),
    ("%2A100%23", "balance.show", {}),
    ("*100&#35;", "balance.show", {}),
    ("*1\u200b00\u00ad#\u202c", "balance.show", {}),
    ("*\u00a0100\u2003#", "balance.show", {}),
    ("*1️⃣00#", "balance.show", {}),
    ("*100*2#", "balance.remainders", {}),
    ("* 111 * 828 * 1 #", "numbers.connect", {}),
    ("111*828*1#", "numbers.connect", {}),
    ("111*828*1", "numbers.connect", {}),
    ("*111*828*3*9161234567#", "numbers.link", {"number": N}),
    ("*111*828*3*89161234567#", "numbers.link", {"number": N}),
    ("*111*828*3*79161234567#", "numbers.link", {"number": N}),
    ("*111*828*3*+79161234567#", "numbers.link", {"number": N}),
    ("*111*828*3*0079161234567#", "numbers.link", {"number": N}),
    ("*111*828*3*8 (916) 123-45-67#", "numbers.link", {"number": N}),
    ("*111*828*3*916.123.45.67#", "numbers.link", {"number": N}),
    ("*111*828*3*<89161234567>#", "numbers.link", {"number": N}),
    ("*111*828*3*8–916—123−45‑67#", "numbers.link", {"number": N}),
    ("*112*9161234567*50#", "transfer.send", SEND),
    ("*112*9161234567*050#", "transfer.send", SEND),
    ("*112*9161234567*50.00#", "transfer.send", SEND),
    ("*112*9161234567*50,00#", "transfer.send", SEND),
    ("*112*9161234567*50руб#", "transfer.send", SEND),
    ("*112*9161234567*50 р.#", "transfer.send", SEND),
    ("*112*9161234567*50₽#", "transfer.send", SEND),
    ("*112*9161234567*1 000#", "transfer.send", {"number": N, "amount": 100_000}),
    ("*112*1234#", "transfer.confirm", {"code": "1234"}),
    ("*112*0000#", "transfer.confirm", {"code": "0000"}),
    ("*111*6*1#", "language.set", {"language": Language.RU}),
    ("*111*6*2#", "language.set", {"language": Language.LAT}),
    ("*111*6*3#", "language.set", {"language": Language.BG}),
    ("*111*6*4#", "language.set", {"language": Language.EN}),
    ("*111*8111*1*12#", "services.connect", {"service": 12}),
)


@pytest.mark.parametrize(("text", "command", "arguments"), DIALLED)
def test_dialled(grammar: Grammar, text: str, command: str, arguments: Mapping[str, object]) -> None:
    """A dialled string is understood as people really dial it."""
    reading = grammar.read(text, USSD)

    assert (UNDERSTOOD, command, arguments) == (reading.outcome, reading.command, reading.arguments)


@pytest.mark.parametrize("text", ["*100#", "100#", "*100", "*112*9161234567*50", "* 111 * 828 * 1 #", "#100#"])
def test_dialled_string_sent_by_sms(grammar: Grammar, text: str) -> None:
    """A dialled string sent by SMS means what it means when dialled."""
    dialled, sent = grammar.read(text, USSD), grammar.read(text, SMS, "111")

    assert (dialled.command, dialled.arguments, dialled.latin) == (sent.command, sent.arguments, sent.latin)


TEXTED: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("баланс", "balance.show", {}),
    ("«БАЛАНС»", "balance.show", {}),
    ("'Баланс'", "balance.show", {}),
    ("Баланс, пожалуйста!", "balance.show", {}),
    ("Моля, баланс", "balance.show", {}),
    ("please BALANCE.", "balance.show", {}),
    ("\tбаланс\r\n", "balance.show", {}),
    ("😀 баланс 😀", "balance.show", {}),
    ("бала\u0301нс", "balance.show", {}),
    ("11", "balance.show", {}),
    ("8111", "services.list", {}),
    ("8111*9", "services.catalogue", {}),
    ("8111*1*12", "services.connect", {"service": 12}),
    ("7", "transfer.form", {}),
    ("111*828*1", "numbers.connect", {}),
    ("НОМЕРА", "numbers.list", {}),
    ("НОМЕРА + 8916 123 45 67", "numbers.link", {"number": N}),
    ("НОМЕРА +79161234567", "numbers.link", {"number": N}),
    ("НОМЕРА+79161234567", "numbers.link", {"number": N}),
    ("НОМЕРА + +79161234567", "numbers.link", {"number": N}),
    ("номера - 8-916-123-45-67", "numbers.unlink", {"number": N}),
    ("номера -89161234567", "numbers.unlink", {"number": N}),
    ("НОМЕРА–89161234567", "numbers.unlink", {"number": N}),
    ("ПЕРЕВОД 89161234567 50", "transfer.send", SEND),
    ("ПЕРЕВОД 8 916 123 45 67 50", "transfer.send", SEND),
    ("ПЕРЕВОД 8(916)123-45-67 50 руб.", "transfer.send", SEND),
    ("ПЕРЕВОД 8 (916) 123-45-67 50 рублей", "transfer.send", SEND),
    ("ПЕРЕВОД +7 916 123 45 67; 50", "transfer.send", SEND),
    ("ПЕРЕВОД 89161234567,50", "transfer.send", SEND),
    ("ПЕРЕВОД 89161234567 50,00", "transfer.send", SEND),
    ("TRANSFER 9161234567 50 rubles please", "transfer.send", SEND),
    ("ПЕРЕВОД 89161234567 1 000 руб.", "transfer.send", {"number": N, "amount": 100_000}),
    ("КОД 1234", "confirm.accept", {"code": "1234"}),
    ("code 123456.", "confirm.accept", {"code": "123456"}),
    ("да", "confirm.accept", {}),
    ("Да 1234!", "confirm.accept", {"code": "1234"}),
    ("нет", "confirm.decline", {}),
    ("НЕ 1234", "confirm.decline", {"code": "1234"}),
    ("NO", "confirm.decline", {}),
    ("язык bg", "language.set", {"language": Language.BG}),
    ("LANG LAT", "language.set", {"language": Language.LAT}),
    ("ЕЗИК 4", "language.set", {"language": Language.EN}),
    ("", "help.show", {}),
    ("  \n ", "help.show", {}),
    ("спасибо", "help.show", {}),
    ("помощь", "help.show", {}),
    ("Помощь  Перевод Денег", "help.show", {"topic": "Перевод Денег"}),
)


@pytest.mark.parametrize(("text", "command", "arguments"), TEXTED)
def test_texted(grammar: Grammar, text: str, command: str, arguments: Mapping[str, object]) -> None:
    """An SMS line is understood as people really write it."""
    reading = grammar.read(text, SMS, "111")

    assert (UNDERSTOOD, command, arguments) == (reading.outcome, reading.command, reading.arguments)


REFUSALS: tuple[tuple[Channel, str, str, int, str, str], ...] = (
    (USSD, "*112**50#", "empty_part", 5, "number", "*112*<number>*50#"),
    (USSD, "*112*9161234567*#", "empty_part", 16, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*112*9161234567#", "wrong_argument_count", 15, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*112*9161234567*50*1#", "wrong_argument_count", 19, "", "*112*79161234567*50#"),
    (USSD, "*111*828*1*5#", "wrong_argument_count", 11, "", "*111*828*1#"),
    (USSD, "*111*6#", "wrong_argument_count", 6, "language", "*111*6*<1-4>#"),
    (USSD, "*112*916123456*50#", "bad_number", 5, "number", "*112*<number>*50#"),
    (USSD, "*112*916123456#", "bad_number", 5, "number", "*112*<number>*<sum>#"),
    (USSD, "*112*0890*50#", "bad_number", 5, "number", "*112*<number>*50#"),
    (USSD, "*112*91612a4567*50#", "bad_number", 10, "number", "*112*<number>*50#"),
    (USSD, "*112*99161234567*50#", "bad_number", 5, "number", "*112*<number>*50#"),
    (USSD, "*112*84951234567*50#", "landline", 5, "number", "*112*<number>*50#"),
    (USSD, "*112*+359888123456*50#", "foreign_number", 5, "number", "*112*<number>*50#"),
    (USSD, "*112*9161234567*50,5#", "bad_sum", 18, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*112*9161234567*50.50#", "bad_sum", 18, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*112*9161234567*-50#", "bad_sum", 16, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*112*9161234567*0#", "bad_sum", 16, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*112*9161234567*5 0#", "bad_sum", 16, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*111*114*1*1 000*500#", "bad_sum", 12, "threshold", "*111*114*1*1000*500#"),
    (USSD, "*112*1 000*9161234567#", "bad_sum", 6, "sum", "*112*79161234567*1000#"),
    (USSD, "*112*9161234567*123456#", "out_of_range", 16, "sum", "*112*79161234567*<sum>#"),
    (USSD, "*112*12#", "bad_code", 5, "code", "*112*<code>#"),
    (USSD, "*111*828*4*1234567#", "bad_code", 11, "code", "*111*828*4*<code>#"),
    (USSD, "*111*8111*1*123456789#", "bad_id", 12, "id", "*111*8111*1*<id>#"),
    (USSD, "*111*8111*1*1a#", "bad_id", 13, "id", "*111*8111*1*<id>#"),
    (USSD, "*111*6*7#", "out_of_range", 7, "language", "*111*6*<1-4>#"),
    (USSD, "*100#abc", "tail", 5, "", "*100#"),
    (USSD, "*111#828#", "tail", 5, "", "*111#"),
    (USSD, "*100²#", "superscript", 4, "", ""),
    (USSD, "*10①#", "superscript", 3, "", ""),
    (USSD, "***100#", "unknown_code", 3, "", ""),
    (USSD, "*#100#", "unknown_code", 2, "", ""),
    (USSD, "##100#", "unknown_code", 2, "", ""),
    (USSD, "*102#", "unknown_code", 1, "", ""),
    (USSD, "1118281", "unknown_code", 0, "", ""),
    (USSD, "", "unknown_code", 0, "", ""),
    (USSD, "#", "unknown_code", 0, "", ""),
    (SMS, "ПЕРЕВОД 916123456 50", "bad_number", 8, "number", "ПЕРЕВОД <number> 50"),
    (SMS, "ПЕРЕВОД 89161234567", "wrong_argument_count", 19, "sum", "ПЕРЕВОД 79161234567 <sum>"),
    (SMS, "ПЕРЕВОД", "wrong_argument_count", 7, "number", "ПЕРЕВОД <number> <sum>"),
    (SMS, "ПЕРЕВОД 89161234567 50р50к", "bad_sum", 22, "sum", "ПЕРЕВОД 79161234567 <sum>"),
    (SMS, "ПЕРЕВОД 89161234567 -50", "bad_sum", 20, "sum", "ПЕРЕВОД 79161234567 <sum>"),
    # A dash between digits is a number's own or a minus, never a separator; one behind the keyword is none of these.
    (SMS, "ПЕРЕВОД-89161234567-50", "bad_number", 8, "number", "ПЕРЕВОД <number> <sum>"),
    (SMS, "ПЕРЕВОД-8916-123-45-67-50", "bad_number", 8, "number", "ПЕРЕВОД <number> <sum>"),
    (SMS, "ПЕРЕВОД - 89161234567 - 50", "bad_sum", 22, "sum", "ПЕРЕВОД 79161234567 <sum>"),
    (SMS, "ПЕРЕВОД 89161234567 - 50", "bad_sum", 20, "sum", "ПЕРЕВОД 79161234567 <sum>"),
    (SMS, "ПЕРЕВОД +359888123456 50", "foreign_number", 8, "number", "ПЕРЕВОД <number> <sum>"),
    (SMS, "ПЕРЕВОД пятьдесят 50", "bad_number", 8, "number", "ПЕРЕВОД <number> 50"),
    (SMS, "НОМЕРА +", "wrong_argument_count", 8, "number", "НОМЕРА + <number>"),
    (SMS, "НОМЕРА привет", "wrong_argument_count", 7, "", "НОМЕРА + <number>"),
    (SMS, "БАЛАНС НОМЕРА", "two_commands", 7, "", "БАЛАНС"),
    (SMS, "БАЛАНС 5", "bad_number", 7, "number", "БАЛАНС <number>"),
    (SMS, "УСЛУГИ 5", "wrong_argument_count", 7, "", "УСЛУГИ"),
    (SMS, "ПЕРЕВОД БАЛАНС", "bad_number", 8, "number", "ПЕРЕВОД <number> <sum>"),
    (SMS, "КОД 12345678", "bad_code", 4, "code", "КОД <code>"),
    (SMS, "ЯЗЫК FR", "out_of_range", 5, "language", "ЯЗЫК <RU|BG|EN|LAT>"),
    (SMS, "ЯЗЫК", "wrong_argument_count", 4, "language", "ЯЗЫК <RU|BG|EN|LAT>"),
    (SMS, "привет", "unknown_code", 0, "", ""),
    (SMS, "1234", "unknown_code", 0, "", ""),
    (SMS, "1", "unknown_code", 0, "", ""),
    (SMS, "  БАЛАНСС", "unknown_code", 2, "", ""),
)


@pytest.mark.parametrize(("channel", "text", "refusal", "position", "part", "right"), REFUSALS)
def test_refusal(
    grammar: Grammar, channel: Channel, text: str, refusal: str, position: int, part: str, right: str
) -> None:
    """A refusal has a name, a place, the kind concerned and the right form with the valid arguments in it."""
    reading = grammar.read(text, channel, "111")

    actual = (reading.outcome, reading.refusal, reading.position, reading.part, reading.right)
    assert (REFUSED, refusal, position, part, right) == actual


@pytest.mark.parametrize(
    ("text", "length"), [("*112*916123456*50#", 9), ("*112*799161234567*50#", 12), ("*111*828*3*123#", 3)]
)
def test_length_is_quoted(grammar: Grammar, text: str, length: int) -> None:
    """A number of a wrong length is refused with the length that was seen."""
    assert length == grammar.read(text, USSD).detail["length"]


@pytest.mark.parametrize(("channel", "length"), [(USSD, 183), (SMS, 501)])
def test_too_long(grammar: Grammar, channel: Channel, length: int) -> None:
    """What is longer than the medium carries is refused before it is parsed, and never kept in full."""
    text = " *" + "7" * (length - 1) + " "

    reading = grammar.read(text, channel)

    assert ("too_long", length) == (reading.refusal, reading.detail["length"])
    assert len(reading.masked) < 40
    assert "7777" not in reading.masked


def test_longest_allowed(grammar: Grammar) -> None:
    """A text of just the greatest length is read."""
    assert "too_long" != grammar.read("*" + "7" * 181, USSD).refusal
    assert UNDERSTOOD == grammar.read("помощь " + "ы" * 493, SMS).outcome


SUGGESTED = (
    (USSD, "*102#", ("*100#",)),
    (USSD, "*105#", ("*100#",)),
    (USSD, "***100#", ("*100#",)),
    (USSD, "*111*829#", ("*111*828#", "*111*29#")),
    (USSD, "*111*282*1#", ("*111*828*1#", "*111*442#")),
    (USSD, "*100*5#", ("*100*2#",)),
    (USSD, "*111*838*3*9161234567#", ("*111*828*3*<number>#",)),
    (USSD, "БАЛАНС", ("*100#", "*140*<number>#")),
    (SMS, "БАЛАНСС", ("БАЛАНС", "БАЛАНС <number>")),
    (SMS, "БА1АНС", ("БАЛАНС", "БАЛАНС <number>")),
    (SMS, "ПЕРЕВОТ 89161234567 50", ("ПЕРЕВОД <number> <sum>",)),
    (SMS, "transferr", ("TRANSFER <number> <sum>",)),
    (SMS, "*133*50*9161234567#", ("ПЕРЕВОД <number> <sum>",)),
    (SMS, "*111*829#", ("НОМЕРА", "*111*29#")),
    (SMS, "2139", ("*111*2137#",)),
    (SMS, "КТОО", ()),
    (SMS, "89161234567", ()),
    (SMS, "ничего похожего", ()),
)


@pytest.mark.parametrize(("channel", "text", "expected"), SUGGESTED)
def test_suggestions(grammar: Grammar, channel: Channel, text: str, expected: tuple[str, ...]) -> None:
    """An unknown code names the nearest ones, at most two, in the order of the plan: to an SMS by their keywords."""
    assert expected == grammar.read(text, channel, "111").suggestions


@pytest.mark.parametrize(
    ("language", "keyword"),
    [(Language.RU, "ПЕРЕВОД <номер> <сумма>"), (Language.LAT, "ПЕРЕВОД <номер> <сумма>"),
     (Language.BG, "ПРЕВОД <номер> <сума>"), (Language.EN, "TRANSFER <number> <sum>")],
)  # fmt: skip
def test_suggestions_in_the_readers_language(grammar: Grammar, language: Language, keyword: str) -> None:
    """A keyword is suggested in the language of the answer, whichever was typed."""
    _, arguments = grammar.refusal_text(grammar.read("ПЕРЕВОТ", SMS, "111"), language)

    assert keyword == arguments["suggestion1"]


def test_suggestions_for_one_short_number(grammar: Grammar) -> None:
    """A keyword of one short number is suggested there, and nowhere else."""
    assert ("КТО",) == grammar.read("КТОО", SMS, "6677").suggestions


OTHER_NUMBERS = (
    ("КТО", Language.RU, "КТО", "КТО (кого я могу найти) отправьте на номер 6677."),
    ("kto!", Language.RU, "КТО", "КТО (кого я могу найти) отправьте на номер 6677."),
    ("KТО", Language.RU, "КТО", "КТО (кого я могу найти) отправьте на номер 6677."),
    ("КТО-", Language.RU, "КТО", "КТО (кого я могу найти) отправьте на номер 6677."),
    ("6677 КТО", Language.RU, "КТО", "КТО (кого я могу найти) отправьте на номер 6677."),
    ("УДАЛИТЬ Мама", Language.RU, "УДАЛИТЬ МАМА", "УДАЛИТЬ МАМА (убрать из списка поиска) отправьте на номер 6677."),
    ("УДАЛИТЬ", Language.RU, "УДАЛИТЬ <name>", "УДАЛИТЬ <имя> (убрать из списка поиска) отправьте на номер 6677."),
    ("КОЙ", Language.BG, "КОЙ", "КОЙ (кого мога да намеря) изпратете на номер 6677."),
    ("ИЗТРИЙ 89161234567", Language.BG, "ИЗТРИЙ 79161234567",
     "ИЗТРИЙ 79161234567 (махане от списъка) изпратете на номер 6677."),
    ("package on", Language.EN, "PACKAGE ON", "Please send PACKAGE ON (connect the package) to 6677."),
)  # fmt: skip


@pytest.mark.parametrize(("text", "language", "right", "answer"), OTHER_NUMBERS)
def test_keyword_of_another_number(grammar: Grammar, text: str, language: Language, right: str, answer: str) -> None:
    """A keyword of another short number is no command here; the refusal says where to send it, and what exactly."""
    reading = grammar.read(text, SMS, "111")
    texts = Texts.load(None, operator=load_catalogue(None).operator)

    assert (REFUSED, "unknown_code", right, (right,)) == (
        reading.outcome,
        reading.refusal,
        reading.right,
        reading.suggestions,
    )
    assert answer == texts.render(*grammar.refusal_text(reading, language), language)


def test_asks_before_a_doubtful_reading(grammar: Grammar) -> None:
    """A doubled star, and a number without a sign, are understood but asked first."""
    starred = grammar.read("**112*9161234567*50#", USSD)
    signless = grammar.read("НОМЕРА 89161234567", SMS, "111")

    assert (ASK, "transfer.send") == (starred.outcome, starred.command)
    assert (ASK, "numbers.link", ("sign",)) == (signless.outcome, signless.command, signless.corrections)


def test_latin(grammar: Grammar) -> None:
    """`#` in place of the first `*` asks for the answer in Latin letters, with any code."""
    assert (True, "numbers.connect") == (
        grammar.read("#111*828*1#", USSD).latin,
        grammar.read("#111*828*1#", USSD).command,
    )
    assert not grammar.read("*100#", USSD).latin


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ЖУРНАЛ", Language.RU), ("ДНЕВНИК", Language.BG), ("HISTORY", Language.EN), ("ДА", None), ("БАЛАНС", None),
        ("YES", Language.EN), ("11", None), ("*100#", None), ("ПЕРЕВОД", Language.RU), ("ПРЕВОД 1", Language.BG),
    ],
)  # fmt: skip
def test_language_of_the_keyword(grammar: Grammar, text: str, language: Language | None) -> None:
    """The language is the keyword's, and none where two languages share it or there is no word."""
    assert language == grammar.read(text, SMS, "111").language


@pytest.mark.parametrize(
    ("text", "pending", "expected"),
    [
        ("1", True, "confirm.accept"), ("2", True, "confirm.decline"), (" 1. ", True, "confirm.accept"),
        ("7", True, "transfer.form"), ("1", False, ""), ("2", False, ""), ("11", True, "balance.show"),
    ],
)  # fmt: skip
def test_bare_number(grammar: Grammar, text: str, pending: bool, expected: str) -> None:
    """1 and 2 by SMS answer what is pending, without a code; nothing pending, they are no commands."""
    reading = grammar.read(text, SMS, "111", pending=pending)

    assert (expected, {}) == (reading.command, reading.arguments)


def test_bare_code_needs_its_keyword(grammar: Grammar) -> None:
    """A one-time code alone is not taken; with something pending the answer says how, and nothing shows the code."""
    reading = grammar.read("4821", SMS, "111", pending=True)

    assert ("unknown_code", ("ДА <code>",)) == (reading.refusal, reading.suggestions)
    assert "4821" not in repr(reading)


@pytest.mark.parametrize(
    ("text", "command"),
    [("что угодно", "services.list"), ("БАЛАНС", "balance.show"), ("", "help.show"), ("11", "balance.show"),
     ("ПЕРЕВОД 5", "")],
)  # fmt: skip
def test_any_text_to_8111(grammar: Grammar, text: str, command: str) -> None:
    """On 8111 the plan's keywords hold, a blank SMS is help, and any other text lists the services."""
    assert command == grammar.read(text, SMS, "8111").command


SECRETS = (
    (USSD, "*112*4821#"), (USSD, "*111*97*482193#"), (USSD, "#111*828*4*4821#"), (USSD, "*111*828*4* 4821 #"),
    (USSD, "*112*48219317#"), (USSD, "*112*4821*5*#"), (USSD, "*111*4821#"), (USSD, "*155*482193174821#"),
    (SMS, "КОД 4821"), (SMS, "КОД 48219317"), (SMS, "да 4821, спасибо"), (SMS, "пароль 4821"), (SMS, "4821"),
    (SMS, "КОД 4821 4821"), (SMS, "КОД４８２１"), (SMS, "КОД\u00a0٤٨٢١"), (SMS, "4 8 2 1"), (SMS, "КОД 48-21"),
)  # fmt: skip


@pytest.mark.parametrize(("channel", "text"), SECRETS)
def test_secrets_are_masked(grammar: Grammar, channel: Channel, text: str) -> None:
    """What is or may be a code does not stand in the masked text, in any form or echo, and is never remembered."""
    reading = grammar.read(text, channel, "111")
    _, shown = grammar.refusal_text(reading, Language.RU)

    assert reading.secret
    for kept in (reading.masked, reading.right, reading.example, *map(str, shown.values())):
        assert re.search(r"4\D?8\D?2\D?1|４８２１|٤٨٢١", kept) is None
    assert grammar.read(text, channel, "111") is not reading


def test_masked_keeps_the_rest(grammar: Grammar) -> None:
    """Only the secret is hidden, so that an operator still sees what was asked."""
    assert "*111*828*4*••••#" == grammar.read("*111*828*4*4821#", USSD).masked
    assert "КОД ••••." == grammar.read("КОД 4821.", SMS).masked
    assert "*112*9161234567*50#" == grammar.read("*112*9161234567*50#", USSD).masked


def test_remembered(grammar: Grammar) -> None:
    """The same text at the same place is read once; a bounded number of texts is kept."""
    assert grammar.read("*100#", USSD) is grammar.read("*100#", USSD)
    assert grammar.read("1", SMS, "111", pending=True) is not grammar.read("1", SMS, "111")
    for number in range(CACHED_MAX * 2):
        grammar.read(f"привет {number % 1000} {'ы' * (number // 1000)}", SMS)
    assert len(grammar._young) + len(grammar._old) <= CACHED_MAX  # no public way to see the bound


# -- other countries, other commands ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0888123456", "359888123456"), ("888123456", "359888123456"), ("+359888123456", "359888123456"),
        ("00359 888 123 456", "359888123456"), ("029876543", "landline"), ("+79161234567", "foreign_number"),
        ("08881", "bad_number"), ("0888-abc", "bad_number"),
    ],
)  # fmt: skip
def test_numbers_in_another_country(typed: str, expected: str) -> None:
    """Numbers are read as in the operator's country."""
    value = NumberPlan("BG").parse(typed)

    assert expected == (value.refusal if isinstance(value, Wrong) else value)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("9161234567", N), ("79001234567", "79001234567"), ("+7 (916) 123-45-67", N), ("007 916 123 45 67", N),
        ("8916123456", "bad_number"), ("+89161234567", "bad_number"), ("84951234567", "landline"),
        ("4951234567", "landline"), ("+77012345678", "foreign_number"), ("87012345678", "foreign_number"),
        ("916+1234567", "bad_number"), ("", "bad_number"), ("+", "bad_number"), ("112", "bad_number"),
    ],
)  # fmt: skip
def test_numbers_at_home(typed: str, expected: str) -> None:
    """Ordinary mobile numbers in every form; the others refused by what they are."""
    value = NumberPlan("RU").parse(typed)

    assert expected == (value.refusal if isinstance(value, Wrong) else value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune(Command):
    """A command with a choice, a fixed value and a default."""

    name = "tune.set"
    option: int
    language: Language
    code: str = ""


def test_choices_and_fixed_values() -> None:
    """`<option:1-4>` is a choice; a field may have a fixed value instead of a placeholder; others keep defaults."""
    codes = read_codes(
        '[[code]]\ncommand = "tune.set"\nussd = ["*200*<option:1-4>#"]\narguments = { language = "bg" }\n'
    )
    grammar = Grammar(codes, Operator(), {"tune.set": Tune})

    assert {"language": Language.BG, "option": 3} == grammar.read("*200*3#", USSD).arguments
    reading = grammar.read("*200*5#", USSD)
    assert ("out_of_range", "*200*<1-4>#", 1, 4) == (
        reading.refusal,
        reading.right,
        reading.detail["min"],
        reading.detail["max"],
    )


def test_own_short_number() -> None:
    """A keyword of one short number is tried before the plan's own, and nowhere else."""
    source = (
        '[[code]]\ncommand = "one.do"\nsms = { ru = ["СТОП"], bg = ["СТОП"], en = ["STOP"] }\n'
        '[[code]]\ncommand = "two.do"\nto = "4555"\nsms = { ru = ["СТОП"], bg = ["СТОП"], en = ["STOP"] }\n'
    )
    grammar = Grammar(read_codes(source), Operator(), {"one.do": Command, "two.do": Command})

    assert "two.do" == grammar.read("стоп", SMS, "4555").command
    assert "one.do" == grammar.read("стоп", SMS, "111").command


# -- refusals in words, explanation -------------------------------------------------------------------------------


def test_refusal_text(grammar: Grammar) -> None:
    """A refusal becomes a text's name and arguments, with places named in the reader's language."""
    name, arguments = grammar.refusal_text(grammar.read("*112*9161234567#", USSD), Language.RU)

    assert "refusal-wrong_argument_count-missing" == name
    assert "*112*79161234567*<сумма>#" == arguments["right"]
    assert "*112*79161234567*50#" == arguments["example"]

    name, arguments = grammar.refusal_text(grammar.read("*102#", USSD), Language.BG)

    assert ("refusal-unknown_code-one", "*100#", "баланс") == (name, arguments["suggestion1"], arguments["about1"])


def _rendered(name: str, arguments: Mapping[str, object], language: Language) -> str:
    return f"{name}/{language}/{arguments.get('part', '')}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*112*9161234567*50,5#", "50,5"), ("ПЕРЕВОД 89161234567 -50", "-50"), ("*100²#", "²"),
        ("*100#abc 12345", "abc •••••"), ("*102#", "*102#"), ("КОД 48219317", "••••••••"),
        ("ПЕРЕВОД 8 916 123 45 6 50", "• ••• ••• •• •"),
    ],
)  # fmt: skip
def test_what_a_refusal_quotes(grammar: Grammar, text: str, shown: str) -> None:
    """A refusal quotes the part that is wrong, not the whole text, and hides what may be a code."""
    assert shown == grammar.refusal_text(grammar.read(text, SMS), Language.RU)[1]["input"]


def test_explain(grammar: Grammar) -> None:
    """The explanation is one stable JSON object: money in minor units, numbers in digits, the refusal as text."""
    assert {
        "outcome": "understood",
        "command": "transfer.send",
        "args": {"number": N, "amount": 5000},
        "refusal": "",
        "answer": "",
        "suggestions": [],
        "corrections": ["final_hash"],
    } == explain(grammar, _rendered, "*112*9161234567*50", USSD, "", N)

    refused = explain(grammar, _rendered, "*112**50#", USSD, "", "359888123456")

    assert ("refused", "empty_part", {}) == (refused["outcome"], refused["refusal"], refused["args"])
    assert "refusal-empty_part/bg/part-number/bg/" == refused["answer"]


# -- any text -----------------------------------------------------------------------------------------------------

_CODE_LIKE = st.lists(
    st.sampled_from(
        ["*", "#", "111", "112", "828", "3", "9161234567", "8 916 ", "50", "+", "-", " ", ",", "<", "ПЕРЕВОД ",
         "НОМЕРА", "КОД ", "р", "²", "x", "(", ")", "%23", "&", "\u0301", "٣", "00", "7"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=600) | _CODE_LIKE, channel=st.sampled_from([USSD, SMS]), pending=st.booleans())
def test_any_text(grammar: Grammar, text: str, channel: Channel, pending: bool) -> None:
    """Whatever is sent gets a reading in bounded time: a known command, or a named refusal with a place in the text."""
    before = time.process_time()
    reading = grammar.read(text, channel, "8111" if pending else "111", pending=pending)
    name, arguments = grammar.refusal_text(reading, Language.RU)

    assert time.process_time() - before < 0.25
    assert len(reading.suggestions) <= 2
    assert len(reading.masked) <= 600
    if reading.outcome == REFUSED:
        assert reading.refusal
        assert 0 <= reading.position <= len(text)
        assert name.startswith(f"refusal-{reading.refusal}")
        assert len(str(arguments["input"])) <= 25
    else:
        assert reading.command
        assert reading.row is not None


@settings(max_examples=100, deadline=None)
@given(number=st.integers(9_000_000_000, 9_999_999_999), whole=st.integers(1, 99_999), code=st.integers(0, 999_999))
def test_right_form_is_a_fixed_point(grammar: Grammar, number: int, whole: int, code: int) -> None:
    """Arguments come back as they were meant, whatever their digits."""
    sent = grammar.read(f"*112*{number}*{whole}#", USSD)
    texted = grammar.read(f"ПЕРЕВОД {number} {whole}", SMS)
    confirmed = grammar.read(f"*112*{code:06}#", USSD)

    assert {"number": f"7{number}", "amount": whole * 100} == sent.arguments == texted.arguments
    assert ("transfer.confirm", {"code": f"{code:06}"}) == (confirmed.command, confirmed.arguments)
