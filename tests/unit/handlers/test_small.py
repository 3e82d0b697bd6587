"""Language, history, help, and for whom one acts."""

from __future__ import annotations

import msgspec
import pytest

from gateway.commands import CodeLine, Outcome, Reply
from gateway.handlers import help as help_
from gateway.handlers import history, language, login
from gateway.model import (
    MINUTE_MS,
    AccountId,
    Acting,
    Cabinet,
    Instant,
    Language,
    Msisdn,
    Person,
    PersonId,
    Recent,
    Subscriber,
    TariffId,
)
from tests.unit.handlers.desk import NOON, Desk

ACTOR = Msisdn("79161234567")
LINKED = Msisdn("79167654321")
ME = Subscriber(ACTOR, PersonId("P1"), "moscow", TariffId(1), AccountId(ACTOR))


def sms(ru: str, bg: str, en: str, tail: str = "") -> dict[str, str]:
    return {Language.RU: ru + tail, Language.BG: bg + tail, Language.EN: en + tail}


CODES = (
    CodeLine("balance.show", "*100#", sms("БАЛАНС", "БАЛАНС", "BALANCE")),
    CodeLine("numbers.connect", "*111*828*1#", {}, sms("подключить", "включване", "connect")),
    CodeLine("numbers.list", "*111*828#", sms("НОМЕРА", "НОМЕРАТА", "NUMBERS")),
    CodeLine("numbers.link", "*111*828*3*<number>#", sms("НОМЕРА", "НОМЕРАТА", "NUMBERS", " + <number>")),
    CodeLine("transfer.send", "*112*<number>*<amount>#", sms("ПЕРЕВОД", "ПРЕВОД", "TRANSFER", " <number> <amount>")),
    CodeLine("transfer.confirm", "*112*<code>#", {}),
    CodeLine("transfer.form", "*111*7#", {}),
    CodeLine("confirm.accept", "*111*97*<code>#", sms("ДА", "ДА", "YES", " <code>")),
    CodeLine("confirm.cancel", "*111*98#", sms("ОТМЕНА", "ОТКАЗ", "CANCEL")),
    CodeLine("language.set", "*111*6*<1-4>#", sms("ЯЗЫК", "ЕЗИК", "LANG", " <RU|BG|EN|LAT>")),
    CodeLine("help.menu", "*111#", {}),
    CodeLine("help.show", "", sms("ПОМОЩЬ", "ПОМОЩ", "HELP", " <topic>")),
)


def desk(me: Subscriber = ME, *, reader: Language = Language.RU, linked: bool = True) -> Desk:
    cabinets = (Cabinet("moscow", (ACTOR, LINKED)),) if linked else ()
    other = msgspec.structs.replace(ME, msisdn=LINKED, account=AccountId(LINKED))
    return Desk(me, other, persons=[Person(ME.person, cabinets=cabinets)], code_list=CODES, language=reader)


# --- language -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [None, *Language])
@pytest.mark.parametrize("after", list(Language))
def test_the_language_is_stored_and_answers_already(before: Language | None, after: Language) -> None:
    """The answer comes in the new language; saying it again answers the same and changes nothing."""
    at = desk(msgspec.structs.replace(ME, language=before))

    outcome = at.do(language.set_language, ACTOR, language=after)

    assert outcome.replies == (Reply(ACTOR, "language-set", {"language": after.value}, language=after),)
    assert at.known[ACTOR].language is after
    assert bool(outcome.changed) == (before is not after)


# --- history --------------------------------------------------------------------------------------------------------


def listed(*recent: Recent, reader: Language = Language.RU) -> list[str]:
    (reply,) = desk(msgspec.structs.replace(ME, recent=recent), reader=reader).do(history.show, ACTOR).replies
    assert reply.text == "history-list"
    return str(reply.arguments["lines"]).split("\n")


NAMED = [
    (Recent(1, NOON, "balance.show"), Language.RU, "10.03 12:00 + БАЛАНС"),
    (Recent(1, NOON, "balance.show"), Language.EN, "10.03 12:00 + BALANCE"),
    (Recent(1, NOON, "numbers.link", "not_on"), Language.BG, "10.03 12:00 - НОМЕРАТА +"),
    (Recent(1, NOON, "transfer.send"), Language.LAT, "10.03 12:00 + ПЕРЕВОД"),
    (Recent(1, NOON, "transfer.confirm", "wrong_code"), Language.RU, "10.03 12:00 - *112*..#"),
    (Recent(1, NOON, "melody.gone"), Language.RU, "10.03 12:00 + melody.gone"),
    (Recent(1, NOON, "", "unknown_code"), Language.RU, "10.03 12:00 - ?"),
]


@pytest.mark.parametrize(("recent", "reader", "line"), NAMED)
def test_a_line_of_the_history(recent: Recent, reader: Language, line: str) -> None:
    """Time by the operator's clock, result, and the command's keyword; else its code, else its name."""
    assert listed(recent, reader=reader) == [line]


def test_the_history_keeps_its_order() -> None:
    """All stored commands, the newest first, as they are stored."""
    lines = listed(*[Recent(5 - age, Instant(NOON - age * MINUTE_MS), "balance.show") for age in range(5)])

    assert [line.split()[1] for line in lines] == ["12:00", "11:59", "11:58", "11:57", "11:56"]


def test_an_empty_history() -> None:
    """Who has not given a command yet is told where to begin."""
    assert desk().do(history.show, ACTOR) == Outcome(replies=(Reply(ACTOR, "history-empty"),))


# --- help -----------------------------------------------------------------------------------------------------------

MENU_RU = "*100# БАЛАНС\n*111*828# НОМЕРА\n*112*номер*сумма# ПЕРЕВОД\n*111*98# ОТМЕНА\n*111*6*1-4# ЯЗЫК"
MENU_BG = "*100# БАЛАНС\n*111*828# НОМЕРАТА\n*112*номер*сума# ПРЕВОД\n*111*98# ОТКАЗ\n*111*6*1-4# ЕЗИК"
MENU_EN = "*100# BALANCE\n*111*828# NUMBERS\n*112*number*sum# TRANSFER\n*111*98# CANCEL\n*111*6*1-4# LANG"


@pytest.mark.parametrize(
    ("reader", "codes"),
    [(Language.RU, MENU_RU), (Language.BG, MENU_BG), (Language.EN, MENU_EN), (Language.LAT, MENU_RU)],
)
@pytest.mark.parametrize("handler", [help_.menu, help_.show])
def test_the_menu(handler: object, reader: Language, codes: str) -> None:
    """`*111#`, and help without a word: one line for each function, in the reader's words."""
    outcome = desk(reader=reader).do(handler, ACTOR)  # type: ignore[arg-type]

    assert outcome == Outcome(replies=(Reply(ACTOR, "help-menu", {"codes": codes, "rest": 0}),))


SEND_RU = "*112*номер*сумма#, SMS ПЕРЕВОД номер сумма"
TOPICS = [
    ("ПЕРЕВОД", SEND_RU),
    ("«перевод»", SEND_RU),
    ("Transfer", SEND_RU),
    ("перевод 9161234567", SEND_RU),
    ("112", SEND_RU + "\n*112*код#"),
    ("*100#", "*100#, SMS БАЛАНС"),
    ("НОМЕРА", "*111*828#, SMS НОМЕРА\n*111*828*3*номер#, SMS НОМЕРА + номер"),
    ("828", "*111*828*1# подключить\n*111*828#, SMS НОМЕРА\n*111*828*3*номер#, SMS НОМЕРА + номер"),
    ("*111*828*1#", "*111*828*1# подключить"),
    ("7", "*111*7#"),
    ("язык", "*111*6*1-4#, SMS ЯЗЫК RU|BG|EN|LAT"),
    ("помощь", "SMS ПОМОЩЬ слово"),
]


@pytest.mark.parametrize(("topic", "forms"), TOPICS)
def test_the_right_form(topic: str, forms: str) -> None:
    """A keyword in any language or a number finds its forms, with words instead of placeholders."""
    (reply,) = desk().do(help_.show, ACTOR, topic=topic).replies

    assert reply == Reply(ACTOR, "help-forms", {"forms": forms})


@pytest.mark.parametrize("topic", ["", "  ", "?", "«»"])
def test_help_about_nothing_is_the_menu(topic: str) -> None:
    """A blank or a mere sign asks for everything."""
    assert desk().do(help_.show, ACTOR, topic=topic).replies[0].text == "help-menu"


@pytest.mark.parametrize(("topic", "shown"), [("пицца", "пицца"), ("999", "999"), (" * ", "*"), ("щ" * 500, "щ" * 20)])
def test_an_unknown_topic(topic: str, shown: str) -> None:
    """A word that no code has is repeated, shortened, with the way to the menu."""
    outcome = desk().do(help_.show, ACTOR, topic=topic)

    assert outcome.refusal == "unknown_topic"
    assert outcome.replies == (Reply(ACTOR, "help-unknown_topic", {"topic": shown}),)


# --- for whom one acts ----------------------------------------------------------------------------------------------

ACTING = msgspec.structs.replace(ME, acting=Acting(LINKED, Instant(NOON + 1)))
OVER = msgspec.structs.replace(ME, acting=Acting(LINKED, NOON))


@pytest.mark.parametrize(
    ("me", "linked", "reply"),
    [
        (ME, True, Reply(ACTOR, "login-who_own", {"number": ACTOR})),
        (ACTING, True, Reply(ACTOR, "login-who", {"number": LINKED, "minutes": 15})),
        (ACTING, False, Reply(ACTOR, "login-who_own", {"number": ACTOR})),
        (OVER, True, Reply(ACTOR, "login-who_own", {"number": ACTOR})),
    ],
    ids=["own", "acting", "unlinked", "over"],
)
def test_for_whom(me: Subscriber, linked: bool, reply: Reply) -> None:
    """The number that the next command is about: a linked one while that lasts, else one's own."""
    assert desk(me, linked=linked).do(login.who, ACTOR) == Outcome(replies=(reply,))


@pytest.mark.parametrize(
    ("me", "linked", "reply"),
    [
        (ME, True, Reply(ACTOR, "login-who_own", {"number": ACTOR})),
        (ACTING, True, Reply(ACTOR, "login-out", {"number": LINKED})),
        (ACTING, False, Reply(ACTOR, "login-who_own", {"number": ACTOR})),
        (OVER, True, Reply(ACTOR, "login-who_own", {"number": ACTOR})),
    ],
    ids=["own", "acting", "unlinked", "over"],
)
def test_back_to_ones_own(me: Subscriber, linked: bool, reply: Reply) -> None:
    """Acting ends, and nothing of it is left; saying it again says that it is so."""
    at = desk(me, linked=linked)

    outcome = at.do(login.out, ACTOR)

    assert outcome.replies == (reply,)
    assert at.known[ACTOR] == ME


def test_these_concern_the_actors_own_number() -> None:
    """Language, history, help and acting are the actor's own, also while he acts for another."""
    kinds = (language.Set, history.Show, help_.Menu, help_.Show, login.Who, login.Out)

    assert [kind.own_number_only for kind in kinds] == [True] * 6
