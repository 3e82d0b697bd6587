"""Every transcript is answered as it is written, and together they show every refusal that a handler declares."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config import Settings
from gateway.messages import CODE_PLACE
from gateway.model import Channel
from gateway.reading import UNDERSTOOD
from gateway.replay.command import transcripts_in
from gateway.replay.neighbours import BEFORE_HANDLERS
from gateway.replay.runner import SECRET, Difference, Result, run_all
from gateway.replay.steps import Message
from gateway.replay.transcript import read_transcript
from gateway.rooms import Rooms
from tests.transcripts.sms_parts import TABLE, noted, table

ROOT = Path(__file__).parents[2] / "fixtures" / "transcripts"
FILES = [path.relative_to(ROOT) for path in transcripts_in([ROOT])]

CODE = re.compile(r"\*\d[\d*]*#")
"""A code that a text offers, ready to be dialled."""


PARTS: dict[str, int] = {}
"""The most SMS that each text took in what was played, by its id."""


@functools.cache
def rooms() -> Rooms:
    opened = Rooms(Settings(), SECRET)
    noted(opened, PARTS)
    return opened


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


def test_texts_take_no_more_sms_than_the_table_allows() -> None:
    """A text of the transcripts that takes more than one SMS is in the table with its parts, and no other one is."""
    for path in FILES:
        played(path)

    assert TABLE.read_text(encoding="utf-8") == table(PARTS), "python -m tests.transcripts.sms_parts --write"


MAIN = {
    "A1": "register.open", "A2": "password.send", "A3": "password.set", "A4": "login.enter", "A5": "social.link",
    "A6": "cabinet.delete", "B1": "tariff.change", "B2": "tariff.advise", "B3": "services.list",
    "B4": "services.connect", "B5": "services.disconnect", "B6": "promised.take", "B7": "message.send",
    "B8": "picture.send", "B9": "block.set", "B10": "block.lift", "B11": "locator.find", "B12": "card.redeem",
    "B13": "favourite.add", "B14": "voicemail.connect", "B15": "melody.set", "B16": "topup.pay", "B17": "bonus.join",
    "B18": "bonus.gift", "B19": "subscription.stop", "B20": "statement.show", "B21": "charges.last",
    "C1": "autopay.below", "C2": "bill.pay", "C3": "child.show", "C4": "blacklist.bar", "C5": "family.invite",
    "C6": "numbers.link", "D1": "balance.show", "D2": "permission.balance", "D3": "transfer.send",
    "D4": "regular.set", "D5": "callback.call_me", "D6": "callback.top_me_up", "D7": "language.set", "D8": "help.show",
    "D9": "history.show", "D10": "confirm.cancel", "D11": "trust.connect", "D12": "confirm.accept",
}  # fmt: skip
"""The functions of the personal account, and the command of each one's main path."""


@functools.cache
def spoken() -> frozenset[tuple[str, str]]:
    """(command, language) of whatever somebody with that language dials or writes in a transcript."""
    found = set()
    for path in FILES:
        transcript = played(path).transcript
        languages = {each.msisdn: each.language for each in transcript.givens}
        for step in transcript.steps:
            language = languages.get(step.sender) if isinstance(step, Message) else None
            if isinstance(step, Message) and language is not None:
                reading = rooms().grammar.read(plain(step), step.channel, step.to, pending=True)
                found.add((reading.command, language.value))
    return frozenset(found)


@pytest.mark.parametrize("language", ["ru", "bg", "en", "lat"])
def test_the_main_path_of_every_function_is_shown_in_every_language(language: str) -> None:
    """Each function has a transcript in Russian, Bulgarian, English and Latin letters."""
    missing = {row: command for row, command in MAIN.items() if (command, language) not in spoken()}

    assert {} == missing


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
