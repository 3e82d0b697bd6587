"""The operator's data: every fault is found at once, with its line and both culprits; the gateway's own has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.catalogue import applications
from gateway.catalogue.changes import menu_changes
from gateway.catalogue.checking import check_codes
from gateway.catalogue.codes import read_codes
from gateway.catalogue.faults import CatalogueError, Fault
from gateway.catalogue.loading import catalogue_files, load_catalogue, read_products
from gateway.catalogue.nearest import NearestIndex
from gateway.catalogue.products import Period
from gateway.catalogue.trie import compile_codes
from gateway.commands import Command, Otp
from gateway.dispatcher import collect
from gateway.model import Channel, Language, Money, Msisdn, ServiceId, TariffId
from gateway.ussd_grammar import Grammar, parse_pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Command):
    """No fields of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Command):
    """A number and a sum."""

    number: Msisdn
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Command):
    """A number."""

    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Command):
    """A one-time code that may be left out."""

    code: Otp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids(Command):
    """A service and a tariff."""

    service: ServiceId
    tariff: TariffId = TariffId(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Command):
    """A free text, a digit, a language."""

    topic: str = ""
    digit: int = 0
    language: Language = Language.RU


COMMANDS: Mapping[str, type[Command]] = {
    "plain.do": Plain,
    "plain.undo": Plain,
    "send.now": Send,
    "number.add": Number,
    "code.accept": Code,
    "ids.set": Ids,
    "topic.show": Topic,
}


def row(command: str, *ussd: str, sms: str = "", more: str = "") -> str:
    """A row of four lines: header, command, ussd or sms, more."""
    forms = f"ussd = {list(ussd)}" if ussd else f'sms = {{ ru = ["{sms}"], bg = ["{sms}"], en = ["{sms}"] }}'
    return f'[[code]]\ncommand = "{command}"\n{forms}\n{more}\n'


def faults_of(source: str) -> list[Fault]:
    """Those of shape, or of the check."""
    try:
        return check_codes(read_codes(source), COMMANDS)
    except CatalogueError as error:
        return list(error.faults)


def test_own_catalogue() -> None:
    """The gateway's own catalogue loads and has no fault with the gateway's own commands."""
    catalogue = load_catalogue(None)

    commands = {name: handler.command for name, handler in collect().items()}

    assert [] == check_codes(catalogue.codes, commands, catalogue.operator)
    assert len(catalogue.products.tariffs) >= 8
    assert len(catalogue.products.services) >= 12
    assert any(service.mandatory for service in catalogue.products.services.values())
    assert {*Period} == {service.period for service in catalogue.products.services.values()}
    assert 100_000 == catalogue.products.opening.balance_minor
    assert not next(each for each in catalogue.products.tariffs.values() if each.names["ru"] == "Супер Ноль").transfers


def test_every_command_has_a_code() -> None:
    """Every command that a subscriber may give is in the plan; those the gateway gives itself are not."""
    reached = {each.command for each in load_catalogue(None).codes.rows} | {applications.COMMAND}

    available = {name: each for name, each in collect().items() if each.available}
    assert {name for name, each in available.items() if each.command.own} == set(available) - reached


CONFLICTS = (
    (row("plain.do", "*200#") + row("plain.undo", "*200#"), (3, 7)),
    (row("plain.do", "*200*1#", "*201#") + row("plain.undo", "*201#"), (3, 7)),
    (row("number.add", "*200*<number>#") + row("ids.set", "*200*<service>#"), ()),
    (row("code.accept", "*200*<code>#") + row("ids.set", "*200*<service>#"), (3, 7)),
    (row("code.accept", "*200*<code>#") + row("plain.do", "*200*1234#"), (3, 7)),
    (row("code.accept", "*200*<code>#") + row("plain.do", "*200*12#"), ()),
    (row("code.accept", "*200*<code>#") + row("number.add", "*200*<number>#"), ()),
    (row("send.now", "*200*<number>*<amount>#") + row("code.accept", "*200*<code>#"), ()),
    (row("ids.set", "*200*<service>*<tariff>#") + row("ids.set", "*200*<tariff>*<service>#"), (3, 7)),
    (row("ids.set", "*200*<service>*1#") + row("plain.do", "*200*7*1#"), (3, 7)),
    (row("ids.set", "*200*<service>*1#") + row("plain.do", "*200*7*2#"), ()),
    (row("topic.show", "*200*<digit:1-4>#") + row("plain.do", "*200*5#"), ()),
    (row("topic.show", "*200*<digit:1-4>#") + row("plain.do", "*200*4#"), (3, 7)),
    (row("topic.show", "*200*<digit:1-4>#") + row("topic.show", "*200*<language>#"), (3, 7)),
    (row("topic.show", "*200*<digit:5-9>#") + row("topic.show", "*200*<language>#"), ()),
    (row("plain.do", sms="СТОП") + row("plain.undo", sms="стоп"), (3, 7)),
    (row("plain.do", sms="СЧЁТ") + row("plain.undo", sms="СЧЕТ"), (3, 7)),
    (row("plain.do", sms="СТОП") + row("plain.undo", sms="СТОП", more='to = "4555"'), ()),
    (row("number.add", sms="A + <number>") + row("number.add", sms="A - <number>"), ()),
    (row("number.add", sms="A <number>") + row("ids.set", sms="A <service> <tariff>"), (3, 7)),
    (row("topic.show", sms="A <topic>") + row("number.add", sms="A <number>"), (3, 7)),
    (row("topic.show", sms="A <topic>") + row("send.now", sms="A <number> <amount>"), (3, 7)),
    (row("topic.show", sms="A <topic>") + row("plain.do", sms="A"), ()),
    (row("topic.show", sms="A <language>") + row("plain.do", sms="A BG"), (3, 7)),
    (row("topic.show", sms="A <language>") + row("plain.do", sms="A FR"), ()),
)


@pytest.mark.parametrize(("source", "lines"), CONFLICTS)
def test_conflict(source: str, lines: tuple[int, ...]) -> None:
    """Two patterns that can match one string are a fault with both lines; two that cannot are none."""
    faults = faults_of(source)

    if not lines:
        assert [] == faults
        return
    assert [lines] == [(fault.other_line, fault.line) for fault in faults]
    assert "match one string" in faults[0].message
    assert "(see line 3)" in str(faults[0])


def test_conflict_names_both() -> None:
    """The fault names both patterns, both commands and the language."""
    fault = faults_of(row("plain.do", sms="СТОП") + row("plain.undo", sms="стоп"))[0]

    assert "'стоп' of plain.undo and 'СТОП' of plain.do (sms bg/en/ru)" in fault.message
    assert "codes.toml:7: plain.undo: " in str(fault)


SINGLE = (
    (row("plain.dont", "*200#"), 2, "unknown command 'plain.dont', did you mean 'plain.do'?"),
    (row("number.add", "*200*<nummer>#"), 3, "<nummer> is no field of number.add, did you mean 'number'?"),
    (row("send.now", "*200*<number>#"), 3, "no placeholder, default or fixed value for amount"),
    (row("number.add", "*200*<number>*<number>#"), 3, "'number' is filled twice"),
    (row("plain.do", "*200"), 3, "not a pattern, at character 5"),
    (row("plain.do", "200#"), 3, "not a pattern, at character 1"),
    (row("plain.do", "*200*#"), 3, "not a pattern"),
    (row("number.add", "*200*<number#"), 3, "not a pattern"),
    (row("number.add", "*200*<number:1-4>#"), 3, "needs a field of type int"),
    (row("topic.show", "*200*<digit>#"), 3, "no kind of argument is known"),
    (row("topic.show", sms="A <topic> <language>"), 3, "<topic> takes all that follows, so it must come last"),
    (row("plain.do", "*21#"), 3, "the handset keeps it for itself"),
    (row("plain.do", "*331*1#"), 3, "the handset keeps it for itself"),
    (row("plain.do", "*42#"), 3, "the handset keeps it for itself"),
    (row("plain.do", "*200#", more='effekt = "none"'), 4, "unknown key, did you mean 'effect'?"),
    (row("plain.do", "*200#", more='effect = "monny"'), 4, "must be one of none, state, money, not 'monny'"),
    (row("plain.do", "*200#", more='sms_reply = "yes"'), 4, "must be true or false, not a text"),
    (row("plain.do", "*200#", more="about = { ru = 'нечто', en = 'something' }"), 4, "missing"),
    (row("plain.do", "*200#", more="about = { ru = 'н', bg = 'н', en = 's', de = 'e' }"), 4, "unknown language"),
    (row("plain.do", "*200#", more='arguments = { x = "1" }'), 4, "'x' is no field of plain.do"),
    (row("topic.show", "*200#", more='arguments = { language = "fr" }'), 4, "no value for 'language'"),
    (
        row("topic.show", "*200#", more='asks = "topik"'),
        4,
        "no field of topic.show with a default, did you mean 'topic'?",
    ),
    (row("number.add", "*200*<number>#", more='asks = "number"'), 4, "no field of number.add with a default"),
    ('[[code]]\nussd = ["*200#"]\n', 1, "every row names its command"),
    ('[[code]]\ncommand = "plain.do"\n', 1, "needs a USSD code or an SMS form"),
    ('[[code]]\ncommand = "plain.do"\nussd = "*200#"\n', 3, "must be a list of texts, not a text"),
    ('[[code]]\ncommand = "plain.do"\nsms = { ru = ["A"] }\n', 3, "missing: it is written in other languages"),
    ('[code]\ncommand = "plain.do"\n', 0, "must be rows, each under [[code]]"),
    ('[[codes]]\ncommand = "plain.do"\n', 1, "unknown key, did you mean 'code'?"),
    ("[[code]]\ncommand = plain.do\n", 2, "Invalid value"),
    (row("plain.do", sms="A", more='to = "4455"'), 4, "'4455' is none of the short numbers, did you mean '4555'?"),
    (row("plain.do", "*200#", more='any_text_to = ["81111"]'), 4, "did you mean '8111'?"),
    (row("plain.do", "*200#", more="blank_sms = true") + row("plain.do", "*201#", more="blank_sms = true"), 8, "taken"),
)


@pytest.mark.parametrize(("source", "line", "message"), SINGLE)
def test_fault(source: str, line: int, message: str) -> None:
    """A fault of a row has its line and says what is wrong and what may be meant."""
    faults = faults_of(source)

    assert (line, True) == (faults[0].line, message in faults[0].message), faults


def test_all_faults_at_once() -> None:
    """One run shows every fault, in the order of the lines."""
    source = row("plain.dont", "*200#") + row("number.add", "*21*<nummer>#") + row("plain.do", "*33#", "*400#")

    assert [2, 7, 7, 11] == [fault.line for fault in faults_of(source)]


def test_a_row_that_is_switched_off() -> None:
    """A row that the operator has switched off is read like any other, and help does not name it."""
    codes = read_codes(row("number.add", "*200*<number>#", more="available = false") + row("plain.do", "*201#"))
    grammar = Grammar(codes, load_catalogue(None).operator, COMMANDS)

    assert [] == check_codes(codes, COMMANDS)
    assert ("number.add", {"number": "79161234567"}) == (
        grammar.read("*200*89161234567#", Channel.USSD).command,
        grammar.read("*200*89161234567#", Channel.USSD).arguments,
    )
    assert "bad_number" == grammar.read("*200*1234#", Channel.USSD).refusal
    assert ["plain.do"] == [line.command for line in codes.lines()]


def test_grammar_refuses_a_faulty_plan() -> None:
    """A plan whose rows cannot be compiled makes no grammar."""
    with pytest.raises(CatalogueError, match="unknown command"):
        Grammar(read_codes(row("plain.dont", "*200#")), load_catalogue(None).operator, COMMANDS)


def test_cost_does_not_grow_with_the_plan() -> None:
    """Every place of the trie leads on by a dictionary: a thousand codes are found in as many steps as one."""
    source = "".join(row("plain.do", f"*{code}#") for code in range(1000, 2000))
    tries, faults = compile_codes(read_codes(source), load_catalogue(None).operator, COMMANDS, parse_pattern)

    assert [] == faults
    assert 1000 == len(tries.ussd.literals)
    assert [] == tries.ussd.arguments


def test_code_lines_for_help() -> None:
    """Help sees the first form of each code, in the order of the plan."""
    lines = load_catalogue(None).codes.lines()

    assert ("balance.show", "*100#", "БАЛАНС") == (lines[0].command, lines[0].ussd, lines[0].sms[Language.RU])


# -- nearest ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("баланс", ["a"]), ("баланc", ["a"]), ("блаанс", ["a"]), ("бланас", ["a"]), ("балласт", []), ("балас", ["a"]),
     ("112", ["b", "c"]), ("100", ["c"]), ("999", []), ("", []), ("баланс" * 20, [])],
)  # fmt: skip
def test_nearest(typed: str, expected: list[str]) -> None:
    """The equally nearest strings are found, an exchange of neighbours being one slip, within one or two slips."""
    index = NearestIndex([("баланс", "a"), ("111", "b"), ("102", "c")])

    assert expected == index.find(typed)


# -- products -----------------------------------------------------------------------------------------------------

_NAMES = "names = { ru = 'а', bg = 'а', en = 'a' }"
_TARIFF = f"[[tariff]]\nid = 1\n{_NAMES}\n"

PRODUCT_FAULTS = (
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nexcludes = [2]\n", 7, "no service has id 2"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nexcludes = [1]\n", 7, "a service cannot exclude itself"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nneeds_tariffs = [9]\n", 7, "no tariff has id 9"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nneeds_tariffs = [1]\nforbids_tariffs = [1]\n", 7, "and forbidden"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nprice_minor = -5\n", 7, "must not be negative"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nprice_minor = 1.5\n", 7, "must be a whole number"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nperiod = 'months'\n", 7, "did you mean 'month'?"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nprise_minor = 5\n", 7, "unknown key, did you mean 'price_minor'?"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nmandatory = 1\n", 7, "must be true or false"),
    (_TARIFF + f"[[service]]\nid = 1\n{_NAMES}\nexcludes = 2\n", 7, "must be a list of numbers"),
    (_TARIFF + "[[service]]\nid = 1\nnames = { ru = 'а' }\n", 6, "no name in bg, en"),
    (_TARIFF + f"[[service]]\n{_NAMES}\n", 4, "missing"),
    (_TARIFF + _TARIFF, 5, "1 is taken"),
    (f"[[tariff]]\nid = 2\n{_NAMES}\n[opening]\ntariff = 1\n", 4, "no tariff has id 1"),
    ("[transfer]\nsum_min_minor = 500\nsum_max_minor = 100\n", 2, "is greater than sum_max_minor"),
    ("[transfers]\nfee_minor = 1\n", 1, "unknown table, did you mean 'transfer'?"),
    ("[operator]\ntime_zone = 'Moscow'\n", 2, "no time zone"),
    ("[operator]\nshort_numbers = [111]\n", 2, "must be a list of texts"),
    ("[limits]\ncode_minutes = \n", 2, "Invalid value"),
)


@pytest.mark.parametrize(("source", "line", "message"), PRODUCT_FAULTS)
def test_product_fault(source: str, line: int, message: str) -> None:
    """A fault of the products has its line and says what is wrong."""
    with pytest.raises(CatalogueError) as caught:
        read_products(source)

    fault = caught.value.faults[0]
    assert (line, True) == (fault.line, message in fault.message), fault


def test_all_product_faults_at_once() -> None:
    """One run shows the faults of every table."""
    source = _TARIFF + "[[service]]\nid = 'x'\nnames = 1\n[limits]\nacting_minutes = -1\n"

    with pytest.raises(CatalogueError) as caught:
        read_products(source)

    assert {"service.id", "service.names", "limits.acting_minutes"} == {fault.key for fault in caught.value.faults}


def test_products_are_typed() -> None:
    """What is read are the values that handlers use."""
    products, operator = read_products(
        _TARIFF + f"[[service]]\nid = 7\n{_NAMES}\nperiod = 'day'\nneeds_tariffs = [1]\n[operator]\ncountry = 'BG'\n"
    )
    service = products.services[ServiceId(7)]

    assert Period.DAY is service.period
    assert (frozenset({TariffId(1)}), frozenset()) == (service.needs_tariffs, service.excludes)
    assert ("BG", "111") == (operator.country, operator.short_number)


def test_folder(tmp_path: Path) -> None:
    """A folder's files go before the gateway's own, file by file; faults of both are shown at once."""
    (tmp_path / "codes.toml").write_text(row("plain.do", "*200#"), encoding="utf-8")
    catalogue = load_catalogue(tmp_path)

    assert ["plain.do"] == [each.command for each in catalogue.codes.rows]
    assert load_catalogue(None).products == catalogue.products

    (tmp_path / "codes.toml").write_text("[[code]]\n", encoding="utf-8")
    (tmp_path / "products.toml").write_text("[limits]\nnone = 1\n", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)

    assert {str(tmp_path / "codes.toml"), str(tmp_path / "products.toml")} == {f.file for f in caught.value.faults}


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is a fault, not the gateway's own data."""
    with pytest.raises(CatalogueError, match="no such folder"):
        load_catalogue(tmp_path / "nowhere")


def test_a_change_of_menus_is_a_change(tmp_path: Path) -> None:
    """Menus are among the files that tell one catalogue from another, where they are in force; a change is named."""
    menus = dict(catalogue_files(None))["menus.toml"].decode()
    (tmp_path / "menus.toml").write_text("# a remark\n" + menus)
    remarked = load_catalogue(tmp_path).menus
    (tmp_path / "menus.toml").write_text(menus.replace("numbers_off", "numbers_on"))
    other = load_catalogue(tmp_path).menus
    (tmp_path / "menus.toml").unlink()
    (tmp_path / "codes.toml").write_text("")

    assert list(menu_changes(load_catalogue(None).menus, remarked)) == []
    assert list(menu_changes(load_catalogue(None).menus, other)) == ["menu linked changed"]
    assert "menus.toml" not in dict(catalogue_files(tmp_path))  # an operator's own codes without menus have none
