"""What a command says about a stranger's number: who is told apart by the answers, and nobody else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bench.subjects import SAMPLES
from gateway.app import Rooms
from gateway.catalogue.loading import load_catalogue
from gateway.config import Settings
from gateway.dispatcher import collect
from gateway.replay.runner import SECRET, run_all
from gateway.replay.transcript import read_transcript

ACTOR = "79161239999"
STRANGERS = {
    "plain": ("79161230001", "lang=ru region=moscow"),
    "elsewhere": ("79161230002", "lang=bg region=sofia balance=900.00"),
    "company": ("79161230003", "owner=C1 kind=company balance=5.00"),
    "blocked": ("79161230004", "status=blocked"),
    "closed": ("79161230005", "status=closed"),
    "unknown": ("79161230006", ""),
}
NOBODY = {"closed", "unknown"}
TOLD_APART = {
    "callback.call_me": {"closed"},  # nobody would call; a number of another network may be asked
    "callback.top_me_up": NOBODY,  # only a subscriber can send money
    "card.redeem": NOBODY,  # money must not go to nobody
    "topup.pay": NOBODY,
    "transfer.send": {*NOBODY, "elsewhere"},  # money stays in a region
    "regular.set": {*NOBODY, "elsewhere"},
    "child.add": {*NOBODY, "company"},  # a question needs somebody who may say yes
    "family.invite": NOBODY,
    "locator.add": NOBODY,
    "permission.balance": {"unknown"},  # so that a mistyped number is noticed
}
"""Command -> strangers that are answered otherwise than an ordinary one, and why; all others are answered alike."""


def codes() -> dict[str, str]:
    """The first code of each command that names a number."""
    naming = {name for name, each in collect().items() if "number" in {field.name for field in fields(each.command)}}
    found: dict[str, str] = {}
    for row in load_catalogue(None).codes.rows:
        code = next((each for each in row.ussd if "<number" in each), "")
        if code and row.command in naming:
            found.setdefault(row.command, code)
    return found


def screen(rooms: Rooms, folder: Path, code: str, number: str, given: str) -> str:
    """What the actor's phone shows, with the number and one-time codes taken out."""
    samples = SAMPLES | {"number": number, "password": "5831"}
    dialled = re.sub(r"<(\w+)[^>]*>", lambda found: samples[found[1]], code)
    lines = ["# A stranger.", f"given {ACTOR} lang=ru balance=500.00 region=moscow"]
    lines += [f"given {number} {given}"] if given else []
    path = folder / "stranger.dialog"
    path.write_text("\n".join((*lines, "", f"{ACTOR} dials {dialled}", "  screen ?", "")), encoding="utf-8")
    (result,) = run_all(rooms, [read_transcript(path)])
    assert result.faults == ()
    shown = result.differences[0].actual.splitlines()[0]
    return shown.replace(number, "N").replace(number[1:], "N")


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return Rooms(Settings(), SECRET)


@pytest.mark.parametrize("command", sorted(codes()))
def test_strangers_are_told_apart_only_where_the_function_needs_it(command: str, rooms: Rooms, tmp_path: Path) -> None:
    """As the table says: a blocked or rich stranger is like any other; most commands do not even tell who exists."""
    said = {who: screen(rooms, tmp_path, codes()[command], *each) for who, each in STRANGERS.items()}

    assert TOLD_APART.get(command, set()) == {who for who, shown in said.items() if shown != said["plain"]}
