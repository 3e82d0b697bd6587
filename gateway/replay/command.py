"""`ussdgw replay`: runs transcripts, prints what came of each and every difference with its place in the file.

Exit status: 0 all is as written, 1 something differs, 2 something could not be run at all. It prints and rewrites
files; what is compared and how is the runner's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from gateway.replay.runner import SECRET, Difference, Result, run, run_all
from gateway.replay.steps import Transcript
from gateway.replay.transcript import TranscriptError, parse_transcript, read_transcript, rewritten
from gateway.rooms import Rooms

SUFFIX = ".dialog"
SAME, DIFFERS, NOT_RUN = 0, 1, 2

__all__ = ["DIFFERS", "NOT_RUN", "SAME", "SECRET", "replay", "transcripts_in"]


def transcripts_in(paths: Iterable[Path]) -> list[Path]:
    """The files named, and the transcripts of the folders named, in a steady order.

    Raises:
        FileNotFoundError: a path does not exist, or a folder has no transcript in it.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not inside or not path.exists():
            raise FileNotFoundError(f"{path}: there is no transcript (*{SUFFIX})")
        found.update(dict.fromkeys(inside))
    return list(found)


Run = Callable[[Sequence[Transcript]], Sequence[Result]]
"""Runs transcripts; fewer results than there were: it was stopped."""


def replay(rooms: Rooms, paths: Sequence[Path], *, accept: bool, out: Console, run_them: Run | None = None) -> int:
    """Runs files and folders of transcripts, prints the outcome, and returns the exit status.

    `accept`: after the differences are shown, the expectations in the files become what was answered. A handler's
    failure is never accepted.

    Raises:
        FileNotFoundError: as `transcripts_in`.
    """
    transcripts: list[Transcript] = []
    broken = 0
    for path in transcripts_in(paths):
        try:
            transcripts.append(read_transcript(path))
        except TranscriptError as error:
            broken += 1
            for fault in error.faults:
                out.print(Text(str(fault), style="red"))
    results = list(run_all(rooms, transcripts) if run_them is None else run_them(transcripts))
    stopped = len(results) < len(transcripts)
    for result in results:
        for line in _told(result):
            out.print(line)
    if accept:
        results = [_accepted(rooms, result, out) for result in results]
    out.print(_table(results))
    differing = sum(not result.same for result in results)
    summary = f"{len(results)} transcripts, {sum(result.messages for result in results)} dialogs: "
    unread = f", {broken} could not be read" if broken else ""
    came = f"{differing} differ" if differing else "all as written" if results else "nothing was run"
    out.print(summary + came + unread, markup=False)
    if stopped:
        out.print(f"stopped by Ctrl-C: {len(transcripts) - len(results):,} transcripts were not run", style="yellow")
    if broken or stopped:
        return NOT_RUN
    return DIFFERS if differing else SAME


def _accepted(rooms: Rooms, result: Result, out: Console) -> Result:
    """The transcript rewritten to what was answered, and run again to see that it now is as written."""
    if result.same or not result.blocks:
        return result
    transcript = result.transcript
    source = rewritten(transcript, result.blocks)
    Path(transcript.file).write_text(source, encoding="utf-8")
    out.print(Text(f"{transcript.file}: written anew", style="yellow"))
    return asyncio.run(run(rooms, parse_transcript(source, transcript.file)))


def _table(results: Iterable[Result]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("file", overflow="fold")
    table.add_column("dialogs", justify="right", min_width=7)
    table.add_column("replies", justify="right", min_width=7)
    table.add_column("result", min_width=9)
    for result in results:
        if result.faults:
            told = "[bold red]failed[/]"
        elif result.differences:
            told = f"[red]{len(result.differences)} different[/]"
        else:
            told = "[green]same[/]"
        table.add_row(escape(result.transcript.file), str(result.messages), str(result.replies), told)
    return table


def _told(result: Result) -> Iterator[Text]:
    """The differences of one transcript as lines: what was expected in red, what came in green."""
    for each in result.differences:
        yield from _difference(result.transcript.file, each)
    for fault in result.faults:
        yield Text(f"{result.transcript.file}: the gateway failed", style="bold red")
        yield Text(fault.rstrip(), style="red")


def _difference(file: str, difference: Difference) -> Iterator[Text]:
    note = f": {difference.note}" if difference.note else ""
    yield Text(f"{file}:{difference.line}{note}", style="bold")
    for text, sign, style in ((difference.expected, "-", "red"), (difference.actual, "+", "green")):
        for line in text.split("\n") if text is not None else ():
            yield Text(f"{sign} {line}", style=style)
