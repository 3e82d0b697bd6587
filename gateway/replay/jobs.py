"""Several files at once, each in a process of its own: recordings compared one by one, transcripts run.

A process reads the configuration itself, for grammar and handlers cannot be handed over.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console

from gateway import config
from gateway.recording.reading import RecordingError, read_recording
from gateway.recording.sources import recordings_in, sources_of
from gateway.replay.command import NOT_RUN, SAME
from gateway.replay.compare import Comparison
from gateway.replay.going import Watch, interruptible, watched
from gateway.replay.recorded_command import Start, compared, status_of
from gateway.replay.report import print_comparison
from gateway.replay.runner import Result, run
from gateway.replay.steps import Transcript
from gateway.rooms import Rooms

LOOKED_S = 0.2
"""So often Ctrl-C is looked for."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Replayer:
    """What a process needs to know: where the configuration is, and the secret of codes."""

    config_file: Path | None
    secret: bytes


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one file: a comparison, what was skipped of it, or why it could not be run."""

    comparison: Comparison | None = None
    faults: Sequence[str] = ()
    failed: str = ""


@dataclass(slots=True)
class _Here:
    """Of this process."""

    rooms: Rooms
    stop: Event


_here: _Here | None = None


def _begin(replayer: Replayer, stop: Event) -> None:
    global _here
    _here = _Here(Rooms(config.load(replayer.config_file), replayer.secret), stop)


def _compared(task: tuple[Path, Start]) -> Replayed:
    assert _here is not None
    here, (path, start) = _here, task
    try:
        recording = read_recording(sources_of([path]))
        comparison = compared(here.rooms, recording, start, lambda done: not here.stop.is_set())
    except (RecordingError, OSError) as error:
        return Replayed(failed=str(error))
    return Replayed(comparison, tuple(map(str, recording.faults)))


def _ran(transcript: Transcript) -> Result:
    assert _here is not None
    return asyncio.run(run(_here.rooms, transcript))


def compare_at_once(
    replayer: Replayer, paths: Sequence[Path], start: Start, jobs: int, watch: Watch
) -> Iterator[tuple[Path, Replayed]]:
    """Each recording replayed from the same start and compared, in the order of the paths."""
    tasks = [(path, start) for path in paths]
    for (path, _), replayed in _at_once(replayer, _compared, tasks, jobs, watch):
        yield path, replayed


def run_at_once(replayer: Replayer, transcripts: Sequence[Transcript], jobs: int, watch: Watch) -> Iterator[Result]:
    """Each transcript run, in the order given."""
    for _, result in _at_once(replayer, _ran, transcripts, jobs, watch):
        yield result


def _at_once(
    replayer: Replayer, work: Callable[[T], R], items: Sequence[T], jobs: int, watch: Watch
) -> Iterator[tuple[T, R]]:
    """What each item came to; where `watch` ends it, of those that were begun."""
    context = multiprocessing.get_context("spawn")  # a copy of this process would have its threads' locks, too
    stop = context.Event()
    with ProcessPoolExecutor(jobs, context, _begin, (replayer, stop)) as pool:
        # Ctrl-C goes to all processes of a terminal; those that begin now inherit that they do not hear it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        futures: list[Future[R]] = [pool.submit(work, item) for item in items]
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        waiting = set(futures)
        while waiting:
            _, waiting = wait(waiting, LOOKED_S, FIRST_COMPLETED)
            if not watch(len(futures) - len(waiting)) and not stop.is_set():
                stop.set()
                for each in futures:
                    each.cancel()
        yield from (
            (item, future.result()) for item, future in zip(items, futures, strict=True) if not future.cancelled()
        )


def replay_each(
    replayer: Replayer, paths: Sequence[Path], start: Start, jobs: int, *, out: Console, zone: ZoneInfo
) -> int:
    """Replays the recordings one by one, several at once, and prints each; the worst exit status of all.

    Raises:
        FileNotFoundError: as `recordings_in`.
    """
    files = recordings_in(paths)
    worst = SAME
    with interruptible() as interrupt, watched(len(files), "files", interrupt) as watch:
        found = list(compare_at_once(replayer, files, start, jobs, watch))
    for path, replayed in found:
        out.print(f"{path}:", markup=False, style="bold")
        for fault in replayed.faults:
            out.print(fault, markup=False, style="yellow")
        if replayed.comparison is None:
            out.print(replayed.failed, markup=False, style="red")
            worst = NOT_RUN
            continue
        print_comparison(replayed.comparison, out, zone)
        worst = max(worst, status_of(replayed.comparison))
    if len(found) < len(files):
        out.print(f"stopped by Ctrl-C: {len(files) - len(found):,} files were not replayed", style="yellow")
        worst = NOT_RUN
    return worst
