"""The documentation says what is true: keys, commands, files."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel
from typer.main import get_command

from gateway import config
from gateway.cli import app

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
    "[control]": config.ControlSection,
    "[misses]": config.MissesSection,
    "[recording]": config.RecordingSection,
    "[admin]": config.AdminSection,
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


def test_every_section_is_known_to_this_test() -> None:
    """A new section comes with its documentation."""
    assert {name.strip("[]").partition(".")[0] for name in SECTIONS} - {"accounts", "tls"} == set(
        config.Settings.model_fields
    )


def test_the_readme_names_only_commands_that_exist() -> None:
    """Every `ussdgw WORD` of the documentation is a command."""
    known = set(getattr(get_command(app), "commands", {}))
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
