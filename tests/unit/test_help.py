"""`ussdgw ... --help`: what an engineer finds there, the same way at every command."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from gateway.catalogue.faults import counted
from gateway.cli import MODULES, app


def commands() -> list[tuple[str, Any]]:
    """Every command that can be run, with its name as it is typed."""
    root: Any = typer.main.get_command(app)
    found = []
    for name in MODULES:
        command = root.get_command(None, name)
        inner = getattr(command, "commands", {})
        found += [(name, command), *((f"{name} {each}", inner[each]) for each in inner if name not in inner)]
    return found


def test_every_command_and_option_says_what_it_is() -> None:
    """A page without a line about the command, or about one of its options, helps nobody."""
    silent = [name for name, command in commands() if not command.help]
    for name, command in commands():
        silent += [f"{name} {each.opts[0]}" for each in command.params if not getattr(each, "help", None)]

    assert silent == []


def test_pages_name_options_of_the_gateway_only() -> None:
    """Options of the library that reads flags, which serve no command, would hide those that do."""
    named = {option for _, command in commands() for each in command.params for option in each.opts}

    assert {"--install-completion", "--show-completion"} & named == set()


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 replies"), (1, "1 reply"), (2, "2 replies"), (1200, "1,200 replies")]
)
def test_one_is_one(count: int, said: str) -> None:
    """A count and its noun agree; thousands are parted."""
    assert counted(count, "reply", "replies") == said
