"""The code plan, cell by cell: what each form is read as, in both channels and three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from gateway.catalogue.loading import load_catalogue
from gateway.dispatcher import collect
from gateway.engine.journal import SECRET_ARGUMENTS
from gateway.handlers.help import PLACEHOLDERS
from gateway.model import Channel, Language
from gateway.ussd_grammar import UNDERSTOOD, Grammar

Arguments = Mapping[str, object]
N, M = "79161234567", "79267654321"

DIALLED: Mapping[str, tuple[tuple[str, str, Arguments], ...]] = {
    "A1": (("*111*20*1#", "register.open", {}),),
    "A2": (("*111*25#", "password.send", {}),),
    "A3": (
        ("*111*25*3*4821*4821#", "password.set", {"password": "4821"}),
        ("*111*25*3#", "password.set", {}),
    ),
    "A4": (
        ("*111*26#", "login.who", {}),
        ("*111*26*1*9161234567*4821#", "login.enter", {"number": N, "password": "4821"}),
        ("*111*26*1*9161234567#", "login.enter", {"number": N}),
        ("*111*26*2#", "login.out", {}),
    ),
    "A5": (
        ("*111*20*3*1#", "social.link", {"network": 1}),
        ("*111*20*3*4#", "social.link", {"network": 4}),
        ("*111*20*4*482193#", "social.confirm", {"code": "482193"}),
        ("*111*20*5*2#", "social.unlink", {"network": 2}),
    ),
    "A6": (("*111*20*2#", "cabinet.delete", {}),),
    "B1": (
        ("*111*59#", "tariff.show", {}),
        ("*111*2*5#", "tariff.list", {}),
        ("*111*59*9#", "tariff.list", {}),
        ("*111*59*3*21#", "tariff.change", {"tariff": 21}),
    ),
    "B2": (("*111*59*8#", "tariff.advise", {}),),
    "B3": (("*111*8111#", "services.list", {}), ("*111*8111*9#", "services.catalogue", {})),
    "B4": (("*111*8111*1*12#", "services.connect", {"service": 12}),),
    "B5": (("*111*8111*2*12#", "services.disconnect", {"service": 12}),),
    "B6": (
        ("*111*123#", "promised.offer", {}),
        ("*111*32#", "promised.offer", {}),
        ("*111*123*1*50#", "promised.take", {"amount": 5000}),
        ("*111*123*1*5#", "promised.take", {"amount": 500}),
        ("*111*123*50#", "promised.take", {"amount": 5000}),
        ("*111*123*10#", "promised.take", {"amount": 1000}),
        ("*111*1230#", "promised.history", {}),
    ),
    "B7": (("*111*160*7*9161234567#", "message.send", {"number": N}),),
    "B8": (
        ("*111*161#", "picture.list", {}),
        ("*111*161*7*9161234567*3#", "picture.send", {"number": N, "picture": 3}),
    ),
    "B9": (
        ("*111*157#", "block.set", {}),
        ("*111*157*1*9161234567*4821#", "block.set", {"number": N, "password": "4821"}),
        ("*111*157*1*9161234567#", "block.set", {"number": N}),
    ),
    "B10": (
        ("*111*157*2#", "block.lift", {}),
        ("*111*157*2*9161234567*4821#", "block.lift", {"number": N, "password": "4821"}),
        ("*111*157*2*9161234567#", "block.lift", {"number": N}),
    ),
    "B11": (
        ("*111*6677#", "locator.list", {}),
        ("*111*6677*1*9161234567#", "locator.add", {"number": N}),
        ("*111*6677*2*9161234567#", "locator.remove", {"number": N}),
        ("*111*6677*7*9161234567#", "locator.find", {"number": N}),
        ("*111*6677*4*4821#", "locator.confirm", {"code": "4821"}),
        ("*111*6677*5*4821#", "locator.decline", {"code": "4821"}),
        ("*111*6677*7#", "locator.find", {}),
        ("*111*6677*2#", "locator.remove", {}),
        ("*111*6677*3*9161234567#", "locator.add", {"number": N}),
        ("*111*6677*3#", "locator.place", {}),
        ("*111*6677*8#", "locator.stop", {}),
        ("*111*6677*9#", "locator.package", {}),
        ("*111*6677*9*1#", "locator.package_on", {}),
        ("*111*6677*9*2#", "locator.package_off", {}),
    ),
    "B12": (
        ("*111*155*123456789012#", "card.redeem", {"card": "123456789012"}),
        ("*111*155*1234-5678-9012-3456#", "card.redeem", {"card": "1234567890123456"}),
        ("*111*155*9161234567*123456789012#", "card.redeem", {"number": N, "card": "123456789012"}),
    ),
    "B13": (
        ("*111*43#", "favourite.list", {}),
        ("*111*43*1*84951234567#", "favourite.add", {"number": "74951234567"}),
        ("*111*43*2*9161234567#", "favourite.remove", {"number": N}),
        ("*111*43*3*9161234567*89267654321#", "favourite.replace", {"old": N, "number": M}),
    ),
    "B14": (
        ("*111*2919#", "voicemail.connect", {}),
        ("*111*2919*2#", "voicemail.disconnect", {}),
        ("*111*2919*6#", "voicemail.messages", {}),
        ("*111*2919*3*5#", "voicemail.delay", {"delay_s": 5}),
        ("*111*2919*3*30#", "voicemail.delay", {"delay_s": 30}),
    ),
    "B15": (
        ("*111*28#", "melody.connect", {}),
        ("*111*29#", "melody.disconnect", {}),
        ("*111*221#", "melody.choose", {}),
        ("*111*221*9*2#", "melody.choose", {"page": 2}),
        ("*111*221*3*77#", "melody.set", {"melody": 77}),
        ("*111*221*2*77#", "melody.remove", {"melody": 77}),
        ("*111*221*7*9161234567#", "melody.copy", {"number": N}),
    ),
    "B16": (
        ("*115#", "topup.menu", {}),
        ("*115*50#", "topup.pay", {"amount": 5000}),
        ("*115*9161234567*5#", "topup.pay", {"number": N, "amount": 500}),
    ),
    "B17": (
        ("*111*455#", "bonus.show", {}),
        ("*111*455*1#", "bonus.join", {}),
        ("*111*455*2#", "bonus.leave", {}),
        ("*111*455*9#", "bonus.catalogue", {}),
        ("*111*455*3*12#", "bonus.spend", {"reward": 12}),
        ("*111*455*6#", "bonus.history", {}),
    ),
    "B18": (
        ("*111*455*7*9161234567*310#", "bonus.gift", {"number": N, "points": 310}),
        ("*111*455*4*4821#", "bonus.confirm", {"code": "4821"}),
        ("*111*455*5*4821#", "bonus.decline", {"code": "4821"}),
    ),
    "B19": (
        ("*152*2#", "subscription.menu", {}),
        ("*152*2*1#", "subscription.list", {}),
        ("*152*2*2#", "subscription.stop", {}),
        ("*152*2*2*12#", "subscription.stop", {"subscription": 12}),
        ("*152*2*3#", "subscription.stop_all", {}),
        ("*152*2*4#", "subscription.ban", {}),
        ("*152*2*5#", "subscription.allow", {}),
        ("*111*152*2#", "subscription.menu", {}),
        ("*111*152*2*2*12#", "subscription.stop", {"subscription": 12}),
        ("*111*152*2*3#", "subscription.stop_all", {}),
        ("*111*152*2*4#", "subscription.ban", {}),
        ("*111*152*2*5#", "subscription.allow", {}),
    ),
    "B20": (
        ("*111*551#", "statement.show", {}),
        ("*111*551*7*010516*310516#", "statement.show", {"since": "2016-05-01", "until": "2016-05-31"}),
        ("*111*551*8*010516*310516#", "statement.show", {"since": "2016-05-01", "until": "2016-05-31"}),
        ("*111*551*3*1#", "statement.deliver", {"delivery": 1}),
        ("*111*551*3*4#", "statement.deliver", {"delivery": 4}),
    ),
    "B21": (("*152#", "charges.last", {}), ("*111*152#", "charges.last", {})),
    "C1": (
        ("*111*114#", "autopay.show", {}),
        ("*111*114*1*30*500#", "autopay.below", {"threshold": 3000, "amount": 50_000}),
        ("*111*114*3*31*500#", "autopay.monthly", {"day": 31, "amount": 50_000}),
        ("*111*114*2#", "autopay.off", {}),
    ),
    "C2": (
        ("*111*117#", "bill.show", {}),
        ("*111*117*7*99999#", "bill.pay", {"amount": 9_999_900}),
        ("*111*117*3*05*500#", "bill.schedule", {"day": 5, "amount": 50_000}),
        ("*111*117*2#", "bill.unschedule", {}),
    ),
    "C3": (
        ("*111*7788#", "child.list", {}),
        ("*111*7788*1*9161234567#", "child.add", {"number": N}),
        ("*111*7788*2*9161234567#", "child.remove", {"number": N}),
        ("*111*7788*4*4821#", "child.confirm", {"code": "4821"}),
        ("*111*7788*5*4821#", "child.decline", {"code": "4821"}),
        ("*111*7788*7*9161234567#", "child.show", {"number": N}),
        ("*111*7788*3*9161234567*21#", "child.set_tariff", {"number": N, "tariff": 21}),
        ("*111*7788*8*9161234567*89267654321#", "child.bar", {"number": N, "barred": M}),
        ("*111*7788*9*9161234567*4555#", "child.unbar", {"number": N, "barred": "4555"}),
    ),
    "C4": (
        ("*111*442#", "blacklist.connect", {}),
        ("*111*442*1#", "blacklist.connect", {}),
        ("*111*442*2#", "blacklist.disconnect", {}),
        ("*111*442*9#", "blacklist.list", {}),
        ("*111*442*1*89161234567#", "blacklist.bar", {"barred": N}),
        ("*111*442*1*84951234567#", "blacklist.bar", {"barred": "74951234567"}),
        ("*111*442*1*900#", "blacklist.bar", {"barred": "900"}),
        ("*111*442*2*123456#", "blacklist.unbar", {"barred": "123456"}),
    ),
    "C5": (
        ("*111*750#", "family.list", {}),
        ("*111*750*1*9161234567#", "family.invite", {"number": N}),
        ("*111*750*2*9161234567#", "family.remove", {"number": N}),
        ("*111*750*4*4821#", "family.confirm", {"code": "4821"}),
        ("*111*750*5*4821#", "family.decline", {"code": "4821"}),
    ),
    "C6": (
        ("*111*828*1#", "numbers.connect", {}),
        ("*111*828*2#", "numbers.disconnect", {}),
        ("*111*828#", "numbers.list", {}),
        ("*111*828*3*9161234567#", "numbers.link", {"number": N}),
        ("*111*828*4*4821#", "numbers.confirm", {"code": "4821"}),
        ("*111*828*5*4821#", "numbers.decline", {"code": "4821"}),
        ("*111*828*8*9161234567#", "numbers.unlink", {"number": N}),
        ("*111*828*7*9161234567#", "numbers.act", {"number": N}),
    ),
    "D1": (
        ("*100#", "balance.show", {}),
        ("#100#", "balance.show", {}),
        ("*100*2#", "balance.remainders", {}),
    ),
    "D2": (
        ("*140*9161234567#", "permission.balance", {"number": N}),
        ("*111*2137#", "permission.show", {}),
        ("*111*2337#", "permission.show", {}),
        ("*111*2137*1#", "permission.open", {}),
        ("*111*2137*2#", "permission.close", {}),
    ),
    "D3": (
        ("*112*9161234567*50#", "transfer.send", {"number": N, "amount": 5000}),
        ("*112*4821#", "transfer.confirm", {"code": "4821"}),
        ("*111*7#", "transfer.form", {}),
    ),
    "D4": (
        ("*114*9161234567*1*50#", "regular.set", {"number": N, "period": "daily", "amount": 5000}),
        ("*114*9161234567*2*50#", "regular.set", {"number": N, "period": "weekly", "amount": 5000}),
        ("*114*9161234567*3*50#", "regular.set", {"number": N, "period": "monthly", "amount": 5000}),
        ("*114*9161234567#", "regular.cancel", {"number": N}),
    ),
    "D5": (("*110*9161234567#", "callback.call_me", {"number": N}),),
    "D6": (
        ("*116*9161234567#", "callback.top_me_up", {"number": N}),
        ("*116*9161234567*50#", "callback.top_me_up", {"number": N, "amount": 5000}),
    ),
    "D7": (
        ("*111*6*1#", "language.set", {"language": Language.RU}),
        ("*111*6*2#", "language.set", {"language": Language.LAT}),
        ("*111*6*3#", "language.set", {"language": Language.BG}),
        ("*111*6*4#", "language.set", {"language": Language.EN}),
    ),
    "D8": (("*111#", "help.menu", {}), ("*111*95#", "help.show", {})),
    "D9": (("*111*99#", "history.show", {}),),
    "D10": (("*111*98#", "confirm.cancel", {}),),
    "D11": (
        ("*111*2118#", "trust.show", {}),
        ("*111*2118*1#", "trust.connect", {}),
        ("*111*2118*2#", "trust.disconnect", {}),
    ),
    "D12": (
        ("*111*97*4821#", "confirm.accept", {"code": "4821"}),
        ("*111*96*4821#", "confirm.decline", {"code": "4821"}),
    ),
}

Texted = tuple[tuple[str, str, str], str, Arguments]
"""What is written in Russian, Bulgarian and English; the command; its arguments."""


def same(text: str) -> tuple[str, str, str]:
    return text, text, text


def each(ru: str, bg: str, en: str, arguments: str) -> tuple[str, str, str]:
    return f"{ru} {arguments}", f"{bg} {arguments}", f"{en} {arguments}"


PERIOD = {"since": "2016-05-01", "until": "2016-05-31"}

TEXTED: Mapping[str, tuple[Texted, ...]] = {
    "A1": ((("РЕГИСТРАЦИЯ", "РЕГИСТРАЦИЯ", "REGISTER"), "register.open", {}),),
    "A2": ((("ПАРОЛЬ", "ПАРОЛА", "PASSWORD"), "password.send", {}), (same("25"), "password.send", {})),
    "A3": (
        (each("ПАРОЛЬ", "ПАРОЛА", "PASSWORD", "Мой кот, 2016"), "password.set", {"password": "Мой кот, 2016"}),
        (each("ПАРОЛЬ", "ПАРОЛА", "PASSWORD", "1234"), "password.set", {"password": "1234"}),
        (same("25 Sofia2016"), "password.set", {"password": "Sofia2016"}),
    ),
    "A4": (
        (each("ВХОД", "ВХОД", "LOGIN", "8 916 123-45-67 Kot7"), "login.enter", {"number": N, "password": "Kot7"}),
        (("ВЫХОД", "ИЗХОД", "LOGOUT"), "login.out", {}),
        (same("LOG OUT"), "login.out", {}),
    ),
    "A5": ((each("СОЦСЕТЬ", "СОЦМРЕЖА", "SOCIAL", "3"), "social.link", {"network": 3}),),
    "A6": ((("КАБИНЕТ УДАЛИТЬ", "КАБИНЕТ ИЗТРИЙ", "ACCOUNT DELETE"), "cabinet.delete", {}),),
    "B1": (
        (("ТАРИФ", "ТАРИФА", "TARIFF"), "tariff.show", {}),
        (each("ТАРИФ", "ТАРИФА", "TARIFF", "21"), "tariff.change", {"tariff": 21}),
        (same("6"), "tariff.list", {}),
    ),
    "B2": ((("СОВЕТ", "СЪВЕТ", "ADVICE"), "tariff.advise", {}),),
    "B3": ((("УСЛУГИ", "УСЛУГИ", "SERVICES"), "services.list", {}),),
    "B4": ((each("ПОДКЛЮЧИТЬ", "ВКЛЮЧИ", "CONNECT", "12"), "services.connect", {"service": 12}),),
    "B5": ((each("ОТКЛЮЧИТЬ", "ИЗКЛЮЧИ", "DISCONNECT", "12"), "services.disconnect", {"service": 12}),),
    "B6": (
        (each("ОП", "ОБЕЩАНО", "PROMISE", "100"), "promised.take", {"amount": 10_000}),
        (each("ОБЕЩАННЫЙ", "ОБЕЩАНО", "PROMISE", "5 руб."), "promised.take", {"amount": 500}),
    ),
    "B7": ((each("СМС", "СМС", "SMS", "89161234567 Еду!"), "message.send", {"number": N, "text": "Еду!"}),),
    "B8": ((each("ММС", "ММС", "MMS", "89161234567 3"), "picture.send", {"number": N, "picture": 3}),),
    "B9": (
        (("БЛОК", "БЛОКИРАЙ", "BLOCK"), "block.set", {}),
        (each("БЛОК", "БЛОКИРАЙ", "BLOCK", "89161234567 Kot7"), "block.set", {"number": N, "password": "Kot7"}),
    ),
    "B10": (
        (("РАЗБЛОК", "ОТБЛОКИРАЙ", "UNBLOCK"), "block.lift", {}),
        (each("РАЗБЛОК", "ОТБЛОКИРАЙ", "UNBLOCK", "89161234567 Kot7"), "block.lift", {"number": N, "password": "Kot7"}),
    ),
    "B11": (
        (each("ГДЕ", "КЪДЕ", "WHERE", "89161234567"), "locator.find", {"number": N}),
        (each("ГДЕ", "КЪДЕ", "WHERE", "Мама"), "locator.find", {"contact": "Мама"}),
    ),
    "B12": ((each("КАРТА", "ВАУЧЕР", "VOUCHER", "1234 5678 9012 3"), "card.redeem", {"card": "1234567890123"}),),
    "B13": (
        (each("ЛЮБИМЫЙ", "ЛЮБИМ", "FAVOURITE", "+ 89161234567"), "favourite.add", {"number": N}),
        (each("ЛЮБИМЫЙ", "ЛЮБИМ", "FAVOURITE", "- 8 495 123-45-67"), "favourite.remove", {"number": "74951234567"}),
    ),
    "B14": (
        (("ПОЧТА ВКЛ", "ПОЩА ВКЛ", "VOICEMAIL ON"), "voicemail.connect", {}),
        (("ПОЧТА ВЫКЛ", "ПОЩА ИЗКЛ", "VOICEMAIL OFF"), "voicemail.disconnect", {}),
    ),
    "B15": (
        (each("ГУДОК", "МЕЛОДИЯ", "TONE", "77"), "melody.set", {"melody": 77}),
        (same("END 77"), "melody.remove", {"melody": 77}),
    ),
    "B16": (
        (each("ПОПОЛНИТЬ", "ЗАРЕДИ", "TOPUP", "50"), "topup.pay", {"amount": 5000}),
        (each("ПОПОЛНИТЬ", "ЗАРЕДИ", "TOP UP", "50"), "topup.pay", {"amount": 5000}),
        (each("ПОПОЛНИТЬ", "ЗАРЕДИ", "TOPUP", "89161234567 50"), "topup.pay", {"number": N, "amount": 5000}),
        (each("ПОПОЛНИТЬ", "ЗАРЕДИ", "TOP UP", "89161234567 50"), "topup.pay", {"number": N, "amount": 5000}),
    ),
    "B17": ((("БАЛЛЫ", "ТОЧКИ", "POINTS"), "bonus.show", {}),),
    "B18": ((each("ПОДАРОК", "ПОДАРЪК", "GIFT", "89161234567 310"), "bonus.gift", {"number": N, "points": 310}),),
    "B19": (
        (("ПОДПИСКИ", "АБОНАМЕНТИ", "SUBSCRIPTIONS"), "subscription.list", {}),
        (each("СТОП", "СТОП", "STOP", "12"), "subscription.stop", {"subscription": 12}),
        (("СТОП ВСЕ", "СТОП ВСИЧКИ", "STOP ALL"), "subscription.stop_all", {}),
        (("Стоп всё!", "стоп всички", "stop all."), "subscription.stop_all", {}),
    ),
    "B20": (
        (("ДЕТАЛИЗАЦИЯ", "ИЗВЛЕЧЕНИЕ", "STATEMENT"), "statement.show", {}),
        (each("ДЕТАЛИЗАЦИЯ", "ИЗВЛЕЧЕНИЕ", "STATEMENT", "010516 310516"), "statement.show", PERIOD),
        (each("ДЕТАЛИЗАЦИЯ", "ИЗВЛЕЧЕНИЕ", "STATEMENT", "01.05.16 31.05.2016"), "statement.show", PERIOD),
        (
            each("ДЕТАЛИЗАЦИЯ", "ИЗВЛЕЧЕНИЕ", "STATEMENT", "01.05.2016, 31-05-16 Anna.B-2@mail.ru"),
            "statement.show",
            {**PERIOD, "email": "Anna.B-2@mail.ru"},
        ),
    ),
    "B21": ((("РАСХОДЫ", "РАЗХОДИ", "EXPENSES"), "charges.last", {}),),
    "C1": (
        (each("АВТОПЛАТЕЖ", "АВТОПЛАЩАНЕ", "AUTOPAY", "30 50"), "autopay.below", {"threshold": 3000, "amount": 5000}),
        (("АВТОПЛАТЁЖ ВЫКЛ", "АВТОПЛАЩАНЕ ИЗКЛ", "AUTOPAY OFF"), "autopay.off", {}),
    ),
    "C2": (
        (("СЧЕТ", "ФАКТУРА", "BILL"), "bill.show", {}),
        (each("СЧЁТ", "ФАКТУРА", "BILL", "1 500"), "bill.pay", {"amount": 150_000}),
    ),
    "C3": (
        (each("РЕБЕНОК", "ДЕТЕ", "CHILD", "89161234567"), "child.show", {"number": N}),
        (each("РЕБЕНОК", "ДЕТЕ", "CHILD", "+ 89161234567"), "child.add", {"number": N}),
        (each("РЕБЕНОК", "ДЕТЕ", "CHILD", "+79161234567"), "child.add", {"number": N}),
        (each("РЕБЕНОК", "ДЕТЕ", "CHILD", "- 89161234567"), "child.remove", {"number": N}),
    ),
    "C4": (
        (each("ЧС", "ЧЕРЕН", "BLACKLIST", "+ 89161234567"), "blacklist.bar", {"barred": N}),
        (each("ЧС", "ЧЕРЕН", "BLACKLIST", "+7 (916) 123 45 67"), "blacklist.bar", {"barred": N}),
        (each("ЧС", "ЧЕРЕН", "BLACKLIST", "+ Taxi24"), "blacklist.bar", {"barred": "TAXI24"}),
        (each("ЧС", "ЧЕРЕН", "BLACKLIST", "- 4555"), "blacklist.unbar", {"barred": "4555"}),
        (same("442*1"), "blacklist.connect", {}),
        (same("442*2"), "blacklist.disconnect", {}),
    ),
    "C5": (
        (each("СЕМЬЯ", "СЕМЕЙСТВО", "FAMILY", "+ 89161234567"), "family.invite", {"number": N}),
        (each("СЕМЬЯ", "СЕМЕЙСТВО", "FAMILY", "- 89161234567"), "family.remove", {"number": N}),
    ),
    "C6": (
        (("НОМЕРА", "НОМЕРАТА", "NUMBERS"), "numbers.list", {}),
        (each("НОМЕРА", "НОМЕРАТА", "NUMBERS", "+ 89161234567"), "numbers.link", {"number": N}),
        (each("НОМЕРА", "НОМЕРАТА", "NUMBERS", "- 89161234567"), "numbers.unlink", {"number": N}),
    ),
    "D1": ((("БАЛАНС", "БАЛАНС", "BALANCE"), "balance.show", {}), (same("11"), "balance.show", {})),
    "D2": (
        (each("БАЛАНС", "БАЛАНС", "BALANCE", "+7 916 123-45-67"), "permission.balance", {"number": N}),
        (same("2137"), "permission.show", {}),
        (same("2337"), "permission.show", {}),
    ),
    "D3": (
        (each("ПЕРЕВОД", "ПРЕВОД", "TRANSFER", "89161234567 50"), "transfer.send", {"number": N, "amount": 5000}),
        (each("КОД", "КОД", "CODE", "4821"), "confirm.accept", {"code": "4821"}),
    ),
    "D4": (
        (
            each("РЕГУЛЯРНО", "РЕДОВНО", "REGULAR", "89161234567 3 50"),
            "regular.set",
            {"number": N, "period": "monthly", "amount": 5000},
        ),
    ),
    "D5": (
        (each("ПЕРЕЗВОНИ", "ОБАДИСЕ", "CALLME", "89161234567"), "callback.call_me", {"number": N}),
        (each("ПЕРЕЗВОНИ", "ОБАДИ СЕ", "CALL ME", "89161234567"), "callback.call_me", {"number": N}),
    ),
    "D6": (
        (each("ПОПРОСИТЬ", "ПОМОЛИ", "ASK", "89161234567"), "callback.top_me_up", {"number": N}),
        (each("ПОПРОСИТЬ", "ПОМОЛИ", "ASK", "89161234567 50"), "callback.top_me_up", {"number": N, "amount": 5000}),
    ),
    "D7": (
        (each("ЯЗЫК", "ЕЗИК", "LANG", "RU"), "language.set", {"language": Language.RU}),
        (each("ЯЗЫК", "ЕЗИК", "LANG", "bg"), "language.set", {"language": Language.BG}),
        (each("ЯЗЫК", "ЕЗИК", "LANG", "EN"), "language.set", {"language": Language.EN}),
        (each("ЯЗЫК", "ЕЗИК", "LANG", "Lat"), "language.set", {"language": Language.LAT}),
    ),
    "D8": (
        (("ПОМОЩЬ", "ПОМОЩ", "HELP"), "help.show", {}),
        (each("ПОМОЩЬ", "ПОМОЩ", "HELP", "перевод"), "help.show", {"topic": "перевод"}),
    ),
    "D9": ((("ЖУРНАЛ", "ДНЕВНИК", "HISTORY"), "history.show", {}),),
    "D10": ((("ОТМЕНА", "ОТКАЗ", "CANCEL"), "confirm.cancel", {}),),
    "D11": (
        (("ДОВЕРИЕ ВКЛ", "ДОВЕРИЕ ВКЛ", "TRUST ON"), "trust.connect", {}),
        (("ДОВЕРИЕ ВЫКЛ", "ДОВЕРИЕ ИЗКЛ", "TRUST OFF"), "trust.disconnect", {}),
        (same("2118"), "trust.show", {}),
        (same("21180"), "trust.disconnect", {}),
    ),
    "D12": (
        (("ДА", "ДА", "YES"), "confirm.accept", {}),
        (("НЕТ", "НЕ", "NO"), "confirm.decline", {}),
        (each("ДА", "ДА", "YES", "4821"), "confirm.accept", {"code": "4821"}),
        (each("НЕТ", "НЕ", "NO", "4821"), "confirm.decline", {"code": "4821"}),
    ),
}

NATIVE: tuple[tuple[str, tuple[str, str, str], str, Arguments], ...] = (
    ("4555", same("0"), "bonus.leave", {}),
    ("4555", same("что угодно"), "bonus.join", {}),
    ("4555", ("БАЛЛЫ", "ТОЧКИ", "POINTS"), "bonus.show", {}),
    ("4555", each("ПОДАРОК", "ПОДАРЪК", "GIFT", "9161234567 50"), "bonus.gift", {"number": N, "points": 50}),
    ("4555", each("ПОДАРОК", "ПОДАРЪК", "GIFT", "+79161234567 50"), "bonus.gift", {"number": N, "points": 50}),
    ("8111", same("что угодно"), "services.list", {}),
    ("8111", each("ОТКЛЮЧИТЬ", "ИЗКЛЮЧИ", "DISCONNECT", "12"), "services.disconnect", {"service": 12}),
    ("6677", ("КТО", "КОЙ", "WHO"), "locator.list", {}),
    ("6677", same("Мама 8 916 123 45 67"), "locator.add", {"contact": "Мама", "number": N}),
    ("6677", each("ГДЕ", "КЪДЕ", "WHERE", "Мама"), "locator.find", {"contact": "Мама"}),
    ("6677", each("ГДЕ", "КЪДЕ", "WHERE", "89161234567"), "locator.find", {"number": N}),
    ("6677", each("УДАЛИТЬ", "ИЗТРИЙ", "DELETE", "Мама"), "locator.remove", {"contact": "Мама"}),
    ("6677", each("УДАЛИТЬ", "ИЗТРИЙ", "DELETE", "89161234567"), "locator.remove", {"number": N}),
    ("6677", each("ТОЧКА", "ТОЧКА", "POINT", "Дача"), "locator.place", {"place": "Дача"}),
    ("6677", each("СОХРАНИТЬ", "ЗАПАЗИ", "SAVE", "Дача"), "locator.place", {"place": "Дача"}),
    ("6677", ("ПАКЕТ", "ПАКЕТ", "PACKAGE"), "locator.package", {}),
    ("6677", ("ПАКЕТ ВКЛЮЧИТЬ", "ПАКЕТ ВКЛЮЧИ", "PACKAGE ON"), "locator.package_on", {}),
    ("6677", ("ПАКЕТ СТОП", "ПАКЕТ СТОП", "PACKAGE STOP"), "locator.package_off", {}),
    ("6677", ("ОТКЛЮЧИТЬ", "ИЗКЛЮЧИ", "DISCONNECT"), "locator.stop", {}),
    ("6677", ("ПОМОЩЬ", "ПОМОЩ", "HELP"), "help.show", {"topic": "6677"}),
    ("6677", each("ПОМОЩЬ", "ПОМОЩ", "HELP", "баланс"), "help.show", {"topic": "баланс"}),
    ("6677", each("БАЛАНС", "БАЛАНС", "BALANCE", "89161234567"), "permission.balance", {"number": N}),
    ("6677", each("ОТКЛЮЧИТЬ", "ИЗКЛЮЧИ", "DISCONNECT", "12"), "services.disconnect", {"service": 12}),
)

CELLS = (*(f"A{n}" for n in range(1, 7)), *(f"B{n}" for n in range(1, 22)), *(f"C{n}" for n in range(1, 7)),
         *(f"D{n}" for n in range(1, 13)))  # fmt: skip

Form = tuple[str, Channel, str, str, str, Arguments]
"""Cell, channel, short number, text, command, arguments."""


def forms() -> Iterator[Form]:
    for cell, rows in DIALLED.items():
        for text, command, arguments in rows:
            yield cell, Channel.USSD, "", text, command, arguments
    for cell, texted in TEXTED.items():
        for texts, command, arguments in texted:
            for text in dict.fromkeys(texts):
                yield cell, Channel.SMS, "111", text, command, arguments
    for to, texts, command, arguments in NATIVE:
        for text in dict.fromkeys(texts):
            yield to, Channel.SMS, to, text, command, arguments


FORMS = tuple(forms())


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    """The gateway's own plan with its own commands."""
    catalogue = load_catalogue(None)
    commands = {name: handler.command for name, handler in collect().items()}
    return Grammar(catalogue.codes, catalogue.operator, commands)


@pytest.mark.parametrize(
    ("cell", "channel", "to", "text", "command", "arguments"),
    FORMS,
    ids=[f"{cell}-{channel}-{text}" for cell, channel, _, text, _, _ in FORMS],
)
def test_form(
    grammar: Grammar, cell: str, channel: Channel, to: str, text: str, command: str, arguments: Arguments
) -> None:
    """Each form of the plan is read as its command, with its arguments normalised, and nothing is asked."""
    reading = grammar.read(text, channel, to)

    assert (UNDERSTOOD, command, arguments) == (reading.outcome, reading.command, reading.arguments)


def test_every_cell_of_the_plan_is_here() -> None:
    """The tables have every row of the plan, dialled and texted (B7 to D12 all have keywords)."""
    assert set(CELLS) == {*DIALLED}
    assert set(CELLS) == {*TEXTED}


def test_every_pattern_is_exercised(grammar: Grammar) -> None:
    """No pattern of the catalogue is without an example: it would be a form that nobody has read."""
    by_row: dict[tuple[int, Channel], set[tuple[str, ...]]] = {}
    for _, channel, to, text, _, _ in FORMS:
        reading = grammar.read(text, channel, to)
        assert reading.row is not None
        by_row.setdefault((id(reading.row), channel), set()).add(tuple(sorted(reading.arguments)))
    missing = [
        (leaf.row.command, leaf.text)
        for leaf in grammar.tries.leaves
        if tuple(sorted({*leaf.names, *leaf.fixed})) not in by_row.get((id(leaf.row), leaf.channel), set())
    ]

    assert [] == missing


def test_case_does_not_matter(grammar: Grammar) -> None:
    """Each texted form means the same in small letters."""
    for _, channel, to, text, command, _ in FORMS:
        if channel is Channel.SMS:
            assert command == grammar.read(text.lower(), channel, to).command, text


def test_secrets_have_names_that_the_journal_hides(grammar: Grammar) -> None:
    """A field filled with a secret has one of the names that are never written."""
    named = {
        name
        for leaf in grammar.tries.leaves
        for name, kind in zip(leaf.names, (each for each in leaf.items if not isinstance(each, str)), strict=True)
        if kind.secret
    }

    assert {"code", "password", "card"} == named
    assert named <= SECRET_ARGUMENTS


def test_every_row_says_what_it_does(grammar: Grammar) -> None:
    """Each row describes itself in the three languages, in the few words that a suggestion has room for."""
    for row in grammar.codes:
        for language in (Language.RU, Language.BG, Language.EN):
            assert 0 < len(row.about.get(language, "")) <= 33, row.command


def test_help_has_words_for_every_placeholder(grammar: Grammar) -> None:
    """Whatever a form has in angle brackets, help writes in the reader's language."""
    named = {name for leaf in grammar.tries.leaves for name in re.findall(r"<(\w+)>", leaf.text)}

    assert set() == named - {*PLACEHOLDERS}
