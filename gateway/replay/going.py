"""How far a long run has come: a bar on a terminal, and Ctrl-C that ends it with what there is.

The second Ctrl-C ends at once, as it does everywhere.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

Watch = Callable[[int], bool]
"""Told how many of all are done; False: it is to stop now."""


def unwatched(done: int) -> bool:
    """Goes on to the end."""
    return True


class Interrupt:
    """Set by Ctrl-C."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = True


@contextlib.contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Ctrl-C asks for the end in here, and is what it was afterwards. It comes to the main thread only."""
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


class _Rate(ProgressColumn):
    """How many a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} {self._unit}/s")


@contextlib.contextmanager
def watched(total: int, unit: str, interrupt: Interrupt) -> Iterator[Watch]:
    """A bar with rate and time left on standard error, where that is a terminal; else only Ctrl-C is looked for."""
    console = Console(stderr=True)
    columns = (TextColumn("replay"), BarColumn(), TaskProgressColumn(), _Rate(unit), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=total)

        def watch(done: int) -> bool:
            progress.update(task, completed=done)
            return not interrupt.came

        yield watch
