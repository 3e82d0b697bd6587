"""`ussdgw journal`: journals out of databases into files, and decided again. Reads, prints, returns the exit status."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.text import Text

from gateway.catalogue.faults import counted
from gateway.config import Settings
from gateway.replay.command import DIFFERS, SAME
from gateway.replay.journal_files import JournalError, read_database, read_journal, write_journal
from gateway.replay.journalled import JournalReplay, JournalReplayed
from gateway.rooms import Rooms
from gateway.store.contents import ContentError, files_in
from gateway.store.protocol import WriteBatch

SHOWN_MAX = 50


def rooms_by_content(settings: Settings, secret: bytes) -> Callable[[str, bytes], Rooms]:
    """Makes the rooms of a kept state of the operator's data; the rest of the configuration is today's."""

    @lru_cache(maxsize=8)
    def rooms_of(digest: str, content: bytes) -> Rooms:
        try:
            files = files_in(content)
        except ContentError as error:
            raise JournalError(f"{digest}: {error}") from None
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for file, octets in files:
                path = folder / file
                if not path.resolve().is_relative_to(folder.resolve()):
                    raise JournalError(f"{digest}: names a file outside its folder: {file}")
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(octets)
            section = settings.catalogue.model_copy(update={"folder": folder, "texts_folder": folder})
            # It was checked when it was loaded; a check that is stricter today is no reason not to decide by it.
            return Rooms(settings.model_copy(update={"catalogue": section}), secret, as_checked=True)

    return rooms_of


def export(database: Path, to: Path, out: Console) -> None:
    """The journal of a database as a file, what it names beside it. Raises StoreError, OSError."""
    journal = read_database(database)
    to.parent.mkdir(parents=True, exist_ok=True)
    write_journal(journal, to, f"ussdgw {version('ussdgw')}")
    out.print(f"{to}: {counted(len(journal.rows), 'entry', 'entries')}", markup=False)


def replay_journal(
    settings: Settings, rooms: Rooms, secret: bytes, path: Path, *, todays: bool = False, until: int = sys.maxsize
) -> JournalReplayed:
    """A journal decided again, as a value; `todays`: by today's catalogue, not by those that it names.

    Raises:
        JournalError, StoreError, CatalogueError: it could not be.
    """
    journal = read_journal(path)
    rooms_of = None if todays else rooms_by_content(settings, secret)
    return JournalReplay(
        journal, rooms, rooms_of, until, create_unknown=settings.subscribers.unknown == "create"
    ).run()  # fmt: skip


def state_after(settings: Settings, rooms: Rooms, secret: bytes, path: Path, number: int) -> WriteBatch:
    """What a store held after that entry of a journal. Raises as `replay_journal`."""
    return replay_journal(settings, rooms, secret, path, until=number).state


def print_replayed(found: JournalReplayed, out: Console) -> int:
    """What came of it; the exit status."""
    for each in found.differences[:SHOWN_MAX]:
        out.print(f"entry {each.number:,} ({each.kind})", markup=False)
        out.print(Text(f"- {each.journalled}", style="red"))
        out.print(Text(f"+ {each.replayed}", style="green"))
    if len(found.differences) > SHOWN_MAX:
        out.print(f"... and {len(found.differences) - SHOWN_MAX:,} more", markup=False)
    for fault in found.faults:
        out.print(Text(f"the gateway failed\n{fault.rstrip()}", style="bold red"))
    for kind, count in found.left_out.items():
        out.print(f"  {count:,} {kind}", markup=False)
    differing = len(found.differences) + len(found.faults)
    came = f"{differing:,} differ" if differing else "all as journalled"
    out.print(f"{counted(found.entries, 'entry', 'entries')} in {found.took_s:.1f} s: {came}", markup=False)
    out.print(f"outcomes {found.digests.outcomes}, state {found.digests.state}", markup=False)
    return DIFFERS if differing else SAME
