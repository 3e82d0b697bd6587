"""The documentation says what is true: keys, commands, files."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.core import TyperGroup

from gateway import config
from gateway.catalogue import plan_page
from gateway.cli import app
from gateway.model import Language
from gateway.rooms import Rooms
from gateway.texts.formats import formatters

ROOT = Path(__file__).parents[2]
SECTIONS: dict[str, type[BaseModel]] = {
    "[store]": config.StoreSection,
    "[operator]": config.OperatorSection,
    "[subscribers]": config.SubscribersSection,
    "[engine]": config.EngineSection,
    "[log]": config.LogSection,
    "[catalogue]": config.CatalogueSection,
    "[channels]": config.ChannelsSection,
    "[channels.payments]": config.ChannelSection,
    "[channels.mail]": config.MailSection,
    "[applications.NAME]": config.ApplicationSection,
    "[control]": config.ControlSection,
    "[misses]": config.MissesSection,
    "[recording]": config.RecordingSection,
    "[admin]": config.AdminSection,
    "[retention]": config.RetentionSection,
    "[[links]]": config.LinkSection,
    "[[listeners]]": config.ListenerSection,
    "[[routes]]": config.RouteSection,
    "accounts": config.AccountSection,
    "tls": config.TlsSection,
}


def test_every_key_is_documented() -> None:
    """Every key of the configuration stands in the operators' guide, in code marks."""
    text = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    absent = [
        f"{section} {key}"
        for section, model in SECTIONS.items()
        for key in model.model_fields
        if f"`{key}`" not in text
    ]

    assert [] == absent


def test_every_fault_of_fsck_is_documented() -> None:
    """Every fault that a check may name stands in the operators' guide, and no other."""
    text = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "gateway/fsck").glob("*.py"))
    named = set(re.findall(r'"((?:[a-z]+)\.(?:[a-z]+))"', sources))
    table = text.partition("## Checking the database")[2]

    assert named == set(re.findall(r"`([a-z]+\.[a-z]+)`", table))


def test_every_section_is_known_to_this_test() -> None:
    """A new section comes with its documentation."""
    assert {name.strip("[]").partition(".")[0] for name in SECTIONS} - {"accounts", "tls"} == set(
        config.Settings.model_fields
    )


PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = ("gateway", "smpp", "bench", "tests", "fixtures", "docs", ".ci")
MADE_BY_THE_READER = (
    "gateway/handlers/whoami.py", "fixtures/transcripts/whoami", "fixtures/transcripts/whoami/show.dialog",
)  # fmt: skip
"""What docs/functions.md tells its reader to write."""


def marked_and_rest(page: Path) -> tuple[list[str], str]:
    """What stands in code marks, each on one line, and the page without it; fenced examples stay in the rest."""
    text = page.read_text(encoding="utf-8").replace("```", "")
    return [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", text)], re.sub(r"`[^`]+`", "", text)


def command_lines(page: Path) -> list[str]:
    """What a page says to type: `ussdgw ...` in code marks, or alone on a line of an example, without its remark."""
    marked, rest = marked_and_rest(page)
    examples = re.findall(r"^ *(?:\$ )?(ussdgw .+)$", rest, re.MULTILINE)
    return [
        *(each for each in marked if each.startswith("ussdgw ")),
        *(re.split(r" #|  ", each)[0] for each in examples),
    ]


def fault_of_command(line: str) -> str:
    """The first word of a command line that is no command, or the first that is no option of it; empty: none."""
    words = re.sub(r"[\[\]|()]", " ", re.sub(r"'[^']*'", "X", line)).split()[1:]
    command: Any = typer.main.get_command(app)
    while words and isinstance(command, TyperGroup) and not words[0].startswith("-"):
        word = words.pop(0)
        if not re.fullmatch(r"[a-z][a-z-]*", word):
            return ""  # the rest is left open: `ussdgw ...`
        found = command.get_command(typer.Context(command), word)  # type: ignore[arg-type]
        if found is None:
            return word
        command = found
    options = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    return next((word for word in words if re.match(r"--[a-z]", word) and word.rstrip(".,;:") not in options), "")


def test_command_lines_can_be_typed() -> None:
    """Every `ussdgw ...` of the documentation names commands that there are, with options that they have."""
    lines = {(page.name, line) for page in PAGES for line in command_lines(page)}

    assert len(lines) > 100
    assert [] == [(page, line, fault) for page, line in sorted(lines) if (fault := fault_of_command(line))]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("ussdgw dail '*100#'", "dail"),
        ("ussdgw codes list --jsn", "--jsn"),
        ("ussdgw subscribers improt FILE", "improt"),
        ("ussdgw subscribers import FILE", ""),
        ("ussdgw status [--watch] [--json]", ""),
    ],
)
def test_faults_of_command_lines_are_found(line: str, fault: str) -> None:
    """A command or an option that there is not is named, wherever in the line it stands."""
    assert fault_of_command(line) == fault


def test_paths_lead_somewhere() -> None:
    """Every path in code marks that begins with a folder of this repository names something that is there."""
    named = {
        (page.name, path)
        for page in PAGES
        for marked in marked_and_rest(page)[0]
        for path in re.findall(r"(?<!\S)[\w.-]+/[\w./*-]*(?!\S)", marked)
        if path.partition("/")[0] in ROOMS and path not in MADE_BY_THE_READER
    }

    assert len(named) > 30
    assert [] == sorted((page, path) for page, path in named if not any(ROOT.glob(path)))


def test_dotted_names_are_in_the_code() -> None:
    """Every `gateway.module.name` in code marks is a module, or something in one."""
    named = {
        (page.name, name)
        for page in PAGES
        for marked in marked_and_rest(page)[0]
        for name in re.findall(r"^gateway\.[a-z_]+[\w.]*", marked)
        if not name.endswith((".toml", ".db"))
    }

    assert named
    assert [] == sorted((page, name) for page, name in named if not is_in_the_code(name))


def is_in_the_code(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_defaults_are_documented_as_they_are() -> None:
    """The default that the operators' guide gives for a key is the code's; words instead of one stand for nothing."""
    text = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    wrong, found = [], 0
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        heading = part.partition("\n")[0]
        models = [model for name, model in SECTIONS.items() if f"`{name}`" in heading or "[" not in name or "." in name]
        for table in re.findall(r"^\| [^|\n]+ \| default \|.*\n((?:\|.*\n)+)", part, re.MULTILINE):
            for names, cell in re.findall(r"^\| (`.*?) \| (.*?) \|", table, re.MULTILINE):
                keys = re.findall(r"`(\w+)`", names)
                stated = cell.split(", ") if len(keys) == cell.count(", ") + 1 else [cell] * len(keys)
                for key, default in zip(keys, stated, strict=True):
                    fields = [model.model_fields[key] for model in models if key in model.model_fields]
                    found += bool(fields)
                    if not any(is_default(default.strip("`"), each.get_default()) for each in fields):
                        wrong.append((heading, key, default))

    assert found > 100
    assert [] == wrong


def is_default(stated: str, default: object) -> bool:
    """Whether a cell says a default; a number may have words behind it, as in `0: any`."""
    number = re.match(r"\d+(?:\.\d+)?(?=:| \(|$)", stated)
    if isinstance(default, bool):
        return stated == str(default).lower()
    if number and not isinstance(default, str):
        return isinstance(default, int | float) and float(number[0]) == default
    if default is PydanticUndefined or not default:
        return True
    return stated == (", ".join(default) if isinstance(default, tuple) else str(default))


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link of the README and of docs/ names a file that is there."""
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in PAGES
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]

    assert [] == broken


def test_the_page_of_codes_is_current() -> None:
    """docs/codes.md is what the plan, the handlers and the products say now: `make codes` writes it anew."""
    rooms = Rooms(config.Settings(), secret=b"")
    money = formatters(Language.EN, rooms.operator, latin=False)["MONEY"]
    lines = plan_page.page(rooms.catalogue, rooms.absent, money, rooms.operator.short_numbers)

    assert (ROOT / "docs/codes.md").read_text(encoding="utf-8") == "".join(f"{line}\n" for line in lines)
