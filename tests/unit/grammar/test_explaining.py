"""What the operator's engineer sees: the batch, and the steps."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from gateway import config
from gateway.catalogue.explaining import CORRECTED
from gateway.cli import app
from gateway.model import Channel
from gateway.rooms import Rooms
from tests.unit.grammar.test_forms import FORMS, N

KEYS = {"outcome", "command", "args", "refusal", "answer", "suggestions", "corrections"}


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    """The gateway's core with its own plan and texts."""
    return Rooms(config.load(), secret=b"")


@pytest.mark.parametrize(
    ("asked", "outcome", "command"),
    [
        ({"channel": "sms", "to": "111", "from": N, "text": "БАЛАНС"}, "understood", "balance.show"),
        ({"channel": "ussd", "to": "111", "from": N, "text": "**100#"}, "understood_ask", "balance.show"),
        ({"text": "*100#"}, "understood", "balance.show"),
        ({"channel": "sms", "to": "4555", "text": "0"}, "understood", "bonus.leave"),
        ({"text": "*112**50#", "unknown": [1]}, "refused", ""),
        ({"channel": "sms", "text": "РЕГУЛЯРНО 89161234567 3 50"}, "understood", "regular.set"),
        ({"channel": "sms", "text": "\ud83d"}, None, ""),
    ],
)
def test_batch_line(rooms: Rooms, asked: dict[str, object], outcome: str | None, command: str) -> None:
    """A line of a batch is answered with the same object as a single text; only the text is needed."""
    answer = rooms.explain_line(json.dumps(asked).encode())

    if outcome is None:
        assert {"error"} == answer.keys()
        return
    assert KEYS == answer.keys()
    assert (outcome, command) == (answer["outcome"], answer["command"])
    channel = Channel(str(asked.get("channel", "ussd")))
    assert answer == rooms.explain(str(asked["text"]), channel, str(asked.get("to", "111")), str(asked.get("from", "")))
    json.dumps(answer)


@pytest.mark.parametrize(
    "line", [b"", b"oops", b"[]", b"{}", b'{"text": 5}', b'{"text": "x", "channel": "fax"}', b"\xff"]
)
def test_bad_batch_line(rooms: Rooms, line: bytes) -> None:
    """What is no question is answered with an error."""
    answer = rooms.explain_line(line)

    assert ["error"] == list(answer)
    assert answer["error"]


def test_batch() -> None:
    """Each line is answered by one line, in order; a bad one does not end the stream."""
    lines = [json.dumps({"text": "*100#"}), "oops", "", json.dumps({"text": "БАЛАНС", "channel": "sms"})]

    result = CliRunner().invoke(app, ["codes", "explain", "--batch", "--json"], input="\n".join(lines))

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert ["balance.show", None, "balance.show"] == [answer.get("command") for answer in answers]
    assert "error" in answers[1]


def test_answer_in_the_readers_language(rooms: Rooms) -> None:
    """A refusal is in the keyword's language, else in that of the sender's country, else in Latin letters if asked."""
    answers = [
        rooms.explain(text, Channel.USSD if text[0] in "*#" else Channel.SMS, "111", sender)["answer"]
        for text, sender in (("TRANSFER", N), ("ПРЕВОД", N), ("*112#", N), ("*112#", "359888123456"), ("#112#", N))
    ]

    assert ["Missing", "Не достига", "Не хватает", "Не достига", "Ne khvataet"] == [
        str(answer).partition(":")[0] for answer in answers
    ]


def test_steps(rooms: Rooms) -> None:
    """A person sees what was typed, what was corrected, the row with its line, what would be done and asked."""
    steps = dict(rooms.explain_steps("gthtdjl 89161234567 50", Channel.SMS, "111", N))

    assert "gthtdjl 89161234567 50" == steps["typed"]
    assert steps["corrected"].startswith("keyboard layout")
    assert steps["row"].startswith("codes.toml:")
    assert "transfer.send" in steps["row"]
    assert "ПЕРЕВОД 79161234567 50" == steps["read as"]
    assert "understood_ask" == steps["outcome"]


def test_steps_point_at_the_fault(rooms: Rooms) -> None:
    """The mark stands under the character that is wrong."""
    steps = dict(rooms.explain_steps("*112*9161234567*#", Channel.USSD, "111", N))

    assert 16 == steps["fault"].index("^")
    assert "*112*79161234567*<sum>#" == steps["right form"]
    assert "сумма" in steps["answer"]


def test_steps_hide_secrets(rooms: Rooms) -> None:
    """A password is shown neither as typed nor as an argument."""
    steps = list(rooms.explain_steps("ПАРОЛЬ Sofia2580", Channel.SMS, "111", N))

    assert "Sofia" not in str(steps)


def test_every_correction_is_explained() -> None:
    """Each name that a reading may carry has its words."""
    assert {name for form in FORMS for name in form.corrections} <= CORRECTED.keys()
