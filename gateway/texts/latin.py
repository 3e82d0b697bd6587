"""Cyrillic to Latin, so that a text fits the GSM 7-bit default alphabet (TS 23.038 6.2.1).

Russian by the scheme of international passports and GOST R 52535 in its readable spelling (ю yu, я ya, й y),
Bulgarian by the streamlined system of the Transliteration Act (word-final ия is ia, България is Bulgaria).
The result always fits the alphabet: what has no Latin form becomes `?`. Case is kept: ЩУКА is SHCHUKA, Щука is
Shchuka. It knows nothing of texts and never fails.
"""

from __future__ import annotations

import re
import unicodedata

from gateway.model import Language
from smpp.text import fits_gsm7

_SHARED = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "ч": "ch",
    "ш": "sh", "ц": "ts", "ы": "y", "э": "e", "ю": "yu", "я": "ya", "ѝ": "i",
    # Neighbours' letters turn up in names and in what people quote.
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz",
    "ѓ": "g", "ќ": "k", "ѕ": "dz",
}  # fmt: skip
_RUSSIAN = _SHARED | {"ё": "e", "х": "kh", "щ": "shch", "ъ": "", "ь": ""}
_BULGARIAN = _SHARED | {"ё": "yo", "х": "h", "щ": "sht", "ъ": "a", "ь": "y"}

_TYPOGRAPHIC = {
    "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"',
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "‹": "'", "›": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "№": "N", "₽": "RUB", "•": "-", "·": ".", "×": "x", "→": "->", "←": "<-", "≤": "<=", "≥": ">=",
    "\t": " ", "\v": " ", "\f": " ", "\x1b": "", "\x85": "\n", "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip

_FOLLOWED_BY_CAPITAL = r"(?=[A-ZА-ЯЁ])"
_BEHIND_CAPITAL = r"(?<=[A-ZА-ЯЁ].)"
_BULGARIAN_END = re.compile(r"(?:и|И)(?:я|Я)\b")


class _Table(dict[int, str]):
    """For `str.translate`: every character of the alphabet and of the scheme; the rest is worked out when met.

    It is not changed after it was made: what strangers send must not make it grow.
    """

    def __missing__(self, character: int) -> str:
        sign = chr(character)
        if unicodedata.category(sign) in {"Mn", "Me", "Cf", "Cc"}:
            return ""
        if unicodedata.category(sign) == "Zs":
            return " "
        if unicodedata.decimal(sign, None) is not None:
            return str(unicodedata.decimal(sign))
        parts = unicodedata.normalize("NFKD", sign)
        return parts.translate(self) if parts != sign else "?"


def _table(scheme: dict[str, str]) -> _Table:
    """A table in which a capital of several letters is written as at the head of a word (Щ: Shch)."""
    table = _Table({code: chr(code) for code in range(0x20AD) if fits_gsm7(chr(code))})
    table.update({ord(sign): plain for sign, plain in _TYPOGRAPHIC.items()})
    table.update({ord(letter): latin for letter, latin in scheme.items()})
    table.update({ord(letter.upper()): latin.capitalize() for letter, latin in scheme.items()})
    return table


def _capitals(scheme: dict[str, str]) -> re.Pattern[str]:
    """Finds the capitals of several Latin letters that stand beside another capital."""
    letters = "".join(letter.upper() for letter, latin in scheme.items() if len(latin) > 1)
    return re.compile(f"[{letters}](?:{_FOLLOWED_BY_CAPITAL}|{_BEHIND_CAPITAL})")


_RUSSIAN_TABLE, _BULGARIAN_TABLE = _table(_RUSSIAN), _table(_BULGARIAN)
_RUSSIAN_CAPITALS, _BULGARIAN_CAPITALS = _capitals(_RUSSIAN), _capitals(_BULGARIAN)


def _russian_capital(match: re.Match[str]) -> str:
    return _RUSSIAN[match[0].lower()].upper()


def _bulgarian_capital(match: re.Match[str]) -> str:
    return _BULGARIAN[match[0].lower()].upper()


def _bulgarian_end(match: re.Match[str]) -> str:
    return ("I" if match[0][0] == "И" else "i") + ("A" if match[0][1] == "Я" else "a")


def transliterate(text: str, language: Language) -> str:
    """The text in letters of the GSM 7-bit alphabet: Bulgarian by its own system, all else by the Russian one."""
    if text.isascii() and text.isprintable() and "`" not in text:
        return text
    if language is Language.BG:
        text = text.replace("България", "Bulgaria")
        if "ия" in text or "ИЯ" in text or "Ия" in text:
            text = _BULGARIAN_END.sub(_bulgarian_end, text)
        return _BULGARIAN_CAPITALS.sub(_bulgarian_capital, text).translate(_BULGARIAN_TABLE)
    return _RUSSIAN_CAPITALS.sub(_russian_capital, text).translate(_RUSSIAN_TABLE)
