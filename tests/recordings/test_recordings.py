"""The recordings and captures that are shipped can be read, and replay to what was recorded."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from gateway.config import load
from gateway.recording.imported import import_file
from gateway.recording.reading import Recording, read_recording
from gateway.recording.sources import PACKED, lines_in
from gateway.replay.compare import Comparison
from gateway.replay.recorded_command import Start, compared
from gateway.rooms import Rooms, read_secret
from tests.recordings.make import CAPTURES, RECORDINGS
from tests.wire.gateway_fixture import write_config
from tests.wire.test_recording import ussdgw

START = Start(create_unknown=True)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Rooms:
    settings = load(write_config(tmp_path_factory.mktemp("rooms")))
    return Rooms(settings, read_secret(settings.operator.secret_file))


def shipped(name: str, lines: int | None = None) -> Recording:
    """A recording of fixtures/recordings, or so many lines of its beginning."""
    path = RECORDINGS / f"{name}{PACKED}"
    return read_recording([(str(path), islice(lines_in(path), lines))])


def replayed(rooms: Rooms, recording: Recording) -> Comparison:
    return compared(rooms, recording, START)


def test_the_quiet_hour_is_the_same(rooms: Rooms) -> None:
    """Every reply of an hour is as recorded, and the hour takes less than a twentieth of one."""
    comparison = replayed(rooms, shipped("quiet_hour"))

    assert [] == comparison.differences
    assert comparison.same
    assert len(comparison.said) == 240
    assert comparison.lasted_s > 3000
    assert comparison.took_s < comparison.lasted_s / 20


def test_a_sample_of_the_busy_evening_is_the_same(rooms: Rooms) -> None:
    """Its beginning: messages over three links at once. What the last messages were told is behind the cut."""
    sample = shipped("busy_evening", 8000)
    comparison = replayed(rooms, sample)
    last = int(1000 * (sample.lines[-1].time - 0.2))

    assert [] == [each for each in comparison.differences if each.either.at < last]
    assert len(comparison.said) > 1500
    assert {said.link for said in comparison.said.values()} == {"centre1", "centre2", "centre3"}


def test_the_night_is_the_same(rooms: Rooms) -> None:
    """Cuts, lost acknowledgements, repeats: each message has its effect once again, and every reply is as recorded."""
    night = shipped("cuts_at_night")
    comparison = replayed(rooms, night)

    assert [] == comparison.differences
    assert not any(line.hidden for line in night.lines)
    assert sum(line.event == "closed" for line in night.lines) >= 3
    assert sum(said.status is None and bool(said.number) for said in comparison.said.values()) > 20


def test_a_code_is_not_replaced_in_the_number_of_its_sender(rooms: Rooms) -> None:
    """All whose number holds the digits of the stand-in that they typed are answered as recorded."""
    whole = shipped("busy_evening")
    senders = {
        str(line.fields["smpp.source_addr"])
        for line in whole.lines
        for secret in line.secrets
        if line.direction == "in" and secret.stand_in in str(line.fields["smpp.source_addr"])
    }
    ends = ("smpp.source_addr", "smpp.destination_addr")
    messages = {
        (line.session, line.fields["smpp.sequence_number"])
        for line in whole.lines
        if any(line.fields.get(end) in senders for end in ends)
    }
    whole.lines[:] = [
        line for line in whole.lines if (line.session, line.fields.get("smpp.sequence_number")) in messages
    ]

    assert senders
    assert [] == replayed(rooms, whole).differences


def test_a_replay_that_is_stopped(rooms: Rooms) -> None:
    """What was said before Ctrl-C is compared, and nothing that was recorded later is missing."""
    comparison = compared(rooms, shipped("quiet_hour"), START, lambda done: done < 400)

    assert comparison.stopped
    assert [] == comparison.differences
    assert 50 < len(comparison.said) < 200


async def test_files_at_once_and_again(tmp_path: Path) -> None:
    """`--jobs` replays each file by itself, `--loop` one again and again; the worst of them is the exit status."""
    config = ("--config", str(write_config(tmp_path)))
    quiet = RECORDINGS / f"quiet_hour{PACKED}"
    (tmp_path / "two").mkdir()
    for name in ("one", "two"):
        (tmp_path / "two" / f"{name}{PACKED}").write_bytes(quiet.read_bytes())
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"recording":9}\n')
    both = await ussdgw("replay", str(tmp_path / "two"), str(broken), "--jobs", "2", *config)
    again = await ussdgw("replay", str(quiet), "--loop", "2", *config)

    assert both[0] == 2
    assert both[1].count("240 messages of") == 2
    assert "version 9" in both[1]
    assert again[0] == 0, again[1]
    assert "run 2: 240 messages" in again[1]
    assert "told other things" not in again[1]


QUIET = str(RECORDINGS / f"quiet_hour{PACKED}")
TALK = str(RECORDINGS.parent / "transcripts" / "balance")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((TALK, "--speed", "max", "--junit", "a.xml"), "--junit, --speed: for recordings, not for transcripts"),
        ((TALK, "--state", "a.db", "--ignore", "x"), "--state, --ignore: for recordings, not for transcripts"),
        ((QUIET, "--accept"), "--accept: for transcripts, not for recordings"),
        ((QUIET, "--speed", "200%"), "--speed: only with --against"),
        ((QUIET, "--jobs", "2", "--html", "a.html"), "--html: not with --jobs, which replays each file by itself"),
        (
            (QUIET, "--catalogue", "x", "--loop", "2"),
            "--loop: not with --catalogue, which compares all of a recording, once",
        ),
        (
            (QUIET, "--against", "localhost:1", "--given", "a.dialog", "--jobs", "2"),
            "--given, --jobs: not with --against, which begins with what the gateway has",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
async def test_options_that_mean_nothing(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    """An option that has no meaning beside the others is named with the reason, never ignored."""
    assert await ussdgw("replay", *arguments, "--config", str(write_config(tmp_path))) == (2, told)


def test_captures_can_be_imported() -> None:
    """Both: the whole one without a loss, of the other what was lost is counted, and the rest is there."""
    whole, bad = (
        import_file(CAPTURES / name, dialect="spec", gateway="", day=datetime(2026, 3, 10, tzinfo=UTC))
        for name in ("smpplib.pcapng", "bad_line.pcap")
    )

    assert len([line for line in whole.lines if line.pdu]) >= 50
    assert {line.pdu for line in bad.lines} <= {line.pdu for line in whole.lines} | {""}
    assert re.search(r"not captured", " ".join(bad.counts))
