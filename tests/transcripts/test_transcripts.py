"""Every transcript is answered as it is written, and together they show every refusal that a handler declares."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.app import Rooms
from gateway.config import Settings
from gateway.messages import CODE_PLACE
from gateway.model import Channel
from gateway.reading import UNDERSTOOD
from gateway.replay.command import transcripts_in
from gateway.replay.neighbours import BEFORE_HANDLERS
from gateway.replay.runner import SECRET, Difference, Result, run_all
from gateway.replay.steps import Message
from gateway.replay.transcript import read_transcript

ROOT = Path(__file__).parents[2] / "fixtures" / "transcripts"
FILES = [path.relative_to(ROOT) for path in transcripts_in([ROOT])]

CODE = re.compile(r"\*\d[\d*]*#")
"""A code that a text offers, ready to be dialled."""


@functools.cache
def rooms() -> Rooms:
    return Rooms(Settings(), SECRET)


@functools.cache
def played(path: Path) -> Result:
    (result,) = run_all(rooms(), [read_transcript(ROOT / path)])
    return result


def told(path: Path, differences: tuple[Difference, ...]) -> Iterator[str]:
    for each in differences:
        yield f"{path}:{each.line} {each.note}\n- {each.expected}\n+ {each.actual}"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_transcript(path: Path) -> None:
    """Replies, balances and what the phones get while time passes are as written; no handler fails."""
    result = played(path)

    assert () == result.faults
    assert [] == list(told(path, result.differences))


def test_every_declared_refusal_is_shown() -> None:
    """Each refusal that a handler declares is produced by some transcript, and no other one is."""
    declared = {(name, refusal) for name, handler in rooms().handlers.items() for refusal in handler.refuses}
    produced = {
        (command, refusal)
        for path in FILES
        for command, refusal in played(path).refusals
        if command and refusal not in BEFORE_HANDLERS
    }

    assert declared == produced


def test_every_command_is_used() -> None:
    """Each command that has a code is dialled or texted in some transcript."""
    texts = {
        reading.command
        for path in FILES
        for step in played(path).transcript.steps
        if isinstance(step, Message)
        for pending in (False, True)
        for reading in [rooms().grammar.read(plain(step), step.channel, step.to, pending=pending)]
    }
    commands = {line.command for line in rooms().surroundings.code_list}

    assert set() == commands - texts


def plain(message: Message) -> str:
    """What is said, with digits for the codes that vary."""
    return message.text.fill(dict.fromkeys(message.text.names("otp"), "1234"))


def offers() -> Iterator[tuple[str, str]]:
    """Each code in a reply, with its place; what quotes the subscriber's own text is left out."""
    for path in FILES:
        for step in played(path).transcript.steps:
            if isinstance(step, Message):
                for reply in step.expected.replies:
                    text = re.sub(r"\{otp\d*\}", "1234", reply.text.source)
                    for code in CODE.findall(text):
                        if code not in plain(step):
                            yield code, f"{path}:{reply.line}"


def test_texts_offer_only_codes_that_work() -> None:
    """A code that a reply tells people to dial is one that the gateway understands."""
    found = list(offers())
    broken = {code: place for code, place in found if rooms().grammar.read(code, Channel.USSD).outcome != UNDERSTOOD}

    assert found
    assert {} == broken


def test_no_screen_ends_in_half_a_code() -> None:
    """Where a screen is cut inside a one-time code, nothing of the code's place is left on it."""
    broken = [str(path) for path in FILES if CODE_PLACE in (ROOT / path).read_text(encoding="utf-8")]

    assert [] == broken
