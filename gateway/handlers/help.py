"""Help: which codes work now, and the right form of one command.

All of it is read from the operator's code table, so that help never promises a code that does not work.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.commands import CodeLine, Command, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import Language, Topic
from gateway.spellings import latin_spellings

TOPIC_ECHO_MAX = 20
"""How much of an unknown keyword a refusal repeats, in characters."""

ROOM = {Language.RU: 145, Language.BG: 145, Language.EN: 390, Language.LAT: 390}
"""Characters for the lines of the menu: three joined SMS (3 * 67 or 3 * 153, TS 23.040 9.2.3.24) less the last line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Command):
    name = "help.menu"
    own_number_only = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Command):
    name = "help.show"
    own_number_only = True
    topic: Topic = Topic("")


@handles(Menu)
def menu(command: Menu, uow: UnitOfWork) -> Outcome:
    """A line for each function: its shortest code and its keyword."""
    return Outcome(replies=(_menu_reply(command, uow),))


@handles(Show, refuses=["unknown_topic"])
def show(command: Show, uow: UnitOfWork) -> Outcome:
    """The forms of the command with that keyword or that number; without one, the menu."""
    wanted = _folded(command.topic)
    if not wanted:
        return Outcome(replies=(_menu_reply(command, uow),))
    language = _written(uow.language)
    found = [line for line in uow.code_list if _is_about(line, wanted)]
    if not found:
        return refused(command, "unknown_topic", topic=command.topic.strip()[:TOPIC_ECHO_MAX])
    forms = dict.fromkeys(filled for line in found if (filled := _form(line, language)))
    return Outcome(replies=(Reply(command.actor, "help-forms", {"forms": "\n".join(forms)}),))


def _menu_reply(command: Command, uow: UnitOfWork) -> Reply:
    language = _written(uow.language)
    families: dict[str, list[CodeLine]] = {}
    for line in uow.code_list:
        families.setdefault(line.command.partition(".")[0], []).append(line)
    rows = [row for family, lines in families.items() if family != "help" and (row := _menu_row(lines, language))]
    shown = _that_fit(rows, ROOM[uow.language])
    return Reply(command.actor, "help-menu", {"codes": "\n".join(shown), "rest": len(rows) - len(shown)})


def _that_fit(rows: Sequence[str], room: int) -> list[str]:
    """The first rows, as many as three joined SMS hold: the plan names the most needed ones first."""
    shown: list[str] = []
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        shown.append(row)
    return shown


def _menu_row(lines: Sequence[CodeLine], language: Language) -> str:
    """`*111*828# НОМЕРА`: the function's shortest code that has a keyword too, so that both do the same."""
    dialled = [line for line in lines if line.ussd]
    worded = [line for line in dialled if line.sms.get(language)]
    shortest = min(worded or dialled, key=lambda line: len(line.ussd), default=lines[0])
    keyword = shortest.sms.get(language, "").partition(" ")[0]
    return f"{_filled(shortest.ussd, language)} {keyword}".strip()


def _form(line: CodeLine, language: Language) -> str:
    """`*112*номер*сумма#, SMS ПЕРЕВОД номер сумма`: one row of the code table as a person types it.

    A code without a keyword does not say what it does, so that is added.
    """
    texted = line.sms.get(language, "")
    if not texted:
        return f"{_filled(line.ussd, language)} {line.about.get(language, '')}".rstrip()
    return _filled(f"{line.ussd}, SMS {texted}" if line.ussd else f"SMS {texted}", language)


def _is_about(line: CodeLine, wanted: str) -> bool:
    """By its keyword in any language, in Latin letters too, or by its number with or without the common `111`."""
    if re.fullmatch(r"[\d*# ]+", wanted):
        digits = re.findall(r"\d+", wanted)
        segments = re.findall(r"[^*#]+", line.ussd)
        if digits and digits in (segments[: len(digits)], segments[1 : len(digits) + 1]):
            return True
    keyword = wanted.split()[0]
    keywords = [_folded(form.partition(" ")[0]) for form in line.sms.values()]
    return any(keyword == each or (keyword.isascii() and keyword in latin_spellings(each)) for each in keywords)


def _folded(text: str) -> str:
    """Case, ё and quotation marks make no difference in a keyword."""
    return text.strip(" \t\r\n«»„“”\"'.,!?").casefold().replace("ё", "е")


def _written(language: Language) -> Language:
    """Russian in Latin letters is Russian here; the letters are changed when the text is sent."""
    return Language.RU if language is Language.LAT else language


def _filled(form: str, language: Language) -> str:
    """A form with words where the table has placeholders: `<number>` is `номер`, `<network:1-4>` is `1-4`."""

    def word(found: re.Match[str]) -> str:
        name, _, bounds = found[1].partition(":")
        return PLACEHOLDERS.get(name, {}).get(language, bounds or name)

    return re.sub(r"<([^<>]+)>", word, form)


PLACEHOLDERS: dict[str, dict[Language, str]] = {
    name: {Language.RU: ru, Language.BG: bg, Language.EN: en}
    for name, ru, bg, en in (
        ("number", "номер", "номер", "number"),
        ("amount", "сумма", "сума", "sum"),
        ("code", "код", "код", "code"),
        ("service", "услуга", "услуга", "service"),
        ("tariff", "тариф", "тарифа", "tariff"),
        ("id", "код", "код", "id"),
        ("topic", "слово", "дума", "word"),
        ("language", "язык", "език", "language"),
        ("password", "пароль", "парола", "password"),
        ("card", "код карты", "код на картата", "card code"),
        ("period", "1-3", "1-3", "1-3"),
        ("threshold", "порог", "праг", "threshold"),
        ("day", "день", "ден", "day"),
        ("since", "с ДДММГГ", "от ДДММГГ", "from DDMMYY"),
        ("until", "по ДДММГГ", "до ДДММГГ", "to DDMMYY"),
        ("email", "почта", "имейл", "e-mail"),
        ("contact", "имя", "име", "name"),
        ("place", "имя", "име", "name"),
        ("melody", "мелодия", "мелодия", "melody"),
        ("reward", "награда", "награда", "reward"),
        ("subscription", "подписка", "абонамент", "subscription"),
        ("picture", "картинка", "картинка", "picture"),
        ("points", "баллы", "точки", "points"),
        ("barred", "номер", "номер", "number"),
        ("old", "старый номер", "стар номер", "old number"),
        ("delay_s", "секунды", "секунди", "seconds"),
        ("text", "текст", "текст", "text"),
    )
}
"""What a person reads for a placeholder of the code table; a name that is not here is shown as it stands."""
