"""The documentation says what is true: keys, commands, files."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel

from gateway import config
from gateway.catalogue import plan_page
from gateway.cli import MODULES
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


def test_the_readme_names_only_commands_that_exist() -> None:
    """Every `ussdgw WORD` of the documentation is a command."""
    known = set(MODULES)
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = {word for path in files for word in re.findall(r"ussdgw ([a-z][a-z-]+)", path.read_text(encoding="utf-8"))}

    assert set() == named - known


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link of the README and of docs/ names a file that is there."""
    files = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in files
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
