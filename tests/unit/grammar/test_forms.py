"""What people really type, form by form: one row a form, with several examples, by USSD and by SMS, in three languages.

A row says what the form is understood as, which corrections it took, and whether the subscriber is asked first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from gateway.catalogue.loading import load_catalogue
from gateway.model import Channel, Language
from gateway.reading import ASK, REFUSED, UNDERSTOOD
from gateway.texts import Texts
from gateway.ussd_grammar import Grammar

USSD, SMS = Channel.USSD, Channel.SMS
N = "79161234567"
SEND = {"number": N, "amount": 5000}


@dataclass(frozen=True)
class Form:
    """One form: its examples, and what each of them means."""

    name: str
    texts: tuple[str, ...]
    command: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    corrections: tuple[str, ...] = ()
    asked: bool = False
    channel: Channel = SMS
    to: str = "111"


FORMS = (
    # -- characters and scripts
    Form("full width", ("＊１００＃", "*１００#", "＊100＃"), "balance.show", {}, ("characters",), channel=USSD),
    Form("digits of other scripts", ("*١٠٠#", "*۱۰۰#", "*१००#"), "balance.show", {}, ("characters",), channel=USSD),
    Form("multiplication sign, number sign", ("×100#", "*100№"), "balance.show", {}, ("characters",), channel=USSD),
    Form("escapes", ("%2A100%23", "*100%23", "*100&#35;", "&#42;100#"), "balance.show", {}, ("characters",),
         channel=USSD),
    Form("invisible", ("*1\u200b00#", "*1\u00ad00#", "\u202a*100#\u202c"), "balance.show", {}, ("characters",),
         channel=USSD),
    Form("keycaps", ("*1️⃣0️⃣0️⃣#",), "balance.show", {}, ("characters",), channel=USSD),
    Form("dashes", ("НОМЕРА – 89161234567", "НОМЕРА — 89161234567", "НОМЕРА −89161234567"), "numbers.unlink",
         {"number": N}, ("characters",)),
    Form("accents", ("бала\u0301нс", "БАЛА\u0301НС"), "balance.show", {}, ("characters",)),
    Form("emoji", ("😀 баланс", "баланс 👍🏽", "❤️баланс"), "balance.show", {}, ("characters",)),
    Form("leaflet brackets", ("*112*<89161234567>*<50>#", "*112*[89161234567]*50#", "*112*‹89161234567›*50#"),
         "transfer.send", SEND, ("characters",), channel=USSD),
    Form("spaces of all kinds", ("баланс\t", "\nбаланс\r\n", "\u2003баланс\u00a0", "\u0085баланс"), "balance.show"),
    Form("in quotes", ("«*100#»", '"*100#"', "'*100#'"), "balance.show", channel=USSD),
    Form("in quotes, by SMS", ("«*100#»", '"*100#"'), "balance.show"),
    # -- signs lost and doubled, tails
    Form("no final hash", ("*100", "*100 "), "balance.show", {}, ("final_hash",), channel=USSD),
    Form("no final hash, by SMS", ("*111*828*1", "* 111 * 828 * 1"), "numbers.connect"),
    Form("two hashes", ("*100##", "*100# #"), "balance.show", {}, ("extra_hash",), channel=USSD),
    Form("first star lost", ("111*828*1#", "111 * 828 * 1#"), "numbers.connect", {}, channel=USSD),
    Form("an x for the star", ("x100#", "х100#", "X100#", "Х 100#"), "balance.show", {}, channel=USSD),
    Form("both ends lost", ("111*828*1",), "numbers.connect", {}, ("first_star", "final_hash"), channel=USSD),
    Form("both ends lost, by SMS", ("111*828*1", "111 * 828 * 1"), "numbers.connect", {},
         ("first_star", "final_hash")),
    Form("two stars", ("**100#", "* *100#"), "balance.show", {}, ("double_star",), True, USSD),
    Form("printed with spaces", ("* 111 * 828 * 1 #", "*111* 828*1#"), "numbers.connect", {}, ("spaces",),
         channel=USSD),
    Form("a call word behind a space", ("*100# вызов", "*100# (call)"), "balance.show", {}, ("tail",), channel=USSD),
    Form("call words", ("*100#вызов", "*100# (звонок)", "*100#[call]", "*100# send", "*100# обаждане!"),
         "balance.show", {}, channel=USSD),
    Form("polite words", ("баланс, пожалуйста", "Моля, баланс!", "balance please", "СПАСИБО баланс"),
         "balance.show", {}, ("polite_words",)),
    Form("polite words in Latin letters", ("BALANS SPASIBO", "balans, molya"), "balance.show", {},
         ("polite_words", "transliteration")),
    Form("nothing but politeness", ("спасибо", "Благодаря!", "thanks"), "help.show", {}, ("polite_words",)),
    Form("blank", ("", "   ", "\n\t", "..."), "help.show"),
    # -- Latin answers, the visited network
    Form("hash for the star", ("#100#", "#100##", "# 100 #"), "balance.show", {}, channel=USSD),
    Form("codes abroad", ("*111*152#", "*152#"), "charges.last", {}, channel=USSD),
    Form("codes abroad, below", ("*111*152*2*3#",), "subscription.stop_all", {}, channel=USSD),
    # -- numbers and sums
    Form("forms of a number", ("*112*9161234567*50#", "*112*89161234567*50#", "*112*79161234567*50#",
                               "*112*+79161234567*50#", "*112*0079161234567*50#", "*112*8(916)123-45-67*50#",
                               "*112*916.123.45.67*50#"), "transfer.send", SEND, channel=USSD),
    Form("a number in groups", ("ПЕРЕВОД 8 916 123 45 67 50", "ПЕРЕВОД +7 916 1234567 50",
                                "ПРЕВОД 8 (916) 123-45-67, 50", "TRANSFER 8916 123 4567;50"), "transfer.send", SEND),
    Form("forms of a sum", ("*112*9161234567*050#", "*112*9161234567*50.00#", "*112*9161234567*50,00#",
                            "*112*9161234567*50руб#", "*112*9161234567*50 р.#", "*112*9161234567*50₽#"),
         "transfer.send", SEND, channel=USSD),
    Form("units in capitals", ("ПЕРЕВОД 89161234567 50 РУБ.", "ПРЕВОД 89161234567 50ЛВ"), "transfer.send", SEND),
    Form("units by SMS", ("ПЕРЕВОД 89161234567 50 рублей", "ПРЕВОД 89161234567 50 лв", "ПРЕВОД 89161234567 50 лева",
                          "TRANSFER 89161234567 50 rubles", "ПЕРЕВОД 89161234567 50,00 руб."), "transfer.send", SEND),
    Form("thousands", ("ПЕРЕВОД 89161234567 1 000", "ПЕРЕВОД 89161234567 1 000 р."), "transfer.send",
         {"number": N, "amount": 100_000}),
    Form("two sums", ("АВТОПЛАТЕЖ 100 500", "АВТОПЛАТЕЖ 100,500", "АВТОПЛАТЕЖ 100; 500р", "AUTOPAY 100 500"),
         "autopay.below", {"threshold": 10_000, "amount": 50_000}),
    Form("two sums, thousands", ("АВТОПЛАТЕЖ 50 1 000",), "autopay.below", {"threshold": 5_000, "amount": 100_000}),
    # -- the wrong order
    Form("sum before number", ("*112*50*9161234567#", "*112*50р*8-916-123-45-67#"), "transfer.send", SEND,
         ("swapped_arguments",), True, USSD),
    Form("sum before number, by SMS", ("ПЕРЕВОД 50 89161234567", "ПРЕВОД 50 лв 8 916 123 45 67",
                                       "TRANSFER 50 +79161234567"), "transfer.send", SEND,
         ("swapped_arguments",), True),
    Form("sum before number, with a period", ("*114*50*3*9161234567#",), "regular.set",
         {"number": N, "period": "monthly", "amount": 5000}, ("swapped_arguments",), True, USSD),
    Form("points before number", ("*111*455*7*50*9161234567#",), "bonus.gift", {"number": N, "points": 50},
         ("swapped_arguments",), True, USSD),
    Form("points before number, on 4555", ("ПОДАРОК 50 89161234567", "GIFT 50 89161234567"), "bonus.gift",
         {"number": N, "points": 50}, ("swapped_arguments",), True, to="4555"),
    Form("a number without its sign", ("НОМЕРА 89161234567", "НОМЕРАТА 8916 123 45 67", "NUMBERS 9161234567"),
         "numbers.link", {"number": N}, ("sign",), True),
    Form("a barred number without its sign", ("ЧС 89161234567", "ЧЕРЕН 9161234567", "BLACKLIST 89161234567"),
         "blacklist.bar", {"barred": N}, ("sign",), True),
    Form("a barred number with +7", ("ЧС +79161234567", "ЧС + 89161234567", "ЧС+79161234567"), "blacklist.bar",
         {"barred": N}),
    Form("a child's number shows", ("РЕБЕНОК 89161234567", "РЕБЁНОК 89161234567", "ДЕТЕ 89161234567"), "child.show",
         {"number": N}),
    # -- letters that look alike
    Form("letters for digits", ("*1OO#", "*1ОО#", "*l00#", "*I00#", "*10o#"), "balance.show", {},
         ("lookalike_digits",), channel=USSD),
    Form("letters for digits where money moves", ("*112*9I6I234567*50#", "*112*9161234567*5O#", "*112*91б1234567*50#"),
         "transfer.send", SEND, ("lookalike_digits",), True, USSD),
    Form("letters for digits, by SMS", ("ПЕРЕВОД 891б1234567 50", "ПЕРЕВОД 89161234567 5O"), "transfer.send", SEND,
         ("lookalike_digits",), True),
    Form("letters for digits where a number is blocked", ("*111*157*1*9I61234567*2580#",), "block.set",
         {"number": N, "password": "2580"}, ("lookalike_digits",), True, USSD),
    Form("twins of Cyrillic letters", ("УCЛУГИ", "уcлyги"), "services.list", {},
         ("lookalike_letters",)),
    Form("twins of Latin letters", ("НELP", "HЕLР"), "help.show", {}, ("lookalike_letters",)),
    Form("twins where money moves", ("ПEPEВОД 89161234567 50", "TRАNSFER 89161234567 50"), "transfer.send", SEND,
         ("lookalike_letters",), True),
    Form("two words of twins", ("CTOП BCE", "СТОП BCE"), "subscription.stop_all", {}, ("lookalike_letters",)),
    Form("twins in a word of an argument", ("LANG LАT", "LАNG LАТ", "ЯЗЫК LАT"), "language.set",
         {"language": Language.LAT}, ("lookalike_letters",)),
    Form("twins in the name of a sender", ("ЧС + ВANK", "ЧС +bаnk"), "blacklist.bar", {"barred": "BANK"},
         ("lookalike_letters",)),
    Form("twins in a unit", ("ПЕРЕВОД 89161234567 50p", "ПЕРЕВОД 89161234567 50 PУБ.", "ПЕРЕВОД 89161234567 50 pyб"),
         "transfer.send", SEND, ("lookalike_letters",), True),
    Form("twins in a unit, dialled", ("*112*9161234567*50p#",), "transfer.send", SEND, ("lookalike_letters",), True,
         USSD),
    Form("digits in a keyword", ("Н0МЕРА", "н0мера", "Н0MEPA"), "numbers.list", {},
         ("lookalike_letters",)),
    Form("digits in a keyword, б and o", ("6АЛАНС", "БAЛАНC", "6АЛАHС", "BA1ANCE", "8ALANCE"), "balance.show", {},
         ("lookalike_letters",)),
    Form("digits in the second word", ("TRUST 0N", "Д0ВЕРИЕ ВКЛ"), "trust.connect", {}, ("lookalike_letters",)),
    Form("digits in a keyword where money moves", ("ПЕРЕВ0Д 89161234567 50", "TRAN5FER 89161234567 50",
                                                   "ПЕРЕ8ОД 89161234567 50"), "transfer.send", SEND,
         ("lookalike_letters",), True),
    Form("digits in a keyword where a number is blocked", ("6ЛОК", "БЛ0К", "BL0CK"), "block.set", {},
         ("lookalike_letters",), True),
    # -- marks between and around words
    Form("marks that separate", ("КОД: 1234", "КОД:1234", "КОД=1234", "КОД #1234", "КОД. 1234", "КОД, 1234",
                                 "«КОД»: 1234", "CODE: 1234."), "confirm.accept", {"code": "1234"}),
    Form("a number sign", ("КОД №1234", "КОД № 1234"), "confirm.accept", {"code": "1234"}, ("characters",)),
    Form("marks behind a keyword", ("КОД-1234", "КОД - 1234", "КОД/1234", "КОД(1234)", "КОД—1234", "CODE - 1234"),
         "confirm.accept", {"code": "1234"}, ("punctuation",)),
    Form("marks around a keyword", ("(БАЛАНС)", "-БАЛАНС", "БАЛАНС-", ".БАЛАНС", "#БАЛАНС", "*БАЛАНС#", "БАЛАНС)"),
         "balance.show", {}, ("punctuation",)),
    Form("closing marks", ("БАЛАНС.", "БАЛАНС...", "БАЛАНС:", "БАЛАНС;", "БАЛАНС!?", "БАЛАНС#"), "balance.show"),
    Form("marks between two words of a keyword", ("СТОП-ВСЕ", "СТОП - ВСЕ"), "subscription.stop_all", {},
         ("punctuation",)),
    Form("marks before a word of an argument", ("ЯЗЫК: BG", "ЕЗИК=BG", "LANG*BG"), "language.set",
         {"language": Language.BG}),
    Form("a keyword as in a code", ("ПЕРЕВОД*89161234567*50", "ПЕРЕВОД*89161234567*50#", "ПЕРЕВОД: 89161234567: 50"),
         "transfer.send", SEND),
    Form("marks where money moves", ("ПЕРЕВОД-89161234567 50", "*ПЕРЕВОД*89161234567*50#"), "transfer.send", SEND,
         ("punctuation",), True),
    Form("a dash that is no minus", ("ПОПОЛНИТЬ-50", "ПОПОЛНИТЬ - 50"), "topup.pay", {"amount": 5000},
         ("punctuation",), True),
    Form("a sign of the plan", ("НОМЕРА:-89161234567", "НОМЕРА: - 89161234567"), "numbers.unlink", {"number": N}),
    Form("a colon before a password", ("ПАРОЛЬ: Sofia2016", "PASSWORD: Sofia2016"), "password.set",
         {"password": "Sofia2016"}),
    Form("a colon before a message", ("СМС 89161234567: привет", "СМС: 89161234567 привет"), "message.send",
         {"number": N, "text": "привет"}),
    Form("a number digit by digit", ("ПЕРЕВОД 8 9 1 6 1 2 3 4 5 6 7 50", "ПРЕВОД +7 9-1-6 1-2-3 4-5 6-7 50"),
         "transfer.send", SEND),
    Form("a message of many words", ("СМС 89161234567 " + "да, " * 80 + "спасибо",), "message.send",
         {"number": N, "text": "да, " * 80 + "спасибо"}),
    Form("a message of marks", ("СМС 89161234567 :)",), "message.send", {"number": N, "text": ":)"}),
    # -- the wrong keyboard
    Form("Russian word on QWERTY", (",fkfyc", "<FKFYC", ",fkfyc!", '",fkfyc"'), "balance.show", {},
         ("keyboard_layout",), True),
    Form("Bulgarian word on QWERTY, BDS", ("/d.dki",), "balance.show", {}, ("keyboard_layout",), True),
    Form("Bulgarian word on QWERTY, phonetic: Latin letters", ("uslugi",), "services.list", {}, ("transliteration",)),
    Form("English word on a Russian keyboard", ("ифдфтсу", "ИФДФТСУ"), "balance.show", {}, ("keyboard_layout",), True),
    Form("English word on a Bulgarian keyboard", ("фьвьхъе",), "balance.show", {}, ("keyboard_layout",), True),
    Form("wrong keyboard, with arguments", ("gthtdjl 89161234567 50", "gthtdjl 8(916)123-45-67 50 he,"),
         "transfer.send", SEND, ("keyboard_layout",), True),
    Form("wrong keyboard, with ё", ("cx`n",), "bill.show", {}, ("keyboard_layout",), True),
    # -- Latin transliteration
    Form("transliteration", ("BALANS", "balans"), "balance.show", {}, ("transliteration",)),
    Form("transliteration, schemes", ("raskhody", "rashody", "rasxody"), "charges.last", {}, ("transliteration",)),
    Form("transliteration, Bulgarian", ("razhodi",), "charges.last", {}, ("transliteration",)),
    Form("transliteration, ц я", ("registraciya", "registratsiya", "registratciia"), "register.open", {},
         ("transliteration",)),
    Form("transliteration, щ", ("pomoshch", "pomosht", "pomosch", "pomoshh"), "help.show", {}, ("transliteration",)),
    Form("transliteration, ё", ("schyot", "schet"), "bill.show", {}, ("transliteration",)),
    # -- keywords
    Form("case, ё, quotes", ("баланс", "Баланс", "«БАЛАНС»", '"баланс"', "'Баланс'", "баланс."), "balance.show"),
    Form("ё or е", ("СЧЁТ", "счет", "Счёт"), "bill.show"),
    Form("one word of two", ("ОБАДИСЕ 89161234567", "ОБАДИ СЕ 89161234567", "call me 89161234567"),
         "callback.call_me", {"number": N}),
    Form("words joined", ("КАБИНЕТУДАЛИТЬ", "ACCOUNTDELETE"), "cabinet.delete", {}, ("joined_words",)),
    # -- digits by SMS
    Form("eleven", ("11", " 11. "), "balance.show"),
    Form("six", ("6",), "tariff.list"),
    Form("twenty-five", ("25", "ПАРОЛЬ", "password"), "password.send"),
    Form("twenty-five and a password", ("25 2580",), "password.set", {"password": "2580"}),
    Form("between the main code and the hash", ("442*1", "442 * 1"), "blacklist.connect"),
    Form("a service code", ("2118",), "trust.show"),
    Form("a service code and 0", ("21180",), "trust.disconnect"),
    Form("an exact code wins", ("1230",), "promised.history"),
    # -- native words
    Form("anything to 8111", ("что угодно", "hello there", "@"), "services.list", to="8111"),
    Form("anything to 4555", ("хочу баллы", "включите"), "bonus.join", to="4555"),
    Form("the plan's keywords on 4555", ("БАЛАНС", "balance"), "balance.show", to="4555"),
    Form("zero on 4555", ("0",), "bonus.leave", to="4555"),
    Form("who, on 6677", ("КТО", "кой", "WHO"), "locator.list", to="6677"),
    Form("help on 6677", ("ПОМОЩЬ", "help"), "help.show", {"topic": "6677"}, to="6677"),
    Form("END in every language", ("END 12", "end 12"), "melody.remove", {"melody": 12}),
    # -- answers to questions
    Form("yes", ("ДА", "да.", "YES"), "confirm.accept"),
    Form("yes with a code", ("ДА 4821", "да4821", "КОД 4821", "CODE 4821"), "confirm.accept", {"code": "4821"}),
    Form("no", ("НЕТ", "НЕ", "No!"), "confirm.decline"),
    Form("no with a code", ("НЕТ 4821", "НЕ 4821", "NO 4821"), "confirm.decline", {"code": "4821"}),
    # -- dates
    Form("dates", ("ДЕТАЛИЗАЦИЯ 010116 310116", "ИЗВЛЕЧЕНИЕ 01.01.16 31.01.16", "STATEMENT 01.01.2016 31.01.2016"),
         "statement.show", {"since": "2016-01-01", "until": "2016-01-31"}),
    Form("no dates", ("ДЕТАЛИЗАЦИЯ", "STATEMENT"), "statement.show"),
    # -- two mistakes at once
    Form("wrong keyboard and letters for digits", ("gthtdjl 8916123456l 5O",), "transfer.send",
         {"number": "79161234561", "amount": 5000}, ("keyboard_layout", "lookalike_digits"), True),
    Form("spaces and no final hash", ("* 111 * 828 * 1",), "numbers.connect", {}, ("spaces", "final_hash"),
         channel=USSD),
    Form("a mark and letters for digits", ("КОД-l2З4",), "confirm.accept", {"code": "1234"},
         ("punctuation", "lookalike_digits")),
    Form("letters for digits and twins", ("ПЕРЕВОД 8916123456l 5O pуб.",), "transfer.send",
         {"number": "79161234561", "amount": 5000}, ("lookalike_digits", "lookalike_letters"), True),
    Form("digits in a keyword, wrong order", ("ПЕРЕВ0Д 50 89161234567",), "transfer.send", SEND,
         ("lookalike_letters", "swapped_arguments"), True),
    Form("Latin letters and politeness", ("STOP VSE", "STOP VSE, spasibo", "Molya, STOP VSICHKI"),
         "subscription.stop_all"),
    Form("politeness, and marks around the keyword", ("Моля, (БАЛАНС)", "моля - БАЛАНС", "(Моля БАЛАНС)"),
         "balance.show", {}, ("punctuation", "polite_words")),
    Form("politeness, and a mark where money moves", ("Моля, ПЕРЕВОД-89161234567 50", "please TRANSFER-89161234567 50"),
         "transfer.send", SEND, ("punctuation", "polite_words"), True),
    Form("politeness, and a sign of the plan", ("Моля НОМЕРА -89161234567", "Моля НОМЕРА - 89161234567!"),
         "numbers.unlink", {"number": N}, ("polite_words",)),
    Form("a closing mark before politeness", ("ПЕРЕВОД 89161234567 50!, моля", "TRANSFER 89161234567 50. Please!"),
         "transfer.send", SEND, ("polite_words",)),
    Form("wrong keyboard and stars", ("gthtdjl*89161234567*50", "gthtdjl*8-916-123-45-67*50"),
         "transfer.send", SEND, ("keyboard_layout",), True),
    Form("wrong order and Latin letters", ("perevod 50 89161234567",), "transfer.send", SEND,
         ("transliteration", "swapped_arguments"), True),
    Form("full width, no hash, wrong order", ("＊112＊50＊9161234567",), "transfer.send", SEND,
         ("characters", "final_hash", "swapped_arguments"), True, USSD),
    Form("letters for digits and wrong order", ("*112*5O*9161234567#",), "transfer.send", SEND,
         ("lookalike_digits", "swapped_arguments"), True, USSD),
    Form("wrong keyboard in brackets, with a dash, with a polite word",
         ("[,fkfyc]", "(,fkfyc)", "-,fkfyc", ",fkfyc -", "please ,fkfyc", "Пожалуйста, ,fkfyc",
          "моля (,fkfyc)", "(ИФДФТСУ)", "please ИФДФТСУ"), "balance.show", {}, ("keyboard_layout",), True),
    Form("wrong keyboard and a dash", ("Gthtdjl - 89161234567 50", "gthtdjl-89161234567 50", "екфтыаук-89161234567 50"),
         "transfer.send", SEND, ("punctuation", "keyboard_layout"), True),
    Form("wrong keyboard, unit and all", ("gthtdjl 89161234567 50he,", "gthtdjl 89161234567 50 he,",
                                          "gthtdjl 89161234567 50h/"),
         "transfer.send", SEND, ("keyboard_layout",), True),
    Form("wrong keyboard and a sign of the plan", ("yjvthf -89161234567", "yjvthf-89161234567"),
         "numbers.unlink", {"number": N}, ("keyboard_layout",), True),
    Form("a digit in the keyword and a dash", ("ПЕРЕВ0Д-89161234567 50", "ПЕРЕВ0Д - 89161234567 50",
                                               "ПРЕВ0Д-89161234567 50", "TRAN5FER-89161234567 50"),
         "transfer.send", SEND, ("punctuation", "lookalike_letters"), True),
    Form("a digit in the keyword and a sign of the plan", ("Н0МЕРА-89161234567",), "numbers.unlink", {"number": N},
         ("lookalike_letters",)),
    Form("letters for digits before a unit", ("ПЕРЕВОД 89161234567 5Оруб", "ПРЕВОД 89161234567 5Олв",
                                              "TRANSFER 89161234567 5Orub"), "transfer.send", SEND,
         ("lookalike_digits",), True),
    Form("letters for digits before a unit, dialled", ("*112*89161234567*5Оруб#",),
         "transfer.send", SEND, (), True, USSD),
    Form("a call word and no final hash", ("*100 вызов", "*100 (call)", "*100 обаждане", "*100вызов"),
         "balance.show", {}, ("tail", "final_hash"), channel=USSD),
    Form("a call word and no final hash by SMS", ("*111*828*1 [вызов]", "*111*828*1 send"), "numbers.connect"),
    Form("a call word, no final hash and letters for digits", ("*1OO вызов",), "balance.show", {},
         ("lookalike_digits", "tail", "final_hash"), channel=USSD),
    Form("no sign, polite, in quotes", ("«НОМЕРА» 8 916 123 45 67, пожалуйста!",), "numbers.link", {"number": N},
         ("polite_words", "sign"), True),
)  # fmt: skip
EXAMPLES = [(form, text) for form in FORMS for text in form.texts]


@pytest.mark.parametrize(
    ("text", "corrections"),
    [("СМС 89161234567 привет, спасибо!", ()), ("моля СМС 89161234567 привет, спасибо", ("polite_words",))],
)
def test_a_free_text_takes_no_correction(grammar: Grammar, text: str, corrections: tuple[str, ...]) -> None:
    """What was written to somebody stays as it is, and no correction of it is told; one of what stands before is."""
    reading = grammar.read(text, SMS, "111")

    assert reading.arguments["text"] == text[text.index("привет") :]
    assert reading.corrections == corrections


@pytest.mark.parametrize(("form", "text"), EXAMPLES, ids=[f"{form.name}: {text!a}" for form, text in EXAMPLES])
def test_form(grammar: Grammar, form: Form, text: str) -> None:
    """A form that people type is understood, and asked first only where it may have been meant otherwise."""
    reading = grammar.read(text, form.channel, form.to)

    assert (ASK if form.asked else UNDERSTOOD, form.command) == (reading.outcome, reading.command), reading
    assert form.arguments == reading.arguments
    if form.corrections:
        assert form.corrections == reading.corrections


WRONG = (
    ("a superscript", USSD, ("*100²#", "*1⁰0#", "*①00#", "*112*9161234567*5½#"), "superscript"),
    ("a superscript by SMS", SMS, ("БАЛАНС²", "ПЕРЕВОД 89161234567 5⁰"), "superscript"),
    ("three stars and the like", USSD, ("***100#", "##100#", "*#100#", "*##100#"), "unknown_code"),
    ("a tail", USSD, ("*100#abc", "*100#5", "*111#828#", "#100#x#", "*100# вызов 5"), "tail"),
    ("an empty part", USSD, ("*112**50#", "*112*9161234567*#", "*111**1#", "*100*#"), "empty_part"),
    ("nine or twelve digits", USSD, ("*112*916123456*50#", "*112*799161234567*50#", "*112*+789161234567*50#"),
     "bad_number"),
    ("eleven digits after neither 7 nor 8", USSD, ("*112*99161234567*50#", "*112*19161234567*50#"), "bad_number"),
    ("a short number", USSD, ("*112*0890*50#", "*110*112#"), "bad_number"),
    ("a landline", USSD, ("*112*84951234567*50#", "*110*4951234567#"), "landline"),
    ("a foreign number", USSD, ("*112*+359888123456*50#", "*110*00359888123456#"), "foreign_number"),
    ("number words", SMS, ("ПЕРЕВОД 89161234567 пятьдесят", "TRANSFER 89161234567 fifty"), "bad_sum"),
    ("kopecks, minus, zero", USSD, ("*112*9161234567*50.50#", "*112*9161234567*50,5#", "*112*9161234567*-50#",
                                    "*112*9161234567*0#", "*112*9161234567*000#"), "bad_sum"),
    ("kopecks, minus, zero by SMS", SMS, ("ПЕРЕВОД 89161234567 50,50", "ПЕРЕВОД 89161234567 50,5",
                                          "ПЕРЕВОД 89161234567 -50", "ПЕРЕВОД 89161234567 50р50к",
                                          "ПЕРЕВОД 89161234567 0"), "bad_sum"),
    ("a minus behind a keyword", SMS, ("ПОПОЛНИТЬ -50", "ОП -50", "АВТОПЛАТЕЖ -100 500"), "bad_sum"),
    ("a keyword with a sign, without its number", SMS, ("НОМЕРА -", "НОМЕРА-", "NOMERA -", "Моля, НОМЕРА -", "ЧС +"),
     "wrong_argument_count"),
    ("politeness for a password", SMS, ("БЛОК 89161234567 пожалуйста", "BLOCK 89161234567 please"),
     "wrong_argument_count"),
    ("two signs", SMS, ("СЕМЬЯ - - 89161234567",), "bad_number"),
    ("a space in a sum that is not the last", USSD, ("*111*114*1*1 000*500#", "*112*1 000*9161234567#",
                                                     "*112*1 000р*8916 123 45 67#"), "bad_sum"),
    ("one digit where two are needed", USSD, ("*115*5#", "*111*123*5#"), "bad_sum"),
    ("too much", USSD, ("*112*9161234567*123456#", "*111*114*3*32*50#", "*111*6*5#"), "out_of_range"),
    ("a number without its sum", USSD, ("*112*9161234567#", "*114*9161234567*3#"), "wrong_argument_count"),
    ("two readings", SMS, ("АВТОПЛАТЕЖ 1 000 500", "AUTOPAY 1 000 500"), "ambiguous"),
    ("the end before the start", USSD, ("*111*551*7*310116*010116#",), "bad_date"),
    ("the end before the start by SMS", SMS, ("ДЕТАЛИЗАЦИЯ 31.01.16 01.01.16",), "bad_date"),
    ("a day that there is not", USSD, ("*111*551*7*310216*010316#",), "bad_date"),
    ("a card before its number", USSD, ("*111*155*123456789012*9161234567#",), "bad_number"),
    ("a card too short", USSD, ("*111*155*12345678901#",), "bad_card"),
    ("two different passwords", USSD, ("*111*25*3*2580*2581#",), "pin_mismatch"),
    ("two commands", SMS, ("БАЛАНС ТАРИФ", "BALANCE TARIFF"), "two_commands"),
    ("another operator's code", USSD, ("*102#", "*105#", "*105*220#", "*144*9161234567#", "*880*9161234567#",
                                       "*145*9161234567*50#", "*133*50*9161234567#"), "unknown_code"),
    ("both signs lost", USSD, ("1118281", "100"), "unknown_code"),
    ("digits with 0 that are no service", SMS, ("4420", "81110", "4840"), "unknown_code"),
    ("an answer to nothing", SMS, ("1", "2"), "unknown_code"),
    ("no words at all", SMS, ("@@@", "+", "№"), "unknown_code"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "text", "refusal"), [(channel, text, refusal) for _, channel, texts, refusal in WRONG for text in texts]
)
def test_refused(grammar: Grammar, channel: Channel, text: str, refusal: str) -> None:
    """What cannot be understood is refused by its name, and never carried out as something else."""
    reading = grammar.read(text, channel, "111")

    assert (REFUSED, refusal) == (reading.outcome, reading.refusal), reading


HELPS = (
    ("*112*9161234567*#", USSD, ("сумма", "*112*9161234567*", "*112*79161234567*50#")),
    ("*112**50#", USSD, ("номер телефона", "*112*", "*112*9161234567*50#")),
    ("*102#", USSD, ("*100#", "баланс")),
    ("*112*1 000*9161234567#", USSD, ("без пробела", "*112*79161234567*1000#")),
    ("ПЕРЕВОТ", SMS, ("ПЕРЕВОД <номер> <сумма>", "перевести деньги")),
    ("*133*50*9161234567#", USSD, ("*112*<номер>*<сумма>#", "перевести деньги")),
    ("*880*9161234567#", USSD, ("*110*<номер>#",)),
    ("АВТОПЛАТЕЖ 1 000 500", SMS, ("АВТОПЛАТЕЖ 1 500", "АВТОПЛАТЕЖ 1000 500")),
    ("ДЕТАЛИЗАЦИЯ 310116 010116", SMS, ("ДЕТАЛИЗАЦИЯ 010116 310116",)),
    ("1", SMS, ("*111#",)),
    ("*111*551*7*310116*010116#", USSD, ("*111*551*7*010116*310116#",)),
)


@pytest.mark.parametrize(("text", "channel", "shown"), HELPS)
def test_refusals_help(grammar: Grammar, text: str, channel: Channel, shown: tuple[str, ...]) -> None:
    """A refusal names what is wrong, where, and gives the right form with the subscriber's own arguments."""
    name, arguments = grammar.refusal_text(grammar.read(text, channel, "111"), Language.RU)
    texts = Texts.load(None, operator=load_catalogue(None).operator)
    if arguments["part"]:
        arguments["part"] = texts.render(f"part-{arguments['part']}", {}, Language.RU)
    answer = texts.render(name, arguments, Language.RU)

    assert all(each in answer for each in shown), answer


SLIPS = (
    (USSD, "*112{}#"), (USSD, "*113*{}#"), (USSD, "*111*97{}#"), (USSD, "*111*98*{}#"), (USSD, "*11*97*{}#"),
    (USSD, "*111*97*{}*5#"), (USSD, "{}"), (USSD, "*111*27*1*9161234567*{}*5#"), (SMS, "*112{}#"), (SMS, "КОЖ {}"),
    (SMS, "{} {}"), (SMS, "ДАДА{}"),
)  # fmt: skip


@pytest.mark.parametrize(("channel", "text"), SLIPS)
def test_the_nearest_code_does_not_depend_on_a_secret(grammar: Grammar, channel: Channel, text: str) -> None:
    """Where a code or a password may be meant, its digits do not lead to a suggestion: all are answered alike."""
    found = {
        (reading.refusal, reading.right, reading.suggestions)
        for code in range(0, 10_000, 61)
        for reading in [grammar.read(text.replace("{}", f"{code:04}"), channel, "111", pending=True)]
    }

    assert len(found) == 1, found


def test_a_forgotten_star_before_a_code(grammar: Grammar) -> None:
    """Who glued his code to the code of the command is shown where the star goes."""
    assert ("*112*<code>#",) == grammar.read("*1124821#", USSD).suggestions
    assert ("*111*97*<code>#",) == grammar.read("*111*974821#", USSD).suggestions
    assert ("*111*97*<code>#",) == grammar.read("4821", USSD, pending=True).suggestions


SECRETS = (
    (USSD, "*112**1234#"), (USSD, "*112*1234*#"), (USSD, "*111*25*3*1234*1235#"),
    (USSD, "*111*26*1*9161234567*1234*5#"),
    (USSD, "*111*157*1*916123456*1234#"), (USSD, "*112*1O234#"), (USSD, "**112*1234#"), (USSD, "*112*1234#abc"),
    (SMS, "ПОМОЩЬ 1234"), (SMS, "ПАРОЛЬ 1234"), (SMS, "gfhjkm 1234"), (SMS, "PAROL 1234"), (SMS, "БЛОК 916 1234"),
    (SMS, "КОД 1234 спасибо"), (SMS, "rjl 1234"), (SMS, "KOD 1234"), (SMS, "25 1234"), (SMS, "привет 1234"),
    (SMS, "ВХОД 89161234567 1234"), (SMS, "пароль мой1234пароль"), (SMS, "БАЛАНС 1234"), (SMS, "1234"),
)  # fmt: skip


@pytest.mark.parametrize(("channel", "text"), SECRETS)
@pytest.mark.parametrize("to", ["111", "8111"])
def test_secrets_are_not_echoed(grammar: Grammar, channel: Channel, text: str, to: str) -> None:
    """Digits that may be a code or a password stand in no log, no answer and no suggestion, however they were meant."""
    reading = grammar.read(text, channel, to)
    _, shown = grammar.refusal_text(reading, Language.RU)
    kept = [reading.masked, reading.right, *reading.suggestions]
    if reading.outcome == REFUSED:
        kept += [*map(str, shown.values()), str(reading.arguments)]

    for each in kept:
        # The example of a form may have the same digits: it is the catalogue's, not the subscriber's.
        assert (
            re.search(r"1\D?O?\D?2\D?3\D?4", each.replace(str(shown["example"]), "").replace("9161234567", "")) is None
        )
    assert reading.secret
    assert grammar.read(text, channel, to) is not reading
