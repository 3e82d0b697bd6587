"""`ussdgw transcripts new`: a transcript out of a recording, run so that it replays as it is written."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.config import ConfigError
from gateway.model import Instant, Msisdn
from gateway.recording.messages import messages_of
from gateway.recording.reading import Recording
from gateway.replay.drafting import Drafter, concerned, given_lines, opening_lines
from gateway.replay.runner import Difference, Result, run
from gateway.replay.steps import Given, PrepaidCard, Transcript, Used
from gateway.replay.transcript import parse_transcript, read_transcript, rewritten
from gateway.rooms import Rooms
from gateway.store.snapshot import read_snapshot

DATE = re.compile(r"(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])(?:\.\d{4})?|\d{2}:\d{2}")
"""What is another one on the day of transcripts."""


@dataclass(frozen=True, slots=True)
class Made:
    """The text of a transcript, and what its reader should know of it.

    `result`: of its last run, as it is written now; `otherwise`: replies that were recorded in other words, by their
    lines in the first draft; `left_out`: what has no place in a transcript, and how many.
    """

    source: str
    result: Result
    otherwise: Sequence[Difference]
    left_out: Mapping[str, int]


def transcript_from(
    rooms: Rooms, recording: Recording, subscribers: Sequence[Msisdn], *, state: Path | None, given: Path | None
) -> Made:
    """A transcript of what some subscribers did and were told.

    `state`: a snapshot that says who they were; `given`: a transcript whose `given`, `used` and `card` lines do.
    Without either they are as the gateway creates numbers.

    Raises:
        ConfigError: the recording has nothing of them.
        StoreError, TranscriptError: the start state cannot be read.
    """
    messages = messages_of(recording, rooms.dialects, rooms.operator.country)
    links = recording.header.links
    draft = Drafter(messages, links, rooms.dialects, subscribers, rooms.operator.short_number).draft()
    if not draft.lines:
        raise ConfigError(f"--subscriber {', '.join(subscribers)}: the recording has no message that could be written")
    numbers = concerned(messages, subscribers, rooms.operator.country)
    at = Instant(int(recording.lines[0].time * 1000))
    if state is not None:
        givens = given_lines(read_snapshot(state), numbers, rooms.operator, at)
    elif given is not None:
        givens = list(_given_in(read_transcript(given)))
    else:
        givens = opening_lines(numbers, rooms.catalogue.products.opening)
    title = f"# From a recording: {', '.join(subscribers)}."
    source = "\n".join([title, *givens, "", *draft.lines]) + "\n"
    first = asyncio.run(run(rooms, parse_transcript(source, "the draft")))
    source = rewritten(first.transcript, first.blocks) if first.blocks else source
    second = asyncio.run(run(rooms, parse_transcript(source, "the transcript")))
    return Made(source, second, [each for each in first.differences if not _by_date(each)], draft.left_out)


def _given_in(transcript: Transcript) -> Iterator[str]:
    """The lines about how things were before the first message."""
    stated: list[Given | Used | PrepaidCard] = [*transcript.givens, *transcript.used, *transcript.cards]
    for each in sorted(stated, key=lambda each: each.line):
        yield transcript.lines[each.line - 1]


def _by_date(each: Difference) -> bool:
    return (
        each.expected is not None
        and each.actual is not None
        and DATE.sub("", each.expected) == DATE.sub("", each.actual)
    )
