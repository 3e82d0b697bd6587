"""docs/access.md says of every command whose number it may be about, and it is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from gateway.commands import Handler
from gateway.dispatcher import collect

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
COMMAND = re.compile(r"`([a-z]+\.[a-z_]+)`")


def groups() -> list[list[str]]:
    """The commands of the page's three groups."""
    _, *parts = PAGE.read_text(encoding="utf-8").split("\n## ")
    return [COMMAND.findall(part) for part in parts[:3]]


def given() -> dict[str, Handler]:
    """The commands that a subscriber can give."""
    return {name: handler for name, handler in collect().items() if not handler.command.own}


def test_every_command_is_in_one_of_the_first_two_groups() -> None:
    """Own number only, or the number acted for: as its class says, once, in order, and no command that is none."""
    own, subject, _ = groups()

    assert sorted(name for name, each in given().items() if each.command.own_number_only) == own
    assert sorted(name for name, each in given().items() if not each.command.own_number_only) == subject


def test_every_command_that_names_a_number_is_in_the_third_group() -> None:
    """What it does to that number is said, once."""
    naming = {name for name, each in given().items() if "number" in {field.name for field in fields(each.command)}}
    _, _, named = groups()

    assert sorted(naming) == sorted(named)


def test_what_asks_a_password_cannot_be_done_for_another_without() -> None:
    """Every command with a number and a password refuses a wrong one, and counts it."""
    for name, each in given().items():
        names = {field.name for field in fields(each.command)}
        if {"number", "password"} <= names:
            assert {"wrong_password", "password_locked"} <= each.refuses, name
