"""Texts: formats, plurals, what is refused at start-up, and that arguments stay data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.catalogue.faults import CatalogueError
from gateway.catalogue.products import Operator
from gateway.model import Instant, Language
from gateway.texts import LANGUAGES, RenderingError, Texts, TextsError
from smpp.text import fits_gsm7, split

RU, BG, EN, LAT = Language.RU, Language.BG, Language.EN, Language.LAT
MOSCOW = Operator()
SOFIA = Operator(country="BG", time_zone="Europe/Sofia", currency="EUR")
SEEDED = ("general", "part", "refusal")
SEGMENTS_MAX = 2

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes one file `a.ftl` a language: the same for all, or each its own."""

    def write(everywhere: str = "", **own: str) -> Path:
        for language in LANGUAGES:
            (tmp_path / language.value).mkdir(exist_ok=True)
            (tmp_path / language.value / "a.ftl").write_text(own.get(language.value, everywhere), encoding="utf-8")
        return tmp_path

    return write


def at(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> Instant:
    return Instant(int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * 1000)


def faults(folder: Path) -> list[str]:
    """The faults of a folder as `load` raises them; empty if it loads."""
    try:
        Texts.load(folder, operator=MOSCOW)
    except TextsError as error:
        return [str(fault) for fault in error.faults]
    return []


@pytest.fixture(scope="module")
def own() -> Texts:
    """The gateway's own texts."""
    return Texts.read(operator=MOSCOW)


# --- formats ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "ru", "en", "lat"),
    [
        (0, "0 руб.", "0 RUB", "0 rub."),
        (1, "0.01 руб.", "0.01 RUB", "0.01 rub."),
        (12_50, "12.50 руб.", "12.50 RUB", "12.50 rub."),
        (300_00, "300 руб.", "300 RUB", "300 rub."),
        (9_999_00, "9999 руб.", "9999 RUB", "9999 rub."),
        (99_999_99, "99 999.99 руб.", "99 999.99 RUB", "99 999.99 rub."),
        (-12_50, "-12.50 руб.", "-12.50 RUB", "-12.50 rub."),
        (-5, "-0.05 руб.", "-0.05 RUB", "-0.05 rub."),
        (1_234_567_00, "1 234 567 руб.", "1 234 567 RUB", "1 234 567 rub."),
    ],
)
def test_money_is_short_and_exact(write: Write, minor: int, ru: str, en: str, lat: str) -> None:
    """Whole sums have no decimals, all others have two; nothing is rounded."""
    texts = Texts.load(write("a = { MONEY($sum) }"), operator=MOSCOW)
    assert (ru, en, lat) == tuple(texts.render("a", {"sum": minor}, each) for each in (RU, EN, LAT))


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("RUB", ["12.50 руб.", "12.50 руб.", "12.50 RUB", "12.50 rub."]),
        ("BGN", ["12.50 лв.", "12.50 лв.", "12.50 BGN", "12.50 lv."]),
        ("EUR", ["12.50 евро", "12.50 €", "12.50 EUR", "12.50 evro"]),
        ("KZT", ["12.50 KZT", "12.50 KZT", "12.50 KZT", "12.50 KZT"]),
    ],
)
def test_money_is_in_the_operators_currency(write: Write, currency: str, expected: list[str]) -> None:
    """The currency is the operator's; one that has no name here goes by its ISO code."""
    texts = Texts.load(write("a = { MONEY($sum) }"), operator=Operator(currency=currency))
    assert expected == [texts.render("a", {"sum": 1250}, each) for each in (RU, BG, EN, LAT)]


@pytest.mark.parametrize(
    ("pattern", "ru", "en"),
    [
        ("{ MONEY($x) }.", "5 руб.", "5 RUB."),
        ("{ MONEY($x) }. Да", "5 руб. Да", "5 RUB. Да"),
        ("{ MONEY($x) }, да", "5 руб., да", "5 RUB, да"),
        ("{ MONEY($x) }...", "5 руб....", "5 RUB..."),
        ("{ $x }.", "500.", "500."),
    ],
)
def test_a_currencys_dot_ends_the_sentence_too(write: Write, pattern: str, ru: str, en: str) -> None:
    """`руб.` at the end of a sentence takes no second dot; the text is written with its own full stop."""
    texts = Texts.load(write(f"a = {pattern}"), operator=MOSCOW)
    assert (ru, en) == (texts.render("a", {"x": 500}, RU), texts.render("a", {"x": 500}, EN))


@pytest.mark.parametrize(
    ("instant", "operator", "expected"),
    [
        (at(2026, 3, 5, 11, 7), MOSCOW, "05.03.2026 05.03 14:07 05.03 14:07"),
        (at(2026, 12, 31, 21, 0), MOSCOW, "01.01.2027 01.01 00:00 01.01 00:00"),
        (at(2026, 7, 1, 11, 7), SOFIA, "01.07.2026 01.07 14:07 01.07 14:07"),
        (at(2026, 1, 1, 11, 7), SOFIA, "01.01.2026 01.01 13:07 01.01 13:07"),
    ],
)
def test_dates_are_the_operators(write: Write, instant: Instant, operator: Operator, expected: str) -> None:
    """Instants are shown in the operator's time zone, daylight saving included."""
    texts = Texts.load(write("a = { DATE($t) } { DAY($t) } { TIME($t) } { DATETIME($t) }"), operator=operator)
    assert [expected] * 4 == [texts.render("a", {"t": instant}, each) for each in Language]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"ru": "Щит", "bg": "Щит", "en": "Shield"}, ["Щит", "Щит", "Shield", "Shchit"]),
        ({"ru": "Щит"}, ["Щит", "Щит", "Щит", "Shchit"]),
        ({"en": "Shield"}, ["Shield", "Shield", "Shield", "Shield"]),
        ("Щит", ["Щит", "Щит", "Щит", "Shchit"]),
    ],
)
def test_names_are_the_readers(write: Write, names: object, expected: list[str]) -> None:
    """A product's name is shown in the reader's language, else in the first one that it has."""
    texts = Texts.load(write("a = { NAME($name) }"), operator=MOSCOW)
    assert expected == [texts.render("a", {"name": names}, each) for each in (RU, BG, EN, LAT)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [("79161234567", "+79161234567"), ("111", "111"), ("089012", "089012"), ("INFO", "INFO"), ("", "")],
)
def test_phones_can_be_copied_into_a_command(write: Write, number: str, expected: str) -> None:
    """Full numbers have their `+`; short numbers and letter senders are shown as they are."""
    texts = Texts.load(write("a = { PHONE($number) }"), operator=MOSCOW)
    assert expected == texts.render("a", {"number": number}, RU)


# --- plurals ------------------------------------------------------------------------------------------------------

PLURALS = {
    "ru": "a = { $n } { $n ->\n    [one] номер\n    [few] номера\n   *[many] номеров\n }",
    "bg": "a = { $n } { $n ->\n    [one] номер\n   *[other] номера\n }",
    "en": "a = { $n } { $n ->\n    [one] number\n   *[other] numbers\n }",
}
COUNTS = (0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 100, 101, 102, 111, 112, 1000, 1001)


@pytest.mark.parametrize(
    ("language", "one", "few"),
    [
        (RU, {1, 21, 101, 1001}, {2, 4, 22, 102}),
        (LAT, {1, 21, 101, 1001}, {2, 4, 22, 102}),
        (BG, {1}, set()),
        (EN, {1}, set()),
    ],
)
def test_plurals(write: Write, language: Language, one: set[int], few: set[int]) -> None:
    """Each count takes the form its language asks for; the number itself has no grouping."""
    words = {
        RU: ("номер", "номера", "номеров"),
        LAT: ("nomer", "nomera", "nomerov"),
        BG: ("номер", "", "номера"),
        EN: ("number", "", "numbers"),
    }[language]
    texts = Texts.load(write(**PLURALS), operator=MOSCOW)
    for n in COUNTS:
        expected = f"{n} {words[0 if n in one else 1 if n in few else 2]}"
        assert expected == texts.render("a", {"n": n}, language)
        assert expected == texts.render("a", {"n": n}, language), "the remembered choice"


@pytest.fixture(scope="module")
def plurals(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("plurals")
    for language, source in PLURALS.items():
        (folder / language).mkdir()
        (folder / language / "a.ftl").write_text(source, encoding="utf-8")
    return Texts.load(folder, operator=MOSCOW)


@given(st.integers(0, 100_000), st.sampled_from(LANGUAGES))
@settings(max_examples=100, deadline=None)
def test_plurals_agree_with_the_fluent_library(plurals: Texts, n: int, language: Language) -> None:
    """A compiled text says what fluent.runtime says of the same source."""
    bundle = FluentBundle([language.value], use_isolating=False)
    bundle.add_resource(FluentResource(PLURALS[language.value].replace("{ $n } {", "{", 1)))
    pattern = bundle.get_message("a").value
    assert pattern is not None
    expected, errors = bundle.format_pattern(pattern, {"n": n})
    assert (f"{n} {expected}", []) == (plurals.render("a", {"n": n}, language), errors)


def test_exact_values_and_words_select(write: Write) -> None:
    """A selector may name exact numbers and words, be nested, and hold placeables with functions."""
    source = """
a = { $kind ->
    [card] Карта: { $n ->
        [0] пусто
        [one] { MONEY($sum) } раз
        [few] раза
       *[many] раз
     }
   *[other] Иное { $kind }
 }, всё.
"""
    texts = Texts.load(write(source), operator=MOSCOW)
    expected = ["Карта: пусто, всё.", "Карта: 5 руб. раз, всё.", "Карта: раза, всё.", "Иное щит, всё."]
    tried = [("card", 0), ("card", 21), ("card", 3), ("щит", 1)]
    assert expected == [texts.render("a", {"kind": k, "n": n, "sum": 500}, RU) for k, n in tried]
    assert "Inoe shchit, vse." == texts.render("a", {"kind": "щит", "n": 1, "sum": 500}, LAT)


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"ru": "\na = А", "bg": "a = А", "en": "b = B"}, [
            "en/a.ftl:1: b: this text is missing in ru",
            "en/a.ftl:1: b: this text is missing in bg",
            "ru/a.ftl:2: a: this text is missing in en",
        ]),
        ({"ru": "a = { $x }", "bg": "\n\na = { $x }{ $y }", "en": "a = { $z }"}, [
            "bg/a.ftl:3: a: its variables differ from those in ru/a.ftl:1: it has besides $y",
            "en/a.ftl:1: a: its variables differ from those in ru/a.ftl:1: it lacks $x and has besides $z",
        ]),
        ({"everywhere": "a = А\n", "bg": "a = А\nb = { $x\nc = В\n"}, [
            'bg/a.ftl:3: syntax: Expected token: "}"',
            "bg/a.ftl:3: c: this text is missing in ru",
            "bg/a.ftl:3: c: this text is missing in en",
        ]),
        ({"everywhere": "a = А", "en": "a = A\n\n# note\na = B"}, [
            "en/a.ftl:4: a: this text is in en/a.ftl:1 already",
        ]),
        ({"everywhere": "a = { $x }", "en": "# note\na = text\n    { MONY($x) }"}, [
            "en/a.ftl:3: a: unknown function MONY; there are DATE, DATETIME, DAY, MONEY, NAME, PHONE, TIME",
        ]),
        ({"everywhere": "a = А", "en": "a = { NUMBER(5) }"}, [
            "en/a.ftl:1: a: unknown function NUMBER; there are DATE, DATETIME, DAY, MONEY, NAME, PHONE, TIME",
            "en/a.ftl:1: a: NUMBER takes exactly one variable: NUMBER($x)",
        ]),
        ({"everywhere": "a = { $x }", "en": 'a = { $x } { MONEY($x, style: "long") }'}, [
            "en/a.ftl:1: a: MONEY takes exactly one variable: MONEY($x)",
        ]),
        ({"everywhere": "a = А", "en": "a = { -brand }"}, ["en/a.ftl:1: a: there is no term -brand in this language"]),
        ({"everywhere": "a = А", "en": "-brand = { $x }\na = { -brand }"}, [
            "en/a.ftl:1: -brand: a term is plain words and nothing else",
        ]),
        ({"everywhere": "a = А\nb = Б", "en": "a = { b }\nb = B"}, [
            "en/a.ftl:1: a: a text cannot contain another text; use a term (-name) for shared words",
        ]),
        ({"everywhere": "a = А", "en": "a = A\n    .title = B"}, [
            "en/a.ftl:1: a: a text is one value, without attributes",
        ]),
        ({**PLURALS, "ru": "a = { $n ->\n    [one] номер\n   *[other] номеров\n }"}, [
            "ru/a.ftl:1: a: plural forms are missing: few, many (the default is one of them)",
        ]),
        ({**PLURALS, "en": 'a = { NAME($n) ->\n    [one] number\n   *[other] numbers\n }{ $n }'}, [
            "en/a.ftl:1: a: only a variable can be a selector: { $x -> ... }",
        ]),
    ],
)  # fmt: skip
def test_faults_name_the_file_and_the_line(write: Write, files: dict[str, str], expected: list[str]) -> None:
    """Each fault of the files is found at start-up and says where it is."""
    assert sorted(expected) == sorted(faults(write(**files)))


def test_all_faults_are_raised_at_once(write: Write) -> None:
    """One start shows every fault; `read` gives them without raising, and what can be rendered is."""
    folder = write(ru="a = { $x }\nb = { FOO($x) }", bg="a = { $x }\n?", en="a = { $x }")
    expected = ["bg/a.ftl:2", "ru/a.ftl:2", "ru/a.ftl:2", "ru/a.ftl:2"]
    assert expected == [fault.split(": ")[0] for fault in faults(folder)]
    texts = Texts.read(folder, operator=MOSCOW)
    assert expected == [f"{fault.file}:{fault.line}" for fault in texts.faults()]
    assert "5" == texts.render("a", {"x": 5}, EN)
    assert issubclass(TextsError, CatalogueError)


def test_a_missing_folder_and_bad_octets_are_faults(tmp_path: Path) -> None:
    """A language without a folder and a file that is not UTF-8 are named, not tracebacks."""
    (tmp_path / "ru").mkdir()
    (tmp_path / "ru" / "x.ftl").write_bytes("a = Да".encode("cp1251"))
    (tmp_path / "bg").mkdir()
    expected = [
        "en/: there is no folder for this language",
        "ru/x.ftl: this is not UTF-8: invalid continuation byte at octet 4",
    ]
    assert expected == faults(tmp_path)


OWN_HISTORY = "history-empty = -\nhistory-list = "


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"{OWN_HISTORY}{{ $lines }}", None),
        (f"{OWN_HISTORY}-", None),
        ("history-empty = -", "ru/history.ftl: history-list: this text is missing: {}"),
        (f"{OWN_HISTORY}{{ $surname }}", "ru/history.ftl:2: history-list: it has $surname, which nobody gives it"),
    ],
)
def test_a_file_that_replaces_own_texts_asks_for_no_more_than_they(
    source: str, expected: str | None, tmp_path: Path
) -> None:
    """Else a reply fails when it is first wanted, not when the gateway starts."""
    for language in LANGUAGES:
        (tmp_path / language.value).mkdir()
        (tmp_path / language.value / "history.ftl").write_text(source, encoding="utf-8")

    found = [str(each) for each in Texts.read(tmp_path, operator=MOSCOW, completed=True).faults()]

    missing = "a file here replaces the gateway's own of its name"
    assert found == ([] if expected is None else [expected.format(missing)])


def test_several_files_make_one_language(write: Write) -> None:
    """Every `.ftl` file of a language's folder is read, other files are not; terms hold across files."""
    folder = write("a = { -net }: А")
    for language in LANGUAGES:
        (folder / language.value / "b.ftl").write_text("b = Б\n-net = Сеть\n", encoding="utf-8")
        (folder / language.value / "notes.txt").write_text("?", encoding="utf-8")
    texts = Texts.load(folder, operator=MOSCOW)
    assert frozenset({"a", "b"}) == texts.names()
    assert "Сеть: А" == texts.render("a", {}, RU)


def test_variables_are_those_of_all_variants(write: Write) -> None:
    """A text needs the variables of each of its variants, selectors included."""
    source = "a = { $kind ->\n    [x] { MONEY($sum) }\n   *[y] { $n }\n }{ $tail }\nb = Да"
    texts = Texts.load(write(source), operator=MOSCOW)
    assert (frozenset({"kind", "sum", "n", "tail"}), frozenset()) == (texts.variables("a"), texts.variables("b"))
    with pytest.raises(KeyError):
        texts.variables("c")


# --- rendering ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    ["{", "}", "{ $x }", "{$secret}", "{ MONEY($secret) }", "{ -net }", "a\nb = c", "%s", "{0}", "\\u0041", ""],
)
def test_arguments_stay_data(write: Write, markup: str) -> None:
    """Whatever syntax an argument looks like, it comes out as it went in, with and without a selector."""
    source = "a = <{ $x }>\nb = { $n ->\n    [one] <{ $x }>\n    [few] -\n   *[other] -\n }\n"
    texts = Texts.load(write(source), operator=MOSCOW)
    arguments = {"x": markup, "n": 1, "secret": "no"}
    assert [f"<{markup}>"] * 2 == [texts.render(name, arguments, EN) for name in ("a", "b")]
    assert [f"<{markup}>"] * 2 == [texts.render(name, arguments, LAT) for name in ("a", "b")]


@given(st.text(max_size=40))
@settings(max_examples=80, deadline=None)
def test_any_argument_comes_out_as_it_went_in(own: Texts, value: str) -> None:
    """No marks are put around an argument, none of its characters is lost."""
    arguments = {"input": value, "right": "*100#"}
    assert f"После # лишнее: {value}. Наберите так: *100#" == own.render("refusal-tail", arguments, RU)
    assert fits_gsm7(own.render("refusal-tail", arguments, RU, latin=True))


@pytest.mark.parametrize("latin", [False, True])
@pytest.mark.parametrize("language", list(Language))
def test_a_codes_place_is_never_changed(write: Write, language: Language, latin: bool) -> None:
    """The value of `$code` may be a place that is filled at sending: it passes through, transliteration included."""
    place = "\ue000\ue000Ж"
    source = "a = { $code }\nb = { $n ->\n    [one] { $code }\n    [few] -\n   *[other] -\n }"
    texts = Texts.load(write(source), operator=MOSCOW)
    arguments = {"code": place, "n": 1}
    assert [place, place] == [texts.render(name, arguments, language, latin=latin) for name in ("a", "b")]


def test_latin_is_the_readers_language_in_latin_letters(write: Write) -> None:
    """`latin` transliterates Russian and Bulgarian, each its own way, and leaves English; LAT is Russian."""
    folder = write(ru="a = Щит «{ $x }»", bg="a = Щит „{ $x }“", en="a = Shield { $x }")
    texts = Texts.load(folder, operator=MOSCOW)
    expected = ['Shchit "borshch"', 'Shtit "borsht"', "Shield borshch", 'Shchit "borshch"']
    assert expected == [texts.render("a", {"x": "борщ"}, each, latin=True) for each in (RU, BG, EN, LAT)]
    assert 'Shchit "borshch"' == texts.render("a", {"x": "борщ"}, LAT)
    assert "Щит «борщ»" == texts.render("a", {"x": "борщ"}, RU)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("nothing", {}),
        ("plain", {}),
        ("plain", {"x": None}),
        ("plain", {"x": 1.5}),
        ("money", {"x": "12"}),
        ("money", {"x": None}),
        ("date", {"x": "today"}),
        ("date", {"x": 10**18}),
        ("name", {"x": {}}),
        ("name", {"x": 5}),
        ("phone", {"x": 79161234567}),
        ("choice", {"x": None}),
        ("choice", {"x": []}),
        ("choice", {}),
    ],
)
def test_unfit_arguments_are_a_named_error(write: Write, name: str, arguments: dict[str, object]) -> None:
    """A text that does not exist and an argument that is missing or unfit raise one error that names the text."""
    source = """
plain = { $x }
money = { MONEY($x) }
date = { DATE($x) }
name = { NAME($x) }
phone = { PHONE($x) }
choice = { $x ->
    [yes] да
   *[no] нет
 }
"""
    texts = Texts.load(write(source), operator=MOSCOW)
    with pytest.raises(RenderingError, match=f"text '{name}' in ru"):
        texts.render(name, arguments, RU)


def test_longest_takes_the_longest_variant_and_values(write: Write) -> None:
    """For counting segments: the longest plural form, sum, date and name of each language."""
    source = """
a = { NAME($name) } { MONEY($sum) } { DATE($to) } { $n } { $n ->
    [0] -
    [one] шаг
    [few] шага
   *[many] шаговввв
 }
"""
    texts = Texts.load(write(source), operator=MOSCOW)
    names = {"ru": "Щит и меч", "bg": "Щит", "en": "Shield"}
    longest = texts.longest("a", names=names)
    assert set(Language) == set(longest)
    assert "Щит и меч 99 999.99 руб. 01.01.1970 125 шаговввв" == longest[RU]
    assert "Shchit i mech 99 999.99 rub. 01.01.1970 125 shagovvvv" == longest[LAT]
    assert "Shield 99 999.99 RUB 01.01.1970 5 шаговввв" == texts.longest("a", names=names, samples={"n": 5})[EN]
    with pytest.raises(KeyError):
        texts.longest("b")


# --- the gateway's own texts --------------------------------------------------------------------------------------


def seeded() -> list[str]:
    return sorted(name for name in Texts.read(operator=MOSCOW).names() if name.partition("-")[0] in SEEDED)


def test_the_gateways_own_texts_have_no_fault() -> None:
    """Every text is there in every language with the same variables."""
    assert [] == [str(fault) for fault in Texts.read(operator=MOSCOW).faults()]


REFUSALS = [
    *("empty_part", "bad_number", "landline", "foreign_number", "self", "bad_sum", "out_of_range", "bad_date"),
    *("bad_period", "bad_id", "bad_card", "bad_code", "bad_pin", "pin_mismatch", "bad_email", "too_long", "tail"),
    *("superscript", "two_commands", "wrong_argument_count", "ambiguous"),
    *("unknown_code", "unknown_code-one", "unknown_code-two", "unknown_code-answer"),
    "unknown_code-other_number",
    *("wrong_argument_count-missing", "bad_date-reversed"),
]
AVAILABLE = {"input", "before", "part", "position", "right", "example", "length", "min", "max"} | {
    *("suggestion1", "about1", "suggestion2", "about2", "number"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_of_the_reading_has_a_text(own: Texts, refusal: str) -> None:
    """Each refusal says the right form or an example, and asks for no argument that the grammar has not."""
    name = f"refusal-{refusal}"
    assert name in own.names()
    assert own.variables(name) <= AVAILABLE
    assert own.variables(name) & {"example", "right", "suggestion1"}


@pytest.mark.parametrize("name", seeded())
def test_own_texts_fit_two_segments_and_latin_fits_gsm7(own: Texts, name: str) -> None:
    """At its longest a general text or refusal takes two short messages at most; Latin and English fit GSM 7 bit."""
    samples = {
        "input": "*111*8282*916123#",
        "before": "…*112*79161234567*",
        "example": "*112*9161234567*100#",
        "right": "*112*9161234567*сумма#",
        "what": "добавить номер 79161234568",
        "number": "79161234567",
        "code": "4321",
        "part": own.longest("part-id")[RU],
        "suggestion1": "*111*59#",
        "about1": "мой тариф",
        "suggestion2": "*111*8111#",
        "about2": "мои услуги",
        "min": 1,
        "max": 99999,
        "came": 254,
    }
    for language, text in own.longest(name, samples=samples).items():
        assert len(split(text).parts) <= SEGMENTS_MAX, (language, text)
    for language in Language:
        arguments = {**samples, "length": 512, "reference": 77, "missing": 123456, "total": 255}
        assert fits_gsm7(own.render(name, arguments, language, latin=True))
        assert fits_gsm7(own.render(name, arguments, LAT))
    assert fits_gsm7(own.render(name, {**dict.fromkeys(own.variables(name), "x"), "length": 1, "missing": 1}, EN))


@pytest.mark.parametrize(
    ("name", "arguments", "ru", "bg", "en", "lat"),
    [
        (
            "refusal-bad_number",
            {"length": 9, "example": "*112*9161234567*50#"},
            "Номер не подходит: в нём 9 цифр. Пример: *112*9161234567*50#",
            "Неправилен номер: в него има 9 цифри. Пример: *112*9161234567*50#",
            "Wrong number: it has 9 digits. Example: *112*9161234567*50#",
            "Nomer ne podkhodit: v nem 9 tsifr. Primer: *112*9161234567*50#",
        ),
        (
            "refusal-unknown_code-two",
            {
                "input": "*102#",
                "suggestion1": "*100#",
                "about1": "баланс",
                "suggestion2": "*112#",
                "about2": "перевод",
            },
            "Такой команды нет: *102#. Похожие: *100# баланс, *112# перевод",
            "Няма такава команда: *102#. Подобни: *100# баланс, *112# перевод",
            "There is no command *102#. Similar ones: *100# баланс, *112# перевод",
            "Takoy komandy net: *102#. Pokhozhie: *100# balans, *112# perevod",
        ),
    ],
)
def test_own_texts_read_well(
    own: Texts, name: str, arguments: dict[str, object], ru: str, bg: str, en: str, lat: str
) -> None:
    """What a subscriber reads, letter by letter."""
    assert [ru, bg, en, lat] == [own.render(name, arguments, each) for each in (RU, BG, EN, LAT)]


def test_the_short_way_of_reading_agrees_with_the_full_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages of one line are read without Fluent's parser: names, lines and wordings are what it would give."""
    short = Texts.read(operator=Operator())
    monkeypatch.setattr("gateway.texts._plain_messages", lambda source: ([], source))
    full = Texts.read(operator=Operator())

    assert short.wordings() == full.wordings()
    for name in full.names():
        for language in (RU, BG, EN):
            assert short.place(name, language) == full.place(name, language)


@pytest.mark.parametrize(
    "source",
    [
        "a = x\n    y\n",
        "a = x\n\n    y\n",
        "a = { $n ->\n   *[other] x\n }\n",
        "a = { -term } x\n-term = y\n",
        'a = { "x" }\n',
        "a = x   \nb = {$n} y\n",
        "a = x\n    .attribute = y\n",
        "# a = x\na = y\n",
        "a = } x\n",
        "a =\n    x\n",
        "a = { NUMBER($n) }\nb = { MONEY($n) }{ $m }!\n",
    ],
)
def test_the_short_way_leaves_to_the_parser_what_is_its_own(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Continued lines, selectors, terms, quotes, attributes and faults come out as without the short way."""

    def read() -> tuple[object, list[str]]:
        texts = Texts.read(tmp_path, operator=Operator())
        return texts.wordings(), [str(each) for each in texts.faults()]

    for language in ("ru", "bg", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.ftl").write_text(source, encoding="utf-8")
    short = read()
    monkeypatch.setattr("gateway.texts._plain_messages", lambda source: ([], source))

    assert short == read()
