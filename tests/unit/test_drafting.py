"""Transcripts out of recordings: who people were, the time between messages, timers, and what has no place in one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.catalogue.products import Products
from gateway.config import ConfigError
from gateway.model import Instant, Msisdn
from gateway.recording.format import Line, Secret
from gateway.replay.drafting import given_lines
from gateway.replay.from_recording import Made, transcript_from
from gateway.replay.population import population
from gateway.replay.transcript import parse_transcript
from smpp.pdu import SubmitSm, SubmitSmResp
from tests.unit.test_replay_compare import ANN, BEN, compiled, line, recording_of, sms

AT = Instant(1_773_133_200_000)

GIVENS = [
    f"given {ANN} balance=100.50 lang=bg tariff=2 numbers=on services=12,35:suspended region=sofia",
    f"given {ANN} kind=company balance=-5.00 points=70 status=blocked sent=12.00 received=3.50 since=40d",
    f"given {ANN} balance=1.00 packages=minutes:100,sms:5",
    f"given {ANN} owner=family balance=9.00 linked={BEN}\ngiven {BEN} owner=family payer={ANN} linked={ANN}",
]


@pytest.mark.parametrize("source", GIVENS)
def test_given_lines_of_a_snapshot(source: str) -> None:
    """The lines say of a snapshot all that `given` can say: who is made of them is the same again."""
    operator = compiled().operator
    batch = population(parse_transcript(source), Products(), operator, AT)
    lines = given_lines(batch, [ANN], operator, AT)

    assert [replace(each, line=0) for each in parse_transcript(source).givens] == [
        replace(each, line=0) for each in parse_transcript("\n".join(lines)).givens
    ]


def made(folder: Path, *lines: Line) -> Made:
    given = folder / "given.dialog"
    given.write_text(f"given {ANN} balance=100.00 lang=ru\n", encoding="utf-8")
    return transcript_from(compiled(), recording_of(*lines), [ANN], state=None, given=given)


def test_time_and_timers(tmp_path: Path) -> None:
    """Gaps become `after`, in the largest unit that fits; what timers told stands beneath; it replays as written."""
    found = made(tmp_path, *sms(3, "ПОДКЛЮЧИТЬ 12", 0), *sms(4, "ДА", 90), *sms(5, "БАЛАНС", 90 + 40 * 86_400))
    text = found.source

    assert found.result.same
    assert "\nafter 90s\n" in text
    assert "\nafter 40d\n  sms " in text
    assert text.startswith(
        f"# From a recording: {ANN}.\ngiven {ANN} balance=100.00 lang=ru\n\n{ANN} sends ПОДКЛЮЧИТЬ 12 to"
    )


def test_a_code_that_was_shown_is_a_place(tmp_path: Path) -> None:
    """The stand-in that a reply showed is `{otp}` there and where it was typed back; a wrong one stays digits."""
    question = SubmitSm(
        source_addr="111", destination_addr=ANN, data_coding=8, short_message="ДА 7305".encode("utf-16-be"),
        sequence_number=1,
    )  # fmt: skip
    shown = line("out", question, 6, secrets=(Secret("7305"),))
    wrong = sms(4, "ДА 1111", 7, secrets=(Secret("1111", False),))
    right = sms(5, "ДА 7305", 8, secrets=(Secret("7305", True),))
    found = made(tmp_path, *sms(3, "ПОДКЛЮЧИТЬ 12", 5), shown, *wrong, *right)

    assert found.result.same
    assert f"{ANN} sends ДА {{otp}} to 111\n  sms {ANN} «Гудок» подключена." in found.source
    assert f"{ANN} sends ДА 1111 to 111" in found.source
    assert len(found.otherwise) == 3  # the question was recorded in other words, and two replies not at all


def test_what_has_no_place(tmp_path: Path) -> None:
    """What was refused or hidden is left out and counted; braces and line breaks of a text do no harm."""
    refused = sms(9, "БАЛАНС", 7)
    refused[1] = line("out", SubmitSmResp(sequence_number=9, command_status=0x58), 7)
    found = made(tmp_path, *refused, *sms(3, "4 {x}\n}", 8), *sms(4, "0000", 9, hidden="digits"), *sms(5, "  ", 10))

    assert found.result.same
    assert f"{ANN} sends 4 {{{{x}}}} }}}} to 111" in found.source
    assert found.left_out == {"messages that were refused or not answered": 1, "messages that nobody had read": 1}


def test_nobody_there(tmp_path: Path) -> None:
    """A number of which the recording has nothing is an error that says so."""
    with pytest.raises(ConfigError, match=Msisdn(BEN)):
        transcript_from(compiled(), recording_of(*sms(3, "БАЛАНС", 5)), [BEN], state=None, given=None)
