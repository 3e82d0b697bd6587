"""The ways in which people spell a keyword: Latin letters, look-alike letters, the wrong keyboard, two words for one.

Everything that can be worked out from the keywords is worked out once, so that a word of a message costs a lookup.
Nothing here knows commands: a spelling that leads to a keyword is only a proposal. Pure.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from msgspec.structs import replace

from gateway.arguments import UNIT, Token
from gateway.characters import Line, folded, plain
from gateway.model import Language
from gateway.parts import GLUED_MAX, PARTS_MAX, POLITE_WORDS
from gateway.texts.latin import transliterate

TRANSLITERATION = "transliteration"
LOOKALIKE_LETTERS = "lookalike_letters"
JOINED_WORDS = "joined_words"
KEYWORD_WORDS_MAX = 3
WORD_LENGTH_MAX = 64
CORRECTED_MAX = 24
"""Words of one line with letters or digits put right: more than the words and groups of digits of any command."""

# -- Latin letters ------------------------------------------------------------------------------------------------

_LATIN: dict[str, tuple[str, ...]] = {
    # What our own replies write comes first, then passports (ICAO 9303, and the one of 1997), GOST R 52535.1,
    # GOST 7.79 system B, the Bulgarian Transliteration Act, and what people write without any scheme.
    "а": ("a",), "б": ("b",), "в": ("v",), "г": ("g",), "д": ("d",), "е": ("e", "yo"), "ж": ("zh", "j"),
    "з": ("z",), "и": ("i",), "й": ("y", "i", "j", ""), "к": ("k",), "л": ("l",), "м": ("m",), "н": ("n",),
    "о": ("o",), "п": ("p",), "р": ("r",), "с": ("s",), "т": ("t",), "у": ("u",), "ф": ("f",),
    "х": ("kh", "h", "x"), "ц": ("ts", "tc", "c", "cz"), "ч": ("ch",), "ш": ("sh",),
    "щ": ("shch", "sht", "shh", "sch"), "ъ": ("", "a", "ie", "u", "y"), "ы": ("y", "i"), "ь": ("", "'", "y"),
    "э": ("e", "eh"), "ю": ("yu", "iu", "ju"), "я": ("ya", "ia", "ja"),
}  # fmt: skip
_SPELLINGS_MAX = 600
"""Of one keyword; the longest of the plan has some two hundred."""


@functools.cache
def latin_spellings(word: str) -> frozenset[str]:
    """A Cyrillic keyword in Latin letters, in every usual scheme and mixture of schemes; a Latin one has none."""
    if word.isascii():
        return frozenset()
    ways = [_LATIN.get(letter, (letter,)) for letter in word]
    return frozenset(map("".join, itertools.islice(itertools.product(*ways), _SPELLINGS_MAX)))


# -- look-alike letters -------------------------------------------------------------------------------------------

_TO_CYRILLIC = str.maketrans("abekmhopctxyiABEKMHOPCTXYI", "авекмнорстхуіАВЕКМНОРСТХУІ")
_TO_LATIN = str.maketrans("авекмнорстхуіѕјАВЕКМНОРСТХУІЅЈ", "abekmhopctxyisjABEKMHOPCTXYISJ")
"""Twins as capitals are printed: В is B, Н is H, У is Y."""

_DIGITS_AS_LETTERS = tuple(str.maketrans(*twins) for twins in (("03468", "озчбв"), ("0158", "olsb"), ("0158", "oisb")))
"""What a digit in a keyword stands for: in a Cyrillic one, in a Latin one, where 1 may be l or i."""

_MIXED_WORD = re.compile(
    r"(?<![^\W\d_])(?:(?=[^\W\d_]*[a-z])(?=[^\W\d_]*[^\W\d_a-z])[^\W\d_]+|p(?![^\W\d_]))", re.IGNORECASE
)
_LATIN_LETTER = re.compile(r"[a-zA-Z]")
"""A word in two alphabets, and the Latin letter that is typed for roubles."""


def with_letters(line: Line) -> Iterator[Line]:
    """The line with its mixed words in Latin letters, then in Cyrillic ones, as far as their letters have twins.

    The text keeps its length, so places stay true.
    """
    if _LATIN_LETTER.search(line.text) is None or _MIXED_WORD.search(line.text) is None:
        return
    for twins, latin in ((_TO_LATIN, True), (_TO_CYRILLIC, False)):
        text = _MIXED_WORD.sub(
            lambda word, twins=twins, latin=latin: _in_one(word[0], twins, latin),  # type: ignore[misc]
            line.text,
            CORRECTED_MAX,
        )
        if text != line.text:
            yield replace(line, text=text)


def _in_one(word: str, twins: Mapping[int, int], latin: bool) -> str:
    """The word in one alphabet; where a letter has no twin, or where it is longer than any word, as it is."""
    if len(word) > WORD_LENGTH_MAX:
        return word
    twin = word.translate(twins)
    return twin if twin.isascii() == latin and any(map(str.isascii, twin)) == latin else word


_DIGITS = {
    **dict.fromkeys("oOоО", "0"), **dict.fromkeys("lI|іІ", "1"), **dict.fromkeys("зЗ", "3"), "б": "6",
}  # fmt: skip
_DIGIT_TWINS = str.maketrans(_DIGITS)
_TWIN = re.escape("".join(_DIGITS))
_ANY_TWIN = re.compile(f"[{_TWIN}]")
_LOOKALIKE_RUN = re.compile(rf"(?<![\w|])(?=[0-9]*[{_TWIN}])[0-9{_TWIN}]++(?:(?!\w)|(?={UNIT}(?!\w)))", re.IGNORECASE)
"""One way only to match it, from one place only: a run of hundreds of twins is looked at once. Before a unit too."""
_CHUNK = re.compile(rf"(?<![^\s,;])[^\s,;{_TWIN}]*[{_TWIN}][^\s,;]*")
_ANY_DIGIT = re.compile(r"[0-9]")
_ANY_LETTER = re.compile(r"[^\W\d_]")


def with_digits(line: Line, *, dialled: bool) -> Line | None:
    """The line with letters that look like digits as digits (`1OO`, `l00`, `8916123456З`); None: there are none.

    In an SMS only what holds a digit already is a number. The text keeps its length, so places stay true.
    """
    if not (dialled or _ANY_DIGIT.search(line.text)) or _ANY_TWIN.search(line.text) is None:
        return None
    if dialled:
        text = _LOOKALIKE_RUN.sub(_as_digits, line.text, CORRECTED_MAX)
    else:
        text = _CHUNK.sub(_number_as_digits, line.text, CORRECTED_MAX)
    return None if text == line.text else replace(line, text=text)


def _number_as_digits(chunk: re.Match[str]) -> str:
    return _LOOKALIKE_RUN.sub(_as_digits, chunk[0]) if _ANY_DIGIT.search(chunk[0]) else chunk[0]


def _as_digits(found: re.Match[str]) -> str:
    return found[0].translate(_DIGIT_TWINS)


# -- the wrong keyboard -------------------------------------------------------------------------------------------

_QWERTY = "`qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
_KEYBOARDS = (
    "ёйцукенгшщзхъ\\фывапролджэячсмитьбю.",  # Russian
    "(,уеишщксдзц;(ьяаожгтнвмчюйъэфхпрлб",  # Bulgarian, BDS 5237
    "ючшертъуиопящьасдфгхйкл;'зжцвбнм,./",  # Bulgarian phonetic, BDS 5237:2006
    "чявертъуиопшщюасдфгхйкл;'зьцжбнм,./",  # Bulgarian phonetic, the traditional one
)
_Keys = dict[int, int]
_KEYS: tuple[tuple[_Keys, _Keys], ...] = tuple(
    (str.maketrans(one, other), str.maketrans(other, one))
    for letters in _KEYBOARDS
    for one, other in ((_QWERTY, letters), (letters, _QWERTY))
)
"""(what was meant by what was typed, the way back): a Cyrillic word on QWERTY, a Latin word on a Cyrillic keyboard."""

_WITHOUT_SHIFT = str.maketrans('<>:"{}~|?', ",.;'[]`\\/")
_FIRST_WORD = re.compile(r"[^\s\d+\-\"«»“”„*#=]+")
_CLOSING = ".,;!?/"
_AROUND = re.compile(r"\s*[(\[{<\-–—−\s]*")
_BEHIND = re.compile(r"[)\]}>\-–—−\s.!?]*")
_DASHES = "-–—−"
_GLUED_UNIT = re.compile(r"(\d[\d.]*)([^\d\s]+)")
_UNIT_WORD = re.compile(UNIT)
_KEYBOARD_CHUNK = re.compile(r"[\s\"«»“”„+\-]+|[^\s\"«»“”„+\-\d]+|\d[^\s]*|.", re.DOTALL)
"""Numbers with what is glued to them are no words, and stay; but for a unit."""


def _without_shift(chunk: str) -> str:
    lower = chunk.lower()
    if lower.isalpha():
        return lower if len(lower) == len(chunk) else chunk
    # A sign that grows or shrinks without its capital (İ) is on none of these keyboards.
    return lower.translate(_WITHOUT_SHIFT) if len(lower) == len(chunk) else chunk


def _bare(typed: str) -> str:
    """The line with spaces in place of brackets and dashes around it; its length stays, and so do places in it."""
    around, behind = _AROUND.match(typed), _BEHIND.match(typed[::-1])
    assert around is not None  # both may be empty
    assert behind is not None
    last = max(around.end(), len(typed) - behind.end())
    return " " * around.end() + typed[around.end() : last] + " " * (len(typed) - last)


def _most_likely(latin: str, words: Sequence[str]) -> str:
    """Of keywords of one command the one that is written so by the rules of its language, else the first."""
    systems = (Language.RU, Language.BG)
    return next((word for word in words if latin in {transliterate(word, each) for each in systems}), words[0])


class Vocabulary:
    """The keywords of the plan, and all the ways of spelling them. Words are folded."""

    def __init__(
        self, words: Mapping[str, frozenset[int]], phrases: Iterable[Sequence[str]], signed: Set[str] = frozenset()
    ) -> None:
        """`words`: each keyword with the rows of the plan that it stands in, in their order.

        `phrases`: keywords of several words, as patterns begin. `signed`: those that a sign may follow.
        """
        self._signed = signed
        self.words = frozenset(words)
        spelled: dict[str, list[str]] = {}
        for word in words:
            for latin in latin_spellings(word):
                spelled.setdefault(latin, []).append(word)
        self._latin = {
            latin: _most_likely(latin, found)
            for latin, found in spelled.items()
            # A spelling of keywords of different commands would be a guess.
            if latin not in self.words and len({words[word] for word in found}) == 1
        }
        # STOP is English, and СТОП in Latin letters where the word behind it is Russian: `STOP VSE`.
        self._either = {latin: found[0] for latin, found in spelled.items() if latin in self.words and len(found) == 1}
        self._longest = 2 * max(map(len, [*words, *self._latin]), default=0)  # with a dash between any two letters
        self._apart = {"".join(words): tuple(words) for words in phrases}
        self._mistyped: dict[str, list[_Keys]] = {}
        for word in self.words | POLITE_WORDS:
            for meant, back in _KEYS:
                # Keywords are folded: счёт typed with its ё is found as well.
                for written in {word, word.replace("е", "ё")}:
                    typed = written.translate(back)
                    if typed != word and folded(typed.translate(meant)) == word:
                        self._mistyped.setdefault(typed, []).append(meant)

    def keyword(self, word: str) -> tuple[str, str] | None:
        """(the keyword, the name of the correction) that a word stands for; None: it is one already, or none."""
        if word in self.words or len(word) > self._longest:
            return None
        found = self._latin.get(word)
        if found is not None:
            return found, TRANSLITERATION
        # What is all Latin can only become Cyrillic, and the other way about.
        for twins in (_TO_CYRILLIC,) if word.isascii() else (_TO_LATIN, _TO_CYRILLIC):
            twin = word.translate(twins)
            if twin in self.words and twin.isascii() == (twins is _TO_LATIN):
                return twin, LOOKALIKE_LETTERS
        joined = word.replace("-", "")
        return (joined, JOINED_WORDS) if joined in self.words else None

    def takes_sign(self, word: str) -> bool:
        """Whether the keyword that a word stands for has forms with a sign."""
        for spelled in (word, *(word.translate(letters) for letters in _DIGITS_AS_LETTERS)):
            found = self.keyword(spelled)
            if (found[0] if found is not None else spelled) in self._signed:
                return True
        return False

    def respelled(self, tokens: Sequence[Token]) -> tuple[Sequence[Token], tuple[str, ...]]:
        """The tokens with their leading keywords as the plan spells them, and the corrections this took.

        A keyword is at most the first `KEYWORD_WORDS_MAX` words; what follows are arguments.
        """
        names: list[str] = []
        made: list[Token] = []
        taken = 0
        while taken < len(tokens) and len(made) < KEYWORD_WORDS_MAX:
            token = tokens[taken]
            taken += 1
            if taken < len(tokens) and tokens[taken].start == token.end:
                whole = self._with_digits(tokens, taken - 1)
                if whole is not None:
                    token, taken = whole
                    names.append(LOOKALIKE_LETTERS)
            found = self.keyword(token.key) if token.key[0].isalpha() else None
            if found is not None:
                names.append(found[1])
                token = token._replace(key=found[0])
            made.append(token)
            if made[0].key not in self.words:
                made += tokens[taken : taken + 1]  # no keyword yet, but the half of one perhaps
                taken += len(made) - 1
                break
        if TRANSLITERATION in names and made[0].key in self._either:
            made[0] = made[0]._replace(key=self._either[made[0].key])
        if len(made) > 1 and made[0].key + made[1].key in self.words:
            made[:2] = [Token(made[0].key + made[1].key, made[0].start, made[1].end)]
            names.append(JOINED_WORDS)
        elif made and made[0].key in self._apart and made[0].key not in self.words:
            first = made[0]
            words = self._apart[first.key]
            made[:1] = [Token(words[0], first.start, first.start + len(words[0]))] + [
                Token(word, first.end, first.end) for word in words[1:]
            ]
            names.append(JOINED_WORDS)
        if not names:
            return tokens, ()
        return [*made, *tokens[taken:]], tuple(dict.fromkeys(names))

    def _with_digits(self, tokens: Sequence[Token], first: int) -> tuple[Token, int] | None:
        """The keyword that letters and digits without a space between them make (`Н0МЕРА`), and the index after it."""
        after = first + 1
        last = min(len(tokens), first + GLUED_MAX)
        while after < last and tokens[after].start == tokens[after - 1].end and tokens[after].key.isalnum():
            after += 1
        if tokens[after - 1].end - tokens[first].start > self._longest:
            return None
        typed = "".join(token.key for token in tokens[first:after])
        for letters in _DIGITS_AS_LETTERS:
            word = typed.translate(letters)
            if word != typed and word.isalpha() and (word in self.words or self.keyword(word) is not None):
                return Token(word, tokens[first].start, tokens[after - 1].end), after
        return None

    def keyboards(self, line: Line) -> Iterator[Line]:
        """The line as it reads if the keyboard was set to another alphabet: from the text as typed, uncleaned."""
        typed = line.typed
        first = _FIRST_WORD.search(typed)
        if first is not None and folded(first[0].rstrip(_CLOSING)) in POLITE_WORDS:
            typed = " " * first.end() + typed[first.end() :]  # that was typed as it should be
        for text in dict.fromkeys((typed, _bare(typed))):  # first as it is: a bracket is a letter on some keyboards
            if (first := _FIRST_WORD.search(text)) is None:
                return
            word = _without_shift(first[0])
            undashed = any(was in _DASHES and now == " " for was, now in zip(typed, text, strict=True))
            for keys in self._mistyped.get(word, []) or self._mistyped.get(word.rstrip(_CLOSING), []):
                if undashed and self.takes_sign(folded(word.translate(keys))):
                    continue  # `НОМЕРА -` lacks its number
                yield replace(plain(self._retyped_line(text, keys)), typed=text)

    def _is_word(self, word: str, keys: _Keys) -> bool:
        return any(keys is each for each in self._mistyped.get(word, ()))

    def _retyped_line(self, typed: str, keys: _Keys) -> str:
        """The line as far as a command may reach; the rest of a longer one is somebody's message, and stays."""
        made, end = [], 0
        for chunk in itertools.islice(_KEYBOARD_CHUNK.finditer(typed), PARTS_MAX):
            made.append(self._retyped(chunk[0], keys))
            end = chunk.end()
        return "".join(made) + typed[end:]

    def _retyped(self, chunk: str, keys: _Keys) -> str:
        """A run of letters and marks; the closing marks of a sentence stay what they are behind a whole word."""
        if chunk[0].isdigit():
            glued = _GLUED_UNIT.fullmatch(chunk)
            unit = "" if glued is None else _without_shift(glued[2]).translate(keys)
            return glued[1] + unit if glued is not None and _UNIT_WORD.fullmatch(unit) else chunk
        if _ANY_LETTER.search(chunk) is None:
            return chunk
        unshifted = _without_shift(chunk)
        bare = unshifted.rstrip(_CLOSING)
        if bare != unshifted and not self._is_word(unshifted, keys) and self._is_word(bare, keys):
            return bare.translate(keys) + "." * (len(chunk) - len(bare))
        return unshifted.translate(keys)
