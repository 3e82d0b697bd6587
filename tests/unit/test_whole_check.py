"""The check of all the operator's data at once, and the code table as it is printed."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.catalogue import listing
from gateway.catalogue.checking import check_codes, read_data
from gateway.catalogue.codes import read_codes
from gateway.catalogue.faults import CatalogueError, Fault
from gateway.catalogue.products import Operator
from gateway.cli import app
from gateway.commands import Command
from gateway.config import CatalogueSection, Settings
from gateway.dispatcher import collect
from gateway.model import Language
from gateway.rooms import Rooms

COMMANDS = {name: handler.command for name, handler in collect().items()}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The gateway's own catalogue and texts, to be changed."""
    catalogue, texts = tmp_path / "catalogue", tmp_path / "texts"
    catalogue.mkdir()
    for name in ("codes.toml", "products.toml"):
        (catalogue / name).write_bytes((resources.files("gateway.catalogue") / name).read_bytes())
    for language in ("ru", "bg", "en"):
        (texts / language).mkdir(parents=True)
        for file in (resources.files("gateway.texts") / language).iterdir():
            (texts / language / file.name).write_bytes(file.read_bytes())
    return catalogue, texts


def changed(path: Path, old: str, new: str) -> int:
    """Replaces a text that is there once; the line it is in."""
    source = path.read_text(encoding="utf-8")
    assert source.count(old) == 1, old
    path.write_text(source.replace(old, new), encoding="utf-8")
    return source[: source.index(old)].count("\n") + 1


def test_all_faults_of_all_files_at_once(folders: tuple[Path, Path]) -> None:
    """One run names the faults of shape, patterns, pairs, products and texts, sorted by file and line."""
    catalogue, texts = folders
    codes = catalogue / "codes.toml"
    pair = changed(codes, '"*111*2337#"', '"*111*59#"')
    effect = changed(codes, '"*111*8111*9#"]\neffect  = "none"', '"*111*8111*9#"]\neffect  = "nothing"') + 1
    pattern = changed(codes, '"*111*1230#"', '"*111*1230"')
    field = changed(codes, '"*111*828*3*<number>#"', '"*111*828*3*<nomber>#"')
    price = changed(catalogue / "products.toml", "fee_minor                  = 700", "fee_major = 700")
    missing = changed(texts / "bg" / "language.ftl", "language-set", "language-put")
    long = changed(texts / "en" / "history.ftl", "history-empty = ", "history-empty = " + "a long story " * 60)
    settings = Settings(catalogue=CatalogueSection(folder=catalogue, texts_folder=texts))

    with pytest.raises(CatalogueError) as caught:
        Rooms(settings, b"")

    faults = caught.value.faults
    assert [(fault.file, fault.line) for fault in faults] == sorted((fault.file, fault.line) for fault in faults)
    said = {(fault.file.removeprefix(f"{catalogue}/"), fault.line): fault.message for fault in faults}
    assert "match one string, *111*59#" in said["codes.toml", max(pair, line_of(codes, 'ussd    = ["*111*59#"]'))]
    assert "must be one of none, state, money" in said["codes.toml", effect]
    assert "not a pattern" in said["codes.toml", pattern]
    assert "did you mean 'number'?" in said["codes.toml", field]
    assert "did you mean 'fee_minor'?" in said["products.toml", price]
    assert "missing in ru" in said["bg/language.ftl", missing]
    assert re.search(
        r"needs \d+ SMS at its longest \(\d+ characters, gsm7\), and may need 4", said["en/history.ftl", long]
    )


def line_of(path: Path, text: str) -> int:
    source = path.read_text(encoding="utf-8")
    return source[: source.index(text)].count("\n") + 1


def test_broken_toml_does_not_hide_the_rest(folders: tuple[Path, Path]) -> None:
    """A file that is no TOML is one fault; those of the other files are shown with it."""
    catalogue, texts = folders
    (catalogue / "codes.toml").write_text("[[code]]\ncommand = balance.show\n", encoding="utf-8")
    changed(texts / "ru" / "help.ftl", "help-forms =", "help-form =")

    faults = read_data(catalogue, texts, Operator(), {}, 4).faults

    assert {"codes.toml", "help.ftl"} == {Path(fault.file).name for fault in faults}


def of_row(source: str, **known: type[Command]) -> list[Fault]:
    commands = {name.replace("_", ".", 1): kind for name, kind in known.items()}
    return check_codes(read_codes(source), commands, texts=())


def test_sms_of_digits_hides_a_code() -> None:
    """An SMS form of digits that takes the place of another command's code is a fault; its own code is none."""
    source = (
        '[[code]]\ncommand = "a.do"\nsms = { ru = ["59"], bg = ["59"], en = ["59"] }\n'
        '[[code]]\ncommand = "{}"\nussd = ["*111*59#"]\n'
    )
    (fault,) = of_row(source.replace("{}", "b.do"), a_do=Command, b_do=Command)

    assert (3, 6, "'59' of a.do by SMS hides '*111*59#' of b.do") == (fault.line, fault.other_line, fault.message)
    assert [] == of_row(source.replace("{}", "a.do"), a_do=Command)


def test_every_kind_needs_its_name(folders: tuple[Path, Path]) -> None:
    """A kind of argument that no text has a name for is a fault of the row that uses it."""
    catalogue, texts = folders
    for language in ("ru", "bg", "en"):
        changed(texts / language / "refusal.ftl", "\npart-card =", "\npart-carte =")

    faults = read_data(catalogue, texts, Operator(), COMMANDS, 4).faults

    found = [str(fault) for fault in faults if "part-card" in fault.key or "part-card" in fault.message]
    missing = "this text is missing: a file here replaces the gateway's own of its name"
    assert [each.partition(": ")[2] for each in found][1:] == [f"part-card: {missing}"]
    assert found[0].endswith("there is no text part-card")


def test_fit_is_configured(folders: tuple[Path, Path]) -> None:
    """How many SMS a text may need is the operator's choice."""
    catalogue, texts = folders

    assert () == read_data(catalogue, texts, Operator(), COMMANDS, 4).faults
    assert read_data(catalogue, texts, Operator(), COMMANDS, 1).faults


# -- the table ----------------------------------------------------------------------------------------------------

TABLE = """
[[code]]
command = "a.do"
ussd    = ["*200#", "*201*<number>#"]
sms     = { ru = ["ДА"], bg = ["ДА"], en = ["YES"] }
effect  = "money"
pending_sms = "1"
about   = { ru = "делает", bg = "прави", en = "does" }

[[code]]
command = "b.do"
sms     = { ru = ["КТО"], bg = ["КОЙ"], en = ["WHO"] }
to      = "6677"
about   = { ru = "кто", bg = "кой", en = "who" }

[[code]]
command = "c.do"
ussd    = ["*202#"]
any_text_to = ["4555"]
blank_sms = true
available = false
"""


def test_table_is_aligned() -> None:
    """One line a form; each column begins where its head does; what does not work is marked."""
    lines = list(listing.table(read_codes(TABLE), {"b.do"}, Language.RU))

    assert [
        ("", "command  USSD            SMS                       effect  available  does"),
        ("yes", "a.do     *200#           ДА                        money   yes        делает"),
        ("yes", "         *201*<number>#  1 while a question waits"),
        ("later", "b.do                     КТО to 6677               none    later      кто"),
        ("off", "c.do     *202#           any text to 4555          none    off"),
        ("off", "                         an empty SMS"),
    ] == lines


def test_table_as_json() -> None:
    """The documented keys, one object a row."""
    assert {
        "command": "b.do",
        "ussd": [],
        "sms": {"ru": ["КТО"], "bg": ["КОЙ"], "en": ["WHO"]},
        "to": "6677",
        "any_text_to": [],
        "pending_sms": "",
        "blank_sms": False,
        "effect": "none",
        "available": "later",
        "about": {"ru": "кто", "bg": "кой", "en": "who"},
        "file": "codes.toml",
        "line": 10,
    } == listing.as_json(read_codes(TABLE).rows[1], {"b.do"})


def test_codes_list() -> None:
    """The command prints the whole plan, as lines and as JSON."""
    lines = CliRunner().invoke(app, ["codes", "list", "--language", "en"]).stdout.splitlines()
    rows = json.loads(CliRunner().invoke(app, ["codes", "list", "--json"]).stdout)

    assert lines[0].split() == ["command", "USSD", "SMS", "effect", "available", "does"]
    assert len(rows) == sum(not line.startswith(" ") for line in lines) - 1
    assert {"yes", "later", "off"} >= {row["available"] for row in rows}
