"""`ussdgw replay` of recordings: reads them and their start state, runs them, compares, prints.

Exit status as for transcripts: 0 all as recorded, 1 something differs, 2 it could not be run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from gateway.catalogue.faults import nearest
from gateway.config import ConfigError, Settings
from gateway.model import Instant
from gateway.recording.messages import Messages, Said, messages_of
from gateway.recording.reading import Recording, read_recording
from gateway.recording.sources import sources_of
from gateway.replay.choosing import choice_of, chosen
from gateway.replay.command import DIFFERS, NOT_RUN, SAME
from gateway.replay.compare import Alike, Comparison, StateDifference, Told, compare, compare_states
from gateway.replay.going import Watch, interruptible, unwatched, watched
from gateway.replay.html_report import write_html
from gateway.replay.population import population
from gateway.replay.recorded import RecordedReplay, Replayed, run_recorded
from gateway.replay.recorded_replies import told_of
from gateway.replay.report import print_comparison, summary, write_junit
from gateway.replay.transcript import read_transcript
from gateway.replay.what_if import WhatIf, what_if
from gateway.replay.what_if_report import print_what_if, write_what_if_html
from gateway.rooms import Rooms
from gateway.store.protocol import WriteBatch
from gateway.store.snapshot import read_snapshot
from gateway.texts import LANGUAGES
from smpp.dialects import DEFAULT

State = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Start:
    """What a replay begins with, and how it is compared.

    `state`: a snapshot; `journal`: makes the state after that entry of a journal; `given`: a transcript whose `given`
    lines stand for one; `end_state`: a snapshot of the recording's end; `ignore`: patterns of what in texts may differ;
    `filters`: what of it is wanted.
    """

    state: Path | None = None
    given: Path | None = None
    end_state: Path | None = None
    ignore: Sequence[str] = ()
    create_unknown: bool = False
    filters: Sequence[str] = ()
    journal: Callable[[int], WriteBatch] | None = None


@dataclass(frozen=True, slots=True)
class Reports:
    """Files that are written besides what is printed: JUnit XML, and a page for a browser."""

    junit: Path | None = None
    html: Path | None = None

    def __post_init__(self) -> None:
        """Raises ConfigError: there is no such folder. It is said before the run, which may take an hour."""
        for path in (self.junit, self.html):
            if path is not None and not path.parent.is_dir():
                raise ConfigError(f"{path}: there is no folder {path.parent}")


def replay_recording(
    rooms: Rooms, paths: Sequence[Path], start: Start, *, reports: Reports, out: Console, zone: ZoneInfo, loop: int = 1
) -> int:
    """Runs recordings as one, so often from the same start, prints what differs, and returns the exit status.

    Raises:
        RecordingError, StoreError, TranscriptError, ConfigError, OSError: it could not be run.
    """
    comparisons: list[Comparison] = []
    with interruptible() as interrupt:
        recording = read_paths(paths, out)
        told_of_catalogue(rooms, recording, out)
        size = len(recording.lines)
        with watched(size * loop, "PDUs", interrupt) as watch:
            while len(comparisons) < loop and not (comparisons and interrupt.came):
                before = size * len(comparisons)
                comparisons.append(compared(rooms, recording, start, lambda done: watch(before + done)))  # noqa: B023
    return reported(comparisons, paths, reports, out, zone, loop)


def told_of_catalogue(rooms: Rooms, recording: Recording, out: Console) -> None:
    """Says so where other codes, products and texts answer now, or a dialect of a link is not known any more."""
    for link in recording.header.links:
        if link.dialect not in rooms.dialects:
            known = nearest(link.dialect, rooms.dialects)
            out.print(
                f"link {link.name} speaks {link.dialect}, and there is no such dialect{known}; it is read as {DEFAULT}",
                style="yellow", markup=False,
            )  # fmt: skip
    if recording.header.catalogue not in ("", rooms.digest):
        out.print(
            "another catalogue answers now than when it was recorded (of `ussdgw serve --demo`? give --demo)",
            style="yellow", highlight=False,
        )  # fmt: skip


def reported(
    comparisons: Sequence[Comparison], paths: Sequence[Path], reports: Reports, out: Console, zone: ZoneInfo, asked: int
) -> int:
    """Prints the first of several runs of one recording and how the others were, writes the files; the exit status.

    `asked`: how many runs were asked for; fewer, or a last one that is stopped, are no proof that all is the same.
    """
    first = comparisons[0]
    print_comparison(first, out, zone)
    others = 0
    for number, each in enumerate(comparisons[1:], 2):
        alike_runs = each.stopped or (each.replies, each.states) == (first.replies, first.states)
        others += not alike_runs
        came = "" if alike_runs else "; it told other things than the first run"
        out.print(f"run {number}: {summary(each)}{came}", markup=False)
    if len(comparisons) < asked:
        out.print(f"stopped by Ctrl-C: {asked - len(comparisons):,} runs were not made", style="yellow")
    name = ", ".join(map(str, paths))
    if reports.junit is not None:
        write_junit(first, reports.junit, name, zone)
    if reports.html is not None:
        write_html(first, reports.html, name, zone)
    if others or not first.same:
        return DIFFERS
    return NOT_RUN if len(comparisons) < asked or any(each.stopped for each in comparisons) else SAME


def status_of(comparison: Comparison) -> int:
    """The exit status of one replay: where nothing differs as far as it came, it has not been run either."""
    if not comparison.same:
        return DIFFERS
    return NOT_RUN if comparison.stopped else SAME


def read_paths(paths: Sequence[Path], out: Console) -> Recording:
    """Several files as one recording; what was skipped is printed with its place."""
    recording = read_recording(sources_of(paths))
    for fault in recording.faults:
        out.print(str(fault), markup=False, style="yellow")
    return recording


def what_if_of(
    rooms: Rooms, others: Rooms, paths: Sequence[Path], start: Start, *, reports: Reports, out: Console, zone: ZoneInfo
) -> int:
    """Runs recordings with two states of the catalogue, prints what the other one changes; status as of a replay.

    Raises:
        RecordingError, StoreError, TranscriptError, ConfigError, OSError: it could not be run.
    """
    recording = read_paths(paths, out)
    found = what_ifs(rooms, others, recording, start)
    print_what_if(found, out)
    name = ", ".join(map(str, paths))
    if reports.junit is not None:
        write_junit(found.comparison, reports.junit, name, zone)
    if reports.html is not None:
        write_what_if_html(found, reports.html, name, zone)
    return SAME if found.same else DIFFERS


def other_catalogue(settings: Settings, folder: Path) -> Settings:
    """The configuration with `[catalogue] folder` there, and `texts_folder` too if it has one for a language."""
    changed: dict[str, Path] = {"folder": folder}
    if any((folder / language.value).is_dir() for language in LANGUAGES):
        changed["texts_folder"] = folder
    return settings.model_copy(update={"catalogue": settings.catalogue.model_copy(update=changed)})


def what_ifs(rooms: Rooms, others: Rooms, recording: Recording, start: Start) -> WhatIf:
    """A recording replayed with two states of the catalogue, and compared, as a value."""
    start = replace(start, end_state=None)  # that of one catalogue says nothing about the other
    today, tomorrow = (_run(each, recording, start) for each in (rooms, others))
    return what_if(
        today.replayed, tomorrow.replayed, _comparison(recording, start, today, tomorrow.replayed, today.replayed.told)
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """One replay, and what it was of."""

    messages: Messages
    skipped: set[int]
    replayed: Replayed
    after_number: int  # journal entries up to here are in the start state

    def is_of_this(self, told: Told) -> bool:
        """Whether a recorded reply can be one of the replay's: no leftover of a message that it does not say again."""
        if told.cause is not None:
            return told.cause not in self.skipped
        if (
            told.reference and int(told.reference) <= self.after_number
        ):  # it waited for a link when the state was copied
            return False
        return self.replayed.stopped_at is None or told.at <= self.replayed.stopped_at


def _run(rooms: Rooms, recording: Recording, start: Start, watch: Watch = unwatched) -> _Run:
    messages = messages_of(recording, rooms.dialects, rooms.operator.country)
    at = Instant(int(recording.lines[0].time * 1000)) if recording.lines else Instant(0)
    state, after = start_state(start, rooms, at, messages)
    replay = RecordedReplay(rooms, recording, messages, state, create_unknown=start.create_unknown, after_number=after)
    return _Run(messages, replay.skipped, run_recorded(replay, watch), after)


def compared(rooms: Rooms, recording: Recording, start: Start, watch: Watch = unwatched) -> Comparison:
    """A recording replayed and compared, as a value; `watch` may end it before its end."""
    choice = choice_of(start.filters, rooms.operator.zone, (link.name for link in recording.header.links))
    run = _run(rooms, recording, start, watch)
    recorded = [told for told in told_of(run.messages) if run.is_of_this(told)]
    return chosen(choice, _comparison(recording, start, run, run.replayed, recorded))


def _comparison(
    recording: Recording, start: Start, run: _Run, replayed: Replayed, recorded: Sequence[Told]
) -> Comparison:
    said = {place: each for place, each in enumerate(run.messages.happened) if isinstance(each, Said)}
    return Comparison(
        said={place: each for place, each in said.items() if place not in run.skipped},
        replies=compare(recorded, replayed.told, alike_of(start)),
        states=_states(start, replayed),
        left_out=_left_out(recording, run.messages, replayed),
        faults=replayed.faults,
        took_s=replayed.took_s,
        lasted_s=replayed.lasted_s,
        digests=replayed.digests,
        stopped=replayed.stopped_at is not None,
    )


def alike_of(start: Start) -> Alike:
    """How texts are compared. Raises ConfigError for what is no pattern."""
    return Alike([_pattern(each) for each in start.ignore])


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigError(f"--ignore {text}: no pattern: {error}") from None


def start_state(start: Start, rooms: Rooms, at: Instant, messages: Messages) -> tuple[WriteBatch, int]:
    """The state before the first message, and the journal number up to which it goes."""
    if start.journal is not None:
        numbers = [each.number for each in messages.happened if isinstance(each, Said) and each.number]
        if not numbers:
            raise ConfigError("--journal: the recording does not say which entries its messages became; use --state")
        batch = start.journal(min(numbers) - 1)
        return batch, min(numbers) - 1
    if start.state is not None:
        batch = read_snapshot(start.state)
        return batch, batch.journal[-1].number if batch.journal else 0
    if start.given is not None:
        return population(read_transcript(start.given), rooms.catalogue.products, rooms.operator, at), 0
    return WriteBatch(), 0


def _states(start: Start, replayed: Replayed) -> list[StateDifference]:
    """What is stored otherwise than in the snapshot of the end; nothing where there is none."""
    if start.end_state is None or replayed.stopped_at is not None:
        return []
    recorded = state_of(read_snapshot(start.end_state))
    return compare_states(recorded, state_of(replayed.state))


def state_of(batch: WriteBatch) -> State:
    """A snapshot as a store in memory would show it."""
    sums: Counter[str] = Counter()
    for row in batch.ledger:
        sums[row.entry.account] += row.entry.amount
    return {
        "subscribers": {each.msisdn: each for each in batch.subscribers},
        "accounts": {each.id: each for each in batch.accounts},
        "persons": {each.id: each for each in batch.persons},
        "ledger": dict(sums),
    }


def _left_out(recording: Recording, messages: Messages, replayed: Replayed) -> Mapping[str, int]:
    found = Counter(recording.skipped)
    found.update(messages.left_out)
    found.update(replayed.left_out)
    return found
